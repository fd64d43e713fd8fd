//! What answers a promise, and whose answer it is when the lead changes hands at that very instant.

use super::History;
use crate::model::{Hold, Instant};
use crate::rules::sla::{Answer, Promise};

/// Everything of one lead that answers one promise, as of an instant, in order of time.
pub(super) struct Answers<'a> {
    given: Vec<Given<'a>>,
    holds: &'a [Hold],
}

/// One answer.
struct Given<'a> {
    at: Instant,
    by: Option<&'a str>,
}

impl<'a> Answers<'a> {
    pub(super) fn of(promise: &Promise, history: &History<'a>, as_of: Instant) -> Self {
        let (accepts, rejects) = (promise.until.contains(&Answer::Accept), promise.until.contains(&Answer::Reject));
        let verdicts = history.verdicts.iter().filter(|v| if v.reason.is_some() { rejects } else { accepts });
        let contacts = history.follow_ups.iter().filter(|f| {
            promise.until.iter().any(|a| match a {
                Answer::FollowUp(outcomes) => outcomes.is_empty() || f.outcome.is_some_and(|o| outcomes.contains(&o)),
                Answer::Accept | Answer::Reject => false,
            })
        });
        let verdicts = verdicts.map(|v| Given { at: v.at, by: v.owner.as_deref() });
        let contacts = contacts.map(|f| Given { at: f.at, by: f.owner.as_deref() });
        let mut given: Vec<Given<'a>> = verdicts.chain(contacts).filter(|g| g.at <= as_of).collect();
        given.sort_by_key(|g| g.at);
        Self { given, holds: history.holds }
    }

    /// The first at or after an instant, whoever gave it.
    pub(super) fn first(&self, start: Instant) -> Option<Instant> {
        self.given.iter().map(|g| g.at).find(|at| *at >= start)
    }

    /// The first while an owner held the lead. Whoever gave it: the promise is that somebody does.
    pub(super) fn first_of_hold(&self, hold: &Hold, start: Instant) -> Option<Instant> {
        self.given.iter().filter(|g| g.at >= start).find(|g| self.belongs(g, hold)).map(|g| g.at)
    }

    /// Whether somebody answered from one instant to another; at the latter only what was the former owner's.
    pub(super) fn any_before(&self, from: Instant, until: Instant) -> bool {
        self.given.iter().any(|g| g.at >= from && (g.at < until || (g.at == until && from < until && self.closes_former(g))))
    }

    /// A reject takes the lead from its owner at the very instant at which it answers: what was given as a hold ended is its
    /// owner's, unless another is known to have given it.
    fn belongs(&self, given: &Given<'_>, hold: &Hold) -> bool {
        match hold.until {
            Some(end) if given.at > end => false,
            Some(end) if given.at == end => closes(given, hold),
            _ => given.at > hold.from || (given.at == hold.from && !self.closes_former(given)),
        }
    }

    /// Whether an answer belongs to a hold that ended as it was given.
    fn closes_former(&self, given: &Given<'_>) -> bool {
        self.holds.iter().any(|h| h.until == Some(given.at) && h.from < given.at && closes(given, h))
    }
}

/// Whether an answer at the end of a hold is its owner's.
fn closes(given: &Given<'_>, hold: &Hold) -> bool {
    given.by.is_none_or(|by| by == hold.owner)
}
