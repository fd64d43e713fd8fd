//! scoring.yaml, checked.

pub(super) mod check;
pub(super) mod read;

use crate::condition::Condition;
use crate::model::{Duration, KindId};

/// The scoring rules of a workspace.
#[derive(Debug)]
pub struct Scoring {
    /// In the file's order.
    pub groups: Vec<Group>,
    /// Clamps of the total.
    pub total: Clamp,
    /// From the highest threshold to the lowest. Never empty.
    pub bands: Vec<Band>,
}

/// `min` and `max` of a rule, a group or the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clamp {
    /// Never below.
    pub min: Option<i64>,
    /// Never above.
    pub max: Option<i64>,
}

/// A named range of the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// `qualified`
    pub id: String,
    /// The least total that has it (inclusive).
    pub at_least: i64,
}

/// A group of rules (`fit`, `engagement` …).
#[derive(Debug)]
pub struct Group {
    /// `fit`
    pub id: String,
    /// Clamps of its sum.
    pub clamp: Clamp,
    /// In the file's order.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// As printed on score cards.
    pub name: String,
    /// For attribute rules: when it fires (`None` = always). For event rules: an extra gate, if any.
    pub when: Option<Condition>,
    /// What one occurrence is worth.
    pub points: Points,
    /// `None` = an attribute rule, counted once.
    pub event: Option<EventRule>,
    /// Clamps of the rule's line.
    pub clamp: Clamp,
}

/// What an occurrence is worth.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a few dozen of them, and boxing would cost the scorer a jump")]
pub enum Points {
    /// A number. Whole for attribute rules; event rules may use fractions, since only the line is rounded.
    Fixed(f64),
    /// An expression over the lead; NULL = 0, explained as unknown.
    Expression(Condition),
}

/// How events become points, in the order of the fields.
#[derive(Debug)]
pub struct EventRule {
    /// `None` = `'*'`: every act of the lead.
    pub kind: Option<KindId>,
    /// Only events that meet it.
    pub filter: Option<Condition>,
    /// Only events at most this old (inclusive).
    pub within: Option<Duration>,
    /// One per event, per local day, or per asset.
    pub per: Per,
    /// Which one of a day or asset is kept.
    pub keep: Keep,
    /// At most this many, the newest.
    pub limit: Option<usize>,
    /// How points fade with age.
    pub fade: Fade,
}

/// What counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Every event.
    Event,
    /// One per calendar day of the zone.
    Day,
    /// One per asset; blank is one asset.
    Asset,
}

/// Which of several is kept by `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The newest.
    Newest,
    /// The oldest.
    Oldest,
}

/// How points fade with age `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fade {
    /// Not at all.
    None,
    /// `p · 2^(−t/h)`
    HalfLife(Duration),
    /// `p · max(0, 1 − t/d)`
    Linear(Duration),
}
