//! What people do with single leads (and with `set --where`, with many): say what they make of them, change them, log what was spoken, take them out of a queue
//! and give them back. Each is one run: everything that was asked, or nothing and every refusal named.
//!
//! A lead that was changed is due: the next tick deals it, keeps its promises and rings its alerts. Only a verdict moves it at once.
//! What is said again changes nothing, and says so.

mod claim;
mod field;
mod journey;
mod log;
mod queue;
mod set;
mod twin;
mod verdict;
mod whom;

pub use claim::{Claimed, Whom, claim};
pub use log::{Contact, log};
pub use queue::{queue_list, return_leads};
pub use set::{These, set};
pub use verdict::{Rejection, accept, reject};

pub(super) use journey::on_leads;
pub(super) use twin::{TOLD, told_to_merge};
pub(super) use verdict::{Brought, brought, move_judged};

use super::evaluate::evaluate_these;
use super::score::{frame, name_of, note};
use super::tick::advance_now;
use super::{Context, Ended, RunError, Session, Workspace};
use crate::model::{Change, LeadId};
use crate::report::plan::Count;
use crate::report::{Frame, Note};
use crate::rules::Sop;
use crate::store::ScanRow;

/// What an act of a person did.
#[derive(Clone, Debug)]
pub struct Acted {
    /// Of its report.
    pub frame: Frame,
    /// What changed.
    pub counts: Vec<Count>,
    /// What was as asked already, and what follows.
    pub notes: Vec<Note>,
    /// The run.
    pub ended: Ended,
}

/// A lead for which an act is refused.
struct Refused {
    who: String,
    what: String,
    help: String,
}

/// An act on its way: what it did so far, and for whom it is refused.
struct Work<'s, 'a> {
    session: &'s Session<'a>,
    counts: Vec<Count>,
    notes: Vec<Note>,
    refused: Vec<Refused>,
    changed: Vec<LeadId>,
}

impl<'s, 'a> Work<'s, 'a> {
    fn new(session: &'s Session<'a>) -> Self {
        Self { session, counts: Vec::new(), notes: Vec::new(), refused: Vec::new(), changed: Vec::new() }
    }

    fn sop(&self) -> &'s Sop {
        &self.session.workspace.sop
    }

    /// The leads that were named, each once.
    fn leads(&mut self, typed: &[String]) -> Result<Vec<ScanRow>, RunError> {
        let Session { store, columns, workspace, .. } = self.session;
        let mut rows: Vec<ScanRow> = Vec::new();
        for typed in typed {
            match super::lookup::find(workspace, store, typed) {
                Ok(lead) if rows.iter().any(|r| r.record.lead == lead) => {}
                // A lead that was never scored has no state yet.
                Ok(lead) => {
                    if store.state(columns, lead)?.is_none() {
                        store.insert_state(lead, None, None)?;
                    }
                    rows.extend(store.whole_lead(columns, lead)?);
                }
                Err(RunError::Refused { what, help }) => self.refused.push(Refused { who: String::new(), what, help }),
                Err(e) => return Err(e),
            }
        }
        Ok(rows)
    }

    /// A lead for people: `王伟 (kmfrggzdfmza)`.
    fn shown(&self, row: &ScanRow) -> String {
        let key = row.record.key;
        name_of(&self.sop().dictionary, &row.record).map_or_else(|| key.to_string(), |name| format!("{name} ({key})"))
    }

    fn refuse(&mut self, row: &ScanRow, what: impl Into<String>, help: impl Into<String>) {
        let who = self.shown(row);
        self.refused.push(Refused { who, what: what.into(), help: help.into() });
    }

    /// Nothing to do: it is so already.
    fn already(&mut self, row: &ScanRow, what: impl AsRef<str>) {
        let text = format!("{}: {}", self.shown(row), what.as_ref());
        self.notes.push(note("already", text));
    }

    fn count(&mut self, what: &str, from: Option<&str>, to: Option<&str>) {
        let is = |c: &Count| c.what == what && c.from.as_deref() == from && c.to.as_deref() == to;
        match self.counts.iter_mut().find(|c| is(c)) {
            Some(c) => c.count += 1,
            None => self.counts.push(Count { what: what.to_owned(), from: from.map(str::to_owned), to: to.map(str::to_owned), count: 1 }),
        }
    }

    fn count_changes(&mut self, changes: &[Change]) {
        for c in changes {
            self.count(&c.what.name(), c.from.as_deref(), c.to.as_deref());
        }
    }

    /// The lead has news: it is due.
    fn touch(&mut self, lead: LeadId) -> Result<(), RunError> {
        if !self.changed.contains(&lead) {
            self.changed.push(lead);
        }
        Ok(self.session.store.make_due(lead)?)
    }

    /// Lets the leads that were changed move at once, by their scores of now. They stay due for the engines behind.
    fn advance(&mut self) -> Result<(), RunError> {
        let leads = self.changed.clone();
        let before = self.session.store.change_counts(self.session.run)?;
        evaluate_these(self.session, &leads)?;
        let bands = |counts: &[(String, i64)]| counts.iter().find(|(what, _)| what == "band").map_or(0, |(_, n)| *n);
        let moved = bands(&self.session.store.change_counts(self.session.run)?) - bands(&before);
        if moved > 0 {
            self.counts.push(Count { what: "band".into(), from: None, to: None, count: moved });
        }
        let changes = advance_now(self.session, &leads)?;
        self.count_changes(&changes);
        Ok(())
    }

    /// Every refusal as one error.
    fn refusal(&mut self, leads: usize) -> Result<(), RunError> {
        let say = |r: &Refused| if r.who.is_empty() { r.what.clone() } else { format!("{}: {}", r.who, r.what) };
        match self.refused.as_slice() {
            [] => Ok(()),
            [one] if leads <= 1 => Err(RunError::refused(say(one), one.help.clone())),
            [first, ..] => {
                let lines: String = self.refused.iter().map(|r| format!("\n  {}", say(r))).collect();
                let what = format!("{} of {leads} leads are refused, so nothing was done:{lines}", self.refused.len());
                Err(RunError::refused(what, first.help.clone()))
            }
        }
    }
}

/// Runs an act on named leads: every one of them, or none.
fn act(
    workspace: &Workspace,
    context: &Context<'_>,
    leads: &[String],
    each: impl FnOnce(&mut Work<'_, '_>, Vec<ScanRow>) -> Result<(), RunError>,
) -> Result<Acted, RunError> {
    if !workspace.db.exists() {
        return Err(crate::store::StoreError::Missing(workspace.db.display().to_string()).into());
    }
    let mut session = Session::begin(workspace, context)?;
    let mut work = Work::new(&session);
    let done = work.leads(leads).and_then(|rows| each(&mut work, rows)).and_then(|()| work.refusal(leads.len()));
    let Work { counts, notes, .. } = work;
    match done {
        Err(e) => Err(session.abandon(e)),
        Ok(()) => {
            let changes: i64 = counts.iter().map(|c| c.count).sum();
            if changes > 0 {
                session.counts.insert("changes".into(), changes.into());
            }
            let ended = session.end()?;
            Ok(Acted { frame: frame(workspace, context), counts, notes, ended })
        }
    }
}
