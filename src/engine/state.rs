//! What conditions may ask of a lead's state, and of a colleague: values in the order of the names of `rules::state`.

use crate::model::{DealFacts, FollowUp, Instant, Standing, Until, Value};
use crate::rules::lifecycle::Lifecycle;
use crate::rules::scoring::Scoring;
use crate::rules::team::Owner;

/// What is known of a lead beside its fields and events. Earlier engines fill it in for later ones, never the reverse.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The total; `None` before the first scoring.
    pub score: Option<i64>,
    /// By group.
    pub groups: &'a [i64],
    /// The band's id.
    pub band: Option<&'a str>,
    /// Stage, owner, queue and what the spell has seen.
    pub standing: &'a Standing,
    /// When the base first saw the lead: since then it has been below the bands that its standing does not mention.
    pub seen_at: Option<Instant>,
    /// As of the instant that is reasoned about.
    pub deals: &'a DealFacts,
    /// Ordered by instant; later ones than the as-of do not exist yet.
    pub follow_ups: &'a [FollowUp],
    /// The role of the owner, where the team knows them.
    pub owner_role: Option<&'a str>,
    /// The media by which the lead can be reached, see [`reachable`](crate::engine::nurture::reachable).
    pub media: &'a [&'a str],
}

/// The values of `rules::state::state_names` (those of `lifecycle_names` come first, so they serve both), and until when
/// the clock alone cannot change what stands behind them: a deal or a follow-up that is dated later. What days since an
/// instant do to a condition is the condition's own until; whoever evaluates one takes the earlier of both.
pub fn values(scoring: &Scoring, lifecycle: &Lifecycle, known: &Known<'_>, as_of: Instant) -> (Vec<Value>, Until) {
    let Known { standing, deals, .. } = known;
    let mut until = deals.until.map_or(Until::NEVER, Until);
    let mut all = Vec::with_capacity(scoring.groups.len() + scoring.bands.len() + 24);
    all.extend([known.score.map_or(Value::Null, Value::Int), text(known.band)]);
    all.extend((0..scoring.groups.len()).map(|i| known.groups.get(i).map_or(Value::Null, |n| Value::Int(*n))));
    all.extend([text(standing.stage.as_deref()), at(standing.stage_at)]);
    let place = known.band.and_then(|id| scoring.bands.iter().position(|b| b.id == id));
    let below = |i: usize, id: &String| if place.is_some_and(|here| here > i) { standing.below.get(id).copied().or(known.seen_at) } else { None };
    all.extend(scoring.bands.iter().enumerate().rev().map(|(i, b)| at(below(i, &b.id))));
    all.extend([&standing.accepted_at, &standing.rejected_at, &standing.assigned_at].map(|known| Value::Bool(known.is_some())));
    all.push(at(standing.recycled_at));
    all.extend([deals.open, deals.won, deals.lost].map(Value::Int));
    all.extend([deals.won_amount, deals.paid_amount].map(Value::Money));
    all.extend([at(deals.first_won_at), reached(lifecycle, standing), list(known.media.iter().copied())]);
    // From here on the names of the wider scopes.
    all.extend([standing.owner.as_deref(), known.owner_role, standing.queue.as_deref()].map(text));
    all.extend([at(standing.assigned_at), at(standing.owner_at)]);
    let (past, future) = known.follow_ups.split_at(known.follow_ups.partition_point(|f| f.at <= as_of));
    if let Some(next) = future.first() {
        until = until.and(Until(next.at));
    }
    all.push(at(past.last().map(|f| f.at)));
    (all, until)
}

/// The values of `rules::state::owner_names`. `held`: leads held before customer; `breached`: open promises past their limit.
pub fn owner_values(owner: &Owner, held: i64, breached: i64) -> Vec<Value> {
    vec![
        Value::text(&owner.id),
        Value::text(&owner.name),
        Value::text(&owner.role),
        text(owner.region.as_deref()),
        list(owner.industries.iter().map(String::as_str)),
        text(owner.manager.as_deref()),
        owner.capacity.map_or(Value::Null, |n| Value::Int(i64::from(n))),
        Value::Int(i64::from(owner.weight)),
        Value::Int(held),
        Value::Int(breached),
    ]
}

