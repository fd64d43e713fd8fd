//! Every KPI whose inputs exist.

use super::book::Path;
use super::economy::{Economy, economy_beside, worth};
use super::names::{Names, touches};
use super::{Entry, Reading};
use crate::measure::{Durations, attainment_by_promise};
use crate::model::{Clock, ClockKind, Deal, DealFacts, DealStatus, FieldIx, FieldType, Instant, LeadId, Value as Told};
use crate::report::catalogue::Entry as Listed;
use crate::report::deals::{DealFact, Deals, a_day};
use crate::report::kpi::{Value, report};
use crate::report::{Cell, Note, Report, per};
use crate::rules::lifecycle::Means;
use crate::rules::reports::Basis;
use crate::run::RunError;
use crate::run::promises::{each_clock, is_elsewhere};
use crate::store::Due;
use rustc_hash::FxHashMap;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed { name: "kpi", about: "every KPI that the base can tell, with its definition", needs: "each its own: `sop report kpi --list`", by: &[] },
    run,
};

const DAY: f64 = 86_400.0;

/// Deals of the period.
#[derive(Default)]
struct Sales {
    all: Deals,
    /// Won from customers.
    repeat: u64,
    /// Any is closed, whenever it was.
    is_any: bool,
    /// Deals that tell no opening, until it is known when their leads came, by lead; and whether they are of customers.
    waiting: Vec<(LeadId, DealFact, bool)>,
    /// Leads that have had a deal by the as-of.
    dealt: FxHashMap<LeadId, Dealt>,
}

/// When the first deal of a lead was opened, and when the first was won, where told.
#[derive(Clone, Copy, Default)]
struct Dealt {
    opened_at: Option<Instant>,
    won_at: Option<Instant>,
}

/// Leads on their way.
#[derive(Default)]
struct Ways {
    leads: i64,
    /// There is any, whenever it was created.
    is_any: bool,
    /// Of those created, or of MQLs, in the period: who ever came so far.
    mql_ever: i64,
    opportunity_ever: i64,
    sql_ever_of_mql: i64,
    mql: i64,
    sql: i64,
    opportunity: i64,
    any: [bool; 3],
    to_mql: Vec<(Instant, Instant)>,
    to_sql: Vec<(Instant, Instant)>,
}

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let reading = &Reading { by: "channel", ..*reading };
    let model = reading.model()?;
    let (mut ways, mut sales) = (Ways::default(), Sales::read(reading)?);
    let economy = economy_beside(reading, Basis::Period, model, |lead, born, reached| {
        ways.add(reading, born, reached, sales.dealt.get(&lead).copied());
        sales.arrive(reading, lead, born);
    })?;
    sales.settle(reading);
    let deals = &sales.all;
    let (sourced, influenced) = marketing(reading, &economy)?;
    let promises = promises(reading)?;
    let sums = economy.totals.iter().find(|(b, _)| *b == Basis::Period).map(|(_, s)| s.clone()).unwrap_or_default();
    let won = Durations::of(deals.cycles.iter().copied());
    let (to_mql, to_sql) = (Durations::of(ways.to_mql.iter().copied()), Durations::of(ways.to_sql.iter().copied()));
    let count = |n: i64, has: bool| has.then_some((Cell::Integer(n), None));
    let share = |part: i64, of: i64| (of > 0).then(|| (Cell::Percent(part as f64 / of as f64), Some(of)));
    let days = |d: &Option<Durations>, of: fn(&Durations) -> f64| {
        d.as_ref().map(|d| (Cell::Number((of(d) / DAY * 10_000.0).round() / 10_000.0), i64::try_from(d.count).ok()))
    };
    let money = |n: Option<i64>, of: i64| n.map(|n| (Cell::Money(n), Some(of)));
    let cost_per = |n: i64| money(Some(sums.cost).filter(|c| *c > 0).and_then(|c| per(c, n)), n);
    let customers = sums.deals.round() as i64;
    let revenue = sums.revenue.saturating_add(economy.other_kinds);
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let (won_deals, closed) = (whole(deals.won), whole(deals.closed()));
    let aov = per(deals.amount, whole(deals.priced));
    let moved = ways.leads + ways.mql + ways.sql + ways.opportunity + closed;
    let nothing = moved == 0 && (sums.cost, revenue) == (0, 0) && promises.is_none();
    let value = |id: &str| -> Option<Value> {
        match id {
            _ if nothing => None,
            "leads" => count(ways.leads, ways.is_any),
            "mql" => count(ways.mql, ways.any[0]),
            "sql" => count(ways.sql, ways.any[1]),
            "mql_rate_cohort" => share(ways.mql_ever, ways.leads).filter(|_| ways.any[0]),
            "mql_rate_period" => share(ways.mql, ways.leads).filter(|_| ways.any[0]),
            "sql_rate_cohort" => share(ways.sql_ever_of_mql, ways.mql).filter(|_| ways.any[1]),
            "sql_rate_period" => share(ways.sql, ways.mql).filter(|_| ways.any[1]),
            "opportunity_rate_cohort" => share(ways.opportunity_ever, ways.leads).filter(|_| ways.any[2]),
            "opportunity_rate_period" => share(ways.opportunity, ways.leads).filter(|_| ways.any[2]),
            "days_to_mql" => days(&to_mql, |d| d.median),
            "days_to_mql_mean" => days(&to_mql, |d| d.mean),
            "days_mql_to_sql" => days(&to_sql, |d| d.median),
            "days_mql_to_sql_mean" => days(&to_sql, |d| d.mean),
            "won_deals" => count(won_deals, sales.is_any),
            "won_amount" => (deals.won > 0).then_some((Cell::Money(deals.amount), Some(won_deals))),
            "revenue" => (revenue != 0 || deals.won > 0).then_some((Cell::Money(revenue), Some(won_deals))),
            "new_revenue" => (revenue != 0 || deals.won > 0).then_some((Cell::Money(sums.revenue), Some(customers))),
            "aov" => money(aov, whole(deals.priced)),
            "win_rate" => share(won_deals, closed),
            "days_to_win" => days(&won, |d| d.median),
            "velocity" => {
                let days = won.as_ref().map(|d| d.mean / DAY)?;
                let value = a_day(deals.open, won_deals as f64 / closed.max(1) as f64, deals.average()?, days)?;
                (deals.open > 0).then_some((Cell::Money(value), Some(whole(deals.open))))
            }
            "repeat_share" => share(whole(sales.repeat), won_deals),
            "sourced_share" => (sourced.1 > 0 && deals.amount > 0).then(|| (Cell::Percent(sourced.0 as f64 / deals.amount as f64), Some(sourced.1))),
            "influenced_amount" => (influenced.1 > 0).then_some((Cell::Money(influenced.0), Some(influenced.1))),
            "lead_value" => money(per(sums.revenue, ways.leads).filter(|_| customers > 0), ways.leads),
            "cost" => (sums.cost != 0).then_some((Cell::Money(sums.cost), None)),
            "cpl" => cost_per(ways.leads),
            "cpmql" => cost_per(ways.mql).filter(|_| ways.any[0]),
            "cpsql" => cost_per(ways.sql).filter(|_| ways.any[1]),
            "cac" => money(sums.cac().filter(|_| economy.whole_cost), customers),
            "paid_cac" => money(sums.cac().filter(|_| !economy.whole_cost), customers),
            "roas" => sums.roas().map(|x| (Cell::Number(x), Some(customers))),
            "roi" => sums.roi().map(|x| (Cell::Percent(x), Some(customers))),
            "sla_attainment" => promises.map(|(met, due)| (Cell::Percent(met as f64 / due as f64), i64::try_from(due).ok())),
            _ => None,
        }
    };
    let mut notes = vec![Note::new("n", "n is what the number is of: what it was divided by, or how many were measured")];
    if nothing {
        notes.push(Note::new("no-data", "nothing of these days is in the base: every number is n/a, not 0"));
    }
    notes.extend(deals.notes());
    notes.extend(economy.book.untyped(reading, |d| worth(reading, d, Basis::Period)));
    if sums.cost < 0 {
        notes.extend(crate::report::roi::refunds(&["all costs"]));
    }
    Ok(report(&reading.frame(), value, notes))
}

