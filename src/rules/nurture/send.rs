//! `send:` of a step: by which medium, which text for whom, what is tried, and what follows when nobody noticed.

use super::read::Around;
use super::{Arm, Choice, Fallback, Measure, Send, Text, Trial};
use crate::condition::{Feedback, Messages, Scope, Want};
use crate::diag::{Code, Span};
use crate::model::Duration;
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::{Kind, Node};

/// The keys of one possible text.
pub(in crate::rules) const CHOICE_KEYS: &[&str] = &["when", "use"];
/// The keys of a fallback.
pub(in crate::rules) const FALLBACK_KEYS: &[&str] = &["if", "after", "by", "send", "content"];
/// The keys of an experiment.
pub(in crate::rules) const EXPERIMENT_KEYS: &[&str] = &["name", "measure", "within"];

/// Where the parts of a message stand.
#[derive(Default)]
pub(in crate::rules) struct Spots {
    /// Of the medium.
    pub(in crate::rules) medium: Option<Span>,
    /// Of the fallback's medium.
    pub(in crate::rules) second_medium: Option<Span>,
    /// Of the measure.
    pub(in crate::rules) measure: Option<Span>,
    /// Of the experiment's name.
    pub(in crate::rules) experiment: Option<Span>,
    /// Of the fallback's condition.
    pub(in crate::rules) fallback: Option<Span>,
}

/// Reads the message of a step whose `send:` is `node`.
pub(super) fn read(node: &Node, map: Map<'_>, around: &Around<'_>, scope: &Scope<'_>, r: &mut Reader<'_>) -> Option<(Send, Spots)> {
    let mut spots = Spots { medium: Some(node.span), ..Spots::default() };
    let medium = medium(node, around, r);
    let text = match (map.get("content"), map.get("variants")) {
        (Some(_), Some(variants)) => {
            r.error(Code::BadValue, variants.span, "a message has either `content` or `variants`", "take one of them out");
            None
        }
        (Some(content), None) => {
            if let Some(at) = map.key_span("experiment") {
                r.error(
                    Code::BadValue,
                    at,
                    "an experiment tries `variants`, and here is one content for all",
                    "write `variants: {a: 1, b: 1}` instead of `content`",
                );
            }
            Some(Text::Choices(choices(content, medium.as_deref(), around, scope, r)))
        }
        (None, Some(variants)) => {
            let arms = arms(variants, medium.as_deref(), around, r);
            let trial = r.need(map, "a step with `variants`", "experiment").and_then(|n| trial(n, scope, &mut spots, r));
            arms.zip(trial).map(|(arms, experiment)| Text::Variants { arms, experiment: Box::new(experiment) })
        }
        (None, None) => {
            r.need(map, "a step that sends", "content");
            None
        }
    };
    let fallback = map.get("fallback").and_then(|n| fallback(n, around, scope, &mut spots, r));
    Some((Send { medium: medium?, text: text?, fallback }, spots))
}

fn medium(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Option<String> {
    r.known(node, "medium", around.media.iter().map(String::as_str), "media are declared in delivery.yaml").map(str::to_owned)
}

/// The name of a text that exists and is for this medium.
fn content(node: &Node, medium: Option<&str>, around: &Around<'_>, r: &mut Reader<'_>) -> Option<String> {
    let name = r.known(node, "content", around.contents.iter().map(|(n, _)| n.as_str()), "write it as content/NAME.md")?;
    let of = around.contents.iter().find(|(n, _)| n == name).and_then(|(_, m)| m.as_deref());
    if let (Some(of), Some(medium)) = (of, medium)
        && of != medium
    {
        r.error(
            Code::BadValue,
            node.span,
            format!("`{name}` is written for {of}, and this step sends by {medium}"),
            format!("name a content with `medium: {medium}`"),
        );
        return None;
    }
    Some(name.to_owned())
}

/// `guide-a`, or a list of `{when: …, use: …}`.
fn choices(node: &Node, medium: Option<&str>, around: &Around<'_>, scope: &Scope<'_>, r: &mut Reader<'_>) -> Vec<Choice> {
    let Kind::List(items) = &node.kind else {
        return content(node, medium, around, r).map(|content| Choice { when: None, content }).into_iter().collect();
    };
    if items.is_empty() {
        r.error(Code::BadValue, node.span, "no content is named", "name one");
    }
    let mut all: Vec<Choice> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let Some(map) = r.map(item, "a choice of content", CHOICE_KEYS) else { continue };
        let when = map.get("when").map(|n| r.condition(n, scope, Want::Boolean));
        let name = r.need(map, "a choice of content", "use").and_then(|n| content(n, medium, around, r));
        if when.is_none() && i + 1 < items.len() {
            r.error(Code::BadValue, map.span(), "the choices after this one are never used: it has no `when:`", "put it last");
        }
        if let (Some(content), None | Some(Some(_))) = (name, &when) {
            all.push(Choice { when: when.flatten(), content });
        }
    }
    all
}

