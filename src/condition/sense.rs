//! Conditions that are well formed and yet say nothing: never true, or always. Literals are already computed; here every
//! AND is read as a set of demands on each subject (a field, a count …), and an empty set is a contradiction. OR is the
//! mirror image: if the opposite of all its parts contradicts itself, one of them always holds.
//!
//! Only certain verdicts are given: what is not understood counts as satisfiable.

use super::check::one_line;
use super::num::Num;
use super::plan::{Lit, Node, NodeKind, Read};
use super::problems::Problems;
use super::scope::Type;
use super::tree::{Bytes, Op};
use crate::diag::Code;
use crate::model::fold;
use chrono::{Datelike, Timelike};
use std::cmp::Ordering;

/// The value of a condition that needs no lead: `Some(None)` is "always unknown".
pub(super) fn truth(node: &Node) -> Option<Option<bool>> {
    match &node.kind {
        NodeKind::Const(Lit::Bool(b)) => Some(Some(*b)),
        NodeKind::Const(Lit::Null) => Some(None),
        NodeKind::Not(x) => truth(x).map(|v| v.map(|b| !b)),
        NodeKind::And(parts) => joined(parts, false),
        NodeKind::Or(parts) => joined(parts, true),
        NodeKind::Compare(_, a, b) if [a, b].iter().any(|n| n.constant() == Some(&Lit::Null)) => Some(None),
        _ => None,
    }
}

fn joined(parts: &[Node], decisive: bool) -> Option<Option<bool>> {
    let values: Vec<_> = parts.iter().map(truth).collect();
    if values.contains(&Some(Some(decisive))) {
        return Some(Some(decisive));
    }
    let all: Vec<Option<bool>> = values.into_iter().collect::<Option<_>>()?;
    Some(if all.contains(&None) { None } else { Some(!decisive) })
}

/// Whether no lead can make it true.
pub(super) fn never(node: &Node) -> bool {
    matches!(truth(node), Some(Some(false) | None)) || contradiction(node, false).is_some()
}

/// Warns about every part that is never or always true.
pub(super) fn report(node: &Node, text: &str, problems: &mut Problems<'_>) {
    let excerpt = |at: Bytes| one_line(text.get(at.start..at.end).unwrap_or_default());
    if node.folded && node.ty == Type::Boolean {
        let what = excerpt(node.span);
        match node.constant() {
            Some(Lit::Bool(true)) => problems.warn(Code::AlwaysTrue, node.span, format!("`{what}` is always true"), "it compares literals: name a field"),
            _ => problems.warn(Code::NeverTrue, node.span, format!("`{what}` is never true"), "it compares literals: name a field"),
        }
        return;
    }
    if let Some((subject, _)) = contradiction(node, false) {
        let help = match &node.kind {
            NodeKind::Between(false, ..) => "the smaller value stands first",
            NodeKind::And(_) => "one of them is too much; for \"either\" write OR, or IN ('a', 'b')",
            _ => "",
        };
        let what = excerpt(subject);
        problems.warn(Code::NeverTrue, node.span, format!("never true: no value of `{what}` meets this"), help);
        return;
    }
    if let Some((subject, count)) = contradiction(node, true) {
        let what = excerpt(subject);
        let help = if matches!(node.kind, NodeKind::Or(_)) { "for \"neither\" write AND, or NOT IN ('a', 'b')" } else { "" };
        let message = if count {
            format!("always true: `{what}` is never below 0")
        } else {
            format!("always true, unless `{what}` is blank: every value of it meets this")
        };
        problems.warn(Code::AlwaysTrue, node.span, message, help);
        return;
    }
    if let NodeKind::Case(arms, _) = &node.kind {
        unreachable_arms(arms, text, problems);
    }
    for child in node.children() {
        if matches!(child.ty, Type::Boolean) || !matches!(child.kind, NodeKind::Const(_) | NodeKind::Read(_)) {
            report(child, text, problems);
        }
    }
}

