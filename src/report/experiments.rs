//! `sop report experiments`: what experiments say so far, and whether anything may be concluded from them.
//!
//! Each lead counts once, in the arm that it was given, whatever it got; only those exposed long enough ago. An arm is called the winner only
//! with p < 0.05, and never when the split itself is broken.

use super::{Cell, Column, ColumnType, Frame, Note, Report, Said, thousands};
use crate::measure::{Finding, Proportion, SampleRatio, chance_best, difference, finding, sample_size, z_test};

/// At most this chance of a difference where there is none, and this chance to see one that is there: what `more_leads` speaks of.
const ALPHA: f64 = 0.05;
const POWER: f64 = 0.8;

/// One arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Its planned share against the others'.
    pub weight: f64,
    /// Every lead that was given to it.
    pub assigned: u64,
    /// Of those, the ones exposed long enough ago, and those who did what is measured.
    pub counted: Proportion,
}

/// One experiment and one thing that is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// `offer-test`
    pub name: String,
    /// `clicked`, `visit`, `goal`
    pub measure: String,
    /// The arm that the others are held against comes first.
    pub arms: Vec<Arm>,
}

/// What is known of all experiments.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// In the order of the SOP files.
    pub experiments: Vec<Experiment>,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// One row per arm.
pub fn report(facts: &Facts) -> Report {
    let mut columns: Vec<Column> = ["experiment", "measure", "arm"].map(Column::text).into();
    columns.extend(["leads", "waiting_leads", "successes"].map(Column::integer));
    let shares = ["rate", "rate_low", "rate_high", "difference", "difference_low", "difference_high"];
    columns.extend(shares.map(|id| Column::new(id, ColumnType::Percent)));
    columns.extend(["z", "p"].map(|id| Column::new(id, ColumnType::Number)));
    columns.push(Column::new("chance_best", ColumnType::Percent));
    columns.push(Column::new("split_p", ColumnType::Number));
    columns.push(Column::integer("more_leads"));
    columns.push(Column::text("verdict").sentences());
    let mut report = Report::new("outcomes", &facts.frame, columns);
    report.whole = true;
    report.rows = facts.experiments.iter().flat_map(rows).collect();
    report.total("experiments", Cell::count(facts.experiments.len()));
    report.total("mismatched", Cell::count(facts.experiments.iter().filter(|e| split(e).is_some_and(|s| s.mismatched())).count()));
    report.notes = facts.notes.clone();
    report
}

fn split(experiment: &Experiment) -> Option<SampleRatio> {
    SampleRatio::of(&experiment.arms.iter().map(|a| (a.assigned, a.weight)).collect::<Vec<_>>())
}

fn rows(experiment: &Experiment) -> Vec<Vec<Cell>> {
    let split = split(experiment);
    let counted: Vec<Proportion> = experiment.arms.iter().map(|a| a.counted).collect();
    let best = if counted.iter().all(|c| c.of() > 0) { chance_best(&counted) } else { Vec::new() };
    let Some(control) = experiment.arms.first() else { return Vec::new() };
    let number = |n: Option<f64>| n.map_or(Cell::Empty, Cell::Number);
    let share = |n: Option<f64>| n.map_or(Cell::Empty, Cell::Percent);
    let row = |(place, arm): (usize, &Arm)| {
        let (a, b) = (control.counted, arm.counted);
        let others = place > 0;
        let apart = difference(a, b).filter(|_| others);
        let test = z_test(a, b).filter(|_| others);
        let interval = b.wilson();
        let needed = needed(a, b).filter(|_| others);
        let leader = best.iter().copied().fold(0.0, f64::max);
        let is_best = best.get(place).is_some_and(|chance| *chance >= leader);
        vec![
            Cell::text(&*experiment.name),
            Cell::text(&*experiment.measure),
            Cell::text(&*arm.name),
            whole(b.of()),
            whole(arm.assigned.saturating_sub(b.of())),
            whole(b.hits()),
            share(b.rate()),
            share(interval.map(|i| i.low)),
            share(interval.map(|i| i.high)),
            share(apart.map(|(d, _)| d)),
            share(apart.map(|(_, i)| i.low)),
            share(apart.map(|(_, i)| i.high)),
            number(test.map(|t| t.z)),
            number(test.map(|t| t.p)),
            share(best.get(place).copied()),
            number(split.map(|s| s.p)),
            needed.map_or(Cell::Empty, whole),
            verdict(experiment, split, (a, b), others, is_best, needed).into(),
        ]
    };
    experiment.arms.iter().enumerate().map(row).collect()
}

