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
mod warned;
mod watch;
mod whom;

pub(in crate::run) use chain::{Chain, Steps, Turned, changes_of, goes_back};
pub use dealing::Dealing;
pub(in crate::run) use gone::gone;
pub(in crate::run) use inbox::Inbox;
pub(in crate::run) use keep::{Step, keep};
pub(in crate::run) use look::{Past, Said, entered, look};
pub(in crate::run) use nurture::{Book, Gardener, Tally, keep_looked, see, with_seen};
pub(in crate::run) use place::{credits, desks, kin, put_credits, setting};

use super::evaluate::{Evaluator, evaluate, evaluate_these};
use super::first::evaluate_first;
use super::import::{Arriving, ImportOptions, ImportSummary, Rejects, import};
use super::score::{frame, note};
use super::{Context, Ended, RunError, Session, Workspace};
use crate::engine::assignment::{Placement, To, Unplaced};
use crate::model::{Change, LeadId, Until};
use crate::report::plan::Count;
use crate::report::{Frame, Note};
use crate::store::{Ended as HoldEnded, Needs, ScanRow, StoreError};
use dealing::{placed, waiting};
use evening::Evening;
use std::collections::BTreeMap;
use summary::{reasons, summary_of};
use taken::Taken;
pub(in crate::run) use warned::Warned;
pub(in crate::run) use watch::{past_of, whole_past_of};
use whom::{due, strangers};

/// A spell has so many hand-overs at most, and between them so many moves; more than this is a circle of rules.
pub(in crate::run) const MOST_TURNS: usize = 12;

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
    Ok(Ticked { frame: frame(workspace, context), counts, notes: done.notes, summary, set_aside, import, dealing: done.dealing, ended })
}

/// The engines behind scoring, over whoever is due, until nothing changes.
fn engines(session: &Session<'_>, which: Engines, done: &mut Done) -> Result<(), RunError> {
    let Session { store, columns, context, workspace, .. } = session;
    let sop = &workspace.sop;
    let mut assign_waits = false;
    if which.assign
        && let Some(reason) = strangers(session)?
    {
        if which == Engines::ASSIGN {
            return Err(RunError::refused(
                reason,
                "add them to team.yaml (with `aliases:` for other spellings), or repeat with --yes: leads held elsewhere are never dealt",
            ));
        }
        done.notes.push(note("assign-waits", format!("nobody was assigned: {reason}; `sop assign --yes` begins all the same")));
        assign_waits = true;
    }
    if which.advance
        && let Some(first) = sop.lifecycle.stages.first()
    {
        store.begin_line(&first.id)?;
    }
    let whole = which == Engines::ALL;
    let world = Evaluator::new(sop, store, columns, context.as_of)?;
    let warned = if which.reclaim { Warned::of(store, sop)? } else { Warned::default() };
    let kept = if which.advance && !context.yes { gone(workspace, store)? } else { BTreeMap::new() };
    for (stage, leads) in &kept {
        let first = sop.lifecycle.stages.first().map_or("", |s| s.id.as_str());
        done.notes.push(note(
            "stage-gone",
            format!(
                "{leads} {} at `{stage}`, which lifecycle.yaml has no more, and stay there: say where they belong with `sop set --where \"stage = \
                 '{stage}'\" stage=… --why …`; with --yes they begin anew at `{first}`",
                if *leads == 1 { "lead is" } else { "leads are" }
            ),
        ));
    }
    let mut chain = Chain { steps: Steps::new(sop, which).knowing(warned).keeping(kept.into_keys()), world };
    let mut pass = Some(due(session, whole, done)?);
    let mut taken = Taken::default();
    let mut evening = if whole { Some(Evening::new(session)?) } else { None };
    let mut all = 0;
    while let Some(due) = pass {
        all += due.1.unsigned_abs();
        store.scan_counted(columns, due, &Needs::all(columns), |row| -> Result<(), RunError> {
            let turned = chain.turn(&row);
            done.looked += 1;
            if done.looked.is_multiple_of(1000) {
                (context.progress)("stages and owners", done.looked, all);
            }
            take(session, &row.record.lead, &row.standing, &turned, done)?;
            finish(session, &mut chain, evening.as_mut(), row, turned, &mut taken, done)
        })?;
        pass = asleep::wake(session, due.0, &taken, done)?;
    }
    let mut told = Dealing::default();
    let mut settled = taken.candidates.is_empty();
    for _ in 0..MOST_TURNS {
        let anew = evening.as_mut().map(|e| std::mem::take(&mut e.gardener.anew)).unwrap_or_default();
        if anew.is_empty() && (settled || taken.is_empty()) {
            break;
        }
        evaluate_these(session, &anew)?; // a step may have set what scores
        anew.iter().for_each(|lead| taken.forget(*lead));
        for lead in anew {
            let Some(row) = store.whole_lead(columns, lead)? else { continue };
            let turned = chain.turn(&row);
            take(session, &lead, &row.standing, &turned, done)?;
            finish(session, &mut chain, evening.as_mut(), row, turned, &mut taken, done)?;
        }
        if assign_waits {
            // Whoever would be dealt is asked again at the next tick.
            for candidate in std::mem::take(&mut taken.candidates) {
                look_again(session, &mut chain, evening.as_mut(), &mut taken, candidate.lead, done)?;
                store.put_moves_at(candidate.lead, Until(context.as_of))?;
            }
        }
        if taken.is_empty() {
            settled = true;
            continue;
        }
        let seen = asleep::seen_by_deals(session)?;
        let candidates = taken.all();
        let dealt = place::place(session, &candidates)?;
        for p in &dealt.placements {
            let Some(mut row) = taken.row(session, p.lead)? else { continue };
            place::hand_over(session, &mut row, p)?;
            done.handed_over(p);
            if which == Engines::ASSIGN {
                told.placed.push(placed(sop, &row, p));
            }
            let turned = chain.turn(&row);
            take(session, &p.lead, &row.standing, &turned, done)?;
            finish(session, &mut chain, evening.as_mut(), row, turned, &mut taken, done)?;
            if evening.is_none() {
                store.put_moves_at(p.lead, Until(context.as_of))?;
            }
        }
        for unplaced in &dealt.unplaced {
            look_again(session, &mut chain, evening.as_mut(), &mut taken, unplaced.lead, done)?;
        }
        // Whom nobody could take is dealt again if anybody may have room by now.
        settled = dealt.placements.is_empty() && seen == asleep::seen_by_deals(session)?;
        taken.rest(candidates, dealt.unplaced);
    }
    for unplaced in std::mem::take(&mut taken.waiting) {
        if which == Engines::ASSIGN {
            told.waiting.extend(taken.row(session, unplaced.lead)?.map(|row| waiting(sop, &row, &unplaced)));
        }
        if whole && settled {
            store.put_asleep(unplaced.lead, taken.until(unplaced.lead))?;
        } else {
            store.put_moves_at(unplaced.lead, Until(context.as_of))?;
        }
        done.waiting.push(unplaced);
    }
    if whole && settled && !done.waiting.is_empty() {
        asleep::remember(session, &done.waiting)?;
    }
    done.dealing = if which == Engines::ASSIGN { Some(told) } else { None };
    if let Some(evening) = &evening {
        evening.tell(done);
    }
    if !taken.candidates.is_empty() {
        let circling = taken.candidates.len();
        done.notes.push(note("circle", format!("{circling} leads are still being handed on after {MOST_TURNS} rounds: the rules go in a circle")));
    }
    Ok(())
}

