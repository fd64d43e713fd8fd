//! `sop undo [RUN]`: takes a run back, as a rehearsal unless told otherwise.

use super::{Context, Ended, RunError, Workspace, session};
use crate::model::RunId;
use crate::store::{RunRow, Store, StoreError, Undone};

/// What an undo did, or would do.
#[derive(Clone, Debug)]
pub struct UndoReport {
    /// The run that was taken back.
    pub run: RunRow,
    /// Rows deleted and restored, by table.
    pub undone: Undone,
    /// The run of the undo itself.
    pub ended: Ended,
}

/// Takes back the last writing run, or the one named if nothing was built upon it.
pub fn undo(workspace: &Workspace, context: &Context<'_>, run: Option<i64>) -> Result<UndoReport, RunError> {
    if !workspace.db.exists() {
        return Err(StoreError::Missing(workspace.db.display().to_string()).into());
    }
    let rehearsal = Context { dry_run: context.dry_run || !context.yes, ..context.clone() };
    // No session: an undo obeys no rules, so it neither records their texts nor reads fields again.
    let (store, _) = session::open(workspace, &rehearsal)?;
    match within(&store, &rehearsal, run) {
        Ok((by, run, undone)) => {
            let ended = session::close(store, by, &rehearsal)?;
            Ok(UndoReport { run, undone, ended })
        }
        Err(e) => Err(session::take_back(store, e)),
    }
}

fn within(store: &Store, context: &Context<'_>, wanted: Option<i64>) -> Result<(RunId, RunRow, Undone), RunError> {
    let by = store.begin_run(&session::run_record(context))?;
    let stands = |r: &RunRow| r.run != by && r.undone_by.is_none() && r.verb != "undo";
    let run = match wanted {
        Some(n) => {
            store.run(RunId(n))?.filter(|r| r.run != by).ok_or_else(|| RunError::refused(format!("there is no run {n}"), "`sop history` lists the runs"))?
        }
        None => last_with_something(store, stands)?.ok_or_else(|| RunError::refused("there is no run to take back", "`sop history` lists the runs"))?,
    };
    if !stands(&run) {
        let what = match run.undone_by {
            Some(by) => format!("run {} was taken back already, by run {}", run.run.0, by.0),
            None => format!("run {} is an undo itself", run.run.0),
        };
        return Err(RunError::refused(what, "import the files again instead"));
    }
    let left = store.left_the_house(run.run)?;
    if left > 0 {
        let what = format!("{left} messages of run {} have left, or may have: nobody can take them back", run.run.0);
        return Err(RunError::refused(what, "what still waits can be cancelled: sop outbox cancel LEAD --why …"));
    }
    if store.undo_is_pruned(run.run)? {
        let what = format!("run {} is too old: what it overwrote is no longer kept", run.run.0);
        return Err(RunError::refused(what, "restore a copy of the base, or import the right files"));
    }
    if let Some(later) = store.built_upon(run.run, by)? {
        let what = format!("run {} built upon run {}: it touched the same leads or rows", later.0, run.run.0);
        return Err(RunError::refused(what, format!("take back run {} first", later.0)));
    }
    let undone = store.take_back(run.run, by)?;
    store.end_run(by, None, 0, "{}")?;
    Ok((by, run, undone))
}

/// The newest run that stands and changed anything: taking back one that changed nothing would please nobody.
fn last_with_something(store: &Store, stands: impl Fn(&RunRow) -> bool) -> Result<Option<RunRow>, RunError> {
    for run in store.runs()?.into_iter().filter(|r| stands(r)) {
        if store.left_anything(run.run)? {
            return Ok(Some(run));
        }
    }
    Ok(None)
}
