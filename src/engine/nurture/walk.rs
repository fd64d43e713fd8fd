//! One look at a lead: exits, goals, enrollments, steps.

use super::{Look, Looked, Seen};
use crate::model::{JourneyState, Journeys, Until};

/// Looks at one lead.
pub fn look(seen: &Seen<'_>, journeys: &Journeys) -> Looked {
    let mut look = Look { seen, journeys: journeys.clone(), out: Looked::default(), until: Until::NEVER };
    look.end_some();
    let mut gone: Vec<i64> = Vec::new();
    loop {
        look.enroll();
        let ended = over(&look);
        // A journey that is over may begin another one.
        while let Some(id) = look.journeys.enrollments.iter().find(|e| e.state == JourneyState::Active && !gone.contains(&e.id)).map(|e| e.id) {
            gone.push(id);
            look.go_on(id);
            if !look.out.deeds.is_empty() {
                break; // the lead is another one now
            }
        }
        // One that was over long before this late look may have been due to begin anew meanwhile.
        if !look.out.deeds.is_empty() || over(&look) == ended {
            break;
        }
    }
    look.come_again();
    let Look { mut out, until, .. } = look;
    out.until = Some(until);
    out
}

/// How many journeys are over by now of those that this look has to tell of.
fn over(look: &Look<'_>) -> usize {
    look.out.enrollments.iter().filter(|e| !e.state.is_open()).count()
}
