//! `sop report costs`: what was spent, as the files told it. Its sums are those of the files, to the unit.

use super::{Cell, Column, ColumnType, Frame, Note, Report};

/// What one row spent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What the row stands for: a channel, a kind, a campaign or a month.
    pub what: String,
    /// Minor units.
    pub cost: i64,
    /// Shown so often; `None` = no file tells.
    pub impressions: Option<i64>,
    /// Clicked so often.
    pub clicks: Option<i64>,
}

/// In the given order; `by` names the first column.
pub fn report(frame: &Frame, by: &str, rows: &[Row], notes: Vec<Note>) -> Report {
    let mut columns = vec![Column::text(by), Column::new("cost", ColumnType::Money), Column::new("share", ColumnType::Percent)];
    columns.extend([Column::integer("impressions"), Column::integer("clicks"), Column::new("ctr", ColumnType::Percent), Column::new("cpc", ColumnType::Money)]);
    let mut report = Report::new("costs", frame, columns);
    let all: i64 = rows.iter().map(|r| r.cost).sum();
    report.rows = rows
        .iter()
        .map(|r| {
            vec![
                Cell::text(&*r.what),
                Cell::Money(r.cost),
                Cell::share((all > 0 && r.cost >= 0).then(|| r.cost as f64 / all as f64)),
                r.impressions.map_or(Cell::Empty, Cell::Integer),
                r.clicks.map_or(Cell::Empty, Cell::Integer),
                Cell::share(r.clicks.zip(r.impressions).filter(|(_, n)| *n > 0).map(|(c, n)| c as f64 / n as f64)),
                Cell::money(r.clicks.filter(|_| r.cost > 0).and_then(|n| super::per(r.cost, n))),
            ]
        })
        .collect();
    report.total("cost", Cell::Money(all));
    report.notes = notes;
    report
}
