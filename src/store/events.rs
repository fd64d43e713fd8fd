//! Events: rows clustered by (lead, instant), so that one ordered pass hands each lead its own.

use super::{Result, Store};
use crate::model::{DetailId, Event, Identity, Instant, LeadId, RunId};
use rusqlite::{OptionalExtension, params};

impl Store {
    /// Adds the events of one lead at one instant that the base does not have yet: a file with m equal events raises
    /// the base to max(base, m). `details` is sorted. Gives how many were added.
    pub fn raise_events(&self, lead: LeadId, at: Instant, details: &[DetailId], run: RunId) -> Result<usize> {
        let mut seq = 0_i64;
        let mut there: Vec<u32> = Vec::new();
        // The events of one lead at one instant.
        let mut select = self.conn.prepare_cached("SELECT seq, detail FROM events WHERE lead = ?1 AND at = ?2 ORDER BY seq")?;
        let mut rows = select.query(params![lead.0, at.0])?;
        while let Some(r) = rows.next()? {
            seq = r.get::<_, i64>(0)? + 1;
            there.push(r.get(1)?);
        }
        there.sort_unstable();
        let mut insert = self.conn.prepare_cached("INSERT INTO events (lead, at, seq, detail, run) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        let (mut i, mut added) = (0, 0);
        for d in details {
            while i < there.len() && there[i] < d.0 {
                i += 1;
            }
            if i < there.len() && there[i] == d.0 {
                i += 1; // this one is already in the base
                continue;
            }
            insert.execute(params![lead.0, at.0, seq, d.0, run.0])?;
            seq += 1;
            added += 1;
        }
        Ok(added)
    }

    /// The events of one lead, in order.
    pub fn events_of(&self, lead: LeadId, out: &mut Vec<Event>) -> Result<()> {
        out.clear();
        // One lead's events.
        let mut select = self.conn.prepare_cached("SELECT at, detail FROM events WHERE lead = ?1 ORDER BY at, seq")?;
        let mut rows = select.query([lead.0])?;
        while let Some(r) = rows.next()? {
            out.push(Event { at: Instant(r.get(0)?), detail: DetailId(r.get(1)?) });
        }
        Ok(())
    }

    /// Whether the base has any behaviour: events other than the touch of being captured.
    pub fn has_behaviour(&self) -> Result<bool> {
        // Any event of another kind.
        const ANY: &str = "SELECT EXISTS (SELECT 1 FROM details WHERE kind <> 'lead_captured') AND EXISTS (SELECT 1 FROM events)";
        Ok(self.conn.query_row(ANY, [], |r| r.get(0))?)
    }

    /// Remembers an event's own id. False when it was known already.
    pub fn claim_event_id(&self, hash: u64, lead: Option<LeadId>, at: Instant, detail: DetailId, run: RunId) -> Result<bool> {
        const CLAIM: &str = "INSERT OR IGNORE INTO event_ids (hash, lead, at, detail, run) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut claim = self.conn.prepare_cached(CLAIM)?;
        Ok(claim.execute(params![hash as i64, lead.map(|l| l.0), at.0, detail.0, run.0])? > 0)
    }

    /// Lets events wait for a lead that has not arrived: raises what waits to at least `n`. Says whether anything changed.
    pub fn wait_event(&self, identity: &Identity, at: Instant, detail: DetailId, n: i64, run: RunId) -> Result<bool> {
        // What waits under one identity at one instant.
        const FIND: &str = "SELECT n FROM waiting_events WHERE hash = ?1 AND at = ?2 AND detail = ?3";
        let hash = identity.hash() as i64;
        let there: Option<i64> = self.conn.prepare_cached(FIND)?.query_row(params![hash, at.0, detail.0], |r| r.get(0)).optional()?;
        match there {
            Some(m) if m >= n => return Ok(false),
            Some(_) => {
                let sql = "UPDATE waiting_events SET n = ?4 WHERE hash = ?1 AND at = ?2 AND detail = ?3";
                self.conn.prepare_cached(sql)?.execute(params![hash, at.0, detail.0, n])?;
            }
            None => {
                let sql = "INSERT INTO waiting_events (hash, at, detail, n, kind, text, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
                self.conn.prepare_cached(sql)?.execute(params![hash, at.0, detail.0, n, &*identity.kind, identity.text, run.0])?;
            }
        }
        Ok(true)
    }

    /// Whether anything waits.
    pub fn any_waiting(&self) -> Result<bool> {
        Ok(self.conn.query_row("SELECT EXISTS (SELECT 1 FROM waiting_events)", [], |r| r.get(0))?)
    }

    /// How many events wait.
    pub fn waiting_count(&self) -> Result<i64> {
        Ok(self.conn.query_row("SELECT coalesce(sum(n), 0) FROM waiting_events", [], |r| r.get(0))?)
    }

    /// Lets what waits under one name be found by another, too.
    pub fn wait_also(&self, other: &Identity, waits: &Identity, run: RunId) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO waiting_names (hash, waits, text, run) VALUES (?1, ?2, ?3, ?4)";
        self.conn.prepare_cached(sql)?.execute(params![other.hash() as i64, waits.hash() as i64, other.text, run.0])?;
        Ok(())
    }

    /// The hashes under which something may wait for the lead with this identity: its own, and those that it is another name of.
    /// They are forgotten as names: whatever waits is to be taken now.
    pub fn take_waiting_names(&self, identity: &Identity) -> Result<Vec<u64>> {
        let hash = identity.hash() as i64;
        let mut select = self.conn.prepare_cached("SELECT waits FROM waiting_names WHERE hash = ?1 AND text = ?2 ORDER BY waits")?;
        let mut found: Vec<i64> = select.query_map(params![hash, identity.text], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
        found.push(hash);
        let mut forget = self.conn.prepare_cached("DELETE FROM waiting_names WHERE waits = ?1")?;
        for waits in &found {
            forget.execute([waits])?;
        }
        Ok(found.into_iter().map(|h| h as u64).collect())
    }

    /// Takes the events that waited under a name, for the lead that arrived.
    pub fn take_waiting(&self, hash: u64) -> Result<Vec<(Event, i64)>> {
        // Events that waited under one name.
        let mut select = self.conn.prepare_cached("SELECT at, detail, n FROM waiting_events WHERE hash = ?1 ORDER BY at, detail")?;
        let found: Vec<(Event, i64)> = select
            .query_map([hash as i64], |r| Ok((Event { at: Instant(r.get(0)?), detail: DetailId(r.get(1)?) }, r.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        if !found.is_empty() {
            self.conn.prepare_cached("DELETE FROM waiting_events WHERE hash = ?1")?.execute([hash as i64])?;
        }
        Ok(found)
    }

    /// Gives all events of one lead to another; equal rows count once.
    pub fn move_events(&self, from: LeadId, to: LeadId, run: RunId) -> Result<()> {
        let mut events = Vec::new();
        self.events_of(from, &mut events)?;
        self.delete_events(from)?;
        for group in events.chunk_by(|a, b| a.at == b.at) {
            let mut details: Vec<DetailId> = group.iter().map(|e| e.detail).collect();
            details.sort_unstable();
            self.raise_events(to, group[0].at, &details, run)?;
        }
        self.conn.execute("UPDATE event_ids SET lead = ?2 WHERE lead = ?1", [from.0, to.0])?;
        Ok(())
    }

    /// Takes all events of a lead.
    pub fn delete_events(&self, lead: LeadId) -> Result<()> {
        self.conn.execute("DELETE FROM events WHERE lead = ?1", [lead.0])?;
        Ok(())
    }
}
