//! What conditions ask of messages: `opened|clicked|replied('STEP' [, within])` inside the step's path, `'path/step'` elsewhere.
//!
//! Who answers nothing has not said no: an answer is unknown until the message left, and "no" is only known as far as the feedback of its
//! medium has been imported. Whoever clicked or replied has opened, with or without the picture that counts openings.

use super::check::{Checker, listed};
use super::literal;
use super::plan::{Ask, Node, NodeKind};
use super::scope::{MessageStep, Type};
use super::tree::{Bytes, Expr, Kind};
use crate::diag::Code;
use crate::model::{Duration, fold, nearest};

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feedback {
    /// It was opened.
    Opened,
    /// A link in it was followed.
    Clicked,
    /// It was answered.
    Replied,
}

impl Feedback {
    /// All, with their names in YAML and conditions.
    pub const ALL: [(&'static str, Self); 3] = [("opened", Self::Opened), ("clicked", Self::Clicked), ("replied", Self::Replied)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, f)| *f == self).map_or("", |(n, _)| n)
    }
}

/// One question about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What came back.
    pub feedback: Feedback,
    /// The path's name.
    pub path: String,
    /// The step's id.
    pub step: String,
}

impl Checker<'_, '_, '_> {
    pub(super) fn message(&mut self, feedback: Feedback, step: &Expr, within: Option<&Expr>, span: Bytes) -> Option<Node> {
        self.uses.clock = true;
        let found = self.literal(step, "the step").and_then(|text| self.step(feedback, text, step.span));
        let mut broken = found.is_none();
        let mut limit = None;
        if let Some(arg) = within.filter(|a| !matches!(a.kind, Kind::Null)) {
            limit = self.literal(arg, "the time after sending").and_then(|text| literal::duration(text, arg.span, self.problems));
            broken |= limit.is_none();
        }
        let (asked, own) = found?;
        if broken {
            return None;
        }
        self.uses.messages.push(asked.clone());
        let settled = limit.or(self.scope.messages.settled_after.map(|Duration(s)| s));
        Some(Node::new(NodeKind::Message(Ask { asked, own, within: limit, settled }), Type::Boolean, span))
    }

    /// The step that a text means, and whether it is one of this path's own.
    fn step(&mut self, feedback: Feedback, text: &str, at: Bytes) -> Option<(Asked, bool)> {
        let (messages, name) = (self.scope.messages, feedback.name());
        let of = |s: &MessageStep| Asked { feedback, path: s.path.clone(), step: s.step.clone() };
        let own = || messages.steps.iter().filter(|s| messages.path.is_some_and(|p| s.path == p));
        let is = |a: &str, b: &str| fold(a) == fold(b);
        if let Some(found) = own().find(|s| is(&s.step, text)) {
            return Some((of(found), true));
        }
        let Some((path, step)) = text.rsplit_once('/') else {
            let ids: Vec<&str> = own().map(|s| s.step.as_str()).collect();
            let elsewhere = messages.steps.iter().find(|s| is(&s.step, text));
            let help = match (elsewhere, nearest(text, ids.iter().copied())) {
                (_, Some(near)) => format!("did you mean `'{near}'`?"),
                (Some(s), None) => format!("write the path too: `{name}('{}/{}')`", s.path, s.step),
                (None, None) if messages.path.is_some() && !ids.is_empty() => format!("the steps of this path that send are {}", listed(&ids)),
                (None, None) => format!("write `{name}('path/step')`, a step of nurture/*.yaml that sends"),
            };
            let message =
                if messages.path.is_some() { format!("no step of this path that sends is named `{text}`") } else { format!("`{text}` names no path") };
            self.problems.error(Code::UnknownName, at, message, help);
            return None;
        };
        if let Some(found) = messages.steps.iter().find(|s| is(&s.path, path) && is(&s.step, step)) {
            return Some((of(found), messages.path.is_some_and(|p| is(p, path))));
        }
        let all: Vec<String> = messages.steps.iter().map(|s| format!("{}/{}", s.path, s.step)).collect();
        let (message, near) = if messages.steps.iter().any(|s| is(&s.path, path)) {
            let steps: Vec<&str> = messages.steps.iter().filter(|s| is(&s.path, path)).map(|s| s.step.as_str()).collect();
            let near = nearest(step, steps.iter().copied()).or(if let [one] = steps.as_slice() { Some(*one) } else { None });
            (format!("the path `{path}` has no step `{step}` that sends"), near.map(|s| format!("{path}/{s}")))
        } else {
            (format!("no path is named `{path}`"), nearest(text, all.iter().map(String::as_str)).map(str::to_owned))
        };
        let help = match near {
            Some(near) => format!("did you mean `'{near}'`?"),
            None if all.is_empty() => "paths are declared in nurture/*.yaml".to_owned(),
            None => format!("there are {}", listed(&all)),
        };
        self.problems.error(Code::UnknownName, at, message, help);
        None
    }
}
