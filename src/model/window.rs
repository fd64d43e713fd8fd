//! A stretch of the day in which something may happen: `09:00-20:00`, or over midnight `22:00-06:00`.

use super::business::{FIRST, LAST, after, first_day};
use super::{Calendar, Instant, fold};
use chrono::NaiveDate;
use std::fmt;

/// From a second of the day up to another, which is not in it. `close` before `open` is on the next day: nothing is swapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Seconds from local midnight, under 86,400.
    pub open: u32,
    /// Seconds from local midnight, up to 86,400; never the same as `open`.
    pub close: u32,
}

/// On which days a window opens. One over midnight belongs to the day on which it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowDays {
    /// All seven.
    Every,
    /// The working days of the calendar.
    Business,
}

impl Window {
    /// Reads `09:00-20:00`; the whole day is `00:00-24:00`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let Some(window) = read(text) else {
            let plain: String = fold(text).chars().map(|c| if matches!(c, '~' | '–' | '—' | '至' | '到') { '-' } else { c }).collect();
            let meant = read(&plain).map_or("write e.g. `09:00-20:00`".to_owned(), |w| format!("did you mean `{w}`?"));
            return Err(format!("`{text}` is not a span of hours; {meant}"));
        };
        if window.open == window.close {
            return Err(format!("`{text}` is no time at all; the whole day is `00:00-24:00`"));
        }
        Ok(window)
    }

    /// Whether it closes on the day after.
    pub fn over_midnight(&self) -> bool {
        self.close < self.open
    }

    /// The first instant at or after `at` at which it is open: `at` itself when it is. [`Instant::MAX`] when it never is again
    /// (no day is worked, or the year 9999 is over).
    pub fn next_open(&self, calendar: &Calendar, at: Instant, days: WindowDays) -> Instant {
        let mut day = calendar.day_of(at.clamp(FIRST, LAST));
        if self.over_midnight()
            && let Some(before) = day.pred_opt()
        {
            day = before;
        }
        while let Some(opens_on) = next_day(calendar, day, days) {
            let (opens, closes) = self.on(calendar, opens_on);
            if at < closes && opens < closes {
                return at.max(opens);
            }
            day = after(opens_on); // over, or the clocks jumped over it
        }
        Instant::MAX
    }

    /// Whether it is open at an instant.
    pub fn is_open(&self, calendar: &Calendar, at: Instant, days: WindowDays) -> bool {
        self.next_open(calendar, at, days) == at
    }

    fn on(&self, calendar: &Calendar, day: NaiveDate) -> (Instant, Instant) {
        let closes_on = if self.over_midnight() { after(day) } else { day };
        (calendar.second_of(day, self.open), calendar.second_of(closes_on, self.close))
    }
}

/// The first day from `day` on on which a window may open.
fn next_day(calendar: &Calendar, day: NaiveDate, days: WindowDays) -> Option<NaiveDate> {
    first_day(day, |d| match days {
        WindowDays::Every => true,
        WindowDays::Business => calendar.is_workday(day) || calendar.workdays_after(day, d) > 0,
    })
}

fn read(text: &str) -> Option<Window> {
    let (open, close) = text.split_once('-')?;
    let (open, close) = (second(open)?, second(close)?);
    (open < 86_400).then_some(Window { open, close })
}

