//! The checked whole: everything that a workspace's files say.

use super::alerts::Alert;
use super::assignment::Assignment;
use super::cases::Case;
use super::content::Content;
use super::delivery::Delivery;
use super::experiments::Experiment;
use super::lifecycle::Lifecycle;
use super::nurture::Path;
use super::reports::Reports;
use super::scoring::Scoring;
use super::sla::Promise;
use super::team::Team;
use crate::condition::{Condition, MessageStep};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span};
use crate::model::{Calendar, Dictionary, KindId, Table};
use chrono::NaiveDate;

/// Days before the list of holidays ends at which to speak up.
const CALENDAR_NOTICE: i64 = 45;

/// Everything that the SOP files of one workspace say.
#[derive(Debug)]
pub struct Sop {
    /// fields.yaml with the built-in dictionary.
    pub dictionary: Dictionary,
    /// calendar.yaml.
    pub calendar: Calendar,
    /// scoring.yaml.
    pub scoring: Scoring,
    /// lifecycle.yaml.
    pub lifecycle: Lifecycle,
    /// team.yaml.
    pub team: Team,
    /// assignment.yaml.
    pub assignment: Assignment,
    /// sla.yaml.
    pub promises: Vec<Promise>,
    /// alerts.yaml.
    pub alerts: Vec<Alert>,
    /// delivery.yaml.
    pub delivery: Delivery,
    /// nurture/*.yaml, by name.
    pub paths: Vec<Path>,
    /// content/*.md, by name.
    pub content: Vec<Content>,
    /// experiments.yaml.
    pub experiments: Vec<Experiment>,
    /// reports.yaml.
    pub reports: Reports,
    /// The derived event kinds' conditions, in an order in which each only needs earlier ones.
    pub derived: Vec<Derived>,
    /// The columns of costs, deals, payments, stages, feedback and follow-ups.
    pub tables: Vec<Table>,
    /// sops/tests/*.yaml, in the files' order.
    pub cases: Vec<Case>,
    /// Every `review_by:` and where it stands.
    pub reviews: Vec<(Span, NaiveDate)>,
    /// Where the list of holidays is, and the last day that it speaks for.
    pub calendar_ends: Option<(Span, NaiveDate)>,
    /// Changes whenever a text, the zone or the program's rules version does (texts of tests and of reports apart).
    pub fingerprint: String,
    /// The texts as read, for `sop_versions` and excerpts.
    pub sources: Sources,
    /// No `sops/` was in sight: these are the built-in starter SOPs.
    pub starter: bool,
}

impl Sop {
    /// The path of a name.
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.paths.iter().find(|p| p.name == name)
    }
    /// The text of a name.
    pub fn content(&self, name: &str) -> Option<&Content> {
        self.content.iter().find(|c| c.name == name)
    }
    /// Every step that sends: what `opened|clicked|replied` may speak of.
    pub fn message_steps(&self) -> Vec<MessageStep> {
        let of = |path: &Path| path.sends().map(|(step, _)| MessageStep { path: path.name.clone(), step: step.id.clone() }).collect::<Vec<_>>();
        self.paths.iter().flat_map(of).collect()
    }
}

/// How a derived kind is recognised.
#[derive(Debug)]
pub struct Derived {
    /// The derived kind; its bases are `KindDef::from`. Files may also hold it by its own name: such an event counts without `when`.
    pub kind: KindId,
    /// `where:`; `None` = every event of its bases.
    pub when: Option<Condition>,
}

/// The warnings that depend on the day: files past their `review_by`, and a list of holidays that ends within 45 days.
pub fn dated_warnings(sop: &Sop, as_of: NaiveDate) -> Diagnostics {
    let mut out = Diagnostics::default();
    for (span, date) in sop.reviews.iter().filter(|(_, date)| *date < as_of) {
        out.push(Diagnostic::new(Code::ReviewDue, *span, format!("this file was to be reviewed by {date}")).help("read it through, then move the date"));
    }
    if let Some((span, ends)) = sop.calendar_ends.filter(|(_, ends)| (*ends - as_of).num_days() <= CALENDAR_NOTICE) {
        let tense = if ends < as_of { "ended" } else { "ends" };
        out.push(
            Diagnostic::new(Code::CalendarEnds, span, format!("the list of holidays {tense} on {ends}"))
                .help("add next year's days off and make-up days as the State Council announces them"),
        );
    }
    out.sort();
    out
}
