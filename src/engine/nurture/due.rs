//! When steps are due. Day 1 is the enrollment day; each step is due no earlier than the one before *as it really went* plus what
//! lies between them by design: calendar days between `day:` steps, time for `after:`. So nothing that was late comes as a burst.

use crate::model::{Calendar, Enrollment, Instant, Journeys, Letter, Message, Part};
use crate::rules::Sop;
use crate::rules::delivery::Medium;
use crate::rules::nurture::{Due, Path, Step, What, planned};
use chrono::{NaiveDate, TimeDelta};

/// A day so many days later.
pub(super) fn later(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(TimeDelta::days(days)).unwrap_or(day)
}

/// When the step that a journey has before it is due; past the last step, when the journey is over: at the end of the day of its last.
pub(super) fn due(sop: &Sop, path: &Path, e: &Enrollment, real: Option<Instant>) -> Instant {
    due_of(sop, path, e, e.step, real)
}

/// The same of the step at a place.
fn due_of(sop: &Sop, path: &Path, e: &Enrollment, place: usize, real: Option<Instant>) -> Instant {
    let calendar = &sop.calendar;
    let before = real.unwrap_or(e.entered_at);
    let Some(step) = path.steps.get(place) else { return calendar.next_midnight(before) };
    match step.due {
        Due::After(gap) => before.plus(gap.0),
        Due::Next => before,
        Due::Day { n, at } => {
            let days = planned(path);
            let day_one = e.day_one.unwrap_or_else(|| calendar.date(e.entered_at));
            let nominal = calendar.second_of(later(day_one, i64::from(n) - 1), at);
            let Some((real, last)) = real.zip(place.checked_sub(1)) else { return nominal };
            let gap = days.get(place).copied().unwrap_or(0) - days.get(last).copied().unwrap_or(0);
            let day = calendar.date(real);
            let floor = if gap > 0 { calendar.second_of(later(day, gap), at) } else { same_day(sop, path, last, real, at) };
            nominal.max(floor)
        }
    }
}

/// Two messages of one day keep their distance: whatever put the first off beyond its opening puts the second off.
fn same_day(sop: &Sop, path: &Path, last: usize, real: Instant, at: u32) -> Instant {
    let calendar = &sop.calendar;
    let day = calendar.date(real);
    let medium = |place: usize| match path.steps.get(place).map(|s| &s.what) {
        Some(What::Send(send)) => sop.delivery.medium(&send.medium),
        _ => None,
    };
    let planned = match (path.steps.get(last).map(|s| s.due), medium(last)) {
        (Some(Due::Day { at, .. }), Some(before)) if medium(last + 1).is_some() => opens(calendar, before, calendar.second_of(day, at)),
        _ => real,
    };
    calendar.second_of(day, at).max(real).plus((real.0 - planned.0).max(0))
}

/// When the step before really went: when its message left, or is to leave; else what the journey remembers, but no earlier than it could
/// go after the last message that left: a task between two messages does not bring them together.
pub(super) fn really(sop: &Sop, path: &Path, e: &Enrollment, journeys: &Journeys) -> Option<Instant> {
    let last = e.step.checked_sub(1).filter(|last| *last < path.steps.len())?;
    let left = |place: usize| {
        let letter = letter_of(path.steps.get(place)?, e, journeys).filter(|l| l.heard_at(l.not_before).is_some())?;
        Some((place, letter.sent_at.unwrap_or(letter.not_before)))
    };
    match (0..e.step).rev().find_map(left) {
        Some((place, at)) if place == last => Some(at),
        Some((place, at)) => e.last_at.map(|told| (place + 1..e.step).fold(at, |at, place| due_of(sop, path, e, place, Some(at))).max(told)),
        None => e.last_at,
    }
}

/// The first message of a step on a journey.
fn letter_of<'j>(step: &Step, e: &Enrollment, journeys: &'j Journeys) -> Option<&'j Letter> {
    journeys.letters.iter().find(|l| l.enrollment == e.id && l.part == Part::Main && l.step == step.id)
}

/// Since when the message ahead of the next step has been waiting in the outbox past its hour: whoever sends has not come by, and how
/// the step before really goes is not known yet.
pub(super) fn overdue(path: &Path, e: &Enrollment, journeys: &Journeys, as_of: Instant) -> Option<Instant> {
    let on_its_way = |l: &&Letter| l.waits() || l.heard_at(l.not_before).is_some();
    let main = path.steps.get(..e.step)?.iter().rev().find_map(|step| letter_of(step, e, journeys).filter(on_its_way))?;
    Some(main.not_before).filter(|at| main.waits() && *at < as_of)
}

/// The earliest instant for a message that was decided before the one ahead of it had gone: what lay between the two by design
/// (`planned` until its `due_at`) lies between them as they really go. `after:` is time; what a path puts on days is kept as days and the
/// time of the day. `None` = nothing was to lie between them.
pub fn apart(sop: &Sop, message: &Message, planned: Instant, went: Instant) -> Option<Instant> {
    let (calendar, due) = (&sop.calendar, message.due_at);
    let gap = Some(due.0.saturating_sub(planned.0)).filter(|gap| *gap > 0)?;
    let (by_time, days) = (went.plus(gap), calendar.days_between(planned, due));
    let step = sop.path(&message.path).and_then(|path| path.step(&message.step));
    if days <= 0 || step.is_some_and(|step| matches!(step.due, Due::After(_))) {
        return Some(by_time);
    }
    let time = u32::try_from(due.0 - calendar.start_of(calendar.date(due)).0).unwrap_or(0);
    Some(by_time.min(calendar.second_of(later(calendar.date(went), days), time)))
}

/// The next instant at which a medium is open.
pub fn opens(calendar: &Calendar, medium: &Medium, at: Instant) -> Instant {
    medium.hours.map_or(at, |hours| hours.next_open(calendar, at, medium.days))
}

/// The local days of every advertising message that a lead hears from us by; without one that is being asked about.
pub(super) fn heard(calendar: &Calendar, journeys: &Journeys, as_of: Instant) -> Vec<(NaiveDate, String)> {
    let told = |l: &crate::model::Letter| Some((calendar.date(l.heard_at(as_of)?), l.medium.clone()));
    journeys.letters.iter().filter(|l| !l.service).filter_map(told).collect()
}
