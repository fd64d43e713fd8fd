//! Who a row speaks of. Small files ask the base for each identity; large ones and first imports hold every hash in memory.
//!
//! In memory an identity is its 64-bit hash with a second, independent 32-bit one beside it, which stands in for the text
//! that the base compares on a hit.

use super::known::{Known, Slot};
use super::sink::STRANGER;
use crate::model::{Identity, Key, LeadId};
use crate::store::{Result, Store};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;

/// A lead that has not arrived.
pub(super) struct Stranger {
    /// What its events wait under.
    pub(super) identity: Identity,
    /// Its other names, with their hashes.
    pub(super) others: Vec<(u64, Identity)>,
}

pub(super) struct Resolver {
    memory: Option<Known>,
    keys: Option<FxHashMap<Key, u32>>,
    /// Leads that have not arrived; their number is `STRANGER` + place.
    pub(super) strangers: Vec<Stranger>,
    stranger_ids: FxHashMap<u64, u32>,
}

/// The second hash of an identity's text.
pub(super) fn check(text: &str) -> u32 {
    // In memory only: it need not be stable, it must be quick and independent of the first.
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    (hasher.finish() >> 32) as u32
}

impl Resolver {
    /// `bulk`: hold everything in memory, with room for `expected` new ones.
    pub(super) fn new(store: &Store, bulk: bool, expected: usize) -> Result<Self> {
        let mut memory = None;
        if bulk {
            let mut known = Known::with_room(expected);
            store.each_identity(|hash, text, lead| known.keep(hash, lead.0 as u32, check(text)))?;
            memory = Some(known);
        }
        Ok(Self { memory, keys: None, strangers: Vec::new(), stranger_ids: FxHashMap::default() })
    }

    /// Whether new identities may be written later, all at once and sorted.
    pub(super) fn is_bulk(&self) -> bool {
        self.memory.is_some()
    }

    /// A file with a `key` column comes: keys are looked up too.
    pub(super) fn with_keys(&mut self, store: &Store) -> Result<()> {
        if self.memory.is_some() && self.keys.is_none() {
            let mut keys = FxHashMap::default();
            store.each_identity(|hash, _, lead| {
                keys.entry(Key::of_hash(hash)).or_insert(lead.0 as u32);
            })?;
            for (hash, lead) in self.memory.iter().flat_map(Known::each) {
                keys.entry(Key::of_hash(hash)).or_insert(lead);
            }
            // A lead's own key is stronger than an identity of another lead that would give the same.
            store.each_key(|key, lead| {
                keys.insert(key, lead.0 as u32);
            })?;
            self.keys = Some(keys);
        }
        Ok(())
    }

    /// The lead of a key.
    pub(super) fn key(&self, store: &Store, key: Key) -> Result<Option<LeadId>> {
        match &self.keys {
            Some(keys) => Ok(keys.get(&key).map(|l| LeadId(i64::from(*l)))),
            None => store.find_key(key),
        }
    }

    /// The lead of an identity that is held in memory.
    pub(super) fn in_memory(&self, hash: u64, check: u32) -> Option<LeadId> {
        let (lead, known) = self.memory.as_ref()?.get(hash)?;
        (known == check).then(|| LeadId(i64::from(lead)))
    }

    /// Looks where an identity in memory would stand, and asks nothing of what is there yet.
    #[inline]
    pub(super) fn look(&self, hash: u64) -> Slot {
        self.memory.as_ref().map(|known| known.look(hash)).unwrap_or_default()
    }

    /// The lead of an identity, from what [`Resolver::look`] saw.
    #[inline]
    pub(super) fn in_memory_from(&self, seen: Slot, hash: u64, check: u32) -> Option<LeadId> {
        let (lead, known) = self.memory.as_ref()?.get_from(seen, hash)?;
        (known == check).then(|| LeadId(i64::from(lead)))
    }

    /// The lead of a key that is held in memory.
    pub(super) fn key_in_memory(&self, key: Key) -> Option<LeadId> {
        self.keys.as_ref()?.get(&key).map(|l| LeadId(i64::from(*l)))
    }

    /// The lead of an identity.
    pub(super) fn find(&self, store: &Store, hash: u64, check: u32, text: &str) -> Result<Option<LeadId>> {
        if self.memory.is_some() { Ok(self.in_memory(hash, check)) } else { store.find_hash(hash, text) }
    }

    /// Remembers the own key of a new lead.
    pub(super) fn add_key(&mut self, key: Key, lead: LeadId) {
        if let Some(keys) = &mut self.keys {
            keys.insert(key, lead.0 as u32);
        }
    }

    /// Forgets an identity that identifies nobody any more.
    pub(super) fn forget(&mut self, hash: u64) {
        if let Some(known) = &mut self.memory {
            known.forget(hash);
        }
    }

    /// Remembers a new identity of a lead. Writing it to the base is the caller's.
    pub(super) fn add(&mut self, hash: u64, check: u32, lead: LeadId) {
        if let Some(known) = &mut self.memory {
            known.keep(hash, lead.0 as u32, check);
        }
        if let Some(keys) = &mut self.keys {
            keys.entry(Key::of_hash(hash)).or_insert(lead.0 as u32);
        }
    }

    /// A number for a lead that has not arrived.
    pub(super) fn stranger(&mut self, hash: u64, identity: impl FnOnce() -> Identity) -> u32 {
        let next = STRANGER + self.strangers.len() as u32;
        let id = *self.stranger_ids.entry(hash).or_insert(next);
        if id == next {
            self.strangers.push(Stranger { identity: identity(), others: Vec::new() });
        }
        id
    }

    /// Another name of a lead that has not arrived.
    pub(super) fn stranger_also(&mut self, number: u32, hash: u64, identity: impl FnOnce() -> Identity) {
        if let Some(stranger) = self.strangers.get_mut((number - STRANGER) as usize)
            && !stranger.others.iter().any(|(h, _)| *h == hash)
        {
            stranger.others.push((hash, identity()));
        }
    }
}
