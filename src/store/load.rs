//! Filling the largest tables of a base that is being built: their rows come sorted and become pages, without SQL.
//!
//! Between [`Store::loader`] and [`Store::attach`] nothing may be written by SQL: SQLite does not know of the new pages
//! until the file is opened again. A crash in between leaves a `sop.db.new` that the next run deletes, as any other.

use super::pages::{PAGE, PageFile, Shape, Tree};
use super::record::{Record, numbered};
use super::state::ScoreRow;
use super::{Columns, Result, Store, io_error, open};
use crate::model::{Event, LeadId, RunId};
use rusqlite::Connection;
use std::fs::OpenOptions;
use std::path::PathBuf;

/// Writes identities, events and states of a base that has none yet.
pub struct Loader {
    path: PathBuf,
    file: PageFile,
    record: Record,
    cell: Vec<u8>,
    leads: Option<Tree>,
    identities: Option<Tree>,
    events: Option<Tree>,
    states: Option<Tree>,
    run: RunId,
    /// Of the last identity.
    identity: Option<(i64, i64)>,
    /// Of the last event.
    event: (i64, i64),
    seq: i64,
    /// The columns of `lead_state`, in its order.
    columns: Vec<State>,
}

/// What a column of `lead_state` holds for a lead that was never scored before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Score,
    Band,
    Until,
    Sop,
    Points(usize),
    /// `moves_at`: due now.
    Zero,
    Nothing,
}

impl Store {
    /// A loader, if this run builds the base: for those of its tables that are empty. What was written so far is in the file then.
    pub fn loader(&self, columns: &Columns, run: RunId) -> Result<Option<Loader>> {
        let Some(path) = self.building.clone() else { return Ok(None) };
        self.conn.execute_batch("COMMIT")?;
        let tree = |table: &str, shape: Shape| -> Result<Option<Tree>> {
            let empty: bool = self.conn.query_row(&format!("SELECT NOT EXISTS (SELECT 1 FROM {table})"), [], |r| r.get(0))?;
            let root: u32 = self.conn.query_row("SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?1", [table], |r| r.get(0))?;
            Ok(empty.then(|| Tree::new(shape, root)))
        };
        let (identities, events) = (tree("identities", Shape::Keyed)?, tree("events", Shape::Keyed)?);
        let (leads, states) = (tree("leads", Shape::Numbered)?, tree("lead_state", Shape::Numbered)?);
        let pages: u32 = self.conn.query_row("PRAGMA page_count", [], |r| r.get(0))?;
        let file = OpenOptions::new().write(true).open(&path).and_then(|file| {
            let whole = file.metadata()?.len() == u64::from(pages) * PAGE as u64;
            if whole { PageFile::new(file, pages) } else { Err(std::io::Error::other("the file is not as long as its pages")) }
        });
        let state = |name: String| match name.as_str() {
            "score" => State::Score,
            "band" => State::Band,
            "next_change_at" => State::Until,
            "sop" => State::Sop,
            "moves_at" => State::Zero,
            _ => columns.groups.iter().position(|g| super::columns::group_column(g) == name).map_or(State::Nothing, State::Points),
        };
        Ok(Some(Loader {
            file: file.map_err(|e| io_error(&path, e))?,
            path,
            record: Record::default(),
            cell: Vec::new(),
            leads,
            identities,
            events,
            states,
            run,
            identity: None,
            event: (i64::MIN, i64::MIN),
            seq: 0,
            columns: self.column_names("lead_state")?.into_iter().map(state).collect(),
        }))
    }

    /// Takes what was loaded into the base.
    pub fn attach(&mut self, loader: Loader) -> Result<()> {
        let Loader { path, mut file, leads, identities, events, states, .. } = loader;
        let mut roots = Vec::new();
        let written = [leads, identities, events, states].into_iter().flatten().try_for_each(|tree| {
            roots.push(tree.finish(&mut file)?);
            Ok(())
        });
        written.and_then(|()| file.finish(&roots)).map_err(|e| io_error(&path, e))?;
        // The old connection holds the file's lock; it has nothing left to write.
        self.conn = Connection::open_in_memory()?;
        self.conn = open::reopen_new(&path)?;
        Ok(())
    }
}

