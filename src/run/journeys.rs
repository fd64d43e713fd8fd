//! `sop nurture status|show`, and what people do with journeys: `enroll`, `exit`, `pause`, `resume`.

use super::people::{Acted, on_leads};
use super::score::{frame, note};
use super::{Context, RunError, Workspace};
use crate::engine::nurture::Act;
use crate::model::{Calendar, Enrollment, JourneyState, LeadId, Message, MessageState, Part, nearest};
use crate::report::{Report, nurture as report};
use crate::rules::nurture::{Due, Path, Text, What, planned};
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet};

/// Whom an act is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Travellers {
    /// These, by key, id, e-mail, phone or unique name.
    Leads(Vec<String>),
    /// Of `enroll`: whoever matched before the path began. Of the others: everybody on it.
    All,
}

/// How the paths stand.
pub fn nurture_status(workspace: &Workspace, context: &Context<'_>) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let mut by_path: BTreeMap<String, report::Status> = BTreeMap::new();
    for path in &workspace.sop.paths {
        by_path.insert(path.name.clone(), report::Status { path: path.name.clone(), title: path.title.clone(), ..report::Status::default() });
    }
    for c in store.path_counts()? {
        let status = by_path.entry(c.path.clone()).or_insert_with(|| report::Status {
            path: c.path.clone(),
            title: "not in sops/nurture".into(),
            ..report::Status::default()
        });
        status.control += if c.control && c.state != JourneyState::Noted { c.n } else { 0 };
        *status.states.entry(c.state.name()).or_insert(0) += c.n;
        status.next = [status.next, c.next].into_iter().flatten().min();
    }
    let mut notes = Vec::new();
    for s in by_path.values() {
        if let Some(n) = s.states.get(JourneyState::Noted.name()).filter(|n| **n > 0) {
            notes.push(note("noted", format!("{}: {n} matched before it began: sop nurture enroll {} --backfill", s.path, s.path)));
        }
    }
    Ok(report::status(&frame(workspace, context), by_path.into_values().collect(), notes))
}

/// One path, drawn.
pub fn nurture_show(workspace: &Workspace, context: &Context<'_>, name: &str) -> Result<Report, RunError> {
    let path = known(workspace, name)?;
    let mut lines = Vec::new();
    let (days, last) = (planned(path), path.steps.len().saturating_sub(1));
    let store = if workspace.db.exists() { Some(Store::read(&workspace.db)?) } else { None };
    let (letters, at, journeys) = match &store {
        Some(store) => (store.letters_of(&path.name)?, store.steps_of(&path.name)?, store.enrollments_on(&path.name)?),
        None => Default::default(),
    };
    let counts = |step: &str, part: Part| {
        let of = letters.iter().filter(|(s, p, ..)| s == step && p == part.name());
        let mut counts = report::Counts::default();
        for (.., state, n) in of {
            match state {
                MessageState::Sent | MessageState::Sending | MessageState::Unknown => counts.sent += n,
                MessageState::Queued | MessageState::Deferred => counts.waiting += n,
                _ => counts.stopped += n,
            }
        }
        counts
    };
    for (i, (step, day)) in path.steps.iter().zip(&days).enumerate() {
        let here = at.iter().find(|(n, _)| usize::try_from(*n).is_ok_and(|n| n == i)).map_or(0, |(_, n)| *n);
        let (does, texts, fallback) = match &step.what {
            What::Send(send) => {
                let texts: Vec<String> = match &send.text {
                    Text::Choices(all) => all.iter().map(|c| c.when.as_ref().map_or(c.content.clone(), |w| format!("{} if {}", c.content, w.text()))).collect(),
                    Text::Variants { arms, experiment } => arms.iter().map(|a| format!("{} ({} of {})", a.content, a.weight, experiment.name)).collect(),
                };
                (send.medium.clone(), texts, send.fallback.as_ref())
            }
            What::Wait { until, max } => ("wait".to_owned(), vec![format!("until {}, {max} at most", until.text())], None),
            What::Task { text, .. } => ("task".to_owned(), vec![text.clone()], None),
            What::Set(fields) => ("set".to_owned(), vec![format!("{} fields", fields.len())], None),
            What::Move(stage) => ("move".to_owned(), vec![stage.clone()], None),
        };
        let when = step.when.as_ref().map(|w| format!("if {}", w.text()));
        let due = match step.due {
            Due::After(gap) => format!("after {gap}"),
            Due::Day { at, .. } if at > 0 => format!("{:02}:{:02}", at / 3600, at / 60 % 60),
            _ => String::new(),
        };
        lines.push(report::Line {
            tree: format!("{} {}", if i == last { "└─" } else { "├─" }, step.id),
            day: Some(*day),
            due,
            does,
            texts: texts.into_iter().chain(when).collect(),
            counts: counts(&step.id, Part::Main),
            here,
        });
        if let Some(f) = fallback {
            let texts = f.text.iter().map(|c| c.content.clone()).chain([format!("if {}", f.when.text())]).collect();
            let due = f.by.map_or_else(|| format!("after {}", f.after), |by| format!("after {}, by {by}", f.after));
            let tree = format!("{}  └─ fallback", if i == last { " " } else { "│" });
            lines.push(report::Line { tree, day: Some(*day), due, does: f.medium.clone(), texts, counts: counts(&step.id, Part::Fallback), here: 0 });
        }
    }
    // What was sent under a name that the path has no more was sent all the same.
    let gone: BTreeSet<(&str, &str)> =
        letters.iter().map(|(step, part, ..)| (step.as_str(), part.as_str())).filter(|(step, _)| path.steps.iter().all(|s| s.id != *step)).collect();
    for (step, part) in &gone {
        let part = Part::parse(part).unwrap_or(Part::Main);
        let tree = format!("   {step}{}", if part == Part::Main { "" } else { " fallback" });
        lines.push(report::Line { tree, day: None, due: String::new(), does: "gone".to_owned(), texts: Vec::new(), counts: counts(step, part), here: 0 });
    }
    let mut states: BTreeMap<&'static str, i64> = BTreeMap::new();
    for (_, e) in &journeys {
        *states.entry(e.state.name()).or_default() += 1;
    }
    let mut notes = Vec::new();
    if !gone.is_empty() {
        notes.push(note("gone", "steps that are gone had their messages under an earlier text of the path; a step that got another name counts anew"));
    }
    if let Some(store) = &store {
        let sent: Vec<Message> = store.messages(None)?.into_iter().filter(|m| m.path == path.name).collect();
        notes.extend(real_days(path, &workspace.sop.calendar, &journeys, &sent).map(|text| note("days", text)));
    }
    Ok(report::show(&frame(workspace, context), lines, states, notes))
}

