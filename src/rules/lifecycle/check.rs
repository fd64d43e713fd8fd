//! What a lifecycle.yaml says that nobody meant: places that no lead comes to, and names that mean two things.

use super::read::Spots;
use super::{Lifecycle, ReasonTo};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::fold;
use crate::rules::scoring::Scoring;

/// Checks the whole.
pub(in crate::rules) fn check(lifecycle: &Lifecycle, scoring: &Scoring, spots: &Spots, out: &mut Diagnostics) {
    let bands = scoring.bands.iter().map(|b| ("band", b.id.as_str()));
    let scores: Vec<(&str, &str)> = bands.chain(scoring.groups.iter().map(|g| ("group", g.id.as_str()))).collect();
    let stages = lifecycle.stages.iter().map(|s| ("stage", s.id.as_str())).zip(&spots.stages);
    let detours = lifecycle.detours.iter().map(|d| ("detour", d.id.as_str())).zip(&spots.detours);
    for ((what, id), at) in stages.chain(detours) {
        if let Some((other, _)) = scores.iter().find(|(_, name)| fold(name) == fold(id)) {
            out.push(
                Diagnostic::new(Code::SameName, *at, format!("`{id}` is a {what} here and a {other} in scoring.yaml"))
                    .help("rename one of them: people read both words in one report"),
            );
        }
    }
    // Only the first stage, `enter` and the way back from a detour bring leads to a stage; `dated` only dates them.
    for (stage, at) in lifecycle.stages.iter().zip(&spots.stages).skip(1) {
        let target = lifecycle.detours.iter().filter_map(|d| d.back.as_ref()).any(|b| b.to == stage.id);
        if stage.enter.is_none() && !target {
            out.push(
                Diagnostic::new(Code::NoWayIn, *at, format!("no lead comes to `{}` on its own: it has no `enter:` and nothing leads back to it", stage.id))
                    .help("say when leads come here: `enter: …`"),
            );
        }
    }
    for (detour, at) in lifecycle.detours.iter().zip(&spots.detours) {
        let target = lifecycle.reasons.iter().any(|r| matches!(&r.to, ReasonTo::Detour(id) if *id == detour.id));
        if detour.enter.is_none() && !target {
            out.push(
                Diagnostic::new(Code::NoWayIn, *at, format!("no lead comes to `{}`: it has no `enter:` and no reject reason leads to it", detour.id))
                    .help("add `enter: …`, or a reason with `to:` this detour"),
            );
        }
    }
}
