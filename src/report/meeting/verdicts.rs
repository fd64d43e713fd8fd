//! What others concluded: sales of the leads that it was dealt, and the experiments of their arms.

use super::table::{Row, Table};
use crate::report::walk::FEW;
use crate::report::{Cell, Report, Said, thousands};

/// What sales gave back, where it is half or more of what it judged: then the leads, or the rules that made them MQLs, are in question.
pub(super) fn returned(quality: &Report) -> Option<Said> {
    let of = |id: &str| quality.sections.iter().find(|s| s.id == id).map(Table::from);
    let (accepted, rejected) =
        of("verdicts")?.rows().fold((0, 0), |(a, r), row| (a + row.whole("accepted").unwrap_or(0), r + row.whole("rejected_leads").unwrap_or(0)));
    let judged = accepted + rejected;
    if judged < FEW as i64 || rejected * 2 < judged {
        return None;
    }
    let mut reasons: Vec<(Said, i64)> = Vec::new();
    for row in of("losses").into_iter().flat_map(Table::rows).filter(|r| r.text("loss") == "rejected") {
        let (name, n) = (row.name("reason"), row.whole("count").unwrap_or(0));
        match reasons.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += n,
            None => reasons.push((name, n)),
        }
    }
    reasons.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let main = reasons.first().filter(|(name, _)| !name.en.starts_with('('));
    let why = main.map_or_else(String::new, |(name, n)| format!(", mostly: {} ({n})", name.en));
    let why_zh = main.map_or_else(String::new, |(name, n)| format!("，最主要的原因是{}（{n} 条）", name.zh));
    Some(Said::new(
        format!("Sales gave back {} of the {} leads that it judged in the period{why}.", thousands(rejected), thousands(judged)),
        format!("本期销售判定 {judged} 条线索，退回 {rejected} 条{why_zh}。"),
    ))
}

/// The arm to keep: the winner, or the first where every other arm is lower.
fn best<'a>(arms: &[Row<'a>]) -> Option<&'a str> {
    let says = |arm: &Row<'_>, words: &str| match arm.cell("verdict") {
        Cell::Said(said) => said.en.starts_with(words),
        _ => arm.text("verdict").starts_with(words),
    };
    let (first, others) = arms.split_first()?;
    let winner = others.iter().find(|arm| says(arm, "the winner"));
    winner.or_else(|| (!others.is_empty() && others.iter().all(|arm| says(arm, "lower than"))).then_some(first)).map(|arm| arm.text("arm"))
}

/// An experiment that is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub experiment: String,
    /// What it is judged by.
    pub measure: String,
    /// The arm to keep.
    pub arm: String,
}

/// The arms to keep, of the experiments that are decided.
pub fn kept(outcomes: &Report) -> Vec<Kept> {
    let rows: Vec<Row<'_>> = Table::from(outcomes).rows().collect();
    let of = |arms: &[Row<'_>]| {
        let (first, arm) = (arms.first()?, best(arms)?);
        Some(Kept { experiment: first.text("experiment").into(), measure: first.text("measure").into(), arm: arm.into() })
    };
    rows.chunk_by(same).filter_map(of).collect()
}

/// Whether two arms are of one question.
fn same(a: &Row<'_>, b: &Row<'_>) -> bool {
    (a.text("experiment"), a.text("measure")) == (b.text("experiment"), b.text("measure"))
}

