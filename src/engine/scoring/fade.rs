//! From the instants that count to one whole line, and when fading alone moves that line.
//!
//! Fading sums shrink smoothly while the counted events stay the same, so the instant of the next rounding boundary has
//! a closed form; only where floating point leaves two neighbouring seconds open is the exact line asked.

use super::clamped;
use super::line::Hit;
use crate::rules::scoring::{Clamp, Fade};

/// What decimal points lose in binary (100 × 1.005 is 100.49999999999999): a half is a half within this much.
const SLACK: f64 = 1e-9;

/// A whole number of points, half away from zero.
pub(super) fn whole(points: f64) -> i64 {
    ((points.abs() + 0.5 + SLACK).floor() * points.signum()) as i64
}

/// How counted events of one rule become its line.
#[derive(Clone, Copy)]
pub(super) struct Curve {
    /// What one occurrence is worth.
    pub(super) points: f64,
    pub(super) fade: Fade,
    pub(super) clamp: Clamp,
}

impl Curve {
    /// What remains of one occurrence of this age, in seconds.
    pub(super) fn factor(&self, age: i64) -> f64 {
        match self.fade {
            Fade::None => 1.0,
            Fade::HalfLife(h) => (-(age as f64) / h.0.max(1) as f64).exp2(),
            Fade::Linear(d) => (d.0 - age).max(0) as f64 / d.0.max(1) as f64,
        }
    }

    /// The sum of the factors of the counted events (newest first: one order, one float sum).
    fn factors(&self, counted: &[Hit], at: i64) -> f64 {
        match self.fade {
            Fade::None => counted.len() as f64,
            Fade::HalfLife(_) => counted.iter().map(|hit| self.factor(at - hit.at)).sum(),
            // Whole seconds add up exactly; one division at the end.
            Fade::Linear(d) => left(counted, at, d.0).0 as f64 / d.0.max(1) as f64,
        }
    }

    /// The sum before clamp and rounding.
    pub(super) fn raw(&self, counted: &[Hit], at: i64) -> f64 {
        self.points * self.factors(counted, at)
    }

    /// The line: sum → clamp → whole. A rule for which nothing counts adds nothing, whatever its clamp.
    pub(super) fn line(&self, counted: &[Hit], at: i64) -> i64 {
        if counted.is_empty() { 0 } else { clamped(self.clamp, whole(self.raw(counted, at))) }
    }

    /// While exactly these events count: the first instant after `at` at which the line is no longer `now`, its value at `at`.
    pub(super) fn next_drop(&self, counted: &[Hit], at: i64, now: i64) -> Option<i64> {
        // Fading moves a line towards zero only: one that is at zero, or held by the clamp on that side, stays.
        let held = if self.points < 0.0 { self.clamp.max.is_some_and(|max| now >= max) } else { self.clamp.min.is_some_and(|min| now <= min) };
        let size = if self.points < 0.0 { now.saturating_neg() } else { now };
        if held || size <= 0 {
            return None;
        }
        // The line loses a point once the sum of the factors is below this.
        let bound = (size as f64 - 0.5 - SLACK) / self.points.abs();
        let (seconds, scale) = match self.fade {
            Fade::None => return None, // only expiries move it
            Fade::HalfLife(h) => (h.0.max(1) as f64 * (self.factors(counted, at) / bound).log2(), h.0.max(1) as f64),
            Fade::Linear(d) => {
                let (sum, active) = left(counted, at, d.0);
                ((sum as f64 - bound * d.0.max(1) as f64) / active as f64, sum as f64)
            }
        };
        if !seconds.is_finite() {
            return None;
        }
        // Between these two seconds floating point cannot tell.
        let error = 1e-3 + (seconds + scale * (4 + counted.len()) as f64) * f64::EPSILON;
        let (first, last) = ((seconds - error).floor().max(0.0) as i64 + 1, (seconds + error).floor().max(0.0) as i64 + 1);
        let first_at = at.saturating_add(first);
        let later = last == first + 1 && self.line(counted, first_at) == now;
        Some(if later { first_at.saturating_add(1) } else { first_at })
    }

    /// The instant from which an event of this instant adds nothing more, where fading ends at all.
    pub(super) fn gone(&self, at: i64) -> Option<i64> {
        if let Fade::Linear(d) = self.fade { Some(at.saturating_add(d.0.max(1))) } else { None }
    }
}

/// Linear fading: the seconds left over all counted events, and how many of them still have some.
fn left(counted: &[Hit], at: i64, d: i64) -> (i128, usize) {
    let mut out = (0_i128, 0);
    for hit in counted {
        let rest = d.saturating_sub(at - hit.at);
        if rest > 0 {
            out = (out.0 + i128::from(rest), out.1 + 1);
        }
    }
    out
}
