//! Second messages: judged `after` the first was *sent*, gone by `by` or never, and never where nobody knows whether the first was
//! noticed.

use super::Look;
use crate::condition::Facts;
use crate::model::{Enrollment, EnrollmentFact, Instant, Message, MessageState, Part};
use crate::rules::nurture::{Fallback, Path, Step, What};

/// A first message that never left is waited for so long where the path says nothing.
const GIVEN_UP: i64 = 30 * 86_400;

impl<'a> Look<'a> {
    /// Decides the second messages that are due. True while one may still come.
    pub(super) fn fallbacks(&mut self, path: &'a Path, e: &Enrollment, fact: &EnrollmentFact) -> bool {
        let mut pending = false;
        for step in path.steps.iter().take(e.step) {
            if let What::Send(send) = &step.what
                && let Some(fallback) = &send.fallback
            {
                pending |= self.fallback(path, step, fallback, e, fact);
            }
        }
        pending
    }

    fn fallback(&mut self, path: &'a Path, step: &Step, fallback: &'a Fallback, e: &Enrollment, fact: &EnrollmentFact) -> bool {
        let of = |part| move |l: &&crate::model::Letter| l.enrollment == e.id && l.step == step.id && l.part == part;
        let letters = &self.journeys.letters;
        let Some(main) = letters.iter().find(of(Part::Main)).cloned() else { return false };
        if letters.iter().any(|l| of(Part::Fallback)(&l)) {
            return false;
        }
        let as_of = self.as_of();
        let sent = match main.state {
            MessageState::Sent => main.sent_at.unwrap_or(main.not_before),
            MessageState::Queued | MessageState::Deferred | MessageState::Sending | MessageState::Unknown => {
                let patience = fallback.by.or(path.late_max).map_or(GIVEN_UP, |d| d.0);
                // Whenever it leaves from now on, its second one is due no earlier than this.
                self.again_at(main.not_before.max(as_of).plus(fallback.after.0));
                return as_of <= main.not_before.plus(patience);
            }
            _ => return false,
        };
        let due = sent.plus(fallback.after.0);
        if due > as_of {
            self.again_at(due);
            return true;
        }
        let limit = fallback.by.map(|by| sent.plus(by.0)).or(path.late_max.map(|late| due.plus(late.0)));
        let over = limit.is_none_or(|limit| as_of >= limit);
        let facts = Facts { enrollment: Some(fact), ..*self.seen.facts };
        let held = path.hold_while.as_ref().is_some_and(|hold| self.holds(hold, &facts) == Some(true));
        let met = self.holds(&fallback.when, &facts);
        let why = match met {
            Some(false) => format!("not needed: {}", fallback.when.explain(&facts).summary()),
            Some(true) if !held => return self.second(path, step, fallback, e, (due, limit), &facts),
            _ if !over => {
                limit.into_iter().for_each(|limit| self.again_at(limit));
                return true;
            }
            Some(true) => "sales was talking to the lead".to_owned(),
            None => "no feedback data".to_owned(),
        };
        let draft = self.draft(path, step, e, (Part::Fallback, &fallback.medium), due);
        self.post(Message { reason: Some(why), ..draft });
        false
    }

    /// Sends it. It is decided.
    fn second(
        &mut self,
        path: &'a Path,
        step: &Step,
        fallback: &'a Fallback,
        e: &Enrollment,
        (due, not_after): (Instant, Option<Instant>),
        facts: &Facts<'_>,
    ) -> bool {
        let draft = Message { not_after, ..self.draft(path, step, e, (Part::Fallback, &fallback.medium), due) };
        let medium = self.seen.sop.delivery.medium(&fallback.medium);
        match (self.chosen(&fallback.text, facts), medium) {
            (Some(content), Some(medium)) => {
                let ready = due.max(self.as_of());
                self.through(Message { content: Some(content.to_owned()), ..draft }, medium, ready);
            }
            _ => self.post(Message { reason: Some("no content is for this lead".to_owned()), ..draft }),
        }
        false
    }
}
