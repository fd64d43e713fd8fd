//! `sop sla`: how promises were kept, and those that wait for an answer; `sop alerts`: when a person was called in.

use super::evaluate::Evaluator;
use super::leads::stored_columns;
use super::score::{frame, name_of, note, text_of};
use super::tick::whole_past_of;
use super::{Context, RunError, Workspace};
use crate::engine::sla::clocks;
use crate::measure::{attainment_by_owner, attainment_by_promise};
use crate::model::{Clock, ClockKind, ClockStatus, LeadId, Period};
use crate::report::{Report, attainment, interventions, promises};
use crate::store::{Columns, Due, Needs, ScanRow, Store};
use rustc_hash::FxHashMap;

/// What the rows of `sop sla` stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// One row per promise and clock.
    #[default]
    Promise,
    /// One row per promise and owner; the leads' clocks are nobody's.
    Owner,
}

/// What `sop sla` is asked.
#[derive(Clone, Debug, Default)]
pub struct SlaRequest {
    /// Clocks that started in it; `None` = all.
    pub period: Option<Period>,
    /// What a row stands for.
    pub by: By,
    /// The list of those that wait for an answer instead.
    pub open: bool,
}

/// Hands every clock of every lead of `due` to `f`, with its lead.
pub(super) fn each_clock(
    workspace: &Workspace,
    context: &Context<'_>,
    (store, columns): (&Store, &Columns),
    due: Due,
    mut f: impl FnMut(&ScanRow, Vec<Clock>),
) -> Result<(), RunError> {
    let (sop, as_of) = (&workspace.sop, context.as_of);
    let mut world = Evaluator::new(sop, store, columns, as_of)?;
    let count = store.due_count(due)?.unsigned_abs();
    let mut looked = 0_u64;
    store.scan(columns, due, &Needs::all(columns), |row| -> Result<(), RunError> {
        let past = whole_past_of(store, sop, &row, &row.standing)?;
        let found = if sop.promises.is_empty() {
            Vec::new()
        } else {
            let state = world.state(&row);
            world.with_facts(&row, &state, |_, facts| clocks(sop, facts, &past.history(facts, sop, &row.standing)).clocks)
        };
        f(&row, found);
        looked += 1;
        if looked.is_multiple_of(1000) {
            (context.progress)("promises", looked, count);
        }
        Ok(())
    })
}

/// Held by somebody whom the team does not know: what they did with it, nobody here can say, and no report reckons its promises.
pub(super) fn is_elsewhere(workspace: &Workspace, row: &ScanRow) -> bool {
    let team = &workspace.sop.team;
    row.standing.owner.as_ref().is_some_and(|owner| !team.owners.is_empty() && team.find(owner).is_none())
}

/// An owner's clock that wants an answer: it runs, or broke while the lead is with them.
pub(super) fn waits(clock: &Clock) -> bool {
    clock.kind == ClockKind::Owner && (clock.is_open_breach() || (clock.status == ClockStatus::Running && clock.ended_at.is_none()))
}

