//! Where leads stand beside their scores: what `lead_state` has no column for, as one value.
//!
//! `lead_state` keeps stage, owner and queue, `stage_history` when each stage was reached first, `standings` the rest. A
//! row of `standings` exists only once there is something to say, so that a base of a million scored leads has none.

use super::side::Side;
use super::{Result, Store};
use crate::model::{Instant, LeadId, RunId, Standing};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Overwrites a row of `standings`; its columns come in the order of [`read`]. The row keeps the number of the run that made it.
const UPDATE: &str = "UPDATE OR FAIL standings SET stage_at = ?2, came_from = ?3, back_at = ?4, back_to = ?5, spell_at = ?6, assigned_at = ?7,
    accepted_at = ?8, rejected_at = ?9, rounds = ?10, recycled_at = ?11, barred_at = ?12, spent = ?13, owner_at = ?14, last_owner = ?15,
    queue_at = ?16, last_queue = ?17, below = ?18, run = coalesce(run, ?19) WHERE lead = ?1";
/// Makes one.
const INSERT: &str = "INSERT OR IGNORE INTO standings (lead, stage_at, came_from, back_at, back_to, spell_at, assigned_at, accepted_at, rejected_at, rounds,
    recycled_at, barred_at, spent, owner_at, last_owner, queue_at, last_queue, below, run)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";

/// Standings during a pass.
pub(super) const SIDE: Side<Standing> = Side {
    any: "SELECT EXISTS (SELECT 1 FROM standings)",
    rows: "SELECT lead, stage_at, came_from, back_at, back_to, spell_at, assigned_at, accepted_at, rejected_at, rounds, recycled_at, barred_at,
        spent, owner_at, last_owner, queue_at, last_queue, below FROM standings WHERE {} ORDER BY lead",
    read: |r| read(r, 1),
};

/// Dated stages during a pass, oldest first: of each, the first counts.
pub(super) const REACHED: Side<(String, Instant)> = Side {
    any: "SELECT EXISTS (SELECT 1 FROM stage_history)",
    rows: "SELECT lead, stage, at FROM stage_history WHERE {} ORDER BY lead, at, stage",
    read: |r| Ok((r.get(1)?, Instant(r.get(2)?))),
};

/// A standing from the columns of a row after its lead, the first of which stands at `first`. Stage, owner, queue and what was reached are blank.
fn read(r: &Row<'_>, first: usize) -> rusqlite::Result<Standing> {
    let at = |i: usize| Ok::<_, rusqlite::Error>(r.get::<_, Option<i64>>(first + i)?.map(Instant));
    let text = |i: usize| r.get::<_, Option<String>>(first + i);
    Ok(Standing {
        stage_at: at(0)?,
        came_from: text(1)?,
        back: at(2)?.zip(text(3)?),
        spell_at: at(4)?,
        assigned_at: at(5)?,
        accepted_at: at(6)?,
        rejected_at: at(7)?,
        rounds: text(8)?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default(),
        recycled_at: at(9)?,
        barred_at: at(10)?,
        spent: instants(text(11)?),
        owner_at: at(12)?,
        last_owner: text(13)?,
        queue_at: at(14)?,
        last_queue: text(15)?,
        below: instants(text(16)?),
        ..Standing::default()
    })
}

fn instants(json: Option<String>) -> BTreeMap<String, Instant> {
    let map: Map<String, Json> = json.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
    map.into_iter().filter_map(|(k, v)| Some((k, Instant(v.as_i64()?)))).collect()
}

/// As JSON; nothing of nothing.
fn object(instants: &BTreeMap<String, Instant>) -> Option<String> {
    let map: Map<String, Json> = instants.iter().map(|(k, at)| (k.clone(), at.0.into())).collect();
    (!map.is_empty()).then(|| Json::Object(map).to_string())
}

