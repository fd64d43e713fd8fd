//! What a text looks like to somebody who does not know its field: the tests behind `sop init --from`, narrowest first.

use super::super::row::CellKind;
use super::{Clock, boolean, date, email, number, phone};
use crate::model::{DateOrder, FieldType, RangeEnd};

/// What a cell may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Looks {
    Email,
    Boolean,
    Phone,
    Date,
    Datetime,
    Percent,
    Money,
    Integer,
    Number,
    List,
}

impl Looks {
    /// Narrowest first: the first that nearly every cell fits is the guess.
    pub(in crate::ingest) const ALL: [Self; 10] =
        [Self::Email, Self::Boolean, Self::Phone, Self::Date, Self::Datetime, Self::Percent, Self::Money, Self::Integer, Self::Number, Self::List];

    pub(in crate::ingest) fn field_type(self) -> FieldType {
        match self {
            Self::Email => FieldType::Email,
            Self::Boolean => FieldType::Boolean,
            Self::Phone => FieldType::Phone,
            Self::Date => FieldType::Date,
            Self::Datetime => FieldType::Datetime,
            Self::Percent => FieldType::Percent,
            Self::Money => FieldType::Money,
            Self::Integer => FieldType::Integer,
            Self::Number => FieldType::Number,
            Self::List => FieldType::List,
        }
    }

    pub(in crate::ingest) fn fits(self, text: &str, kind: CellKind, clock: &mut Clock) -> bool {
        let style = number::Style { range: RangeEnd::Low, plain: false, point: true, currency: None };
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        // 0571 and long runs of digits are names of something.
        let counts = digits <= 15 && !(text.starts_with('0') && text.as_bytes().get(1).is_some_and(u8::is_ascii_digit));
        let dated = || {
            // A bare number may be anything; a date has marks, unless a workbook says so.
            let marked = kind == CellKind::DateTime || text.chars().any(|c| matches!(c, '-' | '/' | ':' | '年' | '.' | ' '));
            if marked { date::parse(text, DateOrder::Mdy, false).ok() } else { None }
        };
        match self {
            Self::Email => text.contains('@') && email::parse(text, &mut String::new()).is_ok(),
            Self::Boolean => boolean::parse(text).is_some(),
            Self::Phone => {
                let mut out = String::new();
                phone::parse(text, Some("CN"), &mut out).is_ok() && out.starts_with('+') && (text.starts_with('+') || digits >= 10)
            }
            Self::Date => dated().is_some_and(|s| s.seconds.is_none()),
            Self::Datetime => clock.fast(text).is_some() || dated().is_some(),
            Self::Percent => text.ends_with(['%', '％']) && number::number(text.trim_end_matches(['%', '％']), style).is_ok(),
            Self::Money => text.contains(['¥', '￥', '$', '€', '£', '₹', '元']) && digits > 0 && text.chars().count() <= 24,
            Self::Integer => counts && number::integer(text, style).is_ok(),
            Self::Number => counts && number::number(text, style).is_ok(),
            Self::List => text.contains([';', '；', '、', '|']) && text.chars().count() <= 200,
        }
    }
}
