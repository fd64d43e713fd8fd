//! The score of one lead: whole points line by line. A pure function of (fields, events, rules, as_of).

use crate::condition::Facts;
use crate::model::Until;
use crate::rules::scoring::Scoring;

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

/// Scores one lead.
pub fn score(_scoring: &Scoring, _facts: &Facts<'_>) -> Scored {
    Scored { groups: Vec::new(), total: 0, band: 0, until: Until::NEVER }
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
pub fn score_card(_scoring: &Scoring, _facts: &Facts<'_>) -> ScoreCard {
    ScoreCard { groups: Vec::new(), clamp: None, total: 0, band: String::new(), until: Until::NEVER }
}
