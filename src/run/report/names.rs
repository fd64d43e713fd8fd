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

/// The same names in the order of the details' numbers, for a pass over all events: looking there is one step.
pub(super) fn by_detail(known: &FxHashMap<u32, Arc<str>>) -> Vec<Option<&str>> {
    let mut all: Vec<Option<&str>> = vec![None; known.keys().max().map_or(0, |last| *last as usize + 1)];
    for (id, name) in known {
        if let Some(place) = all.get_mut(*id as usize) {
            *place = Some(name);
        }
    }
    all
}

/// What counts as a touch, by the number of its detail: events of kinds that count and that say by which channel (or campaign) they came.
pub(super) fn touches(reading: &Reading<'_>, names: &mut Names<'_>, field: &str) -> Result<FxHashMap<u32, Arc<str>>, RunError> {
    let (sop, dictionary) = (reading.sop(), &reading.sop().dictionary);
    let by_id = dictionary.event_fields.iter().position(|f| f.id == field);
    let by_type = || dictionary.event_fields.iter().position(|f| f.ty == FieldType::Channel).filter(|_| field == "channel");
    let Some(place) = by_id.or_else(by_type).map(EventFieldIx) else { return Ok(FxHashMap::default()) };
    let counts = |detail: &Detail| detail.kinds.iter().any(|k| dictionary.kind(*k).is_some_and(|def| def.touch));
    let (mut all, mut one) = (FxHashMap::default(), Details::default());
    reading.store.each_detail(reading.columns, |(id, kind, values)| {
        if !matches!(values.get(place.0), Some(Value::Text(_))) {
            return;
        }
        one.0.clear();
        one.0.push(Detail { kind: dictionary.kind_of(&kind).unwrap_or(KindId::OTHER), kind_name: kind.into(), values, kinds: Vec::new(), act: false });
        classify(sop, &mut one);
        for detail in one.0.iter().filter(|d| counts(d)) {
            all.extend(detail.values.get(place.0).and_then(Value::as_text).map(|text| (id, names.of(text))));
        }
    })?;
    Ok(all)
}
