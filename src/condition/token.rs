//! Text → tokens with their exact bytes. Habits of other languages (`==`, `&&`, `“”`) and the full-width marks of a
//! Chinese keyboard are understood, reported with the exact fix, and read as what was meant, so that the rest is checked too.

use super::num::Num;
use super::problems::Problems;
use super::tree::{Bytes, Op, Quote, Sign};
use crate::diag::Code;
use crate::model::{Duration, fold};

/// A word of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    And,
    Or,
    Not,
    In,
    Between,
    Like,
    Is,
    Null,
    True,
    False,
    Case,
    When,
    Then,
    Else,
    End,
}

impl Word {
    /// The word that a text spells, in any case.
    pub(super) fn of(text: &str) -> Option<Self> {
        const WORDS: [(&str, Word); 15] = [
            ("and", Word::And),
            ("or", Word::Or),
            ("not", Word::Not),
            ("in", Word::In),
            ("between", Word::Between),
            ("like", Word::Like),
            ("is", Word::Is),
            ("null", Word::Null),
            ("true", Word::True),
            ("false", Word::False),
            ("case", Word::Case),
            ("when", Word::When),
            ("then", Word::Then),
            ("else", Word::Else),
            ("end", Word::End),
        ];
        WORDS.iter().find(|(w, _)| w.eq_ignore_ascii_case(text)).map(|(_, w)| *w)
    }
}

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tok {
    Name(String, Quote),
    Text(String),
    Number(Num),
    Word(Word),
    Op(Op),
    Sign(Sign),
    Open,
    Close,
    Comma,
    /// The end of the text.
    Eof,
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) tok: Tok,
    pub(super) span: Bytes,
}

/// The ASCII that a full-width or typographic mark was typed for.
fn meant(c: char) -> Option<&'static str> {
    Some(match c {
        '＝' => "=",
        '，' | '、' => ",",
        '（' => "(",
        '）' => ")",
        '＞' => ">",
        '＜' => "<",
        '；' => ";",
        '：' => ":",
        '！' => "!",
        '＋' => "+",
        '－' | '−' | '–' => "-",
        '＊' | '×' => "*",
        '／' | '÷' => "/",
        '［' | '【' => "[",
        '］' | '】' => "]",
        '≥' => ">=",
        '≤' => "<=",
        '≠' => "<>",
        '＆' => "&",
        '｜' => "|",
        '。' | '．' => ".",
        '％' => "%",
        _ => return None,
    })
}

/// The digit that a full-width one was typed for.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Whether a name can stand without quotes.
pub(super) fn is_bare(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name) && Word::of(&fold(name)).is_none()
}

/// Reads a whole condition. The last token is always [`Tok::Eof`].
pub(super) fn read(text: &str, problems: &mut Problems<'_>) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, out: Vec::new(), problems };
    while let Some(c) = lexer.peek() {
        if c.is_whitespace() || c == '\u{feff}' {
            lexer.at += c.len_utf8();
        } else {
            lexer.token(c);
        }
    }
    let end = Bytes { start: text.len(), end: text.len() };
    lexer.out.push(Token { tok: Tok::Eof, span: end });
    lexer.out
}

struct Lexer<'t, 'p, 'd> {
    text: &'t str,
    at: usize,
    out: Vec<Token>,
    problems: &'p mut Problems<'d>,
}

