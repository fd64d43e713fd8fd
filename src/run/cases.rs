//! `sop test`: the examples of sops/tests/*.yaml through the real engines. Pure: no store, no clock.
//!
//! A case's cells are typed as a file's cells are, its events are classified and filtered as a base's are, and the
//! score is the score card's, so an example that holds here holds for the lead that it describes.

use crate::condition::Facts;
use crate::diag::Span;
use crate::engine::events::{bot_filter, classify};
use crate::engine::scoring::{Line, ScoreCard, Scorer};
use crate::ingest::cell;
use crate::ingest::{BadCell, Cell};
use crate::model::{
    BadValue, CountColumn, DateOrder, Detail, DetailId, Details, Event, Field, FieldType, Instant, KindId, OnConflict, RangeEnd, Value, ValueMatch, fold,
};
use crate::rules::Sop;
use crate::rules::cases::{Case, CaseEvent, Outcome};
use std::fmt::Write as _;

/// The most events that one count in a lead column may stand for here.
const MOST: i64 = 10_000;

/// What became of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseResult {
    /// As in the file.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// Every expectation was met and every cell was read.
    pub passed: bool,
    /// Each broken promise with its place: `sops/tests/scoring.yaml:12: score is 40, expected 50`.
    pub failures: Vec<String>,
    /// The score, line by line.
    pub card: ScoreCard,
}

/// Runs every case of a workspace, in the files' order.
pub fn run_cases(sop: &Sop) -> Vec<CaseResult> {
    let mut scorer = Scorer::new(&sop.scoring, &sop.dictionary);
    sop.cases.iter().map(|case| run_case(sop, &mut scorer, case)).collect()
}

fn run_case(sop: &Sop, scorer: &mut Scorer<'_>, case: &Case) -> CaseResult {
    let mut subject = Subject::default();
    subject.read_lead(sop, case);
    subject.read_events(sop, case);
    classify(sop, &mut subject.details);
    subject.events.sort();
    let mut events = Vec::new();
    bot_filter(&subject.events, &subject.details, &sop.dictionary, case.as_of, &mut events);

    scorer.new_details();
    let created_at = sop.dictionary.field("created_at").and_then(|(ix, _)| subject.lead.get(ix.0)).and_then(|value| match value {
        Value::At(at) => Some(*at),
        Value::Date(day) => Some(sop.calendar.start_of(*day)),
        _ => None,
    });
    let card = scorer.card(&Facts {
        dictionary: &sop.dictionary,
        calendar: &sop.calendar,
        as_of: case.as_of,
        lead: &subject.lead,
        extra: &[],
        created_at: created_at.unwrap_or(case.as_of), // as for a lead that an import sees for the first time
        events: &events,
        details: &subject.details,
        follow_ups: &[],
        state: &[],
        messages: &[],
        enrollment: None,
        event: None,
    });

    let place = |span: Span| {
        let name = sop.sources.get(span.source).map_or("", |source| source.name.as_str());
        format!("{name}:{}", sop.sources.line_column(span.source, span.start).0)
    };
    let mut failures: Vec<String> =
        subject.bad.iter().map(|bad| format!("{}: `{}` of `{}`: {}", place(case.span), bad.value, bad.column, bad.reason)).collect();
    for expected in &case.expect {
        failures.extend(broken(&expected.outcome, &card).map(|text| format!("{}: {text}", place(expected.span))));
    }
    CaseResult { name: case.name.clone(), span: case.span, passed: failures.is_empty(), failures, card }
}

/// How a promise is broken, if it is.
fn broken(outcome: &Outcome, card: &ScoreCard) -> Option<String> {
    let number = |what: &str, is: Option<i64>, expected: i64| {
        let is = is?;
        (is != expected).then(|| format!("{what} is {is}, expected {expected}"))
    };
    match outcome {
        Outcome::Score(expected) => number("score", Some(card.total), *expected),
        Outcome::Band(expected) => (card.band != *expected).then(|| format!("band is {}, expected {expected}", card.band)),
        Outcome::Group(group, expected) => card.groups.get(*group).and_then(|group| number(&group.id, Some(group.points), *expected)),
        Outcome::Line(group, rule, expected) => {
            let line = card.groups.get(*group).and_then(|group| group.lines.get(*rule));
            line.and_then(|line| number(&line.rule, Some(line.points), *expected))
        }
        Outcome::Stage(_) | Outcome::Owner(_) | Outcome::Queue(_) | Outcome::Reached(_) => {
            Some("stages, owners and queues of examples cannot be judged yet".to_owned())
        }
    }
}

