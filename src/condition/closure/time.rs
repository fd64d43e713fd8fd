//! Dates, instants and durations: seconds, and how they move with the clock.
//!
//! Every time is a number of seconds with a slope: 0 for facts, 1 for `as_of`. So the instant at which a comparison
//! turns is not searched but solved, whatever `+` and `-` stand in it.

use super::super::num::Num;
use super::super::plan::{Lit, Node, NodeKind, Read};
use super::super::scope::Type;
use super::super::tree::{Op, Sign};
use super::{Fun, case, coalesce, constant, events, value};
use crate::condition::Facts;
use crate::model::{Instant, Until, Value};
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use std::sync::OnceLock;

/// Seconds (since 1970 for dates and instants), and how many more there will be a second later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Moving {
    pub(in super::super) at: i64,
    pub(in super::super) slope: i8,
}

fn still(at: i64) -> Moving {
    Moving { at, slope: 0 }
}

/// Compiles a node that yields a date (as its 00:00), an instant or a duration.
pub(in super::super) fn time(node: &Node) -> Fun<Moving> {
    match &node.kind {
        NodeKind::Const(Lit::Date(day)) => wall(day.and_time(NaiveTime::MIN)),
        NodeKind::Const(Lit::Local(local)) => wall(*local),
        NodeKind::Const(Lit::At(s) | Lit::Span(s)) => constant(Some(still(*s))),
        NodeKind::Read(Read::AsOf) => Box::new(|facts, _| Some(Moving { at: facts.as_of.0, slope: 1 })),
        NodeKind::Read(Read::CreatedAt) => Box::new(|facts, _| Some(still(facts.created_at.0))),
        NodeKind::Read(Read::LastEventAt) => Box::new(|facts, until| Some(still(events::last_act(facts, until).unwrap_or(facts.created_at).0))),
        NodeKind::Read(read) => {
            let read = read.clone();
            Box::new(move |facts, _| match value(&read, facts)? {
                Value::At(t) => Some(still(t.0)),
                Value::Date(day) => Some(still(facts.calendar.start_of(*day).0)),
                Value::Int(seconds) => Some(still(*seconds)), // a state's duration
                _ => None,
            })
        }
        NodeKind::FirstEvent(which) => events::first(*which),
        NodeKind::LastEvent(which) => events::last(*which),
        NodeKind::Arith(sign, left, right) => {
            let (left, right, minus) = (time(left), time(right), *sign == Sign::Minus);
            Box::new(move |facts, until| {
                let (l, r) = (left(facts, until), right(facts, until));
                let (l, r) = (l?, r?);
                let at = if minus { l.at.checked_sub(r.at) } else { l.at.checked_add(r.at) };
                let slope = if minus { l.slope.saturating_sub(r.slope) } else { l.slope.saturating_add(r.slope) };
                at.map(|at| Moving { at, slope })
            })
        }
        NodeKind::Case(arms, otherwise) => case(arms, otherwise.as_deref(), time),
        NodeKind::Coalesce(parts) => coalesce(parts, time),
        NodeKind::Shift(..) => {
            let day = date(node);
            Box::new(move |facts, until| day(facts, until).map(|d| still(facts.calendar.start_of(d).0)))
        }
        _ => constant(None),
    }
}

/// A wall-clock literal; its instant is worked out once per zone (in practice once).
fn wall(local: NaiveDateTime) -> Fun<Moving> {
    let known: OnceLock<(Tz, i64)> = OnceLock::new();
    Box::new(move |facts, _| {
        let (zone, at) = *known.get_or_init(|| (facts.calendar.zone, facts.calendar.instant(local).0));
        Some(still(if zone == facts.calendar.zone { at } else { facts.calendar.instant(local).0 }))
    })
}

/// Compiles a node that yields a date.
fn date(node: &Node) -> Fun<NaiveDate> {
    match &node.kind {
        NodeKind::Const(Lit::Date(day)) => constant(Some(*day)),
        NodeKind::Read(read) => {
            let read = read.clone();
            Box::new(move |facts, _| if let Some(Value::Date(day)) = value(&read, facts) { Some(*day) } else { None })
        }
        NodeKind::Shift(x, days) => {
            let (x, days) = (date(x), *days);
            Box::new(move |facts, until| {
                let day = x(facts, until)?;
                let n = Days::new(days.unsigned_abs());
                if days < 0 { day.checked_sub_days(n) } else { day.checked_add_days(n) }
            })
        }
        NodeKind::Case(arms, otherwise) => case(arms, otherwise.as_deref(), date),
        NodeKind::Coalesce(parts) => coalesce(parts, date),
        _ => constant(None),
    }
}

