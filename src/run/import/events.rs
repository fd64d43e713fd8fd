//! Events are matched to leads while they are still being read.

use super::details::intern;
use super::known::Slot;
use super::reading::{Batch, Item, Reading};
use super::refusals::{No, Refusal, UNHEARD};
use super::resolver::{Resolver, check};
use super::sink::EventSink;
use super::summary::FileSummary;
use super::{Importer, Touched, parser_died, spill_error};
use crate::ingest::PendingRejects;
use crate::model::{Detail, DetailId, Identity, KindId, LeadId, RunId};
use crate::run::{RunError, Session};
use crate::store::Store;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;

/// The hash of a name, and its check. A key has its own number instead.
#[derive(Clone, Copy)]
struct Hashed {
    hash: u64,
    check: u32,
}

/// Gives events to their leads.
struct Matcher<'m> {
    resolver: &'m mut Resolver,
    sink: &'m mut EventSink,
    touched: &'m mut Touched,
    file: u16,
    /// Details in the order of their numbers in the file, not yet in the base.
    details: Vec<Detail>,
    /// Of those, the ones by which somebody says no, and the events that did.
    refusing: FxHashMap<u32, No>,
    /// Somebody is written to, so that it matters.
    heeds: bool,
    unheard: bool,
    refusals: Vec<Refusal>,
    /// Of the names of the present batch.
    hashes: Vec<Hashed>,
    seen: Vec<Slot>,
    leads: Vec<Option<LeadId>>,
    matched: u64,
    waiting: u64,
    /// Dated too far away to be kept.
    far: u64,
}

impl Matcher<'_> {
    /// Hashes the names. The parsing thread has the most to do, so whoever receives the batch does it.
    fn hash(&mut self, batch: &Batch) {
        self.hashes.clear();
        self.hashes.extend(batch.who.iter().map(|who| match batch.key_of(who) {
            Some(key) => Hashed { hash: key.hashes().0, check: 0 },
            None => {
                let text = batch.text_of(who);
                Hashed { hash: Identity::hash_of(batch.kind_of(who), text), check: check(text) }
            }
        }));
    }

    /// Whose each event is, from memory. First, nothing but looking where each name would stand: the looks do not depend on each
    /// other, and so they wait for memory together.
    fn look_up(&mut self, batch: &Batch) {
        self.seen.clear();
        self.seen.extend(self.hashes.iter().map(|h| self.resolver.look(h.hash)));
        let of = |place: usize| {
            let (who, hashed, seen) = (batch.who.get(place)?, self.hashes.get(place)?, self.seen.get(place)?);
            match batch.key_of(who) {
                Some(key) => self.resolver.key_in_memory(key),
                None => self.resolver.in_memory_from(*seen, hashed.hash, hashed.check),
            }
        };
        self.leads.clear();
        self.leads.extend(batch.items.iter().map(|item| batch.names(item).find_map(of)));
    }

    /// Whose each event is, from the base.
    fn ask(&mut self, store: &Store, batch: &Batch) -> Result<(), RunError> {
        self.leads.clear();
        for item in &batch.items {
            let mut lead = None;
            for place in batch.names(item) {
                let (Some(who), Some(hashed)) = (batch.who.get(place), self.hashes.get(place)) else { continue };
                lead = match batch.key_of(who) {
                    Some(key) => self.resolver.key(store, key)?,
                    None => self.resolver.find(store, hashed.hash, hashed.check, batch.text_of(who))?,
                };
                if lead.is_some() {
                    break;
                }
            }
            self.leads.push(lead);
        }
        Ok(())
    }

    /// Puts a batch on its way into the base.
    fn take(&mut self, batch: &Batch) -> Result<(), RunError> {
        if self.heeds {
            self.refusing.extend(batch.refusing.iter().copied());
        } else {
            self.unheard |= !batch.refusing.is_empty();
        }
        if !self.refusing.is_empty() {
            let all = batch.items.iter().zip(&self.leads);
            let refusals = all.filter_map(|(item, lead)| Some(self.refusal(batch, item, *lead, *self.refusing.get(&item.detail)?)));
            let refusals: Vec<Refusal> = refusals.collect();
            self.refusals.extend(refusals);
        }
        let mut claimed = batch.ids.iter().filter(|id| id.known).peekable();
        for (place, (item, lead)) in batch.items.iter().zip(&self.leads).enumerate() {
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
                    let mut names = batch.names(item).filter_map(|place| Some((batch.who.get(place)?, self.hashes.get(place)?)));
                    let Some((who, hashed)) = names.next() else { continue };
                    let number = self.resolver.stranger(hashed.hash, || batch.identity(who));
                    for (other, hashed) in names {
                        self.resolver.stranger_also(number, hashed.hash, || batch.identity(other));
                    }
                    number
                }
            };
            self.far += u64::from(!self.sink.push(number, item.at, DetailId(item.detail), self.file).map_err(spill_error)?);
        }
        Ok(())
    }
}

