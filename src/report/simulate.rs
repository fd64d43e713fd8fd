//! `sop simulate`: the messages of the days to come, and those that will not leave, with why.

use super::{Cell, Column, ColumnType, Frame, Note, Report};
use crate::model::Instant;

/// One message.
#[derive(Clone, Debug)]
pub struct Row {
    /// When it leaves, or would.
    pub at: Instant,
    /// The lead's key.
    pub key: String,
    /// The person.
    pub name: Option<String>,
    /// The path.
    pub path: String,
    /// The step.
    pub step: String,
    /// `main` or `fallback`.
    pub part: &'static str,
    /// How it leaves.
    pub medium: String,
    /// What it says.
    pub content: Option<String>,
    /// It leaves.
    pub leaves: bool,
    /// How far it comes.
    pub state: &'static str,
    /// Why it does not leave, or later.
    pub why: Option<String>,
}

/// The calendar, in order of time.
pub fn report(frame: &Frame, rows: Vec<Row>, notes: Vec<Note>) -> Report {
    let mut columns = vec![Column::new("leaves_at", ColumnType::Instant), Column::text("key"), Column::text("name").or("key")];
    columns.extend(["path", "step", "part", "medium", "content", "state"].map(Column::text));
    columns.push(Column::text("why").sentences());
    let mut report = Report::new("simulate", frame, columns);
    report.total("messages", Cell::count(rows.iter().filter(|r| r.leaves).count()));
    report.total("stopped", Cell::count(rows.iter().filter(|r| !r.leaves).count()));
    report.rows = rows
        .into_iter()
        .map(|r| {
            vec![
                Cell::Instant(r.at),
                Cell::text(r.key),
                Cell::maybe(r.name.as_deref()),
                Cell::text(r.path),
                Cell::text(r.step),
                Cell::text(r.part),
                Cell::text(r.medium),
                Cell::maybe(r.content.as_deref()),
                Cell::text(r.state),
                Cell::maybe(r.why.as_deref()),
            ]
        })
        .collect();
    report.notes = notes;
    report
}
