//! The message ahead of another on the same journey: the distance that a path puts between two of them is kept when they leave, too.

use super::{Result, Store};
use crate::model::{Instant, Message, Part};
use rusqlite::{OptionalExtension, params};

/// A message ahead that had not left yet when the one behind it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// When it was to leave.
    pub planned: Instant,
    /// When it left; of one that waits, when it may leave.
    pub at: Instant,
    /// It is still in the outbox.
    pub waits: bool,
}

impl Store {
    /// The message of the step before, on the same journey, where whoever decided this one could only guess when that would leave. A second
    /// message of a step counts from its own first.
    pub fn ahead_of(&self, m: &Message) -> Result<Option<Ahead>> {
        if m.part != Part::Main {
            return Ok(None);
        }
        const AHEAD: &str = "SELECT not_before, CASE WHEN state IN ('queued', 'deferred') THEN max(not_before, coalesce(next_try, not_before))
                ELSE coalesce(sent_at, claimed_at, not_before) END, state IN ('queued', 'deferred')
            FROM messages WHERE enrollment = ?1 AND part = 'main' AND due_at < ?2 AND message <> ?3
            AND (state IN ('queued', 'deferred') OR state IN ('sending', 'sent', 'unknown') AND coalesce(sent_at, claimed_at, not_before) >=
                (SELECT r.as_of FROM messages m JOIN runs r ON r.run = m.run WHERE m.message = ?3))
            ORDER BY due_at DESC, message LIMIT 1";
        let row = params![m.enrollment, m.due_at.0, m.id.0 as i64];
        let read = |r: &rusqlite::Row<'_>| Ok(Ahead { planned: Instant(r.get(0)?), at: Instant(r.get(1)?), waits: r.get(2)? });
        Ok(self.conn.prepare_cached(AHEAD)?.query_row(row, read).optional()?)
    }

    /// A message that was held is filled in, and may leave: subject, text, address, `due_at`, `not_before`, `not_after`.
    pub fn refill_message(&self, m: &Message) -> Result<()> {
        const REFILL: &str = "UPDATE messages SET subject = ?2, body = ?3, address = ?4, state = 'queued', reason = NULL, next_try = NULL
            WHERE message = ?1 AND state = 'held'";
        self.conn.prepare_cached(REFILL)?.execute(params![m.id.0 as i64, m.subject, m.body, m.address])?;
        self.move_message(m)
    }

    /// A message is due at another time: `due_at`, `not_before`, `not_after`.
    pub fn move_message(&self, m: &Message) -> Result<()> {
        const MOVE: &str = "UPDATE messages SET due_at = ?2, not_before = ?3, not_after = ?4 WHERE message = ?1";
        self.conn.prepare_cached(MOVE)?.execute(params![m.id.0 as i64, m.due_at.0, m.not_before.0, m.not_after.map(|at| at.0)])?;
        Ok(())
    }
}
