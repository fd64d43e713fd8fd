//! Journeys during a tick: every lead that is due is looked at once its standing is final, and what came of it is kept.

use super::Done;
use super::chain::Chain;
use super::keep::{Step, keep};
use super::refill::refill;
use super::watch::tell;
use crate::condition::Facts;
use crate::engine::lifecycle::place;
use crate::engine::nurture::{Begin, Deed, Looked, Seen, look};
use crate::ingest::{Cell, cell};
use crate::model::{
    Change, DealFacts, Instant, JourneyState, Journeys, LeadId, Message, MessageState, Standing, Suppressed, Until, Value, What, fold, stable_hash,
};
use crate::rules::Sop;
use crate::rules::nurture::{NewValue, Path, SetField, version};
use crate::run::import::value_text;
use crate::run::lead::Lead;
use crate::run::letter::{fill, vars};
use crate::run::{RunError, Session};
use crate::store::{Ended, PathVersion, ScanRow, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What journeys came to in one tick.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::run) struct Tally {
    /// Leads that entered a path.
    pub(in crate::run) enrolled: i64,
    /// Journeys that ended.
    pub(in crate::run) ended: i64,
    /// Messages queued.
    pub(in crate::run) queued: i64,
    /// Messages that a limit put off.
    pub(in crate::run) deferred: i64,
    /// Messages that a person must look at, and those that do not leave, by why.
    pub(in crate::run) stopped: BTreeMap<(MessageState, String), i64>,
    /// Work given to colleagues.
    pub(in crate::run) tasks: i64,
    /// Work that nobody was there for.
    pub(in crate::run) nobody: i64,
    /// Leads that matched before their path began, by path.
    pub(in crate::run) noted: BTreeMap<String, i64>,
    /// Journeys whose path is gone.
    pub(in crate::run) orphaned: usize,
    /// Fields that a step could not set, with why.
    pub(in crate::run) unset: BTreeSet<String>,
}

/// Who looks after journeys.
pub(in crate::run) struct Gardener {
    pub(in crate::run) book: Book,
    /// Leads that a step has changed: they are looked at anew.
    pub(super) anew: Vec<LeadId>,
}

/// The texts of paths, and whom each takes for history.
#[derive(Default)]
pub(in crate::run) struct Book {
    pub(in crate::run) begins: Vec<Begin>,
    pub(in crate::run) pinned: BTreeMap<i64, Path>,
    /// Paths of which an older text can no longer be obeyed.
    pub(in crate::run) unread: BTreeSet<String>,
}

/// What a text of a path is known by.
fn fingerprint(path: &Path) -> String {
    format!("{:016x}", stable_hash(&[path.name.as_bytes(), path.text.as_bytes()]))
}

impl Book {
    /// Of a base that has ticked before, or ticks now for the first time.
    pub(in crate::run) fn open(
        store: &Store,
        sop: &Sop,
        versions: &[PathVersion],
        present: impl Fn(&Path) -> Result<Option<i64>, RunError>,
    ) -> Result<Self, RunError> {
        let mut book = Self::default();
        let history = store.last_history()?;
        for path in &sop.paths {
            let first = versions.iter().filter(|v| v.path == path.name).map(|v| v.at).min();
            let new = first.is_none();
            let note = new || history.is_some_and(|(_, unseen)| unseen);
            let since = first.max(history.map(|(at, _)| at));
            book.begins.push(Begin { note, since: since.unwrap_or(Instant::MAX), version: present(path)? });
        }
        for old in versions {
            if book.begins.iter().any(|b| b.version == Some(old.version)) {
                continue;
            }
            match version(sop, &old.path, &old.text) {
                Some(path) => {
                    book.pinned.insert(old.version, path);
                }
                None if sop.path(&old.path).is_some() => {
                    book.unread.insert(old.path.clone());
                }
                None => {}
            }
        }
        Ok(book)
    }
}

impl Gardener {
    pub(in crate::run) fn new(session: &Session<'_>) -> Result<Self, RunError> {
        let Session { store, workspace, context, run, .. } = session;
        let versions = store.path_versions()?;
        let present = |path: &Path| Ok(Some(store.path_version(&path.name, &fingerprint(path), &path.text, context.as_of, *run)?));
        let book = Book::open(store, &workspace.sop, &versions, present)?;
        Ok(Self { book, anew: Vec::new() })
    }

