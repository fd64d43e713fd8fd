//! The pass before the pass: what only the whole file can say.
//!
//! Which comes first in `03/04/2026`, day or month, is settled per column by the cells that leave no doubt.
//! A number or address under three or more different names belongs to an office, not to a person.
//! Memory: 16 bytes for each row and each of phone and e-mail.

use super::cell::{Evidence, disarmed, evidence, trimmed};
use super::error::IngestError;
use super::identity::Recogniser;
use super::lead::is_dated;
use super::mapping::{ColumnUse, LeadMapping};
use super::row::{CellKind, RawRow};
use super::table::TableFile;
use crate::model::{Calendar, DateOrder, Dictionary, FieldType, Identity, fold, stable_hash};
use rustc_hash::FxHashSet;

/// What the first pass found.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    orders: Vec<Option<DateOrder>>,
    shared: FxHashSet<u64>,
    /// Columns whose order nobody could settle, for a warning each.
    pub open: Vec<OpenOrder>,
    /// How many identities recognise nobody because of their many names.
    pub shared_count: usize,
}

/// A column whose dates leave open whether the day or the month comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// The header.
    pub column: String,
    /// How it is read.
    pub read_as: DateOrder,
    /// How many of its cells leave it open, and would be other dates in the other order.
    pub cells: u64,
    /// How many say that the day and that the month comes first; both are 0 where nothing settles it.
    pub said: (u64, u64),
    /// One of them.
    pub example: String,
}

impl OpenOrder {
    /// What people should be told.
    pub fn message(&self) -> String {
        let (name, order) = match self.read_as {
            DateOrder::Dmy => ("day first", "dmy"),
            DateOrder::Mdy => ("month first", "mdy"),
            DateOrder::Ymd => ("year first", "ymd"),
        };
        let (column, example, cells) = (&self.column, &self.example, self.cells);
        let (why, declare) = match self.said {
            (0, 0) => ("does not say whether day or month comes first".to_owned(), format!("declare `order: {order}`, or the other, in fields.yaml")),
            (day, month) => {
                let why = format!("has dates of both orders ({day} with the day first, {month} with the month first)");
                (why, format!("the other order would make them other dates; declare `order: {order}`, or the other, in fields.yaml"))
            }
        };
        format!("column `{column}` {why}; {cells} cells such as `{example}` are read as {name}: {declare}")
    }
}

impl Profile {
    /// The order that a column settled itself.
    pub fn order(&self, column: usize) -> Option<DateOrder> {
        self.orders.get(column).copied().flatten()
    }
    /// Whether an identity stands under three or more names in this file.
    pub fn is_shared(&self, identity: &Identity) -> bool {
        !self.shared.is_empty() && self.shared.contains(&identity.hash())
    }
}

/// How an open order is read: month first where the tools that write such dates are American (the Americas, East Asia, UTC), else day first.
pub(super) fn default_order(calendar: &Calendar) -> DateOrder {
    const MONTH_FIRST: [&str; 10] =
        ["Asia/Shanghai", "Asia/Chongqing", "Asia/Urumqi", "Asia/Taipei", "Asia/Tokyo", "Asia/Seoul", "Asia/Manila", "UTC", "Etc/UTC", "PRC"];
    let zone = calendar.zone.name();
    let latin = ["America/Sao_Paulo", "America/Mexico_City", "America/Bogota", "America/Argentina", "America/Santiago", "America/Lima"];
    let american = zone.starts_with("US/") || (zone.starts_with("America/") && !latin.iter().any(|z| zone.starts_with(z)));
    if american || MONTH_FIRST.contains(&zone) { DateOrder::Mdy } else { DateOrder::Dmy }
}

#[derive(Default)]
struct Tally {
    day: u64,
    month: u64,
    open: u64,
    example: String,
}

/// Looks through a leads file, if there is anything to find, and begins it again.
pub fn profile(table: &mut TableFile, mapping: &LeadMapping, dictionary: &Dictionary, calendar: &Calendar) -> Result<Profile, IngestError> {
    let dated = |(i, place): (usize, &ColumnUse)| match place {
        ColumnUse::Field(ix) => dictionary.fields.get(ix.0).is_some_and(|f| is_dated(f.ty) && f.order.is_none()),
        ColumnUse::StageAt(_) | ColumnUse::EventsAt => true,
        ColumnUse::Events(n) => dictionary.events_in.get(*n).is_some_and(|e| !e.count),
        _ => mapping.updated_at == Some(i),
    };
    let dates: Vec<usize> = mapping.columns.iter().enumerate().filter(|c| dated(*c)).map(|(i, _)| i).collect();
    let name = dictionary.field("name").and_then(|(ix, _)| mapping.column_of(ix));
    let shared = Recogniser::all(dictionary, table.source())
        .into_iter()
        .filter(|r| r.is(FieldType::Phone) || r.is(FieldType::Email))
        .filter_map(|r| mapping.column_of(r.field).map(|c| (c, r)))
        .filter(|_| name.is_some())
        .collect();
    run(table, dates, name, shared, calendar)
}

