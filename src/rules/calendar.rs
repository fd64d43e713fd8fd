//! calendar.yaml → [`Calendar`]: zone, opening hours, holidays and make-up workdays.

use super::reader::Reader;
use super::yaml::{Kind, Node};
use crate::diag::{Code, Span};
use crate::model::{Calendar, DayHours, Duration, Window, nearest};
use chrono::{Datelike, NaiveDate};
use chrono_tz::{TZ_VARIANTS, Tz};
use std::collections::BTreeSet;

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
        calendar.holidays = dates(node, r).into_iter().flat_map(|(days, _)| days).collect();
        if let (Some(last), Some(span)) = (calendar.holidays.last(), map.key_span("holidays")) {
            ends = NaiveDate::from_ymd_opt(last.year(), 12, 31).map(|d| (span, d));
        }
    }
    if let Some(node) = map.get("workdays") {
        for (days, at) in dates(node, r) {
            if let Some(both) = days.iter().find(|d| calendar.holidays.contains(d)) {
                let help = "a day is off or worked: take it out of `holidays:` or out of `workdays:`";
                r.error(Code::BadValue, at, format!("{both} is a holiday and a make-up workday"), help);
            }
            calendar.workdays.extend(days);
        }
    }
    if let Some(tick) = map.get("tick").and_then(|n| rhythm(n, r)) {
        calendar.tick = tick;
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

/// `every 30m`
fn rhythm(node: &Node, r: &mut Reader<'_>) -> Option<Duration> {
    let text = r.text(node)?;
    let found = Duration::parse(text.trim().strip_prefix("every ").unwrap_or(text)).ok().filter(|d| d.0 > 0);
    if found.is_none() {
        r.error(Code::BadValue, node.span, format!("`{text}` is not a rhythm"), "write e.g. `every 30m`, `every 1d`");
    }
    found
}

/// `{mon-fri: ["09:00-12:00", "13:00-18:00"], sat: "10:00-14:00"}`; days that are not named are closed.
fn hours(node: &Node, r: &mut Reader<'_>) -> [DayHours; 7] {
    let mut week: [DayHours; 7] = Default::default();
    let mut closed = BTreeSet::new();
    let before = r.out.0.len();
    for e in r.names(node, "opening hours") {
        let spans: DayHours = if e.value.is_nothing() { Vec::new() } else { r.texts(&e.value).into_iter().filter_map(|(t, at)| span_of(t, at, r)).collect() };
        let Some(days) = days_of(&e.key) else {
            let help = match nearest_days(&e.key) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write `mon` … `sun`, `mon-fri`, or `mon,wed`".to_owned(),
            };
            r.error(Code::BadValue, e.key_span, format!("`{}` is not a day", e.key), help);
            continue;
        };
        let off = matches!(&e.value.kind, Kind::List(items) if items.is_empty()) || e.value.is_nothing();
        let (mut overlapping, mut both) = (Vec::new(), Vec::new());
        for (day, name) in DAYS.iter().enumerate().filter(|(day, _)| days.contains(day)) {
            let Some(hours) = week.get_mut(day) else { continue };
            let known = hours.len();
            hours.extend(&spans);
            hours.sort_unstable();
            if hours.windows(2).any(|w| matches!(w, [a, b] if a.1 > b.0)) {
                overlapping.push(*name);
                hours.truncate(1);
            }
            let clash = if off { known > 0 } else { closed.contains(&day) };
            if clash {
                both.push(*name);
            }
            if off {
                closed.insert(day);
            }
        }
        if !overlapping.is_empty() {
            let message = format!("opening hours of {} overlap", overlapping.join(", "));
            r.error(Code::BadValue, e.key_span, message, "write every hour of a day once, over all the lines that name the day");
        }
        if !both.is_empty() {
            let message = format!("{}: closed on one line and open on another", both.join(", "));
            r.error(Code::BadValue, e.key_span, message, "hours of several lines add up; name a day on one line only, e.g. `mon-thu` and `fri`");
        }
    }
    if r.out.0.len() == before && week.iter().all(Vec::is_empty) {
        let help = "write e.g. `hours: {mon-fri: [\"09:00-12:00\", \"13:00-18:00\"]}`, or leave `hours:` out for exactly that";
        r.error(Code::BadValue, node.span, "no day of the week has opening hours: no promise in business time would ever end", help);
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

/// `周一至周五`, `Monday-Friday`, `weekdays` → the days as they are written here.
fn nearest_days(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "weekdays" | "workdays" | "工作日" => return Some("mon-fri".into()),
        "weekend" | "weekends" | "周末" => return Some("sat-sun".into()),
        "daily" | "every day" | "每天" => return Some("mon-sun".into()),
        _ => {}
    }
    let day = |part: &str| -> Option<&'static str> {
        let part = part.trim();
        let chinese = ["周", "星期", "礼拜"]
            .iter()
            .find_map(|p| part.strip_prefix(p))
            .and_then(|p| "一二三四五六日".find(if p == "天" { "日" } else { p }).filter(|_| p.chars().count() == 1));
        match chinese {
            Some(at) => DAYS.get(at / "一".len()).copied(),
            None => DAYS.iter().find(|d| part.starts_with(**d)).copied(),
        }
    };
    let parts: Vec<&str> = text.split(['-', '至', '到', '~', '–']).map(day).collect::<Option<_>>()?;
    (parts.len() <= 2).then(|| parts.join("-"))
}

