//! Every lead's walk along the line of stages, in one pass over the base.

use super::Reading;
use crate::model::{DealFacts, Instant, Value};
use crate::report::Note;
use crate::report::walk::{Stop, Walk};
use crate::rules::lifecycle::{Lifecycle, Means};
use crate::run::RunError;
use crate::run::score::text_of;
use crate::store::{Due, Needs, ScanRow};

/// The line as a report shows it.
pub(super) struct Line<'a> {
    lifecycle: &'a Lifecycle,
    /// What the walks stop at.
    pub(super) stops: Vec<Stop>,
    /// The stop of each stage.
    of: Vec<usize>,
    /// Stops by what their stages mean.
    pub(super) mql: Option<usize>,
    pub(super) sql: Option<usize>,
    opportunity: Option<usize>,
    pub(super) customer: Option<usize>,
}

/// What a pass could not use as it stood.
#[derive(Default)]
pub(super) struct Apart {
    later: u64,
    /// Leads that their deals took further than their stage says.
    by_deals: u64,
    /// What the rows are split by, where leads have no such field.
    no_field: Option<String>,
    /// Reports of an earlier day.
    past: bool,
}

impl<'a> Line<'a> {
    /// The stages; with `journeys`, neighbours of one stretch of the customer's journey are one stop. Without lifecycle.yaml, what deals tell.
    pub(super) fn new(lifecycle: &'a Lifecycle, journeys: bool) -> Self {
        if lifecycle.stages.is_empty() {
            let stops = ["lead", "opportunity", "customer"].map(|id| Stop { id: id.into(), title: String::new() }).into();
            return Self { lifecycle, stops, of: Vec::new(), mql: None, sql: None, opportunity: Some(1), customer: Some(2) };
        }
        let (mut stops, mut of): (Vec<Stop>, Vec<usize>) = (Vec::new(), Vec::new());
        for stage in &lifecycle.stages {
            let named = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
            let stop = match journeys {
                true => Stop { id: stage.journey.clone().or_else(|| named(&stage.title)).unwrap_or_else(|| stage.id.clone()), title: String::new() },
                false => Stop { id: stage.id.clone(), title: stage.title.clone() },
            };
            if stops.last() != Some(&stop) {
                stops.push(stop);
            }
            of.push(stops.len() - 1);
        }
        let meaning = |means| lifecycle.meaning(means).and_then(|place| of.get(place).copied());
        let (mql, sql) = (meaning(Means::Mql), meaning(Means::Sql));
        let (opportunity, customer) = (meaning(Means::Opportunity), meaning(Means::Customer));
        Self { lifecycle, stops, of, mql, sql, opportunity, customer }
    }

    /// The stop of a stage.
    pub(super) fn stop(&self, stage: &str) -> Option<usize> {
        self.lifecycle.place(stage).and_then(|place| self.of.get(place).copied())
    }

    /// Where a lead has been by an instant. Deals count as well as stages: who won was a customer, whenever the tick comes round to say so.
    fn walk(&self, row: &ScanRow, as_of: Instant) -> (Walk, bool) {
        let mut walk = Walk { reached: 1, at: vec![None; self.stops.len()], ..Walk::default() };
        let mut come = |stop: usize, at: Option<Instant>| {
            walk.reached = walk.reached.max(stop + 1);
            if let Some(known) = walk.at.get_mut(stop) {
                *known = known.iter().copied().chain(at).min();
            }
        };
        for (stage, at) in row.standing.reached.iter().filter(|(_, at)| **at <= as_of) {
            self.stop(stage).into_iter().for_each(|stop| come(stop, Some(*at)));
        }
        // Stages that nobody dated.
        for stage in row.standing.stage.iter().chain(&row.standing.came_from).filter(|s| !row.standing.reached.contains_key(*s)) {
            self.stop(stage).into_iter().for_each(|stop| come(stop, None));
        }
        let deals = DealFacts::of(&row.deals, as_of);
        let mut told = |stop: Option<usize>, deals: i64, at: Option<Instant>| {
            stop.filter(|_| deals > 0).into_iter().for_each(|stop| come(stop, at.filter(|at| *at <= as_of)));
        };
        let by_stages = row.standing.reached.keys().chain(&row.standing.stage).filter_map(|s| self.stop(s)).max().unwrap_or(0);
        told(self.opportunity, deals.open + deals.won + deals.lost, deals.first_opened_at);
        told(self.customer, deals.won, deals.first_won_at);
        // Beside the line nothing moves on its own: who was lost before any tick saw the deal stands where it belongs.
        let beside = row.standing.stage.as_deref().is_some_and(|stage| self.lifecycle.detour(stage).is_some());
        let further = walk.reached > by_stages + 1 && !self.of.is_empty() && !beside;
        (walk, further)
    }
}

