//! Dates of a lead that bring it onto a path: which one it is now, and when the next one comes.

use super::due::later;
use crate::model::{Calendar, Instant, Value};
use crate::rules::nurture::{Due, Feb29, Path, planned};
use chrono::{Datelike, NaiveDate};

/// How a lead stands to a path of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Occasion {
    /// The date that is under way: its first step is due and its last is not over yet. With the instant from which on that is so.
    pub(super) now: Option<(NaiveDate, Instant)>,
    /// When the next one begins.
    pub(super) next: Option<Instant>,
}

/// The day that a field means.
pub(super) fn day_of(value: &Value, calendar: &Calendar) -> Option<NaiveDate> {
    match value {
        Value::Date(day) => Some(*day),
        Value::At(at) => Some(calendar.date(*at)),
        _ => None,
    }
}

/// Reckons the occasions of one day.
pub(super) fn occasion(path: &Path, (yearly, feb29): (bool, Feb29), calendar: &Calendar, day: NaiveDate, as_of: Instant) -> Occasion {
    let first = match path.steps.first().map(|s| s.due) {
        Some(Due::Day { n, .. }) => i64::from(n),
        _ => 0,
    };
    let last = planned(path).last().copied().unwrap_or(first).max(first);
    let begins = |day: NaiveDate| calendar.start_of(later(day, first));
    let over = |day: NaiveDate| calendar.start_of(later(day, last + 1)).plus(path.late_max.map_or(0, |late| late.0));
    let this = calendar.date(as_of).year();
    // A path lasts at most ten years before and after its day.
    let spread = i32::try_from((first.abs().max(last.abs())) / 365 + 1).unwrap_or(11);
    let days: Vec<NaiveDate> = match yearly {
        true => (this - spread..=this + spread + 1).filter_map(|year| in_year(day, year, feb29)).filter(|d| *d >= day).collect(),
        false => vec![day],
    };
    let now = days.iter().rev().copied().find(|d| begins(*d) <= as_of && as_of < over(*d)).map(|d| (d, begins(d)));
    Occasion { now, next: days.iter().map(|d| begins(*d)).filter(|at| *at > as_of).min() }
}

/// The day of another year.
fn in_year(day: NaiveDate, year: i32, feb29: Feb29) -> Option<NaiveDate> {
    day.with_year(year).or_else(|| match feb29 {
        Feb29::Feb28 => NaiveDate::from_ymd_opt(year, 2, 28),
        Feb29::Mar1 => NaiveDate::from_ymd_opt(year, 3, 1),
    })
}
