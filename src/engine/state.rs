//! What conditions may ask of a lead's state, and of a colleague: values in the order of the names of `rules::state`.

use crate::model::{DealFacts, Dictionary, FollowUp, Instant, Standing, Until, Value};
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
    /// As of the instant that is reasoned about.
    pub deals: &'a DealFacts,
    /// Ordered by instant; later ones than the as-of do not exist yet.
    pub follow_ups: &'a [FollowUp],
    /// The role of the owner, where the team knows them.
    pub owner_role: Option<&'a str>,
    /// The media by which the lead can be reached, see [`media_of`].
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
    all.extend(scoring.bands.iter().rev().map(|b| at(standing.below.get(&b.id).copied())));
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

/// The media by which a lead can be reached as far as its fields say: an address is enough. `values`: by field.
pub fn media_of(dictionary: &Dictionary, values: &[Value]) -> Vec<&'static str> {
    let has = |medium: &&str| dictionary.addresses(medium).any(|ix| values.get(ix.0).is_some_and(|v| v.as_text().is_some_and(|t| !t.is_empty())));
    crate::rules::state::MEDIA.into_iter().filter(has).collect()
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
