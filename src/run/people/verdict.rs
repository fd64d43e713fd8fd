//! `sop accept` and `sop reject`: what sales makes of a lead that was handed over, and what follows from it at once.

use super::whom::{same, shown};
use super::{Acted, Work, act, twin};
use crate::engine::assignment::{Credits, give_back};
use crate::engine::lifecycle::judge;
use crate::model::{Change, Key, LeadId, Standing, Verdict, What, nearest};
use crate::report::Note;
use crate::report::plan::Count;
use crate::rules::lifecycle::{Lifecycle, Reason};
use crate::run::tick::{Step, changes_of, credits, keep, put_credits};
use crate::run::{Context, RunError, Session, Workspace};
use crate::store::{Ended, ScanRow};

/// Why a lead is given back.
#[derive(Clone, Copy, Debug)]
pub struct Rejection<'a> {
    /// A reason of lifecycle.yaml, by id or title.
    pub reason: &'a str,
    /// What there is to say beside it; it stands in the record of the change.
    pub note: Option<&'a str>,
}

/// Sales takes these leads on. `by`: only if they hold them.
pub fn accept(workspace: &Workspace, context: &Context<'_>, leads: &[String], by: Option<&str>) -> Result<Acted, RunError> {
    judged(workspace, context, leads, by, Given { reason: None, note: None, stored: false })
}

/// Sales gives these leads back. `by`: only if they hold them.
pub fn reject(workspace: &Workspace, context: &Context<'_>, leads: &[String], rejection: &Rejection<'_>, by: Option<&str>) -> Result<Acted, RunError> {
    let reason = reason_of(&workspace.sop.lifecycle, rejection.reason)?;
    judged(workspace, context, leads, by, Given { reason: Some(reason), note: rejection.note, stored: false })
}

/// The reason that is meant.
fn reason_of<'l>(lifecycle: &'l Lifecycle, typed: &str) -> Result<&'l Reason, RunError> {
    let same = |text: &str| crate::model::fold(text) == crate::model::fold(typed.trim());
    if let Some(found) = lifecycle.reasons.iter().find(|r| same(&r.id)).or_else(|| lifecycle.reasons.iter().find(|r| same(&r.title))) {
        return Ok(found);
    }
    if lifecycle.reasons.is_empty() {
        return Err(RunError::refused(format!("`{typed}`: there are no reject reasons"), "declare them under `reject_reasons:` in sops/lifecycle.yaml"));
    }
    let names = lifecycle.reasons.iter().flat_map(|r| [r.id.as_str(), r.title.as_str()]);
    let near = nearest(typed, names).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
    let all: Vec<&str> = lifecycle.reasons.iter().map(|r| r.id.as_str()).collect();
    Err(RunError::refused(format!("`{typed}` is no reject reason of lifecycle.yaml{near}"), format!("reasons: {}", all.join(", "))))
}

/// A verdict as it is given.
#[derive(Clone, Copy)]
struct Given<'l> {
    /// `None` = accepted.
    reason: Option<&'l Reason>,
    note: Option<&'l str>,
    /// A file told it: the base has its row.
    stored: bool,
}

/// What came of verdicts that files told.
#[derive(Clone, Debug, Default)]
pub struct ActedUpon {
    /// What changed.
    pub counts: Vec<Count>,
    /// What follows.
    pub notes: Vec<Note>,
    /// Verdicts that could not be acted upon: of which lead, and why.
    pub refused: Vec<(Key, String)>,
}

/// Acts upon verdicts that files told and that are stored already, oldest first: as `sop accept` and `sop reject` do, but one that
/// cannot be stops no other.
pub fn act_upon(session: &Session<'_>, told: &[(LeadId, Verdict)]) -> Result<ActedUpon, RunError> {
    let mut work = Work::new(session);
    let mut refused = Vec::new();
    let mut turns = credits(&session.store)?;
    let before = turns.clone();
    let mut sorted: Vec<&(LeadId, Verdict)> = told.iter().collect();
    sorted.sort_by_key(|(lead, v)| (v.at, *lead));
    for (lead, verdict) in sorted {
        let Some(row) = session.store.whole_lead(&session.columns, *lead)? else { continue };
        let reason = match &verdict.reason {
            None => None,
            Some(id) => match session.workspace.sop.lifecycle.reason(id) {
                Some(reason) => Some(reason),
                None => {
                    refused.push((row.record.key, format!("`{id}` is no reject reason of lifecycle.yaml")));
                    continue;
                }
            },
        };
        if let Some((mut said, standing)) = said(&mut work, &row, verdict.owner.as_deref(), reason) {
            said.at = verdict.at;
            take(&mut work, &row, &said, standing, Given { reason, note: None, stored: true }, &mut turns)?;
        }
        refused.extend(work.refused.drain(..).map(|r| (row.record.key, r.what)));
    }
    if turns != before {
        put_credits(session, &turns)?;
    }
    work.advance()?;
    let Work { counts, mut notes, .. } = work;
    notes.retain(|n| n.code != "already"); // a file that comes again says everything again
    Ok(ActedUpon { counts, notes, refused })
}

fn judged(workspace: &Workspace, context: &Context<'_>, leads: &[String], by: Option<&str>, given: Given<'_>) -> Result<Acted, RunError> {
    act(workspace, context, leads, |work, rows| {
        let mut turns = credits(&work.session.store)?;
        let before = turns.clone();
        for row in &rows {
            if let Some((verdict, standing)) = said(work, row, by, given.reason) {
                take(work, row, &verdict, standing, given, &mut turns)?;
            }
        }
        if turns != before {
            put_credits(work.session, &turns)?;
        }
        work.advance()
    })
}

