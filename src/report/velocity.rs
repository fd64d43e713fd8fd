//! `sop report velocity`: how much revenue a day the open deals promise, and how long leads take from stage to stage (线索流转平均时长).

use super::deals::{DealFact, Deals, a_day};
use super::walk::{NONE, Stop, Walk, days, number, percent, share, too_few};
use super::{Cell, Column, ColumnType, Frame, Layout, Note, Report, Section};
use crate::measure::Durations;
use crate::model::{Instant, Period};
use std::collections::BTreeMap;

/// Counts deals and moves.
#[derive(Clone, Debug)]
pub struct Velocity {
    stops: Vec<Stop>,
    period: Option<Period>,
    as_of: Instant,
    deals: BTreeMap<String, Deals>,
    /// By group, stop left and stop entered: seconds.
    moves: BTreeMap<(String, usize, usize), Vec<(Instant, Instant)>>,
}

impl Velocity {
    /// Nothing counted yet. `period`: deals that closed in it, moves that ended in it, deals open at its end.
    pub fn new(stops: Vec<Stop>, period: Option<Period>, as_of: Instant) -> Self {
        Self { stops, period, as_of, deals: BTreeMap::new(), moves: BTreeMap::new() }
    }

    fn within(&self, at: Instant) -> bool {
        self.period.is_none_or(|p| p.contains(at))
    }

    /// Counts a deal in a row; a blank one is [`NONE`].
    pub fn deal(&mut self, group: &str, deal: &DealFact) {
        let group = if group.is_empty() { NONE } else { group };
        self.deals.entry(group.to_owned()).or_default().add(deal, self.period, self.as_of);
    }

    /// Counts a lead's moves.
    pub fn walk(&mut self, walk: &Walk) {
        let group = if walk.group.is_empty() { NONE } else { walk.group.as_str() };
        let steps = walk.steps();
        for ((from, began), (to, ended)) in steps.iter().zip(steps.iter().skip(1)) {
            if self.within(*ended) {
                self.moves.entry((group.to_owned(), *from, *to)).or_default().push((*began, *ended));
            }
        }
        // From the first to the last, whatever lies between; a line of two stops has said so already.
        let last = self.stops.len().saturating_sub(1);
        if let (Some((0, began)), Some((to, ended))) = (steps.first(), steps.last())
            && *to == last
            && steps.len() > 2
            && self.within(*ended)
        {
            self.moves.entry((group.to_owned(), 0, last)).or_default().push((*began, *ended));
        }
    }

    /// The report. `by`: what the rows are split by.
    pub fn report(self, frame: &Frame, by: Option<&str>, notes: Vec<Note>) -> Report {
        let mut columns: Vec<Column> = by.map(Column::text).into_iter().collect();
        columns.extend(["opportunities", "won", "lost"].map(Column::integer));
        columns.push(Column::new("win_rate", ColumnType::Percent));
        columns.push(Column::new("average_deal", ColumnType::Money));
        columns.extend(["mean_cycle_days", "median_cycle_days", "p90_cycle_days"].map(|id| Column::new(id, ColumnType::Number)));
        columns.push(Column::new("velocity", ColumnType::Money));
        columns.push(Column::text("remark").sentences());
        let mut report = Report::new("velocity", frame, columns);
        report.whole = true;
        let mut groups: Vec<(String, Deals)> = self.deals.into_iter().collect();
        groups.sort_by_key(|(name, d)| (name == NONE, std::cmp::Reverse((d.won, d.open))));
        let mut all = Deals::default();
        for (name, deals) in groups {
            report.rows.push(row(by.is_some().then_some(&*name), &deals));
            all.join(deals);
        }
        let split = by.is_some();
        for (id, cell) in TOTALS.into_iter().zip(row(None, &all)).filter(|(id, _)| !id.is_empty()) {
            report.total(id, cell);
        }
        let rows = self.moves.into_iter().filter_map(|((group, from, to), spans)| move_row(split.then_some(&*group), &self.stops, (from, to), spans)).collect();
        let mut columns: Vec<Column> = by.map(Column::text).into_iter().collect();
        columns.extend([Column::text("from_stage"), Column::text("to_stage"), Column::integer("leads")]);
        columns.extend(["median_days", "mean_days", "p90_days"].map(|id| Column::new(id, ColumnType::Number)));
        columns.push(Column::text("remark").sentences());
        report.sections.push(Section::new("durations", Layout::Table, columns, rows));
        say(&mut report, &all, self.period.is_some());
        report.notes.extend(notes);
        report
    }
}

