//! `sop report cohorts`: what the leads of each month have come to after 30, 60, 90 and 180 days.

use super::walk::{Walk, number, percent, share, too_few};
use super::{Cell, Column, ColumnType, Frame, Note, Report};
use crate::model::{Instant, Period};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// The ages at which a cohort is looked at, in days of 24 hours.
pub const AGES: [i64; 4] = [30, 60, 90, 180];

/// Which stops of the walks are looked at; `None`: no stage has that meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Marketing's lead.
    pub mql: Option<usize>,
    /// Sales' lead.
    pub sql: Option<usize>,
    /// Won.
    pub won: Option<usize>,
}

/// Counts of cohorts, lead by lead.
#[derive(Clone, Debug)]
pub struct Cohorts {
    marks: Marks,
    period: Option<Period>,
    as_of: Instant,
    months: BTreeMap<NaiveDate, Month>,
    undated: u64,
}

/// One month's leads.
#[derive(Clone, Debug, Default)]
struct Month {
    leads: u64,
    at: [Age; AGES.len()],
}

/// One month's leads at one age.
#[derive(Clone, Copy, Debug, Default)]
struct Age {
    /// Leads that are so old by now.
    ripe: u64,
    /// Reached by then: mql, sql, won.
    counts: [u64; 3],
    /// Won by then, in minor units.
    revenue: i64,
}

impl Cohorts {
    /// Nothing counted yet; leads created outside of the period are passed over.
    pub fn new(marks: Marks, period: Option<Period>, as_of: Instant) -> Self {
        Self { marks, period, as_of, months: BTreeMap::new(), undated: 0 }
    }

    /// Counts a lead that came on a local day, with the amounts of its won deals and their instants.
    pub fn add(&mut self, walk: &Walk, day: NaiveDate, won: &[(Instant, i64)]) {
        let Some(created) = walk.created_at.filter(|at| self.period.is_none_or(|p| p.contains(*at))) else { return };
        let marks = [self.marks.mql, self.marks.sql, self.marks.won];
        // What is furthest counts for what lies before it: the earliest instant at or past a mark.
        let first = |mark: usize| (mark..walk.reached).filter_map(|stop| walk.at(stop)).min();
        let reached = marks.map(|mark| mark.filter(|mark| walk.reached > *mark).map(first));
        self.undated += u64::from(reached.contains(&Some(None)));
        let month = self.months.entry(day.with_day(1).unwrap_or(day)).or_default();
        month.leads += 1;
        for (age, n) in month.at.iter_mut().zip(AGES) {
            let then = created.plus(n * 86_400);
            age.ripe += u64::from(then <= self.as_of);
            for (count, at) in age.counts.iter_mut().zip(reached) {
                *count += u64::from(at.flatten().is_some_and(|at| at <= then));
            }
            let by_then = won.iter().filter(|(at, _)| *at <= then);
            age.revenue = by_then.fold(age.revenue, |sum, (_, amount)| sum.saturating_add(*amount));
        }
    }

    /// The cohorts, oldest month first, each at every age.
    pub fn report(self, frame: &Frame, notes: Vec<Note>) -> Report {
        let mut columns = vec![Column::text("month"), Column::integer("after_days"), Column::integer("leads")];
        for what in ["mql", "sql", "won"] {
            columns.push(Column::integer(&format!("{what}_leads")));
            columns.push(Column::new(&format!("{what}_rate"), ColumnType::Percent));
        }
        columns.extend(["revenue", "revenue_per_lead"].map(|id| Column::new(id, ColumnType::Money)));
        columns.extend([Column::new("immature", ColumnType::Boolean).aside(), Column::text("remark").sentences()]);
        let mut report = Report::new("cohorts", frame, columns);
        report.whole = true;
        let marks = [self.marks.mql, self.marks.sql, self.marks.won];
        let mut all = 0;
        for (month, of) in &self.months {
            all += of.leads;
            for (age, after) in of.at.iter().zip(AGES) {
                report.rows.push(row(*month, of.leads, after, age, marks));
            }
        }
        report.total("leads", number(all));
        report.note(
            "cohorts",
            "a cohort is the leads created in a month of the calendar's zone; each row counts those that had reached the stage (or a later one) so many times 24 \
             hours after they came, and the amounts of deals won by then",
        );
        report.note("immature", "immature: not every lead of the month is that old yet, so the row can only grow");
        for (_, what) in marks.iter().zip(["mql", "sql", "customer"]).filter(|(mark, _)| mark.is_none()) {
            report.note("no-stage", format!("no stage of lifecycle.yaml means {what}: its columns are blank"));
        }
        if self.undated > 0 {
            report.note("undated", format!("leads that reached a stage of which nobody knows when: {}; they are in no row of it", self.undated));
        }
        report.notes.extend(notes);
        report
    }
}

