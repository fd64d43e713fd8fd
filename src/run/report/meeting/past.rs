//! Which rules the runs of a period obeyed, and where those changed.

use crate::report::meeting::{RulesChange, Texts, compared};
use crate::run::RunError;
use crate::run::report::Reading;

/// The lines that changed; `None` where no run obeyed any rules.
pub(super) fn rules(reading: &Reading<'_>) -> Result<Option<Vec<RulesChange>>, RunError> {
    let store = reading.store;
    if store.last_run()?.is_none_or(|run| run.sop.is_none()) {
        return Ok(None);
    }
    let texts = |sop| -> Result<Texts, RunError> {
        let text = store.sop_text(sop)?.unwrap_or_default();
        Ok(serde_json::from_str(&text).unwrap_or_default())
    };
    let mut all = Vec::new();
    for change in store.sop_changes(reading.period.from, reading.until())? {
        all.extend(compared(change.at, &texts(change.before)?, &texts(change.after)?));
    }
    Ok(Some(all))
}