/// The totals in the order of the columns; what has no name is not one.
const TOTALS: [&str; 9] = ["opportunities", "won", "lost", "win_rate", "average_deal", "mean_cycle_days", "median_cycle_days", "p90_cycle_days", "velocity"];

fn row(group: Option<&str>, deals: &Deals) -> Vec<Cell> {
    let closed = deals.closed();
    let rate = share(deals.won, closed);
    let average = deals.average();
    let cycle = Durations::of(deals.cycles.iter().copied());
    let mean = cycle.map(|c| c.mean / 86_400.0);
    let velocity = rate.zip(average).zip(mean).and_then(|((rate, average), mean)| a_day(deals.open, rate, average, mean));
    let mut remarks = Vec::new();
    if rate.is_none() {
        remarks.push(too_few(closed, "closed"));
    } else if deals.won == 0 {
        remarks.push("none won: no velocity".to_owned());
    } else if average.is_none() {
        remarks.push("no won deal has an amount".to_owned());
    } else if mean.is_none() {
        remarks.push("no won deal has both its dates, the opening first".to_owned());
    } else if deals.open == 0 {
        remarks.push("no deal is open".to_owned());
    }
    let mut row: Vec<Cell> = group.map(Cell::text).into_iter().collect();
    row.extend([number(deals.open), number(deals.won), number(deals.lost), percent(rate)]);
    row.push(average.map_or(Cell::Empty, |a| Cell::Money(a.round() as i64)));
    row.extend([days(cycle.map(|c| c.mean)), days(cycle.map(|c| c.median)), days(cycle.map(|c| c.p90))]);
    row.push(velocity.map_or(Cell::Empty, Cell::Money));
    row.push(Cell::text(remarks.join("; ")));
    row
}

fn move_row(group: Option<&str>, stops: &[Stop], (from, to): (usize, usize), spans: Vec<(Instant, Instant)>) -> Option<Vec<Cell>> {
    let took = Durations::of(spans)?;
    let n = took.count as u64;
    let few = n < super::walk::FEW;
    let told = |seconds: f64| days((!few).then_some(seconds));
    let name = |i: usize| stops.get(i).map_or(Cell::Empty, |s| Cell::text(&*s.id));
    let mut row: Vec<Cell> = group.map(Cell::text).into_iter().collect();
    row.extend([name(from), name(to), number(n), told(took.median), told(took.mean), told(took.p90)]);
    row.push(if few { Cell::text(too_few(n, "moved")) } else { Cell::Empty });
    Some(row)
}

