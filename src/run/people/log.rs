//! `sop log LEAD --type call …`: a contact of a colleague with a lead, told by hand instead of by a file. The same contact is one row
//! however it is told: by lead, instant, who, outcome and note.

use super::whom::{colleague, same};
use super::{Acted, Work, act};
use crate::model::{Instant, LeadId, Outcome};
use crate::run::import::{detail_of, event_told_by, fill, intern};
use crate::run::{Context, RunError, Workspace};
use crate::store::{FollowUpRow, ScanRow};

/// One contact.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    /// `call`, `email`, `wecom`, `visit`
    pub ty: String,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What was said.
    pub note: Option<String>,
    /// When; `None`: at the as-of.
    pub at: Option<Instant>,
    /// By whom; `None`: by whoever holds the lead.
    pub by: Option<String>,
    /// When to speak again.
    pub next_at: Option<Instant>,
    /// How good sales finds the lead.
    pub quality: Option<String>,
}

/// Ten years: beyond them a date is a slip of the pen.
const OLDEST: i64 = 10 * 366 * 86_400;

/// Logs one contact.
pub fn log(workspace: &Workspace, context: &Context<'_>, lead: &str, contact: &Contact) -> Result<Acted, RunError> {
    let at = contact.at.unwrap_or(context.as_of);
    if at > context.as_of {
        let calendar = &workspace.sop.calendar;
        let what = format!("--at {} is later than {}: what has not happened cannot be logged", calendar.local(at), calendar.local(context.as_of));
        return Err(RunError::refused(what, "--next DATE is for what is planned"));
    }
    let calendar = &workspace.sop.calendar;
    let local = |at: Instant| calendar.local(at);
    if at < context.as_of.plus(-OLDEST) {
        let what = format!("--at {} is more than ten years ago", local(at));
        return Err(RunError::refused(what, "write the year in full, e.g. `--at 2026-11-20T15:30`; older contacts come in files"));
    }
    if let Some(next) = contact.next_at {
        // The day of the contact itself may be named: the next one is later that day.
        if next < calendar.start_of(calendar.date(at)) {
            let what = format!("--next {} is before the contact itself, {}", local(next), local(at));
            return Err(RunError::refused(what, "--next says when to speak again"));
        }
        if next > context.as_of.plus(OLDEST) {
            return Err(RunError::refused(format!("--next {} is more than ten years ahead", local(next)), "write the year in full, e.g. `--next 2026-12-01`"));
        }
    }
    act(workspace, context, &[lead.to_owned()], |work, rows| {
        let Some(row) = rows.first() else { return Ok(()) };
        let team = &work.sop().team;
        let holder = row.standing.owner.as_deref();
        let owner = match contact.by.as_deref() {
            None => holder.map(str::to_owned),
            // A name that the team does not know, but the base does.
            Some(by) if holder.is_some_and(|h| same(team, h, by)) => holder.map(str::to_owned),
            Some(by) => match colleague(team, by) {
                Ok(id) => Some(id),
                Err(slip) => {
                    work.refuse(row, slip, "--by names a colleague of team.yaml by id, name or e-mail");
                    return Ok(());
                }
            },
        };
        let text = |t: &Option<String>| t.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
        let told = FollowUpRow {
            owner,
            ty: Some(contact.ty.clone()),
            outcome: contact.outcome,
            note: text(&contact.note),
            next_at: contact.next_at,
            quality: text(&contact.quality),
            ..FollowUpRow::default()
        };
        put(work, row, at, &told)
    })
}

fn put(work: &mut Work<'_, '_>, row: &ScanRow, at: Instant, told: &FollowUpRow) -> Result<(), RunError> {
    let (session, lead) = (work.session, row.record.lead);
    let is_same = |f: &FollowUpRow| f.origin.is_empty() && (&f.owner, f.outcome, &f.note) == (&told.owner, told.outcome, &told.note);
    let outcome = told.outcome.map(Outcome::name);
    match session.store.follow_ups_of(lead)?.into_iter().find(|(t, _, f)| *t == at && is_same(f)) {
        None => {
            session.store.add_follow_up(lead, at, told, session.run)?;
            work.count("follow_up", None, outcome);
        }
        Some((_, seq, known)) => {
            let filled = fill(&known, told);
            if filled == known {
                work.already(row, format!("this contact of {} is logged already", work.sop().calendar.local(at)));
                return Ok(());
            }
            session.store.update_follow_up(lead, at, seq, &filled)?;
            work.count("follow_up", outcome, outcome);
        }
    }
    event(work, lead, at, told)?;
    work.touch(lead)
}

/// A connected call and a reply are events, too.
fn event(work: &mut Work<'_, '_>, lead: LeadId, at: Instant, told: &FollowUpRow) -> Result<(), RunError> {
    let (session, dictionary) = (work.session, &work.sop().dictionary);
    let Some(kind) = event_told_by(told) else { return Ok(()) };
    let Some(id) = dictionary.kind_of(kind) else { return Ok(()) };
    let detail = intern(&session.store, &session.columns, dictionary, &detail_of(dictionary, id, &[]), "", session.run)?;
    if session.store.raise_events(lead, at, &[detail], session.run)? > 0 {
        work.count("event", None, Some(kind));
    }
    Ok(())
}
