//! What steps of paths do to a lead itself: it goes to a stage, or its fields are set.

use crate::engine::lifecycle::place;
use crate::engine::nurture::Deed;
use crate::ingest::{Cell, cell};
use crate::model::{Change, Standing, Value, What, fold};
use crate::rules::nurture::{NewValue, SetField};
use crate::run::import::value_text;
use crate::run::tick::keep::{Step, keep};
use crate::run::tick::{Done, changes_of};
use crate::run::{RunError, Session};
use crate::store::{Ended, ScanRow};
use std::sync::Arc;

/// Does what a step does to the lead itself.
pub(super) fn do_deed(session: &Session<'_>, row: &ScanRow, standing: &Standing, deed: &Deed, by: &str, done: &mut Done) -> Result<(), RunError> {
    let (sop, as_of, lead) = (&session.workspace.sop, session.context.as_of, row.record.lead);
    match deed {
        Deed::Move(stage) => {
            let mut after = standing.clone();
            match place(&sop.lifecycle, &mut after, stage, as_of, &format!("by {by}")) {
                Ok(moved) => {
                    let changes: Vec<Change> = moved.iter().flat_map(|m| changes_of(lead, m)).collect();
                    done.changes(&changes);
                    done.moved += i64::from(moved.is_some());
                    let moves: Vec<_> = moved.into_iter().collect();
                    let step = Step { lead, before: standing, after: &after, moves: &moves, changes: &changes, at: as_of, how: Ended::ByHand, by: None };
                    keep(session, &step)?;
                }
                Err(why) => {
                    done.nurture.unset.insert(format!("{by}: {why}"));
                }
            }
        }
        Deed::Set(fields) => set(session, row, fields, by, done)?,
    }
    Ok(session.store.make_due(lead)?)
}

/// Sets fields as a file would: what an identity is, or cannot be read, is told and left.
fn set(session: &Session<'_>, row: &ScanRow, fields: &[SetField], by: &str, done: &mut Done) -> Result<(), RunError> {
    let dictionary = &session.workspace.sop.dictionary;
    let Some(mut record) = session.store.lead(&session.columns, row.record.lead)? else { return Ok(()) };
    for SetField { field: ix, to } in fields {
        let (Some(field), Some(slot)) = (dictionary.fields.get(ix.0), record.values.get_mut(ix.0)) else { continue };
        if dictionary.identity.contains(ix) {
            done.nurture.unset.insert(format!("{by}: `{}` recognises leads and is not set by a path", field.id));
            continue;
        }
        let parsed = |text: &str| cell::parse(field, dictionary, &session.workspace.sop.calendar, Cell::text(text), None);
        let new = match to {
            NewValue::Put(text) => match parsed(text) {
                Ok(value) => value,
                Err(bad) => {
                    done.nurture.unset.insert(format!("{by}: `{}` cannot be `{text}`: {}", field.id, bad.reason));
                    continue;
                }
            },
            NewValue::Clear => Value::Null,
            NewValue::Add(items) => list(slot, |all| {
                for item in items.iter().filter(|item| !all.iter().any(|known| fold(known) == fold(item))).cloned().collect::<Vec<_>>() {
                    all.push(item.as_str().into());
                }
            }),
            NewValue::Remove(items) => list(slot, |all| all.retain(|known| !items.iter().any(|item| fold(item) == fold(known)))),
        };
        if new == *slot {
            continue;
        }
        let text = |v: &Value| value_text(v, &dictionary.currency);
        let (from, to) = (text(slot), text(&new));
        *slot = new;
        let change = Change { lead: record.lead, what: What::Field(field.id.clone()), at: session.context.as_of, from, to, why: format!("by {by}") };
        session.store.record(session.run, &change)?;
        done.changes(&[change]);
    }
    Ok(session.store.update_lead(&session.columns, &record)?)
}

/// A list with something put in or taken out; blank when nothing is left of it.
fn list(old: &Value, change: impl FnOnce(&mut Vec<Arc<str>>)) -> Value {
    let mut all: Vec<Arc<str>> = if let Value::List(items) = old { items.to_vec() } else { Vec::new() };
    change(&mut all);
    if all.is_empty() { Value::Null } else { Value::List(all.into()) }
}
