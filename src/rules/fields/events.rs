//! `events:`, `event_kinds:`, `events_in:`, `bot_filter:`: what event files hold and what their kinds mean.

use super::{BOT_FILTER_KEYS, EVENT_COLUMN_KEYS, EVENTS_IN_KEYS, Fields, KIND_KEYS, ORDERS, leads};
use crate::condition::Place;
use crate::diag::{Code, SourceId, Span};
use crate::model::{BotFilter, CountColumn, Dictionary, EventField, FieldType, KindBy, KindDef, KindId, fold, fold_header, nearest};
use crate::rules::builtin;
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::{Kind, Node};
use rustc_hash::{FxHashMap, FxHashSet};

/// A derived kind whose condition is still text.
pub(in crate::rules) struct DerivedText {
    /// Which.
    pub(in crate::rules) kind: KindId,
    /// `where:`, and where it stands; `None` = every event of its bases.
    pub(in crate::rules) filter: Option<(String, Place)>,
    /// From a file, so that its problems are the writer's.
    pub(in crate::rules) declared: bool,
}

pub(super) fn builtin_fields() -> Vec<EventField> {
    builtin::EVENT_FIELDS
        .iter()
        .map(|(id, ty, aliases)| EventField { id: (*id).into(), ty: *ty, aliases: builtin::spellings(aliases).map(Into::into).collect(), order: None })
        .collect()
}

pub(super) fn builtin_headers() -> FxHashMap<String, String> {
    builtin::EVENT_HEADERS.iter().flat_map(|(id, aliases)| builtin::spellings(aliases).chain([*id]).map(|a| (fold_header(a), (*id).to_owned()))).collect()
}

/// `events: {kind: …, at: …, path: …}`
pub(super) fn columns(node: &Node, d: &mut Dictionary, r: &mut Reader<'_>) {
    let types: Vec<(&str, FieldType)> = FieldType::ALL.iter().map(|t| (t.name(), *t)).collect();
    let mut claimed: FxHashMap<String, String> = FxHashMap::default();
    for e in r.names(node, "the columns of events") {
        let map = if e.value.is_nothing() { None } else { r.map(&e.value, "a column", EVENT_COLUMN_KEYS) };
        let aliases = map.and_then(|m| m.get("aliases")).map(|n| r.texts(n)).unwrap_or_default();
        let order = map.and_then(|m| m.get("order")).and_then(|n| r.choice(n, ORDERS));
        let ty = map.and_then(|m| m.get("type")).and_then(|n| r.choice(n, &types));
        for (alias, span) in std::iter::once((e.key.as_str(), e.key_span)).chain(aliases.iter().copied()) {
            let folded = fold_header(alias);
            if let Some(other) = claimed.get(&folded).filter(|o| **o != e.key) {
                r.error(Code::AliasClash, span, format!("the header `{alias}` would mean both `{other}` and `{}`", e.key), "leave it with one of them");
                continue;
            }
            claimed.insert(folded.clone(), e.key.clone());
            // What is declared here beats what is built in, whichever column had it.
            d.event_headers.remove(&folded);
            d.event_fields.iter_mut().filter(|f| f.id != e.key).for_each(|f| f.aliases.retain(|a| fold_header(a) != folded));
        }
        if matches!(e.key.as_str(), "kind" | "at" | "event_id") {
            d.event_headers.insert(fold_header(&e.key), e.key.clone());
            d.event_headers.extend(aliases.iter().map(|(a, _)| (fold_header(a), e.key.clone())));
            let fits = |t: &FieldType| if e.key == "at" { *t == FieldType::Datetime } else { *t == FieldType::Text };
            if let Some((t, span)) = ty.filter(|t| !fits(t)).zip(map.and_then(|m| m.get("type")).map(|n| n.span)) {
                let wanted = if e.key == "at" { "datetime" } else { "text" };
                r.error(Code::BadValue, span, format!("`{}` of events is no {}", e.key, t.name()), format!("write `type: {wanted}`, or leave it out"));
            }
            if e.key == "at" {
                d.event_order = order;
            }
            continue;
        }
        if leads::is_reserved(&e.key) {
            r.error(
                Code::NameClash,
                e.key_span,
                format!("`{}` is a built-in name", e.key),
                "give the column another name and write the header under `aliases:`",
            );
            continue;
        }
        let own = aliases.iter().map(|(a, _)| (*a).to_owned());
        if let Some(f) = d.event_fields.iter_mut().find(|f| fold(&f.id) == fold(&e.key)) {
            f.ty = ty.unwrap_or(f.ty);
            f.order = order;
            f.aliases.splice(0..0, own);
        } else {
            d.event_fields.push(EventField { id: e.key.clone(), ty: ty.unwrap_or(FieldType::Text), aliases: own.collect(), order });
        }
    }
}

