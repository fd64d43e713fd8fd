//! The score card: every line with a reason from which an outsider can recompute its points by hand.

use super::fade::{Curve, whole};
use super::line::Hit;
use super::scorer::{Outcome, Scorer, asset_text, points};
use super::{CardGroup, Line, ScoreCard, band_of, clamped};
use crate::condition::{Condition, Facts};
use crate::model::{Details, Dictionary, Duration, Event, EventFieldIx, Instant, Until};
use crate::rules::scoring::{Clamp, EventRule, Fade, Keep, Per, Points, Rule};
use std::fmt::Write as _;

/// So many counted events are named one by one; the rest is a number.
const NAMED: usize = 20;

impl Scorer<'_> {
    /// Scores one lead and says why. The same lines as [`Scorer::score`].
    pub fn card(&mut self, facts: &Facts<'_>) -> ScoreCard {
        // Events of one instant come in any order: the card names them in one.
        let mut events = facts.events.to_vec();
        events.sort_by_cached_key(|event| (event.at, named(facts, event)));
        let facts = &Facts { events: &events, ..*facts };

        let mut until = self.gather(facts);
        let mut card = ScoreCard { groups: Vec::new(), clamp: None, total: 0, band: String::new(), until };
        let mut slot = 0;
        for group in &self.scoring.groups {
            let mut lines = Vec::with_capacity(group.rules.len());
            for rule in &group.rules {
                lines.push(self.explain(rule, slot, facts, &mut until));
                slot += usize::from(rule.event.is_some());
            }
            let sum = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.points));
            let clamp = clamp_line(group.clamp, sum, "the lines add up to");
            card.groups.push(CardGroup { id: group.id.clone(), lines, clamp, points: clamped(group.clamp, sum) });
        }
        let sum = card.groups.iter().fold(0_i64, |sum, group| sum.saturating_add(group.points));
        card.clamp = clamp_line(self.scoring.total, sum, "the groups add up to");
        card.total = clamped(self.scoring.total, sum);
        card.band = self.scoring.bands.get(band_of(&self.scoring.bands, card.total)).map(|band| band.id.clone()).unwrap_or_default();
        card.until = until.max(Until(facts.as_of.plus(1)));
        card
    }

    fn explain(&mut self, rule: &Rule, slot: usize, facts: &Facts<'_>, until: &mut Until) -> Line {
        let (points, outcome) = self.line(rule, slot, facts, until);
        let reason = match (&rule.event, outcome) {
            (Some(event), Outcome::Fired | Outcome::NoEvents) => self.event_reason(rule, event, slot, facts, points),
            (_, Outcome::Idle) if rule.when.as_ref().is_some_and(|when| when.test(facts).0 != Some(true)) => {
                rule.when.as_ref().map(|when| why(when, facts)).unwrap_or_default()
            }
            (_, Outcome::Unknown) => points_text(&rule.points, facts),
            _ => attribute_reason(rule, facts, points),
        };
        Line { rule: rule.name.clone(), points, fired: outcome == Outcome::Fired, reason }
    }

    /// `2 of 3 whitepaper_download counted (per asset, limit 3, within 180d): 2026-11-01 a, 2026-11-02 b: 2 × 10 = 20`
    fn event_reason(&mut self, rule: &Rule, event: &EventRule, place: usize, facts: &Facts<'_>, line: i64) -> String {
        let matching: Vec<&Event> =
            facts.events.iter().filter(|e| e.at <= facts.as_of && self.wanted(e.detail).iter().any(|n| usize::from(*n) == place)).collect();
        let what = kind_text(event, facts.dictionary);
        let Some(last) = matching.last() else { return format!("no {what}") };
        if let Some(slot) = self.slots.get(place) {
            self.tally.count(event, &slot.hits, facts.as_of.0);
        }
        let counted = &self.tally.counted;
        let mut out = format!("{} of {} {what} counted{}", counted.len(), matching.len(), how(event));
        if counted.is_empty() {
            let _ = write!(out, "; the last on {}", facts.calendar.date(last.at));
            return out;
        }
        let worth = points(&rule.points, facts).0.unwrap_or_default();
        let curve = Curve { points: worth, fade: event.fade, clamp: rule.clamp };
        for (n, hit) in counted.iter().rev().take(NAMED).enumerate() {
            out.push_str(if n == 0 { ": " } else { ", " });
            out.push_str(&hit_text(hit, event, &curve, facts));
        }
        if counted.len() > NAMED {
            let _ = write!(out, " and {} more", counted.len() - NAMED);
        }
        let raw = curve.raw(counted, facts.as_of.0);
        match event.fade {
            Fade::None => {
                let _ = write!(out, ": {} × {}", counted.len(), points_text(&rule.points, facts));
            }
            _ => {
                let sum: f64 = counted.iter().map(|hit| curve.factor(facts.as_of.0 - hit.at)).sum();
                let _ = write!(out, ": {} × {}", decimal(sum), points_text(&rule.points, facts));
            }
        }
        let _ = write!(out, " = {}", decimal(raw));
        if whole(raw) as f64 != raw {
            let _ = write!(out, " → {}", whole(raw));
        }
        out.push_str(&held(rule.clamp, whole(raw), line));
        out
    }
}

/// The biggest lines first (`访问定价页 +30`), equal ones in the file's order.
pub fn main_reasons(card: &ScoreCard, n: usize) -> Vec<String> {
    let mut lines: Vec<&Line> = card.groups.iter().flat_map(|group| &group.lines).filter(|line| line.points != 0).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.points.unsigned_abs()));
    lines.iter().take(n).map(|line| format!("{} {:+}", line.rule, line.points)).collect()
}