impl Store {
    /// Where a lead stands.
    pub fn standing(&self, lead: LeadId) -> Result<Standing> {
        let mut s = SIDE.of(self, lead)?.pop().unwrap_or_default();
        const STATE: &str = "SELECT stage, owner, queue FROM lead_state WHERE lead = ?1";
        let state = self.conn.prepare_cached(STATE)?.query_row([lead.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?;
        (s.stage, s.owner, s.queue) = state.unwrap_or_default();
        for (stage, at) in REACHED.of(self, lead)? {
            s.reached.entry(stage).or_insert(at);
        }
        Ok(s)
    }

    /// Keeps where a lead stands, as far as it differs. `reached` is only ever added to: dates of stages that are earlier
    /// than those known become rows of the history (a later entry of the same stage is the caller's to record: [`Store::put_stage`]).
    pub fn put_standing(&self, lead: LeadId, s: &Standing, run: RunId) -> Result<()> {
        self.replace_standing(lead, &self.standing(lead)?, s, run)
    }

    /// The same for whoever knows what the base says (`before`).
    pub fn replace_standing(&self, lead: LeadId, before: &Standing, s: &Standing, run: RunId) -> Result<()> {
        if s == before {
            return Ok(());
        }
        // A run that fails is taken back as a whole, so no statement need be: `OR FAIL`, here and in the triggers that it fires.
        const MOVE: &str = "UPDATE OR FAIL lead_state SET stage = ?2, owner = ?3, queue = ?4 WHERE lead = ?1";
        // A new lead may have no state yet: it is due.
        const BEGIN: &str = "INSERT OR IGNORE INTO lead_state (lead, stage, owner, queue, next_change_at) VALUES (?1, ?2, ?3, ?4, 0)";
        let state = params![lead.0, s.stage, s.owner, s.queue];
        let differs = (&s.stage, &s.owner, &s.queue) != (&before.stage, &before.owner, &before.queue);
        if !differs || self.conn.prepare_cached(MOVE)?.execute(state)? == 0 {
            self.conn.prepare_cached(BEGIN)?.execute(state)?;
        }
        for (stage, at) in s.reached.iter().filter(|(stage, at)| before.reached.get(*stage).is_none_or(|known| known > at)) {
            self.put_stage(lead, *at, stage, run)?;
        }
        let bare = |s: &Standing| Standing { stage: None, owner: None, queue: None, reached: BTreeMap::new(), ..s.clone() };
        let (old, new) = (bare(before), bare(s));
        if new == old {
            return Ok(());
        }
        if new == Standing::default() {
            self.conn.prepare_cached("DELETE FROM standings WHERE lead = ?1")?.execute([lead.0])?;
            return Ok(());
        }
        let at = |t: Option<Instant>| t.map(|t| t.0);
        let rounds = (!s.rounds.is_empty()).then(|| Json::from(s.rounds.clone()).to_string());
        let (spent, below) = (object(&s.spent), object(&s.below));
        let row = params![
            lead.0,
            at(s.stage_at),
            s.came_from,
            s.back.as_ref().map(|b| b.0.0),
            s.back.as_ref().map(|b| &b.1),
            at(s.spell_at),
            at(s.assigned_at),
            at(s.accepted_at),
            at(s.rejected_at),
            rounds,
            at(s.recycled_at),
            at(s.barred_at),
            spent,
            at(s.owner_at),
            s.last_owner,
            at(s.queue_at),
            s.last_queue,
            below,
            run.0
        ];
        // Two plain statements: one that does either would be able to be taken back alone, which costs a copy of every page it touches.
        let first = if old == Standing::default() { [INSERT, UPDATE] } else { [UPDATE, INSERT] };
        if self.conn.prepare_cached(first[0])?.execute(row)? == 0 {
            self.conn.prepare_cached(first[1])?.execute(row)?;
        }
        Ok(())
    }

    /// Since when a new lead has its stage and owner, as the file of this run tells them.
    pub fn seed_standing(&self, lead: LeadId, stage_at: Option<Instant>, owner_at: Option<Instant>, run: RunId) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO standings (lead, stage_at, owner_at, run) VALUES (?1, ?2, ?3, ?4)";
        self.conn.prepare_cached(sql)?.execute(params![lead.0, stage_at.map(|t| t.0), owner_at.map(|t| t.0), run.0])?;
        Ok(())
    }
}
