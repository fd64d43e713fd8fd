//! `sop report channels`: each channel from what was seen to what was won, in counts of the leads that it brought.

use super::{Cell, Column, ColumnType, Frame, Note, Report, per};

/// One channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its name.
    pub channel: String,
    /// Shown so often, where told.
    pub impressions: Option<i64>,
    /// Clicked so often, where told.
    pub clicks: Option<i64>,
    /// Minor units.
    pub cost: i64,
    /// Leads created in the period.
    pub leads: i64,
    /// Leads known before that came again through it.
    pub returning: i64,
    /// First became marketing's in the period.
    pub mql: Option<i64>,
    /// First became sales'.
    pub sql: Option<i64>,
    /// Leads with a deal won in the period.
    pub won: i64,
    /// Of the leads created in the period, those that have won since.
    pub won_since: i64,
}

/// In the given order.
pub fn report(frame: &Frame, rows: &[Row], notes: Vec<Note>) -> Report {
    let mut columns = vec![Column::text("channel"), Column::integer("impressions"), Column::integer("clicks"), Column::new("ctr", ColumnType::Percent)];
    columns.push(Column::new("cost", ColumnType::Money));
    columns.extend(["leads", "returning"].map(Column::integer));
    columns.push(Column::new("cpl", ColumnType::Money));
    columns.extend(["mql", "sql", "won_leads", "won_since"].map(Column::integer));
    columns.push(Column::new("conversion", ColumnType::Percent));
    let mut report = Report::new("channels", frame, columns);
    report.whole = true;
    let count = |n: Option<i64>| n.map_or(Cell::Empty, Cell::Integer);
    let cells = |r: &Row| {
        vec![
            Cell::text(&*r.channel),
            count(r.impressions),
            count(r.clicks),
            Cell::share(r.clicks.zip(r.impressions).filter(|(_, n)| *n > 0).map(|(c, n)| c as f64 / n as f64)),
            Cell::Money(r.cost),
            Cell::Integer(r.leads),
            Cell::Integer(r.returning),
            Cell::money(Some(r.cost).filter(|c| *c > 0).and_then(|c| per(c, r.leads))),
            count(r.mql),
            count(r.sql),
            Cell::Integer(r.won),
            Cell::Integer(r.won_since),
            Cell::share((r.leads > 0).then(|| r.won_since as f64 / r.leads as f64)),
        ]
    };
    report.rows = rows.iter().map(cells).collect();
    let sum = |of: fn(&Row) -> i64| rows.iter().map(of).fold(0, i64::saturating_add);
    report.total("cost", Cell::Money(sum(|r| r.cost)));
    report.total("leads", Cell::Integer(sum(|r| r.leads)));
    report.total("won_leads", Cell::Integer(sum(|r| r.won)));
    let (won, leads) = (sum(|r| r.won_since), sum(|r| r.leads));
    report.total("conversion", Cell::share((leads > 0).then(|| won as f64 / leads as f64)));
    report.notes = notes;
    report
}
