//! Every execution of a command that writes.

use super::{Result, Store};
use crate::model::{Instant, RunId};
use rusqlite::{OptionalExtension, Row, params};
use std::collections::BTreeMap;

/// What a run says of itself when it starts.
#[derive(Clone, Debug)]
pub struct RunRecord {
    /// `score`
    pub verb: String,
    /// Its flags, without addresses.
    pub flags: String,
    /// The program's.
    pub version: String,
    /// What it reasons about.
    pub as_of: Instant,
    /// By the wall clock.
    pub started: Instant,
}

/// A run as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Its number.
    pub run: RunId,
    /// `score`
    pub verb: String,
    /// Its flags.
    pub flags: String,
    /// The program's version.
    pub version: String,
    /// The SOP version.
    pub sop: Option<i64>,
    /// What it reasoned about.
    pub as_of: Instant,
    /// By the wall clock.
    pub started: Instant,
    /// JSON.
    pub counts: String,
    /// The run that took it back.
    pub undone_by: Option<RunId>,
}

/// Two runs in a row that obeyed different rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SopChange {
    /// The as-of of the later one.
    pub at: Instant,
    /// The version of the earlier one.
    pub before: i64,
    /// Its own version.
    pub after: i64,
}

const LIST: &str = "run, verb, flags, version, sop, as_of, started, counts, undone_by";

fn read(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        run: RunId(row.get(0)?),
        verb: row.get(1)?,
        flags: row.get(2)?,
        version: row.get(3)?,
        sop: row.get(4)?,
        as_of: Instant(row.get(5)?),
        started: Instant(row.get(6)?),
        counts: row.get(7)?,
        undone_by: row.get::<_, Option<i64>>(8)?.map(RunId),
    })
}

impl Store {
    /// Opens the run's row, and keeps rows as they were from here on (not in a first import: it has none).
    pub fn begin_run(&self, r: &RunRecord) -> Result<RunId> {
        let sql = "INSERT INTO runs (verb, flags, version, as_of, started) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.conn.execute(sql, params![r.verb, r.flags, r.version, r.as_of.0, r.started.0])?;
        let run = RunId(self.conn.last_insert_rowid());
        if !self.is_first_import() {
            self.keep_before_images(run)?;
        }
        Ok(run)
    }

    /// Closes the run's row.
    pub fn end_run(&self, run: RunId, sop: Option<i64>, lead_rows: u64, counts: &str) -> Result<()> {
        let sql = "UPDATE runs SET sop = ?2, lead_rows = ?3, counts = ?4 WHERE run = ?1";
        self.conn.execute(sql, params![run.0, sop, i64::try_from(lead_rows).unwrap_or(i64::MAX), counts])?;
        Ok(())
    }

    /// The run with the latest as-of that stands: neither taken back nor an undo itself.
    pub fn last_run(&self) -> Result<Option<RunRow>> {
        let sql = format!("SELECT {LIST} FROM runs WHERE undone_by IS NULL AND verb <> 'undo' ORDER BY as_of DESC, run DESC LIMIT 1");
        Ok(self.conn.query_row(&sql, [], read).optional()?)
    }

    /// The last run of a verb that stands.
    pub fn last_run_of(&self, verb: &str) -> Result<Option<RunRow>> {
        let sql = format!("SELECT {LIST} FROM runs WHERE undone_by IS NULL AND verb = ?1 AND counts <> '{{}}' ORDER BY as_of DESC, run DESC LIMIT 1");
        Ok(self.conn.query_row(&sql, [verb], read).optional()?)
    }

    /// One run.
    pub fn run(&self, run: RunId) -> Result<Option<RunRow>> {
        let sql = format!("SELECT {LIST} FROM runs WHERE run = ?1");
        Ok(self.conn.query_row(&sql, [run.0], read).optional()?)
    }

