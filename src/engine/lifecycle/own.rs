//! Moves that a lead's facts make on their own.

use super::{Move, Seen, enter_detour, enter_stage};
use crate::condition::{Condition, Facts};
use crate::engine::events::last_event_at;
use crate::model::{Instant, Standing, Until, Value};
use crate::rules::lifecycle::{Dated, Means, Stage};

/// What became of a standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advanced {
    /// In order.
    pub moves: Vec<Move>,
    /// When the clock alone could bring the next one.
    pub until: Until,
}

/// Makes every move that the facts of one instant make.
pub fn advance(seen: &Seen<'_>, standing: &mut Standing) -> Advanced {
    let mut moves = Vec::new();
    let mut left = Vec::new();
    // Each move is forward, into a detour, out of one, or back from a stage that is then closed: there can be no more than this.
    let most = 2 * (seen.sop.lifecycle.stages.len() + seen.sop.lifecycle.detours.len()) + 2;
    loop {
        let mut look = Look { seen, state: (seen.state)(standing), until: Until::NEVER };
        if let Some(at) = seen.deals.until {
            look.until = look.until.and(Until(at));
        }
        match look.next(standing, &mut left) {
            Some(next) if moves.len() < most => moves.extend(next),
            _ => return Advanced { moves, until: look.until },
        }
    }
}

/// One look at a lead.
struct Look<'a> {
    seen: &'a Seen<'a>,
    state: Vec<Value>,
    until: Until,
}

