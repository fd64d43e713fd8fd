//! `sop merge A B`: two leads are one person. `sop split LEAD`: they were not.
//!
//! The older lead survives. Events are united (equal ones counted once) and the score is computed anew: points are never added up.

mod apart;

use super::evaluate::evaluate;
use super::import::{Difference, Incoming, join, value_text};
use super::lookup::find;
use super::{Context, Ended, RunError, Session, Workspace};
use crate::ingest::cell;
use crate::model::{Change, Dictionary, Field, FieldType, Instant, Key, LeadId, Standing, Value, What};
use crate::store::{LeadRecord, SourceRow};

/// What a merge or split did.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The lead that stays.
    pub survivor: Key,
    /// The leads that went into it, or came out of it.
    pub others: Vec<Key>,
    /// Its values that changed: field, before, after.
    pub differences: Vec<(String, Option<String>, Option<String>)>,
    /// Its score now.
    pub score: Option<i64>,
    /// Identities that two of them share, and that identify nobody any more.
    pub shared: Vec<String>,
    /// What went with whom, and what stayed.
    pub notes: Vec<String>,
    /// The run.
    pub ended: Ended,
}

/// Joins two leads into the older one.
pub fn merge(workspace: &Workspace, context: &Context<'_>, a: &str, b: &str, why: &str) -> Result<Merged, RunError> {
    in_session(workspace, context, |session| {
        let a = find(workspace, &session.store, a)?;
        let b = find(workspace, &session.store, b)?;
        if a == b {
            return Err(RunError::refused("both name the same lead", "name two different leads"));
        }
        let (a, b) = (record(session, a)?, record(session, b)?);
        let age = |r: &LeadRecord| (created(&workspace.sop.dictionary, r), r.lead);
        let (mut survivor, loser) = if age(&a) <= age(&b) { (a, b) } else { (b, a) };
        let differences = unite(session, &mut survivor, &loser, why)?;
        Ok(Parts { lead: survivor.lead, survivor: survivor.key, others: vec![loser.key], differences, shared: Vec::new(), notes: Vec::new() })
    })
}

/// Takes the rows that were joined into a lead apart again.
pub fn split(workspace: &Workspace, context: &Context<'_>, lead: &str, why: &str) -> Result<Merged, RunError> {
    in_session(workspace, context, |session| {
        let lead = find(workspace, &session.store, lead)?;
        apart::take_apart(session, lead, why)
    })
}

/// What a merge or a split did, before the end of its run.
struct Parts {
    lead: LeadId,
    survivor: Key,
    others: Vec<Key>,
    differences: Vec<Difference>,
    shared: Vec<String>,
    notes: Vec<String>,
}

/// Runs an act in a writing session, re-scores, and reads the survivor's score before the end.
fn in_session(workspace: &Workspace, context: &Context<'_>, act: impl FnOnce(&mut Session<'_>) -> Result<Parts, RunError>) -> Result<Merged, RunError> {
    if !workspace.db.exists() {
        return Err(crate::store::StoreError::Missing(workspace.db.display().to_string()).into());
    }
    let mut session = Session::begin(workspace, context)?;
    let result = act(&mut session).and_then(|parts| {
        evaluate(&session)?;
        let score = session.store.state(&session.columns, parts.lead)?.and_then(|s| s.score);
        Ok((parts, score))
    });
    match result {
        Err(e) => Err(session.abandon(e)),
        Ok((Parts { survivor, others, differences, shared, notes, .. }, score)) => {
            let ended = session.end()?;
            let differences = differences.into_iter().map(|d| (d.field, d.from, d.to)).collect();
            Ok(Merged { survivor, others, differences, score, shared, notes, ended })
        }
    }
}

fn record(session: &Session<'_>, lead: LeadId) -> Result<LeadRecord, RunError> {
    session.store.lead(&session.columns, lead)?.ok_or_else(|| RunError::refused("the lead is gone", "run the command again"))
}

fn created(dictionary: &Dictionary, r: &LeadRecord) -> Instant {
    let told = dictionary.field("created_at").and_then(|(ix, _)| r.values.get(ix.0)).and_then(Value::as_instant);
    told.unwrap_or(r.seen_at)
}

