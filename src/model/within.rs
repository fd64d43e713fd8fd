//! How long something may take, as SOP files write it.

use super::Duration;

/// A length of time: of the wall clock, or of the team's working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// `24h`
    Wall(Duration),
    /// `4 business hours`, in seconds.
    BusinessHours(i64),
    /// `2 business days`: the same clock time on a later working day.
    BusinessDays(i64),
}
