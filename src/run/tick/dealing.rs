//! The hand-overs of one `sop assign`, lead by lead: where each went, or why it waits.

use crate::engine::assignment::{Placement, Unplaced};
use crate::report::assign::Row;
use crate::rules::Sop;
use crate::run::score::{name_of, text_of};
use crate::store::ScanRow;

/// What a deal came to, as its report tells it.
#[derive(Debug, Default)]
pub struct Dealing {
    /// In the order of the deal.
    pub placed: Vec<Row>,
    /// Likewise, with why.
    pub waiting: Vec<Row>,
}

/// A lead that went somewhere.
pub(super) fn placed(sop: &Sop, row: &ScanRow, p: &Placement) -> Row {
    let to = p.to.owner().or_else(|| p.to.queue()).map(str::to_owned);
    Row { from: p.from.clone(), to, round: p.round.clone(), rule: p.rule.clone(), why: p.why.clone(), ..known(sop, row) }
}

/// A lead that waits.
pub(super) fn waiting(sop: &Sop, row: &ScanRow, unplaced: &Unplaced) -> Row {
    let round = sop.assignment.rounds.get(usize::from(unplaced.round)).map_or_else(String::new, |r| r.name.clone());
    let why = unplaced.why(&sop.assignment);
    let why = why.strip_prefix(&format!("{round}: ")).map_or_else(|| why.clone(), str::to_owned);
    Row { from: row.standing.owner.clone(), round, why, ..known(sop, row) }
}

/// Who the lead is.
fn known(sop: &Sop, row: &ScanRow) -> Row {
    let text = |field| text_of(&sop.dictionary, &row.record, field);
    Row {
        key: row.record.key.to_string(),
        id: text("id"),
        name: name_of(&sop.dictionary, &row.record),
        company: text("company"),
        score: row.state.score,
        ..Row::default()
    }
}
