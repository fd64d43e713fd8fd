//! Journeys by hand.

use super::{Acted, act as act_on};
use crate::engine::nurture::{Act, act, silent};
use crate::model::{JourneyState, LeadId, Message, MessageId, MessageState, Standing};
use crate::rules::nurture::Path;
use crate::run::evaluate::Evaluator;
use crate::run::journeys::Travellers;
use crate::run::score::note;
use crate::run::tick::{Done, Gardener, keep_looked, with_seen};
use crate::run::{Context, RunError, Session, Workspace};
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet};

/// Does an act for every lead that is meant. Of named leads every one, or none; of all, those for whom it can be done.
pub(in crate::run) fn on_leads(workspace: &Workspace, context: &Context<'_>, path: &Path, what: Act, whom: &Travellers, why: &str) -> Result<Acted, RunError> {
    let (typed, all) = match whom {
        Travellers::Leads(typed) => (typed.clone(), false),
        Travellers::All => (everybody(workspace, path, what)?, true),
    };
    act_on(workspace, context, &typed, |work, rows| {
        let session = work.session;
        let gardener = Gardener::new(session)?;
        let mut world = Evaluator::new(&workspace.sop, &session.store, &session.columns, context.as_of)?;
        let mut left_out = 0_usize;
        let mut silenced: BTreeMap<(String, &str, String), usize> = BTreeMap::new();
        for row in &rows {
            let standing: &Standing = &row.standing;
            let (done, mute) = world.with_lead(row, |lead| {
                with_seen(&workspace.sop, &gardener.book, lead, standing, &row.entered, |seen| {
                    let mute = if what == Act::Enroll { silent(seen, path) } else { Vec::new() };
                    (act(seen, &row.journeys, &path.name, what, why), mute)
                })
            });
            match done {
                Ok(mut looked) => {
                    for (medium, state, why) in mute {
                        if !all {
                            work.notes.push(note("unreachable", format!("{}: {}", work.shown(row), unreachable(&medium, state, &why))));
                        }
                        *silenced.entry((medium, state.name(), why)).or_default() += 1;
                    }
                    let mut tally = Done::default();
                    keep_looked(session, row, &mut looked, &mut tally)?;
                    if what == Act::Resume {
                        let back: Vec<MessageId> = looked.restated.iter().map(|(id, ..)| *id).collect();
                        put_back(session, row.record.lead, &back)?;
                    }
                    if !looked.changes.is_empty() {
                        work.count_changes(&looked.changes);
                        work.touch(row.record.lead)?;
                    }
                }
                Err(_) if all => left_out += 1,
                Err(why) => work.refuse(row, why, "see `sop nurture status`"),
            }
        }
        for ((medium, state, why), n) in silenced.iter().filter(|_| all) {
            work.notes.push(note("unreachable", format!("{n} of them get nothing by {medium} as things are: {state}, {why}")));
        }
        if left_out > 0 {
            work.notes.push(note("left-out", format!("{left_out} leads stay as they are: on a stronger path, or the path would end at once")));
        }
        Ok(())
    })
}

/// Messages that a pause has kept past their time leave from now on, together as far apart as they were: a pause is no lateness.
fn put_back(session: &Session<'_>, lead: LeadId, back: &[MessageId]) -> Result<(), RunError> {
    let (store, as_of) = (&session.store, session.context.as_of);
    let kept: Vec<Message> = store.messages_to(lead)?.into_iter().filter(|m| back.contains(&m.id)).collect();
    let journeys: BTreeSet<i64> = kept.iter().map(|m| m.enrollment).collect();
    for journey in journeys {
        let of = || kept.iter().filter(|m| m.enrollment == journey);
        let by = of().map(|m| as_of.0.saturating_sub(m.not_before.0)).max().unwrap_or(0).max(0);
        for m in of().filter(|_| by > 0) {
            let not_after = m.not_after.map(|last| last.plus(by));
            store.move_message(&Message { due_at: m.due_at.plus(by), not_before: m.not_before.plus(by), not_after, ..m.clone() })?;
        }
    }
    Ok(())
}

/// Why nothing of a path reaches somebody by a medium, and where to look.
fn unreachable(medium: &str, state: MessageState, why: &str) -> String {
    let help = match state {
        MessageState::Suppressed => "; `sop suppress --list` says since when, and `--lift` opens it where they ask for it",
        _ => "",
    };
    format!("on the path, but nothing of it leaves by {medium} as things are: {} ({why}){help}", state.name())
}

/// The keys of everybody whom an act on all means.
fn everybody(workspace: &Workspace, path: &Path, what: Act) -> Result<Vec<String>, RunError> {
    let store = Store::read(&workspace.db)?;
    let states: &[JourneyState] = match what {
        Act::Enroll => &[JourneyState::Noted],
        Act::Exit => &[JourneyState::Active, JourneyState::Paused],
        Act::Pause => &[JourneyState::Active],
        Act::Resume => &[JourneyState::Paused],
    };
    let mut keys = Vec::new();
    for state in states {
        for lead in store.leads_on(&path.name, *state)? {
            keys.extend(store.key_of(lead)?.map(|k| k.to_string()));
        }
    }
    if keys.is_empty() {
        let what = if what == Act::Enroll { "nobody matched before the path began" } else { "nobody is on the path" };
        return Err(RunError::refused(format!("`{}`: {what}", path.name), "see `sop nurture status`"));
    }
    Ok(keys)
}
