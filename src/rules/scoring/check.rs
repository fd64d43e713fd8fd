//! What a scoring.yaml says that nobody meant: bands out of reach, rules without effect, rules that take back what they gave.
//! All are warnings: the file can be used. Bounds are generous (rules that exclude each other count both), so that no warning is false.

use super::read::Spots;
use super::{Clamp, Fade, Group, Points, Rule, Scoring};
use crate::diag::{Code, Diagnostic, Diagnostics};

/// Checks the whole.
pub(in crate::rules) fn check(scoring: &Scoring, spots: &Spots, out: &mut Diagnostics) {
    unreachable_bands(scoring, spots, out);
    for (group, places) in scoring.groups.iter().zip(&spots.rules) {
        for (rule, at) in group.rules.iter().zip(places) {
            if let Some(why) = dead(rule, group) {
                out.push(Diagnostic::new(Code::DeadRule, *at, format!("`{}` never moves the score: {why}", rule.name)).help("mend it or take it out"));
            }
            if let Some((band, gap)) = undoes(rule, scoring) {
                out.push(
                    Diagnostic::new(
                        Code::FadingThreshold,
                        *at,
                        format!("`{}` alone can lift a lead across `{band}` ({gap} points) and, fading, drop it again", rule.name),
                    )
                    .help("carry thresholds by rules with `within:`, whose points last until a known day; fade small signals only"),
                );
            }
        }
    }
    same_conditions(scoring, spots, out);
}

/// The least and the most that a rule's line can be; `None` = no bound.
fn line_bounds(rule: &Rule) -> (Option<f64>, Option<f64>) {
    let (low, high) = match &rule.points {
        Points::Expression(_) => (None, None),
        Points::Fixed(p) => {
            let times = match &rule.event {
                None => Some(1.0),
                Some(_) if *p == 0.0 => Some(0.0),
                Some(e) => e.limit.map(|n| n as f64),
            };
            // Not firing is 0; fading only brings points nearer to 0.
            let most = times.map(|n| n * p);
            if *p >= 0.0 { (Some(0.0), most) } else { (most, Some(0.0)) }
        }
    };
    clamped((low.map(f64::round), high.map(f64::round)), rule.clamp)
}

fn clamped((low, high): (Option<f64>, Option<f64>), clamp: Clamp) -> (Option<f64>, Option<f64>) {
    let (min, max) = (clamp.min.map(|n| n as f64), clamp.max.map(|n| n as f64));
    let least = |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(a.or(b), |(a, b)| Some(a.min(b)));
    let most = |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(a.or(b), |(a, b)| Some(a.max(b)));
    // A clamp bounds both ends: `max` also holds what would be certain to be more, `min` what would be less.
    let high = most(least(high, max), min.filter(|_| high.is_some() || max.is_some()));
    let low = least(most(low, min), max.filter(|_| low.is_some() || min.is_some()));
    (low, high)
}

fn sum(bounds: impl Iterator<Item = (Option<f64>, Option<f64>)>) -> (Option<f64>, Option<f64>) {
    bounds.fold((Some(0.0), Some(0.0)), |(l, h), (a, b)| (l.zip(a).map(|(x, y)| x + y), h.zip(b).map(|(x, y)| x + y)))
}

fn unreachable_bands(scoring: &Scoring, spots: &Spots, out: &mut Diagnostics) {
    if scoring.groups.is_empty() {
        return;
    }
    let groups = scoring.groups.iter().map(|g| clamped(sum(g.rules.iter().map(line_bounds)), g.clamp));
    let (low, high) = clamped(sum(groups), scoring.total);
    for (i, (band, at)) in scoring.bands.iter().zip(&spots.bands).enumerate() {
        if let Some(high) = high.filter(|h| (band.at_least as f64) > *h) {
            out.push(
                Diagnostic::new(Code::UnreachableBand, *at, format!("no lead can reach `{}`: all rules together give at most {high}", band.id))
                    .help("lower the threshold, or raise `max:` or points"),
            );
        }
        let above = i.checked_sub(1).and_then(|j| scoring.bands.get(j));
        if let (Some(low), Some(above)) = (low, above)
            && (above.at_least as f64) <= low
        {
            out.push(
                Diagnostic::new(
                    Code::UnreachableBand,
                    *at,
                    format!("no lead can be in `{}`: every total is at least {low}, which is `{}` already", band.id, above.id),
                )
                .help("raise the threshold of the band above, or lower `min:`"),
            );
        }
    }
}

fn dead(rule: &Rule, group: &Group) -> Option<&'static str> {
    let (low, high) = line_bounds(rule);
    if low == Some(0.0) && high == Some(0.0) {
        return Some(match &rule.points {
            Points::Fixed(0.0) => "its points are 0",
            Points::Fixed(_) if rule.clamp != Clamp::default() => "its own min and max leave only 0",
            _ => "its line rounds to 0",
        });
    }
    (group.clamp.min.is_some() && group.clamp.min == group.clamp.max).then_some("its group's min and max leave one value")
}

/// The narrowest band that this fading rule alone can lift a lead across, and its width.
fn undoes<'s>(rule: &Rule, scoring: &'s Scoring) -> Option<(&'s str, i64)> {
    rule.event.as_ref().filter(|e| e.fade != Fade::None)?;
    if matches!(rule.points, Points::Fixed(p) if p <= 0.0) {
        return None;
    }
    let most = line_bounds(rule).1.unwrap_or(f64::INFINITY);
    let gaps = scoring.bands.windows(2).filter_map(|w| if let [above, below] = w { Some((above.id.as_str(), above.at_least - below.at_least)) } else { None });
    gaps.filter(|(_, gap)| most >= *gap as f64).min_by_key(|(_, gap)| *gap)
}

fn same_conditions(scoring: &Scoring, spots: &Spots, out: &mut Diagnostics) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for (group, places) in scoring.groups.iter().zip(&spots.rules) {
        for (rule, at) in group.rules.iter().zip(places) {
            let Some(when) = rule.when.as_ref().filter(|_| rule.event.is_none()) else { continue };
            let form = when.normal_form();
            match seen.iter().find(|(f, _)| *f == form) {
                Some((_, other)) => out.push(
                    Diagnostic::new(Code::SameCondition, *at, format!("`{}` and `{other}` have one condition", rule.name))
                        .help("join them into one rule, or mend the condition"),
                ),
                None => seen.push((form, &rule.name)),
            }
        }
    }
}
