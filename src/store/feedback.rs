//! What came back on messages: openings, clicks, replies, bounces, complaints and unsubscriptions, and until when they are known.

use super::side::Side;
use super::{Result, Store};
use crate::model::{Covers, FeedbackKind, Instant, LeadId, MessageId, RunId, SentMessage, Sign};
use rusqlite::{OptionalExtension, params};

/// Something that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedbackRow {
    /// What it is known by when it is told again.
    pub hash: u64,
    /// The message of ours that it belongs to.
    pub message: Option<MessageId>,
    /// Whose.
    pub lead: Option<LeadId>,
    /// What.
    pub kind: FeedbackKind,
    /// When.
    pub at: Instant,
    /// How the message had left.
    pub medium: String,
    /// From where, normalised.
    pub address: Option<String>,
    /// The content or subject, as told.
    pub content: Option<String>,
    /// The link that was followed.
    pub link: Option<String>,
}

/// What writing it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    New,
    /// It was known; its message or lead was not.
    Linked,
    /// It was known.
    Known,
}

/// A message with one thing that came back on it, during a pass.
pub(super) struct MessagePart {
    message: i64,
    sent: SentMessage,
    sign: Option<Sign>,
}

/// Messages of journeys during a pass: one row for each sign that came back, or one without. A fallback belongs to its step.
pub(super) const SIDE: Side<MessagePart> = Side {
    any: "SELECT EXISTS (SELECT 1 FROM messages)",
    rows: "SELECT m.lead, m.message, m.path, m.step, m.enrollment, m.medium, m.sent_at, f.kind, f.at, f.link
        FROM messages m LEFT JOIN (SELECT message, kind, at, link FROM feedback) f ON f.message = m.message AND f.kind IN ('open', 'click', 'reply')
        WHERE m.part = 'main' AND {} ORDER BY m.lead, m.message, f.at, f.kind, f.link",
    read: |r| {
        let sent = SentMessage {
            path: r.get(2)?,
            step: r.get(3)?,
            enrollment: r.get(4)?,
            medium: r.get(5)?,
            sent_at: r.get::<_, Option<i64>>(6)?.map(Instant),
            signs: Vec::new(),
        };
        let kind: Option<String> = r.get(7)?;
        let sign = match kind.as_deref().and_then(FeedbackKind::parse) {
            Some(kind) => Some(Sign { kind, at: Instant(r.get(8)?), link: r.get(9)? }),
            None => None,
        };
        Ok(MessagePart { message: r.get(1)?, sent, sign })
    },
};

/// Messages under way from parts: parts of one message come one after the other.
#[derive(Default)]
pub(super) struct Parts {
    last: Option<i64>,
}

impl Parts {
    /// Adds a part to the messages of its lead.
    pub(super) fn add(&mut self, messages: &mut Vec<SentMessage>, part: MessagePart) {
        if self.last != Some(part.message) || messages.is_empty() {
            self.last = Some(part.message);
            messages.push(part.sent);
        }
        if let Some(message) = messages.last_mut() {
            message.signs.extend(part.sign);
        }
    }
}

/// A message that left, as what came back is joined to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftMessage {
    /// Its number.
    pub id: MessageId,
    /// How it left.
    pub medium: String,
    /// Where to, as stored.
    pub address: Option<String>,
    /// Its content's name.
    pub content: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// When.
    pub sent_at: Instant,
}

