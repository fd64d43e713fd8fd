//! team.yaml → [`Team`].

use super::{Owner, Team};
use crate::diag::{Code, Span};
use crate::model::fold;
use crate::rules::reader::{Map, Reader};
use crate::rules::yaml::Node;

/// The keys of team.yaml.
pub(in crate::rules) const KEYS: &[&str] = &["review_by", "owners"];
/// The keys of one colleague.
pub(in crate::rules) const OWNER_KEYS: &[&str] =
    &["name", "role", "email", "aliases", "manager", "region", "industries", "capacity", "per_day", "weight", "away"];
/// No leave is longer; a longer range is a slip of the pen.
const LONGEST: i64 = 400;

/// Where each colleague's id stands, as in `Team::owners`.
pub(in crate::rules) type Spots = Vec<Span>;

/// Reads team.yaml. What has an error is left out; the errors are in `r.out`.
pub(in crate::rules) fn read(root: &Node, r: &mut Reader<'_>) -> (Team, Spots) {
    let (mut team, mut spots) = (Team::default(), Spots::new());
    let Some(map) = r.map(root, "team.yaml", KEYS) else { return (team, spots) };
    r.review_by(map);
    let (mut maps, mut broken) = (Vec::new(), Vec::new());
    for e in map.get("owners").map(|n| r.names(n, "owners")).unwrap_or_default() {
        let Some(map) = r.map(&e.value, "a colleague", OWNER_KEYS) else {
            broken.push(Owner { id: e.key.trim().to_owned(), ..Owner::default() });
            continue;
        };
        team.owners.push(owner(e.key.trim(), map, r));
        spots.push(e.key_span);
        maps.push(map);
    }
    spellings(&team, &maps, &spots, r);
    managers(&mut team, &broken, &maps, r);
    team.owners.extend(broken); // their error is told; other files may still name them
    (team, spots)
}

fn owner(id: &str, map: Map<'_>, r: &mut Reader<'_>) -> Owner {
    let text = |key: &str, r: &mut Reader<'_>| map.get(key).and_then(|n| r.text(n)).map(|t| t.trim().to_owned());
    let list = |key: &str, r: &mut Reader<'_>| map.get(key).map(|n| r.texts(n).into_iter().map(|(t, _)| t.trim().to_owned()).collect()).unwrap_or_default();
    for key in ["name", "role"] {
        r.need(map, "a colleague", key);
    }
    let email = text("email", r);
    if let (Some(email), Some(node)) = (&email, map.get("email"))
        && !looks_like_email(email)
    {
        r.error(Code::BadValue, node.span, format!("`{email}` is no e-mail address"), "write e.g. `zhang.wei@example.com`");
    }
    Owner {
        id: id.to_owned(),
        name: text("name", r).unwrap_or_else(|| id.to_owned()),
        role: text("role", r).unwrap_or_default(),
        email,
        aliases: list("aliases", r),
        manager: None,
        region: text("region", r),
        industries: list("industries", r),
        capacity: map.get("capacity").and_then(|n| r.limit(n, 0)),
        per_day: map.get("per_day").and_then(|n| r.limit(n, 0)),
        weight: map.get("weight").and_then(|n| r.limit(n, 1)).unwrap_or(1),
        away: map.get("away").map(|n| r.days(n, LONGEST).into_iter().map(|(first, last, _)| (first, last)).collect()).unwrap_or_default(),
    }
}

fn looks_like_email(text: &str) -> bool {
    !text.contains(char::is_whitespace) && text.split_once('@').is_some_and(|(who, domain)| !who.is_empty() && domain.contains('.') && !domain.contains('@'))
}

/// Which way in which files name people a spelling is.
#[derive(Clone, Copy, PartialEq)]
enum Spelling {
    Id,
    Name,
    Email,
    Alias,
}

