//! Why a condition holds, fails or is unknown, with the values seen: one line that an outsider can follow.

use super::check::one_line;
use super::closure::{self, Moving};
use super::facts::Facts;
use super::num::Num;
use super::plan::{Node, NodeKind, Read};
use super::scope::Type;
use super::tree::Op;
use crate::model::{Calendar, Duration, Instant, Until, Value};

/// How the parts of an explanation make the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// No parts: a comparison, a call, a value.
    Single,
    /// AND: all parts must hold.
    All,
    /// OR: one part must hold.
    Any,
    /// NOT: the opposite of the one part.
    Opposite,
    /// CASE and arithmetic: the parts are what was asked and taken.
    Computed,
}

/// What a condition, or a part of it, came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The part as written, on one line.
    pub excerpt: String,
    /// `Value::Bool` for conditions, a number for expressions, `Value::Null` for unknown.
    pub value: Value,
    /// Names and calls that it looked at, each with the value seen; `None` = blank.
    pub seen: Vec<(String, Option<String>)>,
    /// How the parts make the whole.
    pub joint: Joint,
    /// The parts, left to right.
    pub parts: Vec<Explanation>,
    /// `=`, `IN` …: what was wanted, for "industry is `零售`, not `制造业`".
    wanted: Option<String>,
}

/// The explanation of a plan over one lead.
pub(super) fn explain(node: &Node, text: &str, facts: &Facts<'_>) -> Explanation {
    let excerpt = one_line(text.get(node.span.start..node.span.end).unwrap_or_default());
    let (joint, below): (Joint, Vec<&Node>) = match &node.kind {
        NodeKind::And(parts) => (Joint::All, parts.iter().collect()),
        NodeKind::Or(parts) => (Joint::Any, parts.iter().collect()),
        NodeKind::Not(x) => (Joint::Opposite, vec![x]),
        NodeKind::Case(arms, otherwise) => (Joint::Computed, taken(arms, otherwise.as_deref(), facts)),
        _ => (Joint::Single, Vec::new()),
    };
    let parts = below.into_iter().map(|n| explain(n, text, facts)).collect();
    let mut seen = Vec::new();
    if joint == Joint::Single {
        look(node, text, facts, &mut seen);
    }
    Explanation { excerpt, value: evaluate(node, facts), seen, joint, parts, wanted: wanted(node, text) }
}

/// What was asked of a CASE, up to the arm that was taken, and that arm's value.
fn taken<'n>(arms: &'n [(Node, Node)], otherwise: Option<&'n Node>, facts: &Facts<'_>) -> Vec<&'n Node> {
    let mut asked = Vec::new();
    for (condition, value) in arms {
        asked.push(condition);
        if closure::now(&closure::boolean(condition), facts) == Some(true) {
            asked.push(value);
            return asked;
        }
    }
    asked.extend(otherwise);
    asked
}

fn evaluate(node: &Node, facts: &Facts<'_>) -> Value {
    let mut until = Until::NEVER;
    match node.ty {
        Type::Boolean => closure::boolean(node)(facts, &mut until).map_or(Value::Null, Value::Bool),
        Type::Number => closure::number(node)(facts, &mut until).map_or(Value::Null, value_of),
        Type::Text => closure::text(node).get(facts, &mut until).map_or(Value::Null, |t| Value::Text(t.as_ref().into())),
        Type::Instant | Type::Date => closure::time(node)(facts, &mut until).map_or(Value::Null, |t| Value::At(Instant(t.at))),
        Type::Duration => closure::time(node)(facts, &mut until).map_or(Value::Null, |t| Value::Int(t.at)),
        Type::List | Type::Null => Value::Null,
    }
}

/// A number as a stored value.
pub(super) fn value_of(n: Num) -> Value {
    match n {
        Num::Int(i) => Value::Int(i),
        Num::Real(x) => Value::Real(x),
    }
}

