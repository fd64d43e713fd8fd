//! What events were, each stored once.

use super::columns::{Stored, read_value};
use super::{Columns, Result, Store};
use crate::model::{RunId, Value};
use rusqlite::{OptionalExtension, Row};

/// A detail as stored: its number, the kind's spelling, the values by `EventFieldIx`.
pub type StoredDetail = (u32, String, Vec<Value>);

impl Store {
    /// The number of the detail with this content; a new one is written. `hash` is a hash of kind, origin and values.
    pub fn intern_detail(&self, columns: &Columns, hash: u64, kind: &str, origin: &str, values: &[Value], run: RunId) -> Result<u32> {
        let mut find = self.conn.prepare_cached(&columns.sql.find_detail)?;
        let mut rows = find.query(rusqlite::params![hash as i64, origin])?;
        while let Some(row) = rows.next()? {
            let (id, found_kind, found) = read_detail(row, columns)?;
            if found_kind == kind && found == values {
                return Ok(id);
            }
        }
        let mut insert = self.conn.prepare_cached(&columns.sql.insert_detail)?;
        insert.raw_bind_parameter(1, hash as i64)?;
        insert.raw_bind_parameter(2, kind)?;
        insert.raw_bind_parameter(3, origin)?;
        insert.raw_bind_parameter(4, run.0)?;
        for (i, v) in values.iter().enumerate() {
            insert.raw_bind_parameter(i + 5, Stored(v))?;
        }
        insert.raw_execute()?;
        Ok(u32::try_from(self.conn.last_insert_rowid()).unwrap_or(u32::MAX))
    }

    /// Every detail, in the order of their numbers.
    pub fn details(&self, columns: &Columns) -> Result<Vec<StoredDetail>> {
        let mut all = Vec::new();
        self.each_detail(columns, |detail| all.push(detail))?;
        Ok(all)
    }

    /// The same one by one, for whoever keeps little of them.
    pub fn each_detail(&self, columns: &Columns, mut f: impl FnMut(StoredDetail)) -> Result<()> {
        let sql = format!("SELECT detail, kind{} FROM details ORDER BY detail", columns.event_field_list(""));
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            f(read_detail(row, columns)?);
        }
        Ok(())
    }

    /// One detail.
    pub fn detail(&self, columns: &Columns, id: u32) -> Result<Option<StoredDetail>> {
        let sql = format!("SELECT detail, kind{} FROM details WHERE detail = ?1", columns.event_field_list(""));
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_row([id], |row| read_detail(row, columns)).optional()?)
    }
}

fn read_detail(row: &Row<'_>, columns: &Columns) -> rusqlite::Result<StoredDetail> {
    let mut values = Vec::with_capacity(columns.event_fields.len());
    for (i, (_, ty)) in columns.event_fields.iter().enumerate() {
        values.push(read_value(row.get_ref(2 + i)?, *ty));
    }
    Ok((row.get(0)?, row.get(1)?, values))
}
