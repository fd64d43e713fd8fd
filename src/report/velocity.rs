//! `sop report velocity`: how much revenue a day the open deals promise, and how long leads take from stage to stage (线索流转平均时长).

use super::walk::{NONE, Stop, Walk, days, number, percent, share, too_few};
use super::{Cell, Column, ColumnType, Frame, Layout, Note, Report, Section};
use crate::measure::Durations;
use crate::model::{DealStatus, Instant, Period};
use std::collections::BTreeMap;

/// A deal as far as velocity asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealFact {
    /// The row that it counts in; blank = [`NONE`].
    pub group: String,
    /// As told today.
    pub status: DealStatus,
    /// In minor units.
    pub amount: Option<i64>,
    /// When it was opened; else when its lead came.
    pub began_at: Option<Instant>,
    /// `began_at` is its opening: a closing before that is a mistake. (One before its lead came did happen.)
    pub by_opening: bool,
    /// When it was won or lost.
    pub closed_at: Option<Instant>,
}

impl DealFact {
    /// How it stood at an instant; `None`: it did not exist yet.
    fn stood(&self, at: Instant) -> Option<DealStatus> {
        let closed = self.closed_at.is_some_and(|closed| closed <= at) || (self.closed_at.is_none() && self.status != DealStatus::Open);
        if closed && self.status != DealStatus::Open {
            return Some(self.status);
        }
        self.began_at.is_none_or(|began| began <= at).then_some(DealStatus::Open)
    }
}

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

/// The deals of one group.
#[derive(Clone, Debug, Default)]
struct Deals {
    open: u64,
    won: u64,
    lost: u64,
    /// Won deals with an amount, and their sum in minor units.
    priced: (u64, i64),
    cycles: Vec<(Instant, Instant)>,
    undated: u64,
    backwards: u64,
}

/// opportunities × win rate × average won amount / cycle days, in minor units a day. `None` where there is nothing to divide by.
pub fn a_day(open: u64, win_rate: f64, average: f64, cycle_days: f64) -> Option<i64> {
    let value = open as f64 * win_rate * average / cycle_days;
    (cycle_days > 0.0 && value.is_finite()).then_some(value.round() as i64)
}

impl Velocity {
    /// Nothing counted yet. `period`: deals that closed in it, moves that ended in it, deals open at its end.
    pub fn new(stops: Vec<Stop>, period: Option<Period>, as_of: Instant) -> Self {
        Self { stops, period, as_of, deals: BTreeMap::new(), moves: BTreeMap::new() }
    }

    fn within(&self, at: Instant) -> bool {
        self.period.is_none_or(|p| p.contains(at))
    }

