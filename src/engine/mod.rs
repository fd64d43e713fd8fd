//! Decisions: pure functions of (SOP, facts, as_of). One file per SOP kind.

pub mod events;
pub mod scoring;
pub mod state;
