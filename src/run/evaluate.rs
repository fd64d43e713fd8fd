//! Scoring leads of the base: whoever is due, in one ordered pass; band changes are recorded.

use super::lead::Lead;
use super::suppress::suppressed;
use super::{RunError, Session, Workspace};
use crate::condition::{Condition, Facts};
use crate::engine::events::{bot_filter, classify};
use crate::engine::lifecycle::cross;
use crate::engine::messages;
use crate::engine::nurture::consents;
use crate::engine::scoring::{ScoreCard, Scored, Scorer};
use crate::model::{Change, Covers, DealFacts, Detail, Details, Dictionary, Event, Instant, KindId, LeadId, Suppressed, Value, What};
use crate::rules::Sop;
use crate::rules::delivery::Medium;
use crate::rules::scoring::Points;
use crate::store::{Columns, Due, Needs, ScanRow, ScoreRow, StateRow, Store, StoredDetail};
use std::sync::Arc;
use std::sync::mpsc::{channel, sync_channel};

/// Leads handed over at once.
pub(super) const BATCH: usize = 500;
/// Batches under way between the two threads.
pub(super) const DEPTH: usize = 4;

/// What a scoring pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// Leads looked at.
    pub leads: u64,
    /// Leads whose band changed.
    pub bands: u64,
    /// Clicks that no person made, left out.
    pub bots: u64,
    /// Events that the pass wrote into a base that is being built.
    pub events_new: u64,
    /// Of those, events that wait for their lead.
    pub events_waiting: u64,
}

/// The rules at work on leads of one base.
pub(super) struct Evaluator<'a> {
    sop: &'a Sop,
    as_of: Instant,
    details: Details,
    covers: Covers,
    closed: Arc<Suppressed>,
    scorer: Scorer<'a>,
    kept: Vec<Event>,
    /// Clicks left out so far.
    pub(super) bots: u64,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(sop: &'a Sop, store: &Store, columns: &Columns, as_of: Instant) -> Result<Self, RunError> {
        let mut details = Details::default();
        for stored in store.details(columns)? {
            // Numbers of details start at 1 and may have gaps after an undo.
            while details.0.len() < stored.0 as usize {
                details.0.push(detail(&sop.dictionary, (0, String::new(), Vec::new())));
            }
            details.0.push(detail(&sop.dictionary, stored));
        }
        classify(sop, &mut details);
        Ok(Self {
            sop,
            as_of,
            details,
            covers: store.feedback_covers()?,
            closed: Arc::new(suppressed(sop, store)?),
            scorer: Scorer::new(&sop.scoring, &sop.dictionary),
            kept: Vec::new(),
            bots: 0,
        })
    }

    /// The details that events of this base refer to.
    pub(super) fn details(&self) -> &Details {
        &self.details
    }

    /// How many groups the rules have.
    pub(super) fn groups(&self) -> usize {
        self.sop.scoring.groups.len()
    }

    /// What conditions may look at of a lead, with the values of its state names.
    pub(super) fn with_facts<T>(&mut self, row: &ScanRow, state: &[Value], f: impl FnOnce(&mut Scorer<'a>, &Facts<'_>) -> T) -> T {
        let dictionary = &self.sop.dictionary;
        let events = match dictionary.bot_filter {
            None => &row.events,
            Some(_) => {
                self.bots += bot_filter(&row.events, &self.details, dictionary, self.as_of, &mut self.kept) as u64;
                &self.kept
            }
        };
        let told = dictionary.field("created_at").and_then(|(ix, _)| row.record.values.get(ix.0)).and_then(Value::as_instant);
        let facts = Facts {
            dictionary,
            calendar: &self.sop.calendar,
            as_of: self.as_of,
            lead: &row.record.values,
            extra: &row.record.extra,
            created_at: told.unwrap_or(row.record.seen_at),
            events,
            details: &self.details,
            follow_ups: &row.follow_ups,
            state,
            messages: &messages::facts(&row.messages, &self.covers, dictionary, self.as_of),
            enrollment: None,
            event: None,
        };
        f(&mut self.scorer, &facts)
    }

    /// The lead as the engines behind scoring see it.
    pub(super) fn with_lead<T>(&mut self, row: &ScanRow, f: impl FnOnce(&Lead<'_>) -> T) -> T {
        let closed = Arc::clone(&self.closed);
        self.with_facts(row, &[], |_, facts| f(&Lead::of(row, facts, &closed)))
    }

    pub(super) fn score(&mut self, row: &ScanRow, out: &mut Scored) {
        self.with_facts(row, &[], |scorer, facts| scorer.score(facts, out));
    }

    fn outcome(&mut self, row: &ScanRow) -> Outcome {
        let mut scored = Scored::default();
        self.score(row, &mut scored);
        Outcome { lead: row.record.lead, before: row.state.clone(), scored }
    }

    /// The id of a band by its place.
    pub(super) fn band(&self, place: usize) -> &'a str {
        band_id(self.sop, place)
    }

    pub(super) fn card(&mut self, row: &ScanRow) -> ScoreCard {
        self.with_facts(row, &[], |scorer, facts| scorer.card(facts))
    }

    /// The values of a lead's state names as it stands.
    pub(super) fn state(&mut self, row: &ScanRow) -> Vec<Value> {
        let sop = self.sop;
        let deals = DealFacts::of(&row.deals, self.as_of);
        self.with_lead(row, |lead| lead.state(sop, &row.standing, &deals))
    }

    /// Whether a lead agrees to be written to by a medium.
    pub(super) fn consents(&mut self, medium: &Medium, row: &ScanRow) -> Option<bool> {
        let state = self.state(row);
        self.with_facts(row, &state, |_, facts| consents(medium, facts))
    }

    /// Whether a condition over a lead's state holds.
    pub(super) fn test(&mut self, condition: &Condition, row: &ScanRow) -> Option<bool> {
        let (sop, deals) = (self.sop, DealFacts::of(&row.deals, self.as_of));
        self.with_lead(row, |lead| {
            let state = lead.state(sop, &row.standing, &deals);
            condition.test(&Facts { state: &state, ..*lead.facts }).0
        })
    }
}

