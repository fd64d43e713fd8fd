//! Rows of a leads file, typed by the dictionary.

use super::cell::{self, BadCell, Blanks, COMMA, Clock, FINER, Typed, Typer, disarmed, trimmed};
use super::error::IngestError;
use super::identity::{Barred, Pool, Recogniser};
use super::mapping::{ColumnUse, LeadMapping};
use super::profile::Profile;
use super::row::RawRow;
use super::table::TableFile;
use crate::model::{
    BadValue, Calendar, DateOrder, Dictionary, FieldIx, FieldType, Identity, Instant, Key, KindId, NoIdentity, OnConflict, Value, fold, fold_header,
    stable_hash,
};
use std::sync::Arc;

/// What came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A typed row.
    Row,
    /// A row that cannot be used: its reason is in the row, its cells in the reader's raw row.
    Rejected,
    /// The end of the file.
    End,
}

/// One cell of behaviour (`events_in:`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountCell {
    /// The header.
    pub column: Arc<str>,
    /// The kind of the events.
    pub kind: KindId,
    /// The total, for a count column; one event otherwise.
    pub n: u64,
    /// Whether `n` is a total of which only the excess over the base is new.
    pub total: bool,
    /// When; `None` for a count without a date (the as-of).
    pub at: Option<Instant>,
}

/// One typed row; reused from row to row.
#[derive(Clone, Debug, Default)]
pub struct LeadRow {
    /// The line of a text file where the row begins; the row of a sheet.
    pub number: u64,
    /// By [`FieldIx`].
    pub values: Vec<Value>,
    /// Fields whose cell says `<clear>`.
    pub cleared: Vec<FieldIx>,
    /// What nothing declares: header and text, without blanks.
    pub extra: Vec<(Arc<str>, String)>,
    /// The lead's own short name, where the file has it.
    pub key: Option<Key>,
    /// When the row was last changed, as the file says.
    pub updated_at: Option<Instant>,
    /// Strongest first.
    pub identities: Vec<Identity>,
    /// Identities that recognise nobody.
    pub barred: Vec<Barred>,
    /// A hash of the raw cells by header: recognises a row that has no identity.
    pub row_hash: u64,
    /// The folded name.
    pub name: Option<String>,
    /// Behaviour in columns.
    pub counts: Vec<CountCell>,
    /// Dates of stages, by the stage that the header names.
    pub stage_dates: Vec<(Arc<str>, Instant)>,
    /// Cells that became blank, or, on a rejected row, the one that refused it.
    pub bad: Vec<BadCell>,
    /// Cells that were read with a remark.
    pub notes: Vec<BadCell>,
}

/// Types the rows of one leads file.
pub struct LeadReader<'a> {
    table: TableFile,
    mapping: LeadMapping,
    dictionary: &'a Dictionary,
    typers: Vec<Option<Typer<'a>>>,
    names: Vec<Arc<str>>,
    stages: Vec<Option<Arc<str>>>,
    clocks: Clocks,
    recognisers: Vec<Recogniser>,
    pool: Pool,
    blanks: Blanks,
    profile: Profile,
    name_field: Option<FieldIx>,
    /// The fields of given and family name.
    name_parts: [Option<FieldIx>; 2],
    /// Columns that make up the hash of a row, with the hash of their header.
    hashed: Vec<(usize, u64)>,
    raw: RawRow,
}

/// Reading of instants in columns that no field declares.
struct Clocks {
    clock: Clock,
    orders: Vec<DateOrder>,
    date1904: bool,
}

impl Clocks {
    fn read(&mut self, text: &str, column: usize) -> Result<Instant, &'static str> {
        cell::instant(text, &mut self.clock, self.orders.get(column).copied().unwrap_or(DateOrder::Ymd), self.date1904)
    }
}

