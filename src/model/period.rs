//! Periods as people write them: `2026-W47`, `2026-11`, `2026-Q4`, `last-week`, `2026-11-01..2026-11-21`.

use super::{Calendar, Instant};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// The instants of whole local days: `from` is in it, `until` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first instant.
    pub from: Instant,
    /// The first instant after it.
    pub until: Instant,
}

impl Period {
    /// Whether an instant is in it.
    pub fn contains(&self, at: Instant) -> bool {
        self.from <= at && at < self.until
    }

    /// Reads a period. Weeks start on Monday and are numbered as in ISO 8601; what is relative (`today`, `this-week`,
    /// `last-month`, `last-7-days` …) counts from the local day of `as_of`; `A..B` runs from the start of A to the end
    /// of B, and either side may be left out.
    pub fn parse(text: &str, calendar: &Calendar, as_of: Instant) -> Result<Self, String> {
        Self::parse_in_weeks(text, calendar, as_of, Weekday::Mon)
    }

    /// The same where `this-week` and `last-week` start on a day of the team's own; `2026-W47` is always ISO's.
    pub fn parse_in_weeks(text: &str, calendar: &Calendar, as_of: Instant, week_starts: Weekday) -> Result<Self, String> {
        let text = text.trim();
        let days = |text: &str, today: NaiveDate| days(text, today, week_starts);
        let today = calendar.date(as_of);
        let start = |day: NaiveDate| calendar.start_of(day);
        let Some((from, until)) = text.split_once("..") else {
            let (first, after) = days(text, today).ok_or_else(|| unreadable(text))?;
            return Ok(Self { from: start(first), until: start(after) });
        };
        let side = |text: &str| days(text, today).ok_or_else(|| unreadable(text));
        if from.trim().is_empty() && until.trim().is_empty() {
            return Err(unreadable(text));
        }
        let from = if from.trim().is_empty() { Instant(i64::MIN) } else { start(side(from)?.0) };
        let until = if until.trim().is_empty() { Instant::MAX } else { start(side(until)?.1) };
        if from >= until {
            return Err(format!("`{text}` ends before it starts"));
        }
        Ok(Self { from, until })
    }

    /// The first and the last day; `None` where a side is open.
    pub fn days(&self, calendar: &Calendar) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let first = (self.from != Instant(i64::MIN)).then(|| calendar.date(self.from));
        (first, (self.until != Instant::MAX).then(|| calendar.date(self.until.plus(-1))))
    }

    /// The period of the same length that ends where this one starts: as many months before whole months, else as many days.
    /// `None` where a side is open.
    pub fn previous(&self, calendar: &Calendar) -> Option<Self> {
        let (Some(first), Some(last)) = self.days(calendar) else { return None };
        let after = last.succ_opt()?;
        let before = match (first.day(), after.day()) {
            (1, 1) => {
                let months = (after.year() - first.year()) * 12 + after.month0() as i32 - first.month0() as i32;
                first.checked_sub_months(Months::new(u32::try_from(months).ok()?))?
            }
            _ => first.checked_sub_days(Days::new(u64::try_from((after - first).num_days()).ok()?))?,
        };
        Some(Self { from: calendar.start_of(before), until: self.from })
    }

    /// `2026-10-01 to 2026-10-31`, for people.
    pub fn text(&self, calendar: &Calendar) -> String {
        match self.days(calendar) {
            (Some(a), Some(b)) if a == b => a.to_string(),
            (Some(a), Some(b)) => format!("{a} to {b}"),
            (Some(a), None) => format!("from {a} on"),
            (None, Some(b)) => format!("until {b}"),
            (None, None) => "all time".to_owned(),
        }
    }
}

fn unreadable(text: &str) -> String {
    format!(
        "`{}` is no period; write e.g. `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4`, `2026`, `today`, `last-week`, `last-7-days` or `2026-11-01..2026-11-21`",
        text.trim()
    )
}

/// The first day and the first day after.
fn days(text: &str, today: NaiveDate, week_starts: Weekday) -> Option<(NaiveDate, NaiveDate)> {
    let text = text.trim().to_ascii_lowercase();
    relative(&text, today, week_starts).or_else(|| absolute(&text))
}

fn absolute(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (year, rest) = text.split_at_checked(4)?;
    let year: i32 = year.bytes().all(|b| b.is_ascii_digit()).then(|| year.parse().ok())??;
    let Some(rest) = rest.strip_prefix('-') else {
        return rest.is_empty().then(|| months(year, 1, 12))?;
    };
    let number =
        |digits: &str, width: usize| -> Option<u32> { (digits.len() <= width && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())? };
    if let Some(week) = rest.strip_prefix('w') {
        return days_from(NaiveDate::from_isoywd_opt(year, number(week, 2)?, Weekday::Mon)?, 7);
    }
    if let Some(quarter) = rest.strip_prefix('q') {
        return number(quarter, 1).filter(|q| (1..=4).contains(q)).and_then(|q| months(year, q * 3 - 2, 3));
    }
    match rest.split_once('-') {
        Some((month, day)) => days_from(NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)?, 1),
        None => months(year, number(rest, 2)?, 1),
    }
}

