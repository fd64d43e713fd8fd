//! `leads:`, `identity:`, `on_conflict:`: the lead fields and the headers that mean them.

use super::{FIELD_KEYS, ORDERS};
use crate::diag::{Code, Span};
use crate::model::{BadValue, Dictionary, Field, FieldIx, FieldType, OnConflict, RangeEnd, ValueMatch, fold, fold_header, nearest};
use crate::rules::builtin::{self, BuiltinField};
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::{Entry, Node};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// More columns than this no table of leads has.
const MOST: usize = 500;

pub(super) const CONFLICTS: &[(&str, OnConflict)] =
    &[("keep_newest", OnConflict::KeepNewest), ("keep_first", OnConflict::KeepFirst), ("fill_blanks", OnConflict::FillBlanks)];
const FIELD_CONFLICTS: &[(&str, OnConflict)] = &[
    ("keep_newest", OnConflict::KeepNewest),
    ("keep_first", OnConflict::KeepFirst),
    ("fill_blanks", OnConflict::FillBlanks),
    ("stricter", OnConflict::Stricter),
];

/// Names that the store keeps for itself, beside those of the condition language.
const STORED: &[&str] = &["lead", "key", "extra"];

/// Whether a name is kept for conditions or the store.
pub(in crate::rules) fn is_reserved(name: &str) -> bool {
    crate::condition::is_reserved(name) || STORED.contains(&fold(name).as_ref())
}

fn blank_field(id: &str, ty: FieldType, title: &str) -> Field {
    Field {
        title: title.into(),
        region: (ty == FieldType::Phone).then(|| "CN".into()),
        on_conflict: special_conflict(id, ty).unwrap_or(OnConflict::KeepNewest),
        ..Field::plain(id, ty)
    }
}

/// A lead has one source and one birth; consent is never widened by a later file.
fn special_conflict(id: &str, ty: FieldType) -> Option<OnConflict> {
    match id {
        "channel" | "campaign" | "created_at" => Some(OnConflict::KeepFirst),
        _ if ty == FieldType::Boolean && id.starts_with("consent_") => Some(OnConflict::Stricter),
        _ => None,
    }
}

pub(super) fn apply_conflict(fields: &mut [Field], wanted: Option<OnConflict>) {
    if let Some(wanted) = wanted {
        for f in fields {
            f.on_conflict = special_conflict(&f.id, f.ty).unwrap_or(wanted);
        }
    }
}

/// The built-in fields and their headers.
pub(super) fn builtin() -> (Vec<Field>, FxHashMap<String, FieldIx>) {
    let mut headers = FxHashMap::default();
    let mut fields = Vec::with_capacity(builtin::FIELDS.len());
    for (i, b) in builtin::FIELDS.iter().enumerate() {
        let mut f = blank_field(b.id, b.ty, b.title);
        inherit(&mut f, b, FieldIx(i), &mut headers);
        if b.id == "region" {
            (f.values, f.value_match) = (builtin::regions(), ValueMatch::Prefix);
        }
        headers.insert(fold_header(b.id), FieldIx(i));
        fields.push(f);
    }
    (fields, headers)
}

fn inherit(field: &mut Field, from: &BuiltinField, ix: FieldIx, headers: &mut FxHashMap<String, FieldIx>) {
    for alias in builtin::spellings(from.aliases) {
        let owner = *headers.entry(fold_header(alias)).or_insert(ix);
        if owner == ix && !field.aliases.iter().any(|a| a == alias) {
            field.aliases.push(alias.into());
        }
    }
}

pub(super) fn default_identity(d: &Dictionary) -> Vec<FieldIx> {
    builtin::IDENTITY.iter().filter_map(|id| d.field(id).map(|(ix, _)| ix)).collect()
}

