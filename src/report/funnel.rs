//! `sop report funnel`: of the leads that came, how many ever reached each stage (cohort); how the entries of a period compare (period
//! conversion); how long leads stay; and where most are lost.

use super::walk::{NONE, Stop, Walk, days, number, percent, share, too_few};
use super::{Cell, Chart, Column, ColumnType, Frame, Layout, Note, Report, Section};
use crate::measure::{Proportion, quantile};
use crate::model::Period;
use std::collections::BTreeMap;

/// A step with fewer leads before it is never called the bottleneck.
const ENOUGH: u64 = 20;

/// Counts of a funnel, lead by lead.
#[derive(Clone, Debug)]
pub struct Funnel {
    stops: Vec<Stop>,
    /// The leads that came in it are the cohort, the entries that fall in it the period's; `None` = all.
    period: Option<Period>,
    groups: BTreeMap<String, Counts>,
}

/// What is counted of one group.
#[derive(Clone, Debug, Default)]
struct Counts {
    /// By stop: leads of the cohort that ever reached it.
    reached: Vec<u64>,
    /// By stop: first entries in the period.
    entered: Vec<u64>,
    /// By stop: later entries in the period.
    again: Vec<u64>,
    /// By stop: how long leads of the cohort stayed, in seconds.
    stays: Vec<Vec<i64>>,
    undated: u64,
    backwards: u64,
}

impl Funnel {
    /// An empty funnel of these stops.
    pub fn new(stops: Vec<Stop>, period: Option<Period>) -> Self {
        Self { stops, period, groups: BTreeMap::new() }
    }

    fn counts(&mut self, group: &str) -> &mut Counts {
        let n = self.stops.len();
        let group = if group.is_empty() { NONE } else { group };
        self.groups.entry(group.to_owned()).or_insert_with(|| Counts {
            reached: vec![0; n],
            entered: vec![0; n],
            again: vec![0; n],
            stays: vec![Vec::new(); n],
            ..Counts::default()
        })
    }

    /// Counts a lead. `again`: the stops that it entered once more in the period.
    pub fn add(&mut self, walk: &Walk, again: &[usize]) {
        let period = self.period;
        let within = |at| period.is_none_or(|p| p.contains(at));
        let counts = self.counts(&walk.group);
        for stop in again {
            counts.again.get_mut(*stop).into_iter().for_each(|n| *n += 1);
        }
        for (stop, n) in counts.entered.iter_mut().enumerate().take(walk.reached.max(1)) {
            // What nobody dated falls in no period, but in all time.
            *n += u64::from(walk.at(stop).map_or(period.is_none(), within));
        }
        if !walk.created_at.is_none_or(within) {
            return;
        }
        counts.undated += u64::from(walk.undated());
        counts.reached.iter_mut().take(walk.reached.max(1)).for_each(|n| *n += 1);
        counts.backwards += walk.backwards();
        let steps = walk.steps();
        for ((stop, from), (_, until)) in steps.iter().zip(steps.iter().skip(1)) {
            if let Some(stays) = counts.stays.get_mut(*stop) {
                stays.push(until.0.saturating_sub(from.0));
            }
        }
    }

