//! What a writing command did, or under `--dry-run` would do: one row per kind of change.

use super::{Cell, Column, Frame, Note, Report};

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
