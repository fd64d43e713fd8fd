//! Working time as others published or decided it, and the cases in which systems of this kind go wrong.

use crate::model::{Calendar, Duration, Instant, Unit, Within};
use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// Monday to Friday, 9 to 18 without a break.
fn nine_to_six(zone: Tz) -> Calendar {
    let open = || vec![(9 * 3600, 18 * 3600)];
    Calendar { zone, hours: [open(), open(), open(), open(), open(), Vec::new(), Vec::new()], ..Calendar::default() }
}

/// Mainland China in the autumn of 2026 (国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04), 9 to 18 less lunch.
fn mainland() -> Calendar {
    let mut c = Calendar { workdays: [day("2026-09-20"), day("2026-10-10")].into(), ..Calendar::default() };
    c.holidays.extend((25..=27).filter_map(|d| NaiveDate::from_ymd_opt(2026, 9, d)));
    c.holidays.extend((1..=7).filter_map(|d| NaiveDate::from_ymd_opt(2026, 10, d)));
    c
}

fn at(c: &Calendar, text: &str) -> Instant {
    c.instant(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time"))
}

fn due(c: &Calendar, from: &str, within: &str) -> String {
    let deadline = c.add(at(c, from), &Within::parse(within).expect("a length"));
    c.local(deadline).format("%Y-%m-%d %H:%M").to_string()
}

#[test]
fn a_week_with_lunch_is_forty_hours() {
    // The README of businesstimedelta (Python): 2016-01-18 09:00 to 2016-01-22 18:00 is "40 hours 0 seconds", and adding them leads back.
    let c = Calendar::default();
    let (from, to) = (at(&c, "2016-01-18 09:00"), at(&c, "2016-01-22 18:00"));
    assert_eq!(c.business_elapsed(from, to), 40 * 3600);
    assert_eq!(c.business_elapsed(to, from), -40 * 3600);
    assert_eq!(c.business_add(from, 40 * 3600), to);
}

#[test]
fn the_clock_starts_at_the_next_opening() {
    // A well-known CRM answers 17:00 to the first: it starts the clock on the closed Saturday and keeps its time of day.
    let c = nine_to_six(chrono_tz::Asia::Shanghai);
    assert_eq!(due(&c, "2026-11-21 15:00", "2 business hours"), "2026-11-23 11:00");
    assert_eq!(due(&c, "2026-11-20 17:00", "2 business hours"), "2026-11-23 10:00");
    assert_eq!(due(&c, "2026-11-20 18:00", "1 business day"), "2026-11-24 09:00");
    assert_eq!(due(&c, "2026-11-21 15:00", "1 business day"), "2026-11-24 09:00");
    assert_eq!(due(&c, "2026-11-23 08:00", "1 business day"), "2026-11-24 09:00");
    let lunch = Calendar::default();
    assert_eq!(due(&lunch, "2026-11-20 11:30", "1 business hours"), "2026-11-20 13:30");
    assert_eq!(due(&lunch, "2026-11-20 12:20", "1 business day"), "2026-11-23 13:00");
    assert_eq!(lunch.next_opening(at(&lunch, "2026-11-20 12:00")), at(&lunch, "2026-11-20 13:00"));
    assert_eq!(lunch.next_opening(at(&lunch, "2026-11-20 13:00")), at(&lunch, "2026-11-20 13:00"));
}

#[test]
fn wall_hours_and_business_hours_are_not_the_same() {
    let c = Calendar::default();
    assert_eq!(due(&c, "2026-11-20 17:00", "24h"), "2026-11-21 17:00");
    // 24 business hours are three days of 8.
    assert_eq!(due(&c, "2026-11-20 17:00", "24 business hours"), "2026-11-25 17:00");
}

#[test]
fn make_up_days_beat_the_weekend_and_holidays_the_weekday() {
    let c = mainland();
    assert_eq!(due(&c, "2026-10-09 17:00", "1 business day"), "2026-10-10 17:00");
    assert_eq!(due(&c, "2026-09-30 17:00", "1 business day"), "2026-10-08 17:00");
    assert_eq!(due(&c, "2026-10-09 17:00", "2 business hours"), "2026-10-10 10:00");
    assert_eq!(due(&c, "2026-09-30 17:00", "2 business hours"), "2026-10-08 10:00");
    // Arrived amid the holiday: the clock starts on the 8th at 9.
    assert_eq!(due(&c, "2026-10-03 20:00", "4 business hours"), "2026-10-08 14:00");
    assert_eq!(due(&c, "2026-10-03 20:00", "1 business day"), "2026-10-09 09:00");
}

#[test]
fn make_up_days_take_mondays_hours() {
    let mut c = mainland();
    c.hours[0] = vec![(10 * 3600, 12 * 3600)];
    assert_eq!(due(&c, "2026-10-10 08:00", "1 business hours"), "2026-10-10 11:00");
    // Of a company closed on Mondays: the hours of the first weekday that is worked.
    c.hours[0].clear();
    c.hours[1] = vec![(14 * 3600, 16 * 3600)];
    assert_eq!(due(&c, "2026-10-10 08:00", "1 business hours"), "2026-10-10 15:00");
    assert_eq!(c.next_opening(at(&c, "2026-10-12 09:00")), at(&c, "2026-10-13 14:00"));
}

#[test]
fn nine_days_off_a_leap_day_and_the_turn_of_the_year() {
    // 春节 2026: 15 to 23 February off (nine days), Saturdays the 14th and the 28th worked (same notice).
    let mut c = Calendar { workdays: [day("2026-02-14"), day("2026-02-28")].into(), ..Calendar::default() };
    c.holidays.extend((15..=23).filter_map(|d| NaiveDate::from_ymd_opt(2026, 2, d)));
    assert_eq!(due(&c, "2026-02-14 17:00", "2 business hours"), "2026-02-24 10:00");
    assert_eq!(due(&c, "2026-02-14 17:00", "1 business day"), "2026-02-24 17:00");
    assert_eq!(due(&c, "2026-02-27 17:00", "1 business day"), "2026-02-28 17:00");
    assert_eq!(due(&c, "2028-02-28 17:00", "2 business days"), "2028-03-01 17:00"); // 2028-02-29 is a Tuesday
    assert_eq!(due(&c, "2026-12-31 17:30", "1 business hours"), "2027-01-01 09:30"); // a Friday, not on the list
}

#[test]
fn a_day_keeps_its_clock_time_over_a_clock_change() {
    let c = nine_to_six(chrono_tz::Europe::Berlin);
    assert_eq!(due(&c, "2026-03-27 17:00", "1 business day"), "2026-03-30 17:00");
    assert_eq!(due(&c, "2026-03-27 17:00", "72h"), "2026-03-30 18:00");
    // Open all night: the night of the jump is an hour short, that of the return an hour long.
    let mut night = nine_to_six(chrono_tz::Europe::Berlin);
    night.hours = std::array::from_fn(|_| vec![(0, 24 * 3600)]);
    let whole = |d: &str| night.business_elapsed(night.start_of(day(d)), night.next_midnight(night.start_of(day(d)))) / 3600;
    assert_eq!((whole("2026-03-28"), whole("2026-03-29"), whole("2026-10-25")), (24, 23, 25));
    assert_eq!(night.business_elapsed(at(&night, "2026-01-01 00:00"), at(&night, "2027-01-01 00:00")), 365 * 86_400);
    assert_eq!(due(&night, "2026-03-29 01:30", "1 business hours"), "2026-03-29 03:30");
}

#[test]
fn a_share_of_a_promise_is_one_of_its_own_time() {
    let c = mainland();
    let warn = |from: &str, within: &str, share: f64| {
        c.local(c.fraction(at(&c, from), &Within::parse(within).expect("a length"), share)).format("%m-%d %H:%M").to_string()
    };
    assert_eq!(warn("2026-10-09 09:00", "4 business hours", 0.75), "10-09 12:00");
    assert_eq!(warn("2026-09-30 17:00", "4 business hours", 0.75), "10-08 11:00");
    assert_eq!(warn("2026-10-09 09:00", "24h", 0.75), "10-10 03:00");
    // Friday 17:00 to Saturday 17:00 (make-up) are 8 working hours; six of them end at 15:00.
    assert_eq!(warn("2026-10-09 17:00", "1 business day", 0.75), "10-10 15:00");
    for within in ["4 business hours", "24h", "2 business days"] {
        assert_eq!(warn("2026-10-09 17:30", within, 1.0), c.local(at(&c, &due(&c, "2026-10-09 17:30", within))).format("%m-%d %H:%M").to_string());
    }
    assert_eq!(warn("2026-10-03 17:30", "4 business hours", 0.0), "10-08 09:00");
}

#[test]
fn a_promise_is_kept_up_to_its_deadline() {
    let c = mainland();
    let (from, within) = (at(&c, "2026-09-30 17:00"), Within::BusinessDays(1));
    let deadline = at(&c, "2026-10-08 17:00");
    assert!(!c.is_past(from, &within, deadline) && c.is_past(from, &within, deadline.plus(1)));
    assert_eq!(c.elapsed(from, deadline.plus(-1), Unit::BusinessDays), 0);
    assert_eq!(c.elapsed(from, deadline, Unit::BusinessDays), 1);
    assert_eq!(c.elapsed(from, deadline, Unit::BusinessHours), 8 * 3600);
    assert_eq!(c.elapsed(from, deadline, Unit::Wall), 8 * 86_400);
    assert_eq!(c.elapsed(deadline, from, Unit::BusinessDays), -1);
}

#[test]
fn what_never_comes_is_never() {
    let closed = Calendar { hours: Default::default(), workdays: [day("2026-10-10")].into(), ..Calendar::default() };
    let from = at(&closed, "2026-10-01 09:00");
    assert_eq!(closed.next_opening(from), Instant::MAX);
    assert_eq!(closed.add(from, &Within::BusinessHours(1)), Instant::MAX);
    assert_eq!(closed.add(from, &Within::BusinessDays(1)), Instant::MAX);
    assert_eq!(closed.fraction(from, &Within::BusinessDays(1), 0.5), Instant::MAX);
    assert_eq!(closed.business_elapsed(from, Instant::MAX), 0);
    assert!(!closed.is_past(from, &Within::BusinessHours(1), Instant(i64::MAX - 1)));
    let c = Calendar::default();
    for within in [Within::BusinessHours(i64::MAX), Within::BusinessDays(i64::MAX), Within::Wall(Duration(i64::MAX))] {
        assert_eq!(c.add(from, &within), Instant::MAX);
        assert_eq!(c.add(Instant::MAX, &within), Instant::MAX);
        assert_eq!(c.fraction(Instant::MAX, &within, 0.5), Instant::MAX);
        for (a, b) in [(Instant(i64::MIN), Instant::MAX), (Instant::MAX, Instant(i64::MIN))] {
            assert_eq!(c.elapsed(a, b, within.unit()).signum(), if a < b { 1 } else { -1 });
        }
    }
    assert!(c.next_opening(Instant(i64::MIN)) < Instant(0));
    // Every day of some years a holiday: the first opening after them.
    let long = Calendar { holidays: day("2026-01-01").iter_days().take_while(|d| *d <= day("2031-12-31")).collect(), ..Calendar::default() };
    assert_eq!(long.next_opening(from), at(&long, "2032-01-01 09:00"));
    assert_eq!(due(&long, "2026-10-01 09:00", "1 business day"), "2032-01-02 09:00");
}
