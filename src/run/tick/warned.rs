//! When owners were warned that a queue is about to take a lead back: a warning that came late moves the day on which it does.

use crate::engine::queue::Due;
use crate::model::{Instant, LeadId};
use crate::rules::Sop;
use crate::run::RunError;
use crate::store::Store;
use std::collections::BTreeMap;

/// By lead, queue and the instant from which the limit runs: when its owner was warned.
#[derive(Clone, Debug, Default)]
pub(in crate::run) struct Warned {
    told: BTreeMap<(LeadId, String, Instant), Instant>,
    /// Ticks ran all the while, so that every warning went out in time.
    timely: bool,
}

impl Warned {
    /// Of the leads that somebody holds.
    pub(in crate::run) fn of(store: &Store, sop: &Sop) -> Result<Self, RunError> {
        let warns = |id: &str| sop.assignment.queue(id).is_some_and(|q| q.reclaim.warn.is_some());
        if !sop.assignment.queues.iter().any(|q| warns(&q.id)) {
            return Ok(Self::default());
        }
        let all = store.warnings()?.into_iter().filter(|(queue, ..)| warns(queue));
        Ok(Self { told: all.map(|(queue, lead, start, at)| ((lead, queue, start), at)).collect(), timely: false })
    }

    /// Of a base that has been at work all the while, as a case without `ticks:` imagines it.
    pub(in crate::run) fn in_time() -> Self {
        Self { timely: true, ..Self::default() }
    }

    pub(in crate::run) fn add(&mut self, lead: LeadId, due: &Due, at: Instant) {
        self.told.insert((lead, due.queue.clone(), due.since), at);
    }

    pub(in crate::run) fn at(&self, lead: LeadId, due: &Due) -> Option<Instant> {
        if self.timely { due.warn_at } else { self.told.get(&(lead, due.queue.clone(), due.since)).copied() }
    }
}
