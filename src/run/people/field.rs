//! Fields of a lead by hand: typed as the cells of an import are. A field that recognises leads changes what recognises this one.

use super::Work;
use crate::ingest::{Cell, cell};
use crate::model::{Change, DetailId, Dictionary, Event, Field, FieldIx, FieldType, Identity, Instant, LeadId, SuppressedBy, Value, What, fold};
use crate::run::import::value_text;
use crate::run::score::note;
use crate::run::{RunError, Session, Workspace};
use crate::store::ScanRow;
use std::sync::Arc;

/// What becomes of one field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wish {
    /// It has this value; blank clears it.
    Is(FieldIx, Value),
    /// These are in its list.
    Has(FieldIx, Vec<Arc<str>>),
    /// These are not.
    HasNot(FieldIx, Vec<Arc<str>>),
}

/// The value of a typed text; `Err` says why the field cannot have it.
pub(super) fn value_of(workspace: &Workspace, field: &Field, text: &str) -> Result<Value, String> {
    let (id, text) = (&field.id, text.trim());
    if text.is_empty() {
        return Ok(Value::Null);
    }
    match cell::parse(field, &workspace.sop.dictionary, &workspace.sop.calendar, Cell::text(text), None) {
        Ok(Value::Null) if !text.eq_ignore_ascii_case("<clear>") => Err(format!("`{text}` stands for a blank cell in files; `{id}=` clears the field")),
        Ok(value) => Ok(value),
        Err(bad) => Err(format!("`{id}` cannot be `{text}`: {}", bad.reason)),
    }
}

/// Gives the fields their values. Nothing happens where they have them already.
pub(super) fn apply(work: &mut Work<'_, '_>, row: &ScanRow, wishes: &[Wish], why: &str) -> Result<bool, RunError> {
    let session = work.session;
    let dictionary = &session.workspace.sop.dictionary;
    let mut record = row.record.clone();
    for wish in wishes {
        let (Wish::Is(ix, _) | Wish::Has(ix, _) | Wish::HasNot(ix, _)) = wish;
        let (Some(field), Some(slot)) = (dictionary.fields.get(ix.0), record.values.get_mut(ix.0)) else { continue };
        let new = wished(slot, wish);
        if new == *slot {
            continue;
        }
        let old = std::mem::replace(slot, new.clone());
        if dictionary.identity.contains(ix) && !recognise(work, row, field, &old, &new)? {
            return Ok(false);
        }
        let text = |v: &Value| value_text(v, &dictionary.currency);
        let change =
            Change { lead: record.lead, what: What::Field(field.id.clone()), at: session.context.as_of, from: text(&old), to: text(&new), why: why.to_owned() };
        session.store.record(session.run, &change)?;
        work.count_changes(&[change]);
    }
    if record == row.record {
        return Ok(false);
    }
    session.store.update_lead(&session.columns, &record)?;
    Ok(true)
}

/// A value as it is wished for.
fn wished(old: &Value, wish: &Wish) -> Value {
    let known: Vec<Arc<str>> = if let Value::List(items) = old { items.to_vec() } else { Vec::new() };
    let has = |list: &[Arc<str>], item: &str| list.iter().any(|i| fold(i) == fold(item));
    let list = |items: Vec<Arc<str>>| if items.is_empty() { Value::Null } else { Value::List(items.into()) };
    match wish {
        Wish::Is(_, value) => value.clone(),
        Wish::Has(_, items) => {
            let mut all = known;
            for item in items {
                if !has(&all, item) {
                    all.push(Arc::clone(item));
                }
            }
            list(all)
        }
        Wish::HasNot(_, items) => list(known.into_iter().filter(|k| !has(items, k)).collect()),
    }
}

