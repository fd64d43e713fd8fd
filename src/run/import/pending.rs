//! New identities of a large import, kept until they can be written in the order of their hashes: an index filled in random
//! order costs five times as much.

use crate::model::{Identity, IdentityKind, LeadId, RunId};
use crate::store::{Columns, Result, Store};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

#[derive(Clone, Copy)]
struct Item {
    hash: u64,
    lead: u32,
    start: u32,
    len: u16,
    kind: u16,
}

/// Bytes of text in a chunk, as a power of two: a place is the number of its chunk and an offset.
const CHUNK: u32 = 20;
/// Items in a chunk.
const ITEMS: usize = 1 << 16;

/// Items and their texts stand in chunks: what grows by doubling copies itself into fresh memory again and again.
#[derive(Default)]
pub(super) struct Pending {
    /// Of new leads, in the order of their numbers.
    created: Vec<Vec<Item>>,
    /// Of leads that had some already.
    added: FxHashMap<u32, Vec<Item>>,
    texts: Vec<String>,
    kinds: Vec<IdentityKind>,
    last: u32,
}

impl Pending {
    pub(super) fn push(&mut self, identity: &Identity, hash: u64, lead: LeadId) {
        let kind = match self.kinds.iter().position(|k| Arc::ptr_eq(k, &identity.kind) || *k == identity.kind) {
            Some(k) => k,
            None => {
                self.kinds.push(identity.kind.clone());
                self.kinds.len() - 1
            }
        };
        let mut text = identity.text.as_str();
        while text.len() > usize::from(u16::MAX) {
            text = &text[..text.floor_char_boundary(text.len() / 2)]; // no real identity is that long
        }
        let item = Item { hash, lead: lead.0 as u32, start: self.put(text), len: text.len() as u16, kind: kind as u16 };
        if item.lead < self.last {
            self.added.entry(item.lead).or_default().push(item);
            return;
        }
        self.last = item.lead;
        match self.created.last_mut() {
            Some(chunk) if chunk.len() < ITEMS => chunk.push(item),
            _ => {
                let mut chunk = Vec::with_capacity(if self.created.is_empty() { 0 } else { ITEMS });
                chunk.push(item);
                self.created.push(chunk);
            }
        }
    }

    /// Keeps a text; gives its place.
    fn put(&mut self, text: &str) -> u32 {
        let room = 1 << CHUNK;
        if self.texts.last().is_none_or(|chunk| chunk.len() + text.len() > room) {
            self.texts.push(String::with_capacity(if self.texts.is_empty() { 0 } else { room }));
        }
        let number = self.texts.len() as u32 - 1;
        let Some(chunk) = self.texts.last_mut() else { return 0 };
        let place = number << CHUNK | chunk.len() as u32;
        chunk.push_str(text);
        place
    }

    fn text_of(&self, item: &Item) -> &str {
        let at = (item.start & ((1 << CHUNK) - 1)) as usize;
        self.texts.get((item.start >> CHUNK) as usize).and_then(|chunk| chunk.get(at..at + usize::from(item.len))).unwrap_or_default()
    }

    /// Those of one lead.
    pub(super) fn of(&self, lead: LeadId) -> impl Iterator<Item = Identity> {
        let lead = lead.0 as u32;
        let chunk = self.created.partition_point(|chunk| chunk.last().is_some_and(|i| i.lead < lead));
        let from = self.created.get(chunk).map_or(0, |chunk| chunk.partition_point(|i| i.lead < lead));
        let created = self.created.iter().skip(chunk).flatten().skip(from).take_while(move |i| i.lead == lead);
        let kind = |i: &Item| self.kinds.get(usize::from(i.kind)).cloned().unwrap_or_else(|| "".into());
        created.chain(self.added.get(&lead).into_iter().flatten()).map(move |i| Identity { kind: kind(i), text: self.text_of(i).to_owned() })
    }

    /// Writes all of them but those that identify nobody by now, in the order in which the base keeps them.
    pub(super) fn write(mut self, store: &mut Store, columns: &Columns, barred: &FxHashSet<u64>, run: RunId) -> Result<()> {
        let created = std::mem::take(&mut self.created);
        let added = std::mem::take(&mut self.added);
        let mut items = Vec::with_capacity(created.iter().chain(added.values()).map(Vec::len).sum());
        created.into_iter().chain(added.into_values()).for_each(|chunk| items.extend(chunk));
        items.retain(|i| !barred.contains(&i.hash));
        if items.is_empty() {
            return Ok(());
        }
        items.sort_unstable_by_key(|i| (i.hash as i64, i.lead));
        let kinds = self.kinds.iter().map(|k| store.identity_kind(k)).collect::<Result<Vec<_>>>()?;
        let longest = items.iter().map(|i| i.len).max().unwrap_or(0);
        let rows = items.iter().map(|i| (i.hash, LeadId(i64::from(i.lead)), kinds.get(usize::from(i.kind)).copied().unwrap_or(0), self.text_of(i)));
        match store.loader(columns, run)? {
            None => store.insert_hashed_identities(rows, run),
            Some(mut loader) if loader.takes_identities(longest.into()) => {
                for (hash, lead, kind, text) in rows {
                    loader.identity(hash, lead, kind, text)?;
                }
                store.attach(loader)
            }
            Some(loader) => {
                store.attach(loader)?;
                store.insert_hashed_identities(rows, run)
            }
        }
    }
}
