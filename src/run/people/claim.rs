//! `sop queue claim`: a colleague takes leads out of a queue, within its limits.

use super::queue::{best, contacts, help, queue_of, queues_for, waiting};
use super::whom::{colleague, same, shown};
use super::{Work, act};
use crate::engine::assignment::{Desk, counts_as_held};
use crate::engine::queue::{Claiming, Refusal, claim as claim_one};
use crate::model::{Instant, LeadId};
use crate::report::queue::{self as report, Facts};
use crate::report::{Note, Report};
use crate::rules::assignment::Queue;
use crate::rules::team::Owner;
use crate::run::score::note;
use crate::run::tick::{Step, desks, keep, setting};
use crate::run::{Context, Ended as RunEnded, RunError, Workspace};
use crate::store::{Ended, ScanRow};

/// Which leads are claimed.
#[derive(Clone, Debug)]
pub enum Whom {
    /// The best of a queue, by score.
    Best {
        /// The queue, by id or title.
        queue: String,
        /// How many.
        n: usize,
    },
    /// These.
    Leads(Vec<String>),
}

/// What a claim did.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The leads, with their addresses (masked in a rehearsal).
    pub report: Report,
    /// The run.
    pub ended: RunEnded,
}

/// A colleague takes leads out of a queue: all that are asked for, or none.
pub fn claim(workspace: &Workspace, context: &Context<'_>, whom: &Whom, by: &str) -> Result<Claimed, RunError> {
    let sop = &workspace.sop;
    let id = colleague(&sop.team, by).map_err(|slip| RunError::refused(slip, "--by names a colleague of team.yaml by id, name or e-mail"))?;
    let Some(owner) = sop.team.owner(&id) else {
        return Err(RunError::refused(format!("`{id}` cannot claim: there is no team"), "declare colleagues in sops/team.yaml"));
    };
    let mut rows = Vec::new();
    let named: Vec<String> = if let Whom::Leads(leads) = whom { leads.clone() } else { Vec::new() };
    let acted = act(workspace, context, &named, |work, leads| {
        let mut turn = Turn::new(work, owner)?;
        match whom {
            Whom::Leads(_) => leads.iter().try_for_each(|row| turn.named(work, row))?,
            Whom::Best { queue, n } => turn.best(work, queue, *n)?,
        }
        for (lead, queue) in &turn.got {
            let session = work.session;
            let Some(record) = session.store.lead(&session.columns, *lead)? else { continue };
            rows.push(waiting(workspace, &session.store, &session.columns, queue, record, Some(session.context.as_of))?);
        }
        Ok(())
    });
    let acted = acted.map_err(|e| match (e, named.as_slice()) {
        // One word that names no lead may have meant a queue.
        (RunError::Refused { what, help }, [one]) if what.starts_with(&format!("no lead is `{one}`")) => match queues_for(workspace, one) {
            Some(queues) => RunError::refused(format!("`{one}` is neither a queue nor a lead"), queues),
            None => RunError::Refused { what, help },
        },
        (e, _) => e,
    })?;
    let mut notes: Vec<Note> = acted.notes;
    let rehearsal = acted.ended.rehearsed;
    if rehearsal {
        notes.push(note("masked", "addresses are masked until the leads are claimed"));
    }
    let facts = Facts { frame: acted.frame, contacts: contacts(workspace), rows, masked: rehearsal, claimed: Some(id), rehearsal, notes };
    Ok(Claimed { report: report::report(facts), ended: acted.ended })
}

/// One colleague's claims of one run.
struct Turn<'w> {
    owner: &'w Owner,
    desk: Desk,
    /// By queue: claims of today.
    today: Vec<(String, u32)>,
    /// Leads that they have now, with the queues that these come from.
    got: Vec<(LeadId, String)>,
}

impl<'w> Turn<'w> {
    fn new(work: &Work<'_, '_>, owner: &'w Owner) -> Result<Self, RunError> {
        let desk = desks(&work.session.store, work.sop(), work.session.context.as_of)?.remove(&owner.id).unwrap_or_default();
        Ok(Self { owner, desk, today: Vec::new(), got: Vec::new() })
    }

    /// How many they claimed from a queue today.
    fn today(&mut self, work: &Work<'_, '_>, queue: &str) -> Result<u32, RunError> {
        if let Some((_, n)) = self.today.iter().find(|(q, _)| q == queue) {
            return Ok(*n);
        }
        let (calendar, as_of) = (&work.sop().calendar, work.session.context.as_of);
        let day = calendar.date(as_of);
        let n = work.session.store.claimed(&self.owner.id, queue, calendar.start_of(day), calendar.end_of(day).plus(1))?;
        let n = u32::try_from(n).unwrap_or(0);
        self.today.push((queue.to_owned(), n));
        Ok(n)
    }

