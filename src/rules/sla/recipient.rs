//! Whom a notice goes to: `owner`, `last_owner`, `manager`, `{role: sdr}`, a colleague's id, or a list of which the first that exists is told.

use super::Recipient;
use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::rules::known::Known;
use crate::rules::reader::Reader;
use crate::rules::state::ROLES;
use crate::rules::team::Team;
use crate::rules::team::check::unknown_role;
use crate::rules::yaml::{Kind, Node};

/// The keys of a recipient that is no single word.
pub(in crate::rules) const RECIPIENT_KEYS: &[&str] = &["role", "person"];

const WORDS: &[(&str, Recipient)] = &[("owner", Recipient::Owner), ("last_owner", Recipient::LastOwner), ("manager", Recipient::Manager)];

/// Reads one or a list.
pub(in crate::rules) fn read(node: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Vec<(Recipient, Span)> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if items.is_empty() {
        r.error(Code::BadValue, node.span, "nobody is named here", "write e.g. `[owner, manager]`");
    }
    items.iter().filter_map(|n| Some((one(n, known, r)?, n.span))).collect()
}

fn one(node: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Option<Recipient> {
    if let Kind::Map(_) = &node.kind {
        let map = r.map(node, "a recipient", RECIPIENT_KEYS)?;
        return match (map.get("role"), map.get("person")) {
            (Some(role), None) => r.text(role).map(|t| Recipient::Role(t.to_owned())),
            (None, Some(person)) => known.person(person, r).map(Recipient::Person),
            _ => {
                r.error(Code::BadValue, map.span(), "a recipient is a role or a person", "write `{role: sdr}`, or a colleague's id");
                None
            }
        };
    }
    let text = r.text(node)?;
    if let Some((_, word)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Some(word.clone());
    }
    if known.team.is_some_and(|t| t.owner(text).is_none() && t.owners.iter().any(|o| o.role == text)) {
        r.error(Code::UnknownName, node.span, format!("`{text}` is a role, and a bare word is a colleague's id"), format!("write `{{role: {text}}}`"));
        return None;
    }
    if known.team.is_some_and(|t| t.find(text).is_none())
        && let Some(near) = crate::model::nearest(text, WORDS.iter().map(|(word, _)| *word))
    {
        r.error(Code::UnknownName, node.span, format!("`{text}` is nobody"), format!("did you mean `{near}`?"));
        return None;
    }
    known.person(node, r).map(Recipient::Person)
}

/// Warns of roles that nobody has, and of managers where nobody has one. A usual role that this team does without is no slip as long as
/// the list goes on.
pub(in crate::rules) fn check(lists: &[Vec<(Recipient, Span)>], team: &Team, out: &mut Diagnostics) {
    for list in lists {
        for (recipient, at) in list {
            match recipient {
                Recipient::Role(role) if team.owners.iter().all(|o| o.role != *role) && !(list.len() > 1 && ROLES.contains(&role.as_str())) => {
                    out.push(unknown_role(role, *at, team));
                }
                Recipient::Manager if list.len() == 1 && team.owners.iter().all(|o| o.manager.is_none()) => out.push(
                    Diagnostic::new(Code::NoOwner, *at, "nobody in the team has a manager: nobody is told")
                        .help("add `manager: id` to colleagues in team.yaml"),
                ),
                _ => {}
            }
        }
    }
}