impl<'t> Lexer<'t, '_, '_> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
    fn span(&self, start: usize) -> Bytes {
        Bytes { start, end: self.at }
    }
    fn slice(&self, span: Bytes) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }
    fn push(&mut self, tok: Tok, start: usize) {
        let span = self.span(start);
        self.out.push(Token { tok, span });
    }
    fn full_width(&mut self, span: Bytes, fix: &str) {
        let typed = self.slice(span);
        self.problems.error(Code::FullWidth, span, format!("`{typed}` is full-width or typographic punctuation"), format!("write `{fix}`"));
    }
    fn habit(&mut self, span: Bytes, fix: &str) {
        let typed = self.slice(span);
        self.problems.error(Code::ConditionSyntax, span, format!("`{typed}` belongs to another language"), format!("write `{fix}`"));
    }
    /// Consumes characters while they fit and returns them.
    fn take(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = rest.split_at(rest.find(|c| !fits(c)).unwrap_or(rest.len())).0;
        self.at += taken.len();
        taken
    }

    fn token(&mut self, c: char) {
        match c {
            '\'' => self.straight_text(),
            '‘' | '’' | '＇' => self.curly_text(&['‘', '’', '＇', '\'']),
            '“' | '”' | '＂' => self.curly_text(&['“', '”', '＂', '"']),
            '"' => self.quoted_name('"', '"', Quote::Double),
            '[' | '［' | '【' => self.bracket_name(c),
            '`' => {
                let start = self.at;
                self.quoted_name('`', '`', Quote::Double);
                let span = self.span(start);
                let inner = self.slice(span).trim_matches('`').to_owned();
                self.habit(span, &format!("\"{inner}\""));
            }
            c if digit(c).is_some() || (c == '.' && self.rest().chars().nth(1).is_some_and(|d| d.is_ascii_digit())) => self.number(),
            c if starts_name(c) => self.name(),
            c => self.mark(c),
        }
    }

    /// `'text'`, with `''` for a quote. A closing quote that an IME made curly is recognised by what follows it.
    fn straight_text(&mut self) {
        let start = self.at;
        let mut value = String::new();
        let mut rest = self.rest().char_indices().skip(1).peekable();
        while let Some((i, c)) = rest.next() {
            if c == '\'' {
                if rest.peek().is_some_and(|(_, next)| *next == '\'') {
                    rest.next();
                    value.push('\'');
                    continue;
                }
                self.at = start + i + 1;
                self.push(Tok::Text(value), start);
                return;
            }
            if matches!(c, '’' | '‘' | '＇') && ends_text(self.rest().get(i + c.len_utf8()..).unwrap_or_default()) {
                self.at = start + i + c.len_utf8();
                self.full_width(Bytes { start: start + i, end: self.at }, "'");
                self.push(Tok::Text(value), start);
                return;
            }
            value.push(c);
        }
        self.at = self.text.len();
        let quote = Bytes { start, end: start + 1 };
        self.problems.error(
            Code::ConditionSyntax,
            quote,
            "the text that starts here is never closed",
            "close it with `'`; a quote inside text is written twice: `'it''s'`",
        );
        self.push(Tok::Text(value), start);
    }

    /// Text between curly or full-width quotes: never right, but its meaning is plain.
    fn curly_text(&mut self, closers: &[char]) {
        let start = self.at;
        let open = self.peek().map_or(0, char::len_utf8);
        let inner = self.rest().get(open..).unwrap_or_default();
        let close = inner.char_indices().find(|(_, c)| closers.contains(c));
        let (value, end) = match close {
            Some((i, c)) => (inner.get(..i).unwrap_or_default(), start + open + i + c.len_utf8()),
            None => (inner, self.text.len()),
        };
        self.at = end;
        let span = self.span(start);
        self.full_width(span, &format!("'{}'", value.replace('\'', "''")));
        self.push(Tok::Text(value.to_owned()), start);
    }

    fn quoted_name(&mut self, open: char, close: char, quote: Quote) {
        let start = self.at;
        let mut name = String::new();
        let mut rest = self.rest().char_indices().skip(1).peekable();
        while let Some((i, c)) = rest.next() {
            if c == close {
                if rest.peek().is_some_and(|(_, next)| *next == close) {
                    rest.next();
                    name.push(close);
                    continue;
                }
                self.at = start + i + c.len_utf8();
                self.push(Tok::Name(name, quote), start);
                return;
            }
            name.push(c);
        }
        self.at = self.text.len();
        let mark = Bytes { start, end: start + open.len_utf8() };
        self.problems.error(Code::ConditionSyntax, mark, "the name that starts here is never closed", format!("close it with `{close}`"));
        self.push(Tok::Name(name, quote), start);
    }

    fn bracket_name(&mut self, open: char) {
        if open == '[' {
            return self.quoted_name('[', ']', Quote::Bracket);
        }
        let start = self.at;
        let inner = self.rest().get(open.len_utf8()..).unwrap_or_default();
        let close = inner.char_indices().find(|(_, c)| matches!(c, ']' | '］' | '】'));
        let (name, len) = close.map_or((inner, inner.len()), |(i, c)| (inner.get(..i).unwrap_or_default(), i + c.len_utf8()));
        self.at = start + open.len_utf8() + len;
        let span = self.span(start);
        self.full_width(span, &format!("[{name}]"));
        self.push(Tok::Name(name.to_owned(), Quote::Bracket), start);
    }

    fn number(&mut self) {
        let start = self.at;
        self.take(|c| digit(c).is_some());
        let mut real = false;
        let mut ahead = self.rest().chars();
        if matches!(ahead.next(), Some('.' | '．')) && ahead.next().is_some_and(|c| digit(c).is_some()) {
            real = true;
            self.at += self.peek().map_or(0, char::len_utf8);
            self.take(|c| digit(c).is_some());
        } else if self.rest().starts_with('.') {
            real = true; // `5.` as SQL has it
            self.at += 1;
        }
        let exponent = self.rest().strip_prefix(['e', 'E']).map(|r| r.strip_prefix(['+', '-']).unwrap_or(r));
        if exponent.is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit())) {
            real = true;
            self.at += 1;
            self.take(|c| matches!(c, '+' | '-'));
            self.take(|c| c.is_ascii_digit());
        }
        let span = self.span(start);
        let plain: String = self.slice(span).chars().map(|c| digit(c).unwrap_or(if c == '．' { '.' } else { c })).collect();
        let value = if real { None } else { plain.parse().ok().map(Num::Int) }.or_else(|| plain.parse().ok().and_then(Num::real));
        let value = value.unwrap_or_else(|| {
            self.problems.error(Code::ConditionSyntax, span, format!("`{plain}` is too large for a number"), "");
            Num::Int(0)
        });
        if self.peek().is_some_and(continues_name) {
            self.glued(start, &plain, value);
        } else if plain != self.slice(span) {
            self.full_width(span, &plain);
        }
        if self.peek().is_some_and(|c| matches!(c, '%' | '％')) {
            let sign = self.at;
            self.at += self.peek().map_or(0, char::len_utf8);
            let span = self.span(sign);
            self.problems.error(
                Code::ConditionSyntax,
                span,
                "a number has no `%`",
                format!("percent fields hold plain numbers: write `{plain}` for {plain} %"),
            );
        }
        self.push(Tok::Number(value), start);
    }

    /// A number with letters right behind it: a bare duration, 5万, or a name that wants quotes.
    fn glued(&mut self, start: usize, number: &str, value: Num) {
        let tail = self.take(continues_name);
        let span = self.span(start);
        let typed = self.slice(span);
        let unit = match tail {
            "万" => Some(10_000.0),
            "亿" => Some(100_000_000.0),
            "k" | "K" => Some(1_000.0),
            _ => None,
        };
        let help = match unit {
            Some(unit) => format!("write the number out: `{}`", value.as_real() * unit),
            None if Duration::parse(typed).is_ok() => format!("a duration is text: write `'{typed}'`"),
            None if tail.starts_with('天') => format!("a duration is text: write `'{number}d'`"),
            None => format!("a name that starts with a digit stands in double quotes: `\"{typed}\"`"),
        };
        self.problems.error(Code::ConditionSyntax, span, format!("`{typed}` is neither a number nor a name"), help);
    }

    fn name(&mut self) {
        let start = self.at;
        let word = self.take(continues_name);
        let folded = fold(word);
        let Some(keyword) = Word::of(&folded) else {
            return self.push(Tok::Name(word.to_owned(), Quote::Bare), start);
        };
        if !word.is_ascii() {
            let span = self.span(start);
            self.full_width(span, &folded.to_uppercase());
        }
        self.push(Tok::Word(keyword), start);
    }

    fn mark(&mut self, first: char) {
        let start = self.at;
        let mut meaning = meant(first).map_or_else(|| first.to_string(), str::to_owned);
        self.at += first.len_utf8();
        let next = self.peek();
        if let Some(c) = next {
            let pair = format!("{meaning}{}", meant(c).map_or_else(|| c.to_string(), str::to_owned));
            if matches!(pair.as_str(), "==" | "<>" | "<=" | ">=" | "!=" | "=>" | "=<" | "&&" | "||" | "--") {
                meaning = pair;
                self.at += c.len_utf8();
            }
        }
        let span = self.span(start);
        let tok = match meaning.as_str() {
            "=" | "==" => Tok::Op(Op::Eq),
            "<>" | "!=" => Tok::Op(Op::Ne),
            "<" => Tok::Op(Op::Lt),
            "<=" | "=<" => Tok::Op(Op::Le),
            ">" => Tok::Op(Op::Gt),
            ">=" | "=>" => Tok::Op(Op::Ge),
            "+" => Tok::Sign(Sign::Plus),
            "-" => Tok::Sign(Sign::Minus),
            "*" => Tok::Sign(Sign::Times),
            "/" => Tok::Sign(Sign::Over),
            "(" => Tok::Open,
            ")" => Tok::Close,
            "," => Tok::Comma,
            "&&" | "&" => Tok::Word(Word::And),
            "||" | "|" => Tok::Word(Word::Or),
            "!" => Tok::Word(Word::Not),
            "--" => {
                self.problems.error(
                    Code::ConditionSyntax,
                    span,
                    "`--` starts a comment in SQL; a condition has none",
                    "put the comment behind a YAML `#`, or a space between the two minus signs",
                );
                Tok::Sign(Sign::Minus)
            }
            other => {
                let help = match other {
                    ";" => "a condition is one expression: remove it",
                    "." => "names have no dots: write `industry`, not `lead.industry`",
                    "%" => "`%` belongs inside the text of a LIKE",
                    "{" | "}" => "there is nothing to fill in inside a condition",
                    _ => "",
                };
                let typed = self.slice(span);
                self.problems.error(Code::ConditionSyntax, span, format!("`{typed}` has no meaning in a condition"), help);
                return;
            }
        };
        match meaning.as_str() {
            "==" => self.habit(span, "="),
            "=<" => self.habit(span, "<="),
            "=>" => self.habit(span, ">="),
            "&&" | "&" => self.habit(span, "AND"),
            "||" | "|" => self.habit(span, "OR"),
            "!" => self.habit(span, "NOT"),
            right if !self.slice(span).is_ascii() => self.full_width(span, right),
            _ => {}
        }
        self.push(tok, start);
    }
}

/// Whether what follows a curly quote shows that it was meant to close a text.
fn ends_text(rest: &str) -> bool {
    let rest = rest.trim_start();
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    rest.is_empty() || rest.starts_with([')', ',', '）', '，', '、']) || Word::of(&word).is_some()
}
