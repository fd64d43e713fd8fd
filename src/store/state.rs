//! Where each lead stands: score, groups, band, stage, owner, queue, and when it is due again.

use super::columns::group_column;
use super::{Columns, Result, Store, ident};
use crate::model::{Instant, LeadId, Until};
use rusqlite::{OptionalExtension, Row, Statement, params};

/// A lead's state.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct StateRow {
    /// The total; `None` before the first scoring.
    pub score: Option<i64>,
    /// By group.
    pub groups: Vec<i64>,
    /// The band's id.
    pub band: Option<String>,
    /// The stage's id, or what the file said.
    pub stage: Option<String>,
    /// Who holds it, or what the file said.
    pub owner: Option<String>,
    /// The queue it waits in.
    pub queue: Option<String>,
    /// Due at or after this instant.
    pub next_change_at: i64,
    /// The SOP version it was scored by.
    pub sop: Option<i64>,
    /// The engines behind scoring are due at or after this instant; 0 = there are new facts; negative: it sleeps, at the latest
    /// until as many seconds.
    pub moves_at: i64,
}

/// Scores of one statement.
pub(super) const SCORE_ROWS: usize = 50;

/// The score of one lead on its way into the base.
pub struct ScoreRow<'a> {
    /// Whose.
    pub lead: LeadId,
    /// By group.
    pub groups: &'a [i64],
    /// The total.
    pub total: i64,
    /// The band's id.
    pub band: &'a str,
    /// When it is due again.
    pub until: Until,
}

/// How many leads have a band.
pub type BandCount = (String, i64);

/// Sums over the whole base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Leads in the base.
    pub leads: i64,
    /// The sum of each group.
    pub groups: Vec<i64>,
    /// The sum of all totals.
    pub score: i64,
    /// Leads by band.
    pub bands: Vec<BandCount>,
    /// Rows read from files of leads, over all imports.
    pub lead_rows: i64,
    /// Events stored with a lead.
    pub events: i64,
}

const OWN: &str = "score, band, stage, owner, queue, next_change_at, sop, moves_at";
const OWN_COUNT: usize = 8;

pub(super) fn state_list(columns: &Columns, prefix: &str) -> String {
    let own: Vec<String> = OWN.split(", ").map(|c| format!("{prefix}{c}")).collect();
    format!("{}{}", own.join(", "), columns.group_list(prefix))
}

pub(super) fn read_state(row: &Row<'_>, first: usize, columns: &Columns) -> rusqlite::Result<StateRow> {
    let mut groups = Vec::with_capacity(columns.groups.len());
    for i in 0..columns.groups.len() {
        groups.push(row.get::<_, Option<i64>>(first + OWN_COUNT + i)?.unwrap_or(0));
    }
    Ok(StateRow {
        score: row.get(first)?,
        band: row.get(first + 1)?,
        stage: row.get(first + 2)?,
        owner: row.get(first + 3)?,
        queue: row.get(first + 4)?,
        next_change_at: row.get::<_, Option<i64>>(first + 5)?.unwrap_or(0),
        sop: row.get(first + 6)?,
        moves_at: row.get::<_, Option<i64>>(first + 7)?.unwrap_or(0),
        groups,
    })
}

impl Store {
    /// Gives a new lead its state: nothing known, due now.
    pub fn insert_state(&self, lead: LeadId, stage: Option<&str>, owner: Option<&str>) -> Result<()> {
        let sql = "INSERT INTO lead_state (lead, stage, owner, next_change_at) VALUES (?1, ?2, ?3, 0)";
        self.conn.prepare_cached(sql)?.execute(params![lead.0, stage, owner])?;
        Ok(())
    }

    /// A lead's state.
    pub fn state(&self, columns: &Columns, lead: LeadId) -> Result<Option<StateRow>> {
        let mut statement = self.conn.prepare_cached(&columns.sql.select_state)?;
        Ok(statement.query_row([lead.0], |r| read_state(r, 0, columns)).optional()?)
    }

    /// New facts: the lead is due now, for scoring and for the engines behind it.
    pub fn make_due(&self, lead: LeadId) -> Result<()> {
        let sql = "UPDATE lead_state SET next_change_at = 0, moves_at = 0 WHERE lead = ?1 AND (next_change_at <> 0 OR moves_at <> 0)";
        self.conn.prepare_cached(sql)?.execute([lead.0])?;
        Ok(())
    }

    /// Every lead that is at no stage stands at the first: where all begin.
    pub fn begin_line(&self, first: &str) -> Result<()> {
        // `OR FAIL`: of a million rows at once, none is kept to take the statement alone back by. The run is taken back as a whole.
        self.conn.execute("UPDATE OR FAIL lead_state SET stage = ?1 WHERE stage IS NULL", [first])?;
        Ok(())
    }

