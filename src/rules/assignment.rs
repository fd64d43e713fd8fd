//! assignment.yaml, checked: rounds with their rules, and queues.

pub(super) mod check;
pub(super) mod queues;
mod reach;
pub(super) mod read;

use crate::condition::Condition;
use crate::model::{Duration, FieldIx, Within};

/// Who gets which lead. Without assignment.yaml nobody gets any.
#[derive(Debug, Default)]
pub struct Assignment {
    /// Leads that stay with whom a sibling has.
    pub keep_together: Option<KeepTogether>,
    /// In order; a lead passes each at most once per spell.
    pub rounds: Vec<Round>,
    /// Leads waiting with no owner.
    pub queues: Vec<Queue>,
}

/// `keep_together: {by: [company, phone], ignore: […], until: 180d}`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepTogether {
    /// Leads that share any of these values are siblings.
    pub by: Vec<FieldIx>,
    /// Folded values that say nothing.
    pub ignore: Vec<String>,
    /// An owner counts for this long after getting the sibling; `None` = as long as they hold it.
    pub until: Option<Duration>,
}

/// One hand-over.
#[derive(Debug)]
pub struct Round {
    /// 清洗
    pub name: String,
    /// Which leads it takes up.
    pub when: Condition,
    /// Among whom; empty = everyone. No such role in the team: the next round.
    pub roles: Vec<String>,
    /// First match wins.
    pub rules: Vec<Rule>,
}

/// One rule of a round.
#[derive(Debug)]
pub struct Rule {
    /// 大客户
    pub name: String,
    /// For which leads; `None` = all.
    pub when: Option<Condition>,
    /// Overrides the round's.
    pub roles: Option<Vec<String>>,
    /// To whom.
    pub to: Target,
    /// How one of several is chosen.
    pub by: By,
    /// Owners for whom this holds are passed over.
    pub pass_over: Option<Condition>,
}

/// Where a rule sends leads.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a few dozen of them")]
pub enum Target {
    /// Everyone of the roles.
    Anyone,
    /// Those of the roles for whom this holds.
    Where(Condition),
    /// These, by id, with weights.
    Named(Vec<(String, u32)>),
    /// Into a queue, by id.
    Queue(String),
}

/// How one of several owners is chosen. Ties go by owner id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// In the order of ids, one after the other, from a stored pointer.
    RoundRobin,
    /// Smooth weighted round robin.
    Weighted,
    /// Who holds fewest leads before customer (by weight when weights differ).
    LeastLoaded,
    /// For whom the later of last follow-up and last assignment is longest ago.
    LongestIdle,
}

impl By {
    /// All, with their names in YAML.
    pub const ALL: [(&'static str, Self); 4] =
        [("round_robin", Self::RoundRobin), ("weighted", Self::Weighted), ("least_loaded", Self::LeastLoaded), ("longest_idle", Self::LongestIdle)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, b)| *b == self).map_or("", |(n, _)| n)
    }
}

/// A queue (线索池).
#[derive(Debug)]
pub struct Queue {
    /// `public`
    pub id: String,
    /// 公共线索池
    pub title: String,
    /// Who may claim, and how much; `None` = nobody.
    pub claim: Option<Claim>,
    /// When it takes leads back.
    pub reclaim: Reclaim,
    /// A lead held this long without a won deal goes back, followed up or not.
    pub protect: Option<Duration>,
}

/// `claim: {who: …, per_day: 20, max_held: 100, cooldown: 7d}`
#[derive(Debug, Default)]
pub struct Claim {
    /// For whom this holds; `None` = everyone.
    pub who: Option<Condition>,
    /// Claims per calendar day of the zone.
    pub per_day: Option<u32>,
    /// Leads held before customer.
    pub max_held: Option<u32>,
    /// Whoever returned or lost a lead may not claim it for this long.
    pub cooldown: Option<Duration>,
}

/// `reclaim: {no_follow_up: 2 business days, no_deal: 90d, warn: 4 business hours}`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reclaim {
    /// Not followed up for this long.
    pub no_follow_up: Option<Within>,
    /// No deal opened within this time of being held.
    pub no_deal: Option<Within>,
    /// The owner is warned this long before.
    pub warn: Option<Within>,
}

impl Assignment {
    /// The queue of an id.
    pub fn queue(&self, id: &str) -> Option<&Queue> {
        self.queues.iter().find(|q| q.id == id)
    }
}
