//! What paths and their steps have brought.

use super::{Entry, Reading};
use crate::engine::messages::by_machines;
use crate::model::{FeedbackKind, MessageState, SentMessage};
use crate::report::catalogue::Entry as Listed;
use crate::report::journeys::{Exit, Facts, Path, Step, Unheard, report};
use crate::report::{Note, Report};
use crate::run::RunError;
use crate::store::MessageStory;
use std::collections::{BTreeMap, BTreeSet};

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
    let mut steps = steps(reading)?;
    // As the path has them; steps that it no longer has come last.
    let place = |s: &Step| sop.path(&s.path).and_then(|p| p.steps.iter().position(|step| step.id == s.step)).unwrap_or(usize::MAX);
    steps.sort_by_cached_key(|s| (s.path.clone(), place(s), s.step.clone(), s.part != "main"));
    let mut notes = Vec::new();
    if sop.paths.is_empty() {
        notes.push(Note::new("no-paths", "there are no paths under sops/nurture"));
    }
    Ok(report(Facts { frame: reading.frame(), paths: paths.into_values().collect(), steps, exits, period: reading.limited().is_some(), notes }))
}

/// Messages by step, with what people did with them.
fn steps(reading: &Reading<'_>) -> Result<Vec<Step>, RunError> {
    let (store, dictionary, as_of) = (reading.store, &reading.sop().dictionary, reading.context.as_of);
    let covers = store.feedback_covers()?;
    // What has no date tells of its kind, too, though not until when it is known.
    let mut told: BTreeSet<(String, &'static str)> = BTreeSet::new();
    let mut steps: BTreeMap<[String; 4], Step> = BTreeMap::new();
    // Machines are known by what they do to all messages of one lead.
    let mut of_one: Vec<MessageStory> = Vec::new();
    let mut count = |of_one: &mut Vec<MessageStory>| {
        let sent: Vec<SentMessage> = of_one.iter().map(|m| m.sent.clone()).collect();
        let machines = by_machines(&sent, dictionary, as_of);
        for (i, m) in of_one.drain(..).enumerate().filter(|(_, m)| reading.contains(m.entered_at)) {
            let sent = &m.sent;
            let key = [sent.path.clone(), sent.step.clone(), m.part.name().to_owned(), sent.medium.clone()];
            let step = steps.entry(key).or_insert_with_key(|[path, step, part, medium]| Step {
                path: path.clone(),
                step: step.clone(),
                part: part.clone(),
                medium: medium.clone(),
                ..Step::default()
            });
            *step.states.entry(m.state.name().to_owned()).or_default() += 1;
            if m.state != MessageState::Sent {
                continue;
            }
            let person = |kind| sent.signs.iter().enumerate().any(|(s, sign)| sign.kind == kind && machines.binary_search(&(i, s)).is_err());
            step.bounced += u64::from(m.bounced);
            told.extend(sent.signs.iter().map(|sign| (sent.medium.clone(), sign.kind.name())));
            if m.bounced {
                continue;
            }
            step.opened += u64::from(person(FeedbackKind::Open));
            step.clicked += u64::from(person(FeedbackKind::Click));
            step.replied += u64::from(person(FeedbackKind::Reply));
        }
    };
    store.each_message_story(as_of, |m| {
        if of_one.last().is_some_and(|last| last.lead != m.lead) {
            count(&mut of_one);
        }
        of_one.push(m);
    })?;
    count(&mut of_one);
    let unheard = |medium: &str, kind: FeedbackKind| covers.until(medium, kind).is_none() && !told.contains(&(medium.to_owned(), kind.name()));
    for step in steps.values_mut() {
        let [opens, clicks, replies] = [FeedbackKind::Open, FeedbackKind::Click, FeedbackKind::Reply].map(|kind| unheard(&step.medium, kind));
        step.unheard = Unheard { opens, clicks, replies };
    }
    Ok(steps.into_values().collect())
}
