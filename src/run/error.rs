//! Why a verb did not do it. The binary maps each kind to its exit code.

use crate::diag::{Diagnostics, Sources};
use crate::ingest::IngestError;
use crate::store::StoreError;

/// Why a verb did not do it. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The SOP files have problems.
    #[error("the SOP files have problems")]
    Sop(Box<(Sources, Diagnostics)>),
    /// A condition on the command line has problems.
    #[error("the condition has problems")]
    Condition(Box<(Sources, Diagnostics)>),
    /// A file could not be read or written.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A file could not be read or written.
    #[error("cannot {verb} `{path}`: {source}")]
    File {
        /// `read` or `write`.
        verb: &'static str,
        /// Which.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The base.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A refused act or an unknown name, with the next thing to do.
    #[error("{what}")]
    Refused {
        /// What is refused and why.
        what: String,
        /// The next thing to do.
        help: String,
    },
    /// `--strict`: rows were rejected.
    #[error("rejected rows: {rows}; with --strict nothing is imported then")]
    Rejected {
        /// How many.
        rows: u64,
        /// Where they stand.
        files: Vec<String>,
    },
}

impl RunError {
    /// A refused act.
    pub fn refused(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), help: help.into() }
    }
}
