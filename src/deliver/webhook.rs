//! To a web address: a group's robot, or a system that takes JSON. Each letter is one request with its number in
//! `Idempotency-Key`, over a connection of its own: one that was used before may be gone, and then nobody knows what arrived.

use super::{Letter, Outcome, Secret, brief, plain};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::time::Duration;
use ureq::{Agent, Error, Timeout};

/// What the body looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A 企业微信 group robot.
    Wecom,
    /// A 钉钉 robot.
    Dingtalk,
    /// A 飞书 robot.
    Feishu,
    /// Our own JSON.
    Json,
}

/// What a 企业微信 robot takes of one text, in bytes.
const WECOM_BYTES: usize = 2048;
/// Codes by which robots say "later": too many a minute, or busy.
const LATER: [i64; 7] = [-1, 45009, 45033, 130101, 9499, 11232, 11233];
/// Codes by which robots say that the address or its key is wrong, whatever is sent.
const WRONG_ADDRESS: [i64; 6] = [93000, 93004, 300001, 19001, 19021, 19022];

/// A web address that takes messages.
pub struct Webhook {
    shape: Shape,
    url: Secret,
    agent: Agent,
    halted: Option<String>,
}

impl Webhook {
    /// `url` as the environment has it. `patience`: how long connecting, and then the answer, may take.
    pub fn new(shape: Shape, url: Secret, patience: Duration) -> Result<Self, String> {
        let http = ["http://", "https://"].iter().any(|s| url.expose().starts_with(s));
        if !http {
            return Err("what it holds is no web address: it begins with https://".into());
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(patience))
            .timeout_connect(Some(patience))
            .timeout_send_request(Some(patience))
            .timeout_send_body(Some(patience))
            .timeout_recv_response(Some(patience))
            .timeout_recv_body(Some(patience))
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .user_agent(concat!("sop/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self { shape, url, agent, halted: None })
    }

    pub(super) fn halted(&self) -> Option<&str> {
        self.halted.as_deref()
    }

    /// Hands one letter over.
    pub fn send(&mut self, letter: &Letter<'_>) -> Outcome {
        let body = self.body(letter).to_string();
        let request = self.agent.post(self.url.expose()).header("Idempotency-Key", letter.id).header("Connection", "close");
        let answer = request.content_type("application/json; charset=utf-8").send(body.as_str());
        match answer {
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
            return Outcome::Accepted;
        }
        // A robot answers 200 to everything; its code tells. What is no JSON was said by somebody else on the way.
        let Ok(answer) = serde_json::from_str::<Value>(&text) else {
            return if text.trim_start().starts_with('<') {
                self.halt(Outcome::Transient(format!("{status} with a web page: somebody on the way answered, not the robot")))
            } else {
                Outcome::Unknown(told("that says neither yes nor no"))
            };
        };
        let code = ["errcode", "code", "StatusCode"].iter().find_map(|k| answer.get(k).and_then(Value::as_i64));
        let why = ["errmsg", "msg", "StatusMessage"].iter().find_map(|k| answer.get(k).and_then(Value::as_str)).unwrap_or_default();
        match code {
            Some(0) => Outcome::Accepted,
            Some(code) if LATER.contains(&code) => Outcome::Transient(format!("{code} {}", brief(why))),
            Some(code) if WRONG_ADDRESS.contains(&code) => self.halt(Outcome::Transient(format!("{code} {}", brief(why)))),
            Some(code) => Outcome::Permanent(format!("{code} {}", brief(why))),
            None => Outcome::Unknown(told("that says neither yes nor no")),
        }
    }

    /// What an error of the way means.
    fn failed(&mut self, e: &Error) -> Outcome {
        let why = self.told(e);
        match e {
            // No request was made.
            Error::HostNotFound
            | Error::ConnectionFailed
            | Error::Tls(_)
            | Error::BadUri(_)
            | Error::Http(_)
            | Error::InvalidProxyUrl
            | Error::Timeout(Timeout::Resolve | Timeout::Connect) => self.halt(Outcome::Transient(why)),
            Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => self.halt(Outcome::Transient(why)),
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
            other => brief(&self.url.hidden_in(&other.to_string())),
        }
    }
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
        Webhook::new(shape, Secret::new("https://example.com/?key=hunter2"), Duration::from_secs(1)).expect("an address")
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
        assert!(Webhook::new(Shape::Json, Secret::new("example.com"), Duration::from_secs(1)).is_err());
    }
}
