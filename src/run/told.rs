//! What became of messages in one run, line by line, for whoever asked for it (`-v`).

use super::score::name_of;
use super::{RunError, Session};
use crate::model::{MessageId, MessageState};
use crate::report::plan::Letter;
use std::collections::BTreeSet;

/// The messages that a run decided something of, each once, as they stand at its end.
pub(super) fn letters(session: &Session<'_>, touched: &[MessageId]) -> Result<Vec<Letter>, RunError> {
    let (store, mut seen, mut all) = (&session.store, BTreeSet::new(), Vec::new());
    for id in touched.iter().filter(|id| seen.insert(id.0)) {
        let Some(m) = store.message(*id)? else { continue };
        let record = store.lead(&session.columns, m.lead)?;
        let at = match m.state {
            MessageState::Sent => m.sent_at,
            MessageState::Queued | MessageState::Deferred => Some(m.next_try.map_or(m.not_before, |at| at.max(m.not_before))),
            _ => None,
        };
        all.push(Letter {
            at,
            key: record.as_ref().map(|r| r.key.to_string()).unwrap_or_default(),
            name: record.as_ref().and_then(|r| name_of(&session.workspace.sop.dictionary, r)),
            path: m.path,
            step: m.step,
            part: m.part.name(),
            medium: m.medium,
            state: m.state.name(),
            reason: m.reason,
        });
    }
    Ok(all)
}
