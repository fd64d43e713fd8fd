//! The one language of every `when`, `where`, `enter` and `--where`: the WHERE clause that analysts know.
//!
//! ```text
//! text ──lexer──▶ tokens ──parse──▶ tree ──check(Scope)──▶ plan ──closure──▶ Condition::test → (value, until)
//!                                    │print: normal form     │sense: never/always true   └─explain → why
//! ```
//!
//! Evaluating gives the value *and* until when the clock alone cannot change it; `explain` says which part failed or is
//! unknown, with the value seen. Every problem is a diagnostic at its exact characters; several are found in one reading.
//!
//! What SQL leaves open: text compares folded; a blank list is an empty list (`has_tag` is false for it, not unknown);
//! money is in major units; a date meets an instant as its 00:00 in the calendar's zone.

mod arith;
mod call;
mod check;
mod closure;
mod compare;
mod compiled;
mod cursor;
mod explain;
mod facts;
mod lexer;
mod literal;
mod names;
mod num;
mod operators;
mod parse;
mod plan;
mod print;
mod problems;
mod quoted;
mod resolve;
mod scope;
mod sense;
mod state;
mod text;
mod token;
mod tree;

pub use compiled::{Condition, Want, compile};
pub use explain::{Explanation, Joint};
pub use facts::Facts;
pub use names::is_reserved;
pub use scope::{Place, Scope, ScopeKind, StateName, StateUse, Type};
