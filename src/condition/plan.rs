//! A condition as understood: every node typed, every name resolved, every literal read. Only `check` makes plans, and
//! only sound ones, so that `closure` and `explain` need no error path.

use super::messages::Asked;
use super::num::Num;
use super::scope::Type;
use super::text::{Pattern, Words};
use super::tree::{Bytes, Op, Sign};
use crate::model::{EventFieldIx, FieldIx, FieldType, KindId, Outcome};
use chrono::{NaiveDate, NaiveDateTime};
use std::sync::Arc;

/// A literal.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lit {
    Null,
    Bool(bool),
    Number(Num),
    /// As written; folded where it is compared.
    Text(Arc<str>),
    Date(NaiveDate),
    /// A wall-clock time of the calendar's zone.
    Local(NaiveDateTime),
    /// An instant with its own offset.
    At(i64),
    /// Seconds.
    Span(i64),
}

/// Something that a lead (or an event) has.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Read {
    Field(FieldIx, FieldType),
    EventField(EventFieldIx, FieldType),
    /// The kind of the one event.
    EventKind,
    /// A state name, by its place.
    State(usize),
    /// The stages reached since the enrollment.
    ReachedSince,
    AsOf,
    CreatedAt,
    LastEventAt,
    /// An undeclared column: as written, and as headers compare.
    Extra(Arc<str>, String),
}

/// Which events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// `'*'`: acts of the lead.
    Acts,
    Kind(KindId),
}

/// `events(kind, within, 'where')`
#[derive(Clone, Debug)]
pub(super) struct Count {
    pub(super) which: Which,
    /// Seconds; inclusive.
    pub(super) within: Option<i64>,
    pub(super) filter: Option<Box<Node>>,
}

/// `follow_ups(outcome, within)`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contacts {
    /// `None`: any, told or not.
    pub(super) outcome: Option<Outcome>,
    /// Seconds; inclusive.
    pub(super) within: Option<i64>,
}

/// `opened('STEP', within)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) asked: Asked,
    /// Of this journey alone; else of the journey whose message left last.
    pub(super) own: bool,
    /// Seconds after sending up to which an answer counts; inclusive.
    pub(super) within: Option<i64>,
    /// Seconds after sending that feedback must cover before there is a "no"; `None`: up to the as-of.
    pub(super) settled: Option<i64>,
}

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) ty: Type,
    pub(super) span: Bytes,
    /// It was more than a literal before it was folded into one.
    pub(super) folded: bool,
}

/// What a node computes.
#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    Const(Lit),
    Read(Read),
    /// The place of a state name's value in its order.
    Rank(usize, Arc<[String]>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Compare(Op, Box<Node>, Box<Node>),
    In(bool, Box<Node>, Vec<Node>),
    Between(bool, Box<Node>, Box<Node>, Box<Node>),
    Like(bool, Box<Node>, Pattern),
    IsNull(bool, Box<Node>),
    Case(Vec<(Node, Node)>, Option<Box<Node>>),
    Arith(Sign, Box<Node>, Box<Node>),
    Neg(Box<Node>),
    /// A date some whole days later.
    Shift(Box<Node>, i64),
    Events(Count),
    FirstEvent(Which),
    LastEvent(Which),
    FollowUps(Contacts),
    Message(Ask),
    DaysSince(Box<Node>),
    BusinessDaysSince(Box<Node>),
    /// Whether a list, by its name for people, holds a folded item.
    Holds(Read, Arc<str>, String),
    HasWords(Box<Node>, Words),
    Lower(Box<Node>),
    Length(Box<Node>),
    Coalesce(Vec<Node>),
}

impl Node {
    pub(super) fn new(kind: NodeKind, ty: Type, span: Bytes) -> Self {
        Self { kind, ty, span, folded: false }
    }
    /// The literal of a constant node.
    pub(super) fn constant(&self) -> Option<&Lit> {
        if let NodeKind::Const(lit) = &self.kind { Some(lit) } else { None }
    }
    /// The number of a constant node.
    pub(super) fn number(&self) -> Option<Num> {
        if let Some(Lit::Number(n)) = self.constant() { Some(*n) } else { None }
    }
    /// The text of a literal.
    pub(super) fn literal_text(&self) -> Option<&Arc<str>> {
        if let Some(Lit::Text(t)) = self.constant() { Some(t) } else { None }
    }
    /// The nodes directly below, left to right (a filter of events is a condition of its own).
    pub(super) fn children(&self) -> Vec<&Self> {
        match &self.kind {
            NodeKind::Const(_)
            | NodeKind::Read(_)
            | NodeKind::Rank(..)
            | NodeKind::Events(_)
            | NodeKind::FirstEvent(_)
            | NodeKind::LastEvent(_)
            | NodeKind::FollowUps(_)
            | NodeKind::Message(_)
            | NodeKind::Holds(..) => Vec::new(),
            NodeKind::And(parts) | NodeKind::Or(parts) | NodeKind::Coalesce(parts) => parts.iter().collect(),
            NodeKind::Not(x)
            | NodeKind::Like(_, x, _)
            | NodeKind::IsNull(_, x)
            | NodeKind::Neg(x)
            | NodeKind::Shift(x, _)
            | NodeKind::DaysSince(x)
            | NodeKind::BusinessDaysSince(x)
            | NodeKind::HasWords(x, _)
            | NodeKind::Lower(x)
            | NodeKind::Length(x) => vec![x],
            NodeKind::Compare(_, a, b) | NodeKind::Arith(_, a, b) => vec![a, b],
            NodeKind::In(_, x, list) => std::iter::once(&**x).chain(list).collect(),
            NodeKind::Between(_, x, low, high) => vec![x, low, high],
            NodeKind::Case(arms, otherwise) => arms.iter().flat_map(|(c, v)| [c, v]).chain(otherwise.as_deref()).collect(),
        }
    }
    /// Whether only literals stand below it, none of which needs the calendar.
    pub(super) fn is_fixed(&self) -> bool {
        let own = !matches!(
            self.kind,
            NodeKind::Read(_)
                | NodeKind::Rank(..)
                | NodeKind::Events(_)
                | NodeKind::FirstEvent(_)
                | NodeKind::LastEvent(_)
                | NodeKind::FollowUps(_)
                | NodeKind::Message(_)
                | NodeKind::Holds(..)
                | NodeKind::DaysSince(_)
                | NodeKind::BusinessDaysSince(_)
        );
        own && !matches!(self.ty, Type::Instant | Type::Duration | Type::Date) && self.children().iter().all(|c| c.is_fixed())
    }
}