/// `09:00-12:00` as seconds of the day.
fn span_of(text: &str, at: Span, r: &mut Reader<'_>) -> Option<(u32, u32)> {
    match Window::parse(text) {
        Ok(w) if !w.over_midnight() => Some((w.open, w.close)),
        Ok(w) => {
            let end = if w.close == 0 { String::new() } else { format!(" and `00:00-{}`", time(w.close)) };
            let help = format!("hours past midnight belong to the next day: `{}-24:00`{end}", time(w.open));
            r.error(Code::BadValue, at, format!("`{text}` ends before it begins"), help);
            None
        }
        Err(why) => {
            r.error(Code::BadValue, at, why, "write the hours of a day as `\"09:00-12:00\"`, or several as `[\"09:00-12:00\", \"13:00-18:00\"]`");
            None
        }
    }
}

fn time(second: u32) -> String {
    format!("{:02}:{:02}", second / 3600, second / 60 % 60)
}

/// `[2026-10-01..2026-10-07, 2026-12-31]`
fn dates(node: &Node, r: &mut Reader<'_>) -> Vec<(Vec<NaiveDate>, Span)> {
    r.days(node, LONGEST).into_iter().map(|(first, last, at)| (first.iter_days().take_while(|d| *d <= last).collect(), at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Sop, load};

    /// The calendar, or the messages with their help.
    fn read(text: &str) -> Result<Calendar, Vec<String>> {
        match load(&[("sops/calendar.yaml".to_owned(), Ok(text.as_bytes().to_vec()))]) {
            Ok((Sop { calendar, .. }, _)) => Ok(calendar),
            Err((_, problems)) => Err(problems.0.iter().map(|d| format!("{} ({})", d.message, d.help.as_deref().unwrap_or(""))).collect()),
        }
    }

    #[test]
    fn every_key_becomes_its_value() {
        let c = read(
            "timezone: Europe/Berlin\nhours: {fri-mon: 9:00-12:00, 'tue,wed': ['08:00-12:00', '13:00-24:00'], thu: }\nholidays:\nworkdays: [2026-10-10]\ntick: every 1h 30m\n",
        )
        .expect("good");
        let (short, long) = (vec![(32_400, 43_200)], vec![(28_800, 43_200), (46_800, 86_400)]);
        assert_eq!(c.hours, [short.clone(), long.clone(), long, Vec::new(), short.clone(), short.clone(), short]);
        assert_eq!((c.zone, c.tick, c.holidays.len(), c.workdays.len()), (chrono_tz::Europe::Berlin, Duration(5400), 0, 1));
        assert_eq!(read("tick: 45m\n").map(|c| c.tick), Ok(Duration(2700)));
        // Lines that name the same day add up.
        assert_eq!(read("hours: {mon-fri: 09:00-12:00, fri: 13:00-15:00}\n").map(|c| c.hours[4].len()), Ok(2));
    }

    #[test]
    fn one_slip_is_told_once_with_what_to_write() {
        for (text, message, help) in [
            ("hours: {mon-fri: ['09:00-12:00', '11:00-18:00']}", "mon, tue, wed, thu, fri overlap", "once"),
            ("hours: {mon: 18:00-09:00}", "ends before it begins", "`18:00-24:00` and `00:00-09:00`"),
            ("hours: {mon: 18:00-00:00}", "ends before it begins", "`18:00-24:00`)"),
            ("hours: {mon: 09:00-09:00}", "no time at all", "09:00-12:00"),
            ("hours: {mon: 4000000000:00-18:00}", "not a span of hours", "09:00-12:00"),
            ("hours: {mon: 09:00～18:00}", "did you mean `09:00-18:00`?", "09:00-12:00"),
            ("hours: {周一至周五: 09:00-18:00}", "`周一至周五` is not a day", "did you mean `mon-fri`?"),
            ("hours: {Weekdays: 09:00-18:00}", "is not a day", "did you mean `mon-fri`?"),
            ("hours: {saturday: 09:00-18:00}", "is not a day", "did you mean `sat`?"),
            ("hours: {周: 09:00-18:00}", "is not a day", "write `mon`"),
            ("hours: {mon-fri: 09:00-18:00, fri: []}", "fri: closed on one line and open on another", "one line only"),
            ("hours: {sat: , mon-sun: 09:00-18:00}", "sat: closed on one line", "one line only"),
            ("hours: {}", "no day of the week has opening hours", "leave `hours:` out"),
            ("holidays: [2026-10-01..2026-10-10]\nworkdays: [2026-10-09..2026-10-11]", "2026-10-09 is a holiday and a make-up workday", "take it out"),
            ("tick: every 1 month", "not a rhythm", "every 30m"),
            ("tick: every 0m", "not a rhythm", "every 30m"),
        ] {
            let told = read(text).expect_err(text);
            assert!(told.len() == 1 && told.iter().all(|t| t.contains(message) && t.contains(help)), "{text}: {told:#?}");
        }
    }
}
