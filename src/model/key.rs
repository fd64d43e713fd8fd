//! A lead's own short name, and the one hash that identities, keys and experiment arms share.

use std::fmt;

/// FNV-1a with a final avalanche (the 64-bit finaliser of MurmurHash3). Stable for ever: keys are built on it.
/// FNV: <http://www.isthe.com/chongo/tech/comp/fnv/>.
pub fn stable_hash(parts: &[&[u8]]) -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for &b in *part {
            h = (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        h = (h ^ 0xff).wrapping_mul(0x0000_0100_0000_01b3); // no part can run into the next
    }
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

/// `k` + 11 letters of Crockford-like base32: the top 55 bits of a [`stable_hash`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(u64);

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
pub(super) const BITS: u32 = 55;

/// 55 bits as 11 letters.
pub(super) fn spell(n: u64) -> String {
    (0..11).rev().filter_map(|i| LETTERS.get((n >> (i * 5) & 31) as usize)).map(|l| char::from(*l)).collect()
}

/// 55 bits from a first letter and 11 more.
pub(super) fn spelt(text: &str, first: [char; 2]) -> Option<u64> {
    let rest = text.trim().strip_prefix(first)?.to_ascii_lowercase();
    if rest.len() != 11 {
        return None;
    }
    rest.bytes().try_fold(0_u64, |n, b| LETTERS.iter().position(|&l| l == b).map(|i| (n << 5) | i as u64))
}

impl Key {
    /// The key of the identity (or of the raw cells) with this hash.
    pub fn of_hash(hash: u64) -> Self {
        Self(hash >> (64 - BITS))
    }
    /// All identity hashes whose key this is: an inclusive range.
    pub fn hashes(self) -> (u64, u64) {
        let low = self.0 << (64 - BITS);
        (low, low | ((1 << (64 - BITS)) - 1))
    }
    /// `kmfrggzdfmz2` → a key; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        spelt(text, ['k', 'K']).map(Self)
    }
    /// The number that the store keeps.
    pub fn number(self) -> i64 {
        self.0 as i64
    }
    /// The key with this stored number.
    pub fn from_number(n: i64) -> Self {
        Self(n as u64 & ((1 << BITS) - 1))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "k{}", spell(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back() {
        for h in [0, 1 << 9, u64::MAX, stable_hash(&[b"email", b"a@example.com"])] {
            let k = Key::of_hash(h);
            assert_eq!(Key::parse(&k.to_string()), Some(k));
            assert_eq!(Key::from_number(k.number()), k);
            let (low, high) = k.hashes();
            assert!(low <= h && h <= high);
        }
        assert_eq!(Key::parse("karma"), None);
        assert_eq!(Key::parse("k1111111111"), None);
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(stable_hash(&[b"ab", b"c"]), stable_hash(&[b"a", b"bc"]));
    }
}
