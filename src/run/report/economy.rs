//! What came of what was spent: one pass over the leads and one over the deals' accounts, summed up by channel, campaign, month or owner.

use super::Reading;
use super::book::{Book, Sold};
use super::credits::{Credits, Paths, each_null};
use super::names::{Names, SHARED_COST, nameless, touches};
use crate::measure::Durations;
use crate::measure::attribution::Model;
use crate::model::{FieldIx, FieldType, Instant, LeadId, Value};
use crate::report::roi::{Row, Sums};
use crate::rules::lifecycle::Means;
use crate::rules::reports::Basis;
use crate::run::RunError;
use crate::store::{LeadAsk, LeadFact};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All of it.
pub(super) struct Economy {
    /// By name.
    pub(super) rows: BTreeMap<String, Row>,
    /// By basis.
    pub(super) totals: Vec<(Basis, Sums)>,
    /// Revenue of the period that no new deal brought.
    pub(super) other_kinds: i64,
    /// The deals.
    pub(super) book: Book,
    /// Of the new deals won: from the creation of the lead.
    pub(super) days_to_win: Option<Durations>,
    /// Some of the cost was for people or sales.
    pub(super) whole_cost: bool,
    /// Deals by why they are nobody's merit.
    pub(super) paths: Paths,
    /// Whether any lead has a date of becoming an MQL.
    pub(super) any_mql: bool,
    /// Counted deals without a lead that a company joins to leads.
    pub(super) by_company: usize,
    /// Counted deals that nothing joins to a lead.
    pub(super) no_lead: usize,
}

/// The stages at or past those with a meaning.
fn at_or_past(reading: &Reading<'_>, means: Means) -> Option<Vec<String>> {
    let lifecycle = &reading.sop().lifecycle;
    let place = lifecycle.meaning(means)?;
    Some(lifecycle.stages.iter().skip(place).map(|s| s.id.clone()).collect())
}

/// When a lead was created, as told or as first seen.
pub(super) fn created(fact: &LeadFact, value: Option<&Value>) -> Instant {
    match value {
        Some(Value::At(at)) => *at,
        _ => Instant(fact.seen_at),
    }
}

/// Sums up by what the reading asks; on one basis, with the totals of both.
pub(super) fn economy(reading: &Reading<'_>, basis: Basis, model: Model) -> Result<Economy, RunError> {
    economy_beside(reading, basis, model, |_, _, _| {})
}