impl Look<'_> {
    fn facts(&self) -> Facts<'_> {
        Facts { state: &self.state, ..*self.seen.facts }
    }

    fn as_of(&self) -> Instant {
        self.seen.facts.as_of
    }

    fn holds(&mut self, condition: &Condition) -> bool {
        let (value, until) = condition.test(&self.facts());
        self.until = self.until.and(until);
        value == Some(true)
    }

    fn why(&self, verb: &str, condition: &Condition) -> String {
        format!("{verb}: {}", condition.explain(&self.facts()).summary())
    }

    /// The next move, made; `None`: the lead stays. (A first step into the line is made without being a move to tell.)
    fn next(&mut self, standing: &mut Standing, left: &mut Vec<usize>) -> Option<Option<Move>> {
        let lifecycle = &self.seen.sop.lifecycle;
        if lifecycle.stages.is_empty() {
            return None;
        }
        let here = standing.stage.clone();
        if here.as_deref().is_some_and(|id| lifecycle.detour(id).is_some()) {
            return self.come_back(standing).map(Some);
        }
        self.note_spent(standing);
        if let Some(m) = self.detour(standing) {
            return Some(Some(m));
        }
        let Some(place) = here.as_deref().and_then(|id| lifecycle.place(id)) else {
            return Some(self.enter_line(standing, here));
        };
        let forward = self.forward(standing, place, left);
        if forward.is_some() {
            return forward.map(Some);
        }
        self.leave(standing, place, left).map(Some)
    }

    /// A lead without a stage, or with one that no file here knows, starts at the first.
    fn enter_line(&mut self, standing: &mut Standing, here: Option<String>) -> Option<Move> {
        let lifecycle = &self.seen.sop.lifecycle;
        let at = self.as_of();
        let Some(told) = here else {
            // Every lead begins so, when it is created: nothing to tell and nothing to stamp.
            standing.stage = lifecycle.stages.first().map(|s| s.id.clone());
            standing.stage_at = None;
            return None;
        };
        enter_stage(lifecycle, standing, 0, at);
        let to = standing.stage.clone().unwrap_or_default();
        let why = format!("the imported stage `{told}` is none of lifecycle.yaml's");
        Some(Move { from: Some(told), to, at, skipped: Vec::new(), why, released: None, left: None })
    }

    fn come_back(&mut self, standing: &mut Standing) -> Option<Move> {
        let (at, to) = standing.back.clone()?;
        if at > self.as_of() {
            self.until = self.until.and(Until(at));
            return None;
        }
        let from = standing.stage.clone();
        let now = self.as_of();
        standing.back = None;
        // What put it here may still hold; it takes the lead again only after it has been false, or on a newer fact.
        let spent: Vec<String> = self.seen.sop.lifecycle.detours.iter().filter(|d| d.enter.is_some()).map(|d| d.id.clone()).collect();
        spent.into_iter().for_each(|id| {
            standing.spent.insert(id, now);
        });
        standing.came_from = None;
        standing.rejected_at = None;
        standing.spell_at = Some(now);
        (standing.stage, standing.stage_at) = (Some(to.clone()), Some(now));
        let days = from.as_deref().map_or(String::new(), |f| format!(" in `{f}`"));
        Some(Move { from, to, at: now, skipped: Vec::new(), why: format!("back: its time{days} is over"), released: None, left: None })
    }

    /// Detours whose condition has become false may take the lead again.
    fn note_spent(&mut self, standing: &mut Standing) {
        if standing.spent.is_empty() {
            return;
        }
        for detour in &self.seen.sop.lifecycle.detours {
            if standing.spent.contains_key(&detour.id) && !detour.enter.as_ref().is_some_and(|c| self.holds(c)) {
                standing.spent.remove(&detour.id);
            }
        }
    }

    fn detour(&mut self, standing: &mut Standing) -> Option<Move> {
        let lifecycle = &self.seen.sop.lifecycle;
        for detour in &lifecycle.detours {
            let Some(enter) = &detour.enter else { continue };
            if !self.holds(enter) {
                continue;
            }
            // A newer loss is a newer fact.
            let newer = |left: &Instant| self.seen.deals.last_lost_at.is_some_and(|lost| lost > *left);
            if standing.spent.get(&detour.id).is_some_and(|left| !newer(left)) {
                continue;
            }
            let (from, at, why) = (standing.stage.clone(), self.as_of(), self.why("enter", enter));
            if self.seen.deals.lost > 0 && self.seen.deals.last_lost_at.is_some() {
                standing.barred_at = standing.barred_at.max(self.seen.deals.last_lost_at);
            }
            let (released, left) = enter_detour(lifecycle, standing, &detour.id, None, at);
            return Some(Move { from, to: detour.id.clone(), at, skipped: Vec::new(), why, released, left });
        }
        None
    }

    fn forward(&mut self, standing: &mut Standing, place: usize, left: &[usize]) -> Option<Move> {
        let lifecycle = &self.seen.sop.lifecycle;
        for (to, stage) in lifecycle.stages.iter().enumerate().skip(place + 1).rev() {
            let Some(enter) = &stage.enter else { continue };
            if left.contains(&to) || !self.holds(enter) || self.is_barred(standing, stage) {
                continue;
            }
            // A stage that the lead would leave again at once is not entered.
            if standing.owner.is_none() && stage.leave.as_ref().is_some_and(|leave| self.holds(leave)) {
                continue;
            }
            let (from, why) = (standing.stage.clone(), self.why("enter", enter));
            let at = self.dated(standing, stage);
            standing.came_from.clone_from(&from);
            let skipped = enter_stage(lifecycle, standing, to, at);
            return Some(Move { from, to: stage.id.clone(), at, skipped, why, released: None, left: None });
        }
        None
    }

    /// After a reject, a return or a loss the stage that means mql asks for an act of the lead's own since then.
    fn is_barred(&self, standing: &Standing, stage: &Stage) -> bool {
        if stage.means != Some(Means::Mql) || self.seen.sop.lifecycle.requalify_any {
            return false;
        }
        let Some(barred) = standing.barred_at else { return false };
        let facts = self.seen.facts;
        last_event_at(facts.events, facts.details, facts.as_of).is_none_or(|acted| acted <= barred)
    }

    /// What dates a move: the facts where they know better and it is no later than now.
    fn dated(&self, standing: &Standing, stage: &Stage) -> Instant {
        let facts = self.seen.facts;
        let told = match stage.dated {
            None => None,
            Some(Dated::FirstWon) => self.seen.deals.first_won_at,
            Some(Dated::Accepted) => standing.accepted_at,
            Some(Dated::Created) => Some(facts.created_at),
            Some(Dated::LastEvent) => last_event_at(facts.events, facts.details, facts.as_of),
            Some(Dated::Field(ix)) => match facts.lead.get(ix.0) {
                Some(Value::At(at)) => Some(*at),
                Some(Value::Date(day)) => Some(facts.calendar.start_of(*day)),
                _ => None,
            },
        };
        told.filter(|at| *at <= self.as_of()).unwrap_or(self.as_of())
    }

    fn leave(&mut self, standing: &mut Standing, place: usize, left: &mut Vec<usize>) -> Option<Move> {
        let lifecycle = &self.seen.sop.lifecycle;
        let stage = lifecycle.stages.get(place)?;
        let leave = stage.leave.as_ref()?;
        if place == 0 || standing.owner.is_some() || !self.holds(leave) {
            return None;
        }
        let (from, at, why) = (standing.stage.clone(), self.as_of(), self.why("leave", leave));
        let to = standing.came_from.take().filter(|s| lifecycle.place(s).is_some_and(|p| p < place));
        let to = to.or_else(|| lifecycle.stages.get(place - 1).map(|s| s.id.clone()))?;
        standing.stage = Some(to.clone());
        standing.stage_at = Some(at);
        let queue = standing.queue.take();
        if queue.is_some() {
            standing.last_queue.clone_from(&queue);
            standing.queue_at = None;
        }
        left.push(place);
        Some(Move { from, to, at, skipped: Vec::new(), why, released: None, left: queue })
    }
}
