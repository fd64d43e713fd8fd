//! The page of the weekly, monthly or quarterly meeting: other reports of the same period, put together.

use super::walks::Line;
use super::{Entry, REPORTS, Reading};
use crate::model::{DealStatus, Instant, Period};
use crate::report::catalogue::Entry as Listed;
use crate::report::meeting::{Facts, Headline, Moment};
use crate::report::{Cell, Note, Report, meeting};
use crate::run::{RunError, today};
use chrono::NaiveDate;

const fn entry(name: &'static str, about: &'static str) -> Entry {
    Entry { listed: Listed { name, about, needs: "whatever its parts need; what is not there is said", by: &[] }, run }
}

pub(super) const WEEKLY: Entry =
    entry("weekly", "the page of the weekly meeting: headline, decisions, channels, funnel, owners, promises, nurture, experiments");
pub(super) const MONTHLY: Entry = entry("monthly", "the same of a month");
pub(super) const QUARTERLY: Entry = entry("quarterly", "the same of a quarter");

/// The period that a page speaks of unless told otherwise.
pub(super) fn usual(name: &str) -> Option<&'static str> {
    [("weekly", "last-week"), ("monthly", "last-month"), ("quarterly", "last-quarter")].into_iter().find(|(n, _)| *n == name).map(|(_, period)| period)
}

/// The parts, in the order of the page, each with what its rows stand for.
const PARTS: &[(&str, &str)] =
    &[("roi", "channel"), ("funnel", "all"), ("owners", ""), ("sla", "promise"), ("nurture", ""), ("experiments", ""), ("quality", "")];

/// Stretches that the lines go back, the period's own included.
const BACK: usize = 8;

/// The numbers of the headline, out of the report of KPIs.
const HEADLINE: &[&str] = &["leads", "mql", "sql", "won_deals", "revenue", "new_revenue", "cost", "roi", "cpl", "cac", "win_rate", "sla_attainment"];

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let calendar = &reading.sop().calendar;
    let before = reading.period.previous(calendar).ok_or_else(|| RunError::refused("a page needs a period with a start and an end", "write --period A..B"))?;
    let days = |p: Period| {
        let (first, last) = p.days(calendar);
        (first.unwrap_or(NaiveDate::MIN), last.unwrap_or(NaiveDate::MAX))
    };
    let mut empty = Vec::new();
    let mut parts = Vec::new();
    for (name, by) in PARTS {
        let Some(part) = part(reading, name, by, reading.period)? else { continue };
        match part.rows.is_empty() && part.sections.iter().all(|s| s.rows.is_empty()) {
            true => empty.push(*name),
            false => parts.push(part),
        }
    }
    let said = || Note::new("left-out", format!("nothing to show in this period: {}", empty.join(", ")));
    let notes = if empty.is_empty() { Vec::new() } else { vec![said()] };
    parts.extend(changes_of(reading)?);
    let headline = match (part(reading, "kpi", "", reading.period)?, part(reading, "kpi", "", before)?) {
        (Some(now), Some(was)) => headline(&now, &was),
        _ => Vec::new(),
    };
    let trend = trend(reading)?;
    let decisions = today(reading.workspace, reading.context)?;
    let name = reading.request.name.clone();
    Ok(meeting::report(Facts { frame: reading.frame(), name, days: days(reading.period), before: days(before), headline, trend, decisions, parts, notes }))
}

/// One report of a period, by its name.
fn part(reading: &Reading<'_>, name: &str, by: &'static str, period: Period) -> Result<Option<Report>, RunError> {
    let Some(entry) = REPORTS.iter().find(|e| e.listed.name == name) else { return Ok(None) };
    let by = entry.listed.by.iter().copied().find(|known| *known == by).or(entry.listed.by.first().copied()).unwrap_or_default();
    Ok(Some((entry.run)(&Reading { period, by, ..*reading })?))
}

/// The chosen KPIs with what they were.
fn headline(now: &Report, was: &Report) -> Vec<Headline> {
    let value = |report: &Report, id: &str| {
        let (named, at) = (report.columns.iter().position(|c| c.id == "kpi")?, report.columns.iter().position(|c| c.id == "value")?);
        let row = report.rows.iter().find(|row| row.get(named) == Some(&Cell::text(id)))?;
        row.get(at).cloned().filter(|cell| !cell.is_empty())
    };
    let of = |id: &&str| Some(Headline { id: (*id).to_owned(), value: value(now, id)?, previous: value(was, id).unwrap_or(Cell::Empty) });
    HEADLINE.iter().filter_map(of).collect()
}

/// The period and those before it, in one pass.
fn trend(reading: &Reading<'_>) -> Result<Vec<Moment>, RunError> {
    let calendar = &reading.sop().calendar;
    let mut periods = vec![reading.period];
    while periods.len() < BACK
        && let Some(before) = periods.last().and_then(|p| p.previous(calendar))
    {
        periods.push(before);
    }
    periods.reverse();
    let mut moments: Vec<Moment> = periods.iter().map(|p| Moment { from: calendar.date(p.from), ..Moment::default() }).collect();
    let line = Line::new(&reading.sop().lifecycle, false);
    let as_of = reading.context.as_of;
    let mut count = |at: Option<Instant>, add: fn(&mut Moment)| {
        let place = at.filter(|at| *at <= as_of).and_then(|at| periods.iter().position(|p| p.contains(at)));
        if let Some(moment) = place.and_then(|i| moments.get_mut(i)) {
            add(moment);
        }
    };
    reading.each_walk(&line, None, false, |walk, _| {
        count(walk.created_at, |m| m.leads += 1);
        count(line.mql.filter(|stop| *stop < walk.reached).and_then(|stop| walk.at(stop)), |m| m.mql += 1);
    })?;
    // Also deals that have no lead.
    reading.store.each_deal(|deal| count(deal.closed_at.filter(|_| deal.status == DealStatus::Won), |m| m.won += 1))?;
    Ok(moments)
}

/// What moved in the period, in so many words.
fn changes_of(reading: &Reading<'_>) -> Result<Option<Report>, RunError> {
    let all = crate::run::changes(reading.workspace, reading.context, Some(reading.period), &[], 0)?;
    let Some(summary) = all.sections.into_iter().find(|s| s.id == "summary" && !s.rows.is_empty()) else { return Ok(None) };
    let mut report = Report::new("changes", &reading.frame(), summary.columns);
    report.rows = summary.rows;
    Ok(Some(report))
}
