//! What a case says of a lead's past: where it stands, and what people did, which no event tells.

use super::{Around, Since, instant};
use crate::diag::Code;
use crate::model::{Deal, DealStatus, FeedbackKind, FollowUp, Instant, Outcome, Verdict};
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::{Kind, Node, Scalar, Style};

/// The keys of `stage`, `owner` and `queue` where they are more than an id.
pub(in crate::rules) const SINCE_KEYS: &[&str] = &["id", "since"];
/// The keys of one stage of `history`.
pub(in crate::rules) const HISTORY_KEYS: &[&str] = &["stage", "at"];
/// The keys of a deal.
pub(in crate::rules) const DEAL_KEYS: &[&str] = &["status", "amount", "opened_at", "closed_at", "paid"];
/// The keys of a payment.
pub(in crate::rules) const PAYMENT_KEYS: &[&str] = &["at", "amount"];
/// The keys of a follow-up.
pub(in crate::rules) const FOLLOW_UP_KEYS: &[&str] = &["at", "owner", "outcome"];
/// The keys of a verdict.
pub(in crate::rules) const VERDICT_KEYS: &[&str] = &["at", "owner", "verdict", "reason"];

/// The keys of a sign that came back on a message.
pub(in crate::rules) const FEEDBACK_KEYS: &[&str] = &["kind", "message", "at"];

/// See the fields of [`super::Case`].
#[derive(Default)]
pub(super) struct Past {
    pub(super) stage: Option<Since>,
    pub(super) owner: Option<Since>,
    pub(super) queue: Option<Since>,
    pub(super) history: Vec<(String, Instant)>,
    pub(super) deals: Vec<Deal>,
    pub(super) follow_ups: Vec<FollowUp>,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) held: Vec<(String, u32)>,
    pub(super) ticks: Vec<Instant>,
    pub(super) feedback: Vec<(FeedbackKind, String, Instant)>,
    pub(super) feedback_until: Option<Instant>,
}

impl Around<'_> {
    /// A queue's id.
    pub(super) fn queue(&self, node: &Node, r: &mut Reader<'_>) -> Option<String> {
        let Some(assignment) = self.assignment else { return r.text(node).map(str::to_owned) };
        r.known(node, "queue", assignment.queues.iter().map(|q| q.id.as_str()), "queues are declared in assignment.yaml").map(str::to_owned)
    }
    /// A detail's instant: a bare date is its 00:00, as on events.
    fn at(&self, map: Map<'_>, what: &str, r: &mut Reader<'_>) -> Option<Instant> {
        r.need(map, what, "at").and_then(|n| instant(n, self.calendar, false, r))
    }
}

/// Reads everything of the past.
pub(super) fn read(map: Map<'_>, as_of: Option<Instant>, around: &Around<'_>, r: &mut Reader<'_>) -> Past {
    let known = around.known;
    let mut past = Past {
        stage: map.get("stage").and_then(|n| since(n, "a stage", around, r, |n, r| known.place(n, r))),
        owner: map.get("owner").and_then(|n| since(n, "an owner", around, r, |n, r| known.person(n, r))),
        queue: map.get("queue").and_then(|n| since(n, "a queue", around, r, |n, r| around.queue(n, r))),
        ..Past::default()
    };
    if let (Some(_), Some(at)) = (map.get("owner"), map.key_span("queue")) {
        r.error(Code::BadValue, at, "a lead with an owner waits in no queue", "take `owner` or `queue` out");
    }
    for node in items(map, "history", r) {
        let Some(map) = r.map(node, "a stage of the past", HISTORY_KEYS) else { continue };
        let stage = r.need(map, "a stage of the past", "stage").and_then(|n| known.place(n, r));
        past.history.extend(stage.zip(around.at(map, "a stage of the past", r)));
    }
    past.history.sort_by_key(|(_, at)| *at);
    past.deals = items(map, "deals", r).iter().filter_map(|n| deal(n, around, r)).collect();
    for node in items(map, "follow_ups", r) {
        let Some(map) = r.map(node, "a follow-up", FOLLOW_UP_KEYS) else { continue };
        let owner = map.get("owner").and_then(|n| r.text(n)).map(str::to_owned);
        let outcome = map.get("outcome").and_then(|n| r.choice(n, &Outcome::ALL));
        past.follow_ups.extend(around.at(map, "a follow-up", r).map(|at| FollowUp { at, owner, outcome }));
    }
    past.follow_ups.sort_by_key(|f| f.at);
    past.verdicts = items(map, "verdicts", r).iter().filter_map(|n| verdict(n, around, r)).collect();
    past.verdicts.sort_by_key(|v| v.at);
    past.held = map.get("held").map(|n| held(n, around, r)).unwrap_or_default();
    past.ticks = ticks(map, as_of, around, r);
    past.feedback = items(map, "feedback", r).iter().filter_map(|n| feedback(n, around, r)).collect();
    past.feedback.sort_by_key(|(.., at)| *at);
    past.feedback_until = map.get("feedback_until").and_then(|n| instant(n, around.calendar, true, r));
    past
}

fn items<'n>(map: Map<'n>, key: &str, r: &mut Reader<'_>) -> &'n [Node] {
    map.get(key).map(|n| r.items(n, key)).unwrap_or_default()
}