    /// Looks at one lead whose standing is final, and keeps what came of it.
    pub(in crate::run) fn look(
        &mut self,
        session: &Session<'_>,
        chain: &mut Chain<'_>,
        row: &ScanRow,
        standing: &Standing,
        done: &mut Done,
    ) -> Result<Until, RunError> {
        let sop = &session.workspace.sop;
        if sop.paths.is_empty() && row.journeys.enrollments.is_empty() {
            return Ok(Until::NEVER);
        }
        let (mut looked, again) = chain.world.with_lead(row, |lead| {
            let again = refill(session, lead, standing, row)?;
            let journeys = again.as_ref().map_or(&row.journeys, |r| &r.journeys);
            Ok::<_, RunError>((see(sop, &self.book, lead, standing, (&row.entered, journeys)), again))
        })?;
        if let Some(again) = again {
            done.nurture.queued += again.queued;
            again.left_out.into_iter().for_each(|why| *done.nurture.stopped.entry((MessageState::Skipped, why)).or_default() += 1);
        }
        let until = looked.until.unwrap_or(Until::NEVER);
        keep_looked(session, row, &mut looked, done)?;
        for (deed, by) in &looked.deeds {
            self.anew.push(row.record.lead);
            do_deed(session, row, standing, deed, by, done)?;
        }
        Ok(if looked.deeds.is_empty() { until } else { Until(session.context.as_of) })
    }
}

/// One look, with its messages filled in.
pub(in crate::run) fn see(sop: &Sop, book: &Book, lead: &Lead<'_>, standing: &Standing, (entered, journeys): (&[(Instant, String)], &Journeys)) -> Looked {
    with_seen(sop, book, lead, standing, entered, |seen| {
        let mut looked = look(seen, journeys);
        if !looked.messages.is_empty() {
            let vars = vars(sop, lead, standing);
            looked.messages.iter_mut().for_each(|m| fill(sop, &vars, m));
        }
        looked
    })
}

