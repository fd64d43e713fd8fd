//! What a writing command did, or under `--dry-run` would do: one row per kind of change.

use super::{Cell, Column, ColumnType, Frame, Layout, Note, Report, Section};
use crate::model::Instant;

/// How many leads moved from one value to another, or how many things of a kind came and went.
#[derive(Clone, Debug)]
pub struct Count {
    /// `created`, `band`, `stage`, `field:title`, `merge` …
    pub what: String,
    /// Before; `None` where it differs from lead to lead, or was blank.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// How many.
    pub count: i64,
}

/// The plan of one run.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// `score leads.csv`, `undo 12` …
    pub command: String,
    /// Nothing was kept.
    pub rehearsal: bool,
    /// In the order to be read.
    pub counts: Vec<Count>,
    /// What a reader must know, such as why `--yes` is asked for.
    pub notes: Vec<Note>,
}

/// One message of a run, as it stands at the end of it.
#[derive(Clone, Debug)]
pub struct Letter {
    /// When it leaves, or left; `None`: it does not.
    pub at: Option<Instant>,
    /// The lead's key.
    pub key: String,
    /// The person.
    pub name: Option<String>,
    /// The journey.
    pub path: String,
    /// The step of it.
    pub step: String,
    /// `main` or `fallback`.
    pub part: &'static str,
    /// How it leaves.
    pub medium: String,
    /// How far it has come.
    pub state: &'static str,
    /// Why it is where it is.
    pub reason: Option<String>,
}

/// Puts the messages of a run below its plan, line by line.
pub fn tell_letters(report: &mut Report, letters: &[Letter]) {
    if letters.is_empty() {
        return;
    }
    let mut columns = vec![Column::new("leaves_at", ColumnType::Instant)];
    columns.extend(["key", "name", "path", "step", "part", "medium", "state", "reason"].map(Column::text));
    if let Some(reason) = columns.last_mut() {
        reason.wrap = true;
    }
    let row = |l: &Letter| {
        vec![
            l.at.map_or(Cell::Empty, Cell::Instant),
            Cell::text(&*l.key),
            Cell::maybe(l.name.as_deref()),
            Cell::text(&*l.path),
            Cell::text(&*l.step),
            Cell::text(l.part),
            Cell::text(&*l.medium),
            Cell::text(l.state),
            Cell::maybe(l.reason.as_deref()),
        ]
    };
    report.sections.push(Section::new("messages", Layout::Table, columns, letters.iter().map(row).collect()));
}

/// The plan.
pub fn report(facts: &Facts) -> Report {
    let mut columns: Vec<_> = ["what", "from", "to"].map(Column::text).into();
    columns.push(Column::integer("count"));
    let mut report = Report::new("plan", &facts.frame, columns);
    report.whole = true;
    report.rows =
        facts.counts.iter().map(|c| vec![Cell::text(&*c.what), Cell::maybe(c.from.as_deref()), Cell::maybe(c.to.as_deref()), Cell::Integer(c.count)]).collect();
    report.total("command", Cell::text(&*facts.command));
    report.total("rehearsal", Cell::Boolean(facts.rehearsal));
    report.total("changes", Cell::Integer(facts.counts.iter().map(|c| c.count).sum()));
    if facts.rehearsal {
        report.note("rehearsal", "a rehearsal: nothing was written");
    }
    report.notes.extend(facts.notes.iter().cloned());
    report
}
