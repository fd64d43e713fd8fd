//! A password, or an address that opens a group to whoever has it: used, never shown.

use std::fmt;

/// What must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes it in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    /// The thing itself, for whoever it is meant for.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
    /// A text in which it may have been repeated, without it.
    pub(super) fn hidden_in(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "***") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
