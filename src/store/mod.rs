//! The base: one SQLite file, and the only room that knows SQL.
//!
//! - One writing command is one transaction under one lock ([`Store::write`]); it ends with [`Store::commit`] or is
//!   rolled back. A first import builds `sop.db.new` beside the target without a journal, and the rename is its transaction.
//! - The internal key is `lead` everywhere. Declared fields are columns of `leads` under their own names.
//! - Rows that a run creates carry its number; rows that it changes are kept in `undo` as they were.

mod ahead;
mod assignments;
mod changes;
mod columns;
mod costs;
mod deals;
mod decide;
mod details;
mod due;
mod enrollments;
mod events;
mod experiments;
mod feedback;
mod follow_ups;
mod identities;
mod leads;
mod load;
mod lock;
mod merit;
mod messages;
mod notices;
mod open;
mod outbox;
mod pages;
mod payments;
mod record;
mod runs;
mod scan;
mod shelf;
mod side;
mod standing;
mod state;
mod suppressions;
mod tally;
mod told_of;
mod undo;
mod views;
mod waits;

pub use ahead::Ahead;
pub use assignments::{AssignmentRow, Ended, Holding, QueueStay};
pub use changes::ChangeRow;
pub use columns::Columns;
pub use costs::CostRow;
pub use deals::{DealId, DealRow};
pub use decide::{SourceRow, ToDecide};
pub use details::StoredDetail;
pub use due::Due;
pub use enrollments::{PathCount, PathVersion};
pub use experiments::{ExposureRow, JourneyCounts};
pub use feedback::{FeedbackRow, LeftMessage, Put};
pub use follow_ups::FollowUpRow;
pub use identities::StoredIdentity;
pub use leads::{LeadRecord, MOST_FOUND};
pub use load::Loader;
pub use lock::{Holder, Lock};
pub use merit::{LeadAsk, LeadFact};
pub use notices::{AlertRow, BreachKind, BreachRow, NoticeRow, NoticeState};
pub use outbox::{Heard, OutboxFilter, OutboxRow, Settled};
pub use payments::{Paid, Part, PaymentId};
pub use runs::{RunRecord, RunRow, SopChange};
pub use scan::{Needs, ScanRow};
pub use state::{BandCount, ScoreRow, StateRow, Totals};
pub use suppressions::SuppressionRow;
pub use tally::{BandChange, JourneyCount, MessageStory};
pub use told_of::{About, key_name};
pub use undo::Undone;
pub use waits::{NextContact, Waiting};

use rusqlite::Connection;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// What can go wrong with a base.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another run holds the lock.
    #[error("another run holds the base: {0}")]
    Locked(Holder),
    /// Written by a later version of the program.
    #[error("the base `{path}` has format {found}; this program knows up to {known}: install a newer `sop`")]
    Newer {
        /// The file.
        path: String,
        /// Its `user_version`.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// A file that is no base of ours.
    #[error("`{path}` is not a base of `sop`: {why}")]
    NotABase {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// There is no base yet.
    #[error("there is no base at `{0}` yet: import a file first, e.g. `sop score leads.csv`")]
    Missing(String),
    /// SQLite's own.
    #[error("database error: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file system's own.
    #[error("`{path}`: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Short for a result of this room.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// An open base.
pub struct Store {
    conn: Connection,
    path: PathBuf,
    /// Set while a first import is being built beside `path`.
    building: Option<PathBuf>,
    /// New leads that are not in the file yet.
    shelf: RefCell<Option<shelf::Shelf>>,
    /// The rows of all leads as this run took them into the base that it builds, while nothing changed them since.
    taken_in: RefCell<Option<shelf::Shelf>>,
    lock: Option<lock::Lock>,
}

impl Store {
    /// The file (its final place, also while it is being built).
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Whether this run builds the base.
    pub fn is_first_import(&self) -> bool {
        self.building.is_some()
    }
}

pub(crate) fn io_error(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { path: path.display().to_string(), source }
}

/// A name as an SQL identifier.
fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
