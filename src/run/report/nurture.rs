//! What paths and their steps have brought.

use super::{Entry, Reading};
use crate::report::catalogue::Entry as Listed;
use crate::report::journeys::{Exit, Facts, Path, Step, report};
use crate::report::{Note, Report};
use crate::run::RunError;
use std::collections::BTreeMap;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "nurture",
        about: "what each path and each of its steps has brought, beside those left alone to compare with",
        needs: "nurture/*.yaml and ticks; feedback for opens, clicks and replies",
        by: &[],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let (store, sop) = (reading.store, reading.sop());
    let (from, until) = (reading.period.from, reading.until());
    // Paths in the order of their names, also those that nobody has entered.
    let mut paths: BTreeMap<String, Path> = sop.paths.iter().map(|p| (p.name.clone(), Path { path: p.name.clone(), ..Path::default() })).collect();
    let mut exits: Vec<Exit> = Vec::new();
    for c in store.journey_counts(from, until)? {
        let path = paths.entry(c.path.clone()).or_insert_with(|| Path { path: c.path.clone(), ..Path::default() });
        if c.state == "noted" {
            path.noted += c.count;
            continue;
        }
        if ["exited", "superseded"].contains(&c.state.as_str()) && !c.control {
            exits.push(Exit { path: c.path, state: c.state.clone(), why: c.why.unwrap_or_default(), count: c.count });
        }
        *(if c.control { &mut path.control } else { &mut path.treated }).entry(c.state).or_default() += c.count;
    }
    exits.sort_by(|a, b| (&a.path, std::cmp::Reverse(a.count), &a.why).cmp(&(&b.path, std::cmp::Reverse(b.count), &b.why)));
    for path in paths.values_mut() {
        path.title = sop.path(&path.path).map(|p| p.title.clone()).filter(|t| !t.is_empty());
    }
    let heard = store.media_heard()?;
    let mut steps: Vec<Step> = Vec::new();
    for m in store.message_counts(from, until, reading.context.as_of)? {
        let same = |s: &Step| (&s.path, &s.step, &s.part, &s.medium) == (&m.path, &m.step, &m.part, &m.medium);
        if !steps.last().is_some_and(same) {
            let unheard = !heard.contains(&m.medium);
            steps.push(Step { path: m.path.clone(), step: m.step.clone(), part: m.part.clone(), medium: m.medium.clone(), unheard, ..Step::default() });
        }
        let Some(step) = steps.last_mut() else { continue };
        if m.state == "sent" {
            let [bounced, opened, clicked, replied] = m.back;
            (step.bounced, step.opened, step.clicked, step.replied) = (bounced, opened, clicked, replied);
        }
        step.states.insert(m.state, m.count);
    }
    // As the path has them; steps that it no longer has come last.
    let place = |s: &Step| sop.path(&s.path).and_then(|p| p.steps.iter().position(|step| step.id == s.step)).unwrap_or(usize::MAX);
    steps.sort_by_cached_key(|s| (s.path.clone(), place(s), s.step.clone(), s.part != "main"));
    let mut notes = Vec::new();
    if sop.paths.is_empty() {
        notes.push(Note::new("no-paths", "there are no paths under sops/nurture"));
    }
    Ok(report(Facts { frame: reading.frame(), paths: paths.into_values().collect(), steps, exits, period: reading.limited().is_some(), notes }))
}
