//! Whether what was promised came out: what is, and why it is so.

use super::life::Life;
use super::{Happening, local};
use crate::engine::scoring::ScoreCard;
use crate::model::{Clock, ClockKind, ClockStatus, Message, MessageState};
use crate::rules::Sop;
use crate::rules::cases::{Case, Outcome};
use chrono::NaiveDate;

/// A case that has run.
pub(super) struct Judge<'a> {
    pub(super) sop: &'a Sop,
    pub(super) case: &'a Case,
    pub(super) card: &'a ScoreCard,
    pub(super) life: &'a Life<'a>,
}

/// Whether the score card alone says why an outcome is not as expected.
pub(super) fn is_of_score(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Score(_) | Outcome::Band(_) | Outcome::Group(..) | Outcome::Line(..))
}

impl Judge<'_> {
    /// How a promise is broken, if it is.
    pub(super) fn broken(&self, outcome: &Outcome) -> Option<String> {
        let number = |what: &str, is: Option<i64>, expected: i64| {
            let is = is?;
            (is != expected).then(|| format!("{what} is {is}, expected {expected}"))
        };
        let (card, standing) = (self.card, &self.life.standing);
        match outcome {
            Outcome::Score(expected) => number("score", Some(card.total), *expected),
            Outcome::Band(expected) => (card.band != *expected).then(|| format!("band is {}, expected {expected}", card.band)),
            Outcome::Group(group, expected) => card.groups.get(*group).and_then(|group| number(&group.id, Some(group.points), *expected)),
            Outcome::Line(group, rule, expected) => {
                let line = card.groups.get(*group).and_then(|group| group.lines.get(*rule));
                line.and_then(|line| number(&line.rule, Some(line.points), *expected))
            }
            Outcome::Stage(expected) => {
                let is = standing.stage.as_deref().unwrap_or("none");
                (is != expected).then(|| with_why(format!("stage is {is}, expected {expected}"), self.why_not_at(expected)))
            }
            Outcome::Reached(expected) => {
                let place = |id: &String| self.sop.lifecycle.place(id);
                let been = standing.reached.keys().chain(&standing.stage).chain(&standing.came_from).filter_map(place).max();
                let reached = been >= place(expected) && been.is_some();
                (!reached).then(|| with_why(format!("it never reached {expected}"), self.why_not_at(expected)))
            }
            Outcome::Owner(expected) => self.place("owner", standing.owner.as_ref(), expected.as_ref(), "nobody"),
            Outcome::Queue(expected) => self.place("queue", standing.queue.as_ref(), expected.as_ref(), "none"),
            Outcome::Promise(promise, expected) => self.promise(promise, *expected),
            Outcome::Warned(expected) => self.warned(expected),
            Outcome::Alerts(expected) => self.alerts(expected),
            Outcome::Messages(_) => None, // judged when its last day is over: `letters`
        }
    }

    /// The last of what happened to the lead in some respect.
    fn last(&self, what: &str) -> Option<String> {
        let h = self.life.story.iter().rev().find(|h| h.what == what && !h.why.is_empty())?;
        Some(format!("since {}: {}", local(&self.sop.calendar, h.at), h.why))
    }

    /// Why it is where it is, and why not at another stage.
    fn why_not_at(&self, expected: &str) -> Option<String> {
        let last = self.last("stage");
        let stages = &self.sop.lifecycle;
        let enter = match stages.place(expected).and_then(|p| stages.stages.get(p)) {
            Some(stage) => stage.enter.as_ref(),
            None => stages.detour(expected).and_then(|d| d.enter.as_ref()),
        };
        let missing = enter.and_then(|enter| {
            self.life.with_state(self.case.as_of, |facts| {
                let explained = enter.explain(facts);
                let barred = self.life.standing.barred_at.map(|at| local(&self.sop.calendar, at));
                match (explained.outcome(), barred) {
                    (Some(true), Some(at)) => Some(format!("{expected}: its `enter` holds, but it asks for an act of the lead's own after {at}")),
                    (Some(true), None) => None,
                    _ => Some(format!("{expected}: enter: {}", explained.summary())),
                }
            })
        });
        both(last, missing)
    }

    fn place(&self, what: &str, is: Option<&String>, expected: Option<&String>, none: &str) -> Option<String> {
        if is == expected {
            return None;
        }
        let name = |id: Option<&String>| id.map_or(none, String::as_str).to_owned();
        let text = format!("{what} is {}, expected {}", name(is), name(expected));
        let why = match (is, &self.life.waits) {
            (_, Some(waits)) => Some(format!("it waits: {waits}")),
            (None, None) if expected.is_some() => both(self.last(what), self.untaken()),
            _ => self.last(what),
        };
        Some(with_why(text, why))
    }

    /// Why no round takes the lead up.
    fn untaken(&self) -> Option<String> {
        let standing = &self.life.standing;
        if let Some(queue) = &standing.queue {
            let since = self.last("queue").unwrap_or_else(|| "since the case began".to_owned());
            return Some(format!("it is in the queue `{queue}` {since}"));
        }
        let rounds = &self.sop.assignment.rounds;
        let why = self.life.with_state(self.case.as_of, |facts| {
            let why = |round: &crate::rules::assignment::Round| match standing.rounds.contains(&round.name) {
                true => format!("{} is passed", round.name),
                false => format!("{}: {}", round.name, round.when.explain(facts).summary()),
            };
            rounds.iter().map(why).collect::<Vec<_>>()
        });
        (!why.is_empty()).then(|| format!("no round takes it up: {}", why.join(" · ")))
    }

    fn promise(&self, promise: &str, expected: Option<ClockStatus>) -> Option<String> {
        let own = |c: &&Clock| c.kind == ClockKind::Owner && c.promise == promise;
        let clock = self.life.clocks.iter().filter(own).max_by_key(|c| c.started_at);
        let is = clock.map(|c| c.status);
        if is == expected {
            return None;
        }
        let name = |status: Option<ClockStatus>| status.map_or("not running", ClockStatus::name);
        let text = format!("{promise} is {}, expected {}", name(is), name(expected));
        let local = |at| local(&self.sop.calendar, at);
        let why = clock.map(|c| {
            let owner = c.owner.as_deref().unwrap_or("nobody");
            let answered = c.answered_at.map_or_else(|| "not answered".to_owned(), |at| format!("answered {}", local(at)));
            format!("{owner} has had it since {}, due {}, {answered}", local(c.started_at), local(c.due_at))
        });
        Some(with_why(text, why.or_else(|| self.no_clock(promise))))
    }

    /// Why a promise does not speak of the lead.
    fn no_clock(&self, promise: &str) -> Option<String> {
        let when = self.sop.promises.iter().find(|p| p.name == promise)?.when.as_ref()?;
        let explained = self.life.with_state(self.case.as_of, |facts| when.explain(facts));
        (explained.outcome() != Some(true)).then(|| format!("when: {}", explained.summary()))
    }

    fn warned(&self, expected: &[String]) -> Option<String> {
        let warned = &self.life.warned;
        if warned == expected {
            return None;
        }
        let text = format!("warnings given: {}, expected {}", list(warned), list(expected));
        let of = |h: &&Happening| h.what == "warning";
        let told = |h: &Happening| format!("{} {}: {}", h.to.as_deref().unwrap_or_default(), local(&self.sop.calendar, h.at), h.why);
        let why: Vec<String> = self.life.story.iter().filter(of).map(told).collect();
        Some(with_why(text, (!why.is_empty()).then(|| why.join("; "))))
    }

    fn alerts(&self, expected: &[String]) -> Option<String> {
        let rung = &self.life.rung;
        if rung == expected {
            return None;
        }
        let mut why: Vec<String> = Vec::new();
        for h in self.life.story.iter().filter(|h| h.what == "alert") {
            why.push(format!("{} {}: {}", h.to.as_deref().unwrap_or_default(), local(&self.sop.calendar, h.at), h.why));
        }
        let silent = |name: &&String| !rung.contains(name);
        for alert in expected.iter().filter(silent).filter_map(|name| self.sop.alerts.iter().find(|a| a.name == *name)) {
            why.extend(self.life.with_state(self.case.as_of, |facts| {
                let explained = alert.when.as_ref()?.explain(facts);
                (explained.outcome() != Some(true)).then(|| format!("{}: {}", alert.name, explained.summary()))
            }));
        }
        if self.life.history > 0 {
            why.push(format!("{} older acts are history: they happened more than 7 days before the first tick", self.life.history));
        }
        let text = format!("alerts that rang: {}, expected {}", list(rung), list(expected));
        Some(with_why(text, (!why.is_empty()).then(|| why.join("; "))))
    }
}

