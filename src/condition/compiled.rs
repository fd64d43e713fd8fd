//! A condition ready to run.

use super::Facts;
use crate::model::{FieldIx, Until, Value};

/// A checked, compiled condition or expression.
pub struct Condition {
    text: String,
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Condition({})", self.text)
    }
}

impl Condition {
    pub(super) fn stub(text: &str) -> Self {
        Self { text: text.into() }
    }
    /// TRUE, FALSE or unknown (`None`), and until when the clock alone cannot change that.
    pub fn test(&self, _facts: &Facts<'_>) -> (Option<bool>, Until) {
        (None, Until::NEVER)
    }
    /// The value of an expression (`points:`), and until when.
    pub fn value(&self, _facts: &Facts<'_>) -> (Value, Until) {
        (Value::Null, Until::NEVER)
    }
    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// Stub.
    pub fn normal_form(&self) -> String {
        self.text.clone()
    }
    /// The lead fields that it reads.
    pub fn fields(&self) -> &[FieldIx] {
        &[]
    }
}