fn unite(session: &Session<'_>, survivor: &mut LeadRecord, loser: &LeadRecord, why: &str) -> Result<Vec<Difference>, RunError> {
    let Session { store, columns, run, context, workspace, .. } = session;
    let dictionary = &workspace.sop.dictionary;
    let at = context.as_of;
    for r in [&*survivor, loser] {
        if r.sources == 1 {
            store.put_source_row(survivor.lead, &first_source(session, r)?, *run)?;
        } else {
            for source in store.source_rows(r.lead)? {
                store.put_source_row(survivor.lead, &source, *run)?;
            }
        }
    }
    store.delete_source_rows(loser.lead)?;
    let incoming = Incoming { values: &loser.values, extra: &loser.extra, cleared: &[], updated_at: loser.fresh_at, older: true };
    let differences = join(dictionary, survivor, &incoming, |_| true);
    survivor.sources = store.source_rows(survivor.lead)?.len() as i64;
    store.update_lead(columns, survivor)?;
    for d in &differences {
        let change = Change { lead: survivor.lead, what: What::Field(d.field.clone()), at, from: d.from.clone(), to: d.to.clone(), why: why.to_owned() };
        store.record(*run, &change)?;
    }
    let (kept, lost) = (store.standing(survivor.lead)?, store.standing(loser.lead)?);
    let united = one_standing(workspace, &kept, &lost);
    store.put_standing(survivor.lead, &united, *run)?;
    let both = [(What::Stage, &kept.stage, &united.stage), (What::Owner, &kept.owner, &united.owner), (What::Queue, &kept.queue, &united.queue)];
    for (what, from, to) in both.into_iter().filter(|(_, from, to)| from != to) {
        store.record(*run, &Change { lead: survivor.lead, what, at, from: from.clone(), to: to.clone(), why: why.to_owned() })?;
    }
    store.move_deals(loser.lead, survivor.lead)?;
    store.move_follow_ups(loser.lead, survivor.lead, *run)?;
    store.move_feedback(loser.lead, survivor.lead)?;
    store.move_journeys(loser.lead, survivor.lead)?;
    store.move_assignments(loser.lead, survivor.lead, at, *run)?;
    store.move_notices(loser.lead, survivor.lead, *run)?;
    store.move_identities(loser.lead, survivor.lead, *run)?;
    store.move_events(loser.lead, survivor.lead, *run)?;
    store.move_stages(loser.lead, survivor.lead, *run)?;
    store.decided(loser.lead, survivor.lead, *run)?;
    store.delete_lead(loser.lead)?;
    store.make_due(survivor.lead)?;
    let change =
        Change { lead: survivor.lead, what: What::Merge, at, from: Some(loser.key.to_string()), to: Some(survivor.key.to_string()), why: why.to_owned() };
    store.record(*run, &change)?;
    Ok(differences)
}

/// The standing of two leads that are one: the owner is the survivor's, else the other's; the stage the further one of the
/// line, and out of the line the survivor's; who is held waits in no queue. What each of these brought along comes with it.
fn one_standing(workspace: &Workspace, kept: &Standing, lost: &Standing) -> Standing {
    let place = |s: &Standing| s.stage.as_deref().and_then(|id| workspace.sop.lifecycle.place(id));
    let mut one = kept.clone();
    if kept.stage.is_none() || (place(kept).is_some() && place(lost) > place(kept)) {
        one = Standing { owner: kept.owner.clone(), queue: kept.queue.clone(), ..lost.clone() };
        (one.owner_at, one.last_owner, one.assigned_at) = (kept.owner_at, kept.last_owner.clone(), kept.assigned_at);
        (one.queue_at, one.last_queue) = (kept.queue_at, kept.last_queue.clone());
        one.below = kept.below.clone();
    }
    if one.owner.is_none() && lost.owner.is_some() {
        (one.owner, one.owner_at, one.assigned_at) = (lost.owner.clone(), lost.owner_at, lost.assigned_at);
    }
    one.last_owner = one.last_owner.or_else(|| lost.last_owner.clone());
    if one.queue.is_none() {
        (one.queue, one.queue_at) = (lost.queue.clone(), lost.queue_at);
    }
    one.last_queue = one.last_queue.or_else(|| lost.last_queue.clone());
    if one.owner.is_some() {
        (one.queue, one.queue_at) = (None, None);
    }
    one.reached = kept.reached.clone(); // the dates of the other come with its history
    one
}

/// A lead that one row made, as that row.
fn first_source(session: &Session<'_>, r: &LeadRecord) -> Result<SourceRow, RunError> {
    let identities = session.store.identities_of(r.lead)?.into_iter().map(|i| i.identity).collect();
    Ok(SourceRow { source: r.key.hashes().0, file: String::new(), row: 0, fields: fields_json(&session.workspace.sop.dictionary, &r.values), identities })
}

fn fields_json(dictionary: &Dictionary, values: &[Value]) -> String {
    let fields: serde_json::Map<String, serde_json::Value> =
        dictionary.fields.iter().zip(values).filter_map(|(f, v)| Some((f.id.clone(), value_text(v, &dictionary.currency)?.into()))).collect();
    serde_json::Value::Object(fields).to_string()
}

/// A value from its recorded text.
pub(super) fn read_back(workspace: &Workspace, field: &Field, text: &str) -> Value {
    let plain = match field.ty {
        FieldType::Text | FieldType::Email | FieldType::Phone | FieldType::Owner | FieldType::Stage | FieldType::Channel => Value::text(text),
        FieldType::List => Value::List(text.split(';').filter(|t| !t.is_empty()).map(Into::into).collect()),
        FieldType::Integer => text.parse().map_or(Value::Null, Value::Int),
        FieldType::Number | FieldType::Percent => text.parse().map_or(Value::Null, Value::Real),
        FieldType::Boolean => Value::Bool(text == "true"),
        FieldType::Date => text.parse().map_or(Value::Null, Value::Date),
        FieldType::Money | FieldType::Datetime => Value::Null,
    };
    if plain.is_null() {
        cell::parse(field, &workspace.sop.dictionary, &workspace.sop.calendar, crate::ingest::Cell::text(text), None).unwrap_or(Value::Null)
    } else {
        plain
    }
}
