//! Which SOP file changed, and when: in a sentence, and line by line for whoever asks.

use super::told::sentence;
use crate::model::Instant;
use crate::report::{Cell, Column, ColumnType, Layout, Said, Section};
use std::collections::BTreeMap;

/// So many changed lines of a file are shown; the rest is counted.
const SHOWN: usize = 6;
/// A line is shown up to here.
const LINE: usize = 110;
/// Files with more lines than this on either side are only told as changed.
const LONG: usize = 2_000;

/// One SOP file that changed between two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesChange {
    /// The as-of of the first run that obeyed the new text.
    pub at: Instant,
    /// `sops/scoring.yaml`
    pub file: String,
    /// Lines that are gone.
    pub removed: Vec<String>,
    /// Lines that came.
    pub added: Vec<String>,
    /// What that means, in a sentence.
    pub said: Said,
}

/// The texts of the rules by file.
pub type Texts = BTreeMap<String, String>;

/// What differs between two versions of the rules, by file.
pub fn compared(at: Instant, before: &Texts, after: &Texts) -> Vec<RulesChange> {
    let mut files: Vec<&String> = before.keys().chain(after.keys()).collect();
    files.sort();
    files.dedup();
    let of = |file: &String| {
        let (old, new) = (before.get(file).map(String::as_str), after.get(file).map(String::as_str));
        let (removed, added) = lines(old.unwrap_or_default(), new.unwrap_or_default());
        let said = || said(file, old, new, removed.len() + added.len());
        (!removed.is_empty() || !added.is_empty()).then(|| RulesChange { at, file: file.clone(), said: said(), removed: removed.clone(), added: added.clone() })
    };
    files.into_iter().filter_map(of).collect()
}

/// The lines that only one of two texts has, in order (longest common subsequence). White space at the ends says nothing.
fn lines(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let of = |text: &'_ str| -> Vec<String> { text.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect() };
    let (old, new) = (of(old), of(new));
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (old.get(same..).unwrap_or_default(), new.get(same..).unwrap_or_default());
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (old.get(..old.len() - tail).unwrap_or_default(), new.get(..new.len() - tail).unwrap_or_default());
    if old.len() > LONG || new.len() > LONG {
        return (old.to_vec(), new.to_vec());
    }
    // best[i][j]: how many lines old[i..] and new[j..] have in common.
    let width = new.len() + 1;
    let mut best = vec![0_u32; (old.len() + 1) * width];
    let at = |best: &[u32], i: usize, j: usize| best.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let n = if a == b { at(&best, i + 1, j + 1) + 1 } else { at(&best, i + 1, j).max(at(&best, i, j + 1)) };
            if let Some(cell) = best.get_mut(i * width + j) {
                *cell = n;
            }
        }
    }
    let (mut removed, mut added, mut i, mut j) = (Vec::new(), Vec::new(), 0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => (i, j) = (i + 1, j + 1),
            (Some(a), b) if b.is_none() || at(&best, i + 1, j) >= at(&best, i, j + 1) => {
                removed.push(a.clone());
                i += 1;
            }
            (_, Some(b)) => {
                added.push(b.clone());
                j += 1;
            }
            (_, None) => return (removed, added),
        }
    }
}

/// One row per file and version, oldest first.
pub(super) fn section(changes: &[RulesChange]) -> Option<Section> {
    let mut columns = vec![Column::new("changed_at", ColumnType::Instant), Column::text("file")];
    columns.extend(["lines_removed", "lines_added"].map(Column::integer));
    columns.push(Column::text("what_changed").sentences());
    // The rules' own text is for whoever keeps them.
    columns.push(Column::text("lines").sentences().aside());
    let count = |lines: &[String]| Cell::count(lines.len());
    let row =
        |c: &RulesChange| vec![Cell::Instant(c.at), Cell::text(&*c.file), count(&c.removed), count(&c.added), c.said.clone().into(), Cell::text(shown(c))];
    (!changes.is_empty()).then(|| Section::new("sop_changes", Layout::Table, columns, changes.iter().map(row).collect()))
}

