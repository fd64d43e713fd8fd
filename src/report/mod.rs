//! A report is a value: typed columns, rows, totals and notes. One file per report, pure: facts in, [`Report`] out.
//!
//! A report file defines the plain facts that it needs (`run` fills them), and one function that turns them into a
//! [`Report`]. No report knows how it will be printed, and `render` knows no report: N reports + M formats.

pub mod assign;
pub mod attainment;
pub mod attribution;
pub mod catalogue;
pub mod changes;
pub mod channels;
mod chart;
pub mod check;
pub mod cohorts;
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

pub use chart::{Chart, ChartKind};
pub use said::Said;

use crate::model::{Currency, FieldType, Instant, Value};

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
    /// The program's own label is that of another id: the same id means something else in another report.
    pub called: Option<&'static str>,
    /// In tables for people a blank cell shows this column's value instead, and that column is not printed itself
    /// (`id`, else `key`). Data formats carry both.
    pub backup: Option<String>,
    /// Sentences: a narrow screen breaks them into lines and never cuts them short.
    pub wrap: bool,
    /// Numbers that a machine dials: CSV writes `+49…` as it is, without the `'` that keeps formulas from running.
    pub dialled: bool,
    /// The values of the column that have a label of their own. A workbook shows it; a table for people does in Chinese.
    pub choices: Vec<Choice>,
    /// For a person to fill in: a workbook colours it and offers its choices. Other formats do not care.
    pub fill_in: bool,
    /// Stays in sight of a workbook with everything left of it.
    pub pinned: bool,
    /// Its cells are ids of columns (KPIs, fields): Chinese readers see their labels.
    pub ids: bool,
    /// More than most want to see: on a screen and on a page it is shown when more is asked for (`-v`). Data formats and workbooks carry it.
    pub aside: bool,
}

/// One of the few values of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What data formats carry.
    pub id: String,
    /// A label that no table of labels can know (the title of a user's own reason); `None` = by id.
    pub title: Option<String>,
}

impl Choice {
    /// A choice whose label is known by its id.
    pub fn new(id: &str) -> Self {
        Self { id: id.into(), title: None }
    }
    /// A choice with a label of the user's own; a blank one says nothing.
    pub fn titled(id: &str, title: &str) -> Self {
        Self { id: id.into(), title: Some(title.into()).filter(|t: &String| !t.is_empty()) }
    }
}

impl Column {
    /// A column whose label is known by its id.
    pub fn new(id: &str, ty: ColumnType) -> Self {
        Self {
            id: id.into(),
            ty,
            title: None,
            called: None,
            backup: None,
            wrap: false,
            dialled: false,
            choices: Vec::new(),
            fill_in: false,
            pinned: false,
            ids: false,
            aside: false,
        }
    }
    /// A text column.
    pub fn text(id: &str) -> Self {
        Self::new(id, ColumnType::Text)
    }
    /// A column of whole numbers.
    pub fn integer(id: &str) -> Self {
        Self::new(id, ColumnType::Integer)
    }
    /// With a label of the user's own.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        self.title = Some(title.into()).filter(|t: &String| !t.is_empty());
        self
    }
    /// Labelled as another id is; see [`Column::called`].
    #[must_use]
    pub fn called(mut self, id: &'static str) -> Self {
        self.called = Some(id);
        self
    }
    /// Shows another column's value where it is blank; see [`Column::backup`].
    #[must_use]
    pub fn or(mut self, other: &str) -> Self {
        self.backup = Some(other.into());
        self
    }
    /// Holds sentences; see [`Column::wrap`].
    #[must_use]
    pub fn sentences(mut self) -> Self {
        self.wrap = true;
        self
    }
    /// One of a few values; see [`Column::choices`].
    #[must_use]
    pub fn one_of(mut self, choices: impl IntoIterator<Item = Choice>) -> Self {
        self.choices = choices.into_iter().collect();
        self
    }
    /// For a person to fill in; see [`Column::fill_in`].
    #[must_use]
    pub fn to_fill(mut self) -> Self {
        self.fill_in = true;
        self
    }
    /// More than most want to see; see [`Column::aside`].
    #[must_use]
    pub fn aside(mut self) -> Self {
        self.aside = true;
        self
    }
    /// Holds ids of columns; see [`Column::ids`].
    #[must_use]
    pub fn of_ids(mut self) -> Self {
        self.ids = true;
        self
    }
    /// Stays in sight; see [`Column::pinned`].
    #[must_use]
    pub fn in_sight(mut self) -> Self {
        self.pinned = true;
        self
    }
}

impl From<FieldType> for ColumnType {
    fn from(ty: FieldType) -> Self {
        match ty {
            FieldType::Integer => Self::Integer,
            // A field's `12.5%` is 12.5 to conditions and files; only shares that a report computes are `Percent`.
            FieldType::Number | FieldType::Percent => Self::Number,
            FieldType::Money => Self::Money,
            FieldType::Date => Self::Date,
            FieldType::Datetime => Self::Instant,
            FieldType::Boolean => Self::Boolean,
            FieldType::List => Self::List,
            FieldType::Text | FieldType::Email | FieldType::Phone | FieldType::Owner | FieldType::Stage | FieldType::Channel => Self::Text,
        }
    }
}

/// One typed cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing, or not applicable.
    Empty,
    /// Text.
    Text(String),
    /// A sentence of the program's own; text to data formats.
    Said(Box<Said>),
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

impl Cell {
    /// Text; blank text is [`Cell::Empty`].
    pub fn text(text: impl Into<String>) -> Self {
        Some(text.into()).filter(|t| !t.is_empty()).map_or(Self::Empty, Self::Text)
    }
    /// A count of anything.
    pub fn count(n: usize) -> Self {
        Self::Integer(i64::try_from(n).unwrap_or(i64::MAX))
    }
    /// Text that may be missing.
    pub fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }
    /// A number that may not be had.
    pub fn share(x: Option<f64>) -> Self {
        x.filter(|x| x.is_finite()).map_or(Self::Empty, Self::Percent)
    }
    /// Money that may not be had.
    pub fn money(minor: Option<i64>) -> Self {
        minor.map_or(Self::Empty, Self::Money)
    }
    /// Whether there is nothing to print.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty) || matches!(self, Self::List(l) if l.is_empty())
    }
}

impl From<&Value> for Cell {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Empty,
            Value::Bool(b) => Self::Boolean(*b),
            Value::Int(n) => Self::Integer(*n),
            Value::Real(x) => Self::Number(*x),
            Value::Money(minor) => Self::Money(*minor),
            Value::Text(t) => Self::text(t.as_ref()),
            Value::List(l) => Self::List(l.iter().map(|t| t.to_string()).collect()),
            Value::Date(d) => Self::Date(*d),
            Value::At(t) => Self::Instant(*t),
        }
    }
}

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
