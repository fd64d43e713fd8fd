//! What colleagues were told: alerts that rang, promises that were warned about or broken, and the notices themselves.

use super::{Result, Store};
use crate::model::{Instant, LeadId, RunId};
use rusqlite::{Row, params};

/// An alert that rang.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRow {
    /// Its name.
    pub alert: String,
    /// About whom.
    pub lead: LeadId,
    /// The event or the episode: for each, an alert rings once.
    pub cause: String,
    /// When.
    pub at: Instant,
    /// Who was told.
    pub recipient: Option<String>,
}

/// What was done about one clock of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BreachKind {
    /// Its owner was warned.
    Warned,
    /// It was broken.
    Breached,
}

impl BreachKind {
    /// Its stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warned => "warned",
            Self::Breached => "breached",
        }
    }
}

/// A warning or a breach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreachRow {
    /// The promise.
    pub promise: String,
    /// To whom it was made.
    pub lead: LeadId,
    /// When its clock started.
    pub start: Instant,
    /// Which of the two.
    pub kind: BreachKind,
    /// When it was noticed.
    pub at: Instant,
    /// Who held the lead.
    pub owner: Option<String>,
    /// Who was told.
    pub recipient: Option<String>,
}

/// How far a notice has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoticeState {
    /// It waits to leave.
    Queued,
    /// Claimed, and under way.
    Sending,
    /// It left.
    Sent,
    /// It cannot leave.
    Failed,
    /// It was under way when the process died.
    Unknown,
}

impl NoticeState {
    /// All, with their stored names.
    pub const ALL: [(&'static str, Self); 5] =
        [("queued", Self::Queued), ("sending", Self::Sending), ("sent", Self::Sent), ("failed", Self::Failed), ("unknown", Self::Unknown)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }
    /// That of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, s)| *s)
    }
}

/// Words to a colleague.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// A stable hash of what it is about and whom it is for: said once.
    pub notice: u64,
    /// As-of of the run that queued it.
    pub at: Instant,
    /// An owner's id, or an address.
    pub recipient: String,
    /// An entry of `notify`; before the first `sop send` it is `notify` itself.
    pub medium: String,
    /// About whom.
    pub lead: Option<LeadId>,
    /// One line.
    pub subject: String,
    /// The whole.
    pub body: String,
    /// How far it has come.
    pub state: NoticeState,
}

fn read_alert(r: &Row<'_>) -> rusqlite::Result<AlertRow> {
    Ok(AlertRow { alert: r.get(0)?, lead: LeadId(r.get(1)?), cause: r.get(2)?, at: Instant(r.get(3)?), recipient: r.get(4)? })
}

fn read_breach(r: &Row<'_>) -> rusqlite::Result<BreachRow> {
    let kind = if r.get_ref(3)?.as_str() == Ok(BreachKind::Warned.name()) { BreachKind::Warned } else { BreachKind::Breached };
    let (promise, lead, start, at) = (r.get(0)?, LeadId(r.get(1)?), Instant(r.get(2)?), Instant(r.get(4)?));
    Ok(BreachRow { promise, lead, start, kind, at, owner: r.get(5)?, recipient: r.get(6)? })
}

pub(super) fn read_notice(r: &Row<'_>) -> rusqlite::Result<NoticeRow> {
    Ok(NoticeRow {
        notice: r.get::<_, i64>(0)? as u64,
        at: Instant(r.get(1)?),
        recipient: r.get(2)?,
        medium: r.get(3)?,
        lead: r.get::<_, Option<i64>>(4)?.map(LeadId),
        subject: r.get(5)?,
        body: r.get(6)?,
        state: NoticeState::parse(&r.get::<_, String>(7)?).unwrap_or(NoticeState::Unknown),
    })
}

impl Store {
    /// Records that an alert rang. False when it has rung for this cause before.
    pub fn ring(&self, a: &AlertRow, run: RunId) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO alerts (alert, lead, cause, at, recipient, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        Ok(self.conn.prepare_cached(sql)?.execute(params![a.alert, a.lead.0, a.cause, a.at.0, a.recipient, run.0])? > 0)
    }

