//! Importing files: rows are recognised, joined and written; events are sorted and raised; the rest waits or is rejected.
//!
//! Files of leads go first, then dated stages, deals, payments, follow-ups, what came back on messages, and events, whatever the order on the command
//! line, so that an event finds its lead and a payment its deal. All of it happens inside the caller's transaction.

mod by_lead;
mod costs;
mod deals;
mod details;
mod events;
mod facts;
mod feedback;
mod files;
mod finish;
mod follow_ups;
mod intake;
mod join;
mod known;
mod leads;
mod leads_file;
mod noted;
mod payments;
mod pending;
mod places;
mod raise;
mod reading;
mod recognise;
mod refusals;
mod resolver;
mod sink;
mod stages;
mod summary;
mod touched;
mod verdicts;

pub(in crate::run) use details::{detail_of, intern};
pub(in crate::run) use files::{Rejects, discard};
pub(in crate::run) use follow_ups::{event_told_by, fill};
pub(in crate::run) use join::{Difference, Incoming, join, value_text};
pub(in crate::run) use raise::Arriving;
pub use summary::FileSummary;
pub use touched::Touched;

use super::{RunError, Session, Workspace};
use crate::model::{DetailId, Dictionary, FieldIx, FieldType, Instant, Key, KindId, LeadId};
use by_lead::ByLead;
use pending::Pending;
use resolver::Resolver;
use rustc_hash::{FxHashMap, FxHashSet};
use sink::EventSink;
use std::path::PathBuf;

/// Rows handed over at once by a thread that parses.
const BATCH: usize = 1000;
/// Batches under way between it and the one that writes.
const DEPTH: usize = 4;
/// Past this many bytes of input every identity is held in memory.
const BULK_BYTES: u64 = 4 << 20;
/// How files are to be read.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// `--as KIND`
    pub kind: Option<String>,
    /// `--source NAME`
    pub source: Option<String>,
    /// `--history`: nothing that follows from these rows is to be acted upon.
    pub history: bool,
    /// Nobody looks on: a file that says nothing we know is refused, where a person is told and may take it back.
    pub unattended: bool,
    /// `--until`: files of what came back tell everything up to here, however old their last row is.
    pub until: Option<Instant>,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct ImportSummary {
    /// By file, in the order read.
    pub files: Vec<FileSummary>,
    /// New leads.
    pub new: u64,
    /// Known leads that changed.
    pub updated: u64,
    /// Rows of known leads that changed nothing.
    pub unchanged: u64,
    /// Rows joined into a lead that another row of this run spoke of.
    pub joined: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Events that the base did not have.
    pub events_new: u64,
    /// Events that it had.
    pub events_known: u64,
    /// Events that wait for their lead.
    pub events_waiting: u64,
    /// Events that had waited and found their lead.
    pub events_arrived: u64,
    /// New pairs to decide.
    pub to_decide: u64,
    /// Values that identify nobody any more: under three or more names.
    pub shared: Vec<String>,
    /// Whom the files spoke of.
    pub touched: Touched,
}

impl ImportSummary {
    /// Rows read from files of leads.
    pub fn lead_rows(&self) -> u64 {
        self.files.iter().filter(|f| f.kind == "leads").map(|f| f.rows).sum()
    }
}

/// What a row of leads turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    New,
    Joined,
    Existing,
}

/// What came before its lead, and waits in the base.
#[derive(Clone, Copy)]
struct Awaited {
    events: bool,
    stages: bool,
    deals: bool,
}