/// The same beside what else is counted of the leads: each is handed to `also`, with when it was created and when it first came to be
/// an MQL, an SQL and an opportunity, so that it needs no pass of its own.
pub(super) fn economy_beside(
    reading: &Reading<'_>,
    basis: Basis,
    model: Model,
    mut also: impl FnMut(LeadId, Instant, [Option<Instant>; 3]),
) -> Result<Economy, RunError> {
    let (sop, dictionary, by) = (reading.sop(), &reading.sop().dictionary, reading.by);
    let calendar = &sop.calendar;
    let mut names = Names::new(dictionary, by == "channel");
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let month = |at: Instant| calendar.date(at).format("%Y-%m").to_string();

    // What was spent.
    let mut whole_cost = false;
    let (first, last) = reading.days();
    let mut spent = Sums::default();
    reading.store.each_cost(first, Some(last), |c| {
        let name = match by {
            "channel" => c.channel.as_deref().map(|t| names.of(t)),
            "campaign" => c.campaign.as_deref().map(|t| names.of(t)),
            "month" => Some(c.day.format("%Y-%m").to_string().into()),
            _ => None,
        };
        whole_cost |= matches!(c.kind.as_str(), "people" | "sales");
        let row = row_of(&mut rows, name.as_deref().unwrap_or(SHARED_COST));
        for sums in [&mut row.sums, &mut spent] {
            sums.cost = sums.cost.saturating_add(c.amount);
            sums.media = sums.media.saturating_add(if c.kind == "media" { c.amount } else { 0 });
        }
        row.impressions = super::costs::plus(row.impressions, c.impressions);
        row.clicks = super::costs::plus(row.clicks, c.clicks);
    })?;

    // Who came, and how far.
    // Only touches of deals that come to something in the period are asked for; of a cohort nobody knows yet which these are, and Markov asks
    // who has no deal at all.
    let credits = matches!(by, "channel" | "campaign");
    let all = basis == Basis::Cohort || model == Model::Markov;
    let mut book = Book::read(reading, |deal| credits && (all || worth(reading, deal, basis) != (false, 0)))?;
    let field = match by {
        "channel" => dictionary.fields.iter().position(|f| f.ty == FieldType::Channel).map(FieldIx),
        "campaign" => dictionary.field("campaign").map(|(ix, _)| ix),
        _ => None,
    };
    let [company, created_at] = book.asks();
    let asked = [field, company, created_at];
    let places: Vec<Option<usize>> = asked.iter().scan(0, |n, f| Some(f.map(|_| std::mem::replace(n, *n + 1)))).collect();
    let place = |i: usize| places.get(i).copied().flatten();
    let milestones = [Means::Mql, Means::Sql, Means::Opportunity].map(|m| at_or_past(reading, m));
    let has = [milestones[0].is_some(), milestones[1].is_some()];
    let ask = LeadAsk {
        fields: asked.into_iter().flatten().collect(),
        owner: matches!(by, "owner" | "region"),
        milestones: milestones.into_iter().map(Option::unwrap_or_default).collect(),
    };
    let (mut totals, mut any_mql) = ([(Basis::Period, spent.clone()), (Basis::Cohort, spent)], false);
    reading.store.each_lead_fact(reading.columns, &ask, reading.context.as_of, |fact| {
        let value = |i: usize| place(i).and_then(|p| fact.values.get(p));
        let born = created(fact, value(2));
        book.meet(fact, value(1).and_then(Value::as_text), born);
        let new = reading.contains(born);
        let reached: [Option<Instant>; 3] = std::array::from_fn(|i| fact.reached.get(i).copied().flatten());
        also(LeadId(fact.lead), born, reached);
        any_mql |= reached[0].is_some();
        let counted = |b: Basis, i: usize| match b {
            Basis::Period => reached[i].filter(|at| reading.contains(*at)),
            Basis::Cohort => reached[i].filter(|_| new),
        };
        for (b, sums) in &mut totals {
            sums.leads += i64::from(new);
            for (i, n) in [(0, &mut sums.mql), (1, &mut sums.sql)] {
                *n = has[i].then(|| n.unwrap_or(0) + i64::from(counted(*b, i).is_some()));
            }
        }
        let at = [Some(born).filter(|_| new), counted(basis, 0), counted(basis, 1)];
        if at.iter().all(Option::is_none) {
            return;
        }
        let name: Option<Arc<str>> = match by {
            "owner" => fact.owner.as_deref().map(Into::into),
            "region" => region_of(reading, fact.owner.as_deref()).map(Into::into),
            "month" | "product" => None,
            _ => value(0).and_then(Value::as_text).map(|t| names.of(t)),
        };
        for (i, at) in at.into_iter().enumerate() {
            let Some(at) = at else { continue };
            let of_month = (by == "month").then(|| month(if basis == Basis::Cohort { born } else { at }));
            let row = row_of(&mut rows, of_month.as_deref().or(name.as_deref()).unwrap_or_else(|| nameless(by)));
            match i {
                0 => row.sums.leads += 1,
                1 => row.sums.mql = Some(row.sums.mql.unwrap_or(0) + 1),
                _ => row.sums.sql = Some(row.sums.sql.unwrap_or(0) + 1),
            }
        }
    })?;
    book.settle();

    // What was won, and whose merit it is.
    let mut other_kinds = 0_i64;
    for deal in &book.sold {
        for (b, sums) in &mut totals {
            let (won, revenue) = worth(reading, deal, *b);
            if deal.is_new {
                sums.deals += f64::from(u8::from(won));
                sums.revenue = sums.revenue.saturating_add(revenue);
            } else if *b == basis {
                other_kinds = other_kinds.saturating_add(revenue);
            }
        }
    }
    let counts = |deal: &Sold| deal.is_new && worth(reading, deal, basis) != (false, 0);
    let mut paths = Paths::default();
    if credits {
        let known = touches(reading, &mut names, by)?;
        let mut credits = Credits::new(reading, model);
        book.each_path(reading, &known, counts, |deal, path| {
            let (won, revenue) = worth(reading, deal, basis);
            paths.count(path);
            credits.add(by, deal, path, won, revenue);
        })?;
        if model == Model::Markov {
            let with_deals = book.leads_with_deals();
            each_null(reading, &known, &with_deals, |touches, at| credits.add_null(touches, at))?;
        }
        for (name, credit) in credits.finish() {
            let sums = &mut row_of(&mut rows, &name).sums;
            (sums.deals, sums.revenue) = (sums.deals + credit.conversions, sums.revenue.saturating_add(credit.revenue));
        }
    } else {
        for deal in book.sold.iter().filter(|d| counts(d)) {
            let all = |b| worth(reading, deal, b);
            match (by, basis) {
                ("month", Basis::Period) => {
                    for (at, n) in deal.earned().iter().filter(|(at, _)| in_period(reading, *at)) {
                        let name = if *at == Instant::MAX { nameless(by).to_owned() } else { month(*at) };
                        let sums = &mut row_of(&mut rows, &name).sums;
                        sums.revenue = sums.revenue.saturating_add(*n);
                    }
                    if all(basis).0 {
                        let name = deal.won_at.map_or_else(|| nameless(by).to_owned(), month);
                        row_of(&mut rows, &name).sums.deals += 1.0;
                    }
                }
                _ => {
                    let name = match by {
                        "month" => deal.created.map(month),
                        "owner" => deal.owner.as_deref().map(str::to_owned),
                        "region" => region_of(reading, deal.owner.as_deref()).map(str::to_owned),
                        _ => deal.product.as_deref().map(|p| names.of(p).to_string()),
                    };
                    let name = name.unwrap_or_else(|| nameless(by).to_owned());
                    let (won, revenue) = all(basis);
                    let sums = &mut row_of(&mut rows, &name).sums;
                    (sums.deals, sums.revenue) = (sums.deals + f64::from(u8::from(won)), sums.revenue.saturating_add(revenue));
                }
            }
        }
    }
    let without = || book.sold.iter().filter(|d| counts(d) && d.lead.is_none());
    let (by_company, no_lead) = (without().filter(|d| d.created.is_some()).count(), without().filter(|d| d.created.is_none()).count());
    for row in rows.values_mut() {
        for (has, n) in has.iter().zip([&mut row.sums.mql, &mut row.sums.sql]) {
            *n = has.then(|| n.unwrap_or(0));
        }
    }
    let won = book.sold.iter().filter(|d| d.is_new && d.amount >= 0).filter_map(|d| d.created.zip(d.won_at));
    let days_to_win = Durations::of(won);
    Ok(Economy { rows, totals: totals.into(), other_kinds, book, days_to_win, whole_cost, paths, any_mql, by_company, no_lead })
}

