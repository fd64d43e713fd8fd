//! `sop tick`, the whole day in one transaction: inbox/ → score → come back → advance → reclaim → assign → nurture →
//! promises → alerts;
//! `sop advance` and `sop assign`, one engine of it at a time.
//!
//! A lead that was handed over may move on because of it, and a lead that moved may be taken up by the next round: the engines
//! go round until nothing changes, so that a second tick of the same instant finds nothing to do.

mod asleep;
mod chain;
mod dealing;
mod evening;
mod gone;
mod inbox;
mod keep;
mod look;
mod nurture;
mod place;
mod refill;
mod summary;
mod taken;
mod turns;
mod warned;
mod watch;
mod whom;

pub(in crate::run) use chain::{Chain, Steps, changes_of, goes_back};
pub use dealing::Dealing;
pub(in crate::run) use gone::gone;
pub(in crate::run) use inbox::Inbox;
pub(in crate::run) use keep::{Step, keep};
pub(in crate::run) use look::{Past, Said, entered, look};
pub(in crate::run) use nurture::{Book, Gardener, Tally, keep_looked, see, with_seen};
pub(in crate::run) use place::{credits, desks, kin, put_credits, setting};

use super::evaluate::evaluate;
use super::first::evaluate_first;
use super::import::{Arriving, ImportOptions, ImportSummary, Rejects, import};
use super::score::{frame, note};
use super::{Context, Ended, RunError, Session, Workspace};
use crate::engine::assignment::{Placement, To, Unplaced};
use crate::model::{Change, MessageId, MessageState};
use crate::report::plan::{Count, Letter};
use crate::report::{Frame, Note};
use crate::store::StoreError;
use std::collections::BTreeMap;
use summary::{reasons, summary_of};
use turns::engines;
pub(in crate::run) use turns::{MOST_TURNS, advance_now};
pub(in crate::run) use warned::Warned;
pub(in crate::run) use watch::{past_of, whole_past_of};

/// Which engines behind scoring run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engines {
    /// Moves between stages.
    pub advance: bool,
    /// Queues that take back.
    pub reclaim: bool,
    /// Rounds that deal.
    pub assign: bool,
    /// Promises and alerts.
    pub watch: bool,
}

impl Engines {
    /// The whole day.
    pub const ALL: Self = Self { advance: true, reclaim: true, assign: true, watch: true };
    /// Stages alone.
    pub const ADVANCE: Self = Self { advance: true, reclaim: false, assign: false, watch: false };
    /// Hand-overs alone.
    pub const ASSIGN: Self = Self { advance: false, reclaim: false, assign: true, watch: false };
}

/// What a day came to.
#[derive(Debug)]
pub struct Ticked {
    /// Of its report.
    pub frame: Frame,
    /// What changed: leads by what they moved from and to.
    pub counts: Vec<Count>,
    /// What people should know.
    pub notes: Vec<Note>,
    /// One line for a log.
    pub summary: String,
    /// Files that could not be read and were put into `inbox/failed/`, with why.
    pub set_aside: Vec<(String, String)>,
    /// What the files of `inbox/` brought.
    pub import: Option<ImportSummary>,
    /// Lead by lead, where hand-overs were all that was asked for.
    pub dealing: Option<Dealing>,
    /// The messages of which something was decided, where lines are asked for.
    pub letters: Vec<Letter>,
    /// The run.
    pub ended: Ended,
}

/// What the engines did, on the way to a [`Ticked`].
#[derive(Default)]
pub(in crate::run) struct Done {
    counts: BTreeMap<(u8, String, Option<String>, Option<String>), i64>,
    looked: u64,
    moved: i64,
    reclaimed: i64,
    assigned: i64,
    queued: i64,
    waiting: Vec<Unplaced>,
    /// Leads that wait and were not asked again, with why.
    asleep: i64,
    asleep_why: Vec<(String, usize)>,
    dealing: Option<Dealing>,
    nurture: Tally,
    /// Messages of which something was decided, where lines are asked for.
    letters: Vec<MessageId>,
    notes: Vec<Note>,
}

impl Done {
    fn count(&mut self, order: u8, what: &str, from: Option<String>, to: Option<String>) {
        *self.counts.entry((order, what.to_owned(), from, to)).or_default() += 1;
    }

    fn handed_over(&mut self, p: &Placement) {
        let (what, to) = match &p.to {
            To::Owner(id) => ("owner", id),
            To::Queue(id) => ("queue", id),
        };
        *if what == "owner" { &mut self.assigned } else { &mut self.queued } += 1;
        self.count(1, what, p.from.clone(), Some(to.clone()));
    }

    /// Something was decided of a message.
    fn letter(&mut self, session: &Session<'_>, id: MessageId, state: MessageState) {
        self.count(3, "message", None, Some(state.name().to_owned()));
        if session.context.lines {
            self.letters.push(id);
        }
    }

    fn changes(&mut self, changes: &[Change]) {
        for c in changes {
            self.count(1, &c.what.name(), c.from.clone(), c.to.clone());
        }
    }
}

/// The whole day.
pub fn tick(workspace: &Workspace, context: &Context<'_>) -> Result<Ticked, RunError> {
    if Inbox::look(workspace)?.files().is_empty() {
        base_of(workspace)?;
    }
    let mut looked: Option<Inbox> = None;
    loop {
        let mut session = Session::begin(workspace, context)?;
        // Once, under the lock: what another tick has read and put away is not ours to look for.
        let mut inbox = match looked.take().map_or_else(|| Inbox::look(workspace), Ok) {
            Ok(inbox) => inbox,
            Err(e) => return Err(session.abandon(e)),
        };
        let read = match read_inbox(&mut session, &inbox) {
            Ok(read) => read,
            Err(e) => {
                // A file that cannot be read must not stop the day: it is put aside, and the day begins anew without it.
                super::import::discard(workspace);
                let error = session.abandon(e);
                if !inbox.set_aside(&error) {
                    return Err(error);
                }
                looked = Some(inbox);
                continue;
            }
        };
        let mut done = Done::default();
        return match day(&mut session, read.arriving, &mut done) {
            Ok(()) => end(session, inbox, done, read.summary, read.rejects),
            Err(e) => {
                super::import::discard(workspace);
                Err(session.abandon(e))
            }
        };
    }
}

