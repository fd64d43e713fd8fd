//! Rows of leads: joined and written once it is known whose they are; new leads get a number, a key and a state.

use super::details::{detail_of, intern};
use super::join::{Incoming, join, value_text};
use super::recognise::Named;
use super::{Importer, Outcome};
use crate::ingest::LeadRow;
use crate::model::{Change, DetailId, FieldIx, Identity, Instant, Key, LeadId, Standing, Value, What};
use crate::rules::lifecycle::Lifecycle;
use crate::run::RunError;
use crate::store::{LeadRecord, SourceRow, StateRow};
use std::sync::Arc;

/// A count column is believed up to here: each count is a row of the table of events.
const MOST_COUNTED: i64 = 10_000;

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

    /// Stage and owner as a row tells them: the stage's and the colleague's ids where they are known, else the texts.
    fn told_place(&mut self, record: &LeadRecord) -> (Option<String>, Option<String>) {
        let text = |ix: Option<FieldIx>| ix.and_then(|ix| record.values.get(ix.0)).and_then(Value::as_text).map(str::to_owned);
        let sop = &self.session.workspace.sop;
        let (stage, owner) = (text(self.stage), text(self.owner));
        (stage.map(|told| self.strange.stage(&sop.lifecycle, told)), self.elsewhere.owner(&sop.team, owner))
    }

    /// Owner and stage of a file seed the lead's state while it has none; with `master: file` the file stays in charge.
    fn seed_state(&mut self, lead: LeadId, record: &LeadRecord, is_old: bool) -> Result<(), RunError> {
        if self.stage.is_none() && self.owner.is_none() {
            return Ok(());
        }
        let state = self.state_of(lead)?;
        let (told_stage, told_owner) = self.told_place(record);
        let master = |ix: Option<FieldIx>| ix.and_then(|ix| self.dictionary().fields.get(ix.0)).is_some_and(|f| f.master_file);
        let choose = |old: &Option<String>, new: Option<String>, ix| match (old, new) {
            (None, new) => new,
            (Some(_), Some(new)) if master(ix) => Some(new),
            (old, _) => old.clone(),
        };
        let (stage, owner) = (choose(&state.stage, told_stage, self.stage), choose(&state.owner, told_owner, self.owner));
        if stage == state.stage && owner == state.owner {
            return Ok(());
        }
        let at = self.session.context.as_of;
        let mut seeded = self.session.store.standing(lead)?;
        // Whoever gave a lead back does not get it again because the same file is read again.
        let given_back =
            state.owner.is_none() && !master(self.owner) && !self.seeded.contains_key(&lead) && is_given_back(&self.workspace().sop.lifecycle, &seeded);
        let owner = if given_back { None } else { owner };
        if stage == state.stage && owner == state.owner {
            return Ok(());
        }
        // Two rows of a file that disagree change a lead there and back: then it is as it was.
        let first = self.seeded.entry(lead).or_insert_with(|| seeded.clone());
        if stage != state.stage {
            seeded.stage_at = if stage == first.stage { first.stage_at } else { Some(at) };
            seeded.stage.clone_from(&stage);
        }
        if owner != state.owner {
            let came_back = owner == first.owner;
            seeded.owner_at = if came_back { first.owner_at } else { Some(at) };
            seeded.last_owner = if came_back { first.last_owner.clone() } else { first.owner.clone().or_else(|| first.last_owner.clone()) };
            seeded.owner.clone_from(&owner);
            if let Some(queue) = seeded.queue.take() {
                // Whoever is held waits no longer.
                (seeded.queue_at, seeded.last_queue) = (None, Some(queue.clone()));
                self.session.store.leave_queue(lead, at, "import")?;
                let change = Change { lead, what: What::Queue, at, from: Some(queue), to: None, why: "import (owner)".into() };
                self.session.store.record(self.session.run, &change)?;
            }
        }
        self.session.store.put_standing(lead, &seeded, self.session.run)?;
        if is_old {
            self.rewritten.insert(lead);
            for (what, from, to) in [(What::Stage, state.stage, stage), (What::Owner, state.owner, owner)] {
                if from != to {
                    self.session.store.record(self.session.run, &Change { lead, what, at, from, to, why: "import (master: file)".into() })?;
                }
            }
        }
        Ok(())
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
        self.any_waiting || self.any_waiting_stages || self.any_waiting_deals
    }

    /// What came before its lead: deals, events and dated stages under this name.
    fn take_waiting(&mut self, identity: &Identity, lead: LeadId) -> Result<(), RunError> {
        if !self.is_awaited() {
            return Ok(());
        }
        if self.any_waiting_deals && self.session.store.take_waiting_deals(identity, lead)? > 0 {
            self.session.store.make_due(lead)?;
        }
        for hash in self.session.store.take_waiting_names(identity)? {
            for (event, n) in self.session.store.take_waiting(hash)? {
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

    /// A lead's state; one that has none yet gets it.
    fn state_of(&self, lead: LeadId) -> Result<StateRow, RunError> {
        let store = &self.session.store;
        if let Some(state) = store.state(&self.session.columns, lead)? {
            return Ok(state);
        }
        store.insert_state(lead, None, None)?;
        Ok(StateRow::default())
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
        let stage = &self.strange.stage(&self.session.workspace.sop.lifecycle, stage.to_owned());
        let new = self.session.store.put_stage(lead, at, stage, self.session.run)?;
        if new {
            let latest = self.session.store.last_stage(lead)?;
            let state = self.state_of(lead)?;
            // Out of a detour only time or a person brings a lead: a file dates what was, as it does for owner and stage columns.
            let detour = |stage: &String| self.session.workspace.sop.lifecycle.detour(stage).is_some();
            let beside = lead.0 <= self.last_before && !self.staged.contains(&lead) && state.stage.as_ref().is_some_and(detour);
            if beside && latest.as_ref().is_some_and(|(_, latest)| state.stage.as_ref() != Some(latest)) {
                self.stayed += 1;
                return Ok(new);
            }
            if let Some((when, latest)) = latest
                && when <= self.session.context.as_of
            {
                self.staged.insert(lead);
                let standing = Standing { stage: Some(latest.clone()), stage_at: Some(when), ..self.session.store.standing(lead)? };
                self.session.store.put_standing(lead, &standing, self.session.run)?;
                if lead.0 <= self.last_before && state.stage.as_deref() != Some(&latest) {
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

/// Somebody had the lead before, or it is beside the line: a file has no say in who has it next.
fn is_given_back(lifecycle: &Lifecycle, standing: &Standing) -> bool {
    standing.last_owner.is_some() || standing.stage.as_deref().is_some_and(|stage| lifecycle.detour(stage).is_some())
}

/// Undeclared columns as a record keeps them.
fn owned(extra: Vec<(Arc<str>, String)>) -> Vec<(String, String)> {
    extra.into_iter().map(|(h, t)| (h.to_string(), t)).collect()
}
