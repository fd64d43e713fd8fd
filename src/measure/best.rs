//! How likely each of several arms is to be the best.

use super::proportion::{Proportion, chance_b_is_higher};

/// Points of the curve on which more than two arms are compared.
const POINTS: usize = 20_000;
/// So many standard deviations hold everything that shows.
const WIDTH: f64 = 9.0;

/// The chance of each arm that its true rate is the highest of all, when before counting every rate was as likely as any other (Beta(1, 1)).
///
/// Two arms: exact. More: the density of each times the chance that all others are below it, summed over an even grid that spans all arms;
/// with 20,000 points the sum is good to six digits. The chances add up to 1.
pub fn chance_best(arms: &[Proportion]) -> Vec<f64> {
    match arms {
        [] => Vec::new(),
        [_] => vec![1.0],
        [a, b] => {
            let higher = chance_b_is_higher(*a, *b);
            vec![1.0 - higher, higher]
        }
        _ => on_a_grid(arms),
    }
}

fn on_a_grid(arms: &[Proportion]) -> Vec<f64> {
    let shape = |arm: &Proportion| (arm.hits() as f64 + 1.0, (arm.of() - arm.hits()) as f64 + 1.0);
    let (mut low, mut high) = (1.0_f64, 0.0_f64);
    for arm in arms {
        let (a, b) = shape(arm);
        let (mean, spread) = (a / (a + b), (a * b / ((a + b).powi(2) * (a + b + 1.0))).sqrt());
        (low, high) = (low.min(mean - WIDTH * spread), high.max(mean + WIDTH * spread));
    }
    (low, high) = (low.max(0.0), high.min(1.0));
    let step = (high - low) / POINTS as f64;
    // Masses of each arm in each cell, from its middle: never at 0 or 1.
    let masses: Vec<Vec<f64>> = arms
        .iter()
        .map(|arm| {
            let (a, b) = shape(arm);
            let log = |i: usize| {
                let x = low + (i as f64 + 0.5) * step;
                (a - 1.0) * x.ln() + (b - 1.0) * (1.0 - x).ln()
            };
            let logs: Vec<f64> = (0..POINTS).map(log).collect();
            let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let raw: Vec<f64> = logs.iter().map(|l| (l - most).exp()).collect();
            let all: f64 = raw.iter().sum();
            raw.into_iter().map(|m| m / all).collect()
        })
        .collect();
    let mut below = vec![0.0; arms.len()];
    let mut best = vec![0.0; arms.len()];
    for i in 0..POINTS {
        let mass: Vec<f64> = masses.iter().map(|m| m.get(i).copied().unwrap_or_default()).collect();
        for (n, chance) in best.iter_mut().enumerate() {
            let others = below.iter().zip(&mass).enumerate().filter(|(o, _)| *o != n).map(|(_, (b, m))| b + m / 2.0);
            *chance += mass.get(n).copied().unwrap_or_default() * others.product::<f64>();
        }
        below.iter_mut().zip(&mass).for_each(|(b, m)| *b += m);
    }
    let all: f64 = best.iter().sum();
    best.into_iter().map(|b| b / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_gives_what_the_exact_sum_gives() {
        for (a, b) in [((200, 4000), (250, 4000)), ((5, 83), (12, 99)), ((0, 3), (3, 3)), ((21_000, 64_000), (21_100, 64_000))] {
            let arms = [Proportion::new(a.0, a.1), Proportion::new(b.0, b.1)];
            let (exact, grid) = (chance_best(&arms), on_a_grid(&arms));
            assert!((exact[1] - grid[1]).abs() < 2e-6, "{a:?} {b:?}: {exact:?} {grid:?}");
        }
    }

    #[test]
    fn equal_arms_are_equally_likely_and_a_hopeless_one_is_not() {
        let equal = chance_best(&[Proportion::new(30, 500); 3]);
        assert!(equal.iter().all(|c| (c - 1.0 / 3.0).abs() < 1e-6), "{equal:?}");
        let one = chance_best(&[Proportion::new(30, 500), Proportion::new(300, 500), Proportion::new(30, 500)]);
        assert!(one[1] > 0.999_999 && (one.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{one:?}");
    }
}
