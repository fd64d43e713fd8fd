//! The stage of one lead: moves that its facts make, what sales says of it, and moves by hand. Pure: a standing in, a
//! standing out, and every move with the condition and the values that made it true.
//!
//! Laws: on its own a lead only moves forward, back by `leave` while nobody holds it, into a detour, and out of one when its time has
//! come; a second look at the same instant moves nothing; in a detour only time or a person moves it. A reject, a return,
//! a reclaim or a detour ends the spell: nobody holds the lead any more, and what sales said in it is over.

mod by_hand;
mod own;

pub use by_hand::{Judged, judge, place};
pub use own::{Advanced, advance};

use crate::condition::Facts;
use crate::model::{DealFacts, Instant, Standing, Value};
use crate::rules::Sop;
use crate::rules::lifecycle::Lifecycle;
use crate::rules::scoring::Band;

/// One move of a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where it was; `None` = nowhere yet.
    pub from: Option<String>,
    /// Where it is now: a stage or a detour.
    pub to: String,
    /// The date of the move: the facts' where they know it, else the as-of.
    pub at: Instant,
    /// Stages between, stamped as reached.
    pub skipped: Vec<String>,
    /// The condition and the values that made it so.
    pub why: String,
    /// Who held the lead and no longer does.
    pub released: Option<String>,
    /// The queue that it left.
    pub left: Option<String>,
}

/// What the moves of one lead are decided by, beside its standing.
pub struct Seen<'a> {
    /// The rules.
    pub sop: &'a Sop,
    /// The lead with its events; the state names are filled in by `state`.
    pub facts: &'a Facts<'a>,
    /// Its deals as of now.
    pub deals: &'a DealFacts,
    /// The values of the state names for a standing, in their fixed order.
    pub state: &'a dyn Fn(&Standing) -> Vec<Value>,
}

/// Records that the score went from one band to another: which bands it is below, and since when. Places are those of
/// `bands`, which run from the highest to the lowest.
pub fn cross(standing: &mut Standing, bands: &[Band], from: usize, to: usize, at: Instant) {
    if to > from {
        for band in bands.iter().take(to).skip(from) {
            standing.below.insert(band.id.clone(), at);
        }
    }
    for band in bands.iter().skip(to) {
        standing.below.remove(&band.id);
    }
}

/// Puts a standing at a stage of the line. Gives the stages passed on the way.
fn enter_stage(lifecycle: &Lifecycle, standing: &mut Standing, place: usize, at: Instant) -> Vec<String> {
    let from = standing.stage.as_deref().and_then(|s| lifecycle.place(s));
    let skipped: Vec<String> = match from {
        Some(from) if from < place => lifecycle.stages.iter().take(place).skip(from + 1).map(|s| s.id.clone()).collect(),
        Some(_) => Vec::new(),
        // From outside of the line: whatever lies before counts as passed, but for the first stage, which needs no stamp.
        None => lifecycle.stages.iter().take(place).skip(1).map(|s| s.id.clone()).collect(),
    };
    for id in skipped.iter().chain(lifecycle.stages.get(place).map(|s| &s.id)) {
        let first = standing.reached.entry(id.clone()).or_insert(at);
        *first = (*first).min(at);
    }
    standing.stage = lifecycle.stages.get(place).map(|s| s.id.clone());
    standing.stage_at = Some(at);
    skipped
}

/// Puts a standing into a detour: the spell is over, and with it whoever held the lead.
fn enter_detour(lifecycle: &Lifecycle, standing: &mut Standing, detour: &str, after: Option<crate::model::Duration>, at: Instant) -> Released {
    let released = release(standing);
    let back = lifecycle.detour(detour).and_then(|d| d.back.as_ref());
    standing.back = back.map(|b| (at.plus(after.unwrap_or(b.after).0), b.to.clone()));
    if standing.back.is_some() {
        standing.recycled_at = Some(at);
    }
    standing.stage = Some(detour.to_owned());
    standing.stage_at = Some(at);
    standing.came_from = None;
    standing.reached.entry(detour.to_owned()).or_insert(at);
    released
}

/// Who and what a lead was taken from.
pub(super) type Released = (Option<String>, Option<String>);

/// Ends the spell: nobody holds the lead and no queue has it.
pub(super) fn release(standing: &mut Standing) -> Released {
    standing.end_spell();
    let (owner, queue) = (standing.owner.take(), standing.queue.take());
    if owner.is_some() {
        standing.last_owner.clone_from(&owner);
    }
    if queue.is_some() {
        standing.last_queue.clone_from(&queue);
    }
    (standing.owner_at, standing.queue_at) = (None, None);
    (owner, queue)
}
