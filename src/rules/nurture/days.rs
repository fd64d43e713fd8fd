//! On which days of a path its steps fall when nothing is late.

use super::{Due, Path, What};

/// Days from the path's day 0 on which each step falls at the earliest, as designed; a wait takes no time.
pub fn planned(path: &Path) -> Vec<i64> {
    let mut all: Vec<i64> = Vec::with_capacity(path.steps.len());
    let (mut day, mut seconds) = (if matches!(path.enroll, super::Enroll::Date { .. }) { 0 } else { 1 }, 0);
    for step in &path.steps {
        match step.due {
            Due::Day { n, at } => (day, seconds) = (i64::from(n), i64::from(at)),
            Due::After(gap) => {
                seconds += gap.0;
                (day, seconds) = (day.saturating_add(seconds / 86_400), seconds % 86_400);
            }
            Due::Next => {}
        }
        all.push(day);
    }
    all
}

/// Whether a step can be put off by what the lead does: only waits can.
pub(super) fn waits(what: &What) -> bool {
    matches!(what, What::Wait { .. })
}
