//! assignment.yaml → [`Assignment`]: rounds and their rules. Queues are read by `queues`.

use super::queues;
use super::{Assignment, By, KeepTogether, Round, Rule, Target};
use crate::condition::Want;
use crate::diag::{Code, Span};
use crate::model::{FieldIx, fold, nearest};
use crate::rules::known::Known;
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::{Kind, Node};

/// The keys of assignment.yaml.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "keep_together", "rounds", "when", "roles", "rules", "queues"];
/// The keys of `keep_together`.
pub(in crate::rules) const KEEP_TOGETHER_KEYS: &[&str] = &["by", "ignore", "until"];
/// The keys of a round.
pub(in crate::rules) const ROUND_KEYS: &[&str] = &["name", "when", "roles", "rules"];
/// The keys of a rule.
pub(in crate::rules) const RULE_KEYS: &[&str] = &["name", "when", "roles", "to", "by", "pass_over"];
/// The keys of `to`.
pub(in crate::rules) const TO_KEYS: &[&str] = &["owners", "owners_where", "queue"];

/// The name of the one round of a file that has `when:` and `rules:` and no `rounds:`.
const ONLY_ROUND: &str = "assignment";

/// Where the parts of an [`Assignment`] stand, for the checks of the whole.
#[derive(Default)]
pub(in crate::rules) struct Spots {
    /// By round: its name.
    pub(in crate::rules) rounds: Vec<Span>,
    /// By round: each role that it names.
    pub(in crate::rules) roles: Vec<(String, Span)>,
    /// By round and rule: its name.
    pub(in crate::rules) rules: Vec<Vec<Span>>,
    /// By queue: its id.
    pub(in crate::rules) queues: Vec<Span>,
    /// Every length of working time.
    pub(in crate::rules) business: Vec<Span>,
}

