//! The steps of one journey that are due: held, judged, done. Each step is behind the journey the moment it is decided, whether
//! anything came of it or not, so that nothing is done twice.

use super::due::{due, opens, overdue, really};
use super::{Deed, Look, Task};
use crate::condition::{Condition, Facts};
use crate::engine::recipients::resolve;
use crate::model::{Duration, Enrollment, EnrollmentFact, Instant, JourneyState, Until};
use crate::rules::nurture::{Path, Step, What};

/// What became of a step.
enum Done {
    /// It is behind the journey, and went at this instant.
    Went(Instant),
    /// It waits.
    Waits,
    /// It changed the lead itself, which must be looked at anew before anything else.
    Changed(Instant),
}

impl<'a> Look<'a> {
    /// Does what is due on a journey.
    pub(super) fn go_on(&mut self, id: i64) {
        let Some(mut e) = self.journeys.enrollments.iter().find(|e| e.id == id).cloned() else { return };
        let Some(path) = self.path_of(&e) else { return };
        let fact = self.fact(&e);
        let pending = self.fallbacks(path, &e, &fact);
        for _ in 0..=path.steps.len() {
            let real = really(self.seen.sop, path, &e, &self.journeys);
            let planned = due(self.seen.sop, path, &e, real);
            let Some(step) = path.steps.get(e.step) else {
                self.finish(path, e, planned, pending);
                return;
            };
            match self.step(path, step, &mut e, &fact, (planned, real)) {
                Done::Waits => {
                    // What this look has sent may have a second message.
                    self.fallbacks(path, &e, &fact);
                    self.foresee(path, &mut e, &fact);
                    self.put(e);
                    return;
                }
                Done::Changed(at) => {
                    self.pass(path, &mut e, at);
                    return;
                }
                Done::Went(at) => self.pass(path, &mut e, at),
            }
        }
        let real = really(self.seen.sop, path, &e, &self.journeys);
        let planned = due(self.seen.sop, path, &e, real);
        let pending = self.fallbacks(path, &e, &fact);
        self.finish(path, e, planned, pending);
    }

    fn pass(&mut self, path: &Path, e: &mut Enrollment, at: Instant) {
        (e.step, e.last_at, e.hold_from, e.wait_from) = (e.step + 1, Some(at), None, None);
        e.met.retain(|place| *place >= e.step);
        let real = really(self.seen.sop, path, e, &self.journeys);
        e.due_at = Some(due(self.seen.sop, path, e, real));
        self.put(e.clone());
    }

    fn finish(&mut self, path: &'a Path, mut e: Enrollment, at: Instant, pending: bool) {
        if at > self.as_of() || pending {
            e.due_at = Some(at);
            self.again_at(at);
            self.put(e);
            return;
        }
        let from = e.state.name();
        (e.state, e.ended_at, e.due_at) = (JourneyState::Finished, Some(at), None);
        self.tell(&e, Some(from), "its last step is behind it".to_owned());
        self.put(e);
        if let Some(next) = &path.then {
            self.go_over(&path.name, next);
        }
    }

    fn step(&mut self, path: &'a Path, step: &'a Step, e: &mut Enrollment, fact: &EnrollmentFact, (planned, real): (Instant, Option<Instant>)) -> Done {
        let facts = Facts { enrollment: Some(fact), ..*self.seen.facts };
        let begun = e.wait_from.is_some();
        if !begun {
            let at = e.hold_from.unwrap_or_else(|| e.due_at.unwrap_or(planned).max(planned));
            if let Some(later) = self.waits_behind(path, e) {
                e.due_at = Some(at);
                let midnight = self.seen.sop.calendar.start_of(self.seen.sop.calendar.date(later));
                self.again_at(if midnight > self.as_of() { midnight } else { later });
                return Done::Waits;
            }
            if self.needs_no_wait(path, step, &facts, at) {
                return Done::Went(at);
            }
            if let Some(ripe) = self.not_yet(step, at, real) {
                e.due_at = Some(at);
                self.again_at(ripe);
                return Done::Waits;
            }
            let Some(at) = self.unheld(path, e, &facts, at) else { return Done::Waits };
            e.due_at = Some(at);
            if let Some(when) = &step.when
                && self.holds(when, &facts) != Some(true)
            {
                self.leave_out(path, step, e, at, format!("if: {}", when.explain(&facts).summary()));
                return Done::Went(at);
            }
            if let What::Wait { .. } = step.what {
                e.wait_from = Some(at);
            }
        }
        let at = e.wait_from.or(e.due_at).unwrap_or(planned);
        let late = self.late(path, at);
        match &step.what {
            What::Wait { until, max } => self.wait(e, until.test(&facts), (at, *max), begun),
            What::Send(send) => Done::Went(self.send(path, step, send, e, at, &facts)),
            _ if e.control => Done::Went(at),
            _ if late.is_some() => Done::Went(at),
            What::Task { text, to } => {
                let (standing, sop) = (self.seen.standing, self.seen.sop);
                let day = sop.calendar.date(self.as_of());
                let to = resolve(to, &sop.team, standing.owner.as_deref(), standing.last_owner.as_deref(), day);
                let (path, cause, step) = (path.name.clone(), e.cause.clone(), step.id.clone());
                self.out.tasks.push(Task { path, cause, step, text: text.clone(), to });
                Done::Went(self.went(at))
            }
            What::Set(fields) => self.deed(Deed::Set(fields.clone()), path, step, at),
            What::Move(stage) => self.deed(Deed::Move(stage.clone()), path, step, at),
        }
    }

