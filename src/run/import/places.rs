//! The stage and the owner that files tell of: they seed a lead that has none, and rule where the dictionary says `master: file`.

use super::Importer;
use super::noted::{Elsewhere, StrangeStages};
use crate::model::{Change, Dictionary, FieldIx, FieldType, Instant, LeadId, Standing, Value, What};
use crate::rules::lifecycle::Lifecycle;
use crate::run::RunError;
use crate::store::{LeadRecord, StateRow};
use rustc_hash::{FxHashMap, FxHashSet};

/// Which fields tell of stage and owner, and what an import has made of them so far.
#[derive(Default)]
pub(super) struct Places {
    stage: Option<FieldIx>,
    owner: Option<FieldIx>,
    /// As they stood before this run: leads whose owner or stage a file has changed.
    seeded: FxHashMap<LeadId, Standing>,
    /// Leads whose stage this run's dates have set.
    staged: FxHashSet<LeadId>,
    /// Of the present file: owners whom the team does not know.
    elsewhere: Elsewhere,
    /// Of the present file: stages that lifecycle.yaml does not know.
    strange: StrangeStages,
    /// Of the present file: dated stages that did not move a lead out of its detour.
    stayed: u64,
}

impl Places {
    pub(super) fn of(dictionary: &Dictionary) -> Self {
        let of_type = |ty: FieldType| dictionary.fields.iter().position(|f| f.ty == ty).map(FieldIx);
        Self { stage: of_type(FieldType::Stage), owner: of_type(FieldType::Owner), ..Self::default() }
    }

    /// What the rows of the present file leave to be said of owners and stages; the next file begins anew.
    pub(super) fn notes(&mut self, lifecycle: &Lifecycle) -> impl Iterator<Item = String> + use<> {
        let (elsewhere, strange, stayed) = (std::mem::take(&mut self.elsewhere), std::mem::take(&mut self.strange), std::mem::take(&mut self.stayed));
        let stayed = (stayed > 0).then(|| {
            format!("{stayed} dated stages are kept as history: their leads are in a detour, out of which only time or `sop set LEAD stage=…` brings them")
        });
        [elsewhere.note("row of leads is held elsewhere", "rows of leads are held elsewhere"), strange.note(lifecycle), stayed].into_iter().flatten()
    }
}

impl Importer<'_, '_> {
    /// Stage and owner as a row tells them: the stage's and the colleague's ids where they are known, else the texts.
    pub(super) fn told_place(&mut self, record: &LeadRecord) -> (Option<String>, Option<String>) {
        let text = |ix: Option<FieldIx>| ix.and_then(|ix| record.values.get(ix.0)).and_then(Value::as_text).map(str::to_owned);
        let sop = &self.session.workspace.sop;
        let (stage, owner) = (text(self.places.stage), text(self.places.owner));
        (stage.map(|told| self.places.strange.stage(&sop.lifecycle, told)), self.places.elsewhere.owner(&sop.team, owner))
    }

    /// Owner and stage of a file seed the lead's state while it has none; with `master: file` the file stays in charge.
    pub(super) fn seed_state(&mut self, lead: LeadId, record: &LeadRecord, is_old: bool) -> Result<(), RunError> {
        if self.places.stage.is_none() && self.places.owner.is_none() {
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
        let (stage, owner) = (choose(&state.stage, told_stage, self.places.stage), choose(&state.owner, told_owner, self.places.owner));
        if stage == state.stage && owner == state.owner {
            return Ok(());
        }
        let at = self.session.context.as_of;
        let mut seeded = self.session.store.standing(lead)?;
        // Whoever gave a lead back does not get it again because the same file is read again.
        let given_back = state.owner.is_none()
            && !master(self.places.owner)
            && !self.places.seeded.contains_key(&lead)
            && is_given_back(&self.workspace().sop.lifecycle, &seeded);
        let owner = if given_back { None } else { owner };
        if stage == state.stage && owner == state.owner {
            return Ok(());
        }
        // Two rows of a file that disagree change a lead there and back: then it is as it was.
        let first = self.places.seeded.entry(lead).or_insert_with(|| seeded.clone());
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

    /// Records a dated stage; the latest one is the lead's stage while nothing else decided it.
    pub(super) fn put_stage(&mut self, lead: LeadId, at: Instant, stage: &str) -> Result<bool, RunError> {
        let stage = &self.places.strange.stage(&self.session.workspace.sop.lifecycle, stage.to_owned());
        let new = self.session.store.put_stage(lead, at, stage, self.session.run)?;
        if new {
            let latest = self.session.store.last_stage(lead)?;
            let state = self.state_of(lead)?;
            // Out of a detour only time or a person brings a lead: a file dates what was, as it does for owner and stage columns.
            let detour = |stage: &String| self.session.workspace.sop.lifecycle.detour(stage).is_some();
            let beside = lead.0 <= self.last_before && !self.places.staged.contains(&lead) && state.stage.as_ref().is_some_and(detour);
            if beside && latest.as_ref().is_some_and(|(_, latest)| state.stage.as_ref() != Some(latest)) {
                self.places.stayed += 1;
                return Ok(new);
            }
            if let Some((when, latest)) = latest
                && when <= self.session.context.as_of
            {
                self.places.staged.insert(lead);
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

    /// A lead's state; one that has none yet gets it.
    pub(super) fn state_of(&self, lead: LeadId) -> Result<StateRow, RunError> {
        let store = &self.session.store;
        if let Some(state) = store.state(&self.session.columns, lead)? {
            return Ok(state);
        }
        store.insert_state(lead, None, None)?;
        Ok(StateRow::default())
    }
}

/// Somebody had the lead before, or it is beside the line: a file has no say in who has it next.
fn is_given_back(lifecycle: &Lifecycle, standing: &Standing) -> bool {
    standing.last_owner.is_some() || standing.stage.as_deref().is_some_and(|stage| lifecycle.detour(stage).is_some())
}
