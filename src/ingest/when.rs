//! The column of an events or stages file that says when: found by its header, its order of dates settled, read row by row.

use super::cell::{self, BadCell, Clock, disarmed, trimmed};
use super::error::IngestError;
use super::header::first_of;
use super::profile::{Profile, profile_dates};
use super::row::RawRow;
use super::table::TableFile;
use crate::model::{Calendar, DateOrder, Dictionary, Instant};

const AT: &[&str] = &[
    "at",
    "ts",
    "timestamp",
    "eventtime",
    "eventdate",
    "eventat",
    "occurredat",
    "happenedat",
    "datetime",
    "time",
    "date",
    "activitydate",
    "createdat",
    "createdtime",
    "行为时间",
    "事件时间",
    "发生时间",
    "访问时间",
    "时间",
    "日期",
];

/// The column that says when.
pub(super) fn at_column(folded: &[String], dictionary: &Dictionary) -> Option<usize> {
    declared(folded, dictionary, "at").or_else(|| first_of(folded, AT))
}

/// The column that fields.yaml declares to mean this of an event.
pub(super) fn declared(folded: &[String], dictionary: &Dictionary, meaning: &str) -> Option<usize> {
    folded.iter().position(|f| dictionary.event_headers.get(f).is_some_and(|m| m == meaning))
}

/// A look at the first rows saves the pass over a file whose dates have the year in front.
pub(super) fn profile_at(table: &mut TableFile, at: usize, calendar: &Calendar) -> Result<Profile, IngestError> {
    const ENOUGH: usize = 1000;
    let (mut row, mut open, mut clock) = (RawRow::default(), false, Clock::new(calendar.zone));
    for _ in 0..ENOUGH {
        if !table.next_row(&mut row)? {
            break;
        }
        let text = trimmed(row.text(at));
        open |= clock.fast(text).is_none() && cell::evidence(text) != cell::Evidence::None;
    }
    table.rewind()?;
    if open { profile_dates(table, vec![at], calendar) } else { Ok(Profile::default()) }
}

/// Reads that column.
pub(super) struct WhenColumn {
    column: usize,
    clock: Clock,
    order: DateOrder,
    date1904: bool,
}

impl WhenColumn {
    pub(super) fn new(column: usize, calendar: &Calendar, order: DateOrder, date1904: bool) -> Self {
        Self { column, clock: Clock::new(calendar.zone), order, date1904 }
    }

    /// When it was; else the cell that refuses the row.
    pub(super) fn read(&mut self, row: &RawRow, headers: &[String]) -> Result<Instant, BadCell> {
        let text = disarmed(trimmed(row.text(self.column)));
        cell::instant(text, &mut self.clock, self.order, self.date1904).map_err(|reason| {
            let header = headers.get(self.column).map_or("", String::as_str);
            BadCell::new(header, text, if text.is_empty() { "no date" } else { reason })
        })
    }
}
