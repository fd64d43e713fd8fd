//! What each owner holds, got and made of it.

use super::book::Book;
use super::economy::worth;
use super::{Entry, Reading};
use crate::engine::assignment::counts_as_held;
use crate::measure::attainment_by_owner;
use crate::model::{Clock, ClockKind, ClockStatus, Standing};
use crate::report::catalogue::Entry as Listed;
use crate::report::owners::{Row, report};
use crate::report::{Note, Report};
use crate::rules::reports::Basis;
use crate::run::RunError;
use crate::run::promises::{each_clock, is_elsewhere};
use crate::store::Due;
use std::collections::BTreeMap;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "owners",
        about: "what each owner holds, got, took on, followed up in time and won; who is late stands at the top",
        needs: "owners; sla.yaml for who is late; follow-ups, verdicts and deals",
        by: &[],
    },
    run,
};

/// Rows under way, by owner; blank = nobody.
type Rows = BTreeMap<String, Row>;

fn of<'r>(rows: &'r mut Rows, owner: &str) -> &'r mut Row {
    rows.entry(owner.to_owned()).or_insert_with(|| Row { owner: owner.to_owned(), ..Row::default() })
}

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let (store, team) = (reading.store, &reading.sop().team);
    let mut rows = Rows::new();
    for owner in &team.owners {
        of(&mut rows, &owner.id).name = Some(owner.name.clone()).filter(|n| !n.is_empty());
    }
    // What fills a desk, and what could: neither customers nor leads beside the line.
    let counts = |stage: Option<String>| counts_as_held(&reading.sop().lifecycle, &Standing { stage, ..Standing::default() });
    for h in store.holdings()? {
        let row = of(&mut rows, &h.owner);
        row.held += if counts(h.stage) { h.leads.unsigned_abs() } else { 0 };
    }
    for (stage, leads) in store.unheld()? {
        if counts(stage) {
            of(&mut rows, "").held += leads.unsigned_abs();
        }
    }
    let (from, until) = (reading.period.from, reading.until());
    for (owner, got, _) in store.got_on(from, until)? {
        of(&mut rows, &owner).assigned = got.unsigned_abs();
    }
    store.each_verdict(from, until, |_, v| {
        let row = of(&mut rows, v.owner.as_deref().unwrap_or_default());
        *(if v.reason.is_none() { &mut row.accepted } else { &mut row.rejected }) += 1;
    })?;
    let unpriced = deals(reading, &mut rows)?;
    clocks(reading, &mut rows)?;
    for row in rows.values_mut().filter(|r| !r.owner.is_empty() && !team.owners.is_empty()) {
        row.stranger = team.find(&row.owner).is_none();
    }
    let mut notes = Vec::new();
    if reading.sop().promises.is_empty() {
        notes.push(Note::new("no-promises", "sla.yaml makes no promise: nobody is late"));
    }
    if unpriced > 0 {
        notes.push(Note::new("unpriced", crate::report::deals::unpriced(unpriced)));
    }
    if store.last_run()?.is_some_and(|run| reading.context.as_of < run.as_of) {
        notes.push(Note::new("past", "this is a day before the last run: what owners hold is today's"));
    }
    Ok(report(&reading.frame(), rows.into_values().collect(), reading.limited().is_some(), notes))
}

/// Won deals and what they brought, by the same book as the return on costs. Gives how many have no amount.
fn deals(reading: &Reading<'_>, rows: &mut Rows) -> Result<u64, RunError> {
    let mut unpriced = 0;
    for deal in Book::of_deals(reading)?.sold {
        let (won, brought) = worth(reading, &deal, Basis::Period);
        if !won && brought == 0 {
            continue;
        }
        let owner = match (&deal.owner, deal.lead) {
            (Some(owner), _) => Some(owner.to_string()),
            (None, Some(lead)) => reading.store.state(reading.columns, lead)?.and_then(|s| s.owner),
            (None, None) => None,
        };
        unpriced += u64::from(won && deal.unpriced);
        let row = of(rows, owner.as_deref().unwrap_or_default());
        row.won += u64::from(won);
        row.revenue = row.revenue.saturating_add(brought);
    }
    Ok(unpriced)
}

/// Promises: those of the period, and those that wait now.
fn clocks(reading: &Reading<'_>, rows: &mut Rows) -> Result<(), RunError> {
    let sop = reading.sop();
    if sop.promises.is_empty() {
        return Ok(());
    }
    let strange = |owner: &String| !sop.team.owners.is_empty() && sop.team.find(owner).is_none();
    let mut all: Vec<Clock> = Vec::new();
    each_clock(reading.workspace, reading.context, (reading.store, reading.columns), Due::Promised, |row, found| {
        if is_elsewhere(reading.workspace, row) {
            return;
        }
        for mut clock in found.into_iter().filter(|c| c.kind == ClockKind::Owner && !c.owner.as_ref().is_some_and(strange)) {
            if clock.is_open_breach() && clock.status == ClockStatus::Breached {
                of(rows, clock.owner.as_deref().unwrap_or_default()).late += 1;
            }
            if reading.contains(clock.started_at) {
                clock.promise.clear(); // all promises of an owner together
                all.push(clock);
            }
        }
    })?;
    for kept in attainment_by_owner(&all, &sop.calendar) {
        let owner = kept.owner.clone().unwrap_or_default();
        of(rows, &owner).kept = Some(kept);
    }
    Ok(())
}
