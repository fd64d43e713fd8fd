//! How many leads come how far.

use super::walks::Line;
use super::{Entry, Reading};
use crate::model::{LeadId, Period};
use crate::report::catalogue::Entry as Listed;
use crate::report::funnel::Funnel;
use crate::report::walk::Walk;
use crate::report::{Note, Report};
use crate::run::RunError;
use crate::store::ScanRow;
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
    let mut counts = Counts::new(reading, &line, reading.period)?;
    let apart = reading.each_walk(&line, by, false, |walk, row| counts.add(&walk, row))?;
    // Along the journey the rows are its stretches: they are split by nothing else.
    Ok(counts.report(reading, by.filter(|by| *by != "journey"), apart.notes(&line)))
}

/// The funnel of a period under way, for whoever passes over the leads.
pub(super) struct Counts {
    funnel: Funnel,
    /// The stops that a lead entered once more in the period.
    again: FxHashMap<LeadId, Vec<usize>>,
}

impl Counts {
    pub(super) fn new(reading: &Reading<'_>, line: &Line<'_>, period: Period) -> Result<Self, RunError> {
        let reading = &Reading { period, ..*reading };
        let mut again: FxHashMap<_, Vec<usize>> = FxHashMap::default();
        for (lead, stage) in reading.store.entries_again(period.from, reading.until())? {
            if let Some(stop) = line.stop(&stage) {
                again.entry(lead).or_default().push(stop);
            }
        }
        Ok(Self { funnel: Funnel::new(line.stops.clone(), reading.limited()), again })
    }

    pub(super) fn add(&mut self, walk: &Walk, row: &ScanRow) {
        self.funnel.add(walk, self.again.get(&row.record.lead).map_or(&[], Vec::as_slice));
    }

    pub(super) fn report(self, reading: &Reading<'_>, by: Option<&str>, notes: Vec<Note>) -> Report {
        self.funnel.report(&reading.frame(), by, notes)
    }
}
