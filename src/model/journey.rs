//! Journeys on paths (培育): where an enrollment stands, and what is known of the messages that it brought about.

use super::key::BITS;
use super::{Instant, Message, MessageId, MessageState, Part, stable_hash};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// How a journey stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JourneyState {
    /// The lead matched before the path began, or history brought it: counted, never written to.
    Noted,
    /// Under way.
    Active,
    /// A person stopped it for a while.
    Paused,
    /// Its last step is behind it.
    Finished,
    /// What the path is for was reached.
    Goal,
    /// An exit of the path, or a person, ended it.
    Exited,
    /// A path of higher priority took the lead over.
    Superseded,
}

impl JourneyState {
    /// All, with their stored names.
    pub const ALL: [(&'static str, Self); 7] = [
        ("noted", Self::Noted),
        ("active", Self::Active),
        ("paused", Self::Paused),
        ("finished", Self::Finished),
        ("goal", Self::Goal),
        ("exited", Self::Exited),
        ("superseded", Self::Superseded),
    ];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }
    /// That of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, s)| *s)
    }
    /// Whether the lead is on the path.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Active | Self::Paused)
    }
}

/// One lead's journey on one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrollment {
    /// Its number: a hash of the lead's key, the path and the cause, see [`Enrollment::id_of`].
    pub id: i64,
    /// The path's name.
    pub path: String,
    /// What tells several journeys of one lead on one path apart: the how-manieth, an event, a date.
    pub cause: String,
    /// The text of the path that it obeys, by its number in the base; `None` = noted.
    pub version: Option<i64>,
    /// How it stands.
    pub state: JourneyState,
    /// Only measured: nothing is sent or done.
    pub control: bool,
    /// Since when; of an event or a date, when that was.
    pub entered_at: Instant,
    /// The local date that is its day 1.
    pub day_one: Option<NaiveDate>,
    /// How many steps are behind it.
    pub step: usize,
    /// When the next thing is due; past while it waits for something that no clock brings.
    pub due_at: Option<Instant>,
    /// When the step before really went.
    pub last_at: Option<Instant>,
    /// Since when `hold_while` keeps the next step waiting.
    pub hold_from: Option<Instant>,
    /// Since when the next step, a `wait`, has been waiting.
    pub wait_from: Option<Instant>,
    /// Waits ahead, by their place, that would have been over had they begun when the lead was last looked at.
    pub met: Vec<usize>,
    /// Seconds by which `hold_while` has moved the rest.
    pub held: i64,
    /// The condition by which it entered was seen false since.
    pub lapsed_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Why it ended, or is paused.
    pub why: Option<String>,
}

impl Enrollment {
    /// The number of a journey: the same in every base.
    pub fn id_of(key: &str, path: &str, cause: &str) -> i64 {
        (stable_hash(&[b"journey", key.as_bytes(), path.as_bytes(), cause.as_bytes()]) >> (64 - BITS)) as i64
    }
}

/// What is known of a message that a journey has brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its number.
    pub id: MessageId,
    /// The journey's number.
    pub enrollment: i64,
    /// The step's id.
    pub step: String,
    /// Which message of the step.
    pub part: Part,
    /// How it leaves.
    pub medium: String,
    /// It serves and does not advertise.
    pub service: bool,
    /// How far it has come.
    pub state: MessageState,
    /// It leaves no earlier.
    pub not_before: Instant,
    /// When it left.
    pub sent_at: Option<Instant>,
    /// It is held because its journey is paused.
    pub paused: bool,
}

impl Letter {
    /// What journeys know of a message from the moment it is decided.
    pub fn of(message: &Message) -> Self {
        Self {
            id: message.id,
            enrollment: message.enrollment,
            step: message.step.clone(),
            part: message.part,
            medium: message.medium.clone(),
            service: message.service,
            state: message.state,
            not_before: message.not_before,
            sent_at: message.sent_at,
            paused: false,
        }
    }
    /// Whether it may still leave on its own.
    pub fn waits(&self) -> bool {
        matches!(self.state, MessageState::Queued | MessageState::Deferred)
    }
    /// When the lead hears from us by it; `None` = it never will, as things are.
    pub fn heard_at(&self, as_of: Instant) -> Option<Instant> {
        match self.state {
            MessageState::Sent | MessageState::Sending | MessageState::Unknown => Some(self.sent_at.unwrap_or(self.not_before)),
            MessageState::Queued | MessageState::Deferred => Some(self.not_before.max(as_of)),
            _ => None,
        }
    }
}

/// Everything that is known of one lead's journeys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journeys {
    /// Oldest first.
    pub enrollments: Vec<Enrollment>,
    /// In any order.
    pub letters: Vec<Letter>,
    /// The arm of each experiment that the lead was exposed to.
    pub arms: BTreeMap<String, String>,
}
