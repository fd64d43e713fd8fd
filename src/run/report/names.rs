//! What rows are called: one channel has one name, however files spell it.

use super::Reading;
use crate::engine::events::classify;
use crate::model::{Detail, Details, Dictionary, EventFieldIx, FieldType, KindId, Value, fold};
use crate::run::RunError;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Costs that belong to no row of their own.
pub(super) const SHARED_COST: &str = "(shared cost)";
/// Leads without a channel, and deals that no channel touched.
pub(super) const NO_CHANNEL: &str = "(no channel)";
/// Deals whose touches are all older than the look-back.
pub(super) const BEFORE_LOOKBACK: &str = "(before lookback)";

/// What a lead, a deal or a cost is called where it has no name.
pub(super) fn nameless(by: &str) -> &'static str {
    match by {
        "campaign" => "(no campaign)",
        "owner" => "(no owner)",
        "month" => "(no date)",
        "region" => "(no region)",
        "product" => "(no product)",
        _ => NO_CHANNEL,
    }
}

/// Names of channels and other texts, each in one spelling.
pub(super) struct Names<'a> {
    dictionary: &'a Dictionary,
    channels: bool,
    known: FxHashMap<String, Arc<str>>,
    folded: FxHashMap<String, Arc<str>>,
}

impl<'a> Names<'a> {
    /// Of channels, or of texts that no dictionary knows.
    pub(super) fn new(dictionary: &'a Dictionary, channels: bool) -> Self {
        Self { dictionary, channels, known: FxHashMap::default(), folded: FxHashMap::default() }
    }
    /// The one name of a text: the channel's id, else the spelling that was met first.
    pub(super) fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let channel = self.dictionary.channel_of(text).filter(|_| self.channels);
        let name = match channel {
            Some(channel) => channel.id.as_str().into(),
            None => Arc::clone(self.folded.entry(fold(text).into_owned()).or_insert_with(|| text.trim().into())),
        };
        self.known.insert(text.to_owned(), Arc::clone(&name));
        name
    }
}

/// What counts as a touch, by the number of its detail: events of kinds that count and that say by which channel (or campaign) they came.
pub(super) fn touches(reading: &Reading<'_>, names: &mut Names<'_>, field: &str) -> Result<FxHashMap<u32, Arc<str>>, RunError> {
    let (sop, dictionary) = (reading.sop(), &reading.sop().dictionary);
    let by_id = dictionary.event_fields.iter().position(|f| f.id == field);
    let by_type = || dictionary.event_fields.iter().position(|f| f.ty == FieldType::Channel).filter(|_| field == "channel");
    let Some(place) = by_id.or_else(by_type).map(EventFieldIx) else { return Ok(FxHashMap::default()) };
    let (mut ids, mut details) = (Vec::new(), Details::default());
    for (id, kind, values) in reading.store.details(reading.columns)? {
        if values.get(place.0).is_some_and(|v| !v.is_null()) {
            let detail = Detail { kind: dictionary.kind_of(&kind).unwrap_or(KindId::OTHER), kind_name: kind.into(), values, kinds: Vec::new(), act: false };
            ids.push(id);
            details.0.push(detail);
        }
    }
    classify(sop, &mut details);
    let counts = |detail: &Detail| detail.kinds.iter().any(|k| dictionary.kind(*k).is_some_and(|def| def.touch));
    let mut all = FxHashMap::default();
    for (id, detail) in ids.into_iter().zip(&details.0) {
        if let (true, Some(Value::Text(text))) = (counts(detail), detail.values.get(place.0)) {
            all.insert(id, names.of(text));
        }
    }
    Ok(all)
}
