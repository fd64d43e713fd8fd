//! Addresses that must not be written to: what a sign of a person or of the mail system closes, and what people close and open by hand.
//!
//! What is closed is an address. What a person said with it (an unsubscription, a complaint) holds for the person, too, at whatever other
//! address they have now, unless `suppress_on` closes no more than the address; a bounce says nothing of another address.

mod by_hand;

pub use by_hand::{Closing, lift, list, suppress};

use super::{RunError, Session};
use crate::model::{Address, Change, Dictionary, Field, FieldIx, FieldType, Identity, Instant, LeadId, MessageState, Suppressed, SuppressedBy, What};
use crate::rules::Sop;
use crate::rules::delivery::Closes;
use crate::store::{Store, SuppressionRow};

/// Messages in these states have not left: what is closed stops them.
const WAITING: [MessageState; 3] = [MessageState::Queued, MessageState::Deferred, MessageState::Held];

/// A reason to close addresses.
pub(super) struct Cause<'c> {
    /// How much.
    pub(super) closes: Closes,
    /// Why.
    pub(super) by: SuppressedBy,
    /// Since when.
    pub(super) at: Instant,
    /// For people.
    pub(super) why: &'c str,
}

/// Closes what a sign says: the address that it came from, or more of its person's. Says how many were open before.
pub(super) fn close(session: &Session<'_>, address: Option<&Address>, lead: Option<LeadId>, medium: &str, cause: &Cause<'_>) -> Result<u64, RunError> {
    let (of, everything) = match cause.closes {
        Closes::Address => (None, false),
        Closes::Medium => (Some(medium), false),
        Closes::All => (None, true),
    };
    let mut all: Vec<Address> = address.cloned().into_iter().collect();
    if let Some(lead) = lead.filter(|_| cause.closes != Closes::Address || address.is_none()) {
        // Those of its fields: whatever else it was known by is held by the person, and no table finds identities by lead.
        all.extend(present_addresses(session, lead, of.or((!everything).then_some(medium)))?);
    }
    all.sort_unstable();
    all.dedup();
    let (mut closed, medium) = (0, (!everything).then_some(medium));
    for address in &all {
        let row = SuppressionRow::new(address, medium, cause.by, cause.at, cause.why);
        closed += u64::from(session.store.suppress(&row, session.run)?);
    }
    if let Some(lead) = lead.filter(|_| closed > 0) {
        record(session, lead, None, Some(name(medium, cause.by)), cause.why)?;
    }
    Ok(closed)
}

/// That addresses of a lead were closed or opened; whoever asks whether it can be reached is answered anew.
fn record(session: &Session<'_>, lead: LeadId, from: Option<String>, to: Option<String>, why: &str) -> Result<(), RunError> {
    let change = Change { lead, what: What::Suppression, at: session.context.as_of, from, to, why: why.to_owned() };
    session.store.record(session.run, &change)?;
    Ok(session.store.make_due(lead)?)
}

/// `email: unsubscribe`, `complaint`
fn name(medium: Option<&str>, by: SuppressedBy) -> String {
    medium.map_or_else(|| by.name().to_owned(), |m| format!("{m}: {}", by.name()))
}

/// The fields that hold addresses for a medium, or for all.
fn address_fields(sop: &Sop, medium: Option<&str>) -> Vec<FieldIx> {
    let mut fields: Vec<_> = sop.delivery.media.iter().filter(|m| medium.is_none_or(|id| m.id == id)).flat_map(|m| &m.address).copied().collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The addresses of a lead for a medium, or for all, as its fields have them.
fn present_addresses(session: &Session<'_>, lead: LeadId, medium: Option<&str>) -> Result<Vec<Address>, RunError> {
    let sop = &session.workspace.sop;
    let Some(record) = session.store.lead(&session.columns, lead)? else { return Ok(Vec::new()) };
    let values = address_fields(sop, medium).into_iter().filter_map(|ix| record.values.get(ix.0)?.as_text());
    Ok(values.filter_map(|text| sop.dictionary.address(text)).collect())
}

/// Every address of a lead for a medium, or for all: of its fields, and what it was known by before.
pub(super) fn addresses_of(session: &Session<'_>, lead: LeadId, medium: Option<&str>) -> Result<Vec<Address>, RunError> {
    let dictionary = &session.workspace.sop.dictionary;
    let fields = address_fields(&session.workspace.sop, medium);
    let mut found = present_addresses(session, lead, medium)?;
    let same = |kind: &str| {
        let own = dictionary.field(kind);
        own.is_some_and(|(ix, f)| {
            fields.contains(&ix) || (f.ty != FieldType::Text && fields.iter().any(|x| dictionary.fields.get(x.0).is_some_and(|g| g.ty == f.ty)))
        })
    };
    for identity in session.store.identities_of(lead)? {
        if same(&identity.identity.kind) {
            found.extend(dictionary.address(&identity.identity.text));
        }
    }
    Ok(found)
}

/// An address as the identities by which a lead may be known.
pub(super) fn identities(dictionary: &Dictionary, address: &Address) -> Vec<Identity> {
    let fits = |f: &Field| match f.ty {
        FieldType::Email => address.is_email(),
        FieldType::Phone => address.is_phone(),
        _ => f.id == "wecom_id" && !address.is_email(),
    };
    let fields = dictionary.identity.iter().filter_map(|ix| dictionary.fields.get(ix.0));
    fields.filter(|f| fits(f)).map(|f| Identity { kind: f.id.as_str().into(), text: address.text().to_owned() }).collect()
}

/// Every address that is closed, with whoever said no there. One look for each such address, none for a lead.
pub(super) fn suppressed(sop: &Sop, store: &Store) -> Result<Suppressed, RunError> {
    let mut all = Suppressed::default();
    for row in store.suppressions()? {
        let on = &sop.delivery.suppress_on;
        let follows = match row.by {
            SuppressedBy::Unsubscribe => on.unsubscribe != Closes::Address,
            SuppressedBy::Complaint => on.complaint != Closes::Address,
            SuppressedBy::Bounce | SuppressedBy::Hand => false,
        };
        if let Some(address) = sop.dictionary.address(&row.address).filter(|_| follows) {
            for identity in identities(&sop.dictionary, &address) {
                for lead in store.leads_of(&identity)? {
                    all.insert_lead(lead, row.medium.clone(), row.by);
                }
            }
        }
        all.insert(row.hash, row.medium, row.by);
    }
    Ok(all)
}

/// Stops the messages that wait to leave for addresses that are closed by now. Says how many.
pub(super) fn stop_waiting(session: &Session<'_>) -> Result<u64, RunError> {
    let all = suppressed(&session.workspace.sop, &session.store)?;
    if all.is_empty() {
        return Ok(0);
    }
    let dictionary = &session.workspace.sop.dictionary;
    let mut stopped = 0;
    for state in WAITING {
        for m in session.store.messages(Some(state))? {
            let address = m.address.as_deref().and_then(|a| dictionary.address(a));
            if let Some(by) = address.and_then(|a| all.stops(m.lead, &a, &m.medium, m.service)) {
                session.store.set_message_state(m.id, MessageState::Suppressed, Some(by.name()))?;
                stopped += 1;
            }
        }
    }
    Ok(stopped)
}