/// The lead as journeys see it.
pub(in crate::run) fn with_seen<T>(
    sop: &Sop,
    book: &Book,
    lead: &Lead<'_>,
    standing: &Standing,
    entered: &[(Instant, String)],
    f: impl FnOnce(&Seen<'_>) -> T,
) -> T {
    let state = lead.state(sop, standing, &DealFacts::of(lead.deals, lead.facts.as_of));
    let facts = Facts { state: &state, ..*lead.facts };
    let closed: &Suppressed = lead.closed;
    f(&Seen { sop, facts: &facts, lead: lead.lead, key: lead.key, standing, entered, closed, begins: &book.begins, pinned: &book.pinned })
}

/// Takes a look into the base.
pub(in crate::run) fn keep_looked(session: &Session<'_>, row: &ScanRow, looked: &mut Looked, done: &mut Done) -> Result<(), RunError> {
    let (store, run, lead, as_of) = (&session.store, session.run, row.record.lead, session.context.as_of);
    for e in &looked.enrollments {
        store.put_enrollment(lead, e, run)?;
        let before = row.journeys.enrollments.iter().find(|known| known.id == e.id).map(|known| known.state);
        let tally = &mut done.nurture;
        match (before, e.state) {
            (None, JourneyState::Noted) => *tally.noted.entry(e.path.clone()).or_default() += 1,
            (None | Some(JourneyState::Noted), state) if state != JourneyState::Noted => {
                tally.enrolled += 1;
                tally.ended += i64::from(!state.is_open());
            }
            (Some(before), after) if before.is_open() && !after.is_open() => tally.ended += 1,
            _ => {}
        }
    }
    for message in &looked.messages {
        if store.put_message(message, run)? {
            done.nurture.count(message);
        }
    }
    for (message, state, why) in &looked.restated {
        store.set_message_state(*message, *state, why.as_deref())?;
    }
    for (experiment, arm) in &looked.exposures {
        store.expose(experiment, lead, arm, as_of, run)?;
    }
    for task in &looked.tasks {
        match &task.to {
            Some(to) => {
                done.nurture.tasks += 1;
                tell(session, row, Some(to), &["task", &task.path, &task.cause, &task.step], &task.text, &format!("{}/{}", task.path, task.step))?;
            }
            None => done.nurture.nobody += 1,
        }
    }
    for change in &looked.changes {
        store.record(run, change)?;
    }
    done.changes(&looked.changes);
    done.nurture.orphaned += looked.orphaned;
    Ok(())
}

impl Tally {
    fn count(&mut self, message: &Message) {
        match message.state {
            MessageState::Queued => self.queued += 1,
            MessageState::Deferred => self.deferred += 1,
            state => *self.stopped.entry((state, message.reason.clone().unwrap_or_default())).or_default() += 1,
        }
    }
    /// Messages in a state that does not leave.
    pub(super) fn stopped(&self, state: MessageState) -> i64 {
        self.stopped.iter().filter(|((s, _), _)| *s == state).map(|(_, n)| n).sum()
    }
}

/// Does what a step does to the lead itself.
fn do_deed(session: &Session<'_>, row: &ScanRow, standing: &Standing, deed: &Deed, by: &str, done: &mut Done) -> Result<(), RunError> {
    let (sop, as_of, lead) = (&session.workspace.sop, session.context.as_of, row.record.lead);
    match deed {
        Deed::Move(stage) => {
            let mut after = standing.clone();
            match place(&sop.lifecycle, &mut after, stage, as_of, &format!("by {by}")) {
                Ok(moved) => {
                    let changes: Vec<Change> = moved.iter().flat_map(|m| super::changes_of(lead, m)).collect();
                    done.changes(&changes);
                    done.moved += i64::from(moved.is_some());
                    let moves: Vec<_> = moved.into_iter().collect();
                    let step = Step { lead, before: standing, after: &after, moves: &moves, changes: &changes, at: as_of, how: Ended::ByHand, by: None };
                    keep(session, &step)?;
                }
                Err(why) => {
                    done.nurture.unset.insert(format!("{by}: {why}"));
                }
            }
        }
        Deed::Set(fields) => set(session, row, fields, by, done)?,
    }
    Ok(session.store.make_due(lead)?)
}

fn set(session: &Session<'_>, row: &ScanRow, fields: &[SetField], by: &str, done: &mut Done) -> Result<(), RunError> {
    let dictionary = &session.workspace.sop.dictionary;
    let Some(mut record) = session.store.lead(&session.columns, row.record.lead)? else { return Ok(()) };
    for SetField { field: ix, to } in fields {
        let (Some(field), Some(slot)) = (dictionary.fields.get(ix.0), record.values.get_mut(ix.0)) else { continue };
        if dictionary.identity.contains(ix) {
            done.nurture.unset.insert(format!("{by}: `{}` recognises leads and is not set by a path", field.id));
            continue;
        }
        let parsed = |text: &str| cell::parse(field, dictionary, &session.workspace.sop.calendar, Cell::text(text), None);
        let new = match to {
            NewValue::Put(text) => match parsed(text) {
                Ok(value) => value,
                Err(bad) => {
                    done.nurture.unset.insert(format!("{by}: `{}` cannot be `{text}`: {}", field.id, bad.reason));
                    continue;
                }
            },
            NewValue::Clear => Value::Null,
            NewValue::Add(items) => list(slot, |all| {
                for item in items.iter().filter(|item| !all.iter().any(|known| fold(known) == fold(item))).cloned().collect::<Vec<_>>() {
                    all.push(item.as_str().into());
                }
            }),
            NewValue::Remove(items) => list(slot, |all| all.retain(|known| !items.iter().any(|item| fold(item) == fold(known)))),
        };
        if new == *slot {
            continue;
        }
        let text = |v: &Value| value_text(v, &dictionary.currency);
        let (from, to) = (text(slot), text(&new));
        *slot = new;
        let change = Change { lead: record.lead, what: What::Field(field.id.clone()), at: session.context.as_of, from, to, why: format!("by {by}") };
        session.store.record(session.run, &change)?;
        done.changes(&[change]);
    }
    Ok(session.store.update_lead(&session.columns, &record)?)
}

fn list(old: &Value, change: impl FnOnce(&mut Vec<Arc<str>>)) -> Value {
    let mut all: Vec<Arc<str>> = if let Value::List(items) = old { items.to_vec() } else { Vec::new() };
    change(&mut all);
    if all.is_empty() { Value::Null } else { Value::List(all.into()) }
}
