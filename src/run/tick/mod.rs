//! `sop tick`, the whole day in one transaction: inbox/ → score → come back → advance → reclaim → assign → promises → alerts;
//! `sop advance` and `sop assign`, one engine of it at a time.
//!
//! A lead that was handed over may move on because of it, and a lead that moved may be taken up by the next round: the engines
//! go round until nothing changes, so that a second tick of the same instant finds nothing to do.

mod chain;
mod inbox;
mod keep;
mod place;
mod watch;

pub(in crate::run) use chain::{Chain, changes_of, goes_back};
pub(in crate::run) use inbox::Inbox;
pub(in crate::run) use keep::{Step, keep};
pub(in crate::run) use place::{credits, desks, kin, put_credits, setting};
pub(in crate::run) use watch::Past;

use super::evaluate::{Evaluator, evaluate};
use super::first::evaluate_first;
use super::import::{Arriving, ImportOptions, ImportSummary, Rejects, import};
use super::score::{frame, name_of, note, text_of};
use super::{Context, Ended, RunError, Session, Workspace};
use crate::engine::assignment::{Candidate, Unplaced};
use crate::model::{Change, LeadId, Until};
use crate::report::assign::Row as Handed;
use crate::report::plan::Count;
use crate::report::{Frame, Note};
use crate::store::{Due, Ended as HoldEnded, Needs, ScanRow};
use chain::Turned;
use std::collections::BTreeMap;
use watch::Watcher;

/// A spell has so many hand-overs at most, and between them so many moves; more than this is a circle of rules.
const MOST_TURNS: usize = 12;
/// Leads of which so many per cent are with somebody whom the team does not know keep the first dealing waiting.
const STRANGERS: i64 = 20;

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

/// The hand-overs of one `sop assign`, lead by lead.
#[derive(Debug, Default)]
pub struct Dealing {
    /// In the order of the deal.
    pub placed: Vec<Handed>,
    /// Likewise, with why.
    pub waiting: Vec<Handed>,
}

/// What the engines did, on the way to a [`Ticked`].
#[derive(Default)]
struct Done {
    counts: BTreeMap<(u8, String, Option<String>, Option<String>), i64>,
    looked: u64,
    moved: i64,
    reclaimed: i64,
    assigned: i64,
    queued: i64,
    waiting: Vec<Unplaced>,
    dealing: Option<Dealing>,
    notes: Vec<Note>,
}

impl Done {
    fn count(&mut self, order: u8, what: &str, from: Option<String>, to: Option<String>) {
        *self.counts.entry((order, what.to_owned(), from, to)).or_default() += 1;
    }

    fn changes(&mut self, changes: &[Change]) {
        for c in changes {
            self.count(1, &c.what.name(), c.from.clone(), c.to.clone());
        }
    }
}

