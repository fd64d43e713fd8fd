//! What was spent, day by day. Rows are never deleted: what a later file replaces says which run replaced it.

use super::{Result, Store};
use chrono::NaiveDate;

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
            let day: String = r.get(3)?;
            let Ok(day) = day.parse() else { continue };
            let row = CostRow { kind: r.get(0)?, channel: r.get(1)?, campaign: r.get(2)?, day, amount: r.get(4)?, impressions: r.get(5)?, clicks: r.get(6)? };
            f(row);
        }
        Ok(())
    }
}
