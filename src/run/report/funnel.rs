//! How many leads come how far.

use super::walks::Line;
use super::{Entry, Reading};
use crate::report::Report;
use crate::report::catalogue::Entry as Listed;
use crate::report::funnel::Funnel;
use crate::run::RunError;
use rustc_hash::FxHashMap;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "funnel",
        about: "how many leads came how far (cohort and period), days in each stage, and where most are lost",
        needs: "leads; stages that ticks or files dated, or deals",
        by: &["all", "channel", "owner", "industry", "journey"],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let by = reading.split();
    let line = Line::new(&reading.sop().lifecycle, by == Some("journey"));
    let mut again: FxHashMap<_, Vec<usize>> = FxHashMap::default();
    for (lead, stage) in reading.store.entries_again(reading.period.from, reading.until())? {
        if let Some(stop) = line.stop(&stage) {
            again.entry(lead).or_default().push(stop);
        }
    }
    let mut funnel = Funnel::new(line.stops.clone(), reading.limited());
    let apart = reading.each_walk(&line, by, false, |walk, row| funnel.add(&walk, again.get(&row.record.lead).map_or(&[], Vec::as_slice)))?;
    // Along the journey the rows are its stretches: they are split by nothing else.
    Ok(funnel.report(&reading.frame(), by.filter(|by| *by != "journey"), apart.notes(&line)))
}