impl<'a> LeadReader<'a> {
    /// Reads a table from its first row on.
    pub fn new(table: TableFile, mapping: LeadMapping, dictionary: &'a Dictionary, calendar: &Calendar, profile: Profile) -> Self {
        let date1904 = table.date1904();
        let order = |column: usize| profile.order(column).unwrap_or_else(|| super::profile::default_order(calendar));
        let typer = |column: usize, place: &ColumnUse| match place {
            ColumnUse::Field(ix) => {
                let typer = |f| Typer::new(f, dictionary, calendar, Some(order(column)), date1904).naming(dictionary.identity.contains(ix));
                dictionary.fields.get(ix.0).map(typer)
            }
            _ => None,
        };
        let typers = mapping.columns.iter().enumerate().map(|(i, place)| typer(i, place)).collect();
        let orders = (0..mapping.columns.len()).map(order).collect();
        let stage = |c: &ColumnUse| if let ColumnUse::StageAt(s) = c { Some(s.as_str().into()) } else { None };
        let own = |i: usize| !matches!(mapping.columns.get(i), Some(ColumnUse::Key | ColumnUse::Derived));
        let hashed = mapping.headers.iter().enumerate().filter(|(i, _)| own(*i)).map(|(i, h)| (i, stable_hash(&[fold_header(h).as_bytes()]))).collect();
        Self {
            typers,
            names: mapping.headers.iter().map(|h| h.as_str().into()).collect(),
            stages: mapping.columns.iter().map(stage).collect(),
            clocks: Clocks { clock: Clock::new(calendar.zone), orders, date1904 },
            recognisers: Recogniser::all(dictionary, table.source()),
            pool: Pool::default(),
            blanks: Blanks::new(&dictionary.blank),
            name_field: dictionary.field("name").map(|(ix, _)| ix),
            name_parts: ["first_name", "last_name"].map(|id| dictionary.field(id).map(|(ix, _)| ix)),
            hashed,
            raw: RawRow::default(),
            table,
            mapping,
            dictionary,
            profile,
        }
    }

    /// The row as the file has it: for the reject file.
    pub fn raw(&self) -> &RawRow {
        &self.raw
    }
    /// The file.
    pub fn table(&self) -> &TableFile {
        &self.table
    }

    /// The next row.
    pub fn next(&mut self, row: &mut LeadRow) -> Result<Next, IngestError> {
        if !self.table.next_row(&mut self.raw)? {
            return Ok(Next::End);
        }
        self.reset(row);
        if let Err(bad) = self.raw.sound() {
            row.bad.push(bad);
            return Ok(Next::Rejected);
        }
        for column in 0..self.mapping.columns.len() {
            if !self.column(column, row) {
                return Ok(Next::Rejected);
            }
        }
        self.opt_outs(row);
        self.counts(row);
        self.name(row);
        self.identities(row);
        if !self.is_reached(row)
            && let Some(word) = super::total::total_of(&self.raw)
        {
            row.bad.clear();
            row.bad.push(BadCell::new("", word, "a row of totals, not a lead"));
            return Ok(Next::Rejected);
        }
        row.row_hash = self.row_hash();
        Ok(Next::Row)
    }

    fn reset(&mut self, row: &mut LeadRow) {
        self.pool.recycle(&mut row.identities);
        row.number = self.raw.number;
        row.values.clear();
        row.values.resize(self.dictionary.fields.len(), Value::Null);
        row.cleared.clear();
        row.extra.clear();
        row.key = None;
        row.updated_at = None;
        row.barred.clear();
        row.row_hash = 0;
        row.name = None;
        row.counts.clear();
        row.stage_dates.clear();
        row.bad.clear();
        row.notes.clear();
    }

