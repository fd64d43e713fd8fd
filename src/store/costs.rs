//! What was spent, day by day. Rows are never deleted: what a later file replaces says which run replaced it.

use super::{Result, Store};
use crate::model::RunId;
use chrono::NaiveDate;
use rusqlite::params;

/// What was spent on one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CostRow {
    /// `media`, `event`, `people`, `tools`, `agency`, `sales`
    pub kind: String,
    /// An id of the dictionary, or the text as told where it knows none; `None` = of no channel.
    pub channel: Option<String>,
    /// As told.
    pub campaign: Option<String>,
    /// When.
    pub day: NaiveDate,
    /// Minor units.
    pub amount: i64,
    /// Shown so often.
    pub impressions: Option<i64>,
    /// Clicked so often.
    pub clicks: Option<i64>,
}

impl Store {
    /// What stands of the costs of a span of days, both ends included: by day, kind, channel and campaign.
    pub fn each_cost(&self, first: Option<NaiveDate>, last: Option<NaiveDate>, mut f: impl FnMut(CostRow)) -> Result<()> {
        const COSTS: &str = "SELECT kind, channel, campaign, day, amount, impressions, clicks FROM costs
            WHERE superseded_by IS NULL AND day >= ?1 AND day <= ?2 ORDER BY day, kind, channel, campaign, cost";
        let mut statement = self.conn.prepare_cached(COSTS)?;
        let text = |day: Option<NaiveDate>, open: &str| day.map_or_else(|| open.to_owned(), |d| d.to_string());
        let mut rows = statement.query([text(first, ""), text(last, "9999-12-31")])?;
        while let Some(r) = rows.next()? {
            let Some(row) = read(r)? else { continue };
            f(row);
        }
        Ok(())
    }

    /// What stands of a span of days, with its number and its file.
    pub fn costs_between(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<(i64, String, CostRow)>> {
        const COSTS: &str = "SELECT kind, channel, campaign, day, amount, impressions, clicks, cost, file FROM costs
            WHERE superseded_by IS NULL AND day >= ?1 AND day <= ?2 ORDER BY cost";
        let mut statement = self.conn.prepare_cached(COSTS)?;
        let mut rows = statement.query([first.to_string(), last.to_string()])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            if let Some(row) = read(r)? {
                out.push((r.get(7)?, r.get(8)?, row));
            }
        }
        Ok(out)
    }

    /// Adds what a file says of a day.
    pub fn add_cost(&self, c: &CostRow, file: &str, run: RunId) -> Result<()> {
        const ADD: &str =
            "INSERT INTO costs (kind, channel, campaign, day, amount, impressions, clicks, file, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let day = c.day.to_string();
        self.conn.prepare_cached(ADD)?.execute(params![c.kind, c.channel, c.campaign, day, c.amount, c.impressions, c.clicks, file, run.0])?;
        Ok(())
    }

    /// Keeps rows only as what they once said.
    pub fn supersede_costs(&self, costs: &[i64], run: RunId) -> Result<()> {
        let mut update = self.conn.prepare_cached("UPDATE costs SET superseded_by = ?2 WHERE cost = ?1")?;
        for cost in costs {
            update.execute([*cost, run.0])?;
        }
        Ok(())
    }
}

/// `None`: a day that is none.
fn read(r: &rusqlite::Row<'_>) -> Result<Option<CostRow>> {
    let Ok(day) = r.get::<_, String>(3)?.parse() else { return Ok(None) };
    Ok(Some(CostRow { kind: r.get(0)?, channel: r.get(1)?, campaign: r.get(2)?, day, amount: r.get(4)?, impressions: r.get(5)?, clicks: r.get(6)? }))
}
