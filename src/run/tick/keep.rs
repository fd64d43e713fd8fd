//! Taking what the engines or a person made of a lead into the base: its standing, the record of it, who had it and how
//! that ended.

use crate::engine::lifecycle::Move;
use crate::model::{Change, Instant, LeadId, Standing};
use crate::run::{RunError, Session};
use crate::store::{AssignmentRow, Ended};

/// A lead's way from one standing to another.
pub(in crate::run) struct Step<'a> {
    pub(in crate::run) lead: LeadId,
    pub(in crate::run) before: &'a Standing,
    pub(in crate::run) after: &'a Standing,
    pub(in crate::run) moves: &'a [Move],
    pub(in crate::run) changes: &'a [Change],
    /// When, and how a hold on it ended if one did.
    pub(in crate::run) at: Instant,
    pub(in crate::run) how: Ended,
    /// The round and the rule by which it was dealt.
    pub(in crate::run) by: Option<(&'a str, Option<&'a str>)>,
}

/// Writes what differs.
pub(in crate::run) fn keep(session: &Session<'_>, step: &Step<'_>) -> Result<(), RunError> {
    let Step { lead, before, after, moves, changes, at, how, by } = *step;
    let (store, run) = (&session.store, session.run);
    if before != after {
        store.replace_standing(lead, before, after, run)?;
    }
    // `reached` holds first dates; this is the history of all.
    for m in moves {
        store.put_stage(lead, m.at, &m.to, run)?;
    }
    for change in changes {
        store.record(run, change)?;
    }
    if before.owner != after.owner {
        store.end_assignment(lead, at, how)?;
        if let Some(owner) = &after.owner {
            let (round, rule) = (by.map(|(round, _)| round.to_owned()), by.and_then(|(_, rule)| rule.map(str::to_owned)));
            let row = AssignmentRow { lead, at, owner: owner.clone(), from_owner: before.owner.clone(), round, rule, ended: None };
            store.add_assignment(&row, run)?;
        }
    }
    if before.queue != after.queue {
        // A claim hands over; whoever gives a lead of a queue to somebody by hand says so.
        let left = if after.owner.is_some() && how != Ended::ByHand { "claimed" } else { how.name() };
        store.leave_queue(lead, at, left)?;
        if let Some(queue) = &after.queue {
            store.enter_queue(lead, queue, at, run)?;
        }
    }
    Ok(())
}
