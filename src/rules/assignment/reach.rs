//! Whom a rule can give leads to, as far as the files alone tell it.

use super::{Round, Rule, Target};
use crate::condition::Condition;
use crate::model::{Calendar, Dictionary, Instant, Value};
use crate::rules::state::{Ids, owner_names};
use crate::rules::team::{Owner, Team};

/// Conditions on colleagues, tried on the team as it is written. What only a base knows (leads held, breaches) is unknown here.
pub(super) struct Reach<'a> {
    pub(super) team: &'a Team,
    pub(super) dictionary: &'a Dictionary,
    pub(super) calendar: &'a Calendar,
}

/// What a condition says of a colleague.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Says {
    /// Never.
    No,
    /// It depends on what happens.
    Maybe,
    /// Always.
    Yes,
}

impl<'a> Reach<'a> {
    /// Whether a condition holds for a colleague.
    pub(super) fn says(&self, condition: &Condition, owner: &Owner) -> Says {
        let state: Vec<Value> = owner_names(&Ids::default()).iter().map(|n| value(&n.name, owner)).collect();
        match condition.test_owner(&state, Instant(0), self.dictionary, self.calendar).0 {
            Some(true) => Says::Yes,
            Some(false) => Says::No,
            // A blank region is blank for good; what a base counts is only unknown so far.
            None if ["held", "breached"].iter().any(|n| condition.normal_form().contains(n)) => Says::Maybe,
            None => Says::No,
        }
    }

    /// Whom a rule may choose, passing over apart, and whether it surely may.
    pub(super) fn of(&self, round: &Round, rule: &Rule) -> Vec<(&'a Owner, Says)> {
        let roles = rule.roles.as_ref().unwrap_or(&round.roles);
        let has_role = |o: &Owner| roles.is_empty() || roles.contains(&o.role);
        let all = self.team.owners.iter().filter_map(|o| {
            let says = match &rule.to {
                Target::Queue(_) => Says::No,
                Target::Anyone if has_role(o) => Says::Yes,
                Target::Where(condition) if has_role(o) => self.says(condition, o),
                Target::Named(ids) if ids.iter().any(|(id, _)| *id == o.id) => Says::Yes,
                Target::Anyone | Target::Where(_) | Target::Named(_) => Says::No,
            };
            let passed_over = rule.pass_over.as_ref().map_or(Says::No, |p| self.says(p, o));
            match (says, passed_over) {
                (Says::No, _) | (_, Says::Yes) => None,
                (says, Says::No) => Some((o, says)),
                (_, Says::Maybe) => Some((o, Says::Maybe)),
            }
        });
        all.collect()
    }
}

fn value(name: &str, owner: &Owner) -> Value {
    let text = |t: &str| Value::Text(t.into());
    let number = |n: u32| Value::Int(i64::from(n));
    match name {
        "id" => text(&owner.id),
        "name" => text(&owner.name),
        "role" => text(&owner.role),
        "region" => owner.region.as_deref().map_or(Value::Null, text),
        "industries" => Value::List(owner.industries.iter().map(|i| i.as_str().into()).collect()),
        "manager" => owner.manager.as_deref().map_or(Value::Null, text),
        "capacity" => owner.capacity.map_or(Value::Null, number),
        "weight" => number(owner.weight),
        _ => Value::Null,
    }
}
