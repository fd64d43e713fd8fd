//! One cell: a typed value or nothing.

use super::Instant;
use chrono::NaiveDate;
use std::sync::Arc;

/// What a field may hold (`type:` in fields.yaml).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// Any text.
    Text,
    /// An e-mail address; compares and identifies in lower case.
    Email,
    /// A phone number, kept as E.164 where valid, else as its digits.
    Phone,
    /// A whole number.
    Integer,
    /// A real number.
    Number,
    /// Exact money in the base's one currency; conditions see major units.
    Money,
    /// A percentage: `12.5%` is 12.5.
    Percent,
    /// A calendar date.
    Date,
    /// An instant.
    Datetime,
    /// Yes or no.
    Boolean,
    /// Several texts (tags).
    List,
    /// A colleague: matched to team.yaml by id, name or e-mail.
    Owner,
    /// A lifecycle stage: matched by `values:`.
    Stage,
    /// An acquisition channel: matched to `channels:`.
    Channel,
}

impl FieldType {
    /// The name in fields.yaml.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Owner => "owner",
            Self::Stage => "stage",
            Self::Channel => "channel",
        }
    }
    /// Every type, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::Text,
        Self::Email,
        Self::Phone,
        Self::Integer,
        Self::Number,
        Self::Money,
        Self::Percent,
        Self::Date,
        Self::Datetime,
        Self::Boolean,
        Self::List,
        Self::Owner,
        Self::Stage,
        Self::Channel,
    ];
    /// Whether values of it are stored as text.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Email | Self::Phone | Self::Owner | Self::Stage | Self::Channel)
    }
}

/// One value. `Null` is SQL's: absent or blank.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// Absent.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A real number; never NaN or infinite.
    Real(f64),
    /// Minor units (分, cents) of the base's currency.
    Money(i64),
    /// Text as read (trimmed), before folding.
    Text(Arc<str>),
    /// Several texts, in the order read, without repeats.
    List(Arc<[Arc<str>]>),
    /// A calendar date.
    Date(NaiveDate),
    /// An instant.
    At(Instant),
}

impl Value {
    /// A text value; blank text is `Null`.
    pub fn text(s: &str) -> Self {
        if s.is_empty() { Self::Null } else { Self::Text(s.into()) }
    }
    /// Whether it is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
    /// The text of a text value.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(t) = self { Some(t) } else { None }
    }
    /// The instant of an instant value.
    pub fn as_instant(&self) -> Option<Instant> {
        if let Self::At(t) = self { Some(*t) } else { None }
    }
}
