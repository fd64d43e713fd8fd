//! Promises (承诺): the clocks of one lead, and what is due to be said about them. Pure: facts in, clocks out.
//!
//! A clock's status is derived from the facts as of one instant and from nothing else; what was *done* about it (a warning,
//! a breach that was told) is recorded by whoever calls, and handed back in so that each is done once ever.
//!
//! - The **owner's clock** of `from: assigned` starts with each assignment. That of `from: {stage: s}` starts when the lead enters
//!   `s` for whoever holds it then, and anew for whoever gets it next while it stays there and nobody has answered yet.
//!   It ends when the lead leaves the owner, not when it leaves the stage.
//! - The **lead's clock** starts at the act that qualified the lead and never again, whoever holds it; of a stage's promise,
//!   once the lead has been at that stage. It ends when the lead leaves the line for a detour. It is measured; nobody is
//!   warned or told, for whom would it be a promise of?

mod actions;
mod answers;

pub use actions::{Action, ActionKind, Done, Notice, Silence, due_actions, quiet_before};

use crate::condition::Facts;
use crate::model::{Clock, ClockKind, ClockStatus, FollowUp, Hold, Instant, Until, Verdict};
use crate::rules::Sop;
use crate::rules::sla::{Promise, Start};
use answers::Answers;

/// What happened to one lead, in order of time. May hold later facts than the as-of: they do not exist yet.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// Who held it.
    pub holds: &'a [Hold],
    /// Each stage and detour that it entered. Stages that it skipped are none of these.
    pub entered: &'a [(Instant, String)],
    /// What sales made of it: the verdicts that took effect.
    pub verdicts: &'a [Verdict],
    /// Every logged contact.
    pub follow_ups: &'a [FollowUp],
    /// The act that qualified it for the first time.
    pub qualified_by: Option<Instant>,
}

/// The clocks of one lead as of one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// By promise in the file's order, then the owners' by start, then the lead's.
    pub clocks: Vec<Clock>,
    /// When time alone could next change one of them, or call for an action.
    pub until: Until,
}

/// Reckons every clock of a lead. `facts` are the lead's as of now with its state filled in; `when` is judged on them.
pub fn clocks(sop: &Sop, facts: &Facts<'_>, history: &History<'_>) -> Clocks {
    let mut found = Clocks { clocks: Vec::new(), until: history.next_after(facts.as_of) };
    for promise in &sop.promises {
        if let Some(when) = &promise.when {
            let (value, until) = when.test(facts);
            found.until = found.until.and(until);
            if value != Some(true) {
                continue;
            }
        }
        let look = Look { sop, facts, history, promise, answers: Answers::of(promise, history, facts.as_of) };
        found.clocks.extend(look.owners());
        found.clocks.extend(look.lead());
    }
    for clock in found.clocks.iter().filter(|c| c.status == ClockStatus::Running) {
        // At the deadline the promise is still kept: it breaks a second later.
        for at in clock.warn_at.into_iter().chain([clock.due_at.plus(1)]).filter(|at| *at > facts.as_of) {
            found.until = found.until.and(Until(at));
        }
    }
    found
}

impl History<'_> {
    /// When the first fact that does not exist yet comes to exist.
    fn next_after(&self, as_of: Instant) -> Until {
        let holds = self.holds.iter().flat_map(|h| [Some(h.from), h.until]).flatten();
        let all = holds.chain(self.entered.iter().map(|(at, _)| *at)).chain(self.verdicts.iter().map(|v| v.at));
        let all = all.chain(self.follow_ups.iter().map(|f| f.at)).chain(self.qualified_by);
        all.filter(|at| *at > as_of).min().map_or(Until::NEVER, Until)
    }
}

/// One promise about one lead.
struct Look<'a> {
    sop: &'a Sop,
    facts: &'a Facts<'a>,
    history: &'a History<'a>,
    promise: &'a Promise,
    answers: Answers<'a>,
}

impl<'a> Look<'a> {
    fn exists(&self, at: Instant) -> bool {
        at <= self.facts.as_of
    }

