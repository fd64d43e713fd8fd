//! Which lead a person means: a key, id, e-mail, phone or unique name.

use super::{RunError, Workspace};
use crate::ingest::cell;
use crate::model::{FieldType, Identity, Key, LeadId, Value, nearest};
use crate::store::{MOST_FOUND, Store};

/// Finds one lead, or says why not.
pub(super) fn find(workspace: &Workspace, store: &Store, typed: &str) -> Result<LeadId, RunError> {
    let typed = typed.trim();
    if let Some(key) = Key::parse(typed)
        && let Some(lead) = store.find_key(key)?
    {
        return Ok(lead);
    }
    let dictionary = &workspace.sop.dictionary;
    for ix in &dictionary.identity {
        let Some(field) = dictionary.fields.get(ix.0) else { continue };
        for text in candidates(workspace, *ix, typed) {
            let found = if field.id == "id" {
                store.find_id(&text)?
            } else {
                store.find_identity(&Identity { kind: field.id.as_str().into(), text })?.into_iter().collect()
            };
            match found.as_slice() {
                [] => {}
                [one] => return Ok(*one),
                several => return Err(ambiguous(store, typed, several)?),
            }
        }
    }
    if let Some(lead) = holder(workspace, store, typed)? {
        return Ok(lead);
    }
    let name_field = dictionary.field("name").map(|(_, f)| f.id.clone());
    let by_name = match name_field {
        Some(field) => store.leads_with_text(&field, typed)?,
        None => Vec::new(),
    };
    match by_name.as_slice() {
        [one] => Ok(*one),
        [] => {
            let mut what = format!("no lead is `{typed}`");
            if Key::parse(typed).is_none()
                && let Some(field) = dictionary.field("name").map(|(_, f)| f.id.clone())
            {
                let names = store.texts_like(&field, typed)?;
                if let Some(near) = nearest(typed, names.iter().map(String::as_str)) {
                    what.push_str(&format!("; did you mean `{near}`?"));
                }
            }
            Err(RunError::refused(what, "name a lead by its key, id, e-mail, phone or full name; `sop leads` lists them"))
        }
        several => Err(ambiguous(store, typed, several)?),
    }
}

/// The one lead that has a number or address which identifies nobody: people share it, or it is an office's.
fn holder(workspace: &Workspace, store: &Store, typed: &str) -> Result<Option<LeadId>, RunError> {
    let dictionary = &workspace.sop.dictionary;
    let contacts = dictionary.identity.iter().filter_map(|ix| Some((*ix, dictionary.fields.get(ix.0)?)));
    for (ix, field) in contacts.filter(|(_, f)| matches!(f.ty, FieldType::Email | FieldType::Phone)) {
        for text in candidates(workspace, ix, typed) {
            let leads = store.leads_with_text(&field.id, &text)?;
            match leads.as_slice() {
                [] => {}
                [one] => return Ok(Some(*one)),
                several => {
                    let many = if several.len() < MOST_FOUND { several.len().to_string() } else { format!("{MOST_FOUND} or more") };
                    let what = format!("`{typed}` is shared by {many} leads: it identifies none of them");
                    return Err(RunError::refused(what, format!("name one by its key: {}", first_keys(store, several)?)));
                }
            }
        }
    }
    Ok(None)
}

/// The forms in which a typed text could be stored for an identity field.
fn candidates(workspace: &Workspace, ix: crate::model::FieldIx, typed: &str) -> Vec<String> {
    let dictionary = &workspace.sop.dictionary;
    let Some(field) = dictionary.fields.get(ix.0) else { return Vec::new() };
    match field.ty {
        FieldType::Email | FieldType::Phone => match cell::parse(field, dictionary, &workspace.sop.calendar, crate::ingest::Cell::text(typed), None) {
            Ok(Value::Text(t)) => vec![t.to_string()],
            _ => Vec::new(),
        },
        _ => vec![crate::model::fold(typed).into_owned()],
    }
}

fn ambiguous(store: &Store, typed: &str, leads: &[LeadId]) -> Result<RunError, RunError> {
    Ok(RunError::refused(format!("`{typed}` is {} leads", leads.len()), format!("name one by its key: {}", first_keys(store, leads)?)))
}

/// The keys of the first of some leads.
fn first_keys(store: &Store, leads: &[LeadId]) -> Result<String, RunError> {
    let mut keys = Vec::new();
    for lead in leads.iter().take(5) {
        keys.extend(store.key_of(*lead)?.map(|k| k.to_string()));
    }
    Ok(keys.join(", "))
}