/// No spelling may mean two people: files could not tell them apart. Two people of one name can be told apart by their aliases.
fn spellings(team: &Team, maps: &[Map<'_>], spots: &Spots, r: &mut Reader<'_>) {
    let mut seen: Vec<(String, Spelling, &Owner)> = Vec::new();
    for ((owner, map), at) in team.owners.iter().zip(maps).zip(spots) {
        let span = |key: &str| map.get(key).map_or(*at, |n| n.span);
        let mut mine = vec![(owner.id.as_str(), Spelling::Id, *at), (&owner.name, Spelling::Name, span("name"))];
        mine.extend(owner.email.as_deref().map(|e| (e, Spelling::Email, span("email"))));
        let aliases: Vec<Span> = map.get("aliases").map(|n| r.texts(n).into_iter().map(|(_, at)| at).collect()).unwrap_or_default();
        mine.extend(owner.aliases.iter().zip(aliases).map(|(a, at)| (a.as_str(), Spelling::Alias, at)));
        for (text, spelling, at) in mine.into_iter().filter(|(text, ..)| !text.is_empty()) {
            let folded = fold(text).into_owned();
            let clash = seen.iter().find(|(f, s, other)| {
                let namesakes = spelling == Spelling::Name && *s == Spelling::Name && !owner.aliases.is_empty() && !other.aliases.is_empty();
                *f == folded && other.id != owner.id && !namesakes
            });
            match clash {
                Some((_, Spelling::Id, other)) if spelling == Spelling::Id => {
                    let message = format!("`{}` and `{text}` are one name: case and width are ignored", other.id);
                    r.error(Code::NameClash, at, message, "rename one of them");
                }
                Some((_, Spelling::Name, other)) if spelling == Spelling::Name => {
                    let message = format!("`{}` is named `{text}` too: files that say `{text}` could mean either", other.id);
                    r.error(Code::AliasClash, at, message, "give both `aliases:` by which files tell them apart, e.g. `张伟（华东）`, or change one name");
                }
                Some((_, _, other)) => {
                    let message = format!("`{text}` means `{}` already: files that say it could mean either", other.id);
                    r.error(Code::AliasClash, at, message, "take it from one of them");
                }
                None => seen.push((folded, spelling, owner)),
            }
        }
    }
}

/// Whom a text names by anything but the id, for those who write `manager: 李娜`.
pub(in crate::rules) fn named<'t>(team: &'t Team, text: &str) -> Option<&'t Owner> {
    if team.owner(text).is_some() {
        return None;
    }
    team.find(text).or_else(|| team.owners.iter().find(|o| fold(&o.name) == fold(text)))
}

/// Managers are colleagues, and nobody is their own, not even around corners: a breach would be told in circles.
fn managers(team: &mut Team, broken: &[Owner], maps: &[Map<'_>], r: &mut Reader<'_>) {
    let ids: Vec<String> = team.owners.iter().chain(broken).map(|o| o.id.clone()).collect();
    for (i, map) in maps.iter().enumerate() {
        let Some(node) = map.get("manager") else { continue };
        if let Some(other) = r.text_of(node).and_then(|t| named(team, t)) {
            let message = format!("`{}` is a name, and a manager is named by id", other.name);
            r.error(Code::UnknownName, node.span, message, format!("write `{}`", other.id));
            continue;
        }
        let manager = r.known(node, "colleague", ids.iter().map(String::as_str), "add them under `owners:`").map(str::to_owned);
        if let Some(owner) = team.owners.get_mut(i) {
            owner.manager = manager;
        }
    }
    for (owner, map) in team.owners.iter().zip(maps) {
        let mut next = owner.manager.as_deref();
        for _ in 0..team.owners.len() {
            match next {
                Some(id) if id == owner.id => {
                    let at = map.get("manager").map_or(map.span(), |n| n.span);
                    let message = if owner.manager.as_ref() == Some(&owner.id) {
                        format!("`{id}` cannot be their own manager")
                    } else {
                        format!("`{id}` is, over others, their own manager")
                    };
                    r.error(Code::BadValue, at, message, "whoever stands at the top has no `manager:`");
                    break;
                }
                Some(id) => next = team.owner(id).and_then(|o| o.manager.as_deref()),
                None => break,
            }
        }
    }
}
