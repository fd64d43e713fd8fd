//! Whether the score knows.

use super::walks::Line;
use super::{Entry, Reading};
use crate::model::{DealStatus, Instant, LeadId};
use crate::report::Report;
use crate::report::catalogue::Entry as Listed;
use crate::report::scores::{Band, Facts, report};
use crate::run::RunError;
use crate::store::{BandChange, ScanRow};
use rustc_hash::FxHashMap;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "scores",
        about: "does the score know: what became of leads by the band that they had when they were handed over",
        needs: "scores over some time; hand-overs or stages; verdicts or deals",
        by: &[],
    },
    run,
};

/// The recorded changes of bands: the bands' places, and each lead's changes in order.
struct History {
    names: Vec<String>,
    changes: FxHashMap<LeadId, Vec<Crossing>>,
}

/// When, from which place and to which.
type Crossing = (Instant, Option<usize>, Option<usize>);

impl History {
    fn place(names: &mut Vec<String>, band: Option<String>) -> Option<usize> {
        let band = band?;
        let known = names.iter().position(|n| *n == band);
        Some(known.unwrap_or_else(|| {
            names.push(band);
            names.len() - 1
        }))
    }

    fn add(&mut self, c: BandChange) {
        let (from, to) = (Self::place(&mut self.names, c.from), Self::place(&mut self.names, c.to));
        self.changes.entry(c.lead).or_default().push((c.at, from, to));
    }

    /// The band of a lead at an instant; `None`: it had not been scored yet, or nobody recorded it.
    fn at(&mut self, row: &ScanRow, at: Instant) -> Option<usize> {
        if at < row.record.seen_at {
            return None;
        }
        match self.changes.get(&row.record.lead) {
            None => Self::place(&mut self.names, row.state.band.clone()),
            Some(changes) => match changes.iter().rev().find(|(changed, ..)| *changed <= at) {
                Some((.., to)) => *to,
                None => changes.first().and_then(|(_, from, _)| *from),
            },
        }
    }
}

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let (store, as_of, sop) = (reading.store, reading.context.as_of, reading.sop());
    let line = Line::new(&sop.lifecycle, false);
    // From the lowest to the highest; bands that the rules no longer know stand below them.
    let mut bands: Vec<String> = sop.scoring.bands.iter().map(|b| b.id.clone()).collect();
    bands.reverse();
    let mut history = History { names: bands.clone(), changes: FxHashMap::default() };
    store.each_band_change(|c| history.add(c))?;
    let assigned: FxHashMap<LeadId, Instant> = store.first_assignments(as_of)?.into_iter().collect();
    let mut counts: Vec<Band> = Vec::new();
    let mut facts = Facts { frame: reading.frame(), bands: Vec::new(), at_assignment: 0, at_mql: 0, never: 0, open: 0, notes: Vec::new() };
    let apart = reading.each_walk(&line, None, true, |walk, row| {
        let given = assigned.get(&row.record.lead).copied();
        let entered = line.mql.and_then(|mql| (walk.reached > mql).then(|| walk.at(mql)).flatten());
        let Some(at) = given.or(entered) else {
            facts.never += 1;
            return;
        };
        if !reading.contains(at) {
            return;
        }
        *(if given.is_some() { &mut facts.at_assignment } else { &mut facts.at_mql }) += 1;
        let place = history.at(row, at).map_or(0, |place| place + 1);
        if counts.len() <= place {
            counts.resize(place + 1, Band::default());
        }
        let verdicts = || row.verdicts.iter().filter(|v| v.at >= at && v.at <= as_of);
        let closed = || row.deals.iter().filter(|d| d.status != DealStatus::Open && d.closed_at.is_none_or(|closed| closed >= at && closed <= as_of));
        let (accepted, won) = (verdicts().any(|v| v.reason.is_none()), closed().any(|d| d.status.wins(d.amount)));
        facts.open += u64::from(verdicts().next().is_none() && closed().next().is_none());
        if let Some(band) = counts.get_mut(place) {
            band.leads += 1;
            band.accepted += u64::from(accepted);
            band.won += u64::from(won);
        }
    })?;
    counts.resize(counts.len().max(bands.len() + 1), Band::default());
    for (band, name) in counts.iter_mut().zip(std::iter::once("").chain(history.names.iter().map(String::as_str))) {
        band.band = name.to_owned();
    }
    // Unknown, then forgotten bands, then those of the rules from the lowest.
    let known = bands.len() + 1;
    let forgotten = counts.split_off(known.min(counts.len()));
    let mut known = counts.into_iter();
    facts.bands.extend(known.next().filter(|b| b.leads > 0));
    facts.bands.extend(forgotten.into_iter().filter(|b| b.leads > 0));
    facts.bands.extend(known);
    facts.notes = apart.notes(&line);
    Ok(report(facts))
}
