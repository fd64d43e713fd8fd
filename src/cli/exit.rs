//! How the program ends: one table of exit codes, and what is said on stderr before a bad end.

use std::borrow::Cow;

/// Every way to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done. Also when the reader closed the pipe.
    Done,
    /// `check` or `test` found problems, rows were rejected under `--strict`, or tick set a file aside.
    Problems,
    /// Usage, an unknown name, or a refused act: nothing changed.
    Refused,
    /// The SOP files cannot be used.
    BadSop,
    /// An input cannot be read or an output not written: nothing changed.
    Files,
    /// A database error, or a base newer than the program.
    Database,
    /// Another run holds the lock.
    Locked,
    /// Some messages did not leave.
    Unsent,
    /// Ctrl-C: rolled back.
    Interrupted,
}

impl Exit {
    /// What the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Problems => 1,
            Self::Refused => 2,
            Self::BadSop => 3,
            Self::Files => 4,
            Self::Database => 5,
            Self::Locked => 6,
            Self::Unsent => 7,
            Self::Interrupted => 130,
        }
    }
}

/// Why it was not done, for the person who asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How the program ends.
    pub(crate) exit: Exit,
    /// What went wrong, outermost first; nothing when it has been said already.
    error: Option<anyhow::Error>,
    /// The next thing to do, if there is one.
    help: Cow<'static, str>,
}

impl Failure {
    /// A failure in words of its own.
    pub(crate) fn new(exit: Exit, what: impl Into<String>, help: impl Into<Cow<'static, str>>) -> Self {
        Self::of(exit, anyhow::Error::msg(what.into()), help)
    }
    /// A failure with its causes.
    pub(crate) fn of(exit: Exit, error: anyhow::Error, help: impl Into<Cow<'static, str>>) -> Self {
        Self { exit, error: Some(error), help: help.into() }
    }
    /// A failure that has been shown already.
    pub(crate) fn shown(exit: Exit, help: impl Into<Cow<'static, str>>) -> Self {
        Self { exit, error: None, help: help.into() }
    }
    /// Usage, an unknown name, or a refused act.
    pub(crate) fn refused(what: impl Into<String>, help: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Exit::Refused, what, help)
    }
    /// Says it on stderr.
    pub(crate) fn print(&self) {
        use std::io::Write;
        let mut err = anstream::stderr().lock();
        // A closed stderr cannot be told about.
        if let Some(error) = &self.error {
            let _ = writeln!(err, "\u{1b}[1;31merror\u{1b}[0m: {error:#}");
        }
        if !self.help.is_empty() {
            let _ = writeln!(err, "\u{1b}[1;36mhelp\u{1b}[0m: {}", self.help);
        }
    }
}
