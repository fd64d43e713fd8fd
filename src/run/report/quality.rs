//! How far the data can be trusted, and what sales says of the leads.

mod data;

use super::walks::Line;
use super::{Entry, Reading};
use crate::model::{DealStatus, Instant, LeadId, fold};
use crate::report::Report;
use crate::report::catalogue::Entry as Listed;
use crate::report::quality::{Facts, Loss, Verdicts, report};
use crate::report::walk::Walk;
use crate::run::RunError;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "quality",
        about: "blanks, bad values, duplicates, things that cannot be; and what sales says of the leads, by channel, reason and stage",
        needs: "leads; deals and verdicts for what sales says",
        by: &[],
    },
    run,
};

/// What is remembered of a lead with a deal that was lost, or cannot be as told.
struct Known {
    walk: Walk,
    /// When it came, as a file told.
    created_at: Option<Instant>,
}

/// Verdicts of one channel under way: taken on, given back, reasons.
type Tally = (u64, u64, BTreeMap<String, u64>);

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let line = Line::new(&reading.sop().lifecycle, false);
    let mut leads: FxHashMap<LeadId, Known> = FxHashMap::default();
    let mut channels: BTreeMap<String, Tally> = BTreeMap::new();
    let mut losses: BTreeMap<(&'static str, String, String), u64> = BTreeMap::new();
    // Moves dated before the stage before, and whose they are.
    let mut odd: (u64, Vec<LeadId>) = (0, Vec::new());
    let stop = |walk: &Walk, at: Instant| {
        // The furthest stop that it had reached by then.
        let been = (0..walk.reached).rev().find(|stop| walk.at(*stop).is_some_and(|reached| reached <= at)).unwrap_or(0);
        line.stops.get(been).map(|s| s.id.clone()).unwrap_or_default()
    };
    let limited = reading.limited().is_some();
    let is_lost = |status, closed_at: Option<Instant>| status == DealStatus::Lost && closed_at.map_or(!limited, |at| reading.contains(at));
    let apart = reading.each_walk(&line, Some("channel"), true, |walk, row| {
        let given: Vec<_> = row.verdicts.iter().filter(|v| reading.contains(v.at)).collect();
        if let Some(last) = given.last() {
            let (accepted, rejected, reasons) = channels.entry(walk.group.clone()).or_default();
            match &last.reason {
                None => *accepted += 1,
                Some(reason) => {
                    *rejected += 1;
                    *reasons.entry(reason.clone()).or_default() += 1;
                }
            }
        }
        for v in given {
            if let Some(reason) = &v.reason {
                *losses.entry(("rejected", reason.clone(), stop(&walk, v.at))).or_default() += 1;
            }
        }
        if walk.backwards() > 0 {
            odd.0 += walk.backwards();
            odd.1.push(row.record.lead);
        }
        // A lead whose deals are as they should be is not asked for again.
        let created_at = walk.created_at.filter(|_| !walk.came_undated);
        let early = |closed: Option<Instant>| closed.zip(created_at).is_some_and(|(closed, created)| closed < created);
        if row.deals.iter().any(|d| is_lost(d.status, d.closed_at) || early(d.closed_at)) {
            leads.insert(row.record.lead, Known { walk, created_at });
        }
    })?;
    let mut deals = data::Deals::default();
    reading.store.each_deal_by_name(|d| {
        let known = d.lead.and_then(|lead| leads.get(&lead));
        deals.add(&d, known.and_then(|k| k.created_at));
        if is_lost(d.status, d.closed_at) {
            let stage = known.map(|known| stop(&known.walk, d.closed_at.unwrap_or(reading.context.as_of))).unwrap_or_default();
            let reason = d.reason.as_deref().map(|told| reason_of(reading, told)).unwrap_or_default();
            *losses.entry(("lost", reason, stage)).or_default() += 1;
        }
    })?;
    let mut findings = data::blanks(reading)?;
    findings.extend(data::bad_values(reading));
    findings.extend(data::duplicates(reading)?);
    findings.extend(deals.findings(reading)?);
    findings.extend(data::backwards(reading, odd.0, &odd.1)?);
    findings.extend(data::unknown(reading, &deals)?);
    let verdicts = channels.into_iter().map(|(channel, (accepted, rejected, reasons))| {
        let reason = reasons.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0))).map(|(reason, _)| reason);
        Verdicts { channel, accepted, rejected, reason }
    });
    let losses = losses.into_iter().map(|((what, reason, stage), count)| Loss { what, reason, stage, count });
    let notes = apart.notes(&line);
    Ok(report(Facts { frame: reading.frame(), findings, verdicts: verdicts.collect(), losses: losses.collect(), period: limited, notes }))
}

/// Why a deal was lost, as its file tells it; what is a reason of lifecycle.yaml too, by its id or title, goes by that id: one reason is one row.
fn reason_of(reading: &Reading<'_>, told: &str) -> String {
    let folded = fold(told);
    let known = reading.sop().lifecycle.reasons.iter().find(|r| fold(&r.id) == folded || fold(&r.title) == folded);
    known.map_or_else(|| told.to_owned(), |r| r.id.clone())
}
