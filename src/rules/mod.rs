//! `sops/*.yaml` → [`Sop`], or all problems at once. An invalid workspace yields no value.
//!
//! `yaml` gives a located tree, `reader` typed values with their problems, one module per file the typed part, `workspace` the whole.

pub mod alerts;
pub mod assignment;
mod builtin;
mod calendar;
pub mod cases;
pub mod content;
pub mod delivery;
mod echo;
mod empty;
pub mod experiments;
mod fields;
mod files;
mod known;
pub mod lifecycle;
pub mod nurture;
pub mod outline;
mod paths;
mod reader;
pub mod reports;
mod schema;
pub mod scoring;
pub mod sla;
mod sop;
pub mod state;
pub mod team;
mod workspace;
mod yaml;

pub use schema::{SCHEMAS, schema};
pub use sop::{Derived, Sop, dated_warnings};
pub use workspace::{File, load, starter};

#[cfg(test)]
mod tests;
