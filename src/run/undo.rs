//! `sop undo [RUN]`: takes a run back, as a rehearsal unless told otherwise.

use super::{Context, Ended, RunError, Workspace, session};
use crate::model::{RunId, SuppressedBy};
use crate::store::{RunRow, Store, StoreError, Undone};
use std::collections::{BTreeMap, BTreeSet};

/// What an undo did, or would do.
#[derive(Clone, Debug)]
pub struct UndoReport {
    /// The run that was taken back.
    pub run: RunRow,
    /// Rows deleted and restored, by table.
    pub undone: Undone,
    /// Addresses that this run had closed, and that may be written to again: by why they were closed, with the addresses.
    pub opened: Vec<(SuppressedBy, Vec<String>)>,
    /// Newer runs that cannot be taken back, with why: where no run was named, they are passed over.
    pub passed: Vec<String>,
    /// The run of the undo itself.
    pub ended: Ended,
}

/// What was done inside the transaction.
struct Within {
    by: RunId,
    run: RunRow,
    undone: Undone,
    opened: Vec<(SuppressedBy, Vec<String>)>,
    passed: Vec<String>,
}

/// Why a run cannot be taken back, and what to do instead.
struct Barred {
    what: String,
    help: String,
    /// It left the house: whoever names no run may mean the one before.
    left: bool,
}

/// So many reasons are told.
const TOLD: usize = 3;
/// So many earlier runs are looked at for one that can be taken back.
const LOOKED_AT: usize = 5;

/// Takes back the last run that can be, or the one named if nothing was built upon it.
pub fn undo(workspace: &Workspace, context: &Context<'_>, run: Option<i64>) -> Result<UndoReport, RunError> {
    if !workspace.db.exists() {
        return Err(StoreError::Missing(workspace.db.display().to_string()).into());
    }
    let rehearsal = Context { dry_run: context.dry_run || !context.yes, ..context.clone() };
    // No session: an undo obeys no rules, so it neither records their texts nor reads fields again.
    let (store, _) = session::open(workspace, &rehearsal)?;
    match within(&store, &rehearsal, run) {
        Ok(Within { by, run, undone, opened, passed }) => {
            let ended = session::close(store, by, &rehearsal)?;
            Ok(UndoReport { run, undone, opened, passed, ended })
        }
        Err(e) => Err(session::take_back(store, e)),
    }
}

fn within(store: &Store, context: &Context<'_>, wanted: Option<i64>) -> Result<Within, RunError> {
    let by = store.begin_run(&session::run_record(context))?;
    let (run, passed) = match wanted {
        Some(n) => {
            let known = store.run(RunId(n))?.filter(|r| r.run != by);
            let run = known.ok_or_else(|| RunError::refused(format!("there is no run {n}"), "`sop history` lists the runs"))?;
            if let Some(Barred { what, help, .. }) = barred(store, &run, by)? {
                return Err(RunError::refused(what, help));
            }
            (run, Vec::new())
        }
        None => last_that_can_be(store, by)?,
    };
    let opened = opened(store, run.run)?;
    let undone = store.take_back(run.run, by)?;
    store.end_run(by, None, 0, "{}")?;
    Ok(Within { by, run, undone, opened, passed })
}

/// A run for people, with its number and what was typed.
fn named(run: &RunRow) -> String {
    format!("run {} (`{}`)", run.run.0, format!("sop {} {}", run.verb, run.flags).trim())
}

