//! A first scoring.yaml over the columns that an export has, and the case that shows it at work.
//! It is there to be edited: which values are worth points only the team knows.

use super::columns::{Column, Columns, count};
use super::fields::DECIDERS;
use super::yaml::{comment, condition, file, scalar};
use crate::model::{Dictionary, FieldType, fold};
use chrono::NaiveDate;
use std::fmt::Write as _;

/// Rules over choices, yes/no and numbers that nobody asked for, of each at most so many.
const GUESSED: usize = 2;
/// Fewer rules than this give no ranking worth the name.
const ENOUGH: usize = 3;

/// One proposed rule about the lead's attributes.
pub(super) struct Rule {
    name: String,
    why: String,
    /// A condition, or nothing where `points` is an expression.
    when: Option<String>,
    points: String,
    /// What a lead that has it gets.
    worth: i64,
    /// A lead that has it: field and cell.
    example: Vec<(String, String)>,
}

/// A handful of rules that the columns make possible.
pub(super) fn rules(columns: &Columns, dictionary: &Dictionary, today: NaiveDate) -> Vec<Rule> {
    let pick = |en: &'static str, zh: &'static str| if columns.chinese { zh } else { en };
    let mut all = Vec::new();
    if has_titles(columns) {
        all.push(Rule {
            name: pick("decision maker", "决策者").into(),
            why: "the title has a word of the list 决策者 in fields.yaml, and none of 非决策者".into(),
            when: Some("has_any(title, '决策者') AND NOT has_any(title, '非决策者')".into()),
            points: "10".into(),
            worth: 10,
            example: vec![("title".into(), "CEO".into())],
        });
    }
    if let Some(field) = columns.field("employees").filter(|f| f.ty == FieldType::Integer) {
        all.push(Rule {
            name: pick("company size", "企业规模").into(),
            why: "larger companies buy more seats".into(),
            when: None,
            points: "CASE WHEN employees >= 1000 THEN 15 WHEN employees >= 200 THEN 10 WHEN employees >= 50 THEN 5 ELSE 0 END".into(),
            worth: 15,
            example: vec![(field.id.clone(), "1000".into())],
        });
    }
    for id in ["industry", "region", "country", "channel"] {
        all.extend(columns.field(id).filter(|f| f.known).and_then(|f| choice(f, 0, 5, dictionary)));
    }
    all.extend(columns.field("budget").and_then(amount));
    let mut others = |wanted: fn(&Column) -> bool, make: &dyn Fn(&Column) -> Option<Rule>| {
        all.extend(columns.fields.iter().filter(|f| !f.known && wanted(f)).filter_map(make).take(GUESSED));
    };
    others(|f| f.ty == FieldType::Text && !is_personal(&f.id), &|f| choice(f, 0, 5, dictionary));
    others(|f| f.ty == FieldType::Boolean && f.guess.filled > 0 && !is_personal(&f.id), &|f| Some(yes(f)));
    others(|f| matches!(f.ty, FieldType::Money | FieldType::Integer | FieldType::Number | FieldType::Percent) && !is_personal(&f.id), &amount);
    for (id, en, zh, example) in [
        ("company", "company known", "留了公司", "Example Ltd"),
        ("email", "e-mail known", "留了邮箱", "lead@example.com"),
        ("phone", "phone known", "留了电话", "13912345678"),
    ] {
        if columns.field(id).is_some_and(|f| f.known) {
            all.push(given(id, pick(en, zh), example));
        }
    }
    if all.len() < ENOUGH
        && let Some(field) = columns.fields.iter().find(|f| f.ty == FieldType::Channel || (f.ty == FieldType::Text && !f.guess.values.is_empty()))
    {
        // The next values of the one column that divides the leads at all.
        let more = |(nth, points)| choice(field, nth, points, dictionary);
        all.extend([(1, 3), (2, 2)].into_iter().filter_map(more));
    }
    if all.is_empty()
        && let Some(field) = columns.fields.iter().filter(|f| f.ty == FieldType::Text).max_by_key(|f| !matches!(f.id.as_str(), "id" | "name"))
    {
        all.push(Rule { why: "somewhere to begin: whoever filled this in said something".into(), ..given(&field.id, &format!("{} known", field.id), "x") });
    }
    let mut names: Vec<String> = Vec::new();
    all.retain(|rule| {
        let name = fold(&rule.name).into_owned();
        let new = !names.contains(&name);
        names.push(name);
        new
    });
    if columns.field("created_at").is_some_and(|f| f.ty == FieldType::Datetime) {
        for rule in &mut all {
            rule.example.push(("created_at".into(), today.to_string()));
        }
    }
    all
}

/// Whether the titles are those of jobs, and not Mr. and Mrs.
pub(super) fn has_titles(columns: &Columns) -> bool {
    let Some(field) = columns.field("title").filter(|f| f.known && f.ty == FieldType::Text) else { return false };
    let decides = |(v, _): &(String, u64)| DECIDERS.iter().any(|w| fold(v).contains(&*fold(w)));
    field.guess.values.is_empty() || field.guess.values.iter().any(decides)
}

