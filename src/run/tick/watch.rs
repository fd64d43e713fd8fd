//! Promises and alerts of one lead, after all engines that move it: what fell due is recorded once, and told to whom it
//! concerns through `notices`, which delivery empties.

use super::Done;
use super::chain::Chain;
use crate::condition::Facts;
use crate::engine::alerts::{Heard, Memory, Rung, Watch, watch};
use crate::engine::events::last_event_at;
use crate::engine::sla::{Action, ActionKind, History, Notice, clocks, due_actions, quiet_before};
use crate::model::{Change, Clock, DealFacts, Hold, Instant, LeadId, Standing, Until, Verdict, What, stable_hash};
use crate::rules::Sop;
use crate::rules::lifecycle::Means;
use crate::run::evaluate::state_values;
use crate::run::{RunError, Session};
use crate::store::{AlertRow, AssignmentRow, BreachKind, BreachRow, NoticeRow, NoticeState, ScanRow, Store};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// Who looks after promises and alerts during one tick.
pub(super) struct Watcher {
    quiet_before: Instant,
    /// Leads about which alerts rang: of the others there is nothing to remember.
    rung: FxHashSet<LeadId>,
    /// Events that alerts did not ring about because they are history.
    pub(super) history: usize,
    /// No tick came before this one: it says so.
    pub(super) first: bool,
}

impl Watcher {
    pub(super) fn new(session: &Session<'_>) -> Result<Self, RunError> {
        let last = session.store.last_run_of("tick")?.map(|r| r.as_of);
        let rung = session.store.rung_leads()?.into_iter().collect();
        Ok(Self { quiet_before: quiet_before(session.context.as_of, last), rung, history: 0, first: last.is_none() })
    }

    /// Looks at one lead whose standing is final. Gives when time alone could next call for something.
    pub(super) fn look(
        &mut self,
        session: &Session<'_>,
        chain: &mut Chain<'_>,
        row: &ScanRow,
        standing: &Standing,
        done: &mut Done,
    ) -> Result<Until, RunError> {
        let sop = &session.workspace.sop;
        let as_of = session.context.as_of;
        let lead = row.record.lead;
        let past = Past::of(&session.store, sop, row, standing)?;
        let recorded = if past.holds.is_empty() { Vec::new() } else { session.store.breaches(Some(lead))? };
        let memory = self.memory(session, lead)?;
        let quiet = self.quiet_before;
        let deals = DealFacts::of(&row.deals, as_of);
        let state = state_values(sop, row, standing, &deals, as_of);
        let (found, heard) = chain.world.with_facts(row, &state, |_, facts| {
            let found = (!past.holds.is_empty()).then(|| clocks(sop, facts, &past.history(row, facts, sop, standing)));
            let heard = watch(
                &Watch {
                    alerts: &sop.alerts,
                    team: &sop.team,
                    facts,
                    owner: standing.owner.as_deref(),
                    last_owner: standing.last_owner.as_deref(),
                    quiet_before: quiet,
                },
                &memory,
            );
            (found, heard)
        });
        let mut until = heard.until;
        if let Some(found) = found {
            until = until.and(found.until);
            let known: BTreeSet<_> = recorded.iter().map(|b| (b.promise.clone(), b.start, kind_of(b.kind))).collect();
            let notice =
                Notice { team: &sop.team, calendar: &sop.calendar, last_owner: standing.last_owner.as_deref(), as_of, quiet_before: self.quiet_before };
            for action in due_actions(&sop.promises, &found.clocks, &known, &notice) {
                act(session, lead, &action, &found.clocks, row, done)?;
            }
            for clock in found.clocks.iter().filter(|c| known.iter().any(|(p, start, _)| *p == c.promise && *start == c.started_at)) {
                session.store.set_breach_open(&clock.promise, lead, clock.started_at, clock.is_open_breach())?;
            }
        }
        self.ring(session, row, &memory, heard, done)?;
        Ok(until)
    }

