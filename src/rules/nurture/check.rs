//! What a path says that nobody meant: no end, more messages than allowed, questions that nobody answers, experiments that prove themselves.

use super::read::Spots;
use super::{Measure, Path, Send, Text, What, planned};
use crate::condition::Condition;
use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::model::{Calendar, Dictionary, KindId};
use crate::rules::content::{Content, Purpose};
use crate::rules::delivery::{Delivery, gives};
use crate::rules::lifecycle::Lifecycle;
use crate::rules::scoring::Scoring;

/// The files around.
pub(in crate::rules) struct Around<'a> {
    /// delivery.yaml.
    pub(in crate::rules) delivery: &'a Delivery,
    /// The media that it speaks of; `None` = there is no such file.
    pub(in crate::rules) declared: Option<&'a [String]>,
    /// content/*.md.
    pub(in crate::rules) contents: &'a [&'a Content],
    /// scoring.yaml.
    pub(in crate::rules) scoring: &'a Scoring,
    /// lifecycle.yaml.
    pub(in crate::rules) lifecycle: &'a Lifecycle,
    /// fields.yaml.
    pub(in crate::rules) dictionary: &'a Dictionary,
    /// calendar.yaml.
    pub(in crate::rules) calendar: &'a Calendar,
}

/// Kinds of events that messages themselves bring about.
const BROUGHT: [&str; 5] = ["email_open", "email_click", "sms_click", "reply", "unsubscribe"];

/// Checks all paths.
pub(in crate::rules) fn check(all: &[(Path, Spots)], around: &Around<'_>, out: &mut Diagnostics) {
    for (path, spots) in all {
        ends(path, spots, all, out);
        late(path, spots, around.calendar, out);
        feedback(path, spots, all, out);
        caps(path, spots, around, out);
        serves(path, spots, around, out);
        undeclared(path, spots, around, out);
    }
    experiments(all, around, out);
}

fn ends(path: &Path, spots: &Spots, all: &[(Path, Spots)], out: &mut Diagnostics) {
    if path.exclusive && path.goal.is_none() && path.exits.is_empty() {
        let message = format!("nothing ends `{}` before its last step: it has neither `goal:` nor `exit:`, so who has bought is still written to", path.name);
        out.push(Diagnostic::new(Code::EndlessPath, spots.enroll, message).help("say what it is for, e.g. `goal: reached('mql')`"));
    }
    // Every path of a ring is told, so that each file shows it.
    let (mut at, mut been) = (path, Vec::new());
    while let Some(next) = at.then.as_ref().and_then(|name| all.iter().map(|(p, _)| p).find(|p| p.name == *name)) {
        been.push(next.name.as_str());
        if next.name == path.name {
            let message = format!("`{}` leads back to itself (by {}): a lead is nurtured for ever", path.name, been.join(", "));
            out.push(Diagnostic::new(Code::EndlessPath, spots.then.unwrap_or(spots.name), message).help("end the round with a path that has no `then:`"));
        }
        if been.iter().filter(|n| **n == next.name).count() > 1 || next.name == path.name {
            break;
        }
        at = next;
    }
}

fn late(path: &Path, spots: &Spots, calendar: &Calendar, out: &mut Diagnostics) {
    if let (Some(max), Some(at)) = (path.late_max, spots.late)
        && max < calendar.tick
    {
        let message = format!("steps are late between two ticks already: `late.max` is {max}, and the tick comes every {} (calendar.yaml)", calendar.tick);
        out.push(Diagnostic::new(Code::NeverDue, at, message).help("write a longer time, e.g. `7d`"));
    }
}

/// The medium by which a step of a path sends.
fn medium<'p>(all: &'p [(Path, Spots)], path: &str, step: &str) -> Option<&'p str> {
    let path = all.iter().map(|(p, _)| p).find(|p| p.name == path)?;
    path.sends().find(|(s, _)| s.id == step).map(|(_, send)| send.medium.as_str())
}

