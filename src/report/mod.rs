//! A report is a value: typed columns, rows, totals and notes. One file per report, pure: facts in, [`Report`] out.

use crate::model::{Currency, Instant};

/// What a column holds, which decides alignment, JSON type and spreadsheet format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text, left-aligned.
    Text,
    /// A whole number.
    Integer,
    /// A real number.
    Number,
    /// Minor units of the report's currency.
    Money,
    /// A share: 0.25 is 25 %.
    Percent,
    /// A calendar date.
    Date,
    /// An instant, printed in the report's zone.
    Instant,
    /// Yes or no.
    Boolean,
    /// Several texts.
    List,
}

/// One column: its id is its name in JSON and CSV; `render` finds its label by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// snake_case, stable.
    pub id: String,
    /// What it holds.
    pub ty: ColumnType,
    /// A label that no table of labels can know (a user's field); `None` = by id.
    pub title: Option<String>,
}

impl Column {
    /// A column whose label is known by its id.
    pub fn new(id: &str, ty: ColumnType) -> Self {
        Self { id: id.into(), ty, title: None }
    }
}

/// One typed cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing, or not applicable.
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A real number.
    Number(f64),
    /// Minor units.
    Money(i64),
    /// A share.
    Percent(f64),
    /// A calendar date.
    Date(chrono::NaiveDate),
    /// An instant.
    Instant(Instant),
    /// Yes or no.
    Boolean(bool),
    /// Several texts.
    List(Vec<String>),
}

/// A sentence about the numbers: what was left out, what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// kebab-case, stable.
    pub code: String,
    /// English, for people.
    pub text: String,
}

/// One table with its meaning.
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
    /// Named totals, in order; may be nested one level (`bands: {hot: 3}`).
    pub totals: Vec<(String, Total)>,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// A total: one number, or a named group of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Total {
    /// One cell.
    One(Cell),
    /// Named cells, in order.
    Group(Vec<(String, Cell)>),
}