/// Why a run cannot be taken back; `None` = it can.
fn barred(store: &Store, run: &RunRow, by: RunId) -> Result<Option<Barred>, RunError> {
    let (n, name) = (run.run.0, named(run));
    let told = |what: String, help: String, left: bool| Ok(Some(Barred { what, help, left }));
    if let Some(by) = run.undone_by {
        return told(format!("{name} was taken back already, by run {}", by.0), "import the files again instead".into(), false);
    }
    if run.verb == "undo" {
        return told(format!("{name} is an undo itself"), "import the files again instead".into(), false);
    }
    let left = store.left_the_house(run.run)?;
    if left > 0 {
        let (what, have) =
            if left == 1 { ("1 message".to_owned(), "has left, or may have: nobody can take it back") } else { (format!("{left} messages"), LEFT) };
        return told(format!("{what} of {name} {have}"), BY_HAND.into(), true);
    }
    if store.undo_is_pruned(run.run)? {
        let what = format!("{name} is too old: what it overwrote is no longer kept");
        return told(what, format!("restore a copy of the base, or import the right files; {BY_HAND}"), false);
    }
    if let Some(later) = store.built_upon(run.run, by)?
        && let Some(later) = store.run(later)?
    {
        let what = format!("{} built upon run {n}: it touched the same leads or rows", named(&later));
        let help = match barred(store, &later, by)? {
            None => format!("take back run {0} first: sop undo {0}", later.run.0),
            Some(why) if why.left => format!("run {} has sent messages, and stays: {BY_HAND}", later.run.0),
            Some(why) => why.help,
        };
        return told(what, help, false);
    }
    Ok(None)
}

/// Of several messages.
const LEFT: &str = "have left, or may have: nobody can take them back";
/// What can be taken back one by one when a run cannot.
const BY_HAND: &str = "one by one: what still waits to leave, `sop outbox cancel LEAD --why …` (`sop outbox` lists it); a journey, \
    `sop nurture exit PATH LEAD --why …`; a field, stage or owner, `sop set LEAD … --why …`";

/// The newest run that did anything and can be taken back; with why newer ones cannot. One that changed nothing is not asked about:
/// taking it back would please nobody. What has left the house is passed over, and nothing else is: nobody means a run further back.
fn last_that_can_be(store: &Store, by: RunId) -> Result<(RunRow, Vec<String>), RunError> {
    let (mut passed, mut help) = (Vec::new(), None);
    let mut runs = store.runs()?.into_iter().filter(|r| r.run != by && r.undone_by.is_none() && r.verb != "undo");
    for run in runs.by_ref() {
        if is_idle(store, &run)? {
            continue;
        }
        let Some(why) = barred(store, &run, by)? else { return Ok((run, passed)) };
        passed.push(why.what);
        help.get_or_insert(why.help);
        if !why.left {
            break;
        }
    }
    let Some(mut help) = help else {
        return Err(RunError::refused("there is no run to take back", "`sop history` lists the runs"));
    };
    // Nobody means one further back unasked; but it can be named.
    for run in runs.take(LOOKED_AT) {
        if !is_idle(store, &run)? && barred(store, &run, by)?.is_none() {
            help = format!("an earlier one can be: {}: sop undo {}; {help}", named(&run), run.run.0);
            break;
        }
    }
    if passed.len() > TOLD {
        let more = passed.len() - TOLD;
        passed.truncate(TOLD);
        passed.push(format!("and {more} more before them"));
    }
    Err(RunError::refused(format!("the newest run cannot be taken back: {}", passed.join("; ")), help))
}

/// A run that changed nothing.
fn is_idle(store: &Store, run: &RunRow) -> Result<bool, RunError> {
    Ok(!store.undo_is_pruned(run.run)? && store.left_the_house(run.run)? == 0 && !store.left_anything(run.run)?)
}

/// The addresses that a run had closed and that nothing else keeps closed, by why.
fn opened(store: &Store, run: RunId) -> Result<Vec<(SuppressedBy, Vec<String>)>, RunError> {
    let closed = store.suppressed_by_run(run)?;
    let kept: Vec<_> = if closed.is_empty() { Vec::new() } else { store.suppressions()?.into_iter().filter(|r| !closed.contains(r)).collect() };
    let kept: BTreeSet<(u64, Option<String>)> = kept.into_iter().map(|r| (r.hash, r.medium)).collect();
    let mut by: BTreeMap<SuppressedBy, Vec<String>> = BTreeMap::new();
    for row in closed {
        if kept.contains(&(row.hash, None)) || kept.contains(&(row.hash, row.medium)) {
            continue;
        }
        let all = by.entry(row.by).or_default();
        if !all.contains(&row.address) {
            all.push(row.address);
        }
    }
    Ok(by.into_iter().collect())
}
