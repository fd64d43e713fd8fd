//! Questions about messages. What lies after the as-of is absent until its instant, and so is a "no" that feedback does not cover yet.

use super::super::messages::Feedback;
use super::super::plan::Ask;
use super::Fun;
use crate::condition::Facts;
use crate::model::{Instant, MessageFact, Until, fold};

/// The message that a question means: of this journey, or the one sent last (the next to be sent where none was).
fn meant<'f>(ask: &Ask, facts: &Facts<'f>) -> Option<&'f MessageFact> {
    let own = facts.enrollment.map(|e| e.id);
    let is = |m: &&MessageFact| (!ask.own || Some(m.enrollment) == own) && same(&m.path, &ask.asked.path) && same(&m.step, &ask.asked.step);
    let sent = |m: &MessageFact| m.sent_at.filter(|at| *at <= facts.as_of);
    let all = || facts.messages.iter().filter(is);
    let last = all().filter(|m| sent(m).is_some()).max_by_key(|m| (m.sent_at, m.enrollment));
    last.or_else(|| all().filter(|m| m.sent_at.is_some()).min_by_key(|m| (m.sent_at, m.enrollment)))
}

fn same(a: &str, b: &str) -> bool {
    a == b || fold(a) == fold(b)
}

/// When it was first answered in this way. A click or a reply is an opening too.
fn first(feedback: Feedback, message: &MessageFact) -> Option<Instant> {
    match feedback {
        Feedback::Opened => [message.opened_at, message.clicked_at, message.replied_at].into_iter().flatten().min(),
        Feedback::Clicked => message.clicked_at,
        Feedback::Replied => message.replied_at,
    }
}

/// Until when its absence would be known.
fn covered(feedback: Feedback, message: &MessageFact) -> Option<Instant> {
    match feedback {
        Feedback::Opened => message.covered_until.opens,
        Feedback::Clicked => message.covered_until.clicks,
        Feedback::Replied => message.covered_until.replies,
    }
}

/// TRUE, FALSE, or unknown: it has not left, or nobody has told yet what came back.
pub(super) fn answer(ask: Ask) -> Fun<bool> {
    Box::new(move |facts, until| {
        // A later message of another journey takes the place of this one.
        if !ask.own
            && let Some(next) = facts
                .messages
                .iter()
                .filter(|m| same(&m.path, &ask.asked.path) && same(&m.step, &ask.asked.step))
                .filter_map(|m| m.sent_at)
                .filter(|at| *at > facts.as_of)
                .min()
        {
            *until = until.and(Until(next));
        }
        let message = meant(&ask, facts)?;
        let sent = message.sent_at?;
        if sent > facts.as_of {
            *until = until.and(Until(sent));
            return None;
        }
        let counts = |at: Instant| ask.within.is_none_or(|w| at <= sent.plus(w));
        let came = first(ask.asked.feedback, message);
        match came {
            Some(at) if at <= facts.as_of => return Some(counts(at)),
            Some(at) => *until = until.and(Until(at)),
            None => {}
        }
        let settled = ask.settled.map_or(Instant::MAX, |s| sent.plus(s));
        let covered = covered(ask.asked.feedback, message).filter(|until| *until >= facts.as_of.min(settled))?;
        if covered < settled {
            *until = until.and(Until(covered.plus(1)));
        }
        Some(false)
    })
}

/// What an explanation shows: what is known of the message, as of the as-of.
pub(in super::super) fn shown(ask: &Ask, facts: &Facts<'_>) -> Option<(&'static str, Instant)> {
    let message = meant(ask, facts)?;
    let past = |at: Option<Instant>| at.filter(|at| *at <= facts.as_of);
    let came = past(first(ask.asked.feedback, message)).map(|at| (ask.asked.feedback.name(), at));
    came.or_else(|| past(message.sent_at).map(|at| ("sent", at)))
}