/// How many leads more each arm needs to find a difference of this size; nothing where it is found already, or is none.
fn needed(a: Proportion, b: Proportion) -> Option<u64> {
    if matches!(finding(a, b), Finding::Better | Finding::Worse) {
        return None;
    }
    let size = sample_size(a.rate()?, b.rate()?, ALPHA, POWER)?;
    Some(size.saturating_sub(a.of().min(b.of()))).filter(|n| *n > 0)
}

/// What may be said of an arm beside the control.
fn verdict(experiment: &Experiment, split: Option<SampleRatio>, (a, b): (Proportion, Proportion), others: bool, is_best: bool, needed: Option<u64>) -> Said {
    if let Some(split) = split.filter(SampleRatio::mismatched) {
        let p = small(split.p);
        return Said::new(
            format!("the arms did not get the shares that they were meant to get (p = {p}): find out why before anything is concluded"),
            format!("各组人数偏离设定比例（p = {p}）：查明原因之前不下结论"),
        );
    }
    let control = experiment.arms.first().map_or("", |a| a.name.as_str());
    if !others {
        return Said::new("the others are held against it", "作为对照");
    }
    let more = needed.map(|n| thousands(whole_of(n)));
    let (more, more_zh) = more
        .map(|n| (format!("; about {n} more leads per arm would show a difference of this size"), format!("；每组约再有 {n} 条线索才能看出这样的差异")))
        .unwrap_or_default();
    match (finding(a, b), z_test(a, b).map(|t| small(t.p))) {
        (Finding::TooFew, _) | (_, None) => Said::new(format!("too few to tell: wait{more}"), format!("人数太少，无法判断，继续等待{more_zh}")),
        (Finding::Undecided, Some(p)) => {
            Said::new(format!("no difference from {control} is shown (p = {p}){more}"), format!("与 {control} 没有显出差异（p = {p}）{more_zh}"))
        }
        (Finding::Better, Some(p)) if is_best => Said::new(format!("the winner: higher than {control} (p = {p})"), format!("胜出：高于 {control}（p = {p}）")),
        (Finding::Better, Some(p)) => {
            Said::new(format!("higher than {control} (p = {p}), and another arm is higher still"), format!("高于 {control}（p = {p}），但另有一组更高"))
        }
        (Finding::Worse, Some(p)) => Said::new(format!("lower than {control} (p = {p})"), format!("低于 {control}（p = {p}）")),
    }
}

/// `0.0153`, `< 0.0001`
fn small(p: f64) -> String {
    if p < 0.0001 { "< 0.0001".to_owned() } else { format!("{p:.4}") }
}

fn whole(n: u64) -> Cell {
    Cell::Integer(whole_of(n))
}

