//! Tokens → tree, by precedence climbing: `OR < AND < NOT < comparisons < + - < * / < sign`, as in SQL.
//! Comparisons do not chain. A broken operand is reported and skipped up to the next AND or OR, so that one reading
//! finds several problems. Depth is bounded, so no input can exhaust the stack.

use super::cursor::Parser;
use super::lexer::read;
use super::problems::Problems;
use super::token::{Tok, Word};
use super::tree::{Bytes, Expr, Kind, Quote, Sign};
use crate::diag::Code;

/// How deep a condition may be nested.
pub(super) const DEPTH: usize = 100;

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
pub(super) const ADD: u8 = 5;
const MULTIPLY: u8 = 6;
const SIGN: u8 = 7;

/// The tree of a text. Problems are reported; broken parts are [`Kind::Broken`].
pub(super) fn parse(text: &str, problems: &mut Problems<'_>) -> Expr {
    let tokens = read(text, problems);
    let mut parser = Parser { text, tokens, at: 0, depth: 0, too_deep: false, problems };
    if parser.peek() == &Tok::Eof {
        let span = Bytes { start: 0, end: text.len() };
        parser.problems.error(Code::ConditionSyntax, span, "the condition is empty", "write e.g. `industry = '制造业'`, or leave the key out");
        return Expr::new(Kind::Broken, span);
    }
    let mut whole = parser.expr(0);
    while parser.peek() != &Tok::Eof {
        parser.leftover();
        if matches!(parser.peek(), Tok::Word(Word::And | Word::Or)) {
            parser.at += 1;
            let more = parser.expr(0);
            let span = whole.span.to(more.span);
            whole = parser.node(Kind::And(vec![whole, more]), span);
        }
    }
    whole
}

impl<'t> Parser<'t, '_, '_> {
    /// An expression whose operators bind at least as tightly as `min`.
    pub(super) fn expr(&mut self, min: u8) -> Expr {
        if self.depth >= DEPTH {
            let at = self.span();
            self.give_up(at);
            return Expr::new(Kind::Broken, at);
        }
        self.depth += 1;
        let result = self.climb(min);
        self.depth -= 1;
        result
    }

    fn climb(&mut self, min: u8) -> Expr {
        let mut left = self.prefix(min);
        loop {
            let tok = self.peek().clone();
            left = match tok {
                Tok::Word(Word::Or) if min <= OR => self.joined(left, Word::Or),
                Tok::Word(Word::And) if min <= AND => self.joined(left, Word::And),
                Tok::Op(_) | Tok::Word(Word::In | Word::Between | Word::Like | Word::Is) if min <= COMPARE => self.comparison(left),
                Tok::Word(Word::Not) if min <= COMPARE && matches!(self.peek_after(), Tok::Word(Word::In | Word::Between | Word::Like)) => {
                    self.comparison(left)
                }
                Tok::Sign(sign) => {
                    let level = if matches!(sign, Sign::Plus | Sign::Minus) { ADD } else { MULTIPLY };
                    if min > level {
                        return left;
                    }
                    self.bump();
                    let right = self.expr(level + 1);
                    let span = left.span.to(right.span);
                    self.node(Kind::Arith { sign, left: Box::new(left), right: Box::new(right) }, span)
                }
                _ => return left,
            };
        }
    }

    fn joined(&mut self, first: Expr, word: Word) -> Expr {
        let mut parts = vec![first];
        while self.eat_word(word) {
            let part = self.expr(if word == Word::Or { AND } else { NOT });
            parts.push(part);
        }
        let span = parts.first().map_or(Bytes { start: 0, end: 0 }, |p| p.span).to(self.last_span());
        self.node(if word == Word::Or { Kind::Or(parts) } else { Kind::And(parts) }, span)
    }

