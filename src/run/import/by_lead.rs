//! What recognises a lead, asked lead by lead. The base keeps identities in the order of their hashes: asking it for those of
//! one lead reads them all, so an import that asks for many reads them once.

use crate::model::{Identity, LeadId};
use crate::store::{Result, Store};
use rustc_hash::FxHashMap;

/// Which identities the base has of each lead. Memory: 16 bytes for each identity, from the first question on.
#[derive(Default)]
pub(super) struct ByLead {
    /// Lead and hash of what was there at the first question, sorted.
    known: Option<Vec<(u32, u64)>>,
    /// Hashes written since.
    since: FxHashMap<u32, Vec<u64>>,
}

impl ByLead {
    /// An identity was written to the base.
    pub(super) fn wrote(&mut self, hash: u64, lead: LeadId) {
        if self.known.is_some() {
            self.since.entry(lead.0 as u32).or_default().push(hash);
        }
    }

    /// Those of one lead that are still in the base.
    pub(super) fn of(&mut self, store: &Store, lead: LeadId) -> Result<Vec<Identity>> {
        let known = match &mut self.known {
            Some(known) => known,
            none => {
                let mut all = Vec::new();
                store.each_identity(|hash, _, lead| all.push((lead.0 as u32, hash)))?;
                all.sort_unstable();
                none.insert(all)
            }
        };
        let number = lead.0 as u32;
        let from = known.partition_point(|(l, _)| *l < number);
        let there = known.iter().skip(from).take_while(|(l, _)| *l == number).map(|(_, hash)| *hash);
        let mut hashes: Vec<u64> = there.chain(self.since.get(&number).into_iter().flatten().copied()).collect();
        hashes.sort_unstable();
        hashes.dedup(); // written twice, it is there once
        hashes.into_iter().filter_map(|hash| store.identity_of(lead, hash).transpose()).collect()
    }
}
