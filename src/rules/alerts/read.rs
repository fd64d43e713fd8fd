//! alerts.yaml → [`Alert`]s.

use super::Alert;
use crate::condition::Want;
use crate::diag::{Code, Span};
use crate::rules::fields::kind_id;
use crate::rules::known::Known;
use crate::rules::reader::Reader;
use crate::rules::sla::{Recipient, recipient};
use crate::rules::yaml::Node;

/// The keys of alerts.yaml.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "alerts"];
/// The keys of an alert.
pub(in crate::rules) const ALERT_KEYS: &[&str] = &["name", "event", "when", "to", "cooldown"];

/// By alert: its recipients and where they stand, for the checks of the whole.
pub(in crate::rules) type Spots = Vec<Vec<(Recipient, Span)>>;

/// Reads alerts.yaml. What has an error is left out; the errors are in `r.out`.
pub(in crate::rules) fn read(root: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> (Vec<Alert>, Spots) {
    let (mut all, mut spots, mut names) = (Vec::new(), Spots::new(), Vec::new());
    let Some(map) = r.map(root, "alerts.yaml", KEYS) else { return (all, spots) };
    r.review_by(map);
    for node in map.get("alerts").map(|n| r.items(n, "alerts")).unwrap_or_default() {
        let what = "an alert";
        let Some(map) = r.map(node, what, ALERT_KEYS) else { continue };
        let name = r.need(map, what, "name").and_then(|n| Some((r.text(n)?, n.span)));
        if let Some((name, at)) = name {
            r.unique(&mut names, name, at, "alert");
        }
        let kinds = map.get("event").map(|n| r.texts(n)).unwrap_or_default();
        if let Some(node) = map.get("event").filter(|n| matches!(&n.kind, crate::rules::yaml::Kind::List(l) if l.is_empty())) {
            r.error(Code::BadValue, node.span, "no event kind is named", "name one, or take `event` out");
        }
        let events = kinds.into_iter().filter_map(|(text, at)| kind_id(text, at, known.dictionary, r)).collect();
        let when = map.get("when").and_then(|n| r.condition(n, &known.lead(), Want::Boolean));
        if map.get("event").or(map.get("when")).is_none() {
            r.error(Code::MissingKey, map.span(), "this alert never rings: it has neither `event:` nor `when:`", "add `event: trial_request`, or `when: …`");
        }
        let to = r.need(map, what, "to").map(|n| recipient::read(n, known, r)).unwrap_or_default();
        let cooldown = map.get("cooldown").and_then(|n| r.duration(n));
        let told = to.iter().map(|(who, _)| who.clone()).collect();
        spots.push(to);
        if let Some((name, _)) = name {
            all.push(Alert { name: name.to_owned(), events, when, to: told, cooldown });
        }
    }
    (all, spots)
}
