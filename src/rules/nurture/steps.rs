//! `steps:` of a path: when each is due, and what it does.

use super::read::Around;
use super::{Due, NewValue, SetField, Step, What, days, send};
use crate::condition::{Scope, Want};
use crate::diag::{Code, Span};
use crate::model::{FieldType, fold, nearest};
use crate::rules::reader::{Map, Reader};
use crate::rules::sla::{Recipient, recipient};
use crate::rules::yaml::{Kind, Node};

/// The keys of a step.
pub(in crate::rules) const STEP_KEYS: &[&str] =
    &["id", "day", "at", "after", "if", "send", "content", "variants", "experiment", "fallback", "wait", "max", "task", "to", "set", "move"];

/// What a step may do, and the keys that go with it.
const ACTIONS: [(&str, &[&str]); 5] =
    [("send", &["content", "variants", "experiment", "fallback"]), ("wait", &["max"]), ("task", &["to"]), ("set", &[]), ("move", &[])];

/// Where a step stands.
pub(in crate::rules) struct Spots {
    /// Of its id.
    pub(in crate::rules) id: Span,
    /// Of the parts of its message.
    pub(in crate::rules) send: send::Spots,
    /// Whom a task is for, and where that stands.
    pub(in crate::rules) to: Vec<(Recipient, Span)>,
    /// Where each of its conditions stands: `if`, `wait`.
    pub(in crate::rules) conditions: Vec<Span>,
}

/// Reads all steps. `dated`: the path begins by a date of the lead.
pub(super) fn read(map: Map<'_>, dated: bool, around: &Around<'_>, scope: &Scope<'_>, r: &mut Reader<'_>) -> (Vec<Step>, Vec<Spots>) {
    let (mut all, mut spots, mut seen): (Vec<Step>, Vec<Spots>, Vec<_>) = (Vec::new(), Vec::new(), Vec::new());
    let Some(node) = r.need(map, "a path", "steps") else { return (all, spots) };
    let items = r.items(node, "the steps");
    if items.is_empty() {
        r.error(Code::MissingKey, node.span, "this path does nothing: it has no steps", "add e.g. `- {id: guide, day: 1, send: email, content: guide}`");
    }
    let mut last_day: Option<i32> = None;
    let mut after_send = false;
    for node in items {
        let what = "a step";
        let Some(map) = r.map(node, what, STEP_KEYS) else { continue };
        let id = r.need(map, what, "id").and_then(|n| Some((r.text(n)?, n.span)));
        if let Some((id, at)) = id {
            r.unique(&mut seen, id, at, "step");
        }
        let due = due(map, dated, &mut last_day, r);
        let mut places = Spots { id: id.map_or(map.span(), |(_, at)| at), send: send::Spots::default(), to: Vec::new(), conditions: Vec::new() };
        let when = map.get("if").map(|n| {
            places.conditions.push(n.span);
            r.condition(n, scope, Want::Boolean)
        });
        let done = action(map, around, scope, &mut places, r);
        if let (Some((id, at)), Some(Due::Next), Some(What::Send(_)), true) = (id, due, &done, after_send) {
            let message = format!("`{id}` would leave together with the message before it: it has neither `day:` nor `after:`");
            r.error(Code::MissingKey, at, message, "say when it is due, e.g. `day: 3` or `after: 2d`");
        }
        after_send = match &done {
            Some(What::Send(_)) => true,
            Some(done) if days::waits(done) => false,
            _ => after_send && due == Some(Due::Next),
        };
        if let (Some((id, _)), Some(due), None | Some(Some(_)), Some(what)) = (id, due, &when, done) {
            all.push(Step { id: id.to_owned(), due, when: when.flatten(), what });
            spots.push(places);
        }
    }
    (all, spots)
}

