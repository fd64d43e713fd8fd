//! What changed in a file of the rules, as a colleague would say it: which rule, stage or step, and what about it. Never the YAML itself.

use crate::report::Said;
use crate::rules::outline::{Outline, outline};

/// So many changes of one file are told; the rest is counted.
const TOLD: usize = 6;
/// A value is shown up to here; of a longer one only its key is named.
const SHORT: usize = 40;
/// What names an item of a list, the first that it has.
const NAMES: [&str; 2] = ["name", "id"];

/// What a list or a map of the rules holds, by its key: one of them, in both languages.
const THINGS: &[(&str, &str, &str)] = &[
    ("rules", "rule", "规则"),
    ("groups", "group", "分组"),
    ("bands", "band", "等级"),
    ("stages", "stage", "阶段"),
    ("detours", "detour", "旁路"),
    ("reject_reasons", "reason", "退回原因"),
    ("rounds", "round", "分配轮次"),
    ("queues", "queue", "线索池"),
    ("promises", "promise", "承诺"),
    ("alerts", "alert", "介入提醒"),
    ("steps", "step", "步骤"),
    ("owners", "colleague", "同事"),
    ("leads", "field", "字段"),
    ("channels", "channel", "渠道"),
    ("event_kinds", "kind of event", "行为类型"),
    ("lists", "word list", "词表"),
    ("send", "medium", "触达方式"),
    ("notify", "notice", "通知方式"),
];

/// Keys that hold things and say nothing of their own where one is named.
fn thing(key: &str) -> Option<(&'static str, &'static str)> {
    THINGS.iter().find(|(known, ..)| *known == key).map(|(_, en, zh)| (*en, *zh))
}

/// What is told of one thing: its name, and what became of it.
struct Change {
    /// `rule 下载白皮书`, `group engagement`; blank: the file itself.
    subject: Said,
    what: What,
}

enum What {
    Added,
    Removed,
    /// A key of it (blank: its only value), what it said and what it says.
    Key {
        key: String,
        from: Value,
        to: Value,
    },
    /// A key of it that lists words: which went, and which came.
    Words {
        key: String,
        gone: Value,
        came: Value,
    },
    /// The same things in another order.
    Moved(&'static str, &'static str),
}

/// What a key says.
enum Value {
    Nothing,
    Short(String),
    Long,
}

impl Value {
    fn of(outline: Option<&Outline>) -> Self {
        let short = |text: &str| text.chars().count() <= SHORT && !text.contains('\n');
        match outline {
            None => Self::Nothing,
            Some(Outline::Text(text)) if text.is_empty() => Self::Nothing,
            Some(Outline::Text(text)) if short(text) => Self::Short(text.clone()),
            _ => Self::Long,
        }
    }
}

/// The sentence of a file of YAML that changed; `None` where nobody can tell what.
pub(super) fn sentence(before: &str, after: &str) -> Option<Said> {
    let (old, new) = (outline(before)?, outline(after)?);
    let mut all = Vec::new();
    compare(&old, &new, &Place::default(), &mut all);
    if all.is_empty() {
        return Some(Said::new("only comments or the layout changed", "只改了注释或排版"));
    }
    let rest = all.len().saturating_sub(TOLD);
    let told: Vec<Said> = all.iter().take(TOLD).map(Change::said).collect();
    let join = |of: fn(&Said) -> &str, between: &str| told.iter().map(of).collect::<Vec<_>>().join(between);
    let more = |text: String| if rest > 0 { text } else { String::new() };
    Some(Said::new(
        format!("{}{}", join(|s| &s.en, "; "), more(format!("; and {rest} more"))),
        format!("{}{}", join(|s| &s.zh, "；"), more(format!("；另有 {rest} 处"))),
    ))
}

