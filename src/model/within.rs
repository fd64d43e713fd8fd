//! How long something may take, as SOP files write it: `24h`, `4 business hours`, `2 business days`.

use super::business::{after, first_day};
use super::{Calendar, Duration, Instant, fold, nearest};
use std::fmt;

/// A length of time that a promise or a deadline is made of; never empty when it was parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Within {
    /// `24h`: the clock on the wall, day and night.
    Wall(Duration),
    /// `4 business hours`, `90 business minutes`: seconds of working time.
    BusinessHours(i64),
    /// `2 business days`: the same clock time, so many working days later.
    BusinessDays(i64),
}

/// What a length of time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Seconds on the wall.
    Wall,
    /// Seconds of working time.
    BusinessHours,
    /// Working days.
    BusinessDays,
}

/// How business units are written, with the seconds of one; days have none.
const BUSINESS: &[(&str, Option<i64>)] = &[
    ("business hours", Some(3600)),
    ("business hour", Some(3600)),
    ("business minutes", Some(60)),
    ("business minute", Some(60)),
    ("business seconds", Some(1)),
    ("business second", Some(1)),
    ("business days", None),
    ("business day", None),
    ("工作小时", Some(3600)),
    ("工作分钟", Some(60)),
    ("工作日", None),
    ("工作天", None),
];
/// What people write for a business unit, and the words that are read.
const MEANT: &[(&[&str], &str)] = &[
    (&["working hours", "working hour", "work hours", "workhours", "biz hours", "business h", "business hrs", "bh", "工时", "工作时"], "business hours"),
    (&["working minutes", "work minutes", "business m", "business min", "business mins"], "business minutes"),
    (&["working days", "working day", "workdays", "workday", "work days", "biz days", "business d", "bd"], "business days"),
    (&["小时", "时", "钟头"], "h"),
    (&["分钟", "分"], "m"),
    (&["天", "日"], "d"),
    (&["周", "星期"], "w"),
];

impl Within {
    /// Reads `24h`, `1d 12h`, `4 business hours`, `90 business minutes`, `2 business days`, `4 工作小时`, `2 个工作日`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let folded = fold(text);
        let (count, unit) = folded.split_at(folded.find(|c: char| !c.is_ascii_digit()).unwrap_or(folded.len()));
        let unit = unit.trim_start();
        let words = unit.strip_prefix('个').map_or(unit, str::trim_start);
        let known = BUSINESS.iter().find(|(word, _)| *word == words);
        if folded.starts_with(['-', '+']) {
            return Err(format!("`{text}`: a length of time has no sign"));
        }
        let within = match known {
            Some(_) if count.is_empty() => return Err(format!("`{text}` does not say how many; write e.g. `2 business days`")),
            Some((_, seconds)) => {
                let count = count.parse::<i64>().ok();
                let long = || format!("`{text}` is too long");
                match seconds {
                    Some(seconds) => Self::BusinessHours(count.and_then(|n| n.checked_mul(*seconds)).ok_or_else(long)?),
                    None => Self::BusinessDays(count.ok_or_else(long)?),
                }
            }
            None => Self::Wall(Duration::parse(text).map_err(|why| unreadable(text, count, words, why))?),
        };
        if within.amount() == 0 {
            return Err(format!("`{text}` is no time at all; write e.g. `24h`, `4 business hours`, `2 business days`"));
        }
        Ok(within)
    }

    /// What it is counted in.
    pub fn unit(&self) -> Unit {
        match self {
            Self::Wall(_) => Unit::Wall,
            Self::BusinessHours(_) => Unit::BusinessHours,
            Self::BusinessDays(_) => Unit::BusinessDays,
        }
    }

    /// How many of its [`Unit`]: seconds, or days.
    pub fn amount(&self) -> i64 {
        match self {
            Self::Wall(d) => d.0,
            Self::BusinessHours(n) | Self::BusinessDays(n) => *n,
        }
    }
}

