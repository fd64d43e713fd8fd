//! What was spent: the sums of the files.

use super::names::SHARED_COST;
use super::{Entry, Reading};
use crate::report::catalogue::Entry as Listed;
use crate::report::{Note, Report, costs};
use crate::run::RunError;
use std::collections::BTreeMap;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "costs",
        about: "what was spent, and what was seen and clicked for it",
        needs: "files of costs",
        by: &["channel", "kind", "campaign", "month"],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let mut by_name: BTreeMap<String, costs::Row> = BTreeMap::new();
    let (first, last) = reading.days();
    reading.store.each_cost(first, Some(last), |c| {
        let what = match reading.by {
            "kind" => c.kind,
            "campaign" => c.campaign.unwrap_or_else(|| SHARED_COST.into()),
            "month" => c.day.format("%Y-%m").to_string(),
            _ => c.channel.unwrap_or_else(|| SHARED_COST.into()),
        };
        let row = by_name.entry(what.clone()).or_insert_with(|| costs::Row { what, ..costs::Row::default() });
        row.cost = row.cost.saturating_add(c.amount);
        row.impressions = plus(row.impressions, c.impressions);
        row.clicks = plus(row.clicks, c.clicks);
    })?;
    let mut rows: Vec<costs::Row> = by_name.into_values().collect();
    if reading.by != "month" {
        rows.sort_by(|a, b| (b.cost, &a.what).cmp(&(a.cost, &b.what)));
    }
    let mut notes = Vec::new();
    if rows.is_empty() {
        notes.push(Note::new("no-costs", "no costs of these days are in the base: `sop import costs.csv`"));
    }
    let refunded: Vec<&str> = rows.iter().filter(|r| r.cost < 0).map(|r| r.what.as_str()).collect();
    notes.extend(crate::report::roi::refunds(&refunded));
    Ok(costs::report(&reading.frame(), reading.by, &rows, notes))
}

/// A sum of what is told.
pub(super) fn plus(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).reduce(i64::saturating_add)
}
