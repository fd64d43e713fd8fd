//! Who got which lead, how long leads waited in queues, and whose turn it is.

use super::{Result, Store};
use crate::model::{Instant, LeadId, RunId};
use rusqlite::{OptionalExtension, Row, params};

/// How an owner's hold on a lead ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ended {
    /// Another owner got it.
    HandedOver,
    /// The owner gave it back.
    Returned,
    /// The queue took it back.
    Reclaimed,
    /// Sales rejected it.
    Rejected,
    /// It became a customer.
    Won,
    /// Somebody said so.
    ByHand,
}

impl Ended {
    /// All, with their stored names.
    pub const ALL: [(&'static str, Self); 6] = [
        ("handed-over", Self::HandedOver),
        ("returned", Self::Returned),
        ("reclaimed", Self::Reclaimed),
        ("rejected", Self::Rejected),
        ("won", Self::Won),
        ("by-hand", Self::ByHand),
    ];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, e)| *e == self).map_or("", |(n, _)| n)
    }
    /// That of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, e)| *e)
    }
}

/// One hold of an owner on a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentRow {
    /// Whose.
    pub lead: LeadId,
    /// Since when.
    pub at: Instant,
    /// Who got it.
    pub owner: String,
    /// Who had it.
    pub from_owner: Option<String>,
    /// The round; `None` = by hand, or by a claim.
    pub round: Option<String>,
    /// The rule.
    pub rule: Option<String>,
    /// When and how it ended.
    pub ended: Option<(Instant, Ended)>,
}

/// One stay of a lead in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueStay {
    /// Whose.
    pub lead: LeadId,
    /// Which.
    pub queue: String,
    /// Since when.
    pub from_at: Instant,
    /// Until when, and how it left.
    pub left: Option<(Instant, String)>,
}

/// Leads that one owner holds at one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The owner.
    pub owner: String,
    /// The stage; `None` = none yet.
    pub stage: Option<String>,
    /// How many.
    pub leads: i64,
}

const LIST: &str = "lead, at, owner, from_owner, round, rule, ended_at, ended_how";

fn read(r: &Row<'_>) -> rusqlite::Result<AssignmentRow> {
    let how: Option<String> = r.get(7)?;
    Ok(AssignmentRow {
        lead: LeadId(r.get(0)?),
        at: Instant(r.get(1)?),
        owner: r.get(2)?,
        from_owner: r.get(3)?,
        round: r.get(4)?,
        rule: r.get(5)?,
        ended: r.get::<_, Option<i64>>(6)?.map(Instant).zip(how.as_deref().and_then(Ended::parse)),
    })
}

fn read_stay(r: &Row<'_>) -> rusqlite::Result<QueueStay> {
    let left = r.get::<_, Option<i64>>(3)?.map(Instant).zip(r.get(4)?);
    Ok(QueueStay { lead: LeadId(r.get(0)?), queue: r.get(1)?, from_at: Instant(r.get(2)?), left })
}

