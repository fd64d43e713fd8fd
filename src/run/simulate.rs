//! `sop simulate --days N`: the days to come, by the very ticks that will make them, on a copy of the base. What may leave leaves at its
//! instant; nothing comes in from outside.

use super::journeys::real_days;
use super::leads::stored_columns;
use super::score::{frame, name_of, note};
use super::{Context, RunError, Workspace};
use crate::model::{Duration, Instant, LeadId, Message, MessageState, RunId};
use crate::report::Report;
use crate::report::simulate as report;
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What is to be rehearsed.
#[derive(Clone, Copy, Debug)]
pub struct Simulation {
    /// How many days.
    pub days: u32,
    /// A tick so often; `None` = one a day.
    pub every: Option<Duration>,
}

/// A folder for the copy, taken away at the end whatever happens.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, RunError> {
        let trouble = |path: &std::path::Path, source| RunError::File { verb: "create", path: path.display().to_string(), source };
        let base = std::env::temp_dir();
        let free = (0..1_000).map(|n| base.join(format!("sop-simulate-{}-{n}", std::process::id()))).find(|p| !p.exists());
        let path = free.unwrap_or_else(|| base.join("sop-simulate"));
        std::fs::create_dir(&path).map_err(|e| trouble(&path, e))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Rehearses the days to come.
pub fn simulate(workspace: &Workspace, context: &Context<'_>, asked: Simulation) -> Result<Report, RunError> {
    let folder = Folder::new()?;
    let copy = folder.0.join("sop.db");
    Store::read(&workspace.db)?.copy_to(&copy)?;
    let store = Store::read(&copy)?;
    let (before, versions) = (store.last_run()?.map_or(RunId(0), |r| r.run), store.path_versions()?.len());
    let mut waiting = BTreeSet::new();
    for state in [MessageState::Queued, MessageState::Deferred] {
        waiting.extend(store.messages(Some(state))?.into_iter().map(|m| m.id));
    }
    drop(store);
    let calendar = &workspace.sop.calendar;
    let day = |n: u32| calendar.instant(calendar.local(context.as_of) + chrono::Days::new(u64::from(n)));
    let end = day(asked.days);
    let mut ticks: Vec<Instant> = Vec::new();
    match asked.every {
        Some(step) => {
            let mut at = context.as_of;
            while at < end {
                ticks.push(at);
                at = at.plus(step.0.max(60));
            }
        }
        None => ticks.extend((0..asked.days).map(day)),
    }
    // Nothing is read from the folder: its inbox waits for the real day.
    let there = workspace.beside(&folder.0, &copy)?;
    for (done, at) in ticks.iter().enumerate() {
        (context.progress)("simulating", done as u64, ticks.len() as u64);
        let committed = std::sync::Mutex::new(false);
        let circumstances =
            Context { verb: "tick".into(), as_of: *at, dry_run: false, yes: true, progress: &|_, _, _| (), committed: &committed, ..context.clone() };
        super::tick::tick_leaving(&there, &circumstances)?;
    }
    let store = Store::read(&copy)?;
    let last = ticks.last().copied().unwrap_or(context.as_of);
    let columns = stored_columns(workspace, &store)?;
    let mut names: BTreeMap<LeadId, (String, Option<String>)> = BTreeMap::new();
    let mut rows = Vec::new();
    for (run, m) in store.messages_with_runs()? {
        // What left before is past; what was stopped before is told elsewhere.
        if run <= before && !waiting.contains(&m.id) {
            continue;
        }
        let at = m.sent_at.unwrap_or(m.not_before);
        if !names.contains_key(&m.lead)
            && let Some(record) = store.lead(&columns, m.lead)?
        {
            names.insert(m.lead, (record.key.to_string(), name_of(&workspace.sop.dictionary, &record)));
        }
        let (key, name) = names.get(&m.lead).cloned().unwrap_or_default();
        rows.push(row(at, key, name, m));
    }
    rows.sort_by(|a, b| (a.at, &a.key, &a.path, &a.step, &a.part).cmp(&(b.at, &b.key, &b.path, &b.step, &b.part)));
    let mut notes = Vec::new();
    if versions == 0 && !workspace.sop.paths.is_empty() {
        notes.push(note("first-tick", "no tick came yet: whoever matches a path now is noted and not enrolled, in these days too"));
    }
    for path in &workspace.sop.paths {
        let journeys = store.enrollments_on(&path.name)?;
        notes.extend(real_days(path, calendar, &journeys, &rows_of(&store, &path.name)?).map(|text| note("days", text)));
    }
    notes.push(note(
        "simulated",
        format!("{} ticks up to {} on a copy: nothing was changed, and nothing came in from outside", ticks.len(), calendar.local(last)),
    ));
    Ok(report::report(&frame(workspace, context), rows, notes))
}

fn rows_of(store: &Store, path: &str) -> Result<Vec<Message>, RunError> {
    Ok(store.messages(None)?.into_iter().filter(|m| m.path == path).collect())
}

fn row(at: Instant, key: String, name: Option<String>, m: Message) -> report::Row {
    report::Row {
        at,
        key,
        name,
        path: m.path,
        step: m.step,
        part: m.part.name(),
        medium: m.medium,
        content: m.content,
        leaves: matches!(m.state, MessageState::Queued | MessageState::Deferred | MessageState::Sent),
        state: m.state.name(),
        why: m.reason,
    }
}
