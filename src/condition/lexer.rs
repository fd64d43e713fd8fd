//! Text → tokens with their exact bytes. Habits of other languages (`==`, `&&`, `“”`) and the full-width marks of a
//! Chinese keyboard are understood, reported with the exact fix, and read as what was meant, so that the rest is checked too.

use super::num::Num;
use super::problems::Problems;
use super::token::{Tok, Token, Word, continues_name, digit, meant, starts_name};
use super::tree::{Bytes, Op, Quote, Sign};
use crate::diag::Code;
use crate::model::{Duration, fold};

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

/// A condition being read.
pub(super) struct Lexer<'t, 'p, 'd> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) out: Vec<Token>,
    pub(super) problems: &'p mut Problems<'d>,
}

impl<'t> Lexer<'t, '_, '_> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
    pub(super) fn span(&self, start: usize) -> Bytes {
        Bytes { start, end: self.at }
    }
    pub(super) fn slice(&self, span: Bytes) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }
    pub(super) fn push(&mut self, tok: Tok, start: usize) {
        let span = self.span(start);
        self.out.push(Token { tok, span });
    }
    pub(super) fn full_width(&mut self, span: Bytes, fix: &str) {
        let typed = self.slice(span);
        self.problems.error(Code::FullWidth, span, format!("`{typed}` is full-width or typographic punctuation"), format!("write `{fix}`"));
    }
    pub(super) fn habit(&mut self, span: Bytes, fix: &str) {
        let typed = self.slice(span);
        self.problems.error(Code::ConditionSyntax, span, format!("`{typed}` belongs to another language"), format!("write `{fix}`"));
    }
    /// Consumes characters while they fit and returns them.
    pub(super) fn take(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
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