fn given(id: &str, name: &str, example: &str) -> Rule {
    Rule {
        name: name.into(),
        why: "somebody who left it can be reached, or looked up".into(),
        when: Some(format!("{} IS NOT NULL", named(id))),
        points: "5".into(),
        worth: 5,
        example: vec![(id.to_owned(), example.to_owned())],
    }
}

/// One of the most frequent values of a column with few of them, as the condition sees it.
fn choice(field: &Column, nth: usize, points: i64, dictionary: &Dictionary) -> Option<Rule> {
    let values = &field.guess.values;
    let known = field.guess.field.filter(|_| field.known).and_then(|ix| dictionary.fields.get(ix.0));
    let canonical = |cell: &str| match field.ty {
        FieldType::Channel => dictionary.channel_of(cell).map_or_else(|| cell.to_owned(), |c| c.id.clone()),
        _ => known.and_then(|f| f.canonical(cell)).map_or_else(|| cell.to_owned(), |c| c.to_string()),
    };
    // Spellings that a condition takes for one are one here.
    let mut merged: Vec<(&str, String, u64)> = Vec::new();
    for (cell, n) in values {
        let value = canonical(cell);
        match merged.iter_mut().find(|(_, v, _)| fold(v) == fold(&value)) {
            Some((.., all)) => *all += n,
            None => merged.push((cell, value, *n)),
        }
    }
    let says_something = |v: &str| !matches!(fold(v).as_ref(), "other" | "others" | "其他" | "其它");
    let (cell, value, n) = merged.iter().filter(|(v, ..)| says_something(v)).nth(nth).filter(|_| merged.len() > 1)?;
    let others: Vec<String> = merged.iter().filter(|(_, v, _)| v != value).take(5).map(|(_, v, n)| format!("{} {}", comment(v), count(*n))).collect();
    let filled = count(field.guess.filled);
    let why = match nth {
        0 => format!("the most frequent value ({} of {filled}), not the best one: put yours here. Others: {}", count(*n), others.join(" · ")),
        _ => format!("{} of {filled}", count(*n)),
    };
    let condition = format!("{} = {}", named(&field.id), literal(value));
    let example = vec![(field.id.clone(), (*cell).to_owned())];
    Some(Rule { name: format!("{}: {value}", field.id), why, when: Some(condition), points: points.to_string(), worth: points, example })
}

fn yes(field: &Column) -> Rule {
    Rule {
        name: field.id.clone(),
        why: "yes in this column".into(),
        when: Some(format!("{} = TRUE", named(&field.id))),
        points: "5".into(),
        worth: 5,
        example: vec![(field.id.clone(), "yes".into())],
    }
}

/// Above the median, and in the upper quarter, of the numbers of this file.
fn amount(field: &Column) -> Option<Rule> {
    let [median, quartile] = field.guess.upper?.map(round);
    let is_number = matches!(field.ty, FieldType::Money | FieldType::Integer | FieldType::Number | FieldType::Percent);
    if !is_number || quartile <= 0.0 || field.guess.distinct < 3 {
        return None;
    }
    let name = named(&field.id);
    let lower = if median > 0.0 && median < quartile { format!(" WHEN {name} >= {} THEN 5", plain(median)) } else { String::new() };
    Some(Rule {
        name: field.id.clone(),
        why: "from about the middle and the upper quarter of this export; if less is better, turn it round".into(),
        when: None,
        points: format!("CASE WHEN {name} >= {} THEN 10{lower} ELSE 0 END", plain(quartile)),
        worth: 10,
        example: vec![(field.id.clone(), plain(quartile))],
    })
}

/// To two digits: a threshold that a person would have chosen.
fn round(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return 0.0;
    }
    let scale = 10_f64.powf(x.abs().log10().floor() - 1.0);
    if scale >= 1.0 { (x / scale).round() * scale } else { (x / scale).round() / (1.0 / scale).round() }
}

fn plain(x: f64) -> String {
    format!("{x}")
}

fn named(id: &str) -> String {
    let bare = id.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic()) && id.chars().all(|c| c == '_' || c.is_alphanumeric());
    if bare { id.to_owned() } else { format!("\"{}\"", id.replace('"', "\"\"")) }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Columns that should give nobody points unless a person decides so: traits of the person, consent, refusals.
fn is_personal(id: &str) -> bool {
    const TRAITS: &[&str] = &["gender", "sex", "age", "marital", "race", "religion", "ethnicity", "性别", "年龄", "婚姻", "婚姻状况", "民族", "宗教"];
    const REFUSALS: &[&str] =
        &["unsub", "opt_out", "optout", "do_not", "bounce", "spam", "deleted", "archived", "consent", "default", "退订", "拒绝", "无效", "授权"];
    TRAITS.contains(&id) || REFUSALS.iter().any(|w| id.contains(w))
}

