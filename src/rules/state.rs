//! The state names of each scope, in the order in which `engine::state` gives their values.
//!
//! Lifecycle's come first, so that a vector of values for the wider scopes serves the narrower one too.

use super::assignment::Assignment;
use super::lifecycle::Lifecycle;
use super::scoring::Scoring;
use super::team::Team;
use crate::condition::{StateName, Type};

/// The media by which a lead can be reached without delivery.yaml.
pub const MEDIA: [&str; 4] = ["email", "sms", "wecom", "call"];
/// The roles that SOPs may speak of even where the team has nobody of them.
pub const ROLES: [&str; 3] = ["sdr", "sales", "partner"];

/// The ids that names take their values from. An empty list lets any text pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// In order.
    pub stages: Vec<String>,
    /// Beside the line.
    pub detours: Vec<String>,
    /// Of colleagues.
    pub roles: Vec<String>,
    /// Of assignment.yaml.
    pub queues: Vec<String>,
    /// Of delivery.yaml, beside [`MEDIA`].
    pub media: Vec<String>,
}

impl Ids {
    /// What the files declare.
    pub fn of(lifecycle: &Lifecycle, team: &Team, assignment: &Assignment) -> Self {
        let mut roles: Vec<String> = team.owners.iter().map(|o| o.role.clone()).collect();
        if !roles.is_empty() {
            roles.extend(ROLES.map(String::from));
        }
        roles.sort_unstable();
        roles.dedup();
        Self {
            stages: lifecycle.stages.iter().map(|s| s.id.clone()).collect(),
            detours: lifecycle.detours.iter().map(|d| d.id.clone()).collect(),
            roles,
            queues: assignment.queues.iter().map(|q| q.id.clone()).collect(),
            media: Vec::new(),
        }
    }
    /// Every place that a lead may be in; empty without lifecycle.yaml.
    fn places(&self) -> Vec<String> {
        if self.stages.is_empty() { Vec::new() } else { self.stages.iter().chain(&self.detours).cloned().collect() }
    }
}

/// What lifecycle conditions may ask beside the lead's own fields and events.
///
/// `score`, `band`, each group, `stage`, `days_in_stage`, `days_below_BAND` from the lowest band to the highest, `accepted`, `rejected`,
/// `assigned`, `recycled_at`, `open_deals`, `won_deals`, `lost_deals`, `won_amount`, `paid_amount`, `first_won_at`,
/// `reached(…)`, `contactable(…)`.
pub fn lifecycle_names(scoring: &Scoring, ids: &Ids) -> Vec<StateName> {
    let bands: Vec<String> = scoring.bands.iter().rev().map(|b| b.id.clone()).collect();
    let mut all = vec![StateName::new("score", Type::Number), StateName { order: bands.clone(), known: bands.clone(), ..StateName::new("band", Type::Text) }];
    all.extend(scoring.groups.iter().map(|g| StateName::new(&g.id, Type::Number)));
    all.push(StateName { order: ids.stages.clone(), known: ids.places(), ..StateName::new("stage", Type::Text) });
    all.push(StateName::days("days_in_stage"));
    all.extend(bands.iter().map(|band| StateName::days(&format!("days_below_{band}"))));
    all.extend(["accepted", "rejected", "assigned"].map(|n| StateName::new(n, Type::Boolean)));
    all.push(StateName::new("recycled_at", Type::Instant));
    all.extend(["open_deals", "won_deals", "lost_deals", "won_amount", "paid_amount"].map(|n| StateName::new(n, Type::Number)));
    all.push(StateName::new("first_won_at", Type::Instant));
    all.push(StateName::holds("reached", ids.stages.clone()));
    let media = MEDIA.iter().map(|m| (*m).to_owned()).chain(ids.media.iter().filter(|m| !MEDIA.contains(&m.as_str())).cloned()).collect();
    all.push(StateName::holds("contactable", media));
    all
}

/// What assignment, promises, alerts, nurture and `--where` may ask: lifecycle's, then `owner`, `owner_role`, `queue`, `assigned_at`,
/// `days_held`, `last_follow_up_at`. (`follow_ups(…)` reads `Facts::follow_ups`.)
pub fn state_names(scoring: &Scoring, ids: &Ids) -> Vec<StateName> {
    let mut all = lifecycle_names(scoring, ids);
    all.push(StateName::new("owner", Type::Text));
    all.push(StateName { known: ids.roles.clone(), ..StateName::new("owner_role", Type::Text) });
    all.push(StateName { known: ids.queues.clone(), ..StateName::new("queue", Type::Text) });
    all.push(StateName::new("assigned_at", Type::Instant));
    all.push(StateName::days("days_held"));
    all.push(StateName::new("last_follow_up_at", Type::Instant));
    all
}

/// What `owners_where`, `pass_over` and `claim.who` may ask of a colleague: `id`, `name`, `role`, `region`, `industries`, `manager`,
/// `capacity` (NULL = unlimited), `weight`, `held`, `breached`.
pub fn owner_names(ids: &Ids) -> Vec<StateName> {
    let text = |n| StateName::new(n, Type::Text);
    let role = StateName { known: ids.roles.clone(), ..text("role") };
    let mut all = vec![text("id"), text("name"), role, text("region"), StateName::new("industries", Type::List), text("manager")];
    all.extend(["capacity", "weight", "held", "breached"].map(|n| StateName::new(n, Type::Number)));
    all
}
