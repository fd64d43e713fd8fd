//! What the command line tells a verb: when it is, how to go about it, and where to show progress.

use crate::model::Instant;
use std::sync::Mutex;

/// How far a long step has come. Called often; must be cheap.
pub type Progress<'a> = &'a dyn Fn(&str, u64, u64);

/// The circumstances of one command.
#[derive(Clone)]
pub struct Context<'a> {
    /// `score`
    pub verb: String,
    /// Its flags as recorded in `runs`: no addresses.
    pub flags: String,
    /// What the run reasons about.
    pub as_of: Instant,
    /// The wall clock when it started.
    pub started: Instant,
    /// Who holds the lock meanwhile.
    pub holder: crate::store::Holder,
    /// Everything is done, then rolled back.
    pub dry_run: bool,
    /// Everyone is evaluated, due or not.
    pub full: bool,
    /// The guards are told to let it pass.
    pub yes: bool,
    /// Rejected rows are an error.
    pub strict: bool,
    /// What becomes of each message is told line by line.
    pub lines: bool,
    /// Step, done, of how many.
    pub progress: Progress<'a>,
    /// Held while the run becomes durable; true from then on. Whoever interrupts the program asks here whether there is
    /// still anything to roll back.
    pub committed: &'a Mutex<bool>,
}
