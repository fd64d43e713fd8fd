//! The values of a column's frequent texts. Industry, region, source: a few dozen texts make up a million cells.
//! A column of unlike texts (names, addresses) soon stops asking.

use crate::model::Value;
use std::hash::Hasher;

const SLOTS: usize = 512;
/// After so many questions with hardly an answer, the column is taken to be unlike.
const TRIAL: u32 = 4096;
/// Longer texts are hardly ever repeated.
const LONGEST: usize = 64;

#[derive(Clone, Default)]
pub(super) struct Memo {
    slots: Vec<Option<(Box<str>, Value)>>,
    asked: u32,
    known: u32,
    off: bool,
}

impl Memo {
    #[inline]
    pub(super) fn get(&mut self, text: &str) -> Option<&Value> {
        if self.off || text.len() > LONGEST {
            return None;
        }
        self.asked += 1;
        if self.asked == TRIAL {
            self.off = self.known * 8 < TRIAL;
            (self.asked, self.known) = (0, 0);
            if self.off {
                self.slots = Vec::new();
                return None;
            }
        }
        match self.slots.get(slot(text))? {
            Some((known, value)) if **known == *text => {
                self.known += 1;
                Some(value)
            }
            _ => None,
        }
    }
    pub(super) fn keep(&mut self, text: &str, value: &Value) {
        if self.off || text.len() > LONGEST {
            return;
        }
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, None);
        }
        if let Some(place) = self.slots.get_mut(slot(text)) {
            *place = Some((text.into(), value.clone()));
        }
    }
}

fn slot(text: &str) -> usize {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish() as usize >> 7 & (SLOTS - 1)
}
