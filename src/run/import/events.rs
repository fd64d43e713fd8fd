//! Rows of events: parsed and hashed on one thread, matched to leads on the other, sorted, raised.

use super::details::intern;
use super::files::{BATCH, Counts, DEPTH, FileSummary, short, start, with_rejects};
use super::resolver::{Resolver, Stranger, check};
use super::sink::{EventSink, Group, Groups, STRANGER};
use super::{Importer, Touched, spill_error};
use crate::ingest::{EventMapping, EventReader, EventRow, FileKind, IngestError, Next, PendingRejects, RejectWriter, TableFile};
use crate::model::{Detail, DetailId, Event, Identity, IdentityKind, Instant, Key, KindId, LeadId, RunId, stable_hash};
use crate::run::{RunError, Session};
use crate::store::Store;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

/// One name of the lead of an event. Its hashes are filled in by [`Batch::hash`].
struct Who {
    hash: u64,
    check: u32,
    start: u32,
    len: u32,
    /// Place among the batch's kinds; `KEY` for a key, whose number is the hash.
    kind: u8,
}

const KEY: u8 = u8::MAX;

struct Item {
    at: Instant,
    /// Place among all details of the file, in the order first seen.
    detail: u32,
    who: u32,
    names: u8,
}

/// The own id of an event.
struct OwnId {
    item: u32,
    hash: u64,
    /// The base has the event already.
    known: bool,
}

/// Events on their way from the parsing thread.
#[derive(Default)]
struct Batch {
    items: Vec<Item>,
    who: Vec<Who>,
    text: String,
    kinds: Vec<IdentityKind>,
    /// Details seen for the first time.
    details: Vec<Detail>,
    /// Events with an id of their own.
    ids: Vec<OwnId>,
    bytes: u64,
}

impl Batch {
    fn push(&mut self, row: &EventRow, detail: u32) {
        let first = self.who.len() as u32;
        if let Some(key) = row.key {
            self.who.push(Who { hash: key.number() as u64, check: 0, start: 0, len: 0, kind: KEY });
        }
        for identity in row.identities.iter().take(8) {
            let kind = match self.kinds.iter().position(|k| Arc::ptr_eq(k, &identity.kind) || *k == identity.kind) {
                Some(k) => k,
                None => {
                    self.kinds.push(identity.kind.clone());
                    self.kinds.len() - 1
                }
            };
            let start = self.text.len() as u32;
            self.text.push_str(&identity.text);
            let len = identity.text.len() as u32;
            self.who.push(Who { hash: 0, check: 0, start, len, kind: kind as u8 });
        }
        if let Some(id) = &row.event_id {
            self.ids.push(OwnId { item: self.items.len() as u32, hash: stable_hash(&[b"event", id.as_bytes()]), known: false });
        }
        self.items.push(Item { at: row.at, detail, who: first, names: (self.who.len() as u32 - first) as u8 });
    }

    /// Hashes the names. The parsing thread has the most to do, so whoever receives the batch does it.
    fn hash(&mut self) {
        for who in self.who.iter_mut().filter(|who| who.kind != KEY) {
            let text = self.text.get(who.start as usize..(who.start + who.len) as usize).unwrap_or_default();
            let kind = self.kinds.get(usize::from(who.kind)).map_or("", |k| k);
            who.hash = Identity::hash_of(kind, text);
            who.check = check(text);
        }
    }

    /// Empties it for the next rows.
    fn clear(&mut self) {
        self.items.clear();
        self.who.clear();
        self.text.clear();
        self.details.clear();
        self.ids.clear();
    }

    fn names(&self, item: &Item) -> &[Who] {
        self.who.get(item.who as usize..item.who as usize + usize::from(item.names)).unwrap_or_default()
    }

    fn text_of(&self, who: &Who) -> &str {
        self.text.get(who.start as usize..(who.start + who.len) as usize).unwrap_or_default()
    }

    fn identity(&self, who: &Who) -> Identity {
        let kind = self.kinds.get(usize::from(who.kind)).cloned().unwrap_or_else(|| Identity::KEY.into());
        let text = if who.kind == KEY { Key::from_number(who.hash as i64).to_string() } else { self.text_of(who).to_owned() };
        Identity { kind, text }
    }
}

/// Gives events to their leads.
struct Matcher<'m> {
    resolver: &'m mut Resolver,
    sink: &'m mut EventSink,
    touched: &'m mut Touched,
    file: u16,
    /// Details in the order of their numbers in the file, not yet in the base.
    details: Vec<Detail>,
    matched: u64,
    waiting: u64,
    /// Dated too far away to be kept.
    far: u64,
}

