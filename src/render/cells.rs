//! One cell as text: for people, and for machines.

use super::labels::{Lang, said, sentence};
use crate::model::{Currency, Instant};
use crate::report::{Cell, Column, Report, thousands};
use chrono::{DateTime, FixedOffset, Offset, SecondsFormat, TimeZone};
use chrono_tz::Tz;
use std::borrow::Cow;

/// What printing a cell needs to know of its report.
#[derive(Clone, Copy)]
pub(super) struct Printer<'a> {
    pub(super) zone: Tz,
    pub(super) currency: &'a Currency,
}

impl<'a> From<&'a Report> for Printer<'a> {
    fn from(report: &'a Report) -> Self {
        Self { zone: report.zone, currency: &report.currency }
    }
}

impl Printer<'_> {
    /// For people: thousands marks, `25.0%`, local time to the minute.
    pub(super) fn human<'c>(&self, cell: &'c Cell) -> Cow<'c, str> {
        match cell {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(t) => Cow::Borrowed(t),
            Cell::Said(said) => Cow::Borrowed(&said.en),
            Cell::Integer(n) => Cow::Owned(thousands(*n)),
            Cell::Number(x) => Cow::Owned(decimal(*x)),
            Cell::Money(minor) => Cow::Owned(grouped(&self.currency.decimal(*minor))),
            Cell::Percent(share) if share.is_finite() => Cow::Owned(format!("{:.1}%", share * 100.0)),
            Cell::Percent(_) => Cow::Borrowed(""),
            Cell::Date(d) => Cow::Owned(d.to_string()),
            Cell::Instant(at) => self.local(*at).map_or_else(|| Cow::Owned(at.rfc3339()), |t| Cow::Owned(t.format("%Y-%m-%d %H:%M").to_string())),
            Cell::Boolean(b) => Cow::Borrowed(if *b { "yes" } else { "no" }),
            Cell::List(l) => Cow::Owned(l.join("; ")),
        }
    }

    /// The same for a cell of a column, whose words may be the program's own, or have a label. English readers see the ids, which they also type.
    pub(super) fn of<'c>(&self, column: &'c Column, cell: &'c Cell, lang: Lang) -> Cow<'c, str> {
        match cell {
            Cell::Text(text) => {
                let titled = column.choices.iter().find(|c| lang == Lang::Zh && c.id == *text).and_then(|c| c.title.as_deref());
                titled.map_or_else(|| said(column, text, lang), Cow::Borrowed)
            }
            Cell::Said(said) => Cow::Borrowed(lang.pick(&said.en, said.chinese())),
            Cell::Boolean(b) => Cow::Borrowed(if *b { lang.pick("yes", "是") } else { lang.pick("no", "否") }),
            // What came back for each unit of cost is compared digit by digit.
            Cell::Number(x) if x.is_finite() && ["roas", "revenue_per_cost"].contains(&column.id.as_str()) => Cow::Owned(grouped(&format!("{x:.2}"))),
            // What lies between two shares is no share.
            Cell::Percent(x) if x.is_finite() && column.id == "difference" => Cow::Owned(format!("{:+.1} pp", x * 100.0)),
            cell => self.human(cell),
        }
    }

    /// The same for a total, which stands in no column.
    pub(super) fn total<'c>(&self, cell: &'c Cell, lang: Lang) -> Cow<'c, str> {
        match cell {
            Cell::Text(text) => sentence(text, lang),
            Cell::Boolean(b) => Cow::Borrowed(if *b { lang.pick("yes", "是") } else { lang.pick("no", "否") }),
            cell => self.human(cell),
        }
    }

    /// For machines: nothing rounded, nothing grouped. `None` where there is nothing.
    pub(super) fn plain<'c>(&self, cell: &'c Cell) -> Option<Cow<'c, str>> {
        Some(match cell {
            Cell::Empty => return None,
            Cell::Text(t) => Cow::Borrowed(t),
            Cell::Said(said) => Cow::Borrowed(&said.en),
            Cell::Integer(n) => Cow::Owned(n.to_string()),
            // Adding 0.0 turns -0 into 0.
            Cell::Number(x) | Cell::Percent(x) if x.is_finite() => Cow::Owned(format!("{}", x + 0.0)),
            Cell::Number(_) | Cell::Percent(_) => return None,
            Cell::Money(minor) => Cow::Owned(self.currency.decimal(*minor)),
            Cell::Date(d) => Cow::Owned(d.to_string()),
            Cell::Instant(at) => Cow::Owned(self.rfc3339(*at)),
            Cell::Boolean(b) => Cow::Borrowed(if *b { "true" } else { "false" }),
            Cell::List(l) if l.is_empty() => return None,
            Cell::List(l) => Cow::Owned(l.join(";")),
        })
    }

    /// RFC 3339 with the zone's own offset at that instant.
    pub(super) fn rfc3339(&self, at: Instant) -> String {
        self.local(at).map_or_else(|| at.rfc3339(), |t| t.to_rfc3339_opts(SecondsFormat::Secs, true).replace("+00:00", "Z"))
    }

    /// The wall clock of the zone; `None` outside the years that a calendar knows.
    pub(super) fn local(&self, at: Instant) -> Option<DateTime<FixedOffset>> {
        let utc = DateTime::from_timestamp(at.0, 0)?;
        let offset = self.zone.offset_from_utc_datetime(&utc.naive_utc()).fix();
        // Near the ends of the calendar the local time would leave it.
        utc.naive_utc().checked_add_offset(offset)?;
        Some(utc.with_timezone(&offset))
    }
}

/// At most two digits after the point, none that say nothing.
fn decimal(x: f64) -> String {
    if !x.is_finite() {
        return String::new();
    }
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    grouped(if text == "-0" { "0" } else { text })
}

/// `-1234.50` → `-1,234.50`.
fn grouped(decimal: &str) -> String {
    let (whole, rest) = decimal.split_at(decimal.find('.').unwrap_or(decimal.len()));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
    digits.parse().map_or_else(|_| decimal.to_owned(), |n: i64| format!("{sign}{}{rest}", thousands(n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        let printer = Printer { zone: chrono_tz::Asia::Shanghai, currency: &Currency::new("CNY") };
        let human = |c: &Cell| printer.human(c).into_owned();
        assert_eq!(human(&Cell::Integer(-1_234_567)), "-1,234,567");
        assert_eq!(human(&Cell::Money(-123_450)), "-1,234.50");
        assert_eq!(human(&Cell::Number(1234.5)), "1,234.5");
        assert_eq!(human(&Cell::Number(-0.001)), "0");
        assert_eq!(human(&Cell::Percent(0.1234)), "12.3%");
        assert_eq!(human(&Cell::Instant(Instant(0))), "1970-01-01 08:00");
        assert_eq!(human(&Cell::Number(f64::NAN)), "");
    }

    #[test]
    fn instants_carry_the_offset_of_their_day() {
        let printer = Printer { zone: chrono_tz::Europe::Berlin, currency: &Currency::new("EUR") };
        assert_eq!(printer.rfc3339(Instant(1_782_900_000)), "2026-07-01T12:00:00+02:00");
        assert_eq!(printer.rfc3339(Instant(1_796_122_800)), "2026-12-01T12:00:00+01:00");
        let utc = Printer { zone: chrono_tz::UTC, ..printer };
        assert_eq!(utc.rfc3339(Instant(0)), "1970-01-01T00:00:00Z");
        assert_eq!(printer.rfc3339(Instant::MAX), i64::MAX.to_string());
    }
}
