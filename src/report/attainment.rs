//! `sop sla`: how the promises were kept, the owners' clocks and the leads' apart.

use super::{Cell, Column, ColumnType, Frame, Note, Report};
use crate::measure::{Attainment, Response};

/// Below this many a share or a quantile says more about chance than about anybody.
pub const FEW: usize = 5;

/// What the report says of a number that it does not give.
const TOO_FEW: &str = "too few to tell";

/// What promises came to.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// By promise, or by promise and owner.
    pub rows: Vec<Attainment>,
    /// Clocks that run or broke and are unanswered, whoever's they are.
    pub open: usize,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// How they were kept. Hours are those between the start and the answer; `work` ones count working time only.
pub fn report(facts: Facts) -> Report {
    let mut columns: Vec<Column> = ["promise", "clock", "owner"].map(Column::text).into();
    columns.extend(["met", "met_late", "breached", "running", "ended"].map(Column::integer));
    columns.push(Column::new("attainment", ColumnType::Percent));
    columns.extend(["median_hours", "p90_hours", "median_work_hours", "p90_work_hours"].map(|id| Column::new(id, ColumnType::Number)));
    columns.push(Column::text("remark").sentences());
    let mut report = Report::new("attainment", &facts.frame, columns);
    report.whole = true;
    report.rows = facts.rows.iter().map(cells).collect();
    report.total("open", Cell::count(facts.open));
    report.notes = facts.notes;
    report
}

fn cells(a: &Attainment) -> Vec<Cell> {
    let due = a.met + a.met_late + a.breached;
    let answered = a.met + a.met_late;
    let hours = |r: Option<Response>, of: fn(Response) -> f64| match r.filter(|_| answered >= FEW) {
        Some(r) => Cell::Number((of(r) / 360.0).round() / 10.0),
        None => Cell::Empty,
    };
    let remark = match (due, answered) {
        (FEW.., FEW..) => Cell::Empty,
        (FEW.., _) => Cell::text(format!("{answered} answered: {TOO_FEW} how fast")),
        _ => Cell::text(format!("{due} due: {TOO_FEW}")),
    };
    vec![
        Cell::text(&*a.promise),
        Cell::text(a.kind.name()),
        Cell::maybe(a.owner.as_deref()),
        Cell::count(a.met),
        Cell::count(a.met_late),
        Cell::count(a.breached),
        Cell::count(a.running),
        Cell::count(a.ended),
        a.share().filter(|_| due >= FEW).map_or(Cell::Empty, Cell::Percent),
        hours(a.wall, |r| r.median),
        hours(a.wall, |r| r.p90),
        hours(a.business, |r| r.median),
        hours(a.business, |r| r.p90),
        remark,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClockKind, Currency, Instant};

    fn kept(met: usize, late: usize, breached: usize) -> Vec<Cell> {
        let wall = Some(Response { median: 5400.0, p90: 36_000.0 });
        let row = Attainment {
            promise: "accept".into(),
            kind: ClockKind::Owner,
            owner: None,
            met,
            met_late: late,
            breached,
            running: 1,
            ended: 0,
            wall,
            business: None,
        };
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") };
        let mut report = report(Facts { frame, rows: vec![row], open: 1, notes: vec![] });
        report.rows.remove(0)
    }

    #[test]
    fn a_late_answer_is_no_kept_promise() {
        let row = kept(6, 1, 1);
        assert_eq!((&row[8], &row[9], &row[10], &row[13]), (&Cell::Percent(0.75), &Cell::Number(1.5), &Cell::Number(10.0), &Cell::Empty));
    }

    #[test]
    fn a_handful_says_nothing_about_anybody() {
        let row = kept(2, 1, 1);
        assert_eq!((&row[8], &row[9], &row[13]), (&Cell::Empty, &Cell::Empty, &Cell::text("4 due: too few to tell")));
        let row = kept(1, 1, 4);
        assert!(matches!(&row[8], Cell::Percent(share) if (share - 1.0 / 6.0).abs() < 1e-9), "six were due");
        assert_eq!((&row[9], &row[13]), (&Cell::Empty, &Cell::text("2 answered: too few to tell how fast")));
    }
}
