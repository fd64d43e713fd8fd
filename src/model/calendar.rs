//! The company's time: zone, opening hours, holidays and make-up workdays. All arithmetic is closed-form
//! and correct over DST: local days are computed from the zone, never as 86,400 seconds.

use super::{Duration, Instant};
use chrono::{Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Weekday};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// The open spans of one day, ordered and disjoint, as seconds from local midnight: `(start, end)`.
pub type DayHours = Vec<(u32, u32)>;

/// The calendar that a workspace reasons with.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The zone of every local day.
    pub zone: Tz,
    /// Opening hours, Monday first.
    pub hours: [DayHours; 7],
    /// Days off, whatever the weekday.
    pub holidays: BTreeSet<NaiveDate>,
    /// Make-up workdays (调休): take Monday's hours, beat weekend and holiday.
    pub workdays: BTreeSet<NaiveDate>,
    /// How often `sop tick` runs: what `check` reasons with.
    pub tick: Duration,
}

impl Default for Calendar {
    fn default() -> Self {
        let day = vec![(9 * 3600, 12 * 3600), (13 * 3600, 18 * 3600)];
        Self {
            zone: chrono_tz::Asia::Shanghai,
            hours: [day.clone(), day.clone(), day.clone(), day.clone(), day, Vec::new(), Vec::new()],
            holidays: BTreeSet::new(),
            workdays: BTreeSet::new(),
            tick: Duration(1800),
        }
    }
}

impl Calendar {
    /// The wall clock of the zone at an instant.
    pub fn local(&self, at: Instant) -> NaiveDateTime {
        chrono::DateTime::from_timestamp(at.0, 0).unwrap_or_default().with_timezone(&self.zone).naive_local()
    }
    /// The local date of an instant.
    pub fn date(&self, at: Instant) -> NaiveDate {
        self.local(at).date()
    }
    /// The instant of a local wall-clock time. In a gap (clocks forward): the first instant after it; when it happens twice: the first.
    pub fn instant(&self, local: NaiveDateTime) -> Instant {
        instant_in(self.zone, local)
    }
    /// 00:00 of a local date.
    pub fn start_of(&self, day: NaiveDate) -> Instant {
        self.instant(day.and_time(NaiveTime::MIN))
    }
    /// The last second of a local date.
    pub fn end_of(&self, day: NaiveDate) -> Instant {
        self.start_of(day.checked_add_days(Days::new(1)).unwrap_or(day)).plus(-1)
    }
    /// The next local midnight strictly after an instant.
    pub fn next_midnight(&self, at: Instant) -> Instant {
        let midnight = |days: u64| self.start_of(self.date(at).checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX));
        // Where the clocks turn back over midnight, the day before is on the wall once more after tomorrow has begun.
        let next = midnight(1);
        if next > at { next } else { midnight(2) }
    }
    /// Whole calendar days of the zone from one instant to another; negative when `to` is earlier.
    pub fn days_between(&self, from: Instant, to: Instant) -> i64 {
        (self.date(to) - self.date(from)).num_days()
    }
    /// Whether a date is worked: make-up day, else not a holiday and open on its weekday.
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        self.workdays.contains(&day) || (!self.holidays.contains(&day) && !self.hours[day.weekday().num_days_from_monday() as usize].is_empty())
    }
    /// Working days after the local date of `from`, up to and including that of `to`; negative when `to` is earlier.
    pub fn business_days_between(&self, from: Instant, to: Instant) -> i64 {
        let (a, b) = (self.date(from), self.date(to));
        if a <= b { self.workdays_after(a, b) } else { -self.workdays_after(b, a) }
    }
    /// Working days in `(from, to]`, by whole weeks and then the exceptions: no walk over the days.
    pub(super) fn workdays_after(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let open = |d: Weekday| !self.hours[d.num_days_from_monday() as usize].is_empty();
        let days = (to - from).num_days();
        let week: i64 = self.hours.iter().map(|h| i64::from(!h.is_empty())).sum();
        let mut n = days / 7 * week;
        let mut day = from.weekday();
        for _ in 0..days % 7 {
            day = day.succ();
            n += i64::from(open(day));
        }
        let span = (std::ops::Bound::Excluded(from), std::ops::Bound::Included(to));
        if from < to {
            n -= self.holidays.range(span).filter(|d| open(d.weekday()) && !self.workdays.contains(d)).count() as i64;
            n += self.workdays.range(span).filter(|d| !open(d.weekday())).count() as i64;
        }
        n
    }
}

/// The instant of a wall-clock time in any zone; see [`Calendar::instant`].
pub fn instant_in(zone: Tz, local: NaiveDateTime) -> Instant {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(t) | LocalResult::Ambiguous(t, _) => Instant(t.timestamp()),
        // A gap: the first instant after it, found by reading the wall time with the offset in force before the gap.
        LocalResult::None => {
            let offset =
                |t: i64| zone.offset_from_utc_datetime(&chrono::DateTime::from_timestamp(t, 0).unwrap_or_default().naive_utc()).fix().local_minus_utc();
            let wall = local.and_utc().timestamp();
            // The clocks jump somewhere between these two instants; halve until the jump is found.
            let (mut before, mut after) = (wall - 86_400, wall + 86_400);
            let old = offset(before);
            while after - before > 1 {
                let middle = before + (after - before) / 2;
                if offset(middle) == old { before = middle } else { after = middle }
            }
            Instant(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(s: &str) -> NaiveDate {
        s.parse().expect("a date")
    }

    #[test]
    fn a_day_is_one_day_when_the_clocks_change() {
        let c = Calendar { zone: chrono_tz::Europe::Berlin, ..Calendar::default() };
        let (a, b) = (c.start_of(day("2026-03-29")), c.start_of(day("2026-03-30")));
        assert_eq!(b.0 - a.0, 23 * 3600);
        assert_eq!(c.days_between(a, b), 1);
        assert_eq!(c.next_midnight(a), b);
        let gap = c.instant(day("2026-03-29").and_hms_opt(2, 30, 0).expect("a time"));
        assert_eq!(c.local(gap), day("2026-03-29").and_hms_opt(3, 0, 0).expect("a time"));
        // At 00:01 of the 7th the clocks went back to 23:01 of the 6th: the midnight after that is the 8th's.
        let c = Calendar { zone: chrono_tz::America::St_Johns, ..Calendar::default() };
        assert_eq!(c.next_midnight(c.start_of(day("2010-11-07")).plus(600)), c.start_of(day("2010-11-08")));
    }

    #[test]
    fn make_up_days_beat_weekends_and_holidays_beat_weekdays() {
        let c = Calendar {
            holidays: (1..=7).map(|d| NaiveDate::from_ymd_opt(2026, 10, d).expect("a date")).collect(),
            workdays: [day("2026-10-10")].into(),
            ..Calendar::default()
        };
        assert!(c.is_workday(day("2026-10-10")) && !c.is_workday(day("2026-10-05")) && !c.is_workday(day("2026-10-11")));
        // Wed 30 Sep → Sat 10 Oct: Thu 8, Fri 9, Sat 10 (make-up)
        assert_eq!(c.business_days_between(c.start_of(day("2026-09-30")), c.start_of(day("2026-10-10"))), 3);
        let slow = |a: NaiveDate, b: NaiveDate| a.iter_days().skip(1).take_while(|d| *d <= b).filter(|d| c.is_workday(*d)).count() as i64;
        for n in 0..60 {
            let (a, b) = (day("2026-09-20"), day("2026-09-20") + Days::new(n));
            assert_eq!(c.workdays_after(a, b), slow(a, b), "{n}");
        }
    }
}
