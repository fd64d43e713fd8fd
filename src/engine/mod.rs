//! Decisions: pure functions of (SOP, facts, as_of). One file per SOP kind.

pub mod assignment;
pub mod events;
pub mod lifecycle;
pub mod queue;
pub mod scoring;
pub mod state;