impl Store {
    /// The messages that left for one lead, oldest first.
    pub fn left_for(&self, lead: LeadId) -> Result<Vec<LeftMessage>> {
        const LEFT: &str = "SELECT message, medium, address, content, subject, sent_at FROM messages
            WHERE lead = ?1 AND sent_at IS NOT NULL ORDER BY sent_at, message";
        let mut statement = self.conn.prepare_cached(LEFT)?;
        let read = |r: &rusqlite::Row<'_>| {
            let id = MessageId(r.get::<_, i64>(0)? as u64);
            Ok(LeftMessage { id, medium: r.get(1)?, address: r.get(2)?, content: r.get(3)?, subject: r.get(4)?, sent_at: Instant(r.get(5)?) })
        };
        Ok(statement.query_map([lead.0], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// To whom messages left, by address as stored: for addresses that identify nobody.
    pub fn each_left_address(&self, mut f: impl FnMut(&str, LeadId)) -> Result<()> {
        let sql = "SELECT DISTINCT address, lead FROM messages WHERE address IS NOT NULL AND sent_at IS NOT NULL ORDER BY address, lead";
        let mut statement = self.conn.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            f(r.get_ref(0)?.as_str().unwrap_or_default(), LeadId(r.get(1)?));
        }
        Ok(())
    }

    /// The messages of one lead's journeys with what came back on them.
    pub fn sent_messages_of(&self, lead: LeadId) -> Result<Vec<SentMessage>> {
        let (mut messages, mut parts) = (Vec::new(), Parts::default());
        for part in SIDE.of(self, lead)? {
            parts.add(&mut messages, part);
        }
        Ok(messages)
    }

    /// Writes what came back, once. What is known learns its message and its lead if it had none.
    pub fn put_feedback(&self, f: &FeedbackRow, run: RunId) -> Result<Put> {
        const FIND: &str = "SELECT message, lead FROM feedback WHERE hash = ?1";
        let (hash, message, lead) = (f.hash as i64, f.message.map(|m| m.0 as i64), f.lead.map(|l| l.0));
        let known = self.conn.prepare_cached(FIND)?.query_row([hash], |r| Ok((r.get::<_, Option<i64>>(0)?, r.get::<_, Option<i64>>(1)?))).optional()?;
        match known {
            None => {
                let sql = "INSERT INTO feedback (hash, message, lead, kind, at, medium, address, content, link, run)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
                let row = params![hash, message, lead, f.kind.name(), f.at.0, f.medium, f.address, f.content, f.link, run.0];
                self.conn.prepare_cached(sql)?.execute(row)?;
                Ok(Put::New)
            }
            Some((m, l)) if (m.is_none() && message.is_some()) || (l.is_none() && lead.is_some()) => {
                let sql = "UPDATE feedback SET message = coalesce(message, ?2), lead = coalesce(lead, ?3) WHERE hash = ?1";
                self.conn.prepare_cached(sql)?.execute(params![hash, message, lead])?;
                Ok(Put::Linked)
            }
            Some(_) => Ok(Put::Known),
        }
    }

    /// The instant of something known, by its hash: what comes without a date keeps that of its first coming.
    pub fn feedback_at(&self, hash: u64) -> Result<Option<Instant>> {
        let mut statement = self.conn.prepare_cached("SELECT at FROM feedback WHERE hash = ?1")?;
        Ok(statement.query_row([hash as i64], |r| r.get(0).map(Instant)).optional()?)
    }

    /// A kind of feedback is known up to here; it is never known less far than before.
    pub fn cover_feedback(&self, medium: &str, kind: FeedbackKind, until: Instant, run: RunId) -> Result<()> {
        const COVER: &str = "INSERT INTO feedback_cover (medium, kind, until, run) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (medium, kind) DO UPDATE SET until = excluded.until WHERE excluded.until > until";
        self.conn.prepare_cached(COVER)?.execute(params![medium, kind.name(), until.0, run.0])?;
        Ok(())
    }

    /// Gives the feedback of one lead to another.
    pub fn move_feedback(&self, from: LeadId, to: LeadId) -> Result<()> {
        self.conn.execute("UPDATE feedback SET lead = ?2 WHERE lead = ?1", [from.0, to.0])?;
        Ok(())
    }

    /// Until when each kind of feedback is known, by medium.
    pub fn feedback_covers(&self) -> Result<Covers> {
        let mut covers = Covers::default();
        let mut statement = self.conn.prepare_cached("SELECT medium, kind, until FROM feedback_cover ORDER BY medium, kind")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            if let Some(kind) = FeedbackKind::parse(r.get_ref(1)?.as_str().unwrap_or_default()) {
                covers.extend(r.get_ref(0)?.as_str().unwrap_or_default(), kind, Instant(r.get(2)?));
            }
        }
        Ok(covers)
    }
}
