//! Sentences that reports say, for Chinese readers. Reports say them in English, with numbers and names in between; here each is known by
//! the words around those, and said again in Chinese. What is not known stays as it is.

use super::catalogue::CATALOGUE;
use super::definitions::DEFINITIONS;
use super::findings::FINDINGS;
use super::imports::IMPORTS;
use super::phrases::NOTES;
use std::borrow::Cow;

/// A sentence in Chinese; the parts of a remark are said one by one.
pub(super) fn chinese(text: &str) -> Cow<'_, str> {
    if let Some(said) = translated(text) {
        return Cow::Owned(said);
    }
    if let Some(rest) = text.strip_prefix("before: ") {
        return Cow::Owned(format!("上期：{}", chinese(rest)));
    }
    // `crm.csv: …`: a note of a file.
    if let Some((file, said)) = text.split_once(": ").filter(|(file, _)| file.contains('.')).and_then(|(file, rest)| Some((file, translated(rest)?))) {
        return Cow::Owned(format!("{file}：{said}"));
    }
    for (between, zh) in [("; ", "；"), (" · ", " · ")] {
        let all: Vec<Result<String, &str>> = text.split(between).map(|part| translated(part).ok_or(part)).collect();
        if all.len() > 1 && all.iter().any(Result::is_ok) {
            let said: Vec<String> = all.into_iter().map(|part| part.unwrap_or_else(str::to_owned)).collect();
            return Cow::Owned(said.join(zh));
        }
    }
    // A list of our own words.
    if let Some(said) = text.split(", ").map(translated).collect::<Option<Vec<String>>>() {
        return Cow::Owned(said.join("、"));
    }
    Cow::Borrowed(text)
}

fn known() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    [NOTES, DEFINITIONS, FINDINGS, IMPORTS, CATALOGUE].into_iter().flatten()
}

fn translated(text: &str) -> Option<String> {
    if let Some(days) = text.strip_suffix('d').filter(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit())) {
        return Some(format!("{days} 天"));
    }
    let of = |(english, said): &(&str, &str)| captures(english, text).map(|found| filled(said, &found));
    known().find_map(of)
}

/// What stands at the holes of a pattern: `{}` anything, up to the words behind it; `{#}` digits, with what stands between and behind them.
fn captures<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let (mut rest, mut pattern, mut found) = (text, pattern, Vec::new());
    loop {
        let Some((before, hole, after)) = pattern.split_once('{').and_then(|(before, tail)| tail.split_once('}').map(|(hole, after)| (before, hole, after)))
        else {
            return (rest == pattern).then_some(found);
        };
        rest = rest.strip_prefix(before)?;
        let end = match after.split_once('{') {
            None => rest.strip_suffix(after)?.len(),
            Some((words, _)) => rest.find(words)?,
        };
        let (held, left) = rest.split_at_checked(end)?;
        if hole == "#" && !(held.starts_with(|c: char| c.is_ascii_digit()) && held.chars().all(|c| c.is_ascii_digit() || "-.,:% ".contains(c))) {
            return None;
        }
        found.push(held);
        (rest, pattern) = (left, after);
    }
}

/// `{1}` is what stood at the first hole, itself in Chinese where it is known.
fn filled(said: &str, found: &[&str]) -> String {
    let mut said = said.to_owned();
    for (n, held) in found.iter().enumerate() {
        said = said.replace(&format!("{{{}}}", n + 1), &chinese(held));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_stand_where_they_belong() {
        assert_eq!(
            chinese("2026-10-01 to 2026-10-31 (the last full month; --period names another)"),
            "2026-10-01 至 2026-10-31（最近一个完整的月；--period 可另选）"
        );
        assert_eq!(chinese("3 due: too few to tell"), "3 个到期：太少，无法判断");
        assert_eq!(chinese("before: no stage of lifecycle.yaml means mql"), "上期：lifecycle.yaml 没有阶段表示 mql");
        assert_eq!(chinese("bottleneck; 3 before: too few to tell"), "瓶颈；前一阶段 3 个：太少，无法判断");
    }

    #[test]
    fn what_nobody_translated_stays() {
        for text in ["王五 said: too bad", "", "to", "from A to B"] {
            assert_eq!(chinese(text), text);
        }
    }

    #[test]
    fn every_hole_of_the_chinese_is_one_of_the_english() {
        for (english, said) in known() {
            let holes = english.matches('{').count();
            let most = (1..=9).filter(|n| said.contains(&format!("{{{n}}}"))).max().unwrap_or(0);
            assert!(most <= holes && said.matches('{').count() >= most, "{english}: {said}");
            assert!(english.trim_matches(['{', '}', '#', ' ']).len() > 1, "{english}: a pattern needs words");
        }
    }
}