impl Change {
    fn said(&self) -> Said {
        let Said { en, zh } = &self.subject;
        let of = |own: (String, String)| {
            let with = |subject: &str, own: String, colon: &str| if subject.is_empty() { own } else { format!("{subject}{colon}{own}") };
            Said::new(with(en, own.0, ": "), with(zh, own.1, "："))
        };
        match &self.what {
            What::Added => Said::new(format!("{en} added"), format!("新增{zh}")),
            What::Removed => Said::new(format!("{en} removed"), format!("删除{zh}")),
            What::Moved(things, zh_things) => of((format!("the order of the {things}s changed"), format!("{zh_things}的顺序有变"))),
            What::Key { key, from, to } => {
                let key = if key.is_empty() { String::new() } else { format!("{key} ") };
                of(match (from, to) {
                    (Value::Short(from), Value::Short(to)) => (format!("{key}{from} → {to}"), format!("{key}{from} → {to}")),
                    (Value::Nothing, Value::Short(to)) => (format!("{key}is {to} now"), format!("新增 {key}{to}")),
                    (Value::Short(from), Value::Nothing) => (format!("{key}({from}) is gone"), format!("去掉 {key}（{from}）")),
                    (Value::Nothing, _) => (format!("{key}is new"), format!("新增 {key}").trim_end().to_owned()),
                    (_, Value::Nothing) => (format!("{key}is gone"), format!("去掉 {key}").trim_end().to_owned()),
                    _ => (format!("{key}changed"), format!("{key}有改动")),
                })
            }
            What::Words { key, gone, came } => {
                let (head, zh_head) = if key.is_empty() { Default::default() } else { (format!("{key}: "), format!("{key}：")) };
                let one = |value: &Value, word: &str, zh_word: &str| match value {
                    Value::Nothing => None,
                    Value::Short(text) => Some((format!("{text} {word}"), format!("{zh_word} {text}"))),
                    Value::Long => Some((format!("several {word}"), format!("{zh_word}多项"))),
                };
                let (en, zh): (Vec<_>, Vec<_>) = [one(came, "added", "新增"), one(gone, "removed", "删除")].into_iter().flatten().unzip();
                match en.is_empty() {
                    true => of((format!("{head}in another order"), format!("{zh_head}顺序有变"))),
                    false => of((format!("{head}{}", en.join(", ")), format!("{zh_head}{}", zh.join("，")))),
                }
            }
        }
    }
}

/// Where the comparison stands: the innermost thing that has a name, and the keys since.
#[derive(Clone, Default)]
struct Place {
    subject: Said,
    keys: Vec<String>,
}

impl Place {
    fn key(&self, key: &str) -> Self {
        let mut keys = self.keys.clone();
        keys.push(key.to_owned());
        Self { subject: self.subject.clone(), keys }
    }
    /// The kind of thing that stands here: not deeper inside of another one, as in `to: {owners: …}` of a rule.
    fn holds(&self) -> Option<(&'static str, &'static str)> {
        self.keys.first().filter(|_| self.keys.len() == 1).and_then(|key| thing(key))
    }
    /// A named thing here.
    fn named(&self, name: &str) -> Self {
        let key = self.keys.join(".");
        let (en, zh) = self.holds().unwrap_or((&key, &key));
        let (en, zh) = (format!("{en} {name}").trim_start().to_owned(), format!("{zh}「{name}」"));
        Self { subject: Said::new(en, zh), keys: Vec::new() }
    }
    fn tell(&self, what: What, all: &mut Vec<Change>) {
        all.push(Change { subject: self.subject.clone(), what });
    }
    fn differs(&self, old: Option<&Outline>, new: Option<&Outline>, all: &mut Vec<Change>) {
        self.tell(What::Key { key: self.keys.join("."), from: Value::of(old), to: Value::of(new) }, all);
    }
}

fn compare(old: &Outline, new: &Outline, place: &Place, all: &mut Vec<Change>) {
    match (old, new) {
        _ if old == new => {}
        (Outline::Map(old), Outline::Map(new)) => maps(old, new, place, all),
        (Outline::List(old), Outline::List(new)) => lists(old, new, place, all),
        _ => place.differs(Some(old), Some(new), all),
    }
}