/// Looks after a lead that waits to be handed over, once.
fn look_again(
    session: &Session<'_>,
    chain: &mut Chain<'_>,
    evening: Option<&mut Evening>,
    taken: &mut Taken,
    lead: LeadId,
    done: &mut Done,
) -> Result<(), RunError> {
    if let Some(evening) = evening
        && taken.is_unseen(lead)
        && let Some(row) = taken.row(session, lead)?
    {
        let until = evening.look(session, chain, &row, &row.standing, done)?;
        taken.saw(lead, until);
    }
    Ok(())
}

/// Takes a turn into the base.
fn take(session: &Session<'_>, lead: &LeadId, before: &crate::model::Standing, turned: &Turned, done: &mut Done) -> Result<(), RunError> {
    done.moved += i64::from(!turned.moves.is_empty());
    done.reclaimed += i64::from(turned.reclaimed);
    done.changes(&turned.changes);
    let how = if turned.reclaimed { HoldEnded::Reclaimed } else { HoldEnded::ByHand };
    let step = Step { lead: *lead, before, after: &turned.standing, moves: &turned.moves, changes: &turned.changes, at: session.context.as_of, how, by: None };
    keep(session, &step)
}

/// A lead that a round took up is finished when it is placed; of all others it is known when they are due again.
fn finish(
    session: &Session<'_>,
    chain: &mut Chain<'_>,
    evening: Option<&mut Evening>,
    row: ScanRow,
    turned: Turned,
    taken: &mut Taken,
    done: &mut Done,
) -> Result<(), RunError> {
    if let Some(candidate) = turned.candidate {
        taken.push(candidate, row, turned.standing, turned.until);
        return Ok(());
    }
    let Some(evening) = evening else {
        if turned.standing != row.standing {
            // Neither the other engines nor promises and alerts have seen it yet.
            session.store.put_moves_at(row.record.lead, Until(session.context.as_of))?;
        }
        return Ok(());
    };
    let until = evening.look(session, chain, &row, &turned.standing, done)?;
    Ok(session.store.put_moves_at(row.record.lead, turned.until.and(until))?)
}

/// Moves that follow at once from what a person said of these leads, with whatever they bring. The leads stay due for the next tick.
pub(in crate::run) fn advance_now(session: &Session<'_>, leads: &[LeadId]) -> Result<Vec<Change>, RunError> {
    let Session { store, columns, context, workspace, .. } = session;
    let world = Evaluator::new(&workspace.sop, store, columns, context.as_of)?;
    let kept = gone(workspace, store)?.into_keys();
    let mut chain = Chain { steps: Steps::new(&workspace.sop, Engines::ADVANCE).keeping(kept), world };
    let mut changes = Vec::new();
    for lead in leads {
        let Some(row) = store.whole_lead(columns, *lead)? else { continue };
        let turned = chain.turn(&row);
        let step = Step {
            lead: *lead,
            before: &row.standing,
            after: &turned.standing,
            moves: &turned.moves,
            changes: &turned.changes,
            at: context.as_of,
            how: HoldEnded::ByHand,
            by: None,
        };
        keep(session, &step)?;
        changes.extend(turned.changes);
    }
    Ok(changes)
}
