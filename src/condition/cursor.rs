//! Where the parser stands in its tokens, and how it goes on after something that it cannot read.

use super::parse::DEPTH;
use super::problems::Problems;
use super::token::{Tok, Token, Word};
use super::tree::{Bytes, Expr, Kind, Quote};
use crate::diag::Code;

/// A condition being parsed.
pub(super) struct Parser<'t, 'p, 'd> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) too_deep: bool,
    pub(super) problems: &'p mut Problems<'d>,
}

impl<'t> Parser<'t, '_, '_> {
    pub(super) fn token(&self) -> &Token {
        // The last token is Eof and is never passed; the fallback cannot be reached with tokens from `read`.
        static END: Token = Token { tok: Tok::Eof, span: Bytes { start: 0, end: 0 } };
        self.tokens.get(self.at).or(self.tokens.last()).unwrap_or(&END)
    }
    pub(super) fn peek(&self) -> &Tok {
        &self.token().tok
    }
    pub(super) fn peek_after(&self) -> &Tok {
        self.tokens.get(self.at + 1).map_or(&Tok::Eof, |t| &t.tok)
    }
    pub(super) fn span(&self) -> Bytes {
        self.token().span
    }
    pub(super) fn last_span(&self) -> Bytes {
        self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(Bytes { start: 0, end: 0 }, |t| t.span)
    }
    pub(super) fn bump(&mut self) -> Bytes {
        let span = self.span();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        span
    }
    pub(super) fn eat(&mut self, tok: &Tok) -> bool {
        let hit = self.peek() == tok;
        if hit {
            self.bump();
        }
        hit
    }
    pub(super) fn eat_word(&mut self, word: Word) -> bool {
        self.eat(&Tok::Word(word))
    }
    pub(super) fn slice(&self, span: Bytes) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }
    /// What stands here, for messages.
    pub(super) fn found(&self) -> String {
        if self.peek() == &Tok::Eof { "the condition ends".to_owned() } else { format!("found `{}`", self.slice(self.span())) }
    }
    pub(super) fn error(&mut self, at: Bytes, message: impl Into<String>, help: impl Into<String>) {
        if !self.too_deep {
            self.problems.error(Code::ConditionSyntax, at, message, help);
        }
    }

    /// A node, unless the tree would become too deep.
    pub(super) fn node(&mut self, kind: Kind, span: Bytes) -> Expr {
        let node = Expr::new(kind, span);
        if usize::from(node.height) > DEPTH {
            self.give_up(span);
            return Expr::new(Kind::Broken, span);
        }
        node
    }

    /// Too deep: said once, and nothing behind it is read.
    pub(super) fn give_up(&mut self, span: Bytes) {
        if !self.too_deep {
            self.problems.error(Code::TooLarge, span, format!("the condition is nested more than {DEPTH} levels deep"), "split it into several rules");
            self.too_deep = true;
        }
        self.at = self.tokens.len().saturating_sub(1);
    }

    /// Reports what is wrong here and skips to where a next part may start.
    pub(super) fn broken(&mut self, message: impl Into<String>, help: impl Into<String>) -> Expr {
        let at = self.span();
        self.error(at, message, help);
        self.skip();
        Expr::new(Kind::Broken, at)
    }

    pub(super) fn skip(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Tok::Eof => return,
                Tok::Open => open += 1,
                Tok::Close if open > 0 => open -= 1,
                Tok::Close | Tok::Comma | Tok::Word(Word::And | Word::Or | Word::When | Word::Then | Word::Else | Word::End) if open == 0 => return,
                _ => {}
            }
            self.bump();
        }
    }

    /// Something stands behind a complete expression.
    pub(super) fn leftover(&mut self) {
        if self.peek() == &Tok::Close {
            let at = self.bump();
            self.error(at, "this `)` closes nothing", "remove it, or open it with `(`");
            return;
        }
        let found = self.found();
        let help = match self.peek() {
            Tok::Name(name, Quote::Bare) => match name.to_lowercase().as_str() {
                "且" | "和" | "并且" | "与" => "write `AND`".to_owned(),
                "或" | "或者" => "write `OR`".to_owned(),
                "contains" | "ilike" | "包含" => "write `title LIKE '%总监%'`, or `has_word(title, 'CTO')` for a whole word".to_owned(),
                "escape" | "collate" | "glob" | "regexp" | "rlike" => "LIKE with `%` and `_` is the only pattern".to_owned(),
                _ => "an operator is missing before it: `=`, `AND`, `OR` …".to_owned(),
            },
            Tok::Comma => "a comma only separates values inside `( )`; join conditions with `AND` or `OR`".to_owned(),
            Tok::Open => "a name before it would make a call; otherwise an operator is missing".to_owned(),
            _ => "an operator is missing before it: `=`, `AND`, `OR` …".to_owned(),
        };
        let at = self.span();
        self.error(at, format!("the condition is complete before this, but {found}"), help);
        self.bump();
        self.skip();
        if matches!(self.peek(), Tok::Comma | Tok::Word(Word::When | Word::Then | Word::Else | Word::End)) {
            self.bump();
            self.skip();
        }
    }
}