/// `day:` with `at:`, `after:`, or neither.
fn due(map: Map<'_>, dated: bool, last: &mut Option<i32>, r: &mut Reader<'_>) -> Option<Due> {
    let at = match map.get("at") {
        None => Some(0),
        Some(node) => clock(node, r),
    };
    if let Some(span) = map.key_span("at").filter(|_| map.get("day").is_none()) {
        r.error(Code::BadValue, span, "`at` is a time of a day, and this step names no day", "add `day: …`, or take it out");
    }
    match (map.get("day"), map.get("after")) {
        (Some(_), Some(after)) => {
            r.error(Code::BadValue, after.span, "a step is due on a day or after a time, not both", "take one of them out");
            None
        }
        (Some(node), None) => {
            let n = r.whole(node)?;
            let Some(n) = i32::try_from(n).ok().filter(|n| n.abs() <= 3_650) else {
                r.error(Code::BadValue, node.span, format!("`{n}` is too far"), "a path lasts at most ten years");
                return None;
            };
            if n < 1 && !dated {
                r.error(
                    Code::BadValue,
                    node.span,
                    format!("there is no day {n}: day 1 is the day on which the lead enters"),
                    "write `day: 1`; only paths with `enroll: {date: …}` have earlier days",
                );
                return None;
            }
            if let Some(before) = last.filter(|before| n < *before) {
                r.error(
                    Code::BadValue,
                    node.span,
                    format!("day {n} comes after day {before}: a path does not go back"),
                    "put the steps in the order of their days",
                );
                return None;
            }
            *last = Some(n);
            Some(Due::Day { n, at: at? })
        }
        (None, Some(node)) => r.duration(node).map(Due::After),
        (None, None) => Some(Due::Next),
    }
}

/// `10:00` as a second of the day.
fn clock(node: &Node, r: &mut Reader<'_>) -> Option<u32> {
    let text = r.text(node)?;
    let number = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse::<u32>().ok()).flatten().filter(|_| (1..=2).contains(&t.len()));
    let read = text.split_once(':').and_then(|(h, m)| Some((number(h)?, number(m)?))).filter(|(h, m)| *h < 24 && *m < 60);
    if read.is_none() {
        r.error(Code::BadValue, node.span, format!("`{text}` is no time of the day"), "write e.g. `\"10:00\"`");
    }
    read.map(|(h, m)| h * 3_600 + m * 60)
}

fn action(map: Map<'_>, around: &Around<'_>, scope: &Scope<'_>, spots: &mut Spots, r: &mut Reader<'_>) -> Option<What> {
    let named: Vec<&str> = ACTIONS.iter().map(|(key, _)| *key).filter(|key| map.get(key).is_some()).collect();
    let &[key] = named.as_slice() else {
        match named.get(1).and_then(|second| map.key_span(second)) {
            Some(at) => r.error(Code::BadValue, at, format!("a step does one thing: this one has {}", named.join(" and ")), "make a step of each"),
            None => r.error(Code::MissingKey, map.span(), "this step does nothing", "it takes one of send, wait, task, set, move"),
        }
        return None;
    };
    for (other, keys) in ACTIONS.iter().filter(|(other, _)| *other != key) {
        for strange in keys.iter().filter_map(|k| Some((k, map.key_span(k)?))) {
            r.error(Code::BadValue, strange.1, format!("`{}` belongs to a step with `{other}:`", strange.0), "take it out, or make a step of its own");
        }
    }
    let node = map.get(key)?;
    match key {
        "send" => {
            let (send, places) = send::read(node, map, around, scope, r)?;
            spots.send = places;
            Some(What::Send(Box::new(send)))
        }
        "wait" => {
            spots.conditions.push(node.span);
            let until = r.condition(node, scope, Want::Boolean);
            let max = match map.get("max") {
                Some(max) => r.duration(max),
                None => {
                    r.error(
                        Code::MissingKey,
                        node.span,
                        "this may wait for ever: it has no `max:`",
                        "say how long at most, e.g. `max: 3d`; then the path goes on",
                    );
                    None
                }
            };
            Some(What::Wait { until: until?, max: max? })
        }
        "task" => {
            let text = r.text(node)?.to_owned();
            spots.to = map.get("to").map(|n| recipient::read(n, around.known, r)).unwrap_or_default();
            let told = spots.to.iter().map(|(who, _)| who.clone());
            let to = if map.get("to").is_some() { told.collect() } else { vec![Recipient::Owner] };
            Some(What::Task { text, to })
        }
        "set" => Some(What::Set(set(node, around, r))),
        _ => around.known.place(node, r).map(What::Move),
    }
}

