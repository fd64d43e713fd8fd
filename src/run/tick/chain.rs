//! One lead through the engines behind scoring: its moves, the queue that takes it back, the round that takes it up.
//!
//! Later engines see what earlier ones made of the lead, never the reverse. `until` is the first instant at which the clock
//! alone could change the outcome.

use super::Engines;
use crate::condition::Facts;
use crate::engine::assignment::{Candidate, Intake};
use crate::engine::lifecycle::{Move, Seen, advance};
use crate::engine::queue::{Clock, Due as ReclaimDue, Held, Limit, reclaim, reclaim_due};
use crate::model::{Change, DealFacts, Instant, LeadId, Standing, Until, What, Within};
use crate::rules::Sop;
use crate::run::evaluate::{Evaluator, state_values};
use crate::store::ScanRow;

/// What the engines made of one lead.
pub(in crate::run) struct Turned {
    pub(super) standing: Standing,
    /// Moves between stages and detours, in order.
    pub(super) moves: Vec<Move>,
    /// Everything to record, in order.
    pub(super) changes: Vec<Change>,
    /// A queue took it back.
    pub(super) reclaimed: bool,
    /// A round took it up.
    pub(in crate::run) candidate: Option<Candidate>,
    pub(super) until: Until,
}

/// The engines at work on the leads of one base.
pub(in crate::run) struct Chain<'a> {
    sop: &'a Sop,
    as_of: Instant,
    engines: Engines,
    /// The base knows of any follow-up at all.
    followed_up: bool,
    pub(in crate::run) intake: Intake<'a>,
    pub(in crate::run) world: Evaluator<'a>,
}

impl<'a> Chain<'a> {
    pub(in crate::run) fn new(sop: &'a Sop, as_of: Instant, engines: Engines, followed_up: bool, world: Evaluator<'a>) -> Self {
        Self { sop, as_of, engines, followed_up, intake: Intake::new(&sop.assignment, &sop.team, &sop.lifecycle), world }
    }

    /// Takes one lead from the standing that it has.
    pub(in crate::run) fn turn(&mut self, row: &ScanRow) -> Turned {
        let Self { sop, as_of, engines, followed_up, intake, world } = self;
        let (sop, as_of, engines, followed_up) = (*sop, *as_of, *engines, *followed_up);
        let deals = DealFacts::of(&row.deals, as_of);
        let state = |standing: &Standing| state_values(sop, row, standing, &deals, as_of);
        let lead = row.record.lead;
        let mut turned =
            Turned { standing: row.standing.clone(), moves: Vec::new(), changes: Vec::new(), reclaimed: false, candidate: None, until: Until::NEVER };
        world.with_facts(row, &[], |_, facts| {
            loop {
                let mut until = Until::NEVER;
                if engines.advance {
                    let advanced = advance(&Seen { sop, facts, deals: &deals, state: &state }, &mut turned.standing);
                    turned.changes.extend(advanced.moves.iter().flat_map(|m| changes_of(lead, m)));
                    turned.moves.extend(advanced.moves);
                    until = until.and(advanced.until);
                }
                if engines.reclaim && taken_back(sop, row, (as_of, followed_up), &mut turned, &mut until) {
                    continue; // the spell is over: its stage may have to change, too
                }
                if engines.assign {
                    let state = state(&turned.standing);
                    let facts = Facts { state: &state, ..*facts };
                    let (candidate, asked) = intake.take_up(lead, row.record.key, row.state.score.unwrap_or(0), &facts, &turned.standing);
                    turned.candidate = candidate;
                    until = until.and(asked);
                }
                turned.until = until;
                break;
            }
        });
        turned
    }
}

/// When a lead goes back to its queue unless somebody does something.
///
/// A file that says who holds a lead says nothing of what they did: while the base knows of no follow-up at all, only leads that
/// were handed over here are asked for one.
pub(in crate::run) fn goes_back(sop: &Sop, row: &ScanRow, standing: &Standing, (as_of, followed_up): (Instant, bool)) -> Option<ReclaimDue> {
    let held = Held { standing, follow_ups: &row.follow_ups, deals: &row.deals, as_of };
    let (add, before) = (|at, within: &Within| sop.calendar.add(at, within), |at, within: &Within| sop.calendar.before(at, within));
    let due = reclaim_due(&sop.assignment, &sop.lifecycle, &sop.team, &held, &Clock { add: &add, before: &before })?;
    let never_asked = due.limit == Limit::NoFollowUp && standing.assigned_at.is_none() && !followed_up;
    (!never_asked).then_some(due)
}

/// Puts a neglected lead back into its queue. The other case moves `until`.
fn taken_back(sop: &Sop, row: &ScanRow, (as_of, followed_up): (Instant, bool), turned: &mut Turned, until: &mut Until) -> bool {
    let Some(due) = goes_back(sop, row, &turned.standing, (as_of, followed_up)) else { return false };
    if due.due_at > as_of {
        let next = due.warn_at.filter(|warn| *warn > as_of).unwrap_or(due.due_at);
        *until = until.and(Until(next));
        return false;
    }
    turned.changes.extend(reclaim(&mut turned.standing, row.record.lead, &due, as_of));
    turned.reclaimed = true;
    true
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