    fn prefix(&mut self, min: u8) -> Expr {
        let start = self.span();
        match self.peek().clone() {
            Tok::Word(Word::Not) => {
                self.bump();
                if min > NOT {
                    self.error(start, "`NOT` cannot stand here", "put it with its condition into parentheses: `(NOT …)`");
                }
                let inner = self.expr(NOT);
                let span = start.to(inner.span);
                self.node(Kind::Not(Box::new(inner)), span)
            }
            Tok::Sign(Sign::Minus) => {
                self.bump();
                let inner = self.expr(SIGN);
                let span = start.to(inner.span);
                self.node(Kind::Neg(Box::new(inner)), span)
            }
            Tok::Sign(Sign::Plus) => {
                self.bump();
                self.expr(SIGN)
            }
            Tok::Open => self.parenthesised(),
            Tok::Word(Word::Case) => self.case(),
            Tok::Word(Word::Null) => self.leaf(Kind::Null),
            Tok::Word(Word::True) => self.leaf(Kind::Bool(true)),
            Tok::Word(Word::False) => self.leaf(Kind::Bool(false)),
            Tok::Number(n) => self.leaf(Kind::Number(n)),
            Tok::Text(t) => self.leaf(Kind::Text(t)),
            Tok::Name(name, quote) => {
                self.bump();
                if quote == Quote::Bare && self.peek() == &Tok::Open { self.call(name, start) } else { Expr::new(Kind::Name { name, quote }, start) }
            }
            _ => {
                let found = self.found();
                self.broken(format!("a field, a value or `(` is expected, but {found}"), "")
            }
        }
    }

    fn leaf(&mut self, kind: Kind) -> Expr {
        let span = self.bump();
        Expr::new(kind, span)
    }

    fn parenthesised(&mut self) -> Expr {
        let open = self.bump();
        let inner = self.expr(0);
        self.close(open);
        let span = open.to(self.last_span());
        Expr { span, ..inner }
    }

    /// The `)` of an open parenthesis; whatever stands before it too much is reported.
    fn close(&mut self, open: Bytes) {
        while !matches!(self.peek(), Tok::Close | Tok::Eof) {
            self.leftover();
            if matches!(self.peek(), Tok::Word(Word::And | Word::Or)) {
                self.bump();
                self.expr(0);
            }
        }
        if !self.eat(&Tok::Close) {
            self.error(open, "this `(` is never closed", "add the missing `)`");
        }
    }

    /// `(a, b, c)` behind a name or IN; the opening parenthesis is the next token.
    pub(super) fn list(&mut self) -> Vec<Expr> {
        let open = self.bump();
        let mut items = Vec::new();
        if self.eat(&Tok::Close) {
            return items;
        }
        loop {
            let item = self.expr(0);
            items.push(item);
            if !self.eat(&Tok::Comma) {
                break;
            }
            if self.peek() == &Tok::Close {
                let at = self.last_span();
                self.error(at, "nothing stands behind this comma", "remove it");
                break;
            }
        }
        self.close_list(open);
        items
    }

    fn close_list(&mut self, open: Bytes) {
        if !matches!(self.peek(), Tok::Close | Tok::Eof) {
            let (at, found) = (self.span(), self.found());
            self.error(at, format!("`,` or `)` is expected, but {found}"), "");
            let mut depth = 0_usize;
            while self.peek() != &Tok::Eof && (depth > 0 || self.peek() != &Tok::Close) {
                match self.peek() {
                    Tok::Open => depth += 1,
                    Tok::Close => depth = depth.saturating_sub(1),
                    _ => {}
                }
                self.bump();
            }
        }
        if !self.eat(&Tok::Close) {
            self.error(open, "this `(` is never closed", "add the missing `)`");
        }
    }

    fn call(&mut self, name: String, name_span: Bytes) -> Expr {
        let args = self.list();
        let span = name_span.to(self.last_span());
        self.node(Kind::Call { name, name_span, args }, span)
    }
}

#[cfg(test)]
mod tests {
    use super::super::print::full;
    use super::*;
    use crate::condition::Place;
    use crate::diag::{Diagnostics, SourceId};

