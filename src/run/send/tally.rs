//! What became of everything in one run: counts, one line, and what a reader must know.

use super::Resting;
use crate::report::plan::Count;
use crate::report::{Note, thousands};
use std::collections::BTreeMap;

/// So many first reasons are told.
const REASONS: usize = 5;

#[derive(Default)]
pub(super) struct Tally {
    /// By medium, state before, state after.
    moved: BTreeMap<(String, String, String), i64>,
    /// Why things did not leave, by medium: reason → how many.
    reasons: BTreeMap<(String, String), i64>,
    /// Due, and not tried because their medium rests.
    waiting: BTreeMap<String, i64>,
    /// Media that got no more.
    pub(super) resting: Resting,
    /// Attempts that came to nothing, or nobody knows to what.
    troubles: i64,
    closed: i64,
}

impl Tally {
    pub(super) fn add(&mut self, medium: &str, from: &str, to: &str, n: usize) {
        if n > 0 {
            let key = (medium.to_owned(), from.to_owned(), to.to_owned());
            *self.moved.entry(key).or_default() += i64::try_from(n).unwrap_or(i64::MAX);
        }
    }
    /// One message went from a state to another because of something.
    pub(super) fn because(&mut self, medium: &str, from: &str, to: &str, reason: &str) {
        self.add(medium, from, to, 1);
        *self.reasons.entry((medium.to_owned(), reason.to_owned())).or_default() += 1;
    }
    /// The same of an attempt.
    pub(super) fn trouble(&mut self, medium: &str, from: &str, to: &str, reason: &str) {
        self.troubles += 1;
        self.because(medium, from, to, reason);
    }
    /// Found as a run that died left them: they may have left, unless they are sent once `more` now.
    pub(super) fn found(&mut self, medium: &str, n: usize, more: bool) {
        self.add(medium, "sending", "unknown", n);
        self.troubles += if more { 0 } else { i64::try_from(n).unwrap_or(i64::MAX) };
    }
    /// One that failed is tried again after all.
    pub(super) fn taken_back(&mut self, medium: &str, from: &str) {
        let key = (medium.to_owned(), from.to_owned(), "failed".to_owned());
        if let Some(n) = self.moved.get_mut(&key) {
            *n -= 1;
        }
        self.moved.retain(|_, n| *n > 0);
        self.add(medium, from, "retry", 1);
    }
    /// One waits because its medium rests.
    pub(super) fn waits(&mut self, medium: &str) {
        *self.waiting.entry(medium.to_owned()).or_default() += 1;
    }
    /// Addresses were closed.
    pub(super) fn closed(&mut self, n: u64) {
        self.closed += i64::try_from(n).unwrap_or(i64::MAX);
    }
    /// How many things moved.
    pub(super) fn settled(&self) -> i64 {
        self.moved.values().sum()
    }
    pub(super) fn failed(&self) -> bool {
        self.troubles > 0 || !self.resting.is_empty()
    }

    pub(super) fn counts(&self) -> Vec<Count> {
        let mut all: Vec<Count> = self
            .moved
            .iter()
            .map(|((medium, from, to), n)| Count { what: medium.clone(), from: Some(from.clone()), to: Some(to.clone()), count: *n })
            .collect();
        if self.closed > 0 {
            all.push(Count { what: "address".into(), from: None, to: Some("suppressed".into()), count: self.closed });
        }
        all
    }

    /// `unknown`: how many may have left, from whatever run.
    pub(super) fn notes(&self, stopped: bool, unknown: i64) -> Vec<Note> {
        let mut notes = Vec::new();
        for (medium, why) in &self.resting {
            let waiting = self.waiting.get(medium).copied().unwrap_or_default();
            let behind = if waiting > 0 { format!("; {} more wait for the next `sop send`", thousands(waiting)) } else { String::new() };
            notes.push(Note::new("resting", format!("`{medium}` sends nothing for now: {why}{behind}")));
        }
        let mut reasons: Vec<(&(String, String), i64)> = self.reasons.iter().map(|(k, n)| (k, *n)).collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        for ((medium, reason), n) in reasons.iter().take(REASONS) {
            notes.push(Note::new("reason", format!("{} × {medium}: {reason}", thousands(*n))));
        }
        if reasons.len() > REASONS {
            notes.push(Note::new("reason", format!("{} more reasons: sop outbox list", reasons.len() - REASONS)));
        }
        if unknown > 0 {
            let text = format!("{} may have left and are not sent again by themselves; to send them once more: sop send --retry-unknown", thousands(unknown));
            notes.push(Note::new("unknown", text));
        }
        if stopped {
            notes.push(Note::new("stopped", "interrupted after the message that was under way; what is left waits for the next `sop send`"));
        }
        notes
    }

    /// `1,200 sent (email 1,000 · sms 200) · 3 failed`
    pub(super) fn summary(&self) -> String {
        let mut parts = Vec::new();
        for (to, word) in [
            ("sent", "sent"),
            ("failed", "failed"),
            ("retry", "to be tried again"),
            ("unknown", "may have left"),
            ("deferred", "deferred"),
            ("queued", "not now"),
            ("suppressed", "suppressed"),
            ("held", "held"),
            ("skipped", "skipped"),
        ] {
            let of: Vec<(&str, i64)> = self
                .moved
                .iter()
                .filter(|((_, from, t), _)| t == to && !(matches!(from.as_str(), "unknown" | "failed") && t == "queued"))
                .map(|((m, ..), n)| (m.as_str(), *n))
                .collect();
            let mut by: BTreeMap<&str, i64> = BTreeMap::new();
            of.iter().for_each(|(m, n)| *by.entry(m).or_default() += n);
            let all: i64 = by.values().sum();
            if all > 0 {
                let which: Vec<String> = by.iter().map(|(m, n)| if by.len() == 1 { (*m).to_owned() } else { format!("{m} {}", thousands(*n)) }).collect();
                parts.push(format!("{} {word} ({})", thousands(all), which.join(" · ")));
            }
        }
        let waiting: i64 = self.waiting.values().sum();
        if waiting > 0 {
            parts.push(format!("{} wait", thousands(waiting)));
        }
        if parts.is_empty() { "nothing is due".to_owned() } else { parts.join(" · ") }
    }
}