impl Loader {
    /// Whether a lead with a row of so many bytes goes through it.
    pub(super) fn takes_lead(&self, length: usize) -> bool {
        self.leads.is_some() && length < Shape::Numbered.most() - 32
    }
    /// Whether events go through it.
    pub fn takes_events(&self) -> bool {
        self.events.is_some()
    }
    /// Whether states with these bands go through it.
    pub fn takes_states<'b>(&self, bands: impl IntoIterator<Item = &'b str>) -> bool {
        self.states.is_some() && self.columns.len() < Shape::Numbered.most() / 100 && bands.into_iter().all(|band| band.len() < Shape::Numbered.most() / 8)
    }
    /// Whether identities with texts of at most this length go through it.
    pub fn takes_identities(&self, longest: usize) -> bool {
        self.identities.is_some() && longest < Shape::Keyed.most() - 64
    }

    /// Adds a lead by its row. They come in the order of their numbers.
    pub(super) fn lead(&mut self, lead: LeadId, payload: &[u8]) -> Result<()> {
        numbered(lead.0, payload, &mut self.cell);
        let Self { leads, file, cell, path, .. } = self;
        let Some(tree) = leads else { return Ok(()) };
        tree.push(file, cell, lead.0).map_err(|e| io_error(path, e))
    }

    /// Adds an identity. They come in the order of (hash as a signed number, lead); an equal one of the same lead is left out.
    pub fn identity(&mut self, hash: u64, lead: LeadId, kind: i64, text: &str) -> Result<()> {
        let key = (hash as i64, lead.0);
        if self.identity == Some(key) {
            return Ok(());
        }
        self.identity = Some(key);
        self.record.clear();
        self.record.int(key.0);
        self.record.int(key.1);
        self.record.int(kind);
        self.record.text(text);
        self.record.int(self.run.0);
        let Self { identities, file, record, path, .. } = self;
        let Some(tree) = identities else { return Ok(()) };
        tree.push(file, record.cell(None), 0).map_err(|e| io_error(path, e))
    }

    /// Adds an event. They come in the order of (lead, instant, detail).
    #[inline]
    pub fn event(&mut self, lead: LeadId, event: Event) -> Result<()> {
        self.seq = if self.event == (lead.0, event.at.0) { self.seq + 1 } else { 0 };
        self.event = (lead.0, event.at.0);
        self.record.clear();
        self.record.int(lead.0);
        self.record.int(event.at.0);
        self.record.int(self.seq);
        self.record.int(i64::from(event.detail.0));
        self.record.int(self.run.0);
        let Self { events, file, record, path, .. } = self;
        let Some(tree) = events else { return Ok(()) };
        tree.push(file, record.cell(None), 0).map_err(|e| io_error(path, e))
    }

    /// Adds the state of a lead that has none. They come in the order of their leads.
    pub fn state(&mut self, score: &ScoreRow<'_>, sop: i64) -> Result<()> {
        self.record.clear();
        for column in &self.columns {
            match *column {
                State::Score => self.record.int(score.total),
                State::Band => self.record.text(score.band),
                State::Until => self.record.int(score.until.0.0),
                State::Sop => self.record.int(sop),
                State::Points(group) => match score.groups.get(group) {
                    Some(points) => self.record.int(*points),
                    None => self.record.null(),
                },
                // The lead is the row's number and stands beside the record.
                State::Zero => self.record.int(0),
                State::Nothing => self.record.null(),
            }
        }
        let Self { states, file, record, path, .. } = self;
        let Some(tree) = states else { return Ok(()) };
        tree.push(file, record.cell(Some(score.lead.0)), score.lead.0).map_err(|e| io_error(path, e))
    }
}

#[cfg(test)]
mod tests;