/// `9:30` as a second of the day; `24:00` is its end.
fn second(text: &str) -> Option<u32> {
    let number = |t: &str, digits: std::ops::RangeInclusive<usize>| -> Option<u32> {
        (digits.contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok())?
    };
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (number(hour, 1..=2)?, number(minute, 2..=2)?);
    (hour < 24 && minute < 60 || hour == 24 && minute == 0).then_some(hour * 3600 + minute * 60)
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |s: u32| (s / 3600, s / 60 % 60);
        let ((a, b), (c, d)) = (time(self.open), time(self.close));
        write!(f, "{a:02}:{b:02}-{c:02}:{d:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(calendar: &Calendar, text: &str) -> Instant {
        calendar.instant(chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time"))
    }

    /// `opens[from]` in local times; the calendar has the National Day week off and works on Saturday 10 October.
    fn opens(window: &str, days: WindowDays, from: &str) -> String {
        let day = |d: u32| NaiveDate::from_ymd_opt(2026, 10, d).expect("a date");
        let calendar = Calendar { holidays: (1..=7).map(day).collect(), workdays: [day(10)].into(), ..Calendar::default() };
        let window = Window::parse(window).expect("a window");
        calendar.local(window.next_open(&calendar, at(&calendar, from), days)).format("%m-%d %H:%M").to_string()
    }

    #[test]
    fn a_window_opens_today_or_on_the_next_of_its_days() {
        use WindowDays::{Business, Every};
        for (window, days, from, expected) in [
            ("09:00-20:00", Every, "2026-10-10 08:59", "10-10 09:00"),
            ("09:00-20:00", Every, "2026-10-10 19:59", "10-10 19:59"),
            ("09:00-20:00", Every, "2026-10-10 20:00", "10-11 09:00"),
            // A holiday is a day for some messages, not for others.
            ("09:00-20:00", Every, "2026-10-01 10:00", "10-01 10:00"),
            ("09:00-20:00", Business, "2026-09-30 20:30", "10-08 09:00"),
            ("09:00-20:00", Business, "2026-10-10 10:00", "10-10 10:00"),
            ("09:00-20:00", Business, "2026-10-10 20:00", "10-12 09:00"),
            // Over midnight: never read as 06:00-22:00.
            ("22:00-06:00", Every, "2026-10-10 12:00", "10-10 22:00"),
            ("22:00-06:00", Every, "2026-10-10 23:30", "10-10 23:30"),
            ("22:00-06:00", Every, "2026-10-11 05:59", "10-11 05:59"),
            ("22:00-06:00", Every, "2026-10-11 06:00", "10-11 22:00"),
            // The night that began on the make-up Saturday is open; Sunday's night is not.
            ("22:00-06:00", Business, "2026-10-11 05:59", "10-11 05:59"),
            ("22:00-06:00", Business, "2026-10-11 23:00", "10-12 22:00"),
            ("00:00-24:00", Every, "2026-10-10 23:59", "10-10 23:59"),
        ] {
            assert_eq!(opens(window, days, from), expected, "{window} {days:?} {from}");
        }
    }

    #[test]
    fn a_window_that_the_clocks_jump_over_waits_a_day() {
        let berlin = Calendar { zone: chrono_tz::Europe::Berlin, ..Calendar::default() };
        let window = Window::parse("02:00-03:00").expect("a window");
        let opens = |from: &str| berlin.local(window.next_open(&berlin, at(&berlin, from), WindowDays::Every)).to_string();
        assert_eq!(opens("2026-03-29 00:30"), "2026-03-30 02:00:00");
        // The hour that happens twice is all one window, of two hours.
        let first = at(&berlin, "2026-10-25 02:00");
        assert!(window.is_open(&berlin, first, WindowDays::Every) && window.is_open(&berlin, first.plus(7199), WindowDays::Every));
        assert!(!window.is_open(&berlin, first.plus(7200), WindowDays::Every));
    }

    #[test]
    fn a_window_that_never_opens_again_says_so() {
        let closed = Calendar { hours: Default::default(), ..Calendar::default() };
        let window = Window::parse("9:00-20:00").expect("a window");
        assert_eq!(window.next_open(&closed, Instant(0), WindowDays::Business), Instant::MAX);
        for days in [WindowDays::Every, WindowDays::Business] {
            assert_eq!(window.next_open(&Calendar::default(), Instant::MAX, days), Instant::MAX);
            assert!(window.next_open(&Calendar::default(), Instant(i64::MIN), days) < Instant(0));
        }
    }

    #[test]
    fn windows_as_people_write_them() {
        for (text, shown) in [("09:00-20:00", "09:00-20:00"), (" 9:00 - 20:00 ", "09:00-20:00"), ("22:00-06:00", "22:00-06:00"), ("18:30-24:00", "18:30-24:00")]
        {
            let window = Window::parse(text).expect(text);
            assert_eq!(window.to_string(), shown);
            assert_eq!(Window::parse(shown), Ok(window));
        }
        for (text, hint) in [
            ("9点-18点", "write e.g. `09:00-20:00`"),
            ("９：００～１８：００", "did you mean `09:00-18:00`?"),
            ("09:00–18:00", "did you mean `09:00-18:00`?"),
            ("09:00-09:00", "the whole day is `00:00-24:00`"),
            ("09:00", "write e.g."),
            ("09:60-10:00", "write e.g."),
            ("24:00-06:00", "write e.g."),
            ("4000000000:00-18:00", "write e.g."),
            ("+9:00-18:00", "write e.g."),
        ] {
            assert!(Window::parse(text).is_err_and(|why| why.contains(hint)), "{text}: {:?}", Window::parse(text));
        }
    }
}
