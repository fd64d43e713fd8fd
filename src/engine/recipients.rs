//! Whom a notice of a promise or an alert is for: the first of a list that exists.

use crate::rules::sla::Recipient;
use crate::rules::team::{Owner, Team};
use chrono::NaiveDate;

/// The id of the first recipient that exists on a day; `None` when none does. Names that the team does not know are nobody.
///
/// A manager is the owner's; where the owner has none (or there is no owner), the last owner's. Only `{role: …}` looks
/// at who is away: it means whoever is there, the others mean a person.
pub fn resolve(list: &[Recipient], team: &Team, owner: Option<&str>, last_owner: Option<&str>, day: NaiveDate) -> Option<String> {
    let known = |id: Option<&str>| id.and_then(|id| team.owner(id));
    let manager = |of: Option<&str>| known(known(of).and_then(|o| o.manager.as_deref()));
    let exists = |recipient: &Recipient| -> Option<&Owner> {
        match recipient {
            Recipient::Owner => known(owner),
            Recipient::LastOwner => known(last_owner),
            Recipient::Manager => manager(owner).or_else(|| manager(last_owner)),
            Recipient::Role(role) => team.owners.iter().filter(|o| o.role == *role && !o.is_away(day)).min_by(|a, b| a.id.cmp(&b.id)),
            Recipient::Person(id) => known(Some(id)),
        }
    };
    list.iter().find_map(exists).map(|o| o.id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team() -> Team {
        let owner =
            |id: &str, role: &str, manager: Option<&str>| Owner { id: id.into(), role: role.into(), manager: manager.map(Into::into), ..Owner::default() };
        let mut owners = vec![owner("zhang", "sales", Some("li")), owner("wang", "sdr", None), owner("an", "sdr", Some("he")), owner("li", "lead", None)];
        owners[2].away = vec![(day("2026-11-01"), day("2026-11-10"))];
        Team { owners }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn told(list: &[Recipient], owner: Option<&str>, last: Option<&str>, on: &str) -> Option<String> {
        resolve(list, &team(), owner, last, day(on))
    }

    #[test]
    fn the_first_that_exists() {
        use Recipient::{LastOwner, Manager, Owner, Person, Role};
        let sdr = || Role("sdr".into());
        let all = [Owner, LastOwner, sdr(), Manager];
        assert_eq!(told(&all, Some("zhang"), Some("wang"), "2026-11-20").as_deref(), Some("zhang"));
        assert_eq!(told(&all, Some("held elsewhere"), Some("wang"), "2026-11-20").as_deref(), Some("wang"), "nobody of the team holds it");
        assert_eq!(told(&all, None, None, "2026-11-20").as_deref(), Some("an"), "the first of the role by id");
        assert_eq!(told(&all, None, None, "2026-11-10").as_deref(), Some("wang"), "an is away");
        assert_eq!(told(&[Person("gone".into()), Person("li".into())], None, None, "2026-11-20").as_deref(), Some("li"));
        assert_eq!(told(&[Role("partner".into())], None, None, "2026-11-20"), None);
    }

    #[test]
    fn a_manager_is_the_owners_else_the_last_owners() {
        let manager = |owner, last| told(&[Recipient::Manager], owner, last, "2026-11-20");
        assert_eq!(manager(Some("zhang"), Some("wang")).as_deref(), Some("li"));
        assert_eq!(manager(None, Some("zhang")).as_deref(), Some("li"));
        assert_eq!(manager(Some("wang"), Some("zhang")).as_deref(), Some("li"));
        assert_eq!(manager(Some("an"), None), None, "a manager whom the team does not know");
    }
}
