//! `sop score`: the ranking, and the sums of the whole base.

use super::{Cell, Column, Frame, Note, Report};

/// What the ranking says. The totals cover the whole base, whichever leads the rows show.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// The score groups, in the file's order: id and the user's label, if any.
    pub groups: Vec<(String, Option<String>)>,
    /// Ranked: score, then id, then key. May hold only the first ones when they go to a screen.
    pub rows: Vec<Row>,
    /// How many leads are ranked in all.
    pub ranked: u64,
    /// The sums of the whole base.
    pub totals: Totals,
    /// What a reader must know ("no events: engagement is 0 for all").
    pub notes: Vec<Note>,
}

/// One ranked lead.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The lead's key.
    pub key: String,
    /// The source's own id, if it has one.
    pub id: Option<String>,
    /// The person.
    pub name: Option<String>,
    /// The account.
    pub company: Option<String>,
    /// The job title.
    pub title: Option<String>,
    /// The total.
    pub score: i64,
    /// By group, in the order of [`Facts::groups`].
    pub groups: Vec<i64>,
    /// The band's id.
    pub band: String,
    /// The lifecycle stage, where the workspace has one.
    pub stage: Option<String>,
    /// The colleague who holds it.
    pub owner: Option<String>,
    /// The lines that weigh most, heaviest first.
    pub main_reasons: Vec<String>,
}

/// Sums over the whole base.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Leads in the base.
    pub leads: i64,
    /// Sum of each group's points, in the order of [`Facts::groups`].
    pub groups: Vec<i64>,
    /// Sum of the totals.
    pub score: i64,
    /// Leads by band, from the highest band to the lowest.
    pub bands: Vec<(String, i64)>,
    /// Rows of lead files that the base was built from.
    pub lead_rows: i64,
    /// Events that belong to a lead.
    pub events_matched: i64,
}

/// The report with all rows that the facts hold.
pub fn report(facts: &Facts) -> Report {
    let mut report = head(facts);
    report.rows = facts.rows.iter().enumerate().map(|(i, row)| cells(i + 1, row, facts.groups.len())).collect();
    report
}

/// The report without its rows, for a caller that streams them as [`cells`].
pub fn head(facts: &Facts) -> Report {
    let mut columns = vec![Column::integer("rank"), Column::integer("score"), Column::text("band")];
    columns.extend(facts.groups.iter().map(|(id, title)| Column { title: title.clone(), ..Column::integer(id) }));
    columns.push(Column::text("id").or("key"));
    columns.extend(["key", "name", "company", "title", "stage", "owner", "main_reason"].map(Column::text));
    let mut report = Report::new("score", &facts.frame, columns);
    let totals = &facts.totals;
    report.total("leads", Cell::Integer(totals.leads));
    for ((id, _), sum) in facts.groups.iter().zip(&totals.groups) {
        report.total(id, Cell::Integer(*sum));
    }
    report.total("score", Cell::Integer(totals.score));
    report.group("bands", &totals.bands);
    report.total("lead_rows", Cell::Integer(totals.lead_rows));
    report.total("events_matched", Cell::Integer(totals.events_matched));
    report.of = Some(facts.ranked);
    report.notes = facts.notes.clone();
    report
}

/// One row of the report, as wide as its columns.
pub fn cells(rank: usize, row: &Row, groups: usize) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(groups + 11);
    cells.extend([Cell::count(rank), Cell::Integer(row.score), Cell::text(&*row.band)]);
    cells.extend((0..groups).map(|i| row.groups.get(i).map_or(Cell::Empty, |n| Cell::Integer(*n))));
    cells.extend([Cell::maybe(row.id.as_deref()), Cell::text(&*row.key)]);
    cells.extend([&row.name, &row.company, &row.title, &row.stage, &row.owner].map(|t| Cell::maybe(t.as_deref())));
    cells.push(Cell::text(row.main_reasons.join("; ")));
    cells
}