    /// Claims a lead by its name.
    fn named(&mut self, work: &mut Work<'_, '_>, row: &ScanRow) -> Result<(), RunError> {
        let standing = &row.standing;
        if standing.owner.as_deref().is_some_and(|o| same(&work.sop().team, o, &self.owner.id)) {
            work.already(row, format!("{} holds it already", shown(&work.sop().team, &self.owner.id)));
            self.got.push((row.record.lead, standing.last_queue.clone().unwrap_or_default()));
            return Ok(());
        }
        let Some(queue) = standing.queue.as_deref() else {
            let place = standing.owner.as_deref().map_or_else(|| "nobody holds it".to_owned(), |o| format!("{} holds it", shown(&work.sop().team, o)));
            work.refuse(row, format!("it waits in no queue: {place}"), "`sop queue list` shows the leads that can be claimed");
            return Ok(());
        };
        let Some(queue) = work.sop().assignment.queue(queue) else {
            work.refuse(row, format!("its queue `{queue}` is none of assignment.yaml"), "`sop set LEAD queue=… --why …` moves it");
            return Ok(());
        };
        if let Err(refusal) = self.take(work, row, queue)? {
            work.refuse(row, said(work, &refusal), help(&refusal));
        }
        Ok(())
    }

    /// Claims the best leads of a queue. Those that one may not have back yet are left for others. What was claimed at this very
    /// instant counts: the same command again is the same.
    fn best(&mut self, work: &mut Work<'_, '_>, queue: &str, n: usize) -> Result<(), RunError> {
        let session = work.session;
        let id = queue_of(session.workspace, queue).map_err(|slip| RunError::refused(slip, "`sop queue list` shows every queue"))?;
        let Some(queue) = work.sop().assignment.queue(id) else { return Ok(()) };
        for lead in session.store.held_by(&self.owner.id)? {
            let standing = session.store.standing(lead)?;
            if standing.owner_at == Some(session.context.as_of) && standing.last_queue.as_deref() == Some(id) {
                self.got.push((lead, id.to_owned()));
            }
        }
        let mut cooling = None;
        for (lead, _) in best(&session.store, &session.columns, id)? {
            if self.got.len() >= n {
                break;
            }
            let Some(row) = session.store.whole_lead(&session.columns, lead)? else { continue };
            match self.take(work, &row, queue)? {
                Ok(()) => {}
                Err(refusal @ Refusal::Cooldown { .. }) => cooling = Some(refusal),
                Err(refusal) => {
                    let (got, leads) = (self.got.len(), if n == 1 { "lead" } else { "leads" });
                    let what = format!("{n} {leads} of `{id}` cannot be claimed: {}", said(work, &refusal));
                    let fits = if got > 0 { format!("`--n {got}` is within the limits") } else { help(&refusal).to_owned() };
                    return Err(RunError::refused(what, fits));
                }
            }
        }
        match (self.got.is_empty(), cooling) {
            (true, Some(refusal)) => return Err(RunError::refused(format!("nothing of `{id}` can be claimed: {}", said(work, &refusal)), help(&refusal))),
            (true, None) => return Err(RunError::refused(format!("nobody waits in `{id}`"), "`sop queue list` shows every queue")),
            (false, _) if self.got.len() < n => work.notes.push(note("fewer", format!("`{id}` has no more for {} than these", self.owner.name))),
            _ => {}
        }
        Ok(())
    }

    /// Claims one lead.
    fn take(&mut self, work: &mut Work<'_, '_>, row: &ScanRow, queue: &Queue) -> Result<Result<(), Refusal>, RunError> {
        let today = self.today(work, &queue.id)?;
        let (session, sop, lead) = (work.session, work.sop(), row.record.lead);
        let lost = |a: crate::store::AssignmentRow| a.ended.filter(|(_, how)| matches!(how, Ended::Returned | Ended::Reclaimed)).map(|(at, _)| (a.owner, at));
        let lost: Vec<(String, Instant)> = session.store.assignments_of(lead)?.into_iter().filter_map(lost).collect();
        let claiming = Claiming { queue, owner: self.owner, desk: &self.desk, today, lost: &lost };
        let mut after = row.standing.clone();
        let at = session.context.as_of;
        let changes = match claim_one(&setting(sop, at), &mut after, lead, &claiming) {
            Ok(changes) => changes,
            Err(refusal) => return Ok(Err(refusal)),
        };
        keep(session, &Step { lead, before: &row.standing, after: &after, moves: &[], changes: &changes, at, how: Ended::HandedOver, by: None })?;
        work.count_changes(&changes);
        work.touch(lead)?;
        self.desk.held += u32::from(counts_as_held(&sop.lifecycle, &after));
        if let Some((_, n)) = self.today.iter_mut().find(|(q, _)| *q == queue.id) {
            *n += 1;
        }
        self.got.push((lead, queue.id.clone()));
        Ok(Ok(()))
    }
}

/// A refusal for people of this zone.
fn said(work: &Work<'_, '_>, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Cooldown { owner, again } => format!("{owner} had this lead and may claim it again from {}", work.sop().calendar.local(*again)),
        other => other.to_string(),
    }
}
