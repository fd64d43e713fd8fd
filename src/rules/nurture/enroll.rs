//! `enroll:` of a path: whoever meets a condition, an event, a date.

use super::read::Around;
use super::{Again, Enroll, Feb29};
use crate::condition::{Scope, Want};
use crate::diag::Code;
use crate::model::{Duration, FieldType};
use crate::rules::fields::kind_id;
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::{Kind, Node};

/// The keys of `enroll`.
pub(in crate::rules) const ENROLL_KEYS: &[&str] = &["when", "again", "event", "date", "every", "feb29"];

pub(super) fn read(node: &Node, around: &Around<'_>, scope: &Scope<'_>, r: &mut Reader<'_>) -> Option<Enroll> {
    let map = r.map(node, "`enroll`", ENROLL_KEYS)?;
    let when = map.get("when").map(|n| r.condition(n, scope, Want::Boolean));
    let only = |map: Map<'_>, keys: &[&str], owner: &str, r: &mut Reader<'_>| {
        for key in keys {
            if let Some(at) = map.key_span(key) {
                r.error(Code::BadValue, at, format!("`{key}` belongs to `{owner}`"), format!("take it out, or enroll by `{owner}:`"));
            }
        }
    };
    match (map.get("event"), map.get("date")) {
        (Some(_), Some(date)) => {
            r.error(Code::BadValue, date.span, "a path begins by an event or by a date, not by both", "make two paths of it");
            None
        }
        (Some(event), None) => {
            only(map, &["again"], "when", r);
            only(map, &["every", "feb29"], "date", r);
            let texts = r.texts(event);
            if matches!(&event.kind, Kind::List(l) if l.is_empty()) {
                r.error(Code::BadValue, event.span, "no event kind is named", "name one, e.g. `event: order_placed`");
            }
            let kinds: Vec<_> = texts.into_iter().filter_map(|(text, at)| kind_id(text, at, around.known.dictionary, r)).collect();
            (!kinds.is_empty()).then_some(Enroll::Event { kinds, when: when.flatten() })
        }
        (None, Some(date)) => {
            only(map, &["again"], "when", r);
            let yearly = map.get("every").is_some_and(|n| r.choice(n, &[("year", ())]).is_some());
            if let Some(at) = map.key_span("feb29").filter(|_| map.get("every").is_none()) {
                r.error(Code::BadValue, at, "`feb29` is about years that have no such day", "add `every: year`, or take it out");
            }
            let feb29 = map.get("feb29").and_then(|n| r.choice(n, &[("feb28", Feb29::Feb28), ("mar1", Feb29::Mar1)])).unwrap_or_default();
            let fields = &around.known.dictionary.fields;
            let dates = fields.iter().filter(|f| matches!(f.ty, FieldType::Date | FieldType::Datetime)).map(|f| f.id.as_str());
            let text = r.text(date)?;
            if let Some((_, other)) = around.known.dictionary.field(text).filter(|(_, f)| !matches!(f.ty, FieldType::Date | FieldType::Datetime)) {
                r.error(Code::WrongType, date.span, format!("`{text}` is of type {}, not a date", other.ty.name()), "name a field of type date");
                return None;
            }
            let id = r.known(date, "field of type date", dates, "declare one in fields.yaml")?;
            let (field, _) = around.known.dictionary.field(id)?;
            Some(Enroll::Date { field, yearly, feb29, when: when.flatten() })
        }
        (None, None) => {
            only(map, &["every", "feb29"], "date", r);
            let Some(when) = when else {
                r.error(Code::MissingKey, map.span(), "nobody enters this path", "say who: `when: …`, `event: …` or `date: …`");
                return None;
            };
            let again = map.get("again").map_or(Some(Again::Never), |n| again(n, r));
            Some(Enroll::When { condition: when?, again: again? })
        }
    }
}

/// `never`, `after 90d`, `on_requalify`.
fn again(node: &Node, r: &mut Reader<'_>) -> Option<Again> {
    let text = r.text(node)?.trim();
    if let Some(rest) = text.strip_prefix("after ") {
        return match Duration::parse(rest) {
            Ok(d) if d.0 > 0 => Some(Again::After(d)),
            Ok(_) => {
                r.error(Code::BadValue, node.span, format!("`{rest}` is no time at all"), "write e.g. `after 90d`");
                None
            }
            Err(why) => {
                r.error(Code::BadValue, node.span, why, "write e.g. `after 90d`");
                None
            }
        };
    }
    if Duration::parse(text).is_ok() {
        r.error(Code::BadValue, node.span, format!("`{text}` is not possible here"), format!("write `after {text}`"));
        return None;
    }
    r.choice(node, &[("never", Again::Never), ("on_requalify", Again::OnRequalify), ("after 90d", Again::Never)])
}