/// The days on which a path's messages really fall, beside those that it was designed with: the middle one of all journeys.
pub(super) fn real_days(path: &Path, calendar: &Calendar, journeys: &[(LeadId, Enrollment)], messages: &[Message]) -> Option<String> {
    let days = planned(path);
    let day_one: BTreeMap<i64, _> = journeys.iter().filter_map(|(_, e)| Some((e.id, e.day_one?))).collect();
    let mut told = Vec::new();
    for (step, day) in path.steps.iter().zip(&days).filter(|(s, _)| matches!(s.what, What::Send(_))) {
        let leaves =
            |m: &&Message| m.step == step.id && m.part == Part::Main && matches!(m.state, MessageState::Sent | MessageState::Queued | MessageState::Deferred);
        let mut real: Vec<i64> = messages
            .iter()
            .filter(leaves)
            .filter_map(|m| Some((calendar.date(m.sent_at.unwrap_or(m.not_before)) - *day_one.get(&m.enrollment)?).num_days() + 1))
            .collect();
        real.sort_unstable();
        if let Some(middle) = real.get(real.len() / 2) {
            told.push((*day, *middle));
        }
    }
    let list = |of: fn(&(i64, i64)) -> i64| told.iter().map(|d| of(d).to_string()).collect::<Vec<_>>().join(", ");
    (!told.is_empty()).then(|| format!("{}: designed for days {}, really on {}", path.name, list(|d| d.0), list(|d| d.1)))
}

fn known<'w>(workspace: &'w Workspace, name: &str) -> Result<&'w Path, RunError> {
    let paths = &workspace.sop.paths;
    let found = paths.iter().find(|p| p.name == name).or_else(|| paths.iter().find(|p| p.title == name));
    found.ok_or_else(|| {
        let near = nearest(name, paths.iter().map(|p| p.name.as_str())).map(|n| format!("did you mean `{n}`?"));
        let known: Vec<&str> = paths.iter().map(|p| p.name.as_str()).collect();
        let help = near.unwrap_or_else(|| {
            if known.is_empty() { "paths are declared in sops/nurture/*.yaml".to_owned() } else { format!("there are: {}", known.join(", ")) }
        });
        RunError::refused(format!("no path is named `{name}`"), help)
    })
}

/// Puts leads onto a path, takes them off, stops them, lets them go on.
pub fn nurture_act(workspace: &Workspace, context: &Context<'_>, path: &str, act: Act, whom: &Travellers, why: &str) -> Result<Acted, RunError> {
    if let Travellers::Leads(leads) = whom
        && workspace.sop.paths.iter().all(|p| p.name != path && p.title != path)
        && let Some(meant) = leads.iter().find(|l| workspace.sop.paths.iter().any(|p| p.name == **l || p.title == **l))
    {
        let verb = match act {
            Act::Enroll => "enroll",
            Act::Exit => "exit",
            Act::Pause => "pause",
            Act::Resume => "resume",
        };
        return Err(RunError::refused(
            format!("`{path}` is no path, and `{meant}` is one"),
            format!("the path comes first: sop nurture {verb} {meant} {path}"),
        ));
    }
    let path = known(workspace, path)?;
    on_leads(workspace, context, path, act, whom, why)
}
