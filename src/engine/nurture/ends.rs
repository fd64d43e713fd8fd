//! What ends a journey early: an exit, the goal, a stronger path, a path that is gone.

use super::Look;
use crate::condition::Facts;
use crate::model::{Enrollment, EnrollmentFact, Instant, JourneyState, Letter, MessageState, Value};
use crate::rules::nurture::Path;

impl<'a> Look<'a> {
    /// The journey as its path's conditions are asked about it.
    pub(super) fn fact(&self, e: &Enrollment) -> EnrollmentFact {
        let (lifecycle, standing) = (&self.seen.sop.lifecycle, self.seen.standing);
        let since = |at: Instant| at > e.entered_at;
        let told = self.seen.entered.iter().filter(|(at, _)| since(*at)).map(|(_, stage)| stage);
        let first = standing.reached.iter().filter(|(_, at)| since(**at)).map(|(stage, _)| stage);
        let here = standing.stage.iter().filter(|_| standing.stage_at.is_some_and(since));
        let furthest = told.chain(first).chain(here).filter_map(|id| lifecycle.place(id)).max();
        let reached = lifecycle.stages.iter().take(furthest.map_or(0, |place| place + 1)).map(|s| s.id.as_str().into()).collect();
        EnrollmentFact { id: e.id, reached: Value::List(reached) }
    }

    /// The first exit of a path that holds now.
    pub(super) fn exit(&mut self, path: &'a Path, fact: &EnrollmentFact) -> Option<String> {
        let facts = Facts { enrollment: Some(fact), ..*self.seen.facts };
        path.exits.iter().find(|exit| self.holds(&exit.when, &facts) == Some(true)).map(|exit| exit.reason.clone())
    }

    /// Whether a path's goal is reached now.
    pub(super) fn is_reached(&mut self, path: &'a Path, fact: &EnrollmentFact) -> bool {
        let facts = Facts { enrollment: Some(fact), ..*self.seen.facts };
        path.goal.as_ref().is_some_and(|goal| self.holds(goal, &facts) == Some(true))
    }

    /// Exits, then goals, of every journey under way.
    pub(super) fn end_some(&mut self) {
        let open: Vec<Enrollment> = self.journeys.enrollments.iter().filter(|e| e.state.is_open()).cloned().collect();
        for e in open {
            let Some(path) = self.path_of(&e) else {
                self.out.orphaned += 1;
                self.end(e, JourneyState::Exited, "the path is no longer in sops/nurture".to_owned());
                continue;
            };
            let fact = self.fact(&e);
            if let Some(reason) = self.exit(path, &fact) {
                self.end(e, JourneyState::Exited, reason);
            } else if self.is_reached(path, &fact) {
                let why = path.goal.as_ref().map_or_else(String::new, |g| g.text().to_owned());
                self.end(e, JourneyState::Goal, why);
            }
        }
    }

    /// Ends a journey now. What has not left yet does not leave.
    pub(super) fn end(&mut self, mut e: Enrollment, state: JourneyState, why: String) {
        let as_of = self.as_of();
        let from = e.state.name();
        (e.state, e.why, e.ended_at, e.due_at) = (state, Some(why.clone()), Some(as_of), None);
        (e.hold_from, e.wait_from) = (None, None);
        e.met.clear();
        let told = format!("{}: {why}", state.name());
        self.restate(e.id, |l| l.waits() || l.state == MessageState::Held, MessageState::Cancelled, Some(&told));
        self.tell(&e, Some(from), why);
        self.put(e);
    }

    /// Puts messages of a journey into another state. What this very look has decided is changed where it stands.
    pub(super) fn restate(&mut self, id: i64, which: impl Fn(&Letter) -> bool, state: MessageState, why: Option<&str>) {
        for letter in self.journeys.letters.iter_mut().filter(|l| l.enrollment == id && which(l)) {
            letter.state = state;
            match self.out.messages.iter_mut().find(|m| m.id == letter.id) {
                Some(new) => (new.state, new.reason) = (state, why.map(str::to_owned)),
                None => self.out.restated.push((letter.id, state, why.map(str::to_owned))),
            }
        }
    }
}
