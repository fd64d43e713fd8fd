//! Rows of an events file: who, when, what. Ten million of them are normal, so nothing is allocated per row
//! and what an event was is typed only when its text is seen for the first time.

use super::cell::{BadCell, Typed, Typer, disarmed, trimmed};
use super::error::{IngestError, IngestErrorKind};
use super::header::{base_of, first_of};
use super::identity::{WHO, WhoColumns, identity_of};
use super::lead::Next;
use super::profile::{Profile, default_order};
use super::row::{Cell, RawRow};
use super::table::TableFile;
use super::when::{WhenColumn, at_column, declared, profile_at};
use crate::model::rewritten::restored;
use crate::model::{Calendar, Detail, Dictionary, FieldIx, Identity, Instant, Key, KindBy, KindId, Value, fold_header};
use std::borrow::Cow;

/// Between the cells of [`EventRow::what`].
const SEPARATOR: u8 = 0x1f;

/// What the columns of an events file mean.
#[derive(Clone, Debug, Default)]
pub struct EventMapping {
    /// What happened.
    pub kind: Option<usize>,
    /// When.
    pub at: Option<usize>,
    /// The event's own id.
    pub event_id: Option<usize>,
    /// Columns that name the lead.
    pub who: Vec<(usize, FieldIx)>,
    /// The lead's key.
    pub key: Option<usize>,
    /// A column `lead` that may hold a key, an id, an address or a number.
    pub any: Option<usize>,
    /// The column of each event field, by [`crate::model::EventFieldIx`].
    pub fields: Vec<Option<usize>>,
    /// Headers that nothing declares; not kept.
    pub unmatched: Vec<String>,
}

const KIND: &[&str] = &[
    "kind",
    "eventkind",
    "eventtype",
    "eventname",
    "event",
    "action",
    "activity",
    "activitytype",
    "type",
    "行为类型",
    "行为",
    "事件类型",
    "事件名称",
    "事件",
    "动作",
    "类型",
];
const EVENT_ID: &[&str] = &["eventid", "activityid", "行为编号", "行为id", "事件编号", "事件id"];
impl EventMapping {
    /// What the columns mean, by the dictionary.
    pub fn new(headers: &[String], dictionary: &Dictionary) -> Self {
        let folded: Vec<String> = (0..headers.len()).map(|i| fold_header(base_of(headers, i))).collect();
        let mut mapping = Self {
            kind: declared(&folded, dictionary, "kind").or_else(|| first_of(&folded, KIND)),
            at: at_column(&folded, dictionary),
            event_id: declared(&folded, dictionary, "event_id").or_else(|| first_of(&folded, EVENT_ID)),
            key: first_of(&folded, &["key", "leadkey", "线索key"]),
            ..Self::default()
        };
        let taken = |m: &Self, i: usize| [m.kind, m.at, m.event_id, m.key].contains(&Some(i));
        for (i, name) in folded.iter().enumerate() {
            if !taken(&mapping, i)
                && let Some(ix) = identity_of(name, dictionary)
                && !mapping.who.iter().any(|(_, known)| *known == ix)
            {
                mapping.who.push((i, ix));
            }
        }
        // Beside another identity, a bare `id` is the event's.
        if mapping.event_id.is_none() && mapping.who.len() > 1 {
            mapping.event_id = mapping.who.iter().map(|(c, _)| *c).find(|c| folded.get(*c).is_some_and(|f| f == "id"));
            mapping.who.retain(|(c, _)| Some(*c) != mapping.event_id);
        }
        mapping.any = first_of(&folded, WHO).filter(|i| !taken(&mapping, *i) && !mapping.who.iter().any(|(c, _)| c == i));
        let free = |m: &Self, i: usize| !taken(m, i) && m.any != Some(i) && !m.who.iter().any(|(c, _)| *c == i);
        mapping.fields = dictionary
            .event_fields
            .iter()
            .map(|field| {
                let names: Vec<String> = std::iter::once(&field.id).chain(&field.aliases).map(|n| fold_header(n)).collect();
                names.iter().find_map(|n| folded.iter().position(|f| f == n)).filter(|i| free(&mapping, *i))
            })
            .collect();
        mapping.unmatched =
            headers.iter().enumerate().filter(|(i, _)| free(&mapping, *i) && !mapping.fields.contains(&Some(*i))).map(|(_, h)| h.clone()).collect();
        mapping
    }

    /// Whether any column names the lead.
    pub fn has_who(&self) -> bool {
        !self.who.is_empty() || self.key.is_some() || self.any.is_some()
    }

    /// What an events file must have and this one has not.
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if self.kind.is_none() {
            missing.push("kind");
        }
        if self.at.is_none() {
            missing.push("at");
        }
        if !self.has_who() {
            missing.push("an identity of the lead (email, phone, id, key …)");
        }
        missing
    }

    /// Settles the order of the dates, if the first rows leave it open and nothing declares it.
    pub fn profile(&self, table: &mut TableFile, dictionary: &Dictionary, calendar: &Calendar) -> Result<Profile, IngestError> {
        match self.at {
            Some(at) if dictionary.event_order.is_none() => profile_at(table, at, calendar),
            _ => Ok(Profile::default()),
        }
    }
}

/// One event; reused from row to row.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// The line of a text file where the row begins; the row of a sheet.
    pub number: u64,
    /// Who: strongest first.
    pub identities: Vec<Identity>,
    /// Who, by key.
    pub key: Option<Key>,
    /// When.
    pub at: Instant,
    /// The kind as written.
    pub kind_spelling: String,
    /// The kind and every event field's cell, joined by 0x1f: equal bytes are equal details (within one base's dictionary).
    pub what: Vec<u8>,
    /// The event's own id.
    pub event_id: Option<String>,
    /// Cells that became blank, or, on a rejected row, the one that refused it.
    pub bad: Vec<BadCell>,
}

