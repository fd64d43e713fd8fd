//! Random paths and what they are designed for; random calendars; what random worlds have met.

use super::world::World;
use super::{DAY, HOUR};
use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sop::model::Instant;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// When a step comes, seen from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// `day:`, so many days later, at an hour.
    Day(u8, Option<u8>),
    /// `after: Nd`
    Days(u8),
    /// `after: Nh`
    Hours(u8),
    /// At once: a wait begins when the step before it is over.
    Next,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    Mail,
    /// A mail, and an SMS when nobody opened it.
    Twice,
    Sms,
    Task,
    /// Until `ready = TRUE`, so many days at most.
    Wait(u8),
}

/// One random step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) gap: Gap,
    pub(crate) does: Does,
    /// With an `if:`.
    pub(crate) only: Option<&'static str>,
}

/// Steps of a path.
#[derive(Clone, Debug)]
pub(crate) struct Plan(pub(crate) Vec<Step>);

impl Plan {
    /// The day of the path on which each step falls when nothing is late. Reckoned anew here: the program is not asked.
    pub(crate) fn days(&self) -> Vec<i64> {
        let (mut day, mut seconds) = (1, 0);
        let mut all = Vec::new();
        for (i, step) in self.0.iter().enumerate() {
            match step.gap {
                Gap::Day(gap, at) => (day, seconds) = ((day + i64::from(gap)).max(1), i64::from(at.unwrap_or(0)) * HOUR),
                Gap::Days(n) if i > 0 => day += i64::from(n),
                Gap::Hours(n) => seconds += i64::from(n) * HOUR,
                Gap::Days(_) | Gap::Next => {}
            }
            (day, seconds) = (day + seconds / DAY, seconds % DAY);
            all.push(day);
        }
        all
    }

    /// The steps as a file says them.
    pub(crate) fn yaml(&self) -> String {
        let days = self.days();
        let line = |(i, (s, day)): (usize, (&Step, &i64))| {
            let due = match s.gap {
                Gap::Day(_, Some(hour)) => format!(", day: {day}, at: \"{hour:02}:00\""),
                Gap::Day(_, None) => format!(", day: {day}"),
                Gap::Days(n) => format!(", after: {n}d"),
                Gap::Hours(n) => format!(", after: {n}h"),
                Gap::Next => String::new(),
            };
            let only = s.only.map_or(String::new(), |c| format!(", if: \"{c}\""));
            let does = match s.does {
                Does::Mail => "send: email, content: a".to_owned(),
                Does::Twice => format!("send: email, content: a, fallback: {{if: \"NOT opened('s{i}')\", after: 24h, by: 60h, send: sms, content: s}}"),
                Does::Sms => "send: sms, content: s".to_owned(),
                Does::Task => "task: call, to: owner".to_owned(),
                Does::Wait(n) => format!("wait: ready = TRUE, max: {n}d"),
            };
            format!("  - {{id: s{i}{due}{only}, {does}}}\n")
        };
        self.0.iter().zip(&days).enumerate().map(line).collect()
    }

    /// What lies between two steps by design: whole days of the calendar if they are all counted so, and seconds at the least.
    pub(crate) fn between(&self, from: usize, to: usize) -> (Option<i64>, i64) {
        let days = self.days();
        let steps = || self.0.iter().enumerate().take(to + 1).skip(from + 1);
        let dated = steps().all(|(_, s)| matches!(s.gap, Gap::Day(..) | Gap::Next));
        let least = |(i, s): (usize, &Step)| match s.gap {
            // From any hour of a day to the first of another, over a night that is an hour short.
            Gap::Day(..) => ((days[i] - days[i - 1] - 1) * DAY - HOUR).max(0),
            Gap::Days(n) => i64::from(n) * DAY,
            Gap::Hours(n) => i64::from(n) * HOUR,
            Gap::Next => 0,
        };
        (dated.then(|| days[to] - days[from]), steps().map(least).sum())
    }

    /// The place of a step by its id.
    pub(crate) fn place(step: &str) -> usize {
        step.strip_prefix('s').and_then(|n| n.parse().ok()).unwrap()
    }
}

