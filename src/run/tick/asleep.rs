//! Leads that nobody can take sleep until something that a deal looks at has changed: asking the same of the same team at every
//! tick gives the same answer.
//!
//! They wake, all together, when one of them is due by itself (a fact, its clock, an edit of the rules), when another lead is to be
//! dealt, when the day is another, or when somebody holds, has got or has missed more or less than at the last deal, which placed
//! nobody.

use super::Done;
use super::summary::reasons;
use super::taken::Taken;
use crate::engine::assignment::{Unplaced, asks_the_clock};
use crate::model::stable_hash;
use crate::run::{RunError, Session};
use crate::store::Due;
use serde_json::{Value as Json, json};

/// What is kept of the deal that put them to sleep.
const META: &str = "asleep";

/// What decides whether anybody can take a lead, beside the lead itself and the rules: as one number.
pub(super) fn seen_by_deals(session: &Session<'_>) -> Result<String, RunError> {
    let Session { store, workspace, context, .. } = session;
    let calendar = &workspace.sop.calendar;
    let today = calendar.date(context.as_of);
    let held: Vec<_> = store.holdings()?.into_iter().map(|h| (h.owner, h.stage, h.leads)).collect();
    let got = store.got_on(calendar.start_of(today), calendar.end_of(today).plus(1))?;
    let all = format!("{today} {} {held:?} {got:?} {:?}", session.sop, store.open_breaches()?);
    Ok(format!("{:016x}", stable_hash(&[all.as_bytes()])))
}

/// Remembers for [`wake`] that nobody could take these leads as things are now.
pub(super) fn remember(session: &Session<'_>, waiting: &[Unplaced]) -> Result<(), RunError> {
    let (seen, why) = (seen_by_deals(session)?, reasons(waiting, session.workspace));
    Ok(session.store.set_meta(META, &json!({ "seen": seen, "leads": waiting.len(), "why": why }).to_string())?)
}

/// After a pass over whoever is awake: whom to look at beside them, and how many they are. Who sleeps on still waits.
pub(super) fn wake(session: &Session<'_>, pass: Due, taken: &Taken, done: &mut Done) -> Result<Option<(Due, i64)>, RunError> {
    let (Due::Awake(at), true) = (pass, done.asleep > 0) else { return Ok(None) };
    let assignment = &session.workspace.sop.assignment;
    let known: Json = session.store.meta(META)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    // Whoever was looked at may be a sibling by now.
    let may_differ = !taken.candidates.is_empty() || asks_the_clock(assignment) || (assignment.keep_together.is_some() && done.looked > 0);
    if may_differ || known["seen"].as_str() != Some(&seen_by_deals(session)?) {
        return Ok(Some((Due::Asleep(at), std::mem::take(&mut done.asleep))));
    }
    let why = |w: &Json| Some((w[0].as_str()?.to_owned(), usize::try_from(w[1].as_u64()?).ok()?));
    done.asleep_why = match known["leads"].as_i64() {
        Some(leads) if leads == done.asleep => known["why"].as_array().into_iter().flatten().filter_map(why).collect(),
        _ => vec![("nobody could take them, and nothing has changed since".to_owned(), usize::try_from(done.asleep).unwrap_or(usize::MAX))],
    };
    Ok(None)
}