/// Reads `leads:` and replaces the built-in fields.
pub(super) fn read(node: &Node, conflict: Option<OnConflict>, d: &mut Dictionary, r: &mut Reader<'_>) {
    let entries = r.names(node, "the fields of leads");
    if let Some(extra) = entries.get(MOST) {
        r.error(
            Code::TooLarge,
            extra.key_span,
            format!("{} fields are declared", entries.len()),
            format!("at most {MOST} fit; what is not declared is kept as well"),
        );
    }
    d.fields.clear();
    d.headers.clear();
    let mut names: FxHashMap<String, Span> = FxHashMap::default();
    let mut aliases: Vec<(String, FieldIx, &str, Span)> = Vec::new();
    for e in entries.iter().take(MOST) {
        let folded = fold(&e.key).into_owned();
        if is_reserved(&e.key) {
            r.error(
                Code::NameClash,
                e.key_span,
                format!("`{}` is a built-in name", e.key),
                "give the field another name and write the header under `aliases:`",
            );
            continue;
        }
        if names.contains_key(&folded) {
            r.error(Code::NameClash, e.key_span, format!("`{}` is declared already: names ignore case and width", e.key), "rename or remove one of them");
            continue;
        }
        names.insert(folded, e.key_span);
        let ix = FieldIx(d.fields.len());
        let Some((field, declared)) = one(e, conflict, r) else {
            // Known by name at least, so that conditions that use it are not blamed as well.
            d.fields.push(blank_field(&e.key, FieldType::Text, &e.key));
            continue;
        };
        aliases.push((fold_header(&e.key), ix, &e.key, e.key_span));
        aliases.extend(declared.into_iter().map(|(a, span)| (fold_header(a), ix, a, span)));
        d.fields.push(field);
    }
    // Ids first, so that an alias that is another field's id is the one to be blamed.
    aliases.sort_by_key(|(folded, ix, ..)| d.fields.get(ix.0).is_none_or(|f| fold_header(&f.id) != *folded));
    for (folded, ix, written, span) in aliases {
        let owner = *d.headers.entry(folded).or_insert(ix);
        if owner != ix {
            let (mine, theirs) = (d.fields.get(ix.0).map_or("", |f| &f.id), d.fields.get(owner.0).map_or("", |f| &f.id));
            r.error(
                Code::AliasClash,
                span,
                format!("the header `{written}` would mean both `{theirs}` and `{mine}`"),
                "leave it with one of them (headers ignore case, spaces and `_-()`)",
            );
        }
    }
    for (i, f) in d.fields.iter_mut().enumerate() {
        if let Some(b) = builtin::FIELDS.iter().find(|b| b.id == f.id) {
            inherit(f, b, FieldIx(i), &mut d.headers);
        }
    }
    // A declaration may have lost its place to an error; the default identity is what is left of it.
    d.identity = default_identity(d);
}

type Spelled<'n> = Vec<(&'n str, Span)>;

fn one<'n>(e: &'n Entry, conflict: Option<OnConflict>, r: &mut Reader<'_>) -> Option<(Field, Spelled<'n>)> {
    let known = builtin::FIELDS.iter().find(|b| b.id == e.key);
    if e.value.is_nothing() {
        let Some(b) = known else {
            r.error(Code::MissingKey, e.key_span, format!("the field `{}` needs `type:`", e.key), format!("write `{}: {{type: text}}`", e.key));
            return None;
        };
        let mut f = blank_field(b.id, b.ty, b.title);
        apply_conflict(std::slice::from_mut(&mut f), conflict);
        return Some((f, Vec::new()));
    }
    let map = r.map(&e.value, "a field", FIELD_KEYS)?;
    let types: Vec<(&str, FieldType)> = FieldType::ALL.iter().map(|t| (t.name(), *t)).collect();
    let ty = match map.get("type") {
        Some(node) => r.choice(node, &types),
        None => known.map(|b| b.ty).or_else(|| {
            r.error(
                Code::MissingKey,
                e.key_span,
                format!("the field `{}` needs `type:`", e.key),
                format!("add `type: …`, one of {}", types.iter().map(|t| t.0).collect::<Vec<_>>().join(", ")),
            );
            None
        }),
    };
    let mut f = blank_field(&e.key, ty.unwrap_or(FieldType::Text), known.map_or(e.key.as_str(), |b| b.title));
    apply_conflict(std::slice::from_mut(&mut f), conflict);
    let declared = map.get("aliases").map(|n| r.texts(n)).unwrap_or_default();
    f.aliases = declared.iter().map(|(a, _)| (*a).to_owned()).collect();
    if let Some((chinese, _)) = declared.iter().find(|(a, _)| a.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))) {
        f.title = (*chinese).into();
    }
    if let Some(t) = map.get("title").and_then(|n| r.text(n)) {
        f.title = t.into();
    }
    if let Some(m) = map.get("match").and_then(|n| r.choice(n, &[("exact", ValueMatch::Exact), ("prefix", ValueMatch::Prefix)])) {
        f.value_match = m;
    }
    if let Some(node) = map.get("values") {
        f.values = values(node, r);
    }
    options(map, &mut f, r);
    ty.map(|_| (f, declared))
}

