//! What reports count: verdicts, bands as they were, first hand-overs, entries of stages, blanks, and what journeys brought.

use super::columns::lead_column;
use super::{DealId, Result, Store, ident};
use crate::model::{Instant, LeadId, Verdict};
use rusqlite::params;

/// A recorded change of a lead's band.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BandChange {
    /// Whose.
    pub lead: LeadId,
    /// When.
    pub at: Instant,
    /// Before; `None` = it had none.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
}

/// Journeys of one path that stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JourneyCount {
    /// The path.
    pub path: String,
    /// How they stand: `active`, `goal` …
    pub state: String,
    /// Only measured.
    pub control: bool,
    /// Why they ended, or are paused.
    pub why: Option<String>,
    /// How many.
    pub count: u64,
}

/// Messages of one part of one step that stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageCount {
    /// The path.
    pub path: String,
    /// The step.
    pub step: String,
    /// `main`, `fallback`
    pub part: String,
    /// `email`
    pub medium: String,
    /// `sent`, `queued` …
    pub state: String,
    /// How many.
    pub count: u64,
    /// Of them, with a bounce, an opening, a click and a reply of a person.
    pub back: [u64; 4],
}

impl Store {
    /// Every verdict from `from` on and before `until`, by lead, oldest first.
    pub fn each_verdict(&self, from: Instant, until: Instant, mut f: impl FnMut(LeadId, Verdict)) -> Result<()> {
        let mut statement = self.conn.prepare("SELECT lead, at, owner, reason FROM verdicts WHERE at >= ?1 AND at < ?2 ORDER BY lead, at, seq")?;
        let mut rows = statement.query([from.0, until.0])?;
        while let Some(r) = rows.next()? {
            f(LeadId(r.get(0)?), Verdict { at: Instant(r.get(1)?), owner: r.get(2)?, reason: r.get(3)? });
        }
        Ok(())
    }

