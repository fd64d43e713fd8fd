//! `sop report roi`: what was spent, who came, what was won, and what each cost. A blank is n/a: nothing was spent, or nobody came.

use super::{Cell, Chart, Column, ColumnType, Frame, Note, Report, Total, per};

/// What can be added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// All kinds of cost, minor units.
    pub cost: i64,
    /// Of it, advertising.
    pub media: i64,
    /// Leads created.
    pub leads: i64,
    /// First became marketing's; `None` = no stage means that.
    pub mql: Option<i64>,
    /// First became sales'.
    pub sql: Option<i64>,
    /// New customers; a model may split one.
    pub deals: f64,
    /// Revenue of new deals, minor units.
    pub revenue: i64,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The channel, campaign, month or owner.
    pub name: String,
    /// What it comes to.
    pub sums: Sums,
    /// Shown so often, where told.
    pub impressions: Option<i64>,
    /// Clicked so often, where told.
    pub clicks: Option<i64>,
    /// Too young to be judged.
    pub immature: bool,
    /// Cost that belongs to all rows: revenue is none of its own to be held against.
    pub shared: bool,
}

/// Everything about the report.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// The id of the first column.
    pub by: &'static str,
    /// In order.
    pub rows: Vec<Row>,
    /// Cost for people or sales is among the costs: without it, customers look cheaper than they are.
    pub whole_cost: bool,
    /// By the name of the basis: its sums, and whether the cohort is too young.
    pub totals: Vec<(&'static str, Sums, bool)>,
    /// Revenue that is no new customer's.
    pub other_kinds: i64,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

impl Sums {
    /// Cost per so many; n/a of no cost, and where refunds are more than what was spent.
    fn per(&self, n: Option<i64>) -> Cell {
        Cell::money(n.filter(|_| self.cost > 0).and_then(|n| per(self.cost, n)))
    }
    /// Cost per new customer.
    pub fn cac(&self) -> Option<i64> {
        (self.cost > 0 && self.deals > 0.0).then(|| (self.cost as f64 / self.deals).round() as i64)
    }
    /// (revenue − cost) / cost.
    pub fn roi(&self) -> Option<f64> {
        (self.cost > 0).then(|| (self.revenue as f64 - self.cost as f64) / self.cost as f64)
    }
    /// Revenue / spend on advertising.
    pub fn roas(&self) -> Option<f64> {
        (self.media > 0).then(|| self.revenue as f64 / self.media as f64)
    }
}

/// What a reader must know of rows whose costs sum up to less than nothing.
pub fn refunds(names: &[&str]) -> Option<Note> {
    let text = || format!("more was refunded than spent: {}; what a lead, a deal and a customer cost is n/a there, and so is ROI", names.join(", "));
    (!names.is_empty()).then(|| Note::new("refunds", text()))
}

/// In the given order, with the totals of both bases.
pub fn report(facts: Facts) -> Report {
    let money = |id: &str| Column::new(id, ColumnType::Money);
    let columns = vec![
        Column::text(facts.by),
        money("cost"),
        Column::integer("leads"),
        money("cpl"),
        Column::integer("mql"),
        money("cpmql"),
        Column::integer("sql"),
        money("cpsql"),
        Column::new("new_deals", ColumnType::Number),
        money("new_revenue"),
        money("cac"),
        money("paid_cac"),
        Column::new("roas", ColumnType::Number),
        Column::new("roi", ColumnType::Percent),
        Column::text("maturity"),
    ];
    let mut report = Report::new("roi", &facts.frame, columns);
    report.chart = Some(Chart::bars(facts.by, "roi"));
    report.whole = true;
    let whole = facts.whole_cost;
    report.rows = facts.rows.iter().map(|r| cells(r, whole)).collect();
    for (basis, sums, immature) in &facts.totals {
        report.totals.push((format!("{basis}_basis"), total(sums, whole, *immature)));
    }
    if facts.other_kinds != 0 {
        report.total("revenue_other_kinds", Cell::Money(facts.other_kinds));
    }
    report.notes = facts.notes;
    report
}

fn cells(row: &Row, whole: bool) -> Vec<Cell> {
    let s = &row.sums;
    let count = |n: Option<i64>| n.map_or(Cell::Empty, Cell::Integer);
    let cac = Cell::money(s.cac());
    let (cac, paid_cac) = if whole { (cac, Cell::Empty) } else { (Cell::Empty, cac) };
    vec![
        Cell::text(&*row.name),
        Cell::Money(s.cost),
        Cell::Integer(s.leads),
        s.per(Some(s.leads)),
        count(s.mql),
        s.per(s.mql),
        count(s.sql),
        s.per(s.sql),
        Cell::Number(rounded(s.deals)),
        Cell::Money(s.revenue),
        cac,
        paid_cac,
        s.roas().filter(|_| !row.shared).map_or(Cell::Empty, Cell::Number),
        Cell::share(s.roi().filter(|_| !row.shared)),
        if row.immature { Cell::text("immature") } else { Cell::Empty },
    ]
}

/// A sum of shares of deals, without the dust of its fractions.
pub(super) fn rounded(deals: f64) -> f64 {
    (deals * 1e6).round() / 1e6
}

fn total(s: &Sums, whole: bool, immature: bool) -> Total {
    let mut cells = vec![
        ("cost".to_owned(), Cell::Money(s.cost)),
        ("leads".to_owned(), Cell::Number(s.leads as f64)),
        ("cpl".to_owned(), s.per(Some(s.leads))),
        ("new_deals".to_owned(), Cell::Number(rounded(s.deals))),
        ("new_revenue".to_owned(), Cell::Money(s.revenue)),
        (if whole { "cac" } else { "paid_cac" }.to_owned(), Cell::money(s.cac())),
        ("roi".to_owned(), Cell::share(s.roi())),
    ];
    if immature {
        cells.push(("maturity".to_owned(), Cell::text("immature")));
    }
    Total::Group(cells)
}
