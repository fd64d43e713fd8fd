//! Follow-ups (跟进): logged contacts of an owner with a lead, and the verdicts that sales gives.

use super::Instant;

/// How a follow-up ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// 接通
    Connected,
    /// 未接
    NoAnswer,
    /// 已回复
    Replied,
    /// 已见面
    Met,
    /// 拒绝沟通
    Refused,
    /// 空号错号
    WrongNumber,
}

impl Outcome {
    /// All, with their names in YAML, columns and conditions.
    pub const ALL: [(&'static str, Self); 6] = [
        ("connected", Self::Connected),
        ("no_answer", Self::NoAnswer),
        ("replied", Self::Replied),
        ("met", Self::Met),
        ("refused", Self::Refused),
        ("wrong_number", Self::WrongNumber),
    ];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, o)| *o == self).map_or("", |(n, _)| n)
    }
    /// The outcome of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, o)| *o)
    }
}

/// One follow-up, as far as rules ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// When.
    pub at: Instant,
    /// By whom: an owner's id, or a name that the team does not know.
    pub owner: Option<String>,
    /// `None`: not told.
    pub outcome: Option<Outcome>,
}

/// What sales made of a lead that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// When.
    pub at: Instant,
    /// By whom.
    pub owner: Option<String>,
    /// The id of the reject reason; `None` = accepted.
    pub reason: Option<String>,
}
