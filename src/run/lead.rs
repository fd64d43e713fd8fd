//! One lead as the engines behind scoring see it, whether it comes out of a base or out of an example of sops/tests.

use crate::condition::Facts;
use crate::engine::nurture::reachable;
use crate::engine::state::{Known, values};
use crate::model::{Deal, DealFacts, Instant, Key, LeadId, Standing, Suppressed, Value};
use crate::rules::Sop;
use crate::store::ScanRow;

/// What is known of a lead beside its standing.
#[derive(Clone, Copy)]
pub(super) struct Lead<'a> {
    pub(super) lead: LeadId,
    pub(super) key: Key,
    /// When the base first saw it.
    pub(super) seen_at: Instant,
    /// `None` before the first scoring.
    pub(super) score: Option<i64>,
    /// By group.
    pub(super) groups: &'a [i64],
    /// The band's id.
    pub(super) band: Option<&'a str>,
    pub(super) deals: &'a [Deal],
    /// Fields, events and follow-ups as of now; without the state, which depends on a standing.
    pub(super) facts: &'a Facts<'a>,
    /// Addresses that must not be written to.
    pub(super) closed: &'a Suppressed,
}

impl<'a> Lead<'a> {
    /// Of a base.
    pub(super) fn of(row: &'a ScanRow, facts: &'a Facts<'a>, closed: &'a Suppressed) -> Self {
        let (record, state) = (&row.record, &row.state);
        Self {
            lead: record.lead,
            key: record.key,
            seen_at: record.seen_at,
            score: state.score,
            groups: &state.groups,
            band: state.band.as_deref(),
            deals: &row.deals,
            facts,
            closed,
        }
    }

    /// The values of its state names, for one standing of it.
    pub(super) fn state(&self, sop: &Sop, standing: &Standing, deals: &DealFacts) -> Vec<Value> {
        let owner = standing.owner.as_deref().and_then(|id| sop.team.owner(id));
        let known = |media: &[&str]| {
            let known = Known {
                score: self.score,
                groups: self.groups,
                band: self.band,
                standing,
                seen_at: Some(self.seen_at),
                deals,
                follow_ups: self.facts.follow_ups,
                owner_role: owner.map(|o| o.role.as_str()),
                media,
            };
            values(&sop.scoring, &sop.lifecycle, &known, self.facts.as_of).0
        };
        known(&reachable(&sop.delivery, self.facts, (self.lead, self.closed), &known))
    }
}
