//! Where a condition stands: which names it may use, and where its bytes are in the file that holds it.

use crate::diag::{SourceId, Span};
use crate::model::{Dictionary, Duration};

/// Where a condition stands, and so which names it may use.
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
    /// `owners_where`, `pass_over`, `claim.who`: one colleague, and nothing of the lead.
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

/// How conditions ask for a value of the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StateUse {
    /// By its name.
    #[default]
    Value,
    /// By its name, as whole calendar days since the instant that is kept: `days_in_stage`.
    Days,
    /// As a function of one text: whether the list that is kept holds it: `reached('mql')`.
    Holds,
}

/// A name that speaks of the lead's state (`score`, `band`, `owner` …), or of a colleague; its value is `Facts::state` at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateName {
    /// As written in conditions.
    pub name: String,
    /// What `Facts::state` holds.
    pub ty: Type,
    /// How it is asked for.
    pub used: StateUse,
    /// For ordered names (`band`, `stage`): the ids from lowest to highest; `< <= > >= BETWEEN` compare places. Empty otherwise.
    pub order: Vec<String>,
    /// The ids that it may have: another one in `= <> IN`, or in the function's call, is an error. Empty: any text.
    pub known: Vec<String>,
}

impl StateName {
    /// A name that yields what is kept.
    pub fn new(name: &str, ty: Type) -> Self {
        Self { name: name.into(), ty, used: StateUse::Value, order: Vec::new(), known: Vec::new() }
    }
    /// A name that yields the days since the instant that is kept; unknown where there is none.
    pub fn days(name: &str) -> Self {
        Self { used: StateUse::Days, ..Self::new(name, Type::Instant) }
    }
    /// A function that asks the list that is kept, whose items are among `known`.
    pub fn holds(name: &str, known: Vec<String>) -> Self {
        Self { used: StateUse::Holds, known, ..Self::new(name, Type::List) }
    }
}

/// Which names a condition may use.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The row of the scope table.
    pub kind: ScopeKind,
    /// Lead fields, event fields, kinds, lists.
    pub dictionary: &'a Dictionary,
    /// The state names of this scope, in the order of `Facts::state`. In scoring: names that are known only later (its groups).
    pub state: &'a [StateName],
    /// The messages that it may ask about.
    pub messages: Messages<'a>,
}

impl<'a> Scope<'a> {
    /// A scope that knows no messages.
    pub fn new(kind: ScopeKind, dictionary: &'a Dictionary, state: &'a [StateName]) -> Self {
        Self { kind, dictionary, state, messages: Messages::default() }
    }
}

/// A step of a path that sends a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageStep {
    /// The path's name.
    pub path: String,
    /// The step's id.
    pub step: String,
}

/// Which messages `opened`, `clicked` and `replied` may speak of, and what they mean where the condition stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Messages<'a> {
    /// Every step that sends.
    pub steps: &'a [MessageStep],
    /// The path that the condition belongs to: its own steps are named without it, and mean the messages of this journey.
    pub path: Option<&'a str>,
    /// In a fallback: the time after sending that feedback must cover before "not opened" is an answer, where the condition names none.
    pub settled_after: Option<Duration>,
    /// In a path's goal: `reached(…)` counts since the enrollment.
    pub since_enrollment: bool,
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
