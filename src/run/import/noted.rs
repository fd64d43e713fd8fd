//! What people should know of a file's rows: how many, and the first few by name.

use crate::model::{fold, nearest};
use crate::rules::lifecycle::Lifecycle;
use crate::rules::team::Team;
use std::collections::BTreeMap;

/// How many are named.
const NAMED: usize = 5;

/// Rows of one kind: all counted, the first few named.
#[derive(Clone, Debug, Default)]
pub(super) struct Noted {
    count: u64,
    some: Vec<String>,
}

impl Noted {
    pub(super) fn add(&mut self, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.some.len() < NAMED {
            self.some.push(name());
        }
    }
    /// `3 deals …: a, b, c`; nothing when there is none.
    pub(super) fn note(&self, what: impl FnOnce(u64) -> String) -> Option<String> {
        let more = if self.count > self.some.len() as u64 { " …" } else { "" };
        (self.count > 0).then(|| format!("{}: {}{more}", what(self.count), self.some.join("; ")))
    }
}

/// Names of owners, matched to the team; those that it does not know are *held elsewhere*.
#[derive(Clone, Debug, Default)]
pub(super) struct Elsewhere(BTreeMap<String, u64>);

impl Elsewhere {
    /// The owner's id, or the name as told. Without a team, names are what they are.
    pub(super) fn owner(&mut self, team: &Team, told: Option<String>) -> Option<String> {
        let told = told?;
        if team.owners.is_empty() {
            return Some(told);
        }
        match team.find(&told) {
            Some(owner) => Some(owner.id.clone()),
            None => {
                *self.0.entry(told.clone()).or_default() += 1;
                Some(told)
            }
        }
    }
    /// `4 leads are held elsewhere (team.yaml knows nobody of these names): 王五 (3), 赵六 (1)`, by what is said of one and of more than one.
    pub(super) fn note(&self, one: &str, more_than_one: &str) -> Option<String> {
        let mut names: Vec<(&String, &u64)> = self.0.iter().collect();
        names.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), *name));
        let some: Vec<String> = names.iter().take(NAMED).map(|(name, n)| format!("{name} ({n})")).collect();
        let more = if names.len() > NAMED { " …" } else { "" };
        let all: u64 = self.0.values().sum();
        let (what, names) = if all == 1 { (one, "that name") } else { (more_than_one, "these names") };
        (all > 0).then(|| format!("{all} {what} (team.yaml knows nobody of {names}): {}{more}", some.join(", ")))
    }
}

/// Stages that lifecycle.yaml does not know.
#[derive(Clone, Debug, Default)]
pub(super) struct StrangeStages(BTreeMap<String, u64>);

impl StrangeStages {
    /// The stage's or detour's id, by id or title; a text that is neither stays as it was told. Without lifecycle.yaml all do.
    pub(super) fn stage(&mut self, lifecycle: &Lifecycle, told: String) -> String {
        if lifecycle.stages.is_empty() && lifecycle.detours.is_empty() {
            return told;
        }
        let folded = fold(&told);
        match places(lifecycle).find(|(id, title)| fold(id) == folded || fold(title) == folded) {
            Some((id, _)) => id.to_owned(),
            None => {
                *self.0.entry(told.clone()).or_default() += 1;
                told
            }
        }
    }
    /// What nobody knows, each with the nearest that is known.
    pub(super) fn note(&self, lifecycle: &Lifecycle) -> Option<String> {
        let named = |(text, n): (&String, &u64)| match nearest(text, places(lifecycle).flat_map(|(id, title)| [id, title])) {
            Some(near) => format!("{text} ({n}; did you mean `{near}`?)"),
            None => format!("{text} ({n})"),
        };
        let mut all: Vec<(&String, &u64)> = self.0.iter().collect();
        all.sort_by_key(|(text, n)| (std::cmp::Reverse(**n), *text));
        let some: Vec<String> = all.iter().take(NAMED).map(|s| named(*s)).collect();
        let more = if all.len() > NAMED { " …" } else { "" };
        let help = "give them a meaning under `values:` of the stage field in fields.yaml";
        (!some.is_empty()).then(|| format!("stages that lifecycle.yaml does not know are kept as told: {}{more} ({help})", some.join(", ")))
    }
}

/// Ids and titles of stages and detours.
fn places(lifecycle: &Lifecycle) -> impl Iterator<Item = (&str, &str)> {
    let stages = lifecycle.stages.iter().map(|s| (s.id.as_str(), s.title.as_str()));
    stages.chain(lifecycle.detours.iter().map(|d| (d.id.as_str(), d.title.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::lifecycle::Stage;
    use crate::rules::team::Owner;

    #[test]
    fn whom_the_team_knows_by_any_name_is_their_id_and_others_are_counted() {
        let known = Owner { id: "zhang.wei".into(), name: "张伟".into(), email: Some("zw@example.com".into()), ..Owner::default() };
        let team = Team { owners: vec![known] };
        let mut elsewhere = Elsewhere::default();
        for told in ["张伟", "ZW@example.com", "zhang.wei"] {
            assert_eq!(elsewhere.owner(&team, Some(told.into())).as_deref(), Some("zhang.wei"));
        }
        let note = |elsewhere: &Elsewhere| elsewhere.note("lead is held elsewhere", "leads are held elsewhere");
        assert_eq!(note(&elsewhere), None);
        assert_eq!(elsewhere.owner(&team, Some("王五".into())).as_deref(), Some("王五"));
        assert_eq!(note(&elsewhere).as_deref(), Some("1 lead is held elsewhere (team.yaml knows nobody of that name): 王五 (1)"));
        elsewhere.owner(&team, Some("王五".into()));
        assert_eq!(note(&elsewhere).as_deref(), Some("2 leads are held elsewhere (team.yaml knows nobody of these names): 王五 (2)"));
        let mut nobody = Elsewhere::default();
        assert_eq!(nobody.owner(&Team::default(), Some("王五".into())).as_deref(), Some("王五"));
        assert_eq!(note(&nobody), None, "without a team, names are names");
    }

    #[test]
    fn stages_are_known_by_id_and_title() {
        let stage = |id: &str, title: &str| Stage { id: id.into(), title: title.into(), journey: None, enter: None, leave: None, dated: None, means: None };
        let lifecycle = Lifecycle { stages: vec![stage("mql", "市场认可线索"), stage("connected", "建联客户")], ..Lifecycle::default() };
        let mut strange = StrangeStages::default();
        assert_eq!(strange.stage(&lifecycle, "MQL".into()), "mql");
        assert_eq!(strange.stage(&lifecycle, "建联客户".into()), "connected");
        assert_eq!(strange.note(&lifecycle), None);
        assert_eq!(strange.stage(&lifecycle, "conected".into()), "conected", "kept as told");
        assert!(strange.note(&lifecycle).is_some_and(|n| n.contains("conected (1; did you mean `connected`?)")));
        assert_eq!(StrangeStages::default().stage(&Lifecycle::default(), "随便".into()), "随便");
    }
}
