//! What events were, each known once: by the bytes of its row first, by its content in the base then.

use super::refusals::No;
use crate::model::{Detail, DetailId, Dictionary, KindId, RunId, Value, stable_hash};
use crate::store::{Columns, Result, Store};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Details that this import has written or found, so that the base is asked once for each.
#[derive(Default)]
pub(super) struct Details {
    /// Touches, by channel and campaign.
    pub(super) touches: FxHashMap<Arc<str>, DetailId>,
    /// Behaviour in columns of leads, by header.
    pub(super) columns: Vec<(String, DetailId)>,
    /// Follow-ups as events, by kind.
    pub(super) follow_ups: Vec<(KindId, DetailId)>,
    /// What came back as events, by kind, content and link.
    pub(super) feedback: FxHashMap<(KindId, Option<String>, Option<String>), DetailId>,
    /// What events that had waited say no to, by their detail.
    pub(super) refusing: FxHashMap<DetailId, Option<No>>,
}

/// The number of a detail in the base; a new one is written.
pub(in crate::run) fn intern(store: &Store, columns: &Columns, dictionary: &Dictionary, detail: &Detail, origin: &str, run: RunId) -> Result<DetailId> {
    let kind = kind_name(dictionary, detail.kind).unwrap_or(&detail.kind_name);
    let texts: Vec<String> = detail.values.iter().map(|v| super::join::value_text(v, &dictionary.currency).unwrap_or_default()).collect();
    let mut parts: Vec<&[u8]> = vec![kind.as_bytes(), origin.as_bytes()];
    parts.extend(texts.iter().map(String::as_bytes));
    store.intern_detail(columns, stable_hash(&parts), kind, origin, &detail.values, run).map(DetailId)
}

/// A detail of a kind whose event fields are blank but for those given by id.
pub(in crate::run) fn detail_of(dictionary: &Dictionary, kind: KindId, fields: &[(&str, Value)]) -> Detail {
    let values = dictionary.event_fields.iter().map(|f| fields.iter().find(|(id, _)| *id == f.id).map_or(Value::Null, |(_, v)| v.clone())).collect();
    let kind_name = kind_name(dictionary, kind).unwrap_or("other").into();
    Detail { kind, kind_name, values, kinds: vec![kind], act: true }
}

fn kind_name(dictionary: &Dictionary, kind: KindId) -> Option<&str> {
    dictionary.kind(kind).map(|k| k.id.as_str())
}
