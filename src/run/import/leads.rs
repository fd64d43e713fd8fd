//! Rows of leads: joined and written once it is known whose they are; new leads get a number, a key and a state.

use super::join::{Incoming, join, value_text};
use super::recognise::Named;
use super::{Importer, Outcome};
use crate::ingest::LeadRow;
use crate::model::{Change, Identity, Key, LeadId, Value, What};
use crate::run::RunError;
use crate::store::{LeadRecord, SourceRow};
use std::sync::Arc;

/// What a file of leads is, beside its rows.
pub(super) struct LeadFile<'f> {
    /// Its name, for reasons and the record.
    pub(super) name: &'f str,
    /// Its place in this run.
    pub(super) number: u16,
    /// Which fields it has a column for.
    pub(super) present: &'f [bool],
}

/// A row on its way from the parsing thread. It goes back there to be used again.
#[derive(Default)]
pub(super) struct Arrived {
    pub(super) row: LeadRow,
    /// What recognises it.
    pub(super) names: Vec<Named>,
}

impl Arrived {
    /// The row, for the reader.
    pub(super) fn reused(&mut self) -> &mut LeadRow {
        let names = self.names.drain(..).map(|name| name.identity);
        // The name of a row without identity is not the reader's.
        self.row.identities.extend(names.filter(|identity| &*identity.kind != Identity::ROW));
        &mut self.row
    }

    /// Hashes what recognises the row: not where it is parsed, which takes the longest.
    pub(super) fn name(&mut self) {
        self.names.extend(self.row.identities.drain(..).map(Named::new));
    }
}

impl Importer<'_, '_> {
    /// Takes one row in.
    pub(super) fn lead_row(&mut self, file: &LeadFile<'_>, arrived: &mut Arrived) -> Result<Outcome, RunError> {
        let Arrived { row, names } = arrived;
        if !self.barred.is_empty() {
            names.iter_mut().for_each(|n| n.mute = self.barred.contains(&n.hash));
        }
        let (mut found, mut others) = (None, Vec::new());
        if row.key.is_none() && names.iter().all(|n| n.mute) {
            found = self.find_named(names, row)?;
            if found.is_none() {
                names.push(self.row_name(row));
            }
        }
        if found.is_none() {
            found = self.find_lead(row.key, names, row, &mut others)?;
        }
        let touch = self.touch_of(row)?;
        let (lead, outcome) = match found {
            None => (self.create(row, names)?, Outcome::New),
            Some(lead) => {
                let seen = self.touched.contains(lead);
                self.update(file, row, lead, names)?;
                // The lead was found by another name: its key of that other base finds it, too, from now on.
                if let Some(key) = row.key
                    && self.resolver.key(&self.session.store, key)?.is_none()
                {
                    self.add_identity(&Named::new(Identity { kind: Identity::KEY.into(), text: key.to_string() }), lead)?;
                }
                (lead, if seen { Outcome::Joined } else { Outcome::Existing })
            }
        };
        for (other, identity) in others {
            self.leave_to_decide(lead, other, &identity)?;
        }
        self.touched.insert(lead);
        if let Some(key) = row.key {
            self.keyed.insert(lead, key);
        }
        // A known lead's row with its key is our own list coming back: nobody was captured by it.
        let touch = touch.filter(|_| row.key.is_none() || outcome == Outcome::New);
        self.facts_of_row(file, row, touch, lead)?;
        Ok(outcome)
    }

    fn create(&mut self, row: &mut LeadRow, names: &[Named]) -> Result<LeadId, RunError> {
        self.last_lead += 1;
        let lead = LeadId(self.last_lead);
        let derived = names.iter().find(|n| !n.mute).map(|n| Key::of_hash(n.hash));
        let key = row.key.or(derived).unwrap_or_else(|| Key::of_hash(row.row_hash));
        let mut values = std::mem::take(&mut row.values);
        if let Some(ix) = self.created_at
            && let Some(v) = values.get_mut(ix.0)
            && v.is_null()
        {
            *v = Value::At(self.session.context.as_of);
        }
        let record = LeadRecord {
            lead,
            key,
            run: self.session.run,
            seen_at: self.session.context.as_of,
            fresh_at: row.updated_at,
            sources: 1,
            extra: owned(std::mem::take(&mut row.extra)),
            values,
        };
        self.session.store.insert_lead(&self.session.columns, &record)?;
        self.resolver.add_key(key, lead);
        let (stage, owner) = self.told_place(&record);
        let (stage, owner) = (stage.as_deref(), owner.as_deref());
        if stage.is_some() || owner.is_some() {
            self.session.store.insert_state(lead, stage, owner)?; // all others get theirs when they are scored
            // Since when, no file says. The day on which we learnt it is the one that we can vouch for: nobody is taken for
            // having neglected a lead before we knew that it was theirs.
            let since = |told: Option<&str>| told.map(|_| record.seen_at);
            self.session.store.seed_standing(lead, since(stage), since(owner), self.session.run)?;
        }
        let is_derived = derived == Some(key);
        if !is_derived || self.is_awaited() {
            let own = Identity { kind: Identity::KEY.into(), text: key.to_string() };
            if is_derived {
                self.take_waiting(&own, lead)?;
            } else {
                self.add_identity(&Named::new(own), lead)?;
            }
        }
        for name in names {
            if name.lead.is_none() && !name.mute {
                self.add_identity(name, lead)?;
            }
        }
        row.values = record.values;
        Ok(lead)
    }