/// The whole day.
pub fn tick(workspace: &Workspace, context: &Context<'_>) -> Result<Ticked, RunError> {
    let mut inbox = Inbox::look(workspace)?;
    loop {
        let mut session = Session::begin(workspace, context)?;
        let read = match read_inbox(&mut session, &inbox) {
            Ok(read) => read,
            Err(e) => {
                // A file that cannot be read must not stop the day: it is put aside, and the day begins anew without it.
                super::import::discard(workspace);
                let error = session.abandon(e);
                if !inbox.set_aside(&error) {
                    return Err(error);
                }
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
    let (summary, left) = import(session, inbox.files(), &ImportOptions::default())?;
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
    let session = Session::begin(workspace, context)?;
    let mut done = Done::default();
    match engines(&session, which, &mut done) {
        Ok(()) => end(session, Inbox::default(), done, None, Rejects::default()),
        Err(e) => Err(session.abandon(e)),
    }
}

fn end(mut session: Session<'_>, inbox: Inbox, mut done: Done, import: Option<ImportSummary>, rejects: Rejects) -> Result<Ticked, RunError> {
    let (workspace, context) = (session.workspace, session.context);
    let summary = summary_of(&done, import.as_ref(), &session.counts);
    for (name, n) in [("moved", done.moved), ("reclaimed", done.reclaimed), ("assigned", done.assigned), ("queued", done.queued)] {
        if n > 0 {
            session.counts.insert(name.into(), n.into());
        }
    }
    for (why, leads) in reasons(&done.waiting, workspace) {
        done.notes.push(note(
            "unassigned",
            format!("{leads} lead{} not be handed over and wait{}: {why}", if leads == 1 { " could" } else { "s could" }, if leads == 1 { "s" } else { "" }),
        ));
    }
    let run = session.run;
    let ended = match session.end() {
        Ok(ended) => ended,
        Err(e) => {
            rejects.discard(workspace);
            return Err(e);
        }
    };
    let set_aside = inbox.aside();
    if ended.rehearsed {
        rejects.discard(workspace);
    } else {
        rejects.persist()?;
        inbox.put_away(workspace, run)?;
    }
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

/// Why leads wait, most frequent first.
fn reasons(waiting: &[Unplaced], workspace: &Workspace) -> Vec<(String, usize)> {
    let mut by_why: BTreeMap<String, usize> = BTreeMap::new();
    for unplaced in waiting {
        *by_why.entry(unplaced.why(&workspace.sop.assignment)).or_default() += 1;
    }
    let mut all: Vec<_> = by_why.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.truncate(5);
    all
}

fn summary_of(done: &Done, import: Option<&ImportSummary>, counts: &serde_json::Map<String, serde_json::Value>) -> String {
    let mut parts = Vec::new();
    let mut tell = |n: i64, one: &str, many: &str| {
        if n > 0 {
            parts.push(format!("{} {}", crate::report::thousands(n), if n == 1 { one } else { many }));
        }
    };
    let number = |name: &str| counts.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
    tell(import.map_or(0, |i| i64::try_from(i.files.len()).unwrap_or(0)), "file read", "files read");
    tell(import.map_or(0, |i| i64::try_from(i.new).unwrap_or(0)), "new lead", "new leads");
    tell(number("bands_changed"), "band changed", "bands changed");
    tell(done.moved, "lead moved", "leads moved");
    tell(done.reclaimed, "reclaimed", "reclaimed");
    tell(done.assigned, "assigned", "assigned");
    tell(done.queued, "queued", "queued");
    let of = |kind: &str| done.counts.iter().filter(|((order, what, ..), _)| *order == 2 && what == kind).map(|(_, n)| *n).sum::<i64>();
    for (kind, one, many) in [("warning", "warning", "warnings"), ("breach", "promise missed", "promises missed"), ("alert", "alert", "alerts")] {
        let n = of(kind);
        if n > 0 {
            parts.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    }
    let waiting = match done.waiting.len() {
        0 => String::new(),
        1 => " · 1 lead waits for an owner".to_owned(),
        n => format!(" · {} leads wait for an owner", crate::report::thousands(i64::try_from(n).unwrap_or(i64::MAX))),
    };
    format!("{}{waiting}", if parts.is_empty() { "nothing changed".to_owned() } else { parts.join(" · ") })
}

/// The engines behind scoring, over whoever is due, until nothing changes.
fn engines(session: &Session<'_>, which: Engines, done: &mut Done) -> Result<(), RunError> {
    let Session { store, columns, context, workspace, .. } = session;
    let sop = &workspace.sop;
    let mut which = which;
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
        which.assign = false;
    }
    if which.advance
        && let Some(first) = sop.lifecycle.stages.first()
    {
        store.begin_line(&first.id)?;
    }
    let whole = which == Engines::ALL;
    let world = Evaluator::new(sop, store, columns, context.as_of)?;
    let mut chain = Chain::new(sop, context.as_of, which, store.any_follow_up()?, world);
    // What is not stored as of an earlier day cannot say who is due on it.
    let due = if context.full || session.in_the_past || !whole { Due::All } else { Due::Moves(context.as_of) };
    let all = store.due_count(due)?.unsigned_abs();
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut watcher = if whole { Some(Watcher::new(session)?) } else { None };
    store.scan(columns, due, &Needs::all(columns), |row| -> Result<(), RunError> {
        let turned = chain.turn(&row);
        done.looked += 1;
        if done.looked.is_multiple_of(1000) {
            (context.progress)("stages and owners", done.looked, all);
        }
        take(session, &row.record.lead, &row.standing, &turned, done)?;
        finish(session, &mut chain, watcher.as_mut(), &row, turned, &mut candidates, done)
    })?;
    for _ in 0..MOST_TURNS {
        if candidates.is_empty() {
            break;
        }
        let placed = place::place(session, &candidates)?;
        candidates.clear();
        for p in &placed.placements {
            match p.to.owner() {
                Some(_) => done.assigned += 1,
                None => done.queued += 1,
            }
            let (what, to) = match &p.to {
                crate::engine::assignment::To::Owner(id) => ("owner", id),
                crate::engine::assignment::To::Queue(id) => ("queue", id),
            };
            done.count(1, what, p.from.clone(), Some(to.clone()));
        }
        if which == Engines::ASSIGN {
            handed(session, &placed, done.dealing.get_or_insert_default())?;
        }
        for unplaced in &placed.unplaced {
            let (Some(watcher), Some(row)) = (&mut watcher, store.whole_lead(columns, unplaced.lead)?) else { continue };
            watcher.look(session, &mut chain, &row, &row.standing, done)?;
            store.put_moves_at(unplaced.lead, Until(context.as_of))?; // asked again at the next tick
        }
        done.waiting.extend(placed.unplaced);
        for p in &placed.placements {
            let Some(row) = store.whole_lead(columns, p.lead)? else { continue };
            let turned = chain.turn(&row);
            take(session, &p.lead, &row.standing, &turned, done)?;
            finish(session, &mut chain, watcher.as_mut(), &row, turned, &mut candidates, done)?;
        }
    }
    if let Some(watcher) = watcher.filter(|w| w.history > 0 && w.first) {
        done.notes.push(note("history", format!("{} older acts are history: no alert rang about them", watcher.history)));
    }
    if !candidates.is_empty() {
        done.notes.push(note("circle", format!("{} leads are still being handed on after {MOST_TURNS} rounds: the rules go in a circle", candidates.len())));
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
    watcher: Option<&mut Watcher>,
    row: &ScanRow,
    turned: Turned,
    candidates: &mut Vec<Candidate>,
    done: &mut Done,
) -> Result<(), RunError> {
    if let Some(candidate) = turned.candidate {
        candidates.push(candidate);
        return Ok(());
    }
    let Some(watcher) = watcher else { return Ok(()) };
    let until = watcher.look(session, chain, row, &turned.standing, done)?;
    Ok(session.store.put_moves_at(row.record.lead, turned.until.and(until))?)
}

/// Tells of each lead of a deal where it went.
fn handed(session: &Session<'_>, placed: &place::Placed, dealing: &mut Dealing) -> Result<(), RunError> {
    let sop = &session.workspace.sop;
    let row = |lead: LeadId| -> Result<Handed, RunError> {
        let Some(record) = session.store.lead(&session.columns, lead)? else { return Ok(Handed::default()) };
        let text = |field| text_of(&sop.dictionary, &record, field);
        let score = session.store.state(&session.columns, lead)?.and_then(|s| s.score);
        Ok(Handed {
            key: record.key.to_string(),
            id: text("id"),
            name: name_of(&sop.dictionary, &record),
            company: text("company"),
            score,
            ..Handed::default()
        })
    };
    for p in &placed.placements {
        let to = p.to.owner().or_else(|| p.to.queue()).map(str::to_owned);
        dealing.placed.push(Handed { from: p.from.clone(), to, round: p.round.clone(), rule: p.rule.clone(), why: p.why.clone(), ..row(p.lead)? });
    }
    for u in &placed.unplaced {
        let round = sop.assignment.rounds.get(usize::from(u.round)).map_or_else(String::new, |r| r.name.clone());
        let owner = session.store.standing(u.lead)?.owner;
        let why = u.why(&sop.assignment);
        let why = why.strip_prefix(&format!("{round}: ")).map_or_else(|| why.clone(), str::to_owned);
        dealing.waiting.push(Handed { from: owner, round, why, ..row(u.lead)? });
    }
    Ok(())
}

/// Before the very first hand-over: why it had better wait. A team that knows few of the owners in the base would be dealt
/// leads that others are working on.
fn strangers(session: &Session<'_>) -> Result<Option<String>, RunError> {
    let sop = &session.workspace.sop;
    if session.context.yes || sop.assignment.rounds.is_empty() || session.store.any_assignment()? {
        return Ok(None);
    }
    let leads = session.store.due_count(Due::All)?;
    let mut unknown: Vec<(String, i64)> = Vec::new();
    for h in session.store.holdings()? {
        if sop.team.find(&h.owner).is_none() {
            match unknown.iter_mut().find(|(name, _)| *name == h.owner) {
                Some((_, n)) => *n += h.leads,
                None => unknown.push((h.owner, h.leads)),
            }
        }
    }
    let total: i64 = unknown.iter().map(|(_, n)| n).sum();
    if total * 100 <= leads * STRANGERS {
        return Ok(None);
    }
    unknown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let some: Vec<String> = unknown.iter().take(5).map(|(name, n)| format!("{name} ({n})")).collect();
    let more = if unknown.len() > 5 { format!(" and {} more", unknown.len() - 5) } else { String::new() };
    Ok(Some(format!("{total} of {leads} leads are held by people whom team.yaml does not know: {}{more}", some.join(", "))))
}

/// Moves that follow at once from what a person said of these leads, with whatever they bring. The leads stay due for the next tick.
pub(in crate::run) fn advance_now(session: &Session<'_>, leads: &[LeadId]) -> Result<Vec<Change>, RunError> {
    let Session { store, columns, context, workspace, .. } = session;
    let world = Evaluator::new(&workspace.sop, store, columns, context.as_of)?;
    let mut chain = Chain::new(&workspace.sop, context.as_of, Engines::ADVANCE, store.any_follow_up()?, world);
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
