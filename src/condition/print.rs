//! Tree → text. [`canonical`] is the one normal form (equal meaning of layout, case and redundant parentheses gone);
//! [`full`] puts every operator into parentheses, so that trees of different parsers compare as text.

use super::token::is_bare;
use super::tree::{Expr, Kind};
use std::fmt::Write;

/// The normal form; `rename` gives the canonical spelling of a name.
pub(super) fn canonical(tree: &Expr, rename: &dyn Fn(&str) -> String) -> String {
    let mut printer = Printer { out: String::new(), rename, full: false };
    printer.node(tree, 0);
    printer.out
}

/// Every operator in parentheses, names as written.
pub(super) fn full(tree: &Expr) -> String {
    let mut printer = Printer { out: String::new(), rename: &str::to_owned, full: true };
    printer.node(tree, 0);
    printer.out
}

/// A text literal.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name, in double quotes where it needs them.
pub(super) fn name(name: &str) -> String {
    if is_bare(name) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

struct Printer<'r> {
    out: String,
    rename: &'r dyn Fn(&str) -> String,
    full: bool,
}

/// How tightly a node's own operator binds; the numbers of `parse`.
fn level(kind: &Kind) -> u8 {
    match kind {
        Kind::Or(_) => 1,
        Kind::And(_) => 2,
        Kind::Not(_) => 3,
        Kind::Compare { .. } | Kind::In { .. } | Kind::Between { .. } | Kind::Like { .. } | Kind::IsNull { .. } => 4,
        Kind::Arith { sign, .. } => match sign {
            super::tree::Sign::Plus | super::tree::Sign::Minus => 5,
            super::tree::Sign::Times | super::tree::Sign::Over => 6,
        },
        Kind::Neg(_) => 7,
        Kind::Case { .. } => 8,
        Kind::Broken | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name { .. } | Kind::Call { .. } => 9,
    }
}

impl Printer<'_> {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }
    fn list(&mut self, items: &[Expr]) {
        self.push("(");
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.node(item, 0);
        }
        self.push(")");
    }
    /// A node where operators must bind at least as tightly as `min`.
    fn node(&mut self, expr: &Expr, min: u8) {
        let own = level(&expr.kind);
        let parentheses = if self.full { own < 9 } else { own < min };
        if parentheses {
            self.push("(");
        }
        self.bare(expr, own);
        if parentheses {
            self.push(")");
        }
    }
    fn bare(&mut self, expr: &Expr, own: u8) {
        match &expr.kind {
            Kind::Broken => self.push("?"),
            Kind::Null => self.push("NULL"),
            Kind::Bool(b) => self.push(if *b { "TRUE" } else { "FALSE" }),
            Kind::Number(n) => {
                let _ = write!(self.out, "{n}");
            }
            Kind::Text(t) => self.push(&quoted(t)),
            Kind::Name { name: n, .. } => {
                let text = name(&(self.rename)(n));
                self.push(&text);
            }
            Kind::Call { name, args, .. } => {
                self.push(&name.to_lowercase());
                self.list(args);
            }
            Kind::Not(x) => {
                self.push("NOT ");
                self.node(x, 3);
            }
            Kind::Neg(x) => {
                self.push("-");
                self.node(x, 8);
            }
            Kind::And(parts) | Kind::Or(parts) => self.joined(parts, own),
            Kind::Compare { op, left, right } => {
                self.node(left, 5);
                let _ = write!(self.out, " {} ", op.sign());
                self.node(right, 5);
            }
            Kind::Arith { sign, left, right } => {
                self.node(left, own);
                let _ = write!(self.out, " {} ", sign.sign());
                self.node(right, own + 1);
            }
            Kind::In { negated, item, list } => {
                self.node(item, 5);
                self.push(if *negated { " NOT IN " } else { " IN " });
                self.list(list);
            }
            Kind::Between { negated, item, low, high } => {
                self.node(item, 5);
                self.push(if *negated { " NOT BETWEEN " } else { " BETWEEN " });
                self.node(low, 5);
                self.push(" AND ");
                self.node(high, 5);
            }
            Kind::Like { negated, item, pattern } => {
                self.node(item, 5);
                self.push(if *negated { " NOT LIKE " } else { " LIKE " });
                self.node(pattern, 5);
            }
            Kind::IsNull { negated, item } => {
                self.node(item, 5);
                self.push(if *negated { " IS NOT NULL" } else { " IS NULL" });
            }
            Kind::Case { arms, otherwise } => {
                self.push("CASE");
                for (condition, value) in arms {
                    self.push(" WHEN ");
                    self.node(condition, 0);
                    self.push(" THEN ");
                    self.node(value, 0);
                }
                if let Some(value) = otherwise {
                    self.push(" ELSE ");
                    self.node(value, 0);
                }
                self.push(" END");
            }
        }
    }
    /// AND and OR lists. In full form they lean left, two at a time; in the normal form nested ones of one kind run together.
    fn joined(&mut self, parts: &[Expr], own: u8) {
        let sign = if own == 1 { " OR " } else { " AND " };
        if self.full {
            for _ in 2..parts.len() {
                self.push("(");
            }
        }
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.push(sign);
            }
            self.node(part, own);
            if self.full && i > 0 && i + 1 < parts.len() {
                self.push(")");
            }
        }
    }
}
