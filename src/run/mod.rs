//! The operator's verbs end to end: the only room that sees the store and the engines together.

pub mod cases;