fn row(month: NaiveDate, leads: u64, after: i64, age: &Age, marks: [Option<usize>; 3]) -> Vec<Cell> {
    let mut row = vec![Cell::text(month.format("%Y-%m").to_string()), Cell::Integer(after), number(leads)];
    for (n, mark) in age.counts.into_iter().zip(marks) {
        match mark {
            Some(_) => row.extend([number(n), percent(share(n, leads))]),
            None => row.extend([Cell::Empty, Cell::Empty]),
        }
    }
    row.extend([Cell::Money(age.revenue), Cell::Money((age.revenue as f64 / leads.max(1) as f64).round() as i64)]);
    let immature = age.ripe < leads;
    let mut remarks = Vec::new();
    if immature {
        remarks.push(format!("immature: {} of {leads} are that old", age.ripe));
    }
    if leads < super::walk::FEW {
        remarks.push(too_few(leads, "in it"));
    }
    row.extend([Cell::Boolean(immature), Cell::text(remarks.join("; "))]);
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Currency;

    const DAY: i64 = 86_400;

    fn lead(created: i64, mql: Option<i64>, won: Option<i64>) -> Walk {
        let reached = if won.is_some() { 4 } else { 1 + usize::from(mql.is_some()) };
        let at = |day: Option<i64>| day.map(|d| Instant((created + d) * DAY));
        Walk { group: String::new(), created_at: Some(Instant(created * DAY)), reached, at: vec![None, at(mql), None, at(won)], ..Walk::default() }
    }

    fn report(period: Option<Period>) -> Report {
        let marks = Marks { mql: Some(1), sql: Some(2), won: Some(3) };
        let as_of = Instant(100 * DAY);
        let mut cohorts = Cohorts::new(marks, period, as_of);
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        // Six leads of January: MQL after 10, 29, 31 and 70 days; one of them won after 65 for 5,000.
        for (mql, won) in [(Some(10), Some(65)), (Some(29), None), (Some(31), None), (Some(70), None), (None, None), (None, None)] {
            let amounts: Vec<_> = won.iter().map(|d| (Instant(d * DAY), 500_000)).collect();
            cohorts.add(&lead(0, mql, won), day("1970-01-09"), &amounts);
        }
        cohorts.add(&lead(95, None, None), day("1970-04-06"), &[]);
        let frame = Frame { as_of, zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") };
        cohorts.report(&frame, vec![])
    }

    #[test]
    fn six_leads_by_hand() {
        let report = report(None);
        let at = |id: &str| report.columns.iter().position(|c| c.id == id).expect("a column");
        let column = |id: &str| report.rows.iter().take(4).map(|r| r[at(id)].clone()).collect::<Vec<_>>();
        assert_eq!(column("mql_leads"), [2, 3, 4, 4].map(Cell::Integer));
        assert_eq!(column("mql_rate")[1], Cell::Percent(0.5));
        assert_eq!(column("sql_leads"), [0, 0, 1, 1].map(Cell::Integer), "who is won was taken on by sales at the latest then");
        assert_eq!(column("won_leads"), [0, 0, 1, 1].map(Cell::Integer));
        assert_eq!(column("revenue"), [0, 0, 500_000, 500_000].map(Cell::Money));
        assert_eq!(column("revenue_per_lead")[3], Cell::Money(83_333));
        assert_eq!(column("immature"), [false, false, false, true].map(Cell::Boolean));
        assert_eq!(column("remark")[3], Cell::text("immature: 0 of 6 are that old"));
        let april = &report.rows[4];
        assert_eq!((&april[0], &april[at("mql_rate")]), (&Cell::text("1970-04"), &Cell::Empty), "one lead is no share");
    }

    #[test]
    fn a_period_takes_the_leads_created_in_it() {
        let report = report(Some(Period { from: Instant(90 * DAY), until: Instant(100 * DAY) }));
        assert_eq!(report.rows.len(), 4);
        assert_eq!(report.rows[0][2], Cell::Integer(1));
    }
}
