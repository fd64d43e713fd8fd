//! `sop test`: the examples of sops/tests/*.yaml through the real engines. Pure: no store, no clock.
//!
//! A case's cells are typed as a file's cells are, its events are classified and filtered as a base's are, the score is the
//! score card's, and its ticks take the very steps of `sop tick`: an example that holds here holds for the lead that it describes.

mod judge;
mod life;
mod subject;
#[cfg(test)]
mod tests;
mod travels;

use crate::diag::Span;
use crate::engine::scoring::{Line, ScoreCard, Scorer};
use crate::model::{Calendar, Instant};
use crate::rules::Sop;
use crate::rules::cases::{Case, Expectation, Outcome};
use chrono::NaiveDate;
use judge::Judge;
use life::Life;
use std::fmt::Write as _;
use subject::Subject;

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
    /// What happened to the lead, in order, where an expectation about that is broken; else empty.
    pub story: Vec<Happening>,
}

/// Something that happened to the lead of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When it is dated.
    pub at: Instant,
    /// `stage`, `owner`, `queue`, `verdict`, `warning`, `breach`, `alert`; `rule`: one that was asked for an owner.
    pub what: String,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// The condition with the values seen, the rule, or whom it passed over.
    pub why: String,
}

/// Runs every case of a workspace, in the files' order.
pub fn run_cases(sop: &Sop) -> Vec<CaseResult> {
    let mut scorer = Scorer::new(&sop.scoring, &sop.dictionary);
    sop.cases.iter().map(|case| run_case(sop, &mut scorer, case)).collect()
}

fn run_case(sop: &Sop, scorer: &mut Scorer<'_>, case: &Case) -> CaseResult {
    scorer.new_details();
    let subject = Subject::new(sop, case, case.ticks.first().copied().unwrap_or(case.as_of));
    let mut life = Life::begin(sop, case, &subject);
    for at in case.ticks.iter().chain([&case.as_of]) {
        life.tick(scorer, *at);
    }
    let card = subject.with_facts(case.as_of, |facts| scorer.card(facts));

    let place = |span: Span| {
        let name = sop.sources.get(span.source).map_or("", |source| source.name.as_str());
        format!("{name}:{}", sop.sources.line_column(span.source, span.start).0)
    };
    let mut failures: Vec<String> =
        subject.bad.iter().map(|bad| format!("{}: `{}` of `{}`: {}", place(case.span), bad.value, bad.column, bad.reason)).collect();
    failures.extend(life.refused.iter().map(|why| format!("{}: {why}", place(case.span))));
    let judge = Judge { sop, case, card: &card, life: &life };
    let (mut eventful, mut broken) = (!life.refused.is_empty(), Vec::new());
    let later = |e: &&Expectation| matches!(e.outcome, Outcome::Messages(_));
    for expected in case.expect.iter().filter(|e| !later(e)) {
        if let Some(text) = judge.broken(&expected.outcome) {
            eventful |= !judge::is_of_score(&expected.outcome);
            broken.push(format!("{}: {text}", place(expected.span)));
        }
    }
    for expected in case.expect.iter().filter(later) {
        let Outcome::Messages(days) = &expected.outcome else { continue };
        walk(sop, scorer, case, &mut life, days.last().map(|(day, _)| *day));
        if let Some(text) = judge::letters(sop, &life, days) {
            eventful = true;
            broken.push(format!("{}: {text}", place(expected.span)));
        }
    }
    failures.extend(broken);
    let story = if eventful { std::mem::take(&mut life.story) } else { Vec::new() };
    CaseResult { name: case.name.clone(), span: case.span, passed: failures.is_empty(), failures, card, story }
}

/// The most ticks that a case walks on.
const MOST_TICKS: usize = 2_000;

/// Lets a punctual cron run on until a day is over, without the ticks that nothing would happen in.
fn walk(sop: &Sop, scorer: &mut Scorer<'_>, case: &Case, life: &mut Life<'_>, until: Option<NaiveDate>) {
    let Some(end) = until.map(|day| sop.calendar.end_of(day)) else { return };
    let (mut at, step) = (case.as_of, sop.calendar.tick.0.max(60));
    for _ in 0..MOST_TICKS {
        // The next tick by which something could have changed.
        let ticks = life.until.0.0.saturating_sub(at.0).saturating_add(step - 1) / step;
        at = at.plus(ticks.max(1).saturating_mul(step));
        if at > end {
            return;
        }
        life.tick(scorer, at);
    }
}

/// An instant for people, in the calendar's zone.
fn local(calendar: &Calendar, at: Instant) -> String {
    let local = calendar.local(at);
    local.format(if at.0 % 60 == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" }).to_string()
}

impl CaseResult {
    /// For people: the name, what was promised and broken, what happened, and the score card that says why.
    pub fn text(&self, calendar: &Calendar) -> String {
        let mut out = format!("{} {}\n", if self.passed { "ok  " } else { "FAIL" }, self.name);
        if self.passed {
            return out;
        }
        for failure in &self.failures {
            let _ = writeln!(out, "  {failure}");
        }
        for Happening { at, what, from, to, why } in &self.story {
            let of = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".into());
            let _ = writeln!(out, "  {}  {what} {} → {}: {why}", local(calendar, *at), of(from), of(to));
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