impl Matcher<'_> {
    /// Whose each event is, from memory. Nothing else is done in this loop: the look-ups wait for memory, and so they wait together.
    fn look_up(&self, batch: &Batch) -> Vec<Option<LeadId>> {
        let of = |who: &Who| match who.kind {
            KEY => self.resolver.key_in_memory(Key::from_number(who.hash as i64)),
            _ => self.resolver.in_memory(who.hash, who.check),
        };
        batch.items.iter().map(|item| batch.names(item).iter().find_map(of)).collect()
    }

    /// Whose each event is, from the base.
    fn ask(&self, store: &Store, batch: &Batch) -> Result<Vec<Option<LeadId>>, RunError> {
        let mut leads = Vec::with_capacity(batch.items.len());
        for item in &batch.items {
            let mut lead = None;
            for who in batch.names(item) {
                lead = match who.kind {
                    KEY => self.resolver.key(store, Key::from_number(who.hash as i64))?,
                    _ => self.resolver.find(store, who.hash, who.check, batch.text_of(who))?,
                };
                if lead.is_some() {
                    break;
                }
            }
            leads.push(lead);
        }
        Ok(leads)
    }

    /// Puts a batch on its way into the base.
    fn take(&mut self, batch: &Batch, leads: &[Option<LeadId>]) -> Result<(), RunError> {
        let mut claimed = batch.ids.iter().filter(|id| id.known).peekable();
        for (place, (item, lead)) in batch.items.iter().zip(leads).enumerate() {
            self.matched += u64::from(lead.is_some());
            if claimed.next_if(|id| id.item as usize == place).is_some() {
                continue;
            }
            let number = match lead {
                Some(lead) => {
                    self.touched.insert(*lead);
                    lead.0 as u32
                }
                None => {
                    self.waiting += 1;
                    // It waits under its strongest name, and is found by the others, too.
                    let Some((who, others)) = batch.names(item).split_first() else { continue };
                    let identity = || batch.identity(who);
                    let hash = if who.kind == KEY { identity().hash() } else { who.hash };
                    let number = self.resolver.stranger(hash, identity);
                    for other in others {
                        self.resolver.stranger_also(number, other.hash, || batch.identity(other));
                    }
                    number
                }
            };
            self.far += u64::from(!self.sink.push(number, item.at, DetailId(item.detail), self.file).map_err(spill_error)?);
        }
        Ok(())
    }
}

/// Marks the events whose own id the base knows already. Gives how many.
fn claim_ids(store: &Store, batch: &mut Batch, leads: &[Option<LeadId>], ids: &[DetailId], run: RunId) -> Result<u64, RunError> {
    let mut known = 0;
    for id in &mut batch.ids {
        let (Some(item), Some(lead)) = (batch.items.get(id.item as usize), leads.get(id.item as usize)) else { continue };
        let Some(&detail) = ids.get(item.detail as usize) else { continue };
        id.known = !store.claim_event_id(id.hash, *lead, item.at, detail, run)?;
        known += u64::from(id.known);
    }
    Ok(known)
}

/// The kind of a detail, as written, if nothing declares it.
fn undeclared(detail: &Detail) -> Option<String> {
    (detail.kind == KindId::OTHER).then(|| detail.kind_name.to_string())
}

fn broken() -> RunError {
    RunError::refused("reading the file failed unexpectedly", "please report this file's shape")
}

