//! Follow-ups and verdicts: what owners logged about leads. Acting on verdicts is the lifecycle's.

use super::side::Side;
use super::{Result, Store};
use crate::model::{FollowUp, Instant, LeadId, Outcome, RunId, Verdict};
use rusqlite::{Row, params};

/// A follow-up as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FollowUpRow {
    /// An owner's id, or a name that the team does not know.
    pub owner: Option<String>,
    /// `call`, `email`, `wecom`, `visit`, or as told.
    pub ty: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What was said.
    pub note: Option<String>,
    /// 需求痛点
    pub pain: Option<String>,
    /// 决策进度
    pub progress: Option<String>,
    /// 预算, as told.
    pub budget: Option<String>,
    /// When to speak again.
    pub next_at: Option<Instant>,
    /// How good sales finds the lead.
    pub quality: Option<String>,
    /// Blank, or what a row without a date is known by when it comes again.
    pub origin: String,
}

/// Follow-ups during a pass.
pub(super) const SIDE: Side<FollowUp> = Side {
    any: "SELECT EXISTS (SELECT 1 FROM follow_ups)",
    rows: "SELECT lead, at, owner, outcome FROM follow_ups WHERE {} ORDER BY lead, at, seq",
    read: |r| {
        let outcome: Option<String> = r.get(3)?;
        Ok(FollowUp { at: Instant(r.get(1)?), owner: r.get(2)?, outcome: outcome.as_deref().and_then(Outcome::parse) })
    },
};

/// Verdicts during a pass.
pub(super) const VERDICTS: Side<Verdict> = Side {
    any: "SELECT EXISTS (SELECT 1 FROM verdicts)",
    rows: "SELECT lead, at, owner, reason FROM verdicts WHERE {} ORDER BY lead, at, seq",
    read: |r| Ok(Verdict { at: Instant(r.get(1)?), owner: r.get(2)?, reason: r.get(3)? }),
};

const LIST: &str = "owner, type, outcome, note, pain, progress, budget, next_at, quality, origin";

/// A follow-up from the columns of [`LIST`].
fn read(r: &Row<'_>, first: usize) -> rusqlite::Result<FollowUpRow> {
    let text = |i: usize| r.get::<_, Option<String>>(first + i);
    Ok(FollowUpRow {
        owner: text(0)?,
        ty: text(1)?,
        outcome: text(2)?.as_deref().and_then(Outcome::parse),
        note: text(3)?,
        pain: text(4)?,
        progress: text(5)?,
        budget: text(6)?,
        next_at: r.get::<_, Option<i64>>(first + 7)?.map(Instant),
        quality: text(8)?,
        origin: r.get(first + 9)?,
    })
}

