//! One writing command: lock, transaction, run row, and the end that commits or takes everything back.

use super::refit::{refit, rematch_owners};
use super::{Context, RunError, Workspace};
use crate::model::{Calendar, Instant, RunId};
use crate::store::{Columns, RunRecord, RunRow, Store};
use serde_json::{Map, Value as Json};
use std::sync::PoisonError;

/// An open writing command.
pub struct Session<'a> {
    /// The circumstances.
    pub context: &'a Context<'a>,
    /// The rules.
    pub workspace: &'a Workspace,
    /// The base, inside its transaction.
    pub store: Store,
    /// This run.
    pub run: RunId,
    /// The declared columns.
    pub columns: Columns,
    /// The SOP version of this run.
    pub sop: i64,
    /// Counts for the run's row.
    pub counts: Map<String, Json>,
    /// Rows read from files of leads.
    pub lead_rows: u64,
    /// A rehearsal of a day before the last run: nothing of what is stored was computed for it.
    pub in_the_past: bool,
}

/// How a writing command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its run.
    pub run: RunId,
    /// It was a rehearsal.
    pub rehearsed: bool,
}

impl<'a> Session<'a> {
    /// Takes the lock, opens the transaction, refuses to go back in time.
    pub fn begin(workspace: &'a Workspace, context: &'a Context<'a>) -> Result<Self, RunError> {
        let (store, in_the_past) = open(workspace, context)?;
        match Self::prepare(&store, workspace, context) {
            Ok((run, columns, sop)) => {
                let mut session = Self { context, workspace, store, run, columns, sop, counts: Map::new(), lead_rows: 0, in_the_past };
                match refit(&session).and_then(|n| Ok([("refitted", n), ("owners_matched", rematch_owners(&session)?)])) {
                    Ok(counts) => {
                        session.counts.extend(counts.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name.to_owned(), n.into())));
                        Ok(session)
                    }
                    Err(e) => Err(session.abandon(e)),
                }
            }
            Err(e) => Err(take_back(store, e)),
        }
    }

    /// The run's row, the columns and the texts of the rules.
    fn prepare(store: &Store, workspace: &Workspace, context: &Context<'_>) -> Result<(RunId, Columns, i64), RunError> {
        let sop = &workspace.sop;
        let columns = Columns::new(&sop.dictionary, sop.scoring.groups.iter().map(|g| g.id.clone()));
        store.ensure_columns(&columns)?;
        let run = store.begin_run(&run_record(context))?;
        let texts = || {
            let map: Map<String, Json> = sop.sources.iter().map(|s| (s.name.clone(), s.text.clone().into())).collect();
            Json::Object(map).to_string()
        };
        let version = store.sop_version(&sop.fingerprint, texts, run)?;
        store.set_zone(&zone_offsets(&sop.calendar))?;
        Ok((run, columns, version))
    }

    /// Closes the run's row and commits, or takes everything back in a rehearsal.
    pub fn end(self) -> Result<Ended, RunError> {
        self.end_and(|_| Ok(()))
    }

    /// The same; what was committed is followed up by `then` before another run may begin.
    pub(super) fn end_and(self, then: impl FnOnce(RunId) -> Result<(), RunError>) -> Result<Ended, RunError> {
        let Self { context, store, run, sop, counts, lead_rows, .. } = self;
        match store.end_run(run, Some(sop), lead_rows, &Json::Object(counts).to_string()) {
            Ok(()) => close_and(store, run, context, then),
            Err(e) => Err(take_back(store, e.into())),
        }
    }

    /// Takes everything back because of an error, which is handed on.
    pub fn abandon(self, error: RunError) -> RunError {
        take_back(self.store, error)
    }
}

/// Takes the lock and opens the transaction; refuses to go back in time, but for a rehearsal: says whether it does.
pub(super) fn open(workspace: &Workspace, context: &Context<'_>) -> Result<(Store, bool), RunError> {
    // A typing error here would keep every later run out until it is taken back: more than a year ahead of the clock is asked about.
    if context.as_of > context.started.plus(366 * 86_400) && !context.dry_run && !context.yes {
        let what = format!("--as-of {} is more than a year ahead: every later run would have to be later still", workspace.sop.calendar.local(context.as_of));
        return Err(RunError::refused(what, "look at it with --dry-run; if it is what you mean, repeat with --yes"));
    }
    let store = Store::write(&workspace.db, &context.holder)?;
    let last = match store.last_run() {
        // Taking back the run that went too far ahead must be possible.
        Ok(last) => last.filter(|last| context.as_of < last.as_of && context.verb != "undo"),
        Err(e) => return Err(take_back(store, e.into())),
    };
    let Some(last) = last else { return Ok((store, false)) };
    if context.dry_run {
        return Ok((store, true));
    }
    let refusal = backwards(workspace, context, &store, &last);
    Err(take_back(store, refusal.unwrap_or_else(|e| e)))
}

