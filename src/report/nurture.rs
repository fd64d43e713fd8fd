//! `sop nurture status`: how the paths stand; `sop nurture show PATH`: one path, drawn as a tree.

use super::{Cell, Column, ColumnType, Frame, Note, Report};
use crate::model::Instant;
use std::collections::BTreeMap;

/// How one path stands.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Its name.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Journeys by state.
    pub states: BTreeMap<&'static str, i64>,
    /// Journeys that are only measured.
    pub control: i64,
    /// When the next thing is due.
    pub next: Option<Instant>,
}

/// The states of journeys, in the order of the columns.
const STATES: [&str; 7] = ["active", "paused", "finished", "goal", "exited", "superseded", "noted"];

/// How all paths stand.
pub fn status(frame: &Frame, rows: Vec<Status>, notes: Vec<Note>) -> Report {
    let mut columns = vec![Column::text("path"), Column::text("title")];
    columns.extend(STATES.map(Column::integer));
    columns.extend([Column::integer("control"), Column::new("next_due_at", ColumnType::Instant)]);
    let mut report = Report::new("paths", frame, columns);
    report.whole = true;
    report.total("paths", Cell::count(rows.len()));
    report.rows = rows
        .into_iter()
        .map(|s| {
            let mut cells = vec![Cell::text(s.path), Cell::text(s.title)];
            cells.extend(STATES.map(|state| Cell::Integer(s.states.get(state).copied().unwrap_or(0))));
            cells.extend([Cell::Integer(s.control), s.next.map_or(Cell::Empty, Cell::Instant)]);
            cells
        })
        .collect();
    report.notes = notes;
    report
}

/// The messages of one part of a step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// They left.
    pub sent: i64,
    /// They wait to leave.
    pub waiting: i64,
    /// They do not leave.
    pub stopped: i64,
}

/// One line of the drawing.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its branch and name.
    pub tree: String,
    /// The day for which it is designed; of a step that is gone, none.
    pub day: Option<i64>,
    /// The time of the day, or how long after the one before.
    pub due: String,
    /// The medium, or what is done.
    pub does: String,
    /// The texts with their conditions.
    pub texts: Vec<String>,
    /// Its messages.
    pub counts: Counts,
    /// Leads for whom it is the next step.
    pub here: i64,
}

/// One path.
pub fn show(frame: &Frame, lines: Vec<Line>, states: BTreeMap<&'static str, i64>, notes: Vec<Note>) -> Report {
    let columns = vec![
        Column::text("step"),
        Column::integer("day"),
        Column::text("due"),
        Column::text("does"),
        Column::text("content").sentences(),
        Column::integer("sent"),
        Column::integer("waiting"),
        Column::integer("stopped"),
        Column::integer("next_for"),
    ];
    let mut report = Report::new("path", frame, columns);
    report.whole = true;
    report.rows = lines
        .into_iter()
        .map(|l| {
            let Counts { sent, waiting, stopped } = l.counts;
            vec![
                Cell::text(l.tree),
                l.day.map_or(Cell::Empty, Cell::Integer),
                Cell::text(l.due),
                Cell::text(l.does),
                Cell::text(l.texts.join("; ")),
                Cell::Integer(sent),
                Cell::Integer(waiting),
                Cell::Integer(stopped),
                Cell::Integer(l.here),
            ]
        })
        .collect();
    let states: Vec<(String, i64)> = states.into_iter().map(|(s, n)| (s.to_owned(), n)).collect();
    report.group("state", &states);
    report.notes = notes;
    report
}
