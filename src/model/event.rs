//! Something dated that a lead did, or that we or a system did to it.
//!
//! What an event *was* (kind, path, asset, campaign …) repeats endlessly, so it is a [`Detail`], kept once in
//! [`Details`]; the event itself is a lead, an instant and a [`DetailId`].

use super::{Instant, KindId, Value};

/// A detail's place in the [`Details`] that came with the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DetailId(pub u32);

/// One event of one lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// What.
    pub detail: DetailId,
}

/// What happened, apart from who and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The kind as files hold it; [`KindId::OTHER`] when nothing declares it.
    pub kind: KindId,
    /// The kind's canonical id, or its spelling when nothing declares it.
    pub kind_name: std::sync::Arc<str>,
    /// By [`super::EventFieldIx`].
    pub values: Vec<Value>,
    /// Every kind that it counts as: its own, then the derived ones whose `where` it meets.
    pub kinds: Vec<KindId>,
    /// An act of the lead (by: lead, not weak): what `'*'` and `last_event_at` see.
    pub act: bool,
}

/// The details that a set of events refers to. Ids are only good with the table they came with.
#[derive(Clone, Debug, Default)]
pub struct Details(pub Vec<Detail>);

impl Details {
    /// The detail of an event.
    pub fn of(&self, event: &Event) -> &Detail {
        &self.0[event.detail.0 as usize]
    }
}