/// Adds the built-in kinds that nothing declared.
pub(super) fn add_builtin_kinds(fields: &mut Fields) {
    let first = fields.dictionary.kinds.len();
    let d = &mut fields.dictionary;
    for b in builtin::KINDS {
        if d.kinds.iter().take(first).any(|k| k.id == b.id) {
            continue;
        }
        d.kinds.push(KindDef {
            id: b.id.into(),
            title: b.title.into(),
            by: b.by,
            weak: b.weak,
            touch: b.touch,
            aliases: builtin::value_spellings(b.aliases).collect(),
            from: Vec::new(),
        });
    }
    let id_of = |d: &Dictionary, id: &str| d.kinds.iter().position(|k| k.id == id).and_then(|i| u16::try_from(i).ok()).map(KindId);
    for b in builtin::KINDS.iter().filter(|b| !b.from.is_empty()) {
        let Some(kind) = id_of(d, b.id).filter(|k| usize::from(k.0) >= first) else { continue };
        let from: Vec<KindId> = b.from.iter().filter_map(|f| id_of(d, f)).collect();
        if let Some(def) = d.kinds.get_mut(usize::from(kind.0)) {
            def.from = from;
        }
        let filter = (!b.filter.is_empty()).then(|| (b.filter.to_owned(), Place::verbatim(SourceId(0), 0, b.filter.len())));
        fields.derived.push(DerivedText { kind, filter, declared: false });
    }
    // Spellings: declared ids, then declared titles and aliases, then the built-in ones in the same order.
    for range in [0..first, first..d.kinds.len()] {
        for names_only in [true, false] {
            for i in range.clone() {
                let (Some(k), Ok(id)) = (d.kinds.get(i), u16::try_from(i)) else { continue };
                let spellings: Vec<String> =
                    if names_only { vec![fold(&k.id).into_owned()] } else { k.aliases.iter().chain([&k.title]).map(|a| fold(a).into_owned()).collect() };
                for s in spellings {
                    d.kind_names.entry(s).or_insert(KindId(id));
                }
            }
        }
    }
}

