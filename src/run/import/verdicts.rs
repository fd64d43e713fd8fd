//! Verdicts that files bring: what sales made of leads, told by a worklist that comes back or by another list.
//!
//! A verdict of now is taken as `sop accept` and `sop reject` take it, with all that follows; it is refused where they would refuse
//! it, and listed. In a list that is none of ours, what cannot be taken any more is the past: it is kept, and nothing follows from
//! it. Of two different verdicts on one lead in one import the first counts, and the other is listed.

use super::Importer;
use super::follow_ups::name_of;
use super::noted::Noted;
use crate::engine::assignment::Credits;
use crate::ingest::FollowUpCells;
use crate::model::{LeadId, Verdict, fold, nearest, stable_hash};
use crate::rules::lifecycle::{Lifecycle, Reason};
use crate::run::RunError;
use crate::run::people::{Brought, brought, move_judged};
use crate::run::tick::{credits, put_credits};
use rustc_hash::FxHashMap;

/// A verdict in short: the reason, or none when sales accepts.
type Answer = Option<String>;

/// What verdicts of this import have come to so far.
#[derive(Default)]
pub(super) struct Verdicts {
    /// The first one on each lead.
    answers: FxHashMap<LeadId, Answer>,
    /// Leads on which one was taken.
    pub(super) judged: Vec<LeadId>,
    /// Whose turn it was before them, and is by them.
    turns: Option<(Credits, Credits)>,
}

/// What became of a verdict.
pub(super) enum Taken {
    /// It is new.
    New,
    /// It was there before.
    Known,
    /// It does not count, and why.
    Not(String),
}

/// What a file's verdicts leave to be said.
#[derive(Default)]
pub(super) struct Remarked {
    accepted: u64,
    rejected: u64,
    past: u64,
    future: u64,
    second: Noted,
    refused: Noted,
    follows: Noted,
}

impl Remarked {
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.accepted + self.rejected > 0 {
            notes.push(format!("{} leads accepted, {} rejected", self.accepted, self.rejected));
        }
        if self.past > 0 {
            notes.push(format!("{} verdicts are kept as the past: whoever gave them does not hold the lead now, or it came later", self.past));
        }
        if self.future > 0 {
            notes.push(format!("{} verdicts are dated later than this run: they are kept, and nothing follows from them", self.future));
        }
        notes.extend(self.second.note(|n| format!("{n} leads have two different answers: the first counts, not")));
        notes.extend(self.refused.note(|n| format!("{n} verdicts are refused")));
        notes.extend(self.follows.note(|n| format!("{n} follow")));
        notes
    }
}

impl Importer<'_, '_> {
    /// Takes a verdict into the base, with what follows from it.
    pub(super) fn take_verdict(
        &mut self,
        lead: LeadId,
        cells: &FollowUpCells,
        owner: Option<String>,
        reason: Answer,
        remarks: &mut Remarked,
    ) -> Result<Taken, RunError> {
        let first = self.verdicts.answers.entry(lead).or_insert_with(|| reason.clone());
        let who = || cells.key.map(|k| k.to_string()).or_else(|| cells.identities.first().map(name_of)).unwrap_or_default();
        if *first != reason {
            remarks.second.add(|| format!("{} {}", who(), reason.as_deref().map_or_else(|| "accept".to_owned(), |r| format!("reject ({r})"))));
            return Ok(Taken::Not("another verdict on this lead was read first, and counts".into()));
        }
        let origin = match cells.at {
            Some(_) => String::new(),
            None => {
                let parts =
                    [cells.worklist.as_deref(), cells.owner.as_deref(), reason.as_deref()].map(|t| t.map_or_else(String::new, |t| fold(t).into_owned()));
                let [worklist, owner, reason] = &parts;
                format!("{:016x}", stable_hash(&[worklist.as_bytes(), owner.as_bytes(), reason.as_bytes()]))
            }
        };
        let verdict = Verdict { at: cells.at.unwrap_or(self.session.context.as_of), owner, reason };
        let session = &*self.session;
        if session.store.has_verdict(lead, &verdict, &origin)? {
            return Ok(Taken::Known);
        }
        // A base that is being built has nothing to act upon yet; without stages nothing follows from a verdict.
        let given = verdict.at <= session.context.as_of;
        let acts = given && !self.history && !session.store.is_first_import() && !session.workspace.sop.lifecycle.stages.is_empty();
        if !given {
            remarks.future += 1;
        }
        if acts {
            let turns = match &mut self.verdicts.turns {
                Some((_, turns)) => turns,
                none => {
                    let known = credits(&session.store)?;
                    &mut none.insert((known.clone(), known)).1
                }
            };
            match brought(session, lead, &verdict, cells.note.as_deref(), &origin, turns)? {
                Brought::Taken(follows) => {
                    match verdict.reason {
                        None => remarks.accepted += 1,
                        Some(_) => remarks.rejected += 1,
                    }
                    follows.into_iter().for_each(|text| remarks.follows.add(|| text));
                    self.verdicts.judged.push(lead);
                    return Ok(Taken::New);
                }
                // Nothing follows from it; it is kept, so that it is known when it comes again, wherever the lead is by then.
                Brought::Known => {}
                Brought::Refused(why) if cells.worklist.is_some() => {
                    remarks.refused.add(|| format!("{}: {why}", who()));
                    return Ok(Taken::Not(why));
                }
                Brought::Refused(_) => remarks.past += 1,
            }
        }
        session.store.put_verdict(lead, &verdict, &origin, session.run)?;
        session.store.make_due(lead)?;
        Ok(Taken::New)
    }

    /// What follows from the verdicts once every file is read: turns that are given back, and moves that a lead makes at once.
    pub(super) fn follow_verdicts(&mut self) -> Result<(), RunError> {
        if let Some((before, turns)) = self.verdicts.turns.take()
            && before != turns
        {
            put_credits(self.session, &turns)?;
        }
        let judged = std::mem::take(&mut self.verdicts.judged);
        if judged.is_empty() { Ok(()) } else { move_judged(self.session, judged) }
    }
}

/// The verdict of a row: the reason, or none when sales accepts. A reason that lifecycle.yaml does not know is refused.
pub(super) fn answer_of(cells: &FollowUpCells, lifecycle: &Lifecycle) -> Result<Option<Answer>, String> {
    // As people read them in the sheet: by title, with the id beside it.
    let shown = |r: &Reason| if r.title.is_empty() || r.title == r.id { r.id.clone() } else { format!("{} ({})", r.title, r.id) };
    let known = || lifecycle.reasons.iter().map(shown).collect::<Vec<_>>().join(", ");
    let list = if lifecycle.reasons.is_empty() { String::new() } else { format!(" (known: {})", known()) };
    match (cells.accepts, &cells.reason) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err("a reason without a verdict".into()),
        (Some(true), _) => Ok(Some(None)),
        (Some(false), None) => Err(format!("a lead is rejected for a reason{list}")),
        (Some(false), Some(told)) => {
            let folded = fold(told);
            let found = lifecycle.reasons.iter().find(|r| fold(&r.id) == folded || fold(&r.title) == folded);
            match found {
                Some(reason) => Ok(Some(Some(reason.id.clone()))),
                None if lifecycle.reasons.is_empty() => Ok(Some(Some(told.clone()))),
                None => {
                    let near = nearest(told, lifecycle.reasons.iter().flat_map(|r| [r.id.as_str(), r.title.as_str()]));
                    let help = near.map_or(list, |n| format!(": did you mean `{n}`?"));
                    Err(format!("lifecycle.yaml has no such reason{help}"))
                }
            }
        }
    }
}
