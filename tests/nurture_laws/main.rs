//! The laws of journeys, over random paths, calendars, ticks and news: once each, never as a burst, never past a limit, never to who must
//! not be written to; the same on a second look; the same days however often cron runs. And the nights on which such laws break.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod examples;
mod laws;
mod nights;
mod plan;
mod rhythm;
mod senders;
mod world;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
