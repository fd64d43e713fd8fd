//! Filling the largest tables of a base that is being built: their rows come sorted and become pages, without SQL.
//!
//! Between [`Store::loader`] and [`Store::attach`] nothing may be written by SQL: SQLite does not know of the new pages
//! until the file is opened again. A crash in between leaves a `sop.db.new` that the next run deletes, as any other.

use super::pages::{MOST, PAGE, PageFile, Shape, Tree};
use super::record::Record;
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
    Nothing,
}

impl Store {
    /// A loader, if this run builds the base: for those of the three tables that are empty. What was written so far is in the file then.
    pub fn loader(&self, columns: &Columns, run: RunId) -> Result<Option<Loader>> {
        let Some(path) = self.building.clone() else { return Ok(None) };
        self.conn.execute_batch("COMMIT")?;
        let tree = |table: &str, shape: Shape| -> Result<Option<Tree>> {
            let empty: bool = self.conn.query_row(&format!("SELECT NOT EXISTS (SELECT 1 FROM {table})"), [], |r| r.get(0))?;
            let root: u32 = self.conn.query_row("SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?1", [table], |r| r.get(0))?;
            Ok(empty.then(|| Tree::new(shape, root)))
        };
        let (identities, events) = (tree("identities", Shape::Keyed)?, tree("events", Shape::Keyed)?);
        let states = tree("lead_state", Shape::Numbered)?;
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
            _ => columns.groups.iter().position(|g| super::columns::group_column(g) == name).map_or(State::Nothing, State::Points),
        };
        Ok(Some(Loader {
            file: file.map_err(|e| io_error(&path, e))?,
            path,
            record: Record::default(),
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
        let Loader { path, mut file, identities, events, states, .. } = loader;
        let mut roots = Vec::new();
        let written = [identities, events, states].into_iter().flatten().try_for_each(|tree| {
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
    /// Whether events go through it.
    pub fn takes_events(&self) -> bool {
        self.events.is_some()
    }
    /// Whether states with these bands go through it.
    pub fn takes_states<'b>(&self, bands: impl IntoIterator<Item = &'b str>) -> bool {
        self.states.is_some() && self.columns.len() < MOST / 20 && bands.into_iter().all(|band| band.len() < MOST / 4)
    }
    /// Whether identities with texts of at most this length go through it.
    pub fn takes_identities(&self, longest: usize) -> bool {
        self.identities.is_some() && longest < MOST - 64
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
                State::Nothing => self.record.null(),
            }
        }
        let Self { states, file, record, path, .. } = self;
        let Some(tree) = states else { return Ok(()) };
        tree.push(file, record.cell(Some(score.lead.0)), score.lead.0).map_err(|e| io_error(path, e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, DetailId, Dictionary, Identity, Instant, Until};
    use crate::store::{Holder, RunRecord};
    use rusqlite::types::Value;

    fn columns() -> Columns {
        let dictionary = Dictionary {
            currency: Currency::new("CNY"),
            fields: Vec::new(),
            identity: Vec::new(),
            event_fields: Vec::new(),
            kinds: Vec::new(),
            event_headers: Default::default(),
            event_order: None,
            channels: Vec::new(),
            lists: Vec::new(),
            blank: Vec::new(),
            events_in: Vec::new(),
            bot_filter: None,
            headers: Default::default(),
            kind_names: Default::default(),
        };
        Columns::new(&dictionary, ["fit".to_owned(), "engagement".to_owned()])
    }

    fn begin(path: &std::path::Path, columns: &Columns) -> (Store, RunId) {
        let holder = Holder { pid: 1, host: String::new(), command: String::new(), since: String::new() };
        let store = Store::write(path, &holder).expect("a new base");
        store.ensure_columns(columns).expect("columns");
        let run = RunRecord { verb: "score".into(), flags: String::new(), version: String::new(), as_of: Instant(0), started: Instant(0) };
        let run = store.begin_run(&run).expect("a run");
        (store, run)
    }

    fn rows(store: &Store, sql: &str) -> Vec<Vec<Value>> {
        let mut statement = store.conn.prepare(sql).expect(sql);
        let width = statement.column_count();
        let rows = statement.query_map([], |r| (0..width).map(|i| r.get(i)).collect()).expect(sql);
        rows.collect::<rusqlite::Result<_>>().expect(sql)
    }

    fn is_whole(store: &Store) {
        assert_eq!(rows(store, "PRAGMA integrity_check"), [[Value::Text("ok".into())]]);
    }

    /// Numbers of every width, and of both signs.
    fn wide(i: i64) -> i64 {
        let n = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (n as i64) >> (i % 64)
    }

    #[test]
    fn what_is_loaded_is_what_sql_would_have_written() {
        let columns = columns();
        // No row, one page, two levels, three levels.
        for n in [0_i64, 1, 150, 400, 120_000] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("sop.db");
            let (mut store, run) = begin(&path, &columns);
            let mut loader = store.loader(&columns, run).expect("loads").expect("a base that is being built");
            let mut identities: Vec<(i64, i64, String)> = (0..n).map(|i| (wide(i), i % 7, "x".repeat((i % 200) as usize))).collect();
            identities.sort();
            identities.dedup_by_key(|(hash, lead, _)| (*hash, *lead));
            let events: Vec<(i64, i64, u32)> = (0..n).map(|i| (i / 3, i / 2 * 40_000 - 900_000, wide(i) as u32)).collect();
            let scores: Vec<(i64, i64, [i64; 2], i64)> = (0..n).map(|i| (i * 3 + 1, wide(i), [i % 40, -i], wide(i + 1))).collect();
            for (hash, lead, text) in &identities {
                for _ in 0..2 {
                    loader.identity(*hash as u64, LeadId(*lead), 1, text).expect("room");
                }
            }
            for (lead, at, detail) in &events {
                loader.event(LeadId(*lead), Event { at: Instant(*at), detail: DetailId(*detail) }).expect("room");
            }
            for (lead, total, groups, until) in &scores {
                let row = ScoreRow { lead: LeadId(*lead), groups, total: *total, band: "热", until: Until(Instant(*until)) };
                loader.state(&row, 5).expect("room");
            }
            store.attach(loader).expect("attached");
            is_whole(&store);
            let int = Value::Integer;
            let told = rows(&store, "SELECT hash, lead, kind, text, run FROM identities ORDER BY hash, lead");
            assert!(told.into_iter().eq(identities.iter().map(|(h, l, t)| vec![int(*h), int(*l), int(1), Value::Text(t.clone()), int(run.0)])));
            let told = rows(&store, "SELECT lead, at, detail, run FROM events ORDER BY lead, at, seq");
            assert!(told.into_iter().eq(events.iter().map(|(l, at, d)| vec![int(*l), int(*at), int(i64::from(*d)), int(run.0)])));
            let told = rows(&store, "SELECT lead, score, band, stage, next_change_at, sop, points_fit, points_engagement FROM lead_state ORDER BY lead");
            let row = |(l, s, g, u): &(i64, i64, [i64; 2], i64)| {
                vec![int(*l), int(*s), Value::Text("热".into()), Value::Null, int(*u), int(5), int(g[0]), int(g[1])]
            };
            assert!(told.into_iter().eq(scores.iter().map(row)));

            // It is a base like any other from here on: SQL finds, adds and takes.
            let email = Identity { kind: "email".into(), text: "a@b.cn".into() };
            store.insert_identities([(&email, LeadId(9))], run).expect("written");
            assert_eq!(store.find_identity(&email).expect("found"), Some(LeadId(9)));
            if n > 100 {
                let (lead, at, detail) = events[50];
                assert_eq!(store.raise_events(LeadId(lead), Instant(at), &[DetailId(detail)], run).expect("asked"), 0, "it is there");
                store.raise_events(LeadId(lead), Instant(at + 1), &[DetailId(1)], run).expect("added");
                store.delete_lead(LeadId(scores[70].0)).expect("deleted");
                store.conn.execute("DELETE FROM events WHERE lead % 3 = 1", []).expect("deleted");
            }
            is_whole(&store);
            store.commit().expect("durable");
            is_whole(&Store::read(&path).expect("opens"));
        }
    }

    #[test]
    fn the_page_that_sqlite_locks_stays_empty() {
        let mut file = PageFile::new(tempfile::tempfile().expect("a file"), 131_071).expect("room");
        let mut tree = Tree::new(Shape::Keyed, 1);
        let mut record = Record::default();
        for i in 0..2_000 {
            record.clear();
            record.int(i);
            tree.push(&mut file, record.cell(None), 0).expect("room");
        }
        let (_, root) = tree.finish(&mut file).expect("room");
        let children: Vec<u8> = root[12..14].to_vec();
        let first = usize::from(u16::from_be_bytes([children[0], children[1]]));
        assert_eq!(root[first..first + 4], 131_072_u32.to_be_bytes(), "the last one before it");
        assert_eq!(root[8..12], 131_074_u32.to_be_bytes(), "the next one behind it");
    }

    #[test]
    fn what_does_not_fit_is_left_to_sql() {
        let columns = columns();
        let folder = tempfile::tempdir().expect("a folder");
        let (store, run) = begin(&folder.path().join("sop.db"), &columns);
        store.insert_state(LeadId(1), Some("mql"), None).expect("written");
        let loader = store.loader(&columns, run).expect("loads").expect("a base that is being built");
        assert!(!loader.takes_states(["hot"]), "one is there already");
        assert!(loader.takes_events() && loader.takes_identities(60) && !loader.takes_identities(5_000));
    }
}
