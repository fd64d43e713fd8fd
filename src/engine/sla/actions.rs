//! What is due to be said about clocks: the owner is warned once, a breach is told once. Each dated when it fell due, however late
//! it is seen, so that a tick that did not run loses nothing.

use crate::engine::recipients::resolve;
use crate::model::{Calendar, Clock, ClockKind, ClockStatus, Instant};
use crate::rules::sla::{Promise, Recipient};
use crate::rules::team::Team;
use std::collections::BTreeSet;

/// What is older than this at a base's first tick is history.
const HISTORY: i64 = 7 * 86_400;

/// What is said about a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionKind {
    /// Part of its time has passed: to its owner.
    Warned,
    /// Its deadline has passed: to whom the promise names.
    Breached,
}

impl ActionKind {
    /// All, with their names in columns and JSON.
    pub const ALL: [(&'static str, Self); 2] = [("warned", Self::Warned), ("breached", Self::Breached)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, k)| *k == self).map_or("", |(n, _)| n)
    }
    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, k)| *k)
    }
}

/// Why an action is recorded and nobody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It fell due before `quiet_before`.
    History,
    /// A warning whose clock has been answered, has ended or is past its deadline by now.
    Overtaken,
}

/// What identifies an action among those of one lead: done once ever.
pub type Done = (String, Instant, ActionKind);

/// One action about one clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The promise's name.
    pub promise: String,
    /// What is said.
    pub kind: ActionKind,
    /// The start of the clock.
    pub started_at: Instant,
    /// Whose clock it is.
    pub owner: Option<String>,
    /// When it fell due.
    pub at: Instant,
    /// Who is told: an owner's id; `None` when there is nobody.
    pub to: Option<String>,
    /// `Some`: it is recorded only.
    pub silent: Option<Silence>,
}

impl Action {
    /// What identifies it.
    pub fn done(&self) -> Done {
        (self.promise.clone(), self.started_at, self.kind)
    }
}

/// What decides whom to tell.
#[derive(Clone, Copy)]
pub struct Notice<'a> {
    /// The colleagues.
    pub team: &'a Team,
    /// Local days.
    pub calendar: &'a Calendar,
    /// Who held the lead before its present owner.
    pub last_owner: Option<&'a str>,
    /// The instant that is reasoned about: that of the clocks.
    pub as_of: Instant,
    /// What fell due before is recorded silently; see [`quiet_before`].
    pub quiet_before: Instant,
}

/// What is history at a tick: older than seven days and than the previous tick. So the first tick over an old base tells of the
/// last week only, and a machine that stood still for a month still tells of all that it missed.
pub fn quiet_before(as_of: Instant, last_tick: Option<Instant>) -> Instant {
    let week = as_of.plus(-HISTORY);
    last_tick.map_or(week, |last| last.min(week))
}

/// What is due about the clocks of one lead and not yet `done`, by the instant at which it fell due.
pub fn due_actions(promises: &[Promise], clocks: &[Clock], done: &BTreeSet<Done>, notice: &Notice<'_>) -> Vec<Action> {
    let mut actions: Vec<Action> = clocks
        .iter()
        .filter(|c| c.kind == ClockKind::Owner)
        .flat_map(|c| [(ActionKind::Warned, warned_at(c, notice.as_of)), (ActionKind::Breached, breached_at(c))].map(|(kind, at)| (c, kind, at)))
        .filter_map(|(clock, kind, at)| at.map(|at| action(promises, clock, kind, at, notice)))
        .filter(|a| !done.contains(&a.done()))
        .collect();
    actions.sort_by_key(|a| (a.at, a.kind, a.started_at));
    actions
}

/// When the owner was to be warned: had it not been answered, and did they still hold the lead by then?
fn warned_at(clock: &Clock, as_of: Instant) -> Option<Instant> {
    let at = clock.warn_at.filter(|at| *at <= as_of)?;
    let over = |end: Option<Instant>| end.is_some_and(|end| end <= at);
    (!over(clock.answered_at) && !over(clock.ended_at)).then_some(at)
}

/// When it broke. A late answer does not undo that.
fn breached_at(clock: &Clock) -> Option<Instant> {
    matches!(clock.status, ClockStatus::Breached | ClockStatus::MetLate).then_some(clock.due_at)
}

fn action(promises: &[Promise], clock: &Clock, kind: ActionKind, at: Instant, notice: &Notice<'_>) -> Action {
    let named = promises.iter().find(|p| p.name == clock.promise).map_or(&[][..], |p| p.notify.as_slice());
    let list = if kind == ActionKind::Warned { &[Recipient::Owner][..] } else { named };
    let overtaken = kind == ActionKind::Warned && clock.status != ClockStatus::Running;
    let silent = if at < notice.quiet_before { Some(Silence::History) } else { overtaken.then_some(Silence::Overtaken) };
    Action {
        promise: clock.promise.clone(),
        kind,
        started_at: clock.started_at,
        owner: clock.owner.clone(),
        at,
        to: resolve(list, notice.team, clock.owner.as_deref(), notice.last_owner, notice.calendar.date(notice.as_of)),
        silent,
    }
}
