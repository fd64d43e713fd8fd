//! lifecycle.yaml → [`Lifecycle`].
//!
//! Ids first, conditions second: a condition may speak of any stage, also of one further down.

use super::{Back, Dated, Detour, Lifecycle, Means, Reason, ReasonTo, Stage};
use crate::condition::{Scope, ScopeKind, Want};
use crate::diag::{Code, Span};
use crate::model::{Dictionary, FieldIx, FieldType, fold, nearest};
use crate::rules::reader::{Map, Reader};
use crate::rules::scoring::Scoring;
use crate::rules::state::{Ids, lifecycle_names};
use crate::rules::yaml::Node;

/// The keys of lifecycle.yaml.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "stages", "detours", "reject_reasons", "requalify"];
/// The keys of a stage.
pub(in crate::rules) const STAGE_KEYS: &[&str] = &["id", "title", "journey", "enter", "leave", "dated", "means"];
/// The keys of a detour.
pub(in crate::rules) const DETOUR_KEYS: &[&str] = &["id", "title", "enter", "back"];
/// The keys of `back`.
pub(in crate::rules) const BACK_KEYS: &[&str] = &["after", "to"];
/// The keys of a reason.
pub(in crate::rules) const REASON_KEYS: &[&str] = &["title", "to", "after", "return_turn"];

const MEANS: &[(&str, Means)] = &[("mql", Means::Mql), ("sql", Means::Sql), ("opportunity", Means::Opportunity), ("customer", Means::Customer)];
/// The word for "onto the to-decide list" where a detour's id may stand.
const MERGE: &str = "merge";

/// Where the parts of a [`Lifecycle`] stand, for the checks of the whole.
#[derive(Default)]
pub(in crate::rules) struct Spots {
    /// By stage.
    pub(in crate::rules) stages: Vec<Span>,
    /// By detour.
    pub(in crate::rules) detours: Vec<Span>,
}

/// Reads lifecycle.yaml. What has an error is left out; the errors are in `r.out`.
pub(in crate::rules) fn read(root: &Node, (d, scoring, media): (&Dictionary, &Scoring, &[String]), r: &mut Reader<'_>) -> (Lifecycle, Spots) {
    let (mut all, mut spots) = (Lifecycle::default(), Spots::default());
    let Some(map) = r.map(root, "lifecycle.yaml", KEYS) else { return (all, spots) };
    r.review_by(map);
    let mut seen = Vec::new();
    let stages = items(map, "stages", "stage", STAGE_KEYS, &mut seen, r);
    let detours = items(map, "detours", "detour", DETOUR_KEYS, &mut seen, r);
    for item in detours.iter().filter(|i| fold(i.id) == MERGE) {
        r.error(
            Code::NameClash,
            item.at,
            "a detour cannot be named `merge`: reasons say `to: merge` for leads that are another lead",
            "rename it, e.g. `merged_away`",
        );
    }
    if map.get("stages").is_none() && map.get("detours").or(map.get("reject_reasons")).is_some() {
        r.error(Code::MissingKey, map.span(), "lifecycle.yaml needs `stages:`", "add `stages:`, from the first to the last");
    }
    let ids: Vec<String> = stages.iter().map(|i| i.id.to_owned()).collect();
    let places = Ids { stages: ids.clone(), detours: detours.iter().map(|i| i.id.to_owned()).collect(), media: media.to_vec(), ..Ids::default() };
    let state = lifecycle_names(scoring, &places);
    let scope = Scope::new(ScopeKind::Lifecycle, d, &state);
    for (i, item) in stages.iter().enumerate() {
        all.stages.push(stage(item, i == 0, &scope, r));
        spots.stages.push(item.at);
    }
    meanings(&stages, &mut all.stages, r);
    for item in &detours {
        all.detours.push(Detour {
            id: item.id.into(),
            title: title(item.map, item.id, r),
            enter: item.map.get("enter").and_then(|n| r.condition(n, &scope, Want::Boolean)),
            back: item.map.get("back").and_then(|n| back(n, &ids, r)),
        });
        spots.detours.push(item.at);
    }
    reasons(map, &detours, &mut all, r);
    if let Some(node) = map.get("requalify") {
        all.requalify_any = r.choice(node, &[("own_act", false), ("any", true)]).unwrap_or(false);
    }
    (all, spots)
}

/// One item of `stages` or `detours` whose id could be read.
struct Item<'n> {
    id: &'n str,
    at: Span,
    map: Map<'n>,
}

fn items<'n>(map: Map<'n>, key: &str, what: &str, keys: &'static [&'static str], seen: &mut Vec<(String, String)>, r: &mut Reader<'_>) -> Vec<Item<'n>> {
    let mut all = Vec::new();
    for node in map.get(key).map(|n| r.items(n, key)).unwrap_or_default() {
        let what = &format!("a {what}");
        let Some(map) = r.map(node, what, keys) else { continue };
        let Some((id, at)) = r.need(map, what, "id").and_then(|n| Some((r.text(n)?.trim(), n.span))) else { continue };
        r.unique(seen, id, at, "stage or detour");
        all.push(Item { id, at, map });
    }
    all
}

fn title(map: Map<'_>, id: &str, r: &mut Reader<'_>) -> String {
    map.get("title").and_then(|n| r.text(n)).unwrap_or(id).to_owned()
}

