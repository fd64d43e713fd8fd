//! Messages that were held for a gap in their text, or for want of an address: once the content or the field is mended, they are filled in
//! again. Each leaves once and in the order of its path, and what lay between two of them by design lies between them again: the first
//! may leave now, and whatever waits behind it is put back. What is too late, or was overtaken by a later step, is left out and says so.

use crate::engine::nurture::{address, apart, opens};
use crate::model::{Instant, Journeys, Message, MessageId, MessageState, Part, Standing};
use crate::rules::content::Vars;
use crate::run::lead::Lead;
use crate::run::letter::{can_be_filled, fill, vars};
use crate::run::{RunError, Session};
use crate::store::ScanRow;
use std::collections::BTreeSet;

/// What became of a lead's held messages.
pub(super) struct Refilled {
    /// The lead's journeys with them.
    pub(super) journeys: Journeys,
    /// How many are in the outbox again.
    pub(super) queued: i64,
    /// Why others will never leave.
    pub(super) left_out: Vec<String>,
    /// Those of which something was decided, with what they are now.
    pub(super) told: Vec<(MessageId, MessageState)>,
}

/// A message that others wait behind.
struct Ahead {
    /// When it was to go when they were decided.
    planned: Instant,
    /// When it goes.
    goes: Instant,
}

/// Fills in again what can be; `None` where nothing was held.
pub(super) fn refill(session: &Session<'_>, lead: &Lead<'_>, standing: &Standing, row: &ScanRow) -> Result<Option<Refilled>, RunError> {
    let held = |l: &crate::model::Letter| l.state == MessageState::Held && !l.paused;
    if !row.journeys.letters.iter().any(held) {
        return Ok(None);
    }
    let goes_on = |id: i64| row.journeys.enrollments.iter().any(|e| e.id == id && !matches!(e.state, crate::model::JourneyState::Paused));
    let all = session.store.messages_to(lead.lead)?;
    let asked = |m: &Message| m.state == MessageState::Held && can_be_filled(m) && goes_on(m.enrollment);
    let journeys: BTreeSet<i64> = all.iter().filter(|m| asked(m)).map(|m| m.enrollment).collect();
    if journeys.is_empty() {
        return Ok(None);
    }
    let (mut done, gaps) =
        (Refilled { journeys: row.journeys.clone(), queued: 0, left_out: Vec::new(), told: Vec::new() }, vars(&session.workspace.sop, lead, standing));
    for journey in journeys {
        let line: Vec<&Message> = all.iter().filter(|m| m.enrollment == journey).collect();
        again(session, lead, &gaps, &line, &mut done)?;
    }
    Ok(Some(done))
}

/// The messages of one journey, in the order of its steps.
fn again(session: &Session<'_>, lead: &Lead<'_>, gaps: &Vars, line: &[&Message], done: &mut Refilled) -> Result<(), RunError> {
    let (store, sop, as_of) = (&session.store, &session.workspace.sop, session.context.as_of);
    let mut ahead: Option<Ahead> = None;
    for old in line.iter().copied().filter(|m| !is_dead(m)) {
        let mut now = old.clone();
        if let Some(ahead) = ahead.as_ref().filter(|_| old.part == Part::Main) {
            put_back(session, &mut now, ahead);
        }
        let medium = sop.delivery.medium(&old.medium);
        let opening = |at: Instant| medium.map_or(at, |m| opens(&sop.calendar, m, at));
        if old.state == MessageState::Held && can_be_filled(old) {
            now.address = medium.and_then(|m| address(m, lead.facts.lead)).map(|(_, text)| text.to_owned());
            fill(sop, gaps, &mut now);
            let whole = now.reason == old.reason && now.body.is_some() && now.content.as_deref().is_some_and(|c| sop.content(c).is_some());
            if now.address.is_some() && whole {
                let over = old.not_after.is_some_and(|last| last < as_of).then(|| "too late once it could be filled in".to_owned());
                if let Some(why) = over.or_else(|| overtaken(old, line)) {
                    store.set_message_state(old.id, MessageState::Skipped, Some(&why))?;
                    keep(done, old, MessageState::Skipped, old.not_before);
                    done.left_out.push(why);
                    continue;
                }
                now.not_before = opening(now.not_before.max(as_of));
                store.refill_message(&now)?;
                done.queued += 1;
                keep(done, old, MessageState::Queued, now.not_before);
                if old.part == Part::Main {
                    ahead = Some(Ahead { planned: old.due_at, goes: now.not_before });
                }
                continue;
            }
            // Another gap than before.
            if now.address.is_some() && now.reason != old.reason {
                store.set_message_state(old.id, MessageState::Held, now.reason.as_deref())?;
            }
        }
        if now.due_at == old.due_at {
            continue;
        }
        now.not_before = opening(now.not_before);
        store.move_message(&now)?;
        keep(done, old, old.state, now.not_before);
        if waits(old) {
            ahead = Some(Ahead { planned: old.not_before, goes: now.not_before });
        }
    }
    Ok(())
}

/// Puts a message back behind one that goes later than it was to. Its end moves as well: that is no lateness of its own.
fn put_back(session: &Session<'_>, message: &mut Message, ahead: &Ahead) {
    let due = apart(&session.workspace.sop, message, ahead.planned, ahead.goes).unwrap_or(ahead.goes);
    let by = due.0.saturating_sub(message.due_at.0);
    if by > 0 {
        message.due_at = due;
        message.not_before = message.not_before.max(due);
        message.not_after = message.not_after.map(|last| last.plus(by));
    }
}

fn keep(done: &mut Refilled, message: &Message, state: MessageState, not_before: Instant) {
    done.told.push((message.id, state));
    for letter in done.journeys.letters.iter_mut().filter(|l| l.id == message.id) {
        (letter.state, letter.not_before) = (state, not_before);
    }
}

/// Why a message can no longer leave in its turn: a later step has left before it. What still waits is put back instead; only the second
/// message of a step gives way to it.
fn overtaken(held: &Message, line: &[&Message]) -> Option<String> {
    let gives_way = |other: &Message| if held.part == Part::Main { has_left(other) } else { !is_dead(other) };
    let by = line.iter().find(|m| m.part == Part::Main && m.due_at > held.due_at && gives_way(m))?;
    Some(format!("overtaken by `{}` before it could be filled in", by.step))
}

fn is_dead(m: &Message) -> bool {
    matches!(m.state, MessageState::Failed | MessageState::Suppressed | MessageState::Skipped | MessageState::Cancelled)
}

fn has_left(m: &Message) -> bool {
    matches!(m.state, MessageState::Sent | MessageState::Sending | MessageState::Unknown)
}

fn waits(m: &Message) -> bool {
    matches!(m.state, MessageState::Queued | MessageState::Deferred)
}
