//! Rows of events: parsed and hashed on one thread, matched to leads on the other, sorted, raised.

use super::details::intern;
use super::files::{BATCH, Counts, DEPTH, FileSummary, short, start, with_rejects};
use super::resolver::check;
use super::sink::{EventSink, Group, STRANGER};
use super::{Importer, spill_error};
use crate::ingest::{EventMapping, EventReader, EventRow, FileKind, IngestError, Next, PendingRejects, RejectWriter, TableFile};
use crate::model::{Detail, DetailId, Event, Identity, IdentityKind, Instant, Key, LeadId, stable_hash};
use crate::run::RunError;
use crate::store::StoreError;
use rustc_hash::FxHashMap;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

/// One name of the lead of an event.
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

/// Events on their way from the parsing thread.
#[derive(Default)]
struct Batch {
    items: Vec<Item>,
    who: Vec<Who>,
    text: String,
    kinds: Vec<IdentityKind>,
    /// Details seen for the first time.
    details: Vec<Detail>,
    /// Own ids: (place of the item, hash).
    ids: Vec<(u32, u64)>,
    bytes: u64,
}

impl Batch {
    fn push(&mut self, row: &EventRow, detail: u32) {
        let first = self.who.len() as u32;
        if let Some(key) = row.key {
            self.who.push(Who { hash: key.number() as u64, check: 0, start: 0, len: 0, kind: KEY });
        }
        for identity in row.identities.iter().take(8) {
            let kind = match self.kinds.iter().position(|k| *k == identity.kind) {
                Some(k) => k,
                None => {
                    self.kinds.push(identity.kind.clone());
                    self.kinds.len() - 1
                }
            };
            let start = self.text.len() as u32;
            self.text.push_str(&identity.text);
            let len = identity.text.len() as u32;
            self.who.push(Who { hash: identity.hash(), check: check(&identity.text), start, len, kind: kind as u8 });
        }
        if let Some(id) = &row.event_id {
            self.ids.push((self.items.len() as u32, stable_hash(&[b"event", id.as_bytes()])));
        }
        self.items.push(Item { at: row.at, detail, who: first, names: (self.who.len() as u32 - first) as u8 });
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
        let reader = EventReader::new(table, mapping, dictionary, calendar, &profile)?;
        let total = reader.table().progress().1;
        let label = format!("importing {}", short(&path));
        let mut ids: Vec<DetailId> = Vec::new();
        let mut far = 0_u64;
        let (counts, rejects) = std::thread::scope(|scope| -> Result<_, RunError> {
            let (send, receive) = sync_channel::<Batch>(DEPTH);
            let parser = scope.spawn(move || parse(reader, rejects, |batch| send.send(batch).is_ok()));
            for batch in receive {
                for detail in &batch.details {
                    ids.push(intern(&self.session.store, &self.session.columns, dictionary, detail, "", self.session.run)?);
                }
                far += self.take_batch(&batch, &ids, number, &mut summary)?;
                (self.session.context.progress)(&label, batch.bytes, total);
            }
            parser.join().map_err(|_| RunError::refused("reading the file failed unexpectedly", "please report this file's shape"))?.map_err(RunError::from)
        })?;
        if far > 0 {
            summary.notes.push(format!("{far} events dated before 1700 or after 2240 were left out"));
            summary.rejected += far;
        }
        let rejected = summary.rejected;
        counts.into(&mut summary);
        summary.rejected += rejected;
        Ok((with_rejects(&mut summary, &rejects), rejects.finish()?))
    }

