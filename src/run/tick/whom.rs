//! Whom the engines of a day look at and what they read of each, and whether anybody is handed over at all.

use super::{Done, Engines};
use crate::condition::Condition;
use crate::run::{RunError, Session};
use crate::store::{Due, Needs};

/// Leads of which so many per cent are with somebody whom the team does not know keep the first dealing waiting.
const STRANGERS: i64 = 20;

/// Whom the engines look at, and how many they are: everybody, or whom a fact, the clock or the rules may have moved since they
/// looked last.
pub(super) fn due(session: &Session<'_>, whole: bool, done: &mut Done) -> Result<(Due, i64), RunError> {
    let Session { store, context, .. } = session;
    // What is not stored as of an earlier day cannot say who is due on it.
    if !context.full && !session.in_the_past {
        // Scoring makes due whom it scored by older rules; one engine alone has not scored.
        let (everybody, awake, asleep) = store.moves_due(context.as_of, session.sop)?;
        if whole {
            done.asleep = asleep;
            return Ok((Due::Awake(context.as_of), awake));
        }
        if !everybody {
            return Ok((Due::Moves(context.as_of), awake + asleep));
        }
    }
    Ok((Due::All, store.due_count(Due::All)?))
}

/// What they read of a lead. Hand-overs alone do without its events, of which it may have thousands, where no rule asks for any.
pub(super) fn needs(session: &Session<'_>, which: Engines) -> Needs {
    let all = Needs::all(&session.columns);
    if which != Engines::ASSIGN {
        return all;
    }
    let sop = &session.workspace.sop;
    let rules = sop.assignment.rounds.iter().flat_map(|round| std::iter::once(&round.when).chain(round.rules.iter().filter_map(|rule| rule.when.as_ref())));
    // By which media a lead can be reached is part of what every rule may ask.
    let consents = sop.delivery.media.iter().filter_map(|medium| medium.consent.as_ref());
    Needs { events: rules.chain(consents).any(Condition::uses_events), ..all }
}

/// Before the very first hand-over: why it had better wait. A team that knows few of the owners in the base would be dealt
/// leads that others are working on.
pub(super) fn strangers(session: &Session<'_>) -> Result<Option<String>, RunError> {
    let sop = &session.workspace.sop;
    if session.context.yes || sop.assignment.rounds.is_empty() || session.store.any_assignment()? {
        return Ok(None);
    }
    let leads = session.store.due_count(Due::All)?;
    let mut unknown: Vec<(String, i64)> = Vec::new();
    for h in session.store.holdings()? {
        if sop.team.find(&h.owner).is_none() {
            match unknown.iter_mut().find(|(name, _)| *name == h.owner) {
                Some((_, n)) => *n += h.leads,
                None => unknown.push((h.owner, h.leads)),
            }
        }
    }
    let total: i64 = unknown.iter().map(|(_, n)| n).sum();
    if total * 100 <= leads * STRANGERS {
        return Ok(None);
    }
    unknown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let some: Vec<String> = unknown.iter().take(5).map(|(name, n)| format!("{name} ({n})")).collect();
    let more = if unknown.len() > 5 { format!(" and {} more", unknown.len() - 5) } else { String::new() };
    Ok(Some(format!("{total} of {leads} leads are held by people whom team.yaml does not know: {}{more}", some.join(", "))))
}
