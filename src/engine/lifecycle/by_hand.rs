//! Moves that people make: what sales says of a lead, and `sop set LEAD stage=…`.

use super::{Move, enter_detour, enter_stage, release};
use crate::model::{Instant, Standing, Verdict, nearest};
use crate::rules::lifecycle::{Lifecycle, Means, ReasonTo};

/// What a verdict did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// The move that it made at once.
    pub moved: Option<Move>,
    /// Whom the lead was taken from, by a reject.
    pub released: Option<String>,
    /// The lead is another one: a person must say which.
    pub duplicate: bool,
    /// Whoever had the turn gets it back.
    pub return_turn: bool,
}

/// Applies a verdict to a lead that somebody holds. The error says why it cannot be.
pub fn judge(lifecycle: &Lifecycle, standing: &mut Standing, verdict: &Verdict) -> Result<Judged, String> {
    let Some(holder) = standing.owner.clone() else {
        let whose = standing.queue.as_deref().map_or("nobody holds it".to_owned(), |q| format!("it waits in the queue `{q}`"));
        return Err(format!("it was not handed to anyone: {whose}"));
    };
    if let Some(since) = standing.owner_at
        && verdict.at < since
    {
        return Err(format!("it was given before {holder} got the lead"));
    }
    let Some(reason) = &verdict.reason else {
        if standing.accepted_at.is_none() {
            standing.accepted_at = Some(verdict.at);
        }
        return Ok(Judged::default());
    };
    let known = lifecycle.reasons.iter().map(|r| r.id.as_str());
    let Some(found) = lifecycle.reason(reason) else {
        let near =
            nearest(reason, known.clone()).map_or_else(|| format!("there are: {}", known.collect::<Vec<_>>().join(", ")), |n| format!("did you mean `{n}`?"));
        return Err(format!("`{reason}` is no reason of lifecycle.yaml; {near}"));
    };
    let from = standing.stage.clone();
    let why = format!("rejected: {} ({})", found.title, found.id);
    standing.rejected_at = Some(verdict.at);
    standing.barred_at = standing.barred_at.max(Some(verdict.at));
    let (moved, released) = match &found.to {
        ReasonTo::Detour(detour) => {
            let (released, left) = enter_detour(lifecycle, standing, detour, found.after, verdict.at);
            let moved = Move { from, to: detour.clone(), at: verdict.at, skipped: Vec::new(), why, released: released.clone(), left };
            (Some(moved), released)
        }
        ReasonTo::Merge => {
            let (released, left) = release(standing);
            let moved = before_mql(lifecycle, standing, verdict.at).map(|to| Move {
                from,
                to,
                at: verdict.at,
                skipped: Vec::new(),
                why,
                released: released.clone(),
                left,
            });
            (moved, released)
        }
    };
    Ok(Judged { moved, released, duplicate: found.to == ReasonTo::Merge, return_turn: found.return_turn })
}

/// A lead that is another one does not stay where the next round would take it up: it goes back to before it qualified.
fn before_mql(lifecycle: &Lifecycle, standing: &mut Standing, at: Instant) -> Option<String> {
    let here = standing.stage.as_deref().and_then(|s| lifecycle.place(s))?;
    let mql = lifecycle.meaning(Means::Mql)?;
    if here < mql {
        return None;
    }
    let to = lifecycle.stages.get(mql.checked_sub(1)?)?.id.clone();
    standing.stage = Some(to.clone());
    (standing.stage_at, standing.came_from) = (Some(at), None);
    Some(to)
}

/// Puts a lead where a person says: any stage or detour, forward or back. The error names what there is.
pub fn place(lifecycle: &Lifecycle, standing: &mut Standing, to: &str, at: Instant, why: &str) -> Result<Option<Move>, String> {
    let from = standing.stage.clone();
    if from.as_deref() == Some(to) {
        return Ok(None);
    }
    let why = format!("by hand: {why}");
    if lifecycle.detour(to).is_some() {
        let (released, left) = enter_detour(lifecycle, standing, to, None, at);
        return Ok(Some(Move { from, to: to.to_owned(), at, skipped: Vec::new(), why, released, left }));
    }
    let Some(place) = lifecycle.place(to) else {
        let known = lifecycle.stages.iter().map(|s| s.id.as_str()).chain(lifecycle.detours.iter().map(|d| d.id.as_str()));
        let near =
            nearest(to, known.clone()).map_or_else(|| format!("there are: {}", known.collect::<Vec<_>>().join(", ")), |n| format!("did you mean `{n}`?"));
        return Err(format!("`{to}` is no stage; {near}"));
    };
    if from.as_deref().is_some_and(|f| lifecycle.detour(f).is_some()) {
        // Out of a detour by hand: a new spell, and what put it there does not at once take it again.
        standing.back = None;
        standing.spell_at = Some(at);
        standing.rejected_at = None;
        for detour in lifecycle.detours.iter().filter(|d| d.enter.is_some()) {
            standing.spent.insert(detour.id.clone(), at);
        }
    }
    standing.came_from = None;
    let skipped = enter_stage(lifecycle, standing, place, at);
    Ok(Some(Move { from, to: to.to_owned(), at, skipped, why, released: None, left: None }))
}