/// Why a text is no length of time, with what was probably meant.
fn unreadable(text: &str, count: &str, words: &str, why: String) -> String {
    if words.starts_with("business month") || words.starts_with("business year") {
        return format!("`{text}`: months and years have no fixed length; write e.g. `20 business days`");
    }
    if words.starts_with("business week") {
        return format!("`{text}`: write weeks as days, e.g. `5 business days`");
    }
    if count.is_empty() {
        return if words.is_empty() { "a length of time is empty; write e.g. `24h`, `2 business days`".to_owned() } else { why };
    }
    if words.starts_with(['.', ',']) {
        return format!("`{text}` is not a whole number; write it in a smaller unit, e.g. `90 business minutes`, `90m`");
    }
    if why.contains("no fixed length") {
        return why;
    }
    let meant = MEANT.iter().find(|(others, _)| others.contains(&words)).map(|(_, meant)| *meant);
    match meant.or_else(|| nearest(words, BUSINESS.iter().map(|(word, _)| *word))) {
        Some(unit) if unit.len() == 1 => format!("`{text}` is not a length of time; did you mean `{count}{unit}`?"),
        Some(unit) => format!("`{text}` is not a length of time; did you mean `{count} {}`?", if count == "1" { unit.trim_end_matches('s') } else { unit }),
        None => format!("`{text}` is not a length of time; write e.g. `24h`, `7d`, `4 business hours`, `2 business days`"),
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, unit) = match self {
            Self::Wall(d) => return d.fmt(f),
            Self::BusinessDays(n) => (*n, "day"),
            Self::BusinessHours(s) if s % 3600 == 0 => (s / 3600, "hour"),
            Self::BusinessHours(s) if s % 60 == 0 => (s / 60, "minute"),
            Self::BusinessHours(s) => (*s, "second"),
        };
        write!(f, "{n} business {unit}{}", if n == 1 { "" } else { "s" })
    }
}

impl Calendar {
    /// The deadline of a promise that starts at `from`. In business units the clock starts at the next opening; business days end at
    /// the clock time at which it started, whatever the hours of that day. [`Instant::MAX`] when it never ends (see [`Calendar::business_add`]).
    pub fn add(&self, from: Instant, within: &Within) -> Instant {
        let days = match within {
            Within::Wall(d) => return from.plus(d.0),
            Within::BusinessHours(seconds) => return self.business_add(from, *seconds),
            Within::BusinessDays(days) => *days,
        };
        let start = self.next_opening(from);
        if days <= 0 || start == Instant::MAX {
            return start;
        }
        let local = self.local(start);
        let day = first_day(after(local.date()), |day| self.workdays_after(local.date(), day) >= days);
        day.map_or(Instant::MAX, |day| self.instant(day.and_time(local.time())))
    }

    /// How much has passed from one instant to another: seconds, or whole business days, of which n have passed once the deadline
    /// of n days is reached. Negative when `to` is earlier.
    pub fn elapsed(&self, from: Instant, to: Instant, unit: Unit) -> i64 {
        match unit {
            Unit::Wall => to.0.saturating_sub(from.0),
            Unit::BusinessHours => self.business_elapsed(from, to),
            Unit::BusinessDays if to < from => -self.elapsed(to, from, unit),
            Unit::BusinessDays => {
                let (start, to) = (self.next_opening(from), to.min(super::business::LAST));
                if start >= to {
                    return 0;
                }
                let (local, day) = (self.local(start), self.date(to));
                let early = day > local.date() && self.is_workday(day) && to < self.instant(day.and_time(local.time()));
                self.workdays_after(local.date(), day) - i64::from(early)
            }
        }
    }

