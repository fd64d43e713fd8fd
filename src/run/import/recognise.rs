//! Who a row of leads speaks of: by key, then by its identities in their order; what contradicts waits for a person, what
//! three people share identifies nobody. A row is recognised in the same way each time that it comes.

use super::Importer;
use super::resolver::check;
use crate::ingest::LeadRow;
use crate::model::{FieldType, Identity, Key, LeadId, NoIdentity, Value, fold};
use crate::run::RunError;
use crate::store::{About, LeadRecord, SourceRow, key_name};

/// An identity of a row with what is known of it.
pub(super) struct Named {
    pub(super) identity: Identity,
    pub(super) hash: u64,
    pub(super) check: u32,
    /// The lead that it finds.
    pub(super) lead: Option<LeadId>,
    /// It says nothing: several people have it, or it is of another source.
    pub(super) mute: bool,
}

impl Named {
    pub(super) fn new(identity: Identity) -> Self {
        Self { hash: identity.hash(), check: check(&identity.text), identity, lead: None, mute: false }
    }
}

impl Importer<'_, '_> {
    /// The lead that a row of another table names: by key, then by its identities in their order.
    pub(super) fn lead_named(&self, key: Option<Key>, identities: &[Identity]) -> Result<Option<LeadId>, RunError> {
        let store = &self.session.store;
        let mut lead = match key {
            Some(key) => self.resolver.key(store, key)?,
            None => None,
        };
        for identity in identities {
            if lead.is_none() {
                lead = self.resolver.find(store, identity.hash(), check(&identity.text), &identity.text)?;
            }
        }
        Ok(lead)
    }

    /// Keeps the names under which a row spoke of the lead of a deal or of a follow-up.
    pub(super) fn told_of(&self, about: About, key: Option<Key>, identities: &[Identity]) -> Result<(), RunError> {
        for name in key.map(key_name).iter().chain(identities) {
            self.session.store.told_of(about, name, self.session.run)?;
        }
        Ok(())
    }

    /// What recognises a row without identity: its cells, and how many equal rows came before it.
    pub(super) fn row_name(&mut self, row: &LeadRow) -> Named {
        let ordinal = self.ordinals.entry(row.row_hash).or_insert(0);
        *ordinal += 1;
        Named::new(Identity { kind: Identity::ROW.into(), text: format!("{:016x}#{ordinal}", row.row_hash) })
    }

    /// The lead that a row was joined into before its number turned out to be shared: by number and name.
    pub(super) fn find_named(&self, names: &[Named], row: &LeadRow) -> Result<Option<LeadId>, RunError> {
        let fields = &self.dictionary().fields;
        let by_file = row.barred.iter().filter(|b| b.why == NoIdentity::Shared);
        let by_file = by_file.filter_map(|b| Some(Identity { kind: fields.get(b.field.0)?.id.as_str().into(), text: b.text.clone() }));
        for shared in names.iter().map(|n| n.identity.clone()).chain(by_file) {
            let named = Named::new(shared.named(row.name.as_deref().unwrap_or_default()));
            if let Some(lead) = self.resolver.find(&self.session.store, named.hash, named.check, &named.identity.text)? {
                return Ok(Some(lead));
            }
        }
        Ok(None)
    }

    /// The lead that a row speaks of: its key first, then its identities in their order. One that points to another
    /// lead is put on the to-decide list; one that stands under three names stops identifying. Two rows of one file with
    /// different keys are two leads, whatever they share: `others` are those that the caller puts on the list.
    pub(super) fn find_lead(
        &mut self,
        key: Option<Key>,
        names: &mut Vec<Named>,
        row: &LeadRow,
        others: &mut Vec<(LeadId, Identity)>,
    ) -> Result<Option<LeadId>, RunError> {
        let mut found = None;
        if let Some(key) = key {
            // Not a new lead of this file whose own key is another one, and which merely has the identity that this key came from.
            let by_key = self.resolver.key(&self.session.store, key)?;
            found = by_key.filter(|lead| lead.0 <= self.last_before || self.keyed.get(lead).is_none_or(|own| *own == key));
        }
        let is_new_key = key.is_some() && found.is_none();
        for name in names.iter_mut() {
            name.lead = self.resolver.find(&self.session.store, name.hash, name.check, &name.identity.text)?;
            name.mute |= key.is_some() && &*name.identity.kind == "id" && self.is_foreign(found, name.lead);
        }
        for name in names.iter_mut().filter(|n| !n.mute) {
            let Some(lead) = name.lead else { continue };
            match found {
                None if is_new_key && self.keyed.contains_key(&lead) => {
                    name.mute = true;
                    others.push((lead, name.identity.clone()));
                }
                None if self.is_shared(&name.identity, lead, row)? => {
                    name.mute = true;
                    self.bar(&name.identity)?;
                }
                None => found = Some(lead),
                Some(first) if first != lead => self.leave_to_decide(first, lead, &name.identity)?,
                Some(_) => {}
            }
        }
        if found.is_none() && key.is_none() && names.iter().all(|n| n.mute) {
            let own = self.row_name(row);
            found = self.resolver.find(&self.session.store, own.hash, own.check, &own.identity.text)?;
            names.push(own);
        }
        Ok(found)
    }

