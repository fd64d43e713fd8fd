//! Numbers that others published or that were worked out outside of the program.

use super::*;
use crate::model::{Duration, Instant};

const DAY: i64 = 86_400;

/// Paths of one-letter or one-word channels, value in major units of 100.
fn of_paths(model: Model, paths: &[(&str, u64, i64, u64)]) -> Attribution {
    let settings = Settings { direct: ["A".to_owned()].into(), ..Settings::default() };
    let mut attributor = Attributor::new(model, settings);
    for (path, conversions, value, nulls) in paths {
        let channels: Vec<&str> = path.split('>').collect();
        attributor.add_path(&Path { channels: &channels, conversions: *conversions, value: value * 100, nulls: *nulls }).expect("a path");
    }
    attributor.finish()
}

/// One journey of 12,000.00, its touches so many days after the first.
fn of_days(model: Model, days: &[i64], converted: i64) -> Attribution {
    let names = ["t1", "t2", "t3", "t4", "t5"];
    let touches: Vec<Touch<'_>> = names.iter().zip(days).map(|(channel, day)| Touch { channel, at: Instant(day * DAY) }).collect();
    let mut attributor = Attributor::new(model, Settings::default());
    attributor.add(&Journey { touches: &touches, ended_at: Instant(converted * DAY), value: Some(1_200_000) });
    attributor.finish()
}

#[track_caller]
fn credits(of: &Attribution, expected: &[f64], half_of_the_last: f64) {
    let got: Vec<f64> = of.credits.iter().map(|c| c.conversions).collect();
    assert_eq!(got.len(), expected.len(), "{of:?}");
    assert!(got.iter().zip(expected).all(|(g, e)| (g - e).abs() <= half_of_the_last), "{:?}: {got:?} instead of {expected:?}", of.model);
}

/// Values in minor units that are those published, to the rounding of one unit, and add up exactly.
#[track_caller]
fn values(of: &Attribution, expected: &[f64]) {
    let got: Vec<i64> = of.credits.iter().map(|c| c.value).collect();
    assert_eq!(got.len(), expected.len(), "{of:?}");
    assert!(got.iter().zip(expected).all(|(g, e)| (*g as f64 - e * 100.0).abs() <= 1.0), "{:?}: {got:?} instead of {expected:?}", of.model);
    assert_eq!(got.iter().sum::<i64>(), of.value, "{:?}", of.model);
}

/// T1: 28, 21, 14 and 7 days before: 1 : 2 : 4 : 8.
#[test]
fn half_as_much_for_every_seven_days() {
    credits(&of_days(Model::TimeDecay, &[0, 7, 14, 21], 28), &[0.0667, 0.1333, 0.2667, 0.5333], 5.1e-5);
}

/// A journey of long ago is not lost for having faded: only the ratios of its touches count.
#[test]
fn touches_of_a_thousand_years_ago() {
    credits(&of_days(Model::TimeDecay, &[0, 7], 365_000), &[1.0 / 3.0, 2.0 / 3.0], 1e-12);
    credits(&of_days(Model::TimeDecay, &[0, 365_000], 365_000), &[0.0, 1.0], 1e-12);
}

/// T2: days 0, 5, 12, 30, 38, conversion on day 38. The published 175.20 + 287.44 + 574.88 + 3417.04 + 7545.45 is 12,000.01: here one cent
/// less somewhere.
#[test]
fn five_touches_of_twelve_thousand() {
    let days = [0, 5, 12, 30, 38];
    let decayed = of_days(Model::TimeDecay, &days, 38);
    values(&decayed, &[175.20, 287.44, 574.88, 3417.04, 7545.45]);
    credits(&decayed, &[175.20, 287.44, 574.88, 3417.04, 7545.45].map(|v| v / 12_000.0), 0.0051 / 12_000.0);
    let position = of_days(Model::Position, &days, 38);
    assert_eq!(position.credits.iter().map(|c| c.value).collect::<Vec<_>>(), [480_000, 80_000, 80_000, 80_000, 480_000]);
}

/// T3, by channel name: email, org, paid, soc.
#[test]
fn four_journeys_of_five_hundred() {
    let paths = [("org>soc>paid", 1, 100, 0), ("paid>email", 1, 200, 0), ("soc>org>soc>paid", 1, 150, 0), ("email", 1, 50, 0)];
    values(&of_paths(Model::First, &paths), &[50.0, 100.0, 200.0, 150.0]);
    values(&of_paths(Model::Last, &paths), &[250.0, 0.0, 250.0, 0.0]);
    values(&of_paths(Model::Linear, &paths), &[150.0, 70.8333, 170.8333, 108.3333]);
    values(&of_paths(Model::Position, &paths), &[150.0, 55.0, 200.0, 95.0]);
}