/// Reads assignment.yaml. What has an error is left out; the errors are in `r.out`.
pub(in crate::rules) fn read(root: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> (Assignment, Spots) {
    let (mut all, mut spots) = (Assignment::default(), Spots::default());
    let Some(map) = r.map(root, "assignment.yaml", KEYS) else { return (all, spots) };
    r.review_by(map);
    all.keep_together = map.get("keep_together").and_then(|n| keep_together(n, known, r));
    // The queues' ids first, since every condition may speak of them.
    let ids = map.get("queues").map(|n| r.names_of(n)).unwrap_or_default();
    let known = &known.with_queues(ids.into_iter());
    all.queues = map.get("queues").map(|n| queues::read(n, known, &mut spots, r)).unwrap_or_default();
    let mut names = Vec::new();
    for node in map.get("rounds").map(|n| r.items(n, "rounds")).unwrap_or_default() {
        let Some(map) = r.map(node, "a round", ROUND_KEYS) else { continue };
        let name = r.need(map, "a round", "name").and_then(|n| Some((r.text(n)?, n.span)));
        if let Some((name, at)) = name {
            r.unique(&mut names, name, at, "round");
        }
        let (name, at) = name.unwrap_or((ONLY_ROUND, map.span()));
        all.rounds.extend(round(name, at, map, known, &all.queues, &mut spots, r));
    }
    match map.key_span("rounds") {
        Some(_) => {
            for key in ["when", "roles", "rules"] {
                if let Some(at) = map.key_span(key) {
                    r.error(Code::BadValue, at, format!("`{key}` beside `rounds:` belongs to no round"), "move it into a round, or take it out");
                }
            }
        }
        None => {
            if let Some(at) = map.key_span("rules").or(map.key_span("when")).or(map.key_span("roles")) {
                all.rounds.extend(round(ONLY_ROUND, at, map, known, &all.queues, &mut spots, r));
            }
        }
    }
    (all, spots)
}

fn keep_together(node: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Option<KeepTogether> {
    let map = r.map(node, "`keep_together`", KEEP_TOGETHER_KEYS)?;
    let fields = &known.dictionary.fields;
    let mut by = Vec::new();
    for (text, at) in r.need(map, "`keep_together`", "by").map(|n| r.texts(n)).unwrap_or_default() {
        match fields.iter().position(|f| fold(&f.id) == fold(text)) {
            Some(i) => by.push(FieldIx(i)),
            None => {
                let header = known.dictionary.field_of_header(text).and_then(|ix| fields.get(ix.0)).map(|f| f.id.as_str());
                let help = header
                    .or_else(|| nearest(text, fields.iter().map(|f| f.id.as_str())))
                    .map_or_else(|| "name fields of fields.yaml, e.g. `[company, phone]`".to_owned(), |near| format!("did you mean `{near}`?"));
                r.error(Code::UnknownName, at, format!("no field is named `{text}`"), help);
            }
        }
    }
    let ignore = map.get("ignore").map(|n| r.texts(n)).unwrap_or_default().into_iter().map(|(t, _)| fold(t).into_owned()).collect();
    Some(KeepTogether { by, ignore, until: map.get("until").and_then(|n| r.duration(n)) })
}

fn round(name: &str, at: Span, map: Map<'_>, known: &Known<'_>, queues: &[super::Queue], spots: &mut Spots, r: &mut Reader<'_>) -> Option<Round> {
    let when = match map.get("when") {
        Some(node) => r.condition(node, &known.lead(), Want::Boolean),
        None => {
            r.error(
                Code::MissingKey,
                map.span(),
                format!("the round `{name}` needs `when:`: which leads it takes up"),
                "add e.g. `when: owner IS NULL AND queue IS NULL`",
            );
            None
        }
    };
    let roles = map.get("roles").map(|n| roles(n, spots, r)).unwrap_or_default();
    let (mut rules, mut places, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let items = r.need(map, "a round", "rules").map(|n| (n, r.items(n, "rules")));
    for node in items.map(|(_, items)| items).unwrap_or_default() {
        let Some(map) = r.map(node, "a rule", RULE_KEYS) else { continue };
        let name = r.need(map, "a rule", "name").and_then(|n| Some((r.text(n)?, n.span)));
        if let Some((name, at)) = name {
            r.unique(&mut names, name, at, "rule in this round");
        }
        if let (Some(rule), Some((_, at))) = (rule(name, map, known, queues, spots, r), name) {
            rules.push(rule);
            places.push(at);
        }
    }
    if let Some((node, [])) = items {
        r.error(Code::BadValue, node.span, format!("the round `{name}` has no rules"), "add e.g. `- {name: all, by: least_loaded}`");
    }
    let round = Round { name: name.to_owned(), when: when?, roles, rules };
    spots.rounds.push(at);
    spots.rules.push(places);
    Some(round)
}

fn roles(node: &Node, spots: &mut Spots, r: &mut Reader<'_>) -> Vec<String> {
    let all = r.texts(node);
    spots.roles.extend(all.iter().map(|(role, at)| ((*role).to_owned(), *at)));
    all.into_iter().map(|(role, _)| role.to_owned()).collect()
}

fn rule(name: Option<(&str, Span)>, map: Map<'_>, known: &Known<'_>, queues: &[super::Queue], spots: &mut Spots, r: &mut Reader<'_>) -> Option<Rule> {
    let when = map.get("when").and_then(|n| r.condition(n, &known.lead(), Want::Boolean));
    let own_roles = map.get("roles").map(|n| roles(n, spots, r));
    let to = match map.get("to") {
        None => Some(Target::Anyone),
        Some(node) => target(node, known, queues, r),
    };
    let by = map.get("by").and_then(|n| r.choice(n, &By::ALL)).unwrap_or(By::RoundRobin);
    let pass_over = map.get("pass_over").and_then(|n| r.condition(n, &known.colleague(), Want::Boolean));
    if matches!(to, Some(Target::Queue(_))) {
        for key in ["roles", "by", "pass_over"] {
            if let Some(at) = map.key_span(key) {
                r.error(Code::BadValue, at, format!("`{key}` chooses among owners, and this rule leads to a queue"), "take it out");
            }
        }
    }
    if let (Some(Target::Named(_)), Some(at)) = (&to, map.key_span("roles")) {
        r.error(Code::BadValue, at, "`roles` chooses among the team, and this rule names its owners", "take it out");
    }
    Some(Rule { name: name?.0.to_owned(), when, roles: own_roles, to: to?, by, pass_over })
}

/// `{owners: …}`, `{owners_where: …}` or `{queue: …}`: one of them.
fn target(node: &Node, known: &Known<'_>, queues: &[super::Queue], r: &mut Reader<'_>) -> Option<Target> {
    let map = r.map(node, "`to`", TO_KEYS)?;
    let mut given = TO_KEYS.iter().filter_map(|key| Some((*key, map.key_span(key)?)));
    let Some((key, _)) = given.next() else {
        r.error(Code::MissingKey, map.span(), "`to` says nothing", "write `{owners: [id, id]}`, `{owners_where: …}` or `{queue: id}`, or leave `to` out");
        return None;
    };
    for (other, at) in given {
        r.error(Code::BadValue, at, format!("`to` is either `{key}` or `{other}`, not both"), "take one out");
    }
    let value = map.get(key)?;
    match key {
        "queue" => {
            let ids = queues.iter().map(|q| q.id.as_str());
            r.known(value, "queue", ids, "declare it under `queues:`, e.g. `queues: {public: {title: 公共线索池, claim: {}}}`")
                .map(|id| Target::Queue(id.into()))
        }
        "owners_where" => r.condition(value, &known.colleague(), Want::Boolean).map(Target::Where),
        _ => named(value, known, r).map(Target::Named),
    }
}

/// `{zhang.wei: 2, li.si: 1}` with weights of this rule, or `[zhang.wei, li.si]` with everybody's own.
fn named(node: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Option<Vec<(String, u32)>> {
    let mut all: Vec<(String, u32)> = Vec::new();
    if let Kind::Map(entries) = &node.kind {
        for e in entries {
            let id = Node::plain(&e.key, e.key_span);
            let (id, weight) = (known.person(&id, r), r.limit(&e.value, 1));
            all.extend(id.zip(weight));
        }
    } else {
        let items = match &node.kind {
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        for item in items {
            let Some(id) = known.person(item, r) else { continue };
            if all.iter().any(|(other, _)| *other == id) {
                r.error(Code::BadValue, item.span, format!("`{id}` stands here twice"), "for a larger share write a weight: `{id: 2}`");
            }
            let weight = known.team.and_then(|t| t.owner(&id)).map_or(1, |o| o.weight);
            all.push((id, weight));
        }
    }
    let empty = match &node.kind {
        Kind::Map(m) => m.is_empty(),
        Kind::List(l) => l.is_empty(),
        Kind::Scalar(_) => false,
    };
    if empty {
        r.error(Code::BadValue, node.span, "no owner is named", "name one, or leave `to` out for everyone of the roles");
    }
    (!all.is_empty()).then_some(all)
}