/// `{offer-a: 1, offer-b: 1}`, or `[offer-a, offer-b]` in equal shares.
fn arms(node: &Node, medium: Option<&str>, around: &Around<'_>, r: &mut Reader<'_>) -> Option<Vec<Arm>> {
    let mut all: Vec<Arm> = Vec::new();
    let n = match &node.kind {
        Kind::Map(entries) => {
            for e in entries {
                let name = content(&Node::plain(&e.key, e.key_span), medium, around, r);
                let weight = r.limit(&e.value, 1);
                all.extend(name.zip(weight).map(|(content, weight)| Arm { content, weight }));
            }
            entries.len()
        }
        Kind::List(items) => {
            for item in items {
                let Some(content) = content(item, medium, around, r) else { continue };
                if all.iter().any(|a| a.content == content) {
                    r.error(Code::BadValue, item.span, format!("`{content}` stands here twice"), "for a larger share write weights: `{a: 2, b: 1}`");
                }
                all.push(Arm { content, weight: 1 });
            }
            items.len()
        }
        Kind::Scalar(_) => usize::from(content(node, medium, around, r).is_some()),
    };
    if n < 2 {
        r.error(Code::BadValue, node.span, "an experiment needs at least two arms", "add another content, or write `content:` instead of `variants:`");
    }
    (n >= 2 && all.len() == n).then_some(all)
}

fn trial(node: &Node, scope: &Scope<'_>, spots: &mut Spots, r: &mut Reader<'_>) -> Option<Trial> {
    let what = "an experiment";
    let map = r.map(node, what, EXPERIMENT_KEYS)?;
    let name = r.need(map, what, "name").and_then(|n| Some((r.text(n)?.to_owned(), n.span)));
    let within = r.need(map, what, "within").and_then(|n| r.duration(n));
    let measure = r.need(map, what, "measure").and_then(|n| {
        spots.measure = Some(n.span);
        let word = r.text_of(n).and_then(|text| Feedback::ALL.iter().find(|(name, _)| *name == text));
        match word {
            Some((_, feedback)) => Some(Measure::Feedback(*feedback)),
            None => r.condition(n, scope, Want::Boolean).map(Measure::Condition),
        }
    });
    spots.experiment = name.as_ref().map(|(_, at)| *at);
    Some(Trial { name: name?.0, measure: measure?, within: within? })
}

fn fallback(node: &Node, around: &Around<'_>, scope: &Scope<'_>, spots: &mut Spots, r: &mut Reader<'_>) -> Option<Fallback> {
    let what = "a fallback";
    let map = r.map(node, what, FALLBACK_KEYS)?;
    let after = r.need(map, what, "after").and_then(|n| r.duration(n));
    let by = map.get("by").and_then(|n| Some((r.duration(n)?, n.span)));
    if let (Some(Duration(after)), Some((Duration(by), at))) = (after, by)
        && by <= after
    {
        r.error(
            Code::NeverDue,
            at,
            "this fallback is over before it begins: `by` is not later than `after`",
            "write a longer `by`; both count from the sending",
        );
    }
    let inner = Scope { messages: Messages { settled_after: after, ..scope.messages }, ..*scope };
    let when = r.need(map, what, "if").and_then(|n| {
        spots.fallback = Some(n.span);
        r.condition(n, &inner, Want::Boolean)
    });
    let medium = r.need(map, what, "send").and_then(|n| {
        spots.second_medium = Some(n.span);
        medium(n, around, r)
    });
    let text = r.need(map, what, "content").map(|n| choices(n, medium.as_deref(), around, scope, r)).unwrap_or_default();
    Some(Fallback { when: when?, after: after?, by: by.map(|(d, _)| d), medium: medium?, text })
}