/// `mql`, or `{id: mql, since: 2026-11-20}`.
fn since<'n>(
    node: &'n Node,
    what: &str,
    around: &Around<'_>,
    r: &mut Reader<'_>,
    known: impl Fn(&'n Node, &mut Reader<'_>) -> Option<String>,
) -> Option<Since> {
    if !matches!(node.kind, Kind::Map(_)) {
        return known(node, r).map(|id| Since { id, since: None });
    }
    let map = r.map(node, what, SINCE_KEYS)?;
    let id = r.need(map, what, "id").and_then(|n| known(n, r));
    let since = map.get("since").and_then(|n| instant(n, around.calendar, false, r));
    Some(Since { id: id?, since })
}

fn deal(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Option<Deal> {
    let map = r.map(node, "a deal", DEAL_KEYS)?;
    let status = r.need(map, "a deal", "status").and_then(|n| r.choice(n, &DealStatus::ALL));
    let when = |key: &str, r: &mut Reader<'_>| map.get(key).and_then(|n| instant(n, around.calendar, false, r));
    let (opened_at, closed_at) = (when("opened_at", r), when("closed_at", r));
    if let Some(at) = map.key_span("closed_at").filter(|_| status == Some(DealStatus::Open)) {
        r.error(Code::BadValue, at, "an open deal is not closed", "write `status: won` or `lost`, or take `closed_at` out");
    }
    let amount = map.get("amount").and_then(|n| minor(n, around, r));
    let mut paid = Vec::new();
    for node in items(map, "paid", r) {
        let Some(map) = r.map(node, "a payment", PAYMENT_KEYS) else { continue };
        let paid_amount = r.need(map, "a payment", "amount").and_then(|n| minor(n, around, r));
        paid.extend(around.at(map, "a payment", r).zip(paid_amount));
    }
    Some(Deal { status: status?, amount, opened_at, closed_at, paid })
}

/// Major units as a plain number, to minor units exactly: `1200.5` → 120050.
fn minor(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Option<i64> {
    let text = r.text(node)?.trim();
    let digits = around.known.dictionary.currency.digits as usize;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let plain = !whole.is_empty() && whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) && part.len() <= digits;
    let amount = plain.then(|| format!("{whole}{part:0<digits$}").parse::<i64>().ok()).flatten();
    if amount.is_none() {
        r.error(Code::BadValue, node.span, format!("`{text}` is no amount"), "write a plain number of the base's currency, e.g. `120000`");
    }
    amount
}

fn verdict(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Option<Verdict> {
    let what = "a verdict";
    let map = r.map(node, what, VERDICT_KEYS)?;
    let at = around.at(map, what, r);
    let owner = map.get("owner").and_then(|n| r.text(n)).map(str::to_owned);
    let accepted = r.need(map, what, "verdict").and_then(|n| r.choice(n, &[("accept", true), ("reject", false)]));
    let reason = match (accepted, around.known.lifecycle) {
        (Some(false), Some(lifecycle)) => {
            let ids = lifecycle.reasons.iter().map(|reason| reason.id.as_str());
            let node = r.need(map, "a reject", "reason");
            node.and_then(|n| r.known(n, "reject reason", ids, "reasons are declared in lifecycle.yaml under `reject_reasons:`")).map(str::to_owned)
        }
        (Some(false), None) => map.get("reason").and_then(|n| r.text(n)).map(str::to_owned),
        _ => {
            if let Some(at) = map.key_span("reason").filter(|_| accepted == Some(true)) {
                r.error(Code::BadValue, at, "only a reject has a reason", "write `verdict: reject`, or take `reason` out");
            }
            None
        }
    };
    if accepted == Some(false) && reason.is_none() {
        return None; // told
    }
    accepted?;
    Some(Verdict { at: at?, owner, reason })
}

fn feedback(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Option<(FeedbackKind, String, Instant)> {
    let what = "a sign that came back";
    let map = r.map(node, what, FEEDBACK_KEYS)?;
    let signs = [("open", FeedbackKind::Open), ("click", FeedbackKind::Click), ("reply", FeedbackKind::Reply)];
    let kind = r.need(map, what, "kind").and_then(|n| r.choice(n, &signs));
    let steps = around.letters.iter().filter(|l| l.contains('/')).map(String::as_str);
    let message = r.need(map, what, "message").and_then(|n| r.known(n, "message", steps, "write `path/step`, a step that sends"));
    let at = around.at(map, what, r);
    Some((kind?, message?.to_owned(), at?))
}

/// `{zhang.wei: 30}`
fn held(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Vec<(String, u32)> {
    let mut all = Vec::new();
    for e in r.names(node, "colleagues") {
        let key = Node { kind: Kind::Scalar(Scalar { text: e.key.clone(), style: Style::Plain }), span: e.key_span };
        let (person, leads) = (around.known.person(&key, r), r.whole(&e.value));
        match leads.map(u32::try_from) {
            Some(Ok(leads)) => all.extend(person.map(|id| (id, leads))),
            Some(Err(_)) => {
                r.error(Code::BadValue, e.value.span, "nobody holds so many leads", "write how many leads they hold beside this one, e.g. `30`");
            }
            None => {} // told
        }
    }
    all
}

fn ticks(map: Map<'_>, as_of: Option<Instant>, around: &Around<'_>, r: &mut Reader<'_>) -> Vec<Instant> {
    let mut all: Vec<Instant> = Vec::new();
    for node in items(map, "ticks", r) {
        let Some(at) = instant(node, around.calendar, true, r) else { continue };
        if as_of.is_some_and(|end| at >= end) {
            r.error(Code::BadValue, node.span, "this tick is not before `as_of`", "the case ends with a tick at `as_of`: take this one out, or move `as_of`");
        } else if all.last().is_some_and(|last| at <= *last) {
            r.error(Code::BadValue, node.span, "this tick is not after the one before it", "time moves forward: put them in order");
        }
        all.push(at);
    }
    all
}
