//! One lead as the engines behind scoring see it, whether it comes out of a base or out of an example of sops/tests.

use crate::condition::Facts;
use crate::engine::state::{Known, media_of, values};
use crate::model::{Deal, DealFacts, Instant, Key, LeadId, Standing, Value};
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
}

impl<'a> Lead<'a> {
    /// Of a base.
    pub(super) fn of(row: &'a ScanRow, facts: &'a Facts<'a>) -> Self {
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
        }
    }

    /// The values of its state names, for one standing of it.
    pub(super) fn state(&self, sop: &Sop, standing: &Standing, deals: &DealFacts) -> Vec<Value> {
        let owner = standing.owner.as_deref().and_then(|id| sop.team.owner(id));
        let known = Known {
            score: self.score,
            groups: self.groups,
            band: self.band,
            standing,
            seen_at: Some(self.seen_at),
            deals,
            follow_ups: self.facts.follow_ups,
            owner_role: owner.map(|o| o.role.as_str()),
            media: &media_of(&sop.dictionary, self.facts.lead),
        };
        values(&sop.scoring, &sop.lifecycle, &known, self.facts.as_of).0
    }
}
