//! Which channel earned most for each unit of money, in a sentence.

use super::Facts;
use super::findings::{NAMED, counted};
use super::table::{Row, Table};
use crate::report::walk::FEW;
use crate::report::{Report, Said, thousands};

/// The row of cost that belongs to all channels.
const SHARED: &str = "(shared cost)";

/// What one channel brought for each unit of money that it cost.
struct Channel {
    name: Said,
    cost: i64,
    revenue: i64,
    deals: f64,
}

impl Channel {
    fn per_unit(&self) -> f64 {
        self.revenue as f64 / self.cost as f64
    }
}

/// The channels that cost something, the one that brought most for it first.
fn channels(roi: &Report) -> Vec<Channel> {
    let of = |row: Row<'_>| {
        // Shared cost has no return of its own.
        row.real("roi")?;
        let (cost, revenue) = (row.whole("cost").filter(|c| *c > 0)?, row.whole("new_revenue")?);
        Some(Channel { name: row.name("channel"), cost, revenue, deals: row.real("new_deals").unwrap_or(0.0) })
    };
    let mut all: Vec<Channel> = Table::from(roi).rows().filter_map(of).collect();
    all.sort_by(|a, b| b.per_unit().total_cmp(&a.per_unit()).then_with(|| a.name.en.cmp(&b.name.en)));
    all
}

/// `12.10`
fn rate(x: f64) -> String {
    format!("{x:.2}")
}

fn deals(n: f64) -> String {
    let text = format!("{n:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// Which channel brought most for what it cost: in the period, and over the longer time.
pub(super) fn earned(facts: &Facts, roi: &Report, longer: Option<&Report>) -> Option<Said> {
    let unit = &facts.frame.currency.code;
    let money = |minor: i64| thousands(minor / facts.frame.currency.scale());
    let list = |all: &[Channel], zh: bool| {
        let one = |c: &Channel| format!("{} {}", if zh { &c.name.zh } else { &c.name.en }, rate(c.per_unit()));
        all.iter().filter(|c| c.revenue > 0).take(NAMED).map(one).collect::<Vec<_>>().join(if zh { "、" } else { ", " })
    };
    let all = channels(roi);
    let first = all.first()?;
    let (mut en, mut zh) = match first.revenue > 0 {
        true => {
            let (n, cost) = (deals(first.deals), money(first.cost));
            let than = |others: &[Channel], zh| Some(list(others, zh)).filter(|t| !t.is_empty());
            let others = all.get(1..).unwrap_or_default();
            let then = than(others, false).map_or_else(String::new, |t| format!("; then {t}"));
            let zh_then = than(others, true).map_or_else(String::new, |t| format!("；其次 {t}"));
            (
                format!(
                    "{} brought most revenue of new customers for each {unit} spent: {} ({} won, {cost} spent){then}.",
                    first.name.en,
                    rate(first.per_unit()),
                    counted(&n, "deal")
                ),
                format!("每花 1 元（{unit}）带来新客收入最多的是{}：{} 元（赢单 {n} 个，花费 {cost}）{zh_then}。", first.name.zh, rate(first.per_unit())),
            )
        }
        false => ("No channel that cost something won a deal.".to_owned(), "有花费的渠道本期均无成交。".to_owned()),
    };
    let nothing: Vec<&Channel> = all.iter().filter(|c| c.revenue == 0 && first.revenue > 0).collect();
    if !nothing.is_empty() {
        let of = |zh: bool| nothing.iter().map(|c| format!("{} ({})", if zh { &c.name.zh } else { &c.name.en }, money(c.cost))).collect::<Vec<_>>();
        en.push_str(&format!(" Spent, and nothing won: {}.", of(false).join(", ")));
        zh.push_str(&format!("有花费而无成交：{}。", of(true).join("、")));
    }
    if let Some(longer) = longer {
        let all = channels(longer);
        if all.iter().any(|c| c.revenue > 0) {
            let Said { en: span, zh: zh_span } = facts.reach.said();
            en.push_str(&format!(" Over {span}: {}.", list(&all, false)));
            zh.push_str(&format!("{zh_span}：{}。", list(&all, true)));
            if first.deals < FEW as f64 {
                en.push_str(" So few deals are mostly chance: trust the longer time.");
                zh.push_str("本期单数很少，偶然性大，以较长期间为准。");
            }
            let (lost, zh_lost) = beside(longer, &all, &money);
            en.push_str(&lost);
            zh.push_str(&zh_lost);
        }
    }
    Some(Said::new(en, zh))
}

/// What else must be known of the longer time: who lost money, what is in no channel, and revenue that seems to have cost nothing.
fn beside(longer: &Report, all: &[Channel], money: &dyn Fn(i64) -> String) -> (String, String) {
    let (mut en, mut zh) = (String::new(), String::new());
    let losers: Vec<&Channel> = all.iter().filter(|c| c.revenue < c.cost).collect();
    if !losers.is_empty() {
        let of = |zh: bool| losers.iter().map(|c| format!("{} {}", if zh { &c.name.zh } else { &c.name.en }, rate(c.per_unit()))).collect::<Vec<_>>();
        en.push_str(&format!(" Over the longer time this brought less revenue than it cost: {}.", of(false).join(", ")));
        zh.push_str(&format!("较长期间内收入低于花费：{}。", of(true).join("、")));
    }
    let rows = || Table::from(longer).rows();
    let shared: i64 = rows().filter(|r| r.text("channel") == SHARED).filter_map(|r| r.whole("cost")).sum();
    if shared > 0 {
        en.push_str(&format!(" Shared cost of {} in that time is in no channel.", money(shared)));
        zh.push_str(&format!("同一期间另有公共费用 {}，未计入任何渠道。", money(shared)));
    }
    let free = |row: Row<'_>| {
        let revenue = row.whole("new_revenue").filter(|n| *n > 0 && row.whole("cost") == Some(0) && !row.text("channel").starts_with('('))?;
        Some((row.name("channel"), revenue))
    };
    let free: Vec<(Said, i64)> = rows().filter_map(free).take(NAMED).collect();
    if !free.is_empty() {
        let of = |zh: bool| free.iter().map(|(name, n)| format!("{} {}", if zh { &name.zh } else { &name.en }, money(*n))).collect::<Vec<_>>();
        en.push_str(&format!(" Revenue in that time, and no cost recorded: {}. Is it free, or is the cost missing?", of(false).join(", ")));
        zh.push_str(&format!("同一期间有收入而无费用记录：{}，是确实免费，还是漏记了费用？", of(true).join("、")));
    }
    (en, zh)
}