    /// A list that we exported names keys, and ids without their sources: there, an id that is another lead's, or that a
    /// known lead does not have, is most likely of another source and says nothing.
    fn is_foreign(&self, found: Option<LeadId>, of_id: Option<LeadId>) -> bool {
        match (found, of_id) {
            (Some(lead), other) => other != Some(lead),
            (None, Some(other)) => self.keyed.contains_key(&other),
            (None, None) => false,
        }
    }

    /// Two leads that may be one, by what both were found.
    pub(super) fn leave_to_decide(&mut self, a: LeadId, b: LeadId, by: &Identity) -> Result<(), RunError> {
        let why = format!("{} {}", by.kind, by.text);
        if self.session.store.add_to_decide(a, b, &why, self.session.run)? {
            self.summary.to_decide += 1;
            self.old_pairs += u64::from(a.max(b).0 <= self.last_before);
        }
        Ok(())
    }

    /// Whether this row brings the third different name under a phone number or e-mail.
    fn is_shared(&self, identity: &Identity, lead: LeadId, row: &LeadRow) -> Result<bool, RunError> {
        let (Some(name), true) = (row.name.as_deref(), self.is_contact(identity)) else { return Ok(false) };
        let names = self.names_of(lead)?;
        Ok(names.len() >= 2 && !names.iter().any(|n| n == name))
    }

    /// A phone number or an address: what an office, too, may have.
    fn is_contact(&self, identity: &Identity) -> bool {
        self.dictionary().field(&identity.kind).is_some_and(|(_, f)| matches!(f.ty, FieldType::Phone | FieldType::Email))
    }

    /// The different names of the rows that were joined into a lead, folded.
    fn names_of(&self, lead: LeadId) -> Result<Vec<String>, RunError> {
        let Some(record) = self.session.store.lead(&self.session.columns, lead)? else { return Ok(Vec::new()) };
        let mut names: Vec<String> = self.name_in(&record.values).into_iter().collect();
        if record.sources > 1 {
            names.extend(self.session.store.source_rows(lead)?.iter().filter_map(name_of_source));
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn name_in(&self, values: &[Value]) -> Option<String> {
        let (ix, _) = self.dictionary().field("name")?;
        values.get(ix.0)?.as_text().map(|t| fold(t).into_owned()).filter(|n| !n.is_empty())
    }

    /// From here on, this value identifies nobody.
    pub(super) fn bar(&mut self, identity: &Identity) -> Result<(), RunError> {
        if self.barred.insert(identity.hash()) {
            let lead = self.resolver.find(&self.session.store, identity.hash(), check(&identity.text), &identity.text)?;
            self.resolver.forget(identity.hash());
            self.session.store.bar(identity, self.session.run)?;
            // The rows that made this lead know it by the number and their name from here on.
            if let Some(lead) = lead {
                if self.session.store.key_of(lead)? == Some(identity.key()) {
                    // It was what its key was found by.
                    self.add_identity(&Named::new(Identity { kind: Identity::KEY.into(), text: identity.key().to_string() }), lead)?;
                }
                for name in self.names_of(lead)?.iter().map(String::as_str).chain([""]) {
                    self.add_identity(&Named::new(identity.named(name)), lead)?;
                }
            }
            self.summary.shared.push(format!("{} {}", identity.kind, identity.text));
        }
        Ok(())
    }

    /// What a row is known by among those of its lead, unless it is the lead's own: the hash of its first identity (of
    /// those that identify nobody by now, too: it must stay the same); under a number or address that another row of the
    /// lead has with another name, of both.
    pub(super) fn source_of(&self, row: &LeadRow, before: &LeadRecord, names: &[Named]) -> Result<Option<u64>, RunError> {
        let Some(Named { identity: first, hash, .. }) = names.first() else { return Ok(None) };
        let is_own = Key::of_hash(*hash) == before.key;
        let other = row.name.as_deref().filter(|name| is_own && self.is_contact(first) && self.name_in(&before.values).is_some_and(|n| n != *name));
        let Some(name) = other else {
            let is_own = is_own || row.key == Some(before.key) || names.iter().find(|n| !n.mute).is_some_and(|n| Key::of_hash(n.hash) == before.key);
            return Ok((!is_own).then_some(*hash));
        };
        if before.sources > 1 {
            let own = before.key.hashes().0;
            let sources = self.session.store.source_rows(before.lead)?;
            if sources.iter().any(|s| s.source == own && name_of_source(s).is_none_or(|n| n == name)) {
                return Ok(None);
            }
        }
        Ok(Some(first.named(name).hash()))
    }
}

/// The folded name in a row that was joined.
fn name_of_source(source: &SourceRow) -> Option<String> {
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&source.fields).unwrap_or_default();
    fields.get("name").and_then(|v| v.as_str()).map(|n| fold(n).into_owned()).filter(|n| !n.is_empty())
}
