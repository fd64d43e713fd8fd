//! The leads that a run's files spoke of: one bit each.

use crate::model::LeadId;

/// A set of lead numbers.
#[derive(Clone, Debug, Default)]
pub struct Touched(Vec<u64>);

impl Touched {
    /// Adds one.
    pub fn insert(&mut self, lead: LeadId) {
        let n = usize::try_from(lead.0).unwrap_or(0);
        if self.0.len() <= n / 64 {
            self.0.resize(n / 64 + 1024, 0);
        }
        if let Some(word) = self.0.get_mut(n / 64) {
            *word |= 1 << (n % 64);
        }
    }
    /// Whether it is in.
    pub fn contains(&self, lead: LeadId) -> bool {
        let n = usize::try_from(lead.0).unwrap_or(0);
        self.0.get(n / 64).is_some_and(|word| word >> (n % 64) & 1 == 1)
    }
    /// How many.
    pub fn len(&self) -> usize {
        self.0.iter().map(|w| w.count_ones() as usize).sum()
    }
    /// Whether none is in.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
