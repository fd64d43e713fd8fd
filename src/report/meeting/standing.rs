//! Where leads stand now, and for how long: what does not move.

use crate::measure::quantile;
use crate::report::{Cell, Column, ColumnType, Layout, Section, walk::FEW};

const DAY: f64 = 86_400.0;

/// The leads that stand at one stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Its id.
    pub stage: String,
    /// Its title; blank = as the id.
    pub title: String,
    /// How many.
    pub leads: i64,
    /// Of them, held by nobody.
    pub unowned: i64,
    /// For so many days half of them have been there; nothing of a handful.
    pub median_days: Option<f64>,
    /// For so many days nine of ten have been there at most.
    pub p90_days: Option<f64>,
}

impl Standing {
    /// Of the seconds for which each has been there.
    pub fn of(stage: &str, title: &str, unowned: i64, mut seconds: Vec<i64>) -> Self {
        let few = (seconds.len() as u64) < FEW;
        let mut days = |share| quantile(&mut seconds, share).filter(|_| !few).map(|s| s / DAY);
        let (median_days, p90_days) = (days(0.5), days(0.9));
        Self { stage: stage.into(), title: title.into(), leads: i64::try_from(seconds.len()).unwrap_or(i64::MAX), unowned, median_days, p90_days }
    }
}

/// One row per stage, in the order of the line.
pub(super) fn section(standing: &[Standing]) -> Option<Section> {
    let mut columns: Vec<Column> = ["stage", "stage_title"].map(Column::text).into();
    columns.extend(["leads_now", "unowned"].map(Column::integer));
    columns.extend(["median_days", "p90_days"].map(|id| Column::new(id, ColumnType::Number)));
    let days = |d: Option<f64>| d.map_or(Cell::Empty, |d| Cell::Number((d * 10.0).round() / 10.0));
    let row = |s: &Standing| {
        vec![Cell::text(&*s.stage), Cell::text(&*s.title), Cell::Integer(s.leads), Cell::Integer(s.unowned), days(s.median_days), days(s.p90_days)]
    };
    (!standing.is_empty()).then(|| Section::new("standing_now", Layout::Table, columns, standing.iter().map(row).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_them_for_so_long() {
        let days = |all: &[i64]| Standing::of("mql", "", 1, all.iter().map(|d| d * 86_400).collect());
        assert_eq!((days(&[1, 2, 3, 40, 50]).leads, days(&[1, 2, 3, 40, 50]).median_days), (5, Some(3.0)));
        assert_eq!(days(&[1, 2, 3, 40]).median_days, None, "a handful says nothing");
    }
}
