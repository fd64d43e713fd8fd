//! The running timers of promises (承诺), and who held a lead when.
//!
//! A clock is never kept: it is reckoned anew from what is known as of an instant. So a follow-up that is imported late
//! makes of a breach what it truly was, and nothing has to be undone.

use super::{Instant, Within};

/// One stretch during which an owner held a lead. The holds of a lead follow each other and never overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// An owner's id, or a name that the team does not know.
    pub owner: String,
    /// Since when.
    pub from: Instant,
    /// Until it was handed over, returned, reclaimed or rejected; `None` = still held.
    pub until: Option<Instant>,
    /// A file said that they have it. That is no assignment, and starts no clock of `from: assigned`.
    pub told: bool,
}

/// Whose time a clock counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClockKind {
    /// The owner's: it starts at the event, and anew with the next owner.
    Owner,
    /// The lead's (speed to lead): it starts at the act that qualified it, and never again.
    Lead,
}

impl ClockKind {
    /// All, with their names in columns and JSON.
    pub const ALL: [(&'static str, Self); 2] = [("owner", Self::Owner), ("lead", Self::Lead)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, k)| *k == self).map_or("", |(n, _)| n)
    }
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClockStatus {
    /// Not answered, not yet due.
    Running,
    /// Answered in time.
    Met,
    /// Answered after its deadline.
    MetLate,
    /// Past its deadline and not answered.
    Breached,
    /// The lead left the owner before the deadline, unanswered: neither met nor breached.
    Ended,
}

impl ClockStatus {
    /// All, with their names in columns and JSON.
    pub const ALL: [(&'static str, Self); 5] =
        [("running", Self::Running), ("met", Self::Met), ("met_late", Self::MetLate), ("breached", Self::Breached), ("ended", Self::Ended)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }
    /// The status as of an instant. At the deadline itself a promise is still kept.
    pub fn of(due_at: Instant, answered_at: Option<Instant>, ended_at: Option<Instant>, as_of: Instant) -> Self {
        match answered_at {
            Some(at) if at <= due_at => Self::Met,
            Some(_) => Self::MetLate,
            None if ended_at.is_some_and(|at| at <= due_at) => Self::Ended,
            None if as_of > due_at => Self::Breached,
            None => Self::Running,
        }
    }
}

/// One clock of one promise about one lead, as of an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The promise's name.
    pub promise: String,
    /// Whose time it counts.
    pub kind: ClockKind,
    /// Who made the promise; of the lead's clock, nobody.
    pub owner: Option<String>,
    /// How long it may take.
    pub within: Within,
    /// The event that started it, whether or not anyone was at work then.
    pub started_at: Instant,
    /// The last instant at which an answer is in time; [`Instant::MAX`] when the calendar knows none.
    pub due_at: Instant,
    /// When the owner is warned.
    pub warn_at: Option<Instant>,
    /// The first answer that counts.
    pub answered_at: Option<Instant>,
    /// When the lead left the owner; of the lead's clock, when the lead left the line.
    pub ended_at: Option<Instant>,
    /// How it stands.
    pub status: ClockStatus,
}

impl Clock {
    /// Past its limit, unanswered, and the lead still with its owner: what `breached` counts of a colleague.
    pub fn is_open_breach(&self) -> bool {
        self.status == ClockStatus::Breached && self.ended_at.is_none()
    }
}
