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
mod follow_ups;
mod intake;
mod join;
mod known;
mod leads;
mod noted;
mod payments;
mod pending;
mod places;
mod raise;
mod reading;
mod recognise;
mod resolver;
mod sink;
mod stages;
mod touched;
mod verdicts;

pub(in crate::run) use details::{detail_of, intern};
pub use files::FileSummary;
pub(in crate::run) use files::{Rejects, discard};
pub(in crate::run) use follow_ups::{event_told_by, fill};
pub(in crate::run) use join::{Difference, Incoming, join, value_text};
pub(in crate::run) use raise::Arriving;
pub use touched::Touched;

use super::{RunError, Session, Workspace};
use crate::engine::assignment::Credits;
use crate::model::{DetailId, Dictionary, FieldIx, FieldType, Instant, Key, KindId, LeadId, Standing};
use by_lead::ByLead;
use pending::Pending;
use resolver::Resolver;
use rustc_hash::{FxHashMap, FxHashSet};
use sink::EventSink;
use std::path::PathBuf;
use std::sync::Arc;

/// Past this many bytes of input every identity is held in memory.
const BULK_BYTES: u64 = 4 << 20;
/// Asked before more pairs of known leads than this turn out to be one.
const GUARD_PAIRS: u64 = 20;
/// A base smaller than this is not guarded against large changes.
const GUARD_BASE: i64 = 200;

