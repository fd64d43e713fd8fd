//! The table of leads: one row per person, declared fields as columns.

use super::columns::{Stored, lead_column, read_value};
use super::scan::Needs;
use super::{Columns, Result, Store, ident};
use crate::model::{Instant, Key, LeadId, RunId, Value};
use rusqlite::{OptionalExtension, Row, ToSql};

/// At most so many leads are found by a text that they share.
pub const MOST_FOUND: usize = 20;

/// One lead as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadRecord {
    /// Its number.
    pub lead: LeadId,
    /// Its key.
    pub key: Key,
    /// The run that created it.
    pub run: RunId,
    /// As-of of that run.
    pub seen_at: Instant,
    /// The largest `updated_at` read.
    pub fresh_at: Option<Instant>,
    /// How many different rows were joined.
    pub sources: i64,
    /// Undeclared columns, in the order of their headers.
    pub extra: Vec<(String, String)>,
    /// By `FieldIx`.
    pub values: Vec<Value>,
}

/// A record to be filled.
impl Default for LeadRecord {
    fn default() -> Self {
        let (key, seen_at) = (Key::from_number(0), Instant(0));
        Self { lead: LeadId(0), key, run: RunId(0), seen_at, fresh_at: None, sources: 0, extra: Vec::new(), values: Vec::new() }
    }
}

pub(super) const OWN: &str = "lead, lead_key, lead_run, seen_at, fresh_at, sources, extra";
pub(super) const OWN_COUNT: usize = 7;

/// The `SELECT` list of a [`LeadRecord`].
pub(super) fn select_list(columns: &Columns, prefix: &str) -> String {
    let own: Vec<String> = OWN.split(", ").map(|c| format!("{prefix}{c}")).collect();
    format!("{}{}", own.join(", "), columns.field_list(prefix))
}

/// The same with NULL for what a pass does not need.
pub(super) fn masked_list(columns: &Columns, needs: &Needs) -> String {
    let extra = if needs.extra { "l.extra" } else { "NULL" };
    let fields: String = columns
        .fields
        .iter()
        .zip(&needs.fields)
        .map(|((n, _), needed)| if *needed { format!(", l.{}", ident(&lead_column(n))) } else { ", NULL".into() })
        .collect();
    format!("l.lead, l.lead_key, l.lead_run, l.seen_at, l.fresh_at, l.sources, {extra}{fields}")
}

pub(super) fn read_record(row: &Row<'_>, columns: &Columns) -> rusqlite::Result<LeadRecord> {
    let extra: Option<String> = row.get(6)?;
    let mut values = Vec::with_capacity(columns.fields.len());
    for (i, (_, ty)) in columns.fields.iter().enumerate() {
        values.push(read_value(row.get_ref(OWN_COUNT + i)?, *ty));
    }
    Ok(LeadRecord {
        lead: LeadId(row.get(0)?),
        key: Key::from_number(row.get(1)?),
        run: RunId(row.get(2)?),
        seen_at: Instant(row.get(3)?),
        fresh_at: row.get::<_, Option<i64>>(4)?.map(Instant),
        sources: row.get(5)?,
        extra: extra.map_or_else(Vec::new, |t| read_extra(&t)),
        values,
    })
}

/// The same into a record whose buffers are used again, without what a pass does not need.
pub(super) fn read_needed(row: &Row<'_>, columns: &Columns, needs: &Needs, record: &mut LeadRecord) -> rusqlite::Result<()> {
    record.lead = LeadId(row.get(0)?);
    record.key = Key::from_number(row.get(1)?);
    record.run = RunId(row.get(2)?);
    record.seen_at = Instant(row.get(3)?);
    record.fresh_at = row.get::<_, Option<i64>>(4)?.map(Instant);
    record.sources = row.get(5)?;
    record.extra = if needs.extra { row.get_ref(6)?.as_str_or_null()?.map_or_else(Vec::new, read_extra) } else { Vec::new() };
    record.values.clear();
    for (i, ((_, ty), needed)) in columns.fields.iter().zip(&needs.fields).enumerate() {
        record.values.push(if *needed { read_value(row.get_ref(OWN_COUNT + i)?, *ty) } else { Value::Null });
    }
    Ok(())
}

/// The undeclared columns as JSON; sorted by header, so that equal columns are equal text.
pub(super) fn write_extra(extra: &[(String, String)]) -> Option<String> {
    if extra.is_empty() {
        return None;
    }
    let mut sorted: Vec<_> = extra.iter().collect();
    sorted.sort();
    let map: serde_json::Map<String, serde_json::Value> = sorted.into_iter().map(|(k, v)| (k.clone(), v.clone().into())).collect();
    Some(serde_json::Value::Object(map).to_string())
}

pub(super) fn read_extra(text: &str) -> Vec<(String, String)> {
    let map: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    map.into_iter().map(|(k, v)| (k, v.as_str().map_or_else(|| v.to_string(), str::to_owned))).collect()
}

impl Store {
    /// The largest lead number, 0 in an empty base.
    pub fn last_lead(&self) -> Result<i64> {
        // The highest lead number.
        Ok(self.conn.query_row("SELECT coalesce(max(lead), 0) FROM leads", [], |r| r.get(0))?)
    }

