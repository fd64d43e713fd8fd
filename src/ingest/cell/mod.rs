//! One cell → one typed value, by the field that its column means.
//!
//! A `Typer` belongs to one column: it keeps the offsets of days and remembers the values of frequent texts, so that typing
//! the same text again is a comparison. Typing trims; what is stored is otherwise as read.

pub(super) mod boolean;
mod clock;
mod date;
mod decimal;
mod looks;
mod memo;
mod number;

pub(super) use clock::Clock;
pub(super) use date::{Evidence, evidence};
pub(super) use looks::Looks;

use super::row::{Cell, CellKind};
use crate::model::rewritten::restored;
use crate::model::{Calendar, DateOrder, Dictionary, EventField, Field, FieldType, RangeEnd, Value, email, fold, phone};
use memo::Memo;
use std::borrow::Cow;
use std::sync::Arc;

/// A cell that could not be read as its field wants, or that was read with a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCell {
    /// The column's header.
    pub column: String,
    /// What stands there, shortened.
    pub value: String,
    /// Why it is not what the field wants.
    pub reason: Cow<'static, str>,
}

impl BadCell {
    pub(super) fn new(column: &str, value: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { column: column.to_owned(), value: super::error::shorten(value), reason: reason.into() }
    }
}

const TOO_LARGE: &str = "too large a number";

/// Said of an amount with a fraction of the currency's smallest unit.
pub const FINER: &str = "finer than the currency's smallest unit: rounded, halves away from zero";

/// Said of an amount like `12,34`: a comma that cannot stand for thousands.
pub const COMMA: &str = "a comma before the last one or two digits is read as a decimal point";

/// What a cell turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Typed {
    /// Blank, or a text that means blank.
    Blank,
    /// `<clear>`: the value is taken away.
    Clear,
    /// A value.
    Value(Value),
    /// A value, and something worth telling about the cell.
    Noted(Value, &'static str),
}

/// Types one cell. For many cells of a column, readers keep one typer per column instead.
pub fn parse(field: &Field, dictionary: &Dictionary, calendar: &Calendar, cell: Cell<'_>, order: Option<DateOrder>) -> Result<Value, BadCell> {
    match Typer::new(field, dictionary, calendar, order, false).read(cell) {
        Ok(Typed::Value(v) | Typed::Noted(v, _)) => Ok(v),
        Ok(Typed::Blank | Typed::Clear) => Ok(Value::Null),
        Err(reason) => Err(BadCell::new(&field.id, cell.text, reason)),
    }
}

/// Without the white space and invisible marks around it (copied numbers bring U+202D, exports U+FEFF).
#[inline]
pub(super) fn trimmed(text: &str) -> &str {
    // Visible ASCII, or a character of U+4000 to U+9FFF: by far the commonest ends of a cell, and neither white nor invisible.
    let plain = match text.as_bytes() {
        [] => true,
        [first @ .., last] if (0x21..0x7f).contains(last) => matches!(first.first(), None | Some(0x21..0x7f | 0xe4..=0xe9)),
        [0x21..0x7f | 0xe4..=0xe9, .., 0xe4..=0xe9, _, _] | [0xe4..=0xe9, _, _] => true,
        _ => false,
    };
    if plain {
        return text;
    }
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}'))
}

/// Takes off the one `'` with which our own exports disarm `= + - @`.
#[inline]
pub(super) fn disarmed(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) => rest,
        _ => text,
    }
}

/// Whether a cell must be disarmed on the way out: the pattern `^'*[=+\-@\t\r\0]`.
pub(super) fn is_armed(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\0'])
}

/// Texts that mean blank.
#[derive(Clone, Debug, Default)]
pub(super) struct Blanks {
    texts: Vec<String>,
    longest: usize,
    /// Bit n: some text has n bytes.
    lengths: u64,
}

impl Blanks {
    pub(super) fn new<'a>(folded: impl IntoIterator<Item = &'a String>) -> Self {
        let texts: Vec<String> = folded.into_iter().cloned().collect();
        // Folding can shorten a text (full-width letters are three bytes).
        let longest = texts.iter().map(|t| t.len() * 3).max().unwrap_or(0);
        let lengths = texts.iter().fold(0, |bits, t| bits | 1 << t.len().min(63));
        Self { texts, longest, lengths }
    }
    #[inline]
    pub(super) fn has(&self, text: &str) -> bool {
        if text.len() > self.longest {
            return false;
        }
        if text.is_ascii() {
            return self.lengths >> text.len().min(63) & 1 == 1 && self.texts.iter().any(|t| t.eq_ignore_ascii_case(text));
        }
        let folded = fold(text);
        self.texts.iter().any(|t| *t == folded)
    }
}

