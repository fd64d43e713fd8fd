//! Questions about a lead's follow-ups. They are ordered by instant; those after the as-of are absent until their instant.

use super::super::num::Num;
use super::super::plan::Contacts;
use super::Fun;
use crate::condition::Facts;
use crate::model::{FollowUp, Instant, Until};

/// Those that a question means, newest first; and, oldest first, the instants of those still to come.
fn split<'f>(which: Contacts, facts: &Facts<'f>) -> (impl Iterator<Item = &'f FollowUp>, impl Iterator<Item = Instant>) {
    let hits = move |f: &&FollowUp| which.outcome.is_none_or(|wanted| f.outcome == Some(wanted));
    let oldest = which.within.map_or(Instant(i64::MIN), |w| facts.as_of.plus(w.saturating_neg()));
    let (past, future) = facts.follow_ups.split_at(facts.follow_ups.partition_point(|f| f.at <= facts.as_of));
    (past.iter().rev().take_while(move |f| f.at >= oldest).filter(hits), future.iter().filter(hits).map(|f| f.at))
}

/// The first instant at which a follow-up of this age is too old.
fn leaves(which: Contacts, follow_up: &FollowUp) -> Until {
    which.within.map_or(Until::NEVER, |w| Until(follow_up.at.plus(w).plus(1)))
}

/// How many.
pub(super) fn count(which: Contacts) -> Fun<Num> {
    Box::new(move |facts, until| {
        let (past, mut future) = split(which, facts);
        let mut n = 0;
        for follow_up in past {
            n += 1;
            *until = until.and(leaves(which, follow_up));
        }
        *until = future.next().map_or(*until, |at| until.and(Until(at)));
        Some(Num::Int(n))
    })
}

/// Whether there are at least `n`. If so: until the n-th newest leaves the window. If not: until as many have come as are missing.
pub(super) fn at_least(which: Contacts, n: i64) -> Fun<bool> {
    Box::new(move |facts, until| {
        let mut missing = n;
        if missing <= 0 {
            return Some(true);
        }
        let (past, future) = split(which, facts);
        for follow_up in past {
            missing -= 1;
            if missing == 0 {
                *until = until.and(leaves(which, follow_up));
                return Some(true);
            }
        }
        for at in future {
            missing -= 1;
            if missing == 0 {
                *until = until.and(Until(at));
                break;
            }
        }
        Some(false)
    })
}
