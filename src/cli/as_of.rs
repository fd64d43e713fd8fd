//! The clock of the program, and `--as-of DATE[TIME]`.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use sop::model::{Calendar, Instant};
use std::time::{SystemTime, UNIX_EPOCH};

/// The current second.
pub(crate) fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// A bare date is the end of that day in the calendar's zone, or `now` while the day lasts; a time without an offset
/// is the zone's wall clock.
pub(crate) fn parse(text: &str, calendar: &Calendar, now: Instant) -> Result<Instant, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("now") {
        return Ok(now);
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(if day == calendar.date(now) { now } else { calendar.end_of(day) });
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
        return Ok(Instant(at.timestamp()));
    }
    ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|local| calendar.instant(local))
        .ok_or_else(|| format!("`{text}` is no date; write e.g. `2026-11-21`, `2026-11-21T09:30` or `2026-11-21T09:30:00+08:00`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant(DateTime::parse_from_rfc3339(text).expect("an instant").timestamp())
    }

    #[test]
    fn a_date_is_its_end_or_now_while_it_lasts() {
        let calendar = Calendar::default(); // Shanghai
        let now = at("2026-11-21T10:00:00+08:00");
        for (text, instant) in [
            ("2026-11-20", "2026-11-20T23:59:59+08:00"),
            ("2026-11-21", "2026-11-21T10:00:00+08:00"),
            ("2026-11-22", "2026-11-22T23:59:59+08:00"),
            ("2026-11-21T09:30", "2026-11-21T09:30:00+08:00"),
            ("2026-11-21 09:30:15", "2026-11-21T09:30:15+08:00"),
            ("2026-11-21T09:30:00Z", "2026-11-21T17:30:00+08:00"),
            ("now", "2026-11-21T10:00:00+08:00"),
        ] {
            assert_eq!(parse(text, &calendar, now), Ok(at(instant)), "{text}");
        }
        // 23:30 in Shanghai is still the day before in UTC.
        let late = at("2026-11-21T23:30:00+08:00");
        assert_eq!(parse("2026-11-21", &calendar, late), Ok(late));
        for wrong in ["", "21.11.2026", "2026-02-30", "yesterday", "2026-11-21T25:00"] {
            assert!(parse(wrong, &calendar, now).is_err(), "{wrong}");
        }
    }
}
