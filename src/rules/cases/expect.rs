//! `expect:` of a case: what must come out.

use super::Around;
use crate::diag::{Code, Span};
use crate::model::{ClockStatus, nearest};
use crate::rules::reader::{Reader, date_of};
use crate::rules::yaml::{Kind, Node, Style};
use chrono::NaiveDate;

/// The keys of `expect` that this version knows, beside the groups' ids.
pub(in crate::rules) const KEYS: &[&str] = &["score", "band", "lines", "stage", "owner", "queue", "reached", "promises", "warned", "alerts", "messages"];

/// One promised outcome and where it stands.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// What.
    pub outcome: Outcome,
    /// Where: a failed one is shown there.
    pub span: Span,
}

/// A promised outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The total.
    Score(i64),
    /// The band's id.
    Band(String),
    /// A group (place in [`crate::rules::scoring::Scoring::groups`]) and its points.
    Group(usize, i64),
    /// A rule (group, rule) and its line's points.
    Line(usize, usize, i64),
    /// The stage's or detour's id.
    Stage(String),
    /// Who holds it, by id; `None` = nobody.
    Owner(Option<String>),
    /// The queue it waits in, by id; `None` = none.
    Queue(Option<String>),
    /// It was at this stage, or past it, at some time.
    Reached(String),
    /// How the latest owner's clock of a promise stands, by the promise's name; `None` = none ever ran.
    Promise(String, Option<ClockStatus>),
    /// Of which promises and queues owners were warned over all ticks, by name and in order.
    Warned(Vec<String>),
    /// Which alerts rang over all ticks, by name and in order; twice when it rang twice.
    Alerts(Vec<String>),
    /// Which messages leave on which local days, by content or `path/step`: up to the last day that is named these and no others.
    Messages(Vec<(NaiveDate, Vec<String>)>),
}