/// Collects what a part looked at, without repeats.
fn look(node: &Node, text: &str, facts: &Facts<'_>, seen: &mut Vec<(String, Option<String>)>) {
    let name = || one_line(text.get(node.span.start..node.span.end).unwrap_or_default());
    let found = match &node.kind {
        NodeKind::Read(read) => Some((name(), read_shown(read, node.ty, facts))),
        NodeKind::Rank(i, _) => Some((name(), facts.state.get(*i).and_then(|v| shown(v, facts)))),
        NodeKind::Events(_) | NodeKind::FollowUps(_) => Some((name(), closure::now(&closure::number(node), facts).map(plain))),
        NodeKind::FirstEvent(_) | NodeKind::LastEvent(_) => Some((name(), closure::now(&closure::time(node), facts).map(|t| moment(t, facts.calendar)))),
        NodeKind::Message(ask) => {
            Some((name(), closure::shown(ask, facts).map(|(what, at)| format!("{what} {}", moment(Moving { at: at.0, slope: 0 }, facts.calendar)))))
        }
        NodeKind::Holds(read, list, _) => {
            let held = closure::value(read, facts).and_then(|v| shown(v, facts));
            // What a state keeps is never blank: it may hold nothing.
            Some((list.to_string(), if matches!(read, Read::State(_) | Read::ReachedSince) { held.or(Some("none".to_owned())) } else { held }))
        }
        // `days_in_stage`: one name for the count and the instant behind it.
        NodeKind::DaysSince(x) if x.span == node.span => Some((name(), closure::now(&closure::number(node), facts).map(plain))),
        _ => None,
    };
    if let Some(found) = found {
        if !seen.contains(&found) {
            seen.push(found);
        }
        return;
    }
    for child in node.children() {
        look(child, text, facts, seen);
    }
    if let NodeKind::DaysSince(_) | NodeKind::BusinessDaysSince(_) = node.kind {
        seen.push((name(), closure::now(&closure::number(node), facts).map(plain)));
    }
}

fn read_shown(read: &Read, ty: Type, facts: &Facts<'_>) -> Option<String> {
    match read {
        Read::AsOf => Some(moment(Moving { at: facts.as_of.0, slope: 1 }, facts.calendar)),
        Read::CreatedAt => Some(moment(Moving { at: facts.created_at.0, slope: 0 }, facts.calendar)),
        Read::LastEventAt => {
            let node = Node::new(NodeKind::Read(Read::LastEventAt), ty, super::tree::Bytes { start: 0, end: 0 });
            closure::now(&closure::time(&node), facts).map(|t| moment(t, facts.calendar))
        }
        Read::EventKind => facts.event.map(|d| d.kind_name.to_string()),
        Read::Extra(header, folded) => closure::extra(header, folded, facts).map(one_line),
        Read::Field(..) | Read::EventField(..) | Read::State(_) | Read::ReachedSince => {
            let value = closure::value(read, facts)?;
            match value {
                Value::Int(seconds) if ty == Type::Duration => Some(Duration(*seconds).to_string()),
                value => shown(value, facts),
            }
        }
    }
}

/// A stored value for people; `None` = blank.
fn shown(value: &Value, facts: &Facts<'_>) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        Value::Int(i) => i.to_string(),
        Value::Real(x) => x.to_string(),
        Value::Money(minor) => facts.dictionary.currency.decimal(*minor),
        Value::Text(t) => one_line(t),
        Value::List(items) if items.is_empty() => return None,
        Value::List(items) => one_line(&items.join(", ")),
        Value::Date(d) => d.to_string(),
        Value::At(t) => moment(Moving { at: t.0, slope: 0 }, facts.calendar),
    })
}

/// A number without a needless point.
fn plain(n: Num) -> String {
    match n {
        Num::Int(i) => i.to_string(),
        Num::Real(x) => x.to_string(),
    }
}

/// The wall clock of the zone.
fn moment(t: Moving, calendar: &Calendar) -> String {
    let local = calendar.local(Instant(t.at));
    let text = local.format("%Y-%m-%d %H:%M:%S").to_string();
    text.strip_suffix(" 00:00:00").or(text.strip_suffix(":00")).unwrap_or(&text).to_owned()
}

/// What an equality wants, as "`制造业`" or "one of ('a', 'b')".
fn wanted(node: &Node, text: &str) -> Option<String> {
    let slice = |n: &Node| one_line(text.get(n.span.start..n.span.end).unwrap_or_default());
    match &node.kind {
        NodeKind::Compare(Op::Eq, left, right) if left.constant().is_none() => match right.literal_text() {
            Some(t) => Some(format!("`{}`", one_line(t))),
            None => right.constant().map(|_| format!("`{}`", slice(right).trim_matches('\''))),
        },
        NodeKind::Compare(op, left, right) if !op.is_equality() && left.constant().is_none() && right.constant().is_some() => {
            Some(format!("{} {}", op.sign(), slice(right)))
        }
        NodeKind::In(false, _, list) if list.iter().all(|n| n.constant().is_some()) => {
            Some(format!("one of ({})", list.iter().map(slice).collect::<Vec<_>>().join(", ")))
        }
        NodeKind::Between(false, _, low, high) if low.constant().is_some() && high.constant().is_some() => {
            Some(format!("between {} and {}", slice(low), slice(high)))
        }
        _ => None,
    }
}