impl Sales {
    /// Every deal, but for those that wait.
    fn read(reading: &Reading<'_>) -> Result<Self, RunError> {
        let (as_of, mut sales) = (reading.context.as_of, Self::default());
        let has_stage = reading.sop().lifecycle.meaning(Means::Opportunity).is_some();
        reading.store.each_deal(|d| {
            if let Some(lead) = d.lead.filter(|_| has_stage) {
                sales.deal(lead, Deal { status: d.status, amount: d.amount, opened_at: d.opened_at, closed_at: d.closed_at, paid: Vec::new() }, as_of);
            }
            sales.is_any |= d.status != DealStatus::Open && d.closed_at.is_none_or(|at| at <= as_of);
            let repeat = matches!(d.kind.as_str(), "upsell" | "cross_sell");
            let fact = DealFact { status: d.status, amount: d.amount, opened_at: d.opened_at, arrived_at: None, closed_at: d.closed_at };
            match d.lead.filter(|_| fact.asks_arrival(reading.limited(), as_of)) {
                Some(lead) => sales.waiting.push((lead, fact, repeat)),
                None => sales.add(reading, &fact, repeat),
            }
        })?;
        sales.waiting.sort_by_key(|(lead, ..)| *lead);
        Ok(sales)
    }

    /// A deal makes an opportunity of its lead, whenever a tick comes round to say so: as the funnel has it.
    fn deal(&mut self, lead: LeadId, deal: Deal, as_of: Instant) {
        let facts = DealFacts::of(&[deal], as_of);
        if facts.open + facts.won + facts.lost > 0 {
            let first = self.dealt.entry(lead).or_default();
            let opened_at = facts.first_opened_at.filter(|at| *at <= as_of);
            first.opened_at = first.opened_at.into_iter().chain(opened_at).min();
            first.won_at = first.won_at.into_iter().chain(facts.first_won_at).min();
        }
    }

