//! scoring.yaml → [`Scoring`].

use super::{Band, Clamp, EventRule, Fade, Group, Keep, Per, Points, Rule, Scoring};
use crate::condition::{Scope, ScopeKind, StateName, Type, Want};
use crate::diag::{Code, Span};
use crate::model::{Dictionary, fold};
use crate::rules::fields::{is_reserved, kind_id};
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::{Kind, Node};
use rustc_hash::{FxHashMap, FxHashSet};

/// The keys of scoring.yaml.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "groups", "total", "bands"];
/// The keys of a group.
pub(in crate::rules) const GROUP_KEYS: &[&str] = &["min", "max", "rules"];
/// The keys of a rule.
pub(in crate::rules) const RULE_KEYS: &[&str] =
    &["name", "when", "points", "event", "where", "within", "per", "keep", "limit", "half_life", "linear", "min", "max"];
/// The keys of `total`.
pub(in crate::rules) const CLAMP_KEYS: &[&str] = &["min", "max"];

/// The most points that a rule gives or takes at once.
const MOST_POINTS: f64 = 1e9;

/// Where the parts of a [`Scoring`] stand, for the checks of the whole.
pub(in crate::rules) struct Spots {
    /// By band, as in `Scoring::bands`.
    pub(in crate::rules) bands: Vec<Span>,
    /// By group and rule.
    pub(in crate::rules) rules: Vec<Vec<Span>>,
}

/// Without scoring.yaml: the starter's bands, and nothing to score by.
pub(in crate::rules) fn default() -> Scoring {
    let band = |id: &str, at_least| Band { id: id.into(), at_least };
    Scoring {
        groups: Vec::new(),
        total: Clamp { min: Some(0), max: Some(100) },
        bands: vec![band("hot", 80), band("qualified", 50), band("warm", 25), band("cold", 0)],
    }
}

/// Reads scoring.yaml. Rules with an error are left out; their errors are in `r.out`.
pub(in crate::rules) fn read(root: &Node, d: &Dictionary, r: &mut Reader<'_>) -> (Scoring, Spots) {
    let mut scoring = Scoring { total: Clamp::default(), ..default() };
    let mut spots = Spots { bands: Vec::new(), rules: Vec::new() };
    let Some(map) = r.map(root, "scoring.yaml", KEYS) else { return (scoring, spots) };
    r.review_by(map);
    let groups = map.get("groups").map(|n| r.names(n, "groups")).unwrap_or_default();
    let later: Vec<StateName> = groups.iter().map(|e| StateName::new(&e.key, Type::Number)).collect();
    for e in groups {
        if is_reserved(&e.key) || matches!(e.key.as_str(), "stage" | "owner" | "created_at") || d.fields.iter().any(|f| fold(&f.id) == fold(&e.key)) {
            r.error(
                Code::NameClash,
                e.key_span,
                format!("a group cannot be named `{}`: conditions know that name already", e.key),
                "rename the group, e.g. `fit`, `engagement`",
            );
        }
        if let Some(other) = scoring.groups.iter().find(|g: &&Group| fold(&g.id) == fold(&e.key)) {
            r.error(Code::NameClash, e.key_span, format!("`{}` and `{}` are one name: case and width are ignored", other.id, e.key), "rename one of them");
        }
        let Some(group) = r.map(&e.value, "a group", GROUP_KEYS) else { continue };
        let clamp = clamp(group, r);
        let (mut rules, mut places): (Vec<Rule>, Vec<Span>) = (Vec::new(), Vec::new());
        let mut names: FxHashSet<String> = FxHashSet::default();
        let items = r.need(group, "a group", "rules").map(|n| r.items(n, "rules")).unwrap_or_default();
        for node in items {
            let Some(map) = r.map(node, "a rule", RULE_KEYS) else { continue };
            if let Some((rule, at)) = rule(map, d, &later, r) {
                if !names.insert(fold(&rule.name).into_owned()) {
                    r.error(Code::NameClash, at, format!("two rules of this group are named `{}`", rule.name), "give each its own name: score cards show it");
                }
                rules.push(rule);
                places.push(at);
            }
        }
        scoring.groups.push(Group { id: e.key.clone(), clamp, rules });
        spots.rules.push(places);
    }
    if let Some(total) = map.get("total").and_then(|n| r.map(n, "total", CLAMP_KEYS)) {
        scoring.total = clamp(total, r);
    }
    if let Some(node) = map.get("bands") {
        bands(node, &mut scoring, &mut spots, r);
    }
    (scoring, spots)
}