/// One sentence for each experiment that anybody is in.
pub(super) fn experiments(outcomes: &Report) -> Vec<Said> {
    let rows: Vec<Row<'_>> = Table::from(outcomes).rows().collect();
    let told = |arms: &[Row<'_>]| {
        let last = arms.last()?;
        let share = |arm: &Row<'_>| {
            let (hits, of) = (arm.whole("successes")?, arm.whole("leads").filter(|n| *n > 0)?);
            Some(format!("{} {:.1}% ({hits}/{of})", arm.text("arm"), hits as f64 / of as f64 * 100.0))
        };
        let shares: Vec<String> = arms.iter().filter_map(share).collect();
        let (verdict, verdict_zh) = match last.cell("verdict") {
            Cell::Said(said) => (said.en.clone(), said.chinese().to_owned()),
            _ => (last.text("verdict").to_owned(), last.text("verdict").to_owned()),
        };
        let (name, measure) = (last.text("experiment"), last.name("measure"));
        let figures = |between: &str| if shares.is_empty() { String::new() } else { format!(" {}.", shares.join(between)) };
        let (keep, keep_zh) = best(arms).map_or_else(Default::default, |arm| {
            let (only, only_zh) = match measure.en.as_str() {
                "clicked" => (" This speaks of clicks only, not of what was sold.", "只说明点击，不说明成交。"),
                "opened" => (" This speaks of opened mails only, not of what was sold.", "只说明打开，不说明成交。"),
                "replied" => (" This speaks of replies only, not of what was sold.", "只说明回复，不说明成交。"),
                _ => ("", ""),
            };
            (format!(" Keep {arm}.{only}"), format!("保留 {arm}。{only_zh}"))
        });
        Some(Said::new(
            format!("{name} ({}):{} {}: {verdict}.{keep}", measure.en, figures(", "), last.text("arm")),
            format!("{name}：{}{}：{verdict_zh}。{keep_zh}", shares.iter().map(|s| format!("{s}，")).collect::<String>(), last.text("arm")),
        ))
    };
    rows.chunk_by(same).filter(|arms| arms.iter().any(|a| a.whole("leads").unwrap_or(0) + a.whole("waiting_leads").unwrap_or(0) > 0)).filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Instant};
    use crate::report::{Column, Frame, Layout, Section};

    fn part(name: &str, columns: &[&str], rows: Vec<Vec<Cell>>) -> Report {
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") };
        Report { rows, ..Report::new(name, &frame, columns.iter().map(|c| Column::text(c)).collect()) }
    }

    fn sales(accepted: i64, rejected: &[(&str, i64)]) -> Report {
        let columns = |ids: &[&str]| ids.iter().map(|id| Column::text(id)).collect();
        let sum = rejected.iter().map(|(_, n)| n).sum();
        let verdicts = vec![vec![Cell::text("baidu"), Cell::Integer(accepted), Cell::Integer(sum)]];
        let losses = rejected.iter().map(|(reason, n)| vec![Cell::text("rejected"), Cell::text(*reason), Cell::Integer(*n)]).collect();
        let mut quality = part("quality", &[], vec![]);
        quality.sections.push(Section::new("verdicts", Layout::Table, columns(&["channel", "accepted", "rejected_leads"]), verdicts));
        quality.sections.push(Section::new("losses", Layout::Table, columns(&["loss", "reason", "count"]), losses));
        quality
    }

    #[test]
    fn what_sales_gives_back_is_said_from_the_half_on() {
        let said = returned(&sales(5, &[("price", 6), ("timing", 5), ("price", 4)])).expect("most came back");
        assert_eq!(said.en, "Sales gave back 15 of the 20 leads that it judged in the period, mostly: price (10).");
        assert!(returned(&sales(5, &[("price", 5)])).is_some(), "half");
        assert_eq!(returned(&sales(6, &[("price", 5)])), None, "less than half");
        assert_eq!(returned(&sales(0, &[("price", 4)])), None, "a handful says nothing");
    }

    #[test]
    fn the_arm_to_keep_is_named_where_there_is_one() {
        let said = |verdicts: &[&str]| {
            let row = |(i, verdict): (usize, &&str)| {
                vec![Cell::text("subject"), Cell::text("clicked"), Cell::text(format!("arm{i}")), Cell::Integer(100), Cell::Integer(9), Cell::text(*verdict)]
            };
            let rows = verdicts.iter().enumerate().map(row).collect();
            experiments(&part("outcomes", &["experiment", "measure", "arm", "leads", "successes", "verdict"], rows)).remove(0).en
        };
        let held = "the others are held against it";
        assert!(said(&[held, "lower than arm0 (p = 0.003)"]).ends_with("Keep arm0. This speaks of clicks only, not of what was sold."));
        assert!(said(&[held, "the winner: higher than arm0 (p = 0.003)"]).contains(" Keep arm1."));
        assert!(said(&[held, "lower than arm0 (p = 0.003)", "the winner: higher than arm0 (p = 0.01)"]).contains(" Keep arm2."));
        for open in [&[held, "too few to tell: wait"][..], &[held, "lower than arm0 (p = 0.003)", "too few to tell: wait"]] {
            assert!(!said(open).contains("Keep"), "{}", said(open));
        }
    }
}
