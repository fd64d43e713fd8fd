//! reports.yaml, checked: what reports mean by revenue, return and week. Without the file, the defaults below.

pub(super) mod read;

pub use read::looks_back;

use crate::model::{AttributionModel, Duration};
use chrono::Weekday;

/// What reports.yaml says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reports {
    /// What counts as revenue, and when.
    pub revenue: Revenue,
    /// How return is reckoned.
    pub roi: Roi,
    /// Where weeks start.
    pub week_starts: Weekday,
}

/// How return is reckoned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roi {
    /// What is held against what.
    pub basis: Basis,
    /// By which rule deals are credited to channels.
    pub model: AttributionModel,
    /// Touches this long before a deal count.
    pub lookback: Duration,
    /// Whose touches count.
    pub scope: Scope,
}

/// What counts as revenue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revenue {
    /// A deal's amount, when it is won.
    Contract,
    /// Payments, when they arrive.
    Paid,
}

impl Revenue {
    /// With their names.
    pub const ALL: [(&'static str, Self); 2] = [("contract", Self::Contract), ("paid", Self::Paid)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, r)| *r == self).map_or("", |(n, _)| n)
    }
}

/// What is held against what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The cost of a period against the revenue of that period.
    Period,
    /// The cost of a period against all revenue so far of the leads that were created in it.
    Cohort,
}

impl Basis {
    /// With their names.
    pub const ALL: [(&'static str, Self); 2] = [("period", Self::Period), ("cohort", Self::Cohort)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, b)| *b == self).map_or("", |(n, _)| n)
    }
}

/// Whose touches a deal is credited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of all leads of the deal's company.
    Account,
    /// Those of the deal's own lead.
    Lead,
}

impl Scope {
    /// With their names.
    pub const ALL: [(&'static str, Self); 2] = [("account", Self::Account), ("lead", Self::Lead)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }
}

impl Default for Reports {
    fn default() -> Self {
        let roi = Roi { basis: Basis::Period, model: AttributionModel::First, lookback: Duration(180 * 86_400), scope: Scope::Account };
        Self { revenue: Revenue::Contract, roi, week_starts: Weekday::Mon }
    }
}
