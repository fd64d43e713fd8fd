//! Promises and alerts of one lead whose standing is final: what fell due, as values. Asks for no base: the examples of
//! sops/tests are looked at in the same way.

use crate::condition::Facts;
use crate::engine::alerts::{Heard, Memory, Watch, watch};
use crate::engine::events::last_event_at;
use crate::engine::sla::{Action, Done, History, Notice, clocks, due_actions};
use crate::model::{Clock, DealFacts, Hold, Instant, Standing, Until, Verdict};
use crate::rules::Sop;
use crate::rules::lifecycle::Means;
use crate::run::lead::Lead;
use std::collections::BTreeSet;

/// What happened to a lead, as far as promises ask.
#[derive(Default)]
pub(in crate::run) struct Past {
    pub(in crate::run) holds: Vec<Hold>,
    /// In order of time; of several of one instant the furthest.
    pub(in crate::run) entered: Vec<(Instant, String)>,
    pub(in crate::run) verdicts: Vec<Verdict>,
}

/// What was said about a lead before, and what is too old to be said.
pub(in crate::run) struct Said<'a> {
    pub(in crate::run) done: &'a BTreeSet<Done>,
    pub(in crate::run) memory: &'a Memory,
    pub(in crate::run) quiet_before: Instant,
}

/// What a look at a lead found.
pub(in crate::run) struct Looked {
    pub(in crate::run) clocks: Vec<Clock>,
    /// Not yet done.
    pub(in crate::run) actions: Vec<Action>,
    pub(in crate::run) heard: Heard,
    pub(in crate::run) until: Until,
}

/// Looks at one lead.
pub(in crate::run) fn look(sop: &Sop, lead: &Lead<'_>, standing: &Standing, past: &Past, said: &Said<'_>) -> Looked {
    let as_of = lead.facts.as_of;
    let state = lead.state(sop, standing, &DealFacts::of(lead.deals, as_of));
    let facts = &Facts { state: &state, ..*lead.facts };
    let (owner, last_owner) = (standing.owner.as_deref(), standing.last_owner.as_deref());
    let heard = watch(&Watch { alerts: &sop.alerts, team: &sop.team, facts, owner, last_owner, quiet_before: said.quiet_before }, said.memory);
    let mut looked = Looked { clocks: Vec::new(), actions: Vec::new(), until: heard.until, heard };
    if !past.holds.is_empty() {
        let found = clocks(sop, facts, &past.history(facts, sop, standing));
        looked.until = looked.until.and(found.until);
        let notice = Notice { team: &sop.team, calendar: &sop.calendar, last_owner, as_of, quiet_before: said.quiet_before };
        looked.actions = due_actions(&sop.promises, &found.clocks, said.done, &notice);
        looked.clocks = found.clocks;
    }
    looked
}

impl Past {
    /// As the promises take it.
    pub(in crate::run) fn history<'a>(&'a self, facts: &Facts<'a>, sop: &Sop, standing: &Standing) -> History<'a> {
        let mql = sop.lifecycle.meaning(Means::Mql).and_then(|place| sop.lifecycle.stages.get(place));
        let qualified = mql.and_then(|stage| standing.reached.get(&stage.id)).copied();
        History {
            holds: &self.holds,
            entered: &self.entered,
            verdicts: &self.verdicts,
            follow_ups: facts.follow_ups,
            qualified_by: qualified.map(|at| last_event_at(facts.events, facts.details, at).unwrap_or(at)),
        }
    }
}

/// The stages that a lead entered, told in order of time: of several that one instant stamps, the furthest; the others were skipped.
pub(in crate::run) fn entered(sop: &Sop, history: impl IntoIterator<Item = (Instant, String)>) -> Vec<(Instant, String)> {
    let place = |stage: &str| sop.lifecycle.place(stage).unwrap_or(usize::MAX);
    let mut all: Vec<(Instant, String)> = Vec::new();
    for (at, stage) in history {
        match all.last_mut() {
            Some((last, known)) if *last == at => {
                if place(&stage) > place(known) {
                    *known = stage;
                }
            }
            _ => all.push((at, stage)),
        }
    }
    all
}
