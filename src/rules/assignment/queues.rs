//! `queues:` of assignment.yaml: who may claim, what is taken back and when.

use super::read::Spots;
use super::{Claim, Queue, Reclaim};
use crate::condition::Want;
use crate::diag::Code;
use crate::model::Within;
use crate::rules::known::Known;
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::Node;

/// The keys of a queue.
pub(in crate::rules) const QUEUE_KEYS: &[&str] = &["title", "claim", "reclaim", "protect"];
/// The keys of `claim`.
pub(in crate::rules) const CLAIM_KEYS: &[&str] = &["who", "per_day", "max_held", "cooldown"];
/// The keys of `reclaim`.
pub(in crate::rules) const RECLAIM_KEYS: &[&str] = &["no_follow_up", "no_deal", "warn"];

/// Reads all queues, in the file's order: leads that never were in one belong to the first.
pub(super) fn read(node: &Node, known: &Known<'_>, spots: &mut Spots, r: &mut Reader<'_>) -> Vec<Queue> {
    let (mut all, mut seen) = (Vec::new(), Vec::new());
    for e in r.names(node, "queues") {
        r.unique(&mut seen, &e.key, e.key_span, "queue");
        let mut queue = Queue { id: e.key.clone(), title: e.key.clone(), claim: None, reclaim: Reclaim::default(), protect: None };
        if let Some(map) = r.map(&e.value, "a queue", QUEUE_KEYS) {
            if let Some(title) = map.get("title").and_then(|n| r.text(n)) {
                queue.title = title.to_owned();
            }
            queue.claim = map.get("claim").and_then(|n| claim(n, known, r));
            queue.reclaim = map.get("reclaim").and_then(|n| reclaim(n, spots, r)).unwrap_or_default();
            queue.protect = map.get("protect").and_then(|n| r.duration(n));
        }
        all.push(queue);
        spots.queues.push(e.key_span);
    }
    all
}

fn claim(node: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Option<Claim> {
    let map = r.map(node, "`claim`", CLAIM_KEYS)?;
    Some(Claim {
        who: map.get("who").and_then(|n| r.condition(n, &known.colleague(), Want::Boolean)),
        per_day: map.get("per_day").and_then(|n| r.limit(n, 0)),
        max_held: map.get("max_held").and_then(|n| r.limit(n, 0)),
        cooldown: map.get("cooldown").and_then(|n| r.duration(n)),
    })
}

fn reclaim(node: &Node, spots: &mut Spots, r: &mut Reader<'_>) -> Option<Reclaim> {
    let map = r.map(node, "`reclaim`", RECLAIM_KEYS)?;
    let mut within = |key: &str, r: &mut Reader<'_>| {
        let node = map.get(key)?;
        let within = r.within(node)?;
        if !matches!(within, Within::Wall(_)) {
            spots.business.push(node.span);
        }
        Some(within)
    };
    let all = Reclaim { no_follow_up: within("no_follow_up", r), no_deal: within("no_deal", r), warn: within("warn", r) };
    if let Some(warn) = &all.warn {
        warning(warn, &all, map, r);
    }
    Some(all)
}

/// A warning goes before what it warns of.
fn warning(warn: &Within, all: &Reclaim, map: Map<'_>, r: &mut Reader<'_>) {
    let at = map.get("warn").map_or(map.span(), |n| n.span);
    if map.get("no_follow_up").or(map.get("no_deal")).is_none() {
        r.error(Code::BadValue, at, "`warn` has nothing to warn of", "add `no_follow_up: …` or `no_deal: …`, or take it out");
    }
    for (key, limit) in [("no_follow_up", &all.no_follow_up), ("no_deal", &all.no_deal)] {
        if limit.as_ref().is_some_and(|limit| not_shorter(warn, limit)) {
            r.error(Code::BadValue, at, format!("`warn` is not shorter than `{key}`: the owner would be warned at once"), "write a shorter time");
        }
    }
}

/// Only where it is certain: a day of work has fewer than 24 hours, and working time never runs faster than the wall clock.
fn not_shorter(warn: &Within, limit: &Within) -> bool {
    match (warn, limit) {
        (Within::Wall(a), Within::Wall(b)) => a >= b,
        (Within::BusinessHours(a), Within::BusinessHours(b)) | (Within::BusinessDays(a), Within::BusinessDays(b)) => a >= b,
        (Within::BusinessHours(a), Within::BusinessDays(days)) => *a >= days.saturating_mul(86_400),
        (Within::BusinessHours(a), Within::Wall(b)) => *a >= b.0,
        (Within::BusinessDays(days), Within::Wall(b)) => days.saturating_mul(86_400) >= b.0.saturating_add(86_400),
        // Ten days may hold two working days, and a working day any hours.
        (Within::Wall(_), _) | (Within::BusinessDays(_), Within::BusinessHours(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_only_refused_where_it_cannot_be_shorter() {
        let is = |warn: &str, limit: &str| not_shorter(&Within::parse(warn).expect("a time"), &Within::parse(limit).expect("a time"));
        assert!(!is("4 business hours", "2 business days"));
        assert!(!is("9 business hours", "1 business days"), "a company may work 10 hours a day");
        assert!(is("24 business hours", "1 business days"));
        assert!(is("2 business days", "2 business days") && !is("1 business days", "2 business days"));
        assert!(is("48h", "2d") && !is("47h", "2d"));
        assert!(is("48 business hours", "2d") && is("3 business days", "2d") && !is("1 business days", "2d"));
        assert!(!is("10d", "2 business days"), "over a long holiday, two working days may take ten");
    }
}
