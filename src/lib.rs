//! `sop`: standard operating procedures of a marketing team as files that a machine runs.
//!
//! The modules below stand in the order in which data flows:
//!
//! ```text
//! files ──ingest──▶ typed rows ──store──▶ SQLite ──store──▶ (lead, its events) ──engine──▶ changes ──store──▶ SQLite
//! sops/ ──rules──▶ Sop ────────────────────────────────────────▲
//!                                           SQLite ──store──▶ facts ──report──▶ Report ──render──▶ text|csv|json|md|html|xlsx
//! ```
//!
//! `model` holds the nouns; `condition` the language of every `when:`; `run` joins the rooms into the
//! operator's verbs and is the only room that sees the store and the engines together. Nothing in this
//! library reads the clock: every verb is handed its `as_of`. `tests/architecture.rs` holds the walls.

pub mod diag;
pub mod model;

pub mod condition;
pub mod rules;

pub mod deliver;
pub mod engine;
pub mod ingest;
pub mod measure;
pub mod run;
pub mod store;

pub mod render;
pub mod report;
