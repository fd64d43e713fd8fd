//! Where a condition stands: which names it may use, and where its bytes are in the file that holds it.

use crate::diag::{SourceId, Span};
use crate::model::Dictionary;

/// The row of the scope table in the design that a condition belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// `where` on events: that event's fields and `as_of`.
    Event,
    /// scoring.yaml: lead fields, event functions, `as_of`, `created_at`, `last_event_at`.
    Scoring,
    /// lifecycle.yaml: the above and score, stage, deals, verdicts.
    Lifecycle,
    /// assignment, sla, alerts, nurture: the above and owner, queue, follow-ups.
    State,
    /// `--where` on the command line: as `State`.
    Where,
    /// `owners_where`, `pass_over`, `claim.who`: one colleague.
    Owner,
}

/// What an expression yields, as far as checking goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// TRUE, FALSE, unknown.
    Boolean,
    /// Whole or real.
    Number,
    /// Text, compared folded.
    Text,
    /// Several texts.
    List,
    /// A date.
    Date,
    /// An instant.
    Instant,
    /// A length of time.
    Duration,
    /// NULL: meets everything.
    Null,
}

/// A name that speaks of the lead's state (`score`, `band`, `owner` …); its value is `Facts::state` at its place.
#[derive(Clone, Debug)]
pub struct StateName {
    /// As written in conditions.
    pub name: String,
    /// What it yields.
    pub ty: Type,
    /// For ordered names (`band`, `stage`): the ids from lowest to highest; `< <= > >= BETWEEN` compare places. Empty otherwise.
    pub order: Vec<String>,
}

/// Which names a condition may use.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The row of the scope table.
    pub kind: ScopeKind,
    /// Lead fields, event fields, kinds, lists.
    pub dictionary: &'a Dictionary,
    /// The state names of this scope, in the order of `Facts::state`.
    pub state: &'a [StateName],
}

/// Where the bytes of a condition are in their source, so that errors point at the right character
/// whatever YAML quoting or folding did to them.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: SourceId,
    /// For each byte of the condition and one past its end: the byte in the source.
    pub offsets: Vec<usize>,
}

impl Place {
    /// The condition stands in the source letter by letter from `start`.
    pub fn verbatim(source: SourceId, start: usize, len: usize) -> Self {
        Self { source, offsets: (start..=start + len).collect() }
    }
    /// The span in the source of bytes `start..end` of the condition.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let at = |i: usize| self.offsets.get(i).or(self.offsets.last()).copied().unwrap_or(0);
        Span { source: self.source, start: at(start), end: at(end).max(at(start)) }
    }
}
