//! sla.yaml → [`Promise`]s.

use super::{Answer, Promise, Recipient, Start, recipient};
use crate::condition::Want;
use crate::diag::{Code, Span};
use crate::model::{Outcome, Within, nearest};
use crate::rules::known::Known;
use crate::rules::reader::Reader;
use crate::rules::yaml::{Kind, Node};

/// The keys of sla.yaml.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "promises"];
/// The keys of a promise.
pub(in crate::rules) const PROMISE_KEYS: &[&str] = &["name", "from", "until", "within", "warn_at", "when", "breach"];
/// The keys of `breach`.
pub(in crate::rules) const BREACH_KEYS: &[&str] = &["notify"];

/// Where the parts stand, for the checks of the whole.
#[derive(Default)]
pub(in crate::rules) struct Spots {
    /// By promise: its recipients.
    pub(in crate::rules) recipients: Vec<Vec<(Recipient, Span)>>,
    /// Every length of working time.
    pub(in crate::rules) business: Vec<Span>,
}

/// Reads sla.yaml. What has an error is left out; the errors are in `r.out`.
pub(in crate::rules) fn read(root: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> (Vec<Promise>, Spots) {
    let (mut all, mut spots, mut names) = (Vec::new(), Spots::default(), Vec::new());
    let Some(map) = r.map(root, "sla.yaml", KEYS) else { return (all, spots) };
    r.review_by(map);
    for node in map.get("promises").map(|n| r.items(n, "promises")).unwrap_or_default() {
        let what = "a promise";
        let Some(map) = r.map(node, what, PROMISE_KEYS) else { continue };
        let name = r.need(map, what, "name").and_then(|n| Some((r.text(n)?, n.span)));
        if let Some((name, at)) = name {
            r.unique(&mut names, name, at, "promise");
        }
        let from = r.need(map, what, "from").and_then(|n| start(n, known, r));
        let until = r.need(map, what, "until").map(|n| answers(n, r)).unwrap_or_default();
        let within = r.need(map, what, "within").and_then(|n| Some((r.within(n)?, n.span)));
        let warn_at = map.get("warn_at").and_then(|n| share(n, r));
        let when = map.get("when").and_then(|n| r.condition(n, &known.lead(), Want::Boolean));
        let breach = map.get("breach").and_then(|n| r.map(n, "`breach`", BREACH_KEYS));
        let notify = breach.and_then(|b| r.need(b, "`breach`", "notify")).map(|n| recipient::read(n, known, r)).unwrap_or_default();
        if let Some((within, at)) = within.as_ref()
            && !matches!(within, Within::Wall(_))
        {
            spots.business.push(*at);
        }
        let told = notify.iter().map(|(who, _)| who.clone()).collect();
        spots.recipients.push(notify);
        if let (Some((name, _)), Some(from), Some((within, _))) = (name, from, within) {
            all.push(Promise { name: name.to_owned(), from, until, within, warn_at, when, notify: told });
        }
    }
    (all, spots)
}

/// `assigned`, or `{stage: sql}`.
fn start(node: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Option<Start> {
    match &node.kind {
        Kind::Map(_) => {
            let map = r.map(node, "`from`", &["stage"])?;
            r.need(map, "`from`", "stage").and_then(|n| known.stage(n, r)).map(Start::Stage)
        }
        _ => {
            let text = r.text(node)?;
            if known.lifecycle.is_some_and(|l| l.place(text).is_some()) {
                r.error(Code::BadValue, node.span, format!("`{text}` is a stage"), format!("write `{{stage: {text}}}`"));
                return None;
            }
            if text == "assigned" {
                return Some(Start::Assigned);
            }
            let stages = known.lifecycle.iter().flat_map(|l| &l.stages).map(|s| s.id.as_str());
            let near = nearest(text, stages.chain(["assigned"]));
            let near = near.map(|n| if n == "assigned" { "did you mean `assigned`? ".to_owned() } else { format!("did you mean `{{stage: {n}}}`? ") });
            let help = format!("{}It takes `assigned` (an owner got the lead), or a stage that was entered: `{{stage: sql}}`", near.unwrap_or_default());
            r.error(Code::BadValue, node.span, format!("`{text}` starts no clock"), help);
            None
        }
    }
}

/// One or a list of `accept`, `reject`, `follow_up`, `{follow_up: [connected, replied]}`.
fn answers(node: &Node, r: &mut Reader<'_>) -> Vec<Answer> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if items.is_empty() {
        r.error(Code::BadValue, node.span, "nothing would answer this promise", "write e.g. `[accept, reject]` or `follow_up`");
    }
    items.iter().filter_map(|n| answer(n, r)).collect()
}

fn answer(node: &Node, r: &mut Reader<'_>) -> Option<Answer> {
    if let Kind::Map(_) = &node.kind {
        let map = r.map(node, "an answer", &["follow_up"])?;
        let node = r.need(map, "an answer", "follow_up")?;
        let outcomes = match &node.kind {
            Kind::List(items) => items.iter().filter_map(|n| r.choice(n, &Outcome::ALL)).collect(),
            _ => r.choice(node, &Outcome::ALL).into_iter().collect(),
        };
        return Some(Answer::FollowUp(outcomes));
    }
    if let Some(outcome) = r.text_of(node).and_then(Outcome::parse) {
        let name = outcome.name();
        r.error(Code::BadValue, node.span, format!("`{name}` is an outcome of a follow-up"), format!("write `{{follow_up: [{name}]}}`"));
        return None;
    }
    match r.choice(node, &[("accept", 0), ("reject", 1), ("follow_up", 2)])? {
        0 => Some(Answer::Accept),
        1 => Some(Answer::Reject),
        _ => Some(Answer::FollowUp(Vec::new())),
    }
}

/// `75%`, as 0.75.
fn share(node: &Node, r: &mut Reader<'_>) -> Option<f64> {
    let text = r.text(node)?.trim();
    let percent = text.strip_suffix('%').or_else(|| text.strip_suffix('％')).and_then(|n| n.trim().parse::<f64>().ok());
    if let Some(share) = percent.map(|p| p / 100.0).filter(|s| *s > 0.0 && *s < 1.0) {
        return Some(share);
    }
    let help = match text.parse::<f64>() {
        Ok(n) if n > 0.0 && n < 1.0 => format!("write `{}%`", n * 100.0),
        Ok(n) if (1.0..100.0).contains(&n) => format!("write `{n}%`"),
        _ => "write a share of the time, between 0% and 100%, e.g. `75%`".to_owned(),
    };
    r.error(Code::BadValue, node.span, format!("`{text}` is not a share of the time"), help);
    None
}