/// Up to six steps of every kind.
pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let gap = prop_oneof![
        5 => (0_u8..5, prop::option::weighted(0.3, 0_u8..24)).prop_map(|(n, at)| Gap::Day(n, at)),
        2 => (1_u8..5).prop_map(Gap::Days),
        2 => (1_u8..60).prop_map(Gap::Hours),
    ];
    let does = prop_oneof![4 => Just(Does::Mail), 2 => Just(Does::Twice), 3 => Just(Does::Sms), 1 => Just(Does::Task), 1 => (1_u8..4).prop_map(Does::Wait)];
    steps(gap.boxed(), does.boxed(), &["email IS NOT NULL", "talking = FALSE", "ready = TRUE"])
}

/// Steps that are whole days apart, with conditions that stay true once true.
pub(crate) fn whole_days() -> impl Strategy<Value = Plan> {
    let gap = prop_oneof![
        3 => (1_u8..5, prop::option::weighted(0.3, 0_u8..24)).prop_map(|(n, at)| Gap::Day(n, at)),
        2 => (1_u8..5).prop_map(Gap::Days),
    ];
    let does = prop_oneof![4 => Just(Does::Mail), 3 => Just(Does::Sms), 1 => Just(Does::Task), 1 => (1_u8..4).prop_map(Does::Wait)];
    steps(gap.boxed(), does.boxed(), &["ready = TRUE", "born IS NOT NULL"])
}

fn steps(gap: BoxedStrategy<Gap>, does: BoxedStrategy<Does>, conditions: &'static [&'static str]) -> impl Strategy<Value = Plan> {
    let step = (gap, does, prop::option::weighted(0.25, prop::sample::select(conditions)));
    let step = step.prop_map(|(gap, does, only)| match does {
        Does::Wait(_) => Step { gap: Gap::Next, does, only: None },
        _ => Step { gap, does, only },
    });
    prop::collection::vec(step, 1..6).prop_map(|mut all| {
        // A path begins on a day.
        if let Some(Step { gap, does: Does::Mail | Does::Twice | Does::Sms | Does::Task, .. }) = all.first_mut()
            && !matches!(gap, Gap::Day(..))
        {
            *gap = Gap::Day(0, None);
        }
        Plan(all)
    })
}

/// Where and when a story plays.
#[derive(Clone, Debug)]
pub(crate) struct Year {
    pub(crate) zone: &'static str,
    pub(crate) start: NaiveDate,
    /// Days off: so many days from the start, so many long.
    off: Vec<(u8, u8)>,
    /// Weekends that are worked.
    worked: bool,
    /// Mails leave on working days only.
    business: bool,
}

/// Zones with the days before something happens in them.
const TIMES: [(&str, i32, u32, u32); 10] = [
    ("Asia/Shanghai", 2026, 2, 5),      // nine days off
    ("Asia/Shanghai", 2028, 2, 20),     // a leap day
    ("Asia/Kathmandu", 2026, 12, 20),   // another year
    ("America/New_York", 2026, 3, 1),   // 02:00 is 03:00
    ("America/New_York", 2026, 10, 25), // 01:00 comes twice
    ("Europe/Berlin", 2026, 3, 20),
    ("Australia/Lord_Howe", 2026, 9, 28), // half an hour
    ("Africa/Cairo", 2026, 4, 18),        // a day without 00:00
    ("America/Santiago", 2026, 8, 30),    // another one
    ("Asia/Beirut", 2026, 10, 18),        // a day with two of them
];

/// A random calendar.
pub(crate) fn year() -> impl Strategy<Value = Year> {
    let off = prop::collection::vec((0_u8..40, 1_u8..10), 0..3);
    (prop::sample::select(&TIMES[..]), 0_u64..8, off, any::<bool>(), any::<bool>()).prop_map(|((zone, y, m, d), later, off, worked, business)| {
        let start = NaiveDate::from_ymd_opt(y, m, d).unwrap() + Days::new(later);
        Year { zone, start, off, worked, business }
    })
}

