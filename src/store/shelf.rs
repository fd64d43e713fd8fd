//! New leads of a base that is being built, kept outside of it while files of leads are read.
//!
//! A row of leads may be changed by a later row of the same person, and a page that is written cannot be. So every state of
//! a lead is appended to a temporary file, and its number remembers the last one; when all files of leads are read, the last
//! ones become pages ([`super::load`]). The pass that scores them for the first time reads them from here, too: from the base
//! it takes twice as long. Memory: 12 bytes for each lead.

use super::columns::{read_value, record_value};
use super::leads::write_extra;
use super::record::{Record, values};
use super::{Columns, LeadRecord, Needs, Result, Store, StoreError, io_error};
use crate::model::{Instant, Key, LeadId, RunId, Value};
use rusqlite::types::ValueRef;
use rustc_hash::FxHashSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Bytes kept back from the file.
const TAIL: usize = 1 << 20;
/// Bytes read at once when all are read in their order.
const AHEAD: usize = 1 << 18;

/// See the module.
pub(super) struct Shelf {
    file: File,
    folder: PathBuf,
    /// What is in the file.
    written: u64,
    /// What follows it.
    tail: Vec<u8>,
    /// Where each lead stands, from number 1 on, and how long its row is.
    starts: Vec<u64>,
    lengths: Vec<u32>,
    /// Places of leads that were kept more than once.
    changed: FxHashSet<usize>,
    record: Record,
}

impl Store {
    /// From here on, new leads are kept outside of a base that is being built and has none yet. Until [`Store::unshelve`],
    /// only `insert_lead`, `update_lead`, `lead`, `key_of` and `each_key` know of them.
    pub fn shelve(&self, columns: &Columns) -> Result<()> {
        let Some(new) = &self.building else { return Ok(()) };
        let own = super::leads::OWN.split(", ").map(str::to_owned);
        let expected: Vec<String> = own.chain(columns.fields.iter().map(|(name, _)| super::columns::lead_column(name))).collect();
        if self.last_lead()? > 0 || self.column_names("leads")? != expected {
            return Ok(());
        }
        let folder = new.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| ".".into(), PathBuf::from);
        let file = tempfile::tempfile_in(&folder).map_err(|e| io_error(&folder, e))?;
        let shelf = Shelf {
            file,
            folder,
            written: 0,
            tail: Vec::with_capacity(TAIL + (1 << 12)),
            starts: Vec::new(),
            lengths: Vec::new(),
            changed: FxHashSet::default(),
            record: Record::default(),
        };
        self.shelf.replace(Some(shelf));
        Ok(())
    }

    /// Takes the leads that were kept outside into the base.
    pub fn unshelve(&mut self, columns: &Columns, run: RunId) -> Result<()> {
        let Some(mut shelf) = self.shelf.take() else { return Ok(()) };
        let Some(mut loader) = self.loader(columns, run)? else { return Ok(()) };
        let mut long = Vec::new();
        shelf.each(|lead, payload| -> Result<()> {
            if loader.takes_lead(payload.len()) {
                return loader.lead(lead, payload);
            }
            long.extend(read(columns, lead, payload));
            Ok(())
        })?;
        self.attach(loader)?;
        long.iter().try_for_each(|record| self.insert_lead(columns, record))?;
        self.taken_in.replace(Some(shelf));
        Ok(())
    }
}