fn bands(node: &Node, scoring: &mut Scoring, spots: &mut Spots, r: &mut Reader<'_>) {
    let mut all: Vec<(Band, Span)> = Vec::new();
    let mut names: FxHashMap<String, String> = FxHashMap::default();
    for e in r.names(node, "bands") {
        let Some(at_least) = r.whole(&e.value) else { continue };
        if let Some((other, _)) = all.iter().find(|(b, _)| b.at_least == at_least) {
            r.error(Code::BadValue, e.value.span, format!("`{}` and `{}` both begin at {at_least}", other.id, e.key), "each band needs its own least score");
        }
        let folded = fold(&e.key).into_owned();
        if let Some(other) = names.get(&folded) {
            r.error(Code::NameClash, e.key_span, format!("`{other}` and `{}` are one name: case and width are ignored", e.key), "rename one of them");
        }
        names.insert(folded, e.key.clone());
        all.push((Band { id: e.key.clone(), at_least }, e.key_span));
    }
    if all.is_empty() {
        if matches!(&node.kind, Kind::Map(m) if m.is_empty()) || node.is_nothing() {
            r.error(Code::BadValue, node.span, "no band is named", "write e.g. `bands: {hot: 80, qualified: 50, warm: 25, cold: 0}`");
        }
        return;
    }
    all.sort_by_key(|(b, _)| std::cmp::Reverse(b.at_least));
    (scoring.bands, spots.bands) = all.into_iter().unzip();
}

fn clamp(map: Map<'_>, r: &mut Reader<'_>) -> Clamp {
    let clamp = Clamp { min: map.get("min").and_then(|n| r.whole(n)), max: map.get("max").and_then(|n| r.whole(n)) };
    if let (Some(min), Some(max)) = (clamp.min, clamp.max)
        && min > max
    {
        let at = map.get("min").map_or(map.span(), |n| n.span);
        r.error(Code::BadValue, at, format!("min {min} is above max {max}"), "swap them");
    }
    clamp
}

/// `later`: the groups, which the files behind this one know.
fn rule(map: Map<'_>, d: &Dictionary, later: &[StateName], r: &mut Reader<'_>) -> Option<(Rule, Span)> {
    let before = r.out.0.len();
    let scope = Scope { kind: ScopeKind::Scoring, dictionary: d, state: later };
    let name = r.need(map, "a rule", "name").and_then(|n| Some((r.text(n)?, n.span)));
    let when = map.get("when").and_then(|n| r.condition(n, &scope, Want::Boolean));
    let event = match map.get("event") {
        Some(node) => event_rule(node, map, d, r),
        None => {
            for key in ["where", "within", "per", "keep", "limit", "half_life", "linear"] {
                if let Some(span) = map.key_span(key) {
                    r.error(Code::BadValue, span, format!("`{key}` is for rules with `event:`"), "add `event: …`, or take it out");
                }
            }
            None
        }
    };
    let points = r.need(map, "a rule", "points").and_then(|n| points(n, map.get("event").is_some(), &scope, r));
    let for_everyone = ["when", "event"].iter().all(|key| map.get(key).is_none() && !map.is_misspelt(key));
    if matches!(points, Some(Points::Fixed(_))) && for_everyone {
        r.error(Code::MissingKey, map.span(), "this rule would give its points to every lead", "add `when: …` or `event: …`");
    }
    let clamp = clamp(map, r);
    let (name, at) = name?;
    let clean = r.out.0.get(before..).is_none_or(|new| new.iter().all(|d| d.severity != crate::diag::Severity::Error));
    clean.then_some(())?;
    Some((Rule { name: name.into(), when, points: points?, event, clamp }, at))
}

