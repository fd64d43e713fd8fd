//! Who enters a path: whoever meets a condition, once per event, by a date; and a person's word.
//!
//! Who matched before the path began, or was brought by history, is noted: such a lead enters when it has not matched in between, or on
//! a newer event of those that the condition asks for.

use super::due::due;
use super::occasion::{day_of, occasion};
use super::{Begin, Look, Seen, is_control};
use crate::condition::Condition;
use crate::engine::alerts::event_id::{event_id, told};
use crate::engine::events::last_event_at;
use crate::model::{Enrollment, FieldIx, Instant, JourneyState, KindId, Until};
use crate::rules::nurture::{Again, Enroll, Feb29, Path};
use chrono::NaiveDate;

/// An event that a `when` holds back is waited for so long; then it is history.
const WAITS: i64 = 7 * 86_400;

/// How a lead comes onto a path.
struct Entry {
    cause: String,
    at: Instant,
    day_one: NaiveDate,
    why: String,
}

impl<'a> Look<'a> {
    /// Enters whoever may enter, stronger paths first.
    pub(super) fn enroll(&mut self) {
        let seen: &'a Seen<'a> = self.seen;
        let mut all: Vec<(&'a Path, Begin)> = seen.sop.paths.iter().zip(seen.begins.iter().copied()).collect();
        all.sort_by(|(a, _), (b, _)| b.priority.cmp(&a.priority).then_with(|| a.name.cmp(&b.name)));
        for (path, begin) in all {
            match &path.enroll {
                Enroll::When { condition, again } => self.by_condition(path, begin, condition, *again),
                Enroll::Event { kinds, when } => self.by_event(path, begin, kinds, when.as_ref()),
                Enroll::Date { field, yearly, feb29, when } => self.by_date(path, begin, (*field, *yearly, *feb29), when.as_ref()),
            }
        }
    }

    /// The latest journey of the lead on a path.
    fn latest(&self, path: &Path) -> Option<&Enrollment> {
        self.journeys.enrollments.iter().filter(|e| e.path == path.name).max_by_key(|e| (e.entered_at, e.state.is_open()))
    }

    /// Whether the lead does not enter a path now whatever its condition says, and nothing is to be remembered of it. When that ends by
    /// itself is remembered.
    fn is_settled(&mut self, path: &Path, again: Again) -> bool {
        let Some(l) = self.latest(path).filter(|l| l.state != JourneyState::Noted) else { return false };
        match again {
            Again::OnRequalify => false, // it counts when the condition was false in between
            _ if l.state.is_open() => true,
            Again::Never => true,
            Again::After(gap) => {
                let free = l.ended_at.unwrap_or(l.entered_at).plus(gap.0);
                self.again_at(free);
                free > self.as_of()
            }
        }
    }

    /// Journeys that this very look has ended may begin again, too: remembers when.
    pub(super) fn come_again(&mut self) {
        let seen: &'a Seen<'a> = self.seen;
        if self.out.enrollments.iter().all(|e| e.state.is_open()) {
            return;
        }
        for path in &seen.sop.paths {
            if let Enroll::When { again, .. } = &path.enroll {
                self.is_settled(path, *again);
            }
        }
    }

    fn by_condition(&mut self, path: &'a Path, begin: Begin, condition: &Condition, again: Again) {
        if self.is_settled(path, again) {
            return;
        }
        let as_of = self.as_of();
        let met = self.holds(condition, self.seen.facts) == Some(true);
        let last = self.latest(path).cloned();
        if !met {
            if let Some(mut last) = last.filter(|l| l.lapsed_at.is_none() && (l.state == JourneyState::Noted || again == Again::OnRequalify)) {
                last.lapsed_at = Some(as_of);
                self.put(last);
            }
            return;
        }
        let acted_since = |at: Instant| last_event_at(self.seen.facts.events, self.seen.facts.details, as_of).is_some_and(|acted| acted > at);
        let may = match &last {
            None => true,
            Some(l) if l.state.is_open() => false,
            Some(l) if l.state == JourneyState::Noted => !begin.note && (l.lapsed_at.is_some() || self.asked_for_since(condition, l.entered_at)),
            Some(l) => again != Again::OnRequalify || (l.lapsed_at.is_some() && acted_since(l.ended_at.unwrap_or(l.entered_at))),
        };
        if !may {
            return;
        }
        let noted = last.filter(|l| l.state == JourneyState::Noted).map(|l| l.cause);
        let cause = noted.unwrap_or_else(|| (self.journeys.enrollments.iter().filter(|e| e.path == path.name).count() + 1).to_string());
        let day_one = self.seen.facts.calendar.date(as_of);
        if begin.note {
            let e =
                Enrollment { state: JourneyState::Noted, version: None, ..self.fresh(path, begin, &Entry { cause, at: as_of, day_one, why: String::new() }) };
            self.put(Enrollment { control: false, day_one: None, due_at: None, ..e });
            return;
        }
        let why = condition.explain(self.seen.facts).summary();
        self.enter(path, begin, Entry { cause, at: as_of, day_one, why }, false);
    }

    /// Whether an event of those that a condition asks for happened after an instant.
    fn asked_for_since(&self, condition: &Condition, at: Instant) -> bool {
        let facts = self.seen.facts;
        facts.events.iter().any(|e| e.at > at && e.at <= facts.as_of && facts.details.of(e).kinds.iter().any(|k| condition.kinds().contains(k)))
    }

    fn by_event(&mut self, path: &'a Path, begin: Begin, kinds: &[KindId], when: Option<&Condition>) {
        let (facts, as_of) = (self.seen.facts, self.as_of());
        for event in facts.events.iter().filter(|e| facts.details.of(e).kinds.iter().any(|k| kinds.contains(k))) {
            if event.at > as_of {
                self.again_at(event.at);
                break; // they are in order
            }
            if event.at <= begin.since {
                continue;
            }
            let detail = facts.details.of(event);
            let cause = event_id(&path.name, event, detail, facts.dictionary);
            if self.journeys.enrollments.iter().any(|e| e.path == path.name && e.cause == cause) {
                continue;
            }
            if let Some(when) = when
                && (event.at < as_of.plus(-WAITS) || self.holds(when, facts) != Some(true))
            {
                continue;
            }
            let entry = Entry { cause, at: event.at, day_one: facts.calendar.date(event.at), why: told(event, detail, facts) };
            self.enter(path, begin, entry, false);
        }
    }

    fn by_date(&mut self, path: &'a Path, begin: Begin, (field, yearly, feb29): (FieldIx, bool, Feb29), when: Option<&Condition>) {
        let facts = self.seen.facts;
        let Some(day) = facts.lead.get(field.0).and_then(|v| day_of(v, facts.calendar)) else { return };
        let found = occasion(path, (yearly, feb29), facts.calendar, day, self.as_of());
        found.next.into_iter().for_each(|at| self.until = self.until.and(Until(at)));
        let Some((day, at)) = found.now.filter(|(_, at)| *at >= facts.calendar.start_of(facts.calendar.date(begin.since))) else { return };
        let cause = day.to_string();
        let known = self.journeys.enrollments.iter().any(|e| e.path == path.name && e.cause == cause);
        if !known && when.is_none_or(|when| self.holds(when, facts) == Some(true)) {
            let entry = Entry { cause, at, day_one: super::due::later(day, 1), why: day.to_string() };
            self.enter(path, begin, entry, false);
        }
    }

    /// A journey at its beginning.
    fn fresh(&self, path: &Path, begin: Begin, entry: &Entry) -> Enrollment {
        let mut e = Enrollment {
            id: Enrollment::id_of(&self.seen.key.to_string(), &path.name, &entry.cause),
            path: path.name.clone(),
            cause: entry.cause.clone(),
            version: begin.version,
            state: JourneyState::Active,
            control: is_control(path, self.seen.key),
            entered_at: entry.at,
            day_one: Some(entry.day_one),
            step: 0,
            due_at: None,
            last_at: None,
            hold_from: None,
            wait_from: None,
            met: Vec::new(),
            held: 0,
            lapsed_at: None,
            ended_at: None,
            why: None,
        };
        e.due_at = Some(due(self.seen.sop, path, &e, None));
        e
    }

    /// Puts the lead onto a path, unless the path would end at once or a stronger one has the lead. Says why not.
    fn enter(&mut self, path: &'a Path, begin: Begin, entry: Entry, by_hand: bool) -> Option<String> {
        let e = self.fresh(path, begin, &entry);
        let fact = self.fact(&e);
        if let Some(reason) = self.exit(path, &fact) {
            return Some(format!("it would leave at once: {reason}"));
        }
        if self.is_reached(path, &fact) {
            return Some("its goal is reached already".to_owned());
        }
        if path.exclusive {
            let on = |e: &Enrollment| e.state.is_open() && e.path != path.name && self.path_of(e).is_some_and(|p| p.exclusive);
            if let Some(other) = self.journeys.enrollments.iter().find(|e| on(e)).cloned() {
                let stronger = self.path_of(&other).is_some_and(|p| p.priority < path.priority);
                if !stronger {
                    return Some(format!("it is on the path `{}`", other.path));
                }
                self.end(other, JourneyState::Superseded, format!("by `{}`", path.name));
            }
        }
        let before = self.journeys.enrollments.iter().find(|known| known.id == e.id).map(|known| known.state.name());
        let group = if e.control { "control group; " } else { "" };
        let how = if by_hand { "by hand; " } else { "" };
        self.tell(&e, before, format!("{how}{group}{}", entry.why));
        self.put(e);
        None
    }

    /// From the last step of a path onto the next one.
    pub(super) fn go_over(&mut self, from: &str, to: &str) {
        let seen: &'a Seen<'a> = self.seen;
        let Some(place) = seen.sop.paths.iter().position(|p| p.name == to) else { return };
        let (Some(path), Some(begin)) = (seen.sop.paths.get(place), seen.begins.get(place).copied()) else { return };
        let open = self.latest(path).is_some_and(|l| l.state.is_open());
        let never = matches!(path.enroll, Enroll::When { again: Again::Never, .. });
        let been = self.journeys.enrollments.iter().any(|e| e.path == path.name && e.state != JourneyState::Noted);
        if open || (never && been) {
            return;
        }
        let entry = self.entry_now(path, format!("after `{from}`"));
        self.enter(path, begin, entry, false);
    }

    /// Puts the lead onto a path because a person says so, whether it matches or not. The error says why not.
    pub(super) fn enroll_by_hand(&mut self, path: &str, why: &str) -> Result<(), String> {
        let seen: &'a Seen<'a> = self.seen;
        let place = seen.sop.paths.iter().position(|p| p.name == path);
        let found = place.and_then(|place| Some((seen.sop.paths.get(place)?, seen.begins.get(place).copied()?)));
        let Some((path, begin)) = found else { return Err(format!("no path is named `{path}`")) };
        if self.latest(path).is_some_and(|l| l.state.is_open()) {
            return Err(format!("it is on the path `{}` already", path.name));
        }
        let entry = self.entry_now(path, why.to_owned());
        self.enter(path, begin, entry, true).map_or(Ok(()), Err)
    }

    fn entry_now(&self, path: &Path, why: String) -> Entry {
        let at = self.as_of();
        let noted = self.latest(path).filter(|l| l.state == JourneyState::Noted).map(|l| l.cause.clone());
        let cause = noted.unwrap_or_else(|| (self.journeys.enrollments.iter().filter(|e| e.path == path.name).count() + 1).to_string());
        Entry { cause, at, day_one: self.seen.facts.calendar.date(at), why }
    }
}
