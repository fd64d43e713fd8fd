//! `sop history`: the runs of the base; every change of one lead or of one run.

use super::changes::{self, Row};
use super::{Cell, Column, ColumnType, Frame, Note, Report};
use crate::model::Instant;

/// One execution of a command that writes.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its number.
    pub run: i64,
    /// When it was started, by the clock.
    pub started_at: Instant,
    /// The instant it reasoned about.
    pub as_of: Instant,
    /// The verb and its flags, without addresses.
    pub command: String,
    /// Leads and events that it created.
    pub created: i64,
    /// Changes that it recorded.
    pub changes: i64,
    /// What it did, in words; blank = nothing.
    pub did: String,
    /// The run that took it back, if one did.
    pub undone_by: Option<i64>,
}

/// `sop history`: the runs, in the order given (newest first).
pub fn runs(frame: &Frame, runs: &[Run]) -> Report {
    let instant = |id| Column::new(id, ColumnType::Instant);
    let mut columns = vec![Column::integer("run"), instant("started_at"), instant("run_as_of"), Column::text("command")];
    columns.extend(["created", "changes"].map(Column::integer));
    columns.extend([Column::text("did").sentences(), Column::integer("undone_by")]);
    let mut report = Report::new("runs", frame, columns);
    report.rows = runs
        .iter()
        .map(|r| {
            vec![
                Cell::Integer(r.run),
                Cell::Instant(r.started_at),
                Cell::Instant(r.as_of),
                Cell::text(&*r.command),
                Cell::Integer(r.created),
                Cell::Integer(r.changes),
                Cell::maybe(Some(&*r.did).filter(|did| !did.is_empty())),
                r.undone_by.map_or(Cell::Empty, Cell::Integer),
            ]
        })
        .collect();
    report.total("runs", Cell::count(runs.len()));
    report
}

/// `sop history LEAD` or `--run N`: the changes, in the order given (oldest first).
pub fn changes(frame: &Frame, rows: &[Row], notes: Vec<Note>) -> Report {
    let mut report = changes::table("history", frame, rows);
    report.notes = notes;
    report
}