/// An import under way.
struct Importer<'s, 'a> {
    session: &'s mut Session<'a>,
    resolver: Resolver,
    pending: Pending,
    by_lead: ByLead,
    sink: EventSink,
    /// By file: the base's numbers of its details, in the order in which the file showed them first.
    renumber: FxHashMap<u16, Vec<DetailId>>,
    summary: ImportSummary,
    touched: Touched,
    /// Known leads whose rows were written, and by which file last.
    written: FxHashMap<LeadId, u16>,
    /// Known leads that were written more than once: what one row changed, another may have changed back.
    rewritten: FxHashSet<LeadId>,
    /// Leads that a row of this file named by their key.
    keyed: FxHashMap<LeadId, Key>,
    /// The highest number of a lead, now and before this run.
    last_lead: i64,
    last_before: i64,
    /// Rows of leads that the base had.
    existing_rows: u64,
    /// Pairs of leads that the base had, and that turned out to be one.
    old_pairs: u64,
    awaited: Awaited,
    /// Deals of this import's files, until all of them are read.
    deals: deals::Gathered,
    /// Costs of this import's files, until all of them are read.
    costs: costs::GatheredCosts,
    verdicts: verdicts::Verdicts,
    /// Events that close addresses, until all files are read.
    refusals: Vec<refusals::Refusal>,
    /// Nothing follows from the rows.
    history: bool,
    /// Files of what came back reach this far at least.
    until: Option<Instant>,
    /// Hashes of what so many share that it identifies nobody.
    barred: FxHashSet<u64>,
    /// By their hash: how many equal rows without identity there were so far.
    ordinals: FxHashMap<u64, u32>,
    details: details::Details,
    /// Count columns: the largest number that a row told of a lead's acts, and when the last of them was.
    totals: FxHashMap<(LeadId, DetailId), (i64, Instant)>,
    created_at: Option<FieldIx>,
    channel: Option<FieldIx>,
    campaign: Option<FieldIx>,
    captured: Option<KindId>,
    places: places::Places,
}

/// What an import leaves to its caller.
pub(in crate::run) struct Left {
    /// Reject files under temporary names.
    pub(in crate::run) rejects: Rejects,
    /// Events that the caller's pass over the leads is to write: only of a base that is being built.
    pub(in crate::run) arriving: Option<Arriving>,
}

/// Imports files inside the session's transaction.
pub(in crate::run) fn import(session: &mut Session<'_>, paths: &[PathBuf], options: &ImportOptions) -> Result<(ImportSummary, Left), RunError> {
    let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |m| m.len());
    let bytes: u64 = paths.iter().map(size).sum();
    let bulk = session.store.is_first_import() || bytes > BULK_BYTES;
    // Room for identities: leads are mostly named first, and one has about two and a row of a hundred bytes or more.
    let room = usize::try_from(paths.first().map_or(0, size) / 85).unwrap_or(0).min(4 << 20);
    let resolver = Resolver::new(&session.store, bulk, room)?;
    let last = session.store.last_lead()?;
    let barred = session.store.barred_hashes()?.into_iter().collect();
    let store = &session.store;
    let awaited = Awaited { events: store.any_waiting()?, stages: store.any_waiting_stages()?, deals: store.any_waiting_deals()? };
    let dictionary = &session.workspace.sop.dictionary;
    let of_id = |id: &str| dictionary.field(id).map(|(ix, _)| ix);
    let mut importer = Importer {
        resolver,
        pending: Pending::default(),
        by_lead: ByLead::default(),
        sink: EventSink::expecting(bytes / 64),
        renumber: FxHashMap::default(),
        summary: ImportSummary::default(),
        touched: Touched::default(),
        written: FxHashMap::default(),
        rewritten: FxHashSet::default(),
        keyed: FxHashMap::default(),
        last_lead: last,
        last_before: last,
        existing_rows: 0,
        old_pairs: 0,
        awaited,
        deals: deals::Gathered::default(),
        costs: costs::GatheredCosts::default(),
        verdicts: verdicts::Verdicts::default(),
        refusals: Vec::new(),
        history: options.history,
        until: options.until,
        barred,
        ordinals: FxHashMap::default(),
        details: details::Details::default(),
        totals: FxHashMap::default(),
        created_at: of_id("created_at"),
        channel: dictionary.fields.iter().position(|f| f.ty == FieldType::Channel).map(FieldIx),
        campaign: of_id("campaign"),
        captured: dictionary.kind_of("lead_captured"),
        places: places::Places::of(dictionary),
        session,
    };
    let rejects = importer.files(paths, options)?;
    let (summary, arriving) = importer.finish()?;
    Ok((summary, Left { rejects, arriving }))
}

impl<'a> Importer<'_, 'a> {
    fn workspace(&self) -> &'a Workspace {
        self.session.workspace
    }

    fn dictionary(&self) -> &'a Dictionary {
        &self.session.workspace.sop.dictionary
    }

    /// An event on its way into the base.
    fn push_event(&mut self, lead: u32, at: Instant, detail: DetailId, file: u16) -> Result<bool, RunError> {
        self.sink.push(lead, at, detail, file).map_err(spill_error)
    }
}

fn parser_died() -> RunError {
    RunError::refused("reading the file failed unexpectedly", "please report this file's shape")
}

fn spill_error(source: std::io::Error) -> RunError {
    RunError::File { verb: "write", path: std::env::temp_dir().display().to_string(), source }
}
