//! Tree → plan: names resolved in their scope, types met, literals read. Everything wrong is reported in one pass;
//! a broken part yields no node, and its neighbours are still looked at.

use super::closure;
use super::literal;
use super::plan::{Lit, Node, NodeKind};
use super::problems::Problems;
use super::scope::{Scope, Type};
use super::tree::{Bytes, Expr, Kind};
use crate::diag::Code;
use crate::model::{FieldIx, KindId};
use std::collections::BTreeSet;

/// What a condition was found to use.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    pub(super) fields: BTreeSet<FieldIx>,
    pub(super) kinds: BTreeSet<KindId>,
    pub(super) events: bool,
    pub(super) follow_ups: bool,
    pub(super) clock: bool,
}

/// One condition being checked.
pub(super) struct Checker<'a, 'p, 'd> {
    pub(super) scope: Scope<'a>,
    pub(super) text: &'a str,
    pub(super) problems: &'p mut Problems<'d>,
    pub(super) uses: Uses,
}

/// A type for people.
pub(super) fn called(ty: Type) -> &'static str {
    match ty {
        Type::Boolean => "a yes/no value",
        Type::Number => "a number",
        Type::Text => "text",
        Type::List => "a list",
        Type::Date => "a date",
        Type::Instant => "an instant",
        Type::Duration => "a duration",
        Type::Null => "NULL",
    }
}

impl<'a> Checker<'a, '_, '_> {
    /// The text of a span on one line.
    pub(super) fn excerpt(&self, at: Bytes) -> String {
        one_line(self.text.get(at.start..at.end).unwrap_or_default())
    }
    pub(super) fn mismatch<T>(&mut self, at: Bytes, message: impl Into<String>, help: impl Into<String>) -> Option<T> {
        self.problems.error(Code::TypeMismatch, at, message, help);
        None
    }

    /// A node that is used as a condition.
    pub(super) fn boolean(&mut self, expr: &Expr) -> Option<Node> {
        let node = self.node(expr)?;
        match node.ty {
            Type::Boolean | Type::Null => Some(node),
            ty => {
                let what = self.excerpt(node.span);
                let help = match ty {
                    Type::Number => format!("compare it: `{what} > 0`"),
                    Type::Text if node.literal_text().is_some() => "a text alone says nothing: compare a field with it".to_owned(),
                    Type::Text => format!("compare it: `{what} = 'value'`, or ask `{what} IS NOT NULL`"),
                    Type::List => "ask for a tag: `has_tag('竞品')`".to_owned(),
                    Type::Date | Type::Instant => format!("compare it: `{what} >= as_of - '30d'`"),
                    _ => String::new(),
                };
                self.mismatch(node.span, format!("`{what}` is {}, where a condition is expected", called(ty)), help)
            }
        }
    }

    /// A node that is used as a number.
    pub(super) fn number(&mut self, expr: &Expr) -> Option<Node> {
        let node = self.node(expr)?;
        match node.ty {
            Type::Number | Type::Null => Some(node),
            ty => {
                let what = self.excerpt(node.span);
                let help = match ty {
                    Type::Boolean => format!("write `CASE WHEN {what} THEN 1 ELSE 0 END`"),
                    Type::Text if node.literal_text().is_some_and(|t| t.trim().parse::<f64>().is_ok()) => "write the number without quotes".to_owned(),
                    Type::Text => format!("`length({what})` is a number; a column of numbers is declared in fields.yaml"),
                    Type::Date | Type::Instant => format!("`days_since({what})` is a number"),
                    _ => String::new(),
                };
                self.mismatch(node.span, format!("`{what}` is {}, where a number is expected", called(ty)), help)
            }
        }
    }

    /// Any node.
    pub(super) fn node(&mut self, expr: &Expr) -> Option<Node> {
        let span = expr.span;
        let made = |kind, ty| Some(Node::new(kind, ty, span));
        let node = match &expr.kind {
            Kind::Broken => None,
            Kind::Null => made(NodeKind::Const(Lit::Null), Type::Null),
            Kind::Bool(b) => made(NodeKind::Const(Lit::Bool(*b)), Type::Boolean),
            Kind::Number(n) => made(NodeKind::Const(Lit::Number(*n)), Type::Number),
            Kind::Text(t) => made(NodeKind::Const(Lit::Text(t.as_str().into())), Type::Text),
            Kind::Name { name, quote } => self.name(name, *quote, span),
            Kind::Call { name, name_span, args } => self.call(name, *name_span, args, span),
            Kind::Not(x) => self.boolean(x).and_then(|x| made(NodeKind::Not(Box::new(x)), Type::Boolean)),
            Kind::And(parts) => self.booleans(parts).and_then(|p| made(NodeKind::And(p), Type::Boolean)),
            Kind::Or(parts) => self.booleans(parts).and_then(|p| made(NodeKind::Or(p), Type::Boolean)),
            Kind::Neg(x) => self.number(x).and_then(|x| made(NodeKind::Neg(Box::new(x)), Type::Number)),
            Kind::Compare { op, left, right } => self.compare(*op, left, right, span),
            Kind::Arith { sign, left, right } => self.arith(*sign, left, right, span),
            Kind::In { negated, item, list } => self.in_list(*negated, item, list, span),
            Kind::Between { negated, item, low, high } => self.between(*negated, item, low, high, span),
            Kind::Like { negated, item, pattern } => self.like(*negated, item, pattern, span),
            Kind::IsNull { negated, item } => self.node(item).and_then(|x| made(NodeKind::IsNull(*negated, Box::new(x)), Type::Boolean)),
            Kind::Case { arms, otherwise } => self.case(arms, otherwise.as_deref(), span),
        }?;
        Some(self.folded(node))
    }

