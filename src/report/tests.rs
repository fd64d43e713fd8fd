//! `sop test`: the cases under sops/tests, and the score card of each that failed.

use super::explain::Line;
use super::{Cell, Column, ColumnType, Frame, Layout, Report, Section};
use crate::model::Instant;

/// One case that was run.
#[derive(Clone, Debug)]
pub struct Case {
    /// `sops/tests/scoring.yaml`
    pub file: String,
    /// 1-based line of the case.
    pub line: usize,
    /// What it says it shows.
    pub name: String,
    /// What did not come out as expected; empty = passed.
    pub differences: Vec<String>,
    /// The score card of a failed case: group and line.
    pub card: Vec<(String, Line)>,
    /// What happened to the lead of a failed case, where that says why: when, what, from, to, why.
    pub story: Vec<Step>,
}

/// Something that happened to the lead of a case.
#[derive(Clone, Debug)]
pub struct Step {
    /// When it is dated.
    pub at: Instant,
    /// `stage`, `owner`, `rule` …
    pub what: String,
    /// Before; of a rule, its round.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// The condition, the rule, or whom it passed over.
    pub why: String,
}

/// All cases in the order given; the failed ones with their differences, score cards and what happened to their leads.
pub fn report(frame: &Frame, cases: &[Case]) -> Report {
    let columns = vec![Column::text("result"), Column::text("file"), Column::integer("line"), Column::text("test"), Column::text("difference").sentences()];
    let mut report = Report::new("test", frame, columns);
    report.whole = true;
    let (mut cards, mut steps) = (Vec::new(), Vec::new());
    for case in cases {
        let passed = case.differences.is_empty();
        report.rows.push(vec![
            Cell::text(if passed { "pass" } else { "FAIL" }),
            Cell::text(&*case.file),
            Cell::count(case.line),
            Cell::text(&*case.name),
            Cell::text(case.differences.join("; ")),
        ]);
        if !passed {
            cards.extend(case.card.iter().map(|(group, line)| {
                vec![Cell::text(&*case.name), Cell::text(&**group), Cell::text(&*line.rule), Cell::Integer(line.points), Cell::text(&*line.reason)]
            }));
            steps.extend(case.story.iter().map(|s| {
                let (from, to) = (Cell::maybe(s.from.as_deref()), Cell::maybe(s.to.as_deref()));
                vec![Cell::text(&*case.name), Cell::Instant(s.at), Cell::text(&*s.what), from, to, Cell::text(&*s.why)]
            }));
        }
    }
    let columns = vec![Column::text("test"), Column::text("group"), Column::text("rule"), Column::integer("points"), Column::text("reason").sentences()];
    report.sections.push(Section::new("score_cards", Layout::Table, columns, cards));
    if !steps.is_empty() {
        let mut columns = vec![Column::text("test"), Column::new("at", ColumnType::Instant)];
        columns.extend(["what", "from", "to"].map(Column::text));
        columns.push(Column::text("why").sentences());
        report.sections.push(Section::new("stories", Layout::Table, columns, steps));
    }
    let failed = cases.iter().filter(|c| !c.differences.is_empty()).count();
    report.total("passed", Cell::count(cases.len() - failed));
    report.total("failed", Cell::count(failed));
    report
}
