//! A case's lead from tick to tick: score, stage, queue, owner, promises and alerts, by the steps of a tick and without a base.
//!
//! The base that is imagined around it has been at work for long and holds no other lead: everyone's desk has what the case
//! says under `held:`, and nobody had a turn yet.

mod dealing;

use super::subject::Subject;
use super::travels::Travels;
use super::{Happening, local};
use crate::condition::Facts;
use crate::engine::alerts::Memory;
use crate::engine::assignment::{Credits, give_back};
use crate::engine::lifecycle::{Judged, Move, cross, judge, place};
use crate::engine::nurture::Deed;
use crate::engine::scoring::{Scored, Scorer};
use crate::engine::sla::{Action, ActionKind, Done, quiet_before};
use crate::model::{Change, Clock, DealFacts, Hold, Instant, Key, LeadId, Standing, Suppressed, Until, Verdict};
use crate::rules::Sop;
use crate::rules::cases::{Case, Since};
use crate::run::lead::Lead;
use crate::run::tick::{Engines, MOST_TURNS, Past, Said, Steps, Warned, changes_of, entered, look};
use std::collections::BTreeSet;

/// The one lead of the base.
const LEAD: LeadId = LeadId(1);

/// The lead of a case, and everything that is remembered of it between ticks.
pub(super) struct Life<'a> {
    sop: &'a Sop,
    case: &'a Case,
    subject: &'a Subject<'a>,
    seen_at: Instant,
    closed: Suppressed,
    pub(super) travels: Travels,
    pub(super) standing: Standing,
    /// When time alone could next change something.
    pub(super) until: Until,
    scored: Option<Scored>,
    holds: Vec<Hold>,
    entered: Vec<(Instant, String)>,
    /// Those that took effect.
    verdicts: Vec<Verdict>,
    /// How many verdicts of the case were given so far.
    given: usize,
    credits: Credits,
    /// By which round and rule its owner got it.
    dealt: Option<(String, String)>,
    done: BTreeSet<Done>,
    memory: Memory,
    last: Option<Instant>,
    /// As of the last tick.
    pub(super) clocks: Vec<Clock>,
    /// Promises and queues of which an owner was warned, in order.
    pub(super) warned: Vec<String>,
    /// When its queue warned of taking it back.
    told_back: Warned,
    /// Alerts that rang, in order.
    pub(super) rung: Vec<String>,
    /// Older acts that no alert rang about.
    pub(super) history: usize,
    /// Why it waits for an owner, since the last tick.
    pub(super) waits: Option<String>,
    /// Verdicts that could not be given.
    pub(super) refused: Vec<String>,
    pub(super) story: Vec<Happening>,
}

impl<'a> Life<'a> {
    /// Puts the lead where the case says that it is.
    pub(super) fn begin(sop: &'a Sop, case: &'a Case, subject: &'a Subject<'a>) -> Self {
        let first = case.ticks.first().copied().unwrap_or(case.as_of);
        let created = subject.created_at().min(first);
        let mut life = Self {
            sop,
            case,
            subject,
            seen_at: created,
            closed: Suppressed::default(),
            travels: Travels::new(sop, first),
            standing: Standing { spell_at: Some(created), ..Standing::default() },
            until: Until::NEVER,
            scored: None,
            holds: Vec::new(),
            entered: Vec::new(),
            verdicts: Vec::new(),
            given: 0,
            credits: Credits::default(),
            dealt: None,
            done: BTreeSet::new(),
            memory: Memory::default(),
            last: None,
            clocks: Vec::new(),
            warned: Vec::new(),
            told_back: if case.ticks.is_empty() { Warned::in_time() } else { Warned::default() },
            rung: Vec::new(),
            history: 0,
            waits: None,
            refused: Vec::new(),
            story: Vec::new(),
        };
        let since = |s: &Since| s.since.unwrap_or(created);
        let here = case.stage.iter().map(|s| (s.id.clone(), since(s)));
        for (stage, at) in case.history.iter().cloned().chain(here) {
            // A stage that the file of stages does not know was told to be none when the case was read.
            if place(&sop.lifecycle, &mut life.standing, &stage, at, "the case").is_ok() {
                life.entered.push((at, stage.clone()));
            }
            if sop.lifecycle.detour(&stage).is_some() {
                // Whoever is in a detour was rejected, given back or lost.
                life.standing.barred_at = Some(at);
            }
        }
        if let Some(owner) = &case.owner {
            let at = since(owner);
            let s = &mut life.standing;
            (s.owner, s.owner_at, s.assigned_at) = (Some(owner.id.clone()), Some(at), Some(at));
            life.holds.push(Hold { owner: owner.id.clone(), from: at, until: None, told: false });
        }
        if let Some(queue) = &case.queue {
            let s = &mut life.standing;
            (s.queue, s.queue_at, s.last_queue) = (Some(queue.id.clone()), Some(since(queue)), Some(queue.id.clone()));
        }
        life
    }

