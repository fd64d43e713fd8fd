//! Rows of leads: found by key or identity, joined, written; new leads get a number, a key and a state.

use super::details::{detail_of, intern};
use super::join::{Incoming, join, value_text};
use super::resolver::check;
use super::{Importer, Outcome};
use crate::ingest::LeadRow;
use crate::model::{Change, DetailId, FieldIx, FieldType, Identity, Instant, Key, LeadId, Value, What, fold};
use crate::run::RunError;
use crate::store::{LeadRecord, SourceRow, StateRow};
use std::sync::Arc;

/// A count column is believed up to here: each count is a row of the table of events.
const MOST_COUNTED: i64 = 10_000;

/// An identity of a row with what is known of it.
struct Named {
    identity: Identity,
    hash: u64,
    check: u32,
    /// The lead that it finds.
    lead: Option<LeadId>,
}

impl Named {
    fn new(identity: Identity) -> Self {
        Self { hash: identity.hash(), check: check(&identity.text), identity, lead: None }
    }
}

/// The touch of being captured through a channel.
struct Touch {
    detail: DetailId,
    /// `None`: when the lead was created.
    at: Option<Instant>,
}

/// What a file of leads is, beside its rows.
pub(super) struct LeadFile<'f> {
    /// Its name, for reasons and the record.
    pub(super) name: &'f str,
    /// Its place in this run.
    pub(super) number: u16,
    /// Which fields it has a column for.
    pub(super) present: &'f [bool],
}

impl Importer<'_, '_> {
    /// Takes one row in.
    pub(super) fn lead_row(&mut self, file: &LeadFile<'_>, mut row: LeadRow) -> Result<Outcome, RunError> {
        let mut names: Vec<Named> = std::mem::take(&mut row.identities).into_iter().map(Named::new).collect();
        if !self.barred.is_empty() {
            names.retain(|n| !self.barred.contains(&n.hash));
        }
        if names.is_empty() && row.key.is_none() {
            let ordinal = self.ordinals.entry(row.row_hash).or_insert(0);
            *ordinal += 1;
            names.push(Named::new(Identity { kind: Identity::ROW.into(), text: format!("{:016x}#{ordinal}", row.row_hash) }));
        }
        let found = self.find_lead(row.key, &mut names, &row)?;
        let touch = self.touch_of(&row)?;
        let (lead, outcome) = match found {
            None => (self.create(&mut row, names)?, Outcome::New),
            Some(lead) => {
                let seen = self.touched.contains(lead);
                self.update(file, &row, lead, names)?;
                (lead, if seen { Outcome::Joined } else { Outcome::Existing })
            }
        };
        self.touched.insert(lead);
        self.facts_of_row(file, &row, touch, lead)?;
        Ok(outcome)
    }

    /// The lead that a row speaks of: its key first, then its identities in their order. One that points to another
    /// lead is put on the to-decide list; one that stands under three names stops identifying.
    fn find_lead(&mut self, key: Option<Key>, names: &mut Vec<Named>, row: &LeadRow) -> Result<Option<LeadId>, RunError> {
        let store = &self.session.store;
        let mut found = match key {
            Some(key) => self.resolver.key(store, key)?,
            None => None,
        };
        let mut shared = None;
        for (i, name) in names.iter_mut().enumerate() {
            name.lead = self.resolver.find(store, name.hash, name.check, &name.identity.text)?;
            let Some(lead) = name.lead else { continue };
            match found {
                None if self.is_shared(&name.identity, lead, row)? => shared = Some(i),
                None => found = Some(lead),
                Some(first) if first != lead => {
                    let why = format!("{} {}", name.identity.kind, name.identity.text);
                    let both_old = first.0 <= self.last_before && lead.0 <= self.last_before;
                    if self.session.store.add_to_decide(first, lead, &why, self.session.run)? {
                        self.summary.to_decide += 1;
                        self.old_pairs += u64::from(both_old);
                    }
                }
                Some(_) => {}
            }
        }
        if let Some(i) = shared {
            let name = names.remove(i);
            self.bar(&name.identity)?;
            if found.is_none() && names.is_empty() && key.is_none() {
                let own = Named::new(Identity { kind: Identity::ROW.into(), text: format!("{:016x}#1", row.row_hash) });
                let lead = self.resolver.find(&self.session.store, own.hash, own.check, &own.identity.text)?;
                names.push(own);
                return Ok(lead);
            }
        }
        Ok(found)
    }