    fn tree(text: &str) -> (String, Diagnostics) {
        let place = Place::verbatim(SourceId(0), 0, text.len());
        let mut out = Diagnostics::default();
        let tree = parse(text, &mut Problems::new(&place, &mut out));
        (full(&tree), out)
    }
    fn good(text: &str) -> String {
        let (tree, out) = tree(text);
        assert!(out.0.is_empty(), "{text}: {:?}", out.0);
        tree
    }
    /// Each problem with the text under it.
    fn bad(text: &str) -> Vec<(Code, String, String)> {
        let (_, out) = tree(text);
        out.0
            .iter()
            .map(|d| {
                let span = d.span.expect("a span");
                (d.code, text.get(span.start..span.end).expect("character boundaries").to_owned(), d.help.clone().unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn precedence_is_sql_s() {
        assert_eq!(good("a OR b AND NOT c = 1 + 2 * -3"), "(a OR (b AND (NOT (c = (1 + (2 * (-3)))))))");
        assert_eq!(good("a BETWEEN 1 AND 2 AND b NOT IN (1, 2)"), "((a BETWEEN 1 AND 2) AND (b NOT IN (1, 2)))");
        assert_eq!(good("8 - 4 - 2 = 8 / 4 / 2"), "(((8 - 4) - 2) = ((8 / 4) / 2))");
        assert_eq!(good("not a is not null or [b c] like '%''%'"), "((NOT (a IS NOT NULL)) OR (\"b c\" LIKE '%''%'))");
        assert_eq!(good("CASE WHEN a THEN 1 ELSE 2 END > 1"), "((CASE WHEN a THEN 1 ELSE 2 END) > 1)");
        assert_eq!(good("最近30天 >= 1 AND events('x', '7d') > 0"), "((最近30天 >= 1) AND (events('x', '7d') > 0))");
    }

    #[test]
    fn full_width_punctuation_is_read_and_its_fix_given() {
        let found = bad("行业＝’制造业‘ AND （人数 ＞＝ １００，２）");
        let fixes: Vec<_> = found.iter().filter(|f| f.0 == Code::FullWidth).map(|f| (f.1.as_str(), f.2.as_str())).collect();
        assert_eq!(
            fixes,
            [
                ("＝", "write `=`"),
                ("’制造业‘", "write `'制造业'`"),
                ("（", "write `(`"),
                ("＞＝", "write `>=`"),
                ("１００", "write `100`"),
                ("，", "write `,`"),
                ("２", "write `2`"),
                ("）", "write `)`")
            ]
        );
        assert_eq!(bad("a = 'x’ AND b = 'y'"), [(Code::FullWidth, "’".into(), "write `'`".into())]);
        assert_eq!(bad("a = “x”"), [(Code::FullWidth, "“x”".into(), "write `'x'`".into())]);
        assert!(tree("a = 'it’s （ok），；'").1.0.is_empty(), "inside text they are just text");
    }

    #[test]
    fn habits_of_other_languages_get_the_fix() {
        let fixes = |text| bad(text).into_iter().map(|f| (f.1, f.2)).collect::<Vec<_>>();
        assert_eq!(
            fixes("a == 1 && !b || c"),
            [("==".into(), "write `=`".into()), ("&&".into(), "write `AND`".into()), ("!".into(), "write `NOT`".into()), ("||".into(), "write `OR`".into())]
        );
        assert_eq!(fixes("a > 30d"), [("30d".into(), "a duration is text: write `'30d'`".into())]);
        assert_eq!(fixes("a > 5万"), [("5万".into(), "write the number out: `50000`".into())]);
        assert!(fixes("1 < a < 5")[0].1.contains("AND"));
        assert!(fixes("a IS 'x'")[0].1.contains("write `=`"));
        assert!(fixes("a IN 'x'")[0].1.contains("IN ("));
        assert!(fixes("a = 1 且 b = 2")[0].1.contains("AND"));
    }

    #[test]
    fn several_problems_of_one_condition_are_all_found() {
        let found = bad("a == 1 AND ) OR b = AND c IN () AND 'open");
        assert!(found.len() >= 5, "{found:?}");
    }

    #[test]
    fn depth_is_bounded() {
        for text in
            ["(".repeat(100_000), "NOT ".repeat(100_000), "- ".repeat(100_000), "1 + ".repeat(100_000) + "1", "CASE WHEN ".repeat(50_000), "f(".repeat(50_000)]
        {
            let found = bad(&text);
            assert!(found.iter().any(|f| f.0 == Code::TooLarge), "{}", &text[..20]);
        }
        let wide = format!("a = 0{}", " OR a = 1".repeat(20_000));
        assert!(tree(&wide).1.0.is_empty(), "side by side is not deep");
        assert!(tree(&format!("{}a{}", "(".repeat(90), ")".repeat(90))).1.0.is_empty());
    }
}