/// A stored detail as the engines see it. What it counts as is filled in by `classify`.
fn detail(dictionary: &Dictionary, (_, kind, values): StoredDetail) -> Detail {
    let id = dictionary.kind_of(&kind).unwrap_or(KindId::OTHER);
    Detail { kind: id, kind_name: kind.into(), values, kinds: vec![id], act: true }
}

/// What the scoring rules read of a lead.
pub(super) fn needs(workspace: &Workspace, columns: &Columns) -> Needs {
    let sop = &workspace.sop;
    let mut needs =
        Needs { fields: vec![false; columns.fields.len()], extra: false, events: true, standing: false, deals: false, follow_ups: false, messages: false };
    let mut read = |c: &Condition| {
        for ix in c.fields() {
            if let Some(needed) = needs.fields.get_mut(ix.0) {
                *needed = true;
            }
        }
        needs.extra |= c.text().contains("extra");
    };
    for rule in sop.scoring.groups.iter().flat_map(|g| &g.rules) {
        rule.when.iter().for_each(&mut read);
        if let Points::Expression(c) = &rule.points {
            read(c);
        }
    }
    if let Some((ix, _)) = sop.dictionary.field("created_at") {
        needs.fields[ix.0] = true;
    }
    needs
}

/// Scores whoever is due (or everyone, with `--full`), writes what changed, and records band changes.
///
/// Rows are read and written on this thread and scored on another.
pub(super) fn evaluate(session: &Session<'_>) -> Result<Evaluated, RunError> {
    let Session { store, columns, context, workspace, sop: version, .. } = session;
    let mut evaluator = Evaluator::new(&workspace.sop, store, columns, context.as_of)?;
    let due = if context.full || session.in_the_past || store.is_first_import() { Due::All } else { Due::At(context.as_of, *version) };
    let all = if store.is_first_import() { store.last_lead()?.unsigned_abs() } else { store.due_count(due)?.unsigned_abs() };
    let mut writer = Writer { session, done: Evaluated::default(), all };
    std::thread::scope(|scope| -> Result<(), RunError> {
        let (send, receive) = sync_channel::<Vec<ScanRow>>(DEPTH);
        let (give, scored) = channel::<Vec<Outcome>>();
        let scorer = scope.spawn(move || {
            for batch in receive {
                let outcomes = batch.iter().map(|row| evaluator.outcome(row)).collect();
                if give.send(outcomes).is_err() {
                    break;
                }
            }
            evaluator.bots
        });
        let mut batch = Vec::with_capacity(BATCH);
        store.scan(columns, due, &needs(workspace, columns), |row| -> Result<(), RunError> {
            batch.push(row);
            if batch.len() == BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                send.send(full).map_err(|_| failed())?;
                for outcomes in scored.try_iter() {
                    writer.write(&outcomes)?;
                }
            }
            Ok(())
        })?;
        send.send(batch).map_err(|_| failed())?;
        drop(send);
        for outcomes in scored {
            writer.write(&outcomes)?;
        }
        writer.done.bots = scorer.join().map_err(|_| failed())?;
        Ok(())
    })?;
    Ok(writer.done)
}

