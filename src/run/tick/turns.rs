//! The engines behind scoring, over whoever is due, until nothing changes.
//!
//! One pass in the order of leads takes each through its moves. Whom a round takes up is dealt together with all others of the
//! pass, and goes through the engines again with the new owner; whoever is taken up then is dealt next.

use super::asleep;
use super::chain::{Chain, Steps, Turned};
use super::dealing::{Dealing, placed, waiting};
use super::evening::Evening;
use super::keep::{Step, keep};
use super::place::{hand_over, place};
use super::taken::Taken;
use super::warned::Warned;
use super::whom::{due, needs, strangers};
use super::{Done, Engines, gone};
use crate::engine::assignment::Placement;
use crate::model::{Change, LeadId, Until};
use crate::report::assign::Row;
use crate::run::evaluate::{Evaluator, evaluate_these};
use crate::run::score::note;
use crate::run::{RunError, Session};
use crate::store::{Ended as HoldEnded, ScanRow};
use std::collections::BTreeMap;

/// A spell has so many hand-overs at most, and between them so many moves; more than this is a circle of rules.
pub(in crate::run) const MOST_TURNS: usize = 12;

/// Runs them.
pub(super) fn engines(session: &Session<'_>, which: Engines, done: &mut Done) -> Result<(), RunError> {
    let hold = which.assign && is_held_back(session, which, done)?;
    if which.advance
        && let Some(first) = session.workspace.sop.lifecycle.stages.first()
    {
        session.store.begin_line(&first.id)?;
    }
    let mut turns = Turns::new(session, which, done)?;
    turns.pass(done)?;
    let settled = turns.deal(hold, done)?;
    turns.end(settled, done)
}

/// Whether nobody is dealt yet, because the team does not know who has its leads.
fn is_held_back(session: &Session<'_>, which: Engines, done: &mut Done) -> Result<bool, RunError> {
    let Some(reason) = strangers(session)? else { return Ok(false) };
    if which == Engines::ASSIGN {
        return Err(RunError::refused(
            reason,
            "add them to team.yaml (with `aliases:` for other spellings), or repeat with --yes: leads held elsewhere are never dealt",
        ));
    }
    done.notes.push(note("assign-waits", format!("nobody was assigned: {reason}; `sop assign --yes` begins all the same")));
    Ok(true)
}

/// The engines on their way through the leads of one run.
struct Turns<'s, 'a> {
    session: &'s Session<'a>,
    which: Engines,
    chain: Chain<'s>,
    /// After the engines of a whole day: journeys, promises, alerts.
    evening: Option<Evening>,
    taken: Taken,
    told: Dealing,
}

impl<'s, 'a> Turns<'s, 'a> {
    fn new(session: &'s Session<'a>, which: Engines, done: &mut Done) -> Result<Self, RunError> {
        let Session { store, columns, context, workspace, .. } = session;
        let sop = &workspace.sop;
        let world = Evaluator::new(sop, store, columns, context.as_of)?;
        let warned = if which.reclaim { Warned::of(store, sop)? } else { Warned::default() };
        let kept = if which.advance && !context.yes { gone(workspace, store)? } else { BTreeMap::new() };
        let first = sop.lifecycle.stages.first().map_or("", |s| s.id.as_str());
        for (stage, leads) in &kept {
            let are = if *leads == 1 { "lead is" } else { "leads are" };
            done.notes.push(note(
                "stage-gone",
                format!(
                    "{leads} {are} at `{stage}`, which lifecycle.yaml has no more, and stay there: say where they belong with `sop set --where \"stage = \
                     '{stage}'\" stage=… --why …`; with --yes they begin anew at `{first}`"
                ),
            ));
        }
        let steps = Steps::new(sop, which).knowing(warned).keeping(kept.into_keys());
        let evening = if which.watch { Some(Evening::new(session)?) } else { None };
        Ok(Self { session, which, chain: Chain { steps, world }, evening, taken: Taken::default(), told: Dealing::default() })
    }