impl Explanation {
    /// TRUE, FALSE or unknown.
    pub fn outcome(&self) -> Option<bool> {
        if let Value::Bool(b) = self.value { Some(b) } else { None }
    }
    /// One line: the parts that made it so, with the values seen.
    pub fn summary(&self) -> String {
        match &self.value {
            Value::Bool(true) => self.because().join("; "),
            Value::Bool(false) => format!("false: {}", self.because().join("; ")),
            Value::Null => format!("unknown: {}", self.unknown().join("; ")),
            _ => self.computed(),
        }
    }

    /// The sentences that settle a TRUE or FALSE.
    fn because(&self) -> Vec<String> {
        let outcome = self.outcome();
        let deciding = |parts: &[Self]| parts.iter().filter(|p| p.outcome() == outcome).flat_map(Self::because).collect::<Vec<_>>();
        match self.joint {
            Joint::All | Joint::Any => unique(deciding(&self.parts)),
            Joint::Opposite => match self.parts.first() {
                Some(part) if part.joint != Joint::Single => unique(part.because()),
                Some(part) => vec![self.sentence(&part.seen, None)],
                None => Vec::new(),
            },
            Joint::Single => vec![self.sentence(&self.seen, self.wanted.as_deref())],
            Joint::Computed => vec![self.computed()],
        }
    }

    /// "title is `采购总监`: has_any(title, '决策者') holds"
    fn sentence(&self, seen: &[(String, Option<String>)], wanted: Option<&str>) -> String {
        let excerpt = &self.excerpt;
        let values = values(seen);
        match (self.outcome() == Some(true), values.is_empty(), wanted) {
            (true, true, _) => format!("{excerpt} always holds"),
            (false, true, _) => format!("{excerpt} never holds"),
            (true, false, _) if seen.iter().any(|(name, _)| name == excerpt) => values,
            (true, false, _) => format!("{values}: {excerpt} holds"),
            (false, false, Some(wanted)) if seen.len() == 1 => format!("{values}, not {wanted}"),
            (false, false, _) if seen.iter().any(|(name, _)| name == excerpt) => values,
            (false, false, _) => format!("{values}: {excerpt} does not hold"),
        }
    }

    /// The blanks that leave it unknown.
    fn unknown(&self) -> Vec<String> {
        let undecided: Vec<_> = self.parts.iter().filter(|p| p.value.is_null()).collect();
        if !undecided.is_empty() {
            return unique(undecided.into_iter().flat_map(Self::unknown).collect());
        }
        let blank: Vec<_> = self.all_seen().into_iter().filter(|(_, v)| v.is_none()).map(|(name, _)| format!("`{name}` is blank")).collect();
        if !blank.is_empty() {
            return unique(blank);
        }
        let values = values(&self.all_seen());
        let excerpt = &self.excerpt;
        vec![if values.is_empty() { format!("`{excerpt}` has no value") } else { format!("{values}: `{excerpt}` has no value") }]
    }

    fn all_seen(&self) -> Vec<(String, Option<String>)> {
        self.parts.iter().flat_map(Self::all_seen).chain(self.seen.iter().cloned()).collect()
    }

    /// "employees is `1200`: employees >= 1000 holds, so 15"
    fn computed(&self) -> String {
        let result = match &self.value {
            Value::Int(i) => i.to_string(),
            Value::Real(x) => x.to_string(),
            Value::Text(t) => format!("`{}`", one_line(t)),
            Value::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
            _ => return format!("unknown: {}", self.unknown().join("; ")),
        };
        if self.joint == Joint::Computed {
            let asked: Vec<&Self> = self.parts.iter().filter(|p| matches!(p.value, Value::Bool(_) | Value::Null)).collect();
            let reason = match asked.iter().find(|p| p.outcome() == Some(true)) {
                Some(hit) => hit.because().join("; "),
                None => format!("no WHEN holds ({})", unique(asked.iter().map(|p| p.summary()).collect()).join("; ")),
            };
            return format!("{reason}, so {result}");
        }
        let values = values(&self.seen);
        if values.is_empty() { result } else { format!("{values}: {} is {result}", self.excerpt) }
    }
}

/// "a is `1`, b is blank"
fn values(seen: &[(String, Option<String>)]) -> String {
    let one = |(name, value): &(String, Option<String>)| match value {
        Some(v) => format!("{name} is `{v}`"),
        None => format!("{name} is blank"),
    };
    seen.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn unique(mut lines: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    lines.retain(|l| seen.insert(l.clone()));
    lines
}
