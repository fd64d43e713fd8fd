//! How leads walk the line of stages: what funnel, velocity and cohorts are counted from, and the words that they share.

use super::Cell;
use crate::model::Instant;

/// What stands for a lead or deal whose channel, owner or industry is blank: a row of its own, never left out.
pub const NONE: &str = "(none)";

/// Below this many a share or a quantile says more about chance than about anybody.
pub const FEW: u64 = 5;

/// One stop of the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stop {
    /// `mql`
    pub id: String,
    /// 市场认可线索, where the user names it.
    pub title: String,
}

/// One lead's walk. It has reached every stop up to the furthest; of some nobody knows when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The row that it counts in; blank = [`NONE`], or the rows are not split.
    pub group: String,
    /// When it came; of one that tells no date, when it was first seen.
    pub created_at: Option<Instant>,
    /// It tells no date.
    pub came_undated: bool,
    /// How many stops it has reached; everybody has reached the first.
    pub reached: usize,
    /// By stop: when it was first there; `None` = never, or nobody knows when.
    pub at: Vec<Option<Instant>>,
}

impl Walk {
    /// When it was first at a stop. Where nobody dated that, it was there when it was first at the next that is dated.
    pub fn at(&self, stop: usize) -> Option<Instant> {
        match stop {
            0 => self.created_at,
            _ => (stop..self.reached).find_map(|stop| self.at.get(stop).copied().flatten()),
        }
    }

    /// The stops that it really stood at, with their instants. A stop with the instant of a later one was passed over: it is
    /// stamped as the stage that was entered, and nobody spent time there.
    pub fn steps(&self) -> Vec<(usize, Instant)> {
        let mut steps: Vec<(usize, Instant)> = Vec::with_capacity(self.reached);
        for (stop, at) in (0..self.reached.max(1)).rev().filter_map(|stop| Some((stop, self.at(stop)?))) {
            // The first stop is where everybody begins: never passed over.
            if stop == 0 || steps.iter().all(|(_, later)| *later != at) {
                steps.push((stop, at));
            }
        }
        steps.reverse();
        // Seen after it had moved: when it came nobody knows, only that it was earlier.
        if self.came_undated && matches!(steps.as_slice(), [(0, seen), (_, next), ..] if next < seen) {
            steps.remove(0);
        }
        steps
    }

    /// Moves dated before the stage before.
    pub fn backwards(&self) -> u64 {
        let steps = self.steps();
        steps.iter().zip(steps.iter().skip(1)).filter(|((_, from), (_, until))| until < from).count() as u64
    }

    /// Whether nobody knows when it came as far as it did.
    pub fn undated(&self) -> bool {
        self.reached > 1 && self.at(self.reached - 1).is_none()
    }
}

/// The share of a whole; of fewer than [`FEW`] nothing is said.
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole >= FEW).then(|| part as f64 / whole as f64)
}

/// A share as a cell.
pub(super) fn percent(share: Option<f64>) -> Cell {
    share.map_or(Cell::Empty, Cell::Percent)
}

/// A count as a cell.
pub(super) fn number(n: u64) -> Cell {
    Cell::Integer(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Seconds as days, to a ten-thousandth (nine seconds).
pub(super) fn days(seconds: Option<f64>) -> Cell {
    seconds.map_or(Cell::Empty, |s| Cell::Number((s / 8.64).round() / 10_000.0))
}

/// Seconds as hours, to a tenth.
pub(super) fn hours(seconds: Option<f64>) -> Cell {
    seconds.map_or(Cell::Empty, |s| Cell::Number((s / 360.0).round() / 10.0))
}

/// `3 before: too few to tell`
pub(super) fn too_few(n: u64, of: &str) -> String {
    format!("{n} {of}: too few to tell")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(created: i64, at: &[Option<i64>]) -> Walk {
        let at: Vec<_> = std::iter::once(None).chain(at.iter().map(|at| at.map(Instant))).collect();
        Walk { group: String::new(), created_at: Some(Instant(created)), reached: at.len(), at, ..Walk::default() }
    }

    #[test]
    fn stages_passed_over_take_no_time() {
        // Straight from the first to the fourth on day 9: the two between are stamped with it.
        assert_eq!(walk(1, &[Some(9), Some(9), Some(9)]).steps(), [(0, Instant(1)), (3, Instant(9))]);
        assert_eq!(walk(1, &[Some(4), Some(9), Some(9)]).steps(), [(0, Instant(1)), (1, Instant(4)), (3, Instant(9))]);
        // Deals know when they were opened, also where the tick stamped everything at once.
        assert_eq!(walk(1, &[Some(9), Some(5), Some(9)]).steps(), [(0, Instant(1)), (2, Instant(5)), (3, Instant(9))]);
        // Moved on in the instant of arrival.
        assert_eq!(walk(1, &[Some(1)]).steps(), [(0, Instant(1)), (1, Instant(1))]);
    }

    #[test]
    fn a_move_before_the_stage_before_is_counted() {
        assert_eq!(walk(1, &[Some(4), Some(9)]).backwards(), 0);
        assert_eq!(walk(1, &[Some(4), Some(9), Some(6)]).backwards(), 1);
        assert_eq!(walk(5, &[Some(4)]).backwards(), 1, "before it came");
        assert_eq!(Walk { came_undated: true, ..walk(5, &[Some(4)]) }.backwards(), 0, "it came whenever");
    }

    #[test]
    fn what_nobody_dated_is_reached_and_takes_no_part_in_times() {
        let passed = walk(1, &[None, Some(9)]);
        assert_eq!((passed.steps(), passed.undated()), (vec![(0, Instant(1)), (2, Instant(9))], false));
        assert_eq!(passed.at(1), Some(Instant(9)), "at the latest then");
        let unknown = walk(1, &[Some(4), None]);
        assert_eq!((unknown.steps(), unknown.undated()), (vec![(0, Instant(1)), (1, Instant(4))], true));
    }
}
