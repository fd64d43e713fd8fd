//! How promises were kept: 及时跟进率 and times of response.

use super::quantile;
use crate::model::{Calendar, Clock, ClockKind, ClockStatus, Unit};
use std::collections::BTreeMap;

/// How one promise was kept, by everyone or by one owner.
#[derive(Clone, Debug, PartialEq)]
pub struct Attainment {
    /// The promise's name.
    pub promise: String,
    /// Whose time was counted.
    pub kind: ClockKind,
    /// By whom; `None` = by all.
    pub owner: Option<String>,
    /// Answered in time.
    pub met: usize,
    /// Answered late.
    pub met_late: usize,
    /// Past their limit and not answered.
    pub breached: usize,
    /// Not answered, not yet due.
    pub running: usize,
    /// The lead left the owner before the deadline, unanswered.
    pub ended: usize,
    /// From the event to the answer by the clock on the wall; of those answered.
    pub wall: Option<Response>,
    /// The same in working time, where the promise is one of working time.
    pub business: Option<Response>,
}

/// Times of response, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Response {
    /// Half were faster.
    pub median: f64,
    /// Nine of ten were faster.
    pub p90: f64,
}

impl Attainment {
    /// met / (met + breached): a late answer is a breach. Those still running, and those that ended before their deadline, are
    /// neither. `None`: nothing was due yet.
    pub fn share(&self) -> Option<f64> {
        let due = self.met + self.met_late + self.breached;
        (due > 0).then(|| self.met as f64 / due as f64)
    }
}

/// By promise and kind of clock, by name.
pub fn attainment_by_promise<'a>(clocks: impl IntoIterator<Item = &'a Clock>, calendar: &Calendar) -> Vec<Attainment> {
    grouped(clocks, calendar, |_| None)
}

/// By promise and owner, by name: the owners' clocks only.
pub fn attainment_by_owner<'a>(clocks: impl IntoIterator<Item = &'a Clock>, calendar: &Calendar) -> Vec<Attainment> {
    grouped(clocks.into_iter().filter(|c| c.kind == ClockKind::Owner), calendar, |c| c.owner.as_deref())
}

/// The clocks of one group, counted as they come.
#[derive(Default)]
struct Counts {
    of: [usize; ClockStatus::ALL.len()],
    wall: Vec<i64>,
    business: Vec<i64>,
}

fn grouped<'a>(clocks: impl IntoIterator<Item = &'a Clock>, calendar: &Calendar, owner: impl Fn(&'a Clock) -> Option<&'a str>) -> Vec<Attainment> {
    let mut groups: BTreeMap<(&str, ClockKind, Option<&str>), Counts> = BTreeMap::new();
    for clock in clocks {
        let counts = groups.entry((&clock.promise, clock.kind, owner(clock))).or_default();
        for (n, (_, status)) in counts.of.iter_mut().zip(ClockStatus::ALL) {
            *n += usize::from(status == clock.status);
        }
        let Some(answered) = clock.answered_at else { continue };
        counts.wall.push(calendar.elapsed(clock.started_at, answered, Unit::Wall));
        if clock.within.unit() != Unit::Wall {
            counts.business.push(calendar.business_elapsed(clock.started_at, answered));
        }
    }
    groups.into_iter().map(|((promise, kind, owner), counts)| counts.sum_up(promise, kind, owner)).collect()
}

impl Counts {
    fn sum_up(mut self, promise: &str, kind: ClockKind, owner: Option<&str>) -> Attainment {
        let n = |status: ClockStatus| self.of.iter().zip(ClockStatus::ALL).find(|(_, (_, s))| *s == status).map_or(0, |(n, _)| *n);
        let (met, met_late, breached) = (n(ClockStatus::Met), n(ClockStatus::MetLate), n(ClockStatus::Breached));
        let (running, ended) = (n(ClockStatus::Running), n(ClockStatus::Ended));
        let (wall, business) = (response(&mut self.wall), response(&mut self.business));
        Attainment { promise: promise.to_owned(), kind, owner: owner.map(str::to_owned), met, met_late, breached, running, ended, wall, business }
    }
}

fn response(times: &mut [i64]) -> Option<Response> {
    Some(Response { median: quantile(times, 0.5)?, p90: quantile(times, 0.9)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Duration, Instant, Within};

    const HOUR: i64 = 3600;

    /// Started on Monday 2026-11-23 at 09:00 in Shanghai, due after four hours of some sort.
    fn clock(owner: &str, within: Within, answered: Option<i64>, status: ClockStatus) -> Clock {
        let start = Instant(1_795_395_600);
        Clock {
            promise: "accept".into(),
            kind: ClockKind::Owner,
            owner: Some(owner.into()),
            within,
            started_at: start,
            due_at: Calendar::default().add(start, &within),
            warn_at: None,
            answered_at: answered.map(|hours| start.plus(hours * HOUR)),
            ended_at: None,
            status,
        }
    }

    #[test]
    fn late_and_unanswered_are_breaches_and_those_not_due_are_apart() {
        use ClockStatus::{Breached, Ended, Met, MetLate, Running};
        let within = Within::BusinessHours(4 * HOUR);
        let zhang = [(Some(1), Met), (Some(2), Met), (Some(4), Met), (Some(25), MetLate), (None, Breached), (None, Running), (None, Ended)];
        let mut clocks: Vec<Clock> = zhang.map(|(answered, status)| clock("zhang", within, answered, status)).into();
        clocks.push(clock("li", within, None, Running));
        clocks.push(Clock { kind: ClockKind::Lead, owner: None, ..clock("", within, Some(3), Met) });
        let calendar = Calendar::default();
        let by_owner = attainment_by_owner(&clocks, &calendar);
        assert_eq!(by_owner.iter().map(|a| a.owner.as_deref()).collect::<Vec<_>>(), [Some("li"), Some("zhang")]);
        assert_eq!((by_owner[0].share(), by_owner[0].wall), (None, None), "nothing was due yet");
        let zhang = &by_owner[1];
        assert_eq!((zhang.met, zhang.met_late, zhang.breached, zhang.running, zhang.ended), (3, 1, 1, 1, 1));
        assert_eq!(zhang.share(), Some(0.6));
        // 1, 2, 4 and 25 hours on the wall; lunch and the night are no work: 1, 2, 3 and 9.
        let minutes = |r: Option<Response>| r.map(|r| [r.median, r.p90].map(|s| (s / 60.0).round()));
        assert_eq!(minutes(zhang.wall), Some([180.0, 1122.0]), "4 h + 0.7 x 21 h");
        assert_eq!(minutes(zhang.business), Some([150.0, 432.0]), "3 h + 0.7 x 6 h");
        let all = attainment_by_promise(&clocks, &calendar);
        assert_eq!(all.iter().map(|a| (a.kind, a.met, a.running)).collect::<Vec<_>>(), [(ClockKind::Owner, 3, 2), (ClockKind::Lead, 1, 0)]);
    }

    #[test]
    fn a_promise_of_the_wall_has_no_working_time() {
        let clocks = [clock("zhang", Within::Wall(Duration(4 * HOUR)), Some(1), ClockStatus::Met)];
        let all = attainment_by_promise(&clocks, &Calendar::default());
        assert_eq!((all[0].wall.is_some(), all[0].business), (true, None));
    }
}
