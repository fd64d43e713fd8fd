//! Working time held against slow references: minutes walked one by one by a clock on the wall that never turns back, days walked
//! one by one, over random hours, holidays and make-up days, around the days on which something happens.

use crate::model::{Calendar, DayHours, Instant, Unit, Window, WindowDays, Within};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use chrono_tz::{America, Asia, Australia, Europe, Pacific, Tz};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Minutes that the walked table covers, after a day of lead.
const MINUTES: i64 = 16 * 1440;

/// A zone, and a day around which something happens in it.
const PLACES: &[(Tz, &str)] = &[
    (Asia::Shanghai, "2026-10-10"),       // a make-up Saturday
    (Asia::Shanghai, "2028-02-29"),       // a leap day
    (Asia::Shanghai, "1986-05-04"),       // it had summer time
    (Europe::Berlin, "2026-03-29"),       // 02:00 → 03:00
    (Europe::Berlin, "2026-10-25"),       // 03:00 → 02:00
    (America::New_York, "2026-03-08"),    // 02:00 → 03:00
    (America::New_York, "2026-11-01"),    // 02:00 → 01:00
    (America::New_York, "2026-12-31"),    // the turn of the year
    (Australia::Lord_Howe, "2026-04-05"), // 02:00 → 01:30
    (Australia::Lord_Howe, "2026-10-04"), // 02:00 → 02:30
    (America::Sao_Paulo, "2018-11-04"),   // there is no midnight
    (America::Sao_Paulo, "2018-02-18"),   // 00:00 → 23:00 of the day before
    (America::St_Johns, "2010-11-07"),    // 00:01 → 23:01 of the day before
    (Pacific::Apia, "2011-12-30"),        // there is no such day
];

fn utc(minute: i64) -> NaiveDateTime {
    DateTime::from_timestamp(minute * 60, 0).expect("near").naive_utc()
}

fn wall(zone: Tz, minute: i64) -> NaiveDateTime {
    utc(minute).and_utc().with_timezone(&zone).naive_local()
}

/// The hours of a date, read again from the promise: make-up over holiday over weekday.
fn hours_of(c: &Calendar, day: NaiveDate) -> DayHours {
    let weekday = day.weekday().number_from_monday() as usize - 1;
    match (c.workdays.contains(&day), c.holidays.contains(&day)) {
        (true, _) => c.hours.iter().find(|h| !h.is_empty()).cloned().unwrap_or_default(),
        (false, true) => Vec::new(),
        (false, false) => c.hours[weekday].clone(),
    }
}

/// For each minute from `first` on: what a clock shows that stands still while the clocks of the zone repeat themselves.
fn steady(zone: Tz, first: i64) -> Vec<NaiveDateTime> {
    let mut latest = wall(zone, first - 1440);
    let mut all = Vec::new();
    for minute in first - 1440..first + MINUTES {
        latest = latest.max(wall(zone, minute));
        if minute >= first {
            all.push(latest);
        }
    }
    all
}

fn open(c: &Calendar, shown: NaiveDateTime) -> bool {
    let second = shown.time().num_seconds_from_midnight();
    hours_of(c, shown.date()).iter().any(|(a, b)| *a <= second && second < *b)
}

prop_compose! {
    /// Up to two spans, often with an end in the small hours, where clocks turn.
    fn day_hours()(cuts in prop::collection::btree_set(prop_oneof![0_u32..=10, 0_u32..=96], 4), spans in 0_usize..=2) -> DayHours {
        let cuts: Vec<u32> = cuts.into_iter().map(|quarter| quarter * 900).collect();
        cuts.chunks(2).take(spans).map(|pair| (pair[0], pair[1])).collect()
    }
}

prop_compose! {
    fn days(around: NaiveDate)(offsets in prop::collection::btree_set(-8_i64..16, 0..7)) -> BTreeSet<NaiveDate> {
        offsets.into_iter().map(|n| around + TimeDelta::days(n)).collect()
    }
}

