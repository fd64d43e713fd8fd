//! sops/tests/*.yaml → [`Case`]s, a list or `{review_by: …, cases: […]}`: leads with events, and what the SOPs must make of them. `sop test` runs them through the real engines.

use super::fields::kind_id;
use super::reader::{Map, Reader, date_of};
use super::scoring::Scoring;
use super::yaml::{Kind, Node};
use crate::diag::{Code, Span};
use crate::model::{Calendar, Dictionary, Instant, KindId, fold, nearest};
use chrono::{NaiveDateTime, NaiveTime};

/// The keys of a file of cases that is more than its list.
pub(super) const FILE_KEYS: &[&str] = &["review_by", "cases"];
/// The keys of one case.
pub(super) const KEYS: &[&str] = &["name", "as_of", "lead", "events", "expect"];
/// The keys of `expect` that this version knows, beside the groups' ids.
pub(super) const EXPECT_KEYS: &[&str] = &["score", "band", "lines"];
/// Outcomes of engines that are still to come.
const LATER: &[&str] = &["stage", "owner", "queue", "messages", "promises", "alerts"];

/// One example with its promised outcome.
#[derive(Clone, Debug)]
pub struct Case {
    /// As printed.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// A bare date is the day's end in the calendar's zone.
    pub as_of: Instant,
    /// The lead's cells, by field id or header, as text: they take the way that a file's cells take.
    pub lead: Vec<(String, String)>,
    /// Its events.
    pub events: Vec<CaseEvent>,
    /// What must come out.
    pub expect: Vec<Expectation>,
}

/// One event of a case.
#[derive(Clone, Debug)]
pub struct CaseEvent {
    /// Its kind.
    pub kind: KindId,
    /// A bare date is its 00:00.
    pub at: Instant,
    /// The other cells, by event field id or header.
    pub cells: Vec<(String, String)>,
}

/// One promised outcome and where it stands.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// What.
    pub outcome: Outcome,
    /// Where: a failed one is shown there.
    pub span: Span,
}

/// A promised outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The total.
    Score(i64),
    /// The band's id.
    Band(String),
    /// A group (place in [`Scoring::groups`]) and its points.
    Group(usize, i64),
    /// A rule (group, rule) and its line's points.
    Line(usize, usize, i64),
}

/// Reads one file of cases.
pub(super) fn read(root: &Node, d: &Dictionary, calendar: &Calendar, scoring: &Scoring, r: &mut Reader<'_>) -> Vec<Case> {
    let list = match &root.kind {
        Kind::Map(m) if m.is_empty() => return Vec::new(),
        Kind::Map(_) => {
            let Some(map) = r.map(root, "a file of cases", FILE_KEYS) else { return Vec::new() };
            r.review_by(map);
            let Some(list) = r.need(map, "a file of cases", "cases") else { return Vec::new() };
            list
        }
        _ => root,
    };
    let mut cases = Vec::new();
    for node in r.items(list, "the cases") {
        let Some(map) = r.map(node, "a case", KEYS) else { continue };
        if let Some(case) = one(map, d, calendar, scoring, r) {
            cases.push(case);
        }
    }
    cases
}

fn one(map: Map<'_>, d: &Dictionary, calendar: &Calendar, scoring: &Scoring, r: &mut Reader<'_>) -> Option<Case> {
    let name = r.need(map, "a case", "name").and_then(|n| Some((r.text(n)?.to_owned(), n.span)));
    let as_of = r.need(map, "a case", "as_of").and_then(|n| instant(n, calendar, true, r));
    let mut lead = Vec::new();
    for e in map.get("lead").map(|n| r.names(n, "the lead's fields")).unwrap_or_default() {
        if d.field_of_header(&e.key).is_none() && !d.events_in.iter().any(|c| c.header == e.key || c.at.as_ref() == Some(&e.key)) {
            let known = d.fields.iter().flat_map(|f| f.aliases.iter().chain([&f.id])).map(String::as_str).chain(d.events_in.iter().map(|c| c.header.as_str()));
            let help = nearest(&e.key, known).map_or_else(|| "declare it in fields.yaml".to_owned(), |n| format!("did you mean `{n}`?"));
            r.error(Code::UnknownName, e.key_span, format!("no field is named `{}`", e.key), help);
        }
        if !e.value.is_nothing() {
            let texts: Vec<&str> = r.texts(&e.value).into_iter().map(|(t, _)| t).collect();
            lead.push((e.key.clone(), texts.join(";")));
        }
    }
    let events = map.get("events").map(|n| r.items(n, "the events")).unwrap_or_default();
    let events = events.iter().filter_map(|n| event(n, d, calendar, r)).collect();
    let expect = r.need(map, "a case", "expect").map(|n| expect(n, scoring, r)).unwrap_or_default();
    let (name, span) = name?;
    Some(Case { name, span, as_of: as_of?, lead, events, expect })
}

