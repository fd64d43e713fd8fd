//! To a web address: a group's robot, or a system that takes JSON. Each letter is one request with its number in
//! `Idempotency-Key`, over a connection of its own: one that was used before may be gone, and then nobody knows what arrived.

use super::https::Https;
use super::tls::{Place, advice};
use super::{Letter, Outcome, Secret, brief, plain};
use crate::model::{not_in_the_open, unprotected_host};
use serde_json::{Value, json};
use std::time::Duration;
use ureq::Error;

/// What the body looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A 企业微信 group robot.
    Wecom,
    /// A 钉钉 robot.
    Dingtalk,
    /// A 飞书 robot.
    Feishu,
    /// Our own JSON. Any 2xx takes the letter, unless the answer says otherwise: an `errcode` or `errno` that is not 0, `"success": false`,
    /// `"ok": false`. A `code` that is neither 0 nor 2xx means yes to some and no to others: nobody knows.
    Json,
}

/// What a 企业微信 robot takes of one text, in bytes.
const WECOM_BYTES: usize = 2048;
/// Codes by which robots say "later": too many a minute, or busy.
const LATER: [i64; 7] = [-1, 45009, 45033, 130101, 9499, 11232, 11233];
/// Codes by which robots say that the address or its key is wrong, whatever is sent.
const WRONG_ADDRESS: [i64; 6] = [93000, 93004, 300001, 19001, 19021, 19022];

const PLACE: Place = Place { name: "; the address has to name the machine that its certificate is for", open: "; nobody speaks TLS at this port" };

/// A web address that takes messages.
pub struct Webhook {
    shape: Shape,
    url: Secret,
    https: Https,
    halted: Option<String>,
}

impl Webhook {
    /// `url` as the environment has it. `patience`: how long connecting, and then the answer, may take.
    /// `ca`: authorities (PEM) whose certificates are trusted beside those that everybody trusts.
    pub fn new(shape: Shape, url: Secret, ca: Option<&[u8]>, patience: Duration) -> Result<Self, String> {
        if let Some(why) = refused_url(url.expose()) {
            return Err(why);
        }
        let https = Https::new(patience, ca, unprotected_host(url.expose()).is_some())?;
        Ok(Self { shape, url, https, halted: None })
    }

    pub(super) fn halted(&self) -> Option<&str> {
        self.halted.as_deref()
    }

    /// Hands one letter over.
    pub fn send(&mut self, letter: &Letter<'_>) -> Outcome {
        let body = self.body(letter).to_string();
        match self.https.post(self.url.expose(), letter.id, &body) {
            Err(e) => self.failed(&e),
            Ok(mut response) => {
                let status = response.status().as_u16();
                let said = response.body_mut().with_config().limit(64 << 10).lossy_utf8(true).read_to_string();
                match said {
                    Ok(text) => self.judge(status, &text),
                    // It was taken in, and the answer broke off.
                    Err(e) => Outcome::Unknown(format!("answered {status}, and the answer broke off: {}", self.told(&e))),
                }
            }
        }
    }

