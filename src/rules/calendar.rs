//! calendar.yaml → [`Calendar`]: zone, opening hours, holidays and make-up workdays.

use super::reader::{Reader, date_of};
use super::yaml::Node;
use crate::diag::{Code, Span};
use crate::model::{Calendar, DayHours, nearest};
use chrono::{Datelike, NaiveDate};
use chrono_tz::{TZ_VARIANTS, Tz};

/// The keys of calendar.yaml.
pub(super) const KEYS: &[&str] = &["review_by", "timezone", "hours", "holidays", "workdays", "tick"];
const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// No holiday is longer; a longer range is a slip of the pen.
const LONGEST: i64 = 100;

/// The calendar, and where its list of days off is and when it ends (the last day of its last year: lists are announced by year).
pub(super) type Read = (Calendar, Option<(Span, NaiveDate)>);

/// Reads calendar.yaml; what cannot be read keeps its default.
pub(super) fn read(root: &Node, r: &mut Reader<'_>) -> Read {
    let mut calendar = Calendar::default();
    let mut ends = None;
    let Some(map) = r.map(root, "calendar.yaml", KEYS) else { return (calendar, ends) };
    r.review_by(map);
    if let Some(zone) = map.get("timezone").and_then(|n| zone(n, r)) {
        calendar.zone = zone;
    }
    if let Some(node) = map.get("hours") {
        calendar.hours = hours(node, r);
    }
    if let Some(node) = map.get("holidays") {
        calendar.holidays = dates(node, r).into_iter().collect();
        if let (Some(last), Some(span)) = (calendar.holidays.last(), map.key_span("holidays")) {
            ends = NaiveDate::from_ymd_opt(last.year(), 12, 31).map(|d| (span, d));
        }
    }
    if let Some(node) = map.get("workdays") {
        calendar.workdays = dates(node, r).into_iter().collect();
    }
    if let Some(node) = map.get("tick")
        && let Some(text) = r.text(node)
    {
        match crate::model::Duration::parse(text.strip_prefix("every ").unwrap_or(text)) {
            Ok(d) if d.0 > 0 => calendar.tick = d,
            _ => r.error(Code::BadValue, node.span, format!("`{text}` is not a rhythm"), "write e.g. `every 30m`, `every 1d`"),
        }
    }
    (calendar, ends)
}

/// `Asia/Shanghai`
pub(super) fn zone(node: &Node, r: &mut Reader<'_>) -> Option<Tz> {
    let text = r.text(node)?;
    let found = text.parse::<Tz>().ok();
    if found.is_none() {
        let help = match text {
            "北京" | "北京时间" | "Asia/Beijing" | "Beijing" | "CST" | "GMT+8" | "UTC+8" | "+08:00" | "+8" => Some("Asia/Shanghai"),
            _ => nearest(text, TZ_VARIANTS.iter().map(|t| t.name())),
        };
        let help = help.map_or("write an IANA name, e.g. `Asia/Shanghai`, `Europe/Berlin`, `UTC`".to_owned(), |h| format!("did you mean `{h}`?"));
        r.error(Code::BadValue, node.span, format!("`{text}` is not a time zone"), help);
    }
    found
}

/// `{mon-fri: ["09:00-12:00", "13:00-18:00"], sat: "10:00-14:00"}`; days that are not named are closed.
fn hours(node: &Node, r: &mut Reader<'_>) -> [DayHours; 7] {
    let mut week: [DayHours; 7] = Default::default();
    for e in r.names(node, "opening hours") {
        let spans: DayHours = if e.value.is_nothing() { Vec::new() } else { r.texts(&e.value).into_iter().filter_map(|(t, at)| span_of(t, at, r)).collect() };
        let Some(days) = days_of(&e.key) else {
            r.error(Code::BadValue, e.key_span, format!("`{}` is not a day", e.key), "write `mon` … `sun`, `mon-fri`, or `mon,wed`");
            continue;
        };
        for day in days {
            if let Some(hours) = week.get_mut(day) {
                hours.extend(&spans);
                hours.sort_unstable();
                if hours.windows(2).any(|w| matches!(w, [a, b] if a.1 > b.0)) {
                    r.error(Code::BadValue, e.key_span, format!("opening hours of {} overlap", DAYS.get(day).unwrap_or(&"")), "write spans that do not touch");
                    hours.truncate(1);
                }
            }
        }
    }
    week
}

fn days_of(text: &str) -> Option<Vec<usize>> {
    let day = |t: &str| DAYS.iter().position(|d| *d == t.trim().to_lowercase());
    let mut all = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            Some((a, b)) => {
                let (a, b) = (day(a)?, day(b)?);
                all.extend((0..7).map(|i| (a + i) % 7).take((b + 7 - a) % 7 + 1));
            }
            None => all.push(day(part)?),
        }
    }
    Some(all)
}

/// `09:00-12:00` as seconds of the day.
fn span_of(text: &str, at: Span, r: &mut Reader<'_>) -> Option<(u32, u32)> {
    let time = |t: &str| -> Option<u32> {
        let (h, m) = t.trim().split_once(':')?;
        let (h, m): (u32, u32) = (h.parse().ok()?, m.parse().ok()?);
        (h * 60 + m <= 24 * 60 && m < 60).then_some(h * 3600 + m * 60)
    };
    match text.split_once('-').and_then(|(a, b)| Some((time(a)?, time(b)?))) {
        Some((a, b)) if a < b => Some((a, b)),
        Some(_) => {
            r.error(
                Code::BadValue,
                at,
                format!("`{text}` ends before it begins"),
                "hours past midnight belong to the next day: `22:00-24:00` and `00:00-06:00`",
            );
            None
        }
        None => {
            r.error(Code::BadValue, at, format!("`{text}` is not a span of hours"), "write e.g. `\"09:00-12:00\"`");
            None
        }
    }
}

/// `[2026-10-01..2026-10-07, 2026-12-31]`
fn dates(node: &Node, r: &mut Reader<'_>) -> Vec<NaiveDate> {
    let mut all = Vec::new();
    for (text, at) in r.texts(node) {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        match (date_of(from.trim()), date_of(to.trim())) {
            (Some(a), Some(b)) if a <= b && (b - a).num_days() < LONGEST => all.extend(a.iter_days().take_while(|d| *d <= b)),
            (Some(a), Some(b)) => {
                let help = if a > b { format!("write `{b}..{a}`") } else { format!("no holiday is longer than {LONGEST} days") };
                r.error(Code::BadValue, at, format!("`{text}` is not a range of days"), help);
            }
            _ => r.error(Code::BadValue, at, format!("`{text}` is not a date"), "write `2026-10-01`, or a range `2026-10-01..2026-10-07`"),
        }
    }
    all
}