    /// Counts a deal.
    pub fn deal(&mut self, deal: &DealFact) {
        let end = self.period.map_or(self.as_of, |p| self.as_of.min(p.until.plus(-1)));
        let counted = deal.closed_at.map_or(self.period.is_none(), |at| self.within(at));
        let group = if deal.group.is_empty() { NONE } else { deal.group.as_str() };
        let deals = self.deals.entry(group.to_owned()).or_default();
        match deal.stood(end) {
            Some(DealStatus::Open) => deals.open += 1,
            Some(DealStatus::Lost) if counted => deals.lost += 1,
            Some(DealStatus::Won) if counted => {
                deals.won += 1;
                if let Some(amount) = deal.amount {
                    deals.priced = (deals.priced.0 + 1, deals.priced.1.saturating_add(amount));
                }
                match deal.began_at.zip(deal.closed_at) {
                    Some((began, closed)) if deal.by_opening && closed < began => deals.backwards += 1,
                    Some(cycle) => deals.cycles.push(cycle),
                    None => deals.undated += 1,
                }
            }
            _ => {}
        }
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
            all.add(deals);
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

impl Deals {
    fn add(&mut self, other: Self) {
        self.open += other.open;
        self.won += other.won;
        self.lost += other.lost;
        self.priced = (self.priced.0 + other.priced.0, self.priced.1.saturating_add(other.priced.1));
        self.cycles.extend(other.cycles);
        self.undated += other.undated;
        self.backwards += other.backwards;
    }
}

fn row(group: Option<&str>, deals: &Deals) -> Vec<Cell> {
    let closed = deals.won + deals.lost;
    let rate = share(deals.won, closed);
    let average = (deals.priced.0 > 0).then(|| deals.priced.1 as f64 / deals.priced.0 as f64);
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

/// What a reader must know of won deals whose dates cannot be.
pub fn backwards(n: u64) -> String {
    let what =
        if n == 1 { "1 won deal closed before it was opened, and is".to_owned() } else { format!("{n} won deals closed before they were opened, and are") };
    format!("{what} in no cycle (`sop report quality` names them)")
}

/// What a reader must know of won deals that tell no amount.
pub fn unpriced(n: u64) -> String {
    if n == 1 {
        "1 won deal has no amount: it counts as won and brings nothing".to_owned()
    } else {
        format!("{n} won deals have no amount: they count as won and bring nothing")
    }
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
    if all.backwards > 0 {
        report.note("backwards", backwards(all.backwards));
    }
    if all.undated > 0 {
        report.note("undated", format!("{} won deals lack a date: they are in no cycle", all.undated));
    }
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
    use crate::model::Currency;

    const DAY: i64 = 86_400;

    fn frame() -> Frame {
        Frame { as_of: Instant(1000 * DAY), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") }
    }

    fn deal(status: DealStatus, amount: i64, began: i64, closed: Option<i64>) -> DealFact {
        let at = |day: i64| Instant(day * DAY);
        DealFact { group: String::new(), status, amount: Some(amount), began_at: Some(at(began)), by_opening: true, closed_at: closed.map(at) }
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
        (0..18).for_each(|_| velocity.deal(&deal(DealStatus::Open, 1, 900, None)));
        (0..6).for_each(|_| velocity.deal(&deal(DealStatus::Won, 4_200_000, 100, Some(178))));
        (0..19).for_each(|_| velocity.deal(&deal(DealStatus::Lost, 9, 100, Some(120))));
        let report = velocity.report(&frame(), None, vec![]);
        assert_eq!(cell(&report, 0, "win_rate"), Cell::Percent(0.24));
        assert_eq!((cell(&report, 0, "average_deal"), cell(&report, 0, "mean_cycle_days")), (Cell::Money(4_200_000), Cell::Number(78.0)));
        assert_eq!(cell(&report, 0, "velocity"), Cell::Money(232_615), "2,326.15");
    }

    #[test]
    fn a_period_sees_the_deals_as_they_stood_at_its_end() {
        let mut velocity = Velocity::new(vec![], Some(Period { from: Instant(100 * DAY), until: Instant(200 * DAY) }), frame().as_of);
        velocity.deal(&deal(DealStatus::Won, 1, 50, Some(250))); // open at the end
        velocity.deal(&deal(DealStatus::Open, 1, 250, None)); // not there yet
        velocity.deal(&deal(DealStatus::Lost, 1, 50, Some(60))); // closed before
        velocity.deal(&deal(DealStatus::Won, 1, 50, Some(150)));
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
        (0..6).for_each(|_| velocity.deal(&deal(DealStatus::Won, 5, 100, Some(90))));
        let report = velocity.report(&frame(), None, vec![]);
        assert_eq!(cell(&report, 0, "velocity"), Cell::Empty, "closed before they were opened: no cycle to divide by");
        assert_eq!([cell(&report, 0, "mean_cycle_days"), cell(&report, 0, "median_cycle_days")], [Cell::Empty, Cell::Empty]);
        assert!(report.notes.iter().any(|n| n.code == "backwards" && n.text.starts_with("6 won deals closed before they were opened")));
        let empty = Velocity::new(vec![], None, frame().as_of).report(&frame(), None, vec![]);
        assert!(empty.rows.is_empty());
    }
}