/// A WHEN that earlier ones have already taken.
fn unreachable_arms(arms: &[(Node, Node)], text: &str, problems: &mut Problems<'_>) {
    for (i, (condition, _)) in arms.iter().enumerate().skip(1) {
        let mut demands = Demands::default();
        demands.add(condition, false);
        if demands.contradiction().is_some() {
            continue; // told by itself
        }
        for (earlier, _) in arms.iter().take(i) {
            demands.add(earlier, true);
        }
        if let Some((subject, _)) = demands.contradiction() {
            let what = one_line(text.get(subject.start..subject.end).unwrap_or_default());
            problems.warn(
                Code::NeverTrue,
                condition.span,
                "this WHEN is never reached: an earlier one already takes its leads",
                format!("the first WHEN that is true counts: put the narrower condition on `{what}` first"),
            );
        }
    }
}

/// The subject on which a condition (or its opposite) contradicts itself, and whether it is a count.
fn contradiction(node: &Node, negated: bool) -> Option<(Bytes, bool)> {
    let mut demands = Demands::default();
    demands.add(node, negated);
    demands.contradiction()
}

/// A literal in a form that orders and equals.
#[derive(Clone, Debug, PartialEq)]
enum Point {
    Number(Num),
    Text(String),
    Bool(bool),
}

