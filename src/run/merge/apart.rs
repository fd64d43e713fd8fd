//! A lead taken apart into the rows that it was joined from. Each part gets what was told of it; what nobody can tell apart stays with the
//! older lead, and is said.

use super::{Parts, read_back, record};
use crate::model::{Change, FieldType, Identity, Key, LeadId, Value, What, fold};
use crate::run::{RunError, Session, Workspace};
use crate::store::{About, Columns, DealRow, LeadRecord, SourceRow, key_name};
use std::collections::BTreeMap;

/// One of the leads that come out.
struct Part {
    lead: LeadId,
    key: Key,
    company: Option<String>,
    /// Hashes of the names that its row has. The key of the older lead is not among them: it was the name of all.
    names: Vec<u64>,
}

impl Part {
    fn is_among(&self, names: &[u64]) -> bool {
        self.names.iter().any(|name| names.contains(name))
    }
}

pub(super) fn take_apart(session: &mut Session<'_>, lead: LeadId, why: &str) -> Result<Parts, RunError> {
    let mut original = record(session, lead)?;
    let sources = session.store.source_rows(lead)?;
    let own = sources.iter().position(|s| Key::of_hash(s.source) == original.key).unwrap_or(0);
    if sources.len() < 2 {
        return Err(RunError::refused("this lead was never joined from different rows: there is nothing to split", "`sop explain LEAD` shows what was joined"));
    }
    let Session { store, columns, run, context, workspace, .. } = &*session;
    let barred = store.barred_hashes()?;
    let mut shared: Vec<Identity> = Vec::new();
    // What two of the rows share recognised them as one; it identifies nobody from now on.
    for (i, a) in sources.iter().enumerate() {
        for identity in &a.identities {
            if !shared.contains(identity) && sources.iter().skip(i + 1).any(|b| b.identities.contains(identity)) {
                store.bar(identity, *run)?;
                shared.push(identity.clone());
            }
        }
    }
    let is_shared = |i: &Identity| shared.contains(i) || barred.binary_search_by(|h| (*h as i64).cmp(&(i.hash() as i64))).is_ok();
    let mut others = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    let names = |source: &SourceRow| source.identities.iter().map(Identity::hash).collect::<Vec<u64>>();
    let company = |values: &[Value]| {
        let place = workspace.sop.dictionary.field("company").map(|(ix, _)| ix.0);
        place.and_then(|i| values.get(i)).and_then(Value::as_text).map(|t| fold(t).into_owned())
    };
    let mut last = store.last_lead()?;
    for (i, source) in sources.iter().enumerate() {
        let values = values_of(workspace, columns, source);
        if i == own {
            let named: Vec<Identity> = named(source, &is_shared);
            store.insert_identities(named.iter().map(|i| (i, lead)), *run)?;
            parts.push(Part { lead, key: original.key, company: company(&values), names: names(source) });
            original.values = values;
            continue;
        }
        last += 1;
        let new = LeadRecord {
            lead: LeadId(last),
            key: Key::of_hash(source.source),
            run: *run,
            seen_at: original.seen_at,
            fresh_at: None,
            sources: 1,
            extra: Vec::new(),
            values,
        };
        store.insert_lead(columns, &new)?;
        let told = |ty: FieldType| {
            let place = workspace.sop.dictionary.fields.iter().position(|f| f.ty == ty);
            place.and_then(|i| new.values.get(i)).and_then(Value::as_text)
        };
        let (stage, owner) = (told(FieldType::Stage), told(FieldType::Owner));
        store.insert_state(new.lead, stage, owner)?;
        if stage.is_some() || owner.is_some() {
            let since = |told: Option<&str>| told.map(|_| context.as_of);
            store.seed_standing(new.lead, since(stage), since(owner), *run)?;
        }
        let mut identities: Vec<Identity> = source.identities.iter().filter(|i| !is_shared(i)).cloned().collect();
        for identity in &identities {
            store.remove_identity(identity, lead)?;
        }
        if identities.first().map(Identity::key) != Some(new.key) {
            identities.push(key_name(new.key));
        }
        identities.extend(named(source, &is_shared));
        store.insert_identities(identities.iter().map(|i| (i, new.lead)), *run)?;
        let change =
            Change { lead, what: What::Split, at: context.as_of, from: Some(original.key.to_string()), to: Some(new.key.to_string()), why: why.to_owned() };
        store.record(*run, &change)?;
        let key = key_name(new.key).hash();
        parts.push(Part { lead: new.lead, key: new.key, company: company(&new.values), names: names(source).into_iter().chain([key]).collect() });
        others.push(new.key);
    }
    original.sources = 1;
    store.update_lead(columns, &original)?;
    store.delete_source_rows(lead)?;
    // Its own key must still find it when the identity that the key came from was shared.
    if store.find_key(original.key)? != Some(lead) {
        let key = key_name(original.key);
        store.insert_identities([(&key, lead)], *run)?;
    }
    store.make_due(lead)?;
    let shared = shared.iter().map(|i| format!("{} {}", i.kind, i.text.replace('\t', ":"))).collect();
    let notes = share_out(session, lead, &parts)?;
    Ok(Parts { lead, survivor: original.key, others, differences: Vec::new(), shared, notes })
}

