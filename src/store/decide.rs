//! What a person may have to decide or take back: leads that one row spoke of, and the rows that were joined.

use super::{Result, Store};
use crate::model::{Identity, Instant, LeadId, RunId};
use rusqlite::{OptionalExtension, params};

/// Two leads that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDecide {
    /// The older.
    pub lead: LeadId,
    /// The other.
    pub other: LeadId,
    /// What both were found by.
    pub why: String,
}

/// One of the different rows that were joined into a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// Hash of its first identity.
    pub source: u64,
    /// The file's name.
    pub file: String,
    /// The row's number in it.
    pub row: u64,
    /// JSON object: field id → stored value as text.
    pub fields: String,
    /// What it was recognised by.
    pub identities: Vec<Identity>,
}

impl Store {
    /// Puts a pair on the list. True when it is new.
    pub fn add_to_decide(&self, lead: LeadId, other: LeadId, why: &str, run: RunId) -> Result<bool> {
        let (a, b) = (lead.min(other), lead.max(other));
        let sql = "INSERT OR IGNORE INTO to_decide (lead, other, why, run) VALUES (?1, ?2, ?3, ?4)";
        Ok(self.conn.prepare_cached(sql)?.execute(params![a.0, b.0, why, run.0])? > 0)
    }

    /// The list.
    pub fn to_decide(&self) -> Result<Vec<ToDecide>> {
        let mut statement = self.conn.prepare("SELECT lead, other, why FROM to_decide ORDER BY lead, other")?;
        let rows = statement.query_map([], |r| Ok(ToDecide { lead: LeadId(r.get(0)?), other: LeadId(r.get(1)?), why: r.get(2)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One of a pair became the other: what the list says of it holds for the survivor, and the pair itself is decided.
    pub fn decided(&self, lead: LeadId, survivor: LeadId, run: RunId) -> Result<()> {
        const REST: &str = "INSERT OR IGNORE INTO to_decide (lead, other, why, run)
            SELECT min(x, ?2), max(x, ?2), why, ?3 FROM (SELECT iif(lead = ?1, other, lead) AS x, why FROM to_decide WHERE lead = ?1 OR other = ?1) WHERE x <> ?2";
        self.conn.execute(REST, [lead.0, survivor.0, run.0])?;
        self.conn.execute("DELETE FROM to_decide WHERE lead = ?1 OR other = ?1", [lead.0])?;
        Ok(())
    }

    /// Keeps a joined row; a row seen again replaces itself if it differs. True when anything was written.
    pub fn put_source_row(&self, lead: LeadId, r: &SourceRow, run: RunId) -> Result<bool> {
        let pairs: Vec<[&str; 2]> = r.identities.iter().map(|i| [&*i.kind, i.text.as_str()]).collect();
        let identities = serde_json::to_string(&pairs).unwrap_or_default();
        const PUT: &str = "INSERT INTO source_rows (lead, source, file, row, fields, identities, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (lead, source) DO UPDATE SET file = excluded.file, row = excluded.row, fields = excluded.fields, identities = excluded.identities
            WHERE fields <> excluded.fields OR identities <> excluded.identities";
        let row = i64::try_from(r.row).unwrap_or(i64::MAX);
        Ok(self.conn.prepare_cached(PUT)?.execute(params![lead.0, r.source as i64, r.file, row, r.fields, identities, run.0])? > 0)
    }

    /// The rows that were joined into a lead, in the order of their files and rows.
    pub fn source_rows(&self, lead: LeadId) -> Result<Vec<SourceRow>> {
        let sql = "SELECT source, file, row, fields, identities FROM source_rows WHERE lead = ?1 ORDER BY run, file, row, source";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([lead.0], |r| {
            let pairs: Vec<[String; 2]> = serde_json::from_str(&r.get::<_, String>(4)?).unwrap_or_default();
            let identities = pairs.into_iter().map(|[kind, text]| Identity { kind: kind.into(), text }).collect();
            let row: i64 = r.get(2)?;
            Ok(SourceRow { source: r.get::<_, i64>(0)? as u64, file: r.get(1)?, row: row.unsigned_abs(), fields: r.get(3)?, identities })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether this row was joined into this lead before.
    pub fn has_source_row(&self, lead: LeadId, source: u64) -> Result<bool> {
        let mut statement = self.conn.prepare_cached("SELECT 1 FROM source_rows WHERE lead = ?1 AND source = ?2")?;
        Ok(statement.exists(params![lead.0, source as i64])?)
    }

    /// Forgets the joined rows of a lead.
    pub fn delete_source_rows(&self, lead: LeadId) -> Result<()> {
        self.conn.execute("DELETE FROM source_rows WHERE lead = ?1", [lead.0])?;
        Ok(())
    }

    /// Records a dated stage. True when it is new.
    pub fn put_stage(&self, lead: LeadId, at: Instant, stage: &str, run: RunId) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO stage_history (lead, at, stage, run) VALUES (?1, ?2, ?3, ?4)";
        Ok(self.conn.prepare_cached(sql)?.execute(params![lead.0, at.0, stage, run.0])? > 0)
    }

    /// The dated stages of a lead, oldest first.
    pub fn stages_of(&self, lead: LeadId) -> Result<Vec<(Instant, String)>> {
        let mut statement = self.conn.prepare_cached("SELECT at, stage FROM stage_history WHERE lead = ?1 ORDER BY at, stage")?;
        let rows = statement.query_map([lead.0], |r| Ok((Instant(r.get(0)?), r.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The latest dated stage of a lead.
    pub fn last_stage(&self, lead: LeadId) -> Result<Option<(Instant, String)>> {
        let sql = "SELECT at, stage FROM stage_history WHERE lead = ?1 ORDER BY at DESC, stage DESC LIMIT 1";
        Ok(self.conn.prepare_cached(sql)?.query_row([lead.0], |r| Ok((Instant(r.get(0)?), r.get(1)?))).optional()?)
    }

    /// Lets a dated stage wait for its lead. True when it is new.
    pub fn wait_stage(&self, identity: &Identity, at: Instant, stage: &str, run: RunId) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO waiting_stages (hash, at, stage, kind, text, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        Ok(self.conn.prepare_cached(sql)?.execute(params![identity.hash() as i64, at.0, stage, &*identity.kind, identity.text, run.0])? > 0)
    }

    /// Whether any stage waits.
    pub fn any_waiting_stages(&self) -> Result<bool> {
        Ok(self.conn.query_row("SELECT EXISTS (SELECT 1 FROM waiting_stages)", [], |r| r.get(0))?)
    }

    /// Takes the stages that waited under a name.
    pub fn take_waiting_stages(&self, hash: u64) -> Result<Vec<(Instant, String)>> {
        let mut statement = self.conn.prepare_cached("SELECT at, stage FROM waiting_stages WHERE hash = ?1 ORDER BY at, stage")?;
        let found: Vec<(Instant, String)> = statement.query_map([hash as i64], |r| Ok((Instant(r.get(0)?), r.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        if !found.is_empty() {
            self.conn.prepare_cached("DELETE FROM waiting_stages WHERE hash = ?1")?.execute([hash as i64])?;
        }
        Ok(found)
    }

    /// Gives the dated stages of one lead to another: new rows of this run, so that taking it back finds them.
    pub fn move_stages(&self, from: LeadId, to: LeadId, run: RunId) -> Result<()> {
        const COPY: &str = "INSERT OR IGNORE INTO stage_history (lead, at, stage, run) SELECT ?2, at, stage, ?3 FROM stage_history WHERE lead = ?1";
        self.conn.execute(COPY, [from.0, to.0, run.0])?;
        self.conn.execute("DELETE FROM stage_history WHERE lead = ?1", [from.0])?;
        Ok(())
    }
}
