//! Queues (线索池): owners claim leads and return them, and a queue takes back what is neglected. Pure: a standing in, a
//! standing and its changes out, or a refusal that names the limit.
//!
//! A queue's limits are its own: `max_held` bounds claims as `capacity` bounds dealing. A lead that goes back ends its spell
//! and, still on the line, begins another. It goes to the queue that it came from; one that never was in a queue belongs to
//! the first of the file. Reclaiming asks only for leads of the team that weigh on a desk ([`counts_as_held`]): a lead held
//! elsewhere, a customer, or a lead in a detour is left alone.
//!
//! [`counts_as_held`]: super::assignment::counts_as_held

mod by_hand;
mod claim;
mod reclaim;

pub use by_hand::{put, set_free};
pub use claim::{Claiming, Refusal, claim, return_lead};
pub use reclaim::{Clock, Due, Held, Limit, reclaim, reclaim_due};

use super::assignment::{To, hand_over};
use crate::model::{Change, Instant, LeadId, Standing};
use crate::rules::assignment::{Assignment, Queue};

/// The queue that a lead belongs to: its last, else the first of the file. `None`: there are no queues.
pub fn home<'a>(assignment: &'a Assignment, standing: &Standing) -> Option<&'a Queue> {
    standing.last_queue.as_deref().and_then(|id| assignment.queue(id)).or_else(|| assignment.queues.first())
}

/// Puts a held lead into a queue. What was said and done in its spell is over; another begins.
fn go_back(standing: &mut Standing, lead: LeadId, queue: &str, at: Instant, why: &str) -> Vec<Change> {
    standing.end_spell();
    standing.spell_at = Some(at);
    standing.rejected_at = None;
    hand_over(standing, lead, &To::Queue(queue.to_owned()), at, why)
}
