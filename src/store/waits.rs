//! What waits for a person, counted or listed without a pass over all leads.

use super::columns::lead_column;
use super::{Result, Store, ident};
use crate::model::{Instant, LeadId};
use rusqlite::params;
use rustc_hash::FxHashMap;

/// A queue with leads in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub queue: String,
    /// How many leads wait there.
    pub leads: i64,
    /// Since when the first of them does.
    pub since: Option<Instant>,
}

/// When an owner wants to speak with a lead again: as the lead's latest follow-up says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextContact {
    /// Which lead.
    pub lead: LeadId,
    /// Who said so; else who holds the lead.
    pub owner: Option<String>,
    /// When.
    pub at: Instant,
}

impl Store {
    /// How many leads have which text in a field, most frequent first.
    pub fn text_counts(&self, field: &str) -> Result<Vec<(String, i64)>> {
        let column = ident(&lead_column(field));
        let mut statement = self.conn.prepare(&format!("SELECT {column} FROM leads WHERE typeof({column}) = 'text'"))?;
        let mut rows = statement.query([])?;
        // Counted here: the base would sort every lead to count a few texts.
        let mut counts: FxHashMap<String, i64> = FxHashMap::default();
        while let Some(r) = rows.next()? {
            let text = r.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            match counts.get_mut(text) {
                Some(n) => *n += 1,
                None => drop(counts.insert(text.to_owned(), 1)),
            }
        }
        let mut all: Vec<(String, i64)> = counts.into_iter().collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(all)
    }

    /// Stages and detours of leads that are none of these, with the number of leads.
    pub fn places_besides(&self, known: &[&str]) -> Result<Vec<(String, i64)>> {
        let known = serde_json::Value::from(known).to_string();
        const STRANGE: &str = "SELECT stage, count(*) FROM lead_state WHERE stage NOT IN (SELECT value FROM json_each(?1)) GROUP BY 1 ORDER BY 1";
        let mut statement = self.conn.prepare(STRANGE)?;
        Ok(statement.query_map([known], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// The queues that leads wait in, by id.
    pub fn waiting(&self) -> Result<Vec<Waiting>> {
        const WAITING: &str = "SELECT s.queue, count(*), min(n.queue_at) FROM lead_state s LEFT JOIN standings n USING (lead)
            WHERE s.queue IS NOT NULL GROUP BY s.queue ORDER BY s.queue";
        let mut statement = self.conn.prepare(WAITING)?;
        let read = |r: &rusqlite::Row<'_>| Ok(Waiting { queue: r.get(0)?, leads: r.get(1)?, since: r.get::<_, Option<i64>>(2)?.map(Instant) });
        Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Contacts that somebody planned for before `until` and that nothing followed yet, earliest first.
    pub fn next_contacts(&self, as_of: Instant, until: Instant) -> Result<Vec<NextContact>> {
        // Only what the latest follow-up of a lead says counts.
        const NEXT: &str = "SELECT f.lead, coalesce(f.owner, s.owner), f.next_at FROM follow_ups f LEFT JOIN lead_state s USING (lead)
            WHERE f.next_at < ?2 AND f.at <= ?1
            AND NOT EXISTS (SELECT 1 FROM follow_ups g WHERE g.lead = f.lead AND g.at <= ?1 AND (g.at, g.seq) > (f.at, f.seq))
            ORDER BY f.next_at, f.lead";
        let mut statement = self.conn.prepare(NEXT)?;
        let read = |r: &rusqlite::Row<'_>| Ok(NextContact { lead: LeadId(r.get(0)?), owner: r.get(1)?, at: Instant(r.get(2)?) });
        Ok(statement.query_map(params![as_of.0, until.0], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// How many notices to whom have not left, by recipient.
    pub fn queued_notices(&self) -> Result<Vec<(String, i64)>> {
        let mut statement = self.conn.prepare("SELECT recipient, count(*) FROM notices WHERE state = 'queued' GROUP BY recipient ORDER BY recipient")?;
        Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }
}