/// A calendar, and a minute up to two days before the day around which something happens.
fn scene() -> impl Strategy<Value = (Calendar, i64)> {
    (0..PLACES.len(), 0_i64..2880).prop_flat_map(|(place, lead)| {
        let (zone, day) = PLACES[place];
        let day: NaiveDate = day.parse().expect("a date");
        let first = day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() / 60 - lead;
        let week = prop::collection::vec(day_hours(), 7);
        let whole = prop::sample::select(vec![false, false, false, true]);
        (week, whole, days(day), days(day)).prop_map(move |(week, whole, holidays, workdays)| {
            let hours = std::array::from_fn(|i| if whole { vec![(0, 86_400)] } else { week[i].clone() });
            (Calendar { zone, hours, holidays, workdays, ..Calendar::default() }, first)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Minute by minute.
    #[test]
    fn working_time_is_what_walking_every_minute_counts((c, first) in scene(), picks in prop::collection::vec((0_i64..4320, 0_i64..6000), 12)) {
        let table: Vec<bool> = steady(c.zone, first).into_iter().map(|shown| open(&c, shown)).collect();
        let at = |index: i64| Instant((first + index) * 60);
        for (start, n) in picks {
            let from = at(start);
            let ahead = || (start..MINUTES).filter(|i| table[*i as usize]);
            prop_assert_eq!(c.is_open(from), table[start as usize], "open at {}", wall(c.zone, first + start));
            match ahead().next() {
                Some(opening) => prop_assert_eq!(c.next_opening(from), at(opening)),
                None => prop_assert!(c.next_opening(from) >= at(MINUTES)),
            }
            if n > 0 {
                match ahead().nth(n as usize - 1) {
                    Some(last) => prop_assert_eq!(c.business_add(from, n * 60), at(last + 1)),
                    None => prop_assert!(c.business_add(from, n * 60) > at(MINUTES)),
                }
            }
            let until = (start + n).min(MINUTES);
            prop_assert_eq!(c.business_elapsed(from, at(until)), 60 * ahead().filter(|i| *i < until).count() as i64);
        }
    }

    /// What holds between the questions, to the second and over years.
    #[test]
    fn adding_and_counting_agree((c, first) in scene(), second in 0_i64..600_000, n in 1_i64..2_000_000, later in 0_i64..90_000_000, more in 1_i64..50_000) {
        let a = Instant(first * 60 + second);
        let deadline = c.business_add(a, n);
        let other = a.plus(later);
        prop_assert_eq!(c.business_elapsed(a, other) + c.business_elapsed(other, other.plus(later)), c.business_elapsed(a, other.plus(later)));
        prop_assert_eq!(c.business_elapsed(other, a), -c.business_elapsed(a, other));
        if c.hours.iter().all(Vec::is_empty) {
            prop_assert_eq!(deadline, Instant::MAX);
            return Ok(());
        }
        prop_assert_eq!(c.business_elapsed(a, deadline), n);
        prop_assert_eq!(c.business_elapsed(a, deadline.plus(-1)), n - 1);
        prop_assert!(deadline < c.business_add(a, n + more));
        prop_assert!(deadline <= c.business_add(other, n));
        prop_assert_eq!(c.business_add(deadline, more), c.business_add(a, n + more));
        let within = Within::BusinessHours(n);
        let warning = c.fraction(a, &within, 0.75);
        prop_assert!(c.next_opening(a) <= warning && warning <= deadline);
        prop_assert!((4 * c.business_elapsed(a, warning) - 3 * n).abs() <= 2);
    }

    /// Day by day over years: the sum of its days, each counted by itself.
    #[test]
    fn years_are_the_sum_of_their_days((c, first) in scene(), length in 1_u64..900) {
        let day = c.date(Instant(first * 60));
        let midnights: Vec<Instant> = day.iter_days().take(length as usize + 1).map(|d| c.start_of(d)).collect();
        let slow: i64 = midnights.windows(2).map(|pair| c.business_elapsed(pair[0], pair[1])).sum();
        prop_assert_eq!(c.business_elapsed(midnights[0], midnights[length as usize]), slow);
    }

    /// Business days: walk from the start until n days are worked.
    #[test]
    fn business_days_are_what_walking_every_day_counts((c, first) in scene(), second in 0_i64..600_000, n in 1_i64..400) {
        prop_assume!(!c.hours.iter().all(Vec::is_empty));
        let a = Instant(first * 60 + second);
        let start = c.next_opening(a);
        let local = c.local(start);
        let worked = |d: &NaiveDate| !hours_of(&c, *d).is_empty();
        let day = local.date().iter_days().skip(1).filter(worked).nth(n as usize - 1).expect("a worked day");
        let (within, deadline) = (Within::BusinessDays(n), c.instant(day.and_time(local.time())));
        prop_assert_eq!(c.add(a, &within), deadline);
        prop_assert_eq!(c.elapsed(a, deadline, Unit::BusinessDays), n);
        prop_assert!(c.elapsed(a, deadline.plus(-1), Unit::BusinessDays) < n);
        prop_assert!(!c.is_past(a, &within, deadline) && c.is_past(a, &within, deadline.plus(1)));
        let shares = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| c.fraction(a, &within, share));
        prop_assert!(shares.is_sorted() && shares[0] >= start && shares[4] == deadline, "{:?}", shares);
    }

    /// Windows: the first minute that the steady clock shows inside of one that opened on a day of its kind.
    #[test]
    fn a_window_opens_when_walking_every_minute_finds_it((c, first) in scene(), open in 0_u32..96, length in 1_u32..96, starts in prop::collection::vec(0_i64..4320, 6)) {
        prop_assume!(!c.hours.iter().all(Vec::is_empty));
        let close = (open + length) % 96;
        let window = Window { open: open * 900, close: if close == 0 { 86_400 } else { close * 900 } };
        let shown = steady(c.zone, first);
        for days in [WindowDays::Every, WindowDays::Business] {
            let opens_on = |d: NaiveDate| days == WindowDays::Every || !hours_of(&c, d).is_empty();
            let inside = |shown: &NaiveDateTime| {
                let (day, second) = (shown.date(), shown.time().num_seconds_from_midnight());
                let late = second < window.close && opens_on(day.pred_opt().expect("a day before"));
                if window.over_midnight() { late || (window.open <= second && opens_on(day)) } else { (window.open..window.close).contains(&second) && opens_on(day) }
            };
            for start in &starts {
                let from = Instant((first + start) * 60);
                let fast = window.next_open(&c, from, days);
                match (*start..MINUTES).find(|i| inside(&shown[*i as usize])) {
                    Some(minute) => prop_assert_eq!(fast, Instant((first + minute) * 60), "{} {:?} from {}", window, days, wall(c.zone, first + start)),
                    None => prop_assert!(fast >= Instant((first + MINUTES) * 60)),
                }
                prop_assert_eq!(window.is_open(&c, from, days), fast == from);
            }
        }
    }
}
