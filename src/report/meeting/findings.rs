//! What the page comes to, in a few sentences above everything else: what earns, where leads stop, who is late, what experiments say, which
//! rules changed. Every number in them stands in one of the tables below.

use super::earned::earned;
use super::table::{Row, Table};
use super::verdicts::{experiments, returned};
use super::{Facts, Moment, day};
use crate::report::walk::FEW;
use crate::report::{Cell, Column, Layout, Report, Said, Section, Total, thousands};

/// So many names stand in one sentence.
pub(super) const NAMED: usize = 3;

/// So many periods before this one tell what is usual.
const USUAL: usize = 4;
/// What is counted of each period, in both languages.
type Counted = (&'static str, &'static str, fn(&Moment) -> i64);
const COUNTED: [Counted; 3] = [("leads", "线索", |m| m.leads), ("MQL", "MQL", |m| m.mql), ("won", "成交", |m| m.won)];

/// One line per topic; nothing where there is nothing to say.
pub(super) fn section(facts: &Facts) -> Option<Section> {
    let part = |name: &str| facts.parts.iter().find(|p| p.name == name);
    let mut rows: Vec<(&str, Said)> = Vec::new();
    rows.extend(part("roi").and_then(|roi| earned(facts, roi, part("roi_longer"))).map(|said| ("earned", said)));
    rows.extend(part("funnel").and_then(|funnel| stuck(facts, funnel)).map(|said| ("stuck", said)));
    rows.extend(unusual(facts).map(|said| ("unusual", said)));
    rows.extend(part("owners").and_then(late).map(|said| ("late", said)));
    rows.extend(part("quality").and_then(returned).map(|said| ("returned", said)));
    rows.extend(part("outcomes").into_iter().flat_map(experiments).map(|said| ("experiment", said)));
    rows.extend(rules(facts).map(|said| ("rules", said)));
    let columns = vec![Column::text("topic"), Column::text("finding").sentences()];
    let rows: Vec<_> = rows.into_iter().map(|(topic, said)| vec![Cell::text(topic), said.into()]).collect();
    (!rows.is_empty()).then(|| Section::new("findings", Layout::Above, columns, rows))
}

/// `1 deal`, `2.5 deals`
pub(super) fn counted(n: &str, one: &str) -> String {
    format!("{n} {one}{}", if n == "1" { "" } else { "s" })
}

fn stuck(facts: &Facts, funnel: &Report) -> Option<Said> {
    let rows: Vec<Row<'_>> = Table::from(funnel).rows().collect();
    let worst = funnel.totals.iter().find_map(|(name, total)| match total {
        Total::One(Cell::Text(stage)) if name == "bottleneck" => Some(stage.as_str()),
        _ => None,
    })?;
    let (from, to) = rows.iter().zip(rows.iter().skip(1)).find(|(_, to)| to.text("stage") == worst)?;
    let (before, went) = (from.whole("leads")?, to.whole("leads")?);
    let percent = went as f64 / before.max(1) as f64 * 100.0;
    let title = |row: &Row<'_>| Some(row.text("stage_title")).filter(|t| !t.is_empty()).unwrap_or(row.text("stage")).to_owned();
    let Said { en: span, zh: zh_span } = facts.reach.said();
    let mut en = format!(
        "Most leads stop between {} and {}: of those that came in {span} and got so far, {} of {} went on ({percent:.1}%).",
        from.text("stage"),
        to.text("stage"),
        thousands(went),
        thousands(before)
    );
    let mut zh = format!("线索主要卡在「{}」→「{}」：{zh_span}到达前者的 {before} 条中只有 {went} 条继续（{percent:.1}%）。", title(from), title(to));
    let here = facts.standing.iter().find(|s| s.stage == from.text("stage"));
    if let Some((here, days)) = here.and_then(|s| Some((s, s.median_days?))) {
        en.push_str(&format!(" {} leads stand at {} now, half of them for {days:.0} days or longer.", thousands(here.leads), from.text("stage")));
        zh.push_str(&format!("目前有 {} 条停在「{}」，其中一半已停留 {days:.0} 天以上。", here.leads, title(from)));
    }
    Some(Said::new(en, zh))
}