    /// Every run, newest first.
    pub fn runs(&self) -> Result<Vec<RunRow>> {
        let sql = format!("SELECT {LIST} FROM runs ORDER BY run DESC");
        let mut statement = self.conn.prepare(&sql)?;
        Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// What runs did with messages, by the run: messages and notices handed over with how that ended (`message sent`), signs that came
    /// back (`sign`), addresses closed (`address`).
    pub fn deeds(&self) -> Result<BTreeMap<RunId, Vec<(String, i64)>>> {
        const DEEDS: &str = "SELECT sent_run, 'message ' || state, count(*) FROM messages WHERE sent_run IS NOT NULL GROUP BY 1, 2
            UNION ALL SELECT sent_run, 'notice ' || state, count(*) FROM notices WHERE sent_run IS NOT NULL GROUP BY 1, 2
            UNION ALL SELECT run, 'sign', count(*) FROM feedback GROUP BY 1
            UNION ALL SELECT run, 'address', count(*) FROM suppressions GROUP BY 1 ORDER BY 1, 2 DESC";
        let mut statement = self.conn.prepare(DEEDS)?;
        let mut all: BTreeMap<RunId, Vec<(String, i64)>> = BTreeMap::new();
        for row in statement.query_map([], |r| Ok((RunId(r.get(0)?), r.get(1)?, r.get(2)?)))? {
            let (run, what, n) = row?;
            all.entry(run).or_default().push((what, n));
        }
        Ok(all)
    }

    /// The number of an SOP version; its texts are kept on first sight.
    pub fn sop_version(&self, fingerprint: &str, texts: impl FnOnce() -> String, run: RunId) -> Result<i64> {
        // The version with this fingerprint.
        let found = self.conn.query_row("SELECT sop FROM sop_versions WHERE fingerprint = ?1", [fingerprint], |r| r.get(0)).optional()?;
        if let Some(sop) = found {
            return Ok(sop);
        }
        self.conn.execute("INSERT INTO sop_versions (fingerprint, texts, run) VALUES (?1, ?2, ?3)", params![fingerprint, texts(), run.0])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// The texts of the rules that the last run obeyed, if there was one: a JSON object by the files' names.
    pub fn last_sop_texts(&self) -> Result<Option<String>> {
        const LAST: &str =
            "SELECT texts FROM sop_versions WHERE sop = (SELECT sop FROM runs WHERE sop IS NOT NULL AND undone_by IS NULL ORDER BY run DESC LIMIT 1)";
        Ok(self.conn.query_row(LAST, [], |r| r.get(0)).optional()?)
    }

    /// Where runs of a time (its end excluded) obeyed other rules than the run before. Runs that were taken back do not count.
    pub fn sop_changes(&self, from: Instant, until: Instant) -> Result<Vec<SopChange>> {
        // Each standing run beside the one before it.
        const CHANGES: &str = "SELECT as_of, before, sop FROM (\
             SELECT run, as_of, sop, lag(sop) OVER (ORDER BY as_of, run) AS before FROM runs \
             WHERE sop IS NOT NULL AND undone_by IS NULL AND verb <> 'undo') \
             WHERE before <> sop AND as_of >= ?1 AND as_of < ?2 ORDER BY as_of, run";
        let mut statement = self.conn.prepare(CHANGES)?;
        let read = |r: &Row<'_>| Ok(SopChange { at: Instant(r.get(0)?), before: r.get(1)?, after: r.get(2)? });
        Ok(statement.query_map([from.0, until.0], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// The texts of one version of the rules: JSON, by file.
    pub fn sop_text(&self, sop: i64) -> Result<Option<String>> {
        Ok(self.conn.query_row("SELECT texts FROM sop_versions WHERE sop = ?1", [sop], |r| r.get(0)).optional()?)
    }

    /// The texts of every version of the rules that the base has seen, oldest first.
    pub fn sop_texts(&self) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare("SELECT texts FROM sop_versions ORDER BY sop")?;
        Ok(statement.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// A setting of the base.
    pub fn meta(&self, name: &str) -> Result<Option<String>> {
        Ok(self.conn.query_row("SELECT value FROM meta WHERE name = ?1", [name], |r| r.get(0)).optional()?)
    }

    /// Writes a setting of the base, if it differs.
    pub fn set_meta(&self, name: &str, value: &str) -> Result<()> {
        const SET: &str =
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value";
        self.conn.execute(SET, [name, value])?;
        Ok(())
    }
}
