//! Dealing the leads that rounds took up: desks, turns and siblings from the base, placements into it.

use super::keep::{Step, keep};
use crate::engine::assignment::{Candidate, Credits, Dealt, Desks, Kin, Placement, Setting, Turn, counts_as_held, deal, kinships};
use crate::model::{Instant, Standing};
use crate::rules::Sop;
use crate::run::{RunError, Session};
use crate::store::{Columns, Due, Ended, Needs, ScanRow, Store};
use serde_json::{Map, Value as Json};

/// What deals are decided by.
pub(in crate::run) fn setting(sop: &Sop, as_of: Instant) -> Setting<'_> {
    Setting { assignment: &sop.assignment, team: &sop.team, dictionary: &sop.dictionary, calendar: &sop.calendar, as_of }
}

/// Deals, and keeps whose turn it is afterwards.
pub(super) fn place(session: &Session<'_>, candidates: &[Candidate]) -> Result<Dealt, RunError> {
    let (sop, as_of) = (&session.workspace.sop, session.context.as_of);
    let store = &session.store;
    let desks = desks(store, sop, as_of)?;
    let kin = kin(store, &session.columns, sop, candidates)?;
    let dealt = deal(&setting(sop, as_of), candidates, &desks, &credits(store)?, &kin);
    put_credits(session, &dealt.credits)?;
    Ok(dealt)
}

/// Hands one lead over as it was dealt: in the base, and in its row.
pub(super) fn hand_over(session: &Session<'_>, row: &mut ScanRow, p: &Placement) -> Result<(), RunError> {
    let at = session.context.as_of;
    let before = row.standing.clone();
    let changes = p.apply(&mut row.standing, at);
    let by = Some((p.round.as_str(), p.rule.as_deref()));
    keep(session, &Step { lead: p.lead, before: &before, after: &row.standing, moves: &[], changes: &changes, at, how: Ended::HandedOver, by })
}

/// Everyone's desk.
pub(in crate::run) fn desks(store: &Store, sop: &Sop, as_of: Instant) -> Result<Desks, RunError> {
    let mut desks = Desks::new();
    for h in store.holdings()? {
        let Some(owner) = sop.team.find(&h.owner) else { continue };
        let standing = Standing { stage: h.stage, ..Standing::default() };
        if counts_as_held(&sop.lifecycle, &standing) {
            let desk = desks.entry(owner.id.clone()).or_default();
            desk.held = desk.held.saturating_add(u32::try_from(h.leads).unwrap_or(u32::MAX));
        }
    }
    let today = sop.calendar.date(as_of);
    for (owner, got, by_hand) in store.got_on(sop.calendar.start_of(today), sop.calendar.end_of(today).plus(1))? {
        desks.entry(owner).or_default().today = u32::try_from(got - by_hand).unwrap_or(0);
    }
    for (owner, at) in store.last_activity(as_of)? {
        // Follow-ups of files may name people otherwise than by id.
        let id = sop.team.find(&owner).map_or(owner, |o| o.id.clone());
        let desk = desks.entry(id).or_default();
        desk.last = desk.last.max(Some(at));
    }
    for (owner, open) in store.open_breaches()? {
        desks.entry(owner).or_default().breached = u32::try_from(open).unwrap_or(u32::MAX);
    }
    Ok(desks)
}

/// Whose turn it is, by round and rule.
pub(in crate::run) fn credits(store: &Store) -> Result<Credits, RunError> {
    let mut all = Credits::default();
    for (round, rule, state) in store.credits()? {
        all.0.insert((round, rule), turn_of(&state));
    }
    Ok(all)
}

/// Keeps turns that changed.
pub(in crate::run) fn put_credits(session: &Session<'_>, credits: &Credits) -> Result<(), RunError> {
    for ((round, rule), turn) in &credits.0 {
        session.store.put_credit(round, rule, &text_of(turn), session.run)?;
    }
    Ok(())
}

/// A turn as JSON: stored, and read by `turn_of`.
fn text_of(turn: &Turn) -> String {
    let numbers = |map: Map<String, Json>| Json::Object(map);
    let credits = numbers(turn.credits.iter().map(|(k, n)| (k.clone(), (*n).into())).collect());
    let owed = numbers(turn.owed.iter().map(|(k, n)| (k.clone(), (*n).into())).collect());
    serde_json::json!({ "last": turn.last, "credits": credits, "owed": owed }).to_string()
}

fn turn_of(text: &str) -> Turn {
    let json: Json = serde_json::from_str(text).unwrap_or_default();
    let numbers = |name: &str| json.get(name).and_then(Json::as_object).cloned().unwrap_or_default();
    Turn {
        last: json.get("last").and_then(Json::as_str).map(str::to_owned),
        credits: numbers("credits").into_iter().filter_map(|(k, n)| Some((k, n.as_i64()?))).collect(),
        owed: numbers("owed").into_iter().filter_map(|(k, n)| Some((k, u32::try_from(n.as_u64()?).ok()?))).collect(),
    }
}

/// Who holds leads that share a value with a candidate.
pub(in crate::run) fn kin(store: &Store, columns: &Columns, sop: &Sop, candidates: &[Candidate]) -> Result<Kin, RunError> {
    let mut kin = Kin::default();
    let Some(keep) = &sop.assignment.keep_together else { return Ok(kin) };
    let wanted: rustc_hash::FxHashSet<u64> = candidates.iter().flat_map(|c| c.kin.iter().map(|k| k.hash)).collect();
    if wanted.is_empty() {
        return Ok(kin);
    }
    let mut fields = vec![false; columns.fields.len()];
    for ix in &keep.by {
        if let Some(needed) = fields.get_mut(ix.0) {
            *needed = true;
        }
    }
    let needs = Needs { fields, extra: false, events: false, standing: true, deals: false, follow_ups: false, messages: false };
    store.scan(columns, Due::Held, &needs, |row| -> Result<(), RunError> {
        if let Some(owner) = row.standing.owner.as_deref().and_then(|id| sop.team.owner(id)) {
            let shared = kinships(keep, &sop.dictionary, &row.record.values).into_iter().map(|k| k.hash).filter(|h| wanted.contains(h));
            let at = row.standing.owner_at.unwrap_or(row.record.seen_at);
            shared.for_each(|hash| kin.hold(hash, &owner.id, at));
        }
        Ok(())
    })?;
    Ok(kin)
}