fn options(map: Map<'_>, f: &mut Field, r: &mut Reader<'_>) {
    let fits = |r: &mut Reader<'_>, key: &str, types: &[FieldType]| {
        if let Some(span) = map.key_span(key).filter(|_| !types.contains(&f.ty)) {
            let names: Vec<&str> = types.iter().map(|t| t.name()).collect();
            r.error(Code::BadValue, span, format!("`{key}` means nothing for a field of type `{}`", f.ty.name()), format!("it is for {}", names.join(", ")));
        }
    };
    use FieldType::{Date, Datetime, Integer, Money, Number, Owner, Percent, Phone, Stage};
    fits(r, "range", &[Integer, Number, Money, Percent]);
    fits(r, "plain", &[Integer, Number, Money, Percent]);
    fits(r, "order", &[Date, Datetime]);
    fits(r, "zone", &[Datetime]);
    fits(r, "region", &[Phone]);
    fits(r, "master", &[Owner, Stage]);
    if let Some(end) = map.get("range").and_then(|n| r.choice(n, &[("low", RangeEnd::Low), ("middle", RangeEnd::Middle), ("high", RangeEnd::High)])) {
        f.range = end;
    }
    if let Some(plain) = map.get("plain").and_then(|n| r.yes_no(n)) {
        f.plain = plain;
    }
    if let Some(node) = map.get("region")
        && let Some(code) = r.text(node)
    {
        if code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) {
            f.region = Some(code.into());
        } else {
            r.error(Code::BadValue, node.span, format!("`{code}` is not a country"), "write its ISO 3166 code, e.g. `CN`, `US`");
        }
    }
    if let Some(order) = map.get("order").and_then(|n| r.choice(n, ORDERS)) {
        f.order = Some(order);
    }
    if let Some(node) = map.get("zone") {
        f.zone = crate::rules::calendar::zone(node, r);
    }
    if let Some(node) = map.get("blank") {
        f.blank = r.texts(node).into_iter().map(|(t, _)| fold(t).into_owned()).collect();
    }
    if let Some(c) = map.get("on_conflict").and_then(|n| r.choice(n, FIELD_CONFLICTS)) {
        f.on_conflict = c;
    }
    if let Some(b) = map.get("on_bad_value").and_then(|n| r.choice(n, &[("blank", BadValue::Blank), ("reject", BadValue::Reject)])) {
        f.on_bad_value = b;
    }
    if map.get("master").and_then(|n| r.choice(n, &[("file", ())])).is_some() {
        f.master_file = true;
    }
}

/// `values: {制造业: [制造, manufacturing]}`: every synonym, and the canonical value itself, by its folded form.
pub(super) fn values(node: &Node, r: &mut Reader<'_>) -> Vec<(String, Arc<str>)> {
    let mut all: Vec<(String, Arc<str>)> = Vec::new();
    let mut owners: FxHashMap<String, Arc<str>> = FxHashMap::default();
    for e in r.names(node, "values") {
        let canonical: Arc<str> = e.key.as_str().into();
        let synonyms = if e.value.is_nothing() { Vec::new() } else { r.texts(&e.value) };
        for (text, span) in std::iter::once((e.key.as_str(), e.key_span)).chain(synonyms) {
            let folded = fold(text).into_owned();
            match owners.get(&folded) {
                Some(other) if *other != canonical => {
                    r.error(Code::AliasClash, span, format!("`{text}` would mean both `{other}` and `{canonical}`"), "leave it with one of them");
                }
                Some(_) => {}
                None => {
                    owners.insert(folded.clone(), Arc::clone(&canonical));
                    all.push((folded, Arc::clone(&canonical)));
                }
            }
        }
    }
    all
}

/// `identity: [id, wecom_id, phone, email]`
pub(super) fn identity(node: Option<&Node>, d: &mut Dictionary, r: &mut Reader<'_>) {
    let Some(node) = node else { return };
    let mut found = Vec::new();
    for (id, span) in r.texts(node) {
        match d.field(id) {
            Some((ix, _)) if found.contains(&ix) => r.error(Code::BadValue, span, format!("`{id}` stands twice in identity"), "take one out"),
            Some((ix, f)) if f.ty.is_text() => found.push(ix),
            Some((_, f)) => r.error(
                Code::BadValue,
                span,
                format!("`{id}` is of type {}: only texts recognise a lead", f.ty.name()),
                "use an e-mail, phone or number of the source system",
            ),
            None => {
                let near = nearest(id, d.fields.iter().map(|f| f.id.as_str()));
                r.error(
                    Code::UnknownName,
                    span,
                    format!("no field is named `{id}`"),
                    near.map_or("declare it under `leads:`".to_owned(), |n| format!("did you mean `{n}`?")),
                );
            }
        }
    }
    d.identity = found;
}
