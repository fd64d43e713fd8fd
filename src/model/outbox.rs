//! Messages to leads (the outbox): what one is, and how far it has come.

use super::key::{BITS, spell, spelt};
use super::{Instant, LeadId, stable_hash};
use std::fmt;

/// A message's number in one base: a hash of whose it is, so that nobody gets the same step twice. People see `m` and 11 letters,
/// as a lead's key has them; mail servers see them in `Message-ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub u64);

impl MessageId {
    /// That of one part of one step of one journey. `enrolled` names the journey the same in every base: the lead's key, the path, the cause.
    pub fn of(enrolled: [&str; 3], step: &str, part: Part) -> Self {
        let [key, path, cause] = enrolled.map(str::as_bytes);
        Self(stable_hash(&[key, path, cause, step.as_bytes(), part.name().as_bytes()]) >> (64 - BITS))
    }
    /// `mabcdefghijk` → an id; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        spelt(text, ['m', 'M']).map(Self)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", spell(self.0))
    }
}

/// Which message of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Its own.
    Main,
    /// The one after it, when the first was not noticed.
    Fallback,
}

impl Part {
    /// Its stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Fallback => "fallback",
        }
    }
    /// That of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Main, Self::Fallback].into_iter().find(|p| p.name() == name)
    }
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageState {
    /// 待发送
    Queued,
    /// Claimed, and under way.
    Sending,
    /// Whoever carries it on has taken it.
    Sent,
    /// It cannot be delivered.
    Failed,
    /// It was under way when the process died: it may have been taken.
    Unknown,
    /// Its text could not be filled in, or something else that a person can mend.
    Held,
    /// A limit moved it to a later day.
    Deferred,
    /// Its address must not be written to.
    Suppressed,
    /// It was left out.
    Skipped,
    /// Taken back by a person, or because its journey ended.
    Cancelled,
}

impl MessageState {
    /// All, with their stored names.
    pub const ALL: [(&'static str, Self); 10] = [
        ("queued", Self::Queued),
        ("sending", Self::Sending),
        ("sent", Self::Sent),
        ("failed", Self::Failed),
        ("unknown", Self::Unknown),
        ("held", Self::Held),
        ("deferred", Self::Deferred),
        ("suppressed", Self::Suppressed),
        ("skipped", Self::Skipped),
        ("cancelled", Self::Cancelled),
    ];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }
    /// That of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, s)| *s)
    }
}

/// One message to a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// The journey that it belongs to.
    pub enrollment: i64,
    /// To whom.
    pub lead: LeadId,
    /// The path's name.
    pub path: String,
    /// The step's id.
    pub step: String,
    /// Which message of the step.
    pub part: Part,
    /// How it leaves: `email`.
    pub medium: String,
    /// It serves and does not advertise.
    pub service: bool,
    /// The content's name.
    pub content: Option<String>,
    /// The experiment that it is part of, and its arm.
    pub arm: Option<(String, String)>,
    /// Where it goes, as read.
    pub address: Option<String>,
    /// The owner through whom it leaves, where one is needed: an id, or a name that the team does not know.
    pub colleague: Option<String>,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// What it says: Markdown, filled in.
    pub body: Option<String>,
    /// How far it has come.
    pub state: MessageState,
    /// Why it is where it is.
    pub reason: Option<String>,
    /// When its step was due.
    pub due_at: Instant,
    /// It leaves no earlier.
    pub not_before: Instant,
    /// It leaves no later: after this it is skipped.
    pub not_after: Option<Instant>,
    /// How often it was tried.
    pub attempts: u32,
    /// After a failure that may pass: not before this.
    pub next_try: Option<Instant>,
    /// When whoever carries it on took it.
    pub sent_at: Option<Instant>,
}

/// What came back on a message, or from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FeedbackKind {
    /// 打开
    Open,
    /// 点击
    Click,
    /// 回复
    Reply,
    /// 退信
    Bounce,
    /// 投诉
    Complaint,
    /// 退订
    Unsubscribe,
}

impl FeedbackKind {
    /// All, with their stored names.
    pub const ALL: [(&'static str, Self); 6] = [
        ("open", Self::Open),
        ("click", Self::Click),
        ("reply", Self::Reply),
        ("bounce", Self::Bounce),
        ("complaint", Self::Complaint),
        ("unsubscribe", Self::Unsubscribe),
    ];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, k)| *k == self).map_or("", |(n, _)| n)
    }
    /// That of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, k)| *k)
    }
    /// The kind of event that it is, too: what scoring, timelines and `bot_filter` speak of.
    pub fn event(self, medium: &str) -> &'static str {
        match self {
            Self::Open => "email_open",
            Self::Click if medium == "sms" => "sms_click",
            Self::Click => "email_click",
            other => other.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_and_tell_parts_apart() {
        let of = |step, part| MessageId::of(["kabc", "web-form", ""], step, part);
        let id = of("guide", Part::Main);
        assert_eq!(MessageId::parse(&id.to_string()), Some(id));
        assert_ne!(id, of("guide", Part::Fallback));
        assert_ne!(id, of("case", Part::Main));
        assert_eq!(MessageId::parse("karma"), None);
        assert_eq!(MessageId::parse("m1111111111"), None);
    }
}
