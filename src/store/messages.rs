//! Messages to leads, one per (enrollment, step, part) at most.

use super::{Result, Store};
use crate::model::{Instant, LeadId, Message, MessageId, MessageState, Part, RunId};
use rusqlite::{OptionalExtension, Row, params};

pub(super) const COLUMNS: &str = "message, enrollment, lead, path, step, part, medium, service, content, experiment, arm, address, colleague, subject, body,
    state, reason, due_at, not_before, not_after, attempts, next_try, sent_at";

/// A message out of [`COLUMNS`].
pub(super) fn read_message(r: &Row<'_>) -> rusqlite::Result<Message> {
    let at = |i: usize| Ok::<_, rusqlite::Error>(r.get::<_, Option<i64>>(i)?.map(Instant));
    let arm = r.get::<_, Option<String>>(9)?.zip(r.get::<_, Option<String>>(10)?);
    Ok(Message {
        id: MessageId(r.get::<_, i64>(0)? as u64),
        enrollment: r.get(1)?,
        lead: LeadId(r.get(2)?),
        path: r.get(3)?,
        step: r.get(4)?,
        part: Part::parse(r.get_ref(5)?.as_str().unwrap_or_default()).unwrap_or(Part::Main),
        medium: r.get(6)?,
        service: r.get(7)?,
        content: r.get(8)?,
        arm,
        address: r.get(11)?,
        colleague: r.get(12)?,
        subject: r.get(13)?,
        body: r.get(14)?,
        state: MessageState::parse(r.get_ref(15)?.as_str().unwrap_or_default()).unwrap_or(MessageState::Unknown),
        reason: r.get(16)?,
        due_at: Instant(r.get(17)?),
        not_before: Instant(r.get(18)?),
        not_after: at(19)?,
        attempts: r.get(20)?,
        next_try: at(21)?,
        sent_at: at(22)?,
    })
}

impl Store {
    /// Puts a message into the outbox. False when that part of that step of that journey has its message already.
    pub fn put_message(&self, m: &Message, run: RunId) -> Result<bool> {
        let sql = format!(
            "INSERT OR IGNORE INTO messages ({COLUMNS}, run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)"
        );
        let (experiment, arm) = m.arm.as_ref().map_or((None, None), |(e, a)| (Some(e), Some(a)));
        let row = params![
            m.id.0 as i64,
            m.enrollment,
            m.lead.0,
            m.path,
            m.step,
            m.part.name(),
            m.medium,
            m.service,
            m.content,
            experiment,
            arm,
            m.address,
            m.colleague,
            m.subject,
            m.body,
            m.state.name(),
            m.reason,
            m.due_at.0,
            m.not_before.0,
            m.not_after.map(|at| at.0),
            m.attempts,
            m.next_try.map(|at| at.0),
            m.sent_at.map(|at| at.0),
            run.0
        ];
        Ok(self.conn.prepare_cached(&sql)?.execute(row)? > 0)
    }

    /// One message.
    pub fn message(&self, id: MessageId) -> Result<Option<Message>> {
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE message = ?1");
        Ok(self.conn.prepare_cached(&sql)?.query_row([id.0 as i64], read_message).optional()?)
    }

    /// Messages in a state, or all; in the order in which they may leave.
    pub fn messages(&self, state: Option<MessageState>) -> Result<Vec<Message>> {
        let of = if state.is_some() { "state = ?1" } else { "?1 IS NULL" };
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE {of} ORDER BY not_before, medium, lead, message");
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_map([state.map(MessageState::name)], read_message)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Every message with the run that made it, in the order in which they leave.
    pub fn messages_with_runs(&self) -> Result<Vec<(RunId, Message)>> {
        let sql = format!("SELECT {COLUMNS}, run FROM messages ORDER BY not_before, medium, lead, message");
        let mut statement = self.conn.prepare(&sql)?;
        Ok(statement.query_map([], |r| Ok((RunId(r.get(23)?), read_message(r)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Every message to one lead, oldest first.
    pub fn messages_to(&self, lead: LeadId) -> Result<Vec<Message>> {
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE lead = ?1 ORDER BY due_at, message");
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_map([lead.0], read_message)?.collect::<rusqlite::Result<_>>()?)
    }

    /// A message has come to another state, for a reason.
    pub fn set_message_state(&self, id: MessageId, state: MessageState, reason: Option<&str>) -> Result<()> {
        let sql = "UPDATE messages SET state = ?2, reason = ?3 WHERE message = ?1 AND (state, reason) IS NOT (?2, ?3)";
        self.conn.prepare_cached(sql)?.execute(params![id.0 as i64, state.name(), reason])?;
        Ok(())
    }
}
