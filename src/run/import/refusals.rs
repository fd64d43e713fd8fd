//! Events by which people say no, or a mail system says that nobody is there: whatever file they come in, they close addresses by the
//! rules of feedback (`suppress_on` of delivery.yaml). Each is kept as feedback, too, and so is told once: an address that a person opened
//! again stays open when the same file comes again.
//!
//! An event that names an address closes it, whether or not a lead has it. One that names a lead without an address and without saying of
//! which medium it speaks closes all of them: in doubt nobody is written to who may have said no.

use super::Importer;
use super::feedback::closed_notes;
use crate::ingest::said_no;
use crate::model::{Address, DetailId, FeedbackKind, FieldType, Identity, Instant, LeadId, stable_hash};
use crate::run::RunError;
use crate::run::suppress::{Cause, close, stop_waiting};
use crate::store::{FeedbackRow, Put};
use std::collections::BTreeMap;

/// A workspace that leads nobody along paths writes to nobody: its events are not heard out, and it is told.
pub(super) const UNHEARD: &str = "some events say no (unsubscriptions, complaints, bounces); no path of sops/nurture writes to anybody, so no address is \
     closed: import the file again once one does";

/// What an event says no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct No {
    /// An unsubscription, a complaint or a bounce.
    pub(super) kind: FeedbackKind,
    /// The medium that its name speaks of.
    pub(super) medium: Option<&'static str>,
}

impl No {
    /// What an event of a kind, as written and as the dictionary knows it, says no to.
    pub(super) fn of(spelling: &str, kind: &str) -> Option<Self> {
        said_no(spelling, kind).map(|(kind, medium)| Self { kind, medium })
    }
}

/// One such event.
pub(super) struct Refusal {
    pub(super) no: No,
    /// Whose it is; `None` = no lead is known by these names.
    pub(super) lead: Option<LeadId>,
    /// Whom it names.
    pub(super) names: Vec<Identity>,
    pub(super) at: Instant,
    /// The file's place in the run; 0: it had waited in the base.
    pub(super) file: u16,
}

impl Importer<'_, '_> {
    /// An event that had waited for its lead. What it says of an address was heard when it came.
    pub(super) fn waited(&mut self, (at, detail): (Instant, DetailId), name: &Identity, lead: LeadId) -> Result<(), RunError> {
        if self.address_of(name).is_some() {
            return Ok(());
        }
        let no = match self.details.refusing.get(&detail) {
            Some(no) => *no,
            None => {
                let stored = self.session.store.detail(&self.session.columns, detail.0)?;
                // Whether a bounce was one that may pass, its kind no longer says.
                let no = stored.and_then(|(_, kind, _)| No::of(&kind, &kind)).filter(|no| no.kind != FeedbackKind::Bounce);
                self.details.refusing.insert(detail, no);
                no
            }
        };
        if let Some(no) = no {
            self.refusals.push(Refusal { no, lead: Some(lead), names: vec![name.clone()], at, file: 0 });
        }
        Ok(())
    }

    /// Closes what the events of all files close, and says so at the file that told it.
    pub(super) fn obey_events(&mut self) -> Result<(), RunError> {
        if self.workspace().sop.paths.is_empty() {
            self.refusals.clear();
            return Ok(());
        }
        let mut closed: BTreeMap<u16, BTreeMap<_, u64>> = BTreeMap::new();
        for refusal in std::mem::take(&mut self.refusals) {
            let (by, n) = match self.obey_event(&refusal)? {
                Some(done) => done,
                None => continue,
            };
            *closed.entry(refusal.file).or_default().entry(by).or_default() += n;
        }
        let mut stopped = if closed.is_empty() { 0 } else { stop_waiting(self.session)? };
        for (number, closed) in closed {
            // What had waited came with the leads' file.
            let place = self.summary.files.iter().position(|f| f.number == number).unwrap_or(0);
            if let Some(file) = self.summary.files.get_mut(place) {
                file.notes.extend(closed_notes(&closed, std::mem::take(&mut stopped)));
            }
        }
        Ok(())
    }

    fn obey_event(&self, refusal: &Refusal) -> Result<Option<(crate::model::SuppressedBy, u64)>, RunError> {
        let Refusal { no, lead, names, at, file } = refusal;
        let (kind, lead, at) = (no.kind, *lead, *at);
        let sop = &self.workspace().sop;
        let Some((closes, by)) = sop.delivery.suppress_on.on(kind) else { return Ok(None) };
        let fits = |(medium, _): &(&str, Address)| no.medium.is_none_or(|said| said == *medium) && (kind != FeedbackKind::Bounce || *medium == "email");
        let addresses: Vec<(&str, Address)> = names.iter().filter_map(|name| self.address_of(name)).filter(fits).collect();
        if lead.is_none() && addresses.is_empty() {
            return Ok(None); // it waits for its lead
        }
        let told: Vec<(&str, Option<&Address>)> = match (addresses.is_empty(), no.medium) {
            (false, _) => addresses.iter().map(|(medium, address)| (*medium, Some(address))).collect(),
            (true, Some(medium)) => vec![(medium, None)],
            (true, None) if kind == FeedbackKind::Bounce => vec![("email", None)],
            (true, None) => sop.delivery.media.iter().map(|m| (m.id.as_str(), None)).collect(),
        };
        let Some((medium, address)) = told.first() else { return Ok(None) };
        let whom = address.map(|a| a.text()).or(names.first().map(|n| n.text.as_str())).unwrap_or_default();
        let hash = stable_hash(&[kind.name(), whom, "", &at.0.to_string(), "", ""].map(str::as_bytes));
        let (medium, address) = ((*medium).to_owned(), address.map(|a| a.text().to_owned()));
        let row = FeedbackRow { hash, message: None, lead, kind, at, medium, address, content: None, link: None };
        if self.session.store.put_feedback(&row, self.session.run)? != Put::New {
            return Ok(None);
        }
        let from = self.summary.files.iter().find(|f| f.number == *file).or(self.summary.files.first());
        let why = format!("import {}", from.map_or("", |f| &f.file));
        let mut n = 0;
        for (medium, address) in told {
            n += close(self.session, address, lead, medium, &Cause { closes, by, at, why: &why })?;
        }
        Ok((n > 0).then_some((by, n)))
    }

    /// The address that a name is, with the medium that writes to it.
    fn address_of(&self, name: &Identity) -> Option<(&'static str, Address)> {
        let (_, field) = self.dictionary().field(&name.kind)?;
        let medium = match field.ty {
            FieldType::Email => "email",
            FieldType::Phone => "sms",
            _ if field.id == "wecom_id" => "wecom",
            _ => return None,
        };
        Some((medium, self.dictionary().address(&name.text)?))
    }
}