    /// Everybody who is due, in the order of leads.
    fn pass(&mut self, done: &mut Done) -> Result<(), RunError> {
        let Session { store, columns, context, .. } = self.session;
        let needs = needs(self.session, self.which);
        let mut pass = Some(due(self.session, self.which == Engines::ALL, done)?);
        let mut all = 0;
        while let Some(due) = pass {
            all += due.1.unsigned_abs();
            store.scan_counted(columns, due, &needs, |row| -> Result<(), RunError> {
                done.looked += 1;
                if done.looked.is_multiple_of(1000) {
                    (context.progress)("stages and owners", done.looked, all);
                }
                self.turn(row, done)
            })?;
            pass = asleep::wake(self.session, due.0, &self.taken, done)?;
        }
        Ok(())
    }

    /// Takes one lead through the engines, and what came of it into the base. A lead that a round took up is finished when it is
    /// placed; of all others it is known when they are due again.
    fn turn(&mut self, row: ScanRow, done: &mut Done) -> Result<(), RunError> {
        let Session { store, context, .. } = self.session;
        let turned = self.chain.turn(&row);
        take(self.session, &row, &turned, done)?;
        if let Some(candidate) = turned.candidate {
            self.taken.push(candidate, row, turned.standing, turned.until);
            return Ok(());
        }
        let Some(evening) = &mut self.evening else {
            if turned.standing != row.standing {
                // Neither the other engines nor promises and alerts have seen it yet.
                store.put_moves_at(row.record.lead, Until(context.as_of))?;
            }
            return Ok(());
        };
        let until = evening.look(self.session, &mut self.chain, &row, &turned.standing, done)?;
        Ok(store.put_moves_at(row.record.lead, turned.until.and(until))?)
    }

    /// Deals whom rounds took up, until nobody is; with `hold` they only wait. True: whoever is left waits until something changes.
    fn deal(&mut self, hold: bool, done: &mut Done) -> Result<bool, RunError> {
        let Session { store, columns, context, .. } = self.session;
        let mut settled = self.taken.candidates.is_empty();
        for _ in 0..MOST_TURNS {
            let anew = self.evening.as_mut().map(|e| std::mem::take(&mut e.gardener.anew)).unwrap_or_default();
            if anew.is_empty() && (settled || self.taken.is_empty()) {
                break;
            }
            evaluate_these(self.session, &anew)?; // a step may have set what scores
            anew.iter().for_each(|lead| self.taken.forget(*lead));
            for lead in anew {
                if let Some(row) = store.whole_lead(columns, lead)? {
                    self.turn(row, done)?;
                }
            }
            if hold {
                // Whoever would be dealt is asked again at the next tick.
                for candidate in std::mem::take(&mut self.taken.candidates) {
                    self.look_after(candidate.lead, done)?;
                    store.put_moves_at(candidate.lead, Until(context.as_of))?;
                }
            }
            settled = if self.taken.is_empty() { true } else { self.deal_once(done)? };
        }
        Ok(settled)
    }

    /// Deals everybody once. True: nobody could be placed, and nothing that a deal looks at has changed since.
    fn deal_once(&mut self, done: &mut Done) -> Result<bool, RunError> {
        let seen = asleep::seen_by_deals(self.session)?;
        let candidates = self.taken.all();
        let dealt = place(self.session, &candidates)?;
        self.hand_over(&dealt.placements, done)?;
        for unplaced in &dealt.unplaced {
            self.look_after(unplaced.lead, done)?;
        }
        // Whom nobody could take is dealt again if anybody may have room by now.
        let settled = dealt.placements.is_empty() && seen == asleep::seen_by_deals(self.session)?;
        self.taken.rest(candidates, dealt.unplaced);
        Ok(settled)
    }

    /// Takes what was dealt into the base, in the order of leads: there each page is met once, however the deal ran over them.
    fn hand_over(&mut self, placements: &[Placement], done: &mut Done) -> Result<(), RunError> {
        let mut by_lead: Vec<(usize, &Placement)> = placements.iter().enumerate().collect();
        by_lead.sort_unstable_by_key(|(_, p)| p.lead);
        let mut told: Vec<(usize, Row)> = Vec::new();
        for (place, p) in by_lead {
            let Some(mut row) = self.taken.row(self.session, p.lead)? else { continue };
            hand_over(self.session, &mut row, p)?;
            done.handed_over(p);
            if self.which == Engines::ASSIGN {
                told.push((place, placed(&self.session.workspace.sop, &row, p)));
            }
            self.turn(row, done)?;
            if self.evening.is_none() {
                self.session.store.put_moves_at(p.lead, Until(self.session.context.as_of))?;
            }
        }
        told.sort_unstable_by_key(|(place, _)| *place);
        self.told.placed.extend(told.into_iter().map(|(_, row)| row));
        Ok(())
    }