/// `{field: value, tags+: x, tags-: y}`
fn set(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Vec<SetField> {
    let dictionary = around.known.dictionary;
    let (mut all, entries) = (Vec::new(), r.names(node, "fields"));
    if entries.is_empty() {
        r.error(Code::MissingKey, node.span, "nothing is set here", "write e.g. `set: {tags+: 已培育}`");
    }
    for e in entries {
        let (name, sign) = match e.key.trim().char_indices().next_back() {
            Some((i, c @ ('+' | '-'))) => (e.key.trim().get(..i).unwrap_or_default().trim_end(), Some(c)),
            _ => (e.key.trim(), None),
        };
        let Some((field, def)) = dictionary.field(name) else {
            let near = nearest(name, dictionary.fields.iter().map(|f| f.id.as_str()));
            let help = near.map_or_else(|| "declare it in fields.yaml".to_owned(), |n| format!("did you mean `{n}`?"));
            r.error(Code::UnknownName, e.key_span, format!("no field is named `{name}`"), help);
            continue;
        };
        if matches!(def.ty, FieldType::Owner | FieldType::Stage) {
            let help = if def.ty == FieldType::Stage { "write `move: …` for a stage" } else { "owners are given by assignment.yaml, or by `sop set`" };
            r.error(Code::BadValue, e.key_span, format!("a path does not set `{name}`: it is the lead's state"), help);
            continue;
        }
        if sign.is_some() && def.ty != FieldType::List {
            r.error(Code::WrongType, e.key_span, format!("`{name}` is no list: nothing is added to it or taken out"), format!("write `{name}: …`"));
            continue;
        }
        let texts = || texts_of(&e.value);
        let to = match sign {
            _ if e.value.is_nothing() && sign.is_none() => NewValue::Clear,
            Some('+') => NewValue::Add(texts()),
            Some(_) => NewValue::Remove(texts()),
            None => {
                let text = texts().join(";");
                if !fits(def.ty, &text) {
                    r.error(
                        Code::BadValue,
                        e.value.span,
                        format!("`{text}` is no value of `{name}`: it is of type {}", def.ty.name()),
                        "write a value of that type",
                    );
                    continue;
                }
                NewValue::Put(text)
            }
        };
        all.push(SetField { field, to });
    }
    all
}

fn texts_of(node: &Node) -> Vec<String> {
    let text = |n: &Node| if let Kind::Scalar(s) = &n.kind { Some(s.text.clone()) } else { None };
    match &node.kind {
        Kind::List(items) => items.iter().filter_map(text).collect(),
        _ => text(node).into_iter().collect(),
    }
}

/// Whether a text is surely no value of a type.
fn fits(ty: FieldType, text: &str) -> bool {
    match ty {
        FieldType::Integer => text.parse::<i64>().is_ok(),
        FieldType::Number | FieldType::Money => text.parse::<f64>().is_ok_and(f64::is_finite),
        FieldType::Percent => text.trim_end_matches(['%', '％']).trim().parse::<f64>().is_ok_and(f64::is_finite),
        FieldType::Boolean => matches!(fold(text).as_ref(), "true" | "false" | "yes" | "no" | "是" | "否" | "1" | "0"),
        FieldType::Date => crate::rules::reader::date_of(text).is_some(),
        FieldType::Datetime => text.get(..10).and_then(crate::rules::reader::date_of).is_some(),
        _ => true,
    }
}