/// How files are to be read.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// `--as KIND`
    pub kind: Option<String>,
    /// `--source NAME`
    pub source: Option<String>,
    /// `--history`: nothing that follows from these rows is to be acted upon.
    pub history: bool,
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
    last_lead: i64,
    last_before: i64,
    existing_rows: u64,
    old_pairs: u64,
    any_waiting: bool,
    any_waiting_stages: bool,
    any_waiting_deals: bool,
    /// Deals of this import's files, until all of them are read.
    deals: deals::Gathered,
    /// Costs of this import's files, until all of them are read.
    costs: costs::GatheredCosts,
    /// The first verdict on each lead.
    answers: FxHashMap<LeadId, verdicts::Answer>,
    /// Leads on which a verdict was taken.
    judged: Vec<LeadId>,
    /// Whose turn it was before the verdicts, and is by them.
    turns: Option<(Credits, Credits)>,
    /// Nothing follows from the rows.
    history: bool,
    barred: FxHashSet<u64>,
    ordinals: FxHashMap<u64, u32>,
    touch_details: FxHashMap<Arc<str>, DetailId>,
    column_details: Vec<(String, DetailId)>,
    follow_up_details: Vec<(KindId, DetailId)>,
    /// What came back as events, by kind, content and link.
    feedback_details: FxHashMap<(KindId, Option<String>, Option<String>), DetailId>,
    totals: FxHashMap<(LeadId, DetailId), (i64, Instant)>,
    created_at: Option<FieldIx>,
    channel: Option<FieldIx>,
    campaign: Option<FieldIx>,
    stage: Option<FieldIx>,
    owner: Option<FieldIx>,
    captured: Option<KindId>,
    /// As they stood before this run: leads whose owner or stage a file has changed.
    seeded: FxHashMap<LeadId, Standing>,
    /// Of the present file.
    elsewhere: noted::Elsewhere,
    strange: noted::StrangeStages,
    /// Dated stages that did not move a lead out of its detour.
    stayed: u64,
    /// Leads whose stage this run's dates have set.
    staged: FxHashSet<LeadId>,
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
    let bytes: u64 = paths.iter().filter_map(|p| std::fs::metadata(p).ok()).map(|m| m.len()).sum();
    let bulk = session.store.is_first_import() || bytes > BULK_BYTES;
    // Most files are events; a lead has about two identities and a row of a hundred bytes or more.
    let largest_leads = paths.iter().take(1).filter_map(|p| std::fs::metadata(p).ok()).map(|m| m.len()).sum::<u64>();
    let resolver = Resolver::new(&session.store, bulk, usize::try_from(largest_leads / 85).unwrap_or(0).min(4 << 20))?;
    let last = session.store.last_lead()?;
    let barred = session.store.barred_hashes()?.into_iter().collect();
    let any_waiting = session.store.any_waiting()?;
    let any_waiting_stages = session.store.any_waiting_stages()?;
    let any_waiting_deals = session.store.any_waiting_deals()?;
    let dictionary = &session.workspace.sop.dictionary;
    let of_type = |ty: FieldType| dictionary.fields.iter().position(|f| f.ty == ty).map(FieldIx);
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
        any_waiting,
        any_waiting_stages,
        any_waiting_deals,
        deals: deals::Gathered::default(),
        costs: costs::GatheredCosts::default(),
        answers: FxHashMap::default(),
        judged: Vec::new(),
        turns: None,
        history: options.history,
        barred,
        ordinals: FxHashMap::default(),
        touch_details: FxHashMap::default(),
        column_details: Vec::new(),
        follow_up_details: Vec::new(),
        feedback_details: FxHashMap::default(),
        totals: FxHashMap::default(),
        created_at: of_id("created_at"),
        channel: of_type(FieldType::Channel),
        campaign: of_id("campaign"),
        stage: of_type(FieldType::Stage),
        owner: of_type(FieldType::Owner),
        captured: dictionary.kind_of("lead_captured"),
        seeded: FxHashMap::default(),
        elsewhere: noted::Elsewhere::default(),
        strange: noted::StrangeStages::default(),
        stayed: 0,
        staged: FxHashSet::default(),
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

    /// What the rows of a file left to be said of owners and stages.
    fn place_notes(&mut self) -> impl Iterator<Item = String> + use<> {
        let (elsewhere, strange) = (std::mem::take(&mut self.elsewhere), std::mem::take(&mut self.strange));
        let stayed = std::mem::take(&mut self.stayed);
        let stayed = (stayed > 0).then(|| {
            format!("{stayed} dated stages are kept as history: their leads are in a detour, out of which only time or `sop set LEAD stage=…` brings them")
        });
        let notes = [elsewhere.note("rows of leads are held elsewhere"), strange.note(&self.workspace().sop.lifecycle), stayed];
        notes.into_iter().flatten()
    }

    /// An event on its way into the base.
    fn push_event(&mut self, lead: u32, at: Instant, detail: DetailId, file: u16) -> Result<bool, RunError> {
        self.sink.push(lead, at, detail, file).map_err(spill_error)
    }

    /// Writes what was kept back, counts what changed, and asks before an import that looks like a mistake.
    fn finish(mut self) -> Result<(ImportSummary, Option<Arriving>), RunError> {
        self.write_identities()?;
        self.write_totals()?;
        let arriving = if self.session.store.is_first_import() {
            Some(self.arriving()?)
        } else {
            self.session.store.fill_states(LeadId(self.last_before))?;
            self.write_events()?;
            None
        };
        self.settle()?;
        let mut changed = self.session.store.net_changes(self.session.run)?;
        // What sales said of a lead is news of it, and no change that a file made.
        changed.retain(|lead| self.written.contains_key(lead) || !self.judged.contains(lead));
        self.count_updated(&changed);
        let changed = changed.len() as u64;
        self.summary.updated = changed;
        self.summary.unchanged = self.existing_rows.saturating_sub(changed);
        self.summary.touched = std::mem::take(&mut self.touched);
        self.session.lead_rows += self.summary.lead_rows();
        self.guard(changed)?;
        self.follow_verdicts()?;
        let counts = [("new", self.summary.new), ("updated", self.summary.updated), ("joined", self.summary.joined), ("rejected", self.summary.rejected)];
        self.session.counts.extend(counts.map(|(k, n)| (k.to_owned(), n.into())));
        // Of rows that are neither leads nor events, what the base did not know.
        for file in self.summary.files.iter().filter(|f| matches!(&*f.kind, "deals" | "payments" | "follow-ups" | "stages" | "costs")) {
            let before = self.session.counts.get(&file.kind).and_then(serde_json::Value::as_u64).unwrap_or(0);
            let n = before + file.new + file.updated;
            if n > 0 {
                self.session.counts.insert(file.kind.clone(), n.into());
            }
        }
        Ok((self.summary, arriving))
    }

    /// Whoever is not as before is due. A lead that ends up as it was leaves no trace.
    fn settle(&mut self) -> Result<(), RunError> {
        for lead in std::mem::take(&mut self.rewritten) {
            if self.session.store.forget_unchanged(self.session.run, lead)? {
                self.written.remove(&lead);
            }
        }
        let mut due: Vec<LeadId> = self.written.keys().copied().collect();
        due.sort_unstable();
        for lead in due {
            self.session.store.make_due(lead)?;
        }
        Ok(())
    }

    /// Which file changed how many leads: each counts for the file that had the last word.
    fn count_updated(&mut self, changed: &[LeadId]) {
        for lead in changed {
            if let Some(number) = self.written.get(lead)
                && let Some(file) = self.summary.files.iter_mut().find(|f| f.number == *number)
            {
                file.updated += 1;
                file.unchanged = file.unchanged.saturating_sub(1);
            }
        }
    }

    fn write_identities(&mut self) -> Result<(), RunError> {
        let Session { store, columns, run, .. } = &mut *self.session;
        Ok(std::mem::take(&mut self.pending).write(store, columns, &self.barred, *run)?)
    }

    fn guard(&self, changed: u64) -> Result<(), RunError> {
        if self.session.context.yes || self.session.context.dry_run {
            return Ok(());
        }
        let help = "look at it with --dry-run; if it is what you mean, repeat with --yes";
        if self.old_pairs > GUARD_PAIRS {
            let what = format!(
                "this import says that {} pairs of leads already in the base are one person each: is a column mistaken for an identity?",
                self.old_pairs
            );
            return Err(RunError::refused(what, help));
        }
        if self.last_before >= GUARD_BASE && changed > 0 {
            // Numbers have gaps where leads were merged or taken back.
            let base = self.session.store.count_leads()?.saturating_sub_unsigned(self.summary.new);
            if base >= GUARD_BASE && changed.saturating_mul(10) > base.unsigned_abs().saturating_mul(3) {
                let what = format!("this import would change {changed} of {base} leads (more than 30 %)");
                return Err(RunError::refused(what, help));
            }
        }
        Ok(())
    }
}

fn spill_error(source: std::io::Error) -> RunError {
    RunError::File { verb: "write", path: std::env::temp_dir().display().to_string(), source }
}