    /// A lead of the pass.
    fn arrive(&mut self, reading: &Reading<'_>, lead: LeadId, born: Instant) {
        if born > reading.context.as_of {
            return;
        }
        let from = self.waiting.partition_point(|(of, ..)| *of < lead);
        let own = self.waiting.get_mut(from..).unwrap_or_default().iter_mut().take_while(|(of, ..)| *of == lead);
        own.for_each(|(_, fact, _)| fact.arrived_at = Some(born));
    }

    /// After the pass: those that waited count as well.
    fn settle(&mut self, reading: &Reading<'_>) {
        for (_, fact, repeat) in std::mem::take(&mut self.waiting) {
            self.add(reading, &fact, repeat);
        }
    }

    fn add(&mut self, reading: &Reading<'_>, fact: &DealFact, repeat: bool) {
        let counted = self.all.add(fact, reading.limited(), reading.context.as_of);
        self.repeat += u64::from(repeat && counted == Some(DealStatus::Won));
    }
}

impl Ways {
    fn add(&mut self, reading: &Reading<'_>, born: Instant, [mql, sql, dated]: [Option<Instant>; 3], dealt: Option<Dealt>) {
        let opportunity = dated.into_iter().chain(dealt.and_then(|d| d.opened_at)).min().or(dealt.and_then(|d| d.won_at));
        let is_opportunity = opportunity.is_some() || dealt.is_some();
        let here = |at: Option<Instant>| at.is_some_and(|at| reading.contains(at));
        let new = reading.contains(born);
        for (any, is) in self.any.iter_mut().zip([mql.is_some(), sql.is_some(), is_opportunity]) {
            *any |= is;
        }
        self.is_any |= born <= reading.context.as_of;
        self.leads += i64::from(new);
        self.mql_ever += i64::from(new && mql.is_some());
        self.opportunity_ever += i64::from(new && is_opportunity);
        self.mql += i64::from(here(mql));
        self.sql += i64::from(here(sql));
        self.opportunity += i64::from(here(opportunity));
        self.sql_ever_of_mql += i64::from(here(mql) && sql.is_some());
        self.to_mql.extend(mql.filter(|_| here(mql)).map(|at| (born, at)));
        self.to_sql.extend(mql.zip(sql).filter(|_| here(sql)));
    }
}

/// Amounts won of deals that marketing sourced, and that it influenced; each with how many.
#[expect(clippy::type_complexity, reason = "two amounts with their counts")]
fn marketing(reading: &Reading<'_>, economy: &Economy) -> Result<((i64, i64), (i64, i64)), RunError> {
    let dictionary = &reading.sop().dictionary;
    let is_marketing = |name: &str| dictionary.channel_of(name).is_some_and(|c| c.marketing);
    let field: Vec<FieldIx> = dictionary.fields.iter().position(|f| f.ty == FieldType::Channel).map(FieldIx).into_iter().collect();
    let here = |at: Option<Instant>| at.is_some_and(|at| reading.contains(at));
    let (mut sourced, mut influenced) = ((0_i64, 0_i64), (0_i64, 0_i64));
    for deal in economy.book.sold.iter().filter(|d| here(d.won_at)) {
        let Some(lead) = deal.lead else { continue };
        let values = reading.store.lead_fields(reading.columns, lead, &field)?.map(|(_, v)| v).unwrap_or_default();
        if values.first().and_then(Told::as_text).is_some_and(is_marketing) {
            sourced = (sourced.0.saturating_add(deal.amount), sourced.1 + i64::from(deal.amount >= 0));
        }
    }
    let mut names = Names::new(dictionary, true);
    let known = touches(reading, &mut names, "channel")?;
    economy.book.each_path(
        reading,
        &known,
        |deal| here(deal.won_at),
        |deal, path| {
            if let Path::Touched(touches) = path
                && touches.iter().any(|t| is_marketing(t.channel))
            {
                influenced = (influenced.0.saturating_add(deal.amount), influenced.1 + i64::from(deal.amount >= 0));
            }
        },
    )?;
    Ok((sourced, influenced))
}

/// Kept, of how many that were due: the owners' clocks, as the first row of `sop sla` has them. A lead's clock tells of the same promise once more.
fn promises(reading: &Reading<'_>) -> Result<Option<(usize, usize)>, RunError> {
    let sop = reading.sop();
    if sop.promises.is_empty() {
        return Ok(None);
    }
    let mut all: Vec<Clock> = Vec::new();
    each_clock(reading.workspace, reading.context, (reading.store, reading.columns), Due::Promised, |row, found| {
        if !is_elsewhere(reading.workspace, row) {
            all.extend(found.into_iter().filter(|c| c.kind == ClockKind::Owner && reading.contains(c.started_at)));
        }
    })?;
    let kept = attainment_by_promise(&all, &sop.calendar);
    let (met, due) = kept.iter().fold((0, 0), |(met, due), a| (met + a.met, due + a.met + a.met_late + a.breached));
    Ok((due > 0).then_some((met, due)))
}