/// Counts of the period that lie far outside of what the periods before it came to: they move every rate beside them.
fn unusual(facts: &Facts) -> Option<Said> {
    let (now, before) = facts.trend.split_last()?;
    // Fewer periods have no usual.
    if before.len() < USUAL {
        return None;
    }
    let far = |(en, zh, of): &Counted| {
        let (low, high) = (before.iter().map(of).min()?, before.iter().map(of).max()?);
        let n = of(now);
        let (is_more, is_less) = (n * 4 > high * 5 && n - high >= FEW as i64, n * 4 < low * 3 && low - n >= FEW as i64);
        let range = || if low == high { low.to_string() } else { format!("{low}–{high}") };
        let (than, zh_than) = if is_more { ("more", "高于") } else { ("fewer", "低于") };
        (is_more || is_less).then(|| Said::new(format!("{en} {n}, {than} than ever ({})", range()), format!("{zh} {n}，{zh_than}此前各期（{}）", range())))
    };
    let all: Vec<Said> = COUNTED.iter().filter_map(far).collect();
    let join = |of: fn(&Said) -> &str, between: &str| all.iter().map(of).collect::<Vec<_>>().join(between);
    (!all.is_empty()).then(|| {
        Said::new(
            format!("Against the {} periods before: {}. Find out why before comparing rates.", before.len(), join(|s| &s.en, "; ")),
            format!("与此前 {} 期相比：{}。先查明原因，再比较各项比率。", before.len(), join(|s| &s.zh, "；")),
        )
    })
}

