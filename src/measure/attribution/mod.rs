//! Which channels brought the conversions: journeys in, credit by channel out, under one of eight models.
//!
//! Every model takes its journeys one at a time and keeps only sums by channel (Markov: by pair of channels), so a million journeys need no
//! more memory than ten. The sums are whole numbers of a fixed small part: they are exact, so that credits add up to the conversions, values to the
//! revenue to the cent, and no order of the journeys shows in the result.

mod chain;
mod journey;
mod model;
mod shares;

pub use journey::{Journey, Path, PathError, Touch};
pub use model::{Model, Settings};

use chain::Chain;
use model::Step;
use shares::{ONE, floor_and_rest};
use std::collections::BTreeMap;

/// The credit of every channel under one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// By whose rule.
    pub model: Model,
    /// By channel name; what no channel touched comes last, and only if there is any.
    pub credits: Vec<Credit>,
    /// Conversions; the credits' sum.
    pub conversions: u64,
    /// Their value in minor units; the sum of the credits' values, to the unit.
    pub value: i64,
    /// Journeys that have not converted. Only Markov looks at them.
    pub nulls: u64,
}

/// What one channel is credited with.
#[derive(Clone, Debug, PartialEq)]
pub struct Credit {
    /// The channel; `None` = conversions that no channel touched within the look-back ([`NO_CHANNEL`]).
    pub channel: Option<String>,
    /// Conversions, with fractions.
    pub conversions: f64,
    /// Value in minor units, whole: channels with the largest fractions are rounded up, equal ones by name, until the sum is the revenue.
    pub value: i64,
    /// Markov only: the share of conversions that would be lost without this channel (0 to 1).
    pub removal_effect: Option<f64>,
}

/// How the row of conversions without a touch is shown.
pub const NO_CHANNEL: &str = "(no channel)";

impl Credit {
    /// The channel's name, or [`NO_CHANNEL`].
    pub fn name(&self) -> &str {
        self.channel.as_deref().unwrap_or(NO_CHANNEL)
    }
}

/// Takes journeys one at a time, in any order.
#[derive(Clone, Debug)]
pub struct Attributor {
    model: Model,
    settings: Settings,
    channels: BTreeMap<String, usize>,
    sums: Vec<Sum>,
    untouched: (u64, i128),
    conversions: u64,
    value: i128,
    nulls: u64,
    chain: Chain,
    // Kept between journeys only for their room.
    steps: Vec<Step>,
    parts: Vec<i128>,
}

/// What one channel has, in [`ONE`]ths.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    conversions: i128,
    value: i128,
}