/// Reads all outcomes.
pub(super) fn read(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Vec<Expectation> {
    let scoring = around.scoring;
    let mut all = Vec::new();
    for e in r.names(node, "outcomes") {
        let outcome = match e.key.as_str() {
            "score" => r.whole(&e.value).map(Outcome::Score),
            "band" => {
                let ids: Vec<(&str, &str)> = scoring.bands.iter().map(|b| (b.id.as_str(), b.id.as_str())).collect();
                r.choice(&e.value, &ids).map(|id| Outcome::Band(id.into()))
            }
            "lines" => {
                for line in r.names(&e.value, "lines") {
                    let found = scoring.groups.iter().enumerate().find_map(|(g, group)| Some((g, group.rules.iter().position(|rule| rule.name == line.key)?)));
                    let Some((g, i)) = found else {
                        let known = scoring.groups.iter().flat_map(|g| g.rules.iter().map(|rule| rule.name.as_str()));
                        let help = nearest(&line.key, known).map_or_else(|| "write the rule's `name:`".to_owned(), |n| format!("did you mean `{n}`?"));
                        r.error(Code::UnknownName, line.key_span, format!("no rule is named `{}`", line.key), help);
                        continue;
                    };
                    if let Some(points) = r.whole(&line.value) {
                        all.push(Expectation { outcome: Outcome::Line(g, i, points), span: line.key_span });
                    }
                }
                None
            }
            "stage" => around.known.place(&e.value, r).map(Outcome::Stage),
            "owner" => nobody(&e.value).then_some(Outcome::Owner(None)).or_else(|| around.known.person(&e.value, r).map(|id| Outcome::Owner(Some(id)))),
            "queue" => nobody(&e.value).then_some(Outcome::Queue(None)).or_else(|| around.queue(&e.value, r).map(|id| Outcome::Queue(Some(id)))),
            "reached" => {
                let items = match &e.value.kind {
                    Kind::List(items) => items.as_slice(),
                    _ => std::slice::from_ref(&e.value),
                };
                for node in items {
                    all.extend(around.known.stage(node, r).map(|id| Expectation { outcome: Outcome::Reached(id), span: node.span }));
                }
                None
            }
            "promises" => {
                for e in r.names(&e.value, "promises") {
                    let status = if nobody(&e.value) { Some(None) } else { r.choice(&e.value, &ClockStatus::ALL).map(Some) };
                    if around.promise(&e.key, e.key_span, r)
                        && let Some(status) = status
                    {
                        all.push(Expectation { outcome: Outcome::Promise(e.key.clone(), status), span: e.key_span });
                    }
                }
                None
            }
            "warned" => {
                let named: Vec<Option<String>> = r.items(&e.value, "promises and queues").iter().map(|n| around.warned(n, r)).collect();
                named.into_iter().collect::<Option<Vec<String>>>().map(Outcome::Warned)
            }
            "alerts" => {
                let items = r.items(&e.value, "alerts").iter();
                let named: Vec<Option<String>> = items.map(|n| around.alert(n, r)).collect();
                named.into_iter().collect::<Option<Vec<String>>>().map(Outcome::Alerts)
            }
            "messages" => messages(&e.value, around, r).map(Outcome::Messages),
            key => match scoring.groups.iter().position(|g| g.id == key) {
                Some(g) => r.whole(&e.value).map(|points| Outcome::Group(g, points)),
                None => {
                    let known = KEYS.iter().copied().chain(scoring.groups.iter().map(|g| g.id.as_str()));
                    let help = nearest(key, known.clone())
                        .map_or_else(|| format!("it may have: {}", known.collect::<Vec<_>>().join(", ")), |n| format!("did you mean `{n}`?"));
                    r.error(Code::UnknownKey, e.key_span, format!("`{key}` is no outcome"), help);
                    None
                }
            },
        };
        all.extend(outcome.map(|outcome| Expectation { outcome, span: e.key_span }));
    }
    all
}

/// `{2026-11-22: [case-mfg], 2026-11-24: []}`
fn messages(node: &Node, around: &Around<'_>, r: &mut Reader<'_>) -> Option<Vec<(NaiveDate, Vec<String>)>> {
    let (mut all, before) = (Vec::new(), r.out.0.len());
    for e in r.names(node, "days") {
        let Some(day) = date_of(e.key.trim()) else {
            r.error(Code::BadValue, e.key_span, format!("`{}` is not a date", e.key), "write the day on which they leave, e.g. `2026-11-22: [case-mfg]`");
            continue;
        };
        let items = match &e.value.kind {
            Kind::List(items) => items.as_slice(),
            _ if nobody(&e.value) => &[],
            _ => std::slice::from_ref(&e.value),
        };
        let known = |n: &Node, r: &mut Reader<'_>| {
            r.known(n, "message", around.letters.iter().map(String::as_str), "write a content's name, or `path/step`").map(str::to_owned)
        };
        let names: Vec<Option<String>> = items.iter().map(|n| known(n, r)).collect();
        all.extend(names.into_iter().collect::<Option<Vec<String>>>().map(|names| (day, names)));
    }
    all.sort();
    (r.out.0.len() == before).then_some(all)
}

impl Around<'_> {
    /// Whether there is such a promise.
    fn promise(&self, name: &str, span: Span, r: &mut Reader<'_>) -> bool {
        let Some(promises) = self.promises else { return true };
        let known = promises.iter().map(|p| p.name.as_str());
        if known.clone().any(|n| n == name) {
            return true;
        }
        let help = nearest(name, known).map_or_else(|| "promises are declared in sla.yaml".to_owned(), |n| format!("did you mean `{n}`?"));
        r.error(Code::UnknownName, span, format!("no promise is named `{name}`"), help);
        false
    }

    /// A promise's name or a queue's id.
    fn warned(&self, node: &Node, r: &mut Reader<'_>) -> Option<String> {
        let (Some(promises), Some(assignment)) = (self.promises, self.assignment) else { return r.text(node).map(str::to_owned) };
        let known = promises.iter().map(|p| p.name.as_str()).chain(assignment.queues.iter().map(|q| q.id.as_str()));
        r.known(node, "promise or queue", known, "promises are declared in sla.yaml, queues in assignment.yaml").map(str::to_owned)
    }

    /// An alert's name.
    fn alert(&self, node: &Node, r: &mut Reader<'_>) -> Option<String> {
        let Some(alerts) = self.alerts else { return r.text(node).map(str::to_owned) };
        r.known(node, "alert", alerts.iter().map(|a| a.name.as_str()), "alerts are declared in alerts.yaml").map(str::to_owned)
    }
}

/// `owner:`, `owner: ~`, `owner: null`: nobody.
fn nobody(node: &Node) -> bool {
    node.is_nothing() || matches!(&node.kind, Kind::Scalar(s) if s.style == Style::Plain && s.text == "null")
}
