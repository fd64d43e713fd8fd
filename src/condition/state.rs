//! What conditions ask of the state: names that are ordered by place, ids that must exist, lists asked by a function, follow-ups.

use super::check::{Checker, listed};
use super::literal;
use super::plan::{Contacts, Lit, Node, NodeKind, Read};
use super::scope::{StateName, StateUse, Type};
use super::tree::{Bytes, Expr, Kind, Op};
use crate::diag::Code;
use crate::model::{Duration, Outcome, fold, nearest};
use std::sync::Arc;

impl Checker<'_, '_, '_> {
    /// `industries = '制造业'` of a colleague: whether the list has it.
    pub(super) fn has_item(&self, op: Op, list: &Node, item: &Node, span: Bytes) -> Option<Node> {
        let (NodeKind::Read(read @ Read::State(i)), Type::List, Some(text), true) = (&list.kind, list.ty, item.literal_text(), op.is_equality()) else {
            return None;
        };
        let name = self.scope.state.get(*i).map_or("", |s| s.name.as_str());
        let holds = Node::new(NodeKind::Holds(read.clone(), name.into(), fold(text).into_owned()), Type::Boolean, span);
        Some(if op == Op::Eq { holds } else { Node::new(NodeKind::Not(Box::new(holds)), Type::Boolean, span) })
    }

    /// The place of an ordered state name (`band`, `stage`), if this node is one.
    pub(super) fn ordered(&self, node: &Node) -> Option<usize> {
        let NodeKind::Read(Read::State(i)) = node.kind else { return None };
        self.scope.state.get(i).is_some_and(|s| !s.order.is_empty()).then_some(i)
    }

    /// An ordered name inside `coalesce`, `CASE`, `lower` is mere text, whose alphabetical order nobody means.
    pub(super) fn by_place(&mut self, node: &Node) -> Option<()> {
        let mut below = vec![node];
        while let Some(next) = below.pop() {
            if let Some(state) = self.ordered(next).filter(|_| node.ty == Type::Text).and_then(|i| self.scope.state.get(i)) {
                let help = format!("compare the name itself: `{} >= '{}'`", state.name, state.order.last().map_or("", String::as_str));
                return self.mismatch(node.span, format!("`{}` has its order only by itself, not inside other text", state.name), help);
            }
            below.extend(next.children());
        }
        Some(())
    }

    pub(super) fn rank(&self, node: &Node, state: usize) -> Node {
        let order: Arc<[String]> = self.scope.state.get(state).map(|s| s.order.iter().map(|id| fold(id).into_owned()).collect()).unwrap_or_default();
        Node { kind: NodeKind::Rank(state, order), ty: Type::Number, ..node.clone() }
    }

    /// The place of a literal in a state name's order.
    pub(super) fn place(&mut self, node: Node, state: usize) -> Option<Node> {
        let Some(state) = self.scope.state.get(state) else { return Some(node) };
        if node.ty == Type::Null {
            return Some(node);
        }
        let Some(text) = node.literal_text().cloned() else {
            let help = format!("compare it with one of {}", listed(&state.order));
            return self.mismatch(node.span, format!("`{}` is ordered: only a value of it can stand here", state.name), help);
        };
        let folded = fold(&text);
        let Some(place) = state.order.iter().position(|id| fold(id) == folded) else {
            let near = nearest(&text, state.order.iter().map(String::as_str));
            let help = near.map_or_else(|| format!("its order is {}", listed(&state.order)), |n| format!("did you mean `'{n}'`?"));
            self.problems.error(Code::BadValue, node.span, format!("`{text}` has no place in the order of `{}`", state.name), help);
            return None;
        };
        let number = super::num::Num::Int(i64::try_from(place).unwrap_or(i64::MAX));
        Some(Node { kind: NodeKind::Const(Lit::Number(number)), ty: Type::Number, ..node })
    }

    /// Whether a state name can have this id; one that it never has is an error.
    pub(super) fn known_id(&mut self, state: &StateName, id: &str, at: Bytes) -> Option<()> {
        let folded = fold(id);
        if state.known.is_empty() || state.known.iter().any(|known| fold(known) == folded) {
            return Some(());
        }
        let near = nearest(id, state.known.iter().map(String::as_str));
        let help = near.map_or_else(|| format!("there are {}", listed(&state.known)), |n| format!("did you mean `'{n}'`?"));
        let message = if state.used == StateUse::Holds { format!("`{}` knows no `{id}`", state.name) } else { format!("`{}` is never `{id}`", state.name) };
        self.problems.error(Code::BadValue, at, message, help);
        None
    }

    /// Whether a list of the state holds an id: `reached('mql')`.
    pub(super) fn holds(&mut self, name: &str, id: &Expr, what: &str, span: Bytes) -> Option<Node> {
        let text = self.literal(id, what)?;
        let states = self.scope.state;
        let Some((i, state)) = states.iter().enumerate().find(|(_, s)| s.name == name) else {
            self.problems.error(Code::NotYet, span, format!("`{name}` is not known yet"), "it comes with a later version of sop");
            return None;
        };
        if state.known.is_empty() {
            self.problems.error(Code::BadValue, id.span, format!("`{name}` knows no `{text}`: no stages are declared"), "declare them in lifecycle.yaml");
            return None;
        }
        self.known_id(state, text, id.span)?;
        Some(Node::new(NodeKind::Holds(Read::State(i), name.into(), fold(text).into_owned()), Type::Boolean, span))
    }

    pub(super) fn contactable(&mut self, medium: &Expr, span: Bytes) -> Option<Node> {
        let node = self.holds("contactable", medium, "the medium", span)?;
        if let Kind::Text(medium) = &medium.kind {
            self.uses.fields.extend(self.scope.dictionary.addresses(&fold(medium)));
        }
        Some(node)
    }

    /// `follow_ups([outcome] [, within])`; a single argument may be either.
    pub(super) fn follow_ups(&mut self, args: &[Expr], span: Bytes) -> Option<Node> {
        (self.uses.follow_ups, self.uses.clock) = (true, true);
        let mut which = Contacts { outcome: None, within: None };
        let (outcome, within) = match args {
            [one] if matches!(&one.kind, Kind::Text(t) if Duration::parse(t).is_ok()) => (None, Some(one)),
            [outcome, rest @ ..] => (Some(outcome), rest.first()),
            [] => (None, None),
        };
        let mut broken = false;
        if let Some(arg) = outcome.filter(|a| !matches!(a.kind, Kind::Null)) {
            which.outcome = self.literal(arg, "the outcome").and_then(|text| self.outcome(text, arg.span));
            broken |= which.outcome.is_none();
        }
        if let Some(arg) = within.filter(|a| !matches!(a.kind, Kind::Null)) {
            which.within = self.literal(arg, "the age of follow-ups").and_then(|text| literal::duration(text, arg.span, self.problems));
            broken |= which.within.is_none();
        }
        if broken { None } else { Some(Node::new(NodeKind::FollowUps(which), Type::Number, span)) }
    }

    fn outcome(&mut self, text: &str, at: Bytes) -> Option<Outcome> {
        let outcome = Outcome::parse(&fold(text));
        if outcome.is_none() {
            let help = match nearest(text, Outcome::ALL.iter().map(|(n, _)| *n)) {
                Some(near) => format!("did you mean `'{near}'`?"),
                None => format!("outcomes are {}; for any of them: `follow_ups('30d')`", listed(&Outcome::ALL.map(|(n, _)| n))),
            };
            self.problems.error(Code::BadValue, at, format!("`{text}` is no outcome of a follow-up"), help);
        }
        outcome
    }
}
