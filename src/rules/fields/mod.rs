//! fields.yaml → [`Dictionary`]: which fields a lead has, how files name them, what events there are.
//!
//! Without a `leads:` section the built-in fields are the dictionary. With one, exactly the declared fields exist; a declared field with
//! a built-in id keeps its declared type and inherits the built-in spellings that no declaration claims. Event kinds, event fields and
//! channels are the built-in ones and the declared ones; a declaration replaces the built-in one of its id.

mod events;
mod leads;
mod lists;

pub(super) use events::{DerivedText, kind_id};
pub(super) use leads::is_reserved;

use super::builtin;
use super::reader::Reader;
use super::yaml::Node;
use crate::diag::Code;
use crate::model::{Currency, DateOrder, Dictionary, Table, fold};

/// The keys of fields.yaml.
pub(super) const KEYS: &[&str] = &[
    "review_by",
    "currency",
    "leads",
    "identity",
    "on_conflict",
    "blank",
    "lists",
    "channels",
    "event_kinds",
    "events_in",
    "events",
    "bot_filter",
    "costs",
    "deals",
    "payments",
    "stages",
    "feedback",
    "sms_replies",
    "wecom",
    "follow_ups",
];
/// The keys of one lead field.
pub(super) const FIELD_KEYS: &[&str] =
    &["type", "title", "aliases", "values", "match", "range", "plain", "region", "order", "zone", "blank", "on_conflict", "on_bad_value", "master"];
/// The keys of one column of events.
pub(super) const EVENT_COLUMN_KEYS: &[&str] = &["type", "aliases", "order"];
/// The keys of one column of costs, deals …, whose types are fixed.
pub(super) const COLUMN_KEYS: &[&str] = &["aliases", "order", "values"];
/// The keys of one event kind.
pub(super) const KIND_KEYS: &[&str] = &["title", "by", "weak", "touch", "aliases", "from", "where"];
/// The keys of one channel.
pub(super) const CHANNEL_KEYS: &[&str] = &["title", "synonyms", "paid", "marketing"];
/// The keys of one `events_in` column.
pub(super) const EVENTS_IN_KEYS: &[&str] = &["kind", "count", "at"];
/// The keys of `bot_filter`.
pub(super) const BOT_FILTER_KEYS: &[&str] = &["kinds", "links", "within"];

/// Everything that fields.yaml says.
pub(super) struct Fields {
    /// The dictionary, complete.
    pub(super) dictionary: Dictionary,
    /// Derived kinds whose conditions are still text: they are compiled against the whole dictionary.
    pub(super) derived: Vec<DerivedText>,
    /// The columns of the other kinds of files.
    pub(super) tables: Vec<Table>,
}

pub(super) const ORDERS: &[(&str, DateOrder)] = &[("ymd", DateOrder::Ymd), ("dmy", DateOrder::Dmy), ("mdy", DateOrder::Mdy)];

/// The built-in dictionary: what there is without fields.yaml.
pub(super) fn builtin() -> Fields {
    let (fields, headers) = leads::builtin();
    let mut fields = Fields {
        dictionary: Dictionary {
            fields,
            event_fields: events::builtin_fields(),
            event_headers: events::builtin_headers(),
            channels: lists::builtin_channels(),
            blank: builtin::BLANK.iter().map(|b| fold(b).into_owned()).collect(),
            headers,
            ..Dictionary::default()
        },
        derived: Vec::new(),
        tables: lists::builtin_tables(),
    };
    fields.dictionary.identity = leads::default_identity(&fields.dictionary);
    events::add_builtin_kinds(&mut fields);
    fields
}

/// Reads fields.yaml. Always answers: with what could be read, so that other files' conditions are checked against it too.
pub(super) fn read(root: &Node, r: &mut Reader<'_>) -> Fields {
    let mut fields = builtin();
    let Some(map) = r.map(root, "fields.yaml", KEYS) else { return fields };
    r.review_by(map);
    if let Some(node) = map.get("currency")
        && let Some(code) = r.text(node)
    {
        if code.len() == 3 && code.bytes().all(|b| b.is_ascii_alphabetic()) {
            fields.dictionary.currency = Currency::new(code);
        } else {
            r.error(Code::BadValue, node.span, format!("`{code}` is not a currency"), "write its ISO 4217 code, e.g. `CNY`, `USD`, `EUR`");
        }
    }
    let conflict = map.get("on_conflict").and_then(|n| r.choice(n, leads::CONFLICTS));
    match map.get("leads") {
        Some(node) => leads::read(node, conflict, &mut fields.dictionary, r),
        None => leads::apply_conflict(&mut fields.dictionary.fields, conflict),
    }
    leads::identity(map.get("identity"), &mut fields.dictionary, r);
    if let Some(node) = map.get("blank") {
        fields.dictionary.blank = r.texts(node).into_iter().map(|(t, _)| fold(t).into_owned()).collect();
    }
    if let Some(node) = map.get("lists") {
        fields.dictionary.lists = lists::read(node, r);
    }
    if let Some(node) = map.get("channels") {
        lists::channels(node, &mut fields.dictionary, r);
    }
    if let Some(node) = map.get("events") {
        events::columns(node, &mut fields.dictionary, r);
    }
    events::kinds(map.get("event_kinds"), &mut fields, r);
    if let Some(node) = map.get("events_in") {
        events::events_in(node, &mut fields.dictionary, r);
    }
    if let Some(node) = map.get("bot_filter") {
        events::bot_filter(node, &mut fields.dictionary, r);
    }
    for table in &mut fields.tables {
        if let Some(node) = map.get(&table.id) {
            lists::table(node, table, r);
        }
    }
    fields
}