    /// The instant at which a share (0 to 1) of a promise has passed, to the second: of 4 business hours, 0.75 is after 3 of them.
    /// A share of business days is one of the working time up to their deadline.
    pub fn fraction(&self, from: Instant, within: &Within, share: f64) -> Instant {
        if share >= 1.0 {
            return self.add(from, within);
        }
        let part = |whole: i64| (whole as f64 * share.max(0.0)).round() as i64;
        match within {
            Within::Wall(d) => from.plus(part(d.0)),
            Within::BusinessHours(seconds) => self.business_add(from, part(*seconds)),
            Within::BusinessDays(_) => match self.add(from, within) {
                Instant::MAX => Instant::MAX,
                deadline => self.business_add(from, part(self.business_elapsed(from, deadline))),
            },
        }
    }

    /// Whether a promise that started at `from` is broken at `at`: its deadline lies behind. At the deadline itself it is still kept.
    pub fn is_past(&self, from: Instant, within: &Within, at: Instant) -> bool {
        at > self.add(from, within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_as_people_write_them() {
        use Within::{BusinessDays, BusinessHours, Wall};
        for (text, within, shown) in [
            ("24h", Wall(Duration(86_400)), "1d"),
            ("1d 12h", Wall(Duration(129_600)), "36h"),
            ("4 business hours", BusinessHours(14_400), "4 business hours"),
            ("1 business hour", BusinessHours(3600), "1 business hour"),
            ("  24  Business Hours ", BusinessHours(86_400), "24 business hours"),
            ("90 business minutes", BusinessHours(5400), "90 business minutes"),
            ("120 business minutes", BusinessHours(7200), "2 business hours"),
            ("2 business days", BusinessDays(2), "2 business days"),
            ("1 business day", BusinessDays(1), "1 business day"),
            ("4 工作小时", BusinessHours(14_400), "4 business hours"),
            ("4个工作小时", BusinessHours(14_400), "4 business hours"),
            ("30工作分钟", BusinessHours(1800), "30 business minutes"),
            ("2 个工作日", BusinessDays(2), "2 business days"),
            ("２工作日", BusinessDays(2), "2 business days"),
        ] {
            assert_eq!(Within::parse(text), Ok(within), "{text}");
            assert_eq!(within.to_string(), shown);
            assert_eq!(Within::parse(shown), Ok(within), "{shown}");
        }
    }

    #[test]
    fn what_is_no_length_says_what_to_write() {
        for (text, hint) in [
            ("1 month", "no fixed length"),
            ("1M", "no fixed length"),
            ("2 business months", "no fixed length"),
            ("1 business week", "`5 business days`"),
            ("4 bussiness hours", "did you mean `4 business hours`?"),
            ("4 busines hour", "did you mean `4 business hour"),
            ("2 workdays", "did you mean `2 business days`?"),
            ("1 working day", "did you mean `1 business day`?"),
            ("3 working hours", "did you mean `3 business hours`?"),
            ("24小时", "did you mean `24h`?"),
            ("3 天", "did you mean `3d`?"),
            ("1.5 business hours", "`90 business minutes`"),
            ("business days", "how many"),
            ("-2 business days", "no sign"),
            ("0 business days", "no time at all"),
            ("0h", "no time at all"),
            ("soon", "write e.g."),
            ("2 business days 4 business hours", "business"),
            ("7", "write e.g."),
            ("", "empty"),
            ("99999999999999999999 business days", "too long"),
            ("9000000000000000000 business hours", "too long"),
        ] {
            let why = Within::parse(text).expect_err(text);
            assert!(why.contains(hint), "{text}: {why}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(n in 1..=i64::MAX, small in 1_i64..100_000) {
            for n in [n, small, small * 60, small * 3600] {
                for within in [Within::Wall(Duration(n)), Within::BusinessHours(n), Within::BusinessDays(n)] {
                    prop_assert_eq!(Within::parse(&within.to_string()), Ok(within));
                }
            }
        }

        #[test]
        fn no_text_panics(text in "[0-9]{0,3} ?(business|个|工作)? ?\\PC{0,6}") {
            let _ = (Within::parse(&text), super::super::Window::parse(&text));
        }
    }
}
