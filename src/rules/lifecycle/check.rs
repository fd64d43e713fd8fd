//! What a lifecycle.yaml says that nobody meant: places that no lead comes to or stays at, and names that mean two things.

use super::read::Spots;
use super::{Lifecycle, ReasonTo};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::{Calendar, Dictionary, Instant, Value, fold};
use crate::rules::assignment::Assignment;
use crate::rules::scoring::Scoring;
use crate::rules::state::{Ids, MEDIA, lifecycle_names};
use crate::rules::team::Team;

/// Checks the whole.
pub(in crate::rules) fn check(lifecycle: &Lifecycle, scoring: &Scoring, world: (&Dictionary, &Calendar), spots: &Spots, out: &mut Diagnostics) {
    bounces(lifecycle, scoring, world, spots, out);
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

/// Totals that are tried where scoring.yaml bounds none.
const TOTALS: (i64, i64) = (-100, 300);

/// Stages whose `leave` holds at a score at which `enter` does, whatever else: the lead is not let in while nobody owns it, and
/// nobody who reads the file would think so. Only what the score alone decides is certain; a lead that can be reached is taken.
fn bounces(lifecycle: &Lifecycle, scoring: &Scoring, (dictionary, calendar): (&Dictionary, &Calendar), spots: &Spots, out: &mut Diagnostics) {
    let names = lifecycle_names(scoring, &Ids::of(lifecycle, &Team::default(), &Assignment::default()));
    let state = |score: i64| -> Vec<Value> {
        let band = scoring.bands.iter().find(|b| score >= b.at_least).or(scoring.bands.last());
        let value = |name: &str| match name {
            "score" => Value::Int(score),
            "band" => band.map_or(Value::Null, |b| Value::text(&b.id)),
            "contactable" => Value::List(MEDIA.iter().map(|m| (*m).into()).collect()),
            _ => Value::Null,
        };
        names.iter().map(|n| value(&n.name)).collect()
    };
    let (least, most) = (scoring.total.min.unwrap_or(TOTALS.0), scoring.total.max.unwrap_or(TOTALS.1));
    for (stage, at) in lifecycle.stages.iter().zip(&spots.stages) {
        let (Some(enter), Some(leave)) = (&stage.enter, &stage.leave) else { continue };
        let both = |score: &i64| {
            let state = state(*score);
            [enter, leave].iter().all(|c| c.test_state(&state, Instant(0), dictionary, calendar).0 == Some(true))
        };
        let found: Vec<i64> = (least..=most.min(least.saturating_add(TOTALS.1 - TOTALS.0))).filter(both).collect();
        let (Some(first), Some(last)) = (found.first(), found.last()) else { continue };
        let scores = if first == last { format!("a score of {first}") } else { format!("scores of {first} to {last}") };
        out.push(
            Diagnostic::new(Code::LeavesAtOnce, *at, format!("at {scores} both `enter` and `leave` of `{}` hold: no lead that nobody owns gets in", stage.id))
                .help("let `leave` begin below `enter`, e.g. `enter: score >= 50` and `leave: score < 35`"),
        );
    }
}