    fn update(&mut self, file: &LeadFile<'_>, row: &LeadRow, lead: LeadId, names: &[Named]) -> Result<(), RunError> {
        let run = self.session.run;
        let columns = &self.session.columns;
        let Some(mut record) = self.session.store.lead(columns, lead)? else {
            return Err(RunError::refused(format!("lead {} is named by an identity but is not in the base", lead.0), "run `sop undo`, then import again"));
        };
        let before = record.clone();
        let extra = owned(row.extra.clone());
        let incoming = Incoming { values: &row.values, extra: &extra, cleared: &row.cleared, updated_at: row.updated_at, older: false };
        let differences = join(self.dictionary(), &mut record, &incoming, |ix| file.present.get(ix.0).copied().unwrap_or(false));
        let is_old = lead.0 <= self.last_before;
        // A different row (another first identity, or another name under the same number) is kept, so that `sop split` can take it out again.
        if let Some(source) = self.source_of(row, &before, names)? {
            if record.sources == 1 {
                let known: Vec<Identity> = self.identities_of(lead)?;
                self.session.store.put_source_row(lead, &self.source_row(before.key.hashes().0, "", 0, &before.values, known), run)?;
            }
            if !self.session.store.has_source_row(lead, source)? {
                record.sources += 1;
            }
            let identities = names.iter().map(|n| n.identity.clone()).collect();
            if self.session.store.put_source_row(lead, &self.source_row(source, file.name, row.number, &row.values, identities), run)? && is_old {
                self.rewritten.insert(lead);
            }
        }
        for name in names {
            if name.lead.is_none() && !name.mute {
                self.add_identity(name, lead)?;
            }
        }
        if record != before {
            self.session.store.update_lead(&self.session.columns, &record)?;
            if is_old && self.written.insert(lead, file.number).is_some() {
                self.rewritten.insert(lead);
            }
        }
        if is_old && !differences.is_empty() {
            let at = self.session.context.as_of;
            for d in differences {
                let why = format!("import {}", file.name);
                self.session.store.record(run, &Change { lead, what: What::Field(d.field), at, from: d.from, to: d.to, why })?;
            }
        }
        self.seed_state(lead, &record, is_old)
    }

    pub(super) fn add_identity(&mut self, name: &Named, lead: LeadId) -> Result<(), RunError> {
        let identity = &name.identity;
        self.resolver.add(name.hash, name.check, lead);
        if self.resolver.is_bulk() {
            self.pending.push(identity, name.hash, lead);
        } else {
            self.session.store.insert_identities([(identity, lead)], self.session.run)?;
            self.by_lead.wrote(name.hash, lead);
        }
        self.take_waiting(identity, lead)
    }

    /// Whether anything came before its lead.
    fn is_awaited(&self) -> bool {
        self.awaited.events || self.awaited.stages || self.awaited.deals
    }

    /// What came before its lead: deals, events and dated stages under this name.
    fn take_waiting(&mut self, identity: &Identity, lead: LeadId) -> Result<(), RunError> {
        if !self.is_awaited() {
            return Ok(());
        }
        if self.awaited.deals && self.session.store.take_waiting_deals(identity, lead)? > 0 {
            self.session.store.make_due(lead)?;
        }
        for hash in self.session.store.take_waiting_names(identity)? {
            for (event, n) in self.session.store.take_waiting(hash)? {
                self.waited((event.at, event.detail), identity, lead)?;
                for _ in 0..n {
                    self.push_event(lead.0 as u32, event.at, event.detail, 0)?;
                }
                self.summary.events_arrived += n.unsigned_abs();
            }
            for (at, stage) in self.session.store.take_waiting_stages(hash)? {
                self.put_stage(lead, at, &stage)?;
            }
        }
        Ok(())
    }

    fn identities_of(&mut self, lead: LeadId) -> Result<Vec<Identity>, RunError> {
        let mut all = self.by_lead.of(&self.session.store, lead)?;
        all.extend(self.pending.of(lead));
        // In the order of the dictionary, however they were stored.
        let rank = |i: &Identity| {
            self.dictionary().identity.iter().position(|ix| self.dictionary().fields.get(ix.0).is_some_and(|f| *f.id == *i.kind)).unwrap_or(usize::MAX)
        };
        all.sort_by(|a, b| (rank(a), &a.text, &a.kind).cmp(&(rank(b), &b.text, &b.kind)));
        Ok(all)
    }

    fn source_row(&self, source: u64, file: &str, row: u64, values: &[Value], identities: Vec<Identity>) -> SourceRow {
        let dictionary = self.dictionary();
        let fields: serde_json::Map<String, serde_json::Value> =
            dictionary.fields.iter().zip(values).filter_map(|(f, v)| Some((f.id.clone(), value_text(v, &dictionary.currency)?.into()))).collect();
        SourceRow { source, file: file.to_owned(), row, fields: serde_json::Value::Object(fields).to_string(), identities }
    }
}

/// Undeclared columns as a record keeps them.
fn owned(extra: Vec<(Arc<str>, String)>) -> Vec<(String, String)> {
    extra.into_iter().map(|(h, t)| (h.to_string(), t)).collect()
}