impl Year {
    /// One without days off.
    pub(crate) fn plain(zone: &'static str, start: NaiveDate) -> Self {
        Self { zone, start, off: Vec::new(), worked: false, business: false }
    }

    /// calendar.yaml
    pub(crate) fn yaml(&self) -> String {
        let day = |n: u64| self.start + Days::new(n);
        let off = |n: u64| self.off.iter().any(|(from, long)| (u64::from(*from)..u64::from(*from + *long)).contains(&n));
        let list = |days: Vec<NaiveDate>| days.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join(", ");
        let holidays = (0..60).filter(|n| off(*n)).map(day).collect();
        let weekends = (0..60).filter(|n| self.worked && !off(*n)).map(day).filter(|d| d.weekday() == Weekday::Sat && d.day() % 2 == 0).collect();
        format!("timezone: {}\nhours: {{mon-fri: \"09:00-18:00\"}}\nholidays: [{}]\nworkdays: [{}]\n", self.zone, list(holidays), list(weekends))
    }

    /// delivery.yaml with these hours and limits: by mail a day and a week, in all a day and a week.
    pub(crate) fn delivery(&self, (open, long): (u8, u8), caps: Option<Caps>) -> String {
        let close = u32::from(open) + u32::from(long);
        let hours = format!("{:02}:00-{:02}:00", open, if close > 24 { close - 24 } else { close });
        let days = if self.business { ", days: business" } else { "" };
        let Caps { mail_day, mail_week, day, week } = caps.unwrap_or(Caps { mail_day: 90, mail_week: 90, day: 90, week: 90 });
        format!(
            "send:\n  email: {{via: csv, address: email, hours: \"{hours}\"{days}, limits: {{per_day: {mail_day}, per_week: {mail_week}}}}}
  sms: {{via: csv, address: phone, hours: \"{hours}\"}}\nlimits: {{per_day: {day}, per_week: {week}}}\n"
        )
    }

    /// An hour of a day of the story, by the wall clock.
    pub(crate) fn at(&self, w: &World, day: u64, minutes: u32) -> Instant {
        let time = NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).unwrap();
        w.calendar().instant((self.start + Days::new(day)).and_time(time))
    }
}

/// Limits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    pub(crate) mail_day: usize,
    pub(crate) mail_week: usize,
    pub(crate) day: usize,
    pub(crate) week: usize,
}

pub(crate) fn caps() -> impl Strategy<Value = Option<Caps>> {
    let some = (1_usize..3, 1_usize..5, 1_usize..4, 2_usize..6);
    prop::option::of(some.prop_map(|(mail_day, mail_week, day, week)| Caps { mail_day, mail_week, day, week }))
}

/// Hours of a medium: when it opens, and for how long; over midnight, too.
pub(crate) fn hours() -> impl Strategy<Value = (u8, u8)> {
    (0_u8..24, 2_u8..13)
}

/// Runs a property so often; over the same worlds each time, and over others with `LAWS_SEED=…`.
#[track_caller]
pub(crate) fn holds<S: Strategy>(cases: u32, of: &S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let seed: u64 = std::env::var("LAWS_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &std::array::from_fn::<u8, 32, _>(|i| seed.to_le_bytes()[i % 8]));
    let mut runner = TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, rng);
    if let Err(broken) = runner.run(of, law) {
        panic!("{broken}");
    }
}

/// What random worlds have met: a law over worlds in which nothing happens would hold for ever.
#[derive(Default)]
pub(crate) struct Met(RefCell<BTreeMap<&'static str, usize>>);

impl Met {
    pub(crate) fn count(&self, what: &'static str, n: usize) {
        *self.0.borrow_mut().entry(what).or_default() += n;
    }

    /// Each of these was met.
    #[track_caller]
    pub(crate) fn all(&self, what: &[&'static str]) {
        let met = self.0.borrow();
        let never: Vec<_> = what.iter().filter(|w| met.get(**w).is_none_or(|n| *n == 0)).collect();
        assert!(never.is_empty(), "no world ever met {never:?}: {met:?}");
    }
}
