//! Roles that other files speak of and nobody has.

use super::Team;
use crate::diag::{Code, Diagnostic, Span};
use crate::model::nearest;
use crate::rules::state::ROLES;

/// The warning for one of them.
pub(in crate::rules) fn unknown_role(role: &str, at: Span, team: &Team) -> Diagnostic {
    let help = match nearest(role, team.owners.iter().map(|o| o.role.as_str()).chain(ROLES).filter(|known| *known != role)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "mend the word, give somebody the role in team.yaml, or take it out".to_owned(),
    };
    Diagnostic::new(Code::UnknownRole, at, format!("nobody in the team has the role `{role}`")).help(help)
}