/// `event_kinds:`
pub(super) fn kinds(node: Option<&Node>, fields: &mut Fields, r: &mut Reader<'_>) {
    fields.dictionary.kinds.clear();
    fields.dictionary.kind_names.clear();
    fields.derived.clear();
    let mut seen: FxHashMap<String, String> = FxHashMap::default();
    let mut ids: FxHashSet<String> = FxHashSet::default();
    let mut bases: Vec<(KindId, Spelled<'_>)> = Vec::new();
    for e in node.map(|n| r.names(n, "event kinds")).unwrap_or_default() {
        if e.key == "*" || !ids.insert(fold(&e.key).into_owned()) {
            let what =
                if e.key == "*" { "`*` means every kind already".to_owned() } else { format!("`{}` is declared already: names ignore case and width", e.key) };
            r.error(Code::NameClash, e.key_span, what, "rename or remove it");
            continue;
        }
        // No file within its size limit gets near this bound.
        let Ok(id) = u16::try_from(fields.dictionary.kinds.len()).map(KindId) else { break };
        let known = builtin::KINDS.iter().find(|b| b.id == e.key);
        let mut k = KindDef {
            id: e.key.clone(),
            title: known.map_or(e.key.as_str(), |b| b.title).into(),
            by: known.map_or(KindBy::Lead, |b| b.by),
            weak: known.is_some_and(|b| b.weak),
            touch: known.is_some_and(|b| b.touch),
            aliases: Vec::new(),
            from: Vec::new(),
        };
        let mut spellings = vec![(e.key.as_str(), e.key_span)];
        if !e.value.is_nothing() {
            let Some(map) = r.map(&e.value, "an event kind", KIND_KEYS) else { continue };
            if let Some(n) = map.get("title")
                && let Some(t) = r.text(n)
            {
                k.title = t.into();
                spellings.push((t, n.span));
            }
            k.by = map.get("by").and_then(|n| r.choice(n, &[("lead", KindBy::Lead), ("us", KindBy::Us), ("system", KindBy::System)])).unwrap_or(k.by);
            k.weak = map.get("weak").and_then(|n| r.yes_no(n)).unwrap_or(k.weak);
            k.touch = map.get("touch").and_then(|n| r.yes_no(n)).unwrap_or(k.touch);
            let own = map.get("aliases").map(|n| r.texts(n)).unwrap_or_default();
            k.aliases = own.iter().map(|(a, _)| (*a).to_owned()).collect();
            spellings.extend(own);
            derived(map, id, &mut bases, fields, r);
        }
        for (text, span) in spellings {
            if let Some(other) = seen.insert(fold(text).into_owned(), e.key.clone()).filter(|o| *o != e.key) {
                r.error(Code::AliasClash, span, format!("`{text}` would mean both kinds `{other}` and `{}`", e.key), "leave it with one of them");
            }
        }
        if let Some(b) = known {
            k.aliases.extend(builtin::value_spellings(b.aliases).filter(|a| seen.get(fold(a).as_ref()).is_none_or(|o| *o == e.key)));
        }
        fields.dictionary.kinds.push(k);
    }
    add_builtin_kinds(fields);
    for (kind, from) in bases {
        let found: Vec<KindId> = from.into_iter().filter_map(|(name, span)| kind_id(name, span, &fields.dictionary, r)).collect();
        if let Some(k) = fields.dictionary.kinds.get_mut(usize::from(kind.0)) {
            k.from = found;
        }
    }
    order(node, fields, r);
}

type Spelled<'n> = Vec<(&'n str, Span)>;

fn derived<'n>(map: Map<'n>, kind: KindId, bases: &mut Vec<(KindId, Spelled<'n>)>, fields: &mut Fields, r: &mut Reader<'_>) {
    let Some(from) = map.get("from") else {
        if let Some(span) = map.key_span("where") {
            r.error(Code::MissingKey, span, "`where` needs `from:`", "name the kind among whose events it looks, e.g. `from: page_view`");
        }
        return;
    };
    bases.push((kind, r.texts(from)));
    let filter = map.get("where").and_then(|n| match &n.kind {
        Kind::Scalar(s) if !n.is_nothing() => n.place(r.text).map(|p| (s.text.clone(), p)),
        _ => r.text(n).map(|t| (t.to_owned(), Place::verbatim(n.span.source, n.span.start, t.len()))),
    });
    fields.derived.push(DerivedText { kind, filter, declared: true });
}

