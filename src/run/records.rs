//! `sop changes`, `sop history`: what was recorded.

use super::leads::stored_columns;
use super::lookup::find;
use super::score::{frame, name_of, text_of};
use super::{Context, RunError, Workspace};
use crate::model::{LeadId, Period, RunId};
use crate::report::{Report, changes as changes_report, history as history_report};
use crate::store::{ChangeRow, Columns, Store};
use rustc_hash::FxHashMap;

/// Changes dated in a span, by kind; with a summary above when there are more than `room`.
pub fn changes(workspace: &Workspace, context: &Context<'_>, period: Option<Period>, what: &[String], room: usize) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let span = period.map(|p| (p.from, p.until.plus(-1)));
    let mut rows = store.changes(None, None, span)?;
    rows.retain(|r| what.is_empty() || what.iter().any(|w| r.what == *w || r.what.strip_prefix(w.as_str()).is_some_and(|rest| rest.starts_with(':'))));
    let rows = named(workspace, &store, &columns, rows)?;
    Ok(changes_report::report(&frame(workspace, context), &rows, room, Vec::new()))
}

/// The runs; or every change of one lead, or of one run.
pub fn history(workspace: &Workspace, context: &Context<'_>, lead: Option<&str>, run: Option<i64>) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    if lead.is_none() && run.is_none() {
        let mut rows = Vec::new();
        for r in store.runs()? {
            let counts: serde_json::Value = serde_json::from_str(&r.counts).unwrap_or_default();
            let number = |name: &str| counts.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
            rows.push(history_report::Run {
                run: r.run.0,
                started_at: r.started,
                as_of: r.as_of,
                command: format!("{} {}", r.verb, r.flags).trim().to_owned(),
                created: number("new") + number("events_new"),
                changes: store.change_counts(r.run)?.iter().map(|(_, n)| n).sum(),
                undone_by: r.undone_by.map(|r| r.0),
            });
        }
        return Ok(history_report::runs(&frame(workspace, context), &rows));
    }
    let columns = stored_columns(workspace, &store)?;
    let lead = lead.map(|l| find(workspace, &store, l)).transpose()?;
    if let Some(n) = run
        && store.run(RunId(n))?.is_none()
    {
        return Err(RunError::refused(format!("there is no run {n}"), "`sop history` lists the runs"));
    }
    let rows = store.changes(lead, run.map(RunId), None)?;
    let rows = named(workspace, &store, &columns, rows)?;
    Ok(history_report::changes(&frame(workspace, context), &rows, Vec::new()))
}

fn named(workspace: &Workspace, store: &Store, columns: &Columns, rows: Vec<ChangeRow>) -> Result<Vec<changes_report::Row>, RunError> {
    let dictionary = &workspace.sop.dictionary;
    let mut names: FxHashMap<LeadId, (Option<String>, Option<String>)> = FxHashMap::default();
    let mut out = Vec::with_capacity(rows.len());
    for c in rows {
        let (id, name) = match names.get(&c.lead) {
            Some(known) => known.clone(),
            None => {
                let record = store.lead(columns, c.lead)?;
                let known = record.as_ref().map_or((None, None), |r| (text_of(dictionary, r, "id"), name_of(dictionary, r)));
                names.insert(c.lead, known.clone());
                known
            }
        };
        let key = c.key.map_or_else(|| "(merged)".to_owned(), |k| k.to_string());
        out.push(changes_report::Row { at: c.at, run: c.run.0, key, id, name, what: c.what, from: c.from, to: c.to, why: c.why });
    }
    Ok(out)
}
