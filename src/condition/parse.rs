//! Tokens → tree, by precedence climbing: `OR < AND < NOT < comparisons < + - < * / < sign`, as in SQL.
//! Comparisons do not chain. A broken operand is reported and skipped up to the next AND or OR, so that one reading
//! finds several problems. Depth is bounded, so no input can exhaust the stack.

use super::problems::Problems;
use super::token::{Tok, Token, Word, read};
use super::tree::{Bytes, Expr, Kind, Quote, Sign};
use crate::diag::Code;

/// How deep a condition may be nested.
const DEPTH: usize = 100;

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const ADD: u8 = 5;
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

struct Parser<'t, 'p, 'd> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    too_deep: bool,
    problems: &'p mut Problems<'d>,
}

impl<'t> Parser<'t, '_, '_> {
    fn token(&self) -> &Token {
        // The last token is Eof and is never passed; the fallback cannot be reached with tokens from `read`.
        static END: Token = Token { tok: Tok::Eof, span: Bytes { start: 0, end: 0 } };
        self.tokens.get(self.at).or(self.tokens.last()).unwrap_or(&END)
    }
    fn peek(&self) -> &Tok {
        &self.token().tok
    }
    fn peek_after(&self) -> &Tok {
        self.tokens.get(self.at + 1).map_or(&Tok::Eof, |t| &t.tok)
    }
    fn span(&self) -> Bytes {
        self.token().span
    }
    fn last_span(&self) -> Bytes {
        self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(Bytes { start: 0, end: 0 }, |t| t.span)
    }
    fn bump(&mut self) -> Bytes {
        let span = self.span();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        span
    }
    fn eat(&mut self, tok: &Tok) -> bool {
        let hit = self.peek() == tok;
        if hit {
            self.bump();
        }
        hit
    }
    fn eat_word(&mut self, word: Word) -> bool {
        self.eat(&Tok::Word(word))
    }
    fn slice(&self, span: Bytes) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }
    /// What stands here, for messages.
    fn found(&self) -> String {
        if self.peek() == &Tok::Eof { "the condition ends".to_owned() } else { format!("found `{}`", self.slice(self.span())) }
    }
    fn error(&mut self, at: Bytes, message: impl Into<String>, help: impl Into<String>) {
        if !self.too_deep {
            self.problems.error(Code::ConditionSyntax, at, message, help);
        }
    }

    /// A node, unless the tree would become too deep.
    fn node(&mut self, kind: Kind, span: Bytes) -> Expr {
        let node = Expr::new(kind, span);
        if usize::from(node.height) > DEPTH {
            self.give_up(span);
            return Expr::new(Kind::Broken, span);
        }
        node
    }
    /// Too deep: said once, and nothing behind it is read.
    fn give_up(&mut self, span: Bytes) {
        if !self.too_deep {
            self.problems.error(Code::TooLarge, span, format!("the condition is nested more than {DEPTH} levels deep"), "split it into several rules");
            self.too_deep = true;
        }
        self.at = self.tokens.len().saturating_sub(1);
    }

    /// Reports what is wrong here and skips to where a next part may start.
    fn broken(&mut self, message: impl Into<String>, help: impl Into<String>) -> Expr {
        let at = self.span();
        self.error(at, message, help);
        self.skip();
        Expr::new(Kind::Broken, at)
    }
    fn skip(&mut self) {
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
    fn leftover(&mut self) {
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

    /// An expression whose operators bind at least as tightly as `min`.
    fn expr(&mut self, min: u8) -> Expr {
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
    fn list(&mut self) -> Vec<Expr> {
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

    fn comparison(&mut self, left: Expr) -> Expr {
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

    fn compared(&mut self, left: Expr) -> Expr {
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

    fn case(&mut self) -> Expr {
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
