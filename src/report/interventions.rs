//! `sop alerts`, 线索人工介入记录表: when a person was called in, about whom and why, and whether somebody followed up.

use super::{Cell, Column, ColumnType, Frame, Note, Report};
use crate::model::Instant;

/// One alert that rang.
#[derive(Clone, Debug)]
pub struct Row {
    /// When.
    pub at: Instant,
    /// Its name.
    pub alert: String,
    /// The lead's key.
    pub key: String,
    /// The source's own id.
    pub id: Option<String>,
    /// The person.
    pub name: Option<String>,
    /// The account.
    pub company: Option<String>,
    /// What made it ring.
    pub why: String,
    /// Who was told; `None`: there was nobody.
    pub to: Option<String>,
    /// The first follow-up since.
    pub answered_at: Option<Instant>,
    /// Who made it.
    pub answered_by: Option<String>,
}

/// The record, newest first.
pub fn report(frame: &Frame, mut rows: Vec<Row>, notes: Vec<Note>) -> Report {
    rows.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| (&a.alert, &a.key).cmp(&(&b.alert, &b.key))));
    let mut columns = vec![Column::new("at", ColumnType::Instant), Column::text("alert"), Column::text("key"), Column::text("id").or("key")];
    columns.extend(["name", "company", "told"].map(Column::text));
    columns.extend([Column::new("answered_at", ColumnType::Instant), Column::text("answered_by"), Column::text("why").sentences()]);
    let mut report = Report::new("interventions", frame, columns);
    report.total("alerts", Cell::count(rows.len()));
    report.total("answered", Cell::count(rows.iter().filter(|r| r.answered_at.is_some()).count()));
    let mut by_alert: Vec<(String, i64)> = Vec::new();
    for row in &rows {
        match by_alert.iter_mut().find(|(name, _)| *name == row.alert) {
            Some((_, n)) => *n += 1,
            None => by_alert.push((row.alert.clone(), 1)),
        }
    }
    by_alert.sort();
    report.group("alert", &by_alert);
    report.rows = rows
        .into_iter()
        .map(|r| {
            vec![
                Cell::Instant(r.at),
                Cell::text(r.alert),
                Cell::text(r.key),
                Cell::maybe(r.id.as_deref()),
                Cell::maybe(r.name.as_deref()),
                Cell::maybe(r.company.as_deref()),
                Cell::maybe(r.to.as_deref()),
                r.answered_at.map_or(Cell::Empty, Cell::Instant),
                Cell::maybe(r.answered_by.as_deref()),
                Cell::text(r.why),
            ]
        })
        .collect();
    report.notes = notes;
    report
}