/// Types the cells of one column.
#[derive(Clone)]
pub(super) struct Typer<'a> {
    field: Cow<'a, Field>,
    /// Its texts name somebody or something: two that are equal are one.
    names: bool,
    dictionary: &'a Dictionary,
    blanks: Blanks,
    order: DateOrder,
    date1904: bool,
    clock: Clock,
    memo: Memo,
    buffer: String,
}

impl<'a> Typer<'a> {
    pub(super) fn new(field: &'a Field, dictionary: &'a Dictionary, calendar: &Calendar, order: Option<DateOrder>, date1904: bool) -> Self {
        Self::with(Cow::Borrowed(field), dictionary, calendar, order, date1904)
    }
    /// A typer of an event field.
    pub(super) fn of_event(field: &EventField, dictionary: &'a Dictionary, calendar: &Calendar, order: Option<DateOrder>, date1904: bool) -> Self {
        Self::with(Cow::Owned(as_field(field)), dictionary, calendar, order, date1904)
    }
    /// A typer of a column of another table.
    pub(super) fn of_column(
        id: &str,
        ty: FieldType,
        values: Vec<(String, Arc<str>)>,
        order: DateOrder,
        dictionary: &'a Dictionary,
        calendar: &Calendar,
        date1904: bool,
    ) -> Self {
        Self::with(Cow::Owned(Field { values, order: Some(order), ..Field::plain(id, ty) }), dictionary, calendar, None, date1904)
    }
    fn with(field: Cow<'a, Field>, dictionary: &'a Dictionary, calendar: &Calendar, order: Option<DateOrder>, date1904: bool) -> Self {
        let blanks = Blanks::new(dictionary.blank.iter().chain(&field.blank));
        let clock = Clock::new(field.zone.unwrap_or(calendar.zone));
        let order = field.order.or(order).unwrap_or(DateOrder::Ymd);
        Self { field, names: false, dictionary, blanks, order, date1904, clock, memo: Memo::default(), buffer: String::new() }
    }

    /// For a column whose texts name somebody or something: a number that a spreadsheet rewrote is restored, or refused.
    pub(super) fn naming(mut self, names: bool) -> Self {
        self.names = names;
        self
    }

    /// Types a cell.
    pub(super) fn read(&mut self, cell: Cell<'_>) -> Result<Typed, &'static str> {
        match cell.kind {
            CellKind::Error => return Err("the sheet has an error here"),
            CellKind::NoValue => return Err("a formula saved without its value"),
            _ => {}
        }
        let text = disarmed(trimmed(cell.text));
        if text.is_empty() {
            return Ok(Typed::Blank);
        }
        if self.field.ty == FieldType::Datetime
            && let Some(at) = self.clock.fast(text)
        {
            return Ok(Typed::Value(Value::At(at)));
        }
        if cell.kind == CellKind::Text
            && let Some(known) = self.memo.get(text)
        {
            return Ok(Typed::Value(known.clone()));
        }
        let typed = self.type_text(text, cell.kind)?;
        if let Typed::Value(value) = &typed
            && cell.kind == CellKind::Text
        {
            self.memo.keep(text, value);
        }
        Ok(typed)
    }

    fn type_text(&mut self, text: &str, kind: CellKind) -> Result<Typed, &'static str> {
        if self.blanks.has(text) {
            return Ok(Typed::Blank);
        }
        if text.starts_with('<') && text.eq_ignore_ascii_case("<clear>") {
            return Ok(Typed::Clear);
        }
        let field = &*self.field;
        let text = if self.names { &*restored(text)? } else { text };
        let canonical = field.canonical(text).cloned();
        let as_text = |text: &str| canonical.clone().map_or_else(|| Value::text(text), Value::Text);
        let value = match field.ty {
            FieldType::Text | FieldType::Owner | FieldType::Stage => as_text(text),
            FieldType::Channel => {
                let channel = self.dictionary.channel_of(canonical.as_deref().unwrap_or(text));
                channel.map_or_else(|| as_text(text), |c| Value::text(&c.id))
            }
            FieldType::Email | FieldType::Phone => {
                let note = match field.ty {
                    FieldType::Email => email::parse(text, &mut self.buffer)?,
                    _ => phone::parse(text, field.region.as_deref(), &mut self.buffer)?,
                };
                let value = Value::text(&self.buffer);
                return Ok(match note {
                    Some(note) => Typed::Noted(value, note),
                    None => Typed::Value(value),
                });
            }
            FieldType::List => Value::List(list(text, field)),
            FieldType::Boolean => Value::Bool(boolean::parse(canonical.as_deref().unwrap_or(text)).ok_or("neither yes nor no")?),
            FieldType::Money => {
                let told = canonical.as_deref().unwrap_or(text);
                let (minor, exact) = self.money(told)?;
                let value = Value::Money(minor);
                return Ok(match exact {
                    false => Typed::Noted(value, FINER),
                    true if number::has_decimal_comma(told) => Typed::Noted(value, COMMA),
                    true => Typed::Value(value),
                });
            }
            FieldType::Integer | FieldType::Number | FieldType::Percent => self.number(canonical.as_deref().unwrap_or(text))?,
            FieldType::Date | FieldType::Datetime => {
                let stamp = date::parse(text, self.order, self.date1904 && kind == CellKind::Number)?;
                match (field.ty, stamp.offset) {
                    (FieldType::Datetime, _) => Value::At(self.clock.of(stamp)),
                    (_, None) => Value::Date(stamp.date),
                    // An instant with a zone of its own falls on a date of ours.
                    (_, Some(_)) => {
                        let at = self.clock.of(stamp);
                        Value::Date(self.clock.date(at))
                    }
                }
            }
        };
        Ok(Typed::Value(value))
    }

