//! What recognises a lead. Found by 64-bit hash; the text is compared on a hit.

use super::{Result, Store};
use crate::model::{Identity, Key, LeadId, RunId};
use rusqlite::{OptionalExtension, params};
use std::sync::Arc;

/// One identity of one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredIdentity {
    /// What and which.
    pub identity: Identity,
    /// Whose.
    pub lead: LeadId,
    /// The run that brought it.
    pub run: RunId,
}

impl Store {
    /// The number of an identity kind, given on first sight.
    pub fn identity_kind(&self, name: &str) -> Result<i64> {
        // The number of a kind.
        let mut find = self.conn.prepare_cached("SELECT kind FROM identity_kinds WHERE name = ?1")?;
        if let Some(kind) = find.query_row([name], |r| r.get(0)).optional()? {
            return Ok(kind);
        }
        self.conn.execute("INSERT INTO identity_kinds (name) VALUES (?1)", [name])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Writes identities. For speed they should come in the order of their hashes.
    pub fn insert_identities<'a>(&self, identities: impl IntoIterator<Item = (&'a Identity, LeadId)>, run: RunId) -> Result<()> {
        // A new identity; an equal one of the same lead stays.
        const INSERT: &str = "INSERT OR IGNORE INTO identities (hash, lead, kind, text, run) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut statement = self.conn.prepare_cached(INSERT)?;
        let mut kinds: Vec<(Arc<str>, i64)> = Vec::new();
        for (identity, lead) in identities {
            let kind = match kinds.iter().find(|(n, _)| *n == identity.kind) {
                Some((_, k)) => *k,
                None => {
                    let k = self.identity_kind(&identity.kind)?;
                    kinds.push((Arc::clone(&identity.kind), k));
                    k
                }
            };
            statement.execute(params![identity.hash() as i64, lead.0, kind, identity.text, run.0])?;
        }
        Ok(())
    }

    /// The same for many whose hashes and kinds are known: `(hash, lead, kind, text)`.
    pub fn insert_hashed_identities<'a>(&self, rows: impl Iterator<Item = (u64, LeadId, i64, &'a str)>, run: RunId) -> Result<()> {
        let mut statement = self.conn.prepare("INSERT OR IGNORE INTO identities (hash, lead, kind, text, run) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for (hash, lead, kind, text) in rows {
            statement.execute((hash as i64, lead.0, kind, text, run.0))?;
        }
        Ok(())
    }

    /// The lead that an identity names.
    pub fn find_identity(&self, identity: &Identity) -> Result<Option<LeadId>> {
        self.find_hash(identity.hash(), &identity.text)
    }

    /// The lead that an identity with this hash and text names; the oldest if (by a split) two have it.
    pub fn find_hash(&self, hash: u64, text: &str) -> Result<Option<LeadId>> {
        // Leads of one identity.
        let mut statement = self.conn.prepare_cached("SELECT lead FROM identities WHERE hash = ?1 AND text = ?2 ORDER BY lead LIMIT 1")?;
        Ok(statement.query_row(params![hash as i64, text], |r| Ok(LeadId(r.get(0)?))).optional()?)
    }

    /// Every lead that an identity names: two, after a split.
    pub fn leads_of(&self, identity: &Identity) -> Result<Vec<LeadId>> {
        let mut statement = self.conn.prepare_cached("SELECT lead FROM identities WHERE hash = ?1 AND text = ?2 ORDER BY lead")?;
        Ok(statement.query_map(params![identity.hash() as i64, identity.text], |r| Ok(LeadId(r.get(0)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// The lead of a key: its own, or one it was joined into. A key is the top of the hash of a lead's first identity.
    pub fn find_key(&self, key: Key) -> Result<Option<LeadId>> {
        let (low, high) = key.hashes();
        // Identities in the range of a key, the lead's own key first.
        const FIND: &str = "SELECT i.lead FROM identities i JOIN leads l USING (lead) WHERE i.hash BETWEEN ?1 AND ?2
                            ORDER BY l.lead_key <> ?3, i.lead LIMIT 1";
        let mut statement = self.conn.prepare_cached(FIND)?;
        Ok(statement.query_row(params![low as i64, high as i64, key.number()], |r| Ok(LeadId(r.get(0)?))).optional()?)
    }

    /// Leads with this id in any source. Ids are stored with their source before them.
    pub fn find_id(&self, id: &str) -> Result<Vec<LeadId>> {
        // Ids by their text after the source.
        const FIND: &str = "SELECT DISTINCT i.lead FROM identities i JOIN identity_kinds k USING (kind)
                            WHERE k.name = 'id' AND substr(i.text, instr(i.text, char(9)) + 1) = ?1 ORDER BY i.lead LIMIT 20";
        let mut statement = self.conn.prepare(FIND)?;
        Ok(statement.query_map([id], |r| Ok(LeadId(r.get(0)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Every identity of a lead, in a stable order.
    pub fn identities_of(&self, lead: LeadId) -> Result<Vec<StoredIdentity>> {
        // One lead's identities.
        const OF: &str = "SELECT k.name, i.text, i.run FROM identities i JOIN identity_kinds k USING (kind) WHERE i.lead = ?1 ORDER BY k.kind, i.text";
        let mut statement = self.conn.prepare_cached(OF)?;
        let rows = statement.query_map([lead.0], |r| {
            Ok(StoredIdentity { identity: Identity { kind: r.get::<_, String>(0)?.into(), text: r.get(1)? }, lead, run: RunId(r.get(2)?) })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The identity with this hash that a lead has.
    pub fn identity_of(&self, lead: LeadId, hash: u64) -> Result<Option<Identity>> {
        // One identity of one lead.
        const OF: &str = "SELECT k.name, i.text FROM identities i JOIN identity_kinds k USING (kind) WHERE i.hash = ?1 AND i.lead = ?2";
        let mut statement = self.conn.prepare_cached(OF)?;
        let found = statement.query_row((hash as i64, lead.0), |r| Ok(Identity { kind: r.get::<_, String>(0)?.into(), text: r.get(1)? }));
        Ok(found.optional()?)
    }

    /// Hash, text and lead of every identity, in the order of hashes: to look many up without asking for each.
    pub fn each_identity(&self, mut f: impl FnMut(u64, &str, LeadId)) -> Result<()> {
        // All identities in key order.
        let mut statement = self.conn.prepare("SELECT hash, text, lead FROM identities ORDER BY hash, lead")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            f(r.get::<_, i64>(0)? as u64, r.get_ref(1)?.as_str().unwrap_or(""), LeadId(r.get(2)?));
        }
        Ok(())
    }

    /// Gives the identities of one lead to another: new rows of this run, so that taking it back finds them.
    pub fn move_identities(&self, from: LeadId, to: LeadId, run: RunId) -> Result<()> {
        const COPY: &str = "INSERT OR IGNORE INTO identities (hash, lead, kind, text, run) SELECT hash, ?2, kind, text, ?3 FROM identities WHERE lead = ?1";
        self.conn.execute(COPY, [from.0, to.0, run.0])?;
        self.conn.execute("DELETE FROM identities WHERE lead = ?1", [from.0])?;
        Ok(())
    }

    /// Takes an identity from a lead.
    pub fn remove_identity(&self, identity: &Identity, lead: LeadId) -> Result<()> {
        self.conn.execute("DELETE FROM identities WHERE hash = ?1 AND lead = ?2", params![identity.hash() as i64, lead.0])?;
        Ok(())
    }

    /// The hashes of every barred value.
    pub fn barred_hashes(&self) -> Result<Vec<u64>> {
        let mut statement = self.conn.prepare("SELECT hash FROM barred ORDER BY hash")?;
        Ok(statement.query_map([], |r| r.get::<_, i64>(0).map(|h| h as u64))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Bars a value from identifying from now on.
    pub fn bar(&self, identity: &Identity, run: RunId) -> Result<()> {
        let kind = self.identity_kind(&identity.kind)?;
        let hash = identity.hash() as i64;
        self.conn.execute("INSERT OR IGNORE INTO barred (hash, kind, text, run) VALUES (?1, ?2, ?3, ?4)", params![hash, kind, identity.text, run.0])?;
        self.conn.execute("DELETE FROM identities WHERE hash = ?1 AND text = ?2", params![hash, identity.text])?;
        Ok(())
    }
}
