//! The models, and how those that look at one journey at a time split it.

use super::shares::{equal, normalised};
pub use crate::model::AttributionModel as Model;
use crate::model::Duration;
use std::collections::BTreeSet;

impl Model {
    /// The share of each step, in `ONE`ths: they add up to one. Steps may be left out.
    /// Markov does not split single journeys.
    pub(super) fn split(self, settings: &Settings, steps: &mut Vec<Step>, parts: &mut Vec<i128>) {
        match self {
            Self::First => steps.truncate(1),
            Self::Last => keep(steps, steps.len().saturating_sub(1)),
            Self::LastNonDirect => keep(steps, steps.iter().rposition(|step| !step.direct).unwrap_or(steps.len().saturating_sub(1))),
            Self::Shapley => {
                let mut seen = Vec::new();
                steps.retain(|step| {
                    let first = !seen.contains(&step.channel);
                    seen.extend(first.then_some(step.channel));
                    first
                });
            }
            Self::Linear | Self::TimeDecay | Self::Position | Self::Markov => {}
        }
        match (self, steps.len()) {
            (Self::TimeDecay, _) => {
                // Ages from the newest touch: the same shares, and a journey of long ago does not fade to nothing.
                let newest = steps.last().map_or(0, |step| step.age);
                let half_life = settings.half_life.0.max(1) as f64;
                normalised(steps.iter().map(|step| (-(step.age.saturating_sub(newest) as f64) / half_life).exp2()), parts);
            }
            (Self::Position, n @ 3..) => {
                let between = 0.2 / (n - 2) as f64;
                normalised((0..n).map(|k| if k == 0 || k == n - 1 { 0.4 } else { between }), parts);
            }
            (_, n) => equal(n, parts),
        }
    }
}

fn keep(steps: &mut Vec<Step>, place: usize) {
    steps.truncate(place.saturating_add(1));
    steps.drain(..steps.len().saturating_sub(1));
}

/// What a team decides about all models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Only touches this long before the end of a journey count; `None` = all before it.
    pub lookback: Option<Duration>,
    /// Time decay's half-life.
    pub half_life: Duration,
    /// The channels that [`Model::LastNonDirect`] passes over.
    pub direct: BTreeSet<String>,
}

impl Default for Settings {
    /// All touches, seven days, `direct`.
    fn default() -> Self {
        Self { lookback: None, half_life: Duration(7 * 86_400), direct: BTreeSet::from(["direct".to_owned()]) }
    }
}

/// A touch of the journey at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) channel: usize,
    /// Seconds before the conversion.
    pub(super) age: i64,
    pub(super) direct: bool,
}
