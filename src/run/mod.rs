//! The verbs end to end: the only room that sees store and engines together. It owns transactions, batches, threads and
//! the memory budget. A verb is handed its [`Context`] (as-of and wall clock included) and gives values back; it prints nothing.

pub mod cases;
mod check_data;
mod context;
mod error;
mod evaluate;
mod explain;
mod first;
mod import;
mod init;
mod lead;
mod leads;
mod lookup;
mod merge;
mod people;
mod promises;
mod records;
mod refit;
mod routing;
mod score;
mod session;
mod tick;
mod today;
mod undo;
pub mod worklist;
mod workspace;

pub use cases::{CaseResult, Happening, run_cases};
pub use check_data::check_data;
pub use context::{Context, Progress};
pub use error::RunError;
pub use evaluate::Evaluated;
pub use explain::explain;
pub use import::{FileSummary, ImportOptions, ImportSummary, Touched};
pub use init::{Written, init, init_from};
pub use leads::{LeadsRequest, leads};
pub use merge::{Merged, merge, split};
pub use people::{Acted, Claimed, Contact, Rejection, These, Whom, accept, claim, log, queue_list, reject, return_leads, set};
pub use promises::{By, SlaRequest, alerts, sla};
pub use records::{changes, history};
pub use routing::explain_deal;
pub use score::{Imported, Ranking, ScoreRequest, frame, import_files, score};
pub use session::{Ended, Session};
pub use tick::{Dealing, Engines, Ticked, one_engine, tick};
pub use today::today;
pub use undo::{UndoReport, undo};
pub use workspace::Workspace;
