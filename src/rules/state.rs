//! The state names of each scope, in the order in which `engine::state` gives their values.
//!
//! Lifecycle's come first, so that a vector of values for the wider scopes serves the narrower one too.

use super::scoring::Scoring;
use crate::condition::{StateName, Type};

/// What lifecycle conditions may ask beside the lead's own fields. `stages`: their ids in order.
pub fn lifecycle_names(scoring: &Scoring, stages: &[String]) -> Vec<StateName> {
    let name = |name: &str, ty| StateName { name: name.into(), ty, order: Vec::new() };
    let bands = scoring.bands.iter().rev().map(|b| b.id.clone()).collect();
    let mut all = vec![name("score", Type::Number), StateName { order: bands, ..name("band", Type::Text) }];
    all.extend(scoring.groups.iter().map(|g| name(&g.id, Type::Number)));
    all.push(StateName { order: stages.to_vec(), ..name("stage", Type::Text) });
    all
}

/// What assignment, promises, alerts, nurture and `--where` may ask: lifecycle's, then owner and queue.
pub fn state_names(scoring: &Scoring, stages: &[String]) -> Vec<StateName> {
    let mut all = lifecycle_names(scoring, stages);
    all.extend(["owner", "queue"].map(|n| StateName { name: n.into(), ty: Type::Text, order: Vec::new() }));
    all
}

/// What `owners_where`, `pass_over` and `claim.who` may ask of a colleague.
pub fn owner_names() -> Vec<StateName> {
    let name = |name: &str, ty| StateName { name: name.into(), ty, order: Vec::new() };
    let texts = ["id", "name", "role", "region"].map(|n| name(n, Type::Text));
    let rest = [name("industries", Type::List), name("manager", Type::Text)];
    texts.into_iter().chain(rest).chain(["capacity", "weight", "held", "breached"].map(|n| name(n, Type::Number))).collect()
}
