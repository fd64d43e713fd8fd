//! Which events of one rule count, and the first instant at which the clock alone changes its line.
//!
//! Hits are one lead's events that a rule is interested in, oldest first. Counting takes, in this order,
//! `within` → `per` → `limit`; the counted events stand newest first.

use super::fade::Curve;
use crate::model::DetailId;
use crate::rules::scoring::{EventRule, Keep, Per};

/// One event that a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) at: i64,
    /// The local day or the asset; unused where every event counts.
    pub(super) group: u32,
    pub(super) detail: DetailId,
}

/// How many expiries are looked through before giving up with an early `until`: a lead with 100,000 events
/// behind a clamp must not cost 100,000² steps.
const PIECES: usize = 256;

/// Room to count in, reused from rule to rule and lead to lead.
#[derive(Default)]
pub(super) struct Tally {
    /// What counts, newest first.
    pub(super) counted: Vec<Hit>,
    /// By asset: the last count that saw it.
    seen: Vec<u64>,
    round: u64,
}

impl Tally {
    /// Fills `counted` as of an instant.
    pub(super) fn count(&mut self, rule: &EventRule, hits: &[Hit], at: i64) {
        self.counted.clear();
        self.round += 1;
        let oldest = rule.within.map_or(i64::MIN, |w| at.saturating_sub(w.0));
        let inside = &hits[hits.partition_point(|hit| hit.at < oldest)..];
        let limit = rule.limit.unwrap_or(usize::MAX);
        match rule.keep {
            Keep::Newest => {
                for hit in inside.iter().rev() {
                    if self.counted.len() >= limit {
                        break;
                    }
                    if self.fresh(rule.per, hit) {
                        self.counted.push(*hit);
                    }
                }
            }
            Keep::Oldest => {
                for hit in inside {
                    if self.fresh(rule.per, hit) {
                        self.counted.push(*hit);
                    }
                }
                self.counted.reverse();
                self.counted.truncate(limit);
            }
        }
    }

    /// Whether it is the first of its day or asset in this count. Days come in order, assets do not.
    fn fresh(&mut self, per: Per, hit: &Hit) -> bool {
        match per {
            Per::Event => true,
            Per::Day => self.counted.last().is_none_or(|last| last.group != hit.group),
            Per::Asset => {
                let place = hit.group as usize;
                if place >= self.seen.len() {
                    self.seen.resize(place + 1, 0);
                }
                std::mem::replace(&mut self.seen[place], self.round) != self.round
            }
        }
    }

    /// The first instant after `at`, but before `horizon`, at which the line is no longer `now`; else `horizon`.
    /// `counted` must be as of `at`. Goes from expiry to expiry: between two, the counted events stay the same.
    pub(super) fn next_change(&mut self, rule: &EventRule, curve: &Curve, hits: &[Hit], at: i64, now: i64, horizon: i64) -> i64 {
        let mut at = at;
        for _ in 0..PIECES {
            let expiry = self.expiry(rule, curve, hits, at);
            if let Some(drop) = curve.next_drop(&self.counted, at, now)
                && drop < expiry
            {
                return drop.min(horizon);
            }
            if expiry >= horizon {
                return horizon;
            }
            at = expiry;
            self.expire(rule, hits, at);
            if curve.line(&self.counted, at) != now {
                return at;
            }
        }
        at
    }

    /// The first instant after `at` at which other events could count, or a linear fade ends and so bends the curve;
    /// `i64::MAX` if there is none.
    fn expiry(&self, rule: &EventRule, curve: &Curve, hits: &[Hit], at: i64) -> i64 {
        let Some(oldest) = self.counted.last() else { return i64::MAX };
        let leaving = rule.within.map_or(i64::MAX, |within| {
            let leaves = |hit: &Hit| hit.at.saturating_add(within.0).saturating_add(1);
            match rule.keep {
                // Whoever leaves first is the oldest that counts: those beyond the limit are older and matter no more.
                Keep::Newest => leaves(oldest),
                // An older one outside the limit may make room for a newer one of its day or asset.
                Keep::Oldest => hits.iter().map(leaves).find(|t| *t > at).unwrap_or(i64::MAX),
            }
        });
        let bend = self.counted.iter().rev().filter_map(|hit| curve.gone(hit.at)).find(|t| *t > at);
        bend.map_or(leaving, |bend| bend.min(leaving))
    }

    /// Moves `counted` on to an expiry.
    fn expire(&mut self, rule: &EventRule, hits: &[Hit], at: i64) {
        match rule.keep {
            Keep::Newest => {
                let oldest = rule.within.map_or(i64::MIN, |w| at.saturating_sub(w.0));
                while self.counted.last().is_some_and(|hit| hit.at < oldest) {
                    self.counted.pop();
                }
            }
            Keep::Oldest => self.count(rule, hits, at),
        }
    }
}