/// Scores single leads, due or not: what a person said of them is decided by their scores of now.
pub(super) fn evaluate_these(session: &Session<'_>, leads: &[LeadId]) -> Result<Evaluated, RunError> {
    let mut evaluator = Evaluator::new(&session.workspace.sop, &session.store, &session.columns, session.context.as_of)?;
    let mut writer = Writer { session, done: Evaluated::default(), all: leads.len() as u64 };
    for lead in leads {
        if let Some(row) = session.store.whole_lead(&session.columns, *lead)? {
            let outcome = evaluator.outcome(&row);
            writer.write(&[outcome])?;
        }
    }
    Ok(writer.done)
}

pub(super) fn failed() -> RunError {
    RunError::refused("scoring failed unexpectedly", "nothing was changed; please report the rules that were in force")
}

/// What scoring a lead came to, beside what the base says.
struct Outcome {
    lead: LeadId,
    before: StateRow,
    scored: Scored,
}

/// Takes scores into the base.
struct Writer<'s, 'a> {
    session: &'s Session<'a>,
    done: Evaluated,
    all: u64,
}

impl Writer<'_, '_> {
    fn write(&mut self, outcomes: &[Outcome]) -> Result<(), RunError> {
        let Session { store, columns, context, workspace, run, sop: version, .. } = self.session;
        let mut rows = Vec::with_capacity(outcomes.len());
        for Outcome { lead, before, scored } in outcomes {
            let band = band_id(&workspace.sop, scored.band);
            if let Some(was) = &before.band
                && was != band
            {
                self.done.bands += 1;
                let why = format!("score {} → {}", before.score.unwrap_or_default(), scored.total);
                let change = Change { lead: *lead, what: What::Band, at: context.as_of, from: Some(was.clone()), to: Some(band.to_owned()), why };
                store.record(*run, &change)?;
                let bands = &workspace.sop.scoring.bands;
                if let Some(from) = bands.iter().position(|b| b.id == *was) {
                    let mut standing = store.standing(*lead)?;
                    cross(&mut standing, bands, from, scored.band, context.as_of);
                    store.put_standing(*lead, &standing, *run)?;
                }
            }
            let same = before.score == Some(scored.total)
                && before.groups == scored.groups
                && before.band.as_deref() == Some(band)
                && before.next_change_at == scored.until.0.0
                && before.sop == Some(*version);
            if !same {
                rows.push(ScoreRow { lead: *lead, groups: &scored.groups, total: scored.total, band, until: scored.until });
            }
        }
        store.write_scores(columns, &rows, *version)?;
        self.done.leads += outcomes.len() as u64;
        (context.progress)("scoring", self.done.leads, self.all);
        Ok(())
    }
}

/// The id of a band by its place.
fn band_id(sop: &Sop, place: usize) -> &str {
    sop.scoring.bands.get(place).map_or("", |b| b.id.as_str())
}
