//! The score of one lead: whole points line by line. A pure function of (fields, events, rules, as_of).
//!
//! Lines are whole, so they always add up to the group and groups to the total, clamps being lines of their own.
//! Beside the score stands `until`, the first instant at which the clock alone could change any line: early is allowed,
//! late never. [`Scorer`] is the one evaluator; the score card is its second voice and reads the same lines.

mod card;
mod days;
mod fade;
mod line;
mod scorer;

pub use card::main_reasons;
pub use scorer::Scorer;

use crate::condition::Facts;
use crate::model::Until;
use crate::rules::scoring::{Band, Clamp, Scoring};

/// The outcome that the store keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scored {
    /// By group, after clamps.
    pub groups: Vec<i64>,
    /// After clamps.
    pub total: i64,
    /// Place in [`Scoring::bands`].
    pub band: usize,
    /// The first instant at which the clock alone could change any line.
    pub until: Until,
}

impl Default for Scored {
    fn default() -> Self {
        Self { groups: Vec::new(), total: 0, band: 0, until: Until::NEVER }
    }
}

/// Scores one lead. For many leads keep a [`Scorer`]: it compiles and allocates once.
pub fn score(scoring: &Scoring, facts: &Facts<'_>) -> Scored {
    let mut out = Scored::default();
    Scorer::new(scoring, facts.dictionary).score(facts, &mut out);
    out
}

/// The score line by line.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreCard {
    /// By group.
    pub groups: Vec<CardGroup>,
    /// A clamp of the total, as a line of its own.
    pub clamp: Option<Line>,
    /// After clamps.
    pub total: i64,
    /// The band's id.
    pub band: String,
    /// As in [`Scored`].
    pub until: Until,
}

/// One group of a score card.
#[derive(Clone, Debug, PartialEq)]
pub struct CardGroup {
    /// `fit`
    pub id: String,
    /// Every rule, fired or not, in the file's order.
    pub lines: Vec<Line>,
    /// A clamp of the group, as a line of its own.
    pub clamp: Option<Line>,
    /// After clamps: the sum of the lines.
    pub points: i64,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The rule's name (for clamps: `max 40`).
    pub rule: String,
    /// Whole points.
    pub points: i64,
    /// Whether the rule fired.
    pub fired: bool,
    /// Why, with the values seen: enough to recompute the points by hand.
    pub reason: String,
}

/// Scores one lead and says why.
pub fn score_card(scoring: &Scoring, facts: &Facts<'_>) -> ScoreCard {
    Scorer::new(scoring, facts.dictionary).card(facts)
}

/// A sum held inside its clamp. Where the two contradict each other, `max` wins.
fn clamped(clamp: Clamp, points: i64) -> i64 {
    let points = clamp.min.map_or(points, |min| points.max(min));
    clamp.max.map_or(points, |max| points.min(max))
}

/// The place of the band that a total has: the highest whose threshold it reaches, else the lowest.
fn band_of(bands: &[Band], total: i64) -> usize {
    bands.iter().position(|b| total >= b.at_least).unwrap_or(bands.len().saturating_sub(1))
}
