//! nurture/NAME.yaml → [`Path`]. Names first (of paths and of steps that send), contents second: a condition may speak of any path's step.

use super::{Enroll, Exit, Path, enroll, steps};
use crate::condition::{MessageStep, Messages, Scope, Want};
use crate::diag::{Code, Span};
use crate::rules::known::Known;
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::{Kind, Node};

/// The keys of a path.
pub(in crate::rules) const KEYS: &[&str] =
    &["review_by", "name", "title", "priority", "exclusive", "service", "enroll", "goal", "exit", "hold_while", "control", "steps", "late", "then"];
/// The keys of an exit.
pub(in crate::rules) const EXIT_KEYS: &[&str] = &["when", "reason"];
/// The keys of `late`.
pub(in crate::rules) const LATE_KEYS: &[&str] = &["max"];
/// The keys of `then`.
pub(in crate::rules) const THEN_KEYS: &[&str] = &["path"];

/// What the files before said.
pub(in crate::rules) struct Around<'a> {
    /// Stages, colleagues, the state of a lead.
    pub(in crate::rules) known: &'a Known<'a>,
    /// The ids of all media.
    pub(in crate::rules) media: &'a [String],
    /// Every text by name, with its medium where it could be read.
    pub(in crate::rules) contents: &'a [(String, Option<String>)],
    /// The names of all paths.
    pub(in crate::rules) paths: &'a [String],
}

/// Where the parts of a [`Path`] stand, for the checks of the whole.
pub(in crate::rules) struct Spots {
    /// Of its name.
    pub(in crate::rules) name: Span,
    /// By step.
    pub(in crate::rules) steps: Vec<steps::Spots>,
    /// Of the value of `then`.
    pub(in crate::rules) then: Option<Span>,
    /// Of the value of `late.max`.
    pub(in crate::rules) late: Option<Span>,
    /// Every condition and where it stands, by its first character.
    pub(in crate::rules) enroll: Span,
}

/// A path's name and its steps that send, before anything is checked.
pub(in crate::rules) fn names(file: &str, root: &Node) -> (String, Vec<MessageStep>) {
    let get = |node: &Node, key: &str| match &node.kind {
        Kind::Map(entries) => entries.iter().find(|e| e.key == key).map(|e| e.value.clone()),
        _ => None,
    };
    let text = |node: Option<Node>| match node.map(|n| n.kind) {
        Some(Kind::Scalar(s)) if !s.text.is_empty() => Some(s.text),
        _ => None,
    };
    let path = text(get(root, "name")).unwrap_or_else(|| file.to_owned());
    let steps = match get(root, "steps").map(|n| n.kind) {
        Some(Kind::List(items)) => items,
        _ => Vec::new(),
    };
    let sends = steps.iter().filter(|s| get(s, "send").is_some()).filter_map(|s| text(get(s, "id")));
    let all = sends.map(|step| MessageStep { path: path.clone(), step }).collect();
    (path, all)
}

