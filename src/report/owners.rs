//! `sop report owners`: what each owner holds, got and made of it, and who is late: that one stands at the top.

use super::walk::{FEW, NONE, hours, number, percent, too_few};
use super::{Cell, Chart, Column, ColumnType, Frame, Note, Report};
use crate::measure::Attainment;

/// One owner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Their id, or a name that the team does not know; blank = nobody.
    pub owner: String,
    /// Their name, where the team knows it.
    pub name: Option<String>,
    /// team.yaml does not know them.
    pub stranger: bool,
    /// Leads that they hold now: on the line, and not yet customers.
    pub held: u64,
    /// Leads that they were given in the period.
    pub assigned: u64,
    /// Leads that they took on, and gave back with a reason, in the period.
    pub accepted: u64,
    /// See [`Row::accepted`].
    pub rejected: u64,
    /// How they kept their promises: clocks that started in the period.
    pub kept: Option<Attainment>,
    /// Promises past their limit that still wait for an answer, whenever they started.
    pub late: u64,
    /// Deals won in the period.
    pub won: u64,
    /// What they brought, in minor units.
    pub revenue: i64,
}

impl Row {
    /// Clocks of the period that were due.
    fn due(&self) -> u64 {
        self.kept.as_ref().map_or(0, |k| (k.met + k.met_late + k.breached) as u64)
    }

    fn answered(&self) -> u64 {
        self.kept.as_ref().map_or(0, |k| (k.met + k.met_late) as u64)
    }
}

/// The owners, the latest first.
pub fn report(frame: &Frame, mut rows: Vec<Row>, period: bool, notes: Vec<Note>) -> Report {
    // Who lets most wait, then who broke most, then who holds most; nobody comes last.
    rows.sort_by(|a, b| {
        let broken = |r: &Row| r.kept.as_ref().map_or(0, |k| k.met_late + k.breached);
        let key = |r: &Row| (r.owner.is_empty(), std::cmp::Reverse((r.late, broken(r), r.held)));
        key(a).cmp(&key(b)).then_with(|| a.owner.cmp(&b.owner))
    });
    let mut columns = vec![Column::text("owner"), Column::text("owner_name"), Column::integer("late_now")];
    columns.push(Column::new("attainment", ColumnType::Percent));
    columns.extend(["met", "met_late", "breached"].map(Column::integer));
    columns.push(Column::new("median_hours", ColumnType::Number));
    columns.push(Column::new("p90_hours", ColumnType::Number).aside());
    columns.extend(["held", "assigned", "accepted", "rejected_leads", "won"].map(Column::integer));
    columns.push(Column::new("revenue", ColumnType::Money));
    columns.push(Column::text("remark").sentences());
    let mut report = Report::new("owners", frame, columns);
    report.chart = Some(Chart::bars("owner", "late_now"));
    report.whole = true;
    report.rows = rows.iter().map(cells).collect();
    for (id, of) in [("late_now", (|r| r.late) as fn(&Row) -> u64), ("held", |r| r.held), ("assigned", |r| r.assigned), ("won", |r| r.won)] {
        report.total(id, number(rows.iter().map(of).sum()));
    }
    report.total("revenue", Cell::Money(rows.iter().fold(0_i64, |sum, r| sum.saturating_add(r.revenue))));
    let within = if period { " in the period" } else { "" };
    report.note(
        "owners",
        format!(
            "late now: promises past their limit that wait for an answer (sop sla --open); attainment = met / (met + met late + breached) of all promises whose clock \
             started{within}; hours: from the event to the answer on the wall, late answers too; held: leads on the line that are no customers yet, as \
             capacity counts them; assigned: handed over{within}, an owner that a file told of is none; accepted, rejected: \
             what sales said{within}; won: deals of every kind won{within}, revenue: what deals of every kind brought{within}, by the deal's owner, else the lead's"
        ),
    );
    report.notes.extend(notes);
    report
}

fn cells(r: &Row) -> Vec<Cell> {
    let (due, answered) = (r.due(), r.answered());
    let kept = r.kept.as_ref();
    let times = kept.and_then(|k| k.wall).filter(|_| answered >= FEW);
    let count = |of: fn(&Attainment) -> usize| if r.stranger { Cell::Empty } else { number(kept.map_or(0, |k| of(k) as u64)) };
    let mut remarks = Vec::new();
    if r.stranger {
        remarks.push("not in team.yaml: their promises are not reckoned".to_owned());
    } else if (1..FEW).contains(&due) {
        remarks.push(too_few(due, "due"));
    } else if due >= FEW && answered < FEW {
        remarks.push(format!("{} how fast", too_few(answered, "answered")));
    }
    vec![
        Cell::text(if r.owner.is_empty() { NONE } else { &r.owner }),
        Cell::maybe(r.name.as_deref()),
        if r.stranger { Cell::Empty } else { number(r.late) },
        percent(kept.and_then(Attainment::share).filter(|_| due >= FEW)),
        count(|k| k.met),
        count(|k| k.met_late),
        count(|k| k.breached),
        hours(times.map(|t| t.median)),
        hours(times.map(|t| t.p90)),
        number(r.held),
        number(r.assigned),
        number(r.accepted),
        number(r.rejected),
        number(r.won),
        Cell::Money(r.revenue),
        Cell::text(remarks.join("; ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Response;
    use crate::model::{ClockKind, Currency, Instant};

    fn kept(met: usize, met_late: usize, breached: usize) -> Option<Attainment> {
        let wall = Some(Response { median: 7200.0, p90: 36_000.0 });
        Some(Attainment { promise: String::new(), kind: ClockKind::Owner, owner: None, met, met_late, breached, running: 2, ended: 0, wall, business: None })
    }

    #[test]
    fn too_few_answers_are_told_where_the_hours_are_blank() {
        let row = cells(&Row { owner: "zhao".into(), kept: kept(0, 2, 7), ..Row::default() });
        assert_eq!((&row[3], &row[7]), (&Cell::Percent(0.0), &Cell::Empty));
        assert_eq!(row.last(), Some(&Cell::text("2 answered: too few to tell how fast")));
    }

    #[test]
    fn who_is_late_stands_at_the_top_and_nobody_at_the_end() {
        let row = |owner: &str, late, kept| Row { owner: owner.into(), late, kept, held: 4, ..Row::default() };
        let rows = vec![
            Row { held: 900, ..Row::default() },
            row("chen", 0, kept(9, 0, 1)),
            row("li", 3, kept(1, 1, 1)),
            row("wang", 0, kept(5, 2, 3)),
            Row { stranger: true, ..row("somebody", 0, None) },
        ];
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") };
        let report = report(&frame, rows, true, vec![]);
        let at = |id: &str| report.columns.iter().position(|c| c.id == id).expect("a column");
        let column = |id: &str| report.rows.iter().map(|r| r[at(id)].clone()).collect::<Vec<_>>();
        assert_eq!(column("owner"), ["li", "wang", "chen", "somebody", "(none)"].map(Cell::text));
        assert_eq!(column("attainment"), [Cell::Empty, Cell::Percent(0.5), Cell::Percent(0.9), Cell::Empty, Cell::Empty]);
        assert_eq!(column("median_hours")[..3], [Cell::Empty, Cell::Number(2.0), Cell::Number(2.0)], "two answers say nothing");
        assert_eq!(column("remark")[0], Cell::text("3 due: too few to tell"));
        assert!(matches!(&column("remark")[3], Cell::Text(t) if t.contains("not in team.yaml")));
        assert_eq!(report.totals[1].1, crate::report::Total::One(Cell::Integer(916)));
    }
}
