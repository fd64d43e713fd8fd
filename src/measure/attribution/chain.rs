//! The Markov chain of order 1 over channels, solved exactly.
//!
//! States: start, each channel, conversion, null; P(i→j) = transitions from i to j / all from i. A touch of the same channel again is no
//! transition: how long one stays in a state changes neither where one gets nor what is lost without it. Without a channel, every
//! transition into it goes to null. Whoever is ever at c reaches conversion from there with probability p_c, so that the removal effect
//! 1 − p(without c)/p is h_c·p_c/p, h_c the chance of ever being at c; with the fundamental matrix F = (I−Q)⁻¹ (Kemeny and Snell, *Finite Markov
//! Chains*, 3.2 and 3.5.4) h_c = Σ_i P(start→i)·F_ic / F_cc and p_c = Σ_j F_cj·P(j→conversion). One inversion for all channels, and no differences.

use super::shares::{equal, normalised};
use std::collections::BTreeMap;

/// Transitions as counted, by number of channel.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    /// How many journeys begin at a channel.
    starts: BTreeMap<usize, u64>,
    /// How many go from one channel to another.
    moves: BTreeMap<(usize, usize), u64>,
    /// How many end at a channel.
    ends: BTreeMap<usize, Ends>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    conversions: u64,
    nulls: u64,
    value: i128,
}

/// Removal effects and shares, in the order asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Solved {
    /// The share of conversions that is lost without each channel.
    pub(super) effects: Vec<f64>,
    /// Each channel's share of the conversions, in `ONE`ths.
    pub(super) conversion_parts: Vec<i128>,
    /// Each channel's share of the value, by the share of value that is lost without it.
    pub(super) value_parts: Vec<i128>,
}

/// P: from the start, between channels, from channels to conversion, and the mean value of what ends at a channel per departure from it.
#[derive(Clone, Debug)]
pub(super) struct Probabilities {
    pub(super) start: Vec<f64>,
    pub(super) between: Vec<Vec<f64>>,
    pub(super) conversion: Vec<f64>,
    pub(super) null: Vec<f64>,
    value: Vec<f64>,
}

impl Chain {
    /// Journeys along one path of at least one channel.
    pub(super) fn count(&mut self, channels: impl Iterator<Item = usize>, conversions: u64, value: i64, nulls: u64) {
        let journeys = conversions.saturating_add(nulls);
        if journeys == 0 {
            return;
        }
        let mut last = None;
        for channel in channels {
            let seen = match last {
                Some(from) if from == channel => continue,
                Some(from) => self.moves.entry((from, channel)).or_default(),
                None => self.starts.entry(channel).or_default(),
            };
            *seen = seen.saturating_add(journeys);
            last = Some(channel);
        }
        if let Some(channel) = last {
            let ends = self.ends.entry(channel).or_default();
            ends.conversions = ends.conversions.saturating_add(conversions);
            ends.nulls = ends.nulls.saturating_add(nulls);
            ends.value = ends.value.saturating_add(value.into());
        }
    }

    /// The transition matrix over `channels`, in this order. Every row adds up to 1; that of a channel where nobody was is 0.
    pub(super) fn probabilities(&self, channels: &[usize]) -> Probabilities {
        let started = self.starts.values().map(|n| *n as f64).sum::<f64>().max(1.0);
        let start = channels.iter().map(|c| self.starts.get(c).map_or(0.0, |n| *n as f64 / started)).collect();
        let mut p = Probabilities { start, between: Vec::new(), conversion: Vec::new(), null: Vec::new(), value: Vec::new() };
        for from in channels {
            let ends = self.ends.get(from).copied().unwrap_or_default();
            let moves: Vec<f64> = channels.iter().map(|to| self.moves.get(&(*from, *to)).map_or(0.0, |n| *n as f64)).collect();
            let left = (moves.iter().sum::<f64>() + ends.conversions as f64 + ends.nulls as f64).max(1.0);
            p.between.push(moves.into_iter().map(|n| n / left).collect());
            p.conversion.push(ends.conversions as f64 / left);
            p.null.push(ends.nulls as f64 / left);
            p.value.push(ends.value as f64 / left);
        }
        p
    }

    /// Solves the chain over `channels`, in this order (the sums of floats follow it, so let it not depend on the order of the journeys).
    pub(super) fn solve(&self, channels: &[usize]) -> Solved {
        let p = self.probabilities(channels);
        let Some(f) = fundamental(&p.between) else { return Solved::default() };
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        // How often one is at c before the end, and so how likely one ever is.
        let mut visits = vec![0.0; channels.len()];
        for (start, row) in p.start.iter().zip(&f) {
            visits.iter_mut().zip(row).for_each(|(v, f)| *v += start * f);
        }
        let hit: Vec<f64> = visits.iter().zip(&f).enumerate().map(|(c, (v, row))| row.get(c).map_or(0.0, |own| v / own)).collect();
        let effects_on = |ends: &[f64]| {
            let lost: Vec<f64> = f.iter().zip(&hit).map(|(row, hit)| hit * dot(row, ends)).collect();
            let all = dot(&visits, ends);
            (lost.iter().map(|lost| lost / all).collect::<Vec<f64>>(), all)
        };
        let (mut effects, reached) = effects_on(&p.conversion);
        if reached <= 0.0 {
            effects.fill(0.0);
        }
        let mut solved = Solved::default();
        if effects.iter().any(|effect| *effect > 0.0) {
            normalised(effects.iter().copied(), &mut solved.conversion_parts);
        } else {
            equal(channels.len(), &mut solved.conversion_parts);
        }
        // Refunds may make a channel's value negative, or all of it nothing: then conversions decide.
        let (by_value, revenue) = effects_on(&p.value);
        if revenue > 0.0 && by_value.iter().all(|effect| *effect >= 0.0) {
            normalised(by_value.iter().copied(), &mut solved.value_parts);
        } else {
            solved.value_parts.clone_from(&solved.conversion_parts);
        }
        solved.effects = effects;
        solved
    }
}

/// (I−Q)⁻¹ by Gauss and Jordan. Without pivoting: every row of I−Q outweighs its own other entries (an M-matrix), so no pivot vanishes
/// as long as every channel leads to an end, which journeys always do; one that rounding would bring to 0 is held above it.
fn fundamental(q: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = q.len();
    let unit = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
    let mut rows: Vec<Vec<f64>> =
        q.iter().enumerate().map(|(i, row)| row.iter().enumerate().map(|(j, p)| unit(i, j) - p).chain((0..n).map(|j| unit(i, j))).collect()).collect();
    for i in 0..n {
        let mut pivot = std::mem::take(rows.get_mut(i)?);
        let scale = pivot.get(i)?.max(f64::EPSILON);
        pivot.iter_mut().for_each(|x| *x /= scale);
        for row in rows.iter_mut().filter(|row| !row.is_empty()) {
            let times = *row.get(i)?;
            if times != 0.0 {
                row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= times * p);
            }
        }
        *rows.get_mut(i)? = pivot;
    }
    Some(rows.into_iter().map(|row| row.into_iter().skip(n).collect()).collect())
}
