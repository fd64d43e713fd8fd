//! What attribution reads: journeys one by one, or paths that were counted elsewhere.

use crate::model::Instant;

/// One touch of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch<'a> {
    /// Through which channel.
    pub channel: &'a str,
    /// When.
    pub at: Instant,
}

/// The touches of one lead or account up to one conversion, or up to now if there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journey<'a> {
    /// In any order.
    pub touches: &'a [Touch<'a>],
    /// The instant of the conversion, or the last one known of a journey without: the look-back is counted from here, and it belongs to it.
    pub ended_at: Instant,
    /// The conversion's value in minor units; `None` = it has not converted (a null path).
    pub value: Option<i64>,
}

/// Journeys of the same touches in the same order, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    /// In the order of the touches.
    pub channels: &'a [&'a str],
    /// How many converted.
    pub conversions: u64,
    /// The value of them all, in minor units.
    pub value: i64,
    /// How many did not.
    pub nulls: u64,
}

/// A path that a model cannot use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Time decay of touches without a time.
    #[error("time-decay needs the instant of every touch, and counted paths have none: choose another model, or give the journeys one by one")]
    Undated,
    /// Revenue that belongs to no conversion would be lost.
    #[error("the path `{path}` has a value and no conversions: give the conversions that the value is of")]
    ValueOfNothing {
        /// Its channels.
        path: String,
    },
}
