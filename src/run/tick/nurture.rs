//! Journeys during a tick: every lead that is due is looked at once its standing is final, and what came of it is kept.

mod book;
mod deeds;

pub(in crate::run) use book::Book;

use self::deeds::do_deed;
use super::Done;
use super::chain::Chain;
use super::refill::refill;
use super::watch::tell;
use crate::condition::Facts;
use crate::engine::nurture::{Looked, Seen, look};
use crate::model::{DealFacts, Instant, JourneyState, Journeys, LeadId, Message, MessageState, Standing, Suppressed, Until};
use crate::rules::Sop;
use crate::run::lead::Lead;
use crate::run::letter::{fill, vars};
use crate::run::{RunError, Session};
use crate::store::ScanRow;
use std::collections::{BTreeMap, BTreeSet};

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

impl Gardener {
    pub(in crate::run) fn new(session: &Session<'_>) -> Result<Self, RunError> {
        Ok(Self { book: Book::open(session)?, anew: Vec::new() })
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
            again.told.iter().for_each(|(id, state)| done.letter(session, *id, *state));
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
            done.letter(session, message.id, message.state);
        }
    }
    for (message, state, why) in &looked.restated {
        store.set_message_state(*message, *state, why.as_deref())?;
        done.letter(session, *message, *state);
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
