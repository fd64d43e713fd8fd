//! Numbers. A count, or an age in days, compared with a literal is asked as "at least n", whose until is the one
//! expiry or arrival that matters.

use super::super::num::Num;
use super::super::plan::{Count, Lit, Node, NodeKind};
use super::super::text::folded;
use super::super::tree::{Op, Sign};
use super::{Fun, case, coalesce, constant, events, follow_ups, text, time, value};
use crate::condition::Facts;
use crate::model::{Until, Value};

/// A stored value as a number; money in major units.
pub(in super::super) fn of_value(value: &Value, facts: &Facts<'_>) -> Option<Num> {
    match value {
        Value::Int(i) => Some(Num::Int(*i)),
        Value::Real(x) => Num::real(*x),
        Value::Money(minor) => Some(Num::Real(*minor as f64 / facts.dictionary.currency.scale() as f64)),
        _ => None,
    }
}

/// Compiles a node that yields a number.
pub(in super::super) fn number(node: &Node) -> Fun<Num> {
    match &node.kind {
        NodeKind::Const(Lit::Number(n)) => constant(Some(*n)),
        NodeKind::Read(read) => {
            let read = read.clone();
            Box::new(move |facts, _| of_value(value(&read, facts)?, facts))
        }
        NodeKind::Rank(state, order) => {
            let (state, order) = (*state, order.clone());
            Box::new(move |facts, _| {
                let id = facts.state.get(state)?.as_text()?;
                folded(id, |id| order.iter().position(|o| o == id)).and_then(|i| i64::try_from(i).ok()).map(Num::Int)
            })
        }
        NodeKind::Arith(sign, left, right) => {
            let (left, right) = (number(left), number(right));
            let apply = match sign {
                Sign::Plus => Num::plus,
                Sign::Minus => Num::minus,
                Sign::Times => Num::times,
                Sign::Over => Num::over,
            };
            Box::new(move |facts, until| {
                let (l, r) = (left(facts, until), right(facts, until));
                apply(l?, r?)
            })
        }
        NodeKind::Neg(x) => {
            let x = number(x);
            Box::new(move |facts, until| x(facts, until)?.negated())
        }
        NodeKind::Case(arms, otherwise) => case(arms, otherwise.as_deref(), number),
        NodeKind::Coalesce(parts) => coalesce(parts, number),
        NodeKind::Events(count) => events::count(count),
        NodeKind::FollowUps(which) => follow_ups::count(*which),
        NodeKind::DaysSince(x) => time::days_since(x),
        NodeKind::BusinessDaysSince(x) => time::business_days_since(x),
        NodeKind::Length(x) => {
            let x = text(x);
            Box::new(move |facts, until| x.get(facts, until).and_then(|t| i64::try_from(t.chars().count()).ok()).map(Num::Int))
        }
        _ => constant(None),
    }
}

/// A comparison of numbers.
pub(super) fn compare(op: Op, left: &Node, right: &Node) -> Fun<bool> {
    if let Some(literal) = left.number() {
        return against(op.flipped(), right, literal);
    }
    if let Some(literal) = right.number() {
        return against(op, left, literal);
    }
    let (left, right) = (number(left), number(right));
    Box::new(move |facts, until| {
        let (l, r) = (left(facts, until), right(facts, until));
        Some(op.holds(l?.order(r?)))
    })
}

fn against(op: Op, node: &Node, literal: Num) -> Fun<bool> {
    match &node.kind {
        NodeKind::Read(read) => {
            let read = read.clone();
            return Box::new(move |facts, _| Some(op.holds(of_value(value(&read, facts)?, facts)?.order(literal))));
        }
        NodeKind::Events(_) | NodeKind::FollowUps(_) | NodeKind::DaysSince(_) | NodeKind::BusinessDaysSince(_) => {
            if let Some(f) = steps(op, node, literal) {
                return f;
            }
        }
        _ => {}
    }
    let f = number(node);
    Box::new(move |facts, until| Some(op.holds(f(facts, until)?.order(literal))))
}

/// `steps op literal` for a whole number that moves in steps, as "at least n" and its negation.
fn steps(op: Op, node: &Node, literal: Num) -> Option<Fun<bool>> {
    let (least, not) = match op {
        Op::Ge => (literal.ceil()?, false),
        Op::Lt => (literal.ceil()?, true),
        Op::Gt => (literal.floor()?.checked_add(1)?, false),
        Op::Le => (literal.floor()?.checked_add(1)?, true),
        Op::Eq | Op::Ne => {
            let n = literal.ceil().filter(|n| literal.floor() == Some(*n))?;
            let (from, beyond) = (at_least(node, n)?, at_least(node, n.checked_add(1)?)?);
            return Some(Box::new(move |facts, until| {
                // Each half alone can settle the answer; then only its own until counts.
                let (mut first, mut second) = (Until::NEVER, Until::NEVER);
                let reached = from(facts, &mut first);
                if reached != Some(true) {
                    *until = until.and(first);
                    return reached.map(|_| op == Op::Ne);
                }
                let passed = beyond(facts, &mut second);
                *until = until.and(second);
                if passed != Some(true) {
                    *until = until.and(first);
                }
                passed.map(|passed| passed == (op == Op::Ne))
            }));
        }
    };
    let f = at_least(node, least)?;
    Some(Box::new(move |facts, until| f(facts, until).map(|b| b != not)))
}

fn at_least(node: &Node, n: i64) -> Option<Fun<bool>> {
    match &node.kind {
        NodeKind::Events(count @ Count { .. }) => Some(events::at_least(count, n)),
        NodeKind::FollowUps(which) => Some(follow_ups::at_least(*which, n)),
        NodeKind::DaysSince(x) => Some(time::days_at_least(x, n, false)),
        NodeKind::BusinessDaysSince(x) => Some(time::days_at_least(x, n, true)),
        _ => None,
    }
}
