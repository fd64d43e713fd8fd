//! Where a lead stands beside its score: stage, owner, queue, and what the current spell has seen so far.
//!
//! A *spell* runs from entering the line (the first time, or back from a detour) to the next reject, return, reclaim or
//! detour. Law: at any instant a lead has at most one owner, and one of owner and queue.

use super::Instant;
use std::collections::BTreeMap;

/// A lead's standing. Engines change it as a value; the store keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The stage's or detour's id; a text of a file that no stage is known by stays as it was told.
    pub stage: Option<String>,
    /// Since when it is there.
    pub stage_at: Option<Instant>,
    /// The stage from which a move on its own brought it here: where `leave` takes it back to.
    pub came_from: Option<String>,
    /// In a detour: when it comes back, and to which stage.
    pub back: Option<(Instant, String)>,
    /// When it was first at each stage; skipped ones are stamped as the one that was entered.
    pub reached: BTreeMap<String, Instant>,
    /// Start of the current spell; `None` in a detour.
    pub spell_at: Option<Instant>,
    /// When an owner got it last, in this spell.
    pub assigned_at: Option<Instant>,
    /// When sales accepted it, in this spell.
    pub accepted_at: Option<Instant>,
    /// When sales rejected it, until the next spell.
    pub rejected_at: Option<Instant>,
    /// Rounds of assignment that it has passed in this spell, by name.
    pub rounds: Vec<String>,
    /// When it was last put into a detour by a reject.
    pub recycled_at: Option<Instant>,
    /// The latest reject, return or loss: the stage that means mql asks for an own act later than this.
    pub barred_at: Option<Instant>,
    /// Detours whose `enter` has not been false since the lead left them, with the instant of leaving.
    pub spent: BTreeMap<String, Instant>,
    /// Who holds it: an owner's id, or a name that the team does not know (*held elsewhere*).
    pub owner: Option<String>,
    /// Since when this owner holds it.
    pub owner_at: Option<Instant>,
    /// Who held it before.
    pub last_owner: Option<String>,
    /// The queue it waits in.
    pub queue: Option<String>,
    /// Since when it waits there.
    pub queue_at: Option<Instant>,
    /// The last queue it was in.
    pub last_queue: Option<String>,
    /// By band: since when the score has been below it. Bands at or below the present one are absent.
    pub below: BTreeMap<String, Instant>,
}

impl Standing {
    /// Ends the spell: what sales said and did in it is over.
    pub fn end_spell(&mut self) {
        (self.spell_at, self.assigned_at, self.accepted_at) = (None, None, None);
        self.rounds.clear();
    }
}
