//! `sop check -f json|csv|xlsx`: the problems of the SOP files as rows. (On a screen `diag` prints them with their excerpt.)

use super::{Cell, Column, Frame, Report};

/// One problem, located.
#[derive(Clone, Debug)]
pub struct Problem {
    /// `error`, `warning` or `note`.
    pub severity: &'static str,
    /// The code's id.
    pub code: &'static str,
    /// The file as people know it; blank for a problem of no file.
    pub file: String,
    /// 1-based.
    pub line: Option<usize>,
    /// 1-based, in characters.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// The next thing to do.
    pub help: Option<String>,
}

/// The problems in the order given, with a count per severity.
pub fn report(frame: &Frame, problems: &[Problem]) -> Report {
    let mut columns = vec![Column::text("severity"), Column::text("code"), Column::text("file"), Column::integer("line"), Column::integer("column")];
    columns.extend(["message", "help"].map(|id| Column::text(id).sentences()));
    let mut report = Report::new("check", frame, columns);
    report.whole = true;
    let count = |n: Option<usize>| n.map_or(Cell::Empty, Cell::count);
    report.rows = problems
        .iter()
        .map(|p| {
            vec![
                Cell::text(p.severity),
                Cell::text(p.code),
                Cell::text(&*p.file),
                count(p.line),
                count(p.column),
                Cell::text(&*p.message),
                Cell::maybe(p.help.as_deref()),
            ]
        })
        .collect();
    for (total, severity) in [("errors", "error"), ("warnings", "warning"), ("notes", "note")] {
        report.total(total, Cell::count(problems.iter().filter(|p| p.severity == severity).count()));
    }
    report
}
