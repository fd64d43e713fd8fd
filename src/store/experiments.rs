//! Which arm of an experiment leads are in, and how the journeys of paths with a control group ended.

use super::{Result, Store};
use crate::model::{Instant, LeadId};

/// One lead in one experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExposureRow {
    /// Whose.
    pub lead: LeadId,
    /// Its arm.
    pub arm: String,
    /// Since when.
    pub at: Instant,
}

/// The journeys of one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JourneyCounts {
    /// Leads that were never written to, only measured.
    pub control: (u64, u64),
    /// All others. Of each: how many, and how many reached the goal.
    pub treated: (u64, u64),
}

impl Store {
    /// Whoever is in an experiment, in the order of leads.
    pub fn exposures(&self, experiment: &str) -> Result<Vec<ExposureRow>> {
        let mut statement = self.conn.prepare_cached("SELECT lead, arm, at FROM exposures WHERE experiment = ?1 ORDER BY lead")?;
        let rows = statement.query_map([experiment], |r| Ok(ExposureRow { lead: LeadId(r.get(0)?), arm: r.get(1)?, at: Instant(r.get(2)?) }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How the journeys on a path ended, each lead once: it reached the goal if any journey of it did. Those who merely matched are left out.
    pub fn journey_tally(&self, path: &str) -> Result<JourneyCounts> {
        const COUNT: &str = "SELECT control, count(*), sum(goal) FROM (SELECT max(control) AS control, max(state = 'goal') AS goal
            FROM enrollments WHERE path = ?1 AND state <> 'noted' GROUP BY lead) GROUP BY control";
        let mut counts = JourneyCounts::default();
        let mut statement = self.conn.prepare(COUNT)?;
        let mut rows = statement.query([path])?;
        while let Some(r) = rows.next()? {
            let of = (r.get::<_, i64>(1)?.unsigned_abs(), r.get::<_, i64>(2)?.unsigned_abs());
            if r.get::<_, bool>(0)? {
                counts.control = of;
            } else {
                counts.treated = of;
            }
        }
        Ok(counts)
    }
}
