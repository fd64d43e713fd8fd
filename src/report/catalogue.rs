//! `sop report --list`: the reports there are, and what each needs.

use super::{Cell, Column, Frame, Report};

/// One report.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name after `sop report`.
    pub name: &'static str,
    /// What it says, in one line.
    pub about: &'static str,
    /// What must have been imported or written for it to say anything.
    pub needs: &'static str,
    /// What `--by` takes, the first unless told otherwise.
    pub by: &'static [&'static str],
}

/// In the order of the manual.
pub fn report(frame: &Frame, entries: &[Entry]) -> Report {
    let columns = vec![Column::text("name").titled("报表"), Column::text("about").sentences(), Column::text("needs").sentences(), Column::text("by")];
    let mut report = Report::new("catalogue", frame, columns);
    report.whole = true;
    report.rows = entries.iter().map(|e| [e.name, e.about, e.needs, &e.by.join(", ")].map(Cell::text).into()).collect();
    report
}