fn maps(old: &[(String, Outline)], new: &[(String, Outline)], place: &Place, all: &mut Vec<Change>) {
    // `owners: {zhang.wei: {…}}`: its keys are names of things.
    let of_things = place.holds().is_some();
    fn get<'o>(map: &'o [(String, Outline)], key: &str) -> Option<&'o Outline> {
        map.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }
    let mut keys: Vec<&String> = old.iter().map(|(k, _)| k).collect();
    keys.extend(new.iter().map(|(k, _)| k).filter(|k| get(old, k).is_none()));
    let (nothing, no_list) = (Outline::Map(Vec::new()), Outline::List(Vec::new()));
    for key in keys {
        let inside = if of_things { place.named(key) } else { place.key(key) };
        match (get(old, key), get(new, key)) {
            (Some(a), Some(b)) => compare(a, b, &inside, all),
            (None, _) if of_things => inside.tell(What::Added, all),
            (_, None) if of_things => inside.tell(What::Removed, all),
            // A whole list of things that came or went: each by its name.
            (None, Some(b @ Outline::List(_))) => compare(&no_list, b, &inside, all),
            (Some(a @ Outline::List(_)), None) => compare(a, &no_list, &inside, all),
            (None, Some(b @ Outline::Map(_))) if inside.holds().is_some() => compare(&nothing, b, &inside, all),
            (Some(a @ Outline::Map(_)), None) if inside.holds().is_some() => compare(a, &nothing, &inside, all),
            (a, b) => inside.differs(a, b, all),
        }
    }
}

/// The name of an item of a list.
fn name(item: &Outline) -> Option<&str> {
    let Outline::Map(entries) = item else { return None };
    NAMES.iter().find_map(|name| entries.iter().find(|(key, _)| key == name)).and_then(|(_, value)| match value {
        Outline::Text(text) if !text.is_empty() => Some(text.as_str()),
        _ => None,
    })
}

fn lists(old: &[Outline], new: &[Outline], place: &Place, all: &mut Vec<Change>) {
    let names = |list: &'_ [Outline]| list.iter().map(|item| name(item).map(str::to_owned)).collect::<Option<Vec<String>>>();
    let (Some(old_names), Some(new_names)) = (names(old), names(new)) else {
        // What has no names is known by its place, where nothing came or went.
        return match old.len() == new.len() && old.iter().chain(new).all(|item| matches!(item, Outline::Map(_))) {
            true => (1..).zip(old.iter().zip(new)).for_each(|(n, (a, b))| compare(a, b, &place.key(&n.to_string()), all)),
            false => words(old, new, place, all),
        };
    };
    let before = all.len();
    // A name that stands twice is told apart by its place among its like.
    let nth = |names: &[String], i: usize| names.iter().take(i).filter(|n| Some(*n) == names.get(i)).count();
    let find = |names: &[String], name: &str, n: usize| names.iter().enumerate().filter(|(_, known)| *known == name).nth(n).map(|(i, _)| i);
    for (i, (item, name)) in old.iter().zip(&old_names).enumerate() {
        let place = place.named(name);
        match find(&new_names, name, nth(&old_names, i)).and_then(|i| new.get(i)) {
            Some(now) => compare(item, now, &place, all),
            None => place.tell(What::Removed, all),
        }
    }
    for (i, name) in new_names.iter().enumerate() {
        if find(&old_names, name, nth(&new_names, i)).is_none() {
            place.named(name).tell(What::Added, all);
        }
    }
    if all.len() == before {
        let (en, zh) = place.holds().unwrap_or(("item", "条目"));
        place.tell(What::Moved(en, zh), all);
    }
}