    /// Matches a batch to leads. Gives how many events are dated too far away to be kept.
    fn take_batch(&mut self, batch: &Batch, ids: &[DetailId], file: u16, summary: &mut FileSummary) -> Result<u64, RunError> {
        let mut own = batch.ids.iter().peekable();
        let mut far = 0;
        for (place, item) in batch.items.iter().enumerate() {
            let names = batch.who.get(item.who as usize..item.who as usize + usize::from(item.names)).unwrap_or_default();
            let mut lead = None;
            for who in names {
                lead = match who.kind {
                    KEY => self.resolver.key(&self.session.store, Key::from_number(who.hash as i64))?,
                    _ => self.resolver.find_checked(&self.session.store, who.hash, who.check, batch.text_of(who))?,
                };
                if lead.is_some() {
                    break;
                }
            }
            let Some(&detail) = ids.get(item.detail as usize) else { continue };
            if let Some((_, hash)) = own.next_if(|(i, _)| *i as usize == place)
                && !self.session.store.claim_event_id(*hash, lead, item.at, detail, self.session.run)?
            {
                summary.events_matched += u64::from(lead.is_some());
                self.summary.events_known += 1;
                continue;
            }
            let number = match lead {
                Some(lead) => {
                    self.touched.insert(lead);
                    summary.events_matched += 1;
                    lead.0 as u32
                }
                None => {
                    summary.events_waiting += 1;
                    // It waits under the last name: e-mail and phone come after ids of other systems.
                    let Some(who) = names.last() else { continue };
                    let identity = || batch.identity(who);
                    let hash = if who.kind == KEY { identity().hash() } else { who.hash };
                    self.resolver.stranger(hash, identity)
                }
            };
            far += u64::from(!self.push_event(number, item.at, detail, file)?);
        }
        Ok(far)
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

    /// Writes the collected events in order; those of strangers wait.
    pub(super) fn write_events(&mut self) -> Result<(), RunError> {
        let sink = std::mem::replace(&mut self.sink, EventSink::new());
        let total = sink.len;
        if total == 0 {
            return Ok(());
        }
        let mut groups = sink.drain().map_err(spill_error)?;
        let (store, run) = (&self.session.store, self.session.run);
        let fail = |e: std::io::Error| StoreError::Io { path: std::env::temp_dir().display().to_string(), source: e };
        let (mut pushed, mut added, mut stranger) = (0_u64, 0_u64, None);
        let progress = self.session.context.progress;
        if store.has_events()? {
            let mut due = 0;
            let mut details = Vec::new();
            let mut next = groups.next_group().map_err(fail)?;
            while let Some(group) = next {
                if group.lead >= STRANGER {
                    stranger = Some(group);
                    break;
                }
                details.clear();
                // All details of one lead at one instant.
                let mut peek = Some(group);
                while let Some(same) = peek.filter(|g| (g.lead, g.at) == (group.lead, group.at)) {
                    details.extend(std::iter::repeat_n(same.detail, usize::try_from(same.n).unwrap_or(0)));
                    peek = groups.next_group().map_err(fail)?;
                }
                next = peek;
                pushed += details.len() as u64;
                let lead = LeadId(i64::from(group.lead));
                let new = store.raise_events(lead, group.at, &details, false, run)? as u64;
                added += new;
                if new > 0 && due != group.lead {
                    store.make_due(lead)?;
                    due = group.lead;
                }
                if pushed.is_multiple_of(4096) {
                    progress("writing events", pushed, total);
                }
            }
        } else {
            let mut group: Option<Group> = None;
            let rows = std::iter::from_fn(|| {
                loop {
                    if let Some(g) = &mut group
                        && g.n > 0
                    {
                        g.n -= 1;
                        pushed += 1;
                        if pushed.is_multiple_of(65_536) {
                            progress("writing events", pushed, total);
                        }
                        return Some(Ok((LeadId(i64::from(g.lead)), Event { at: g.at, detail: g.detail })));
                    }
                    match groups.next_group() {
                        Err(e) => return Some(Err(fail(e))),
                        Ok(None) => return None,
                        Ok(Some(g)) if g.lead >= STRANGER => {
                            stranger = Some(g);
                            return None;
                        }
                        Ok(Some(g)) => group = Some(g),
                    }
                }
            });
            added = store.insert_sorted_events(rows, run)?;
        }
        self.summary.events_new += added;
        self.summary.events_known += pushed - added;
        while let Some(group) = stranger {
            if let Some(identity) = self.resolver.strangers.get((group.lead - STRANGER) as usize) {
                store.wait_event(identity, group.at, group.detail, group.n, run)?;
                self.summary.events_waiting += group.n.unsigned_abs();
            }
            stranger = groups.next_group().map_err(fail)?;
        }
        Ok(())
    }
}

/// The parsing thread: rows into batches, until the file ends or nobody listens.
fn parse(mut reader: EventReader<'_>, mut rejects: RejectWriter, send: impl Fn(Batch) -> bool) -> Result<(Counts, RejectWriter), IngestError> {
    let mut counts = Counts::default();
    let mut known: FxHashMap<Box<[u8]>, u32> = FxHashMap::default();
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
        let detail = match known.get(row.what.as_slice()) {
            Some(id) => *id,
            None => {
                let id = known.len() as u32;
                bad.clear();
                batch.details.push(reader.detail(&row, &mut bad));
                known.insert(row.what.as_slice().into(), id);
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
            if !send(std::mem::take(&mut batch)) {
                return Ok((counts, rejects)); // the writer gave up and has the reason
            }
        }
    }
    batch.bytes = reader.table().progress().0;
    send(batch);
    Ok((counts, rejects))
}