/// The same for a file whose only question is the order of some columns.
pub(super) fn profile_dates(table: &mut TableFile, columns: Vec<usize>, calendar: &Calendar) -> Result<Profile, IngestError> {
    run(table, columns, None, Vec::new(), calendar)
}

fn run(table: &mut TableFile, dates: Vec<usize>, name: Option<usize>, who: Vec<(usize, Recogniser)>, calendar: &Calendar) -> Result<Profile, IngestError> {
    let mut found = Profile { orders: vec![None; table.headers().len()], ..Profile::default() };
    if dates.is_empty() && who.is_empty() {
        return Ok(found);
    }
    let mut tallies: Vec<Tally> = dates.iter().map(|_| Tally::default()).collect();
    // A row of a hundred bytes or more: growing by doubling would copy the pairs again and again.
    let rows = usize::try_from(table.progress().1 / 128).unwrap_or(0).min(4 << 20);
    let mut pairs: Vec<Vec<(u64, u64)>> = who.iter().map(|_| Vec::with_capacity(rows)).collect();
    let (mut row, mut text) = (RawRow::default(), String::new());
    while table.next_row(&mut row)? {
        if row.problem.is_some() {
            continue;
        }
        for (column, tally) in dates.iter().zip(&mut tallies) {
            let cell = row.cell(*column);
            if cell.kind == CellKind::Text && leaves_order_open(cell.text) {
                count(tally, trimmed(cell.text));
            }
        }
        let name = name.map(|c| trimmed(row.text(c))).unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let name = stable_hash(&[fold(name).as_bytes()]);
        for ((column, recogniser), pairs) in who.iter().zip(&mut pairs) {
            let cell = disarmed(trimmed(row.text(*column)));
            if !cell.is_empty() && recogniser.of_cell(cell, &mut text).is_ok() {
                pairs.push((stable_hash(&[recogniser.kind.as_bytes(), text.as_bytes()]), name));
            }
        }
    }
    for (column, tally) in dates.iter().zip(tallies) {
        settle(table, *column, tally, calendar, &mut found);
    }
    for mut pairs in pairs {
        pairs.sort_unstable();
        pairs.dedup();
        found.shared.extend(pairs.chunk_by(|a, b| a.0 == b.0).filter(|c| c.len() >= 3).filter_map(|c| c.first().map(|p| p.0)));
    }
    found.shared_count = found.shared.len();
    table.rewind()?;
    Ok(found)
}

/// Nearly every date has its year in front: told by its first bytes, before anything is parsed.
fn leaves_order_open(text: &str) -> bool {
    let b = text.trim_start().as_bytes();
    let digits = b.iter().take_while(|c| c.is_ascii_digit()).count();
    !b.is_empty() && digits < 4 && !(digits == 0 && b.is_ascii())
}

fn count(tally: &mut Tally, text: &str) {
    match evidence(text) {
        Evidence::None => return,
        Evidence::DayFirst => tally.day += 1,
        Evidence::MonthFirst => tally.month += 1,
        Evidence::Ambiguous => tally.open += 1,
    }
    if tally.example.is_empty() || (tally.open == 1 && evidence(text) == Evidence::Ambiguous) {
        tally.example = text.to_owned();
    }
}

fn settle(table: &TableFile, column: usize, tally: Tally, calendar: &Calendar, found: &mut Profile) {
    let order = match (tally.day, tally.month) {
        (0, 0) if tally.open == 0 => return,
        (0, 0) => default_order(calendar),
        (day, month) if day > month => DateOrder::Dmy,
        _ => DateOrder::Mdy,
    };
    if let Some(place) = found.orders.get_mut(column) {
        *place = Some(order);
    }
    let mixed = tally.day > 0 && tally.month > 0;
    // What one order alone settles is settled; what both claim, or neither, is told.
    if tally.open > 0 && (mixed || tally.day + tally.month == 0) {
        let header = table.headers().get(column).cloned().unwrap_or_default();
        found.open.push(OpenOrder { column: header, read_as: order, cells: tally.open, said: (tally.day, tally.month), example: tally.example });
    }
}
