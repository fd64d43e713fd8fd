//! Fields change: a new type, or a column that was undeclared until now. The stored values are read again, once,
//! by the first writing run under the new dictionary. What cannot be read goes to the undeclared columns: nothing is lost.
//! The team changes: names that were held elsewhere become those of colleagues.

use super::import::value_text;
use super::{RunError, Session};
use crate::ingest::{Cell, cell};
use crate::model::{Change, FieldType, Value, What, stable_hash};
use crate::store::{Columns, Due, Needs};
use serde_json::{Map, Value as Json};

/// Where the base remembers the types that its columns were written with.
const TYPES: &str = "field_types";
/// The setting that says whom the names of owners were matched to last: a hash of the team's names.
const TEAM: &str = "team_names";

/// Names of owners that the team has come to know become ids, wherever facts hold them. Gives how many leads are concerned.
pub(super) fn rematch_owners(session: &Session<'_>) -> Result<u64, RunError> {
    let team = &session.workspace.sop.team;
    // Names in files are matched as they are read: only another team can know more of what was read before.
    let names = team.owners.iter().flat_map(|o| [&o.id, &o.name].into_iter().chain(&o.email).chain(&o.aliases));
    let names = format!("{:016x}", stable_hash(&names.map(String::as_bytes).collect::<Vec<_>>()));
    if team.owners.is_empty() || session.store.meta(TEAM)?.as_ref() == Some(&names) {
        return Ok(0);
    }
    session.store.set_meta(TEAM, &names)?;
    let mut leads = 0;
    for told in session.store.owners()? {
        let Some(owner) = team.find(&told).filter(|o| o.id != told) else { continue };
        for lead in session.store.held_by(&told)? {
            let (from, to) = (Some(told.clone()), Some(owner.id.clone()));
            let change = Change { lead, what: What::Owner, at: session.context.as_of, from, to, why: "team.yaml".into() };
            session.store.record(session.run, &change)?;
            session.store.make_due(lead)?;
            leads += 1;
        }
        session.store.rename_owner(&told, &owner.id)?;
    }
    Ok(leads)
}

/// Brings stored values in line with the dictionary. Gives how many leads were rewritten.
pub(super) fn refit(session: &Session<'_>) -> Result<u64, RunError> {
    let dictionary = &session.workspace.sop.dictionary;
    let now: Map<String, Json> = dictionary.fields.iter().map(|f| (f.id.clone(), f.ty.name().into())).collect();
    let before: Map<String, Json> = match session.store.meta(TYPES)? {
        Some(t) => serde_json::from_str(&t).unwrap_or_default(),
        None => now.clone(),
    };
    // A field that is left out keeps its column: when it comes back, it is read as what it was written as.
    let mut known = before.clone();
    known.extend(now);
    if session.store.meta(TYPES)?.is_some() && known == before {
        return Ok(0);
    }
    session.store.set_meta(TYPES, &Json::Object(known).to_string())?;
    // As the values were written: the old type where there was one.
    let mut old = session.columns.clone();
    let mut retyped = Vec::new();
    let mut declared = Vec::new();
    for (i, (id, ty)) in old.fields.iter_mut().enumerate() {
        match before.get(id.as_str()).and_then(Json::as_str).and_then(|t| FieldType::ALL.into_iter().find(|k| k.name() == t)) {
            Some(was) if was == *ty => {}
            Some(was) => {
                *ty = was;
                retyped.push(i);
            }
            None => declared.push(i),
        }
    }
    if retyped.is_empty() && declared.is_empty() {
        return Ok(0);
    }
    rewrite(session, &old, &retyped)
}

fn rewrite(session: &Session<'_>, old: &Columns, retyped: &[usize]) -> Result<u64, RunError> {
    let sop = &session.workspace.sop;
    let dictionary = &sop.dictionary;
    let needs = Needs { events: false, standing: false, deals: false, follow_ups: false, messages: false, ..Needs::all(old) };
    let mut rewritten = 0;
    session.store.scan(old, Due::All, &needs, |mut row| -> Result<(), RunError> {
        let record = &mut row.record;
        let before = record.clone();
        for &i in retyped {
            let (Some(field), Some(value)) = (dictionary.fields.get(i), record.values.get_mut(i)) else { continue };
            let Some(text) = value_text(value, &dictionary.currency) else { continue };
            match cell::parse(field, dictionary, &sop.calendar, Cell::text(&text), None) {
                Ok(new) => *value = new,
                Err(_) => {
                    *value = Value::Null;
                    record.extra.push((field.id.clone(), text));
                }
            }
        }
        let extra = std::mem::take(&mut record.extra);
        for (header, text) in extra {
            let ix = dictionary.field_of_header(&header);
            let slot = ix.and_then(|ix| Some((dictionary.fields.get(ix.0)?, record.values.get_mut(ix.0)?)));
            match slot {
                Some((field, value)) if value.is_null() => match cell::parse(field, dictionary, &sop.calendar, Cell::text(&text), None) {
                    Ok(new) if !new.is_null() => *value = new,
                    _ => record.extra.push((header, text)),
                },
                _ => record.extra.push((header, text)),
            }
        }
        if *record != before {
            session.store.update_lead(&session.columns, record)?;
            rewritten += 1;
        }
        Ok(())
    })?;
    Ok(rewritten)
}
