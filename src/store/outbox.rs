//! How messages and notices come out of the outbox: claimed, tried, settled. Each of the three is durable before the next begins,
//! so that whatever happens to the process, the base knows what may have left.

use super::lock::suffixed;
use super::messages::{COLUMNS, read_message};
use super::notices::read_notice;
use super::{NoticeRow, NoticeState, Result, Store, io_error};
use crate::model::{Instant, Key, LeadId, Message, MessageId, MessageState, RunId, stable_hash};
use rusqlite::params;
use std::fs::File;
use std::io::ErrorKind;

/// The states that the index of waiting messages holds: a query that repeats them finds its rows by it.
const INDEXED: &str = "state IN ('queued', 'sending', 'deferred', 'held', 'unknown')";

/// How an attempt ended, or why there was none.
#[derive(Clone, Copy, Debug)]
pub struct Settled<'a> {
    /// What it came to.
    pub state: MessageState,
    /// Why.
    pub reason: Option<&'a str>,
    /// When it was taken.
    pub sent_at: Option<Instant>,
    /// After a failure that may pass: not before this.
    pub next_try: Option<Instant>,
    /// The first instant at which it may leave, where that moved.
    pub not_before: Option<Instant>,
}

/// Once that somebody heard from us.
#[derive(Clone, Debug)]
pub struct Heard {
    /// When.
    pub at: Instant,
    /// By which medium.
    pub medium: String,
    /// The lead itself, not another at its address.
    pub own: bool,
}

/// Which messages are meant; `None` = any.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutboxFilter<'a> {
    /// In these states; none = all.
    pub states: &'a [MessageState],
    /// By this medium.
    pub medium: Option<&'a str>,
    /// Of this path.
    pub path: Option<&'a str>,
    /// To this lead.
    pub lead: Option<LeadId>,
}

/// A message with the key of its lead.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    /// The message.
    pub message: Message,
    /// The lead's key.
    pub key: Option<Key>,
}