    fn body(&self, letter: &Letter<'_>) -> Value {
        let text = plain(letter.body);
        let whole = || {
            let name = letter.name.filter(|n| !n.is_empty()).map(|n| format!("@{n} "));
            let head = format!("{}{}", name.unwrap_or_default(), letter.subject.unwrap_or_default());
            [head.trim(), text.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
        };
        match self.shape {
            Shape::Wecom => json!({"msgtype": "text", "text": {"content": cut(&whole(), WECOM_BYTES)}}),
            Shape::Dingtalk => json!({"msgtype": "text", "text": {"content": whole()}}),
            Shape::Feishu => json!({"msg_type": "text", "content": {"text": whole()}}),
            Shape::Json => json!({
                "id": letter.id, "medium": letter.medium, "to": letter.to, "name": letter.name, "subject": letter.subject,
                "text": text, "markdown": letter.body, "service": letter.service, "at": letter.at.rfc3339(),
            }),
        }
    }

    /// What an answer means.
    fn judge(&mut self, status: u16, text: &str) -> Outcome {
        let text = self.url.hidden_in(text);
        let told = |what: &str| if text.trim().is_empty() { format!("{status} {what}") } else { format!("{status} {what}: {}", brief(&text)) };
        match status {
            200..=299 => {}
            300..=399 => return self.halt(Outcome::Transient(format!("{status}: it points elsewhere, which is not followed"))),
            401 | 403 | 404 | 407 | 410 => return self.halt(Outcome::Transient(told("refused"))),
            408 | 425 | 429 | 500..=599 => return Outcome::Transient(told("not now")),
            _ => return Outcome::Permanent(told("refused")),
        }
        if self.shape == Shape::Json {
            return self.system(&text, &told);
        }
        // A robot answers 200 to everything; its code tells. What is no JSON was said by somebody else on the way.
        let Ok(answer) = serde_json::from_str::<Value>(&text) else {
            return if text.trim_start().starts_with('<') {
                self.halt(Outcome::Transient(format!("{status} with a web page: somebody on the way answered, not the robot")))
            } else {
                Outcome::Unknown(told("that says neither yes nor no"))
            };
        };
        match number(&answer, &["errcode", "code", "StatusCode"]) {
            Some(0) => Outcome::Accepted,
            Some(code) => self.said_no(code, &answer),
            None => Outcome::Unknown(told("that says neither yes nor no")),
        }
    }

    /// What the answer of a system means that takes our JSON and has answered 2xx.
    fn system(&mut self, text: &str, told: &dyn Fn(&str) -> String) -> Outcome {
        let page = text.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
        if page.starts_with("<!doctype") || page.starts_with("<html") {
            return Outcome::Unknown(told("with a web page: nobody knows who answered"));
        }
        let Ok(answer) = serde_json::from_str::<Value>(text) else { return Outcome::Accepted };
        if let Some(code) = number(&answer, &["errcode", "errno"]) {
            return if code == 0 { Outcome::Accepted } else { self.said_no(code, &answer) };
        }
        if ["success", "ok"].iter().any(|k| answer.get(k) == Some(&Value::Bool(false))) {
            return Outcome::Permanent(told("refused"));
        }
        match number(&answer, &["code"]) {
            None | Some(0 | 200..=299) => Outcome::Accepted,
            Some(code) if LATER.contains(&code) || WRONG_ADDRESS.contains(&code) => self.said_no(code, &answer),
            Some(_) => Outcome::Unknown(told("with a `code` that may mean yes or no")),
        }
    }

    /// What a code that is not 0 means.
    fn said_no(&mut self, code: i64, answer: &Value) -> Outcome {
        let why = ["errmsg", "msg", "StatusMessage", "message", "error"].iter().find_map(|k| answer.get(k).and_then(Value::as_str));
        let told = format!("{code} {}", brief(why.unwrap_or_default())).trim_end().to_owned();
        match code {
            code if LATER.contains(&code) => Outcome::Transient(told),
            code if WRONG_ADDRESS.contains(&code) => self.halt(Outcome::Transient(told)),
            _ => Outcome::Permanent(told),
        }
    }

    /// What an error of the way means: before the first byte of the request nothing has left, and it would go the same with every letter.
    fn failed(&mut self, e: &Error) -> Outcome {
        let why = self.told(e);
        match e {
            _ if !self.https.has_begun() => self.halt(Outcome::Transient(why)),
            Error::Timeout(_) => self.halt(Outcome::Unknown(why)),
            _ => Outcome::Unknown(why),
        }
    }

    fn halt(&mut self, outcome: Outcome) -> Outcome {
        if let Outcome::Transient(why) | Outcome::Unknown(why) = &outcome {
            self.halted = Some(why.clone());
        }
        outcome
    }

    fn told(&self, e: &Error) -> String {
        match e {
            Error::BadUri(_) => "what the environment holds is no web address".into(), // the words would hold it
            Error::Timeout(_) => "no answer in time".into(),
            other => {
                let told = brief(&self.url.hidden_in(&other.to_string()));
                format!("{told}{}", advice(&told, &PLACE))
            }
        }
    }
}

/// Why nothing is ever posted to an address; `None` = it may be. Says nothing of it that opens anything.
pub fn refused_url(url: &str) -> Option<String> {
    match unprotected_host(url) {
        Some(host) => not_in_the_open("http://", host, "messages and the key in the address"),
        None if url.get(..8).is_some_and(|s| s.eq_ignore_ascii_case("https://")) => None,
        None => Some("what it holds is no web address: it begins with https://".into()),
    }
}

/// The first of some keys that an answer has, as a number; systems write `0` and `"0"`.
fn number(answer: &Value, keys: &[&str]) -> Option<i64> {
    let read = |v: &Value| v.as_i64().or_else(|| v.as_str()?.trim().parse().ok());
    keys.iter().find_map(|k| answer.get(k).and_then(read))
}

/// At most so many bytes, cut between characters.
fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let mut end = bytes.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;

    fn robot(shape: Shape) -> Webhook {
        Webhook::new(shape, Secret::new("https://example.com/?key=hunter2"), None, Duration::from_secs(1)).expect("an address")
    }

