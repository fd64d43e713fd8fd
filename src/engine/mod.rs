//! Decisions: pure functions of (SOP, facts, as_of). One file per SOP kind.

pub mod alerts;
pub mod assignment;
pub mod events;
pub mod lifecycle;
pub mod messages;
pub mod nurture;
pub mod queue;
pub mod recipients;
pub mod scoring;
pub mod sla;
pub mod state;

#[cfg(test)]
mod a_lead;