/// How promises were kept, or those that wait.
pub fn sla(workspace: &Workspace, context: &Context<'_>, request: &SlaRequest) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let sop = &workspace.sop;
    let in_period = |c: &Clock| request.period.is_none_or(|p| p.contains(c.started_at));
    let (mut all, mut open): (Vec<Clock>, Vec<promises::Row>) = (Vec::new(), Vec::new());
    let due = if request.open { Due::Held } else { Due::Promised };
    let mut elsewhere = 0_usize;
    each_clock(workspace, context, (&store, &columns), due, |row, found| {
        if is_elsewhere(workspace, row) {
            elsewhere += usize::from(!found.is_empty());
            return;
        }
        for clock in found.into_iter().filter(in_period) {
            if request.open && waits(&clock) {
                open.push(promises::Row {
                    key: row.record.key.to_string(),
                    id: text_of(&sop.dictionary, &row.record, "id"),
                    name: name_of(&sop.dictionary, &row.record),
                    company: text_of(&sop.dictionary, &row.record, "company"),
                    clock,
                });
            } else if !request.open {
                all.push(clock);
            }
        }
    })?;
    let mut notes = Vec::new();
    if sop.promises.is_empty() {
        notes.push(note("no-promises", "sla.yaml makes no promise"));
    }
    if elsewhere > 0 {
        notes.push(note("elsewhere", format!("{elsewhere} leads are left out: people hold them whom team.yaml does not know (sop today)")));
    }
    let frame = frame(workspace, context);
    if request.open {
        return Ok(promises::report(&frame, open, notes));
    }
    if request.period.is_some() {
        notes.push(note("period", "a clock counts in the period in which it started"));
    }
    if !sop.promises.is_empty() {
        let apart = "the lead's clock runs from the act that qualified it, whoever holds it: it may break before an owner has the lead";
        notes.push(note("counting", format!("attainment = met / (met + met late + breached); {apart}; hours are those of leads that were answered")));
    }
    let rows = match request.by {
        By::Promise => attainment_by_promise(&all, &sop.calendar),
        By::Owner => attainment_by_owner(&all, &sop.calendar),
    };
    let open = all.iter().filter(|c| waits(c)).count();
    if open > 0 {
        let wait = if open == 1 { "waits" } else { "wait" };
        let text = match request.period {
            // A promise of before or after the period may wait as well.
            Some(_) => format!("{open} of the period {wait} for an answer, due or not: `sop sla --open` lists all that wait, whenever they started"),
            None => format!("{open} {wait} for an answer: `sop sla --open` lists them"),
        };
        notes.push(note("open", text));
    }
    Ok(attainment::report(attainment::Facts { frame, rows, open, notes }))
}

/// When a person was called in, about whom, and whether somebody followed up since.
pub fn alerts(workspace: &Workspace, context: &Context<'_>, period: Option<Period>) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let dictionary = &workspace.sop.dictionary;
    let mut rang = store.alerts(None)?;
    rang.retain(|a| a.at <= context.as_of && period.is_none_or(|p| p.contains(a.at)));
    let mut whys: FxHashMap<(LeadId, i64, String), String> = FxHashMap::default();
    if let (Some(first), Some(last)) = (rang.iter().map(|a| a.at).min(), rang.iter().map(|a| a.at).max()) {
        for c in store.changes(None, None, Some((first, last)))?.into_iter().filter(|c| c.what == "alert") {
            whys.insert((c.lead, c.at.0, c.to.unwrap_or_default()), c.why);
        }
    }
    let mut rows = Vec::with_capacity(rang.len());
    for a in rang {
        let Some(record) = store.lead(&columns, a.lead)? else { continue };
        let answer = store.follow_ups_of(a.lead)?.into_iter().find(|(at, ..)| *at > a.at && *at <= context.as_of);
        rows.push(interventions::Row {
            at: a.at,
            key: record.key.to_string(),
            id: text_of(dictionary, &record, "id"),
            name: name_of(dictionary, &record),
            company: text_of(dictionary, &record, "company"),
            why: whys.get(&(a.lead, a.at.0, a.alert.clone())).cloned().unwrap_or_default(),
            alert: a.alert,
            to: a.recipient,
            answered_at: answer.as_ref().map(|(at, ..)| *at),
            answered_by: answer.and_then(|(.., f)| f.owner),
        });
    }
    let mut notes = Vec::new();
    if workspace.sop.alerts.is_empty() {
        notes.push(note("no-alerts", "alerts.yaml watches for nothing"));
    } else if rows.is_empty() && store.last_run_of("tick")?.is_none() {
        notes.push(note("no-tick", "alerts ring in `sop tick`, which never ran on this base"));
    }
    Ok(interventions::report(&frame(workspace, context), rows, notes))
}
