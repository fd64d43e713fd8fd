//! The page of the weekly, monthly or quarterly meeting: other reports of the same period, put together.

mod decisions;
mod past;

use super::funnel::Counts;
use super::walks::Line;
use super::{Entry, REPORTS, Reading};
use crate::model::{Instant, Period};
use crate::report::catalogue::Entry as Listed;
use crate::report::meeting::{Facts, Headline, Moment, Reach, Standing};
use crate::report::{Cell, Column, ColumnType, Note, Report, Total, meeting, thousands};
use crate::run::RunError;
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

/// Columns of the parts that a meeting does without: who wants them reads the report of that name.
const LEFT_OUT: &[&str] = &["rate_low", "rate_high", "difference_low", "difference_high", "z", "p", "chance_best", "split_p", "cpmql", "cpsql"];

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let calendar = &reading.sop().calendar;
    let before = reading.period.previous(calendar).ok_or_else(|| RunError::refused("a page needs a period with a start and an end", "write --period A..B"))?;
    let days = |p: Period| {
        let (first, last) = p.days(calendar);
        (first.unwrap_or(NaiveDate::MIN), last.unwrap_or(NaiveDate::MAX))
    };
    let stretches = back(reading, BACK);
    let reach = Reach::of(days(reading.period));
    let first = back(reading, reach.stretches).first().map_or(reading.period.from, |p| p.from);
    let longer = Period { from: first, until: reading.period.until };
    let mut empty = Vec::new();
    let mut parts = Vec::new();
    let (funnel, trend, standing) = walks(reading, &stretches, longer)?;
    for (name, by) in PARTS {
        let part = if *name == "funnel" { Some(funnel.clone()) } else { part(reading, name, by, reading.period)? };
        let Some(mut part) = part else { continue };
        match *name {
            "roi" => {
                returns(&mut part);
                part.notes.splice(0..0, in_all(&part));
            }
            // What was looked for and not found is no news.
            "quality" => part.rows.retain(|row| !row.contains(&Cell::Integer(0))),
            _ => {}
        }
        if part.rows.is_empty() && part.sections.iter().all(|s| s.rows.is_empty()) {
            empty.push(*name);
            continue;
        }
        part.sections.retain(|s| !s.rows.is_empty());
        part.columns.iter_mut().filter(|c| LEFT_OUT.contains(&c.id.as_str())).for_each(|c| c.aside = true);
        parts.push(part);
        if *name == "roi" {
            parts.extend(accrued(reading, longer)?);
        }
    }
    let said = || Note::new("left-out", format!("nothing to show in this period: {}", empty.join(", ")));
    let notes = if empty.is_empty() { Vec::new() } else { vec![said()] };
    parts.extend(changes_of(reading)?);
    let headline = match (part(reading, "kpi", "", reading.period)?, part(reading, "kpi", "", before)?) {
        (Some(now), Some(was)) => headline(&now, &was),
        _ => Vec::new(),
    };
    let decisions = decisions::of(reading, &parts)?;
    parts.iter_mut().for_each(|part| super::titles::name(part, reading.sop()));
    let (name, rules) = (reading.request.name.clone(), past::rules(reading)?);
    let (days, before) = (days(reading.period), days(before));
    Ok(meeting::report(Facts { frame: reading.frame(), name, days, before, headline, trend, standing, rules, reach, decisions, parts, notes }))
}

/// The funnel of a longer time: leads take longer than a week to come anywhere. The entries stay those of the period.
fn further(reading: &Reading<'_>, period: Report, mut funnel: Report, longer: Period) -> Report {
    funnel.sections = period.sections;
    funnel.notes.insert(0, Note::new("period", format!("leads created in {}", longer.text(&reading.sop().calendar))));
    let not_gone_on = "not gone on: leads that reached the stage before and not this one so far; whoever still stands there may go on yet \
                       (where leads stand now)";
    funnel.notes.insert(1, Note::new("not-gone-on", not_gone_on));
    funnel
}