impl Store {
    /// The follow-ups of a lead with their instants and places, oldest first.
    pub fn follow_ups_of(&self, lead: LeadId) -> Result<Vec<(Instant, i64, FollowUpRow)>> {
        let sql = format!("SELECT at, seq, {LIST} FROM follow_ups WHERE lead = ?1 ORDER BY at, seq");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([lead.0], |r| Ok((Instant(r.get(0)?), r.get(1)?, read(r, 2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Adds a follow-up.
    pub fn add_follow_up(&self, lead: LeadId, at: Instant, f: &FollowUpRow, run: RunId) -> Result<()> {
        // It goes behind those of the same instant.
        let sql = format!(
            "INSERT INTO follow_ups (lead, at, seq, {LIST}, run) VALUES (?1, ?2,
             (SELECT coalesce(max(seq) + 1, 0) FROM follow_ups WHERE lead = ?1 AND at = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        );
        self.conn.prepare_cached(&sql)?.execute(params![
            lead.0,
            at.0,
            f.owner,
            f.ty,
            f.outcome.map(Outcome::name),
            f.note,
            f.pain,
            f.progress,
            f.budget,
            f.next_at.map(|t| t.0),
            f.quality,
            f.origin,
            run.0
        ])?;
        Ok(())
    }

    /// Gives one follow-up of a lead to another.
    pub fn give_follow_up(&self, (from, at, seq): (LeadId, Instant, i64), f: &FollowUpRow, to: LeadId, run: RunId) -> Result<()> {
        self.add_follow_up(to, at, f, run)?;
        self.conn.prepare_cached("DELETE FROM follow_ups WHERE lead = ?1 AND at = ?2 AND seq = ?3")?.execute(params![from.0, at.0, seq])?;
        Ok(())
    }

    /// Overwrites what a follow-up says beside who, when, how it ended and the note.
    pub fn update_follow_up(&self, lead: LeadId, at: Instant, seq: i64, f: &FollowUpRow) -> Result<()> {
        const SET: &str = "UPDATE follow_ups SET type = ?4, pain = ?5, progress = ?6, budget = ?7, next_at = ?8, quality = ?9
            WHERE lead = ?1 AND at = ?2 AND seq = ?3";
        let next = f.next_at.map(|t| t.0);
        self.conn.prepare_cached(SET)?.execute(params![lead.0, at.0, seq, f.ty, f.pain, f.progress, f.budget, next, f.quality])?;
        Ok(())
    }

    /// The verdicts on a lead, oldest first.
    pub fn verdicts_of(&self, lead: LeadId) -> Result<Vec<Verdict>> {
        VERDICTS.of(self, lead)
    }

    /// The leads whose latest verdict is this reason, with its instant; in the order of their numbers.
    pub fn last_rejected_for(&self, reason: &str) -> Result<Vec<(LeadId, Verdict)>> {
        const LAST: &str = "SELECT v.lead, v.at, v.owner, v.reason FROM verdicts v WHERE v.reason = ?1 AND NOT EXISTS
            (SELECT 1 FROM verdicts later WHERE later.lead = v.lead AND (later.at, later.seq) > (v.at, v.seq)) ORDER BY v.lead";
        let mut statement = self.conn.prepare(LAST)?;
        let read = |r: &Row<'_>| Ok((LeadId(r.get(0)?), Verdict { at: Instant(r.get(1)?), owner: r.get(2)?, reason: r.get(3)? }));
        Ok(statement.query_map([reason], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a verdict is known. `origin` is blank for one with a date of its own (an equal one of the same instant is the
    /// same), or what it is known by when it comes again.
    pub fn has_verdict(&self, lead: LeadId, v: &Verdict, origin: &str) -> Result<bool> {
        const KNOWN: &str =
            "SELECT EXISTS (SELECT 1 FROM verdicts WHERE lead = ?1 AND CASE ?5 WHEN '' THEN at = ?2 AND owner IS ?3 AND reason IS ?4 ELSE origin = ?5 END)";
        Ok(self.conn.prepare_cached(KNOWN)?.query_row(params![lead.0, v.at.0, v.owner, v.reason, origin], |r| r.get(0))?)
    }

    /// Records a verdict that is not known yet ([`Store::has_verdict`]). True when it is new.
    pub fn put_verdict(&self, lead: LeadId, v: &Verdict, origin: &str, run: RunId) -> Result<bool> {
        if self.has_verdict(lead, v, origin)? {
            return Ok(false);
        }
        const PUT: &str = "INSERT INTO verdicts (lead, at, seq, owner, reason, origin, run)
            VALUES (?1, ?2, (SELECT coalesce(max(seq) + 1, 0) FROM verdicts WHERE lead = ?1 AND at = ?2), ?3, ?4, ?5, ?6)";
        self.conn.prepare_cached(PUT)?.execute(params![lead.0, v.at.0, v.owner, v.reason, origin, run.0])?;
        Ok(true)
    }

    /// Gives the follow-ups and verdicts of one lead to another: new rows of this run, equal ones once.
    pub fn move_follow_ups(&self, from: LeadId, to: LeadId, run: RunId) -> Result<()> {
        let mut there: Vec<(Instant, FollowUpRow)> = self.follow_ups_of(to)?.into_iter().map(|(at, _, f)| (at, f)).collect();
        for (at, _, f) in self.follow_ups_of(from)? {
            match there.iter().position(|(t, known)| *t == at && *known == f) {
                Some(place) => drop(there.swap_remove(place)), // each of them answers for one
                None => self.add_follow_up(to, at, &f, run)?,
            }
        }
        self.conn.execute("DELETE FROM follow_ups WHERE lead = ?1", [from.0])?;
        let mut statement = self.conn.prepare("SELECT at, owner, reason, origin FROM verdicts WHERE lead = ?1 ORDER BY at, seq")?;
        let read = |r: &Row<'_>| Ok((Verdict { at: Instant(r.get(0)?), owner: r.get(1)?, reason: r.get(2)? }, r.get::<_, String>(3)?));
        let verdicts: Vec<(Verdict, String)> = statement.query_map([from.0], read)?.collect::<rusqlite::Result<_>>()?;
        for (verdict, origin) in verdicts {
            self.put_verdict(to, &verdict, &origin, run)?;
        }
        self.conn.execute("DELETE FROM verdicts WHERE lead = ?1", [from.0])?;
        Ok(())
    }
}
