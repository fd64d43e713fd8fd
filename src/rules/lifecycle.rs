//! lifecycle.yaml, checked: stages in order, detours beside the line, reasons of sales and what they lead to.

pub(super) mod check;
pub(super) mod read;

use crate::condition::Condition;
use crate::model::{Duration, FieldIx};

/// Stages, detours and reasons. Without lifecycle.yaml all are empty: nobody moves.
#[derive(Debug, Default)]
pub struct Lifecycle {
    /// In order.
    pub stages: Vec<Stage>,
    /// Places beside the line.
    pub detours: Vec<Detour>,
    /// Why sales rejects leads.
    pub reasons: Vec<Reason>,
    /// `requalify: any`: a rejected, returned or lost lead may qualify again without a new act of its own.
    pub requalify_any: bool,
}

/// One stage.
#[derive(Debug)]
pub struct Stage {
    /// `mql`
    pub id: String,
    /// 市场认可线索
    pub title: String,
    /// The name of the stretch of the customer's journey, for reports.
    pub journey: Option<String>,
    /// When a lead moves here on its own; the first stage needs none.
    pub enter: Option<Condition>,
    /// When a lead that nobody owns goes back to where it came from.
    pub leave: Option<Condition>,
    /// What dates the entry, where facts know better than the tick.
    pub dated: Option<Dated>,
    /// What KPIs, capacity and requalification take it for.
    pub means: Option<Means>,
}

/// What dates a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dated {
    /// `first_won_at`
    FirstWon,
    /// `created_at`
    Created,
    /// `last_event_at`
    LastEvent,
    /// `accepted_at`: when whoever holds the lead took it on
    Accepted,
    /// A date or datetime field of the lead.
    Field(FieldIx),
}

/// `means:`; the default is the stage of that id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Means {
    /// Marketing's lead.
    Mql,
    /// Sales' lead.
    Sql,
    /// A deal is open.
    Opportunity,
    /// A deal is won.
    Customer,
}

/// A place beside the line.
#[derive(Debug)]
pub struct Detour {
    /// `recycled`
    pub id: String,
    /// 退回培育
    pub title: String,
    /// When a lead goes here on its own.
    pub enter: Option<Condition>,
    /// When and to which stage it comes back; `None` = only by hand.
    pub back: Option<Back>,
}

/// `back: {after: 60d, to: prospect}`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// After which time.
    pub after: Duration,
    /// The stage's id.
    pub to: String,
}

/// One reason of sales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// `price`
    pub id: String,
    /// 价格敏感
    pub title: String,
    /// Where it takes the lead.
    pub to: ReasonTo,
    /// Another time to come back than the detour's.
    pub after: Option<Duration>,
    /// The owner gets the turn back.
    pub return_turn: bool,
}

/// Where a reject takes a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReasonTo {
    /// Into a detour, by id.
    Detour(String),
    /// Onto the to-decide list: it is another lead.
    Merge,
}

impl Lifecycle {
    /// The place of a stage in order.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.stages.iter().position(|s| s.id == id)
    }
    /// The detour of an id.
    pub fn detour(&self, id: &str) -> Option<&Detour> {
        self.detours.iter().find(|d| d.id == id)
    }
    /// The reason of an id.
    pub fn reason(&self, id: &str) -> Option<&Reason> {
        self.reasons.iter().find(|r| r.id == id)
    }
    /// The place of the stage with a meaning.
    pub fn meaning(&self, means: Means) -> Option<usize> {
        self.stages.iter().position(|s| s.means == Some(means))
    }
}
