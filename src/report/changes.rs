//! `sop changes`: what moved, and by which rule.

use super::{Cell, Column, ColumnType, Frame, Note, Report};
use crate::model::Instant;

/// One recorded change, with the lead as people know it.
#[derive(Clone, Debug)]
pub struct Row {
    /// When it is dated.
    pub at: Instant,
    /// The run that made it.
    pub run: i64,
    /// The lead's key.
    pub key: String,
    /// The source's own id.
    pub id: Option<String>,
    /// The person.
    pub name: Option<String>,
    /// `band`, `stage`, `owner`, `field:title`, `merge` …
    pub what: String,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// The rule or file.
    pub why: String,
}

/// The changes in the order given (oldest first), with a count per kind.
pub fn report(frame: &Frame, changes: &[Row], notes: Vec<Note>) -> Report {
    let mut report = table("changes", frame, changes);
    report.notes = notes;
    report
}

/// The table that `changes` and `history` share.
pub(super) fn table(name: &str, frame: &Frame, changes: &[Row]) -> Report {
    let mut columns = vec![Column::new("at", ColumnType::Instant), Column::integer("run"), Column::text("id").or("key")];
    columns.extend(["key", "name", "what", "from", "to"].map(Column::text));
    columns.push(Column::text("why").sentences());
    let mut report = Report::new(name, frame, columns);
    let mut counts: Vec<(String, i64)> = Vec::new();
    for c in changes {
        let kind = c.what.split(':').next().unwrap_or_default();
        match counts.iter_mut().find(|(k, _)| k == kind) {
            Some((_, n)) => *n += 1,
            None => counts.push((kind.into(), 1)),
        }
        report.rows.push(vec![
            Cell::Instant(c.at),
            Cell::Integer(c.run),
            Cell::maybe(c.id.as_deref()),
            Cell::text(&*c.key),
            Cell::maybe(c.name.as_deref()),
            Cell::text(&*c.what),
            Cell::maybe(c.from.as_deref()),
            Cell::maybe(c.to.as_deref()),
            Cell::text(&*c.why),
        ]);
    }
    counts.sort();
    report.total("changes", Cell::count(changes.len()));
    report.group("what", &counts);
    report
}
