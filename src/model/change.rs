//! One recorded fact of a run: lead, what, from, to, why.

use super::{Instant, LeadId};

/// What changed. Creation of rows is not a change: rows carry their run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A declared field's value was overwritten.
    Field(String),
    /// The band of the total.
    Band,
    /// The lifecycle stage.
    Stage,
    /// The colleague who holds the lead.
    Owner,
    /// The queue it waits in.
    Queue,
    /// A column of one of its deals, by the deal's id: how it stands, if none is named.
    Deal(String, Option<&'static str>),
    /// What sales said of it: `accepted`, or the id of a reject reason.
    Verdict,
    /// How its journey on a path stands, by the path's name.
    Enrollment(String),
    /// A promise is about to be missed.
    Warning,
    /// A promise was missed.
    Breach,
    /// A person was called in.
    Alert,
    /// One of its addresses must not be written to any more, or may be again.
    Suppression,
    /// Another lead was joined into this one.
    Merge,
    /// A joined source was taken out again.
    Split,
}

impl What {
    /// The stored and printed name: `band`, `stage`, `field:title` …
    pub fn name(&self) -> String {
        match self {
            Self::Field(f) => format!("field:{f}"),
            Self::Band => "band".into(),
            Self::Stage => "stage".into(),
            Self::Owner => "owner".into(),
            Self::Queue => "queue".into(),
            Self::Deal(deal, None) => format!("deal:{deal}"),
            Self::Deal(deal, Some(column)) => format!("deal:{deal}:{column}"),
            Self::Verdict => "verdict".into(),
            Self::Enrollment(path) => format!("enrollment:{path}"),
            Self::Warning => "warning".into(),
            Self::Breach => "breach".into(),
            Self::Alert => "alert".into(),
            Self::Suppression => "suppression".into(),
            Self::Merge => "merge".into(),
            Self::Split => "split".into(),
        }
    }
}

/// One recorded fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Whose.
    pub lead: LeadId,
    /// What.
    pub what: What,
    /// When it is dated (mostly the as-of).
    pub at: Instant,
    /// Before, as text for people and undo; `None` = blank.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// The rule or file that made it so.
    pub why: String,
}
