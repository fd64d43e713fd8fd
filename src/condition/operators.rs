//! Comparisons, `IN`, `BETWEEN`, `LIKE`, `IS NULL` and `CASE`: tokens → tree.

use super::cursor::Parser;
use super::parse::ADD;
use super::token::{Tok, Word};
use super::tree::{Expr, Kind};

impl Parser<'_, '_, '_> {
    pub(super) fn comparison(&mut self, left: Expr) -> Expr {
        let sign = self.span();
        let node = self.compared(left);
        let chained = match self.peek() {
            Tok::Op(_) | Tok::Word(Word::In | Word::Between | Word::Like | Word::Is) => true,
            Tok::Word(Word::Not) => matches!(self.peek_after(), Tok::Word(Word::In | Word::Between | Word::Like)),
            _ => false,
        };
        if chained && node.kind_is_comparison() {
            let at = self.span();
            let help = format!("write two conditions joined by AND (`1 < x AND x < 5`), or parentheses around `{}`", self.slice(node.span));
            self.error(sign.to(at), "comparisons cannot be chained", help);
        }
        node
    }

    pub(super) fn compared(&mut self, left: Expr) -> Expr {
        let start = left.span;
        if let Tok::Op(op) = *self.peek() {
            self.bump();
            if let Tok::Op(second) = *self.peek() {
                let at = self.bump();
                self.error(at, format!("two comparisons in a row: `{}` `{}`", op.sign(), second.sign()), "keep one of them");
            }
            let right = self.expr(ADD);
            let span = start.to(right.span);
            return self.node(Kind::Compare { op, left: Box::new(left), right: Box::new(right) }, span);
        }
        let negated = self.eat_word(Word::Not);
        let item = Box::new(left);
        if self.eat_word(Word::Is) {
            let negated = self.eat_word(Word::Not);
            if !self.eat_word(Word::Null) {
                let other = if negated { "<>" } else { "=" };
                let found = self.found();
                return self.broken(format!("`NULL` is expected behind IS, but {found}"), format!("for other values write `{other}`"));
            }
            let span = start.to(self.last_span());
            return self.node(Kind::IsNull { negated, item }, span);
        }
        if self.eat_word(Word::In) {
            if self.peek() != &Tok::Open {
                let (at, found) = (self.span(), self.found());
                self.error(at, format!("`(` is expected behind IN, but {found}"), "write `industry IN ('制造业', '汽车')`");
                let list = vec![self.expr(ADD)];
                let span = start.to(self.last_span());
                return self.node(Kind::In { negated, item, list }, span);
            }
            let open = self.span();
            let list = self.list();
            if list.is_empty() {
                self.error(open.to(self.last_span()), "the list is empty", "write at least one value: `IN ('a', 'b')`");
            }
            let span = start.to(self.last_span());
            return self.node(Kind::In { negated, item, list }, span);
        }
        if self.eat_word(Word::Between) {
            let low = Box::new(self.expr(ADD));
            if !self.eat_word(Word::And) {
                let found = self.found();
                return self.broken(format!("`AND` is expected in BETWEEN, but {found}"), "write `budget BETWEEN 100000 AND 500000`");
            }
            let high = Box::new(self.expr(ADD));
            let span = start.to(high.span);
            return self.node(Kind::Between { negated, item, low, high }, span);
        }
        self.eat_word(Word::Like);
        let pattern = Box::new(self.expr(ADD));
        let span = start.to(pattern.span);
        self.node(Kind::Like { negated, item, pattern }, span)
    }

    pub(super) fn case(&mut self) -> Expr {
        let start = self.bump();
        let mut arms = Vec::new();
        if !matches!(self.peek(), Tok::Word(Word::When)) {
            let at = self.span();
            self.error(at, "`WHEN` is expected behind CASE", "write `CASE WHEN employees >= 1000 THEN 15 ELSE 0 END`");
            self.skip();
        }
        while self.eat_word(Word::When) {
            let condition = self.expr(0);
            if !self.eat_word(Word::Then) {
                let (at, found) = (self.span(), self.found());
                self.error(at, format!("`THEN` is expected, but {found}"), "");
                self.skip();
                self.eat_word(Word::Then);
            }
            let value = self.expr(0);
            arms.push((condition, value));
        }
        let otherwise = self.eat_word(Word::Else).then(|| Box::new(self.expr(0)));
        if !self.eat_word(Word::End) {
            let (at, found) = (self.span(), self.found());
            let help = if matches!(self.peek(), Tok::Word(Word::When)) { "ELSE comes last" } else { "a CASE ends with `END`" };
            self.error(at, format!("`END` is expected, but {found}"), help);
            self.skip();
            self.eat_word(Word::End);
        }
        let span = start.to(self.last_span());
        self.node(Kind::Case { arms, otherwise }, span)
    }
}

impl Expr {
    fn kind_is_comparison(&self) -> bool {
        matches!(self.kind, Kind::Compare { .. } | Kind::In { .. } | Kind::Between { .. } | Kind::Like { .. } | Kind::IsNull { .. })
    }
}