/// A new address or number recognises the lead from now on, and the old one no longer does. False: it is another lead's.
fn recognise(work: &mut Work<'_, '_>, row: &ScanRow, field: &Field, old: &Value, new: &Value) -> Result<bool, RunError> {
    let (store, run, lead) = (&work.session.store, work.session.run, row.record.lead);
    let known = store.identities_of(lead)?;
    // An id belongs to a source: to that of the one before.
    let source = known.iter().find(|i| &*i.identity.kind == "id").and_then(|i| i.identity.text.split_once('\t')).map_or("default", |(source, _)| source);
    let identity = |v: &Value| v.as_text().map(|text| identity_of(field, source, text));
    let (was, is) = (identity(old), identity(new));
    if was == is {
        return Ok(true);
    }
    if let Some(is) = &is {
        let barred = is.barred(field.ty == FieldType::Email, field.ty == FieldType::Phone).map(|why| why.reason());
        let shared = || store.barred_hashes().map(|all| all.contains(&is.hash()).then_some("several people have it, does not identify a person"));
        match barred.map_or_else(shared, |why| Ok(Some(why)))? {
            Some(why) => work.notes.push(note("no-identity", format!("`{}`: {why}", shown(is)))),
            None => match store.find_identity(is)? {
                Some(other) if other != lead => {
                    let key = store.key_of(other)?.map_or_else(String::new, |k| k.to_string());
                    let help = format!("if both are one person: `sop merge {} {key} --why …`", row.record.key);
                    work.refuse(row, format!("`{}` is the {} of another lead, {key}", shown(is), field.id), help);
                    return Ok(false);
                }
                _ => {
                    store.insert_identities([(is, lead)], run)?;
                    take_waiting(work, lead, is)?;
                }
            },
        }
    }
    let store = &work.session.store;
    if let Some(was) = was.filter(|was| known.iter().any(|k| k.identity == *was)) {
        if was.key() == row.record.key {
            // Its key was made of this: taken away, the next file with it would make another lead of the same key.
            work.notes.push(note("kept-name", format!("`{}` still finds this lead: its key was made of it", shown(&was))));
        } else if said_no(work.session, &was)? {
            work.notes.push(note("kept-name", format!("`{}` still finds this lead: the no that was said there holds for every address", shown(&was))));
        } else {
            store.remove_identity(&was, lead)?;
        }
    }
    Ok(true)
}

/// Whether somebody said no under a name.
fn said_no(session: &Session<'_>, name: &Identity) -> Result<bool, RunError> {
    let Some(address) = session.workspace.sop.dictionary.address(&name.text) else { return Ok(false) };
    let said = session.store.suppressions_of(&address)?;
    Ok(said.iter().any(|s| matches!(s.by, SuppressedBy::Unsubscribe | SuppressedBy::Complaint)))
}

/// What recognises a lead by a value of this field, as an import has it.
fn identity_of(field: &Field, source: &str, text: &str) -> Identity {
    let text = match field.ty {
        FieldType::Email | FieldType::Phone => text.to_owned(),
        _ if field.id == "id" => format!("{source}\t{}", fold(text)),
        _ => fold(text).into_owned(),
    };
    Identity { kind: field.id.as_str().into(), text }
}

/// For people: an id without its source.
fn shown(identity: &Identity) -> &str {
    identity.text.rsplit('\t').next().unwrap_or_default()
}

/// What came before its lead under this name arrives.
fn take_waiting(work: &mut Work<'_, '_>, lead: LeadId, identity: &Identity) -> Result<(), RunError> {
    let (store, run) = (&work.session.store, work.session.run);
    let mut arrived = 0;
    for hash in store.take_waiting_names(identity)? {
        let events: Vec<(Event, i64)> = store.take_waiting(hash)?;
        for group in events.chunk_by(|a, b| a.0.at == b.0.at) {
            let details: Vec<DetailId> = group.iter().flat_map(|(e, n)| std::iter::repeat_n(e.detail, usize::try_from(*n).unwrap_or(0))).collect();
            let at = group.first().map_or(Instant(0), |(e, _)| e.at);
            arrived += store.raise_events(lead, at, &details, run)?;
        }
        for (at, stage) in store.take_waiting_stages(hash)? {
            store.put_stage(lead, at, &stage, run)?;
        }
    }
    store.take_waiting_deals(identity, lead)?;
    if arrived > 0 {
        work.notes.push(note("arrived", format!("{arrived} events were waiting under `{}`", shown(identity))));
    }
    Ok(())
}

/// The field that a text names, by id or by one of the headers of files.
pub(super) fn named<'d>(dictionary: &'d Dictionary, name: &str) -> Option<(FieldIx, &'d Field)> {
    let by_id = dictionary.fields.iter().position(|f| fold(&f.id) == fold(name)).map(FieldIx);
    let ix = by_id.or_else(|| dictionary.field_of_header(name))?;
    Some((ix, dictionary.fields.get(ix.0)?))
}