impl Store {
    /// Records that an owner got a lead. Ending the hold before is the caller's.
    pub fn add_assignment(&self, a: &AssignmentRow, run: RunId) -> Result<()> {
        // It goes behind those of the same instant.
        const ADD: &str = "INSERT INTO assignments (lead, at, seq, owner, from_owner, round, rule, ended_at, ended_how, run) VALUES (?1, ?2,
            (SELECT coalesce(max(seq) + 1, 0) FROM assignments WHERE lead = ?1 AND at = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let (ended, how) = (a.ended.map(|e| e.0.0), a.ended.map(|e| e.1.name()));
        self.conn.prepare_cached(ADD)?.execute(params![a.lead.0, a.at.0, a.owner, a.from_owner, a.round, a.rule, ended, how, run.0])?;
        Ok(())
    }

    /// Ends the open hold on a lead, if there is one. True when there was.
    pub fn end_assignment(&self, lead: LeadId, at: Instant, how: Ended) -> Result<bool> {
        const END: &str = "UPDATE assignments SET ended_at = ?2, ended_how = ?3 WHERE lead = ?1 AND ended_at IS NULL";
        Ok(self.conn.prepare_cached(END)?.execute(params![lead.0, at.0, how.name()])? > 0)
    }

    /// How many leads each round handed over from an instant on; by round.
    pub fn dealt_since(&self, from: Instant, until: Instant) -> Result<Vec<(String, i64)>> {
        const DEALT: &str = "SELECT round, count(*) FROM assignments WHERE at > ?1 AND at <= ?2 AND round IS NOT NULL GROUP BY round ORDER BY round";
        let mut statement = self.conn.prepare(DEALT)?;
        Ok(statement.query_map([from.0, until.0], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether this owner was ever given a lead here.
    pub fn was_given_leads(&self, owner: &str) -> Result<bool> {
        Ok(self.conn.query_row("SELECT EXISTS (SELECT 1 FROM assignments WHERE owner = ?1)", [owner], |r| r.get(0))?)
    }

    /// The holds on one lead, oldest first.
    pub fn assignments_of(&self, lead: LeadId) -> Result<Vec<AssignmentRow>> {
        let sql = format!("SELECT {LIST} FROM assignments WHERE lead = ?1 ORDER BY at, seq");
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_map([lead.0], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// How many leads each owner holds at each stage, held elsewhere included; by owner, then stage.
    pub fn holdings(&self) -> Result<Vec<Holding>> {
        // Read off the index of owners alone.
        const HOLDINGS: &str = "SELECT owner, stage, count(*) FROM lead_state WHERE owner IS NOT NULL GROUP BY owner, stage ORDER BY owner, stage";
        let mut statement = self.conn.prepare(HOLDINGS)?;
        Ok(statement.query_map([], |r| Ok(Holding { owner: r.get(0)?, stage: r.get(1)?, leads: r.get(2)? }))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Leads that nobody holds, by stage.
    pub fn unheld(&self) -> Result<Vec<(Option<String>, i64)>> {
        const UNHELD: &str = "SELECT stage, count(*) FROM lead_state WHERE owner IS NULL GROUP BY stage ORDER BY stage";
        let mut statement = self.conn.prepare(UNHELD)?;
        Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether anything was ever handed over.
    pub fn any_assignment(&self) -> Result<bool> {
        Ok(self.conn.query_row("SELECT EXISTS (SELECT 1 FROM assignments)", [], |r| r.get(0))?)
    }

    /// Every name under which a lead is held, a deal is kept or a follow-up was logged; in order.
    pub fn owners(&self) -> Result<Vec<String>> {
        const OWNERS: &str = "SELECT owner FROM lead_state WHERE owner IS NOT NULL UNION SELECT owner FROM deals WHERE owner IS NOT NULL
            UNION SELECT owner FROM follow_ups WHERE owner IS NOT NULL UNION SELECT owner FROM verdicts WHERE owner IS NOT NULL ORDER BY 1";
        let mut statement = self.conn.prepare(OWNERS)?;
        Ok(statement.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// A name turned out to be a colleague: their id stands for it from now on.
    pub fn rename_owner(&self, told: &str, id: &str) -> Result<()> {
        for (table, column) in [("lead_state", "owner"), ("standings", "last_owner"), ("deals", "owner"), ("follow_ups", "owner"), ("verdicts", "owner")] {
            self.conn.execute(&format!("UPDATE OR FAIL {table} SET {column} = ?2 WHERE {column} = ?1"), [told, id])?;
        }
        Ok(())
    }

    /// The leads that an owner holds, in the order of their numbers.
    pub fn held_by(&self, owner: &str) -> Result<Vec<LeadId>> {
        let mut statement = self.conn.prepare_cached("SELECT lead FROM lead_state WHERE owner = ?1 ORDER BY lead")?;
        Ok(statement.query_map([owner], |r| Ok(LeadId(r.get(0)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// The leads that wait in a queue, in the order of their numbers.
    pub fn waiting_in(&self, queue: &str) -> Result<Vec<LeadId>> {
        let mut statement = self.conn.prepare_cached("SELECT lead FROM lead_state WHERE queue = ?1 ORDER BY lead")?;
        Ok(statement.query_map([queue], |r| Ok(LeadId(r.get(0)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Every queue that leads wait in, with how many; by name.
    pub fn queues(&self) -> Result<Vec<(String, i64)>> {
        // Read off the index of queues alone.
        const QUEUES: &str = "SELECT queue, count(*) FROM lead_state WHERE queue IS NOT NULL GROUP BY queue ORDER BY queue";
        let mut statement = self.conn.prepare(QUEUES)?;
        Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// How many leads an owner claimed from a queue, from `from` on and before `until`.
    pub fn claimed(&self, owner: &str, queue: &str, from: Instant, until: Instant) -> Result<i64> {
        // A claim is the hold that began when a stay ended so.
        const CLAIMED: &str = "SELECT count(*) FROM assignments a JOIN queue_stays q ON q.lead = a.lead AND q.until_at = a.at AND q.how = 'claimed'
            WHERE a.owner = ?1 AND a.round IS NULL AND q.queue = ?2 AND a.at >= ?3 AND a.at < ?4";
        Ok(self.conn.prepare_cached(CLAIMED)?.query_row(params![owner, queue, from.0, until.0], |r| r.get(0))?)
    }

    /// How many leads each owner got from `from` on and before `until`, with how many of them by a claim or by hand (no
    /// round); by owner.
    pub fn got_on(&self, from: Instant, until: Instant) -> Result<Vec<(String, i64, i64)>> {
        const GOT: &str = "SELECT owner, count(*), count(*) - count(round) FROM assignments WHERE at >= ?1 AND at < ?2 GROUP BY owner ORDER BY owner";
        let mut statement = self.conn.prepare_cached(GOT)?;
        Ok(statement.query_map([from.0, until.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// The later of last follow-up and last assignment of each owner up to `as_of`; by owner.
    pub fn last_activity(&self, as_of: Instant) -> Result<Vec<(String, Instant)>> {
        const LAST: &str = "SELECT owner, max(at) FROM (SELECT owner, max(at) AS at FROM follow_ups WHERE owner IS NOT NULL AND at <= ?1 GROUP BY owner
            UNION ALL SELECT owner, max(at) FROM assignments WHERE at <= ?1 GROUP BY owner) GROUP BY owner ORDER BY owner";
        let mut statement = self.conn.prepare_cached(LAST)?;
        Ok(statement.query_map([as_of.0], |r| Ok((r.get(0)?, Instant(r.get(1)?))))?.collect::<rusqlite::Result<_>>()?)
    }

    /// A lead enters a queue.
    pub fn enter_queue(&self, lead: LeadId, queue: &str, at: Instant, run: RunId) -> Result<()> {
        const ENTER: &str = "INSERT INTO queue_stays (lead, from_at, seq, queue, run)
            VALUES (?1, ?2, (SELECT coalesce(max(seq) + 1, 0) FROM queue_stays WHERE lead = ?1 AND from_at = ?2), ?3, ?4)";
        self.conn.prepare_cached(ENTER)?.execute(params![lead.0, at.0, queue, run.0])?;
        Ok(())
    }

    /// A lead leaves its queue. True when it was in one.
    pub fn leave_queue(&self, lead: LeadId, at: Instant, how: &str) -> Result<bool> {
        const LEAVE: &str = "UPDATE queue_stays SET until_at = ?2, how = ?3 WHERE lead = ?1 AND until_at IS NULL";
        Ok(self.conn.prepare_cached(LEAVE)?.execute(params![lead.0, at.0, how])? > 0)
    }

    /// The stays of one lead in queues, oldest first.
    pub fn queue_stays_of(&self, lead: LeadId) -> Result<Vec<QueueStay>> {
        const STAYS: &str = "SELECT lead, queue, from_at, until_at, how FROM queue_stays WHERE lead = ?1 ORDER BY from_at, seq";
        let mut statement = self.conn.prepare_cached(STAYS)?;
        Ok(statement.query_map([lead.0], read_stay)?.collect::<rusqlite::Result<_>>()?)
    }

    /// What the turns of a rule stand at: JSON of the assignment engine's making.
    pub fn credit(&self, round: &str, rule: &str) -> Result<Option<String>> {
        let mut statement = self.conn.prepare_cached("SELECT state FROM credits WHERE round = ?1 AND rule = ?2")?;
        Ok(statement.query_row([round, rule], |r| r.get(0)).optional()?)
    }

    /// Every rule's turns: round, rule, state.
    pub fn credits(&self) -> Result<Vec<(String, String, String)>> {
        let mut statement = self.conn.prepare("SELECT round, rule, state FROM credits ORDER BY round, rule")?;
        Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps what the turns of a rule stand at, if it differs.
    pub fn put_credit(&self, round: &str, rule: &str, state: &str, run: RunId) -> Result<()> {
        const PUT: &str = "INSERT INTO credits (round, rule, state, run) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (round, rule) DO UPDATE SET state = excluded.state WHERE state <> excluded.state";
        self.conn.prepare_cached(PUT)?.execute(params![round, rule, state, run.0])?;
        Ok(())
    }

    /// Gives the holds and stays of one lead to another: new rows of this run. Of two that are open, those of `from` end `at`
    /// this instant, by hand.
    pub fn move_assignments(&self, from: LeadId, to: LeadId, at: Instant, run: RunId) -> Result<()> {
        let there = self.assignments_of(to)?;
        let is_held = there.iter().any(|a| a.ended.is_none());
        for mut a in self.assignments_of(from)? {
            a.lead = to;
            if !there.contains(&a) {
                a.ended = a.ended.or(is_held.then_some((at, Ended::ByHand)));
                self.add_assignment(&a, run)?;
            }
        }
        let there = self.queue_stays_of(to)?;
        let waits = there.iter().any(|s| s.left.is_none());
        for mut stay in self.queue_stays_of(from)? {
            stay.lead = to;
            if !there.contains(&stay) {
                stay.left = stay.left.or_else(|| waits.then(|| (at, "merged".to_owned())));
                const COPY: &str = "INSERT INTO queue_stays (lead, from_at, seq, queue, until_at, how, run)
                    VALUES (?1, ?2, (SELECT coalesce(max(seq) + 1, 0) FROM queue_stays WHERE lead = ?1 AND from_at = ?2), ?3, ?4, ?5, ?6)";
                let (until, how) = stay.left.map_or((None, None), |(t, how)| (Some(t.0), Some(how)));
                self.conn.prepare_cached(COPY)?.execute(params![to.0, stay.from_at.0, stay.queue, until, how, run.0])?;
            }
        }
        self.conn.execute("DELETE FROM assignments WHERE lead = ?1", [from.0])?;
        self.conn.execute("DELETE FROM queue_stays WHERE lead = ?1", [from.0])?;
        Ok(())
    }
}
