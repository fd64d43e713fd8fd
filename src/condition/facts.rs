//! What a condition may look at: one lead as of one instant.

use crate::model::{Calendar, Detail, Details, Dictionary, EnrollmentFact, Event, FollowUp, Instant, MessageFact, Value};

/// One lead (or one event of it) as of one instant. Slices are indexed by the dictionary's indices.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The dictionary that the condition was compiled against.
    pub dictionary: &'a Dictionary,
    /// Local days and working days.
    pub calendar: &'a Calendar,
    /// The instant that is reasoned about. Events after it do not exist.
    pub as_of: Instant,
    /// By [`crate::model::FieldIx`].
    pub lead: &'a [Value],
    /// Undeclared columns: (header, text), as kept.
    pub extra: &'a [(String, String)],
    /// When the lead was created.
    pub created_at: Instant,
    /// The lead's events, ordered by instant (those of one instant in any order). May hold later ones than `as_of`.
    pub events: &'a [Event],
    /// What the events were.
    pub details: &'a Details,
    /// The lead's follow-ups, ordered by instant. May hold later ones than `as_of`.
    pub follow_ups: &'a [FollowUp],
    /// The messages of the lead's journeys on paths, in any order. May tell of later instants than `as_of`.
    pub messages: &'a [MessageFact],
    /// The journey that a path's own condition is asked about.
    pub enrollment: Option<&'a EnrollmentFact>,
    /// The state names of the scope, by their place in `Scope::state`; empty where the scope has none.
    pub state: &'a [Value],
    /// The one event that an event `where` is about.
    pub event: Option<&'a Detail>,
}

impl<'a> Facts<'a> {
    /// Facts without a lead: what a condition sees that asks for none, and what a lead's facts are filled into.
    pub fn nobody(dictionary: &'a Dictionary, calendar: &'a Calendar, as_of: Instant, details: &'a Details) -> Self {
        Self {
            dictionary,
            calendar,
            as_of,
            lead: &[],
            extra: &[],
            created_at: as_of,
            events: &[],
            details,
            follow_ups: &[],
            messages: &[],
            enrollment: None,
            state: &[],
            event: None,
        }
    }
}