    /// Every recorded change of a band, by lead, oldest first.
    pub fn each_band_change(&self, mut f: impl FnMut(BandChange)) -> Result<()> {
        const BANDS: &str = r#"SELECT lead, at, "from", "to" FROM changes WHERE what = 'band' ORDER BY lead, at, change"#;
        let mut statement = self.conn.prepare(BANDS)?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            f(BandChange { lead: LeadId(r.get(0)?), at: Instant(r.get(1)?), from: r.get(2)?, to: r.get(3)? });
        }
        Ok(())
    }

    /// When each lead was handed to an owner first, up to `as_of`; by lead.
    pub fn first_assignments(&self, as_of: Instant) -> Result<Vec<(LeadId, Instant)>> {
        let mut statement = self.conn.prepare("SELECT lead, min(at) FROM assignments WHERE at <= ?1 GROUP BY lead ORDER BY lead")?;
        Ok(statement.query_map([as_of.0], |r| Ok((LeadId(r.get(0)?), Instant(r.get(1)?))))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Entries of stages from `from` on and before `until` by leads that had entered the stage before; by lead.
    pub fn entries_again(&self, from: Instant, until: Instant) -> Result<Vec<(LeadId, String)>> {
        const AGAIN: &str = "SELECT h.lead, h.stage FROM stage_history h WHERE h.at >= ?1 AND h.at < ?2
            AND EXISTS (SELECT 1 FROM stage_history e WHERE e.lead = h.lead AND e.stage = h.stage AND e.at < h.at) ORDER BY h.lead, h.at, h.stage";
        let mut statement = self.conn.prepare(AGAIN)?;
        Ok(statement.query_map([from.0, until.0], |r| Ok((LeadId(r.get(0)?), r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// How many leads have something in none of these fields. Of no fields: none.
    pub fn count_blank(&self, fields: &[&str]) -> Result<u64> {
        if fields.is_empty() {
            return Ok(0);
        }
        let blank: Vec<String> = fields.iter().map(|f| format!("{} IS NULL", ident(&lead_column(f)))).collect();
        let sql = format!("SELECT count(*) FROM leads WHERE {}", blank.join(" AND "));
        Ok(self.conn.query_row(&sql, [], |r| r.get::<_, i64>(0))?.unsigned_abs())
    }

    /// What was paid for a deal: when and how much, in minor units.
    pub fn paid(&self, deal: DealId) -> Result<Vec<(Instant, i64)>> {
        let mut statement = self.conn.prepare_cached("SELECT at, amount * n FROM payments WHERE deal = ?1 ORDER BY at, amount")?;
        Ok(statement.query_map([deal.0 as i64], |r| Ok((Instant(r.get(0)?), r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Journeys that began from `from` on and before `until`, by path, state, control and reason.
    pub fn journey_counts(&self, from: Instant, until: Instant) -> Result<Vec<JourneyCount>> {
        const COUNTS: &str = "SELECT path, state, control, why, count(*) FROM enrollments WHERE entered_at >= ?1 AND entered_at < ?2
            GROUP BY path, state, control, why ORDER BY path, state, control, why";
        let mut statement = self.conn.prepare(COUNTS)?;
        let read = |r: &rusqlite::Row<'_>| {
            let count = r.get::<_, i64>(4)?.unsigned_abs();
            Ok(JourneyCount { path: r.get(0)?, state: r.get(1)?, control: r.get(2)?, why: r.get(3)?, count })
        };
        Ok(statement.query_map([from.0, until.0], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Messages of those journeys by path, step, part, medium and state, with what came back by `as_of`, once per message.
    pub fn message_counts(&self, from: Instant, until: Instant, as_of: Instant) -> Result<Vec<MessageCount>> {
        const COUNTS: &str = "WITH back AS (SELECT message, max(kind = 'bounce') AS bounced, max(kind = 'open' AND bot = 0) AS opened,
                max(kind = 'click' AND bot = 0) AS clicked, max(kind = 'reply' AND bot = 0) AS replied
                FROM feedback WHERE message IS NOT NULL AND at <= ?3 GROUP BY message)
            SELECT m.path, m.step, m.part, m.medium, m.state, count(*), coalesce(sum(b.bounced), 0), coalesce(sum(b.opened), 0), coalesce(sum(b.clicked), 0),
                coalesce(sum(b.replied), 0)
            FROM messages m JOIN enrollments e USING (enrollment) LEFT JOIN back b USING (message) WHERE e.entered_at >= ?1 AND e.entered_at < ?2
            GROUP BY m.path, m.step, m.part, m.medium, m.state ORDER BY m.path, m.step, m.part, m.medium, m.state";
        let mut statement = self.conn.prepare(COUNTS)?;
        let rows = statement.query_map(params![from.0, until.0, as_of.0], |r| {
            let n = |i: usize| Ok::<_, rusqlite::Error>(r.get::<_, i64>(i)?.unsigned_abs());
            let back = [n(6)?, n(7)?, n(8)?, n(9)?];
            Ok(MessageCount { path: r.get(0)?, step: r.get(1)?, part: r.get(2)?, medium: r.get(3)?, state: r.get(4)?, count: n(5)?, back })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The media of which openings were ever imported.
    pub fn media_heard(&self) -> Result<Vec<String>> {
        const HEARD: &str = "SELECT medium FROM feedback_cover WHERE kind = 'open' UNION SELECT medium FROM feedback WHERE kind = 'open' ORDER BY 1";
        let mut statement = self.conn.prepare(HEARD)?;
        Ok(statement.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// What people did with our messages from `from` on and before `until`: kind and instant.
    pub fn each_feedback(&self, from: Instant, until: Instant, mut f: impl FnMut(&str, Instant)) -> Result<()> {
        let mut statement = self.conn.prepare("SELECT kind, at FROM feedback WHERE bot = 0 AND at >= ?1 AND at < ?2 ORDER BY at, hash")?;
        let mut rows = statement.query([from.0, until.0])?;
        while let Some(r) = rows.next()? {
            f(r.get_ref(0)?.as_str().unwrap_or_default(), Instant(r.get(1)?));
        }
        Ok(())
    }
}
