//! Texts and names in quotes: straight, curly, double, in brackets; closed or not.

use super::lexer::Lexer;
use super::token::{Tok, Word};
use super::tree::{Bytes, Quote};
use crate::diag::Code;

impl Lexer<'_, '_, '_> {
    /// `'text'`, with `''` for a quote. A closing quote that an IME made curly is recognised by what follows it.
    pub(super) fn straight_text(&mut self) {
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
    pub(super) fn curly_text(&mut self, closers: &[char]) {
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

    pub(super) fn quoted_name(&mut self, open: char, close: char, quote: Quote) {
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

    pub(super) fn bracket_name(&mut self, open: char) {
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
}

/// Whether what follows a curly quote shows that it was meant to close a text.
fn ends_text(rest: &str) -> bool {
    let rest = rest.trim_start();
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    rest.is_empty() || rest.starts_with([')', ',', '）', '，', '、']) || Word::of(&word).is_some()
}
