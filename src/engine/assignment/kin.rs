//! `keep_together`: leads that share a company or a phone number stay with whom one of them has.

use crate::model::{Dictionary, Instant, Value, fold, stable_hash};
use crate::rules::assignment::KeepTogether;
use rustc_hash::FxHashMap;

/// A value that a lead shares with its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kinship {
    /// Which of [`KeepTogether::by`].
    pub by: u16,
    /// Of the field and the folded value.
    pub hash: u64,
}

/// What makes a lead a sibling of others; blank and ignored values do not.
pub fn kinships(keep: &KeepTogether, dictionary: &Dictionary, lead: &[Value]) -> Vec<Kinship> {
    let mut all = Vec::new();
    for (ix, by) in keep.by.iter().zip(0_u16..) {
        let (Some(field), Some(value)) = (dictionary.fields.get(ix.0), lead.get(ix.0)) else { continue };
        let mut add = |text: &str| {
            let text = fold(text);
            if !text.is_empty() && !keep.ignore.iter().any(|i| *i == text) {
                all.push(Kinship { by, hash: stable_hash(&[b"keep_together", field.id.as_bytes(), text.as_bytes()]) });
            }
        };
        match value {
            Value::Null => {}
            Value::Text(text) => add(text),
            Value::List(items) => items.iter().for_each(|item| add(item)),
            Value::Int(n) | Value::Money(n) | Value::At(Instant(n)) => add(&n.to_string()),
            Value::Bool(b) => add(&b.to_string()),
            Value::Real(x) => add(&x.to_string()),
            Value::Date(day) => add(&day.to_string()),
        }
    }
    all
}

/// Who holds leads with which shared values, and since when. The order of filling does not matter.
#[derive(Clone, Debug, Default)]
pub struct Kin(FxHashMap<u64, Vec<(String, Instant)>>);

impl Kin {
    /// An owner (by id) got a lead with this [`Kinship::hash`] at an instant and still holds it.
    pub fn hold(&mut self, hash: u64, owner: &str, at: Instant) {
        let holders = self.0.entry(hash).or_default();
        match holders.iter_mut().find(|(id, _)| id == owner) {
            Some((_, since)) => *since = at.max(*since),
            None => holders.push((owner.to_owned(), at)),
        }
    }
    /// Who holds such leads.
    pub(super) fn holders(&self, hash: u64) -> impl Iterator<Item = (&str, Instant)> {
        self.0.get(&hash).into_iter().flatten().map(|(id, at)| (id.as_str(), *at))
    }
}