fn say(report: &mut Report, all: &Deals, period: bool) {
    let (closed, open) = if period { ("deals closed in the period", "deals open at its end") } else { ("all closed deals", "deals open now") };
    report.note(
        "velocity",
        format!(
            "velocity = opportunities × win rate × average won amount / mean cycle days, a day: opportunities are {open}; win rate = won / (won + lost), \
             average and cycle are those of {closed}; a cycle runs from the deal's opening (where none is told, from the lead's arrival) to its closing"
        ),
    );
    report.note(
        "durations",
        "durations: from the first entry of a stage to the first entry of the next one really entered (passed over ones take no time), of moves that \
         ended in the period; the row from the first to the last stage is the whole way",
    );
    report.notes.extend(all.notes());
    if report.rows.is_empty() {
        report.note("no-deals", "no deals are in the base (sop import deals.csv)");
    }
    if all.lost == 0 && all.won > 0 {
        report.note("no-lost", "no lost deal is among them: a win rate of 100 % may only say that lost deals were never imported");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, DealStatus};

    const DAY: i64 = 86_400;

    fn frame() -> Frame {
        Frame { as_of: Instant(1000 * DAY), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") }
    }

    fn deal(status: DealStatus, amount: i64, opened: i64, closed: Option<i64>) -> DealFact {
        let at = |day: i64| Instant(day * DAY);
        DealFact { status, amount: Some(amount), opened_at: Some(at(opened)), arrived_at: None, closed_at: closed.map(at) }
    }

    fn cell(report: &Report, row: usize, id: &str) -> Cell {
        let at = report.columns.iter().position(|c| c.id == id).expect("a column");
        report.rows[row][at].clone()
    }

    /// 18 opportunities, 24 % won, 42,000 each, 78 days: 2,326 a day, the textbook's example.
    #[test]
    fn eighteen_opportunities() {
        assert_eq!(a_day(18, 0.24, 42_000.0, 78.0), Some(2_326));
        let mut velocity = Velocity::new(vec![], None, frame().as_of);
        (0..18).for_each(|_| velocity.deal("", &deal(DealStatus::Open, 1, 900, None)));
        (0..6).for_each(|_| velocity.deal("", &deal(DealStatus::Won, 4_200_000, 100, Some(178))));
        (0..19).for_each(|_| velocity.deal("", &deal(DealStatus::Lost, 9, 100, Some(120))));
        let report = velocity.report(&frame(), None, vec![]);
        assert_eq!(cell(&report, 0, "win_rate"), Cell::Percent(0.24));
        assert_eq!((cell(&report, 0, "average_deal"), cell(&report, 0, "mean_cycle_days")), (Cell::Money(4_200_000), Cell::Number(78.0)));
        assert_eq!(cell(&report, 0, "velocity"), Cell::Money(232_615), "2,326.15");
    }

    #[test]
    fn a_period_sees_the_deals_as_they_stood_at_its_end() {
        let mut velocity = Velocity::new(vec![], Some(Period { from: Instant(100 * DAY), until: Instant(200 * DAY) }), frame().as_of);
        velocity.deal("", &deal(DealStatus::Won, 1, 50, Some(250))); // open at the end
        velocity.deal("", &deal(DealStatus::Open, 1, 250, None)); // not there yet
        velocity.deal("", &deal(DealStatus::Lost, 1, 50, Some(60))); // closed before
        velocity.deal("", &deal(DealStatus::Won, 1, 50, Some(150)));
        let report = velocity.report(&frame(), None, vec![]);
        assert_eq!(["opportunities", "won", "lost"].map(|id| cell(&report, 0, id)), [1, 1, 0].map(Cell::Integer));
        assert_eq!((cell(&report, 0, "win_rate"), cell(&report, 0, "velocity")), (Cell::Empty, Cell::Empty));
        assert_eq!(cell(&report, 0, "remark"), Cell::text("1 closed: too few to tell"));
    }

    #[test]
    fn from_stage_to_stage() {
        let stops: Vec<Stop> = ["lead", "mql", "customer"].map(|id| Stop { id: id.into(), title: String::new() }).into();
        let mut velocity = Velocity::new(stops, None, frame().as_of);
        for took in [1, 2, 3, 4, 10] {
            let at = vec![None, Some(Instant(took * DAY)), Some(Instant((took + 30) * DAY))];
            velocity.walk(&Walk { group: String::new(), created_at: Some(Instant(0)), reached: 3, at, ..Walk::default() });
        }
        // One that went straight to the end passed mql over.
        let at = vec![None, Some(Instant(5 * DAY)), Some(Instant(5 * DAY))];
        velocity.walk(&Walk { group: String::new(), created_at: Some(Instant(0)), reached: 3, at, ..Walk::default() });
        let report = velocity.report(&frame(), None, vec![]);
        let rows = &report.sections[0].rows;
        let of = |from: &str, to: &str| rows.iter().find(|r| r[0] == Cell::text(from) && r[1] == Cell::text(to)).map(|r| r[2..6].to_vec());
        let days = |n: i64, median: f64, mean: f64, p90: f64| Some(vec![Cell::Integer(n), Cell::Number(median), Cell::Number(mean), Cell::Number(p90)]);
        assert_eq!(of("lead", "mql"), days(5, 3.0, 4.0, 7.6), "1, 2, 3, 4 and 10: 4 + 0.6 x 6");
        assert_eq!(of("mql", "customer"), days(5, 30.0, 30.0, 30.0));
        // 5, 31, 32, 33, 34 and 40 days: the half of 32 and 33; 175 / 6; 34 + 0.5 x 6.
        assert_eq!(of("lead", "customer"), days(6, 32.5, 29.1667, 37.0));
    }

    #[test]
    fn nothing_is_no_number() {
        let mut velocity = Velocity::new(vec![], None, frame().as_of);
        (0..6).for_each(|_| velocity.deal("", &deal(DealStatus::Won, 5, 100, Some(90))));
        let report = velocity.report(&frame(), None, vec![]);
        assert_eq!(cell(&report, 0, "velocity"), Cell::Empty, "closed before they were opened: no cycle to divide by");
        assert_eq!([cell(&report, 0, "mean_cycle_days"), cell(&report, 0, "median_cycle_days")], [Cell::Empty, Cell::Empty]);
        assert!(report.notes.iter().any(|n| n.code == "backwards" && n.text.starts_with("6 won deals closed before they were opened")));
        let empty = Velocity::new(vec![], None, frame().as_of).report(&frame(), None, vec![]);
        assert!(empty.rows.is_empty());
    }
}
