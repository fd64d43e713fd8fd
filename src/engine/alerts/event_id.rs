//! What an alert rang about, as a short id that is the same whenever it is reckoned, and as words.

use crate::condition::Facts;
use crate::model::{Detail, Dictionary, Event, Instant, Value, stable_hash};

/// The id of an alert about an event. Fields go by their ids, blanks left out: a field that is declared later, or in another place,
/// makes no new event of an old one.
pub(in crate::engine) fn event_id(alert: &str, event: &Event, detail: &Detail, dictionary: &Dictionary) -> String {
    let mut fields: Vec<(&str, String)> = dictionary
        .event_fields
        .iter()
        .zip(&detail.values)
        .filter(|(_, value)| !value.is_null())
        .map(|(field, value)| (field.id.as_str(), written(value, dictionary)))
        .collect();
    fields.sort_unstable();
    let at = event.at.0.to_le_bytes();
    let mut parts: Vec<&[u8]> = vec![b"event", alert.as_bytes(), &at, detail.kind_name.as_bytes()];
    parts.extend(fields.iter().flat_map(|(id, value)| [id.as_bytes(), value.as_bytes()]));
    format!("{:016x}", stable_hash(&parts))
}

/// The id of an alert about a state that was seen at an instant.
pub(super) fn state_id(alert: &str, at: Instant) -> String {
    format!("{:016x}", stable_hash(&[b"state", alert.as_bytes(), &at.0.to_le_bytes()]))
}

/// "试用申请 on 2026-11-20 10:00".
pub(in crate::engine) fn told(event: &Event, detail: &Detail, facts: &Facts<'_>) -> String {
    let kind = facts.dictionary.kind(detail.kind).map(|k| k.title.as_str()).filter(|t| !t.is_empty()).unwrap_or(&detail.kind_name);
    format!("{kind} on {}", facts.calendar.local(event.at).format("%Y-%m-%d %H:%M"))
}

/// A value as text that no other value of its field has.
fn written(value: &Value, dictionary: &Dictionary) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Real(x) => x.to_string(),
        Value::Money(minor) => dictionary.currency.decimal(*minor),
        Value::Text(text) => text.to_string(),
        Value::List(items) => items.join("\u{1f}"),
        Value::Date(day) => day.to_string(),
        Value::At(at) => at.0.to_string(),
    }
}
