//! Working time: how many seconds the company was open between two instants, and when so many will have passed.
//!
//! Everything is counted by whole weeks, then the exceptions (holidays, make-up days, days on which the clocks turn), then the
//! two days at the ends; a target is found by halving. Nothing walks over days, so a promise of a decade costs what one of an hour does.
//!
//! A span of hours runs from the instant of its first local time to the instant of its last (see [`Calendar::instant`]): on the
//! night of a clock change it lasts as long as it really does, and 24:00 is the next day's 00:00.

use super::clock_changes::days_of_change;
use super::{Calendar, Instant};
use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};

/// 0001-01-01T00:00:00Z and 9999-12-31T00:00:00Z: outside of them no calendar speaks.
pub(super) const FIRST: Instant = Instant(-62_135_596_800);
pub(super) const LAST: Instant = Instant(253_402_214_400);
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

impl Calendar {
    /// Seconds of working time from one instant to another; negative when `to` is earlier. Only the years 1 to 9999 are worked.
    pub fn business_elapsed(&self, from: Instant, to: Instant) -> i64 {
        if to < from {
            return -self.business_elapsed(to, from);
        }
        let (from, to) = (from.clamp(FIRST, LAST), to.clamp(FIRST, LAST));
        let (first, last) = (self.day_of(from), self.day_of(to));
        self.seconds_of_days(first, last) + self.opened(last, to) - self.opened(first, from)
    }

    /// The first instant at which `seconds` of working time have passed since `from`; with none (or fewer) to pass, the next
    /// opening. [`Instant::MAX`] when they never do: no day has hours, or the year 9999 is over first.
    pub fn business_add(&self, from: Instant, seconds: i64) -> Instant {
        if seconds <= 0 {
            return self.next_opening(from);
        }
        if from > LAST {
            return Instant::MAX;
        }
        let from = from.max(FIRST);
        let first = self.day_of(from);
        let mut left = seconds.saturating_add(self.opened(first, from));
        let Some(last) = first_day(first, |day| self.seconds_of_days(first, after(day)) >= left) else { return Instant::MAX };
        left -= self.seconds_of_days(first, last);
        for (opens, closes) in self.openings(last) {
            let length = closes.0 - opens.0;
            if left <= length {
                return opens.plus(left);
            }
            left -= length;
        }
        Instant::MAX
    }

    /// The first open instant at or after `at`: `at` itself during working hours, which end before their last instant.
    /// [`Instant::MAX`] when there is none.
    pub fn next_opening(&self, at: Instant) -> Instant {
        // The first open second ends when one second of working time has passed.
        match self.business_add(at, 1) {
            Instant::MAX => Instant::MAX,
            end => end.plus(-1),
        }
    }

    /// Whether an instant is in working hours.
    pub fn is_open(&self, at: Instant) -> bool {
        self.business_elapsed(at, at.plus(1)) == 1
    }

    /// The hours of a date: a make-up day takes Monday's (of a company closed on Mondays, those of the first day that is worked),
    /// a holiday has none, any other day those of its weekday.
    pub fn hours_of(&self, day: NaiveDate) -> &[(u32, u32)] {
        if self.workdays.contains(&day) {
            self.make_up_hours()
        } else if self.holidays.contains(&day) {
            &[]
        } else {
            self.hours.get(day.weekday().num_days_from_monday() as usize).map_or(&[], Vec::as_slice)
        }
    }

    fn make_up_hours(&self) -> &[(u32, u32)] {
        self.hours.iter().find(|hours| !hours.is_empty()).map_or(&[], Vec::as_slice)
    }

    /// The day whose midnight was the last to pass. Where clocks turn back over midnight, the wall clock shows the day before once more.
    pub(super) fn day_of(&self, at: Instant) -> NaiveDate {
        let (day, next) = (self.date(at), after(self.date(at)));
        if self.start_of(next) <= at { next } else { day }
    }

    /// The instant of a second of a local day, counted on the wall clock; 86,400 is its last midnight.
    pub fn second_of(&self, day: NaiveDate, second: u32) -> Instant {
        let local = day.and_time(NaiveTime::MIN);
        self.instant(local.checked_add_signed(TimeDelta::seconds(i64::from(second))).unwrap_or(local))
    }

    /// The working hours of a day as they really begin and end.
    fn openings(&self, day: NaiveDate) -> impl Iterator<Item = (Instant, Instant)> {
        self.hours_of(day).iter().map(move |(opens, closes)| (self.second_of(day, *opens), self.second_of(day, *closes)))
    }

    /// Working seconds of `day` before `at`.
    fn opened(&self, day: NaiveDate, at: Instant) -> i64 {
        self.openings(day).map(|(opens, closes)| at.clamp(opens, closes).0 - opens.0).sum()
    }

    /// Working seconds of the days in `[from, to)`, by whole weeks and then the exceptions.
    fn seconds_of_days(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        if from >= to {
            return 0;
        }
        let week = self.hours.each_ref().map(|hours| length(hours));
        let usual = |day: NaiveDate| week.get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or(0);
        let days = (to - from).num_days();
        let mut n = days / 7 * week.iter().sum::<i64>() + from.iter_days().take((days % 7) as usize).map(usual).sum::<i64>();
        n -= self.holidays.range(from..to).filter(|day| !self.workdays.contains(day)).map(|day| usual(*day)).sum::<i64>();
        n += self.workdays.range(from..to).map(|day| length(self.make_up_hours()) - usual(*day)).sum::<i64>();
        let changes = days_of_change(self.zone);
        let changes = changes.get(changes.partition_point(|day| *day < from)..).unwrap_or(&[]);
        for day in changes.iter().take_while(|day| **day < to) {
            n += self.openings(*day).map(|(opens, closes)| closes.0 - opens.0).sum::<i64>() - length(self.hours_of(*day));
        }
        n
    }
}

/// Seconds of hours as they read.
fn length(hours: &[(u32, u32)]) -> i64 {
    hours.iter().map(|(opens, closes)| i64::from(*closes) - i64::from(*opens)).sum()
}

/// The next day; the last one there is follows itself.
pub(super) fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// The first day from `from` on for which `reached` holds, by doubling the distance and then halving it: once true, it has to stay true.
/// `None` when the year 9999 ends first.
pub(super) fn first_day(from: NaiveDate, reached: impl Fn(NaiveDate) -> bool) -> Option<NaiveDate> {
    let end = (LAST_DAY - from).num_days();
    if end < 0 {
        return None;
    }
    let day = |n: i64| from.checked_add_signed(TimeDelta::days(n)).unwrap_or(LAST_DAY);
    let (mut low, mut high) = (-1, 0);
    while !reached(day(high)) {
        if high >= end {
            return None;
        }
        (low, high) = (high, (2 * high + 1).min(end));
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if reached(day(middle)) { high = middle } else { low = middle }
    }
    Some(day(high))
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod published;
