//! How fast leads become money.

use super::walks::Line;
use super::{Entry, Reading};
use crate::report::catalogue::Entry as Listed;
use crate::report::deals::DealFact;
use crate::report::velocity::Velocity;
use crate::report::{Note, Report};
use crate::run::RunError;
use rustc_hash::FxHashMap;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "velocity",
        about: "revenue a day that the open deals promise, and how long leads take from stage to stage",
        needs: "deals; stages that ticks or files dated",
        by: &["all", "channel", "owner", "region", "industry"],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let by = reading.split();
    let line = Line::new(&reading.sop().lifecycle, false);
    let mut velocity = Velocity::new(line.stops.clone(), reading.limited(), reading.context.as_of);
    // When the leads of deals came, and the row that they count in.
    let mut leads = FxHashMap::default();
    // A region is that of whoever holds the lead or the deal, as in the return on costs.
    let region = |owner: &str| reading.sop().team.find(owner).and_then(|o| o.region.clone());
    let split = by.map(|by| if by == "region" { "owner" } else { by });
    let apart = reading.each_walk(&line, split, false, |mut walk, row| {
        if by == Some("region") {
            walk.group = region(&walk.group).unwrap_or_default();
        }
        velocity.walk(&walk);
        if !row.deals.is_empty() {
            leads.insert(row.record.lead, (walk.created_at, walk.group));
        }
    })?;
    let mut alone = 0_u64;
    reading.store.each_deal(|deal| {
        let lead = deal.lead.and_then(|lead| leads.get(&lead));
        alone += u64::from(deal.lead.is_none());
        let group = match by {
            Some("region") => deal.owner.as_deref().and_then(region).or_else(|| lead.map(|(_, group)| group.clone())),
            Some("owner") => deal.owner.or_else(|| lead.map(|(_, group)| group.clone())),
            _ => lead.map(|(_, group)| group.clone()),
        };
        let arrived_at = lead.and_then(|(created, _)| *created);
        let fact = DealFact { status: deal.status, amount: deal.amount, opened_at: deal.opened_at, arrived_at, closed_at: deal.closed_at };
        velocity.deal(group.as_deref().unwrap_or_default(), &fact);
    })?;
    let mut notes = apart.notes(&line);
    if alone > 0 {
        let row = if by.is_some() { ", in the row (none) unless they name an owner" } else { "" };
        notes.push(Note::new("deals-alone", format!("{alone} deals have no lead that the base knows: they count as deals{row}")));
    }
    Ok(velocity.report(&reading.frame(), by, notes))
}
