//! Texts. A text is read where it lies; folding happens where it is compared.

use super::super::plan::{Lit, Node, NodeKind, Read};
use super::super::scope::Type;
use super::super::text::folded;
use super::super::tree::Op;
use super::{Fun, boolean, extra, value};
use crate::condition::Facts;
use crate::model::{Until, Value, fold};
use std::borrow::Cow;
use std::sync::Arc;

/// Where a text comes from.
pub(in super::super) enum TextOp {
    Absent,
    Literal(Arc<str>),
    Read(Read),
    Lower(Box<TextOp>),
    Coalesce(Vec<TextOp>),
    Case(Vec<(Fun<bool>, TextOp)>, Option<Box<TextOp>>),
}

/// Compiles a node that yields text.
pub(in super::super) fn text(node: &Node) -> TextOp {
    match &node.kind {
        NodeKind::Const(Lit::Text(t)) => TextOp::Literal(t.clone()),
        NodeKind::Read(read) => TextOp::Read(read.clone()),
        NodeKind::Lower(x) => TextOp::Lower(Box::new(text(x))),
        NodeKind::Coalesce(parts) => TextOp::Coalesce(parts.iter().map(text).collect()),
        NodeKind::Case(arms, otherwise) => {
            TextOp::Case(arms.iter().map(|(c, v)| (boolean(c), text(v))).collect(), otherwise.as_deref().map(|v| Box::new(text(v))))
        }
        _ => TextOp::Absent,
    }
}

impl TextOp {
    /// The text as stored; `None` = absent.
    pub(in super::super) fn get<'x>(&'x self, facts: &Facts<'x>, until: &mut Until) -> Option<Cow<'x, str>> {
        match self {
            Self::Absent => None,
            Self::Literal(t) => Some(Cow::Borrowed(t)),
            Self::Read(Read::EventKind) => facts.event.map(|d| Cow::Borrowed(d.kind_name.as_ref())),
            Self::Read(Read::Extra(header, folded)) => extra(header, folded, facts).map(Cow::Borrowed),
            Self::Read(read) => value(read, facts).and_then(Value::as_text).map(Cow::Borrowed),
            Self::Lower(x) => x.get(facts, until).map(|t| Cow::Owned(t.to_lowercase())),
            Self::Coalesce(parts) => parts.iter().find_map(|p| p.get(facts, until)),
            Self::Case(arms, otherwise) => {
                for (condition, value) in arms {
                    if condition(facts, until) == Some(true) {
                        return value.get(facts, until);
                    }
                }
                otherwise.as_ref().and_then(|v| v.get(facts, until))
            }
        }
    }
}

/// A question about one folded text.
pub(super) type Hit = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// Asks a node's text, folded.
pub(super) fn test(node: &Node, hit: Hit) -> Fun<bool> {
    if let Some(read) = stored(node) {
        let read = read.clone();
        return Box::new(move |facts, _| if let Some(Value::Text(t)) = value(&read, facts) { Some(folded(t, &hit)) } else { None });
    }
    let op = text(node);
    Box::new(move |facts, until| op.get(facts, until).map(|t| folded(&t, &hit)))
}

/// The stored text that a node is.
fn stored(node: &Node) -> Option<&Read> {
    match &node.kind {
        NodeKind::Read(read @ (Read::Field(..) | Read::EventField(..) | Read::State(_))) if node.ty == Type::Text => Some(read),
        _ => None,
    }
}

/// A condition that asks one text against literals: the text's node, and the question. It is unknown only where the text is absent.
pub(super) fn question(node: &Node) -> Option<(&Node, Hit)> {
    match &node.kind {
        NodeKind::Compare(op, x, literal) if x.ty == Type::Text => literal.literal_text().map(|t| (&**x, against(*op, t))),
        NodeKind::Like(not, x, pattern) => {
            let (pattern, not) = (pattern.clone(), *not);
            Some((x, Box::new(move |t| pattern.matches(t) != not)))
        }
        NodeKind::In(not, x, list) if x.ty == Type::Text => {
            let texts: Option<Vec<String>> = list.iter().map(|n| n.literal_text().map(|t| fold(t).into_owned())).collect();
            let (mut texts, not) = (texts?, *not);
            texts.sort_unstable();
            // A handful is compared faster than searched.
            let few = texts.len() <= 8;
            let found = move |t: &str| if few { texts.iter().any(|x| x == t) } else { texts.binary_search_by(|x| x.as_str().cmp(t)).is_ok() };
            Some((x, Box::new(move |t| found(t) != not)))
        }
        NodeKind::HasWords(x, words) if x.ty == Type::Text => {
            let words = words.clone();
            Some((x, Box::new(move |t| words.in_text(t))))
        }
        NodeKind::Not(x) => question(x).map(|(x, hit)| (x, Box::new(move |t: &str| !hit(t)) as Hit)),
        _ => None,
    }
}

/// Neighbours in an AND (`decisive` = false) or OR (`decisive` = true) that ask the same stored text become one question,
/// so that the text is folded once: `title LIKE '%a%' OR title LIKE '%b%'`. All of them are unknown where it is absent.
pub(super) fn together(parts: &[Node], decisive: bool) -> Vec<Fun<bool>> {
    let mut out = Vec::new();
    let mut rest = parts.iter().peekable();
    while let Some(part) = rest.next() {
        let Some((node, hit)) = question(part) else {
            out.push(boolean(part));
            continue;
        };
        let mut hits = vec![hit];
        while let Some((_, more)) = rest.peek().and_then(|next| question(next)).filter(|(next, _)| stored(node).is_some() && stored(node) == stored(next)) {
            hits.push(more);
            rest.next();
        }
        out.push(match (hits.len(), hits.pop()) {
            (1, Some(only)) => test(node, only),
            (_, last) => {
                hits.extend(last);
                test(node, Box::new(move |t| hits.iter().any(|hit| hit(t) == decisive) == decisive))
            }
        });
    }
    out
}

/// A comparison of folded texts, neither of which is a literal on the right.
pub(super) fn compare(op: Op, left: &Node, right: &Node) -> Fun<bool> {
    if let Some(literal) = left.literal_text() {
        return test(right, against(op.flipped(), literal));
    }
    if let Some(literal) = right.literal_text() {
        return test(left, against(op, literal));
    }
    let (left, right) = (text(left), text(right));
    Box::new(move |facts, until| {
        let (l, r) = (left.get(facts, until), right.get(facts, until));
        let (l, r) = (l?, r?);
        Some(folded(&l, |l| folded(&r, |r| op.holds(l.cmp(r)))))
    })
}

fn against(op: Op, literal: &str) -> Hit {
    let literal = fold(literal).into_owned();
    match op {
        Op::Eq => Box::new(move |t| t == literal),
        Op::Ne => Box::new(move |t| t != literal),
        _ => Box::new(move |t| op.holds(t.cmp(&literal))),
    }
}
