//! `sop leads`: filter, sort, choose columns; the list that goes out and comes back.

use super::evaluate::Evaluator;
use super::score::{frame, note};
use super::{Context, RunError, Workspace};
use crate::condition::{Messages, Place, Scope, ScopeKind, Want, compile};
use crate::diag::{Diagnostics, Sources};
use crate::model::{FieldType, Value, fold, nearest};
use crate::report::{Cell, Column, ColumnType, Report, leads as report};
use crate::rules::state::{Ids, state_names};
use crate::store::{Columns, Due, Needs, ScanRow, Store};
use std::cmp::Ordering;
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

#[derive(Clone, Debug)]
enum Source {
    Key,
    Score,
    Band,
    Group(usize),
    Stage,
    Owner,
    Queue,
    Field(usize),
    Extra(String),
}

struct Listed {
    column: Column,
    source: Source,
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
    let owner = request.owner.as_deref().map(|o| crate::model::fold(o).into_owned());
    let mut needs = Needs::all(&columns);
    (needs.events, needs.standing, needs.deals, needs.follow_ups) = (condition.is_some(), condition.is_some(), condition.is_some(), condition.is_some());
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
            && row.state.owner.as_deref().map(|o| crate::model::fold(o).into_owned()).as_ref() != Some(owner)
        {
            return Ok(());
        }
        row.events = Vec::new();
        kept.push(row);
        Ok(())
    })?;
    if let Some(asked) = &request.owner {
        is_known_owner(asked, &owners)?;
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
fn is_known_owner(asked: &str, owners: &BTreeSet<String>) -> Result<(), RunError> {
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

/// The columns that hold something, or all that can be listed, in the order of an export.
fn available(workspace: &Workspace, rows: &[ScanRow], blank_too: bool) -> Vec<Listed> {
    let sop = &workspace.sop;
    let text = |id: &str| Column::new(id, ColumnType::Text);
    let mut out = vec![Listed { column: text("key"), source: Source::Key }];
    for (i, field) in sop.dictionary.fields.iter().enumerate() {
        let ty = match field.ty {
            FieldType::Integer => ColumnType::Integer,
            FieldType::Number | FieldType::Percent => ColumnType::Number,
            FieldType::Money => ColumnType::Money,
            FieldType::Date => ColumnType::Date,
            FieldType::Datetime => ColumnType::Instant,
            FieldType::Boolean => ColumnType::Boolean,
            FieldType::List => ColumnType::List,
            _ => ColumnType::Text,
        };
        // Owner and stage of a lead are its state; the imported column only seeds it.
        let source = match field.ty {
            FieldType::Stage => Source::Stage,
            FieldType::Owner => Source::Owner,
            _ => Source::Field(i),
        };
        if blank_too || rows.iter().any(|r| !matches!(cell(&source, r), Cell::Empty)) {
            out.push(Listed { column: Column { title: Some(field.title.clone()), ..Column::new(&field.id, ty) }, source });
        }
    }
    let mut headers: Vec<&String> = rows.iter().flat_map(|r| r.record.extra.iter().map(|(h, _)| h)).collect();
    headers.sort_unstable();
    headers.dedup();
    for h in headers {
        out.push(Listed { column: Column { title: Some(h.clone()), ..text(h) }, source: Source::Extra(h.clone()) });
    }
    out.push(Listed { column: Column::new("score", ColumnType::Integer), source: Source::Score });
    out.push(Listed { column: text("band"), source: Source::Band });
    for (i, g) in sop.scoring.groups.iter().enumerate() {
        out.push(Listed { column: Column::new(&g.id, ColumnType::Integer), source: Source::Group(i) });
    }
    for (ty, id, source) in [(FieldType::Stage, "stage", Source::Stage), (FieldType::Owner, "owner", Source::Owner)] {
        if !sop.dictionary.fields.iter().any(|f| f.ty == ty) && (blank_too || rows.iter().any(|r| !matches!(cell(&source, r), Cell::Empty))) {
            out.push(Listed { column: text(id), source });
        }
    }
    out.push(Listed { column: text("queue"), source: Source::Queue });
    out
}

fn pick(workspace: &Workspace, rows: &[ScanRow], id: &str) -> Result<Listed, RunError> {
    let mut all = available(workspace, rows, true);
    let same = |l: &Listed| crate::model::fold(&l.column.id) == crate::model::fold(id) || l.column.title.as_deref() == Some(id);
    match all.iter().position(same) {
        Some(i) => Ok(all.swap_remove(i)),
        None => {
            let names: Vec<&str> = all.iter().map(|l| l.column.id.as_str()).collect();
            let near = nearest(id, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            Err(RunError::refused(format!("there is no column `{id}`{near}"), format!("columns: {}", names.join(", "))))
        }
    }
}

fn choose(workspace: &Workspace, request: &LeadsRequest, rows: &[ScanRow]) -> Result<Vec<Listed>, RunError> {
    if request.columns.is_empty() {
        return Ok(available(workspace, rows, false));
    }
    request.columns.iter().map(|id| pick(workspace, rows, id.trim())).collect()
}

fn sort_keys(workspace: &Workspace, request: &LeadsRequest, rows: &[ScanRow]) -> Result<Vec<(Source, bool)>, RunError> {
    if request.sort.is_empty() {
        return Ok(vec![(Source::Score, true)]);
    }
    request
        .sort
        .iter()
        .map(|s| {
            let (id, descending) = s.trim().strip_prefix('-').map_or((s.trim(), false), |id| (id, true));
            Ok((pick(workspace, rows, id)?.source, descending))
        })
        .collect()
}

/// By the asked columns (blanks last), then by key.
fn compare(keys: &[(Source, bool)], a: &ScanRow, b: &ScanRow) -> Ordering {
    for (source, descending) in keys {
        let (x, y) = (cell(source, a), cell(source, b));
        let order = match (matches!(x, Cell::Empty), matches!(y, Cell::Empty)) {
            (true, true) => Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => order_cells(&x, &y),
        };
        let order = if *descending { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.record.key.to_string().cmp(&b.record.key.to_string())
}

fn order_cells(a: &Cell, b: &Cell) -> Ordering {
    match (a, b) {
        (Cell::Integer(x), Cell::Integer(y)) | (Cell::Money(x), Cell::Money(y)) => x.cmp(y),
        (Cell::Number(x), Cell::Number(y)) | (Cell::Percent(x), Cell::Percent(y)) => x.total_cmp(y),
        (Cell::Date(x), Cell::Date(y)) => x.cmp(y),
        (Cell::Instant(x), Cell::Instant(y)) => x.cmp(y),
        (Cell::Boolean(x), Cell::Boolean(y)) => x.cmp(y),
        (Cell::Text(x), Cell::Text(y)) => x.cmp(y),
        (Cell::List(x), Cell::List(y)) => x.cmp(y),
        _ => Ordering::Equal,
    }
}

fn cell(source: &Source, row: &ScanRow) -> Cell {
    let text = |t: &Option<String>| t.clone().map_or(Cell::Empty, Cell::Text);
    match source {
        Source::Key => Cell::Text(row.record.key.to_string()),
        Source::Score => row.state.score.map_or(Cell::Empty, Cell::Integer),
        Source::Band => text(&row.state.band),
        Source::Group(i) => row.state.groups.get(*i).map_or(Cell::Empty, |n| Cell::Integer(*n)),
        Source::Stage => text(&row.state.stage),
        Source::Owner => text(&row.state.owner),
        Source::Queue => text(&row.state.queue),
        Source::Extra(h) => row.record.extra.iter().find(|(k, _)| k == h).map_or(Cell::Empty, |(_, v)| Cell::Text(v.clone())),
        Source::Field(i) => row.record.values.get(*i).map_or(Cell::Empty, value_cell),
    }
}

pub(super) fn value_cell(v: &Value) -> Cell {
    match v {
        Value::Null => Cell::Empty,
        Value::Bool(b) => Cell::Boolean(*b),
        Value::Int(i) => Cell::Integer(*i),
        Value::Real(r) => Cell::Number(*r),
        Value::Money(m) => Cell::Money(*m),
        Value::Text(t) => Cell::Text(t.to_string()),
        Value::List(l) => Cell::List(l.iter().map(|t| t.to_string()).collect()),
        Value::Date(d) => Cell::Date(*d),
        Value::At(t) => Cell::Instant(*t),
    }
}

fn accounts(workspace: &Workspace, context: &Context<'_>, rows: &[ScanRow], mut notes: Vec<crate::report::Note>) -> Report {
    let dictionary = &workspace.sop.dictionary;
    let company = |r: &ScanRow| super::score::text_of(dictionary, &r.record, "company");
    let mut by: std::collections::BTreeMap<String, (String, Vec<&ScanRow>)> = std::collections::BTreeMap::new();
    let mut without = 0;
    for row in rows {
        match company(row) {
            Some(c) => by.entry(crate::model::fold(&c).into_owned()).or_insert_with(|| (c, Vec::new())).1.push(row),
            None => without += 1,
        }
    }
    if without > 0 {
        notes.push(note("no-company", format!("{without} leads without a company are left out")));
    }
    let mut out: Vec<report::Account> = by
        .into_values()
        .map(|(company, leads)| {
            let score = |r: &ScanRow| r.state.score.unwrap_or_default();
            let best = leads.iter().copied().max_by(|a, b| score(a).cmp(&score(b)).then_with(|| b.record.key.to_string().cmp(&a.record.key.to_string())));
            let mut owners: Vec<String> = leads.iter().filter_map(|r| r.state.owner.clone()).collect();
            owners.sort();
            owners.dedup();
            report::Account {
                company,
                leads: leads.len() as i64,
                best_score: best.map_or(0, score),
                score: leads.iter().map(|r| score(r)).sum(),
                band: best.and_then(|r| r.state.band.clone()).unwrap_or_default(),
                owners,
                best_lead: best.map_or_else(String::new, |r| super::score::name_of(dictionary, &r.record).unwrap_or_else(|| r.record.key.to_string())),
            }
        })
        .collect();
    out.sort_by(|a, b| b.best_score.cmp(&a.best_score).then_with(|| b.score.cmp(&a.score)).then_with(|| a.company.cmp(&b.company)));
    report::accounts(&frame(workspace, context), &out, notes)
}
