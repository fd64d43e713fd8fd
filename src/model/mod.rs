//! The nouns of the field and the pure arithmetic on them. No I/O, no clock, no other room.

mod address;
mod attribution;
mod business;
mod calendar;
mod change;
mod clock;
mod clock_changes;
mod deal;
mod dictionary;
pub(crate) mod email;
mod event;
mod follow_up;
mod identity;
mod journey;
mod key;
mod message;
mod money;
mod outbox;
mod period;
pub(crate) mod phone;
pub(crate) mod rewritten;
mod standing;
mod text;
mod time;
mod value;
mod web;
mod window;
mod within;

pub use address::{Address, Suppressed, SuppressedBy};
pub use attribution::AttributionModel;
pub use calendar::{Calendar, DayHours, instant_in};
pub use change::{Change, What};
pub use clock::{Clock, ClockKind, ClockStatus, Hold};
pub use deal::{DEAL_KINDS, Deal, DealFacts, DealStatus, is_new_business};
pub use dictionary::{
    BadValue, BotFilter, Channel, CountColumn, DateOrder, Dictionary, EventField, EventFieldIx, Field, FieldIx, KindBy, KindDef, KindId, OnConflict, RangeEnd,
    Table, TableColumn, ValueMatch,
};
pub use event::{Detail, DetailId, Details, Event};
pub use follow_up::{FollowUp, Outcome, Verdict};
pub use identity::{Identity, IdentityKind, NoIdentity};
pub use journey::{Enrollment, JourneyState, Journeys, Letter};
pub use key::{Key, stable_hash};
pub use message::{Covered, Covers, EnrollmentFact, MessageFact, SentMessage, Sign};
pub use money::Currency;
pub use outbox::{FeedbackKind, Message, MessageId, MessageState, Part};
pub use period::Period;
pub use standing::Standing;
pub use text::{defused, fold, fold_header, is_dialled, nearest};
pub use time::{Duration, Instant, Until};
pub use value::{FieldType, Value};
pub use web::{is_this_machine, may_be_followed, not_in_the_open, unprotected_host};
pub use window::{Window, WindowDays};
pub use within::{Unit, Within};

/// The lead's number inside one base. Never shown as an identity: people use the [`Key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeadId(pub i64);

/// The number of one run of a writing command inside one base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub i64);
