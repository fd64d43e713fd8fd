//! `sop queue list` and `return`: leads that nobody holds, for those who take them.
//!
//! Whoever looks into a queue sees who waits there, not how to reach them: addresses are masked until a lead is claimed, so that
//! nobody works through a pool without taking responsibility for it. A rehearsed claim shows no more.

use super::whom::{same, shown};
use super::{Acted, Work, act};
use crate::engine::queue::{Refusal, return_lead};
use crate::model::{Instant, LeadId, nearest};
use crate::report::queue::{self as report, Facts, Waiting};
use crate::report::{Column, Report};
use crate::rules::assignment::Queue;
use crate::run::leads::{stored_columns, value_cell};
use crate::run::score::{frame, name_of, note, text_of};
use crate::run::tick::{Step, keep};
use crate::run::{Context, RunError, Workspace};
use crate::store::{Columns, Ended, LeadRecord, ScanRow, Store};
use std::cmp::Reverse;

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

/// What may be said of a text that is neither a lead nor a queue: every queue, the nearest first in mind.
pub(super) fn queues_for(workspace: &Workspace, typed: &str) -> Option<String> {
    let queues = &workspace.sop.assignment.queues;
    let shown = |q: &Queue| if q.title.is_empty() || q.title == q.id { q.id.clone() } else { format!("{} ({})", q.id, q.title) };
    let all: Vec<String> = queues.iter().map(shown).collect();
    let near = nearest(typed, queues.iter().flat_map(|q| [q.id.as_str(), q.title.as_str()])).map_or(String::new(), |n| format!("did you mean `{n}`? "));
    (!all.is_empty()).then(|| format!("{near}There are the queues {}; a lead is named by its key, id, e-mail, phone or full name", all.join(", ")))
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
    if store.last_run()?.is_some_and(|r| context.as_of < r.as_of) {
        notes.push(note("as-of", "who waits, their fields and scores are today's: what was on an earlier day is in `sop changes --what queue`"));
    }
    if workspace.sop.assignment.queues.is_empty() && rows.is_empty() {
        notes.push(note("no-queues", "there are no queues: declare them under `queues:` in sops/assignment.yaml"));
    }
    if !rows.is_empty() {
        notes.push(note("masked", "addresses are masked; whoever claims a lead sees them: `sop queue claim QUEUE|LEAD… --by OWNER`"));
    }
    Ok(report::report(Facts { frame: frame(workspace, context), contacts: contacts(workspace), rows, masked: true, claimed: None, rehearsal: false, notes }))
}

/// The leads of a queue in the order in which they are given out: highest score, then those that wait longest, then by key.
pub(super) fn best(store: &Store, columns: &Columns, queue: &str) -> Result<Vec<(LeadId, i64)>, RunError> {
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
pub(super) fn contacts(workspace: &Workspace) -> Vec<Column> {
    let dictionary = &workspace.sop.dictionary;
    address_fields(workspace).filter_map(|i| dictionary.fields.get(i)).map(|f| Column::text(&f.id).titled(&f.title)).collect()
}

/// The fields that hold addresses, by place.
fn address_fields(workspace: &Workspace) -> impl Iterator<Item = usize> {
    let dictionary = &workspace.sop.dictionary;
    let is = |i: &usize| ["email", "sms", "call", "wecom"].iter().any(|medium| dictionary.addresses(medium).any(|ix| ix.0 == *i));
    (0..dictionary.fields.len()).filter(is)
}

pub(super) fn waiting(
    workspace: &Workspace,
    store: &Store,
    columns: &Columns,
    queue: &str,
    record: LeadRecord,
    since: Option<Instant>,
) -> Result<Waiting, RunError> {
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

/// What may be done about a refusal.
pub(super) fn help(refusal: &Refusal) -> &'static str {
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
