//! Promises and alerts of one lead, after all engines that move it: what fell due is recorded once, and told to whom it
//! concerns through `notices`, which delivery empties.

use super::Done;
use super::chain::Chain;
use super::look::{Past, Said, entered, look};
use crate::engine::alerts::{Heard, Memory, Rung};
use crate::engine::queue::Due;
use crate::engine::sla::{Action, ActionKind, quiet_before};
use crate::model::{Change, Clock, ClockKind, Hold, Instant, LeadId, Standing, Until, What, stable_hash};
use crate::rules::Sop;
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
        let lead = row.record.lead;
        let past = past_of(&session.store, sop, row, standing)?;
        let recorded = if past.holds.is_empty() { Vec::new() } else { session.store.breaches(Some(lead))? };
        let memory = self.memory(session, lead)?;
        let known: BTreeSet<_> = recorded.iter().map(|b| (b.promise.clone(), b.start, kind_of(b.kind))).collect();
        let said = Said { done: &known, memory: &memory, quiet_before: self.quiet_before };
        let looked = chain.world.with_lead(row, |lead| look(sop, lead, standing, &past, &said));
        for action in &looked.actions {
            act(session, lead, action, &looked.clocks, row, done)?;
        }
        // The lead's own clock may have started at the same instant; what is recorded is of its owners' clocks.
        let of_owner = |c: &&Clock| c.kind == ClockKind::Owner && known.iter().any(|(p, start, _)| *p == c.promise && *start == c.started_at);
        for clock in looked.clocks.iter().filter(of_owner) {
            session.store.set_breach_open(&clock.promise, lead, clock.started_at, clock.is_open_breach())?;
        }
        if let Some((at, due)) = chain.warned_of(row, standing) {
            warn(session, row, standing, (at, &due), done)?;
        }
        self.ring(session, row, &memory, looked.heard, done)?;
        Ok(looked.until)
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

/// Tells an owner once that a queue is about to take the lead back.
fn warn(session: &Session<'_>, row: &ScanRow, standing: &Standing, (at, due): (Instant, &Due), done: &mut Done) -> Result<(), RunError> {
    let (lead, owner, kind) = (row.record.lead, standing.owner.clone(), BreachKind::Warned);
    let warning = BreachRow { promise: due.queue.clone(), lead, start: due.since, kind, at, owner: owner.clone(), recipient: owner.clone() };
    if !session.store.put_breach(&warning, session.run)? {
        return Ok(());
    }
    let local = |at| session.workspace.sop.calendar.local(at);
    let why = format!("{} since {}: back into the queue `{}` on {}", due.limit.name(), local(due.since), due.queue, local(due.due_at));
    session.store.record(session.run, &Change { lead, what: What::Warning, at, from: None, to: Some(due.queue.clone()), why: why.clone() })?;
    done.count(2, &What::Warning.name(), None, Some(due.queue.clone()));
    let start = due.since.0.to_string();
    tell(session, row, owner.as_deref(), &[&due.queue, kind.name(), &start], &format!("warning {}", due.queue), &why)
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

/// What happened to a lead, as far as promises ask. Of a lead that nobody ever held there is nothing to tell.
pub(in crate::run) fn past_of(store: &Store, sop: &Sop, row: &ScanRow, standing: &Standing) -> Result<Past, RunError> {
    if sop.promises.is_empty() || (standing.owner.is_none() && standing.last_owner.is_none()) {
        return Ok(Past::default());
    }
    whole_past_of(store, sop, row, standing)
}

/// The same of a lead whom nobody ever held, too: the clock of a lead that qualified runs whoever has it.
pub(in crate::run) fn whole_past_of(store: &Store, sop: &Sop, row: &ScanRow, standing: &Standing) -> Result<Past, RunError> {
    let lead = row.record.lead;
    let holds = holds(&store.assignments_of(lead)?, standing, row.record.seen_at);
    Ok(Past { holds, entered: entered(sop, store.stages_of(lead)?), verdicts: row.verdicts.clone() })
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