/// A comparison of two times of one sort.
pub(super) fn compare(op: Op, left: &Node, right: &Node) -> Fun<bool> {
    if left.ty == Type::Date && right.ty == Type::Date {
        let (left, right) = (date(left), date(right));
        return Box::new(move |facts, until| {
            let (l, r) = (left(facts, until), right(facts, until));
            Some(op.holds(l?.cmp(&r?)))
        });
    }
    let (left, right) = (time(left), time(right));
    Box::new(move |facts, until| {
        let (l, r) = (left(facts, until), right(facts, until));
        let (l, r) = (l?, r?);
        if let Some(seconds) = turn(op, i128::from(l.at) - i128::from(r.at), i128::from(l.slope) - i128::from(r.slope)) {
            *until = until.and(Until(facts.as_of.plus(seconds)));
        }
        Some(op.holds(l.at.cmp(&r.at)))
    })
}

/// In how many seconds `difference op 0` first gives another answer, when the difference grows by `slope` a second.
fn turn(op: Op, difference: i128, slope: i128) -> Option<i64> {
    let (op, d, s) = if slope < 0 { (op.flipped(), -difference, -slope) } else { (op, difference, slope) };
    if s == 0 {
        return None;
    }
    let zero = if d < 0 { Some((-d + s - 1) / s) } else { None }; // first at or above 0
    let above = if d <= 0 { Some(-d / s + 1) } else { None }; // first above 0
    let seconds = match op {
        Op::Lt | Op::Ge => zero,
        Op::Le | Op::Gt => above,
        Op::Eq | Op::Ne => zero.or(above),
    };
    seconds.map(|k| i64::try_from(k).unwrap_or(i64::MAX))
}

/// The instant at which a moving time enters another local day.
fn next_day_of(x: Moving, facts: &Facts<'_>) -> Until {
    match x.slope {
        0 => Until::NEVER,
        1 => Until(facts.as_of.plus(facts.calendar.next_midnight(Instant(x.at)).0.saturating_sub(x.at))),
        _ => Until(facts.as_of.plus(1)), // nobody writes this; a second is never late
    }
}

/// Whole calendar days of the zone.
pub(super) fn days_since(x: &Node) -> Fun<Num> {
    counted(time(x), |facts, at| facts.calendar.days_between(at, facts.as_of))
}

/// Working days of the calendar.
pub(super) fn business_days_since(x: &Node) -> Fun<Num> {
    counted(time(x), |facts, at| facts.calendar.business_days_between(at, facts.as_of))
}

fn counted(x: Fun<Moving>, days: fn(&Facts<'_>, Instant) -> i64) -> Fun<Num> {
    Box::new(move |facts, until| {
        let x = x(facts, until)?;
        *until = until.and(Until(facts.calendar.next_midnight(facts.as_of))).and(next_day_of(x, facts));
        Some(Num::Int(days(facts, Instant(x.at))))
    })
}

/// `days_since(x) >= n`. Days only grow while `x` stands still, so a true answer stays, and a false one turns at 00:00 of
/// the n-th day. Working days are never more than calendar days, so that midnight is early for them, never late.
pub(super) fn days_at_least(x: &Node, n: i64, business: bool) -> Fun<bool> {
    let x = time(x);
    Box::new(move |facts, until| {
        let x = x(facts, until)?;
        let at = Instant(x.at);
        let calendar = facts.calendar;
        let days = if business { calendar.business_days_between(at, facts.as_of) } else { calendar.days_between(at, facts.as_of) };
        let midnight = || calendar.next_midnight(facts.as_of);
        if x.slope != 0 {
            *until = until.and(Until(midnight())).and(next_day_of(x, facts));
        } else if days < n {
            let solved = u64::try_from(n).ok().and_then(|n| calendar.date(at).checked_add_days(Days::new(n))).map(|day| calendar.start_of(day));
            let turn = match solved {
                // No working day may be left before an `x` that is still ahead: look at every midnight.
                _ if n < 0 || (business && at > facts.as_of) => midnight(),
                Some(turn) => turn.max(midnight()),
                None => Instant::MAX, // beyond the last date there is
            };
            *until = until.and(Until(turn));
        }
        Some(days >= n)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_the_first_second_with_another_answer() {
        let holds = |op: Op, d: i128| op.holds(d.cmp(&0));
        for op in [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge] {
            for slope in [-2_i128, -1, 0, 1, 2] {
                for d in -7_i128..=7 {
                    let slow = (1..40).find(|k| holds(op, d + slope * k) != holds(op, d));
                    let fast = turn(op, d, slope).map(i128::from);
                    if slope.abs() <= 1 {
                        assert_eq!(fast, slow, "{op:?} {d} {slope}");
                    } else if let Some(slow) = slow {
                        assert!(fast.is_some_and(|f| f <= slow), "{op:?} {d} {slope}");
                    }
                }
            }
        }
    }
}
