//! The paths that a lead is or was on, and the messages that came of it.

use crate::model::JourneyState;
use crate::report::explain as report;
use crate::rules::Sop;
use crate::run::RunError;
use crate::store::{ScanRow, Store};

/// Both, oldest first.
pub(super) fn of(store: &Store, sop: &Sop, row: &ScanRow) -> Result<(Vec<report::Journey>, Vec<report::Letter>), RunError> {
    let journey = |e: &crate::model::Enrollment| {
        let next = sop.path(&e.path).and_then(|p| p.steps.get(e.step)).filter(|_| e.state.is_open()).map(|s| s.id.clone());
        let held = e.hold_from.filter(|_| e.state == JourneyState::Active).map(|at| format!("held since {}: hold_while", sop.calendar.local(at)));
        let state = if e.control && e.state != JourneyState::Noted { format!("{}, control group", e.state.name()) } else { e.state.name().to_owned() };
        report::Journey { at: e.entered_at, path: e.path.clone(), state, step: next, due_at: e.due_at, why: e.why.clone().or(held) }
    };
    let letters = store.messages_to(row.record.lead)?.into_iter().map(|m| report::Letter {
        at: m.sent_at.unwrap_or(m.not_before),
        path: m.path,
        step: m.step,
        part: m.part.name(),
        medium: m.medium,
        content: m.content,
        state: m.state.name(),
        why: m.reason,
    });
    Ok((row.journeys.enrollments.iter().map(journey).collect(), letters.collect()))
}