    fn memory(&self, session: &Session<'_>, lead: LeadId) -> Result<Memory, RunError> {
        let mut memory = Memory::default();
        if !self.rung.contains(&lead) {
            return Ok(memory);
        }
        for (alert, at, still_true) in session.store.alert_memory(lead)? {
            memory.rung.insert(alert, Rung { at, still_true });
        }
        memory.events = session.store.alerts(Some(lead))?.into_iter().map(|a| a.cause).collect();
        Ok(memory)
    }

    fn ring(&mut self, session: &Session<'_>, row: &ScanRow, before: &Memory, heard: Heard, done: &mut Done) -> Result<(), RunError> {
        let (store, run, lead) = (&session.store, session.run, row.record.lead);
        self.history += heard.history;
        for (alert, rung) in heard.memory.rung.iter().filter(|(alert, rung)| before.rung.get(*alert) != Some(*rung)) {
            store.put_alert_memory(lead, alert, rung.at, rung.still_true, run)?;
        }
        for ring in heard.rings {
            let new = store.ring(&AlertRow { alert: ring.alert.clone(), lead, cause: ring.cause.clone(), at: ring.at, recipient: ring.to.clone() }, run)?;
            if !new {
                continue;
            }
            self.rung.insert(lead);
            let change = Change { lead, what: What::Alert, at: ring.at, from: None, to: Some(ring.alert.clone()), why: ring.why.clone() };
            store.record(run, &change)?;
            done.count(2, "alert", None, Some(ring.alert.clone()));
            tell(session, row, ring.to.as_deref(), &[&ring.alert, &ring.cause], &ring.alert, &ring.why)?;
        }
        Ok(())
    }
}

fn kind_of(kind: BreachKind) -> ActionKind {
    match kind {
        BreachKind::Warned => ActionKind::Warned,
        BreachKind::Breached => ActionKind::Breached,
    }
}

/// Records what is due about one clock, and tells whom it concerns.
fn act(session: &Session<'_>, lead: LeadId, action: &Action, clocks: &[Clock], row: &ScanRow, done: &mut Done) -> Result<(), RunError> {
    let (store, run) = (&session.store, session.run);
    let (kind, what) = match action.kind {
        ActionKind::Warned => (BreachKind::Warned, What::Warning),
        ActionKind::Breached => (BreachKind::Breached, What::Breach),
    };
    let breach = BreachRow {
        promise: action.promise.clone(),
        lead,
        start: action.started_at,
        kind,
        at: action.at,
        owner: action.owner.clone(),
        recipient: if action.silent.is_some() { None } else { action.to.clone() },
    };
    if !store.put_breach(&breach, run)? {
        return Ok(());
    }
    let clock = clocks.iter().find(|c| c.promise == action.promise && c.started_at == action.started_at && c.owner == action.owner);
    if let Some(clock) = clock.filter(|_| action.kind == ActionKind::Breached) {
        store.set_breach_open(&action.promise, lead, action.started_at, clock.is_open_breach())?;
    }
    let calendar = &session.workspace.sop.calendar;
    let due = clock.map_or(action.at, |c| c.due_at);
    let since = calendar.local(action.started_at);
    let owner = action.owner.as_deref().unwrap_or("nobody");
    let why = match action.kind {
        ActionKind::Warned => format!("{owner} has had it since {since}; due {}", calendar.local(due)),
        ActionKind::Breached => format!("{owner} has had it since {since}; was due {}", calendar.local(due)),
    };
    store.record(run, &Change { lead, what: what.clone(), at: action.at, from: None, to: Some(action.promise.clone()), why: why.clone() })?;
    done.count(2, &what.name(), None, Some(action.promise.clone()));
    if action.silent.is_none() {
        let start = action.started_at.0.to_string();
        tell(session, row, action.to.as_deref(), &[&action.promise, kind.name(), &start], &format!("{} {}", what.name(), action.promise), &why)?;
    }
    Ok(())
}