    /// Reads one column; false when its cell refuses the row.
    fn column(&mut self, column: usize, row: &mut LeadRow) -> bool {
        let Some(place) = self.mapping.columns.get(column) else { return true };
        let cell = self.raw.cell(column);
        if self.mapping.updated_at == Some(column) {
            row.updated_at = self.clocks.read(disarmed(trimmed(cell.text)), column).ok();
        }
        match place {
            ColumnUse::Field(ix) => {
                let Some(typer) = self.typers.get_mut(column).and_then(Option::as_mut) else { return true };
                let name = self.names.get(column).map_or("", |n| n);
                let Some(value) = row.values.get_mut(ix.0) else { return true };
                let first = self.mapping.by_field.get(ix.0).and_then(|c| c.first()) == Some(&column);
                let mut keep = !first;
                match typer.read(cell) {
                    Ok(Typed::Blank) => return true,
                    Ok(Typed::Clear) => row.cleared.push(*ix),
                    Ok(Typed::Value(v)) if value.is_null() => *value = v,
                    // Of two columns of one consent the stricter holds, as of two files.
                    Ok(Typed::Value(v @ Value::Bool(false))) if self.dictionary.fields.get(ix.0).is_some_and(|f| f.on_conflict == OnConflict::Stricter) => {
                        *value = v
                    }
                    Ok(Typed::Noted(v, note)) => {
                        if value.is_null() {
                            *value = v;
                        }
                        row.notes.push(BadCell::new(name, cell.text, note));
                        // Of an amount, nothing is left out.
                        keep |= note != FINER && note != COMMA;
                    }
                    Ok(Typed::Value(_)) => {}
                    Err(reason) => {
                        row.bad.push(BadCell::new(name, cell.text, reason));
                        if self.dictionary.fields.get(ix.0).is_some_and(|f| f.on_bad_value == BadValue::Reject) {
                            row.bad.drain(..row.bad.len() - 1);
                            return false;
                        }
                    }
                }
                if keep && !value.is_null() {
                    self.extra(column, row);
                }
            }
            ColumnUse::Key => {
                row.key = Key::parse(cell.text);
                if row.key.is_none() {
                    self.extra(column, row);
                }
            }
            ColumnUse::StageAt(_) => {
                if let (Ok(at), Some(Some(stage))) = (self.clocks.read(disarmed(trimmed(cell.text)), column), self.stages.get(column)) {
                    row.stage_dates.push((stage.clone(), at));
                }
                self.extra(column, row);
            }
            ColumnUse::Extra => self.extra(column, row),
            ColumnUse::FirstName | ColumnUse::LastName | ColumnUse::Derived | ColumnUse::Events(_) | ColumnUse::EventsAt => {}
        }
        true
    }

    fn extra(&self, column: usize, row: &mut LeadRow) {
        let text = disarmed(trimmed(self.raw.text(column)));
        if !text.is_empty()
            && !self.blanks.has(text)
            && let Some(name) = self.names.get(column)
        {
            row.extra.push((name.clone(), text.to_owned()));
        }
    }

    /// Whoever says no in any column has said no, whatever another column says.
    fn opt_outs(&self, row: &mut LeadRow) {
        for column in self.mapping.opt_outs.iter().filter(|c| !c.fields.is_empty()) {
            let text = disarmed(trimmed(self.raw.text(column.column)));
            if text.is_empty() || self.blanks.has(text) {
                continue;
            }
            match column.says.no(text) {
                Some(true) => column.fields.iter().for_each(|ix| row.values.iter_mut().skip(ix.0).take(1).for_each(|v| *v = Value::Bool(false))),
                Some(false) => {}
                None => row.bad.push(BadCell::new(self.names.get(column.column).map_or("", |n| n), text, "neither yes nor no")),
            }
        }
    }

    fn counts(&mut self, row: &mut LeadRow) {
        for events in &self.mapping.events {
            let text = disarmed(trimmed(self.raw.text(events.column)));
            if text.is_empty() || self.blanks.has(text) {
                continue;
            }
            let Some(name) = self.names.get(events.column) else { continue };
            let dated = events.at.map(|c| (c, disarmed(trimmed(self.raw.text(c))))).filter(|(_, t)| !t.is_empty() && !self.blanks.has(t));
            let at = match (events.count, dated) {
                (true, Some((column, text))) => self.clocks.read(text, column).map(Some),
                (true, None) => Ok(None),
                (false, _) => self.clocks.read(text, events.column).map(Some),
            };
            let n = if events.count { cell::count(text).ok_or("not a count") } else { Ok(1) };
            match (n, at) {
                (Ok(0), _) => {}
                (Ok(n), Ok(at)) => row.counts.push(CountCell { column: name.clone(), kind: events.kind, n, total: events.count, at }),
                (Err(reason), _) | (_, Err(reason)) => row.bad.push(BadCell::new(name, text, reason)),
            }
        }
    }