/// The lead of a case, as an import would have made it.
#[derive(Default)]
struct Subject {
    lead: Vec<Value>,
    events: Vec<Event>,
    details: Details,
    bad: Vec<BadCell>,
}

impl Subject {
    fn read_lead(&mut self, sop: &Sop, case: &Case) {
        self.lead = vec![Value::Null; sop.dictionary.fields.len()];
        for (name, text) in &case.lead {
            if let Some(column) = sop.dictionary.events_in.iter().find(|column| column.header == *name) {
                self.read_column(sop, case, column, text);
            } else if let Some(ix) = sop.dictionary.field_of_header(name)
                && let Some(field) = sop.dictionary.fields.get(ix.0)
            {
                let value = self.cell(sop, field, text);
                if let Some(place) = self.lead.get_mut(ix.0) {
                    *place = value;
                }
            }
        }
    }

    /// Behaviour kept in a lead column: an instant is one event, a count is as many, at its companion's instant or the as-of.
    fn read_column(&mut self, sop: &Sop, case: &Case, column: &CountColumn, text: &str) {
        let when = |subject: &mut Self, text: &str| subject.cell(sop, &plain(&column.header, FieldType::Datetime, None), text).as_instant();
        let (n, at) = if column.count {
            let n = match self.cell(sop, &plain(&column.header, FieldType::Integer, None), text) {
                Value::Int(n) if n > MOST => {
                    let reason = "more events than an example needs".into();
                    self.bad.push(BadCell { column: column.header.clone(), value: text.to_owned(), reason });
                    0
                }
                Value::Int(n) => n.max(0),
                _ => 0,
            };
            let companion = column.at.as_ref().and_then(|header| case.lead.iter().find(|(name, _)| name == header));
            (n, companion.and_then(|(_, text)| when(self, text)).or(Some(case.as_of)))
        } else {
            (1, when(self, text))
        };
        let Some(at) = at else { return };
        let values = vec![Value::Null; sop.dictionary.event_fields.len()];
        for _ in 0..n {
            self.add(sop, column.kind, at, values.clone());
        }
    }

    fn read_events(&mut self, sop: &Sop, case: &Case) {
        for CaseEvent { kind, at, cells } in &case.events {
            let mut values = vec![Value::Null; sop.dictionary.event_fields.len()];
            for (name, text) in cells {
                let named = |id: &str| fold(id) == fold(name);
                let found = sop.dictionary.event_fields.iter().position(|f| named(&f.id) || f.aliases.iter().any(|alias| named(alias)));
                if let Some(ix) = found
                    && let (Some(field), Some(place)) = (sop.dictionary.event_fields.get(ix), values.get_mut(ix))
                {
                    *place = self.cell(sop, &plain(&field.id, field.ty, field.order), text);
                }
            }
            self.add(sop, *kind, *at, values);
        }
    }

    fn add(&mut self, sop: &Sop, kind: KindId, at: Instant, values: Vec<Value>) {
        let kind_name = sop.dictionary.kind(kind).map_or("", |def| def.id.as_str()).into();
        let detail = DetailId(u32::try_from(self.details.0.len()).unwrap_or(u32::MAX));
        self.details.0.push(Detail { kind, kind_name, values, kinds: Vec::new(), act: false });
        self.events.push(Event { at, detail });
    }

    /// One typed cell; an unreadable one is blank and breaks the case.
    fn cell(&mut self, sop: &Sop, field: &Field, text: &str) -> Value {
        cell::parse(field, &sop.dictionary, &sop.calendar, Cell::text(text), None).unwrap_or_else(|bad| {
            self.bad.push(bad);
            Value::Null
        })
    }
}

/// A field of a type and nothing more.
fn plain(id: &str, ty: FieldType, order: Option<DateOrder>) -> Field {
    Field {
        id: id.to_owned(),
        ty,
        title: id.to_owned(),
        aliases: Vec::new(),
        values: Vec::new(),
        value_match: ValueMatch::Exact,
        range: RangeEnd::Low,
        plain: false,
        region: None,
        order,
        zone: None,
        blank: Vec::new(),
        on_conflict: OnConflict::KeepNewest,
        on_bad_value: BadValue::Blank,
        master_file: false,
    }
}