/// What changed in a file: what its rules say, as far as anybody can tell it; else how many lines.
fn said(file: &str, old: Option<&str>, new: Option<&str>, lines: usize) -> Said {
    let yaml = file.ends_with(".yaml") || file.ends_with(".yml");
    match (old, new) {
        (None, _) => Said::new("the file is new", "新文件"),
        (_, None) => Said::new("the file is gone", "文件已删除"),
        (Some(old), Some(new)) => yaml
            .then(|| sentence(old, new))
            .flatten()
            .unwrap_or_else(|| Said::new(format!("{lines} line{} changed", if lines == 1 { "" } else { "s" }), format!("{lines} 行有改动"))),
    }
}

/// `− old line` and `+ new line`, the first of each.
fn shown(change: &RulesChange) -> String {
    let marked = |sign: char, lines: &[String]| -> Vec<String> {
        let cut = |line: &String| if line.chars().count() > LINE { line.chars().take(LINE).chain(['…']).collect() } else { line.clone() };
        lines.iter().take(SHOWN).map(|l| format!("{sign} {}", cut(l))).chain((lines.len() > SHOWN).then(|| format!("{sign} …"))).collect()
    };
    [marked('−', &change.removed), marked('+', &change.added)].concat().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(files: &[(&str, &str)]) -> Texts {
        files.iter().map(|(f, t)| ((*f).to_owned(), (*t).to_owned())).collect()
    }

    #[test]
    fn only_what_differs_is_told() {
        let before = texts(&[("a.yaml", "x\n  y: 10\nz\n"), ("b.yaml", "same"), ("gone.yaml", "1\n2")]);
        let after = texts(&[("a.yaml", "x\n  y: 15\nz\n\nnew"), ("b.yaml", "same  \n")]);
        let changes = compared(Instant(7), &before, &after);
        let told: Vec<_> = changes.iter().map(|c| (c.file.as_str(), c.removed.join("|"), c.added.join("|"))).collect();
        assert_eq!(told, [("a.yaml", "y: 10".to_owned(), "y: 15|new".to_owned()), ("gone.yaml", "1|2".to_owned(), String::new())]);
        assert!(shown(&changes[0]).starts_with("− y: 10\n+ y: 15"));
    }

    #[test]
    fn what_changed_is_a_sentence_and_never_the_yaml_itself() {
        let told = |file: &str, old: &[&str], new: &[&str]| {
            let of = |texts: &[&str]| texts.iter().map(|t| (file.to_owned(), (*t).to_owned())).collect::<Texts>();
            compared(Instant(0), &of(old), &of(new)).remove(0).said
        };
        let said = told("s.yaml", &["rules:\n- {name: 下载白皮书, points: 10}\n- {name: gone}"], &["rules:\n- {name: 下载白皮书, points: 15}"]);
        assert_eq!(
            (said.en.as_str(), said.zh.as_str()),
            ("rule 下载白皮书: points 10 → 15; rule gone removed", "规则「下载白皮书」：points 10 → 15；删除规则「gone」")
        );
        assert_eq!(told("s.yaml", &["rules: ["], &["rules: [a"]).en, "2 lines changed");
        assert_eq!(told("content/case.md", &["a\nb"], &["a\nc"]).en, "2 lines changed", "a letter is no rule");
        assert_eq!((told("s.yaml", &[], &["a: 1"]).en, told("s.yaml", &["a: 1"], &[]).zh), ("the file is new".into(), "文件已删除".into()));
    }

    #[test]
    fn a_moved_line_is_told_twice_and_long_lists_are_cut() {
        let (removed, added) = lines("a\nb\nc", "b\nc\na");
        assert_eq!((removed, added), (vec!["a".to_owned()], vec!["a".to_owned()]));
        let many = (0..20).map(|i| i.to_string()).collect::<Vec<_>>().join("\n");
        let change = compared(Instant(0), &texts(&[]), &texts(&[("n.yaml", &many)]));
        assert_eq!((change[0].added.len(), shown(&change[0]).lines().count()), (20, SHOWN + 1));
    }
}
