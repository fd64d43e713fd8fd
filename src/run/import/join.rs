//! Whose value wins when rows of one lead disagree. Pure.

use crate::model::{Currency, Dictionary, FieldIx, Instant, OnConflict, Value};
use crate::store::LeadRecord;

/// What is joined into a lead: a row of a file, or another lead.
#[derive(Clone, Copy)]
pub(in crate::run) struct Incoming<'a> {
    /// By `FieldIx`.
    pub(in crate::run) values: &'a [Value],
    /// Undeclared columns.
    pub(in crate::run) extra: &'a [(String, String)],
    /// Fields that it explicitly empties.
    pub(in crate::run) cleared: &'a [FieldIx],
    /// When it was last changed where it comes from.
    pub(in crate::run) updated_at: Option<Instant>,
    /// It came first: it only fills blanks unless its `updated_at` is larger.
    pub(in crate::run) older: bool,
}

/// One value that a row changed.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::run) struct Difference {
    /// A field's id, or `extra('列名')`.
    pub(in crate::run) field: String,
    pub(in crate::run) from: Option<String>,
    pub(in crate::run) to: Option<String>,
}

/// Joins a row into a lead. `present` tells which fields the file has a column for.
pub(in crate::run) fn join(dictionary: &Dictionary, record: &mut LeadRecord, row: &Incoming<'_>, present: impl Fn(FieldIx) -> bool) -> Vec<Difference> {
    let older = match (row.updated_at, record.fresh_at) {
        (Some(row), Some(lead)) if row != lead => row < lead,
        _ => row.older,
    };
    let mut out = Vec::new();
    for (i, field) in dictionary.fields.iter().enumerate() {
        let ix = FieldIx(i);
        let (Some(old), Some(new)) = (record.values.get(i), row.values.get(i)) else { continue };
        if !present(ix) {
            continue;
        }
        let cleared = row.cleared.contains(&ix) && !older;
        let wins = match field.on_conflict {
            _ if cleared => !old.is_null(),
            OnConflict::Stricter => stricter(new) > stricter(old),
            _ if new.is_null() || new == old => false,
            OnConflict::KeepNewest => old.is_null() || !older,
            OnConflict::KeepFirst | OnConflict::FillBlanks => old.is_null(),
        };
        if wins {
            out.push(Difference { field: field.id.clone(), from: value_text(old, &dictionary.currency), to: value_text(new, &dictionary.currency) });
            record.values[i] = new.clone();
        }
    }
    for (header, text) in row.extra {
        match record.extra.iter_mut().find(|(h, _)| h == header) {
            _ if text.is_empty() => {}
            Some((_, old)) if old != text && !older => {
                out.push(Difference { field: format!("extra('{header}')"), from: Some(old.clone()), to: Some(text.clone()) });
                old.clone_from(text);
            }
            Some(_) => {}
            None => {
                out.push(Difference { field: format!("extra('{header}')"), from: None, to: Some(text.clone()) });
                record.extra.push((header.clone(), text.clone()));
            }
        }
    }
    record.fresh_at = record.fresh_at.max(row.updated_at);
    out
}

/// FALSE, blank, TRUE: the stricter consent is the larger number.
fn stricter(v: &Value) -> u8 {
    match v {
        Value::Bool(false) => 2,
        Value::Bool(true) => 0,
        _ => 1,
    }
}

/// A value as text for people and for the record of changes; `None` for blank.
pub(in crate::run) fn value_text(v: &Value, currency: &Currency) -> Option<String> {
    Some(match v {
        Value::Null => return None,
        Value::Bool(b) => if *b { "true" } else { "false" }.to_owned(),
        Value::Int(i) => i.to_string(),
        Value::Real(r) => r.to_string(),
        Value::Money(m) => currency.decimal(*m),
        Value::Text(t) => t.to_string(),
        Value::List(l) => l.join(";"),
        Value::Date(d) => d.to_string(),
        Value::At(t) => t.rfc3339(),
    })
}