impl CaseResult {
    /// For people: the name, what was promised and broken, and the score card that says why.
    pub fn text(&self) -> String {
        let mut out = format!("{} {}\n", if self.passed { "ok  " } else { "FAIL" }, self.name);
        if self.passed {
            return out;
        }
        for failure in &self.failures {
            let _ = writeln!(out, "  {failure}");
        }
        let line = |out: &mut String, line: &Line| {
            let _ = writeln!(out, "    {:+5}  {}: {}", line.points, line.rule, line.reason);
        };
        let _ = writeln!(out, "  score {}, band {}", self.card.total, self.card.band);
        for group in &self.card.groups {
            let _ = writeln!(out, "  {} {}", group.id, group.points);
            for one in group.lines.iter().chain(&group.clamp) {
                line(&mut out, one);
            }
        }
        self.card.clamp.iter().for_each(|clamp| line(&mut out, clamp));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::load;

    const FIELDS: &str = "
events_in:
  下载次数: {kind: whitepaper_download, count: true, at: 最近下载}
  试用时间: trial_request
bot_filter: {kinds: [email_click], links: 3, within: 2s}
";
    const SCORING: &str = "
groups:
  engagement:
    max: 40
    rules:
      - {name: 下载, event: whitepaper_download, points: 10, within: 30d}
      - {name: 试用, event: trial_request, points: 25}
      - {name: 点击, event: email_click, points: 3}
bands: {hot: 40, cold: 0}
";

    fn run(cases: &str) -> Vec<CaseResult> {
        let file = |name: &str, text: &str| (format!("sops/{name}"), Ok(text.as_bytes().to_vec()));
        let (sop, _) = load(&[file("fields.yaml", FIELDS), file("scoring.yaml", SCORING), file("tests/a.yaml", cases)]).expect("a good workspace");
        run_cases(&sop)
    }

    #[test]
    fn the_starter_keeps_its_own_promises() {
        let files: Vec<_> = crate::rules::starter().into_iter().map(|(name, bytes)| (name, Ok(bytes))).collect();
        let (sop, _) = load(&files).expect("the starter is valid");
        let broken: Vec<String> = run_cases(&sop).iter().filter(|result| !result.passed).map(CaseResult::text).collect();
        assert!(sop.cases.len() > 10 && broken.is_empty(), "{}", broken.join("\n"));
    }

    #[test]
    fn a_kept_promise_is_one_line() {
        let out = run("
- name: 两次下载
  as_of: 2026-11-21
  lead: {下载次数: 2, 最近下载: 2026-11-01, 试用时间: 2026-11-20 10:00}
  expect: {score: 40, engagement: 40, band: hot, lines: {下载: 20, 试用: 25}}
");
        assert_eq!(out[0].failures, [""; 0]);
        assert_eq!(out[0].text(), "ok   两次下载\n");
    }

    #[test]
    fn a_broken_promise_shows_its_place_and_the_card() {
        let out = run("
- name: 机器人点了三个链接
  as_of: 2026-11-21
  lead: {试用时间: 2026-11-21}
  events:
    - {kind: email_click, at: 2026-11-20 10:00:00, path: /a}
    - {kind: email_click, at: 2026-11-20 10:00:01, path: /b}
    - {kind: email_click, at: 2026-11-20 10:00:02, path: /c}
  expect:
    score: 34
    lines: {试用: 25, 点击: 9}
");
        assert!(!out[0].passed);
        assert_eq!(out[0].failures, ["sops/tests/a.yaml:10: score is 25, expected 34", "sops/tests/a.yaml:11: 点击 is 0, expected 9"]);
        let text = out[0].text();
        assert!(text.starts_with("FAIL 机器人点了三个链接\n  sops/tests/a.yaml:10: score is 25, expected 34\n"), "{text}");
        assert!(text.contains("+25  试用: 1 of 1 trial_request counted: 2026-11-21: 1 × 25 = 25\n"), "{text}");
        assert!(text.contains("+0  点击: no email_click\n"), "{text}");
    }

    #[test]
    fn an_unreadable_cell_breaks_its_case() {
        let out = run("
- name: 时间写错
  as_of: 2026-11-21
  lead: {试用时间: 昨天}
  expect: {score: 0}
");
        assert_eq!(out[0].failures.len(), 1);
        assert!(out[0].failures[0].starts_with("sops/tests/a.yaml:2: `昨天` of `试用时间`: "), "{}", out[0].failures[0]);
    }
}
