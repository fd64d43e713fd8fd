//! The checked whole: everything that a workspace's files say.

use super::scoring::Scoring;
use crate::condition::Condition;
use crate::diag::Sources;
use crate::model::{Calendar, Dictionary, KindId};

/// Everything that the SOP files of one workspace say.
#[derive(Debug)]
pub struct Sop {
    /// fields.yaml with the built-in dictionary.
    pub dictionary: Dictionary,
    /// calendar.yaml.
    pub calendar: Calendar,
    /// scoring.yaml.
    pub scoring: Scoring,
    /// The derived event kinds' conditions, in an order in which each only needs earlier ones.
    pub derived: Vec<Derived>,
    /// Changes whenever a text, the zone or the program's rules version does.
    pub fingerprint: String,
    /// The texts as read, for `sop_versions` and excerpts.
    pub sources: Sources,
    /// No `sops/` was in sight: these are the built-in starter SOPs.
    pub starter: bool,
}

/// How a derived kind is recognised.
#[derive(Debug)]
pub struct Derived {
    /// The derived kind; its bases are `KindDef::from`.
    pub kind: KindId,
    /// `where:`; `None` = every event of its bases.
    pub when: Option<Condition>,
}
