//! `sop test`: the cases under sops/tests, and the score card of each that failed.

use super::explain::Line;
use super::{Cell, Column, Frame, Layout, Report, Section};

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
}

/// All cases in the order given; the failed ones with their differences and score cards.
pub fn report(frame: &Frame, cases: &[Case]) -> Report {
    let columns = vec![Column::text("result"), Column::text("file"), Column::integer("line"), Column::text("test"), Column::text("difference").sentences()];
    let mut report = Report::new("test", frame, columns);
    report.whole = true;
    let mut cards = Vec::new();
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
        }
    }
    let columns = vec![Column::text("test"), Column::text("group"), Column::text("rule"), Column::integer("points"), Column::text("reason").sentences()];
    report.sections.push(Section { id: "score_cards".into(), layout: Layout::Table, columns, rows: cards });
    let failed = cases.iter().filter(|c| !c.differences.is_empty()).count();
    report.total("passed", Cell::count(cases.len() - failed));
    report.total("failed", Cell::count(failed));
    report
}
