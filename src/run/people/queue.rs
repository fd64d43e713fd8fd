//! `sop queue list|claim|return`: leads that nobody holds, for those who take them.
//!
//! Whoever looks into a queue sees who waits there, not how to reach them: addresses are masked until a lead is claimed, so that
//! nobody works through a pool without taking responsibility for it. A rehearsed claim shows no more.

use super::whom::{colleague, same, shown};
use super::{Acted, Work, act};
use crate::engine::assignment::{Desk, counts_as_held};
use crate::engine::queue::{Claiming, Refusal, claim as claim_one, return_lead};
use crate::model::{Instant, LeadId, nearest};
use crate::report::queue::{self as report, Facts, Waiting};
use crate::report::{Column, Note, Report};
use crate::rules::assignment::Queue;
use crate::rules::team::Owner;
use crate::run::leads::{stored_columns, value_cell};
use crate::run::score::{frame, name_of, note, text_of};
use crate::run::tick::{Step, desks, keep, setting};
use crate::run::{Context, Ended as RunEnded, RunError, Workspace};
use crate::store::{Columns, Ended, LeadRecord, ScanRow, Store};
use std::cmp::Reverse;

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

/// The id of the queue that a text means by id or title.
pub(super) fn queue_of<'w>(workspace: &'w Workspace, typed: &str) -> Result<&'w str, String> {
    let queues = &workspace.sop.assignment.queues;
    if queues.is_empty() {
        return Err("there are no queues: declare them under `queues:` in sops/assignment.yaml".into());
    }
    let is = |text: &str| crate::model::fold(text) == crate::model::fold(typed.trim());
    if let Some(queue) = queues.iter().find(|q| is(&q.id)).or_else(|| queues.iter().find(|q| is(&q.title))) {
        return Ok(&queue.id);
    }
    let known: Vec<&str> = queues.iter().map(|q| q.id.as_str()).collect();
    let near = nearest(typed, queues.iter().flat_map(|q| [q.id.as_str(), q.title.as_str()]));
    let near = near.map_or_else(|| format!("there are: {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
    Err(format!("`{typed}` is no queue; {near}"))
}

/// Who waits in a queue, or in all of them: best first.
pub fn queue_list(workspace: &Workspace, context: &Context<'_>, queue: Option<&str>) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let there: Vec<String> = store.queues()?.into_iter().map(|(queue, _)| queue).collect();
    let wanted: Vec<String> = match queue {
        // A queue that the file no longer has may still hold leads.
        Some(typed) if there.iter().any(|q| q == typed.trim()) => vec![typed.trim().to_owned()],
        Some(typed) => vec![queue_of(workspace, typed).map_err(|slip| RunError::refused(slip, "`sop queue list` shows every queue"))?.to_owned()],
        None => {
            let declared = workspace.sop.assignment.queues.iter().map(|q| q.id.clone());
            let mut all: Vec<String> = declared.collect();
            all.extend(there.into_iter().filter(|q| workspace.sop.assignment.queue(q).is_none()));
            all
        }
    };
    let mut rows = Vec::new();
    for queue in &wanted {
        for (lead, ..) in best(&store, &columns, queue)? {
            let Some(record) = store.lead(&columns, lead)? else { continue };
            let since = store.standing(lead)?.queue_at;
            rows.push(waiting(workspace, &store, &columns, queue, record, since)?);
        }
    }
    let mut notes = Vec::new();
    if workspace.sop.assignment.queues.is_empty() && rows.is_empty() {
        notes.push(note("no-queues", "there are no queues: declare them under `queues:` in sops/assignment.yaml"));
    }
    if !rows.is_empty() {
        notes.push(note("masked", "addresses are masked; whoever claims a lead sees them: `sop queue claim QUEUE|LEAD… --by OWNER`"));
    }
    Ok(report::report(Facts { frame: frame(workspace, context), contacts: contacts(workspace), rows, masked: true, claimed: None, rehearsal: false, notes }))
}

/// The leads of a queue in the order in which they are given out: highest score, then those that wait longest, then by key.
fn best(store: &Store, columns: &Columns, queue: &str) -> Result<Vec<(LeadId, i64)>, RunError> {
    let mut all = Vec::new();
    for lead in store.waiting_in(queue)? {
        let (Some(state), Some(key)) = (store.state(columns, lead)?, store.key_of(lead)?) else { continue };
        let score = state.score.unwrap_or(i64::MIN);
        all.push((Reverse(score), store.standing(lead)?.queue_at, key.to_string(), lead));
    }
    all.sort();
    Ok(all.into_iter().map(|(Reverse(score), _, _, lead)| (lead, score)).collect())
}

/// The columns of addresses.
fn contacts(workspace: &Workspace) -> Vec<Column> {
    let dictionary = &workspace.sop.dictionary;
    address_fields(workspace).filter_map(|i| dictionary.fields.get(i)).map(|f| Column::text(&f.id).titled(&f.title)).collect()
}

/// The fields that hold addresses, by place.
fn address_fields(workspace: &Workspace) -> impl Iterator<Item = usize> {
    let dictionary = &workspace.sop.dictionary;
    let is = |i: &usize| ["email", "sms", "call", "wecom"].iter().any(|medium| dictionary.addresses(medium).any(|ix| ix.0 == *i));
    (0..dictionary.fields.len()).filter(is)
}

fn waiting(workspace: &Workspace, store: &Store, columns: &Columns, queue: &str, record: LeadRecord, since: Option<Instant>) -> Result<Waiting, RunError> {
    let dictionary = &workspace.sop.dictionary;
    let state = store.state(columns, record.lead)?.unwrap_or_default();
    let text = |field: &str| text_of(dictionary, &record, field);
    Ok(Waiting {
        queue: queue.to_owned(),
        key: record.key.to_string(),
        name: name_of(dictionary, &record),
        company: text("company"),
        title: text("title"),
        region: text("region"),
        score: state.score,
        band: state.band,
        since,
        contacts: address_fields(workspace).map(|i| record.values.get(i).map_or(crate::report::Cell::Empty, value_cell)).collect(),
    })
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

fn help(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::PerDay { .. } => "the count begins anew tomorrow; `per_day` of the queue's `claim` in assignment.yaml sets it",
        Refusal::MaxHeld { .. } => "return what will not be followed up: `sop queue return LEAD… --reason …`",
        Refusal::Cooldown { .. } => "`cooldown` of the queue's `claim` in assignment.yaml sets it; until then it is for others",
        Refusal::OnLeave { .. } => "`away` in team.yaml says so",
        Refusal::NotAllowed { .. } | Refusal::Closed { .. } => "`claim: {who: …}` of the queue in assignment.yaml sets it",
        Refusal::NotInQueue { .. } | Refusal::NotTheirs { .. } | Refusal::NoQueue => "`sop queue list` shows the queues",
    }
}

/// Leads go back to their queues. `by`: only if they hold them.
pub fn return_leads(workspace: &Workspace, context: &Context<'_>, leads: &[String], reason: &str, by: Option<&str>) -> Result<Acted, RunError> {
    if reason.trim().is_empty() {
        return Err(RunError::refused("a lead is returned for a reason", "say why: `--reason \"no budget this year\"`"));
    }
    act(workspace, context, leads, |work, rows| {
        for row in &rows {
            give_back(work, row, reason.trim(), by)?;
        }
        Ok(())
    })
}

fn give_back(work: &mut Work<'_, '_>, row: &ScanRow, reason: &str, by: Option<&str>) -> Result<(), RunError> {
    let (session, sop, lead, at) = (work.session, work.sop(), row.record.lead, work.session.context.as_of);
    let standing = &row.standing;
    let is_by = |owner: &str| by.is_none_or(|by| same(&sop.team, owner, by));
    if let (None, Some(queue)) = (&standing.owner, &standing.queue) {
        let last = session.store.assignments_of(lead)?.into_iter().next_back();
        let returned = last.filter(|a| a.ended.is_some_and(|(at, how)| how == Ended::Returned && standing.queue_at == Some(at)));
        if returned.is_some_and(|a| is_by(&a.owner)) {
            work.already(row, format!("it was returned to `{queue}` already"));
            return Ok(());
        }
    }
    if let (Some(holder), Some(by)) = (&standing.owner, by)
        && !is_by(holder)
    {
        let (holder, by) = (shown(&sop.team, holder), shown(&sop.team, by));
        work.refuse(row, format!("{holder} holds it, not {by}"), "leave --by out to return it for whoever holds it");
        return Ok(());
    }
    let mut after = standing.clone();
    let changes = match return_lead(&sop.assignment, &mut after, lead, None, at, reason) {
        Ok(changes) => changes,
        Err(Refusal::NotTheirs { place, .. }) => {
            work.refuse(row, format!("there is nothing to return: {place}"), "`sop leads --owner OWNER` lists what a colleague holds");
            return Ok(());
        }
        Err(refusal) => {
            work.refuse(row, refusal.to_string(), help(&refusal));
            return Ok(());
        }
    };
    keep(session, &Step { lead, before: standing, after: &after, moves: &[], changes: &changes, at, how: Ended::Returned, by: None })?;
    work.count_changes(&changes);
    work.touch(lead)
}
