//! Dates and times as exports have them, and the one question they leave open: does the day or the month come first?
//! Every cell says what it knows about that ([`Evidence`]); the column decides (`profile`), a declared `order:` beats it.

mod time;
mod tokens;

use self::time::take_time;
use self::tokens::{Token, clean, tokens};
use super::clock::clock_seconds;
use crate::model::DateOrder;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// What one cell says about the order of day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// It has a year in front, a month's name, or is no date.
    None,
    /// `20/03/2024`
    DayFirst,
    /// `03/20/2024`
    MonthFirst,
    /// `03/04/2024`
    Ambiguous,
}

/// A wall-clock time as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The date.
    pub(crate) date: NaiveDate,
    /// Seconds from midnight, if a time stands there (86,400 = 24:00).
    pub(crate) seconds: Option<u32>,
    /// Seconds east of UTC, if a zone stands there.
    pub(crate) offset: Option<i32>,
    /// What it says about the column's order.
    pub(crate) evidence: Evidence,
}

const NOT_A_DATE: &str = "not a date";
const AMBIGUOUS: &str = "day or month first? declare order: dmy or mdy";

/// Reads any written date. `order` settles what the cell leaves open; `Ymd` leaves `03/04/2026` unreadable.
pub(crate) fn parse(text: &str, order: DateOrder, date1904: bool) -> Result<Stamp, &'static str> {
    if text.len() > 80 {
        return Err(NOT_A_DATE);
    }
    let text: Cow<'_, str> = if text.is_ascii() { Cow::Borrowed(text) } else { text.nfkc().collect::<String>().into() };
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.matches('.').count() <= 1 && !text.starts_with('.') {
        return bare_number(text, date1904);
    }
    let (clean, year_first, shift) = clean(text);
    let tokens = tokens(&clean);
    let (time, rest) = take_time(tokens, shift)?;
    let (date, evidence) = date_of(&rest, order, year_first)?;
    let (seconds, offset) = time.map_or((None, None), |t| (Some(t.0), t.1));
    Ok(Stamp { date, seconds, offset, evidence })
}

/// What a cell says about its column's order.
pub(crate) fn evidence(text: &str) -> Evidence {
    parse(text, DateOrder::Mdy, false).map_or(Evidence::None, |s| s.evidence)
}

/// A number without any marks: Excel's serial day, `20260304`, `20260304090500`, epoch seconds, milliseconds or microseconds.
fn bare_number(text: &str, date1904: bool) -> Result<Stamp, &'static str> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let n: i64 = whole.parse().map_err(|_| NOT_A_DATE)?;
    let utc = |seconds: i64| {
        let t = chrono::DateTime::from_timestamp(seconds, 0).ok_or(NOT_A_DATE)?.naive_utc();
        if !(1980..=2199).contains(&t.year()) {
            return Err(NOT_A_DATE);
        }
        stamp(t, Some(0))
    };
    let part = |from: usize, to: usize| whole.get(from..to).and_then(|p| p.parse::<u32>().ok()).unwrap_or(0);
    match (whole.len(), fraction.is_empty()) {
        (5, _) if (10_000..80_000).contains(&n) => {
            let days = n + if date1904 { 1462 } else { 0 };
            let base = NaiveDate::from_ymd_opt(1899, 12, 30).ok_or(NOT_A_DATE)?;
            let date = base.checked_add_signed(chrono::TimeDelta::days(days)).ok_or(NOT_A_DATE)?;
            let share: f64 = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse().unwrap_or(0.0) };
            let seconds = (!fraction.is_empty()).then_some((share * 86_400.0).round() as u32);
            Ok(Stamp { date, seconds, offset: None, evidence: Evidence::None })
        }
        (8, true) => Ok(Stamp { date: ymd(part(0, 4), part(4, 6), part(6, 8))?, seconds: None, offset: None, evidence: Evidence::None }),
        (12 | 14, true) if whole.starts_with(['1', '2']) && part(4, 6) <= 12 => {
            let seconds = clock_seconds(part(8, 10), part(10, 12), part(12, 14)).ok_or(NOT_A_DATE)?;
            Ok(Stamp { date: ymd(part(0, 4), part(4, 6), part(6, 8))?, seconds: Some(seconds), offset: None, evidence: Evidence::None })
        }
        (9 | 10, _) => utc(n),
        (12 | 13, _) => utc(n.div_euclid(1000)),
        (15 | 16, _) => utc(n.div_euclid(1_000_000)),
        _ => Err(NOT_A_DATE),
    }
}

