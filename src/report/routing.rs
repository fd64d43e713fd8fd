//! `sop assign --explain LEAD`, and a part of `sop explain`: which rounds and rules were asked about a lead, and what each said.

use super::{Cell, Column, Frame, Note, Report};

/// What a round or a rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The lead has passed this round in its spell.
    Passed,
    /// Nobody of the team is of its roles.
    Unmanned,
    /// Its condition does not hold, or is unknown.
    No,
    /// The round takes the lead up; the rule matches.
    Takes,
    /// The rule matches, and nobody could have the lead.
    Nobody,
    /// The lead goes where this says.
    Goes,
    /// Not asked: an earlier one has the lead.
    Later,
    /// No round is asked: the lead is not there to be dealt.
    Out,
}

impl Said {
    /// Its name in columns and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Unmanned => "unmanned",
            Self::No => "no",
            Self::Takes => "takes",
            Self::Nobody => "nobody",
            Self::Goes => "goes",
            Self::Later => "later",
            Self::Out => "out",
        }
    }
}

/// One round, or one rule of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The round's name; blank where none is asked.
    pub round: String,
    /// The rule's name; blank of the round itself.
    pub rule: String,
    /// What it said.
    pub said: Said,
    /// Why, with the values and the colleagues seen.
    pub detail: String,
}

/// The columns of such a table.
pub(super) fn columns() -> Vec<Column> {
    let mut columns: Vec<Column> = ["round", "rule", "result"].map(Column::text).into();
    columns.push(Column::text("detail").sentences());
    columns
}

/// One row of such a table.
pub(super) fn cells(row: &Row) -> Vec<Cell> {
    vec![Cell::text(&*row.round), Cell::text(&*row.rule), Cell::text(row.said.name()), Cell::text(&*row.detail)]
}

/// The trace of one lead within the deal of everyone.
pub fn report(frame: &Frame, lead: &str, to: Option<&str>, rows: &[Row], notes: Vec<Note>) -> Report {
    let mut report = Report::new("routing", frame, columns());
    report.whole = true;
    report.rows = rows.iter().map(cells).collect();
    report.total("lead", Cell::text(lead));
    report.total("to", Cell::maybe(to));
    report.notes = notes;
    report
}
