//! Where the language puts what it finds: diagnostics whose spans are exact in the file, whatever YAML did to the text.

use super::scope::Place;
use super::tree::Bytes;
use crate::diag::{Code, Diagnostic, Diagnostics};

/// The diagnostics of one condition.
pub(super) struct Problems<'d> {
    place: &'d Place,
    out: &'d mut Diagnostics,
    /// How many errors this condition has.
    errors: usize,
}

impl<'d> Problems<'d> {
    pub(super) fn new(place: &'d Place, out: &'d mut Diagnostics) -> Self {
        Self { place, out, errors: 0 }
    }
    /// Whether the condition cannot be used.
    pub(super) fn any(&self) -> bool {
        self.errors > 0
    }
    /// Something that makes the condition unusable. An empty help is none.
    pub(super) fn error(&mut self, code: Code, at: Bytes, message: impl Into<String>, help: impl Into<String>) {
        self.errors += 1;
        self.push(code, at, message.into(), help.into());
    }
    /// Something that was surely not meant.
    pub(super) fn warn(&mut self, code: Code, at: Bytes, message: impl Into<String>, help: impl Into<String>) {
        self.push(code, at, message.into(), help.into());
    }
    fn push(&mut self, code: Code, at: Bytes, message: String, help: String) {
        let mut d = Diagnostic::new(code, self.place.span(at.start, at.end), message);
        if !help.is_empty() {
            d = d.help(help);
        }
        self.out.push(d);
    }
    /// The place and sink of a condition inside a text literal that starts at `quote` of this one.
    pub(super) fn nested<R>(&mut self, offsets: &[usize], body: impl FnOnce(&mut Problems<'_>) -> R) -> R {
        let at = |i: &usize| self.place.offsets.get(*i).or(self.place.offsets.last()).copied().unwrap_or(0);
        let place = Place { source: self.place.source, offsets: offsets.iter().map(at).collect() };
        let mut inner = Problems::new(&place, self.out);
        let result = body(&mut inner);
        self.errors += inner.errors;
        result
    }
}