fn stamp(t: NaiveDateTime, offset: Option<i32>) -> Result<Stamp, &'static str> {
    let seconds = (t.time() - NaiveTime::MIN).num_seconds() as u32;
    Ok(Stamp { date: t.date(), seconds: Some(seconds), offset, evidence: Evidence::None })
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTHS_LONG: [&str; 12] = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn month_of(word: &str) -> Option<u32> {
    let at = |list: &[&str; 12]| list.iter().position(|m| *m == word);
    at(&MONTHS).or_else(|| at(&MONTHS_LONG)).or((word == "sept").then_some(8)).map(|i| i as u32 + 1)
}

fn date_of(tokens: &[Token<'_>], order: DateOrder, year_first: bool) -> Result<(NaiveDate, Evidence), &'static str> {
    let (mut numbers, mut month, mut month_at, mut dotted) = (Vec::new(), None, 0, false);
    for token in tokens {
        match token {
            Token::Number(n) => numbers.push(*n),
            Token::Word(w) => {
                if let Some(m) = month_of(w) {
                    if month.replace(m).is_some() {
                        return Err(NOT_A_DATE);
                    }
                    month_at = numbers.len();
                } else if !(matches!(*w, "t" | "of" | "st" | "nd" | "rd" | "th" | "at") || (w.len() >= 3 && WEEKDAYS.iter().any(|d| d.starts_with(w)))) {
                    return Err(NOT_A_DATE);
                }
            }
            Token::Mark('.') => dotted = true,
            Token::Mark('-' | '/' | '−' | '–') => {}
            Token::Mark(_) => return Err(NOT_A_DATE),
        }
    }
    let value = |n: &str| n.parse::<u32>().map_err(|_| NOT_A_DATE);
    match (numbers.as_slice(), month) {
        ([a, b], Some(m)) => {
            // The day stands beside the month unless the year leads.
            let (day, year) = if a.len() == 4 && month_at > 0 { (b, a) } else { (a, b) };
            Ok((ymd(full_year(year)?, m, value(day)?)?, Evidence::None))
        }
        ([n], None) if n.len() == 8 => bare_number(n, false).map(|s| (s.date, Evidence::None)),
        ([a, b, c], None) => {
            let (x, y, z) = (value(a)?, value(b)?, value(c)?);
            if a.len() == 4 || year_first || (a.len() <= 2 && c.len() <= 2 && (order == DateOrder::Ymd || x > 31)) {
                return Ok((ymd(full_year(a)?, y, z)?, Evidence::None));
            }
            let year = full_year(c)?;
            // 20.03.2024 is written with the day first wherever dots are used.
            let evidence = match (x > 12, y > 12) {
                (true, true) => return Err(NOT_A_DATE),
                (true, false) => Evidence::DayFirst,
                (false, true) => Evidence::MonthFirst,
                _ if dotted || x == y => Evidence::None,
                _ => Evidence::Ambiguous,
            };
            let day_first = match evidence {
                Evidence::DayFirst => true,
                Evidence::MonthFirst => false,
                Evidence::None => dotted,
                Evidence::Ambiguous => match order {
                    DateOrder::Dmy => true,
                    DateOrder::Mdy => false,
                    DateOrder::Ymd => return Err(AMBIGUOUS),
                },
            };
            Ok((if day_first { ymd(year, y, x)? } else { ymd(year, x, y)? }, if dotted { Evidence::None } else { evidence }))
        }
        _ => Err(NOT_A_DATE),
    }
}

/// Two digits are 1969 to 2068.
fn full_year(text: &str) -> Result<u32, &'static str> {
    let n: u32 = text.parse().map_err(|_| NOT_A_DATE)?;
    match text.len() {
        4 => Ok(n),
        2 if n < 69 => Ok(2000 + n),
        2 => Ok(1900 + n),
        _ => Err(NOT_A_DATE),
    }
}

fn ymd(y: u32, m: u32, d: u32) -> Result<NaiveDate, &'static str> {
    if !(1900..=2199).contains(&y) {
        return Err("a year outside 1900 to 2199");
    }
    NaiveDate::from_ymd_opt(y as i32, m, d).ok_or("a day that the calendar does not have")
}

#[cfg(test)]
mod tests {
    use super::super::Clock;
    use super::*;
    use chrono_tz::Asia::Shanghai;
    use proptest::prelude::*;

    fn at(text: &str, order: DateOrder) -> Option<String> {
        let stamp = parse(text, order, false).ok()?;
        Some(Clock::new(Shanghai).of(stamp).rfc3339())
    }

