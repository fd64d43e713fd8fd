//! Dates, instants and durations are written as text; what a text means is settled by what it meets.

use super::plan::{Lit, Node, NodeKind};
use super::problems::Problems;
use super::scope::Type;
use super::tree::Bytes;
use crate::diag::Code;
use crate::model::{Duration, Field, FieldType, email, phone};
use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// `2026-11-21`, `2026-11-21 10:00[:00]`, or RFC 3339 with an offset.
pub(super) fn date(text: &str) -> Option<(Lit, Type)> {
    let text = text.trim();
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some((Lit::Date(day), Type::Date));
    }
    for format in ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(text, format) {
            return Some((Lit::Local(local), Type::Instant));
        }
    }
    DateTime::parse_from_rfc3339(text).ok().map(|t| (Lit::At(t.timestamp()), Type::Instant))
}

/// The fix for a date in another notation.
fn date_help(text: &str) -> String {
    let dashed: String = text.trim().chars().filter(|c| *c != '日').map(|c| if matches!(c, '/' | '.' | '年' | '月') { '-' } else { c }).collect();
    match date(&dashed) {
        Some((Lit::Date(day), _)) => format!("write `'{day}'`"),
        _ => "write a date as `'2026-11-21'`, an instant as `'2026-11-21 10:00'`, or count from the as-of: `as_of - '30d'`".to_owned(),
    }
}

/// Reads a literal as what its neighbour wants; anything else stays as it is. `None` = reported.
pub(super) fn become_type(node: Node, want: Type, problems: &mut Problems<'_>) -> Option<Node> {
    let Some(text) = node.literal_text().cloned() else { return Some(node) };
    match want {
        Type::Date | Type::Instant => {
            let Some((lit, ty)) = date(&text) else {
                problems.error(Code::TypeMismatch, node.span, format!("`{text}` is not a date"), date_help(&text));
                return None;
            };
            Some(Node { kind: NodeKind::Const(lit), ty, ..node })
        }
        Type::Duration => {
            let seconds = duration(&text, node.span, problems)?;
            Some(Node { kind: NodeKind::Const(Lit::Span(seconds)), ty: Type::Duration, ..node })
        }
        _ => Some(node),
    }
}

/// What a person types for a value of this field, in the form in which its cells are kept; for other fields than phone numbers
/// and addresses as it is. An error says why no cell reads so.
pub(super) fn as_kept(text: &str, field: &Field) -> Result<String, &'static str> {
    let mut kept = String::new();
    match field.ty {
        FieldType::Phone => phone::parse(text, field.region.as_deref(), &mut kept)?,
        FieldType::Email => email::parse(text, &mut kept)?,
        _ => return Ok(text.to_owned()),
    };
    Ok(kept)
}

/// The seconds of a duration's text. `None` = reported.
pub(super) fn duration(text: &str, at: Bytes, problems: &mut Problems<'_>) -> Option<i64> {
    match Duration::parse(text) {
        Ok(d) => Some(d.0),
        Err(message) => {
            problems.error(Code::TypeMismatch, at, message, "a duration is text such as `'24h'`, `'7d'`, `'2w'`");
            None
        }
    }
}

/// For each byte of a literal's text, and for its end: its byte in the condition. The literal may be unclosed, or stand in
/// the quotes of an IME.
pub(super) fn inner_offsets(condition: &str, literal: Bytes, text: &str) -> Vec<usize> {
    let raw = condition.get(literal.start..literal.end).unwrap_or_default();
    let doubled = raw.starts_with('\'');
    let mut at = literal.start + raw.chars().next().map_or(0, char::len_utf8);
    let mut offsets = Vec::with_capacity(text.len() + 1);
    for c in text.chars() {
        offsets.extend(at..at + c.len_utf8());
        at += if doubled && c == '\'' { 2 } else { c.len_utf8() };
    }
    offsets.push(at);
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_three_notations() {
        assert!(matches!(date("2026-11-21"), Some((Lit::Date(_), Type::Date))));
        assert!(matches!(date("2026-11-21 10:00"), Some((Lit::Local(_), Type::Instant))));
        assert!(matches!(date("2026-11-21T10:00:05"), Some((Lit::Local(_), Type::Instant))));
        assert_eq!(date("1970-01-01T08:00:00+08:00"), Some((Lit::At(0), Type::Instant)));
        assert_eq!(date("2026-13-01"), None);
        assert_eq!(date_help("2026年11月21日"), "write `'2026-11-21'`");
        assert_eq!(date_help("2026/1/5"), "write `'2026-01-05'`");
    }

    #[test]
    fn every_inner_byte_knows_its_place() {
        let text = "f('it''s 好')";
        let offsets = inner_offsets(text, Bytes { start: 2, end: text.len() - 1 }, "it's 好");
        assert_eq!(offsets, [3, 4, 5, 7, 8, 9, 10, 11, 12]);
        assert_eq!(inner_offsets("‘a’", Bytes { start: 0, end: 7 }, "a"), [3, 4]);
        assert_eq!(inner_offsets("'好", Bytes { start: 0, end: 4 }, "好"), [1, 2, 3, 4]);
    }
}
