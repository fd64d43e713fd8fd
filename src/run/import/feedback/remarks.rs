//! What a file of feedback leaves to be said, and until when each kind of sign is known now.

use crate::engine::messages::by_machines;
use crate::ingest::FeedbackShape;
use crate::model::{FeedbackKind, Instant, LeadId, SuppressedBy};
use crate::run::RunError;
use crate::run::import::Importer;
use crate::run::import::noted::Noted;
use std::collections::{BTreeMap, BTreeSet};

/// What a file leaves to be said.
#[derive(Default)]
pub(super) struct Remarks {
    /// Signs that belong to a message of ours.
    pub(super) joined: u64,
    pub(super) no_lead: Noted,
    pub(super) no_message: Noted,
    pub(super) not_ours: Noted,
    pub(super) undated: u64,
    /// Rows from which nothing follows: sent, delivered.
    pub(super) nothing: u64,
    /// Openings and clicks that the file itself says were a machine's.
    pub(super) machines: u64,
    /// Addresses that were closed, by why.
    pub(super) closed: BTreeMap<SuppressedBy, u64>,
    /// Whose openings and clicks may be a machine's, too.
    pub(super) leads: BTreeSet<LeadId>,
    /// What the file tells of, by medium.
    pub(super) kinds: BTreeSet<(String, FeedbackKind)>,
    /// Its latest date that is not after this run, whosever it is: it is one export.
    pub(super) until: Option<Instant>,
    /// Signs that are dated after this run.
    pub(super) ahead: u64,
    /// It lists everything that happened to each mail, not signs alone.
    pub(super) is_log: bool,
}

impl Remarks {
    /// The file reaches to this sign. One from the future is some clock's error, and says nothing of the time before it.
    pub(super) fn reaches(&mut self, at: Option<Instant>, as_of: Instant) {
        match at {
            Some(at) if at > as_of => self.ahead += 1,
            at => self.until = self.until.max(at),
        }
    }
}

/// What people should know of addresses that a file closed, by why; `stopped`: messages that this stopped.
pub(in crate::run::import) fn closed_notes(closed: &BTreeMap<SuppressedBy, u64>, stopped: u64) -> Vec<String> {
    let mut notes = Vec::new();
    let closed: Vec<String> = closed.iter().map(|(by, n)| format!("{} {n}", by.name())).collect();
    if !closed.is_empty() {
        notes.push(format!("addresses that must not be written to from now on: {} (`sop suppress --list`)", closed.join(", ")));
    }
    if stopped > 0 {
        notes.push(format!("{stopped} messages in the outbox are stopped by that"));
    }
    notes
}

impl Importer<'_, '_> {
    /// Until when each kind is known now: as far as the file's rows reach, or as somebody says that it does (`--until`), and no further than
    /// now. A file without a row that tells no kind by its form is silent on all that was ever told by its medium.
    pub(super) fn cover(&self, shape: FeedbackShape, always: &[FeedbackKind], remarks: &Remarks) -> Result<(), RunError> {
        let Some(until) = remarks.until.max(self.until).map(|at| at.min(self.session.context.as_of)) else { return Ok(()) };
        let mut media: BTreeSet<&str> = remarks.kinds.iter().map(|(medium, _)| medium.as_str()).collect();
        if media.is_empty() {
            media.insert(match shape {
                FeedbackShape::Feedback => "email",
                FeedbackShape::Sms => "sms",
                FeedbackShape::Wecom => "wecom",
            });
        }
        let mut silent = BTreeSet::new();
        if always.is_empty() && remarks.kinds.is_empty() && !remarks.is_log {
            let known = self.session.store.feedback_covers()?;
            for (medium, (_, kind)) in media.iter().flat_map(|medium| FeedbackKind::ALL.map(|kind| (*medium, kind))) {
                silent.extend(known.until(medium, kind).map(|_| (medium.to_owned(), kind)));
            }
        }
        // A log of everything that happened to mails tells by its silence that they were not opened.
        let log = [FeedbackKind::Open, FeedbackKind::Click, FeedbackKind::Bounce, FeedbackKind::Complaint, FeedbackKind::Unsubscribe];
        let implied = always.iter().chain(log.iter().filter(|_| remarks.is_log));
        let implied = implied.flat_map(|kind| media.iter().map(|medium| ((*medium).to_owned(), *kind)));
        for (medium, kind) in implied.chain(silent).chain(remarks.kinds.iter().cloned()).collect::<BTreeSet<_>>() {
            self.session.store.cover_feedback(&medium, kind, until, self.session.run)?;
        }
        Ok(())
    }

    /// What people should know of the file; `stopped`: messages that its closings stopped.
    pub(super) fn feedback_notes(&self, remarks: &Remarks, stopped: u64) -> Result<Vec<String>, RunError> {
        let mut notes = Vec::new();
        if remarks.joined > 0 {
            notes.push(format!("{} signs came back on messages of ours", remarks.joined));
        }
        notes.extend(remarks.no_lead.note(|n| format!("{n} signs are of addresses that no lead has; they wait for their leads")));
        notes.extend(
            remarks.no_message.note(|n| format!("{n} signs are kept without a message: none of that content left for the address in the 60 days before")),
        );
        notes.extend(remarks.not_ours.note(|n| format!("{n} signs name messages that this base did not write")));
        if remarks.nothing > 0 {
            notes.push(format!("{} rows are of sending and delivery: nothing follows from them", remarks.nothing));
        }
        if remarks.undated > 0 {
            let at = self.workspace().sop.calendar.local(self.session.context.as_of);
            let known = if self.until.is_some() { "" } else { ", and none of them says until when anything is known (--until DATE does)" };
            notes.push(format!("{} signs have no date: new ones are dated {at}{known}", remarks.undated));
        }
        let mut machines = remarks.machines;
        if self.dictionary().bot_filter.is_some() {
            for lead in &remarks.leads {
                machines += by_machines(&self.session.store.sent_messages_of(*lead)?, self.dictionary(), self.session.context.as_of).len() as u64;
            }
        }
        if machines > 0 {
            notes.push(format!("{machines} openings or clicks were made by machines: they do not count"));
        }
        if remarks.ahead > 0 {
            notes.push(format!("{} signs are dated after this run: none of them says until when anything is known", remarks.ahead));
        }
        notes.extend(closed_notes(&remarks.closed, stopped));
        Ok(notes)
    }
}