fn event(node: &Node, d: &Dictionary, calendar: &Calendar, r: &mut Reader<'_>) -> Option<CaseEvent> {
    let entries = r.names(node, "an event");
    let value = |key: &str| entries.iter().find(|e| e.key == key).map(|e| &e.value);
    for key in ["kind", "at"] {
        if value(key).is_none() {
            r.error(Code::MissingKey, node.span, format!("an event needs `{key}:`"), format!("add `{key}: …`"));
        }
    }
    let kind = value("kind").and_then(|n| Some((r.text(n)?, n.span))).and_then(|(name, span)| kind_id(name, span, d, r));
    let at = value("at").and_then(|n| instant(n, calendar, false, r));
    let mut cells = Vec::new();
    for e in entries.iter().filter(|e| !matches!(e.key.as_str(), "kind" | "at")) {
        if !d.event_fields.iter().any(|f| fold(&f.id) == fold(&e.key)) {
            let help = nearest(&e.key, d.event_fields.iter().map(|f| f.id.as_str()))
                .map_or_else(|| "declare it under `events:` in fields.yaml".to_owned(), |n| format!("did you mean `{n}`?"));
            r.error(Code::UnknownName, e.key_span, format!("events have no field `{}`", e.key), help);
        }
        if let Some(text) = r.text(&e.value) {
            cells.push((e.key.clone(), text.to_owned()));
        }
    }
    Some(CaseEvent { kind: kind?, at: at?, cells })
}

fn expect(node: &Node, scoring: &Scoring, r: &mut Reader<'_>) -> Vec<Expectation> {
    let mut all = Vec::new();
    for e in r.names(node, "outcomes") {
        let outcome = match e.key.as_str() {
            "score" => r.whole(&e.value).map(Outcome::Score),
            "band" => {
                let ids: Vec<(&str, &str)> = scoring.bands.iter().map(|b| (b.id.as_str(), b.id.as_str())).collect();
                r.choice(&e.value, &ids).map(|id| Outcome::Band(id.into()))
            }
            "lines" => {
                for line in r.names(&e.value, "lines") {
                    let found = scoring.groups.iter().enumerate().find_map(|(g, group)| Some((g, group.rules.iter().position(|rule| rule.name == line.key)?)));
                    let Some((g, i)) = found else {
                        let known = scoring.groups.iter().flat_map(|g| g.rules.iter().map(|rule| rule.name.as_str()));
                        let help = nearest(&line.key, known).map_or_else(|| "write the rule's `name:`".to_owned(), |n| format!("did you mean `{n}`?"));
                        r.error(Code::UnknownName, line.key_span, format!("no rule is named `{}`", line.key), help);
                        continue;
                    };
                    if let Some(points) = r.whole(&line.value) {
                        all.push(Expectation { outcome: Outcome::Line(g, i, points), span: line.key_span });
                    }
                }
                None
            }
            key => match scoring.groups.iter().position(|g| g.id == key) {
                Some(g) => r.whole(&e.value).map(|points| Outcome::Group(g, points)),
                None if LATER.contains(&key) => {
                    r.error(Code::NotYet, e.key_span, format!("`{key}` cannot be expected yet"), "it comes with a later version; take it out for now");
                    None
                }
                None => {
                    let known = EXPECT_KEYS.iter().copied().chain(scoring.groups.iter().map(|g| g.id.as_str()));
                    let help = nearest(key, known.clone())
                        .map_or_else(|| format!("it may have: {}", known.collect::<Vec<_>>().join(", ")), |n| format!("did you mean `{n}`?"));
                    r.error(Code::UnknownKey, e.key_span, format!("`{key}` is no outcome"), help);
                    None
                }
            },
        };
        all.extend(outcome.map(|outcome| Expectation { outcome, span: e.key_span }));
    }
    all
}

/// `2026-11-21`, `2026-11-21 10:00`, `2026-11-21T10:00:30`, in the calendar's zone.
fn instant(node: &Node, calendar: &Calendar, day_end: bool, r: &mut Reader<'_>) -> Option<Instant> {
    let text = r.text(node)?.trim();
    if let Some(day) = date_of(text) {
        return Some(if day_end { calendar.end_of(day) } else { calendar.instant(day.and_time(NaiveTime::MIN)) });
    }
    let plain = text.replacen('T', " ", 1);
    let local = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"].iter().find_map(|f| NaiveDateTime::parse_from_str(&plain, f).ok());
    let at = local.map(|l| calendar.instant(l)).or_else(|| chrono::DateTime::parse_from_rfc3339(text).ok().map(|t| Instant(t.timestamp())));
    if at.is_none() {
        r.error(Code::BadValue, node.span, format!("`{text}` is no date or time"), "write `2026-11-21` or `2026-11-21 10:00`");
    }
    at
}