    /// The whole name from its parts, and the folded name.
    fn name(&self, row: &mut LeadRow) {
        let Some(ix) = self.name_field else { return };
        if row.values.get(ix.0).is_some_and(Value::is_null) {
            let joined = joined(self.name_part(0, row), self.name_part(1, row));
            if let Some(value) = row.values.get_mut(ix.0) {
                *value = Value::text(&joined);
            }
        }
        row.name = row.values.get(ix.0).and_then(Value::as_text).map(|n| fold(n).into_owned());
    }

    /// The given (0) or family (1) name: from a declared field, else from the column that is called so.
    fn name_part<'r>(&'r self, part: usize, row: &'r LeadRow) -> &'r str {
        let declared = self.name_parts.get(part).copied().flatten().and_then(|ix| row.values.get(ix.0)).and_then(Value::as_text);
        let want = if part == 0 { ColumnUse::FirstName } else { ColumnUse::LastName };
        let column = || self.mapping.columns.iter().position(|c| *c == want);
        declared.or_else(|| column().map(|c| disarmed(trimmed(self.raw.text(c)))).filter(|t| !self.blanks.has(t))).unwrap_or_default()
    }

    /// Whether somebody could be written to or called.
    fn is_reached(&self, row: &LeadRow) -> bool {
        let has = |r: &Recogniser| row.values.get(r.field.0).is_some_and(|v| !v.is_null());
        self.recognisers.iter().any(|r| (r.is(FieldType::Phone) || r.is(FieldType::Email)) && has(r))
    }

    fn identities(&mut self, row: &mut LeadRow) {
        for recogniser in &self.recognisers {
            let Some(text) = row.values.get(recogniser.field.0).and_then(Value::as_text) else { continue };
            let mut identity = self.pool.take(&recogniser.kind);
            recogniser.of_value(text, &mut identity.text);
            let shared = || self.profile.is_shared(&identity).then_some(NoIdentity::Shared);
            match recogniser.barred(&identity).or_else(shared) {
                None => row.identities.push(identity),
                Some(why) => row.barred.push(Barred { field: recogniser.field, text: identity.text, why }),
            }
        }
    }

    /// See [`LeadRow::row_hash`]. The hashes of the cells are added up, so that the order of columns does not matter.
    fn row_hash(&self) -> u64 {
        let cell = |(column, header): &(usize, u64)| {
            let text = trimmed(self.raw.text(*column));
            if text.is_empty() { 0 } else { cell_hash(*header, text.as_bytes()) }
        };
        self.hashed.iter().map(cell).fold(0, u64::wrapping_add)
    }
}

/// Eight bytes at a time, multiplied and shifted (the constants of SplitMix64). Stable for ever: keys of rows without identity are built on it.
fn cell_hash(header: u64, text: &[u8]) -> u64 {
    let mix = |h: u64, word: u64| {
        let h = (h ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (h ^ (h >> 30)).wrapping_mul(0x94d0_49bb_1331_11eb) ^ (h >> 27)
    };
    let (words, rest) = text.as_chunks::<8>();
    let h = words.iter().fold(header, |h, word| mix(h, u64::from_le_bytes(*word)));
    let last = rest.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b));
    mix(mix(h, last), text.len() as u64)
}

/// 王 + 小明 is 王小明, Ada + Lovelace is Ada Lovelace.
fn joined(first: &str, last: &str) -> String {
    let han = |s: &str| !s.is_empty() && s.chars().all(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}'));
    match (first.is_empty(), last.is_empty()) {
        (true, _) => last.to_owned(),
        (_, true) => first.to_owned(),
        _ if han(first) && han(last) => format!("{last}{first}"),
        _ => format!("{first} {last}"),
    }
}

/// Whether a field's values may need the whole column to be read.
pub(super) fn is_dated(ty: FieldType) -> bool {
    matches!(ty, FieldType::Date | FieldType::Datetime)
}