/// Lists of words: which came and which went.
fn words(old: &[Outline], new: &[Outline], place: &Place, all: &mut Vec<Change>) {
    let text = |list: &[Outline], without: &[Outline]| -> Option<String> {
        let word = |item: &Outline| if let Outline::Text(text) = item { Some(text.clone()) } else { None };
        let words: Option<Vec<String>> = list.iter().filter(|item| !without.contains(item)).map(word).collect();
        words.map(|words| words.join(", "))
    };
    let value = |text: Option<String>| text.map_or(Value::Long, |text| Value::of(Some(&Outline::Text(text))));
    place.tell(What::Words { key: place.keys.join("."), gone: value(text(old, new)), came: value(text(new, old)) }, all);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> (String, String) {
        let said = sentence(before, after).expect("told");
        (said.en, said.zh)
    }
    fn english(before: &str, after: &str) -> String {
        told(before, after).0
    }

    const RULES: &str = "groups:\n  engagement:\n    max: 40\n    rules:\n      - {name: 下载白皮书, event: whitepaper_download, points: 10}\n      - name: 企业规模\n        points: CASE WHEN employees >= 1000 THEN 15 WHEN employees >= 200 THEN 10 ELSE 0 END\n        when: employees > 0\nbands: {hot: 80, cold: 0}\n";

    #[test]
    fn a_rule_is_told_by_its_name_and_its_number_by_what_it_was() {
        let both = told(RULES, &RULES.replace("points: 10}", "points: 15, limit: 3}"));
        assert_eq!(both.0, "rule 下载白皮书: points 10 → 15; rule 下载白皮书: limit is 3 now");
        assert_eq!(both.1, "规则「下载白皮书」：points 10 → 15；规则「下载白皮书」：新增 limit 3");
    }

    #[test]
    fn a_rule_of_several_lines_a_group_and_a_band() {
        assert_eq!(english(RULES, &RULES.replace("THEN 15", "THEN 20")), "rule 企业规模: points changed", "a formula is no sentence");
        assert_eq!(english(RULES, &RULES.replace("        when: employees > 0\n", "")), "rule 企业规模: when (employees > 0) is gone");
        assert_eq!(english(RULES, &RULES.replace("max: 40", "max: 60")), "group engagement: max 40 → 60");
        assert_eq!(english(RULES, &RULES.replace("hot: 80", "hot: 85")), "band hot: 80 → 85");
        let more = RULES.replace("bands:", "  fit:\n    rules:\n      - {name: 制造业, points: 5}\nbands:");
        assert_eq!((english(RULES, &more), english(&more, RULES)), ("group fit added".into(), "group fit removed".into()));
    }

    #[test]
    fn rules_that_came_and_went_and_changed_places() {
        let gone = RULES.replace("      - {name: 下载白皮书, event: whitepaper_download, points: 10}\n", "");
        assert_eq!(told(RULES, &gone), ("rule 下载白皮书 removed".into(), "删除规则「下载白皮书」".into()));
        assert_eq!(told(&gone, RULES), ("rule 下载白皮书 added".into(), "新增规则「下载白皮书」".into()));
        let swapped = |a: &str, b: &str| english(&format!("rules: [{a}, {b}]"), &format!("rules: [{b}, {a}]"));
        assert_eq!(swapped("{name: x, points: 1}", "{name: y, points: 2}"), "the order of the rules changed");
    }

    #[test]
    fn a_route_and_a_stage() {
        let rounds = "rounds:\n  - name: 交销售\n    rules:\n      - name: 华东制造\n        when: region = '华东'\n        to: {owners: {zhang.wei: 2, li.si: 1}}\n        by: weighted\n";
        assert_eq!(english(rounds, &rounds.replace("weighted", "longest_idle")), "rule 华东制造: by weighted → longest_idle");
        assert_eq!(english(rounds, &rounds.replace("zhang.wei: 2, ", "")), "rule 华东制造: to.owners.zhang.wei (2) is gone");
        let stages = "stages:\n  - {id: mql, title: MQL, enter: \"score >= 50 AND contactable('email') OR events('high_intent', '30d') > 0\"}\n";
        assert_eq!(english(stages, &stages.replace("50", "60")), "stage mql: enter changed");
        assert_eq!(english("exit:\n  - {when: a}\n  - {when: b}\n", "exit:\n  - {when: a}\n  - {when: c}\n"), "exit.2.when b → c");
    }

    #[test]
    fn words_of_a_list() {
        let list = |words: &str| format!("lists: {{决策者: [{words}]}}\n");
        assert_eq!(english(&list("总监, CEO"), &list("总监, CEO, CIO")), "word list 决策者: CIO added");
        assert_eq!(english(&list("总监, CEO"), &list("CEO, 总监")), "word list 决策者: in another order");
    }

    #[test]
    fn comments_are_no_rules_and_what_is_no_yaml_is_not_told() {
        assert_eq!(english(RULES, &format!("# since May\n{RULES}")), "only comments or the layout changed");
        assert!(sentence(RULES, "groups: [").is_none());
        let many: String = (0..20).map(|n| format!("  r{n}: {{title: x}}\n")).collect();
        assert!(english("channels: {}", &format!("channels:\n{many}")).ends_with("; and 14 more"));
    }
}