impl Point {
    fn of(lit: &Lit) -> Option<Self> {
        Some(match lit {
            Lit::Bool(b) => Self::Bool(*b),
            Lit::Number(n) => Self::Number(*n),
            Lit::Text(t) => Self::Text(fold(t).into_owned()),
            // Wall-clock literals of one zone order as their seconds; the zone itself does not matter for that.
            Lit::Date(d) => Self::Number(Num::Int(i64::from(d.num_days_from_ce()) * 86_400)),
            Lit::Local(t) => Self::Number(Num::Int(i64::from(t.num_days_from_ce()) * 86_400 + i64::from(t.num_seconds_from_midnight()))),
            Lit::Span(s) => Self::Number(Num::Int(*s)),
            Lit::At(_) | Lit::Null => return None,
        })
    }
    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.order(*b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// What is demanded of one subject.
#[derive(Debug)]
struct Demand {
    subject: String,
    span: Bytes,
    /// Counts and lengths: whole and never negative. They have no blank.
    count: bool,
    null: Option<bool>,
    tests: Vec<(Op, Point)>,
    /// One of these.
    sets: Vec<Vec<Point>>,
}

#[derive(Debug, Default)]
struct Demands(Vec<Demand>);

impl Demands {
    /// Adds what a condition (or its opposite) demands, as far as it is understood.
    fn add(&mut self, node: &Node, negated: bool) {
        match &node.kind {
            NodeKind::And(parts) if !negated => parts.iter().for_each(|p| self.add(p, false)),
            NodeKind::Or(parts) if negated => parts.iter().for_each(|p| self.add(p, true)),
            NodeKind::Not(x) => self.add(x, !negated),
            NodeKind::Compare(op, a, b) => {
                let op = if negated { op.negated() } else { *op };
                self.test(a, op, b);
                self.test(b, op.flipped(), a);
            }
            NodeKind::Between(not, x, low, high) if *not == negated => {
                self.test(x, Op::Ge, low);
                self.test(x, Op::Le, high);
            }
            NodeKind::In(not, x, list) => {
                if let Some(points) = list.iter().map(|n| n.constant().and_then(Point::of)).collect::<Option<Vec<_>>>() {
                    if *not == negated {
                        self.subject(x, |d| d.sets.push(points));
                    } else {
                        self.subject(x, |d| d.tests.extend(points.into_iter().map(|p| (Op::Ne, p))));
                    }
                }
            }
            NodeKind::IsNull(not, x) => self.subject(x, |d| {
                let null = *not == negated;
                // NULL and not NULL at once: two tests that nothing meets.
                if d.null.is_some_and(|n| n != null) {
                    d.sets.push(Vec::new());
                }
                d.null = Some(null);
            }),
            NodeKind::Read(_) if node.ty == Type::Boolean => self.subject(node, |d| d.tests.push((Op::Eq, Point::Bool(!negated)))),
            _ => {}
        }
    }

    fn test(&mut self, x: &Node, op: Op, literal: &Node) {
        if let Some(point) = literal.constant().and_then(Point::of) {
            self.subject(x, |d| d.tests.push((op, point)));
        }
    }

    fn subject(&mut self, node: &Node, add: impl FnOnce(&mut Demand)) {
        let Some((subject, count)) = subject(node) else { return };
        let place = self.0.iter().position(|d| d.subject == subject).unwrap_or_else(|| {
            self.0.push(Demand { subject, span: node.span, count, null: None, tests: Vec::new(), sets: Vec::new() });
            self.0.len() - 1
        });
        if let Some(demand) = self.0.get_mut(place) {
            add(demand);
        }
    }

    fn contradiction(&self) -> Option<(Bytes, bool)> {
        self.0.iter().find(|d| d.is_empty()).map(|d| (d.span, d.count))
    }
}

/// What a node is about, as a key, and whether it counts.
fn subject(node: &Node) -> Option<(String, bool)> {
    match &node.kind {
        NodeKind::Read(
            read @ (Read::AsOf | Read::Field(..) | Read::EventField(..) | Read::EventKind | Read::State(_) | Read::CreatedAt | Read::LastEventAt),
        ) => Some((format!("{read:?}"), false)),
        NodeKind::Read(Read::Extra(_, header)) => Some((format!("extra {header}"), false)),
        NodeKind::Rank(i, _) => Some((format!("rank {i}"), false)),
        NodeKind::Events(c) if c.filter.is_none() => Some((format!("events {:?} {:?}", c.which, c.within), true)),
        NodeKind::Events(_) => Some((format!("events at {}", node.span.start), true)),
        NodeKind::FollowUps(which) => Some((format!("{which:?}"), true)),
        NodeKind::Length(x) => subject(x).map(|(s, _)| (format!("length {s}"), true)),
        NodeKind::DaysSince(x) => subject(x).map(|(s, _)| (format!("days {s}"), false)),
        NodeKind::BusinessDaysSince(x) => subject(x).map(|(s, _)| (format!("business days {s}"), false)),
        _ => None,
    }
}

impl Demand {
    /// Whether no value meets every test.
    fn is_empty(&self) -> bool {
        let tested = !self.tests.is_empty() || !self.sets.is_empty();
        if self.null == Some(true) && tested {
            return true;
        }
        let meets = |p: &Point| {
            self.tests.iter().all(|(op, q)| p.order(q).is_none_or(|o| op.holds(o)))
                && self.sets.iter().all(|s| s.iter().any(|q| p.order(q).is_none_or(Ordering::is_eq)))
        };
        // Where the value must be one of a few, each is tried.
        if let Some(set) = self.sets.first() {
            return !set.iter().any(meets);
        }
        if let Some((_, point)) = self.tests.iter().find(|(op, _)| *op == Op::Eq) {
            return !meets(point);
        }
        if self.tests.iter().any(|(_, p)| matches!(p, Point::Bool(_))) {
            return ![true, false].into_iter().any(|b| meets(&Point::Bool(b)));
        }
        self.no_room()
    }

    /// Whether the bounds leave no number between them.
    fn no_room(&self) -> bool {
        let mut low: Option<(Num, bool)> = self.count.then_some((Num::Int(0), true));
        let mut high: Option<(Num, bool)> = None;
        for (op, point) in &self.tests {
            let Point::Number(n) = point else { continue };
            match op {
                Op::Gt | Op::Ge => {
                    let new = (*n, *op == Op::Ge);
                    if low.is_none_or(|(old, inclusive)| n.order(old).is_gt() || (n.order(old).is_eq() && inclusive)) {
                        low = Some(new);
                    }
                }
                Op::Lt | Op::Le => {
                    let new = (*n, *op == Op::Le);
                    if high.is_none_or(|(old, inclusive)| n.order(old).is_lt() || (n.order(old).is_eq() && inclusive)) {
                        high = Some(new);
                    }
                }
                Op::Eq | Op::Ne => {}
            }
        }
        let (Some((low, low_in)), Some((high, high_in))) = (low, high) else { return false };
        if self.count {
            let first = low.ceil().map(|n| if low_in || low.order(Num::Int(n)).is_lt() { n } else { n.saturating_add(1) });
            let last = high.floor().map(|n| if high_in || high.order(Num::Int(n)).is_gt() { n } else { n.saturating_sub(1) });
            return matches!((first, last), (Some(first), Some(last)) if first > last);
        }
        match low.order(high) {
            Ordering::Greater => true,
            Ordering::Equal => !low_in || !high_in || self.tests.contains(&(Op::Ne, Point::Number(low))),
            Ordering::Less => false,
        }
    }
}
