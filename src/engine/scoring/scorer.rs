//! The evaluator: compiled once, then one pass over each lead's events and one over the rules.
//!
//! What an event means to the rules depends on its detail alone, and details repeat endlessly: which rules want it (kind
//! and `where`) is worked out once per detail and as-of. Nothing is allocated per lead once the buffers have grown.

use super::days::LocalDays;
use super::fade::{Curve, whole};
use super::line::{Hit, Tally};
use super::{Scored, band_of, clamped};
use crate::condition::Facts;
use crate::model::{DetailId, Dictionary, EventFieldIx, Instant, Until, Value, fold};
use crate::rules::scoring::{EventRule, Fade, Per, Points, Rule, Scoring};
use rustc_hash::FxHashMap;

/// An event rule and the events of the present lead that it looks at.
pub(super) struct Slot<'a> {
    event: &'a EventRule,
    /// Oldest first. Those outside `within` are left out: they never come back.
    pub(super) hits: Vec<Hit>,
}

/// What a detail means to the rules: a range of [`Scorer::wants`].
#[derive(Clone, Copy)]
struct Plan {
    known: bool,
    first: u32,
    len: u16,
    asset: u32,
    /// Until when its `where`s answer the same.
    until: Until,
}

/// How a line came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The rule fired.
    Fired,
    /// Its `when` is false, unknown, or its points are 0.
    Idle,
    /// No event counts.
    NoEvents,
    /// Its points are unknown.
    Unknown,
}

/// Scores many leads with the same rules.
///
/// The [`crate::model::Details`] of the facts must be the same table from call to call; call [`Scorer::new_details`] when another begins.
pub struct Scorer<'a> {
    pub(super) scoring: &'a Scoring,
    asset: Option<EventFieldIx>,
    pub(super) slots: Vec<Slot<'a>>,
    /// By kind: the slots that want it; and those that want every act.
    by_kind: Vec<Vec<u16>>,
    acts: Vec<u16>,
    plans: Vec<Plan>,
    wants: Vec<u16>,
    assets: FxHashMap<String, u32>,
    as_of: Instant,
    days: LocalDays,
    pub(super) tally: Tally,
}

impl<'a> Scorer<'a> {
    /// Compiles the table of who wants which kind.
    pub fn new(scoring: &'a Scoring, dictionary: &Dictionary) -> Self {
        let slots: Vec<Slot<'a>> =
            scoring.groups.iter().flat_map(|g| &g.rules).filter_map(|r| r.event.as_ref()).map(|event| Slot { event, hits: Vec::new() }).collect();
        let mut by_kind = vec![Vec::new(); dictionary.kinds.len()];
        let mut acts = Vec::new();
        for (slot, number) in slots.iter().zip(0_u16..) {
            match slot.event.kind {
                None => acts.push(number),
                Some(kind) => by_kind.get_mut(usize::from(kind.0)).into_iter().for_each(|wanted| wanted.push(number)),
            }
        }
        let asset = dictionary.event_fields.iter().position(|f| f.id == "asset").map(EventFieldIx);
        Self {
            scoring,
            asset,
            slots,
            by_kind,
            acts,
            plans: Vec::new(),
            wants: Vec::new(),
            assets: FxHashMap::default(),
            as_of: Instant::MAX,
            days: LocalDays::new(),
            tally: Tally::default(),
        }
    }

    /// Forgets what it knows of details: the next facts come with another table of them.
    pub fn new_details(&mut self) {
        self.plans.clear();
        self.wants.clear();
        self.assets.clear();
    }

    /// Scores one lead into `out`, whose buffers are reused.
    pub fn score(&mut self, facts: &Facts<'_>, out: &mut Scored) {
        out.groups.clear();
        let mut until = self.gather(facts);
        let (mut total, mut slot) = (0_i64, 0);
        for group in &self.scoring.groups {
            let mut sum = 0_i64;
            for rule in &group.rules {
                sum = sum.saturating_add(self.line(rule, slot, facts, &mut until).0);
                slot += usize::from(rule.event.is_some());
            }
            let sum = clamped(group.clamp, sum);
            total = total.saturating_add(sum);
            out.groups.push(sum);
        }
        out.total = clamped(self.scoring.total, total);
        out.band = band_of(&self.scoring.bands, out.total);
        out.until = until.max(Until(facts.as_of.plus(1)));
    }

    /// Hands each event to the slots that want it. Yields the first later event that any wants, or a `where` that the clock moves.
    pub(super) fn gather(&mut self, facts: &Facts<'_>) -> Until {
        if self.as_of != facts.as_of {
            self.new_details(); // a `where` may speak of `as_of`
            self.as_of = facts.as_of;
        }
        for slot in &mut self.slots {
            slot.hits.clear();
        }
        let mut until = Until::NEVER;
        for event in facts.events {
            let plan = self.plan(facts, event.detail);
            until = until.and(plan.until);
            if plan.len == 0 {
                continue;
            }
            if event.at > facts.as_of {
                until = until.and(Until(event.at));
                continue;
            }
            let first = plan.first as usize;
            for &number in self.wants.get(first..first + usize::from(plan.len)).unwrap_or_default() {
                let Some(slot) = self.slots.get_mut(usize::from(number)) else { continue };
                if slot.event.within.is_some_and(|w| facts.as_of.0.saturating_sub(event.at.0) > w.0) {
                    continue;
                }
                let group = match slot.event.per {
                    Per::Event => 0,
                    Per::Day => self.days.of(facts.calendar, event.at),
                    Per::Asset => plan.asset,
                };
                slot.hits.push(Hit { at: event.at.0, group, detail: event.detail });
            }
        }
        // Facts come in order of time; whoever hands them otherwise still gets the same score.
        for slot in &mut self.slots {
            if !slot.hits.is_sorted_by_key(|hit| hit.at) {
                slot.hits.sort_by_key(|hit| hit.at);
            }
        }
        until
    }

