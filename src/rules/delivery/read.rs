//! delivery.yaml → [`Delivery`]. Secrets are named here by the environment variables that hold them; written out they are refused.

use super::carriers::{is_robot, known_keys, secrets, smtp, webhook};
use super::{Closes, Delivery, Limits, Medium, Notify, OnCap, SuppressOn, Via};
use crate::condition::Want;
use crate::diag::Code;
use crate::model::{FieldIx, Window, WindowDays};
use crate::rules::known::Known;
use crate::rules::reader::{Map, Reader};
use crate::rules::state::MEDIA;
use crate::rules::yaml::{Kind, Node};

/// The keys of delivery.yaml.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "send", "notify", "limits", "suppress_on"];
/// The keys of a medium.
pub(in crate::rules) const MEDIUM_KEYS: &[&str] =
    &["via", "address", "host", "port", "tls", "from", "username", "password_env", "ca_file", "shape", "url_env", "hours", "days", "consent", "limits"];
/// The keys of an entry of `notify`.
pub(in crate::rules) const NOTIFY_KEYS: &[&str] = &["via", "shape", "url_env", "ca_file"];
/// The keys of a medium's `limits`.
pub(in crate::rules) const MEDIUM_LIMIT_KEYS: &[&str] = &["per_day", "per_week"];
/// The keys of `limits`.
pub(in crate::rules) const LIMIT_KEYS: &[&str] = &["per_day", "per_week", "on_cap"];
/// The keys of `suppress_on`.
pub(in crate::rules) const SUPPRESS_KEYS: &[&str] = &["unsubscribe", "complaint", "bounce"];

const CLOSES: &[(&str, Closes)] = &[("address", Closes::Address), ("medium", Closes::Medium), ("all", Closes::All)];
/// The ids under `send:`, before anything is checked: conditions of earlier files may speak of them.
pub(in crate::rules) fn media(root: &Node) -> Vec<String> {
    let Kind::Map(entries) = &root.kind else { return Vec::new() };
    let send = entries.iter().find(|e| e.key == "send");
    let Some(Kind::Map(send)) = send.map(|e| &e.value.kind) else { return Vec::new() };
    send.iter().map(|e| e.key.clone()).collect()
}

/// Reads delivery.yaml. What has an error is left out; the errors are in `r.out`.
pub(in crate::rules) fn read(root: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Delivery {
    let mut all = Delivery { media: Vec::new(), ..Delivery::usual(known.dictionary) };
    if let Some(map) = r.map(root, "delivery.yaml", KEYS) {
        r.review_by(map);
        let mut seen = Vec::new();
        for e in map.get("send").map(|n| r.names(n, "media")).unwrap_or_default() {
            r.unique(&mut seen, &e.key, e.key_span, "medium");
            all.media.extend(medium(&e.key, &e.value, known, r));
        }
        let mut seen = Vec::new();
        for e in map.get("notify").map(|n| r.names(n, "notify")).unwrap_or_default() {
            r.unique(&mut seen, &e.key, e.key_span, "entry");
            all.notify.extend(notify(&e.key, &e.value, r));
        }
        if let Some(map) = map.get("limits").and_then(|n| r.map(n, "`limits`", LIMIT_KEYS)) {
            all.limits = limits(map, r);
            all.on_cap = map.get("on_cap").and_then(|n| r.choice(n, &[("defer", OnCap::Defer), ("skip", OnCap::Skip)])).unwrap_or_default();
        }
        if let Some(map) = map.get("suppress_on").and_then(|n| r.map(n, "`suppress_on`", SUPPRESS_KEYS)) {
            let usual = SuppressOn::default();
            let mut closes = |key: &str, usual: Closes| map.get(key).and_then(|n| r.choice(n, CLOSES)).unwrap_or(usual);
            all.suppress_on = SuppressOn {
                unsubscribe: closes("unsubscribe", usual.unsubscribe),
                complaint: closes("complaint", usual.complaint),
                bounce: closes("bounce", usual.bounce),
            };
        }
    }
    for id in MEDIA {
        if all.medium(id).is_none() {
            all.media.push(Medium::usual(id, known.dictionary));
        }
    }
    all
}

fn medium(id: &str, node: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Option<Medium> {
    secrets(node, r);
    let what = "a medium";
    let map = known_keys(node, what, MEDIUM_KEYS, r)?;
    let via = match map.get("via").map_or(Some(0), |n| r.choice(n, &[("csv", 0), ("smtp", 1), ("webhook", 2)])) {
        Some(1) => smtp(map, r).map(Via::Smtp),
        Some(2) => {
            to_one(id, map, r);
            webhook(map, r).map(Via::Webhook)
        }
        Some(_) => Some(Via::Csv),
        None => None,
    };
    let mut medium = Medium::usual(id, known.dictionary);
    match map.get("address") {
        Some(node) => medium.address = addresses(node, known, r),
        None if medium.address.is_empty() => {
            r.error(Code::MissingKey, map.span(), format!("`{id}` needs `address:`: the field that holds the lead's address"), "add e.g. `address: phone`");
        }
        None => {}
    }
    if let Some(node) = map.get("hours") {
        medium.hours = r.text(node).and_then(|text| match Window::parse(text) {
            Ok(window) => Some(window),
            Err(why) => {
                r.error(Code::BadValue, node.span, why, "write from when to when it may leave, e.g. `\"09:00-20:00\"`");
                None
            }
        });
    }
    if let Some(node) = map.get("days") {
        medium.days = r.choice(node, &[("every", WindowDays::Every), ("business", WindowDays::Business)]).unwrap_or(WindowDays::Every);
    }
    medium.consent = map.get("consent").and_then(|n| r.condition(n, &known.lead(), Want::Boolean));
    if let Some(map) = map.get("limits").and_then(|n| r.map(n, "a medium's `limits`", MEDIUM_LIMIT_KEYS)) {
        medium.limits = limits(map, r);
    }
    medium.via = via?;
    Some(medium)
}

/// A robot speaks to its whole group: what is for one lead is not for it.
fn to_one(id: &str, map: Map<'_>, r: &mut Reader<'_>) {
    if let Some(node) = map.get("shape").filter(|n| r.text_of(n).is_some_and(is_robot)) {
        let message = format!("`{id}` is for leads, and this is a group's robot: every message to one lead would stand in the group");
        let help = "write `shape: json` and the address of a system that reaches the lead, or name the robot under `notify:`";
        r.error(Code::BadValue, node.span, message, help);
    }
}

fn notify(id: &str, node: &Node, r: &mut Reader<'_>) -> Option<Notify> {
    secrets(node, r);
    let map = known_keys(node, "an entry of `notify`", NOTIFY_KEYS, r)?;
    let csv = map.get("via").map_or(Some(false), |n| r.choice(n, &[("webhook", false), ("csv", true)]))?;
    let webhook = if csv { None } else { Some(webhook(map, r)?) };
    Some(Notify { id: id.to_owned(), webhook })
}

fn limits(map: Map<'_>, r: &mut Reader<'_>) -> Limits {
    let mut limit = |key: &str| map.get(key).and_then(|n| r.limit(n, 0));
    Limits { per_day: limit("per_day"), per_week: limit("per_week") }
}

fn addresses(node: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Vec<FieldIx> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let fields = &known.dictionary.fields;
    let mut all = Vec::new();
    for item in items {
        let found = r.known(item, "field", fields.iter().map(|f| f.id.as_str()), "declare it in fields.yaml");
        all.extend(found.and_then(|id| known.dictionary.field(id)).map(|(ix, _)| ix));
    }
    all
}
