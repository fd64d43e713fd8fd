//! A condition ready to run: [`compile`] is the one door from text to [`Condition`].

use super::check::Checker;
use super::closure::{self, Fun};
use super::explain::{Explanation, explain, value_of};
use super::messages::Asked;
use super::num::Num;
use super::plan::Node;
use super::problems::Problems;
use super::resolve::canonical_name;
use super::scope::{Place, Scope};
use super::{Facts, parse, print, sense};
use crate::diag::{Diagnostics, SourceId};
use crate::model::{Calendar, Detail, Details, Dictionary, FieldIx, Instant, KindId, Until, Value};

/// What a text is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// A condition: `when`, `where` …
    Boolean,
    /// An expression: `points`.
    Number,
}

enum Run {
    Boolean(Fun<bool>),
    Number(Fun<Num>),
}

/// A checked, compiled condition or expression. It can be shared between threads.
pub struct Condition {
    text: String,
    normal: String,
    plan: Box<Node>,
    run: Run,
    fields: Vec<FieldIx>,
    kinds: Vec<KindId>,
    uses_events: bool,
    uses_follow_ups: bool,
    uses_clock: bool,
    messages: Vec<Asked>,
    state: Vec<String>,
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Condition({})", self.text)
    }
}

/// Parses, checks and compiles. Every problem found is pushed to `out` with its exact place; `None` if any is an error.
pub fn compile(text: &str, place: &Place, scope: &Scope<'_>, want: Want, out: &mut Diagnostics) -> Option<Condition> {
    let mut problems = Problems::new(place, out);
    let tree = parse::parse(text, &mut problems);
    let mut checker = Checker { scope: *scope, text, problems: &mut problems, uses: Default::default() };
    let plan = match want {
        Want::Boolean => checker.boolean(&tree),
        Want::Number => checker.number(&tree),
    };
    let uses = checker.uses;
    let plan = plan?;
    sense::report(&plan, text, &mut problems);
    if problems.any() {
        return None;
    }
    let run = match want {
        Want::Boolean => Run::Boolean(closure::boolean(&plan)),
        Want::Number => Run::Number(closure::number(&plan)),
    };
    let normal = print::canonical(&tree, &|name| canonical_name(scope, name));
    Some(Condition {
        text: text.to_owned(),
        normal,
        plan: Box::new(plan),
        run,
        fields: uses.fields.into_iter().collect(),
        kinds: uses.kinds.into_iter().collect(),
        uses_events: uses.events,
        uses_follow_ups: uses.follow_ups,
        uses_clock: uses.clock,
        messages: uses.messages,
        state: uses.state.into_iter().collect(),
    })
}

impl Condition {
    /// TRUE, FALSE or unknown (`None`), and until when the clock alone cannot change that. An expression is unknown here.
    pub fn test(&self, facts: &Facts<'_>) -> (Option<bool>, Until) {
        let mut until = Until::NEVER;
        let value = match &self.run {
            Run::Boolean(f) => f(facts, &mut until),
            Run::Number(_) => None,
        };
        (value, until)
    }
    /// The value of an expression (`points:`), and until when. A condition gives its TRUE or FALSE; unknown is `Null`.
    pub fn value(&self, facts: &Facts<'_>) -> (Value, Until) {
        let mut until = Until::NEVER;
        let value = match &self.run {
            Run::Boolean(f) => f(facts, &mut until).map(Value::Bool),
            Run::Number(f) => f(facts, &mut until).map(value_of),
        };
        (value.unwrap_or_default(), until)
    }
    /// A condition on one event, apart from any lead: whether a detail counts as a derived kind.
    pub fn test_event(&self, detail: &Detail, as_of: Instant, dictionary: &Dictionary, calendar: &Calendar) -> (Option<bool>, Until) {
        let details = Details::default();
        self.test(&Facts { event: Some(detail), ..Facts::nobody(dictionary, calendar, as_of, &details) })
    }
    /// A condition on one colleague, whose values `state` gives in the order of `Scope::state`.
    pub fn test_owner(&self, state: &[Value], as_of: Instant, dictionary: &Dictionary, calendar: &Calendar) -> (Option<bool>, Until) {
        let details = Details::default();
        self.test(&Facts { state, ..Facts::nobody(dictionary, calendar, as_of, &details) })
    }
    /// A condition on a lead of which nothing is known but its state.
    pub fn test_state(&self, state: &[Value], as_of: Instant, dictionary: &Dictionary, calendar: &Calendar) -> (Option<bool>, Until) {
        self.test_owner(state, as_of, dictionary, calendar)
    }
    /// Which parts hold, fail or are unknown, and the values seen.
    pub fn explain(&self, facts: &Facts<'_>) -> Explanation {
        explain(&self.plan, &self.text, facts)
    }
    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// One spelling for all conditions that differ only in layout, case of words, or needless parentheses.
    pub fn normal_form(&self) -> &str {
        &self.normal
    }
    /// Every operator in parentheses: the tree as text, to be held against another parser's.
    pub fn parenthesised(&self) -> String {
        let place = Place::verbatim(SourceId(0), 0, self.text.len());
        let mut nothing_new = Diagnostics::default();
        print::full(&parse::parse(&self.text, &mut Problems::new(&place, &mut nothing_new)))
    }
    /// The lead fields that it reads, in the dictionary's order.
    pub fn fields(&self) -> &[FieldIx] {
        &self.fields
    }
    /// The event kinds that it asks for by name (`'*'` is none).
    pub fn kinds(&self) -> &[KindId] {
        &self.kinds
    }
    /// Whether it looks at the lead's events.
    pub fn uses_events(&self) -> bool {
        self.uses_events
    }
    /// Whether it counts the lead's follow-ups.
    pub fn uses_follow_ups(&self) -> bool {
        self.uses_follow_ups
    }
    /// Whether time alone can change its value. (What time does to the state that it is handed is for whoever hands it.)
    pub fn uses_clock(&self) -> bool {
        self.uses_clock
    }
    /// The messages that it asks about, in its order.
    pub fn messages(&self) -> &[Asked] {
        &self.messages
    }
    /// The names of the state that it reads, sorted: `score`, `reached('mql')`.
    pub fn state_names(&self) -> &[String] {
        &self.state
    }
    /// The value that it has for every lead, if it needs none: `Some(None)` is "always unknown".
    pub fn constant(&self) -> Option<Option<bool>> {
        sense::truth(&self.plan)
    }
    /// Whether no lead can make it true: a contradiction such as `a > 5 AND a < 3`.
    pub fn is_never_true(&self) -> bool {
        sense::never(&self.plan)
    }
}
