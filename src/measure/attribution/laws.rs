//! What holds for any journeys.

use super::chain::Chain;
use super::*;
use crate::model::{Duration, Instant};
use proptest::prelude::*;

const NAMES: [&str; 5] = ["ads", "direct", "fair", "mail", "web"];

/// (touches as (channel, hour), hours until the end, value).
type Told = (Vec<(usize, i64)>, i64, Option<i64>);

fn journeys() -> impl Strategy<Value = Vec<Told>> {
    let touches = proptest::collection::vec((0..NAMES.len(), 0_i64..2_000), 0..6);
    proptest::collection::vec((touches, 0_i64..3_000, proptest::option::weighted(0.6, -3_i64..100_000)), 1..14)
}

fn attributed(model: Model, journeys: &[Told]) -> Attribution {
    let settings = Settings { lookback: Some(Duration(1_000 * 3600)), ..Settings::default() };
    let mut attributor = Attributor::new(model, settings);
    for (touches, ended, value) in journeys {
        let touches: Vec<Touch<'_>> = touches.iter().map(|(c, hour)| Touch { channel: NAMES[*c], at: Instant(hour * 3600) }).collect();
        attributor.add(&Journey { touches: &touches, ended_at: Instant(ended * 3600), value: *value });
    }
    attributor.finish()
}

/// Paths of the channels 0..5: (path, conversions, nulls); no path is empty, some journey converts.
fn paths() -> impl Strategy<Value = Vec<(Vec<usize>, u64, u64)>> {
    let path = (proptest::collection::vec(0..NAMES.len(), 1..6), 0_u64..5, 0_u64..5);
    proptest::collection::vec(path, 1..10).prop_filter("somebody converts", |paths| paths.iter().any(|(_, n, _)| *n > 0))
}

fn of_paths(model: Model, paths: &[(Vec<usize>, u64, u64)]) -> Attribution {
    let mut attributor = Attributor::new(model, Settings::default());
    for (path, conversions, nulls) in paths {
        let channels: Vec<&str> = path.iter().map(|c| NAMES[*c]).collect();
        attributor.add_path(&Path { channels: &channels, conversions: *conversions, value: *conversions as i64 * 100, nulls: *nulls }).expect("a path");
    }
    attributor.finish()
}

proptest! {
    #[test]
    fn credits_add_up_and_the_order_of_journeys_does_not_show(told in journeys(), turn in 0_usize..14) {
        for (_, model) in Model::ALL {
            let of = attributed(model, &told);
            let won: Vec<i64> = told.iter().filter_map(|(_, _, value)| *value).collect();
            prop_assert_eq!((of.conversions, of.value, of.nulls), (won.len() as u64, won.iter().sum::<i64>(), (told.len() - won.len()) as u64));
            prop_assert_eq!(of.credits.iter().map(|c| c.value).sum::<i64>(), of.value, "{:?}", model);
            let sum: f64 = of.credits.iter().map(|c| c.conversions).sum();
            prop_assert!((sum - of.conversions as f64).abs() < 1e-9, "{:?}: {} of {}", model, sum, of.conversions);
            prop_assert!(of.credits.iter().all(|c| c.conversions >= 0.0), "{:?}", of);
            let mut turned = told.clone();
            turned.rotate_left(turn % told.len());
            turned.iter_mut().for_each(|(touches, _, _)| touches.reverse());
            prop_assert_eq!(attributed(model, &turned), of);
        }
    }

    #[test]
    fn shapleys_value_is_that_of_the_game(paths in paths()) {
        let of = of_paths(Model::Shapley, &paths);
        for credit in &of.credits {
            let channel = NAMES.iter().position(|n| *n == credit.name()).expect("a name");
            let expected = shapley_by_definition(&paths, channel);
            prop_assert!((credit.conversions - expected).abs() < 1e-9, "{}: {} instead of {}", credit.name(), credit.conversions, expected);
        }
    }

    #[test]
    fn removal_effects_are_those_of_the_chain_without_the_channel(paths in paths()) {
        let of = of_paths(Model::Markov, &paths);
        let p = conversion_probability(&paths, None);
        for credit in &of.credits {
            let channel = NAMES.iter().position(|n| *n == credit.name()).expect("a name");
            let expected = 1.0 - conversion_probability(&paths, Some(channel)) / p;
            let got = credit.removal_effect.expect("Markov has one");
            prop_assert!((got - expected).abs() < 1e-9, "{}: {} instead of {}", credit.name(), got, expected);
        }
    }

    #[test]
    fn rows_of_the_chain_are_stochastic(paths in paths()) {
        let mut chain = Chain::default();
        paths.iter().for_each(|(path, conversions, nulls)| chain.count(path.iter().copied(), *conversions, 0, *nulls));
        let p = chain.probabilities(&[0, 1, 2, 3, 4]);
        prop_assert!((p.start.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (channel, ((row, conversion), null)) in p.between.iter().zip(&p.conversion).zip(&p.null).enumerate() {
            let sum = row.iter().sum::<f64>() + conversion + null;
            let seen = paths.iter().any(|(path, conversions, nulls)| conversions + nulls > 0 && path.contains(&channel));
            prop_assert!((sum - f64::from(seen)).abs() < 1e-12 && row.iter().chain([conversion, null]).all(|x| (0.0..=1.0).contains(x)));
        }
    }
}

/// Σ over sets S without c of |S|!(n−|S|−1)!/n! · (v(S∪c) − v(S)), v(S) = conversions of the paths that need no channel outside S
/// (Shapley, *A Value for n-Person Games*, 1953).
fn shapley_by_definition(paths: &[(Vec<usize>, u64, u64)], c: usize) -> f64 {
    let n = NAMES.len();
    let factorial = |k: usize| (1..=k).product::<usize>() as f64;
    let worth = |set: usize| paths.iter().filter(|(path, _, _)| path.iter().all(|c| set & (1 << c) != 0)).map(|(_, n, _)| *n).sum::<u64>() as f64;
    let without = (0..1_usize << n).filter(|set| set & (1 << c) == 0);
    without
        .map(|set| {
            let size = set.count_ones() as usize;
            factorial(size) * factorial(n - size - 1) / factorial(n) * (worth(set | (1 << c)) - worth(set))
        })
        .sum()
}

/// By iterating the chain, self-transitions and all, until it rests; whatever enters `removed` is lost.
fn conversion_probability(paths: &[(Vec<usize>, u64, u64)], removed: Option<usize>) -> f64 {
    let n = NAMES.len();
    let (start, conversion, null) = (n, n + 1, n + 2);
    let mut counts = vec![vec![0.0; n + 3]; n + 1];
    for (path, conversions, nulls) in paths {
        let mut from = start;
        for c in path {
            counts[from][*c] += (conversions + nulls) as f64;
            from = *c;
        }
        counts[from][conversion] += *conversions as f64;
        counts[from][null] += *nulls as f64;
    }
    let mut p = vec![0.0; n + 3];
    p[conversion] = 1.0;
    loop {
        let mut moved = 0.0;
        for from in 0..=n {
            let all: f64 = counts[from].iter().sum();
            let reached: f64 = counts[from].iter().zip(&p).map(|(w, p)| w * p).sum();
            let next = if all == 0.0 || Some(from) == removed { 0.0 } else { reached / all };
            moved = f64::max(moved, (next - p[from]).abs());
            p[from] = next;
        }
        if moved < 1e-14 {
            return p[start];
        }
    }
}
