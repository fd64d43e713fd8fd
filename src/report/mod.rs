//! A report is a value: typed columns, rows, totals and notes. One file per report, pure: facts in, [`Report`] out.
//!
//! A report file defines the plain facts that it needs (`run` fills them), and one function that turns them into a
//! [`Report`]. No report knows how it will be printed, and `render` knows no report: N reports + M formats.

pub mod assign;
pub mod attainment;
pub mod attribution;
pub mod catalogue;
mod cell;
pub mod changes;
pub mod channels;
mod chart;
pub mod check;
pub mod cohorts;
mod column;
pub mod compare;
pub mod costs;
pub mod deals;
pub mod experiments;
pub mod explain;
pub mod funnel;
pub mod history;
pub mod import;
pub mod interventions;
pub mod journeys;
pub mod kpi;
pub mod leads;
pub mod meeting;
pub mod nurture;
pub mod outbox;
pub mod owners;
pub mod plan;
pub mod promises;
pub mod quality;
pub mod queue;
pub mod roi;
pub mod routing;
mod said;
pub mod score;
pub mod scores;
pub mod simulate;
pub mod suppressions;
pub mod tests;
pub mod timing;
pub mod today;
pub mod velocity;
pub mod walk;
pub mod worklist;

pub use cell::Cell;
pub use chart::{Chart, ChartKind};
pub use column::{Choice, Column, ColumnType};
pub use said::Said;

use crate::model::{Currency, Instant};

/// A sentence about the numbers: what was left out, what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// kebab-case, stable.
    pub code: String,
    /// English, for people.
    pub text: String,
}

impl Note {
    /// A note.
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}

/// What every report says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The instant that the numbers speak of.
    pub as_of: Instant,
    /// The zone in which instants are printed.
    pub zone: chrono_tz::Tz,
    /// The currency of money cells.
    pub currency: Currency,
}

/// One report: a table with its meaning, and further tables where one is not enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// `score`, `leads`, `explain` …: names the JSON Schema too.
    pub name: String,
    /// The instant that the numbers speak of.
    pub as_of: Instant,
    /// The zone in which instants are printed.
    pub zone: chrono_tz::Tz,
    /// The currency of money cells.
    pub currency: Currency,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as wide as the columns.
    pub rows: Vec<Vec<Cell>>,
    /// How many rows there are in all, where `rows` holds only the first of them (text on a screen).
    pub of: Option<u64>,
    /// The rows only make sense together (a score card): `--limit` does not concern them.
    pub whole: bool,
    /// On a page every row is a tile: its name, its number large, the rest small.
    pub tiles: bool,
    /// Its picture.
    pub chart: Option<Chart>,
    /// Further tables of the same report.
    pub sections: Vec<Section>,
    /// Named totals, in order; may be nested one level (`bands: {hot: 3}`).
    pub totals: Vec<(String, Total)>,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// A further table of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// snake_case, stable.
    pub id: String,
    /// How people want to see it.
    pub layout: Layout,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as wide as the columns.
    pub rows: Vec<Vec<Cell>>,
    /// Its picture.
    pub chart: Option<Chart>,
    /// What a reader of this table must know.
    pub notes: Vec<Note>,
}

impl Section {
    /// A table without picture or notes.
    pub fn new(id: &str, layout: Layout, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Self {
        Self { id: id.into(), layout, columns, rows, chart: None, notes: Vec::new() }
    }

    /// A report as one table of a larger one. Its own further tables follow it there.
    pub fn of(report: Report) -> Vec<Self> {
        let own = Self { id: report.name, layout: Layout::Table, columns: report.columns, rows: report.rows, chart: report.chart, notes: report.notes };
        let table = |s: Self| Self { layout: if s.layout == Layout::Log { Layout::Log } else { Layout::Table }, ..s };
        std::iter::once(own).chain(report.sections.into_iter().filter(|s| s.layout != Layout::Card).map(table)).collect()
    }
}

/// How a section is laid out for people. Data formats do not care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Below the report's table, every row.
    Table,
    /// Below the report's table, as many rows as `--limit` allows: put the newest first.
    Log,
    /// Above the report's table, one line per column: who this is about.
    Card,
    /// Above the report's table, every row: what the long table below comes to.
    Above,
}

impl Layout {
    /// Whether it stands before the report's own table.
    pub fn is_above(self) -> bool {
        matches!(self, Self::Card | Self::Above)
    }
}

/// A total: one number, or a named group of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Total {
    /// One cell.
    One(Cell),
    /// Named cells, in order.
    Group(Vec<(String, Cell)>),
}

impl Report {
    /// A report without rows.
    pub fn new(name: &str, frame: &Frame, columns: Vec<Column>) -> Self {
        Self {
            name: name.into(),
            as_of: frame.as_of,
            zone: frame.zone,
            currency: frame.currency.clone(),
            columns,
            rows: Vec::new(),
            of: None,
            whole: false,
            tiles: false,
            chart: None,
            sections: Vec::new(),
            totals: Vec::new(),
            notes: Vec::new(),
        }
    }
    /// Adds a total of one cell.
    pub fn total(&mut self, name: &str, cell: Cell) {
        self.totals.push((name.into(), Total::One(cell)));
    }
    /// Adds a total of several named counts.
    pub fn group(&mut self, name: &str, counts: &[(String, i64)]) {
        self.totals.push((name.into(), Total::Group(counts.iter().map(|(n, c)| (n.clone(), Cell::Integer(*c))).collect())));
    }
    /// Adds a note.
    pub fn note(&mut self, code: &str, text: impl Into<String>) {
        self.notes.push(Note::new(code, text));
    }
}

/// `9,240`: a whole number as people read it.
pub fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "-" } else { "" });
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Money per one of `n`, rounded half away from zero to a minor unit; nothing of none.
pub fn per(minor: i64, n: i64) -> Option<i64> {
    if n <= 0 {
        return None;
    }
    let (m, n) = (i128::from(minor), i128::from(n));
    let half = if m < 0 { -n } else { n };
    i64::try_from((2 * m + half) / (2 * n)).ok()
}