fn event_rule(node: &Node, map: Map<'_>, d: &Dictionary, r: &mut Reader<'_>) -> Option<EventRule> {
    let kind = match r.text(node) {
        Some("*") => Some(None),
        Some(name) => kind_id(name, node.span, d, r).map(Some),
        None => None,
    };
    let scope = Scope { kind: ScopeKind::Event, dictionary: d, state: &[] };
    let filter = map.get("where").and_then(|n| r.condition(n, &scope, Want::Boolean));
    let within = map.get("within").and_then(|n| r.duration(n));
    let per = map.get("per").and_then(|n| r.choice(n, &[("event", Per::Event), ("day", Per::Day), ("asset", Per::Asset)])).unwrap_or(Per::Event);
    let keep = map.get("keep").and_then(|n| r.choice(n, &[("newest", Keep::Newest), ("oldest", Keep::Oldest)])).unwrap_or(Keep::Newest);
    if let Some(span) = map.key_span("keep").filter(|_| per == Per::Event) {
        r.error(Code::BadValue, span, "`keep` chooses among the events of one day or asset", "add `per: day` or `per: asset`, or take it out");
    }
    let limit = map.get("limit").and_then(|n| r.count(n, 1));
    let half_life = map.get("half_life").and_then(|n| r.duration(n));
    let linear = map.get("linear").and_then(|n| r.duration(n));
    let fade = match (half_life, linear) {
        (Some(_), Some(_)) => {
            let span = map.key_span("linear").unwrap_or(node.span);
            r.error(Code::BadValue, span, "points fade by `half_life` or by `linear`, not both", "take one out");
            Fade::None
        }
        (Some(h), None) => Fade::HalfLife(h),
        (None, Some(l)) => Fade::Linear(l),
        (None, None) => Fade::None,
    };
    Some(EventRule { kind: kind?, filter, within, per, keep, limit, fade })
}

/// A whole number (for event rules also a fraction, since only the line is rounded), or an expression.
fn points(node: &Node, of_events: bool, scope: &Scope<'_>, r: &mut Reader<'_>) -> Option<Points> {
    let text = r.text(node)?.trim();
    let bare = text.trim_start_matches('-');
    let is_number = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b','));
    if !is_number {
        return r.condition(node, scope, Want::Number).map(Points::Expression);
    }
    let tidy = bare == "0" || bare.starts_with("0.") || !bare.starts_with('0');
    match text.parse::<f64>() {
        Ok(n) if tidy && n.abs() <= MOST_POINTS && (n.fract() == 0.0 && !bare.contains('.') || of_events) => Some(Points::Fixed(n)),
        Ok(n) if tidy && n.abs() <= MOST_POINTS => {
            r.error(
                Code::WrongType,
                node.span,
                format!("`{text}` is not a whole number"),
                "points of a lead's attributes are whole; only event rules add up fractions before rounding",
            );
            None
        }
        Ok(n) if tidy && n.abs() > MOST_POINTS => {
            r.error(Code::BadValue, node.span, format!("`{text}` is too large"), "points go up to 1000000000");
            None
        }
        _ => {
            let plain: String = text.chars().filter(|c| !matches!(c, '_' | ',')).collect();
            let help = plain.parse::<i64>().map_or_else(|_| "write a whole number".to_owned(), |n| format!("write `{n}`"));
            r.error(Code::WrongType, node.span, format!("`{text}` is not a whole number"), help);
            None
        }
    }
}
