//! One lead through the engines behind scoring: its moves, the queue that takes it back, the round that takes it up.
//!
//! Later engines see what earlier ones made of the lead, never the reverse. `until` is the first instant at which the clock
//! alone could change the outcome. [`Steps`] asks for no base, so that the examples of sops/tests go the same way.

use super::Engines;
use super::warned::Warned;
use crate::condition::Facts;
use crate::engine::assignment::{Candidate, Intake};
use crate::engine::lifecycle::{Move, Seen, advance};
use crate::engine::queue::{Clock, Due, Held, reclaim, reclaim_due};
use crate::model::{Change, DealFacts, Instant, LeadId, Standing, Until, What, Within};
use crate::rules::Sop;
use crate::run::evaluate::Evaluator;
use crate::run::lead::Lead;
use crate::store::ScanRow;
use std::collections::BTreeSet;

/// What the engines made of one lead.
pub(in crate::run) struct Turned {
    pub(in crate::run) standing: Standing,
    /// Moves between stages and detours, in order.
    pub(in crate::run) moves: Vec<Move>,
    /// Everything to record, in order.
    pub(in crate::run) changes: Vec<Change>,
    /// A queue took it back.
    pub(in crate::run) reclaimed: bool,
    /// A round took it up.
    pub(in crate::run) candidate: Option<Candidate>,
    pub(in crate::run) until: Until,
}

/// The engines at work on leads, wherever those come from.
pub(in crate::run) struct Steps<'a> {
    sop: &'a Sop,
    engines: Engines,
    intake: Intake<'a>,
    warned: Warned,
    kept: BTreeSet<String>,
}

/// The engines at work on the leads of one base.
pub(in crate::run) struct Chain<'a> {
    pub(in crate::run) steps: Steps<'a>,
    pub(in crate::run) world: Evaluator<'a>,
}

impl Chain<'_> {
    /// Takes one lead from the standing that it has.
    pub(in crate::run) fn turn(&mut self, row: &ScanRow) -> Turned {
        let Self { steps, world } = self;
        world.with_lead(row, |lead| steps.turn(lead, row.standing.clone()))
    }

    /// [`Steps::warned_of`]
    pub(super) fn warned_of(&mut self, row: &ScanRow, standing: &Standing) -> Option<(Instant, Due)> {
        let Self { steps, world } = self;
        world.with_lead(row, |lead| steps.warned_of(lead, standing))
    }
}

impl<'a> Steps<'a> {
    pub(in crate::run) fn new(sop: &'a Sop, engines: Engines) -> Self {
        Self { sop, engines, intake: Intake::new(&sop.assignment, &sop.team, &sop.lifecycle), warned: Warned::default(), kept: BTreeSet::new() }
    }

    /// The same, knowing whom queues have warned.
    pub(in crate::run) fn knowing(self, warned: Warned) -> Self {
        Self { warned, ..self }
    }

    /// The same; leads at these places, which no file knows any more, stay there.
    pub(in crate::run) fn keeping(self, kept: impl IntoIterator<Item = String>) -> Self {
        Self { kept: kept.into_iter().collect(), ..self }
    }

