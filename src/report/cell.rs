//! Cells: typed, so that every format writes them in its own way.

use super::Said;
use crate::model::{Instant, Value};

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
