//! Hash → lead for millions of identities. One look is one place in memory, and a batch of looks waits for all of its places
//! at once: a map that asks an index first waits twice, one look after the other.

/// A hash with what is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slot {
    hash: u64,
    /// 0: nothing is kept here.
    lead: u32,
    check: u32,
}

/// A hash that was forgotten: no lead has this number.
const GONE: u32 = u32::MAX;

/// Slots in the order of their hashes, but for those that moved on because their place was taken.
#[derive(Default)]
pub(super) struct Known {
    slots: Vec<Slot>,
    used: usize,
}

impl Known {
    /// Room for so many; more than that fit, too.
    pub(super) fn with_room(expected: usize) -> Self {
        Self { slots: vec![Slot::default(); expected / 3 * 4 + 8], used: 0 }
    }

    /// Where the search for a hash begins.
    fn home(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.slots.len() as u128) >> 64) as usize
    }

    /// What stands where a search begins: for [`Known::get_from`], later.
    #[inline]
    pub(super) fn look(&self, hash: u64) -> Slot {
        self.slots.get(self.home(hash)).copied().unwrap_or_default()
    }

    /// The lead and the check of a hash, from what [`Known::look`] saw.
    #[inline]
    pub(super) fn get_from(&self, seen: Slot, hash: u64) -> Option<(u32, u32)> {
        if seen.lead == 0 {
            return None;
        }
        if seen.hash == hash {
            return (seen.lead != GONE).then_some((seen.lead, seen.check));
        }
        self.get(hash)
    }

    /// The lead and the check of a hash.
    pub(super) fn get(&self, hash: u64) -> Option<(u32, u32)> {
        let slot = self.slots.get(self.find(hash)?)?;
        (slot.lead != 0 && slot.lead != GONE).then_some((slot.lead, slot.check))
    }

    /// The place of a hash, or the empty one where it would stand. Some slots are always empty.
    fn find(&self, hash: u64) -> Option<usize> {
        let home = self.home(hash);
        let fits = |slot: &Slot| slot.lead == 0 || slot.hash == hash;
        let after = self.slots.get(home..)?.iter().position(fits).map(|i| home + i);
        after.or_else(|| self.slots.iter().position(fits))
    }

    /// Keeps a hash, unless it is known.
    pub(super) fn keep(&mut self, hash: u64, lead: u32, check: u32) {
        if (self.used + 1) * 5 > self.slots.len() * 4 {
            self.grow();
        }
        let Some(slot) = self.find(hash).and_then(|place| self.slots.get_mut(place)) else { return };
        match slot.lead {
            0 => self.used += 1,
            GONE => {}
            _ => return,
        }
        *slot = Slot { hash, lead, check };
    }

    /// Forgets a hash.
    pub(super) fn forget(&mut self, hash: u64) {
        if let Some(slot) = self.find(hash).and_then(|place| self.slots.get_mut(place)).filter(|slot| slot.lead != 0) {
            slot.lead = GONE;
        }
    }

    /// Every hash with its lead, in no order that means anything.
    pub(super) fn each(&self) -> impl Iterator<Item = (u64, u32)> {
        self.slots.iter().filter(|s| s.lead != 0 && s.lead != GONE).map(|s| (s.hash, s.lead))
    }

    fn grow(&mut self) {
        let more = vec![Slot::default(); self.slots.len() / 2 * 3 + 16];
        let old = std::mem::replace(&mut self.slots, more);
        self.used = 0;
        for slot in old.iter().filter(|s| s.lead != 0 && s.lead != GONE) {
            self.keep(slot.hash, slot.lead, slot.check);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        /// Hashes of one neighbourhood, at the end of the table too: whatever is kept and forgotten, it answers as a map does.
        #[test]
        fn it_answers_as_a_map_does(steps in prop::collection::vec((0_u8..3, 0_u64..40, 1_u32..9), 0..400), room in 0_usize..20) {
            let spread = |n: u64| if n.is_multiple_of(2) { u64::MAX - n } else { n };
            let (mut known, mut map) = (Known::with_room(room), HashMap::new());
            for (what, n, lead) in steps {
                let hash = spread(n);
                match what {
                    0 => {
                        known.forget(hash);
                        map.remove(&hash);
                    }
                    _ => {
                        known.keep(hash, lead, lead + 1);
                        map.entry(hash).or_insert((lead, lead + 1));
                    }
                }
            }
            for hash in (0..40).map(spread) {
                prop_assert_eq!(known.get(hash), map.get(&hash).copied());
                prop_assert_eq!(known.get_from(known.look(hash), hash), map.get(&hash).copied());
            }
            let mut told: Vec<_> = known.each().collect();
            told.sort_unstable();
            let mut expected: Vec<_> = map.iter().map(|(hash, (lead, _))| (*hash, *lead)).collect();
            expected.sort_unstable();
            prop_assert_eq!(told, expected);
        }
    }
}