    /// Takes one lead from a standing as far as its facts take it at this instant.
    pub(in crate::run) fn turn(&self, lead: &Lead<'_>, standing: Standing) -> Turned {
        let Self { sop, engines, intake, .. } = self;
        let facts = lead.facts;
        let deals = DealFacts::of(lead.deals, facts.as_of);
        let state = |standing: &Standing| lead.state(sop, standing, &deals);
        let mut turned = Turned { standing, moves: Vec::new(), changes: Vec::new(), reclaimed: false, candidate: None, until: Until::NEVER };
        // A follow-up that is dated later changes what conditions see when its time comes.
        let awaited = facts.follow_ups.iter().find(|f| f.at > facts.as_of).map_or(Until::NEVER, |f| Until(f.at));
        loop {
            let mut until = awaited;
            let kept = turned.standing.stage.as_ref().is_some_and(|stage| self.kept.contains(stage));
            if kept {
                until = until.and(Until(facts.as_of)); // asked again at every tick
            }
            if engines.advance && !kept {
                let advanced = advance(&Seen { sop, facts, deals: &deals, state: &state }, &mut turned.standing);
                turned.changes.extend(advanced.moves.iter().flat_map(|m| changes_of(lead.lead, m)));
                turned.moves.extend(advanced.moves);
                until = until.and(advanced.until);
            }
            if engines.reclaim && self.taken_back(lead, &mut turned, &mut until) {
                continue; // the spell is over: its stage may have to change, too
            }
            if engines.assign {
                let state = state(&turned.standing);
                let facts = Facts { state: &state, ..*facts };
                let (candidate, asked) = intake.take_up(lead.lead, lead.key, lead.score.unwrap_or(0), &facts, &turned.standing);
                turned.candidate = candidate;
                until = until.and(asked);
            }
            turned.until = until;
            return turned;
        }
    }

    /// When a queue takes the lead back unless somebody does something.
    pub(in crate::run) fn due_back(&self, lead: &Lead<'_>, standing: &Standing) -> Option<Due> {
        let held = Held { standing, follow_ups: lead.facts.follow_ups, deals: lead.deals, as_of: lead.facts.as_of };
        due_back(self.sop, lead.lead, &held, &self.warned)
    }

    /// What its owner is to be warned of by now, and since when: that the lead goes back unless somebody does something.
    pub(in crate::run) fn warned_of(&self, lead: &Lead<'_>, standing: &Standing) -> Option<(Instant, Due)> {
        let as_of = lead.facts.as_of;
        let due = self.due_back(lead, standing).filter(|due| due.due_at > as_of)?;
        due.warn_at.filter(|at| *at <= as_of).map(|at| (at, due))
    }

    /// Puts a neglected lead back into its queue. The other case moves `until`.
    fn taken_back(&self, lead: &Lead<'_>, turned: &mut Turned, until: &mut Until) -> bool {
        let as_of = lead.facts.as_of;
        let Some(due) = self.due_back(lead, &turned.standing) else { return false };
        if due.due_at > as_of {
            let next = due.warn_at.filter(|warn| *warn > as_of).unwrap_or(due.due_at);
            *until = until.and(Until(next));
            return false;
        }
        turned.changes.extend(reclaim(&mut turned.standing, lead.lead, &due, as_of));
        turned.reclaimed = true;
        true
    }
}

/// When a queue takes a held lead back unless somebody does something.
fn due_back(sop: &Sop, lead: LeadId, held: &Held<'_>, warned: &Warned) -> Option<Due> {
    let (add, before) = (|at, within: &Within| sop.calendar.add(at, within), |at, within: &Within| sop.calendar.before(at, within));
    let clock = Clock { add: &add, before: &before };
    let due = reclaim_due(&sop.assignment, &sop.lifecycle, &sop.team, held, &clock)?;
    let at = warned.at(lead, &due);
    Some(due.warned(at, held.as_of, &clock))
}

/// The same of a lead of the base, for reports.
pub(in crate::run) fn goes_back(sop: &Sop, row: &ScanRow, standing: &Standing, as_of: Instant, warned: &Warned) -> Option<Due> {
    due_back(sop, row.record.lead, &Held { standing, follow_ups: &row.follow_ups, deals: &row.deals, as_of }, warned)
}

/// What a move is to the record: the stage, and whoever and whatever had the lead.
pub(in crate::run) fn changes_of(lead: LeadId, m: &Move) -> Vec<Change> {
    let change = |what, from: &Option<String>, to: Option<String>| Change { lead, what, at: m.at, from: from.clone(), to, why: m.why.clone() };
    let mut all = vec![change(What::Stage, &m.from, Some(m.to.clone()))];
    if m.released.is_some() {
        all.push(change(What::Owner, &m.released, None));
    }
    if m.left.is_some() {
        all.push(change(What::Queue, &m.left, None));
    }
    all
}
