//! The laws of the house (design: idempotence, all or nothing, rehearsal, time, determinism, nothing lost), held by running
//! the program and comparing its base table by table.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

#[path = "../base/mod.rs"]
mod base;

mod again;
mod apart;
mod due;
mod identity;
mod lock;
mod lost;
mod order;
mod rehearsal;
mod round_trip;
mod tick;
mod undo;
mod undo_mail;
