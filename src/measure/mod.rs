//! Numbers of counts and journeys: pure functions, each with the source of its formula.

mod attainment;
mod quantile;

pub use attainment::{Attainment, Response, attainment_by_owner, attainment_by_promise};
pub use quantile::quantile;
