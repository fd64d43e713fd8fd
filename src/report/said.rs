//! A sentence of the program's own, in both languages of the labels. Data formats carry the English one, as they do of notes.

use super::Cell;

/// What is said. Where nobody has put it into Chinese the English stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// English.
    pub en: String,
    /// Chinese; blank = as in English.
    pub zh: String,
}

impl Said {
    /// In both languages.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }
    /// The Chinese sentence, where there is one.
    pub fn chinese(&self) -> &str {
        if self.zh.is_empty() { &self.en } else { &self.zh }
    }
}

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Self::new(text, "")
    }
}

impl From<&String> for Said {
    fn from(text: &String) -> Self {
        Self::new(text, "")
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::new(text, "")
    }
}

impl From<Said> for Cell {
    /// A blank sentence is nothing; one without a Chinese form is text like any other.
    fn from(said: Said) -> Self {
        if said.zh.is_empty() || said.en.is_empty() { Self::text(said.en) } else { Self::Said(Box::new(said)) }
    }
}
