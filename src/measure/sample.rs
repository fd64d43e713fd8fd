//! Was the experiment sound? How many leads it needs, and whether its arms got the shares that they were meant to get.

use super::special::{gamma_q, normal_quantile};

/// Below this, arms that differ so much from plan do so by chance once in a hundred sound experiments: the split itself is broken.
pub const MISMATCH: f64 = 0.01;

/// How well the arms' sizes agree with their planned weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleRatio {
    /// Pearson's χ², with one degree of freedom less than arms.
    pub chi_square: f64,
    /// The chance of so large a χ² in a sound experiment.
    pub p: f64,
}

impl SampleRatio {
    /// `(leads, weight)` of each arm. `None`: fewer than two arms with a weight above 0, or nobody assigned. An arm of weight 0 is not counted.
    pub fn of(arms: &[(u64, f64)]) -> Option<Self> {
        let arms: Vec<_> = arms.iter().filter(|(_, weight)| *weight > 0.0).collect();
        let (leads, weights) = arms.iter().fold((0.0, 0.0), |(n, w), (leads, weight)| (n + *leads as f64, w + weight));
        if arms.len() < 2 || leads == 0.0 {
            return None;
        }
        let expected = |weight: f64| leads * weight / weights;
        let chi_square = arms.iter().map(|(n, weight)| (*n as f64 - expected(*weight)).powi(2) / expected(*weight)).sum();
        Some(Self { chi_square, p: gamma_q((arms.len() - 1) as f64 / 2.0, chi_square / 2.0) })
    }

    /// The split is broken: results of this experiment mean nothing until someone has found out why.
    pub fn mismatched(&self) -> bool {
        self.p < MISMATCH
    }
}

/// How many leads each arm needs to find a change from rate `from` to rate `to` with chance `power` (0.8), when a change is seen where there is none
/// with chance `alpha` (0.05, two-sided). Fleiss, *Statistical Methods for Rates and Proportions* (1981), chapter 3: pooled variance under
/// the null, each arm's own under the change, no continuity correction. `None`: rates that are equal or outside 0 to 1, chances outside it.
pub fn sample_size(from: f64, to: f64, alpha: f64, power: f64) -> Option<u64> {
    let inside = |x: f64| x > 0.0 && x < 1.0;
    if from == to || ![from, to].iter().all(|rate| (0.0..=1.0).contains(rate)) || !inside(alpha) || !inside(power) {
        return None;
    }
    let spread = |rate: f64| rate * (1.0 - rate);
    let none = normal_quantile(1.0 - alpha / 2.0) * (2.0 * spread((from + to) / 2.0)).sqrt();
    let some = normal_quantile(power) * (spread(from) + spread(to)).sqrt();
    Some(((none + some) / (from - to)).powi(2).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published sizes; the formula worked out in Python with `statistics.NormalDist` gives 8157.73, 1682.41, 3396.08, 3840.85 and 6744.93 (with
    /// continuity correction it would be 8357, 1733, 3463, 3941 and 6944: not these).
    #[test]
    fn sizes_of_fleiss() {
        for (from, to, n) in [(0.05, 0.06, 8158), (0.20, 0.24, 1683), (0.25, 0.28, 3397), (0.10, 0.12, 3841), (0.04, 0.05, 6745)] {
            assert_eq!(sample_size(from, to, 0.05, 0.8), Some(n), "{from} to {to}");
            assert_eq!(sample_size(to, from, 0.05, 0.8), Some(n), "a fall is as hard to see as a rise");
        }
        assert_eq!((sample_size(0.1, 0.1, 0.05, 0.8), sample_size(0.1, 1.2, 0.05, 0.8), sample_size(0.1, f64::NAN, 0.05, 0.8)), (None, None, None));
        assert_eq!(sample_size(0.1, 0.2, 0.0, 0.8), None);
    }

    /// 600/400 and 10000/10050 of even splits, p recomputed in Python with erfc(√(χ²/2)).
    #[test]
    fn broken_splits_are_seen() {
        let broken = SampleRatio::of(&[(600, 1.0), (400, 1.0)]).expect("two arms");
        assert_eq!(broken.chi_square, 40.0);
        assert!((broken.p / 2.539_628_589_47e-10 - 1.0).abs() < 1e-10 && broken.mismatched());
        let sound = SampleRatio::of(&[(10_000, 1.0), (10_050, 1.0)]).expect("two arms");
        assert!((sound.p - 0.724_004_270).abs() < 1e-9 && !sound.mismatched());
        // Hillstrom's thirds: 21,307, 21,306 and 21,387 of 64,000; with two degrees of freedom p = exp(−χ²/2).
        let thirds = SampleRatio::of(&[(21_307, 1.0), (21_306, 1.0), (21_387, 1.0)]).expect("three arms");
        assert!((thirds.p - (-thirds.chi_square / 2.0).exp()).abs() < 1e-13 && !thirds.mismatched());
        let planned = SampleRatio::of(&[(900, 9.0), (100, 1.0)]).expect("two arms");
        assert_eq!((planned.chi_square, planned.p), (0.0, 1.0));
        assert_eq!((SampleRatio::of(&[(10, 1.0)]), SampleRatio::of(&[(0, 1.0), (0, 1.0)]), SampleRatio::of(&[(3, 1.0), (0, 0.0)])), (None, None, None));
    }
}
