//! What experiments say so far: those that paths run, their control groups, and those of experiments.yaml that were run elsewhere.

use super::{Entry, Reading};
use crate::condition::{Facts as Asked, Feedback};
use crate::measure::Proportion;
use crate::model::{Currency, Instant, LeadId, MessageFact, Value, fold};
use crate::report::catalogue::Entry as Listed;
use crate::report::experiments::{self as report, Arm, Experiment};
use crate::report::{Note, Report};
use crate::rules::experiments::Experiment as Elsewhere;
use crate::rules::nurture::{Measure, Text, Trial};
use crate::run::RunError;
use crate::run::evaluate::Evaluator;
use crate::run::import::value_text;
use crate::store::{Due, Needs, ScanRow};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// One experiment that paths run: one name is one experiment, wherever it stands.
struct Running<'s> {
    trial: &'s Trial,
    arms: Vec<(&'s str, u32)>,
    /// (path, step) of its messages.
    steps: Vec<(&'s str, &'s str)>,
    exposed: FxHashMap<LeadId, (String, Instant)>,
    /// By arm: assigned, long enough ago, successes.
    counts: BTreeMap<String, [u64; 3]>,
    uncovered: u64,
}

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "experiments",
        about: "what experiments say: arms, rates, differences, and whether anything may be concluded",
        needs: "paths with `variants:` or `control:` and imported feedback; or experiments.yaml",
        by: &[],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let sop = reading.sop();
    let mut notes: Vec<Note> = Vec::new();
    let mut running = running(reading)?;
    let mut elsewhere: Vec<Counted<'_>> = sop.experiments.iter().map(Counted::new).collect();
    walk(reading, &mut running, &mut elsewhere)?;
    let mut all: Vec<Experiment> = running.iter().map(|e| e.told(&mut notes)).collect();
    for path in &sop.paths {
        if let Some(control) = path.control {
            let counts = reading.store.journey_tally(&path.name)?;
            let arm = |name: &str, weight, (of, hits)| Arm { name: name.to_owned(), weight, assigned: of, counted: Proportion::new(hits, of) };
            let arms = vec![arm("control", control, counts.control), arm("path", 1.0 - control, counts.treated)];
            all.push(Experiment { name: path.name.clone(), measure: "goal".into(), arms });
        }
    }
    all.extend(elsewhere.iter().flat_map(Counted::told));
    if all.is_empty() {
        notes.push(Note::new("no-experiments", "there are none: `variants:` of a path's step, `control:` of a path, or experiments.yaml declare them"));
    }
    Ok(report::report(&report::Facts { frame: reading.frame(), experiments: all, notes }))
}

/// The experiments of the paths, with who is in them.
fn running<'s>(reading: &Reading<'s>) -> Result<Vec<Running<'s>>, RunError> {
    let mut all: Vec<Running<'s>> = Vec::new();
    for path in &reading.workspace.sop.paths {
        for (step, send) in path.sends() {
            let Text::Variants { arms, experiment } = &send.text else { continue };
            let place = (path.name.as_str(), step.id.as_str());
            match all.iter_mut().find(|e| fold(&e.trial.name) == fold(&experiment.name)) {
                Some(known) => known.steps.push(place),
                None => {
                    let all_of_it = reading.store.exposures(&experiment.name)?.into_iter().filter(|e| reading.contains(e.at));
                    let exposed = all_of_it.map(|e| (e.lead, (e.arm, e.at))).collect();
                    let arms = arms.iter().map(|a| (a.content.as_str(), a.weight)).collect();
                    all.push(Running { trial: experiment, arms, steps: vec![place], exposed, counts: BTreeMap::new(), uncovered: 0 });
                }
            }
        }
    }
    Ok(all)
}

/// Meets every lead that an experiment may be about.
fn walk(reading: &Reading<'_>, running: &mut [Running<'_>], elsewhere: &mut [Counted<'_>]) -> Result<(), RunError> {
    let (sop, store, columns) = (reading.sop(), reading.store, reading.columns);
    let mut world = Evaluator::new(sop, store, columns, reading.context.as_of)?;
    let mut leads: Vec<LeadId> = running.iter().flat_map(|e| e.exposed.keys().copied()).collect();
    leads.sort_unstable();
    leads.dedup();
    let everyone = !elsewhere.is_empty();
    let mut meet = |row: &ScanRow| {
        let mut state: Option<Vec<Value>> = None;
        for experiment in running.iter_mut().filter(|e| e.exposed.contains_key(&row.record.lead)) {
            let state = state.get_or_insert_with(|| world.state(row));
            world.with_facts(row, state, |_, facts| experiment.meet(row.record.lead, facts));
        }
        for experiment in elsewhere.iter_mut() {
            experiment.meet(row, &mut world, &sop.dictionary.currency);
        }
    };
    if !everyone {
        for lead in leads {
            if let Some(row) = store.whole_lead(columns, lead)? {
                meet(&row);
            }
        }
        return Ok(());
    }
    store.scan(columns, Due::All, &Needs::all(columns), |row| -> Result<(), RunError> {
        meet(&row);
        Ok(())
    })
}

