//! What people do with journeys: put a lead onto a path, take it off, stop it for a while, let it go on.

use super::gates::{Gate, Verdict, address, consents, gate};
use super::{Look, Looked, Seen};
use crate::model::{Enrollment, JourneyState, Journeys, MessageState, Until};
use crate::rules::content::Purpose;
use crate::rules::nurture::Path;

/// Said of messages that a pause keeps.
const PAUSED: &str = "paused";

/// One act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Onto the path, whether the lead matches or not. Its steps wait for the next tick.
    Enroll,
    /// Off it: what has not left does not leave.
    Exit,
    /// Nothing is sent or done until it is resumed.
    Pause,
    /// On from where it stopped. A pause is no lateness.
    Resume,
}

/// Media by which nothing of a path would reach the lead as things are, with the state and the reason that a message would get: in the
/// order of the path's steps, each once.
pub fn silent(seen: &Seen<'_>, path: &Path) -> Vec<(String, MessageState, String)> {
    let mut all: Vec<(String, MessageState, String)> = Vec::new();
    for (_, send) in path.sends() {
        let Some(medium) = seen.sop.delivery.medium(&send.medium).filter(|m| all.iter().all(|(known, ..)| *known != m.id)) else { continue };
        let purpose = send.contents().first().and_then(|name| seen.sop.content(name)).map_or(Purpose::Marketing, |c| c.purpose);
        let found = address(medium, seen.facts.lead).map(|(_, text)| text);
        let to = found.and_then(|text| seen.facts.dictionary.address(text));
        let closed = to.and_then(|to| seen.closed.stops(seen.lead, &to, &medium.id, purpose == Purpose::Service));
        let asked = Gate { closed, consent: consents(medium, seen.facts), address: found, others: &[] };
        if let Verdict::Stopped(state, why) = gate(&seen.sop.calendar, &seen.sop.delivery, medium, purpose, &asked, seen.facts.as_of) {
            all.push((medium.id.clone(), state, why));
        }
    }
    all
}

/// Does it. The error says why it cannot be.
pub fn act(seen: &Seen<'_>, journeys: &Journeys, path: &str, act: Act, why: &str) -> Result<Looked, String> {
    let mut look = Look { seen, journeys: journeys.clone(), out: Looked::default(), until: Until::NEVER };
    if act == Act::Enroll {
        look.enroll_by_hand(path, why)?;
        return Ok(look.out);
    }
    let open: Vec<Enrollment> = journeys.enrollments.iter().filter(|e| e.path == path && e.state.is_open()).cloned().collect();
    if open.is_empty() {
        return Err(format!("it is not on the path `{path}`"));
    }
    let (from, to) = if act == Act::Pause { (JourneyState::Active, JourneyState::Paused) } else { (JourneyState::Paused, JourneyState::Active) };
    for mut e in open {
        match act {
            Act::Exit => look.end(e, JourneyState::Exited, format!("by hand: {why}")),
            _ if e.state == from => {
                let as_of = look.as_of();
                e.state = to;
                e.why = (to == JourneyState::Paused).then(|| why.to_owned());
                if to == JourneyState::Active {
                    e.due_at = e.due_at.map(|at| at.max(as_of));
                    look.resume(e.id);
                } else {
                    look.restate(e.id, |l| l.waits(), MessageState::Held, Some(PAUSED));
                }
                look.tell(&e, Some(from.name()), format!("by hand: {why}"));
                look.put(e);
            }
            _ => {}
        }
    }
    Ok(look.out)
}

impl Look<'_> {
    /// Messages that a pause kept go back into the outbox; the gates ask them again when they leave.
    fn resume(&mut self, id: i64) {
        self.restate(id, |l| l.paused, MessageState::Queued, None);
    }
}
