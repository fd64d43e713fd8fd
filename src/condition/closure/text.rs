//! Texts. A text is read where it lies; folding happens where it is compared.

use super::super::plan::{Lit, Node, NodeKind, Read};
use super::super::text::folded;
use super::super::tree::Op;
use super::{Fun, boolean, extra, value};
use crate::condition::Facts;
use crate::model::{Until, Value, fold};
use std::borrow::Cow;
use std::sync::Arc;

/// Where a text comes from.
pub(in super::super) enum TextOp {
    Absent,
    Literal(Arc<str>),
    Read(Read),
    Lower(Box<TextOp>),
    Coalesce(Vec<TextOp>),
    Case(Vec<(Fun<bool>, TextOp)>, Option<Box<TextOp>>),
}

/// Compiles a node that yields text.
pub(in super::super) fn text(node: &Node) -> TextOp {
    match &node.kind {
        NodeKind::Const(Lit::Text(t)) => TextOp::Literal(t.clone()),
        NodeKind::Read(read) => TextOp::Read(read.clone()),
        NodeKind::Lower(x) => TextOp::Lower(Box::new(text(x))),
        NodeKind::Coalesce(parts) => TextOp::Coalesce(parts.iter().map(text).collect()),
        NodeKind::Case(arms, otherwise) => {
            TextOp::Case(arms.iter().map(|(c, v)| (boolean(c), text(v))).collect(), otherwise.as_deref().map(|v| Box::new(text(v))))
        }
        _ => TextOp::Absent,
    }
}

impl TextOp {
    /// The text as stored; `None` = absent.
    pub(in super::super) fn get<'x>(&'x self, facts: &Facts<'x>, until: &mut Until) -> Option<Cow<'x, str>> {
        match self {
            Self::Absent => None,
            Self::Literal(t) => Some(Cow::Borrowed(t)),
            Self::Read(Read::EventKind) => facts.event.map(|d| Cow::Borrowed(d.kind_name.as_ref())),
            Self::Read(Read::Extra(header, folded)) => extra(header, folded, facts).map(Cow::Borrowed),
            Self::Read(read) => value(read, facts).and_then(Value::as_text).map(Cow::Borrowed),
            Self::Lower(x) => x.get(facts, until).map(|t| Cow::Owned(t.to_lowercase())),
            Self::Coalesce(parts) => parts.iter().find_map(|p| p.get(facts, until)),
            Self::Case(arms, otherwise) => {
                for (condition, value) in arms {
                    if condition(facts, until) == Some(true) {
                        return value.get(facts, until);
                    }
                }
                otherwise.as_ref().and_then(|v| v.get(facts, until))
            }
        }
    }
}

/// A question about one folded text.
pub(super) fn test(node: &Node, hit: impl Fn(&str) -> bool + Send + Sync + 'static) -> Fun<bool> {
    if let NodeKind::Read(read @ (Read::Field(..) | Read::EventField(..) | Read::State(_))) = &node.kind {
        let read = read.clone();
        return Box::new(move |facts, _| if let Some(Value::Text(t)) = value(&read, facts) { Some(folded(t, &hit)) } else { None });
    }
    let op = text(node);
    Box::new(move |facts, until| op.get(facts, until).map(|t| folded(&t, &hit)))
}

/// A comparison of folded texts.
pub(super) fn compare(op: Op, left: &Node, right: &Node) -> Fun<bool> {
    if let Some(literal) = left.literal_text() {
        return against(op.flipped(), right, literal);
    }
    if let Some(literal) = right.literal_text() {
        return against(op, left, literal);
    }
    let (left, right) = (text(left), text(right));
    Box::new(move |facts, until| {
        let (l, r) = (left.get(facts, until), right.get(facts, until));
        let (l, r) = (l?, r?);
        Some(folded(&l, |l| folded(&r, |r| op.holds(l.cmp(r)))))
    })
}

fn against(op: Op, node: &Node, literal: &str) -> Fun<bool> {
    let literal = fold(literal).into_owned();
    match op {
        Op::Eq => test(node, move |t| t == literal),
        Op::Ne => test(node, move |t| t != literal),
        _ => test(node, move |t| op.holds(t.cmp(&literal))),
    }
}
