//! `sop leads`: the base as a list with the columns that were asked for, or one row per account.

use super::{Cell, Column, Frame, Note, Report};

/// A list of leads.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// What to show of each lead: built-in columns ([`Column::text`]`("score")` …) and the user's fields, titled.
    pub columns: Vec<Column>,
    /// One row per lead, as wide as the columns, in the order asked for. May hold only the first ones for a screen.
    pub rows: Vec<Vec<Cell>>,
    /// How many leads there are in all.
    pub matched: u64,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// The list.
pub fn report(facts: Facts) -> Report {
    let mut columns = facts.columns;
    let has_key = columns.iter().any(|c| c.id == "key");
    for column in columns.iter_mut().filter(|c| c.id == "id" && has_key) {
        column.backup = Some("key".into());
    }
    let mut report = Report::new("leads", &facts.frame, columns);
    report.rows = facts.rows;
    report.of = Some(facts.matched);
    report.total("leads", Cell::Integer(i64::try_from(facts.matched).unwrap_or(i64::MAX)));
    report.notes = facts.notes;
    report
}

/// The leads of one company together.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The company.
    pub company: String,
    /// How many of its people are leads.
    pub leads: i64,
    /// The highest score among them.
    pub best_score: i64,
    /// The sum of their scores.
    pub score: i64,
    /// The band of the best.
    pub band: String,
    /// Who holds any of them.
    pub owners: Vec<String>,
    /// The person with the highest score.
    pub best_lead: String,
}

/// `--by account`: one row per company, in the order given.
pub fn accounts(frame: &Frame, accounts: &[Account], notes: Vec<Note>) -> Report {
    let columns = vec![
        Column::text("company"),
        Column::integer("leads"),
        Column::integer("best_score"),
        Column::integer("score"),
        Column::text("band"),
        Column::text("best_lead"),
        Column::new("owners", super::ColumnType::List),
    ];
    let mut report = Report::new("accounts", frame, columns);
    report.rows = accounts
        .iter()
        .map(|a| {
            vec![
                Cell::text(&*a.company),
                Cell::Integer(a.leads),
                Cell::Integer(a.best_score),
                Cell::Integer(a.score),
                Cell::text(&*a.band),
                Cell::text(&*a.best_lead),
                Cell::List(a.owners.clone()),
            ]
        })
        .collect();
    report.total("accounts", Cell::count(accounts.len()));
    report.total("leads", Cell::Integer(accounts.iter().map(|a| a.leads).sum()));
    report.notes = notes;
    report
}