fn whole_of(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Instant};

    fn table(arms: &[(&str, u64, u64)]) -> Report {
        let arm = |(name, hits, of): &(&str, u64, u64)| Arm { name: (*name).into(), weight: 1.0, assigned: *of, counted: Proportion::new(*hits, *of) };
        let experiment = Experiment { name: "t".into(), measure: "clicked".into(), arms: arms.iter().map(arm).collect() };
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") };
        report(&Facts { frame, experiments: vec![experiment], notes: Vec::new() })
    }

    fn cell<'r>(report: &'r Report, row: usize, id: &str) -> &'r Cell {
        let column = report.columns.iter().position(|c| c.id == id).expect("a column");
        &report.rows[row][column]
    }

    fn number(report: &Report, row: usize, id: &str) -> f64 {
        match cell(report, row, id) {
            Cell::Number(n) | Cell::Percent(n) => *n,
            other => panic!("{id}: {other:?}"),
        }
    }

    fn says(report: &Report, row: usize) -> String {
        match cell(report, row, "verdict") {
            Cell::Said(said) => said.en.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Pooled two-proportion z, Newcombe's interval of B − A and Beta(1, 1) chances, worked out outside of this program.
    #[test]
    fn four_tests_to_the_printed_digits() {
        let published = [
            ((200, 4000), (250, 4000), [-2.426248, 0.01525582, 0.002398, 0.022648, 0.992360], true),
            ((120, 1000), (150, 1000), [-1.963050, 0.04964039, 0.000014, 0.060008, 0.975068], true),
            ((30, 500), (42, 500), [-1.468051, 0.14209049, -0.008331, 0.056761, 0.927887], false),
            ((5, 83), (12, 99), [-1.407830, 0.15918129, -0.027910, 0.146883, 0.913549], false),
        ];
        for (a, b, [z, p, low, high, chance], wins) in published {
            let report = table(&[("A", a.0, a.1), ("B", b.0, b.1)]);
            let got = ["z", "p", "difference_low", "difference_high", "chance_best"].map(|id| number(&report, 1, id));
            for ((got, expected), half) in got.iter().zip([z, p, low, high, chance]).zip([5e-7, 5e-9, 5e-7, 5e-7, 5e-7]) {
                assert!((got - expected).abs() <= half, "{a:?} {b:?}: {got} instead of {expected}");
            }
            assert!((number(&report, 0, "chance_best") + number(&report, 1, "chance_best") - 1.0).abs() < 1e-12);
            assert_eq!(says(&report, 1).contains("winner"), wins, "{}", says(&report, 1));
            assert_eq!(cell(&report, 0, "p"), &Cell::Empty, "the control is held against nothing");
        }
        let first = table(&[("A", 200, 4000), ("B", 250, 4000)]);
        let wilson = [(0, "rate_low", 0.043667), (0, "rate_high", 0.057196), (1, "rate_low", 0.055410), (1, "rate_high", 0.070429)];
        for (row, id, expected) in wilson {
            assert!((number(&first, row, id) - expected).abs() <= 5e-7, "{id}");
        }
    }

    #[test]
    fn a_broken_split_has_no_winner_whatever_the_rates() {
        let report = table(&[("A", 60, 600), ("B", 200, 400)]);
        assert!((number(&report, 1, "split_p") - 2.5396e-10).abs() < 5e-15);
        assert!(!says(&report, 1).contains("winner") && says(&report, 1).contains("shares"), "{}", says(&report, 1));
        assert!(report.totals.iter().any(|t| format!("{t:?}").contains("mismatched")));
    }

    /// 5 % against 6 % needs 8,158 an arm (Fleiss).
    #[test]
    fn how_many_more_are_needed_is_said() {
        let report = table(&[("A", 50, 1000), ("B", 60, 1000)]);
        assert_eq!(cell(&report, 1, "more_leads"), &Cell::Integer(7158));
        assert!(says(&report, 1).contains("7,158"), "{}", says(&report, 1));
        let found = table(&[("A", 200, 4000), ("B", 250, 4000)]);
        assert_eq!(cell(&found, 1, "more_leads"), &Cell::Empty);
        assert!(says(&table(&[("A", 0, 3), ("B", 1, 3)]), 1).contains("too few"));
        assert_eq!(table(&[("A", 0, 0), ("B", 0, 0)]).rows.len(), 2, "nobody yet");
    }
}