fn stage(item: &Item<'_>, first: bool, scope: &Scope<'_>, r: &mut Reader<'_>) -> Stage {
    let Item { id, map, .. } = *item;
    let enter = map.get("enter").and_then(|n| r.condition(n, scope, Want::Boolean));
    let leave = map.get("leave").and_then(|n| r.condition(n, scope, Want::Boolean));
    if let Some(at) = map.key_span("leave").filter(|_| first || map.get("enter").is_none()) {
        let why = if first { "nothing stands before the first stage" } else { "this stage has no `enter:`" };
        let message = format!("`leave` takes a lead back to where a move on its own brought it from, and {why}");
        r.error(Code::BadValue, at, message, "take it out, or say when leads come here: `enter: …`");
    }
    Stage {
        id: id.into(),
        title: title(map, id, r),
        journey: map.get("journey").and_then(|n| r.text(n)).map(str::to_owned),
        enter,
        leave,
        dated: map.get("dated").and_then(|n| dated(n, scope.dictionary, r)),
        means: map.get("means").and_then(|n| r.choice(n, MEANS)),
    }
}

/// `first_won_at`, `accepted_at`, `created_at`, `last_event_at`, or a date of the lead.
fn dated(node: &Node, d: &Dictionary, r: &mut Reader<'_>) -> Option<Dated> {
    const FACTS: [(&str, Dated); 4] =
        [("first_won_at", Dated::FirstWon), ("accepted_at", Dated::Accepted), ("created_at", Dated::Created), ("last_event_at", Dated::LastEvent)];
    let text = r.text(node)?;
    let folded = fold(text);
    if let Some((_, dated)) = FACTS.iter().find(|(name, _)| *name == folded) {
        return Some(*dated);
    }
    let is_date = |ty: FieldType| matches!(ty, FieldType::Date | FieldType::Datetime);
    match d.fields.iter().position(|f| fold(&f.id) == folded) {
        Some(i) if d.fields.get(i).is_some_and(|f| is_date(f.ty)) => Some(Dated::Field(FieldIx(i))),
        Some(_) => {
            r.error(Code::WrongType, node.span, format!("`{text}` is no date"), "name a field of type date or datetime, or `first_won_at`");
            None
        }
        None => {
            let dates = d.fields.iter().filter(|f| is_date(f.ty)).map(|f| f.id.as_str());
            let known: Vec<&str> = FACTS.iter().map(|(name, _)| *name).chain(dates).collect();
            let help = nearest(text, known.iter().copied()).map_or_else(|| format!("it takes: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            r.error(Code::UnknownName, node.span, format!("nothing is dated by `{text}`"), help);
            None
        }
    }
}

/// What is written counts; a meaning that nobody claims goes to the stage of that id.
fn meanings(items: &[Item<'_>], stages: &mut [Stage], r: &mut Reader<'_>) {
    for &(word, means) in MEANS {
        let mut claims = items.iter().zip(stages.iter()).filter(|(_, s)| s.means == Some(means));
        let first = claims.next().map(|(item, _)| item.id);
        for (item, _) in claims {
            let at = item.map.get("means").map_or(item.at, |n| n.span);
            let message = format!("`{}` means {word} already", first.unwrap_or_default());
            r.error(Code::BadValue, at, message, "one stage has each meaning: keep one");
        }
        if first.is_none()
            && let Some(stage) = stages.iter_mut().find(|s| s.means.is_none() && fold(&s.id) == word)
        {
            stage.means = Some(means);
        }
    }
}

fn back(node: &Node, stages: &[String], r: &mut Reader<'_>) -> Option<Back> {
    let map = r.map(node, "`back`", BACK_KEYS)?;
    let after = r.need(map, "`back`", "after").and_then(|n| r.duration(n));
    let to = r.need(map, "`back`", "to").and_then(|n| r.known(n, "stage", stages.iter().map(String::as_str), "add `stages:`"));
    Some(Back { after: after?, to: to?.to_owned() })
}

fn reasons(map: Map<'_>, detours: &[Item<'_>], all: &mut Lifecycle, r: &mut Reader<'_>) {
    let mut seen = Vec::new();
    for e in map.get("reject_reasons").map(|n| r.names(n, "reject_reasons")).unwrap_or_default() {
        r.unique(&mut seen, &e.key, e.key_span, "reason");
        let Some(map) = r.map(&e.value, "a reason", REASON_KEYS) else { continue };
        let title = title(map, &e.key, r);
        let targets = detours.iter().map(|i| i.id).chain([MERGE]);
        let to = r.need(map, "a reason", "to").and_then(|n| r.known(n, "detour", targets, "add `detours:`"));
        let after = map.get("after").and_then(|n| r.duration(n));
        let comes_back = detours.iter().filter(|i| Some(i.id) == to).any(|i| i.map.get("back").is_some());
        if let (Some(to), Some(at)) = (to, map.key_span("after").filter(|_| !comes_back)) {
            let why = if to == MERGE { "a lead that is another lead does not come back".into() } else { format!("nothing comes back from `{to}`") };
            r.error(Code::BadValue, at, why, "take `after` out, or give the detour a way back: `back: {after: 60d, to: …}`");
        }
        let return_turn = map.get("return_turn").and_then(|n| r.yes_no(n)).unwrap_or(false);
        let Some(to) = to else { continue };
        let to = if to == MERGE { ReasonTo::Merge } else { ReasonTo::Detour(to.to_owned()) };
        all.reasons.push(Reason { id: e.key.clone(), title, to, after, return_turn });
    }
}
