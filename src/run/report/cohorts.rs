//! What the leads of each month have come to.

use super::walks::Line;
use super::{Entry, Reading};
use crate::model::{Deal, DealStatus, Instant};
use crate::report::catalogue::Entry as Listed;
use crate::report::cohorts::{Cohorts, Marks};
use crate::report::{Note, Report};
use crate::rules::reports::Revenue;
use crate::run::RunError;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "cohorts",
        about: "what the leads of each month had come to after 30, 60, 90 and 180 days",
        needs: "leads; stages that ticks or files dated, or deals",
        by: &[],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let line = Line::new(&reading.sop().lifecycle, false);
    let as_of = reading.context.as_of;
    let revenue = reading.sop().reports.revenue;
    let mut cohorts = Cohorts::new(Marks { mql: line.mql, sql: line.sql, won: line.customer }, reading.limited(), as_of);
    let mut unpriced = 0_u64;
    let apart = reading.each_walk(&line, None, false, |walk, row| {
        unpriced += row.deals.iter().filter(|d| revenue == Revenue::Contract && d.status == DealStatus::Won && d.amount.is_none()).count() as u64;
        let mut earned = earned(&row.deals, revenue);
        earned.retain(|(at, _)| *at <= as_of);
        if let Some(created) = walk.created_at {
            cohorts.add(&walk, reading.sop().calendar.date(created), &earned);
        }
    })?;
    let mut notes = apart.notes(&line);
    let what = match revenue {
        Revenue::Contract => "the amounts of won deals, at their closing",
        Revenue::Paid => "payments, when they arrived",
    };
    notes.push(Note::new("revenue", format!("revenue: {what} (`revenue: {}` of reports.yaml); deals without a lead are in no cohort", revenue.name())));
    if unpriced > 0 {
        notes.push(Note::new("unpriced", crate::report::deals::unpriced(unpriced)));
    }
    Ok(cohorts.report(&reading.frame(), notes))
}

/// What deals brought and when, as reports.yaml counts it.
fn earned(deals: &[Deal], revenue: Revenue) -> Vec<(Instant, i64)> {
    match revenue {
        Revenue::Contract => deals.iter().filter(|d| d.status == DealStatus::Won).filter_map(|d| Some((d.closed_at?, d.amount?))).collect(),
        Revenue::Paid => deals.iter().flat_map(|d| d.paid.iter().copied()).collect(),
    }
}
