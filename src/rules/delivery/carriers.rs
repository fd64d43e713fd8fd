//! How messages are carried: a mail server, a web address, and the secrets that they need, which are named by environment variables.

use super::{Shape, Smtp, Tls, Webhook};
use crate::diag::Code;
use crate::model::{fold, not_in_the_open};
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::{Kind, Node};
use std::path::{Component, Path};

const SHAPES: &[(&str, Shape)] = &[("wecom", Shape::Wecom), ("dingtalk", Shape::Dingtalk), ("feishu", Shape::Feishu), ("json", Shape::Json)];
/// Keys that would hold a secret, and the key that names where it is.
const SECRETS: &[(&str, &str)] = &[("password", "password_env"), ("secret", "password_env"), ("token", "url_env"), ("url", "url_env"), ("key", "url_env")];

/// Whether a shape is that of a group's robot.
pub(super) fn is_robot(shape: &str) -> bool {
    SHAPES.iter().any(|(word, s)| *word == shape && *s != Shape::Json)
}

/// The map, with a secret's key passed over: it is told already.
pub(super) fn known_keys<'n>(node: &'n Node, what: &str, keys: &'static [&'static str], r: &mut Reader<'_>) -> Option<Map<'n>> {
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
pub(super) fn secrets(node: &Node, r: &mut Reader<'_>) {
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

/// Reads a mail server.
pub(super) fn smtp(map: Map<'_>, r: &mut Reader<'_>) -> Option<Smtp> {
    let what = "a mail server (`via: smtp`)";
    let tls = map.get("tls").map_or(Some(Tls::StartTls), |n| r.choice(n, &[("starttls", Tls::StartTls), ("tls", Tls::Tls), ("none", Tls::None)]));
    let host = r.need(map, what, "host").and_then(|n| r.text(n)).map(str::to_owned);
    if let (Some(Tls::None), Some(host), Some(node)) = (tls, &host, map.get("tls"))
        && let Some(message) = not_in_the_open("tls: none", host, "mails and the password")
    {
        r.error(Code::BadValue, node.span, message, "write `tls: starttls` (port 587) or `tls: tls` (port 465)");
    }
    let from = r.need(map, what, "from").and_then(|n| Some((r.text(n)?, n.span)));
    if let Some((text, at)) = from.filter(|(text, _)| !text.contains('@')) {
        r.error(Code::BadValue, at, format!("`{text}` is no sender"), "write e.g. `\"市场部 <mkt@example.com>\"`");
    }
    let username = map.get("username").and_then(|n| r.text(n)).map(str::to_owned);
    let password_env = env(map, "password_env", r);
    let ca_file = ca_file(map, r);
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
    Some(Smtp { host: host?, port: port?, tls: tls?, from: from?.0.to_owned(), username, password_env, ca_file })
}

/// Reads a web address.
pub(super) fn webhook(map: Map<'_>, r: &mut Reader<'_>) -> Option<Webhook> {
    let what = "a webhook";
    let shape = r.need(map, what, "shape").and_then(|n| r.choice(n, SHAPES));
    if !SECRETS.iter().any(|(secret, env)| *env == "url_env" && map.get(secret).is_some()) {
        r.need(map, what, "url_env");
    }
    let url_env = env(map, "url_env", r);
    let (ca_file, url_at) = (ca_file(map, r), map.get("url_env").map_or(map.span(), |n| n.span));
    Some(Webhook { shape: shape?, url_env: url_env?, url_at, ca_file })
}

/// The company's own authorities, in a file of the workspace: what lies elsewhere would be missing on the next machine.
fn ca_file(map: Map<'_>, r: &mut Reader<'_>) -> Option<String> {
    let node = map.get("ca_file")?;
    let text = r.text(node)?;
    if !text.trim().is_empty() && Path::new(text).components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir)) {
        return Some(text.to_owned());
    }
    r.error(
        Code::BadValue,
        node.span,
        format!("`{text}` is no file of this workspace"),
        "copy it beside `sops/` and write its name, e.g. `ca_file: company-ca.pem`",
    );
    None
}