impl Running<'_> {
    /// Counts one lead in its arm.
    fn meet(&mut self, lead: LeadId, facts: &Asked<'_>) {
        let Some((arm, at)) = self.exposed.get(&lead) else { return };
        let counts = self.counts.entry(arm.clone()).or_default();
        let [assigned, long_ago, successes] = counts;
        *assigned += 1;
        let end = at.plus(self.trial.within.0);
        if end > facts.as_of {
            return;
        }
        let success = match &self.trial.measure {
            Measure::Condition(condition) => condition.test(facts).0 == Some(true),
            Measure::Feedback(feedback) => {
                let own = facts.messages.iter().filter(|m| self.steps.iter().any(|(p, s)| fold(p) == fold(&m.path) && fold(s) == fold(&m.step)));
                let own: Vec<&MessageFact> = own.filter(|m| m.sent_at.is_some_and(|s| s <= end)).collect();
                let came = own.iter().any(|m| first(*feedback, m).is_some_and(|came| came <= end));
                // Whoever did nothing has only done nothing as far as feedback was imported.
                if !came && own.iter().any(|m| covered(*feedback, m).is_none_or(|until| until < end)) {
                    self.uncovered += 1;
                    return;
                }
                came
            }
        };
        *long_ago += 1;
        *successes += u64::from(success);
    }

    fn told(&self, notes: &mut Vec<Note>) -> Experiment {
        let measure = match &self.trial.measure {
            Measure::Feedback(feedback) => feedback.name().to_owned(),
            Measure::Condition(condition) => condition.text().to_owned(),
        };
        let arm = |(name, weight): &(&str, u32)| {
            let [assigned, of, hits] = self.counts.get(*name).copied().unwrap_or_default();
            Arm { name: (*name).to_owned(), weight: f64::from(*weight), assigned, counted: Proportion::new(hits, of) }
        };
        if self.uncovered > 0 {
            let text = format!(
                "{}: {} leads are not counted yet, no feedback covers the time after their messages: import what came back",
                self.trial.name, self.uncovered
            );
            notes.push(Note::new("uncovered", text));
        }
        Experiment { name: self.trial.name.clone(), measure, arms: self.arms.iter().map(arm).collect() }
    }
}

/// A click or a reply is an opening, too.
fn first(feedback: Feedback, m: &MessageFact) -> Option<Instant> {
    match feedback {
        Feedback::Opened => [m.opened_at, m.clicked_at, m.replied_at].into_iter().flatten().min(),
        Feedback::Clicked => m.clicked_at,
        Feedback::Replied => m.replied_at,
    }
}

fn covered(feedback: Feedback, m: &MessageFact) -> Option<Instant> {
    match feedback {
        Feedback::Opened => m.covered_until.opens,
        Feedback::Clicked => m.covered_until.clicks,
        Feedback::Replied => m.covered_until.replies,
    }
}

/// An experiment that was run elsewhere, as the leads' fields tell it.
struct Counted<'s> {
    experiment: &'s Elsewhere,
    /// By arm: how many, and by outcome how many did it.
    arms: BTreeMap<String, (u64, Vec<u64>)>,
}

impl<'s> Counted<'s> {
    fn new(experiment: &'s Elsewhere) -> Self {
        Self { experiment, arms: BTreeMap::new() }
    }

    fn meet(&mut self, row: &ScanRow, world: &mut Evaluator<'_>, currency: &Currency) {
        let value = row.record.values.get(self.experiment.arm.0).filter(|v| !v.is_null());
        let Some(arm) = value.and_then(|v| value_text(v, currency)).filter(|a| !a.trim().is_empty()) else { return };
        let outcomes = &self.experiment.outcomes;
        let (n, hits) = self.arms.entry(arm).or_insert_with(|| (0, vec![0; outcomes.len()]));
        *n += 1;
        for (hit, (_, condition)) in hits.iter_mut().zip(outcomes) {
            *hit += u64::from(world.with_facts(row, &[], |_, facts| condition.test(facts).0 == Some(true)));
        }
    }

    /// One experiment for each outcome; the control first, the others in the alphabet.
    fn told(&self) -> Vec<Experiment> {
        let is_control = |name: &str| self.experiment.control.as_deref().is_some_and(|c| fold(c) == fold(name));
        let mut names: Vec<&String> = self.arms.keys().collect();
        names.sort_by_key(|name| !is_control(name));
        let of = |(place, (outcome, _)): (usize, &(String, _))| {
            let arm = |name: &&String| {
                let (n, hits) = self.arms.get(*name).cloned().unwrap_or_default();
                Arm { name: (*name).clone(), weight: 1.0, assigned: n, counted: Proportion::new(hits.get(place).copied().unwrap_or_default(), n) }
            };
            Experiment { name: self.experiment.id.clone(), measure: outcome.clone(), arms: names.iter().map(arm).collect() }
        };
        self.experiment.outcomes.iter().enumerate().map(of).collect()
    }
}