impl Matcher<'_> {
    /// An event by which somebody says no.
    fn refusal(&self, batch: &Batch, item: &Item, lead: Option<LeadId>, no: No) -> Refusal {
        let names = batch.names(item).filter_map(|place| Some(batch.identity(batch.who.get(place)?))).collect();
        Refusal { no, lead, names, at: item.at, file: self.file }
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

impl Importer<'_, '_> {
    /// Takes in a file of events that is being read.
    pub(super) fn events_file(&mut self, reading: Reading<'_>) -> Result<(FileSummary, PendingRejects), RunError> {
        let Reading { mut summary, number, has_keys, has_ids, label, total, batches, give_back, parser } = reading;
        let dictionary = self.dictionary();
        if has_keys {
            self.resolver.with_keys(&self.session.store)?;
        }
        // Event ids are claimed in the base, and a small file asks the base who is who: both keep the matching on this thread.
        let asks_base = !self.resolver.is_bulk() || has_ids;
        let pending = std::mem::take(&mut self.pending);
        let heeds = !self.workspace().sop.paths.is_empty();
        let Self { session, resolver, sink, touched, barred, .. } = self;
        let Session { store, columns, run, context, .. } = &mut **session;
        let (columns, run, progress) = (&*columns, *run, context.progress);
        let mut matcher = Matcher {
            resolver,
            sink,
            touched,
            file: number,
            details: Vec::new(),
            refusing: FxHashMap::default(),
            heeds,
            unheard: false,
            refusals: Vec::new(),
            hashes: Vec::new(),
            seen: Vec::new(),
            leads: Vec::new(),
            matched: 0,
            waiting: 0,
            far: 0,
        };
        let (mut ids, mut known) = (Vec::new(), 0);
        let mut strange: BTreeSet<String> = BTreeSet::new();
        if asks_base {
            pending.write(store, columns, barred, run)?;
            for mut batch in batches {
                matcher.hash(&batch);
                for detail in batch.details.drain(..) {
                    strange.extend(undeclared(&detail));
                    ids.push(intern(store, columns, dictionary, &detail, "", run)?);
                }
                matcher.ask(store, &batch)?;
                known += claim_ids(store, &mut batch, &matcher.leads, &ids, run)?;
                matcher.take(&batch)?;
                progress(&label, batch.bytes, total);
                let _ = give_back.send(batch);
            }
        } else {
            // Everyone is in memory: matching runs beside the writing of the new identities.
            let (tell, told) = sync_channel::<u64>(64);
            let matcher = &mut matcher;
            std::thread::scope(|scope| -> Result<(), RunError> {
                let matching = scope.spawn(move || -> Result<(), RunError> {
                    for mut batch in batches {
                        matcher.hash(&batch);
                        matcher.look_up(&batch);
                        matcher.take(&batch)?;
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
                matching.join().map_err(|_| parser_died())?
            })?;
        }
        let (counts, rejects) = parser.join().map_err(|_| parser_died())??;
        let Matcher { details, matched, waiting, far, refusals, unheard, .. } = matcher;
        for detail in &details {
            strange.extend(undeclared(detail));
            ids.push(intern(store, columns, dictionary, detail, "", run)?);
        }
        self.renumber.insert(number, ids);
        self.refusals.extend(refusals);
        summary.notes.extend(unheard.then(|| UNHEARD.to_owned()));
        summary.events_matched = matched;
        summary.events_waiting = waiting;
        self.summary.events_known += known;
        counts.put_into(&mut summary);
        if !strange.is_empty() {
            let some = strange.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
            let what = format!("kinds of events that nothing declares, so that no rule can ask for them: {some}{}", if strange.len() > 5 { " …" } else { "" });
            summary.notes.push(format!("{what} (declare them under `event_kinds:` in fields.yaml, or as aliases)"));
        }
        if far > 0 {
            summary.notes.push(format!("{far} events dated before 1700 or after 2240 were left out"));
            summary.rejected += far;
        }
        summary.finish(rejects)
    }
}
