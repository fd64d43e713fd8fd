//! What conditions ask about messages: when a step's message left, what came back, and until when that is known.

use super::{FeedbackKind, Instant, Value};
use std::collections::BTreeMap;

/// The message of one step of one enrollment (of several variants, the one that was sent; a fallback belongs to its step and is not asked about).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFact {
    /// The path's name.
    pub path: String,
    /// The step's id.
    pub step: String,
    /// Which journey it belongs to: the number that [`EnrollmentFact::id`] has.
    pub enrollment: i64,
    /// How it left: `email`.
    pub medium: String,
    /// When; `None` = not yet.
    pub sent_at: Option<Instant>,
    /// The first opening known.
    pub opened_at: Option<Instant>,
    /// The first click known.
    pub clicked_at: Option<Instant>,
    /// The first reply known.
    pub replied_at: Option<Instant>,
    /// Until when, at least, everything that came back by this medium has been imported. What has no opening before this instant was not
    /// opened before it; after it, nobody knows.
    pub covered_until: Covered,
}

/// Until when what came back by one medium has been imported, by what it is; `None` = it never was. Whoever imports clicks only knows nothing
/// of openings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Openings.
    pub opens: Option<Instant>,
    /// Clicks.
    pub clicks: Option<Instant>,
    /// Replies.
    pub replies: Option<Instant>,
}

impl Covered {
    /// The same for everything.
    pub fn all(until: Option<Instant>) -> Self {
        Self { opens: until, clicks: until, replies: until }
    }
}

/// Until when each kind of feedback has been imported, by medium.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covers(BTreeMap<String, BTreeMap<&'static str, Instant>>);

impl Covers {
    /// A kind is known up to here.
    pub fn extend(&mut self, medium: &str, kind: FeedbackKind, until: Instant) {
        let known = self.0.entry(medium.to_owned()).or_default().entry(kind.name()).or_insert(until);
        *known = until.max(*known);
    }
    /// Until when a kind is known.
    pub fn until(&self, medium: &str, kind: FeedbackKind) -> Option<Instant> {
        self.0.get(medium)?.get(kind.name()).copied()
    }
    /// What conditions ask about.
    pub fn of(&self, medium: &str) -> Covered {
        let until = |kind| self.until(medium, kind);
        Covered { opens: until(FeedbackKind::Open), clicks: until(FeedbackKind::Click), replies: until(FeedbackKind::Reply) }
    }
}

/// The message of a step, with what came back on it as it was told: a machine's clicks are still among it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// The path's name.
    pub path: String,
    /// The step's id.
    pub step: String,
    /// The journey's number.
    pub enrollment: i64,
    /// How it left.
    pub medium: String,
    /// When; `None` = not yet.
    pub sent_at: Option<Instant>,
    /// Openings, clicks and replies, oldest first.
    pub signs: Vec<Sign>,
}

/// Something that came back on a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// What.
    pub kind: FeedbackKind,
    /// When.
    pub at: Instant,
    /// The link that was followed, where told.
    pub link: Option<String>,
}

/// The journey in which a path's condition is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct EnrollmentFact {
    /// Its number.
    pub id: i64,
    /// The stages at or past which the lead has been since it entered: a list of ids, as `reached(…)` of a path's goal asks it.
    pub reached: Value,
}
