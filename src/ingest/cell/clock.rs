//! Wall-clock times → instants: the offsets of days are kept, and the form that machines write is read without a parser.

use super::date::Stamp;
use crate::model::{Instant, instant_in};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

/// Wall-clock times of one zone → instants, with the offset of each day kept.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    zone: Tz,
    /// `(day, offset)` by day modulo the length; only days whose offset does not change.
    days: Vec<(i32, i32)>,
}

const KEPT_DAYS: usize = 1024;

impl Clock {
    pub(crate) fn new(zone: Tz) -> Self {
        Self { zone, days: vec![(i32::MIN, 0); KEPT_DAYS] }
    }
    /// The instant of `seconds` after local midnight of a date.
    pub(crate) fn instant(&mut self, date: NaiveDate, seconds: u32) -> Instant {
        self.instant_of_day(date.num_days_from_ce() - UNIX_DAY, seconds).unwrap_or(Instant(0))
    }
    /// The same from days since 1970-01-01.
    fn instant_of_day(&mut self, day: i32, seconds: u32) -> Option<Instant> {
        let wall = i64::from(day) * 86_400 + i64::from(seconds);
        let slot = day.rem_euclid(KEPT_DAYS as i32) as usize;
        if let Some(&(kept, offset)) = self.days.get(slot)
            && kept == day
        {
            return Some(Instant(wall - i64::from(offset)));
        }
        let local = |seconds: i64| chrono::DateTime::from_timestamp(i64::from(day) * 86_400 + seconds, 0).map(|t| t.naive_utc());
        let offset_at = |seconds: i64| Some(i64::from(day) * 86_400 + seconds - instant_in(self.zone, local(seconds)?).0);
        let (first, last) = (offset_at(0)?, offset_at(86_400)?);
        if first == last
            && let Some(kept) = self.days.get_mut(slot)
        {
            *kept = (day, first as i32);
        }
        Some(instant_in(self.zone, local(i64::from(seconds))?))
    }
    /// The zone's date of an instant.
    pub(crate) fn date(&self, at: Instant) -> NaiveDate {
        chrono::DateTime::from_timestamp(at.0, 0).unwrap_or_default().with_timezone(&self.zone).date_naive()
    }
    /// The instant of a stamp.
    pub(crate) fn of(&mut self, stamp: Stamp) -> Instant {
        let seconds = stamp.seconds.unwrap_or(0);
        match stamp.offset {
            Some(offset) => Instant(i64::from(stamp.date.num_days_from_ce() - UNIX_DAY) * 86_400 + i64::from(seconds) - i64::from(offset)),
            None => self.instant(stamp.date, seconds),
        }
    }
    /// `2026-11-21`, `2026-11-21 09:05`, `2026-11-21T09:05:33`, each perhaps with `Z`: nearly every cell of a machine's export.
    #[inline]
    pub(crate) fn fast(&mut self, text: &str) -> Option<Instant> {
        let b = text.as_bytes();
        let (b, utc) = match b {
            [rest @ .., b'Z'] if b.len() >= 17 => (rest, true),
            _ => (b, false),
        };
        let two = |hi: u8, lo: u8| {
            let (hi, lo) = (hi.wrapping_sub(b'0'), lo.wrapping_sub(b'0'));
            if hi < 10 && lo < 10 { Some(u32::from(hi) * 10 + u32::from(lo)) } else { None }
        };
        let (day, time) = b.split_at_checked(10)?;
        let &[y1, y2, y3, y4, s1, m1, m2, s2, d1, d2] = day else { return None };
        if s1 != s2 || !matches!(s1, b'-' | b'/') {
            return None;
        }
        let (y, m, d) = (two(y1, y2)? * 100 + two(y3, y4)?, two(m1, m2)?, two(d1, d2)?);
        if !(1900..=2199).contains(&y) || !(1..=12).contains(&m) || d < 1 || d > days_in_month(y, m) {
            return None;
        }
        let seconds = match *time {
            [] => 0,
            [b' ' | b'T', h1, h2, b':', n1, n2] => clock_seconds(two(h1, h2)?, two(n1, n2)?, 0)?,
            [b' ' | b'T', h1, h2, b':', n1, n2, b':', c1, c2] => clock_seconds(two(h1, h2)?, two(n1, n2)?, two(c1, c2)?)?,
            _ => return None,
        };
        let day = days_from_civil(y as i32, m, d);
        if utc { Some(Instant(i64::from(day) * 86_400 + i64::from(seconds))) } else { self.instant_of_day(day, seconds) }
    }
}

/// 1970-01-01 as days of the common era.
const UNIX_DAY: i32 = 719_163;

pub(super) fn clock_seconds(h: u32, m: u32, s: u32) -> Option<u32> {
    ((h < 24 || (h == 24 && m == 0 && s == 0)) && m < 60 && s <= 60).then_some(h * 3600 + m * 60 + s.min(59))
}

fn days_in_month(y: u32, m: u32) -> u32 {
    match m {
        4 | 6 | 9 | 11 => 30,
        2 if y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a Gregorian date; Howard Hinnant's `days_from_civil`.
fn days_from_civil(y: i32, m: u32, d: u32) -> i32 {
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((m as i32 + 9) % 12) + 2) / 5 + d as i32 - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

#[cfg(test)]
mod tests {
    use super::super::date::parse;
    use super::*;
    use crate::model::DateOrder;
    use chrono::NaiveTime;
    use chrono_tz::Asia::Shanghai;

    #[test]
    fn the_fast_path_agrees_over_dst() {
        for zone in [chrono_tz::UTC, Shanghai, chrono_tz::Europe::Berlin, chrono_tz::America::New_York] {
            let mut clock = Clock::new(zone);
            for day in 1..=31 {
                for time in ["", " 00:00:00", " 02:30:00", " 02:30", " 23:59:59"] {
                    let text = format!("2026-03-{day:02}{time}");
                    let stamp = parse(&text, DateOrder::Ymd, false).expect("a date");
                    let local = stamp.date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(stamp.seconds.unwrap_or(0), 0).expect("a time"));
                    for _ in 0..2 {
                        assert_eq!(clock.fast(&text), Some(instant_in(zone, local)), "{zone} {text}");
                    }
                }
            }
        }
        assert_eq!(Clock::new(Shanghai).fast("2024-01-20T14:30:00Z"), Some(Instant(1_705_761_000)));
        for text in ["2023-02-29", "2024-1-20", "2024-01-20 25:00", "2024-01/20", "20240120", ""] {
            assert_eq!(Clock::new(Shanghai).fast(text), None, "{text}");
        }
    }
}
