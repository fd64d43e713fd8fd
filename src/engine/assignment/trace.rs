//! Why a lead went where it went: who was passed over and by what, and by which numbers one was chosen.

use super::deal::Placement;
use super::desk::Desk;
use crate::model::Instant;
use crate::rules::assignment::By;
use std::fmt;

/// What stands between an owner and a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Of another role than the rule deals to.
    OtherRole,
    /// Not among `to:`.
    NotMeant,
    /// Weight 0 under `weighted`.
    NoShare,
    /// Has the lead already.
    HoldsIt,
    /// On leave.
    Away,
    /// At capacity.
    Full {
        /// Leads held before customer.
        held: u32,
        /// The most.
        capacity: u32,
    },
    /// At the day's limit.
    DayFull {
        /// Leads got today.
        today: u32,
        /// The most.
        per_day: u32,
    },
    /// `pass_over` holds, with the desk as it was.
    PassedOver(Desk),
    /// They got the sibling longer ago than `until`.
    TooLongAgo,
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherRole => f.write_str("of another role"),
            Self::NotMeant => f.write_str("not among `to`"),
            Self::NoShare => f.write_str("weight 0"),
            Self::HoldsIt => f.write_str("holds it now"),
            Self::Away => f.write_str("on leave"),
            Self::Full { held, capacity } => write!(f, "full: holds {held} of {capacity}"),
            Self::DayFull { today, per_day } => write!(f, "got {today} of {per_day} today"),
            Self::PassedOver(desk) => write!(f, "passed over: held {}, breached {}", desk.held, desk.breached),
            Self::TooLongAgo => f.write_str("got it too long ago"),
        }
    }
}

/// Someone who holds a sibling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiblingTrace {
    /// Who.
    pub owner: String,
    /// Since when.
    pub at: Instant,
    /// The field that the leads share.
    pub field: String,
    /// Why the lead does not go there.
    pub bar: Option<Bar>,
}

/// One rule of the round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Its name.
    pub rule: String,
    /// Its `when` holds for the lead. If not, the rest is empty.
    pub matched: bool,
    /// How it chooses.
    pub by: By,
    /// By owner id: who could not get the lead, and why.
    pub barred: Vec<(String, Bar)>,
    /// By owner id: who could, and the numbers that they were chosen by.
    pub eligible: Vec<(String, String)>,
}

/// How one lead was dealt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The round that took it up.
    pub round: String,
    /// Who holds siblings.
    pub siblings: Vec<SiblingTrace>,
    /// The rules as far as they were tried.
    pub tried: Vec<Tried>,
    /// Where it went; `None`: it waits.
    pub placed: Option<Placement>,
}