/// How what left differs from what was promised, day by day up to the last that is named.
pub(super) fn letters(sop: &Sop, life: &Life<'_>, expected: &[(NaiveDate, Vec<String>)]) -> Option<String> {
    let day = |m: &Message| sop.calendar.date(m.not_before);
    let end = expected.last().map(|(day, _)| *day)?;
    let leaves = |m: &&Message| matches!(m.state, MessageState::Queued | MessageState::Deferred) && day(m) <= end;
    let mut left: Vec<&Message> = life.travels.messages.iter().filter(leaves).collect();
    left.sort_by_key(|m| m.not_before);
    let is = |m: &Message, name: &String| m.content.as_ref() == Some(name) || format!("{}/{}", m.path, m.step) == *name;
    let mut rest: Vec<&Message> = left.clone();
    let mut missing: Vec<String> = Vec::new();
    for (on, name) in expected.iter().flat_map(|(on, names)| names.iter().map(move |n| (*on, n))) {
        match rest.iter().position(|m| day(m) == on && is(m, name)) {
            Some(place) => {
                rest.remove(place);
            }
            None => missing.push(format!("{on} {name}")),
        }
    }
    if missing.is_empty() && rest.is_empty() {
        return None;
    }
    let shown = |m: &&Message| format!("{} {}", day(m), m.content.as_deref().unwrap_or(&m.step));
    let is: Vec<String> = left.iter().map(shown).collect();
    let promised: Vec<String> = expected.iter().flat_map(|(on, names)| names.iter().map(move |n| format!("{on} {n}"))).collect();
    let stopped = life.travels.messages.iter().filter(|m| !matches!(m.state, MessageState::Queued | MessageState::Deferred));
    let mut why: Vec<String> = stopped.map(|m| format!("{}/{} {}: {}", m.path, m.step, m.state.name(), m.reason.as_deref().unwrap_or_default())).collect();
    let journey = |h: &&Happening| h.what.starts_with("enrollment:");
    let told =
        |h: &Happening| format!("{} {} {}: {}", local(&sop.calendar, h.at), h.what.trim_start_matches("enrollment:"), h.to.as_deref().unwrap_or("-"), h.why);
    why.extend(life.story.iter().filter(journey).map(told));
    Some(with_why(format!("messages: {}, expected {}", list(&is), list(&promised)), (!why.is_empty()).then(|| why.join("; "))))
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn with_why(text: String, why: Option<String>) -> String {
    match why {
        Some(why) => format!("{text} ({why})"),
        None => text,
    }
}

fn both(a: Option<String>, b: Option<String>) -> Option<String> {
    match (a, b) {
        (Some(a), Some(b)) => Some(format!("{a}; {b}")),
        (a, b) => a.or(b),
    }
}
