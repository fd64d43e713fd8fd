//! Which colleague a text on the command line means.

use crate::model::{fold, nearest};
use crate::rules::team::Team;

/// The colleague of a text: by id, name, e-mail or alias. Without a team whoever is named is taken at their word.
pub(super) fn colleague(team: &Team, typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    if let Some(owner) = team.find(typed) {
        return Ok(owner.id.clone());
    }
    if typed.is_empty() {
        return Err("nobody is named".into());
    }
    if team.owners.is_empty() {
        return Ok(typed.to_owned());
    }
    let known = || team.owners.iter().flat_map(|o| [o.id.as_str(), o.name.as_str()]).filter(|n| !n.is_empty());
    let near = nearest(typed, known()).map_or_else(|| format!("there are: {}", ids(team)), |n| format!("did you mean `{n}`?"));
    Err(format!("`{typed}` is nobody of team.yaml; {near}"))
}

/// Whether two texts mean the same person: by the team, or letter by letter where it knows neither.
pub(super) fn same(team: &Team, a: &str, b: &str) -> bool {
    match (team.find(a), team.find(b)) {
        (Some(a), Some(b)) => a.id == b.id,
        (None, None) => fold(a.trim()) == fold(b.trim()),
        _ => false,
    }
}

/// A colleague for people: `张伟 (zhang.wei)`.
pub(super) fn shown(team: &Team, id: &str) -> String {
    match team.find(id).filter(|o| !o.name.is_empty() && o.name != o.id) {
        Some(owner) => format!("{} ({})", owner.name, owner.id),
        None => id.to_owned(),
    }
}

fn ids(team: &Team) -> String {
    team.owners.iter().map(|o| o.id.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::team::Owner;

    fn team() -> Team {
        let owner = |id: &str, name: &str, email: &str| Owner { id: id.into(), name: name.into(), email: Some(email.into()), ..Owner::default() };
        Team { owners: vec![owner("zhang.wei", "张伟", "zw@example.com"), owner("li.na", "李娜", "ln@example.com")] }
    }

    #[test]
    fn a_colleague_is_named_in_any_way_and_a_slip_is_answered() {
        for typed in ["zhang.wei", "张伟", " ZW@example.com "] {
            assert_eq!(colleague(&team(), typed), Ok("zhang.wei".into()));
        }
        let slip = colleague(&team(), "zhang.wie").expect_err("a slip");
        assert!(slip.contains("did you mean `zhang.wei`?"), "{slip}");
        assert!(colleague(&team(), "王五").expect_err("a stranger").contains("there are: zhang.wei, li.na"));
        assert_eq!(colleague(&Team::default(), "王五"), Ok("王五".into()), "without a team nobody is a stranger");
        assert!(colleague(&Team::default(), " ").is_err());
    }

    #[test]
    fn the_same_person_by_two_names() {
        assert!(same(&team(), "张伟", "zhang.wei") && !same(&team(), "张伟", "li.na"));
        assert!(same(&team(), "Bob", "bob ") && !same(&team(), "bob", "zhang.wei"));
    }
}
