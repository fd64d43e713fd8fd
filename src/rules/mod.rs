//! `sops/*.yaml` → [`Sop`], or all problems at once. An invalid workspace yields no value.

pub mod scoring;
mod sop;

pub use sop::{Derived, Sop};
