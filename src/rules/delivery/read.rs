//! delivery.yaml → [`Delivery`]. Secrets are named here by the environment variables that hold them; written out they are refused.

use super::{Closes, Delivery, Limits, Medium, Notify, OnCap, Shape, Smtp, SuppressOn, Tls, Via, Webhook};
use crate::condition::Want;
use crate::diag::Code;
use crate::model::{FieldIx, Window, WindowDays, fold};
use crate::rules::known::Known;
use crate::rules::reader::{Map, Reader};
use crate::rules::state::MEDIA;
use crate::rules::yaml::{Kind, Node};

/// The keys of delivery.yaml.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "send", "notify", "limits", "suppress_on"];
/// The keys of a medium.
pub(in crate::rules) const MEDIUM_KEYS: &[&str] =
    &["via", "address", "host", "port", "tls", "from", "username", "password_env", "shape", "url_env", "hours", "days", "consent", "limits"];
/// The keys of an entry of `notify`.
pub(in crate::rules) const NOTIFY_KEYS: &[&str] = &["via", "shape", "url_env"];
/// The keys of a medium's `limits`.
pub(in crate::rules) const MEDIUM_LIMIT_KEYS: &[&str] = &["per_day", "per_week"];
/// The keys of `limits`.
pub(in crate::rules) const LIMIT_KEYS: &[&str] = &["per_day", "per_week", "on_cap"];
/// The keys of `suppress_on`.
pub(in crate::rules) const SUPPRESS_KEYS: &[&str] = &["unsubscribe", "complaint", "bounce"];

const CLOSES: &[(&str, Closes)] = &[("address", Closes::Address), ("medium", Closes::Medium), ("all", Closes::All)];
const SHAPES: &[(&str, Shape)] = &[("wecom", Shape::Wecom), ("dingtalk", Shape::Dingtalk), ("feishu", Shape::Feishu), ("json", Shape::Json)];
/// Keys that would hold a secret, and the key that names where it is.
const SECRETS: &[(&str, &str)] = &[("password", "password_env"), ("secret", "password_env"), ("token", "url_env"), ("url", "url_env"), ("key", "url_env")];

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
        Some(2) => webhook(map, r).map(Via::Webhook),
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

/// The map, with a secret's key passed over: it is told already.
fn known_keys<'n>(node: &'n Node, what: &str, keys: &'static [&'static str], r: &mut Reader<'_>) -> Option<Map<'n>> {
    let before = r.out.0.len();
    let map = r.map(node, what, keys);
    if let Kind::Map(entries) = &node.kind {
        let secret: Vec<_> = entries.iter().filter(|e| is_secret(&e.key).is_some()).map(|e| e.key_span).collect();
        let told = r.out.0.split_off(before.min(r.out.0.len()));
        r.out.0.extend(told.into_iter().filter(|d| d.code != Code::UnknownKey || !d.span.is_some_and(|s| secret.contains(&s))));
    }
    map
}

fn is_secret(key: &str) -> Option<&'static str> {
    let folded = fold(key);
    SECRETS.iter().find(|(secret, _)| *secret == folded).map(|(_, env)| *env)
}

/// A password or an address with a key in it, written out.
fn secrets(node: &Node, r: &mut Reader<'_>) {
    let Kind::Map(entries) = &node.kind else { return };
    for e in entries {
        if let Some(env) = is_secret(&e.key) {
            let message = format!("`{}` is a secret, and SOP files are read by everyone", e.key);
            let help = format!("put it into an environment variable and name that: `{env}: SOP_{}`", e.key.to_uppercase());
            r.error(Code::LiteralSecret, e.key_span, message, help);
        }
    }
}

/// The name of an environment variable. Anything else is most likely the secret itself.
fn env(map: Map<'_>, key: &str, r: &mut Reader<'_>) -> Option<String> {
    let node = map.get(key)?;
    let text = r.text(node)?;
    let plain = text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') && !text.starts_with(|c: char| c.is_ascii_digit());
    if plain {
        return Some(text.to_owned());
    }
    let message = format!("this is not the name of an environment variable: `{key}` never holds the secret itself");
    r.error(Code::LiteralSecret, node.span, message, format!("write a name in capitals, e.g. `{key}: SOP_{}`", key.trim_end_matches("_env").to_uppercase()));
    None
}

fn smtp(map: Map<'_>, r: &mut Reader<'_>) -> Option<Smtp> {
    let what = "a mail server (`via: smtp`)";
    let tls = map.get("tls").map_or(Some(Tls::StartTls), |n| r.choice(n, &[("starttls", Tls::StartTls), ("tls", Tls::Tls), ("none", Tls::None)]));
    let host = r.need(map, what, "host").and_then(|n| r.text(n)).map(str::to_owned);
    let from = r.need(map, what, "from").and_then(|n| Some((r.text(n)?, n.span)));
    if let Some((text, at)) = from.filter(|(text, _)| !text.contains('@')) {
        r.error(Code::BadValue, at, format!("`{text}` is no sender"), "write e.g. `\"市场部 <mkt@example.com>\"`");
    }
    let username = map.get("username").and_then(|n| r.text(n)).map(str::to_owned);
    let password_env = env(map, "password_env", r);
    let written_out = SECRETS.iter().any(|(secret, env)| *env == "password_env" && map.get(secret).is_some());
    if username.is_some() && map.get("password_env").is_none() && !written_out {
        r.error(Code::MissingKey, map.span(), format!("{what} with a `username` needs `password_env:`"), "add e.g. `password_env: SOP_SMTP_PASSWORD`");
    }
    let usual = match tls {
        Some(Tls::Tls) => 465,
        Some(Tls::None) => 25,
        _ => 587,
    };
    let port = match map.get("port") {
        None => Some(usual),
        Some(node) => {
            let n = r.count(node, 1)?;
            let port = u16::try_from(n).ok();
            if port.is_none() {
                r.error(Code::BadValue, node.span, format!("`{n}` is no port"), "write 587, 465 or 25");
            }
            port
        }
    };
    Some(Smtp { host: host?, port: port?, tls: tls?, from: from?.0.to_owned(), username, password_env })
}

fn webhook(map: Map<'_>, r: &mut Reader<'_>) -> Option<Webhook> {
    let what = "a webhook";
    let shape = r.need(map, what, "shape").and_then(|n| r.choice(n, SHAPES));
    if !SECRETS.iter().any(|(secret, env)| *env == "url_env" && map.get(secret).is_some()) {
        r.need(map, what, "url_env");
    }
    let url_env = env(map, "url_env", r);
    Some(Webhook { shape: shape?, url_env: url_env? })
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
