//! Refusals that follow one another and are the same for everybody: they are about us, and no recipient pays for them.

use crate::deliver::in_common;
use crate::model::MessageId;
use std::collections::BTreeMap;

/// So many different recipients that are refused alike in a row stop a medium.
const RECIPIENTS: usize = 3;

/// A message that was refused.
pub(super) struct Refused {
    pub(super) message: MessageId,
    pub(super) attempts: u32,
    /// The state from which it was tried.
    pub(super) from: &'static str,
    address: String,
}

/// The refusals in a row, by medium.
#[derive(Default)]
pub(super) struct Alike {
    rows: BTreeMap<String, (String, Vec<Refused>)>,
}

impl Alike {
    /// One more: the whole row, once it is long enough.
    pub(super) fn refused(
        &mut self,
        medium: &str,
        why: &str,
        (message, from, attempts): (MessageId, &'static str, u32),
        address: &str,
    ) -> Option<Vec<Refused>> {
        let common = in_common(why, address);
        let (said, row) = self.rows.entry(medium.to_owned()).or_default();
        if *said != common {
            (*said, *row) = (common, Vec::new());
        }
        row.push(Refused { message, attempts, from, address: address.to_lowercase() });
        let mut addresses: Vec<&str> = row.iter().map(|r| r.address.as_str()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        (addresses.len() >= RECIPIENTS).then(|| std::mem::take(row))
    }

    /// Anything else happened: whoever is refused next is the first again.
    pub(super) fn over(&mut self, medium: &str) {
        self.rows.remove(medium);
    }
}