/// Reads one path. `None` only after an error.
pub(in crate::rules) fn read(name: &str, root: &Node, around: &Around<'_>, seen: &mut Vec<(String, String)>, r: &mut Reader<'_>) -> Option<(Path, Spots)> {
    let map = r.map(root, "a path", KEYS)?;
    r.review_by(map);
    let at = map.get("name").map_or(map.span(), |n| n.span);
    if let Some(node) = map.get("name") {
        r.text(node)?;
    }
    if name.contains('/') {
        r.error(Code::BadValue, at, "a path's name has no `/`: conditions write `path/step`", "use `-`");
    }
    r.unique(seen, name, at, "path");
    let known = around.known.lead();
    let scope = Scope { messages: Messages { path: Some(name), ..known.messages }, ..known };
    let goals = Scope { messages: Messages { since_enrollment: true, ..scope.messages }, ..scope };
    let condition = |key: &str, scope: &Scope<'_>, r: &mut Reader<'_>| map.get(key).and_then(|n| r.condition(n, scope, Want::Boolean));

    let (goal, hold_while) = (condition("goal", &goals, r), condition("hold_while", &scope, r));
    let exits = map.get("exit").map(|n| exits(n, &scope, r)).unwrap_or_default();
    let entry = r.need(map, "a path", "enroll");
    let enroll = entry.and_then(|n| enroll::read(n, around, &scope, r));
    let dated = entry.is_some_and(|n| matches!(&n.kind, Kind::Map(e) if e.iter().any(|e| e.key == "date")));
    let conditioned = matches!(enroll, Some(Enroll::When { .. }));
    let yes = |key: &str, r: &mut Reader<'_>| map.get(key).and_then(|n| r.yes_no(n));
    let service = yes("service", r).unwrap_or(false);
    let exclusive = yes("exclusive", r);
    if let Some(at) = map.key_span("exclusive").filter(|_| exclusive == Some(true) && enroll.is_some() && (service || !conditioned)) {
        let message = "service, event and date paths stand beside the one marketing path of a lead: they cannot be exclusive";
        r.error(Code::BadValue, at, message, "take it out");
    }
    let (steps, step_spots) = steps::read(map, dated, around, &scope, r);
    let late = map.get("late").and_then(|n| r.map(n, "`late`", LATE_KEYS));
    let late = late.and_then(|m| r.need(m, "`late`", "max")).and_then(|n| Some((r.duration(n)?, n.span)));
    let then = map.get("then").and_then(|n| then(n, around, r));
    let path = Path {
        name: name.to_owned(),
        title: map.get("title").and_then(|n| r.text(n)).unwrap_or(name).to_owned(),
        priority: map.get("priority").and_then(|n| r.whole(n)).unwrap_or(0),
        exclusive: exclusive.unwrap_or(conditioned && !service),
        service,
        enroll: enroll?,
        goal,
        exits,
        hold_while,
        control: map.get("control").and_then(|n| control(n, r)),
        steps,
        late_max: late.map(|(max, _)| max),
        then: then.as_ref().map(|(name, _)| name.clone()),
        text: r.text.to_owned(),
    };
    let spots = Spots { name: at, steps: step_spots, then: then.map(|(_, at)| at), late: late.map(|(_, at)| at), enroll: entry.map_or(at, |n| n.span) };
    Some((path, spots))
}

fn exits(node: &Node, scope: &Scope<'_>, r: &mut Reader<'_>) -> Vec<Exit> {
    let mut all = Vec::new();
    for node in r.items(node, "exits") {
        let Some(map) = r.map(node, "an exit", EXIT_KEYS) else { continue };
        let when = r.need(map, "an exit", "when").and_then(|n| r.condition(n, scope, Want::Boolean));
        let reason = map.get("reason").and_then(|n| r.text(n));
        all.extend(when.map(|when| Exit { reason: reason.map_or_else(|| when.text().to_owned(), str::to_owned), when }));
    }
    all
}

fn then(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Option<(String, Span)> {
    let node = match &node.kind {
        Kind::Map(_) => {
            let map: Map<'_> = r.map(node, "`then`", THEN_KEYS)?;
            r.need(map, "`then`", "path")?
        }
        _ => node,
    };
    Some((r.known(node, "path", around.paths.iter().map(String::as_str), "paths are declared in nurture/*.yaml")?.to_owned(), node.span))
}

/// `10%`, as 0.1: over 0 and at most half.
fn control(node: &Node, r: &mut Reader<'_>) -> Option<f64> {
    let text = r.text(node)?.trim();
    let percent = text.strip_suffix('%').or_else(|| text.strip_suffix('％')).and_then(|n| n.trim().parse::<f64>().ok());
    if let Some(share) = percent.map(|p| p / 100.0).filter(|s| *s > 0.0 && *s <= 0.5) {
        return Some(share);
    }
    let help = match text.parse::<f64>() {
        Ok(n) if n > 0.0 && n <= 0.5 => format!("write `{}%`", n * 100.0),
        _ if percent == Some(0.0) => "leave it out for none".to_owned(),
        _ => "write the share that is never messaged, over 0% and at most 50%, e.g. `10%`".to_owned(),
    };
    r.error(Code::BadValue, node.span, format!("`{text}` is no share for a control group"), help);
    None
}