    #[test]
    fn the_forms_that_exports_have() {
        // Shanghai is 8 hours ahead of UTC.
        for (text, utc) in [
            ("2024-01-15", "2024-01-14T16:00:00Z"),
            ("2026/3/4", "2026-03-03T16:00:00Z"),
            ("2026/3/4 9:05", "2026-03-04T01:05:00Z"),
            ("2026年11月21日 上午9:05", "2026-11-21T01:05:00Z"),
            ("2026年11月21日 下午9:05", "2026-11-21T13:05:00Z"),
            ("2026年11月21日9时5分", "2026-11-21T01:05:00Z"),
            ("2026年11月21日 下午3点半", "2026-11-21T07:30:00Z"),
            ("2026/11/21 星期六 9:05:07", "2026-11-21T01:05:07Z"),
            ("２０２６－１１－２１", "2026-11-20T16:00:00Z"),
            ("26年3月4日", "2026-03-03T16:00:00Z"),
            ("15-Jan-2024", "2024-01-14T16:00:00Z"),
            ("Mar 20 2024", "2024-03-19T16:00:00Z"),
            ("March 20th, 2024 9:05 PM", "2024-03-20T13:05:00Z"),
            ("20 March 2024", "2024-03-19T16:00:00Z"),
            ("20.03.2024", "2024-03-19T16:00:00Z"),
            ("04.03.2024", "2024-03-03T16:00:00Z"),
            ("01/20/2024", "2024-01-19T16:00:00Z"),
            ("20/01/2024", "2024-01-19T16:00:00Z"),
            ("03/15/2024 9:12 AM", "2024-03-15T01:12:00Z"),
            ("03/15/2024 12:12 AM", "2024-03-14T16:12:00Z"),
            ("2024-01-20T14:30:00Z", "2024-01-20T14:30:00Z"),
            ("2024-01-20T14:30:00.123+08:00", "2024-01-20T06:30:00Z"),
            ("2024-01-20 14:30:00 +0530", "2024-01-20T09:00:00Z"),
            ("Sat, 20 Jan 2024 14:30:00 GMT", "2024-01-20T14:30:00Z"),
            ("Sat Jan 20 2024 14:30:00 GMT+0800 (中国标准时间)", "2024-01-20T06:30:00Z"),
            ("Sat Jan 20 14:30:00 2024", "2024-01-20T06:30:00Z"),
            ("20240120", "2024-01-19T16:00:00Z"),
            ("20240120143000", "2024-01-20T06:30:00Z"),
            ("20240120T143000Z", "2024-01-20T14:30:00Z"),
            ("45231", "2023-10-31T16:00:00Z"),
            ("45231.5", "2023-11-01T04:00:00Z"),
            ("1705761000", "2024-01-20T14:30:00Z"),
            ("1705761000123", "2024-01-20T14:30:00Z"),
            ("2024-01-20 24:00", "2024-01-20T16:00:00Z"),
            ("8/9/14 19:00", "2014-08-09T11:00:00Z"),
        ] {
            assert_eq!(at(text, DateOrder::Mdy).as_deref(), Some(utc), "{text}");
        }
        for text in [
            "",
            "abc",
            "2024",
            "2024-13-01",
            "2023-02-29",
            "32/01/2024",
            "2024-01-20 25:00",
            "0202-01-01",
            "138000000",
            "11月21日",
            "下午",
            "12",
            "2024-03",
            "5550500",
        ] {
            assert_eq!(at(text, DateOrder::Mdy), None, "{text}");
        }
    }

    #[test]
    fn order_decides_only_what_is_open() {
        assert_eq!(at("03/04/2026", DateOrder::Dmy).as_deref(), Some("2026-04-02T16:00:00Z"));
        assert_eq!(at("03/04/2026", DateOrder::Mdy).as_deref(), Some("2026-03-03T16:00:00Z"));
        assert_eq!(parse("03/04/2026", DateOrder::Ymd, false), Err(AMBIGUOUS));
        assert_eq!(at("26-03-04", DateOrder::Ymd).as_deref(), Some("2026-03-03T16:00:00Z"));
        assert_eq!(evidence("03/04/2026"), Evidence::Ambiguous);
        assert_eq!(evidence("03/03/2026"), Evidence::None);
        assert_eq!(evidence("20/03/2026"), Evidence::DayFirst);
        assert_eq!(evidence("03/20/2026"), Evidence::MonthFirst);
        assert_eq!(evidence("2026-03-04"), Evidence::None);
    }

    #[test]
    fn serials_know_their_epoch() {
        // 44822 in a workbook of 1904 is the day that 46284 is elsewhere.
        assert_eq!(parse("44822", DateOrder::Ymd, true).map(|s| s.date.to_string()), Ok("2026-09-19".to_owned()));
        assert_eq!(parse("46284", DateOrder::Ymd, false).map(|s| s.date.to_string()), Ok("2026-09-19".to_owned()));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,30}") {
            let _ = parse(&text, DateOrder::Dmy, true);
            let _ = Clock::new(Shanghai).fast(&text);
        }
        #[test]
        fn date_like_texts_neither(text in "[0-9:/.年月日 TZapmMar上下午+-]{0,30}") {
            let _ = parse(&text, DateOrder::Mdy, false).map(|s| Clock::new(chrono_tz::America::New_York).of(s));
        }
    }
}
