//! `sop leads`: filter, sort, choose columns; the list that goes out and comes back.

mod accounts;
mod listed;

pub(super) use listed::value_cell;

use self::accounts::accounts;
use self::listed::{cell, choose, compare, sort_keys};
use super::evaluate::Evaluator;
use super::score::{frame, note};
use super::{Context, RunError, Workspace};
use crate::condition::{Messages, Place, Scope, ScopeKind, Want, compile};
use crate::diag::{Diagnostics, Sources};
use crate::model::{fold, nearest};
use crate::report::{Report, leads as report};
use crate::rules::state::{Ids, state_names};
use crate::store::{Columns, Due, Needs, ScanRow, Store};
use std::collections::BTreeSet;

/// What `sop leads` is asked.
#[derive(Clone, Debug, Default)]
pub struct LeadsRequest {
    /// A condition.
    pub filter: Option<String>,
    /// Held by this colleague.
    pub owner: Option<String>,
    /// Columns by id; empty = all.
    pub columns: Vec<String>,
    /// Columns by id, `-` before one for descending.
    pub sort: Vec<String>,
    /// One row per company.
    pub by_account: bool,
}

/// The list.
pub fn leads(workspace: &Workspace, context: &Context<'_>, request: &LeadsRequest) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let sop = &workspace.sop;
    let columns = stored_columns(workspace, &store)?;
    let condition = match &request.filter {
        None => None,
        Some(text) => Some(compile_filter(workspace, &store, text)?),
    };
    let mut evaluator = Evaluator::new(sop, &store, &columns, context.as_of)?;
    let mut kept: Vec<ScanRow> = Vec::new();
    let mut unknown = 0_u64;
    let owner = request.owner.as_deref().map(|o| fold(o).into_owned());
    let mut needs = Needs::all(&columns);
    // What a list shows stands in the lead's row; only conditions ask for more.
    let asked = condition.is_some();
    (needs.events, needs.standing, needs.deals, needs.follow_ups, needs.messages) = (asked, asked, asked, asked, asked);
    let mut owners: BTreeSet<String> = BTreeSet::new();
    store.scan(&columns, Due::All, &needs, |mut row| -> Result<(), RunError> {
        if owner.is_some()
            && let Some(known) = row.state.owner.as_ref().filter(|o| !owners.contains(*o))
        {
            owners.insert(known.clone());
        }
        if let Some(c) = &condition {
            match evaluator.test(c, &row) {
                Some(true) => {}
                Some(false) => return Ok(()),
                None => {
                    unknown += 1;
                    return Ok(());
                }
            }
        }
        if let Some(owner) = &owner
            && row.state.owner.as_deref().map(|o| fold(o).into_owned()).as_ref() != Some(owner)
        {
            return Ok(());
        }
        row.events = Vec::new();
        kept.push(row);
        Ok(())
    })?;
    if let Some(asked) = &request.owner {
        must_be_known(asked, &owners)?;
    }
    let listed = choose(workspace, request, &kept)?;
    let sort = sort_keys(workspace, request, &kept)?;
    kept.sort_by(|a, b| compare(&sort, a, b));
    let mut notes = Vec::new();
    if unknown > 0 {
        notes.push(note("unknown", format!("{unknown} leads left out because the condition is unknown for them (a value is blank)")));
    }
    if let Some(last) = store.last_run()? {
        let due = store.due_count(Due::At(context.as_of, last.sop.unwrap_or_default()))?;
        if context.as_of < last.as_of {
            let text = format!("scores and bands are as stored, as of {}; `sop explain LEAD --as-of` reckons one anew", sop.calendar.local(last.as_of));
            notes.push(note("stored", text));
        } else if due > 0 {
            notes.push(note("due", format!("{due} leads have news since they were scored, or their windows moved on: `sop score` brings them up to date")));
        }
    }
    let matched = kept.len() as u64;
    if request.by_account {
        return Ok(accounts(workspace, context, &kept, notes));
    }
    let rows = kept.iter().map(|row| listed.iter().map(|l| cell(&l.source, row)).collect()).collect();
    Ok(report::report(report::Facts { frame: frame(workspace, context), columns: listed.into_iter().map(|l| l.column).collect(), rows, matched, notes }))
}

/// Refuses an owner whom nobody has: an empty list would say that the colleague has nothing to do.
fn must_be_known(asked: &str, owners: &BTreeSet<String>) -> Result<(), RunError> {
    if owners.iter().any(|o| fold(o) == fold(asked)) {
        return Ok(());
    }
    let what = format!("no lead is held by `{asked}`");
    if owners.is_empty() {
        return Err(RunError::refused(format!("{what}: no lead of this base has an owner"), "import a file with an owner column, or leave out --owner"));
    }
    let help = match nearest(asked, owners.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let some: Vec<&str> = owners.iter().take(10).map(String::as_str).collect();
            format!("leads are held by {}{}", some.join(", "), if owners.len() > some.len() { " …" } else { "" })
        }
    };
    Err(RunError::refused(what, help))
}

/// The columns that the base has: a field declared since its last writing run has none yet, and reads as blank.
pub(super) fn stored_columns(workspace: &Workspace, store: &Store) -> Result<Columns, RunError> {
    let sop = &workspace.sop;
    let columns = Columns::new(&sop.dictionary, sop.scoring.groups.iter().map(|g| g.id.clone()));
    store
        .readable_columns(&columns)
        .map_err(RunError::from)?
        .then_some(columns)
        .ok_or_else(|| RunError::refused("the SOP files declare fields that the base does not have yet", "run `sop score` once: it adds them and re-scores"))
}

/// A condition of the command line. It may speak of stages that the base still has and the files do not.
pub(super) fn compile_filter(workspace: &Workspace, store: &Store, text: &str) -> Result<crate::condition::Condition, RunError> {
    let mut sources = Sources::default();
    let id = sources.add("--where", text);
    let mut problems = Diagnostics::default();
    let sop = &workspace.sop;
    let media = sop.delivery.media.iter().map(|m| m.id.clone()).collect();
    let mut ids = Ids { media, ..Ids::of(&sop.lifecycle, &sop.team, &sop.assignment) };
    if !ids.stages.is_empty() {
        let known: Vec<&str> = ids.stages.iter().chain(&ids.detours).map(String::as_str).collect();
        let strange = store.places_besides(&known)?;
        ids.detours.extend(strange.into_iter().map(|(stage, _)| stage));
    }
    let state = state_names(&sop.scoring, &ids);
    let steps = sop.message_steps();
    let messages = Messages { steps: &steps, ..Messages::default() };
    let scope = Scope { messages, ..Scope::new(ScopeKind::Where, &sop.dictionary, &state) };
    let condition = compile(text, &Place::verbatim(id, 0, text.len()), &scope, Want::Boolean, &mut problems);
    condition.filter(|_| !problems.has_errors()).ok_or_else(|| RunError::Condition(Box::new((sources, problems))))
}
