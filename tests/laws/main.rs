//! The laws of the house (design: idempotence, all or nothing, rehearsal, time, determinism, nothing lost), held by running
//! the program and comparing its base table by table.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

#[path = "../base/mod.rs"]
mod base;

mod again;
mod rehearsal;
mod undo;
