//! Problems as values: what is wrong, where exactly, and what to do next.
//!
//! Every problem that `sop` can find in a file that people write is a [`Code`], documented and unique.
//! A [`Diagnostic`] points at bytes of a [`Source`]; [`Diagnostics`] collects all of them before anybody gives up.

mod code;
mod source;

pub use code::Code;
pub use source::{Source, SourceId, Sources};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The files cannot be used.
    Error,
    /// Usable, but surely not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// A range of bytes in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Which source.
    pub source: SourceId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind.
    pub code: Code,
    /// How bad (mostly the code's own).
    pub severity: Severity,
    /// What is wrong, with the offending text in backquotes.
    pub message: String,
    /// Where; `None` only for a whole missing file.
    pub span: Option<Span>,
    /// The next thing to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem with its code's own severity.
    pub fn new(code: Code, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self { code, severity: code.severity(), message: message.into(), span: span.into(), help: None }
    }
    /// With the next thing to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// All problems of one reading.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, d: Diagnostic) {
        self.0.push(d);
    }
    /// Whether any is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }
    /// In the order of files and places, without repeats. That a file is empty explains what follows, and comes first.
    pub fn sort(&mut self) {
        let explains = |d: &Diagnostic| (d.code, d.severity) == (Code::EmptyFile, Severity::Error);
        self.0.sort_by(|a, b| (!explains(a), a.span, a.severity, a.code.id(), &a.message).cmp(&(!explains(b), b.span, b.severity, b.code.id(), &b.message)));
        self.0.dedup();
    }
}