    fn number(&self, text: &str) -> Result<Value, &'static str> {
        let field = &*self.field;
        let style = number::Style { range: field.range, plain: field.plain, point: field.ty != FieldType::Integer, currency: None };
        match field.ty {
            FieldType::Integer => number::integer(text, style).map(Value::Int),
            FieldType::Percent => number::number(&text.replace(['%', '％'], ""), style)?.real().map(Value::Real).ok_or(TOO_LARGE),
            _ => number::number(text, style)?.real().map(Value::Real).ok_or(TOO_LARGE),
        }
    }

    /// Minor units, and whether the amount is exactly those.
    fn money(&self, text: &str) -> Result<(i64, bool), &'static str> {
        let (field, currency) = (&*self.field, &self.dictionary.currency);
        let style = number::Style { range: field.range, plain: field.plain, point: true, currency: Some(currency) };
        number::number(text, style)?.minor(currency.digits).ok_or(TOO_LARGE)
    }
}

/// Reads texts as a known field, or as a field of this type.
pub(super) fn prober<'a>(
    known: Option<&'a Field>,
    ty: FieldType,
    dictionary: &'a Dictionary,
    calendar: &Calendar,
    order: Option<DateOrder>,
) -> impl FnMut(&str) -> Result<Value, &'static str> + use<'a> {
    let field = known.map_or_else(|| Cow::Owned(Field { order, ..Field::plain("", ty) }), Cow::Borrowed);
    let mut typer = Typer::with(field, dictionary, calendar, order, false);
    move |text| {
        typer.read(Cell::text(text)).map(|typed| match typed {
            Typed::Value(v) | Typed::Noted(v, _) => v,
            Typed::Blank | Typed::Clear => Value::Null,
        })
    }
}

fn as_field(field: &EventField) -> Field {
    Field { order: field.order, ..Field::plain(&field.id, field.ty) }
}

/// Several texts of one cell, without repeats, canonical where `values:` knows them.
fn list(text: &str, field: &Field) -> Arc<[Arc<str>]> {
    let mut seen = Vec::new();
    let mut items: Vec<Arc<str>> = Vec::new();
    for item in text.split([',', ';', '、', '|', '；', '，', '\n']).map(trimmed).filter(|i| !i.is_empty()) {
        let item = field.canonical(item).cloned().unwrap_or_else(|| item.into());
        let folded = fold(&item).into_owned();
        if !seen.contains(&folded) {
            seen.push(folded);
            items.push(item);
        }
    }
    items.into()
}

/// A total that counts something: digits, thousands marks and Chinese units allowed.
pub(super) fn count(text: &str) -> Option<u64> {
    let style = number::Style { range: RangeEnd::Low, plain: false, point: false, currency: None };
    number::integer(text, style).ok().and_then(|n| u64::try_from(n).ok())
}

/// A wall-clock text of a column that no field declares (`mql_at`, `updated_at`).
pub(super) fn instant(text: &str, clock: &mut Clock, order: DateOrder, date1904: bool) -> Result<crate::model::Instant, &'static str> {
    match clock.fast(text) {
        Some(at) => Ok(at),
        None => date::parse(text, order, date1904).map(|stamp| clock.of(stamp)),
    }
}
