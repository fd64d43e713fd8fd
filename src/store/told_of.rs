//! Under which names rows of files named the lead of a deal or of a follow-up. A lead that is taken apart gives each part what was told
//! of it.

use super::{DealId, FollowUpRow, Result, Store};
use crate::model::{Identity, Instant, Key, Outcome, RunId, stable_hash};
use rusqlite::params;

/// What was told of a lead: a number that stays when the row moves to another lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About(u64);

impl About {
    /// A deal.
    pub fn deal(deal: DealId) -> Self {
        Self(stable_hash(&[b"deal", &deal.0.to_le_bytes()]))
    }

    /// A follow-up: by who, when, how it ended and the note; one without a date of its own by what it is known by.
    pub fn follow_up(at: Instant, f: &FollowUpRow) -> Self {
        if !f.origin.is_empty() {
            return Self(stable_hash(&[b"follow-up", f.origin.as_bytes()]));
        }
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        let outcome = f.outcome.map_or("", Outcome::name);
        Self(stable_hash(&[b"follow-up", &at.0.to_le_bytes(), text(&f.owner).as_bytes(), outcome.as_bytes(), text(&f.note).as_bytes()]))
    }
}

/// A lead's key as one of its names.
pub fn key_name(key: Key) -> Identity {
    Identity { kind: Identity::KEY.into(), text: key.to_string() }
}

impl Store {
    /// A row named the lead of this so.
    pub fn told_of(&self, about: About, name: &Identity, run: RunId) -> Result<()> {
        const TOLD: &str = "INSERT OR IGNORE INTO told_of (about, hash, run) VALUES (?1, ?2, ?3)";
        self.conn.prepare_cached(TOLD)?.execute(params![about.0 as i64, name.hash() as i64, run.0])?;
        Ok(())
    }

    /// The hashes of the names under which rows spoke of the lead of this, in order.
    pub fn names_of(&self, about: About) -> Result<Vec<u64>> {
        let mut statement = self.conn.prepare_cached("SELECT hash FROM told_of WHERE about = ?1 ORDER BY hash")?;
        Ok(statement.query_map([about.0 as i64], |r| Ok(r.get::<_, i64>(0)? as u64))?.collect::<rusqlite::Result<_>>()?)
    }
}