/// Sorts the derived kinds so that each needs only earlier ones; a ring has no such order.
fn order(node: Option<&Node>, fields: &mut Fields, r: &mut Reader<'_>) {
    let mut waiting = std::mem::take(&mut fields.derived);
    while !waiting.is_empty() {
        let open: Vec<KindId> = waiting.iter().map(|w| w.kind).collect();
        let ready = |w: &DerivedText| fields.dictionary.kind(w.kind).is_none_or(|k| !k.from.iter().any(|f| open.contains(f)));
        let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(ready);
        if now.is_empty() {
            for w in later.iter().filter(|w| w.declared) {
                let id = fields.dictionary.kind(w.kind).map_or("", |k| k.id.as_str());
                let span = node.and_then(|n| if let Kind::Map(e) = &n.kind { e.iter().find(|e| e.key == id).map(|e| e.key_span) } else { None });
                if let Some(span) = span {
                    r.error(Code::BadValue, span, format!("`{id}` is derived from itself"), "let `from:` name kinds that files hold");
                }
            }
            return;
        }
        fields.derived.extend(now);
        waiting = later;
    }
}

/// The kind of a name in a SOP file; an unknown one is an error with a suggestion.
pub(in crate::rules) fn kind_id(name: &str, span: Span, d: &Dictionary, r: &mut Reader<'_>) -> Option<KindId> {
    let found = d.kind_of(name);
    if found.is_none() {
        let help = match nearest(name, d.kinds.iter().map(|k| k.id.as_str()).chain(d.kinds.iter().map(|k| k.title.as_str()))) {
            Some(near) => format!("did you mean `{near}`? New kinds are declared under `event_kinds:` in fields.yaml"),
            None => format!("declare it in fields.yaml: `event_kinds: {{{name}: {{by: lead}}}}`"),
        };
        r.error(Code::UnknownKind, span, format!("no event kind is named `{name}`"), help);
    }
    found
}

/// `events_in: {白皮书下载时间: whitepaper_download, 定价页访问次数: {kind: pricing_view, count: true, at: 最近访问时间}}`
pub(super) fn events_in(node: &Node, d: &mut Dictionary, r: &mut Reader<'_>) {
    for e in r.names(node, "events_in") {
        let (kind, count, at) = match &e.value.kind {
            Kind::Map(_) => {
                let Some(map) = r.map(&e.value, "a behaviour column", EVENTS_IN_KEYS) else { continue };
                let kind = r.need(map, "a behaviour column", "kind").and_then(|n| r.text(n).map(|t| (t, n.span)));
                let count = map.get("count").and_then(|n| r.yes_no(n)).unwrap_or(false);
                let at = map.get("at").and_then(|n| r.text(n)).map(str::to_owned);
                if let Some(span) = map.key_span("at").filter(|_| !count) {
                    r.error(Code::BadValue, span, "`at` dates a count, and this column holds the instant itself", "add `count: true`, or take `at` out");
                }
                (kind, count, at)
            }
            _ => (r.text(&e.value).map(|t| (t, e.value.span)), false, None),
        };
        let Some(kind) = kind.and_then(|(name, span)| kind_id(name, span, d, r)) else { continue };
        if let Some(f) = d.field_of_header(&e.key).and_then(|ix| d.fields.get(ix.0)) {
            r.error(
                Code::AliasClash,
                e.key_span,
                format!("the column `{}` is the field `{}` already", e.key, f.id),
                "a column is a field or behaviour, not both",
            );
            continue;
        }
        d.events_in.push(CountColumn { header: e.key.clone(), kind, count, at });
    }
}

/// `bot_filter: {kinds: [email_click], links: 3, within: 2s}`
pub(super) fn bot_filter(node: &Node, d: &mut Dictionary, r: &mut Reader<'_>) {
    let Some(map) = r.map(node, "bot_filter", BOT_FILTER_KEYS) else { return };
    let names = r.need(map, "bot_filter", "kinds").map(|n| r.texts(n)).unwrap_or_default();
    let kinds = names.into_iter().filter_map(|(name, span)| kind_id(name, span, d, r)).collect();
    let links = r.need(map, "bot_filter", "links").and_then(|n| r.count(n, 2));
    let within = r.need(map, "bot_filter", "within").and_then(|n| r.duration(n));
    if let (Some(links), Some(within)) = (links, within) {
        d.bot_filter = Some(BotFilter { kinds, links, within: within.0 });
    }
}