/// Questions about messages of media that never answer them.
fn feedback(path: &Path, spots: &Spots, all: &[(Path, Spots)], out: &mut Diagnostics) {
    let mut ask = |condition: &Condition, at: Span| {
        for asked in condition.messages() {
            let Some(medium) = medium(all, &asked.path, &asked.step).filter(|m| !gives(m, asked.feedback)) else { continue };
            let message = format!("nobody can tell whether a message by {medium} was {}: `{}` stays unknown", asked.feedback.name(), condition.text());
            out.push(Diagnostic::new(Code::NoFeedback, at, message).help("ask about a mail, or about what the lead did: `events('page_view', '2d') > 0`"));
        }
    };
    for (step, places) in path.steps.iter().zip(&spots.steps) {
        let mut conditions = step.when.iter().chain(if let What::Wait { until, .. } = &step.what { Some(until) } else { None });
        for at in &places.conditions {
            conditions.next().into_iter().for_each(|c| ask(c, *at));
        }
        if let (What::Send(send), Some(at)) = (&step.what, places.send.fallback) {
            send.fallback.iter().for_each(|f| ask(&f.when, at));
        }
    }
}

/// Whether a message advertises: service passes the limits.
fn advertises(send: &Send, around: &Around<'_>) -> bool {
    let purpose = |name: &str| around.contents.iter().find(|c| c.name == name).map(|c| c.purpose);
    send.contents().iter().any(|name| purpose(name) != Some(Purpose::Service))
}

/// A path that alone sends more on a day or in a week than a lead may get.
fn caps(path: &Path, spots: &Spots, around: &Around<'_>, out: &mut Diagnostics) {
    let days = planned(path);
    let sends: Vec<(i64, &Send, Span)> = path
        .steps
        .iter()
        .zip(days)
        .zip(&spots.steps)
        .filter_map(|((step, day), places)| if let What::Send(send) = &step.what { Some((day, &**send, places.id)) } else { None })
        .filter(|(_, send, _)| advertises(send, around))
        .collect();
    let media = around.delivery.media.iter().map(|m| (Some(m.id.as_str()), m.limits));
    for (medium, limits) in media.chain([(None, around.delivery.limits)]) {
        let own: Vec<(i64, Span)> = sends.iter().filter(|(_, s, _)| medium.is_none_or(|m| s.medium == m)).map(|(day, _, at)| (*day, *at)).collect();
        for (most, length, what) in [(limits.per_day, 1, "a day"), (limits.per_week, 7, "a week")] {
            let Some(most) = most else { continue };
            let over = own.iter().enumerate().find(|(i, (day, _))| {
                let near = own.iter().take(i + 1).filter(|(other, _)| (0..length).contains(&(day - other))).count();
                near > most as usize
            });
            if let Some((_, (day, at))) = over {
                let by = medium.map_or("over all media".to_owned(), |m| format!("by {m}"));
                let message = format!("up to day {day}, `{}` alone sends more than the {most} {what} that delivery.yaml allows {by}", path.name);
                out.push(Diagnostic::new(Code::OverCap, *at, message).help("spread the steps over more days, or raise the limit"));
            }
        }
    }
}

fn serves(path: &Path, spots: &Spots, around: &Around<'_>, out: &mut Diagnostics) {
    for (step, places) in path.steps.iter().zip(&spots.steps).filter(|_| path.service) {
        if let What::Send(send) = &step.what
            && advertises(send, around)
        {
            let message = format!("`{}` is a service path, and `{}` sends marketing", path.name, step.id);
            out.push(
                Diagnostic::new(Code::BadValue, places.id, message)
                    .help("write `purpose: service` in the content if it answers the lead, else take `service: true` out"),
            );
        }
    }
}

