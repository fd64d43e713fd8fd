//! Journeys of one lead on paths (培育): who enters, what is due, what ends it. Pure: the lead as it stands and its journeys in,
//! everything that is to be recorded, written and done out.
//!
//! In this order: exits, goals, enrollments, then the steps that are due. Laws: a second look at the same instant does nothing; a step
//! has at most one message of each part; a step is due no earlier than the one before really went plus their designed distance; a lead
//! is on at most one exclusive path; of the control group nothing is sent or done.

mod by_hand;
mod choose;
mod due;
mod ends;
mod enroll;
mod fallback;
mod gates;
mod occasion;
mod post;
mod steps;
mod walk;

pub use by_hand::{Act, act, silent};
pub use choose::{arm_of, is_control};
pub use due::{apart, opens};
pub use gates::{Gate, Verdict, address, consents, gate, reachable};
pub use walk::look;

use crate::condition::Facts;
use crate::model::{Change, Enrollment, Instant, Journeys, Key, LeadId, Letter, Message, MessageId, MessageState, Standing, Suppressed, Until, What};
use crate::rules::Sop;
use crate::rules::nurture::{Path, SetField};
use std::collections::BTreeMap;

/// When a path of this base began, as far as that decides who is history to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begin {
    /// Whoever matches now matched before: they are noted, not enrolled.
    pub note: bool,
    /// Events up to here are history.
    pub since: Instant,
    /// The number of the path's present text in the base.
    pub version: Option<i64>,
}

/// One lead as journeys see it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The rules.
    pub sop: &'a Sop,
    /// The lead, its state filled in.
    pub facts: &'a Facts<'a>,
    /// Its number.
    pub lead: LeadId,
    /// Its key.
    pub key: Key,
    /// Its stage and owner.
    pub standing: &'a Standing,
    /// Every stage that it entered, with the instant, in any order.
    pub entered: &'a [(Instant, String)],
    /// Addresses that must not be written to.
    pub closed: &'a Suppressed,
    /// By the path's place in `Sop::paths`.
    pub begins: &'a [Begin],
    /// Older texts of paths that journeys obey, by their number in the base; all others obey the present one.
    pub pinned: &'a BTreeMap<i64, Path>,
}

/// Work for a colleague.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The path's name.
    pub path: String,
    /// What tells the journey apart.
    pub cause: String,
    /// The step's id.
    pub step: String,
    /// What is to be done.
    pub text: String,
    /// The colleague's id; `None` = there is nobody.
    pub to: Option<String>,
}

/// What a step does to the lead itself. The lead is looked at anew after it.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Fields are set.
    Set(Vec<SetField>),
    /// It goes to a stage or detour.
    Move(String),
}

/// What a look at a lead came to.
#[derive(Debug, Default)]
pub struct Looked {
    /// Journeys that are new or differ, whole.
    pub enrollments: Vec<Enrollment>,
    /// New messages, still without subject and text; those that do not leave say why.
    pub messages: Vec<Message>,
    /// Earlier messages that are in another state now, and why.
    pub restated: Vec<(MessageId, MessageState, Option<String>)>,
    /// Work for colleagues.
    pub tasks: Vec<Task>,
    /// What is done to the lead, with the path and step that do it.
    pub deeds: Vec<(Deed, String)>,
    /// Experiments that the lead is in from now on, and its arm.
    pub exposures: Vec<(String, String)>,
    /// How journeys changed.
    pub changes: Vec<Change>,
    /// When time alone could next call for something.
    pub until: Option<Until>,
    /// Journeys whose path could no longer be found: they are over.
    pub orphaned: usize,
}

impl Looked {
    /// Keeps what was decided where no base does: a case's lead, and worlds of tests. The next look goes on from there.
    pub fn apply(&self, journeys: &mut Journeys, messages: &mut Vec<Message>) {
        for e in &self.enrollments {
            match journeys.enrollments.iter_mut().find(|known| known.id == e.id) {
                Some(known) => known.clone_from(e),
                None => journeys.enrollments.push(e.clone()),
            }
        }
        for (id, state, why) in &self.restated {
            journeys.letters.iter_mut().filter(|l| l.id == *id).for_each(|l| l.state = *state);
            messages.iter_mut().filter(|m| m.id == *id).for_each(|m| (m.state, m.reason) = (*state, why.clone()));
        }
        journeys.letters.extend(self.messages.iter().map(Letter::of));
        messages.extend(self.messages.iter().cloned());
        journeys.arms.extend(self.exposures.iter().cloned());
    }
}

/// A look on its way: the journeys as they are so far, and what is to be told of them.
struct Look<'a> {
    seen: &'a Seen<'a>,
    journeys: Journeys,
    out: Looked,
    until: Until,
}

impl<'a> Look<'a> {
    fn as_of(&self) -> Instant {
        self.seen.facts.as_of
    }

    /// A fact about now; when it could change is remembered.
    fn holds(&mut self, condition: &crate::condition::Condition, facts: &Facts<'_>) -> Option<bool> {
        let (value, until) = condition.test(facts);
        self.until = self.until.and(until);
        value
    }

    fn again_at(&mut self, at: Instant) {
        if at > self.as_of() {
            self.until = self.until.and(Until(at));
        }
    }

    /// The path that a journey obeys.
    fn path_of(&self, e: &Enrollment) -> Option<&'a Path> {
        let seen: &'a Seen<'a> = self.seen;
        seen.sop.path(&e.path).map(|present| e.version.and_then(|v| seen.pinned.get(&v)).unwrap_or(present))
    }

    /// Keeps a journey as it is now.
    fn put(&mut self, e: Enrollment) {
        match self.journeys.enrollments.iter_mut().find(|known| known.id == e.id) {
            Some(known) if *known == e => return,
            Some(known) => *known = e.clone(),
            None => self.journeys.enrollments.push(e.clone()),
        }
        match self.out.enrollments.iter_mut().find(|known| known.id == e.id) {
            Some(known) => *known = e,
            None => self.out.enrollments.push(e),
        }
    }

    /// Records that a journey is in another state.
    fn tell(&mut self, e: &Enrollment, from: Option<&str>, why: String) {
        let at = self.as_of();
        let to = Some(e.state.name().to_owned());
        self.out.changes.push(Change { lead: self.seen.lead, what: What::Enrollment(e.path.clone()), at, from: from.map(str::to_owned), to, why });
    }

    /// A message is decided: it takes its place among the others.
    fn post(&mut self, message: Message) {
        self.journeys.letters.push(Letter::of(&message));
        self.out.messages.push(message);
    }
}