/// What came back over a longer time: the deals of a week are few.
fn accrued(reading: &Reading<'_>, longer: Period) -> Result<Option<Report>, RunError> {
    let Some(mut roi) = part(reading, "roi", "channel", longer)?.filter(|roi| !roi.rows.is_empty()) else { return Ok(None) };
    roi.name = "roi_longer".into();
    roi.notes.retain(|note| ["kindless", "strange-kind"].contains(&note.code.as_str()));
    let span = Note::new("period", longer.text(&reading.sop().calendar));
    roi.notes.splice(0..0, std::iter::once(span).chain(in_all(&roi)));
    let entries = "MQL, SQL: first entries in these days; the funnel also counts what leads created in them reached later";
    roi.notes.push(Note::new("entries", entries));
    roi.columns.iter_mut().filter(|c| LEFT_OUT.contains(&c.id.as_str())).for_each(|c| c.aside = true);
    returns(&mut roi);
    Ok(Some(roi))
}

/// What all rows come to: a table of the page has no line of totals of its own.
fn in_all(roi: &Report) -> Option<Note> {
    let cells = roi.totals.iter().find_map(|(name, total)| match total {
        Total::Group(cells) if name == "period_basis" => Some(cells),
        _ => None,
    })?;
    let of = |id: &str| cells.iter().find(|(name, _)| name == id).map(|(_, cell)| cell);
    let (Some(Cell::Money(cost)), Some(Cell::Number(leads)), Some(Cell::Number(deals)), Some(Cell::Money(revenue))) =
        (of("cost"), of("leads"), of("new_deals"), of("new_revenue"))
    else {
        return None;
    };
    let whole = |minor: &i64| thousands(minor / roi.currency.scale());
    let back = Some(*cost).filter(|cost| *cost > 0).map_or_else(|| "n/a".to_owned(), |cost| format!("{:.2}", *revenue as f64 / cost as f64));
    let text = format!("in all: cost {}, leads {leads}, new deals {deals}, new revenue {}, revenue per 1 spent {back}", whole(cost), whole(revenue));
    Some(Note::new("in-all", text))
}

/// The channels by what came back for each unit of cost, which the page's first sentence speaks of; those without a return keep their order.
fn returns(roi: &mut Report) {
    let at = |id: &str| roi.columns.iter().position(|c| c.id == id);
    let (Some(cost), Some(revenue), Some(roas), Some(back)) = (at("cost"), at("new_revenue"), at("roas"), at("roi")) else { return };
    let share = |row: &[Cell]| match row.get(back) {
        Some(Cell::Percent(share)) => *share,
        _ => f64::NEG_INFINITY,
    };
    roi.rows.sort_by(|a, b| share(b).total_cmp(&share(a)));
    let mut unpaid = false;
    for row in &mut roi.rows {
        let per = match (row.get(cost), row.get(revenue)) {
            (Some(Cell::Money(cost)), Some(Cell::Money(revenue))) if share(row).is_finite() && *cost > 0 => Cell::Number(*revenue as f64 / *cost as f64),
            _ => Cell::Empty,
        };
        unpaid |= !per.is_empty() && row.get(roas).is_some_and(Cell::is_empty);
        row.insert(roas, per);
    }
    roi.columns.insert(roas, Column::new("revenue_per_cost", ColumnType::Number));
    if unpaid {
        roi.note(
            "roas",
            "ROAS counts spend on advertising only (costs of the type media): it is blank where what was spent is of another kind; revenue per 1 spent \
             counts every kind of cost of the row",
        );
    }
}

/// One report of a period, by its name.
fn part(reading: &Reading<'_>, name: &str, by: &'static str, period: Period) -> Result<Option<Report>, RunError> {
    let Some(entry) = REPORTS.iter().find(|e| e.listed.name == name) else { return Ok(None) };
    let by = entry.listed.by.iter().copied().find(|known| *known == by).or(entry.listed.by.first().copied()).unwrap_or_default();
    Ok(Some((entry.run)(&Reading { period, by, ..*reading })?))
}

