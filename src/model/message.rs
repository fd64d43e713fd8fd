//! What conditions ask about messages: when a step's message left, what came back, and until when that is known.

use super::{Instant, Value};

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
    /// Until when, at least, everything that came back by this medium has been imported; `None` = nothing ever was. What has no opening
    /// before this instant was not opened before it; after it, nobody knows.
    pub covered_until: Option<Instant>,
}

/// The journey in which a path's condition is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct EnrollmentFact {
    /// Its number.
    pub id: i64,
    /// The stages at or past which the lead has been since it entered: a list of ids, as `reached(…)` of a path's goal asks it.
    pub reached: Value,
}