/// A clamp that moved a sum, as a line of its own.
fn clamp_line(clamp: Clamp, sum: i64, what: &str) -> Option<Line> {
    let held = clamped(clamp, sum);
    let (name, words) = if held < sum { ("max", "at most") } else { ("min", "at least") };
    (held != sum).then(|| Line {
        rule: format!("{name} {held}"),
        points: held.saturating_sub(sum),
        fired: true,
        reason: format!("{what} {sum}; {words} {held}"),
    })
}

fn attribute_reason(rule: &Rule, facts: &Facts<'_>, line: i64) -> String {
    let mut out = rule.when.as_ref().map(|when| why(when, facts)).unwrap_or_default();
    if let Points::Expression(expression) = &rule.points {
        if !out.is_empty() {
            out.push_str("; ");
        }
        out.push_str(&why(expression, facts));
    } else if out.is_empty() {
        out.push_str("always");
    }
    let raw = points(&rule.points, facts).0.unwrap_or_default();
    if whole(raw) as f64 != raw {
        let _ = write!(out, " → {}", whole(raw));
    }
    out.push_str(&held(rule.clamp, whole(raw), line));
    out
}

/// A rule's own clamp, where it moved the line.
fn held(clamp: Clamp, before: i64, line: i64) -> String {
    match line.cmp(&before) {
        std::cmp::Ordering::Less => format!(", max {}", clamp.max.unwrap_or(line)),
        std::cmp::Ordering::Greater => format!(", min {}", clamp.min.unwrap_or(line)),
        std::cmp::Ordering::Equal => String::new(),
    }
}

/// The points of one occurrence; for an expression with what it read.
fn points_text(worth: &Points, facts: &Facts<'_>) -> String {
    match (worth, points(worth, facts).0) {
        (Points::Fixed(points), _) => decimal(*points),
        (Points::Expression(expression), Some(points)) => format!("{} ({})", decimal(points), why(expression, facts)),
        (Points::Expression(expression), None) => why(expression, facts),
    }
}

fn why(condition: &Condition, facts: &Facts<'_>) -> String {
    condition.explain(facts).summary()
}

fn kind_text(event: &EventRule, dictionary: &Dictionary) -> String {
    let mut out = match event.kind {
        None => "acts".to_owned(),
        Some(kind) => dictionary.kind(kind).map_or_else(|| "event".to_owned(), |def| def.id.clone()),
    };
    if let Some(filter) = &event.filter {
        let _ = write!(out, " where {}", filter.text());
    }
    out
}

/// ` (per asset, limit 3, within 180d)`
fn how(event: &EventRule) -> String {
    let mut parts = Vec::new();
    match event.per {
        Per::Event => {}
        Per::Day => parts.push("per day".to_owned()),
        Per::Asset => parts.push("per asset".to_owned()),
    }
    if event.keep == Keep::Oldest && event.per != Per::Event {
        parts.push("keep oldest".to_owned());
    }
    parts.extend(event.limit.map(|limit| format!("limit {limit}")));
    parts.extend(event.within.map(|within| format!("within {within}")));
    match event.fade {
        Fade::None => {}
        Fade::HalfLife(h) => parts.push(format!("half_life {h}")),
        Fade::Linear(d) => parts.push(format!("linear {d}")),
    }
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// `2026-11-01 a`, where points fade with age and factor: `2026-11-01 a (20.5d × 0.6227)`.
fn hit_text(hit: &Hit, event: &EventRule, curve: &Curve, facts: &Facts<'_>) -> String {
    let at = Instant(hit.at);
    let mut out = facts.calendar.date(at).to_string();
    let (kind, label) = named(facts, &Event { at, detail: hit.detail });
    let kind = if event.kind.is_none() { kind } else { String::new() };
    for part in [kind, label].iter().filter(|part| !part.is_empty()) {
        let _ = write!(out, " {part}");
    }
    if curve.fade != Fade::None {
        let age = facts.as_of.0 - hit.at;
        let shown = if age % 86_400 == 0 { Duration(age).to_string() } else { format!("{}d", decimal(age as f64 / 86_400.0)) };
        let _ = write!(out, " ({shown} × {})", decimal(curve.factor(age)));
    }
    out
}

/// Kind and label: what tells events of one instant apart.
fn named(facts: &Facts<'_>, event: &Event) -> (String, String) {
    let kind = facts.details.0.get(event.detail.0 as usize).map(|detail| detail.kind_name.to_string());
    (kind.unwrap_or_default(), label(facts.dictionary, facts.details, event))
}

/// The asset of an event, else its content, else its path.
fn label(dictionary: &Dictionary, details: &Details, event: &Event) -> String {
    let Some(detail) = details.0.get(event.detail.0 as usize) else { return String::new() };
    let fields = ["asset", "content", "path"].into_iter();
    let texts = fields.map(|id| {
        let field = dictionary.event_fields.iter().position(|f| f.id == id).map(EventFieldIx);
        let value = field.and_then(|ix| detail.values.get(ix.0));
        value.and_then(|v| v.as_text()).map_or_else(|| asset_text(field, &detail.values), str::to_owned)
    });
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

/// Up to four decimals, none of them idle.
fn decimal(x: f64) -> String {
    let text = format!("{x:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