/// Deals and follow-ups go with the one of the parts that their rows named; a deal that names none, with the one whose company it names.
/// What nothing tells apart stays with the older lead, and is told.
fn share_out(session: &Session<'_>, lead: LeadId, parts: &[Part]) -> Result<Vec<String>, RunError> {
    let (store, run) = (&session.store, session.run);
    let mut notes = Vec::new();
    let mut stayed = 0;
    for deal in store.deal_rows_of(lead)? {
        let company = deal.company.as_deref().map(|c| fold(c).into_owned());
        let names = store.names_of(About::deal(deal.deal))?;
        let (named, fits) = match only(parts, |p| p.is_among(&names)) {
            Some(part) => (true, Some(part)),
            None => (false, only(parts, |p| company.is_some() && p.company == company)),
        };
        match fits {
            Some(part) if part.lead != lead => {
                let id = deal.id.clone().unwrap_or_else(|| "without an id".to_owned());
                let why = if named { "which its row names" } else { "whose company it names" };
                notes.push(format!("the deal {id} goes to {}, {why}", part.key));
                store.put_deal(&DealRow { lead: Some(part.lead), ..deal }, run)?;
                store.make_due(part.lead)?;
            }
            Some(_) => {} // its own
            None => stayed += 1,
        }
    }
    if stayed > 0 {
        let what = if stayed == 1 { "1 deal stays".to_owned() } else { format!("{stayed} deals stay") };
        notes.push(format!(
            "{what} with the older lead, for neither a name nor a company says whose: import the file of deals again, and each goes to the lead that its row names"
        ));
    }
    let (mut gone, mut stayed): (BTreeMap<Key, usize>, usize) = (BTreeMap::new(), 0);
    let all = store.follow_ups_of(lead)?;
    let contacts = all.len();
    for (at, seq, told) in all {
        let names = store.names_of(About::follow_up(at, &told))?;
        match only(parts, |p| p.is_among(&names)) {
            Some(part) if part.lead != lead => {
                store.give_follow_up((lead, at, seq), &told, part.lead, run)?;
                store.make_due(part.lead)?;
                *gone.entry(part.key).or_default() += 1;
            }
            Some(_) => {}
            None => stayed += 1,
        }
    }
    for (key, n) in gone {
        notes.push(if n == 1 {
            format!("1 follow-up goes to {key}, which its row names")
        } else {
            format!("{n} follow-ups go to {key}, which their rows name")
        });
    }
    if stayed > 0 {
        let what = if stayed == 1 { "1 follow-up stays".to_owned() } else { format!("{stayed} follow-ups stay") };
        notes.push(format!("{what} with the older lead, for no file says whose: they were logged by hand or in a worklist, or name both"));
    }
    let standing = store.standing(lead)?;
    if contacts > 0 && (standing.owner.is_some() || standing.stage.is_some()) {
        notes.push("the older lead keeps the owner, the stage and what sales said of the two".to_owned());
    }
    Ok(notes)
}

/// The only part of which something holds.
fn only(parts: &[Part], holds: impl Fn(&Part) -> bool) -> Option<&Part> {
    let mut fits = parts.iter().filter(|p| holds(p));
    fits.next().filter(|_| fits.next().is_none())
}

/// What recognises a row by a number that it shares with others: together with its name, so that the same file, imported
/// again, finds the leads that it was taken apart into.
fn named(source: &SourceRow, is_shared: &impl Fn(&Identity) -> bool) -> Vec<Identity> {
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&source.fields).unwrap_or_default();
    let name = fields.get("name").and_then(|v| v.as_str()).map(fold).unwrap_or_default();
    source.identities.iter().filter(|i| is_shared(i)).map(|i| i.named(&name)).collect()
}

/// The values of a kept row, read back by their types.
fn values_of(workspace: &Workspace, columns: &Columns, source: &SourceRow) -> Vec<Value> {
    let dictionary = &workspace.sop.dictionary;
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&source.fields).unwrap_or_default();
    let _ = columns;
    dictionary.fields.iter().map(|f| fields.get(&f.id).and_then(|v| v.as_str()).map_or(Value::Null, |t| read_back(workspace, f, t))).collect()
}