/// Every stage that the lead was ever at or past.
fn reached(lifecycle: &Lifecycle, standing: &Standing) -> Value {
    let been = standing.reached.keys().chain(&standing.stage).chain(&standing.came_from).filter_map(|id| lifecycle.place(id)).max();
    list(lifecycle.stages.iter().take(been.map_or(0, |place| place + 1)).map(|s| s.id.as_str()))
}

fn text(t: Option<&str>) -> Value {
    t.map_or(Value::Null, Value::text)
}

fn at(t: Option<Instant>) -> Value {
    t.map_or(Value::Null, Value::At)
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Value {
    Value::List(items.map(Into::into).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::{StateName, StateUse, Type};
    use crate::model::{Deal, DealStatus};
    use crate::rules::lifecycle::{Detour, Stage};
    use crate::rules::scoring::{Band, Clamp, Group};
    use crate::rules::state::{Ids, lifecycle_names, owner_names, state_names};
    use proptest::prelude::*;

    fn scoring(groups: usize, bands: usize) -> Scoring {
        Scoring {
            groups: (0..groups).map(|i| Group { id: format!("group{i}"), clamp: Clamp::default(), rules: Vec::new() }).collect(),
            total: Clamp::default(),
            bands: (0..bands).rev().map(|i| Band { id: format!("band{i}"), at_least: i as i64 * 10 }).collect(),
        }
    }

    fn lifecycle(stages: usize) -> Lifecycle {
        let stage = |i| Stage { id: format!("stage{i}"), title: String::new(), journey: None, enter: None, leave: None, dated: None, means: None };
        let detours = vec![Detour { id: "aside".into(), title: String::new(), enter: None, back: None }];
        Lifecycle { stages: (0..stages).map(stage).collect(), detours, ..Lifecycle::default() }
    }

    /// Whether a value is what its name promises. What is asked as TRUE or FALSE, or as a list, is never absent.
    fn fits(name: &StateName, value: &Value) -> bool {
        match (name.ty, value) {
            (Type::Number, Value::Int(_) | Value::Real(_) | Value::Money(_))
            | (Type::Text, Value::Text(_))
            | (Type::Boolean, Value::Bool(_))
            | (Type::Instant, Value::At(_))
            | (Type::List, Value::List(_)) => true,
            (ty, Value::Null) => !matches!(ty, Type::Boolean | Type::List),
            _ => false,
        }
    }

    fn instant() -> impl Strategy<Value = Option<Instant>> {
        prop::option::of((0_i64..2_000).prop_map(Instant))
    }

    fn id(of: &'static str) -> impl Strategy<Value = Option<String>> {
        prop::option::of((0_usize..6).prop_map(move |i| format!("{of}{i}")))
    }

    fn standing() -> impl Strategy<Value = Standing> {
        let places = (id("stage"), id("stage"), prop::collection::btree_map("stage[0-5]", (0_i64..2_000).prop_map(Instant), 0..4));
        let spell = (instant(), instant(), instant(), instant(), instant());
        let hands = (id("owner"), instant(), id("queue"), prop::collection::btree_map("band[0-5]", (0_i64..2_000).prop_map(Instant), 0..4));
        (places, spell, hands).prop_map(
            |((stage, came_from, reached), (stage_at, accepted_at, rejected_at, assigned_at, recycled_at), (owner, owner_at, queue, below))| Standing {
                stage,
                came_from,
                reached,
                stage_at,
                accepted_at,
                rejected_at,
                assigned_at,
                recycled_at,
                owner,
                owner_at,
                queue,
                below,
                ..Standing::default()
            },
        )
    }

    fn deals() -> impl Strategy<Value = Vec<Deal>> {
        let deal = (0_usize..3, prop::option::of(0_i64..900), instant(), instant(), prop::collection::vec((0_i64..2_000, 0_i64..900), 0..3));
        let deal = deal.prop_map(|(status, amount, opened_at, closed_at, paid)| Deal {
            status: DealStatus::ALL[status].1,
            amount,
            opened_at,
            closed_at,
            paid: paid.into_iter().map(|(at, n)| (Instant(at), n)).collect(),
        });
        prop::collection::vec(deal, 0..4)
    }

    proptest! {
        /// The promise that compiled conditions rely on: places and types of values are those of the names.
        #[test]
        fn every_name_has_its_value(
            sizes in (0_usize..4, 1_usize..5, 0_usize..5),
            standing in standing(),
            deals in deals(),
            mut follow_ups in prop::collection::vec(0_i64..2_000, 0..4),
            scored in prop::option::of(0_i64..100),
            known_groups in 0_usize..4,
        ) {
            let as_of = Instant(1_000);
            let (scoring, lifecycle) = (scoring(sizes.0, sizes.1), lifecycle(sizes.2));
            let ids = Ids::of(&lifecycle, &Default::default(), &Default::default());
            follow_ups.sort_unstable();
            let follow_ups: Vec<FollowUp> = follow_ups.into_iter().map(|at| FollowUp { at: Instant(at), owner: None, outcome: None }).collect();
            let known = Known {
                score: scored,
                groups: &vec![7; known_groups],
                band: scored.map(|_| "band0"),
                standing: &standing,
                seen_at: Some(Instant(5)),
                deals: &DealFacts::of(&deals, as_of),
                follow_ups: &follow_ups,
                owner_role: standing.owner.as_deref().map(|_| "sales"),
                media: &["email"],
            };
            let (values, until) = values(&scoring, &lifecycle, &known, as_of);
            let names = state_names(&scoring, &ids);
            prop_assert_eq!(values.len(), names.len());
            for (name, value) in names.iter().zip(&values) {
                prop_assert!(fits(name, value), "{}: {:?}", name.name, value);
                if let (StateUse::Holds, Value::List(items)) = (name.used, value) {
                    prop_assert!(items.iter().all(|item| name.known.iter().any(|k| **k == **item)), "{} holds {:?}", name.name, items);
                }
            }
            let narrow = lifecycle_names(&scoring, &ids);
            prop_assert_eq!(narrow.as_slice(), &names[..narrow.len()], "a vector for the wider scope serves the narrower one");
            prop_assert!(until.0 > as_of);
            let place = |name: &str| names.iter().position(|n| n.name == name).expect("a name");
            prop_assert_eq!(values[place("stage")].as_text(), standing.stage.as_deref());
            prop_assert_eq!(values[place("days_held")].as_instant(), standing.owner_at);
            // Nobody is below the band that they have; below the others since they crossed it, or since they were first seen.
            for (i, band) in scoring.bands.iter().enumerate() {
                let since = standing.below.get(&band.id).copied().or(Some(Instant(5)));
                let here = known.band.and_then(|id| scoring.bands.iter().position(|b| b.id == id));
                let below = if here.is_some_and(|here| here > i) { since } else { None };
                prop_assert_eq!(values[place(&format!("days_below_{}", band.id))].as_instant(), below);
            }
            prop_assert_eq!(values[place("queue")].as_text(), standing.queue.as_deref());
            prop_assert_eq!(values[place("last_follow_up_at")].as_instant(), follow_ups.iter().map(|f| f.at).filter(|at| *at <= as_of).max());
            // Reached is downward closed, and holds every stage that was stamped or is held.
            let Value::List(reached) = &values[place("reached")] else { return Err(TestCaseError::fail("a list")) };
            for id in standing.reached.keys().chain(&standing.stage).filter(|id| lifecycle.place(id).is_some()) {
                prop_assert!(reached.iter().any(|r| **r == **id), "{id} in {reached:?}");
            }
            prop_assert!(reached.iter().zip(&lifecycle.stages).all(|(r, s)| **r == *s.id));
        }
    }

    #[test]
    fn a_colleague_has_the_values_of_their_names() {
        let plain = Owner { id: "li.si".into(), name: "李四".into(), role: "sales".into(), weight: 1, ..Owner::default() };
        let full =
            Owner { capacity: Some(0), region: Some("华东".into()), manager: Some("li.na".into()), industries: vec!["汽车".into()], ..plain.clone() };
        let names = owner_names(&Ids::default());
        for owner in [&plain, &full] {
            let values = owner_values(owner, 3, 1);
            assert_eq!(values.len(), names.len());
            assert!(names.iter().zip(&values).all(|(n, v)| fits(n, v)), "{values:?}");
        }
        assert_eq!(names.iter().map(|n| n.name.as_str()).collect::<Vec<_>>().join(" "), "id name role region industries manager capacity weight held breached");
        assert_eq!(owner_values(&full, 3, 1)[6..], [0, 1, 3, 1].map(Value::Int), "no capacity at all is 0, not unlimited");
    }
}