fn relative(text: &str, today: NaiveDate, week_starts: Weekday) -> Option<(NaiveDate, NaiveDate)> {
    let yesterday = today.checked_sub_days(Days::new(1))?;
    match text {
        "today" => return days_from(today, 1),
        "yesterday" => return days_from(yesterday, 1),
        _ => {}
    }
    let (which, unit) = text.split_once('-')?;
    let last = match which {
        "this" => false,
        "last" => true,
        _ => return None,
    };
    if let Some(n) = unit.strip_suffix("-days").filter(|_| last) {
        // The days up to and including today.
        let n: u64 = n.parse().ok().filter(|n| (1..=36_600).contains(n))?;
        return days_from(today.checked_sub_days(Days::new(n - 1))?, n);
    }
    let back = |months: u32| if last { today.with_day(1)?.checked_sub_months(Months::new(months)) } else { Some(today) };
    match unit {
        "week" => {
            let first = today.checked_sub_days(Days::new(u64::from(today.weekday().days_since(week_starts))))?;
            days_from(if last { first.checked_sub_days(Days::new(7))? } else { first }, 7)
        }
        "month" => back(1).and_then(|d| months(d.year(), d.month(), 1)),
        "quarter" => back(3).and_then(|d| months(d.year(), d.month0() / 3 * 3 + 1, 3)),
        "year" => back(12).and_then(|d| months(d.year(), 1, 12)),
        _ => None,
    }
}

fn days_from(first: NaiveDate, n: u64) -> Option<(NaiveDate, NaiveDate)> {
    Some((first, first.checked_add_days(Days::new(n))?))
}

fn months(year: i32, month: u32, n: u32) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    Some((first, first.checked_add_months(Months::new(n))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and the last day, as seen on Saturday 2026-11-21 at 10:00 in Shanghai.
    fn span(text: &str) -> Result<(String, String), String> {
        let calendar = Calendar::default();
        let as_of = Instant(calendar.start_of("2026-11-21".parse().expect("a date")).0 + 10 * 3600);
        Period::parse(text, &calendar, as_of).map(|p| (calendar.date(p.from).to_string(), calendar.date(p.until.plus(-1)).to_string()))
    }

    #[test]
    fn a_period_is_its_first_to_its_last_day_however_it_is_written() {
        for (text, first, last) in [
            ("2026-11-21", "2026-11-21", "2026-11-21"),
            ("2026-W47", "2026-11-16", "2026-11-22"),
            ("2026-w1", "2025-12-29", "2026-01-04"),
            ("2026-11", "2026-11-01", "2026-11-30"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2026-Q4", "2026-10-01", "2026-12-31"),
            ("2026", "2026-01-01", "2026-12-31"),
            ("today", "2026-11-21", "2026-11-21"),
            ("yesterday", "2026-11-20", "2026-11-20"),
            ("this-week", "2026-11-16", "2026-11-22"),
            ("last-week", "2026-11-09", "2026-11-15"),
            ("last-month", "2026-10-01", "2026-10-31"),
            ("this-quarter", "2026-10-01", "2026-12-31"),
            ("last-quarter", "2026-07-01", "2026-09-30"),
            ("last-year", "2025-01-01", "2025-12-31"),
            ("last-7-days", "2026-11-15", "2026-11-21"),
            ("2026-11-01..2026-11-21", "2026-11-01", "2026-11-21"),
            (" 2026-W46 .. 2026-11 ", "2026-11-09", "2026-11-30"),
        ] {
            assert_eq!(span(text), Ok((first.into(), last.into())), "{text}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "..",
            "2026-13",
            "2026-W54",
            "2026-Q5",
            "2026-02-30",
            "26-11",
            "+026-11",
            "2026-11-21..2026-11-01",
            "next-week",
            "last-0-days",
            "最近",
            "2026-",
        ] {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_period_before_is_as_long() {
        let calendar = Calendar::default();
        for (text, before) in [
            ("2026-11", "2026-10-01 to 2026-10-31"),
            ("2026-Q1", "2025-10-01 to 2025-12-31"),
            ("2026-W47", "2026-11-09 to 2026-11-15"),
            ("2026-11-21", "2026-11-20"),
            ("2026-11-01..2026-11-21", "2026-10-11 to 2026-10-31"),
        ] {
            let period = Period::parse(text, &calendar, Instant(0)).expect("a period");
            assert_eq!(period.previous(&calendar).map(|p| p.text(&calendar)).as_deref(), Some(before), "{text}");
        }
        assert_eq!(Period::parse("2026-11..", &calendar, Instant(0)).expect("a period").previous(&calendar), None);
    }

    #[test]
    fn weeks_start_when_the_team_says() {
        let calendar = Calendar::default();
        let as_of = calendar.start_of("2026-11-22".parse().expect("a Sunday"));
        let week = |starts| Period::parse_in_weeks("this-week", &calendar, as_of, starts).map(|p| p.text(&calendar));
        assert_eq!(week(Weekday::Mon), Ok("2026-11-16 to 2026-11-22".into()));
        assert_eq!(week(Weekday::Sun), Ok("2026-11-22 to 2026-11-28".into()));
    }

    #[test]
    fn an_open_side_has_no_end() {
        let p = Period::parse("2026-11..", &Calendar::default(), Instant(0)).expect("a period");
        assert_eq!(p.until, Instant::MAX);
        assert!(Period::parse("..2026-11", &Calendar::default(), Instant(0)).is_ok_and(|p| p.contains(Instant(0))));
    }
}