    /// When the engines behind scoring are due again for this lead.
    pub fn put_moves_at(&self, lead: LeadId, at: Until) -> Result<()> {
        let sql = "UPDATE OR FAIL lead_state SET moves_at = ?2 WHERE lead = ?1 AND moves_at <> ?2";
        self.conn.prepare_cached(sql)?.execute([lead.0, at.0.0])?;
        Ok(())
    }

    /// Nobody can take this lead: it sleeps ([`super::Due::Asleep`]) until something changes, at the latest until this instant.
    pub fn put_asleep(&self, lead: LeadId, until: Until) -> Result<()> {
        self.put_moves_at(lead, Until(Instant(-until.0.0.max(1))))
    }

    /// Gives every lead after this one its state, if it has none: nothing known, due now.
    pub fn fill_states(&self, after: LeadId) -> Result<()> {
        // Leads without a state.
        const FILL: &str = "INSERT INTO lead_state (lead, next_change_at) SELECT l.lead, 0 FROM leads l LEFT JOIN lead_state s USING (lead)
                            WHERE l.lead > ?1 AND s.lead IS NULL ORDER BY l.lead";
        self.conn.execute(FILL, [after.0])?;
        Ok(())
    }

    /// Writes scores.
    pub fn write_scores(&self, columns: &Columns, scores: &[ScoreRow<'_>], sop: i64) -> Result<()> {
        for rows in scores.chunks(SCORE_ROWS) {
            let sql = if rows.len() == SCORE_ROWS { &columns.sql.write_many_scores } else { &columns.sql.write_scores };
            let mut statement = self.conn.prepare_cached(sql)?;
            let width = 5 + columns.groups.len();
            if rows.len() == SCORE_ROWS {
                for (i, r) in rows.iter().enumerate() {
                    bind(&mut statement, i * width + 1, r, sop)?;
                }
                statement.raw_execute()?;
            } else {
                for r in rows {
                    bind(&mut statement, 1, r, sop)?;
                    statement.raw_execute()?;
                }
            }
        }
        Ok(())
    }

    /// Sums over the whole base.
    pub fn totals(&self, columns: &Columns) -> Result<Totals> {
        let sums: String = columns.groups.iter().map(|g| format!(", coalesce(sum({}), 0)", ident(&group_column(g)))).collect();
        let sql = format!("SELECT band, count(*), coalesce(sum(score), 0){sums} FROM lead_state GROUP BY band ORDER BY band");
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut t = Totals { groups: vec![0; columns.groups.len()], ..Totals::default() };
        while let Some(r) = rows.next()? {
            let n: i64 = r.get(1)?;
            t.leads += n;
            t.score += r.get::<_, i64>(2)?;
            for (i, g) in t.groups.iter_mut().enumerate() {
                *g += r.get::<_, i64>(3 + i)?;
            }
            if let Some(band) = r.get(0)? {
                t.bands.push((band, n));
            }
        }
        // Rows of all imports that still stand.
        t.lead_rows = self.conn.query_row("SELECT coalesce(sum(lead_rows), 0) FROM runs WHERE undone_by IS NULL", [], |r| r.get(0))?;
        // Events that have a lead; being captured is told by a row of leads and is no event of a file.
        const CAPTURED: &str = "SELECT count(*) FROM events WHERE detail IN (SELECT detail FROM details WHERE kind = 'lead_captured')";
        t.events = self.conn.query_row("SELECT count(*) FROM events", [], |r| r.get(0))?;
        if self.conn.query_row("SELECT EXISTS (SELECT 1 FROM details WHERE kind = 'lead_captured')", [], |r| r.get(0))? {
            t.events -= self.conn.query_row(CAPTURED, [], |r| r.get::<_, i64>(0))?;
        }
        Ok(t)
    }
}

/// Binds one score from a parameter on.
fn bind(statement: &mut Statement<'_>, first: usize, r: &ScoreRow<'_>, sop: i64) -> Result<()> {
    statement.raw_bind_parameter(first, r.lead.0)?;
    statement.raw_bind_parameter(first + 1, r.total)?;
    statement.raw_bind_parameter(first + 2, r.band)?;
    statement.raw_bind_parameter(first + 3, r.until.0.0)?;
    statement.raw_bind_parameter(first + 4, sop)?;
    for (i, g) in r.groups.iter().enumerate() {
        statement.raw_bind_parameter(first + 5 + i, g)?;
    }
    Ok(())
}
