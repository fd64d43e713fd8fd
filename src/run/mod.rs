//! The verbs end to end: the only room that sees store and engines together. It owns transactions, batches, threads and
//! the memory budget. A verb is handed its [`Context`] (as-of and wall clock included) and gives values back; it prints nothing.

mod context;
mod error;
mod import;
mod lookup;
mod score;
mod session;
mod workspace;

pub use context::{Context, Progress};
pub use error::RunError;
pub use import::{ImportOptions, ImportSummary, import};
pub use score::{Ranking, ScoreRequest, score};
pub use session::{Ended, Session};
pub use workspace::Workspace;