    /// Whether this row brings the third different name under a phone number or e-mail.
    fn is_shared(&self, identity: &Identity, lead: LeadId, row: &LeadRow) -> Result<bool, RunError> {
        let is_contact = self.dictionary().field(&identity.kind).is_some_and(|(_, f)| matches!(f.ty, FieldType::Phone));
        let (Some(name), true) = (row.name.as_deref(), is_contact) else { return Ok(false) };
        let Some(record) = self.session.store.lead(&self.session.columns, lead)? else { return Ok(false) };
        let mut names: Vec<String> = vec![name.to_owned()];
        let mut add = |text: &str| {
            let folded = fold(text).into_owned();
            if !folded.is_empty() && !names.contains(&folded) {
                names.push(folded);
            }
        };
        if let Some((ix, _)) = self.dictionary().field("name")
            && let Some(Value::Text(t)) = record.values.get(ix.0)
        {
            add(t);
        }
        if record.sources > 1 {
            for source in self.session.store.source_rows(lead)? {
                let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&source.fields).unwrap_or_default();
                if let Some(t) = fields.get("name").and_then(|v| v.as_str()) {
                    add(t);
                }
            }
        }
        Ok(names.len() >= 3)
    }

    /// From here on, this value identifies nobody.
    pub(super) fn bar(&mut self, identity: &Identity) -> Result<(), RunError> {
        if self.barred.insert(identity.hash()) {
            self.resolver.forget(identity.hash());
            self.session.store.bar(identity, self.session.run)?;
            self.summary.shared.push(format!("{} {}", identity.kind, identity.text));
        }
        Ok(())
    }

    fn create(&mut self, row: &mut LeadRow, names: Vec<Named>) -> Result<LeadId, RunError> {
        self.last_lead += 1;
        let lead = LeadId(self.last_lead);
        let derived = names.first().map(|n| Key::of_hash(n.hash));
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
        let text = |ix: Option<FieldIx>| ix.and_then(|ix| record.values.get(ix.0)).and_then(Value::as_text);
        let (stage, owner) = (text(self.stage), text(self.owner));
        if stage.is_some() || owner.is_some() {
            self.session.store.insert_state(lead, stage, owner)?; // all others get theirs when they are scored
        }
        if derived != Some(key) {
            self.add_identity(&Named::new(Identity { kind: Identity::KEY.into(), text: key.to_string() }), lead)?;
        }
        for name in &names {
            if name.lead.is_none() {
                self.add_identity(name, lead)?;
            }
        }
        Ok(lead)
    }

    fn update(&mut self, file: &LeadFile<'_>, row: &LeadRow, lead: LeadId, names: Vec<Named>) -> Result<(), RunError> {
        let run = self.session.run;
        let columns = &self.session.columns;
        let source = names.first().map(|n| n.hash).or_else(|| row.key.map(|k| k.hashes().0)).unwrap_or(row.row_hash);
        let Some(mut record) = self.session.store.lead(columns, lead)? else {
            return Err(RunError::refused(format!("lead {} is named by an identity but is not in the base", lead.0), "run `sop undo`, then import again"));
        };
        let before = record.clone();
        let extra = owned(row.extra.clone());
        let incoming = Incoming { values: &row.values, extra: &extra, cleared: &row.cleared, updated_at: row.updated_at, older: false };
        let differences = join(self.dictionary(), &mut record, &incoming, |ix| file.present.get(ix.0).copied().unwrap_or(false));
        // A different row (its first identity gives another key) is kept, so that `sop split` can take it out again.
        if Key::of_hash(source) != record.key {
            if record.sources == 1 {
                let known: Vec<Identity> = self.identities_of(lead)?;
                self.session.store.put_source_row(lead, &self.source_row(before.key.hashes().0, "", 0, &before.values, known), run)?;
            }
            if !self.session.store.has_source_row(lead, source)? {
                record.sources += 1;
            }
            let identities = names.iter().map(|n| n.identity.clone()).collect();
            self.session.store.put_source_row(lead, &self.source_row(source, file.name, row.number, &row.values, identities), run)?;
        }
        for name in &names {
            if name.lead.is_none() {
                self.add_identity(name, lead)?;
            }
        }
        if record != before {
            self.session.store.update_lead(&self.session.columns, &record)?;
        }
        let is_old = lead.0 <= self.last_before;
        if is_old && !differences.is_empty() {
            let at = self.session.context.as_of;
            for d in differences {
                let why = format!("import {}", file.name);
                self.session.store.record(run, &Change { lead, what: What::Field(d.field), at, from: d.from, to: d.to, why })?;
            }
        }
        if record != before {
            self.session.store.make_due(lead)?;
        }
        self.seed_state(lead, &record, is_old)
    }

    /// Owner and stage of a file seed the lead's state while it has none; with `master: file` the file stays in charge.
    fn seed_state(&mut self, lead: LeadId, record: &LeadRecord, is_old: bool) -> Result<(), RunError> {
        if self.stage.is_none() && self.owner.is_none() {
            return Ok(());
        }
        let state = self.state_of(lead)?;
        let told = |ix: Option<FieldIx>| ix.and_then(|ix| record.values.get(ix.0)).and_then(Value::as_text).map(str::to_owned);
        let master = |ix: Option<FieldIx>| ix.and_then(|ix| self.dictionary().fields.get(ix.0)).is_some_and(|f| f.master_file);
        let choose = |old: &Option<String>, ix| match (old, told(ix)) {
            (None, new) => new,
            (Some(_), Some(new)) if master(ix) => Some(new),
            (old, _) => old.clone(),
        };
        let (stage, owner) = (choose(&state.stage, self.stage), choose(&state.owner, self.owner));
        if stage == state.stage && owner == state.owner {
            return Ok(());
        }
        self.session.store.set_stage_owner(lead, stage.as_deref(), owner.as_deref())?;
        if is_old {
            let at = self.session.context.as_of;
            for (what, from, to) in [(What::Stage, state.stage, stage), (What::Owner, state.owner, owner)] {
                if from != to {
                    self.session.store.record(self.session.run, &Change { lead, what, at, from, to, why: "import (master: file)".into() })?;
                }
            }
        }
        Ok(())
    }

    fn add_identity(&mut self, name: &Named, lead: LeadId) -> Result<(), RunError> {
        let identity = &name.identity;
        self.resolver.add(name.hash, name.check, lead);
        if self.resolver.is_bulk() {
            self.pending.push(identity, name.hash, lead);
        } else {
            self.session.store.insert_identities([(identity, lead)], self.session.run)?;
        }
        if self.any_waiting {
            for (event, n) in self.session.store.take_waiting(identity)? {
                for _ in 0..n {
                    self.push_event(lead.0 as u32, event.at, event.detail, 0)?;
                }
                self.summary.events_arrived += n.unsigned_abs();
            }
        }
        if self.any_waiting_stages {
            for (at, stage) in self.session.store.take_waiting_stages(identity)? {
                self.put_stage(lead, at, &stage)?;
            }
        }
        Ok(())
    }

    /// A lead's state; one that has none yet gets it.
    fn state_of(&self, lead: LeadId) -> Result<StateRow, RunError> {
        let store = &self.session.store;
        if let Some(state) = store.state(&self.session.columns, lead)? {
            return Ok(state);
        }
        store.insert_state(lead, None, None)?;
        Ok(StateRow::default())
    }

    fn identities_of(&self, lead: LeadId) -> Result<Vec<Identity>, RunError> {
        let mut all: Vec<Identity> = self.session.store.identities_of(lead)?.into_iter().map(|i| i.identity).collect();
        all.extend(self.pending.of(lead));
        Ok(all)
    }

    fn source_row(&self, source: u64, file: &str, row: u64, values: &[Value], identities: Vec<Identity>) -> SourceRow {
        let dictionary = self.dictionary();
        let fields: serde_json::Map<String, serde_json::Value> =
            dictionary.fields.iter().zip(values).filter_map(|(f, v)| Some((f.id.clone(), value_text(v, &dictionary.currency)?.into()))).collect();
        SourceRow { source, file: file.to_owned(), row, fields: serde_json::Value::Object(fields).to_string(), identities }
    }

    /// What a row tells beside the lead's fields: a touch, behaviour in columns, dated stages.
    fn facts_of_row(&mut self, file: &LeadFile<'_>, row: &LeadRow, touch: Option<Touch>, lead: LeadId) -> Result<(), RunError> {
        if let Some(touch) = touch {
            let at = match touch.at {
                Some(at) => at,
                None => self.created_at_of(lead)?,
            };
            self.push_event(lead.0 as u32, at, touch.detail, file.number)?;
        }
        for count in &row.counts {
            let detail = self.column_detail(count.kind, &count.column)?;
            let at = count.at.unwrap_or(self.session.context.as_of);
            if count.total {
                let n = i64::try_from(count.n).unwrap_or(i64::MAX).min(MOST_COUNTED);
                let total = self.totals.entry((lead, detail)).or_insert((0, at));
                *total = (total.0.max(n), total.1.max(at));
            } else {
                self.push_event(lead.0 as u32, at, detail, file.number)?;
            }
        }
        for (stage, at) in &row.stage_dates {
            self.put_stage(lead, *at, stage)?;
        }
        Ok(())
    }

    /// Records a dated stage; the latest one is the lead's stage while nothing else decided it.
    pub(super) fn put_stage(&mut self, lead: LeadId, at: Instant, stage: &str) -> Result<bool, RunError> {
        let new = self.session.store.put_stage(lead, at, stage, self.session.run)?;
        if new {
            let latest = self.session.store.last_stage(lead)?;
            let state = self.state_of(lead)?;
            if let Some((when, latest)) = latest
                && when <= self.session.context.as_of
                && state.stage.as_deref() != Some(&latest)
            {
                self.session.store.set_stage_owner(lead, Some(&latest), state.owner.as_deref())?;
                if lead.0 <= self.last_before {
                    let change = Change { lead, what: What::Stage, at: when, from: state.stage, to: Some(latest), why: "import (dated stages)".into() };
                    self.session.store.record(self.session.run, &change)?;
                }
                self.session.store.make_due(lead)?;
            }
        }
        Ok(new)
    }

    /// The touch that a row with a channel writes.
    fn touch_of(&mut self, row: &LeadRow) -> Result<Option<Touch>, RunError> {
        let at = self.created_at.and_then(|ix| row.values.get(ix.0)).and_then(Value::as_instant);
        Ok(self.touch_detail(row)?.map(|detail| Touch { detail, at }))
    }

    fn touch_detail(&mut self, row: &LeadRow) -> Result<Option<DetailId>, RunError> {
        if self.channel.is_none() {
            return Ok(None);
        }
        let value = |ix: Option<FieldIx>| ix.and_then(|ix| row.values.get(ix.0)).cloned().unwrap_or_default();
        let (channel, campaign) = (value(self.channel), value(self.campaign));
        let (Some(kind), Value::Text(text)) = (self.captured, &channel) else { return Ok(None) };
        let name: Arc<str> = match &campaign {
            Value::Text(c) => format!("{text}\u{1f}{c}").into(),
            _ => Arc::clone(text),
        };
        if let Some(id) = self.touch_details.get(&name) {
            return Ok(Some(*id));
        }
        let detail = detail_of(self.dictionary(), kind, &[("channel", channel), ("campaign", campaign)]);
        let id = intern(&self.session.store, &self.session.columns, self.dictionary(), &detail, "", self.session.run)?;
        self.touch_details.insert(name, id);
        Ok(Some(id))
    }

    /// The detail of behaviour kept in a lead column.
    fn column_detail(&mut self, kind: crate::model::KindId, column: &str) -> Result<DetailId, RunError> {
        if let Some((_, id)) = self.column_details.iter().find(|(c, _)| c == column) {
            return Ok(*id);
        }
        let detail = detail_of(self.dictionary(), kind, &[]);
        let id = intern(&self.session.store, &self.session.columns, self.dictionary(), &detail, column, self.session.run)?;
        self.column_details.push((column.to_owned(), id));
        Ok(id)
    }

    fn created_at_of(&self, lead: LeadId) -> Result<Instant, RunError> {
        let record = self.session.store.lead(&self.session.columns, lead)?;
        let told = |r: &LeadRecord| self.created_at.and_then(|ix| r.values.get(ix.0)).and_then(Value::as_instant);
        Ok(record.map_or(self.session.context.as_of, |r| told(&r).unwrap_or(r.seen_at)))
    }
}

/// Undeclared columns as a record keeps them.
fn owned(extra: Vec<(Arc<str>, String)>) -> Vec<(String, String)> {
    extra.into_iter().map(|(h, t)| (h.to_string(), t)).collect()
}
