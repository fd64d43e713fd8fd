//! What experiments say so far: those that paths run, their control groups, and those of experiments.yaml that were run elsewhere.

use super::{Entry, Reading};
use crate::condition::{Facts as Asked, Feedback};
use crate::measure::Proportion;
use crate::model::{Calendar, Covered, Covers, Currency, EnrollmentFact, Instant, LeadId, MessageFact, Value, fold};
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
use std::collections::{BTreeMap, BTreeSet};

/// One experiment that paths run: one name is one experiment, wherever it stands.
struct Running<'s> {
    trial: &'s Trial,
    arms: Vec<(&'s str, u32)>,
    /// (path, step) of its messages.
    steps: Vec<(&'s str, &'s str)>,
    exposed: FxHashMap<LeadId, (String, Instant)>,
    /// By which media they leave.
    media: Vec<&'s str>,
    /// By arm: assigned, those whose time is over and known, successes among these.
    counts: BTreeMap<String, [u64; 3]>,
    uncovered: Uncovered,
}

/// Leads whose time is over, and of whom nobody has told yet what they did in it. They count neither as a success nor as none: who clicked is
/// told at once, who did not only by a file that reaches further.
#[derive(Default)]
struct Uncovered {
    leads: u64,
    /// Of these, those of whom a success is known already.
    successes: u64,
    /// When the last of their times was over.
    needed: Option<Instant>,
    /// How far what was imported reaches for all of them; `None` where nothing was.
    known: Option<Instant>,
}

impl Uncovered {
    fn add(&mut self, success: bool, end: Instant, known: Option<Instant>) {
        self.known = if self.leads == 0 { known } else { self.known.min(known) };
        self.leads += 1;
        self.successes += u64::from(success);
        self.needed = self.needed.max(Some(end));
    }
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
    let mut all: Vec<Experiment> = running.iter().map(|e| e.told(&sop.calendar, &mut notes)).collect();
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
                Some(known) => {
                    known.steps.push(place);
                    known.media.push(&send.medium);
                }
                None => {
                    let all_of_it = reading.store.exposures(&experiment.name)?.into_iter().filter(|e| reading.contains(e.at));
                    let exposed = all_of_it.map(|e| (e.lead, (e.arm, e.at))).collect();
                    let arms = arms.iter().map(|a| (a.content.as_str(), a.weight)).collect();
                    let (steps, media) = (vec![place], vec![send.medium.as_str()]);
                    all.push(Running { trial: experiment, arms, steps, media, exposed, counts: BTreeMap::new(), uncovered: Uncovered::default() });
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
    let covers = store.feedback_covers()?;
    let mut leads: Vec<LeadId> = running.iter().flat_map(|e| e.exposed.keys().copied()).collect();
    leads.sort_unstable();
    leads.dedup();
    let everyone = !elsewhere.is_empty();
    let mut meet = |row: &ScanRow| {
        let mut state: Option<Vec<Value>> = None;
        for experiment in running.iter_mut().filter(|e| e.exposed.contains_key(&row.record.lead)) {
            let state = state.get_or_insert_with(|| world.state(row));
            world.with_facts(row, state, |_, facts| experiment.meet(row.record.lead, facts, &covers));
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
    /// Counts one lead in its arm, whatever it got: all by one clock, whether they did it or not.
    fn meet(&mut self, lead: LeadId, facts: &Asked<'_>, covers: &Covers) {
        let Some((arm, at)) = self.exposed.get(&lead) else { return };
        let has_step = |m: &MessageFact| self.steps.iter().any(|(path, step)| fold(path) == fold(&m.path) && fold(step) == fold(&m.step));
        let counts = self.counts.entry(arm.clone()).or_default();
        let [assigned, over, successes] = counts;
        *assigned += 1;
        let end = at.plus(self.trial.within.0);
        if end > facts.as_of {
            return;
        }
        let success = match &self.trial.measure {
            Measure::Condition(condition) => {
                // A step of the path is that of the journey in which the lead got its message.
                let of_trial = facts.messages.iter().filter(|m| m.sent_at.is_some() && has_step(m));
                let journey = of_trial.min_by_key(|m| (m.sent_at, m.enrollment)).map(|m| EnrollmentFact { id: m.enrollment, reached: Value::Null });
                let success = condition.test(&Asked { enrollment: journey.as_ref(), ..*facts }).0 == Some(true);
                // One that asks for messages waits for what came back on them, too.
                let asked = condition.messages().iter().flat_map(|asked| {
                    let sent = facts.messages.iter().filter(|m| fold(&asked.path) == fold(&m.path) && fold(&asked.step) == fold(&m.step));
                    sent.filter(|m| m.sent_at.is_some_and(|s| s <= end)).map(|m| covered(asked.feedback, m.covered_until))
                });
                if let Some(known) = asked.min().filter(|known| known.is_none_or(|until| until < end)) {
                    self.uncovered.add(success, end, known);
                    return;
                }
                success
            }
            Measure::Feedback(feedback) => {
                let own = facts.messages.iter().filter(|m| has_step(m));
                let (left, stayed): (Vec<&MessageFact>, Vec<&MessageFact>) = own.partition(|m| m.sent_at.is_some_and(|s| s <= end));
                let came = left.iter().any(|m| first(*feedback, m).is_some_and(|came| came <= end));
                // Whoever got nothing waits for the same files as the others of its medium.
                let awaited = if left.is_empty() { &stayed } else { &left };
                let known = awaited.iter().map(|m| covered(*feedback, m.covered_until)).min();
                let known = known.unwrap_or_else(|| self.media.iter().map(|m| covered(*feedback, covers.of(m))).min().flatten());
                if known.is_none_or(|until| until < end) {
                    self.uncovered.add(came, end, known);
                    return;
                }
                came
            }
        };
        *over += 1;
        *successes += u64::from(success);
    }

    fn told(&self, calendar: &Calendar, notes: &mut Vec<Note>) -> Experiment {
        let measure = match &self.trial.measure {
            Measure::Feedback(feedback) => feedback.name().to_owned(),
            Measure::Condition(condition) => condition.text().to_owned(),
        };
        let arm = |(name, weight): &(&str, u32)| {
            let [assigned, of, hits] = self.counts.get(*name).copied().unwrap_or_default();
            Arm { name: (*name).to_owned(), weight: f64::from(*weight), assigned, counted: Proportion::new(hits, of) }
        };
        let Uncovered { leads, successes, needed, known } = &self.uncovered;
        if let Some(needed) = needed {
            let media: BTreeSet<&str> = self.media.iter().copied().collect();
            let reaches = known.map_or_else(|| "none was imported".to_owned(), |known| format!("it reaches {}", calendar.local(known)));
            let text = format!(
                "{}: {leads} leads are not counted yet ({successes} successes among them), no feedback by {} covers their time until {} ({reaches}): \
                 import what came back since, or say how far a file is complete: `sop import FILE --until DATE`",
                self.trial.name,
                media.into_iter().collect::<Vec<_>>().join(", "),
                calendar.local(*needed)
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

fn covered(feedback: Feedback, until: Covered) -> Option<Instant> {
    match feedback {
        Feedback::Opened => until.opens,
        Feedback::Clicked => until.clicks,
        Feedback::Replied => until.replies,
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