    /// What is remembered of the alerts about one lead: alert, when it rang last, whether its state still held.
    pub fn alert_memory(&self, lead: LeadId) -> Result<Vec<(String, Instant, bool)>> {
        let mut statement = self.conn.prepare_cached("SELECT alert, at, still_true FROM alert_state WHERE lead = ?1 ORDER BY alert")?;
        Ok(statement.query_map([lead.0], |r| Ok((r.get(0)?, Instant(r.get(1)?), r.get(2)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Remembers when an alert rang last about a lead, if that differs.
    pub fn put_alert_memory(&self, lead: LeadId, alert: &str, at: Instant, still_true: bool, run: RunId) -> Result<()> {
        const PUT: &str = "INSERT INTO alert_state (lead, alert, at, still_true, run) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (lead, alert) DO UPDATE SET at = excluded.at, still_true = excluded.still_true
            WHERE at <> excluded.at OR still_true <> excluded.still_true";
        self.conn.prepare_cached(PUT)?.execute(params![lead.0, alert, at.0, still_true, run.0])?;
        Ok(())
    }

    /// The leads about which any alert ever rang.
    pub fn rung_leads(&self) -> Result<Vec<LeadId>> {
        let mut statement = self.conn.prepare("SELECT DISTINCT lead FROM alerts ORDER BY lead")?;
        Ok(statement.query_map([], |r| Ok(LeadId(r.get(0)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Alerts about one lead, or about all; oldest first.
    pub fn alerts(&self, lead: Option<LeadId>) -> Result<Vec<AlertRow>> {
        let of = if lead.is_some() { "lead = ?1" } else { "?1 IS NULL" };
        let sql = format!("SELECT alert, lead, cause, at, recipient FROM alerts WHERE {of} ORDER BY at, lead, alert, cause");
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_map([lead.map(|l| l.0)], read_alert)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Records a warning or a breach. False when it was recorded for this clock before.
    pub fn put_breach(&self, b: &BreachRow, run: RunId) -> Result<bool> {
        const PUT: &str = "INSERT OR IGNORE INTO breaches (promise, lead, start, kind, at, owner, recipient, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let row = params![b.promise, b.lead.0, b.start.0, b.kind.name(), b.at.0, b.owner, b.recipient, run.0];
        Ok(self.conn.prepare_cached(PUT)?.execute(row)? > 0)
    }

    /// Warnings and breaches of one lead, or of all; oldest first.
    pub fn breaches(&self, lead: Option<LeadId>) -> Result<Vec<BreachRow>> {
        let of = if lead.is_some() { "lead = ?1" } else { "?1 IS NULL" };
        let sql = format!("SELECT promise, lead, start, kind, at, owner, recipient FROM breaches WHERE {of} ORDER BY start, lead, promise, kind DESC");
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_map([lead.map(|l| l.0)], read_breach)?.collect::<rusqlite::Result<_>>()?)
    }

    /// When owners were warned about leads that somebody holds: promise or queue, lead, the start of its clock, and when.
    pub fn warnings(&self) -> Result<Vec<(String, LeadId, Instant, Instant)>> {
        const WARNED: &str = "SELECT b.promise, b.lead, b.start, b.at FROM breaches b JOIN lead_state s USING (lead)
            WHERE b.kind = 'warned' AND s.owner IS NOT NULL ORDER BY b.lead, b.promise, b.start";
        let mut statement = self.conn.prepare(WARNED)?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, LeadId(r.get(1)?), Instant(r.get(2)?), Instant(r.get(3)?))))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a breach still waits for its answer.
    pub fn set_breach_open(&self, promise: &str, lead: LeadId, start: Instant, open: bool) -> Result<()> {
        const OPEN: &str = "UPDATE breaches SET open = ?4 WHERE promise = ?1 AND lead = ?2 AND start = ?3 AND kind = 'breached' AND open <> ?4";
        self.conn.prepare_cached(OPEN)?.execute(params![promise, lead.0, start.0, open])?;
        Ok(())
    }

    /// How many breaches of each owner still wait for their answer; by owner.
    pub fn open_breaches(&self) -> Result<Vec<(String, i64)>> {
        const OPEN: &str = "SELECT owner, count(*) FROM breaches WHERE kind = 'breached' AND open = 1 AND owner IS NOT NULL GROUP BY owner ORDER BY owner";
        let mut statement = self.conn.prepare(OPEN)?;
        Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Queues a notice. False when the same was said to the same before.
    pub fn put_notice(&self, n: &NoticeRow, run: RunId) -> Result<bool> {
        const PUT: &str =
            "INSERT OR IGNORE INTO notices (notice, at, recipient, medium, lead, subject, body, state, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let lead = n.lead.map(|l| l.0);
        let row = params![n.notice as i64, n.at.0, n.recipient, n.medium, lead, n.subject, n.body, n.state.name(), run.0];
        Ok(self.conn.prepare_cached(PUT)?.execute(row)? > 0)
    }

    /// Notices in a state, or all; oldest first.
    pub fn notices(&self, state: Option<NoticeState>) -> Result<Vec<NoticeRow>> {
        const NOTICES: &str = "SELECT notice, at, recipient, medium, lead, subject, body, state FROM notices
            WHERE ?1 IS NULL OR state = ?1 ORDER BY at, recipient, lead, notice";
        let mut statement = self.conn.prepare_cached(NOTICES)?;
        Ok(statement.query_map([state.map(NoticeState::name)], read_notice)?.collect::<rusqlite::Result<_>>()?)
    }

    /// A notice has come further.
    pub fn set_notice_state(&self, notice: u64, state: NoticeState) -> Result<()> {
        self.conn.prepare_cached("UPDATE notices SET state = ?2 WHERE notice = ?1")?.execute(params![notice as i64, state.name()])?;
        Ok(())
    }

    /// Gives what was said about one lead to another: rows of this run where they are keyed by the lead, equal ones once.
    pub fn move_notices(&self, from: LeadId, to: LeadId, run: RunId) -> Result<()> {
        for a in self.alerts(Some(from))? {
            self.ring(&AlertRow { lead: to, ..a }, run)?;
        }
        for b in self.breaches(Some(from))? {
            self.put_breach(&BreachRow { lead: to, ..b }, run)?;
        }
        for (alert, at, still_true) in self.alert_memory(from)? {
            let known = self.alert_memory(to)?.into_iter().find(|(name, ..)| *name == alert).map(|(_, at, _)| at);
            if known.is_none_or(|known| known < at) {
                self.put_alert_memory(to, &alert, at, still_true, run)?;
            }
        }
        self.conn.execute("DELETE FROM alerts WHERE lead = ?1", [from.0])?;
        self.conn.execute("DELETE FROM alert_state WHERE lead = ?1", [from.0])?;
        self.conn.execute("DELETE FROM breaches WHERE lead = ?1", [from.0])?;
        self.conn.execute("UPDATE notices SET lead = ?2 WHERE lead = ?1", [from.0, to.0])?;
        Ok(())
    }
}
