//! Files of events are read on a thread of their own, the first one of a base that is being built while its leads are still
//! being written: rows become batches that say in few bytes who did what, and when.

use super::files::Opened;
use super::refusals::No;
use super::summary::{Counts, FileSummary, short};
use super::{BATCH, DEPTH, Importer};
use crate::ingest::{EventMapping, EventReader, EventRow, FileKind, IngestError, Next, RejectWriter};
use crate::model::{Detail, Identity, IdentityKind, Instant, Key, stable_hash};
use crate::run::RunError;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

/// Batches that are read ahead while leads are written: about 70 bytes for each event.
const AHEAD: usize = 1200;

/// One name of the lead of an event.
#[derive(Clone, Copy)]
pub(super) struct Who {
    /// Place in the batch's text, or among its keys.
    start: u32,
    len: u32,
    /// Place among the batch's kinds; `KEY` for a key.
    kind: u8,
}

const KEY: u8 = u8::MAX;

pub(super) struct Item {
    pub(super) at: Instant,
    /// Place among all details of the file, in the order first seen.
    pub(super) detail: u32,
    who: u16,
    names: u8,
}

/// The own id of an event.
pub(super) struct OwnId {
    pub(super) item: u32,
    pub(super) hash: u64,
    /// The base has the event already.
    pub(super) known: bool,
}

/// Events on their way from the parsing thread.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) items: Vec<Item>,
    pub(super) who: Vec<Who>,
    text: String,
    keys: Vec<Key>,
    kinds: Vec<IdentityKind>,
    /// Details seen for the first time.
    pub(super) details: Vec<Detail>,
    /// Of those, the ones by which somebody says no.
    pub(super) refusing: Vec<(u32, No)>,
    /// Events with an id of their own.
    pub(super) ids: Vec<OwnId>,
    pub(super) bytes: u64,
}

/// Names of one event that are kept: with a batch of this many events, the place of each fits into 16 bits.
const NAMES: usize = 8;
const _: () = assert!(BATCH * (NAMES + 1) <= u16::MAX as usize);

impl Batch {
    fn push(&mut self, row: &EventRow, detail: u32) {
        let first = self.who.len();
        if let Some(key) = row.key {
            self.who.push(Who { start: self.keys.len() as u32, len: 0, kind: KEY });
            self.keys.push(key);
        }
        for identity in row.identities.iter().take(NAMES) {
            let kind = match self.kinds.iter().position(|k| Arc::ptr_eq(k, &identity.kind) || *k == identity.kind) {
                Some(k) => k,
                None => {
                    self.kinds.push(identity.kind.clone());
                    self.kinds.len() - 1
                }
            };
            self.who.push(Who { start: self.text.len() as u32, len: identity.text.len() as u32, kind: kind as u8 });
            self.text.push_str(&identity.text);
        }
        if let Some(id) = &row.event_id {
            self.ids.push(OwnId { item: self.items.len() as u32, hash: stable_hash(&[b"event", id.as_bytes()]), known: false });
        }
        self.items.push(Item { at: row.at, detail, who: first as u16, names: (self.who.len() - first) as u8 });
    }

    /// Empties it for the next rows.
    fn clear(&mut self) {
        self.items.clear();
        self.who.clear();
        self.text.clear();
        self.keys.clear();
        self.details.clear();
        self.refusing.clear();
        self.ids.clear();
    }

    /// The places of an event's names.
    pub(super) fn names(&self, item: &Item) -> std::ops::Range<usize> {
        usize::from(item.who)..usize::from(item.who) + usize::from(item.names)
    }

    /// The key that a name is, if it is one.
    pub(super) fn key_of(&self, who: &Who) -> Option<Key> {
        if who.kind == KEY { self.keys.get(who.start as usize).copied() } else { None }
    }

    pub(super) fn kind_of(&self, who: &Who) -> &str {
        self.kinds.get(usize::from(who.kind)).map_or("", |k| k)
    }

    pub(super) fn text_of(&self, who: &Who) -> &str {
        self.text.get(who.start as usize..(who.start + who.len) as usize).unwrap_or_default()
    }

    pub(super) fn identity(&self, who: &Who) -> Identity {
        match self.key_of(who) {
            Some(key) => Identity { kind: Identity::KEY.into(), text: key.to_string() },
            None => Identity { kind: self.kinds.get(usize::from(who.kind)).cloned().unwrap_or_else(|| "".into()), text: self.text_of(who).to_owned() },
        }
    }
}

/// A file of events that is being read.
pub(super) struct Reading<'scope> {
    pub(super) summary: FileSummary,
    pub(super) number: u16,
    /// Its leads may be named by keys.
    pub(super) has_keys: bool,
    /// Its events may have ids of their own.
    pub(super) has_ids: bool,
    /// For the progress: what it is called, and its bytes.
    pub(super) label: String,
    pub(super) total: u64,
    /// Full batches come.
    pub(super) batches: Receiver<Batch>,
    /// Empty ones go back.
    pub(super) give_back: Sender<Batch>,
    /// What the parsing thread has to say in the end.
    pub(super) parser: ScopedJoinHandle<'scope, Result<(Counts, RejectWriter), IngestError>>,
}

