//! When a person must step in (人工介入): which alerts ring about one lead, why, and for whom. Pure: facts and what is
//! remembered in, rings and what to remember out.
//!
//! - An alert **of events** rings once per event, dated when it happened, in order of time. Its `when` is a gate, judged as of now:
//!   an event that it holds back waits, until it is history. `cooldown` counts from the event that rang to the next one's
//!   instant, so it does not matter when anyone looked.
//! - An alert **of a state** rings when its `when` becomes true, dated as of the look that saw it. With a `cooldown`: again after that
//!   time, if it is true then; without one: again when it has been false in between. Unknown is not true.
//!
//! A second look at the same instant rings nothing and remembers the same.

pub(super) mod event_id;

use crate::condition::{Condition, Facts};
use crate::engine::recipients::resolve;
use crate::model::{Event, Instant, Until};
use crate::rules::alerts::Alert;
use crate::rules::team::Team;
use event_id::{event_id, state_id, told};
use std::collections::{BTreeMap, BTreeSet};

/// One alert about one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The alert's name.
    pub alert: String,
    /// What rang: an event or a state's becoming true. Unique among the rings of a lead, and the same however often it is reckoned.
    /// It does not speak of the lead, so that a merge keeps it.
    pub cause: String,
    /// When the event happened; of a state, when it was seen.
    pub at: Instant,
    /// Who is told: an owner's id; `None` when there is nobody.
    pub to: Option<String>,
    /// The event, or the part of the condition that made it so, with the values seen.
    pub why: String,
}

/// What is remembered of one alert about one lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// When it rang last: the [`Ring::at`].
    pub at: Instant,
    /// Of a state: it was true at the last look.
    pub still_true: bool,
}

/// What is remembered of one lead. Alerts that are in no file any more stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// By the alert's name; absent = it never rang.
    pub rung: BTreeMap<String, Rung>,
    /// The causes of rings about events: [`Ring::cause`].
    pub events: BTreeSet<String>,
}

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// alerts.yaml.
    pub alerts: &'a [Alert],
    /// The colleagues.
    pub team: &'a Team,
    /// The lead as of now, its state filled in.
    pub facts: &'a Facts<'a>,
    /// Who holds the lead.
    pub owner: Option<&'a str>,
    /// Who held it before.
    pub last_owner: Option<&'a str>,
    /// Events at or before this instant are history: counted, not alerted. See [`crate::engine::sla::quiet_before`].
    pub quiet_before: Instant,
}

/// What was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// In the order of the file, then of time.
    pub rings: Vec<Ring>,
    /// What to remember instead of what was handed in.
    pub memory: Memory,
    /// Events of the alerts' kinds that never rang and are history, once per alert: what a first tick says instead of ringing.
    pub history: usize,
    /// When time alone could next make something ring, or change what is remembered.
    pub until: Until,
}

/// Looks at one lead.
pub fn watch(watch: &Watch<'_>, memory: &Memory) -> Heard {
    let mut heard = Heard { rings: Vec::new(), memory: memory.clone(), history: 0, until: Until::NEVER };
    for alert in watch.alerts {
        if alert.events.is_empty() { watch.state(alert, &mut heard) } else { watch.events(alert, &mut heard) }
    }
    heard
}

impl Watch<'_> {
    /// Each event of the alert's kinds, in order of time: those of one instant by id, whatever order they came in.
    fn events(&self, alert: &Alert, heard: &mut Heard) {
        let as_of = self.facts.as_of;
        let details = self.facts.details;
        let of_kinds = |event: &&Event| details.of(event).kinds.iter().any(|kind| alert.events.contains(kind));
        let mut new: Vec<(Instant, String, &Event)> = Vec::new();
        for event in self.facts.events.iter().filter(of_kinds) {
            if event.at > as_of {
                heard.until = heard.until.and(Until(event.at));
                continue;
            }
            let id = event_id(&alert.name, event, details.of(event), self.facts.dictionary);
            match heard.memory.events.contains(&id) {
                true => {}
                false if event.at <= self.quiet_before => heard.history += 1,
                false => new.push((event.at, id, event)),
            }
        }
        if new.is_empty() {
            return;
        }
        // The gate is one for all of them: it speaks of now.
        if let Some(gate) = &alert.when
            && !self.holds(gate, heard)
        {
            return;
        }
        new.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        new.dedup_by(|a, b| a.1 == b.1);
        for (at, id, event) in new {
            let last = heard.memory.rung.get(&alert.name).map(|r| r.at);
            if alert.cooldown.zip(last).is_some_and(|(time, last)| at < last.plus(time.0)) {
                continue;
            }
            let mut why = told(event, details.of(event), self.facts);
            if let Some(gate) = &alert.when {
                why = format!("{why}; {}", gate.explain(self.facts).summary());
            }
            heard.memory.events.insert(id.clone());
            // An event that is told late does not set the clock back.
            let at_last = last.map_or(at, |last| last.max(at));
            heard.memory.rung.insert(alert.name.clone(), Rung { at: at_last, still_true: false });
            heard.rings.push(self.ring(alert, id, at, why));
        }
    }

    fn state(&self, alert: &Alert, heard: &mut Heard) {
        let Some(when) = &alert.when else { return };
        let as_of = self.facts.as_of;
        let now = self.holds(when, heard);
        let before = heard.memory.rung.get(&alert.name).copied();
        let rings = now
            && match (before, alert.cooldown) {
                (None, _) => true,
                (Some(rung), None) => !rung.still_true,
                (Some(rung), Some(time)) => rung.at.plus(time.0) <= as_of,
            };
        if rings {
            let why = when.explain(self.facts).summary();
            heard.rings.push(self.ring(alert, state_id(&alert.name, as_of), as_of, why));
        }
        let at = if rings { Some(as_of) } else { before.map(|rung| rung.at) };
        if let Some(at) = at {
            heard.memory.rung.insert(alert.name.clone(), Rung { at, still_true: now });
            let again = alert.cooldown.map(|time| Until(at.plus(time.0))).filter(|again| again.0 > as_of);
            heard.until = heard.until.and(again.unwrap_or(Until::NEVER));
        }
    }

    fn holds(&self, condition: &Condition, heard: &mut Heard) -> bool {
        let (value, until) = condition.test(self.facts);
        heard.until = heard.until.and(until);
        value == Some(true)
    }

    fn ring(&self, alert: &Alert, cause: String, at: Instant, why: String) -> Ring {
        let day = self.facts.calendar.date(self.facts.as_of);
        Ring { alert: alert.name.clone(), cause, at, to: resolve(&alert.to, self.team, self.owner, self.last_owner, day), why }
    }
}

#[cfg(test)]
mod tests;
