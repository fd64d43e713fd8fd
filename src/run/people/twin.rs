//! A lead that sales takes for another one: the likeliest other one goes with it onto the to-decide list. Where the base has none
//! that looks like it, the lead waits for a person alone: as long as nobody merged, moved or handed it over since.

use super::Work;
use crate::model::{Dictionary, FieldIx, FieldType, LeadId, Value, Verdict, fold};
use crate::rules::Sop;
use crate::rules::lifecycle::ReasonTo;
use crate::run::RunError;
use crate::run::score::{note, text_of};
use crate::store::{Columns, LeadRecord, ScanRow, Store};

/// How the reason of a pair begins that a person put on the list.
pub(in crate::run) const TOLD: &str = "sales says so";

/// Puts a lead and its likeliest twin onto the list, or says that none looks like it.
pub(super) fn leave_to_decide(work: &mut Work<'_, '_>, row: &ScanRow, reason: &str) -> Result<(), RunError> {
    let session = work.session;
    match likeliest(&session.workspace.sop.dictionary, &session.store, &session.columns, &row.record)? {
        Some((twin, shared)) => {
            session.store.add_to_decide(row.record.lead, twin.lead, &format!("{TOLD} ({reason}): {shared}"), session.run)?;
            work.count("to_decide", Some(&row.record.key.to_string()), Some(&twin.key.to_string()));
            work.notes
                .push(note("to-decide", format!("likely the same: {} ({shared}); `sop merge {} {} --why …` joins them", twin.key, row.record.key, twin.key)));
        }
        None => {
            let text = format!(
                "{}: no other lead has its phone, its e-mail, or its name and company; `sop today` keeps it until it is merged or moved",
                work.shown(row)
            );
            work.notes.push(note("no-twin", text));
        }
    }
    Ok(())
}

/// The lead that most looks like this one, and by what: an address says more than a name in a company. Of equals the oldest.
fn likeliest(dictionary: &Dictionary, store: &Store, columns: &Columns, record: &LeadRecord) -> Result<Option<(LeadRecord, String)>, RunError> {
    let text = |r: &LeadRecord, ix: FieldIx| r.values.get(ix.0).and_then(Value::as_text).map(str::to_owned);
    let mut best: Option<(u8, LeadRecord, String)> = None;
    let mut look = |found: Vec<LeadId>, weight: u8, shared: &str, fits: &dyn Fn(&LeadRecord) -> bool| -> Result<(), RunError> {
        for lead in found.into_iter().filter(|l| *l != record.lead) {
            let Some(other) = store.lead(columns, lead)? else { continue };
            if fits(&other) && best.as_ref().is_none_or(|(w, b, _)| weight > *w || (weight == *w && other.lead < b.lead)) {
                best = Some((weight, other, shared.to_owned()));
            }
        }
        Ok(())
    };
    let name = text_of(dictionary, record, "name");
    for (i, field) in dictionary.fields.iter().enumerate().filter(|(_, f)| matches!(f.ty, FieldType::Phone | FieldType::Email)) {
        if let Some(address) = text(record, FieldIx(i)) {
            look(store.leads_with_text(&field.id, &address)?, 2, &format!("same {}", field.id), &|_| true)?;
        }
    }
    if let (Some(name), Some(company)) = (name, text_of(dictionary, record, "company")) {
        let same = |r: &LeadRecord| text_of(dictionary, r, "company").is_some_and(|c| fold(&c) == fold(&company));
        look(store.leads_with_text("name", &name)?, 1, "same name and company", &same)?;
    }
    Ok(best.map(|(_, twin, shared)| (twin, shared)))
}

/// Leads of which sales said that they are others, and nobody knows which: with what was said.
pub(in crate::run) fn told_to_merge(sop: &Sop, store: &Store) -> Result<Vec<(LeadId, Verdict)>, RunError> {
    let pairs = store.to_decide()?;
    let mut out = Vec::new();
    for reason in sop.lifecycle.reasons.iter().filter(|r| r.to == ReasonTo::Merge) {
        for (lead, verdict) in store.last_rejected_for(&reason.id)? {
            let standing = store.standing(lead)?;
            let moved = standing.stage_at.is_some_and(|at| at > verdict.at);
            let taken = standing.owner.is_some() || standing.queue.is_some();
            let paired = || pairs.iter().any(|p| p.lead == lead || p.other == lead);
            if moved || taken || paired() || store.changes(Some(lead), None, None)?.iter().any(|c| c.what == "merge" && c.at >= verdict.at) {
                continue;
            }
            out.push((lead, verdict));
        }
    }
    out.sort_by_key(|(lead, _)| *lead);
    Ok(out)
}