/// The file.
pub(super) fn text(columns: &Columns, rules: &[Rule]) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "# Scoring 线索评分 — a first proposal from {} of {}.\n\
         # Which values are worth points only you know: edit the `points:`, put your own values into the conditions, take out what does not\n\
         # matter. Then `sop check`, `sop test`, `sop score {}`, and `sop explain LEAD` for the reason of every point.\n\n\
         groups:\n  fit:                          # is it the right company and person? 属性分\n    rules:\n",
        columns.seen(),
        file(&columns.file),
        file(&columns.file),
    );
    for rule in rules {
        let _ = writeln!(out, "      - name: {}\n        # {}", scalar(&rule.name), rule.why);
        if let Some(when) = &rule.when {
            let _ = writeln!(out, "        when: {}", condition(when));
        }
        let _ = writeln!(out, "        points: {}", condition_or_number(&rule.points));
    }
    if rules.is_empty() {
        out.truncate(out.len() - "    rules:\n".len());
        out.push_str("    rules: []\n");
    }
    out.push_str(
        "\n  engagement:                   # does it want something from us now? 行为分. These count as soon as a file of events is there:\n\
         \x20   min: 0                      # sop score LEADS EVENTS. What is taken back is never more than what was given\n\
         \x20   max: 70\n\
         \x20   rules:\n",
    );
    let created = columns.field("created_at").is_some_and(|f| f.ty == FieldType::Datetime);
    if created {
        out.push_str("      - name: new lead\n        when: days_since(created_at) <= 14\n        points: 5\n");
    }
    out.push_str(
        "      - name: pricing page          # once a day, at most twice in 30 days\n        event: pricing_view\n        points: 15\n        per: day\n        limit: 2\n        within: 30d\n\
         \x20     - name: whitepaper            # each paper once\n        event: whitepaper_download\n        points: 10\n        per: asset\n        limit: 3\n        within: 180d\n\
         \x20     - name: trial or inquiry      # asked for something\n        event: high_intent\n        points: 25\n        limit: 1\n        within: 90d\n\
         \x20     # Once events are there (without them everybody is silent):\n\
         \x20     # - name: silent for 30 days\n      #   when: days_since(last_event_at) >= 30\n      #   points: -10\n\
         \ntotal: {min: 0, max: 100}\n\n\
         # name: the least score that has it. Look at the ranking first, then move these so that `hot` is what sales can call in a week.\n",
    );
    let (hot, qualified, warm) = bands(rules);
    let _ = writeln!(out, "bands: {{hot: {hot}, qualified: {qualified}, warm: {warm}, cold: 0}}");
    out
}

fn condition_or_number(points: &str) -> String {
    if points.parse::<i64>().is_ok() { points.to_owned() } else { condition(points) }
}

/// Thresholds that attributes alone can reach, since many an export has no behaviour.
fn bands(rules: &[Rule]) -> (i64, i64, i64) {
    let most: i64 = rules.iter().map(|r| r.worth).sum();
    match most {
        60.. => (60, 40, 20),
        40..60 => (50, 30, 15),
        15..40 => (40, 25, 10),
        _ => (40, 25, 5),
    }
}

/// The tests beside it: a lead that has everything, and one of whom nothing is known.
pub(super) fn cases(columns: &Columns, rules: &[Rule], today: NaiveDate) -> String {
    let mut lead: Vec<(&str, &str)> = Vec::new();
    for (field, cell) in rules.iter().flat_map(|r| &r.example) {
        if !lead.iter().any(|(f, _)| f == field) {
            lead.push((field, cell));
        }
    }
    let fires = |r: &Rule| r.example.iter().all(|(field, cell)| lead.iter().any(|(f, c)| f == field && c == cell));
    let worth: Vec<i64> = rules.iter().map(|r| if fires(r) { r.worth } else { 0 }).collect();
    let fit: i64 = worth.iter().sum();
    let mut out = String::from(
        "# What the scoring promises, example by example: `sop test` runs them. Change a rule, and these say what else moved.\n\
         # A bare `as_of` is the end of that day. Best are leads you know: copy one from an export and write down the score it deserves.\n\n\
         - name: a lead that has everything the rules ask for\n",
    );
    let _ = writeln!(out, "  as_of: {today}");
    out.push_str(if lead.is_empty() { "  lead: {}\n" } else { "  lead:\n" });
    for (field, cell) in &lead {
        let _ = writeln!(out, "    {}: {}", scalar(field), scalar(cell));
    }
    let _ = writeln!(out, "  expect:\n    fit: {fit}");
    if !rules.is_empty() {
        out.push_str("    lines:\n");
    }
    for (rule, points) in rules.iter().zip(worth) {
        let _ = writeln!(out, "      {}: {points}", scalar(&rule.name));
    }
    let created = if columns.field("created_at").is_some() { format!("{{created_at: {today}}}") } else { "{}".to_owned() };
    let _ = write!(out, "\n- name: a lead of whom nothing is known\n  as_of: {today}\n  lead: {created}\n  expect: {{fit: 0}}\n");
    out
}
