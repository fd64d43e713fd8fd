//! `sop today`: one screen of what waits for a person, each with the command that settles it.

use super::{Cell, Column, Frame, Report, Said};

/// What kind of thing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waits {
    /// A file that the next tick reads.
    Inbox,
    /// A file that could not be read.
    Failed,
    /// Two leads that may be one person.
    Merge,
    /// Sales says that a lead is another one.
    Duplicate,
    /// An owner whom the team does not know.
    Owner,
    /// A text that no stage is known by.
    Stage,
    /// Leads that nobody can have.
    Unassigned,
    /// Leads that the next tick hands over.
    HandOver,
    /// Promises past their limit, unanswered.
    Breached,
    /// Promises due before the day ends.
    Due,
    /// Leads that a queue is about to take back.
    Reclaim,
    /// Leads beside the line with an open deal.
    Reopened,
    /// Deals of nobody.
    Deal,
    /// Contacts planned for today or earlier.
    FollowUp,
    /// Leads that wait for a claim.
    Queue,
    /// Words to colleagues that have not left.
    Notice,
    /// Events whose lead is not in the base.
    Event,
    /// A column of an export that no field claims.
    Header,
    /// A value of an export that names no known owner, channel or kind.
    Value,
    /// The list of holidays runs out, a file is due for review.
    Calendar,
    /// An experiment whose answer is in.
    Experiment,
}

impl Waits {
    fn id(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Failed => "failed",
            Self::Merge => "merge",
            Self::Duplicate => "duplicate",
            Self::Owner => "owner",
            Self::Stage => "stage",
            Self::Unassigned => "unassigned",
            Self::HandOver => "hand_over",
            Self::Breached => "breached",
            Self::Due => "due",
            Self::Reclaim => "reclaim",
            Self::Reopened => "reopened",
            Self::Deal => "deal",
            Self::FollowUp => "follow_up",
            Self::Queue => "queue",
            Self::Notice => "notice",
            Self::Event => "event",
            Self::Header => "header",
            Self::Value => "value",
            Self::Calendar => "calendar",
            Self::Experiment => "experiment",
        }
    }
}

/// One thing that waits.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its kind.
    pub waits: Waits,
    /// The two leads, the header, the name.
    pub subject: Said,
    /// How many rows or leads it touches.
    pub count: i64,
    /// Why it waits.
    pub detail: Said,
    /// What to type or to edit.
    pub next: Said,
}

/// Everything that waits, by kind, then in the order given.
pub fn report(frame: &Frame, items: &[Item]) -> Report {
    let mut columns = vec![Column::text("waits"), Column::text("subject"), Column::integer("count")];
    columns.extend(["detail", "next"].map(|id| Column::text(id).sentences()));
    let mut report = Report::new("today", frame, columns);
    report.whole = true;
    // How many leads an experiment had says nothing of what waits.
    let count = |i: &Item| if i.waits == Waits::Experiment { Cell::Empty } else { Cell::Integer(i.count) };
    let mut sorted: Vec<_> = items.iter().collect();
    sorted.sort_by_key(|i| i.waits);
    report.rows = sorted
        .into_iter()
        .map(|i| vec![Cell::text(i.waits.id()), i.subject.clone().into(), count(i), i.detail.clone().into(), i.next.clone().into()])
        .collect();
    report.total("waiting", Cell::count(items.len()));
    report
}