    /// The funnel. `by`: what the rows are split by.
    pub fn report(self, frame: &Frame, by: Option<&str>, notes: Vec<Note>) -> Report {
        let Self { stops, period, groups } = self;
        let mut all = Counts::default();
        let mut report = Report::new("funnel", frame, columns(by));
        report.whole = true;
        let mut entries = Section::new("period_conversion", Layout::Table, entry_columns(by), Vec::new());
        let (mut undated, mut backwards) = (0, 0);
        // The largest first, those of no group last.
        let mut groups: Vec<(String, Counts)> = groups.into_iter().collect();
        groups.sort_by_key(|(name, c)| (name == NONE, std::cmp::Reverse(c.reached.first().copied().unwrap_or(0))));
        for (name, mut counts) in groups {
            let bottleneck = bottleneck(&counts.reached);
            for (i, stop) in stops.iter().enumerate() {
                report.rows.push(row(by.is_some().then_some(&*name), stop, i, &mut counts, bottleneck));
                entries.rows.push(entry_row(by.is_some().then_some(&*name), stop, i, &counts));
            }
            sum(&mut all.reached, &counts.reached);
            sum(&mut all.entered, &counts.entered);
            undated += counts.undated;
            backwards += counts.backwards;
        }
        report.sections.push(entries);
        let named = if stops.iter().all(|s| s.title.is_empty()) { "stage" } else { "stage_title" };
        report.chart = by.is_none().then(|| Chart::funnel(named, "leads"));
        report.total("leads", number(all.reached.first().copied().unwrap_or(0)));
        report.total("reached_last", number(all.reached.last().copied().unwrap_or(0)));
        say(&mut report, &stops, &all.reached, period);
        if undated > 0 {
            report.note(
                "undated",
                format!("leads that reached a stage of which nobody knows when: {undated}; they count as having reached it, not in times and periods"),
            );
        }
        if backwards > 0 {
            let (what, they) = if backwards == 1 { ("1 move is", "it counts as it stands") } else { ("moves are", "they count as they stand") };
            let what = if backwards == 1 { what.to_owned() } else { format!("{backwards} {what}") };
            report.note("backwards", format!("{what} dated before the stage before: {they}, as less than nothing (sop report quality)"));
        }
        report.notes.extend(notes);
        report
    }
}

fn sum(into: &mut Vec<u64>, of: &[u64]) {
    into.resize(into.len().max(of.len()), 0);
    into.iter_mut().zip(of).for_each(|(a, b)| *a += b);
}

/// The step (named by the stop that it leads to) at which the largest part of those before it is lost.
fn bottleneck(reached: &[u64]) -> Option<usize> {
    let steps = reached.iter().zip(reached.iter().skip(1)).enumerate().filter(|(_, (before, after))| **before >= ENOUGH && after < before);
    // Compared as fractions; of equals the earlier.
    let lost = |(before, after): (&u64, &u64)| (u128::from(before - after), u128::from(*before));
    let worst = steps.reduce(|a, b| {
        let ((x, n), (y, m)) = (lost(a.1), lost(b.1));
        if y * n > x * m { b } else { a }
    });
    worst.map(|(i, _)| i + 1)
}

fn columns(by: Option<&str>) -> Vec<Column> {
    let mut columns: Vec<Column> = by.map(Column::text).into_iter().collect();
    columns.extend([Column::text("stage"), Column::text("stage_title"), Column::integer("leads")]);
    columns.extend(["share_of_all", "conversion"].map(|id| Column::new(id, ColumnType::Percent)));
    columns.extend(["conversion_low", "conversion_high"].map(|id| Column::new(id, ColumnType::Percent).aside()));
    columns.push(Column::integer("lost").called("not_gone_on"));
    columns.extend(["median_days", "p90_days"].map(|id| Column::new(id, ColumnType::Number)));
    columns.push(Column::integer("stays").aside());
    columns.push(Column::text("remark").sentences());
    columns
}

fn row(group: Option<&str>, stop: &Stop, i: usize, counts: &mut Counts, bottleneck: Option<usize>) -> Vec<Cell> {
    let at = |i: usize| counts.reached.get(i).copied().unwrap_or(0);
    let (here, all) = (at(i), at(0));
    let before = i.checked_sub(1).map(at);
    let rate = before.and_then(|before| share(here, before));
    let interval = before.filter(|_| rate.is_some()).and_then(|before| Proportion::new(here, before).wilson());
    let mut remarks = Vec::new();
    if bottleneck == Some(i) {
        remarks.push("bottleneck".to_owned());
    }
    remarks.extend(before.filter(|n| *n < super::walk::FEW).map(|n| too_few(n, "before")));
    let mut none = Vec::new();
    let stays = counts.stays.get_mut(i).unwrap_or(&mut none);
    let stayed = stays.len() as u64;
    let mut stay = |share| quantile(stays, share).filter(|_| stayed >= super::walk::FEW);
    let (median, p90) = (stay(0.5), stay(0.9));
    let mut row: Vec<Cell> = group.map(Cell::text).into_iter().collect();
    row.extend([Cell::text(&*stop.id), Cell::text(&*stop.title), number(here), percent(share(here, all)), percent(rate)]);
    row.extend([percent(interval.map(|i| i.low)), percent(interval.map(|i| i.high))]);
    row.push(before.map_or(Cell::Empty, |before| number(before.saturating_sub(here))));
    row.extend([days(median), days(p90), number(stayed), Cell::text(remarks.join("; "))]);
    row
}

