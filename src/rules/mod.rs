//! `sops/*.yaml` → [`Sop`], or all problems at once. An invalid workspace yields no value.
//!
//! `yaml` gives a located tree, `reader` typed values with their problems, one module per file the typed part, `workspace` the whole.

mod builtin;
mod calendar;
pub mod cases;
mod fields;
mod reader;
mod schema;
pub mod scoring;
mod sop;
mod workspace;
mod yaml;

pub use schema::{SCHEMAS, schema};
pub use sop::{Derived, Sop, dated_warnings};
pub use workspace::{File, load, starter, state_names};

#[cfg(test)]
mod tests;