impl Default for EventRow {
    fn default() -> Self {
        Self { number: 0, identities: Vec::new(), key: None, at: Instant(0), kind_spelling: String::new(), what: Vec::new(), event_id: None, bad: Vec::new() }
    }
}

/// Types the rows of one events file.
pub struct EventReader<'a> {
    table: TableFile,
    mapping: EventMapping,
    dictionary: &'a Dictionary,
    kind: usize,
    at: WhenColumn,
    who: WhoColumns,
    typers: Vec<Typer<'a>>,
    raw: RawRow,
}

impl<'a> EventReader<'a> {
    /// Reads a table from its first row on; refused when it has no kind, no date or nobody in it.
    pub fn new(table: TableFile, mapping: EventMapping, dictionary: &'a Dictionary, calendar: &Calendar, profile: &Profile) -> Result<Self, IngestError> {
        let (Some(kind), Some(at), true) = (mapping.kind, mapping.at, mapping.has_who()) else {
            let what = format!("an events file needs {}; its headers are {}", mapping.missing().join(", "), table.headers().join(", "));
            return Err(table
                .error(IngestErrorKind::MissingColumns, what, "add the column, or an alias for it under `events:` in fields.yaml")
                .at(table.header_row()));
        };
        let order = dictionary.event_order.or_else(|| profile.order(at)).unwrap_or_else(|| default_order(calendar));
        let who = WhoColumns::new(dictionary, table.source(), mapping.who.clone(), mapping.key, mapping.any);
        let typers = dictionary.event_fields.iter().map(|f| Typer::of_event(f, dictionary, calendar, Some(order), table.date1904())).collect();
        let at = WhenColumn::new(at, calendar, order, table.date1904());
        Ok(Self { kind, at, who, typers, raw: RawRow::default(), table, mapping, dictionary })
    }

    /// The row as the file has it: for the reject file.
    pub fn raw(&self) -> &RawRow {
        &self.raw
    }
    /// The file.
    pub fn table(&self) -> &TableFile {
        &self.table
    }

    /// The next event.
    pub fn next(&mut self, row: &mut EventRow) -> Result<Next, IngestError> {
        if !self.table.next_row(&mut self.raw)? {
            return Ok(Next::End);
        }
        row.number = self.raw.number;
        row.bad.clear();
        Ok(match self.fill(row) {
            Ok(()) => Next::Row,
            Err(bad) => {
                row.bad.push(bad);
                Next::Rejected
            }
        })
    }

    /// Fills in a row; else what refuses it.
    fn fill(&mut self, row: &mut EventRow) -> Result<(), BadCell> {
        let (raw, headers) = (&self.raw, self.table.headers());
        raw.sound()?;
        let kind = disarmed(trimmed(raw.text(self.kind)));
        if kind.is_empty() {
            return Err(BadCell::new(headers.get(self.kind).map_or("", String::as_str), "", "no kind"));
        }
        row.at = self.at.read(raw, headers)?;
        row.key = self.who.read_named(raw, headers, &mut row.identities, &mut row.bad)?;
        row.kind_spelling.clear();
        row.kind_spelling.push_str(kind);
        row.what.clear();
        put(&mut row.what, kind);
        for column in &self.mapping.fields {
            row.what.push(SEPARATOR);
            if let Some(column) = column {
                put(&mut row.what, disarmed(trimmed(raw.text(*column))));
            }
        }
        let id = self.mapping.event_id.map(|c| (c, trimmed(raw.text(c)))).filter(|(_, t)| !t.is_empty());
        row.event_id = match id.map(|(_, text)| restored(text)).transpose() {
            Ok(id) => id.map(Cow::into_owned),
            Err(reason) => {
                let (column, text) = id.unwrap_or_default();
                row.bad.push(BadCell::new(headers.get(column).map_or("", String::as_str), text, reason));
                None
            }
        };
        Ok(())
    }

    /// What an event was, typed: for a `what` seen for the first time. Cells that do not parse become blank and are listed in `bad`.
    pub fn detail(&mut self, row: &EventRow, bad: &mut Vec<BadCell>) -> Detail {
        let mut cells = row.what.split(|b| *b == SEPARATOR).map(|c| std::str::from_utf8(c).unwrap_or_default());
        let spelling = cells.next().unwrap_or_default();
        let id = self.dictionary.kind_of(spelling).unwrap_or(KindId::OTHER);
        let def = self.dictionary.kind(id);
        let mut values = Vec::with_capacity(self.typers.len());
        for ((typer, field), cell) in self.typers.iter_mut().zip(&self.dictionary.event_fields).zip(cells) {
            values.push(match typer.read(Cell::text(cell)) {
                Ok(Typed::Value(v) | Typed::Noted(v, _)) => v,
                Ok(Typed::Blank | Typed::Clear) => Value::Null,
                Err(reason) => {
                    bad.push(BadCell::new(&field.id, cell, reason));
                    Value::Null
                }
            });
        }
        Detail {
            kind: id,
            kind_name: def.map_or(spelling, |d| &d.id).into(),
            values,
            kinds: vec![id],
            act: def.is_none_or(|d| d.by == KindBy::Lead && !d.weak),
        }
    }
}

/// Appends a cell; a separator inside it would make two cells of it.
fn put(what: &mut Vec<u8>, text: &str) {
    if text.as_bytes().contains(&SEPARATOR) {
        what.extend(text.bytes().map(|b| if b == SEPARATOR { b' ' } else { b }));
    } else {
        what.extend_from_slice(text.as_bytes());
    }
}
