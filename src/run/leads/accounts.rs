//! `sop leads --by account`: one row per company.

use crate::model::fold;
use crate::report::{Note, Report, leads as report};
use crate::run::score::{frame, name_of, note, text_of};
use crate::run::{Context, Workspace};
use crate::store::ScanRow;
use std::collections::BTreeMap;

/// The list by company: leads without one are left out, and counted.
pub(super) fn accounts(workspace: &Workspace, context: &Context<'_>, rows: &[ScanRow], mut notes: Vec<Note>) -> Report {
    let dictionary = &workspace.sop.dictionary;
    let company = |r: &ScanRow| text_of(dictionary, &r.record, "company");
    let mut by: BTreeMap<String, (String, Vec<&ScanRow>)> = BTreeMap::new();
    let mut without = 0;
    for row in rows {
        match company(row) {
            Some(c) => by.entry(fold(&c).into_owned()).or_insert_with(|| (c, Vec::new())).1.push(row),
            None => without += 1,
        }
    }
    if without > 0 {
        notes.push(note("no-company", format!("{without} leads without a company are left out")));
    }
    let mut out: Vec<report::Account> = by
        .into_values()
        .map(|(company, leads)| {
            let score = |r: &ScanRow| r.state.score.unwrap_or_default();
            let best = leads.iter().copied().max_by(|a, b| score(a).cmp(&score(b)).then_with(|| b.record.key.to_string().cmp(&a.record.key.to_string())));
            let mut owners: Vec<String> = leads.iter().filter_map(|r| r.state.owner.clone()).collect();
            owners.sort();
            owners.dedup();
            report::Account {
                company,
                leads: leads.len() as i64,
                best_score: best.map_or(0, score),
                score: leads.iter().map(|r| score(r)).sum(),
                band: best.and_then(|r| r.state.band.clone()).unwrap_or_default(),
                owners,
                best_lead: best.map_or_else(String::new, |r| name_of(dictionary, &r.record).unwrap_or_else(|| r.record.key.to_string())),
            }
        })
        .collect();
    out.sort_by(|a, b| b.best_score.cmp(&a.best_score).then_with(|| b.score.cmp(&a.score)).then_with(|| a.company.cmp(&b.company)));
    report::accounts(&frame(workspace, context), &out, notes)
}