    /// Looks after promises and alerts of a lead that waits to be handed over, once.
    fn look_after(&mut self, lead: LeadId, done: &mut Done) -> Result<(), RunError> {
        if let Some(evening) = &mut self.evening
            && self.taken.is_unseen(lead)
            && let Some(row) = self.taken.row(self.session, lead)?
        {
            let until = evening.look(self.session, &mut self.chain, &row, &row.standing, done)?;
            self.taken.saw(lead, until);
        }
        Ok(())
    }

    /// Whoever was placed nowhere waits, and everything is told.
    fn end(mut self, settled: bool, done: &mut Done) -> Result<(), RunError> {
        let Session { store, context, workspace, .. } = self.session;
        let whole = self.which == Engines::ALL;
        for unplaced in std::mem::take(&mut self.taken.waiting) {
            if self.which == Engines::ASSIGN {
                let row = self.taken.row(self.session, unplaced.lead)?;
                self.told.waiting.extend(row.map(|row| waiting(&workspace.sop, &row, &unplaced)));
            }
            if whole && settled {
                store.put_asleep(unplaced.lead, self.taken.until(unplaced.lead))?;
            } else {
                store.put_moves_at(unplaced.lead, Until(context.as_of))?;
            }
            done.waiting.push(unplaced);
        }
        if whole && settled && !done.waiting.is_empty() {
            asleep::remember(self.session, &done.waiting)?;
        }
        done.dealing = if self.which == Engines::ASSIGN { Some(self.told) } else { None };
        if let Some(evening) = &self.evening {
            evening.tell(done);
        }
        if !self.taken.candidates.is_empty() {
            let circling = self.taken.candidates.len();
            done.notes.push(note("circle", format!("{circling} leads are still being handed on after {MOST_TURNS} rounds: the rules go in a circle")));
        }
        Ok(())
    }
}

/// Takes a turn into the base.
fn take(session: &Session<'_>, row: &ScanRow, turned: &Turned, done: &mut Done) -> Result<(), RunError> {
    done.moved += i64::from(!turned.moves.is_empty());
    done.reclaimed += i64::from(turned.reclaimed);
    done.changes(&turned.changes);
    let how = if turned.reclaimed { HoldEnded::Reclaimed } else { HoldEnded::ByHand };
    keep(session, &step_of(session, row, turned, how))
}

/// A turn as a step of its lead.
fn step_of<'t>(session: &Session<'_>, row: &'t ScanRow, turned: &'t Turned, how: HoldEnded) -> Step<'t> {
    let (moves, changes, at) = (&turned.moves, &turned.changes, session.context.as_of);
    Step { lead: row.record.lead, before: &row.standing, after: &turned.standing, moves, changes, at, how, by: None }
}

/// Moves that follow at once from what a person said of these leads, with whatever they bring. The leads stay due for the next tick.
pub(in crate::run) fn advance_now(session: &Session<'_>, leads: &[LeadId]) -> Result<Vec<Change>, RunError> {
    let Session { store, columns, context, workspace, .. } = session;
    let world = Evaluator::new(&workspace.sop, store, columns, context.as_of)?;
    let kept = gone(workspace, store)?.into_keys();
    let mut chain = Chain { steps: Steps::new(&workspace.sop, Engines::ADVANCE).keeping(kept), world };
    let mut changes = Vec::new();
    for lead in leads {
        let Some(row) = store.whole_lead(columns, *lead)? else { continue };
        let turned = chain.turn(&row);
        keep(session, &step_of(session, &row, &turned, HoldEnded::ByHand))?;
        changes.extend(turned.changes);
    }
    Ok(changes)
}
