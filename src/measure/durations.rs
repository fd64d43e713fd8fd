//! How long things take: days to win, from stage to stage; and what is too young to be judged by what it has brought.

use super::quantile;
use crate::model::{Duration, Instant};

/// Times that came to their end, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Durations {
    /// How many.
    pub count: usize,
    /// The mean: what long waits weigh heavily on.
    pub mean: f64,
    /// Half took less.
    pub median: f64,
    /// Three of four took less.
    pub p75: f64,
    /// Nine of ten took less.
    pub p90: f64,
}

impl Durations {
    /// Of `(from, until)`; `None` of none. What ended before it began (a deal won before the first contact) is counted as it stands: the
    /// report that shows it names it.
    pub fn of(spans: impl IntoIterator<Item = (Instant, Instant)>) -> Option<Self> {
        let mut seconds: Vec<i64> = spans.into_iter().map(|(from, until)| until.0.saturating_sub(from.0)).collect();
        let count = seconds.len();
        // Exact in whole seconds, so that no order shows in the last digit.
        let mean = seconds.iter().map(|s| i128::from(*s)).sum::<i128>() as f64 / count.max(1) as f64;
        let mut at = |share| quantile(&mut seconds, share);
        Some(Self { count, mean, median: at(0.5)?, p75: at(0.75)?, p90: at(0.9)? })
    }

    /// A cohort that began this long ago at the latest is immature: a quarter of its wins would still be to come. (`p75` of days to win.)
    pub fn immature(&self, age: Duration) -> bool {
        (age.0 as f64) < self.p75
    }
}

/// Kaplan and Meier's estimate of how long something takes when some still wait (*Nonparametric Estimation from Incomplete Observations*, JASA
/// 1958): those who wait count as long as they have waited, so that a stage where most are stuck does not look quick.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// `(seconds, share still waiting after them)`, one row for each time at which something ended.
    steps: Vec<(i64, f64)>,
}

impl Waiting {
    /// Of `(seconds, has it ended)`. What is censored at the instant of an end was still waiting then.
    pub fn of(spans: impl IntoIterator<Item = (i64, bool)>) -> Self {
        let mut spans: Vec<(i64, bool)> = spans.into_iter().collect();
        spans.sort_unstable();
        let (mut at_risk, mut still) = (spans.len(), 1.0);
        let mut steps = Vec::new();
        for group in spans.chunk_by(|a, b| a.0 == b.0) {
            let ended = group.iter().filter(|(_, ended)| *ended).count();
            if let (Some((seconds, _)), true) = (group.first(), ended > 0) {
                still *= (at_risk - ended) as f64 / at_risk as f64;
                steps.push((*seconds, still));
            }
            at_risk -= group.len();
        }
        Self { steps }
    }

    /// The share that still waits after so many seconds.
    pub fn share_after(&self, seconds: i64) -> f64 {
        self.steps.iter().take_while(|(at, _)| *at <= seconds).last().map_or(1.0, |(_, still)| *still)
    }

    /// After how many seconds a share (0 to 1) has ended; `None`: so many have not ended yet. A half gives the median.
    pub fn ended(&self, share: f64) -> Option<i64> {
        // A product of fractions may miss a round number by its last digit.
        self.steps.iter().find(|(_, still)| 1.0 - still >= share - 1e-12).map(|(seconds, _)| *seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400;

    #[test]
    fn four_deals() {
        let won = Durations::of([10, 20, 30, 100].map(|days| (Instant(5), Instant(5 + days * DAY)))).expect("deals");
        assert_eq!((won.count, won.mean, won.median), (4, (40 * DAY) as f64, (25 * DAY) as f64));
        // PERCENTILE.INC: 30 + 0.25 x 70 and 30 + 0.7 x 70 days.
        assert_eq!([won.p75, won.p90].map(|s| (s / 864.0).round() / 100.0), [47.5, 79.0]);
        assert!(won.immature(Duration(47 * DAY)) && !won.immature(Duration(48 * DAY)));
        assert_eq!(Durations::of([]), None);
        assert_eq!(Durations::of([(Instant(DAY), Instant(0))]).map(|d| d.median), Some(-DAY as f64), "won before the first contact");
    }

    /// Freireich et al. 1963, remission of 21 leukaemia patients on 6-MP, weeks; + = still in remission. The estimates stand in Kleinbaum and Klein,
    /// *Survival Analysis*, table 2.
    #[test]
    fn remissions_of_freireich() {
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|weeks| (weeks, true));
        let waiting = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|weeks| (weeks, false));
        let of = Waiting::of(ended.into_iter().chain(waiting));
        for (weeks, still) in [(5, 1.0), (6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (16, 0.6275), (22, 0.5378), (23, 0.4482), (40, 0.4482)] {
            assert!((of.share_after(weeks) - still).abs() < 5.1e-5, "after {weeks} weeks");
        }
        assert_eq!((of.ended(0.5), of.ended(0.25), of.ended(0.75)), (Some(23), Some(13), None));
        assert_eq!(Waiting::of([]).share_after(9), 1.0);
    }

    proptest! {
        #[test]
        fn with_nobody_waiting_it_is_the_plain_share(mut days in proptest::collection::vec(0_i64..50, 1..40), at in 0_i64..50) {
            let of = Waiting::of(days.iter().map(|d| (*d, true)));
            let longer = days.iter().filter(|d| **d > at).count() as f64 / days.len() as f64;
            prop_assert!((of.share_after(at) - longer).abs() < 1e-12);
            days.sort_unstable();
            prop_assert_eq!(of.ended(1.0), days.last().copied());
        }
    }
}