impl<'a> Importer<'_, 'a> {
    /// Begins to read a file of events; `ahead`: it will be some time until somebody takes them.
    pub(super) fn read_events<'scope>(&self, scope: &'scope Scope<'scope, '_>, opened: Opened, ahead: bool) -> Result<Reading<'scope>, RunError>
    where
        'a: 'scope,
    {
        let Opened { path, mut table, number, .. } = opened;
        let dictionary = self.dictionary();
        let calendar = &self.workspace().sop.calendar;
        let mapping = EventMapping::new(table.headers(), dictionary);
        let profile = mapping.profile(&mut table, dictionary, calendar)?;
        let mut summary = FileSummary::new(&path, FileKind::Events, &table, number);
        summary.notes.extend(profile.open.iter().map(crate::ingest::OpenOrder::message));
        if !mapping.unmatched.is_empty() {
            summary.notes.push(format!(
                "columns of events that nothing declares are not kept: {} (declare them under `events:` in fields.yaml)",
                mapping.unmatched.join(", ")
            ));
        }
        let (has_keys, has_ids) = (mapping.key.is_some() || mapping.any.is_some(), mapping.event_id.is_some());
        let rejects = RejectWriter::new(&self.workspace().root.join("rejects"), &path, table.headers());
        let reader = EventReader::new(table, mapping, dictionary, calendar, &profile)?;
        let total = reader.table().progress().1;
        let (send, batches) = sync_channel::<Batch>(if ahead { AHEAD } else { DEPTH });
        let (give_back, empty) = channel::<Batch>();
        let parser = scope.spawn(move || {
            let mut batches = Batches { send, empty, spare: Vec::new() };
            parse(reader, rejects, &mut batches)
        });
        let label = format!("importing {}", short(&path));
        Ok(Reading { summary, number, has_keys, has_ids, label, total, batches, give_back, parser })
    }
}

/// The way of the batches: full ones there, empty ones back.
struct Batches {
    send: SyncSender<Batch>,
    empty: Receiver<Batch>,
    /// Empty ones, as many as are needed again soon. Where much was read ahead, the others are given up.
    spare: Vec<Batch>,
}

impl Batches {
    /// Sends a batch and puts an empty one in its place; false when nobody listens.
    fn send(&mut self, batch: &mut Batch) -> bool {
        self.spare.extend(self.empty.try_iter());
        let mut next = self.spare.pop().unwrap_or_default();
        self.spare.truncate(DEPTH);
        next.clear();
        // Kinds keep their places from batch to batch.
        next.kinds.clone_from(&batch.kinds);
        self.send.send(std::mem::replace(batch, next)).is_ok()
    }
}

/// What stands in for the bytes of a detail: comparing 128 bits does not wait for memory.
fn fingerprint(what: &[u8]) -> (u64, u64) {
    let mix = |(a, b): (u64, u64), word: u64| {
        let a = (a ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (b.rotate_left(29) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (a ^ (a >> 29), b ^ (b >> 32))
    };
    let (words, rest) = what.as_chunks::<8>();
    let h = words.iter().fold((what.len() as u64, !0), |h, word| mix(h, u64::from_le_bytes(*word)));
    mix(mix(h, rest.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))), 0)
}

/// The parsing thread: rows into batches, until the file ends or nobody listens.
fn parse(mut reader: EventReader<'_>, mut rejects: RejectWriter, batches: &mut Batches) -> Result<(Counts, RejectWriter), IngestError> {
    let mut counts = Counts::default();
    let mut known: FxHashMap<(u64, u64), u32> = FxHashMap::default();
    // Details may be as many as events; kinds are few.
    let mut spellings: FxHashMap<String, Option<No>> = FxHashMap::default();
    let mut row = EventRow::default();
    let mut batch = Batch::default();
    let mut bad = Vec::new();
    loop {
        match reader.next(&mut row)? {
            Next::End => break,
            Next::Rejected => {
                counts.reject(&mut rejects, reader.raw(), &row.bad)?;
                continue;
            }
            Next::Row => {}
        }
        counts.rows += 1;
        let what = fingerprint(&row.what);
        let detail = match known.get(&what) {
            Some(id) => *id,
            None => {
                let id = known.len() as u32;
                bad.clear();
                let new = reader.detail(&row, &mut bad);
                let no = match spellings.get(&row.kind_spelling) {
                    Some(no) => *no,
                    None => *spellings.entry(row.kind_spelling.clone()).or_insert(No::of(&row.kind_spelling, &new.kind_name)),
                };
                batch.refusing.extend(no.map(|no| (id, no)));
                batch.details.push(new);
                known.insert(what, id);
                counts.blank(&mut rejects, reader.raw(), &bad)?;
                id
            }
        };
        counts.blank(&mut rejects, reader.raw(), &row.bad)?;
        batch.push(&row, detail);
        if batch.items.len() == BATCH {
            batch.bytes = reader.table().progress().0;
            if !batches.send(&mut batch) {
                return Ok((counts, rejects)); // the writer gave up and has the reason
            }
        }
    }
    batch.bytes = reader.table().progress().0;
    batches.send(&mut batch);
    Ok((counts, rejects))
}
