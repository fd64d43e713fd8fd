//! Who is due: which leads a pass hands out, and how many they are.

use super::{Result, Store};
use crate::model::Instant;
use rusqlite::{Params, params_from_iter};

/// Which leads a pass hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Every lead.
    All,
    /// Those whose state may have changed by this instant, or that another SOP version scored.
    At(Instant, i64),
    /// Those that the engines behind scoring are due for by this instant.
    Moves(Instant),
    /// Of these, those that do not sleep.
    Awake(Instant),
    /// Those that sleep because nobody can take them.
    Asleep(Instant),
    /// Those that somebody holds.
    Held,
    /// Those that somebody holds or held, or that ever entered a stage: whom promises may be about.
    Promised,
}

impl Due {
    /// What makes a row `s` of `lead_state` one of them, if not every row is; a lead that sleeps has its instant negated.
    pub(super) fn condition(self) -> Option<&'static str> {
        Some(match self {
            Self::All => return None,
            Self::At(..) => "s.next_change_at <= ?1 OR s.sop IS NOT ?2",
            Self::Moves(_) => "s.moves_at <= ?1",
            Self::Awake(_) => "s.moves_at BETWEEN -?1 AND ?1",
            Self::Asleep(_) => "s.moves_at < -?1",
            Self::Held => "s.owner IS NOT NULL",
            Self::Promised => {
                "(s.owner IS NOT NULL OR s.lead IN (SELECT lead FROM standings WHERE last_owner IS NOT NULL) OR s.lead IN (SELECT lead FROM stage_history))"
            }
        })
    }

    /// What that condition is asked with.
    pub(super) fn parameters(self) -> impl Params {
        let (first, second) = match self {
            Self::At(at, sop) => (Some(at.0), Some(sop)),
            Self::Moves(at) | Self::Awake(at) | Self::Asleep(at) => (Some(at.0), None),
            Self::All | Self::Held | Self::Promised => (None, None),
        };
        params_from_iter(first.into_iter().chain(second))
    }
}

impl Store {
    /// How many leads are due.
    pub fn due_count(&self, due: Due) -> Result<i64> {
        let condition = due.condition().map_or_else(String::new, |condition| format!(" WHERE {condition}"));
        let sql = format!("SELECT count(*) FROM lead_state s{condition}");
        Ok(self.conn.query_row(&sql, due.parameters(), |r| r.get(0))?)
    }

    /// Whether anybody's score is due whatever the clock says, or was made by other rules than these; and how many leads the
    /// engines behind scoring are due for, [`Due::Awake`] and [`Due::Asleep`].
    pub fn moves_due(&self, at: Instant, sop: i64) -> Result<(bool, i64, i64)> {
        // One pass for all three.
        const ALL: &str = "SELECT coalesce(max(next_change_at = ?1 OR sop IS NOT ?2), 0), count(*) FILTER (WHERE moves_at BETWEEN -?3 AND ?3),
            count(*) FILTER (WHERE moves_at < -?3) FROM lead_state";
        Ok(self.conn.query_row(ALL, [i64::MIN, sop, at.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?)
    }
}