/// The same on a copy, where what may leave has left at its instant.
pub(in crate::run) fn tick_leaving(workspace: &Workspace, context: &Context<'_>) -> Result<(), RunError> {
    let mut session = Session::begin(workspace, context)?;
    let mut done = Done::default();
    let result = session.store.let_leave(context.as_of).map_err(RunError::from).and_then(|()| day(&mut session, None, &mut done));
    match result {
        Ok(()) => {
            session.counts.insert("simulated".into(), true.into());
            session.end().map(|_| ())
        }
        Err(e) => Err(session.abandon(e)),
    }
}

/// What the files of the inbox brought.
#[derive(Default)]
struct Read {
    summary: Option<ImportSummary>,
    rejects: Rejects,
    arriving: Option<Arriving>,
}

fn read_inbox(session: &mut Session<'_>, inbox: &Inbox) -> Result<Read, RunError> {
    if inbox.files().is_empty() {
        return Ok(Read::default());
    }
    let (summary, left) = import(session, inbox.files(), &ImportOptions { unattended: true, ..ImportOptions::default() })?;
    Ok(Read { summary: Some(summary), rejects: left.rejects, arriving: left.arriving })
}

fn day(session: &mut Session<'_>, arriving: Option<Arriving>, done: &mut Done) -> Result<(), RunError> {
    let scored = match arriving {
        Some(arriving) => evaluate_first(session, arriving)?.0,
        None => evaluate(session)?,
    };
    session.counts.insert("scored".into(), scored.leads.into());
    session.counts.insert("bands_changed".into(), scored.bands.into());
    if scored.bands > 0 {
        done.counts.insert((0, "band".into(), None, None), i64::try_from(scored.bands).unwrap_or(i64::MAX));
    }
    engines(session, Engines::ALL, done)
}

/// Stages alone: `sop advance`; hand-overs alone: `sop assign`.
pub fn one_engine(workspace: &Workspace, context: &Context<'_>, which: Engines) -> Result<Ticked, RunError> {
    base_of(workspace)?;
    let session = Session::begin(workspace, context)?;
    let mut done = Done::default();
    match engines(&session, which, &mut done) {
        Ok(()) => end(session, Inbox::default(), done, None, Rejects::default()),
        Err(e) => Err(session.abandon(e)),
    }
}

/// A base comes with its first leads: without any there is nothing to look at, and none is made.
fn base_of(workspace: &Workspace) -> Result<(), RunError> {
    if workspace.db.exists() { Ok(()) } else { Err(StoreError::Missing(workspace.db.display().to_string()).into()) }
}

fn end(mut session: Session<'_>, inbox: Inbox, mut done: Done, import: Option<ImportSummary>, rejects: Rejects) -> Result<Ticked, RunError> {
    let (workspace, context) = (session.workspace, session.context);
    let summary = summary_of(&done, import.as_ref(), &session.counts);
    let letters = match super::told::letters(&session, &done.letters) {
        Ok(letters) => letters,
        Err(e) => return Err(session.abandon(e)),
    };
    let nurture = [("enrolled", done.nurture.enrolled), ("journeys_ended", done.nurture.ended), ("messages", done.nurture.queued + done.nurture.deferred)];
    let moves = [("moved", done.moved), ("reclaimed", done.reclaimed), ("assigned", done.assigned), ("queued", done.queued)];
    for (name, n) in moves.into_iter().chain(nurture) {
        if n > 0 {
            session.counts.insert(name.into(), n.into());
        }
    }
    for (why, leads) in reasons(&done.waiting, workspace).into_iter().chain(std::mem::take(&mut done.asleep_why)) {
        done.notes.push(note(
            "unassigned",
            format!("{leads} lead{} not be handed over and wait{}: {why}", if leads == 1 { " could" } else { "s could" }, if leads == 1 { "s" } else { "" }),
        ));
    }
    let left = inbox.left();
    if !left.is_empty() {
        done.notes.push(note("inbox-left", format!("not read, and left in inbox/: {}", left.join(", "))));
    }
    let set_aside = inbox.aside();
    let mut rejects = Some(rejects);
    // Still under the lock: the next tick must not find files that this one has read.
    let ended = session.end_and(|run| {
        rejects.take().map_or(Ok(()), Rejects::persist)?;
        inbox.put_away(workspace, run)
    });
    if let Some(rejects) = rejects {
        rejects.discard(workspace); // a rehearsal, or a commit that failed
    }
    let ended = ended?;
    let mut counts: Vec<Count> = done.counts.into_iter().map(|((_, what, from, to), count)| Count { what, from, to, count }).collect();
    if let Some(read) = &import {
        let files = read.files.iter().map(|f| Count {
            what: format!("file:{}", f.kind),
            from: None,
            to: Some(f.file.clone()),
            count: i64::try_from(f.rows).unwrap_or(i64::MAX),
        });
        counts = files.chain(counts).collect();
    }
    Ok(Ticked { frame: frame(workspace, context), counts, notes: done.notes, summary, set_aside, import, dealing: done.dealing, letters, ended })
}