    /// How many leads there are.
    pub fn count_leads(&self) -> Result<i64> {
        Ok(self.conn.query_row("SELECT count(*) FROM lead_state", [], |r| r.get(0))?)
    }

    /// Every lead's own key.
    pub fn each_key(&self, mut f: impl FnMut(Key, LeadId)) -> Result<()> {
        if let Some(shelf) = &mut *self.shelf.borrow_mut() {
            return shelf.each_key(f);
        }
        // Keys with their leads.
        let mut statement = self.conn.prepare("SELECT lead_key, lead FROM leads")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            f(Key::from_number(r.get(0)?), LeadId(r.get(1)?));
        }
        Ok(())
    }

    /// Writes a new lead.
    pub fn insert_lead(&self, columns: &Columns, r: &LeadRecord) -> Result<()> {
        if let Some(shelf) = &mut *self.shelf.borrow_mut() {
            return shelf.put(r);
        }
        self.taken_in.replace(None);
        let mut statement = self.conn.prepare_cached(&columns.sql.insert_lead)?;
        let extra = write_extra(&r.extra);
        let (key, seen, fresh) = (r.key.number(), r.seen_at.0, r.fresh_at.map(|t| t.0));
        let own: [&dyn ToSql; OWN_COUNT] = [&r.lead.0, &key, &r.run.0, &seen, &fresh, &r.sources, &extra];
        for (i, v) in own.into_iter().enumerate() {
            statement.raw_bind_parameter(i + 1, v)?;
        }
        for (i, v) in r.values.iter().enumerate() {
            statement.raw_bind_parameter(OWN_COUNT + i + 1, Stored(v))?;
        }
        statement.raw_execute()?;
        Ok(())
    }

    /// Overwrites an existing lead.
    pub fn update_lead(&self, columns: &Columns, r: &LeadRecord) -> Result<()> {
        if let Some(shelf) = &mut *self.shelf.borrow_mut() {
            return shelf.put(r);
        }
        self.taken_in.replace(None);
        let mut statement = self.conn.prepare_cached(&columns.sql.update_lead)?;
        let extra = write_extra(&r.extra);
        let own: [&dyn ToSql; 4] = [&r.lead.0, &r.fresh_at.map(|t| t.0), &r.sources, &extra];
        for (i, v) in own.into_iter().enumerate() {
            statement.raw_bind_parameter(i + 1, v)?;
        }
        for (i, v) in r.values.iter().enumerate() {
            statement.raw_bind_parameter(i + 5, Stored(v))?;
        }
        statement.raw_execute()?;
        Ok(())
    }

    /// One lead.
    pub fn lead(&self, columns: &Columns, lead: LeadId) -> Result<Option<LeadRecord>> {
        if let Some(shelf) = &mut *self.shelf.borrow_mut() {
            return shelf.get(columns, lead);
        }
        let mut statement = self.conn.prepare_cached(&columns.sql.select_lead)?;
        Ok(statement.query_row([lead.0], |row| read_record(row, columns)).optional()?)
    }

    /// The key of a lead.
    pub fn key_of(&self, lead: LeadId) -> Result<Option<Key>> {
        if let Some(shelf) = &mut *self.shelf.borrow_mut() {
            return shelf.key_of(lead);
        }
        // One lead's key.
        let mut statement = self.conn.prepare_cached("SELECT lead_key FROM leads WHERE lead = ?1")?;
        Ok(statement.query_row([lead.0], |r| Ok(Key::from_number(r.get(0)?))).optional()?)
    }

    /// Leads whose field of this name equals the text, compared folded; not more than [`MOST_FOUND`]. For finding a lead by its name.
    pub fn leads_with_text(&self, field: &str, text: &str) -> Result<Vec<LeadId>> {
        let sql = format!("SELECT lead FROM leads WHERE fold({}) = fold(?1) ORDER BY lead LIMIT {MOST_FOUND}", ident(&lead_column(field)));
        let mut statement = self.conn.prepare(&sql)?;
        let found = statement.query_map([text], |r| Ok(LeadId(r.get(0)?)))?.collect::<rusqlite::Result<_>>()?;
        Ok(found)
    }

    /// Texts of a field that share their first character with what was typed: candidates for "did you mean".
    pub fn texts_like(&self, field: &str, typed: &str) -> Result<Vec<String>> {
        let sql = format!("SELECT DISTINCT {0} FROM leads WHERE substr({0}, 1, 1) = substr(?1, 1, 1) ORDER BY 1 LIMIT 5000", ident(&lead_column(field)));
        let mut statement = self.conn.prepare(&sql)?;
        Ok(statement.query_map([typed], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Undeclared headers with how many leads have them, most frequent first.
    pub fn extra_headers(&self) -> Result<Vec<(String, i64)>> {
        // Keys of the undeclared columns.
        const HEADERS: &str = "SELECT j.key, count(*) FROM leads, json_each(leads.extra) j WHERE leads.extra IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1";
        let mut statement = self.conn.prepare(HEADERS)?;
        Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Takes a lead out of the base (it was joined into another).
    pub fn delete_lead(&self, lead: LeadId) -> Result<()> {
        self.taken_in.replace(None);
        for table in ["leads", "lead_state", "standings"] {
            self.conn.execute(&format!("DELETE FROM {table} WHERE lead = ?1"), [lead.0])?;
        }
        Ok(())
    }
}
