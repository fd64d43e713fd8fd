//! sops/tests/*.yaml → [`Case`]s, a list or `{review_by: …, cases: […]}`: leads with events, and what the SOPs must make of them. `sop test` runs them through the real engines.
//!
//! A case is judged at `as_of`, after one tick. What needs more than one (a lead that comes back, a second round) lists the
//! earlier ones under `ticks:`. What no tick could know (deals, follow-ups, verdicts, who holds the lead) is told by the case.

mod expect;
mod past;

pub use expect::{Expectation, Outcome};

use super::alerts::Alert;
use super::assignment::Assignment;
use super::fields::kind_id;
use super::known::Known;
use super::reader::{Map, Reader, date_of};
use super::scoring::Scoring;
use super::sla::Promise;
use super::yaml::{Kind, Node};
use crate::diag::{Code, Span};
use crate::model::{Calendar, Deal, Dictionary, FeedbackKind, FollowUp, Instant, KindId, Verdict, fold, nearest};
use chrono::{NaiveDateTime, NaiveTime};

/// The keys of a file of cases that is more than its list.
pub(super) const FILE_KEYS: &[&str] = &["review_by", "cases"];
/// The keys of one case.
pub(super) const KEYS: &[&str] = &[
    "name",
    "as_of",
    "ticks",
    "lead",
    "events",
    "stage",
    "owner",
    "queue",
    "history",
    "deals",
    "follow_ups",
    "verdicts",
    "held",
    "feedback",
    "feedback_until",
    "expect",
];
#[cfg(test)]
pub(super) use expect::KEYS as EXPECT_KEYS;
#[cfg(test)]
pub(super) use past::{DEAL_KEYS, FEEDBACK_KEYS, FOLLOW_UP_KEYS, HISTORY_KEYS, PAYMENT_KEYS, SINCE_KEYS, VERDICT_KEYS};

/// The other files, for the names that a case may use.
pub(super) struct Around<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) scoring: &'a Scoring,
    pub(super) known: &'a Known<'a>,
    /// `None` when YAML could not make sense of assignment.yaml.
    pub(super) assignment: Option<&'a Assignment>,
    /// Likewise of sla.yaml.
    pub(super) promises: Option<&'a [Promise]>,
    /// Likewise of alerts.yaml.
    pub(super) alerts: Option<&'a [Alert]>,
    /// What messages may be called: contents, and `path/step` of every step that sends.
    pub(super) letters: &'a [String],
}

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
    /// Its stage or detour when the case begins; `None` = it is new.
    pub stage: Option<Since>,
    /// Who holds it when the case begins: it was handed to them then.
    pub owner: Option<Since>,
    /// The queue it waits in when the case begins; never beside an owner.
    pub queue: Option<Since>,
    /// Stages that it was at before, with the instants, in order.
    pub history: Vec<(String, Instant)>,
    /// Its deals.
    pub deals: Vec<Deal>,
    /// Its follow-ups.
    pub follow_ups: Vec<FollowUp>,
    /// What sales made of it; a reason's id is one of lifecycle.yaml.
    pub verdicts: Vec<Verdict>,
    /// How many other leads colleagues hold, by id; who is not named has an empty desk.
    pub held: Vec<(String, u32)>,
    /// Ticks that run before the one at `as_of`, in order and all before it. A bare date is the day's end.
    pub ticks: Vec<Instant>,
    /// What came back on its messages (`path/step`), oldest first.
    pub feedback: Vec<(FeedbackKind, String, Instant)>,
    /// Until when everything that came back is known; `None` = nothing ever was.
    pub feedback_until: Option<Instant>,
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

/// Where a lead is when the case begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// A stage, a detour, a colleague or a queue.
    pub id: String,
    /// Since when; `None` = since the lead was created.
    pub since: Option<Instant>,
}

/// Reads one file of cases.
pub(super) fn read(root: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Vec<Case> {
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
        if let Some(case) = one(map, around, r) {
            cases.push(case);
        }
    }
    cases
}

fn one(map: Map<'_>, around: &Around<'_>, r: &mut Reader<'_>) -> Option<Case> {
    let (d, calendar) = (around.known.dictionary, around.calendar);
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
    let past = past::read(map, as_of, around, r);
    let expect = r.need(map, "a case", "expect").map(|n| expect::read(n, around, r)).unwrap_or_default();
    let (name, span) = name?;
    let past::Past { stage, owner, queue, history, deals, follow_ups, verdicts, held, ticks, feedback, feedback_until } = past;
    Some(Case {
        name,
        span,
        as_of: as_of?,
        lead,
        events,
        stage,
        owner,
        queue,
        history,
        deals,
        follow_ups,
        verdicts,
        held,
        ticks,
        feedback,
        feedback_until,
        expect,
    })
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