fn late(owners: &Report) -> Option<Said> {
    let late: Vec<(Row<'_>, i64)> = Table::from(owners).rows().filter_map(|row| Some((row, row.whole("late_now").filter(|n| *n > 0)?))).collect();
    let Some((worst, n)) = late.first() else {
        let any = Table::from(owners).rows().any(|row| ["met", "met_late", "breached"].iter().any(|id| row.whole(id).is_some_and(|n| n > 0)));
        return any.then(|| Said::new("Nobody is late: every promise that is due was answered.", "没有人超时：到期的承诺都已兑现。"));
    };
    let name = |row: &Row<'_>| Some(row.text("owner_name")).filter(|n| !n.is_empty()).unwrap_or(row.text("owner")).to_owned();
    let due: i64 = ["met", "met_late", "breached"].iter().filter_map(|id| worst.whole(id)).sum();
    let met = worst.whole("met").unwrap_or(0);
    let others = late.get(1..).unwrap_or_default().iter().take(NAMED).map(|(row, n)| format!("{} {n}", name(row))).collect::<Vec<_>>();
    let also = |word: &str, between: &str| if others.is_empty() { String::new() } else { format!("{word}{}", others.join(between)) };
    let who = name(worst);
    // Those that wait may all have started before.
    let (kept, kept_zh) = match due {
        0 => Default::default(),
        _ => (format!("; of {due} of the period that were answered or are overdue, {met} in time"), format!("；本期已处理或已超时 {due} 条，按时 {met} 条")),
    };
    Some(Said::new(
        format!(
            "{who} ({}): {} past the limit and still unanswered{kept}{}.",
            worst.text("owner"),
            counted(&n.to_string(), "promise"),
            also("; also late: ", ", ")
        ),
        format!("{who}：{n} 条线索超时未处理{kept_zh}{}。", also("；另有 ", "、")),
    ))
}

/// Which rules changed: whoever compares two weeks must know.
fn rules(facts: &Facts) -> Option<Said> {
    let changes = facts.rules.as_ref()?;
    let mut files: Vec<Said> = Vec::new();
    for change in changes {
        let told = format!("{} ({})", change.file, day(&facts.frame, change.at));
        let told = Said::new(format!("{told}: {}", change.said.en), format!("{told}：{}", change.said.chinese()));
        if !files.contains(&told) {
            files.push(told);
        }
    }
    let join = |of: fn(&Said) -> &str, between: &str| files.iter().map(of).collect::<Vec<_>>().join(between);
    Some(match files.is_empty() {
        true => Said::new("No SOP file changed in the period.", "本期 SOP 文件没有变更。"),
        false => Said::new(
            format!("SOP files that changed: {}. Numbers from before and after are not of the same rules.", join(|f| &f.en, "; ")),
            format!("本期变更的 SOP 文件：{}。变更前后的数字口径不同。", join(|f| &f.zh, "；")),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Reach, RulesChange, Standing};
    use super::*;
    use crate::model::{Currency, Instant};
    use crate::report::{Choice, ColumnType, Frame};
    use chrono::NaiveDate;

    fn frame() -> Frame {
        Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") }
    }

    fn part(name: &str, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Report {
        Report { rows, ..Report::new(name, &frame(), columns) }
    }

    /// Name, cost and revenue in yuan, deals.
    fn roi(name: &str, channels: &[(&str, i64, i64, f64)]) -> Report {
        let channel = Column::text("channel").one_of([Choice::titled("referral", "转介绍")]);
        let money = |id: &str| Column::new(id, ColumnType::Money);
        let columns = vec![channel, money("cost"), Column::new("new_deals", ColumnType::Number), money("new_revenue"), Column::new("roi", ColumnType::Percent)];
        let row = |(name, cost, revenue, deals): &(&str, i64, i64, f64)| {
            let roi = (*cost > 0).then(|| *revenue as f64 / *cost as f64 - 1.0);
            vec![Cell::text(*name), Cell::Money(cost * 100), Cell::Number(*deals), Cell::Money(revenue * 100), Cell::share(roi)]
        };
        part(name, columns, channels.iter().map(row).collect())
    }

    fn owners(rows: &[(&str, i64, i64, i64)]) -> Report {
        let mut columns = vec![Column::text("owner"), Column::text("owner_name")];
        columns.extend(["late_now", "met", "met_late", "breached"].map(Column::integer));
        let row = |(name, late, met, breached): &(&str, i64, i64, i64)| {
            vec![Cell::text(*name), Cell::Empty, Cell::Integer(*late), Cell::Integer(*met), Cell::Integer(0), Cell::Integer(*breached)]
        };
        part("owners", columns, rows.iter().map(row).collect())
    }

    fn said(parts: Vec<Report>, standing: Vec<Standing>, rules: Option<Vec<RulesChange>>) -> Vec<(String, Said)> {
        after(vec![Moment::default(); 3], parts, standing, rules)
    }

    fn after(trend: Vec<Moment>, parts: Vec<Report>, standing: Vec<Standing>, rules: Option<Vec<RulesChange>>) -> Vec<(String, Said)> {
        let (day, date) = (NaiveDate::MIN, |text: &str| text.parse::<NaiveDate>().expect("a date"));
        let decisions = part("today", vec![], vec![]);
        let (name, headline, notes) = ("weekly".into(), vec![], vec![]);
        let facts = Facts {
            reach: Reach::of((date("2026-11-09"), date("2026-11-15"))),
            frame: frame(),
            name,
            days: (day, day),
            before: (day, day),
            headline,
            trend,
            standing,
            rules,
            decisions,
            parts,
            notes,
        };
        let rows = section(&facts).map(|s| s.rows).unwrap_or_default();
        let both = |row: Vec<Cell>| match row.as_slice() {
            [Cell::Text(topic), Cell::Said(said)] => (topic.clone(), (**said).clone()),
            other => panic!("{other:?}"),
        };
        rows.into_iter().map(both).collect()
    }

    #[test]
    fn the_channel_that_earned_most_for_each_yuan_is_named_with_what_it_stands_on() {
        let week = roi("roi", &[("baidu", 1000, 12_000, 2.0), ("referral", 100, 5000, 1.0), ("douyin", 800, 0, 0.0), ("website", 0, 9000, 1.0)]);
        let longer = roi("roi_longer", &[("baidu", 8000, 64_000, 9.0), ("referral", 900, 9000, 2.0)]);
        let told = said(vec![week, longer], vec![], None);
        assert_eq!(told[0].0, "earned");
        let Said { en, zh } = &told[0].1;
        assert!(en.starts_with("referral brought most revenue of new customers for each CNY spent: 50.00 (1 deal won, 100 spent); then baidu 12.00."), "{en}");
        assert!(en.contains("nothing won: douyin (800).") && en.contains("Over the 26 weeks to 2026-11-15: referral 10.00, baidu 8.00."), "{en}");
        assert!(en.contains("chance") && zh.contains("转介绍：50.00 元") && zh.contains("截至 2026-11-15 的 26 周：转介绍 10.00、baidu 8.00"), "{zh}");
        let longer = [("baidu", 8000, 64_000, 9.0), ("douyin", 1000, 300, 1.0), ("website", 0, 700, 1.0), ("(shared cost)", 500, 0, 0.0)];
        let en = &said(vec![roi("roi", &longer), roi("roi_longer", &longer)], vec![], None)[0].1.en;
        assert!(
            en.contains("brought less revenue than it cost: douyin 0.30") && en.contains("Revenue in that time, and no cost recorded: website 700."),
            "{en}"
        );
        assert!(en.contains("Shared cost of 500 in that time is in no channel."), "{en}");
        let nothing = said(vec![roi("roi", &[("douyin", 800, 0, 0.0)])], vec![], None);
        assert_eq!(nothing[0].1.en, "No channel that cost something won a deal.");
        assert!(said(vec![roi("roi", &[("website", 0, 9000, 1.0)])], vec![], None).is_empty(), "of no cost nothing is said");
    }

    #[test]
    fn where_leads_stop_and_for_how_long() {
        let mut columns: Vec<Column> = ["stage", "stage_title"].map(Column::text).into();
        columns.push(Column::integer("leads"));
        let rows = [("prospect", "潜客", 200), ("mql", "线索", 150), ("sql", "", 30)];
        let mut funnel = part("funnel", columns, rows.iter().map(|(s, t, n)| vec![Cell::text(*s), Cell::text(*t), Cell::Integer(*n)]).collect());
        funnel.total("bottleneck", Cell::text("sql"));
        let told = said(vec![funnel.clone()], vec![Standing::of("mql", "", 0, vec![12 * 86_400; 90])], None);
        let Said { en, zh } = &told[0].1;
        assert!(
            en.contains("between mql and sql")
                && en.contains("30 of 150 went on (20.0%)")
                && en.contains("90 leads stand at mql now, half of them for 12 days"),
            "{en}"
        );
        assert!(zh.contains("「线索」→「sql」") && zh.contains("150 条中只有 30 条"), "{zh}");
        funnel.totals.clear();
        assert!(said(vec![funnel], vec![], None).is_empty(), "no bottleneck is named where the funnel names none");
    }

    #[test]
    fn what_was_never_so_is_said_and_what_wavers_is_not() {
        let told = |leads: &[i64]| after(leads.iter().map(|n| Moment { leads: *n, won: 3, ..Moment::default() }).collect(), vec![], vec![], None);
        let more = told(&[20, 26, 22, 25, 60]);
        assert_eq!(more[0].0, "unusual");
        assert_eq!(more[0].1.en, "Against the 4 periods before: leads 60, more than ever (20–26). Find out why before comparing rates.");
        assert!(more[0].1.zh.contains("线索 60，高于此前各期（20–26）"));
        assert!(told(&[20, 26, 22, 25, 9])[0].1.en.contains("leads 9, fewer than ever (20–26)"));
        assert!(told(&[20, 26, 22, 25, 29]).is_empty() && told(&[1, 2, 1, 1, 4]).is_empty(), "a little more is usual");
        assert!(told(&[20, 26, 22, 60]).is_empty(), "three periods have no usual");
    }

    #[test]
    fn who_is_late_is_named_and_nobody_where_nobody_is() {
        let late = said(vec![owners(&[("li", 7, 1, 8), ("wang", 1, 9, 1), ("chen", 0, 4, 0)])], vec![], None);
        assert_eq!(
            late[0].1.en,
            "li (li): 7 promises past the limit and still unanswered; of 9 of the period that were answered or are overdue, 1 in time; also late: wang 1."
        );
        assert!(late[0].1.zh.starts_with("li：7 条线索超时未处理"));
        assert!(said(vec![owners(&[("li", 0, 3, 0)])], vec![], None)[0].1.en.starts_with("Nobody is late"));
        let before = said(vec![owners(&[("li", 1, 0, 0)])], vec![], None);
        assert_eq!(before[0].1.en, "li (li): 1 promise past the limit and still unanswered.", "it started before the period");
        assert!(said(vec![owners(&[("li", 0, 0, 0)])], vec![], None).is_empty(), "no promise, nothing to say");
    }

    #[test]
    fn each_experiment_has_a_sentence_and_so_do_the_rules() {
        let mut columns: Vec<Column> = ["experiment", "measure", "arm"].map(Column::text).into();
        columns.extend(["leads", "waiting_leads", "successes"].map(Column::integer));
        columns.push(Column::text("verdict"));
        let arm = |name: &str, arm: &str, of, waiting, hits, verdict: &str| {
            let texts = [name, "clicked", arm].map(Cell::text);
            texts.into_iter().chain([of, waiting, hits].map(Cell::Integer)).chain([Said::new(verdict, format!("中{verdict}")).into()]).collect::<Vec<_>>()
        };
        let rows = vec![arm("subject", "a", 100, 0, 20, "base"), arm("subject", "b", 100, 0, 5, "lower"), arm("unused", "a", 0, 0, 0, "x")];
        let change = RulesChange {
            at: Instant(0),
            file: "sops/scoring.yaml".into(),
            removed: vec![],
            added: vec!["x".into()],
            said: Said::new("1 line changed", "1 行有改动"),
        };
        let told = said(vec![part("outcomes", columns, rows)], vec![], Some(vec![change]));
        assert_eq!(told.iter().map(|(topic, _)| topic.as_str()).collect::<Vec<_>>(), ["experiment", "rules"]);
        assert_eq!(told[0].1.en, "subject (clicked): a 20.0% (20/100), b 5.0% (5/100). b: lower.");
        assert!(told[0].1.zh.contains("b：中lower") && told[1].1.en.contains("sops/scoring.yaml (1970-01-01): 1 line changed."));
        assert_eq!(said(vec![], vec![], Some(vec![]))[0].1.en, "No SOP file changed in the period.");
    }
}
