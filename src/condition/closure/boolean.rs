//! Conditions: SQL's three values, and the tightest until that is still sound.

use super::super::plan::{Lit, Node, NodeKind, Read};
use super::super::scope::Type;
use super::super::text::folded;
use super::super::tree::Op;
use super::{Fun, absent, case, coalesce, constant, messages, number, text, time, value};
use crate::condition::Facts;
use crate::model::{Until, Value};

/// Compiles a node that yields TRUE, FALSE or unknown.
pub(in super::super) fn boolean(node: &Node) -> Fun<bool> {
    if let Some((x, hit)) = text::question(node) {
        return text::test(x, hit);
    }
    match &node.kind {
        NodeKind::Const(Lit::Bool(b)) => constant(Some(*b)),
        NodeKind::Read(read) => {
            let read = read.clone();
            Box::new(move |facts, _| if let Some(Value::Bool(b)) = value(&read, facts) { Some(*b) } else { None })
        }
        NodeKind::And(parts) => joined(parts, false),
        NodeKind::Or(parts) => joined(parts, true),
        NodeKind::Not(x) => negated(boolean(x), true),
        NodeKind::Compare(op, left, right) => compare(*op, left, right),
        NodeKind::In(not, item, list) => negated(within(item, list), *not),
        NodeKind::Between(not, item, low, high) => negated(both(vec![compare(Op::Ge, item, low), compare(Op::Le, item, high)], false), *not),
        NodeKind::IsNull(not, x) => {
            let (absent, not) = (absent(x), *not);
            Box::new(move |facts, until| Some(absent(facts, until) != not))
        }
        NodeKind::Case(arms, otherwise) => case(arms, otherwise.as_deref(), boolean),
        NodeKind::Coalesce(parts) => coalesce(parts, boolean),
        NodeKind::Message(ask) => messages::answer(ask.clone()),
        NodeKind::Holds(read, _, item) => {
            let (read, item) = (read.clone(), item.clone());
            Box::new(move |facts, _| Some(items(&read, facts).any(|t| folded(t, |t| t == item))))
        }
        NodeKind::HasWords(x, words) => {
            let NodeKind::Read(read) = &x.kind else { return constant(None) };
            let (read, words) = (read.clone(), words.clone());
            Box::new(move |facts, _| Some(items(&read, facts).any(|t| folded(t, |t| words.in_text(t)))))
        }
        _ => constant(None),
    }
}

/// The items of a list; a blank list has none.
fn items<'f>(read: &Read, facts: &Facts<'f>) -> impl Iterator<Item = &'f str> {
    let list = if let Some(Value::List(list)) = value(read, facts) { list.as_ref() } else { &[] };
    list.iter().map(AsRef::as_ref)
}

fn negated(f: Fun<bool>, not: bool) -> Fun<bool> {
    if not { Box::new(move |facts, until| f(facts, until).map(|b| !b)) } else { f }
}

fn joined(parts: &[Node], decisive: bool) -> Fun<bool> {
    both(text::together(parts, decisive), decisive)
}

/// AND (`decisive` = false) and OR (`decisive` = true). One decisive part settles the value, and its own until bounds it;
/// else every part does.
fn both(parts: Vec<Fun<bool>>, decisive: bool) -> Fun<bool> {
    Box::new(move |facts, until| {
        let mut all = Until::NEVER;
        let mut unknown = false;
        for part in &parts {
            let mut own = Until::NEVER;
            match part(facts, &mut own) {
                Some(b) if b == decisive => {
                    *until = until.and(own);
                    return Some(decisive);
                }
                Some(_) => {}
                None => unknown = true,
            }
            all = all.and(own);
        }
        *until = until.and(all);
        if unknown { None } else { Some(!decisive) }
    })
}

/// The type in which two sides are compared.
fn common(left: &Node, right: &Node) -> Type {
    if left.ty == Type::Null { right.ty } else { left.ty }
}

fn compare(op: Op, left: &Node, right: &Node) -> Fun<bool> {
    if left.constant() == Some(&Lit::Null) || right.constant() == Some(&Lit::Null) {
        return constant(None);
    }
    match common(left, right) {
        Type::Number => number::compare(op, left, right),
        Type::Text => text::compare(op, left, right),
        Type::Date | Type::Instant | Type::Duration => time::compare(op, left, right),
        Type::Boolean => {
            let (left, right) = (boolean(left), boolean(right));
            Box::new(move |facts, until| {
                let (l, r) = (left(facts, until), right(facts, until));
                Some(op.holds(l?.cmp(&r?)))
            })
        }
        Type::List | Type::Null => constant(None),
    }
}

/// `IN`: an OR of equalities. (Texts written out are a [`text::question`].)
fn within(item: &Node, list: &[Node]) -> Fun<bool> {
    both(list.iter().map(|n| compare(Op::Eq, item, n)).collect(), true)
}
