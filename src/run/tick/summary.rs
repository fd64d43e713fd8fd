//! A day in one line, and why leads wait.

use super::Done;
use crate::engine::assignment::Unplaced;
use crate::model::MessageState;
use crate::run::Workspace;
use crate::run::import::ImportSummary;
use std::collections::BTreeMap;

/// Why leads wait, most frequent first.
pub(super) fn reasons(waiting: &[Unplaced], workspace: &Workspace) -> Vec<(String, usize)> {
    let mut by_why: BTreeMap<String, usize> = BTreeMap::new();
    for unplaced in waiting {
        *by_why.entry(unplaced.why(&workspace.sop.assignment)).or_default() += 1;
    }
    let mut all: Vec<_> = by_why.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.truncate(5);
    all
}

/// One line for a log.
pub(super) fn summary_of(done: &Done, import: Option<&ImportSummary>, counts: &serde_json::Map<String, serde_json::Value>) -> String {
    let mut parts = Vec::new();
    let mut tell = |n: i64, one: &str, many: &str| {
        if n > 0 {
            parts.push(format!("{} {}", crate::report::thousands(n), if n == 1 { one } else { many }));
        }
    };
    let number = |name: &str| counts.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
    tell(import.map_or(0, |i| i64::try_from(i.files.len()).unwrap_or(0)), "file read", "files read");
    tell(import.map_or(0, |i| i64::try_from(i.new).unwrap_or(0)), "new lead", "new leads");
    tell(number("bands_changed"), "band changed", "bands changed");
    tell(done.moved, "lead moved", "leads moved");
    tell(done.reclaimed, "reclaimed", "reclaimed");
    tell(done.assigned, "assigned", "assigned");
    tell(done.queued, "queued", "queued");
    tell(done.nurture.enrolled, "enrolled", "enrolled");
    tell(done.nurture.ended, "journey ended", "journeys ended");
    tell(done.nurture.queued, "message queued", "messages queued");
    tell(done.nurture.deferred, "put off by a limit", "put off by limits");
    tell(done.nurture.stopped(MessageState::Held), "held", "held");
    tell(done.nurture.stopped(MessageState::Suppressed), "suppressed", "suppressed");
    tell(done.nurture.stopped(MessageState::Skipped), "left out", "left out");
    tell(done.nurture.tasks, "task", "tasks");
    let of = |kind: &str| done.counts.iter().filter(|((order, what, ..), _)| *order == 2 && what == kind).map(|(_, n)| *n).sum::<i64>();
    for (kind, one, many) in [("warning", "warning", "warnings"), ("breach", "promise missed", "promises missed"), ("alert", "alert", "alerts")] {
        let n = of(kind);
        if n > 0 {
            parts.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    }
    let waiting = match i64::try_from(done.waiting.len()).unwrap_or(i64::MAX).saturating_add(done.asleep) {
        0 => String::new(),
        1 => " · 1 lead waits for an owner".to_owned(),
        n => format!(" · {} leads wait for an owner", crate::report::thousands(n)),
    };
    format!("{}{waiting}", if parts.is_empty() { "nothing changed".to_owned() } else { parts.join(" · ") })
}
