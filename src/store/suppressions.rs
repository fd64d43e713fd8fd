//! Addresses that must not be written to. What closes one belongs to the address and not to a lead: it outlives merges and later imports.

use super::{Result, Store};
use crate::model::{Address, Instant, RunId, SuppressedBy};
use rusqlite::{Row, params};

/// Stored for every medium.
const ALL: &str = "*";

/// One address that must not be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionRow {
    /// The address's hash.
    pub hash: u64,
    /// Normalised.
    pub address: String,
    /// `None` = by no medium.
    pub medium: Option<String>,
    /// Why.
    pub by: SuppressedBy,
    /// Since when.
    pub at: Instant,
    /// The file, or what a person said.
    pub why: String,
}

impl SuppressionRow {
    /// Of an address.
    pub fn new(address: &Address, medium: Option<&str>, by: SuppressedBy, at: Instant, why: impl Into<String>) -> Self {
        Self { hash: address.hash(), address: address.text().to_owned(), medium: medium.map(str::to_owned), by, at, why: why.into() }
    }
}

const LIST: &str = "hash, medium, address, kind, at, why";

fn read(r: &Row<'_>) -> rusqlite::Result<SuppressionRow> {
    Ok(SuppressionRow {
        hash: r.get::<_, i64>(0)? as u64,
        medium: Some(r.get::<_, String>(1)?).filter(|m| m != ALL),
        address: r.get(2)?,
        by: SuppressedBy::parse(r.get_ref(3)?.as_str().unwrap_or_default()).unwrap_or(SuppressedBy::Hand),
        at: Instant(r.get(4)?),
        why: r.get(5)?,
    })
}

impl Store {
    /// Every suppression, oldest first.
    pub fn suppressions(&self) -> Result<Vec<SuppressionRow>> {
        let mut statement = self.conn.prepare(&format!("SELECT {LIST} FROM suppressions ORDER BY at, address, medium, kind"))?;
        Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// The suppressions of one address.
    pub fn suppressions_of(&self, address: &Address) -> Result<Vec<SuppressionRow>> {
        let mut statement = self.conn.prepare_cached(&format!("SELECT {LIST} FROM suppressions WHERE hash = ?1 ORDER BY medium, kind"))?;
        Ok(statement.query_map([address.hash() as i64], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// What a run closed: each row is the only reason of its kind for its medium.
    pub fn suppressed_by_run(&self, run: RunId) -> Result<Vec<SuppressionRow>> {
        let mut statement = self.conn.prepare(&format!("SELECT {LIST} FROM suppressions WHERE run = ?1 ORDER BY address, medium, kind"))?;
        Ok(statement.query_map([run.0], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Closes an address. False when it was closed for this reason already: the first word stays.
    pub fn suppress(&self, s: &SuppressionRow, run: RunId) -> Result<bool> {
        let sql = format!("INSERT OR IGNORE INTO suppressions ({LIST}, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        let row = params![s.hash as i64, s.medium.as_deref().unwrap_or(ALL), s.address, s.by.name(), s.at.0, s.why, run.0];
        Ok(self.conn.prepare_cached(&sql)?.execute(row)? > 0)
    }

    /// Opens what one row closed.
    pub fn unsuppress(&self, s: &SuppressionRow) -> Result<()> {
        let sql = "DELETE FROM suppressions WHERE hash = ?1 AND medium = ?2 AND kind = ?3";
        self.conn.prepare_cached(sql)?.execute(params![s.hash as i64, s.medium.as_deref().unwrap_or(ALL), s.by.name()])?;
        Ok(())
    }
}