    fn deed(&mut self, deed: Deed, path: &Path, step: &Step, at: Instant) -> Done {
        self.out.deeds.push((deed, format!("{}/{}", path.name, step.id)));
        Done::Changed(self.went(at))
    }

    /// When something that was due at an instant counts as done. What one tick a day comes to late for is on time: a later step keeps its
    /// day, whether cron runs every half hour or every morning.
    fn went(&self, at: Instant) -> Instant {
        at.max(self.as_of().plus(-86_400))
    }

    /// When a step that is not to be done yet can be. A message is decided on its day, so that it can wait for its hour in the outbox;
    /// but not before the one ahead of it has gone.
    fn not_yet(&self, step: &Step, at: Instant, real: Option<Instant>) -> Option<Instant> {
        if at <= self.as_of() {
            return None;
        }
        let calendar = &self.seen.sop.calendar;
        let day = calendar.start_of(calendar.date(at)).max(real.unwrap_or(Instant(i64::MIN))).min(at);
        match step.what {
            What::Send(_) => (day > self.as_of()).then_some(day),
            // On its day it may turn out that there is nothing to wait for.
            What::Wait { .. } if day > self.as_of() => Some(day),
            _ => Some(at),
        }
    }

    /// Remembers which waits ahead would be over if they began now: one tick a day comes by when a wait should long have begun, and must
    /// tell what was there at that instant from what came the night after.
    fn foresee(&mut self, path: &Path, e: &mut Enrollment, fact: &EnrollmentFact) {
        let facts = Facts { enrollment: Some(fact), ..*self.seen.facts };
        let ahead = path.steps.iter().enumerate().skip(e.step + usize::from(e.wait_from.is_some()));
        let waits = ahead.filter_map(|(place, step)| if let What::Wait { until, .. } = &step.what { Some((place, until)) } else { None });
        e.met = waits.filter(|(_, until)| self.holds(until, &facts) == Some(true)).map(|(place, _)| place).collect();
    }

    /// Whether what a wait of later today is to wait for is here already. One tick in the morning must not take the evening's news for
    /// something that was there when the wait began, only because it came by before and after, but not in between.
    fn needs_no_wait(&self, path: &Path, step: &Step, facts: &Facts<'_>, at: Instant) -> bool {
        let (calendar, as_of) = (&self.seen.sop.calendar, self.as_of());
        let later_today = at > as_of && calendar.date(at) == calendar.date(as_of);
        let holds = |c: &Condition| c.test(facts).0 == Some(true);
        later_today && step.when.is_none() && matches!(&step.what, What::Wait { until, .. } if holds(until)) && !path.hold_while.as_ref().is_some_and(holds)
    }

    /// The earliest instant at which a step could be due whose message ahead is still in the outbox: as if that left now. Two messages
    /// must not come to lie there side by side, to leave together.
    fn waits_behind(&self, path: &Path, e: &Enrollment) -> Option<Instant> {
        let as_of = self.as_of();
        overdue(path, e, &self.journeys, as_of)?;
        Some(due(self.seen.sop, path, e, Some(as_of))).filter(|later| *later > as_of)
    }

    /// When the step is due once nothing holds it; `None` while `hold_while` does. A hold moves the due instant and is not lateness.
    fn unheld(&mut self, path: &Path, e: &mut Enrollment, facts: &Facts<'_>, at: Instant) -> Option<Instant> {
        let as_of = self.as_of();
        let (held, until) = path.hold_while.as_ref().map_or((None, Until::NEVER), |hold| hold.test(facts));
        if held == Some(true) {
            e.hold_from = Some(at);
            e.due_at = Some(until.0).filter(|at| *at != Instant::MAX);
            self.until = self.until.and(until);
            return None;
        }
        let Some(from) = e.hold_from.take() else { return Some(at) };
        // It ended when the clock said so, or with the news that made this look.
        let ended = e.due_at.filter(|at| *at <= as_of && *at >= from).unwrap_or(as_of).max(from);
        e.held = e.held.saturating_add(ended.0 - from.0);
        Some(ended)
    }

    fn wait(&mut self, e: &mut Enrollment, (met, until): (Option<bool>, Until), (from, max): (Instant, Duration), begun: bool) -> Done {
        let (as_of, limit) = (self.as_of(), from.plus(max.0));
        if met == Some(true) {
            // When the clock said so, or with the news that made this look.
            let noticed = e.due_at.filter(|at| begun && *at <= as_of && *at > from).unwrap_or(as_of);
            let was_there = !begun && e.met.contains(&e.step);
            return Done::Went(if was_there { from } else { noticed.min(limit).max(from) });
        }
        if as_of >= limit {
            return Done::Went(limit);
        }
        e.due_at = Some(until.0.min(limit));
        self.again_at(until.0.min(limit));
        Done::Waits
    }

    /// By how much a step that was due at an instant is too late now.
    fn late(&self, path: &Path, at: Instant) -> Option<Duration> {
        let late = Duration(self.as_of().0.saturating_sub(at.0));
        path.late_max.filter(|max| late > *max).map(|_| late)
    }

    /// The same of a message: counted from the opening that it missed.
    pub(super) fn late_for(&self, path: &Path, medium: &crate::rules::delivery::Medium, at: Instant) -> Option<Duration> {
        let calendar = &self.seen.sop.calendar;
        let (proper, now) = (opens(calendar, medium, at), opens(calendar, medium, at.max(self.as_of())));
        let late = Duration(now.0.saturating_sub(proper.0));
        path.late_max.filter(|max| late > *max).map(|_| late)
    }
}
