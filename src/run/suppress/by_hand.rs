//! `sop suppress`: closing addresses by hand, opening them again, and the list of all that are closed.

use super::{Cause, addresses_of, close, name, record, stop_waiting};
use crate::model::{Address, LeadId, SuppressedBy};
use crate::report::plan::Count;
use crate::report::suppressions::{self, Row};
use crate::report::{Note, Report};
use crate::rules::delivery::Closes;
use crate::run::score::{frame, note};
use crate::run::{Acted, Context, RunError, Session, Workspace, lookup};
use crate::store::{Store, StoreError, SuppressionRow};

/// What a person closes.
#[derive(Clone, Debug)]
pub struct Closing {
    /// An address, or a lead by key, id or unique name: then all of its addresses.
    pub whom: String,
    /// The reason.
    pub why: String,
    /// Only for this medium.
    pub medium: Option<String>,
}

/// Closes an address, or every address of a lead.
pub fn suppress(workspace: &Workspace, context: &Context<'_>, closing: &Closing) -> Result<Acted, RunError> {
    let medium = medium_of(workspace, closing.medium.as_deref())?;
    act(workspace, context, &closing.why, |session, counts, notes| {
        let (address, lead) = whom(session, &closing.whom)?;
        let mut cause = Cause { closes: Closes::Address, by: SuppressedBy::Hand, at: session.context.as_of, why: &closing.why };
        let closed = match (&address, medium) {
            (None, None) => {
                cause.closes = Closes::All;
                close(session, None, lead, "", &cause)?
            }
            (None, Some(medium)) => {
                cause.closes = Closes::Medium;
                close(session, None, lead, medium, &cause)?
            }
            (Some(address), medium) => {
                let row = SuppressionRow::new(address, medium, cause.by, cause.at, cause.why);
                let closed = session.store.suppress(&row, session.run)?;
                if let Some(lead) = lead.filter(|_| closed) {
                    record(session, lead, None, Some(name(medium, cause.by)), &closing.why)?;
                }
                u64::from(closed)
            }
        };
        count(counts, "suppression", closed);
        if closed == 0 {
            let nothing = address.is_none() && addresses_of(session, lead.unwrap_or(LeadId(0)), medium)?.is_empty();
            notes.push(note("already", if nothing { "it has no such address" } else { "it is closed by hand already" }));
        }
        count(counts, "message", stop_waiting(session)?);
        Ok(())
    })
}

/// Opens an address again, or every address of a lead: whatever had closed it. What comes back later closes it anew.
pub fn lift(workspace: &Workspace, context: &Context<'_>, lifting: &Closing) -> Result<Acted, RunError> {
    let medium = medium_of(workspace, lifting.medium.as_deref())?;
    act(workspace, context, &lifting.why, |session, counts, notes| {
        let (address, lead) = whom(session, &lifting.whom)?;
        let mut all: Vec<Address> = match (&address, lead) {
            (Some(address), _) => vec![address.clone()],
            (None, Some(lead)) => addresses_of(session, lead, medium)?,
            (None, None) => Vec::new(),
        };
        all.sort_unstable();
        all.dedup();
        let mut opened = Vec::new();
        for address in &all {
            for row in session.store.suppressions_of(address)?.into_iter().filter(|r| medium.is_none() || r.medium.as_deref() == medium) {
                session.store.unsuppress(&row)?;
                opened.push(name(row.medium.as_deref(), row.by));
            }
        }
        if let Some(lead) = lead.filter(|_| !opened.is_empty()) {
            opened.sort_unstable();
            opened.dedup();
            record(session, lead, Some(opened.join(", ")), None, &lifting.why)?;
        }
        if opened.is_empty() {
            notes.push(note("already", "nothing is closed there; `sop suppress --list` shows what is"));
        } else {
            notes.push(note("lifted", "messages that were stopped stay stopped: later steps of their paths are sent"));
        }
        count(counts, "lifted", opened.len() as u64);
        Ok(())
    })
}

/// What is closed.
pub fn list(workspace: &Workspace, context: &Context<'_>) -> Result<Report, RunError> {
    let rows = match Store::read(&workspace.db) {
        Ok(store) => store.suppressions()?,
        Err(StoreError::Missing(_)) => Vec::new(),
        Err(e) => return Err(e.into()),
    };
    let row = |r: SuppressionRow| Row { address: r.address, medium: r.medium, kind: r.by.name(), at: r.at, why: r.why };
    Ok(suppressions::report(&frame(workspace, context), rows.into_iter().map(row)))
}

/// The medium that a person names.
fn medium_of<'m>(workspace: &Workspace, typed: Option<&'m str>) -> Result<Option<&'m str>, RunError> {
    let Some(typed) = typed else { return Ok(None) };
    if workspace.sop.delivery.medium(typed).is_some() {
        return Ok(Some(typed));
    }
    let known: Vec<&str> = workspace.sop.delivery.media.iter().map(|m| m.id.as_str()).collect();
    let near = crate::model::nearest(typed, known.iter().copied()).map_or_else(|| known.join(", "), |n| format!("did you mean `{n}`?"));
    Err(RunError::refused(format!("`{typed}` is no medium"), near))
}

/// An address with whoever has it, or a lead.
fn whom(session: &Session<'_>, typed: &str) -> Result<(Option<Address>, Option<LeadId>), RunError> {
    let found = lookup::find(session.workspace, &session.store, typed);
    let address = session.workspace.sop.dictionary.address(typed).filter(|a| a.is_email() || a.is_phone());
    match (address, found) {
        (Some(address), found) => Ok((Some(address), found.ok())),
        (None, Ok(lead)) => Ok((None, Some(lead))),
        (None, Err(e)) => Err(e),
    }
}

fn count(counts: &mut Vec<Count>, what: &str, n: u64) {
    if n > 0 {
        counts.push(Count { what: what.to_owned(), from: None, to: None, count: i64::try_from(n).unwrap_or(i64::MAX) });
    }
}

/// Runs an act as one run.
fn act(
    workspace: &Workspace,
    context: &Context<'_>,
    why: &str,
    f: impl FnOnce(&Session<'_>, &mut Vec<Count>, &mut Vec<Note>) -> Result<(), RunError>,
) -> Result<Acted, RunError> {
    if why.trim().is_empty() {
        return Err(RunError::refused("a change by hand needs a reason", "say why: `--why \"asked by phone\"`"));
    }
    if !workspace.db.exists() {
        return Err(StoreError::Missing(workspace.db.display().to_string()).into());
    }
    let mut session = Session::begin(workspace, context)?;
    let (mut counts, mut notes) = (Vec::new(), Vec::new());
    match f(&session, &mut counts, &mut notes) {
        Err(e) => Err(session.abandon(e)),
        Ok(()) => {
            let changes: i64 = counts.iter().map(|c| c.count).sum();
            session.counts.insert("changes".into(), changes.into());
            let lifted: i64 = counts.iter().filter(|c| c.what == "lifted").map(|c| c.count).sum();
            if lifted > 0 {
                session.counts.insert("lifted".into(), lifted.into());
            }
            let ended = session.end()?;
            Ok(Acted { frame: frame(workspace, context), counts, notes, ended })
        }
    }
}