/// Why a run cannot be dated before another, and how it could be. A run that was told no instant has that of the clock: whoever plays
/// through days of the past, and then does one thing without `--as-of`, is told which one that was.
fn backwards(workspace: &Workspace, context: &Context<'_>, store: &Store, last: &RunRow) -> Result<RunError, RunError> {
    let zone = &workspace.sop.calendar;
    let (asked, was) = (zone.local(context.as_of), zone.local(last.as_of));
    let by_clock = last.as_of == last.started;
    let dated = if by_clock { format!("which was given no --as-of and so is dated by the clock: {was}") } else { format!("as of {was}") };
    let what = format!("time moves forward: --as-of {asked} is before run {} (`sop {}`, {dated})", last.run.0, last.verb);
    let ahead = |r: &RunRow| r.undone_by.is_none() && r.verb != "undo" && r.as_of > context.as_of;
    let others: Vec<String> = store.runs()?.iter().filter(|r| ahead(r) && r.run != last.run).map(|r| r.run.0.to_string()).collect();
    let more = match others.as_slice() {
        [] => String::new(),
        [one] => format!(", and so with run {one}"),
        all => format!(", and so with the runs {}", all.join(", ")),
    };
    let back = if by_clock {
        format!("to go on with days that are past, take it back and repeat it with --as-of: sop undo {} --yes{more}", last.run.0)
    } else {
        format!("if run {} was a mistake: sop undo {0} --yes{more}", last.run.0)
    };
    Ok(RunError::refused(what, format!("leave out --as-of, or add --dry-run to see what would have been; {back}")))
}

/// What a run says of itself when it starts.
pub(super) fn run_record(context: &Context<'_>) -> RunRecord {
    RunRecord {
        verb: context.verb.clone(),
        flags: context.flags.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        as_of: context.as_of,
        started: context.started,
    }
}

/// Commits, or takes everything back in a rehearsal.
pub(super) fn close(store: Store, run: RunId, context: &Context<'_>) -> Result<Ended, RunError> {
    close_and(store, run, context, |_| Ok(()))
}

fn close_and(store: Store, run: RunId, context: &Context<'_>, then: impl FnOnce(RunId) -> Result<(), RunError>) -> Result<Ended, RunError> {
    if context.dry_run {
        store.roll_back()?;
    } else if let Err(e) = store.prune_undo() {
        return Err(take_back(store, e.into()));
    } else {
        let mut committed = context.committed.lock().unwrap_or_else(PoisonError::into_inner);
        let lock = store.commit()?;
        *committed = true;
        drop(committed);
        then(run)?;
        drop(lock);
    }
    Ok(Ended { run, rehearsed: context.dry_run })
}

/// Takes everything back because of an error, which is handed on.
pub(super) fn take_back(store: Store, error: RunError) -> RunError {
    match store.roll_back() {
        Ok(()) => error,
        Err(e) => e.into(),
    }
}

/// The offsets of the calendar's zone from 2000 to 2050, for people with another tool.
fn zone_offsets(calendar: &Calendar) -> Vec<(i64, i64)> {
    let offset = |t: i64| calendar.local(Instant(t)).and_utc().timestamp() - t;
    let (start, end) = (946_684_800_i64, 2_524_608_000_i64);
    let mut out = vec![(i64::MIN / 4, offset(start))];
    let mut t = start;
    while t < end {
        let next = t + 7 * 86_400;
        if offset(next) != offset(t) {
            let (mut a, mut b) = (t, next);
            while b - a > 1 {
                let m = a + (b - a) / 2;
                if offset(m) == offset(t) { a = m } else { b = m }
            }
            out.push((b, offset(b)));
        }
        t = next;
    }
    out
}
