//! `sop outbox`: the messages, with how far each has come and why; and the files of an export.

use super::{Cell, Column, ColumnType, Frame, Note, Report, queue::masked};
use crate::model::Instant;

/// One message.
#[derive(Clone, Debug)]
pub struct Row {
    /// `m…`
    pub message: String,
    /// How far it has come.
    pub state: String,
    /// Why it is where it is.
    pub reason: Option<String>,
    /// How it leaves.
    pub medium: String,
    /// The journey.
    pub path: String,
    /// The step of it.
    pub step: String,
    /// The lead's key.
    pub key: String,
    /// The person.
    pub name: Option<String>,
    /// Where it goes, in full.
    pub address: Option<String>,
    /// Through whom it leaves.
    pub colleague: Option<String>,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// It leaves no earlier.
    pub not_before: Instant,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was taken.
    pub sent_at: Option<Instant>,
    /// What it says, as plain text.
    pub text: String,
}

/// The list. `counts` are of the whole outbox: by state, and by reason of what does not leave.
pub fn report(frame: &Frame, rows: Vec<Row>, counts: &[(String, i64)], reasons: &[(String, i64)], notices: &[(String, i64)], notes: Vec<Note>) -> Report {
    let mut columns: Vec<Column> = ["message", "state", "reason", "medium", "path", "step", "key", "name", "address", "subject"].map(Column::text).into();
    if let Some(reason) = columns.iter_mut().find(|c| c.id == "reason") {
        reason.wrap = true;
    }
    columns.extend([Column::new("not_before", ColumnType::Instant), Column::integer("attempts"), Column::new("sent_at", ColumnType::Instant)]);
    let mut report = Report::new("outbox", frame, columns);
    report.total("messages", Cell::count(rows.len()));
    for (name, group) in [("states", counts), ("reasons", reasons), ("notices", notices)] {
        if !group.is_empty() {
            report.group(name, group);
        }
    }
    report.rows = rows
        .into_iter()
        .map(|r| {
            vec![
                Cell::text(r.message),
                Cell::text(r.state),
                Cell::maybe(r.reason.as_deref()),
                Cell::text(r.medium),
                Cell::text(r.path),
                Cell::text(r.step),
                Cell::text(r.key),
                Cell::maybe(r.name.as_deref()),
                Cell::maybe(r.address.as_deref().map(masked).as_deref()),
                Cell::maybe(r.subject.as_deref()),
                Cell::Instant(r.not_before),
                Cell::Integer(i64::from(r.attempts)),
                r.sent_at.map_or(Cell::Empty, Cell::Instant),
            ]
        })
        .collect();
    report.notes = notes;
    report
}

/// The messages of one file, in full: for whoever sends by hand.
pub fn sheet(frame: &Frame, rows: &[Row]) -> Report {
    let mut columns = ["message", "key", "name", "address", "subject", "text", "path", "step", "state"].map(Column::text);
    columns.iter_mut().filter(|c| c.id == "address").for_each(|c| c.dialled = true);
    let mut report = Report::new("outbox-sheet", frame, columns.into());
    report.rows = rows
        .iter()
        .map(|r| {
            vec![
                Cell::text(&*r.message),
                Cell::text(&*r.key),
                Cell::maybe(r.name.as_deref()),
                Cell::maybe(r.address.as_deref()),
                Cell::maybe(r.subject.as_deref()),
                Cell::text(&*r.text),
                Cell::text(&*r.path),
                Cell::text(&*r.step),
                Cell::text(&*r.state),
            ]
        })
        .collect();
    report
}

/// A file that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Where.
    pub file: String,
    /// How many messages it holds.
    pub messages: usize,
}

/// The files of an export.
pub fn written(frame: &Frame, files: &[Written], notes: Vec<Note>) -> Report {
    let mut report = Report::new("outbox-files", frame, vec![Column::text("file"), Column::integer("messages")]);
    report.whole = true;
    report.rows = files.iter().map(|f| vec![Cell::text(&*f.file), Cell::count(f.messages)]).collect();
    report.total("messages", Cell::count(files.iter().map(|f| f.messages).sum()));
    report.notes = notes;
    if files.is_empty() {
        report.note("empty", "no message waits to leave: `sop outbox list --state all` shows the rest");
    }
    report
}