/// Media that delivery.yaml leaves out: what is sent by them keeps to no rule, which nobody may have meant.
fn undeclared(path: &Path, spots: &Spots, around: &Around<'_>, out: &mut Diagnostics) {
    let Some(declared) = around.declared else { return };
    let mut told: Vec<&str> = Vec::new();
    for (step, places) in path.steps.iter().zip(&spots.steps) {
        let What::Send(send) = &step.what else { continue };
        let second = send.fallback.iter().map(|f| (f.medium.as_str(), places.send.second_medium));
        for (medium, at) in std::iter::once((send.medium.as_str(), places.send.medium)).chain(second) {
            if told.contains(&medium) || declared.iter().any(|d| d == medium) {
                continue;
            }
            told.push(medium);
            let message = format!("`{}` sends by {medium}, and delivery.yaml does not speak of it: into a CSV file, at any hour, without limits", path.name);
            let help = format!("say how under `send:` in delivery.yaml, e.g. `{medium}: {{via: csv, hours: \"10:00-18:00\"}}`");
            out.push(Diagnostic::new(Code::UndeclaredMedium, at.unwrap_or(places.id), message).help(help));
        }
    }
}

fn experiments(all: &[(Path, Spots)], around: &Around<'_>, out: &mut Diagnostics) {
    let mut seen: Vec<(&str, &[super::Arm])> = Vec::new();
    for (path, spots) in all {
        for (step, places) in path.steps.iter().zip(&spots.steps) {
            let What::Send(send) = &step.what else { continue };
            let Text::Variants { arms, experiment } = &send.text else { continue };
            match seen.iter().find(|(name, _)| *name == experiment.name) {
                Some((_, other)) if *other != arms.as_slice() => {
                    let at = places.send.experiment.unwrap_or(places.id);
                    let message = format!("two experiments are named `{}`, and their arms differ", experiment.name);
                    out.push(Diagnostic::new(Code::NameClash, at, message).help("give each its own name: a lead stays in its arm by that name"));
                }
                Some(_) => {}
                None => seen.push((&experiment.name, arms)),
            }
            let at = places.send.measure.unwrap_or(places.id);
            match &experiment.measure {
                Measure::Feedback(feedback) if !gives(&send.medium, *feedback) => {
                    let message = format!("nobody can tell whether a message by {} was {}: nothing is measured", send.medium, feedback.name());
                    out.push(Diagnostic::new(Code::NoFeedback, at, message).help("measure what the lead did: `events('trial_request') > 0`"));
                }
                Measure::Condition(measure) => {
                    if let Some(name) = measure.state_names().iter().find(|n| fed(n, around)) {
                        let message = format!("`{name}` counts the opens and clicks of the very messages that are tried: the one clicked more proves itself");
                        let help = "measure what they are for: `clicked`, `events('trial_request') > 0`, `won_deals > 0`";
                        out.push(Diagnostic::new(Code::OwnPoints, at, message).help(help));
                    }
                }
                Measure::Feedback(_) => {}
            }
        }
    }
}

/// Whether a name of the state moves by points that messages bring: a score, or a stage that one enters by it.
fn fed(name: &str, around: &Around<'_>) -> bool {
    let scores = |name: &str| matches!(name, "score" | "band") || name.starts_with("days_below_") || around.scoring.groups.iter().any(|g| g.id == name);
    let enters = |id: Option<&str>| {
        let stages = around.lifecycle.stages.iter().filter(|s| id.is_none_or(|id| crate::model::fold(&s.id) == id));
        stages.filter_map(|s| s.enter.as_ref()).any(|c| c.state_names().iter().any(|n| scores(n)))
    };
    let by_stage = match name.strip_prefix("reached('").and_then(|n| n.strip_suffix("')")) {
        Some(id) => enters(Some(id)),
        None => matches!(name, "stage" | "days_in_stage") && enters(None),
    };
    (scores(name) || by_stage)
        && around.scoring.groups.iter().flat_map(|g| &g.rules).filter_map(|r| r.event.as_ref()).any(|e| brought(e.kind, around.dictionary))
}

/// Whether messages bring about events of a kind (`None` = every act).
fn brought(kind: Option<KindId>, dictionary: &Dictionary) -> bool {
    let Some(def) = kind.and_then(|k| dictionary.kind(k)) else { return kind.is_none() };
    BROUGHT.contains(&def.id.as_str()) || def.from.iter().filter_map(|k| dictionary.kind(*k)).any(|k| BROUGHT.contains(&k.id.as_str()))
}
