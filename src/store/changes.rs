//! Recorded facts: lead, what, from, to, why.

use super::{Result, Store};
use crate::model::{Change, Instant, Key, LeadId, RunId};
use rusqlite::{Row, params};

/// A change as stored, with the lead's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its number: the order of writing.
    pub change: i64,
    /// By which run.
    pub run: RunId,
    /// Whose.
    pub lead: LeadId,
    /// Its key, while the lead is in the base.
    pub key: Option<Key>,
    /// `band`, `stage`, `field:title` …
    pub what: String,
    /// When it is dated.
    pub at: Instant,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// The rule or file.
    pub why: String,
}

const LIST: &str = "c.change, c.run, c.lead, l.lead_key, c.what, c.at, c.\"from\", c.\"to\", c.why";

fn read(row: &Row<'_>) -> rusqlite::Result<ChangeRow> {
    Ok(ChangeRow {
        change: row.get(0)?,
        run: RunId(row.get(1)?),
        lead: LeadId(row.get(2)?),
        key: row.get::<_, Option<i64>>(3)?.map(Key::from_number),
        what: row.get(4)?,
        at: Instant(row.get(5)?),
        from: row.get(6)?,
        to: row.get(7)?,
        why: row.get(8)?,
    })
}

impl Store {
    /// Records a change.
    pub fn record(&self, run: RunId, c: &Change) -> Result<()> {
        const INSERT: &str = r#"INSERT INTO changes (run, lead, what, at, "from", "to", why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#;
        self.conn.prepare_cached(INSERT)?.execute(params![run.0, c.lead.0, c.what.name(), c.at.0, c.from, c.to, c.why])?;
        Ok(())
    }

    /// Several changes of one thing in one run are one: the first `from`, the last `to`; what came back to where it was is none.
    /// Gives the leads that have changes left.
    pub fn net_changes(&self, run: RunId) -> Result<Vec<LeadId>> {
        // Keeps the last change of each thing with the first one's `from`, then drops those that changed nothing.
        const FIRST: &str = r#"UPDATE changes SET "from" = f."from" FROM
            (SELECT lead, what, min(change) AS first, max(change) AS last FROM changes WHERE run = ?1 GROUP BY lead, what HAVING count(*) > 1) g
            JOIN changes f ON f.change = g.first WHERE changes.change = g.last"#;
        const OTHERS: &str = "DELETE FROM changes WHERE run = ?1 AND change NOT IN (SELECT max(change) FROM changes WHERE run = ?1 GROUP BY lead, what)";
        const NOTHING: &str = r#"DELETE FROM changes WHERE run = ?1 AND "from" IS "to""#;
        const LEFT: &str = "SELECT DISTINCT lead FROM changes WHERE run = ?1 ORDER BY lead";
        for sql in [FIRST, OTHERS, NOTHING] {
            self.conn.execute(sql, [run.0])?;
        }
        let mut left = self.conn.prepare(LEFT)?;
        Ok(left.query_map([run.0], |r| Ok(LeadId(r.get(0)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Changes of one lead, of one run, or of a time span (both ends included); oldest first.
    pub fn changes(&self, lead: Option<LeadId>, run: Option<RunId>, span: Option<(Instant, Instant)>) -> Result<Vec<ChangeRow>> {
        // Changes by lead, run and time; an absent filter takes all.
        let sql = format!(
            "SELECT {LIST} FROM changes c LEFT JOIN leads l USING (lead)
             WHERE (?1 IS NULL OR c.lead = ?1) AND (?2 IS NULL OR c.run = ?2) AND (?3 IS NULL OR c.at BETWEEN ?3 AND ?4) ORDER BY c.at, c.change"
        );
        let mut statement = self.conn.prepare(&sql)?;
        let (from, to) = span.map_or((None, None), |(a, b)| (Some(a.0), Some(b.0)));
        let rows = statement.query_map(params![lead.map(|l| l.0), run.map(|r| r.0), from, to], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many changes a run recorded, by what.
    pub fn change_counts(&self, run: RunId) -> Result<Vec<(String, i64)>> {
        let mut statement = self.conn.prepare("SELECT what, count(*) FROM changes WHERE run = ?1 GROUP BY what ORDER BY what")?;
        Ok(statement.query_map([run.0], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }
}
