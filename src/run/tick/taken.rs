//! The leads that rounds took up, on their way to whoever gets them: what was read of a lead serves until it is placed, as far as
//! memory allows. A first day may take up a million leads; of those that find no room here the row is read again.

use crate::engine::assignment::{Candidate, Unplaced};
use crate::model::{Event, LeadId, Standing, Until};
use crate::run::{RunError, Session};
use crate::store::ScanRow;
use rustc_hash::{FxHashMap, FxHashSet};

/// Rows of so many bytes together are kept.
const ROOM: usize = 48 << 20;
/// What a row weighs, beside its events.
const BARE: usize = 2 << 10;

/// Candidates with their rows.
#[derive(Default)]
pub(super) struct Taken {
    /// Not dealt yet, in the order in which they were taken up.
    pub(super) candidates: Vec<Candidate>,
    /// Dealt, and nobody could take them; with why.
    pub(super) waiting: Vec<Unplaced>,
    resting: Vec<Candidate>,
    /// Of whoever waits: promises and alerts have been looked after.
    seen: FxHashSet<LeadId>,
    rows: FxHashMap<LeadId, ScanRow>,
    /// What the rows weigh.
    weight: usize,
    until: FxHashMap<LeadId, Until>,
}

impl Taken {
    /// A round took a lead up that stands so now; the base knows of it. The clock alone changes nothing about it before `until`.
    pub(super) fn push(&mut self, candidate: Candidate, mut row: ScanRow, standing: Standing, until: Until) {
        row.standing = standing;
        self.until.insert(candidate.lead, until);
        self.candidates.push(candidate);
        self.keep(row);
    }

    fn keep(&mut self, row: ScanRow) {
        self.let_go(row.record.lead);
        let weight = weight_of(&row);
        if self.weight + weight <= ROOM {
            self.weight += weight;
            self.rows.insert(row.record.lead, row);
        }
    }

    fn let_go(&mut self, lead: LeadId) -> Option<ScanRow> {
        let row = self.rows.remove(&lead)?;
        self.weight = self.weight.saturating_sub(weight_of(&row));
        Some(row)
    }

    /// Nobody is to be dealt.
    pub(super) fn is_empty(&self) -> bool {
        self.candidates.is_empty() && self.resting.is_empty()
    }

    /// Everybody who is to be dealt: those taken up since, and those whom nobody could take.
    pub(super) fn all(&mut self) -> Vec<Candidate> {
        let mut all = std::mem::take(&mut self.resting);
        all.append(&mut self.candidates);
        all
    }

    /// Of those dealt, these were placed nowhere.
    pub(super) fn rest(&mut self, mut dealt: Vec<Candidate>, waiting: Vec<Unplaced>) {
        let left: FxHashSet<LeadId> = waiting.iter().map(|u| u.lead).collect();
        dealt.retain(|c| left.contains(&c.lead));
        self.resting = dealt;
        self.waiting = waiting;
    }

    /// Until when the clock alone changes nothing about a candidate.
    pub(super) fn until(&self, lead: LeadId) -> Until {
        self.until.get(&lead).copied().unwrap_or(Until::NEVER)
    }

    /// Whether nobody has looked after promises and alerts of a lead that waits.
    pub(super) fn is_unseen(&self, lead: LeadId) -> bool {
        !self.seen.contains(&lead)
    }

    /// Somebody has; time alone calls for nothing before `until`. What was done about it is in the base, not in the row that was read.
    pub(super) fn saw(&mut self, lead: LeadId, until: Until) {
        self.seen.insert(lead);
        self.until.insert(lead, self.until(lead).and(until));
    }

    /// A lead became another one on its path: it is turned anew, as if nobody had taken it up.
    pub(super) fn forget(&mut self, lead: LeadId) {
        self.candidates.retain(|c| c.lead != lead);
        self.resting.retain(|c| c.lead != lead);
        self.waiting.retain(|u| u.lead != lead);
        self.seen.remove(&lead);
        self.let_go(lead);
        self.until.remove(&lead);
    }

    /// The row of a candidate, which is handed out once; as it was kept, or read again.
    pub(super) fn row(&mut self, session: &Session<'_>, lead: LeadId) -> Result<Option<ScanRow>, RunError> {
        match self.let_go(lead) {
            Some(row) => Ok(Some(row)),
            None => Ok(session.store.whole_lead(&session.columns, lead)?),
        }
    }
}

/// About how many bytes a row takes. It must weigh as much when it goes as when it came.
fn weight_of(row: &ScanRow) -> usize {
    BARE + row.events.len() * size_of::<Event>()
}