impl Shelf {
    /// Keeps a new lead, or a lead that changed.
    pub(super) fn put(&mut self, r: &LeadRecord) -> Result<()> {
        let record = &mut self.record;
        record.clear();
        record.null(); // its number stands beside the row
        record.int(r.key.number());
        record.int(r.run.0);
        record.int(r.seen_at.0);
        match r.fresh_at {
            Some(at) => record.int(at.0),
            None => record.null(),
        }
        record.int(r.sources);
        match write_extra(&r.extra) {
            Some(text) => record.text(&text),
            None => record.null(),
        }
        r.values.iter().for_each(|v| record_value(record, v));
        let payload = record.payload();
        let Some(place) = usize::try_from(r.lead.0 - 1).ok().filter(|place| *place <= self.starts.len()) else {
            return Err(io_error(&self.folder, io::Error::other("leads are not numbered in order")));
        };
        let (start, length) = (self.written + self.tail.len() as u64, u32::try_from(payload.len()).unwrap_or(u32::MAX));
        if place == self.starts.len() {
            self.starts.push(start);
            self.lengths.push(length);
        } else {
            self.starts[place] = start;
            self.lengths[place] = length;
            self.changed.insert(place);
        }
        self.tail.extend_from_slice(payload);
        if self.tail.len() >= TAIL {
            self.flush().map_err(|e| io_error(&self.folder, e))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.written))?;
        self.file.write_all(&self.tail)?;
        self.written += self.tail.len() as u64;
        self.tail.clear();
        Ok(())
    }

    /// A lead as it was kept last.
    pub(super) fn get(&mut self, columns: &Columns, lead: LeadId) -> Result<Option<LeadRecord>> {
        Ok(self.row(lead)?.and_then(|row| read(columns, lead, &row)))
    }

    /// The key of a lead.
    pub(super) fn key_of(&mut self, lead: LeadId) -> Result<Option<Key>> {
        let row = self.row(lead)?.unwrap_or_default();
        Ok(key_in(&row))
    }

    /// Every lead's key.
    pub(super) fn each_key(&mut self, mut f: impl FnMut(Key, LeadId)) -> Result<()> {
        self.each(|lead, row| -> Result<()> {
            key_in(row).into_iter().for_each(|key| f(key, lead));
            Ok(())
        })
    }

    fn row(&mut self, lead: LeadId) -> Result<Option<Vec<u8>>> {
        let place = usize::try_from(lead.0 - 1).unwrap_or(usize::MAX);
        let (Some(&start), Some(&length)) = (self.starts.get(place), self.lengths.get(place)) else { return Ok(None) };
        if let Some(from) = start.checked_sub(self.written) {
            return Ok(self.tail.get(from as usize..from as usize + length as usize).map(<[u8]>::to_vec));
        }
        let mut row = vec![0; length as usize];
        self.fetch(start, &mut row).map_err(|e| io_error(&self.folder, e))?;
        Ok(Some(row))
    }

    fn fetch(&self, start: u64, row: &mut [u8]) -> io::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(row)
    }

    /// Hands out every lead in the order of numbers.
    pub(super) fn each<E: From<StoreError>>(&mut self, mut f: impl FnMut(LeadId, &[u8]) -> Result<(), E>) -> Result<(), E> {
        self.flush().map_err(|e| io_error(&self.folder, e))?;
        let fail = |e: io::Error| E::from(io_error(&self.folder, e));
        // Leads that never changed stand in their order: a window on the file slides along. The others are fetched.
        let (mut window, mut from, mut single) = (Vec::new(), 0_u64, Vec::new());
        for (place, (&start, &length)) in self.starts.iter().zip(&self.lengths).enumerate() {
            let (lead, length) = (LeadId(place as i64 + 1), length as usize);
            let is_inside = start >= from && start + length as u64 <= from + window.len() as u64;
            if !is_inside && self.changed.contains(&place) {
                single.resize(length, 0);
                self.fetch(start, &mut single).map_err(fail)?;
                f(lead, &single)?;
                continue;
            }
            if !is_inside {
                let left = usize::try_from(self.written.saturating_sub(start)).unwrap_or(usize::MAX);
                window.resize(AHEAD.max(length).min(left), 0);
                from = start;
                self.fetch(from, &mut window).map_err(fail)?;
            }
            let at = (start - from) as usize;
            f(lead, window.get(at..at + length).unwrap_or_default())?;
        }
        Ok(())
    }
}

fn key_in(row: &[u8]) -> Option<Key> {
    values(row).nth(1).and_then(|v| v.as_i64().ok()).map(Key::from_number)
}

/// A lead from its row.
fn read(columns: &Columns, lead: LeadId, payload: &[u8]) -> Option<LeadRecord> {
    let mut record = LeadRecord { lead, ..LeadRecord::default() };
    read_needed(columns, &Needs::all(columns), lead, payload, &mut record)?;
    Some(record)
}

/// The same into a record whose buffers are used again, without what a pass does not need; `None` if the row is broken.
pub(super) fn read_needed(columns: &Columns, needs: &Needs, lead: LeadId, payload: &[u8], record: &mut LeadRecord) -> Option<()> {
    let mut row = values(payload);
    let int = |v: Option<ValueRef<'_>>| v.and_then(|v| v.as_i64_or_null().ok()).flatten();
    row.next()?;
    record.lead = lead;
    record.key = Key::from_number(int(row.next())?);
    record.run = RunId(int(row.next())?);
    record.seen_at = Instant(int(row.next())?);
    record.fresh_at = int(row.next()).map(Instant);
    record.sources = int(row.next())?;
    let extra = row.next()?.as_str_or_null().ok().flatten().filter(|_| needs.extra);
    record.extra = extra.map_or_else(Vec::new, super::leads::read_extra);
    record.values.clear();
    let fields = columns.fields.iter().zip(&needs.fields).zip(row);
    record.values.extend(fields.map(|(((_, ty), needed), v)| if *needed { read_value(v, *ty) } else { Value::Null }));
    Some(())
}