    /// One tick.
    pub(super) fn tick(&mut self, scorer: &mut Scorer<'_>, at: Instant) {
        while let Some(verdict) = self.case.verdicts.get(self.given).filter(|v| v.at <= at) {
            self.given += 1;
            if self.scored.is_none() {
                self.score(scorer, verdict.at); // the lead was known before
            }
            self.judge(verdict);
        }
        self.score(scorer, at);
        let steps = Steps::new(self.sop, Engines::ALL).knowing(self.told_back.clone());
        self.waits = None;
        self.travels.leave(at);
        for _ in 0..MOST_TURNS {
            let turned = self.with_lead(at, |lead| steps.turn(lead, self.standing.clone()));
            self.until = turned.until;
            self.keep(turned.standing, at, &turned.moves, &turned.changes);
            let Some(candidate) = turned.candidate else { break };
            if !self.deal(candidate, at) {
                break;
            }
        }
        self.nurture(at);
        self.warn(&steps, at);
        self.look(at);
        self.last = Some(at);
    }

    /// Its journeys. What a path does to the lead itself is done to its stage; fields stay as the case says.
    fn nurture(&mut self, at: Instant) {
        for _ in 0..MOST_TURNS {
            let looked = self.with_lead(at, |lead| self.travels.look(self.sop, lead, &self.standing, &self.entered));
            self.until = self.until.and(looked.until.unwrap_or(Until::NEVER));
            for c in &looked.changes {
                self.tell(c.at, &c.what.name(), c.from.clone(), c.to.clone(), c.why.clone());
            }
            for (deed, by) in &looked.deeds {
                let Deed::Move(stage) = deed else { continue };
                let mut after = self.standing.clone();
                if let Ok(moved) = place(&self.sop.lifecycle, &mut after, stage, at, &format!("by {by}")) {
                    let changes: Vec<Change> = moved.iter().flat_map(|m| changes_of(LEAD, m)).collect();
                    self.keep(after, at, moved.as_slice(), &changes);
                }
            }
            self.travels.keep(&looked);
            if looked.deeds.is_empty() {
                return;
            }
        }
    }