impl Importer<'_, '_> {
    pub(super) fn events_file(&mut self, path: PathBuf, mut table: TableFile, number: u16) -> Result<(FileSummary, PendingRejects), RunError> {
        let dictionary = self.dictionary();
        let calendar = &self.workspace().sop.calendar;
        let mapping = EventMapping::new(table.headers(), dictionary);
        let profile = mapping.profile(&mut table, dictionary, calendar)?;
        let mut summary = start(&path, FileKind::Events, &table);
        summary.notes.extend(profile.open.iter().map(crate::ingest::OpenOrder::message));
        if !mapping.unmatched.is_empty() {
            summary.notes.push(format!(
                "columns of events that nothing declares are not kept: {} (declare them under `events:` in fields.yaml)",
                mapping.unmatched.join(", ")
            ));
        }
        if mapping.key.is_some() || mapping.any.is_some() {
            self.resolver.with_keys(&self.session.store)?;
        }
        let rejects = RejectWriter::new(&self.workspace().root.join("rejects"), &path, table.headers());
        // Event ids are claimed in the base, and a small file asks the base who is who: both keep the matching on this thread.
        let asks_base = !self.resolver.is_bulk() || mapping.event_id.is_some();
        let reader = EventReader::new(table, mapping, dictionary, calendar, &profile)?;
        let total = reader.table().progress().1;
        let label = format!("importing {}", short(&path));
        let pending = std::mem::take(&mut self.pending);
        let Self { session, resolver, sink, touched, barred, .. } = self;
        let Session { store, columns, run, context, .. } = &mut **session;
        let (columns, run, progress) = (&*columns, *run, context.progress);
        let mut matcher = Matcher { resolver, sink, touched, file: number, details: Vec::new(), matched: 0, waiting: 0, far: 0 };
        let (mut ids, mut known) = (Vec::new(), 0);
        let mut strange: BTreeSet<String> = BTreeSet::new();
        let (counts, rejects) = std::thread::scope(|scope| -> Result<_, RunError> {
            let (send, receive) = sync_channel::<Batch>(DEPTH);
            let (give_back, empty) = channel::<Batch>();
            let parser = scope.spawn(move || {
                let mut batches = Batches { send, empty };
                parse(reader, rejects, &mut batches)
            });
            if asks_base {
                pending.write(store, columns, barred, run)?;
                for mut batch in receive {
                    batch.hash();
                    for detail in batch.details.drain(..) {
                        strange.extend(undeclared(&detail));
                        ids.push(intern(store, columns, dictionary, &detail, "", run)?);
                    }
                    let leads = matcher.ask(store, &batch)?;
                    known += claim_ids(store, &mut batch, &leads, &ids, run)?;
                    matcher.take(&batch, &leads)?;
                    progress(&label, batch.bytes, total);
                    let _ = give_back.send(batch);
                }
            } else {
                // Everyone is in memory: matching runs beside the writing of the new identities.
                let (tell, told) = sync_channel::<u64>(64);
                let matcher = &mut matcher;
                let matching = scope.spawn(move || -> Result<(), RunError> {
                    for mut batch in receive {
                        batch.hash();
                        let leads = matcher.look_up(&batch);
                        matcher.take(&batch, &leads)?;
                        let _ = tell.try_send(batch.bytes);
                        matcher.details.append(&mut batch.details);
                        let _ = give_back.send(batch);
                    }
                    Ok(())
                });
                pending.write(store, columns, barred, run)?;
                for bytes in told {
                    progress(&label, bytes, total);
                }
                matching.join().map_err(|_| broken())??;
            }
            parser.join().map_err(|_| broken())?.map_err(RunError::from)
        })?;
        let Matcher { details, matched, waiting, far, .. } = matcher;
        for detail in &details {
            strange.extend(undeclared(detail));
            ids.push(intern(store, columns, dictionary, detail, "", run)?);
        }
        self.renumber.insert(number, ids);
        summary.events_matched = matched;
        summary.events_waiting = waiting;
        self.summary.events_known += known;
        counts.into(&mut summary);
        if !strange.is_empty() {
            let some = strange.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
            let what = format!("kinds of events that nothing declares, so that no rule can ask for them: {some}{}", if strange.len() > 5 { " …" } else { "" });
            summary.notes.push(format!("{what} (declare them under `event_kinds:` in fields.yaml, or as aliases)"));
        }
        if far > 0 {
            summary.notes.push(format!("{far} events dated before 1700 or after 2240 were left out"));
            summary.rejected += far;
        }
        Ok((with_rejects(&mut summary, &rejects), rejects.finish()?))
    }

    /// Totals kept in lead columns: only what exceeds the events of that column already in the base is new.
    pub(super) fn write_totals(&mut self) -> Result<(), RunError> {
        let mut totals: Vec<_> = std::mem::take(&mut self.totals).into_iter().collect();
        totals.sort_unstable_by_key(|((lead, detail), _)| (*lead, *detail));
        let mut there = Vec::new();
        for ((lead, detail), (n, at)) in totals {
            let (mut known, mut at_once) = (0, 0);
            if lead.0 <= self.last_before {
                self.session.store.events_of(lead, &mut there)?;
                known = there.iter().filter(|e| e.detail == detail).count() as i64;
                at_once = there.iter().filter(|e| e.detail == detail && e.at == at).count() as i64;
            }
            if n > known {
                for _ in 0..n - known + at_once {
                    self.push_event(lead.0 as u32, at, detail, 0)?;
                }
            }
        }
        Ok(())
    }

