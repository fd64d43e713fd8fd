//! `sop sla --open`: the promises that wait for an answer, due soonest first.

use super::{Cell, Column, ColumnType, Frame, Note, Report};
use crate::model::{Clock, ClockStatus, Instant};

/// One promise that waits for its answer.
#[derive(Clone, Debug)]
pub struct Row {
    /// The lead's key.
    pub key: String,
    /// The source's own id.
    pub id: Option<String>,
    /// The person.
    pub name: Option<String>,
    /// The account.
    pub company: Option<String>,
    /// Its clock.
    pub clock: Clock,
}

/// Those that broke first have waited longest, so they stand first.
pub fn report(frame: &Frame, mut rows: Vec<Row>, notes: Vec<Note>) -> Report {
    rows.sort_by(|a, b| (a.clock.due_at, &a.clock.promise, &a.key).cmp(&(b.clock.due_at, &b.clock.promise, &b.key)));
    let mut columns = vec![Column::new("due_at", ColumnType::Instant)];
    columns.extend(["promise", "owner", "key"].map(Column::text));
    columns.extend([Column::text("id").or("key"), Column::text("name"), Column::text("company")]);
    columns.extend([Column::new("started_at", ColumnType::Instant), Column::text("status")]);
    let mut report = Report::new("promises", frame, columns);
    let breached = rows.iter().filter(|r| r.clock.status == ClockStatus::Breached).count();
    report.total("open", Cell::count(rows.len()));
    report.total("breached", Cell::count(breached));
    report.rows = rows
        .into_iter()
        .map(|r| {
            vec![
                at(r.clock.due_at),
                Cell::text(r.clock.promise),
                Cell::maybe(r.clock.owner.as_deref()),
                Cell::text(r.key),
                Cell::maybe(r.id.as_deref()),
                Cell::maybe(r.name.as_deref()),
                Cell::maybe(r.company.as_deref()),
                Cell::Instant(r.clock.started_at),
                Cell::text(r.clock.status.name()),
            ]
        })
        .collect();
    report.notes = notes;
    report
}

/// An instant that may lie beyond the calendar.
pub(super) fn at(at: Instant) -> Cell {
    if at == Instant::MAX { Cell::Empty } else { Cell::Instant(at) }
}