/// The verdict, if it may be given and says anything new.
fn said(work: &mut Work<'_, '_>, row: &ScanRow, by: Option<&str>, reason: Option<&Reason>) -> Option<(Verdict, Standing)> {
    let team = &work.sop().team;
    let calendar = &work.sop().calendar;
    let last = row.verdicts.last();
    let Some(holder) = row.standing.owner.clone() else {
        // Given back already: saying so again is not an error, unless somebody else or something else is said.
        let known = last.filter(|v| row.standing.rejected_at.is_some() && reason.is_some_and(|r| v.reason.as_deref() == Some(&r.id)));
        match known {
            Some(v) if by.is_none_or(|by| v.owner.as_deref().is_none_or(|o| same(team, o, by))) => {
                work.already(row, format!("rejected for {} since {}", v.reason.as_deref().unwrap_or_default(), calendar.local(v.at)));
            }
            _ => never_handed_over(work, row),
        }
        return None;
    };
    if let Some(by) = by.filter(|by| !same(team, &holder, by)) {
        let (holder, by) = (shown(team, &holder), shown(team, by));
        work.refuse(row, format!("{holder} holds it, not {by}"), "leave --by out to speak for whoever holds it");
        return None;
    }
    let since = row.standing.owner_at;
    // A file may not say who: then it was whoever held the lead.
    let theirs = |v: &Verdict| v.owner.as_deref().is_none_or(|o| same(team, o, &holder));
    let known = row.verdicts.iter().rev().find(|v| v.reason.is_none() && theirs(v) && since.is_none_or(|since| v.at >= since));
    if let (None, Some(v), true) = (reason, known, row.standing.accepted_at.is_some()) {
        work.already(row, format!("{} accepted it already, {}", shown(team, &holder), calendar.local(v.at)));
        return None;
    }
    let verdict = Verdict { at: work.session.context.as_of, owner: Some(holder), reason: reason.map(|r| r.id.clone()) };
    Some((verdict, row.standing.clone()))
}

/// Refuses a verdict on a lead that nobody has, and says where it is.
fn never_handed_over(work: &mut Work<'_, '_>, row: &ScanRow) {
    let standing = &row.standing;
    let stage = standing.stage.as_deref().map_or_else(|| "no stage yet".to_owned(), |s| format!("stage `{s}`"));
    let (place, help) = match &standing.queue {
        Some(queue) => {
            (format!("it waits in the queue `{queue}`"), format!("whoever wants it claims it first: `sop queue claim {} --by OWNER`", row.record.key))
        }
        None => ("nobody holds it".to_owned(), "`sop assign` hands leads over; by hand: `sop set LEAD owner=… --why …`".to_owned()),
    };
    work.refuse(row, format!("{place} ({stage})"), help);
}

/// Takes a verdict into the base with all that it brings.
fn take(
    work: &mut Work<'_, '_>,
    row: &ScanRow,
    verdict: &Verdict,
    mut standing: Standing,
    Given { reason, note, stored }: Given<'_>,
    turns: &mut Credits,
) -> Result<(), RunError> {
    let (session, lead, at) = (work.session, row.record.lead, verdict.at);
    let judged = match judge(&work.sop().lifecycle, &mut standing, verdict) {
        Ok(judged) => judged,
        Err(why) => {
            work.refuse(row, why, "`sop explain LEAD` shows where it stands");
            return Ok(());
        }
    };
    let holder = verdict.owner.clone().unwrap_or_default();
    let mut changes = Vec::new();
    let said = reason.map_or("accepted", |r| r.id.as_str());
    let mut why = format!("{} by {holder}", if reason.is_some() { "rejected" } else { "accepted" });
    if let Some(note) = note.map(str::trim).filter(|n| !n.is_empty()) {
        why.push_str(&format!(": {note}"));
    }
    changes.push(Change { lead, what: What::Verdict, at, from: None, to: Some(said.to_owned()), why: why.clone() });
    match &judged.moved {
        Some(moved) => changes.extend(changes_of(lead, moved)),
        None => changes.extend(judged.released.clone().map(|from| Change { lead, what: What::Owner, at, from: Some(from), to: None, why })),
    }
    if !stored {
        session.store.put_verdict(lead, verdict, "", session.run)?;
    }
    if judged.return_turn {
        // Whoever got it by a rule gets that rule's next one; what came from a sibling, a claim or by hand cost nobody a turn.
        let open = session.store.assignments_of(lead)?.into_iter().rfind(|a| a.ended.is_none());
        if let Some((round, rule)) = open.and_then(|a| a.round.zip(a.rule)) {
            give_back(turns, &round, &rule, &holder);
            work.notes.push(crate::run::score::note("turn", format!("the next lead of {round} › {rule} is {}'s again", shown(&work.sop().team, &holder))));
        }
    }
    let moves = judged.moved.as_slice();
    keep(session, &Step { lead, before: &row.standing, after: &standing, moves, changes: &changes, at, how: Ended::Rejected, by: None })?;
    work.count_changes(&changes);
    work.touch(lead)?;
    if judged.duplicate {
        twin::leave_to_decide(work, row, said)?;
    }
    Ok(())
}
