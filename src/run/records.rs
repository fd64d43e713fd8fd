//! `sop changes`, `sop history`, `sop today`: what was recorded, and what waits for a person.

use super::leads::stored_columns;
use super::lookup::find;
use super::people::{TOLD, told_to_merge};
use super::score::{frame, name_of, note, text_of};
use super::{Context, RunError, Workspace};
use crate::model::{LeadId, Period, RunId};
use crate::report::{Report, changes as changes_report, history as history_report, today as today_report};
use crate::rules::dated_warnings;
use crate::store::{ChangeRow, Columns, Store};
use rustc_hash::FxHashMap;

/// Changes dated in a span, by kind.
pub fn changes(workspace: &Workspace, context: &Context<'_>, period: Option<Period>, what: &[String]) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let span = period.map(|p| (p.from, p.until.plus(-1)));
    let mut rows = store.changes(None, None, span)?;
    rows.retain(|r| what.is_empty() || what.iter().any(|w| r.what == *w || r.what.strip_prefix(w.as_str()).is_some_and(|rest| rest.starts_with(':'))));
    let rows = named(workspace, &store, &columns, rows)?;
    Ok(changes_report::report(&frame(workspace, context), &rows, Vec::new()))
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

/// What waits for a person.
pub fn today(workspace: &Workspace, context: &Context<'_>) -> Result<Report, RunError> {
    let mut items = Vec::new();
    if workspace.db.exists() {
        let store = Store::read(&workspace.db)?;
        let columns = stored_columns(workspace, &store)?;
        let dictionary = &workspace.sop.dictionary;
        for pair in store.to_decide()? {
            let (Some(a), Some(b)) = (store.lead(&columns, pair.lead)?, store.lead(&columns, pair.other)?) else { continue };
            let who = |r: &crate::store::LeadRecord| name_of(dictionary, r).map_or(r.key.to_string(), |n| format!("{n} ({})", r.key));
            items.push(today_report::Item {
                waits: today_report::Waits::Merge,
                subject: format!("{} · {}", who(&a), who(&b)),
                count: 2,
                detail: match pair.why.strip_prefix(TOLD) {
                    Some(_) => pair.why.clone(),
                    None => format!("one row names both, by {}", pair.why.replace('\t', ":")),
                },
                next: format!("sop merge {} {} --why …", a.key, b.key),
            });
        }
        for (lead, verdict) in told_to_merge(&workspace.sop, &store)? {
            let Some(record) = store.lead(&columns, lead)? else { continue };
            let (by, on) = (verdict.owner.unwrap_or_default(), workspace.sop.calendar.date(verdict.at));
            items.push(today_report::Item {
                waits: today_report::Waits::Merge,
                subject: name_of(dictionary, &record).map_or(record.key.to_string(), |n| format!("{n} ({})", record.key)),
                count: 1,
                detail: format!("{TOLD} ({}): {by} on {on}; no lead has its phone, its e-mail, or its name and company", verdict.reason.unwrap_or_default()),
                next: format!("sop merge {} … --why …, or sop set {0} owner=… --why …", record.key),
            });
        }
        let waiting = store.waiting_count()?;
        if waiting > 0 {
            items.push(today_report::Item {
                waits: today_report::Waits::Event,
                subject: "events of unknown leads".into(),
                count: waiting,
                detail: "their lead is not in the base yet".into(),
                next: "import the leads: the events attach by themselves".into(),
            });
        }
        for (header, leads) in store.extra_headers()? {
            items.push(today_report::Item {
                waits: today_report::Waits::Header,
                subject: header.clone(),
                count: leads,
                detail: "no field declares this column; it is kept as it is".into(),
                next: format!("declare it in sops/fields.yaml, or use extra('{header}')"),
            });
        }
    }
    for d in dated_warnings(&workspace.sop, workspace.sop.calendar.date(context.as_of)).0 {
        let file = d.span.and_then(|s| workspace.sop.sources.get(s.source)).map_or_else(String::new, |s| s.name.clone());
        items.push(today_report::Item { waits: today_report::Waits::Calendar, subject: file, count: 1, detail: d.message, next: d.help.unwrap_or_default() });
    }
    let mut report = today_report::report(&frame(workspace, context), &items);
    if items.is_empty() {
        report.notes.push(note("nothing-waits", "nothing waits for a person"));
    }
    Ok(report)
}
