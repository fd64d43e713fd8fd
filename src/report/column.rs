//! Columns: what a report's cells hold and mean to people. How they look is `render`'s matter.

use crate::model::FieldType;

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