    /// Adds the collected events that the base does not have; those of strangers wait.
    pub(super) fn write_events(&mut self) -> Result<(), RunError> {
        let sink = std::mem::replace(&mut self.sink, EventSink::new());
        let total = sink.len;
        if total == 0 {
            return Ok(());
        }
        let mut groups = sink.drain(std::mem::take(&mut self.renumber)).map_err(spill_error)?;
        let (store, run) = (&self.session.store, self.session.run);
        let (mut pushed, mut added, mut due) = (0_u64, 0_u64, 0);
        let mut details = Vec::new();
        let mut next = groups.next_group().map_err(spill_error)?;
        while let Some(group) = next.filter(|g| g.lead < STRANGER) {
            details.clear();
            // All details of one lead at one instant.
            while let Some(same) = next.filter(|g| (g.lead, g.at) == (group.lead, group.at)) {
                details.extend(std::iter::repeat_n(same.detail, usize::try_from(same.n).unwrap_or(0)));
                next = groups.next_group().map_err(spill_error)?;
            }
            pushed += details.len() as u64;
            let lead = LeadId(i64::from(group.lead));
            let new = store.raise_events(lead, group.at, &details, run)? as u64;
            added += new;
            if new > 0 && due != group.lead {
                store.make_due(lead)?;
                due = group.lead;
            }
            if pushed.is_multiple_of(4096) {
                (self.session.context.progress)("writing events", pushed, total);
            }
        }
        self.summary.events_new += added;
        self.summary.events_known += pushed - added;
        let strangers = std::mem::take(&mut self.resolver.strangers);
        self.summary.events_waiting += wait(store, &mut groups, next, &strangers, run)?;
        Ok(())
    }

    /// The collected events of a base that has none yet: whoever passes over the leads writes them.
    pub(super) fn arriving(&mut self) -> Result<Arriving, RunError> {
        let sink = std::mem::replace(&mut self.sink, EventSink::new());
        let groups = sink.drain(std::mem::take(&mut self.renumber)).map_err(spill_error)?;
        Ok(Arriving { groups, current: None, strangers: std::mem::take(&mut self.resolver.strangers), written: 0 })
    }
}

/// Events on their way into a base that has none yet.
pub(in crate::run) struct Arriving {
    groups: Groups,
    current: Option<Group>,
    strangers: Vec<Stranger>,
    /// How many were handed out.
    pub(in crate::run) written: u64,
}

impl Arriving {
    /// The next event of a lead; `None` when only those of strangers are left.
    pub(in crate::run) fn next(&mut self) -> Result<Option<(i64, Event)>, RunError> {
        loop {
            match &mut self.current {
                Some(group) if group.lead >= STRANGER => return Ok(None),
                Some(group) if group.n > 0 => {
                    group.n -= 1;
                    let event = Event { at: group.at, detail: group.detail };
                    self.written += 1;
                    return Ok(Some((i64::from(group.lead), event)));
                }
                _ => {}
            }
            self.current = self.groups.next_group().map_err(spill_error)?;
            if self.current.is_none() {
                return Ok(None);
            }
        }
    }

    /// Lets the events of strangers wait. Gives how many.
    pub(in crate::run) fn finish(mut self, store: &Store, run: RunId) -> Result<u64, RunError> {
        wait(store, &mut self.groups, self.current, &self.strangers, run)
    }
}

/// Lets the rest of the groups wait for their leads.
fn wait(store: &Store, groups: &mut Groups, first: Option<Group>, strangers: &[Stranger], run: RunId) -> Result<u64, RunError> {
    let (mut next, mut waiting, mut told) = (first, 0, 0);
    while let Some(group) = next {
        if let Some(Stranger { identity, others }) = group.lead.checked_sub(STRANGER).and_then(|n| strangers.get(n as usize)) {
            store.wait_event(identity, group.at, group.detail, group.n, run)?;
            if told != group.lead {
                told = group.lead;
                for (_, other) in others {
                    store.wait_also(other, identity, run)?;
                }
            }
            waiting += group.n.unsigned_abs();
        }
        next = groups.next_group().map_err(spill_error)?;
    }
    Ok(waiting)
}

/// The way of the batches: full ones there, empty ones back.
struct Batches {
    send: SyncSender<Batch>,
    empty: Receiver<Batch>,
}

impl Batches {
    /// Sends a batch and puts an empty one in its place; false when nobody listens.
    fn send(&mut self, batch: &mut Batch) -> bool {
        let mut next = self.empty.try_recv().unwrap_or_default();
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
                batch.details.push(reader.detail(&row, &mut bad));
                known.insert(what, id);
                for b in &bad {
                    rejects.add(reader.raw(), b)?;
                    counts.blanked += 1;
                }
                id
            }
        };
        for b in &row.bad {
            rejects.add(reader.raw(), b)?;
            counts.blanked += 1;
        }
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