impl Store {
    /// Makes what the run did so far durable, and goes on in the next transaction.
    ///
    /// A process that is killed loses nothing that was committed, synced or not: its writes are with the system. Only a power cut can
    /// take what was not `synced`, so the caller syncs as often as the pace of sending bears.
    pub fn commit_so_far(&self, synced: bool) -> Result<()> {
        self.conn.execute_batch("COMMIT; PRAGMA synchronous = NORMAL")?;
        if synced {
            let log = suffixed(&self.path, "-wal");
            // The log is gone when a checkpoint has just emptied it: then everything is in the base, and synced.
            match File::open(&log).and_then(|f| f.sync_data()) {
                Err(e) if e.kind() != ErrorKind::NotFound => return Err(io_error(&log, e)),
                _ => {}
            }
        }
        Ok(self.conn.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// What a dead process left under way: it may have left. Gives how many messages and how many notices.
    pub fn abandon_sending(&self, why: &str) -> Result<(usize, usize)> {
        let messages = format!("UPDATE messages SET state = 'unknown', reason = ?1 WHERE state = 'sending' AND {INDEXED}");
        let messages = self.conn.execute(&messages, [why])?;
        let notices = self.conn.execute("UPDATE notices SET state = 'unknown', error = ?1 WHERE state = 'sending'", [why])?;
        Ok((messages, notices))
    }

    /// Puts what may have left back into the outbox, to be sent once more. Gives how many messages and how many notices.
    pub fn retry_unknown(&self, medium: Option<&str>, notices: bool) -> Result<(usize, usize)> {
        let sql = format!(
            "UPDATE messages SET state = 'queued', reason = 'it may have left before', next_try = NULL, attempts = 0
             WHERE state = 'unknown' AND {INDEXED} AND medium = coalesce(?1, medium)"
        );
        let messages = self.conn.execute(&sql, [medium])?;
        const NOTICES: &str = "UPDATE notices SET state = 'queued', next_try = NULL, attempts = 0 WHERE state = 'unknown' AND ?1";
        Ok((messages, self.conn.execute(NOTICES, [notices])?))
    }

    /// What may leave at an instant, in the order in which it does.
    pub fn due_messages(&self, at: Instant, medium: Option<&str>) -> Result<Vec<(MessageId, String)>> {
        let sql = format!(
            "SELECT message, medium FROM messages WHERE {INDEXED} AND state IN ('queued', 'deferred') AND not_before <= ?1
             AND (next_try IS NULL OR next_try <= ?1) AND medium = coalesce(?2, medium) ORDER BY not_before, medium, lead, message"
        );
        let mut statement = self.conn.prepare(&sql)?;
        let rows = statement.query_map(params![at.0, medium], |r| Ok((MessageId(r.get::<_, i64>(0)? as u64), r.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A message is about to be tried. `address`: where it goes now.
    pub fn claim_message(&self, id: MessageId, address: &str, at: Instant, run: RunId) -> Result<()> {
        const CLAIM: &str = "UPDATE messages SET state = 'sending', attempts = attempts + 1, reason = NULL, next_try = NULL, address = ?2,
            claimed_at = ?3, sent_run = ?4 WHERE message = ?1";
        self.conn.prepare_cached(CLAIM)?.execute(params![id.0 as i64, address, at.0, run.0])?;
        Ok(())
    }

    /// What became of a message.
    pub fn settle_message(&self, id: MessageId, s: &Settled<'_>) -> Result<()> {
        const SETTLE: &str = "UPDATE messages SET state = ?2, reason = ?3, sent_at = ?4, next_try = ?5, not_before = coalesce(?6, not_before)
            WHERE message = ?1 AND (state, reason, sent_at, next_try, not_before) IS NOT (?2, ?3, ?4, ?5, coalesce(?6, not_before))";
        let at = |at: Option<Instant>| at.map(|at| at.0);
        let row = params![id.0 as i64, s.state.name(), s.reason, at(s.sent_at), at(s.next_try), at(s.not_before)];
        self.conn.prepare_cached(SETTLE)?.execute(row)?;
        Ok(())
    }

    /// When a lead, or anybody at an address, has heard from us by advertising since an instant, and by which medium. What is under way, or
    /// may have left, counts: an annoyed lead does not ask whether we are sure.
    pub fn heard(&self, lead: LeadId, address: Option<&str>, since: Instant) -> Result<Vec<Heard>> {
        const HEARD: &str = "SELECT coalesce(sent_at, claimed_at, not_before), medium, lead = ?1 FROM messages
            WHERE (lead = ?1 OR address = ?3 COLLATE NOCASE) AND service = 0 AND state IN ('sent', 'sending', 'unknown')
            AND coalesce(sent_at, claimed_at, not_before) >= ?2 ORDER BY 1, 2, 3";
        let mut statement = self.conn.prepare_cached(HEARD)?;
        let read = |r: &rusqlite::Row<'_>| Ok(Heard { at: Instant(r.get(0)?), medium: r.get(1)?, own: r.get(2)? });
        Ok(statement.query_map(params![lead.0, since.0, address], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// How many messages and notices may have left, and nobody knows.
    pub fn left_perhaps(&self) -> Result<i64> {
        let sql =
            format!("SELECT (SELECT count(*) FROM messages WHERE state = 'unknown' AND {INDEXED}) + (SELECT count(*) FROM notices WHERE state = 'unknown')");
        Ok(self.conn.query_row(&sql, [], |r| r.get(0))?)
    }

    /// Puts messages that failed back into the outbox, to be tried as if they never had been.
    pub fn retry_failed(&self, id: MessageId) -> Result<()> {
        const AGAIN: &str = "UPDATE messages SET state = 'queued', reason = 'it failed before', next_try = NULL, attempts = 0
            WHERE message = ?1 AND state = 'failed'";
        self.conn.prepare_cached(AGAIN)?.execute([id.0 as i64])?;
        Ok(())
    }

    /// The same of all notices that failed; gives how many.
    pub fn retry_failed_notices(&self) -> Result<usize> {
        Ok(self.conn.execute("UPDATE notices SET state = 'queued', error = NULL, next_try = NULL, attempts = 0 WHERE state = 'failed'", [])?)
    }

    /// Messages that a run handed over.
    pub fn sent_by(&self, run: RunId) -> Result<Vec<Message>> {
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE sent_run = ?1 AND state = 'sent' ORDER BY not_before, medium, lead, message");
        Ok(self.conn.prepare(&sql)?.query_map([run.0], read_message)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Notices that a run handed over.
    pub fn notices_by(&self, run: RunId) -> Result<Vec<NoticeRow>> {
        const BY: &str = "SELECT notice, at, recipient, medium, lead, subject, body, state FROM notices
            WHERE sent_run = ?1 AND state = 'sent' ORDER BY at, medium, recipient, lead, notice";
        Ok(self.conn.prepare(BY)?.query_map([run.0], read_notice)?.collect::<rusqlite::Result<_>>()?)
    }

    /// The messages that are meant, in the order in which they leave or left.
    pub fn outbox(&self, filter: &OutboxFilter<'_>) -> Result<Vec<OutboxRow>> {
        let states: Vec<String> = filter.states.iter().map(|s| format!("'{}'", s.name())).collect();
        let of = if states.is_empty() { "TRUE".to_owned() } else { format!("m.state IN ({})", states.join(", ")) };
        let columns: Vec<String> = COLUMNS.split(',').map(|c| format!("m.{}", c.trim())).collect();
        let sql = format!(
            "SELECT {}, l.lead_key FROM messages m LEFT JOIN leads l USING (lead)
             WHERE {of} AND m.medium = coalesce(?1, m.medium) AND m.path = coalesce(?2, m.path) AND m.lead = coalesce(?3, m.lead)
             ORDER BY coalesce(m.sent_at, m.not_before), m.medium, m.lead, m.message",
            columns.join(", ")
        );
        let mut statement = self.conn.prepare(&sql)?;
        let key = columns.len();
        let row = |r: &rusqlite::Row<'_>| Ok(OutboxRow { message: read_message(r)?, key: r.get::<_, Option<i64>>(key)?.map(Key::from_number) });
        let rows = statement.query_map(params![filter.medium, filter.path, filter.lead.map(|l| l.0)], row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many messages are in each state, in the order of the states.
    pub fn outbox_states(&self) -> Result<Vec<(String, i64)>> {
        let all = self.counted("SELECT state, count(*) FROM messages GROUP BY state")?;
        let of = |name: &str| all.iter().find(|(s, _)| s == name).cloned();
        Ok(MessageState::ALL.iter().filter_map(|(name, _)| of(name)).collect())
    }

    /// Why messages do not leave, most frequent first.
    pub fn outbox_reasons(&self) -> Result<Vec<(String, i64)>> {
        self.counted("SELECT reason, count(*) FROM messages WHERE reason IS NOT NULL AND state <> 'sent' GROUP BY reason ORDER BY 2 DESC, 1")
    }

    /// How many notices are in each state.
    pub fn notice_states(&self) -> Result<Vec<(String, i64)>> {
        self.counted("SELECT state, count(*) FROM notices GROUP BY state ORDER BY state")
    }

    fn counted(&self, sql: &str) -> Result<Vec<(String, i64)>> {
        let mut statement = self.conn.prepare(sql)?;
        Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// The media and the paths of all messages.
    pub fn outbox_names(&self) -> Result<(Vec<String>, Vec<String>)> {
        let all = |sql: &str| -> Result<Vec<String>> {
            let mut statement = self.conn.prepare(sql)?;
            Ok(statement.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
        };
        Ok((all("SELECT DISTINCT medium FROM messages ORDER BY 1")?, all("SELECT DISTINCT path FROM messages ORDER BY 1")?))
    }

    /// Gives each notice one row for every way out: `media` are the ids of the entries of `notify`. The first keeps its number.
    pub fn spread_notices(&self, media: &[&str], run: RunId) -> Result<()> {
        let Some((first, more)) = media.split_first() else { return Ok(()) };
        for notice in self.notices(Some(NoticeState::Queued))?.into_iter().filter(|n| n.medium == "notify") {
            self.conn.prepare_cached("UPDATE notices SET medium = ?2 WHERE notice = ?1")?.execute(params![notice.notice as i64, first])?;
            for medium in more {
                let number = stable_hash(&[&notice.notice.to_be_bytes(), medium.as_bytes()]) >> 1;
                self.put_notice(&NoticeRow { notice: number, medium: (*medium).to_owned(), ..notice.clone() }, run)?;
            }
        }
        Ok(())
    }

    /// Notices that may leave at an instant, with how often each was tried; oldest first.
    pub fn due_notices(&self, at: Instant) -> Result<Vec<(NoticeRow, u32)>> {
        const DUE: &str = "SELECT notice, at, recipient, medium, lead, subject, body, state, attempts FROM notices
            WHERE state = 'queued' AND (next_try IS NULL OR next_try <= ?1) ORDER BY at, medium, recipient, lead, notice";
        let mut statement = self.conn.prepare(DUE)?;
        Ok(statement.query_map([at.0], |r| Ok((read_notice(r)?, r.get(8)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// A notice is about to be tried.
    pub fn claim_notice(&self, notice: u64, run: RunId) -> Result<()> {
        const CLAIM: &str = "UPDATE notices SET state = 'sending', attempts = attempts + 1, next_try = NULL, error = NULL, sent_run = ?2 WHERE notice = ?1";
        self.conn.prepare_cached(CLAIM)?.execute(params![notice as i64, run.0])?;
        Ok(())
    }

    /// What became of a notice.
    pub fn settle_notice(&self, notice: u64, state: NoticeState, error: Option<&str>, sent_at: Option<Instant>, next_try: Option<Instant>) -> Result<()> {
        const SETTLE: &str = "UPDATE notices SET state = ?2, error = ?3, sent_at = ?4, next_try = ?5 WHERE notice = ?1";
        self.conn.prepare_cached(SETTLE)?.execute(params![notice as i64, state.name(), error, sent_at.map(|a| a.0), next_try.map(|a| a.0)])?;
        Ok(())
    }
}