    /// Literals among themselves are computed here, once.
    fn folded(&self, node: Node) -> Node {
        let logic = matches!(node.kind, NodeKind::Const(_) | NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_));
        if logic || !node.is_fixed() {
            return node;
        }
        let lit = closure::fixed(&node, self.scope.dictionary);
        Node { kind: NodeKind::Const(lit), folded: true, ..node }
    }

    fn booleans(&mut self, parts: &[Expr]) -> Option<Vec<Node>> {
        let nodes: Vec<_> = parts.iter().map(|p| self.boolean(p)).collect();
        nodes.into_iter().collect()
    }

    /// Brings nodes to one type, reading text literals as what the others are. `None` = reported.
    pub(super) fn meet(&mut self, nodes: Vec<Node>) -> Option<(Vec<Node>, Type)> {
        let lead = nodes.iter().find(|n| n.ty != Type::Null && n.literal_text().is_none()).or(nodes.iter().find(|n| n.ty != Type::Null));
        let Some(mut ty) = lead.map(|n| n.ty) else { return Some((nodes, Type::Null)) };
        let lead_span = lead.map(|n| n.span)?;
        let mut met = Some(Vec::with_capacity(nodes.len()));
        for node in nodes {
            let Some(node) = literal::become_type(node, ty, self.problems) else {
                met = None;
                continue;
            };
            match (ty, node.ty) {
                (Type::Date, Type::Instant) => ty = Type::Instant,
                (Type::Instant, Type::Date) | (_, Type::Null) => {}
                (a, b) if a == b => {}
                (a, b) => {
                    let (first, second) = (self.excerpt(lead_span), self.excerpt(node.span));
                    let help = self.meet_help(a, &node, &first, &second);
                    self.problems.error(
                        Code::TypeMismatch,
                        node.span,
                        format!("`{first}` is {}, `{second}` is {}: they cannot be compared or mixed", called(a), called(b)),
                        help,
                    );
                    met = None;
                }
            }
            if let Some(met) = &mut met {
                met.push(node);
            }
        }
        met.map(|nodes| (nodes, ty))
    }

    fn meet_help(&self, want: Type, node: &Node, first: &str, second: &str) -> String {
        match (want, node.ty) {
            (Type::Number, Type::Text) if node.literal_text().is_some_and(|t| t.trim().parse::<f64>().is_ok()) => {
                format!("write the number without quotes: `{}`", node.literal_text().map_or("", |t| t.trim()))
            }
            (Type::Text, Type::Number) => format!("write it as text: `'{second}'`"),
            (Type::Boolean, Type::Number | Type::Text) => format!("write `{first} = TRUE`, or just `{first}`"),
            (Type::List, _) | (_, Type::List) => "ask for a tag: `has_tag('竞品')`".to_owned(),
            (Type::Instant | Type::Date, Type::Number) | (Type::Number, Type::Instant | Type::Date) => {
                "count days with `days_since(…)`, or compare with a date `'2026-11-21'`".to_owned()
            }
            (Type::Duration, Type::Number) => "write a duration as text: `'30d'`".to_owned(),
            _ => String::new(),
        }
    }

    fn case(&mut self, arms: &[(Expr, Expr)], otherwise: Option<&Expr>, span: Bytes) -> Option<Node> {
        let conditions: Vec<_> = arms.iter().map(|(c, _)| self.boolean(c)).collect();
        let values: Vec<_> = arms.iter().map(|(_, v)| v).chain(otherwise).map(|v| self.node(v)).collect();
        let conditions: Vec<Node> = conditions.into_iter().collect::<Option<_>>()?;
        let values: Vec<Node> = values.into_iter().collect::<Option<_>>()?;
        if conditions.is_empty() {
            return None; // reported by the parser
        }
        let (mut values, ty) = self.meet(values)?;
        if ty == Type::List {
            return self.mismatch(span, "a CASE cannot yield a list", "");
        }
        let otherwise = if otherwise.is_some() { values.pop().map(Box::new) } else { None };
        Some(Node::new(NodeKind::Case(conditions.into_iter().zip(values).collect(), otherwise), ty, span))
    }
}

/// Ids for a message: `a`, `b` and `c`.
pub(super) fn listed<S: AsRef<str>>(ids: &[S]) -> String {
    match ids {
        [] => "nothing".to_owned(),
        [one] => format!("`{}`", one.as_ref()),
        [many @ .., last] => format!("{} and `{}`", many.iter().map(|s| format!("`{}`", s.as_ref())).collect::<Vec<_>>().join(", "), last.as_ref()),
    }
}

/// White space, line breaks included, as one space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