impl Reading<'_> {
    /// Hands every lead's walk to `f`, split by what the request asks for, with the lead. `verdicts`: with what sales said.
    pub(super) fn each_walk(&self, line: &Line<'_>, by: Option<&str>, verdicts: bool, mut f: impl FnMut(Walk, &ScanRow)) -> Result<Apart, RunError> {
        let dictionary = &self.sop().dictionary;
        let created = dictionary.field("created_at").map(|(ix, _)| ix.0);
        let field = by.filter(|by| !["owner", "journey"].contains(by)).and_then(|by| dictionary.field(by)).map(|(ix, _)| ix.0);
        let fields = (0..self.columns.fields.len()).map(|i| Some(i) == created || Some(i) == field).collect();
        let needs = Needs { fields, extra: false, events: false, standing: true, deals: true, follow_ups: verdicts, messages: false };
        let as_of = self.context.as_of;
        let count = self.store.due_count(Due::All)?.unsigned_abs();
        let mut apart = Apart { past: self.store.last_run()?.is_some_and(|run| as_of < run.as_of), ..Apart::default() };
        let fieldless = by.filter(|by| field.is_none() && !["owner", "journey"].contains(by));
        apart.no_field = fieldless.map(str::to_owned);
        let mut looked = 0_u64;
        self.store.scan(self.columns, Due::All, &needs, |row| -> Result<(), RunError> {
            looked += 1;
            if looked.is_multiple_of(1000) {
                (self.context.progress)("leads", looked, count);
            }
            let told = created.and_then(|ix| row.record.values.get(ix)).and_then(Value::as_instant);
            // What tells no date is stamped with the run that first saw it.
            let created_at = told.unwrap_or(row.record.seen_at);
            if created_at > as_of {
                apart.later += 1;
                return Ok(());
            }
            let (walk, further) = line.walk(&row, as_of);
            apart.by_deals += u64::from(further);
            let group = match by {
                Some("owner") => row.state.owner.clone(),
                Some("journey") | None => None,
                Some(field) => text_of(dictionary, &row.record, field),
            };
            f(Walk { group: group.unwrap_or_default(), created_at: Some(created_at), came_undated: created_at == row.record.seen_at, ..walk }, &row);
            Ok(())
        })?;
        Ok(apart)
    }
}

impl Apart {
    /// What a reader must know of it.
    pub(super) fn notes(&self, line: &Line<'_>) -> Vec<Note> {
        let mut notes = Vec::new();
        if line.of.is_empty() {
            notes.push(Note::new("no-stages", "lifecycle.yaml has no stages: the line is lead, opportunity (has a deal), customer (has won one)"));
        }
        if self.by_deals > 0 {
            notes.push(Note::new(
                "by-deals",
                format!("leads that stand further by their deals than by their stage: {}; the deals count (sop tick moves them)", self.by_deals),
            ));
        }
        if let Some(field) = &self.no_field {
            notes.push(Note::new("no-field", format!("fields.yaml has no field `{field}`: every row is (none)")));
        }
        if self.later > 0 {
            notes.push(Note::new("later", format!("leads dated after the as-of, and left out: {}", self.later)));
        }
        notes.extend(self.past());
        notes
    }

    /// Of an earlier day not everything is known as it was.
    pub(super) fn past(&self) -> Option<Note> {
        self.past.then(|| {
            Note::new(
                "past",
                "this is a day before the last run: fields, owners and deals' amounts are today's, and of stages only the dated ones are those of the day",
            )
        })
    }
}
