//! Return on what was spent.

use super::economy::{Economy, economy, worth};
use super::names::{BEFORE_LOOKBACK, SHARED_COST};
use super::{Entry, Reading};
use crate::model::{AttributionModel, Duration, FieldType, Instant};
use crate::report::catalogue::Entry as Listed;
use crate::report::roi::{Facts, Row, report};
use crate::report::{Note, Report};
use crate::rules::reports::{Basis, Revenue, Scope};
use crate::run::RunError;
use std::cmp::Reverse;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "roi",
        about: "cost, leads, customers and revenue: what each cost, and what came back",
        needs: "costs and deals; leads with a channel (touches) for whose merit they are",
        by: &["channel", "campaign", "month", "owner", "region", "product"],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let (basis, model) = (reading.sop().reports.roi.basis, reading.model()?);
    let economy = economy(reading, basis, model)?;
    let notes = notes(reading, &economy, basis, model);
    let immature = |last: Instant| {
        let age = Duration(reading.context.as_of.0.saturating_sub(last.0));
        economy.days_to_win.is_some_and(|d| d.immature(age))
    };
    // A cohort is as old as the youngest of its leads.
    let young = |b: Basis| b == Basis::Cohort && immature(reading.period.until.min(reading.context.as_of));
    let mut rows: Vec<Row> = economy.rows.into_values().collect();
    sort(&mut rows, reading.by);
    rows.iter_mut().for_each(|r| r.shared = r.name == SHARED_COST);
    for row in rows.iter_mut().filter(|_| basis == Basis::Cohort) {
        row.immature = match (reading.by, super::month_end(&row.name, &reading.sop().calendar)) {
            ("month", Some(end)) => immature(end.min(reading.context.as_of)),
            _ => young(basis),
        };
    }
    let totals = economy.totals.into_iter().map(|(b, sums)| (b.name(), sums, young(b))).collect();
    let frame = reading.frame();
    Ok(report(Facts { frame, by: reading.by, rows, whole_cost: economy.whole_cost, totals, other_kinds: economy.other_kinds, notes }))
}

/// By what came back, most first; months by time; what is no name of its own last.
pub(super) fn sort(rows: &mut [Row], by: &str) {
    let own = |r: &Row| r.name.starts_with('(');
    match by {
        "month" => rows.sort_by(|a, b| (own(a), &a.name).cmp(&(own(b), &b.name))),
        _ => rows.sort_by(|a, b| {
            (own(a), Reverse(a.sums.revenue), Reverse(a.sums.cost), Reverse(a.sums.leads), &a.name).cmp(&(
                own(b),
                Reverse(b.sums.revenue),
                Reverse(b.sums.cost),
                Reverse(b.sums.leads),
                &b.name,
            ))
        }),
    }
}

/// What a reader must know of the numbers.
pub(super) fn notes(reading: &Reading<'_>, economy: &Economy, basis: Basis, model: AttributionModel) -> Vec<Note> {
    let reports = &reading.sop().reports;
    let currency = &reading.sop().dictionary.currency;
    let mut notes = Vec::new();
    let mut say = |code: &str, text: String| notes.push(Note::new(code, text));
    let earned = match reports.revenue {
        Revenue::Contract => "a deal's amount when it was won",
        Revenue::Paid => "payments when they arrived",
    };
    let span = match basis {
        Basis::Period => "what the period cost against what it earned",
        Basis::Cohort => "what the period cost against all that its leads have earned so far",
    };
    let whose = match reports.roi.scope {
        Scope::Account => "of all leads of its company",
        Scope::Lead => "of its lead",
    };
    let credit = match reading.by {
        "channel" | "campaign" => {
            format!("; each deal is credited by `{}` to the touches {whose} in the {} before it was opened", model.name(), reading.lookback())
        }
        _ => String::new(),
    };
    say("basis", format!("{}: {span}; revenue is {earned}, new revenue that of deals of the kind new, each of them a new customer{credit}", basis.name()));
    if economy.rows.values().all(|r| r.sums.cost == 0) {
        say("no-costs", "no costs of these days are in the base (`sop import costs.csv`): what costs and returns is n/a".into());
    } else if economy.whole_cost {
        say("cac", "CAC = all cost / new customers; CPL, the cost of a lead, is what some call CAC".into());
    } else {
        say("cac", "paid CAC: no cost of people or sales is in the base; CPL, the cost of a lead, is what some call CAC".into());
    }
    if economy.rows.get(SHARED_COST).is_some_and(|r| r.sums.cost != 0) {
        say("shared-cost", format!("{SHARED_COST} was spent on no one {}: it is in the totals, and in no other row's cost", reading.by));
    }
    if !economy.any_mql && economy.rows.values().any(|r| r.sums.mql.is_some()) {
        say("no-mql", "no lead has a date of becoming an MQL: `sop tick` dates what it moves, `sop import stages.csv` what happened elsewhere".into());
    }
    if economy.rows.values().all(|r| r.sums.mql.is_none()) {
        say("no-lifecycle", "no stage of lifecycle.yaml means mql".into());
    }
    let deals = |n: usize, one: &str, more: &str| if n == 1 { format!("1 deal {one}") } else { format!("{n} deals {more}") };
    let paths = economy.paths;
    if paths.before > 0 {
        say("before-lookback", format!("{} touches older than the look-back only: {BEFORE_LOOKBACK}", deals(paths.before, "has", "have")));
    }
    if paths.late > 0 {
        say("late-touches", format!("{} touches only after it was opened, which are no reason for it", deals(paths.late, "has", "have")));
    }
    let fields = &reading.sop().dictionary.fields;
    if matches!(reading.by, "channel" | "campaign") && !fields.iter().any(|f| f.ty == FieldType::Channel) {
        say("no-channel-field", "fields.yaml declares no lead field of type channel, so no lead has a touch".into());
    }
    if paths.untouched > 0 {
        say("untouched", format!("{} no touch with a {}", deals(paths.untouched, "has", "have"), reading.by));
    }
    let odd = &economy.book.odd;
    if economy.by_company > 0 {
        let what = deals(economy.by_company, "names no lead and counts", "name no lead and count");
        say("by-company", format!("{what} for the leads of the same company"));
    }
    if economy.no_lead > 0 {
        say("no-lead", format!("{} no lead that is known, and no company of one", deals(economy.no_lead, "has", "have")));
    }
    if odd.undated > 0 {
        say("undated", format!("{} won without a date: in no period but all time (`--period all`)", deals(odd.undated, "was", "were")));
    }
    if odd.orphans > 0 {
        let amount = currency.decimal(odd.orphan_amount);
        say("orphan-payments", format!("{} payments ({amount}) are for deals that have not arrived, and count nowhere", odd.orphans));
    }
    let counted = || economy.book.sold.iter().filter(|d| worth(reading, d, basis) != (false, 0));
    let unpriced = counted().filter(|d| d.is_new && d.unpriced).count();
    if unpriced > 0 {
        say(
            "no-amount",
            format!(
                "{} won without an amount, and {} without revenue",
                deals(unpriced, "was", "were"),
                if unpriced == 1 { "counts as a customer" } else { "count as customers" }
            ),
        );
    }
    notes.extend(economy.book.untyped(reading, |d| worth(reading, d, basis)));
    let refunded: Vec<&str> = economy.rows.values().filter(|r| r.sums.cost < 0).map(|r| r.name.as_str()).collect();
    notes.extend(crate::report::roi::refunds(&refunded));
    notes
}
