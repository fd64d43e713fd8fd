//! sla.yaml, checked: promises (承诺) and whom a breach is told to.

pub(super) mod check;
pub(super) mod read;
pub(super) mod recipient;

use crate::condition::Condition;
use crate::model::{Outcome, Within};

/// One promise.
#[derive(Debug)]
pub struct Promise {
    /// `first-contact`
    pub name: String,
    /// What starts the clock.
    pub from: Start,
    /// What answers it; the first counts.
    pub until: Vec<Answer>,
    /// How long it may take.
    pub within: Within,
    /// The share of that time after which the owner is warned (0.75).
    pub warn_at: Option<f64>,
    /// For which leads; `None` = all. Judged at the start of the clock as of the tick.
    pub when: Option<Condition>,
    /// Who is told of a breach: the first that exists.
    pub notify: Vec<Recipient>,
}

/// What starts a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// An owner got the lead.
    Assigned,
    /// The lead entered a stage, by id.
    Stage(String),
}

/// What answers a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Sales accepted.
    Accept,
    /// Sales rejected.
    Reject,
    /// A follow-up with one of these outcomes; empty = any.
    FollowUp(Vec<Outcome>),
}

/// Whom a notice is for: the first of a list that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Who holds the lead.
    Owner,
    /// Who held it last.
    LastOwner,
    /// The owner's manager; without an owner, the last owner's.
    Manager,
    /// The first of a role, by id, who is not away.
    Role(String),
    /// A colleague, by id.
    Person(String),
}
