//! Plan → closures specialised by type. Evaluating allocates nothing for the usual texts and interprets nothing: literals
//! are folded once, patterns and words are prepared, each comparison is one closure.
//!
//! Every closure returns the value (`None` = unknown) and lowers the [`Until`] it is handed to the first instant at which
//! the clock alone could change that value. Early is allowed, late never.

mod boolean;
mod events;
mod follow_ups;
mod messages;
mod number;
mod text;
mod time;

pub(super) use boolean::boolean;
pub(super) use messages::shown;
pub(super) use number::number;
pub(super) use text::text;
pub(super) use time::{Moving, time};

use super::facts::Facts;
use super::plan::{Lit, Node, NodeKind, Read};
use super::scope::Type;
use crate::model::{Calendar, Details, Dictionary, Instant, Until, Value};

/// A compiled node.
pub(super) type Fun<T> = Box<dyn Fn(&Facts<'_>, &mut Until) -> Option<T> + Send + Sync>;

/// A question that is never unknown.
type Ask = Box<dyn Fn(&Facts<'_>, &mut Until) -> bool + Send + Sync>;

/// The value alone, where nobody asks until when.
pub(super) fn now<T>(f: &Fun<T>, facts: &Facts<'_>) -> Option<T> {
    let mut until = Until::NEVER;
    f(facts, &mut until)
}

/// The stored value that a read sees; `None` = absent, or not stored.
pub(super) fn value<'f>(read: &Read, facts: &Facts<'f>) -> Option<&'f Value> {
    match read {
        Read::Field(ix, _) => facts.lead.get(ix.0),
        Read::EventField(ix, _) => facts.event.and_then(|d| d.values.get(ix.0)),
        Read::State(i) => facts.state.get(*i),
        Read::ReachedSince => facts.enrollment.map(|e| &e.reached),
        Read::EventKind | Read::AsOf | Read::CreatedAt | Read::LastEventAt | Read::Extra(..) => None,
    }
}

/// The undeclared column of a lead. Headers are spelled alike in most bases, so the spelling is tried before the meaning.
pub(super) fn extra<'f>(header: &str, folded: &str, facts: &Facts<'f>) -> Option<&'f str> {
    let exact = facts.extra.iter().find(|(h, _)| h == header);
    let found = exact.or_else(|| facts.extra.iter().find(|(h, _)| crate::model::fold_header(h) == folded));
    found.map(|(_, text)| text.as_str()).filter(|t| !t.is_empty())
}

fn constant<T: Clone + Send + Sync + 'static>(value: Option<T>) -> Fun<T> {
    Box::new(move |_, _| value.clone())
}

/// `CASE`: the first arm whose condition is true; what was asked before it bounds the until.
fn case<T: 'static>(node_arms: &[(Node, Node)], otherwise: Option<&Node>, build: impl Fn(&Node) -> Fun<T>) -> Fun<T> {
    let arms: Vec<(Fun<bool>, Fun<T>)> = node_arms.iter().map(|(c, v)| (boolean(c), build(v))).collect();
    let otherwise = otherwise.map(build);
    Box::new(move |facts, until| {
        for (condition, value) in &arms {
            if condition(facts, until) == Some(true) {
                return value(facts, until);
            }
        }
        otherwise.as_ref().and_then(|value| value(facts, until))
    })
}

fn coalesce<T: 'static>(nodes: &[Node], build: impl Fn(&Node) -> Fun<T>) -> Fun<T> {
    let parts: Vec<Fun<T>> = nodes.iter().map(build).collect();
    Box::new(move |facts, until| parts.iter().find_map(|part| part(facts, until)))
}

/// The literal that a node of literals comes to.
pub(super) fn fixed(node: &Node, dictionary: &Dictionary) -> Lit {
    let (calendar, details) = (Calendar::default(), Details::default());
    let facts = Facts::nobody(dictionary, &calendar, Instant(0), &details);
    let mut until = Until::NEVER;
    match node.ty {
        Type::Boolean => boolean(node)(&facts, &mut until).map(Lit::Bool),
        Type::Number => number(node)(&facts, &mut until).map(Lit::Number),
        Type::Text => text(node).get(&facts, &mut until).map(|t| Lit::Text(t.as_ref().into())),
        _ => None,
    }
    .unwrap_or(Lit::Null)
}

/// Whether a node is absent.
fn absent(node: &Node) -> Ask {
    if let NodeKind::Read(read @ (Read::Field(..) | Read::EventField(..) | Read::State(_))) = &node.kind {
        let read = read.clone();
        return Box::new(move |facts, _| match value(&read, facts) {
            None | Some(Value::Null) => true,
            Some(Value::List(items)) => items.is_empty(),
            Some(_) => false,
        });
    }
    match node.ty {
        Type::Boolean => {
            let f = boolean(node);
            Box::new(move |facts, until| f(facts, until).is_none())
        }
        Type::Number => {
            let f = number(node);
            Box::new(move |facts, until| f(facts, until).is_none())
        }
        Type::Text => {
            let f = text(node);
            Box::new(move |facts, until| f.get(facts, until).is_none())
        }
        Type::Date | Type::Instant | Type::Duration => {
            let f = time(node);
            Box::new(move |facts, until| f(facts, until).is_none())
        }
        Type::List | Type::Null => Box::new(|_, _| true),
    }
}
