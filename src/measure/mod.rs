//! Numbers of counts and journeys: pure functions, each with the source of its formula.

mod attainment;
pub mod attribution;
mod best;
mod durations;
mod proportion;
mod quantile;
mod ranking;
mod sample;
mod special;

pub use attainment::{Attainment, Response, attainment_by_owner, attainment_by_promise};
pub use best::chance_best;
pub use durations::{Durations, Waiting};
pub use proportion::{Finding, Interval, Proportion, ZTest, chance_b_is_higher, difference, finding, z_test};
pub use quantile::quantile;
pub use ranking::{Lift, auc, lift_by_band};
pub use sample::{MISMATCH, SampleRatio, sample_size};
