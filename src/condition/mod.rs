//! The one language of every `when`, `where`, `enter` and `--where`: the WHERE clause that analysts know.
//!
//! `parse` → tree with spans → `check` against a [`Scope`] → a compiled [`Condition`]; evaluating gives the value *and*
//! until when the clock alone cannot change it; `explain` says which part failed or is unknown, with the value seen.

mod compiled;
mod facts;
mod scope;

pub use compiled::Condition;
pub use facts::Facts;
pub use scope::{Place, Scope, ScopeKind, StateName, Type};

/// What a place wants of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// TRUE, FALSE or unknown.
    Boolean,
    /// A number.
    Number,
}

/// Parses, checks and compiles.
pub fn compile(text: &str, _place: &Place, _scope: &Scope<'_>, _want: Want, _out: &mut crate::diag::Diagnostics) -> Option<Condition> {
    Some(Condition::stub(text))
}
