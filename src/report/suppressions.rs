//! `sop suppress --list`: addresses that must not be written to.

use super::{Cell, Column, ColumnType, Frame, Report};
use crate::model::Instant;

/// One of them.
#[derive(Clone, Debug)]
pub struct Row {
    /// Normalised.
    pub address: String,
    /// `None` = by no medium.
    pub medium: Option<String>,
    /// `unsubscribe`, `complaint`, `bounce`, `by-hand`
    pub kind: &'static str,
    /// Since when.
    pub at: Instant,
    /// The file, or what a person said.
    pub why: String,
}

/// All, oldest first.
pub fn report(frame: &Frame, rows: impl Iterator<Item = Row>) -> Report {
    let columns =
        vec![Column::text("address"), Column::text("medium"), Column::text("kind"), Column::new("since", ColumnType::Instant), Column::text("why").sentences()];
    let mut report = Report::new("suppressions", frame, columns);
    for r in rows {
        let medium = r.medium.map_or_else(|| Cell::text("*"), Cell::text);
        report.rows.push(vec![Cell::text(r.address), medium, Cell::text(r.kind), Cell::Instant(r.at), Cell::text(r.why)]);
    }
    report.total("suppressions", Cell::count(report.rows.len()));
    report
}