    /// The holds that exist; one that has no length held nothing.
    fn holds(&self) -> impl Iterator<Item = &'a Hold> {
        let as_of = self.facts.as_of;
        self.history.holds.iter().filter(move |h| h.from <= as_of && h.until != Some(h.from))
    }

    fn owners(&self) -> Vec<Clock> {
        let starts = match &self.promise.from {
            Start::Assigned => self.holds().filter(|h| !h.told).map(|h| (h.from, h)).collect(),
            Start::Stage(stage) => self.stays(stage).into_iter().flat_map(|(from, until)| self.holds_of_stay(from, until)).collect::<Vec<_>>(),
        };
        let mut clocks: Vec<(&Hold, Clock)> = Vec::new();
        for (start, hold) in starts {
            // Whoever leaves a stage and comes back to it while the owner's time still runs is promised nothing twice.
            let runs_yet = |c: &Clock| c.due_at >= start && c.answered_at.is_none_or(|at| at >= start);
            if clocks.iter().any(|(of, c)| std::ptr::eq(*of, hold) && runs_yet(c)) {
                continue;
            }
            let ended = hold.until.filter(|at| self.exists(*at));
            let answered = self.answers.first_of_hold(hold, start);
            clocks.push((hold, self.clock(ClockKind::Owner, Some(&hold.owner), start, answered, ended)));
        }
        clocks.into_iter().map(|(_, clock)| clock).collect()
    }

    /// When the lead was at a stage: from entering it to entering another place.
    fn stays(&self, stage: &str) -> Vec<(Instant, Instant)> {
        let entered: Vec<&(Instant, String)> = self.history.entered.iter().filter(|(at, _)| self.exists(*at)).collect();
        let mut stays: Vec<(Instant, Instant)> = Vec::new();
        let mut inside = false;
        for (at, place) in entered {
            match stays.last_mut() {
                Some((_, until)) if inside && place != stage => *until = *at,
                _ if !inside && place == stage => stays.push((*at, Instant::MAX)),
                _ => {}
            }
            inside = place == stage;
        }
        stays.retain(|(from, until)| from < until); // one that it only passed through is none
        stays
    }

    /// Whose clocks run in one stay: its holder's, and with each hand-over the next one's, until somebody answers.
    fn holds_of_stay(&self, from: Instant, until: Instant) -> Vec<(Instant, &'a Hold)> {
        let mut running = Vec::new();
        for hold in self.holds().filter(|h| h.from < until && h.until.is_none_or(|end| end > from)) {
            let start = hold.from.max(from);
            if self.answers.any_before(from, start) {
                break;
            }
            running.push((start, hold));
        }
        running
    }

    fn lead(&self) -> Option<Clock> {
        let start = self.history.qualified_by.filter(|at| self.exists(*at))?;
        if let Start::Stage(stage) = &self.promise.from {
            self.history.entered.iter().find(|(at, place)| place == stage && self.exists(*at))?;
        }
        let off_the_line = |place: &str| self.sop.lifecycle.detour(place).is_some();
        let ended = self.history.entered.iter().find(|(at, place)| *at >= start && self.exists(*at) && off_the_line(place)).map(|(at, _)| *at);
        let answered = self.answers.first(start).filter(|at| ended.is_none_or(|end| *at <= end));
        Some(self.clock(ClockKind::Lead, None, start, answered, ended))
    }

    fn clock(&self, kind: ClockKind, owner: Option<&str>, start: Instant, answered_at: Option<Instant>, ended_at: Option<Instant>) -> Clock {
        let (promise, calendar) = (self.promise, self.facts.calendar);
        let due_at = calendar.add(start, &promise.within);
        let warned = promise.warn_at.filter(|_| kind == ClockKind::Owner);
        Clock {
            promise: promise.name.clone(),
            kind,
            owner: owner.map(str::to_owned),
            within: promise.within,
            started_at: start,
            due_at,
            warn_at: warned.map(|share| calendar.fraction(start, &promise.within, share)),
            answered_at,
            ended_at,
            status: ClockStatus::of(due_at, answered_at, ended_at, self.facts.as_of),
        }
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