/// The chosen KPIs with what they were.
fn headline(now: &Report, was: &Report) -> Vec<Headline> {
    let value = |report: &Report, id: &str, column: &str| {
        let (named, at) = (report.columns.iter().position(|c| c.id == "kpi")?, report.columns.iter().position(|c| c.id == column)?);
        let row = report.rows.iter().find(|row| row.get(named) == Some(&Cell::text(id)))?;
        row.get(at).cloned().filter(|cell| !cell.is_empty())
    };
    let of = |id: &&str| {
        let count = |report| match value(report, id, "n") {
            Some(Cell::Integer(n)) => Some(n),
            _ => None,
        };
        let previous = value(was, id, "value").unwrap_or(Cell::Empty);
        Some(Headline { id: (*id).to_owned(), value: value(now, id, "value")?, previous, of: count(now).zip(count(was)) })
    };
    HEADLINE.iter().filter_map(of).collect()
}

/// So many periods, oldest first; the last is the page's own.
fn back(reading: &Reading<'_>, n: usize) -> Vec<Period> {
    let calendar = &reading.sop().calendar;
    let mut periods = vec![reading.period];
    while periods.len() < n
        && let Some(before) = periods.last().and_then(|p| p.previous(calendar))
    {
        periods.push(before);
    }
    periods.reverse();
    periods
}

/// How far leads came, what each of these periods came to, and where leads stand now: all in one pass.
fn walks(reading: &Reading<'_>, periods: &[Period], longer: Period) -> Result<(Report, Vec<Moment>, Vec<Standing>), RunError> {
    let lifecycle = &reading.sop().lifecycle;
    let mut moments: Vec<Moment> = periods.iter().map(|p| Moment { from: reading.sop().calendar.date(p.from), ..Moment::default() }).collect();
    let line = Line::new(lifecycle, false);
    let as_of = reading.context.as_of;
    let mut count = |at: Option<Instant>, add: fn(&mut Moment)| {
        let place = at.filter(|at| *at <= as_of).and_then(|at| periods.iter().position(|p| p.contains(at)));
        if let Some(moment) = place.and_then(|i| moments.get_mut(i)) {
            add(moment);
        }
    };
    // By stage: held by nobody, and since when each stands there. Who is a customer has arrived.
    let mut here: Vec<(i64, Vec<i64>)> = vec![(0, Vec::new()); line.customer.unwrap_or(lifecycle.stages.len())];
    let (mut funnel, mut further_on) = (Counts::new(reading, &line, reading.period)?, Counts::new(reading, &line, longer)?);
    let apart = reading.each_walk(&line, None, false, |walk, row| {
        funnel.add(&walk, row);
        further_on.add(&walk, row);
        count(walk.created_at, |m| m.leads += 1);
        count(line.mql.filter(|stop| *stop < walk.reached).and_then(|stop| walk.at(stop)), |m| m.mql += 1);
        let standing = &row.standing;
        let stage = standing.stage.as_deref().map_or(Some(0), |stage| lifecycle.place(stage));
        if let Some((unowned, seconds)) = stage.and_then(|place| here.get_mut(place)) {
            let since = standing.stage_at.or(walk.created_at).unwrap_or(as_of);
            *unowned += i64::from(standing.owner.is_none());
            seconds.push(as_of.0.saturating_sub(since.0).max(0));
        }
    })?;
    // Also deals that have no lead.
    reading.store.each_deal(|deal| count(deal.closed_at.filter(|_| deal.status.wins(deal.amount)), |m| m.won += 1))?;
    let standing = lifecycle.stages.iter().zip(here).map(|(stage, (unowned, seconds))| Standing::of(&stage.id, &stage.title, unowned, seconds));
    let [funnel, further_on] = [funnel, further_on].map(|counts| counts.report(reading, None, apart.notes(&line)));
    Ok((further(reading, funnel, further_on, longer), moments, standing.collect()))
}

/// What moved in the period, in so many words.
fn changes_of(reading: &Reading<'_>) -> Result<Option<Report>, RunError> {
    let all = crate::run::changes(reading.workspace, reading.context, Some(reading.period), &[], 0)?;
    let Some(summary) = all.sections.into_iter().find(|s| s.id == "summary" && !s.rows.is_empty()) else { return Ok(None) };
    let mut report = Report::new("changes", &reading.frame(), summary.columns);
    report.rows = summary.rows;
    report.notes = summary.notes;
    let text = "what is dated in these days, and what happened after them is not among it; a stage is dated by the run that saw the lead enter it, unless `dated:` of lifecycle.yaml says otherwise";
    report.notes.push(Note::new("changes", text));
    Ok(Some(report))
}