/// T4: the nine paths of DP6's Marketing-Attribution-Models (tests/test_mam.py, Apache-2.0) with what that library prints; A is direct.
#[test]
fn nine_paths_of_dp6() {
    let paths = ["A", "A>B", "A>B>C", "B", "B>A", "B>C>A", "C", "C>A", "C>B>A"].map(|path| (path, 3, 3, 0));
    for (model, expected) in [
        (Model::First, [9.0, 9.0, 9.0]),
        (Model::Last, [15.0, 6.0, 6.0]),
        (Model::LastNonDirect, [3.0, 12.0, 12.0]),
        (Model::Linear, [10.5, 9.0, 7.5]),
        (Model::Position, [11.1, 8.4, 7.5]),
        (Model::Shapley, [10.5, 9.0, 7.5]),
        (Model::Markov, [10.643_153_526_970_956, 8.514_522_821_576_762, 7.842_323_651_452_281]),
    ] {
        let of = of_paths(model, &paths);
        credits(&of, &expected, 1e-12);
        values(&of, &expected);
        assert_eq!((of.conversions, of.value), (27, 2700));
    }
    removal(&of_paths(Model::Markov, &paths), &[0.6667, 0.5333, 0.4912], 5.1e-5);
}

#[track_caller]
fn removal(of: &Attribution, expected: &[f64], half_of_the_last: f64) {
    let got: Vec<f64> = of.credits.iter().filter_map(|c| c.removal_effect).collect();
    assert!(got.len() == expected.len() && got.iter().zip(expected).all(|(g, e)| (g - e).abs() <= half_of_the_last), "{got:?} instead of {expected:?}");
}

/// T6: g twice, m once and g>m once converted, g once not: p = 0.8.
#[test]
fn two_channels_and_a_null() {
    let of = of_paths(Model::Markov, &[("g", 2, 2, 1), ("m", 1, 1, 0), ("g>m", 1, 1, 0)]);
    credits(&of, &[2.4, 1.6], 1e-12);
    removal(&of, &[0.75, 0.5], 1e-12);
    assert_eq!((of.conversions, of.nulls), (4, 1));
}

/// T8: a>b 3 of 4, a>c 1 of 2: p = 2/3.
#[test]
fn the_channel_that_all_pass() {
    let of = of_paths(Model::Markov, &[("a>b", 3, 3, 1), ("a>c", 1, 1, 1)]);
    removal(&of, &[1.0, 0.75, 0.25], 1e-12);
    credits(&of, &[2.0, 1.5, 0.5], 1e-12);
}

/// C1 (null), C2>C3 (null), C1>C2>C3 (converted): jakebenn/multi-touch-attribution-markov-chains publishes p = 0.33 and removal effects
/// 0.50, 1.00, 1.00.
#[test]
fn three_journeys_of_a_notebook() {
    let of = of_paths(Model::Markov, &[("C1", 0, 0, 1), ("C2>C3", 0, 0, 1), ("C1>C2>C3", 1, 1, 0)]);
    removal(&of, &[0.5, 1.0, 1.0], 1e-12);
}

#[test]
fn only_touches_within_the_look_back_count_and_both_ends_belong_to_it() {
    let touches = [("old", -1), ("first", 0), ("last", 30), ("late", 31)].map(|(channel, day)| Touch { channel, at: Instant(day * DAY) });
    let settings = Settings { lookback: Some(Duration(30 * DAY)), ..Settings::default() };
    let mut attributor = Attributor::new(Model::Linear, settings.clone());
    attributor.add(&Journey { touches: &touches, ended_at: Instant(30 * DAY), value: Some(101) });
    let of = attributor.finish();
    assert_eq!(of.credits.iter().map(|c| (c.name(), c.conversions, c.value)).collect::<Vec<_>>(), [("first", 0.5, 51), ("last", 0.5, 50)]);

    for (_, model) in Model::ALL {
        let mut attributor = Attributor::new(model, settings.clone());
        attributor.add(&Journey { touches: &touches, ended_at: Instant(90 * DAY), value: Some(700) });
        attributor.add(&Journey { touches: &touches, ended_at: Instant(30 * DAY), value: Some(100) });
        attributor.add(&Journey { touches: &[], ended_at: Instant(30 * DAY), value: None });
        let of = attributor.finish();
        let last = of.credits.last().expect("a row");
        assert_eq!((last.name(), last.conversions, last.value), (NO_CHANNEL, 1.0, 700), "{model:?}");
        assert_eq!((of.conversions, of.value, of.nulls), (2, 800, 1), "{model:?}");
    }
}

#[test]
fn paths_that_a_model_cannot_use_are_refused() {
    let path = Path { channels: &["a", "b"], conversions: 0, value: 5, nulls: 0 };
    let undated = Attributor::new(Model::TimeDecay, Settings::default()).add_path(&Path { conversions: 1, ..path });
    assert_eq!(undated, Err(PathError::Undated));
    let lost = Attributor::new(Model::First, Settings::default()).add_path(&path);
    assert!(lost.is_err_and(|e| e.to_string().contains("`a > b`")));
}
