//! The columns of the list of leads: which there are, which were asked for, what stands in them, and the order of rows by them.

use super::LeadsRequest;
use crate::model::{FieldType, Value, fold, nearest};
use crate::report::{Cell, Column, ColumnType};
use crate::run::{RunError, Workspace};
use crate::store::ScanRow;
use std::cmp::Ordering;

/// Where a column's cells come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
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

/// A column that can be listed.
pub(super) struct Listed {
    pub(super) column: Column,
    pub(super) source: Source,
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

/// The column of an id or title, blank or not.
fn pick(workspace: &Workspace, rows: &[ScanRow], id: &str) -> Result<Listed, RunError> {
    let mut all = available(workspace, rows, true);
    let same = |l: &Listed| fold(&l.column.id) == fold(id) || l.column.title.as_deref() == Some(id);
    match all.iter().position(same) {
        Some(i) => Ok(all.swap_remove(i)),
        None => {
            let names: Vec<&str> = all.iter().map(|l| l.column.id.as_str()).collect();
            let near = nearest(id, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            Err(RunError::refused(format!("there is no column `{id}`{near}"), format!("columns: {}", names.join(", "))))
        }
    }
}

/// The columns that were asked for, or all that hold something.
pub(super) fn choose(workspace: &Workspace, request: &LeadsRequest, rows: &[ScanRow]) -> Result<Vec<Listed>, RunError> {
    if request.columns.is_empty() {
        return Ok(available(workspace, rows, false));
    }
    request.columns.iter().map(|id| pick(workspace, rows, id.trim())).collect()
}

/// What to sort by, and whether downwards; the score without being asked.
pub(super) fn sort_keys(workspace: &Workspace, request: &LeadsRequest, rows: &[ScanRow]) -> Result<Vec<(Source, bool)>, RunError> {
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
pub(super) fn compare(keys: &[(Source, bool)], a: &ScanRow, b: &ScanRow) -> Ordering {
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

/// A cell of the list.
pub(super) fn cell(source: &Source, row: &ScanRow) -> Cell {
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

pub(in crate::run) fn value_cell(v: &Value) -> Cell {
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