fn entry_columns(by: Option<&str>) -> Vec<Column> {
    let mut columns: Vec<Column> = by.map(Column::text).into_iter().collect();
    columns.push(Column::text("stage"));
    columns.extend(["entries", "entries_before"].map(Column::integer));
    columns.push(Column::new("conversion", ColumnType::Percent));
    columns.push(Column::integer("entries_again"));
    columns.push(Column::text("remark").sentences());
    columns
}

fn entry_row(group: Option<&str>, stop: &Stop, i: usize, counts: &Counts) -> Vec<Cell> {
    let here = counts.entered.get(i).copied().unwrap_or(0);
    let before = i.checked_sub(1).and_then(|i| counts.entered.get(i).copied());
    let mut row: Vec<Cell> = group.map(Cell::text).into_iter().collect();
    row.extend([Cell::text(&*stop.id), number(here), before.map_or(Cell::Empty, number)]);
    row.push(percent(before.and_then(|before| share(here, before))));
    row.push(number(counts.again.get(i).copied().unwrap_or(0)));
    row.push(before.filter(|n| *n < super::walk::FEW).map_or(Cell::Empty, |n| Cell::text(too_few(n, "before"))));
    row
}

/// What the numbers mean, and where most are lost.
fn say(report: &mut Report, stops: &[Stop], reached: &[u64], period: Option<Period>) {
    let name = |i: usize| stops.get(i).map_or("", |s| s.id.as_str());
    let of = |i: usize| reached.get(i).copied().unwrap_or(0);
    let step = bottleneck(reached).and_then(|i| Some((i.checked_sub(1)?, i)));
    report.total("bottleneck", step.map_or(Cell::Empty, |(_, i)| Cell::text(name(i))));
    match step {
        Some((from, to)) => {
            let (went, before) = (of(to), of(from));
            let percent = went as f64 / before.max(1) as f64 * 100.0;
            let text = format!(
                "bottleneck: {} → {}: {} of {} went on ({percent:.1}%). It is the step where the largest part of those before it is lost; steps with \
                 fewer than {ENOUGH} leads before them are not judged",
                name(from),
                name(to),
                super::thousands(i64::try_from(went).unwrap_or(i64::MAX)),
                super::thousands(i64::try_from(before).unwrap_or(i64::MAX)),
            );
            report.note("bottleneck", text);
        }
        None => report.note("bottleneck", format!("no bottleneck is named: no step with {ENOUGH} leads or more before it loses any")),
    }
    let which = match period {
        Some(_) => {
            "leads created in the period that reached each stage or a later one by now, also after the period, so it may be more than the MQL and SQL of roi and kpi, \
             which are entries in the period"
        }
        None => "all leads that ever reached each stage or a later one",
    };
    report.note("cohort", format!("cohort: {which}; conversion is of those at the stage before, with Wilson's 95 % interval (-v)"));
    report.note(
        "period-conversion",
        "period conversion: first entries of a stage in the period / first entries of the stage before in the period: other leads, so it may exceed 100 %; \
         entries again stand apart",
    );
    report.note("days", "days in a stage: from its first entry to the next stage entered; who is still there, or passed it over, is not in it");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Instant};

    const DAY: i64 = 86_400;

    fn frame() -> Frame {
        Frame { as_of: Instant(100 * DAY), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") }
    }

    fn stops() -> Vec<Stop> {
        ["lead", "mql", "sql", "customer"].map(|id| Stop { id: id.into(), title: String::new() }).into()
    }

    /// A lead that came on a day and moved on after so many days each.
    fn lead(group: &str, created: i64, moves: &[i64]) -> Walk {
        let mut day = created;
        let later = moves.iter().map(|d| {
            day += d;
            Some(Instant(day * DAY))
        });
        let at: Vec<_> = std::iter::once(None).chain(later).collect();
        Walk { group: group.into(), created_at: Some(Instant(created * DAY)), reached: at.len(), at, ..Walk::default() }
    }

    fn cell(report: &Report, row: usize, id: &str) -> Cell {
        let at = report.columns.iter().position(|c| c.id == id).expect("a column");
        report.rows[row][at].clone()
    }

    /// 40 leads on day 10; 20 become MQL after 2 days, of them 5 SQL after 4 and 1 a customer after 8.
    fn forty(period: Option<Period>) -> Report {
        let mut funnel = Funnel::new(stops(), period);
        for i in 0..40 {
            let moves: &[i64] = match i {
                0 => &[2, 4, 8],
                1..=4 => &[2, 4],
                5..=19 => &[2],
                _ => &[],
            };
            funnel.add(&lead("", 10, moves), if i == 0 { &[1] } else { &[] });
        }
        funnel.report(&frame(), None, vec![])
    }

    #[test]
    fn forty_leads_by_hand() {
        let report = forty(None);
        let column = |id: &str| (0..4).map(|row| cell(&report, row, id)).collect::<Vec<_>>();
        assert_eq!(column("leads"), [40, 20, 5, 1].map(Cell::Integer));
        assert_eq!(column("conversion"), [Cell::Empty, Cell::Percent(0.5), Cell::Percent(0.25), Cell::Percent(0.2)]);
        assert_eq!(column("share_of_all")[3], Cell::Percent(0.025));
        assert_eq!(column("lost"), [Cell::Empty, Cell::Integer(20), Cell::Integer(15), Cell::Integer(4)]);
        assert_eq!(column("median_days"), [Cell::Number(2.0), Cell::Number(4.0), Cell::Empty, Cell::Empty], "one stay says nothing");
        // Wilson of 5 of 20, from the closed formula: .111862 to .468701.
        let ends = ["conversion_low", "conversion_high"].map(|id| column(id)[2].clone());
        assert!(matches!(ends, [Cell::Percent(low), Cell::Percent(high)] if (low - 0.111_862).abs() < 1e-6 && (high - 0.468_701).abs() < 1e-6), "{ends:?}");
        // 15 of 20 is a larger part than 20 of 40; of five before the customers nothing is judged.
        assert_eq!(column("remark")[2], Cell::text("bottleneck"));
        assert!(report.notes.iter().any(|n| n.text.contains("mql → sql: 5 of 20 went on (25.0%)")), "{:?}", report.notes);
    }

    #[test]
    fn a_cohort_and_a_period_are_two_things() {
        // Days 12 to 20: nobody was created, twenty became MQL, five SQL.
        let report = forty(Some(Period { from: Instant(12 * DAY), until: Instant(20 * DAY) }));
        assert_eq!(cell(&report, 1, "leads"), Cell::Integer(0));
        let entries: Vec<_> = report.sections[0].rows.iter().map(|r| (r[1].clone(), r[3].clone(), r[4].clone())).collect();
        let none = Cell::Empty;
        assert_eq!(entries[0], (Cell::Integer(0), none.clone(), Cell::Integer(0)));
        assert_eq!(entries[1], (Cell::Integer(20), none, Cell::Integer(1)), "no entry before: nothing to divide by");
        assert_eq!(entries[2], (Cell::Integer(5), Cell::Percent(0.25), Cell::Integer(0)));
    }

    #[test]
    fn what_has_no_channel_is_a_row_and_a_handful_says_nothing() {
        let mut funnel = Funnel::new(stops(), None);
        for _ in 0..3 {
            funnel.add(&lead("", 1, &[1]), &[]);
        }
        funnel.add(&lead("baidu", 1, &[]), &[]);
        let report = funnel.report(&frame(), Some("channel"), vec![]);
        assert_eq!(report.rows.iter().map(|r| r[0].clone()).step_by(4).collect::<Vec<_>>(), [Cell::text("baidu"), Cell::text("(none)")]);
        assert_eq!((cell(&report, 5, "leads"), cell(&report, 5, "conversion")), (Cell::Integer(3), Cell::Empty));
        assert_eq!(cell(&report, 5, "remark"), Cell::text("3 before: too few to tell"));
        assert!(report.totals.iter().any(|(name, _)| name == "bottleneck"));
    }

    #[test]
    fn an_empty_base_has_an_empty_funnel() {
        let report = Funnel::new(stops(), None).report(&frame(), None, vec![]);
        assert!(report.rows.is_empty() && !report.notes.is_empty());
    }
}