    /// The lead as the engines see it at an instant.
    pub(super) fn with_lead<T>(&self, at: Instant, f: impl FnOnce(&Lead<'_>) -> T) -> T {
        let band = self.scored.as_ref().and_then(|s| self.sop.scoring.bands.get(s.band)).map(|b| b.id.as_str());
        let messages = self.travels.facts(self.case);
        self.subject.with_facts(at, |facts| {
            let facts = &Facts { messages: &messages, ..*facts };
            f(&Lead {
                lead: LEAD,
                key: Key::from_number(LEAD.0),
                seen_at: self.seen_at,
                score: self.scored.as_ref().map(|s| s.total),
                groups: self.scored.as_ref().map_or(&[], |s| s.groups.as_slice()),
                band,
                deals: &self.case.deals,
                facts,
                closed: &self.closed,
            })
        })
    }

    /// What conditions see at an instant, its state filled in.
    pub(super) fn with_state<T>(&self, at: Instant, f: impl FnOnce(&Facts<'_>) -> T) -> T {
        self.with_lead(at, |lead| {
            let state = lead.state(self.sop, &self.standing, &DealFacts::of(lead.deals, at));
            f(&Facts { state: &state, ..*lead.facts })
        })
    }

    fn tell(&mut self, at: Instant, what: &str, from: Option<String>, to: Option<String>, why: String) {
        self.story.push(Happening { at, what: what.to_owned(), from, to, why });
    }

    fn judge(&mut self, verdict: &Verdict) {
        let owner = verdict.owner.clone().or_else(|| self.standing.owner.clone());
        let verdict = Verdict { owner, ..verdict.clone() };
        let mut after = self.standing.clone();
        let what = verdict.reason.as_deref().map_or_else(|| "accept".to_owned(), |reason| format!("reject: {reason}"));
        match judge(&self.sop.lifecycle, &mut after, &verdict) {
            Err(why) => {
                let at = local(&self.sop.calendar, verdict.at);
                self.refused.push(format!("the verdict of {at} ({what}) could not be given: {why}"));
            }
            Ok(Judged { moved, released, duplicate, return_turn }) => {
                if let Some((round, rule)) = self.dealt.as_ref().filter(|_| return_turn)
                    && let Some(owner) = &released
                {
                    give_back(&mut self.credits, round, rule, owner);
                }
                let why = if duplicate { "it is another lead: a person must say which" } else { "" };
                self.tell(verdict.at, "verdict", None, Some(what), why.to_owned());
                let at = verdict.at;
                self.verdicts.push(verdict);
                let changes: Vec<Change> = moved.iter().flat_map(|m| changes_of(LEAD, m)).collect();
                self.keep(after, at, moved.as_slice(), &changes);
                // What was said moves the lead at once; the rest of the day waits for a tick.
                let steps = Steps::new(self.sop, Engines::ADVANCE);
                let turned = self.with_lead(at, |lead| steps.turn(lead, self.standing.clone()));
                self.keep(turned.standing, at, &turned.moves, &turned.changes);
            }
        }
    }

    fn score(&mut self, scorer: &mut Scorer<'_>, at: Instant) {
        let mut scored = Scored::default();
        self.subject.with_facts(at, |facts| scorer.score(facts, &mut scored));
        if let Some(before) = &self.scored
            && before.band != scored.band
        {
            let bands = &self.sop.scoring.bands;
            cross(&mut self.standing, bands, before.band, scored.band, at);
            let id = |place: usize| bands.get(place).map(|b| b.id.clone());
            let (from, to, why) = (id(before.band), id(scored.band), format!("score {} → {}", before.total, scored.total));
            self.tell(at, "band", from, to, why);
        }
        self.scored = Some(scored);
    }

    /// Takes what the engines made of the lead, as a base would.
    fn keep(&mut self, after: Standing, at: Instant, moves: &[Move], changes: &[Change]) {
        self.entered.extend(moves.iter().map(|m| (m.at, m.to.clone())));
        if self.standing.owner != after.owner {
            if let Some(hold) = self.holds.last_mut().filter(|h| h.until.is_none()) {
                hold.until = Some(at);
            }
            self.holds.extend(after.owner.iter().map(|owner| Hold { owner: owner.clone(), from: at, until: None, told: false }));
        }
        for c in changes {
            self.tell(c.at, &c.what.name(), c.from.clone(), c.to.clone(), c.why.clone());
        }
        self.standing = after;
    }

    /// Promises and alerts, with what was said at earlier ticks.
    fn look(&mut self, at: Instant) {
        let mut history = self.entered.clone();
        history.sort_by_key(|(at, _)| *at);
        let past = Past { holds: self.holds.clone(), entered: entered(self.sop, history), verdicts: self.verdicts.clone() };
        let said = Said { done: &self.done, memory: &self.memory, quiet_before: quiet_before(at, self.last) };
        let looked = self.with_lead(at, |lead| look(self.sop, lead, &self.standing, &past, &said));
        for action in &looked.actions {
            self.done.insert(action.done());
            self.tell_action(action);
        }
        for ring in looked.heard.rings {
            self.tell(ring.at, "alert", None, Some(ring.alert.clone()), ring.why);
            self.rung.push(ring.alert);
        }
        (self.memory, self.history, self.clocks) = (looked.heard.memory, looked.heard.history, looked.clocks);
    }

    /// Its queue will take the lead back soon.
    fn warn(&mut self, steps: &Steps<'_>, at: Instant) {
        let Some((warn_at, due)) = self.with_lead(at, |lead| steps.warned_of(lead, &self.standing)) else { return };
        if self.done.insert((due.queue.clone(), due.since, ActionKind::Warned)) {
            let why = format!("{} since {}: due {}", due.limit.name(), local(&self.sop.calendar, due.since), local(&self.sop.calendar, due.due_at));
            self.tell(warn_at, "warning", None, Some(due.queue.clone()), why);
            self.told_back.add(LEAD, &due, warn_at);
            self.warned.push(due.queue);
        }
    }

    fn tell_action(&mut self, action: &Action) {
        let what = match action.kind {
            ActionKind::Warned => "warning",
            ActionKind::Breached => "breach",
        };
        if action.kind == ActionKind::Warned && action.silent.is_none() {
            self.warned.push(action.promise.clone());
        }
        let owner = action.owner.as_deref().unwrap_or("nobody");
        let why = format!("{owner} has had it since {}", local(&self.sop.calendar, action.started_at));
        self.tell(action.at, what, None, Some(action.promise.clone()), why);
    }
}