    #[test]
    fn a_robots_code_counts_and_not_its_status() {
        let said = |status, text: &str| {
            let mut robot = robot(Shape::Wecom);
            let outcome = robot.judge(status, text);
            (outcome, robot.halted.is_some())
        };
        assert_eq!(said(200, r#"{"errcode":0,"errmsg":"ok"}"#), (Outcome::Accepted, false));
        assert!(matches!(said(200, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#), (Outcome::Transient(_), false)));
        assert!(matches!(said(200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#), (Outcome::Transient(_), true)));
        assert!(matches!(said(200, r#"{"errcode":40058,"errmsg":"too long"}"#), (Outcome::Permanent(why), false) if why == "40058 too long"));
        assert!(matches!(said(200, ""), (Outcome::Unknown(_), false)));
        assert!(matches!(said(200, "<html>login</html>"), (Outcome::Transient(_), true)));
        assert!(matches!(said(500, "<html>oops</html>"), (Outcome::Transient(_), false)));
        assert!(matches!(said(302, ""), (Outcome::Transient(_), true)));
        assert!(matches!(said(400, "{}"), (Outcome::Permanent(_), false)));
        let (Outcome::Permanent(why), _) = said(400, "no such https://example.com/?key=hunter2") else { panic!("refused") };
        assert!(!why.contains("hunter2"), "{why}");
    }

    #[test]
    fn a_system_that_says_no_with_a_200_is_believed() {
        let said = |text: &str| {
            let mut system = robot(Shape::Json);
            let outcome = system.judge(200, text);
            (outcome, system.halted.is_some())
        };
        for yes in ["", "ok", r#"{"ok":true}"#, r#"{"errcode":0}"#, r#"{"code":0}"#, r#"{"code":200,"msg":"success"}"#, r#"{"code":"SUCCESS"}"#, "[]"] {
            assert_eq!(said(yes), (Outcome::Accepted, false), "{yes}");
        }
        assert_eq!(said(r#"{"errcode":40001,"errmsg":"invalid credential"}"#), (Outcome::Permanent("40001 invalid credential".into()), false));
        assert_eq!(said(r#"{"errno":"7","message":"no"}"#), (Outcome::Permanent("7 no".into()), false));
        assert!(matches!(said(r#"{"ok":false,"error":"channel_not_found"}"#), (Outcome::Permanent(_), false)));
        assert_eq!(said(r#"{"code":19001,"msg":"param invalid"}"#), (Outcome::Transient("19001 param invalid".into()), true));
        assert!(matches!(said(r#"{"errcode":45009,"errmsg":"freq"}"#), (Outcome::Transient(_), false)));
        // One of them has 1 for yes, the other for no.
        assert!(matches!(said(r#"{"code":1,"msg":"done"}"#), (Outcome::Unknown(_), false)));
        assert!(matches!(said("<!DOCTYPE html><p>please log in</p>"), (Outcome::Unknown(_), false)));
    }

    #[test]
    fn bodies_are_what_each_robot_reads() {
        let letter = Letter {
            id: "mabcdefghijk",
            medium: "robot",
            to: "zhang.wei",
            name: Some("张伟"),
            subject: Some("高价值行为"),
            body: "看了**定价页**",
            service: true,
            at: Instant(0),
        };
        let text = "@张伟 高价值行为\n看了定价页";
        assert_eq!(robot(Shape::Wecom).body(&letter)["text"]["content"], text);
        assert_eq!(robot(Shape::Dingtalk).body(&letter)["text"]["content"], text);
        assert_eq!(robot(Shape::Feishu).body(&letter)["content"]["text"], text);
        let own = robot(Shape::Json).body(&letter);
        assert_eq!((own["to"].as_str(), own["text"].as_str(), own["at"].as_str()), (Some("zhang.wei"), Some("看了定价页"), Some("1970-01-01T00:00:00Z")));
        let long = "字".repeat(3_000);
        let sent = robot(Shape::Wecom).body(&Letter { body: &long, ..letter });
        assert!(sent["text"]["content"].as_str().is_some_and(|t| t.len() <= WECOM_BYTES && t.ends_with('…')));
    }

    #[test]
    fn only_this_machine_is_written_to_without_tls() {
        let made = |url: &str| Webhook::new(Shape::Json, Secret::new(url), None, Duration::from_secs(1)).map(drop);
        for url in ["https://example.com/?key=hunter2", "http://127.0.0.1:8080/hook", "http://localhost/", "http://[::1]:80/"] {
            assert_eq!(made(url), Ok(()), "{url}");
        }
        for url in ["http://example.com/?key=hunter2", "http://127.0.0.1@example.com/hunter2", "HTTP://10.0.0.1/hunter2"] {
            let why = made(url).expect_err("another machine");
            assert!(why.contains("only for a server on this machine") && !why.contains("hunter2"), "{why}");
        }
        assert!(made("example.com").is_err());
    }
}
