//! How promises were kept, as `sop sla` says it.

use super::{Entry, Reading};
use crate::report::Report;
use crate::report::catalogue::Entry as Listed;
use crate::run::RunError;
use crate::run::promises::{By, SlaRequest, sla};

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "sla",
        about: "how promises were kept: attainment, and how fast leads were answered",
        needs: "sla.yaml; owners, stages, follow-ups and verdicts",
        by: &["promise", "owner"],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let by = if reading.by == "owner" { By::Owner } else { By::Promise };
    let mut report = sla(reading.workspace, reading.context, &SlaRequest { period: reading.limited(), by, open: false })?;
    report.notes.retain(|n| n.code != "period");
    if reading.limited().is_some() {
        report.note("clocks", "a clock counts in the period in which it started");
    }
    Ok(report)
}