impl Attributor {
    /// With no journeys yet.
    pub fn new(model: Model, settings: Settings) -> Self {
        Self {
            model,
            settings,
            channels: BTreeMap::new(),
            sums: Vec::new(),
            untouched: (0, 0),
            conversions: 0,
            value: 0,
            nulls: 0,
            chain: Chain::default(),
            steps: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// One journey. Touches outside of the look-back or after its end don't count; the rest are taken by time, at one instant by name.
    pub fn add(&mut self, journey: &Journey<'_>) {
        let from = self.settings.lookback.map(|back| journey.ended_at.plus(back.0.saturating_neg()));
        let counts = |touch: &&Touch<'_>| touch.at <= journey.ended_at && from.is_none_or(|from| touch.at >= from);
        let mut touches: Vec<Touch<'_>> = journey.touches.iter().filter(counts).copied().collect();
        touches.sort_unstable_by_key(|touch| (touch.at, touch.channel));
        self.steps.clear();
        for touch in touches {
            let step = self.step(touch.channel, journey.ended_at.0.saturating_sub(touch.at.0));
            self.steps.push(step);
        }
        match journey.value {
            Some(value) => self.count(1, value, 0),
            None => self.count(0, 0, 1),
        }
    }

    /// One aggregated path: many journeys of the same touches, whose instants are not known.
    pub fn add_path(&mut self, path: &Path<'_>) -> Result<(), PathError> {
        if self.model == Model::TimeDecay {
            return Err(PathError::Undated);
        }
        if path.conversions == 0 && path.value != 0 {
            return Err(PathError::ValueOfNothing { path: path.channels.join(" > ") });
        }
        self.steps.clear();
        for channel in path.channels {
            let step = self.step(channel, 0);
            self.steps.push(step);
        }
        self.count(path.conversions, path.value, path.nulls);
        Ok(())
    }

    fn step(&mut self, channel: &str, age: i64) -> Step {
        let known = self.channels.get(channel).copied();
        let channel_ix = known.unwrap_or_else(|| {
            self.channels.insert(channel.to_owned(), self.sums.len());
            self.sums.push(Sum::default());
            self.sums.len() - 1
        });
        Step { channel: channel_ix, age, direct: self.model == Model::LastNonDirect && self.settings.direct.contains(channel) }
    }

    /// Counts journeys whose touches are `self.steps`.
    fn count(&mut self, conversions: u64, value: i64, nulls: u64) {
        self.conversions = self.conversions.saturating_add(conversions);
        self.value = self.value.saturating_add(value.into());
        self.nulls = self.nulls.saturating_add(nulls);
        if self.steps.is_empty() {
            self.untouched = (self.untouched.0.saturating_add(conversions), self.untouched.1.saturating_add(value.into()));
        } else if self.model == Model::Markov {
            self.chain.count(self.steps.iter().map(|step| step.channel), conversions, value, nulls);
        } else if conversions > 0 {
            self.model.split(&self.settings, &mut self.steps, &mut self.parts);
            for (step, part) in self.steps.iter().zip(&self.parts) {
                if let Some(sum) = self.sums.get_mut(step.channel) {
                    sum.conversions = sum.conversions.saturating_add(part.saturating_mul(conversions.into()));
                    sum.value = sum.value.saturating_add(part.saturating_mul(value.into()));
                }
            }
        }
    }

    /// The credits of all journeys so far.
    pub fn finish(mut self) -> Attribution {
        let mut effects = Vec::new();
        if self.model == Model::Markov {
            let by_name: Vec<usize> = self.channels.values().copied().collect();
            let touched = (self.conversions.saturating_sub(self.untouched.0), self.value.saturating_sub(self.untouched.1));
            let solved = self.chain.solve(&by_name);
            effects = solved.effects;
            for (channel, (conversions, value)) in by_name.iter().zip(solved.conversion_parts.iter().zip(&solved.value_parts)) {
                if let Some(sum) = self.sums.get_mut(*channel) {
                    *sum = Sum { conversions: conversions.saturating_mul(touched.0.into()), value: value.saturating_mul(touched.1) };
                }
            }
        }
        let sums: Vec<Sum> = self.channels.values().filter_map(|ix| self.sums.get(*ix).copied()).collect();
        let values = whole(&sums);
        let mut effects = effects.into_iter();
        let mut credits: Vec<Credit> = (self.channels.into_keys().zip(&sums).zip(values))
            .map(|((channel, sum), value)| {
                let conversions = sum.conversions as f64 / ONE as f64;
                Credit { channel: Some(channel), conversions, value: clamp(value), removal_effect: effects.next() }
            })
            .collect();
        let (conversions, value) = self.untouched;
        if conversions > 0 {
            credits.push(Credit { channel: None, conversions: conversions as f64, value: clamp(value), removal_effect: None });
        }
        Attribution { model: self.model, credits, conversions: self.conversions, value: clamp(self.value), nulls: self.nulls }
    }
}

/// Whole minor units that add up to what the parts add up to: the largest fractions are rounded up, equal ones in order of name.
fn whole(sums: &[Sum]) -> Vec<i128> {
    let (mut values, rests): (Vec<i128>, Vec<i128>) = sums.iter().map(|sum| floor_and_rest(sum.value)).unzip();
    let short = floor_and_rest(rests.iter().sum()).0;
    let mut by_rest: Vec<usize> = (0..values.len()).collect();
    by_rest.sort_by_key(|ix| rests.get(*ix).map(|rest| -rest));
    for ix in by_rest.into_iter().take(usize::try_from(short).unwrap_or(0)) {
        if let Some(value) = values.get_mut(ix) {
            *value += 1;
        }
    }
    values
}

fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod published;
