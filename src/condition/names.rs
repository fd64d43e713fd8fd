//! The names that the language itself owns, and where each may be used.

use super::scope::ScopeKind;
use crate::model::fold;

/// From which file on a name is known. Later engines see earlier ones' values, never the reverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// Lifecycle and everything behind it.
    Lifecycle,
    /// Assignment, promises, alerts, nurture, `--where`.
    State,
    /// `owners_where`, `pass_over`, `claim.who`.
    Owner,
}

impl Home {
    /// For people.
    pub(super) fn place(self) -> &'static str {
        match self {
            Self::Lifecycle => "lifecycle.yaml and the files behind it (assignment, sla, alerts, nurture, `--where`)",
            Self::State => "assignment.yaml, sla.yaml, alerts.yaml, nurture and `--where`",
            Self::Owner => "`owners_where`, `pass_over` and `claim.who` of assignment.yaml",
        }
    }
    /// Whether conditions of a scope may use its names: the wall between the scopes.
    pub(super) fn is_open_to(self, scope: ScopeKind) -> bool {
        match scope {
            ScopeKind::Event | ScopeKind::Scoring => false,
            ScopeKind::Lifecycle => self == Self::Lifecycle,
            ScopeKind::State | ScopeKind::Where => self != Self::Owner,
            ScopeKind::Owner => self == Self::Owner,
        }
    }
}

const LIFECYCLE: &[&str] = &[
    "score",
    "band",
    "stage",
    "days_in_stage",
    "accepted",
    "rejected",
    "assigned",
    "recycled_at",
    "open_deals",
    "won_deals",
    "lost_deals",
    "won_amount",
    "paid_amount",
    "first_won_at",
    "reached",
    "contactable",
];
const STATE: &[&str] = &["owner", "owner_role", "queue", "assigned_at", "days_held", "last_follow_up_at", "follow_ups", "opened", "clicked", "replied"];
/// Usual group names: later state, unless a field has the name.
const GROUPS: &[&str] = &["fit", "engagement"];
const OWNER: &[&str] = &["id", "name", "role", "region", "industries", "manager", "capacity", "weight", "held", "breached"];
/// Before the id of a band: since how many days the score has been below it.
pub(super) const DAYS_BELOW: &str = "days_below_";

/// The home of a name that no field can take over. `folded` is a folded name.
pub(super) fn home(folded: &str) -> Option<Home> {
    if LIFECYCLE.contains(&folded) || folded.starts_with(DAYS_BELOW) {
        Some(Home::Lifecycle)
    } else if STATE.contains(&folded) {
        Some(Home::State)
    } else {
        None
    }
}

/// The home of a name that a field of the same name hides.
pub(super) fn home_unless_field(folded: &str) -> Option<Home> {
    if GROUPS.contains(&folded) {
        Some(Home::Lifecycle)
    } else if OWNER.contains(&folded) {
        Some(Home::Owner)
    } else {
        None
    }
}

/// The built-in names that are no functions.
pub(super) const BUILT_IN: [&str; 3] = ["as_of", "created_at", "last_event_at"];

/// Whether a declared field may not have this name. (`owner`, `stage` and `created_at` are fields that every lead has; in
/// conditions they mean the lead's state and its creation.)
pub fn is_reserved(name: &str) -> bool {
    let name = fold(name);
    let field_too = matches!(name.as_ref(), "owner" | "stage" | "created_at");
    !field_too && (home(&name).is_some() || BUILT_IN.contains(&name.as_ref()) || super::token::Word::of(&name).is_some())
}

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Events,
    FirstEvent,
    LastEvent,
    DaysSince,
    BusinessDaysSince,
    HasTag,
    HasAny,
    HasWord,
    Lower,
    Length,
    Coalesce,
    Extra,
    Reached,
    Contactable,
    FollowUps,
    Opened,
    Clicked,
    Replied,
}

/// Name, function, least and most arguments, and how a call looks.
const FUNCTIONS: [(&str, Function, usize, usize, &str); 18] = [
    ("events", Function::Events, 1, 3, "events('pricing_view', '7d', 'path LIKE ''/pricing%''')"),
    ("first_event", Function::FirstEvent, 1, 1, "first_event('trial_request')"),
    ("last_event", Function::LastEvent, 1, 1, "last_event('trial_request')"),
    ("days_since", Function::DaysSince, 1, 1, "days_since(last_event_at)"),
    ("business_days_since", Function::BusinessDaysSince, 1, 1, "business_days_since(last_event_at)"),
    ("has_tag", Function::HasTag, 1, 1, "has_tag('竞品')"),
    ("has_any", Function::HasAny, 2, 2, "has_any(title, '决策者')"),
    ("has_word", Function::HasWord, 2, 2, "has_word(title, 'CTO')"),
    ("lower", Function::Lower, 1, 1, "lower(title)"),
    ("length", Function::Length, 1, 1, "length(title)"),
    ("coalesce", Function::Coalesce, 1, usize::MAX, "coalesce(employees, 0)"),
    ("extra", Function::Extra, 1, 1, "extra('列名')"),
    ("reached", Function::Reached, 1, 1, "reached('mql')"),
    ("contactable", Function::Contactable, 1, 1, "contactable('email')"),
    ("follow_ups", Function::FollowUps, 0, 2, "follow_ups('connected', '30d')"),
    ("opened", Function::Opened, 1, 2, "opened('guide', '2d')"),
    ("clicked", Function::Clicked, 1, 2, "clicked('guide', '2d')"),
    ("replied", Function::Replied, 1, 2, "replied('guide', '2d')"),
];

impl Function {
    /// The function of a folded name.
    pub(super) fn of(folded: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|f| f.0 == folded).map(|f| f.1)
    }
    fn row(self) -> &'static (&'static str, Self, usize, usize, &'static str) {
        FUNCTIONS.iter().find(|f| f.1 == self).unwrap_or(&FUNCTIONS[0])
    }
    /// Least and most arguments.
    pub(super) fn arguments(self) -> (usize, usize) {
        (self.row().2, self.row().3)
    }
    /// How a call looks.
    pub(super) fn example(self) -> &'static str {
        self.row().4
    }
    /// Whether it looks at the lead: its events, tags, columns, state.
    pub(super) fn asks_lead(self) -> bool {
        use Function::{Clicked, Contactable, Events, Extra, FirstEvent, FollowUps, HasTag, LastEvent, Opened, Reached, Replied};
        matches!(self, Events | FirstEvent | LastEvent | HasTag | Extra | Reached | Contactable | FollowUps | Opened | Clicked | Replied)
    }
    /// The functions that a scope has, by name.
    pub(super) fn names_in(scope: ScopeKind) -> impl Iterator<Item = &'static str> {
        let lead = !matches!(scope, ScopeKind::Event | ScopeKind::Owner);
        FUNCTIONS.iter().filter(move |f| if f.1.asks_lead() { lead && home(f.0).is_none_or(|h| h.is_open_to(scope)) } else { true }).map(|f| f.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_names_are_those_that_a_field_cannot_have() {
        for n in [
            "score",
            "Band",
            "as_of",
            "ＳＣＯＲＥ",
            "last_event_at",
            "days_below_hot",
            "case",
            "Owner_Role",
            "queue",
            "reached",
            "contactable",
            "follow_ups",
            "opened",
            "days_held",
        ] {
            assert!(is_reserved(n), "{n}");
        }
        for n in ["owner", "stage", "created_at", "industry", "id", "name", "length", "分数"] {
            assert!(!is_reserved(n), "{n}");
        }
    }
}
