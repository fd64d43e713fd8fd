//! `sop accept` and `sop reject`: what sales makes of a lead that was handed over, and what follows from it at once.

use super::whom::{same, shown};
use super::{Acted, Work, act, twin};
use crate::engine::assignment::{Credits, give_back};
use crate::engine::lifecycle::judge;
use crate::model::{Change, LeadId, Standing, Verdict, What, nearest};
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
    judged(workspace, context, leads, by, None, None)
}

/// Sales gives these leads back. `by`: only if they hold them.
pub fn reject(workspace: &Workspace, context: &Context<'_>, leads: &[String], rejection: &Rejection<'_>, by: Option<&str>) -> Result<Acted, RunError> {
    let reason = reason_of(&workspace.sop.lifecycle, rejection.reason)?;
    judged(workspace, context, leads, by, Some(reason), rejection.note)
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

fn judged(
    workspace: &Workspace,
    context: &Context<'_>,
    leads: &[String],
    by: Option<&str>,
    reason: Option<&Reason>,
    note: Option<&str>,
) -> Result<Acted, RunError> {
    act(workspace, context, leads, |work, rows| {
        let mut turns = credits(&work.session.store)?;
        let before = turns.clone();
        for row in &rows {
            if let Some((verdict, standing)) = said(work, row, by, reason) {
                take(work, row, &Given { verdict: &verdict, reason, note, origin: "" }, standing, &mut turns)?;
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
            Some(v) if by.is_none_or(|by| v.owner.as_deref().is_some_and(|o| same(team, o, by))) => {
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
    let known =
        row.verdicts.iter().rev().find(|v| v.reason.is_none() && v.owner.as_ref().is_none_or(|o| *o == holder) && since.is_none_or(|since| v.at >= since));
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

/// A verdict with what is said beside it.
struct Given<'g> {
    verdict: &'g Verdict,
    reason: Option<&'g Reason>,
    note: Option<&'g str>,
    /// What a row of a file is known by when it comes again.
    origin: &'g str,
}

/// Takes a verdict into the base with all that it brings.
fn take(work: &mut Work<'_, '_>, row: &ScanRow, given: &Given<'_>, mut standing: Standing, turns: &mut Credits) -> Result<(), RunError> {
    let Given { verdict, reason, note, origin } = *given;
    let (session, lead, at) = (work.session, row.record.lead, verdict.at);
    let judged = match judge(&work.sop().lifecycle, &mut standing, verdict) {
        Ok(judged) => judged,
        Err(why) => {
            work.refuse(row, why, "`sop explain LEAD` shows where it stands");
            return Ok(());
        }
    };
    let holder = verdict.owner.clone().or_else(|| row.standing.owner.clone()).unwrap_or_default();
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
    session.store.put_verdict(lead, verdict, origin, session.run)?;
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

/// What became of a verdict that a file brought.
pub(in crate::run) enum Brought {
    /// It was taken as if given on the command line; what follows that a person should know.
    Taken(Vec<String>),
    /// It says nothing new.
    Known,
    /// It cannot be taken, and why.
    Refused(String),
}

/// Takes the verdict of a row of a file: by the rules of [`accept`] and [`reject`], at the time and by whom the row says.
pub(in crate::run) fn brought(
    session: &Session<'_>,
    lead: LeadId,
    verdict: &Verdict,
    note: Option<&str>,
    origin: &str,
    turns: &mut Credits,
) -> Result<Brought, RunError> {
    let lifecycle = &session.workspace.sop.lifecycle;
    let reason = verdict.reason.as_deref().and_then(|id| lifecycle.reason(id));
    if verdict.reason.is_some() && reason.is_none() {
        return Ok(Brought::Refused("lifecycle.yaml has no such reason".into()));
    }
    let Some(row) = session.store.whole_lead(&session.columns, lead)? else {
        return Ok(Brought::Refused("nobody holds it".into()));
    };
    let mut work = Work { session, counts: Vec::new(), notes: Vec::new(), refused: Vec::new(), changed: Vec::new() };
    if let Some((_, standing)) = said(&mut work, &row, verdict.owner.as_deref(), reason) {
        take(&mut work, &row, &Given { verdict, reason, note, origin }, standing, turns)?;
    }
    Ok(match work.refused.pop() {
        Some(refused) => Brought::Refused(refused.what),
        None if work.changed.is_empty() => Brought::Known,
        None => Brought::Taken(work.notes.into_iter().map(|n| n.text).collect()),
    })
}

/// Lets the leads that verdicts of files spoke of move at once, by their scores of now.
pub(in crate::run) fn move_judged(session: &Session<'_>, leads: Vec<LeadId>) -> Result<(), RunError> {
    Work { session, counts: Vec::new(), notes: Vec::new(), refused: Vec::new(), changed: leads }.advance()
}
