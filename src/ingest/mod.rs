//! Bytes → table → typed rows, rejects.
//!
//! ```text
//! open ──▶ TableFile (headers, RawRow …) ──▶ recognise ──▶ LeadReader | EventReader | DealReader … ──▶ typed rows
//! ```
//! One bad row never stops a file: it comes out as rejected, with its line and reason. Nothing is guessed in silence.

mod ahead;
pub mod cell;
mod columns;
mod cost;
mod csv;
mod currency;
mod deal;
mod decode;
mod dialect;
mod error;
mod event;
mod feedback;
mod follow_up;
mod guess;
mod header;
mod identity;
mod journey;
mod json;
mod kind;
mod lead;
mod mapping;
mod opening;
mod opt_out;
mod profile;
mod reject;
mod row;
mod sheet;
mod stage;
mod table;
mod total;
mod when;

pub use cell::{BadCell, COMMA, FINER};
pub use columns::{Rows, TableMapping};
pub use cost::{CostCells, CostReader, Platform, TotalRow, cost_mapping, platform_of};
pub use deal::{DealCells, DealReader, PaymentCells, PaymentReader, deal_mapping, payment_mapping};
pub use error::{IngestError, IngestErrorKind};
pub use event::{EventMapping, EventReader, EventRow};
pub use feedback::{Came, FeedbackCells, FeedbackReader, FeedbackShape, Told, feedback_mapping, said_no, sms_mapping, wecom_mapping};
pub use follow_up::{ANSWERS, FollowUpCells, FollowUpReader, follow_up_mapping, strange_columns};
pub use guess::{ColumnGuess, Guesses, guess, name_of};
pub use identity::Barred;
pub use journey::{CountedPath, journeys};
pub use kind::{FileKind, Recognised, recognise};
pub use lead::{CountCell, LeadReader, LeadRow, Next};
pub use mapping::{ColumnUse, EventsColumn, LeadMapping};
pub use opening::{Options, open};
pub use opt_out::{OptOut, Says};
pub use profile::{OpenOrder, Profile, profile};
pub use reject::{PendingRejects, RejectWriter, Rejected, rejected};
pub use row::{Cell, CellKind, Problem, RawRow};
pub use stage::{StageMapping, StageReader, StageRow};
pub use table::{Format, TableFile};
