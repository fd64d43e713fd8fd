//! Questions about a lead's events. Events are ordered by instant; those after the as-of are absent until their instant.

use super::super::num::Num;
use super::super::plan::{Count, Node, Which};
use super::time::Moving;
use super::{Fun, boolean};
use crate::condition::Facts;
use crate::model::{Detail, Event, Instant, Until};

/// What had happened by the as-of, and what comes after it.
fn split<'f>(facts: &Facts<'f>) -> (&'f [Event], &'f [Event]) {
    facts.events.split_at(facts.events.partition_point(|e| e.at <= facts.as_of))
}

fn is(which: Which, detail: &Detail) -> bool {
    match which {
        Which::Acts => detail.act,
        Which::Kind(kind) => detail.kinds.contains(&kind),
    }
}

/// Which events count.
struct Matcher {
    which: Which,
    filter: Option<Fun<bool>>,
}

impl Matcher {
    fn new(count: &Count) -> Self {
        Self { which: count.which, filter: count.filter.as_deref().map(boolean) }
    }
    fn hits(&self, event: &Event, facts: &Facts<'_>, until: &mut Until) -> bool {
        let detail = facts.details.of(event);
        if !is(self.which, detail) {
            return false;
        }
        let Some(filter) = &self.filter else { return true };
        filter(&Facts { event: Some(detail), ..*facts }, until) == Some(true)
    }
}

/// The first instant at which an event of this age is too old.
fn leaves(event: &Event, within: Option<i64>) -> Until {
    within.map_or(Until::NEVER, |w| Until(event.at.plus(w).plus(1)))
}

/// Whether a condition on an event asks the clock.
fn asks_clock(node: &Node) -> bool {
    use super::super::plan::{NodeKind, Read};
    matches!(node.kind, NodeKind::Read(Read::AsOf) | NodeKind::DaysSince(_) | NodeKind::BusinessDaysSince(_)) || node.children().iter().any(|c| asks_clock(c))
}

/// How many.
pub(super) fn count(count: &Count) -> Fun<Num> {
    let (matcher, within) = (Matcher::new(count), count.within);
    Box::new(move |facts, until| Some(Num::Int(tally(&matcher, within, facts, until))))
}

fn tally(matcher: &Matcher, within: Option<i64>, facts: &Facts<'_>, until: &mut Until) -> i64 {
    let (past, future) = split(facts);
    let oldest = within.map_or(Instant(i64::MIN), |w| facts.as_of.plus(w.saturating_neg()));
    let mut n = 0;
    for event in past.iter().rev().take_while(|e| e.at >= oldest) {
        if matcher.hits(event, facts, until) {
            n += 1;
            *until = until.and(leaves(event, within));
        }
    }
    if let Some(next) = future.iter().find(|e| matcher.hits(e, facts, until)) {
        *until = until.and(Until(next.at));
    }
    n
}

/// Whether there are at least `n`. If so: until the n-th newest leaves the window. If not: until as many have come as are missing.
pub(super) fn at_least(count: &Count, n: i64) -> Fun<bool> {
    let (matcher, within) = (Matcher::new(count), count.within);
    if n <= 0 {
        return Box::new(|_, _| Some(true));
    }
    if count.filter.as_deref().is_some_and(asks_clock) {
        return Box::new(move |facts, until| Some(tally(&matcher, within, facts, until) >= n));
    }
    Box::new(move |facts, until| {
        let (past, future) = split(facts);
        let oldest = within.map_or(Instant(i64::MIN), |w| facts.as_of.plus(w.saturating_neg()));
        let mut missing = n;
        for event in past.iter().rev().take_while(|e| e.at >= oldest) {
            if matcher.hits(event, facts, until) {
                missing -= 1;
                if missing == 0 {
                    *until = until.and(leaves(event, within));
                    return Some(true);
                }
            }
        }
        for event in future {
            if matcher.hits(event, facts, until) {
                missing -= 1;
                if missing == 0 {
                    *until = until.and(Until(event.at));
                    break;
                }
            }
        }
        Some(false)
    })
}

fn next(future: &[Event], facts: &Facts<'_>, hits: impl Fn(&Detail) -> bool, until: &mut Until) {
    if let Some(event) = future.iter().find(|e| hits(facts.details.of(e))) {
        *until = until.and(Until(event.at));
    }
}

/// `last_event_at`, without the fallback to the lead's creation.
pub(in super::super) fn last_act(facts: &Facts<'_>, until: &mut Until) -> Option<Instant> {
    let (past, future) = split(facts);
    next(future, facts, |d| d.act, until);
    past.iter().rev().find(|e| facts.details.of(e).act).map(|e| e.at)
}

/// `first_event(kind)`
pub(super) fn first(which: Which) -> Fun<Moving> {
    Box::new(move |facts, until| {
        let (past, future) = split(facts);
        let found = past.iter().find(|e| is(which, facts.details.of(e)));
        if found.is_none() {
            next(future, facts, |d| is(which, d), until);
        }
        found.map(|e| Moving { at: e.at.0, slope: 0 })
    })
}

/// `last_event(kind)`
pub(super) fn last(which: Which) -> Fun<Moving> {
    Box::new(move |facts, until| {
        let (past, future) = split(facts);
        next(future, facts, |d| is(which, d), until);
        past.iter().rev().find(|e| is(which, facts.details.of(e))).map(|e| Moving { at: e.at.0, slope: 0 })
    })
}