/// Puts a word to a colleague into the notices. `about` makes it one of its kind.
pub(super) fn tell(session: &Session<'_>, row: &ScanRow, to: Option<&str>, about: &[&str], subject: &str, body: &str) -> Result<(), RunError> {
    let Some(to) = to else { return Ok(()) };
    let lead = row.record.lead;
    let key = row.record.key.to_string();
    let mut parts: Vec<&[u8]> = vec![to.as_bytes(), key.as_bytes()];
    parts.extend(about.iter().map(|a| a.as_bytes()));
    let notice = NoticeRow {
        notice: stable_hash(&parts) >> 1, // fits a signed integer of the base
        at: session.context.as_of,
        recipient: to.to_owned(),
        medium: "notify".into(),
        lead: Some(lead),
        subject: format!("{subject} · {key}"),
        body: body.to_owned(),
        state: NoticeState::Queued,
    };
    session.store.put_notice(&notice, session.run)?;
    Ok(())
}

/// What happened to a lead, as far as promises ask.
pub(in crate::run) struct Past {
    pub(in crate::run) holds: Vec<Hold>,
    entered: Vec<(Instant, String)>,
    verdicts: Vec<Verdict>,
}

impl Past {
    /// Of a lead that nobody ever held there is nothing to tell.
    pub(in crate::run) fn of(store: &Store, sop: &Sop, row: &ScanRow, standing: &Standing) -> Result<Self, RunError> {
        if sop.promises.is_empty() || (standing.owner.is_none() && standing.last_owner.is_none()) {
            return Ok(Self { holds: Vec::new(), entered: Vec::new(), verdicts: Vec::new() });
        }
        Self::whole(store, sop, row, standing)
    }

    /// The same of a lead whom nobody ever held, too: the clock of a lead that qualified runs whoever has it.
    pub(in crate::run) fn whole(store: &Store, sop: &Sop, row: &ScanRow, standing: &Standing) -> Result<Self, RunError> {
        let lead = row.record.lead;
        let assigned = store.assignments_of(lead)?;
        let holds = holds(&assigned, standing, row.record.seen_at);
        Ok(Self { holds, entered: entered(sop, store.stages_of(lead)?), verdicts: row.verdicts.clone() })
    }

    /// As the promises take it.
    pub(in crate::run) fn history<'a>(&'a self, row: &'a ScanRow, facts: &Facts<'_>, sop: &Sop, standing: &Standing) -> History<'a> {
        let mql = sop.lifecycle.meaning(Means::Mql).and_then(|place| sop.lifecycle.stages.get(place));
        let qualified = mql.and_then(|stage| standing.reached.get(&stage.id)).copied();
        History {
            holds: &self.holds,
            entered: &self.entered,
            verdicts: &self.verdicts,
            follow_ups: &row.follow_ups,
            qualified_by: qualified.map(|at| last_event_at(facts.events, facts.details, at).unwrap_or(at)),
        }
    }
}

/// Who held a lead when. An owner that a file told of has no assignment.
fn holds(assigned: &[AssignmentRow], standing: &Standing, seen_at: Instant) -> Vec<Hold> {
    let mut holds: Vec<Hold> = assigned.iter().map(|a| Hold { owner: a.owner.clone(), from: a.at, until: a.ended.map(|(at, _)| at), told: false }).collect();
    if let Some(owner) = &standing.owner
        && holds.last().is_none_or(|h| h.until.is_some())
    {
        holds.push(Hold { owner: owner.clone(), from: standing.owner_at.unwrap_or(seen_at), until: None, told: true });
    }
    holds
}

/// The stages that a lead entered: of several that one instant stamps, the furthest; the others were skipped.
fn entered(sop: &Sop, history: Vec<(Instant, String)>) -> Vec<(Instant, String)> {
    let place = |stage: &str| sop.lifecycle.place(stage).unwrap_or(usize::MAX);
    let mut all: Vec<(Instant, String)> = Vec::new();
    for (at, stage) in history {
        match all.last_mut() {
            Some((last, known)) if *last == at => {
                if place(&stage) > place(known) {
                    *known = stage;
                }
            }
            _ => all.push((at, stage)),
        }
    }
    all
}
