//! Messages that were held for a gap in their text, or for want of an address: once the content or the field is mended, they are filled in
//! again and may leave, as long as that is neither too late nor behind a step that has gone on without them.

use crate::engine::nurture::address;
use crate::model::{Journeys, Message, MessageState, Part, Standing};
use crate::run::lead::Lead;
use crate::run::letter::{can_be_filled, fill, vars};
use crate::run::{RunError, Session};
use crate::store::ScanRow;

/// What became of a lead's held messages.
pub(super) struct Refilled {
    /// The lead's journeys with them.
    pub(super) journeys: Journeys,
    /// How many are in the outbox again.
    pub(super) queued: i64,
}

/// Fills in again what can be; `None` where nothing was held.
pub(super) fn refill(session: &Session<'_>, lead: &Lead<'_>, standing: &Standing, row: &ScanRow) -> Result<Option<Refilled>, RunError> {
    let held = |l: &crate::model::Letter| l.state == MessageState::Held && !l.paused;
    if !row.journeys.letters.iter().any(held) {
        return Ok(None);
    }
    let (store, sop, as_of) = (&session.store, &session.workspace.sop, session.context.as_of);
    let goes_on = |id: i64| row.journeys.enrollments.iter().any(|e| e.id == id && !matches!(e.state, crate::model::JourneyState::Paused));
    let all = store.messages_to(lead.lead)?;
    let held: Vec<&Message> = all.iter().filter(|m| m.state == MessageState::Held && can_be_filled(m) && goes_on(m.enrollment)).collect();
    if held.is_empty() {
        return Ok(None);
    }
    let (mut done, gaps) = (Refilled { journeys: row.journeys.clone(), queued: 0 }, vars(sop, lead, standing));
    for old in held {
        let mut now = old.clone();
        let found = sop.delivery.medium(&old.medium).and_then(|m| address(m, lead.facts.lead));
        now.address = found.map(|(_, text)| text.to_owned());
        fill(sop, &gaps, &mut now);
        let whole = now.reason == old.reason && now.body.is_some() && now.content.as_deref().is_some_and(|c| sop.content(c).is_some());
        let state = match (now.address.is_some(), whole) {
            (true, true) if now.not_after.is_some_and(|last| last < as_of) => stopped(session, old, "too late once it could be filled in")?,
            (true, true) if all.iter().any(|m| is_behind(old, m)) => stopped(session, old, "its journey went on before it could be filled in")?,
            (true, true) => {
                now.not_before = now.not_before.max(as_of);
                store.refill_message(&now)?;
                done.queued += 1;
                MessageState::Queued
            }
            // Another gap than before.
            (true, false) if now.reason != old.reason => {
                store.set_message_state(old.id, MessageState::Held, now.reason.as_deref())?;
                continue;
            }
            _ => continue,
        };
        for letter in done.journeys.letters.iter_mut().filter(|l| l.id == old.id) {
            (letter.state, letter.not_before) = (state, letter.not_before.max(as_of));
        }
    }
    Ok(Some(done))
}

fn stopped(session: &Session<'_>, message: &Message, why: &str) -> Result<MessageState, RunError> {
    session.store.set_message_state(message.id, MessageState::Skipped, Some(why))?;
    Ok(MessageState::Skipped)
}

/// Whether a message belongs to a later step of the same journey, and left or may leave. Of two that were held the later one leaves:
/// both together would be a burst.
fn is_behind(held: &Message, other: &Message) -> bool {
    let is_dead = matches!(other.state, MessageState::Failed | MessageState::Suppressed | MessageState::Skipped | MessageState::Cancelled);
    other.enrollment == held.enrollment && other.part == Part::Main && other.due_at > held.due_at && !is_dead
}