/// Where an owner works, as team.yaml has it.
fn region_of<'r>(reading: &'r Reading<'_>, owner: Option<&str>) -> Option<&'r str> {
    reading.sop().team.find(owner?)?.region.as_deref()
}

fn row_of<'r>(rows: &'r mut BTreeMap<String, Row>, name: &str) -> &'r mut Row {
    if !rows.contains_key(name) {
        rows.insert(name.to_owned(), Row { name: name.to_owned(), ..Row::default() });
    }
    rows.entry(name.to_owned()).or_default()
}

/// Whether it was earned in the period; what nobody dates belongs to all time only.
fn in_period(reading: &Reading<'_>, at: Instant) -> bool {
    if at == Instant::MAX { is_all_time(reading) } else { reading.contains(at) }
}

fn is_all_time(reading: &Reading<'_>) -> bool {
    reading.period.from == Instant(i64::MIN) && reading.period.until == Instant::MAX
}

/// Whether a deal was won, and what it earned, as far as a basis counts it. What is given back lowers the revenue and wins nobody.
pub(super) fn worth(reading: &Reading<'_>, deal: &Sold, basis: Basis) -> (bool, i64) {
    let (won, earned) = dealt(reading, deal, basis);
    (won && deal.amount >= 0, earned)
}

fn dealt(reading: &Reading<'_>, deal: &Sold, basis: Basis) -> (bool, i64) {
    let sum = |parts: &mut dyn Iterator<Item = i64>| parts.fold(0_i64, i64::saturating_add);
    match basis {
        Basis::Period => {
            let won = deal.won_at.map_or(deal.undated && is_all_time(reading), |at| reading.contains(at));
            (won, sum(&mut deal.earned().iter().filter(|(at, _)| in_period(reading, *at)).map(|(_, n)| *n)))
        }
        Basis::Cohort if deal.created.is_some_and(|at| reading.contains(at)) => {
            (deal.won_at.is_some() || deal.undated, sum(&mut deal.earned().iter().map(|(_, n)| *n)))
        }
        Basis::Cohort => (false, 0),
    }
}
