//! alerts.yaml, checked: when a person must step in (人工介入).

pub(super) mod read;

use super::sla::Recipient;
use crate::condition::Condition;
use crate::model::{Duration, KindId};

/// One alert.
#[derive(Debug)]
pub struct Alert {
    /// 高价值行为
    pub name: String,
    /// Once per event of these kinds; empty = none.
    pub events: Vec<KindId>,
    /// With events: a gate. Without: what it watches for; it rings when this becomes true, and again after `cooldown`.
    pub when: Option<Condition>,
    /// Who is told: the first that exists.
    pub to: Vec<Recipient>,
    /// How long it stays silent about a lead after it rang.
    pub cooldown: Option<Duration>,
}