    /// The slots that want events of a detail.
    pub(super) fn wanted(&self, detail: DetailId) -> &[u16] {
        let plan = self.plans.get(detail.0 as usize).filter(|p| p.known);
        plan.and_then(|p| self.wants.get(p.first as usize..p.first as usize + usize::from(p.len))).unwrap_or_default()
    }

    fn plan(&mut self, facts: &Facts<'_>, id: DetailId) -> Plan {
        let place = id.0 as usize;
        match self.plans.get(place) {
            Some(plan) if plan.known => *plan,
            _ => self.make_plan(facts, id),
        }
    }

    #[cold]
    fn make_plan(&mut self, facts: &Facts<'_>, id: DetailId) -> Plan {
        let mut plan = Plan { known: true, first: self.wants.len() as u32, len: 0, asset: 0, until: Until::NEVER };
        let Some(detail) = facts.details.0.get(id.0 as usize) else { return plan };
        let acts: &[u16] = if detail.act { &self.acts } else { &[] };
        let kinds = detail.kinds.iter().filter_map(|kind| self.by_kind.get(usize::from(kind.0))).flatten();
        let mut by_asset = false;
        for &number in acts.iter().chain(kinds) {
            let Some(slot) = self.slots.get(usize::from(number)) else { continue };
            if let Some(filter) = &slot.event.filter {
                let (met, until) = filter.test_event(detail, facts.as_of, facts.dictionary, facts.calendar);
                plan.until = plan.until.and(until);
                if met != Some(true) {
                    continue;
                }
            }
            by_asset |= slot.event.per == Per::Asset;
            self.wants.push(number);
            plan.len += 1;
        }
        if by_asset {
            let asset = asset_text(self.asset, &detail.values);
            if !asset.is_empty() {
                let next = self.assets.len() as u32 + 1;
                plan.asset = *self.assets.entry(asset).or_insert(next);
            }
        }
        if self.plans.len() < facts.details.0.len() {
            let unknown = Plan { known: false, first: 0, len: 0, asset: 0, until: Until::NEVER };
            self.plans.resize(facts.details.0.len(), unknown);
        }
        if let Some(place) = self.plans.get_mut(id.0 as usize) {
            *place = plan;
        }
        plan
    }

    /// One line, and how it came about; `until` shrinks to the first instant at which the clock alone could change it.
    pub(super) fn line(&mut self, rule: &Rule, slot: usize, facts: &Facts<'_>, until: &mut Until) -> (i64, Outcome) {
        let slot = if rule.event.is_some() { self.slots.get(slot) } else { None };
        if slot.is_some_and(|slot| slot.hits.is_empty()) {
            return (0, Outcome::NoEvents);
        }
        if let Some(when) = &rule.when {
            let (met, holds) = when.test(facts);
            *until = until.and(holds);
            if met != Some(true) {
                return (0, Outcome::Idle);
            }
        }
        let (points, holds) = points(&rule.points, facts);
        *until = until.and(holds);
        let Some(points) = points else { return (0, Outcome::Unknown) };
        let curve = Curve { points, fade: slot.map_or(Fade::None, |slot| slot.event.fade), clamp: rule.clamp };
        let Some(slot) = slot else {
            let line = clamped(rule.clamp, whole(points));
            return (line, if line == 0 { Outcome::Idle } else { Outcome::Fired });
        };
        self.tally.count(slot.event, &slot.hits, facts.as_of.0);
        if self.tally.counted.is_empty() {
            return (0, Outcome::NoEvents);
        }
        let line = curve.line(&self.tally.counted, facts.as_of.0);
        *until = Until(Instant(self.tally.next_change(slot.event, &curve, &slot.hits, facts.as_of.0, line, until.0.0)));
        (line, Outcome::Fired)
    }
}

/// What one occurrence is worth to this lead; `None` is unknown.
pub(super) fn points(points: &Points, facts: &Facts<'_>) -> (Option<f64>, Until) {
    match points {
        Points::Fixed(points) => (Some(*points), Until::NEVER),
        Points::Expression(expression) => {
            let (value, until) = expression.value(facts);
            let number = match value {
                Value::Int(n) => Some(n as f64),
                Value::Real(x) => Some(x),
                _ => None,
            };
            (number, until)
        }
    }
}

/// The asset of an event as it compares; empty where it is blank.
pub(super) fn asset_text(field: Option<EventFieldIx>, values: &[Value]) -> String {
    match field.and_then(|ix| values.get(ix.0)) {
        None | Some(Value::Null) => String::new(),
        Some(Value::Text(text)) => fold(text).into_owned(),
        Some(other) => format!("{other:?}"),
    }
}
