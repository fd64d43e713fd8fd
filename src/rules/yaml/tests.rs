//! What a person was promised: exact places, text as written, quick refusals.

use super::*;
use crate::diag::Sources;

type Places = Vec<(&'static str, usize, usize)>;

fn read(text: &str) -> (Option<Node>, Places, Diagnostics) {
    let mut sources = Sources::default();
    let id = sources.add("t.yaml", text);
    let mut out = Diagnostics::default();
    let node = parse(id, text, &mut out);
    let at = out
        .0
        .iter()
        .map(|d| {
            let (l, c) = d.span.map_or((0, 0), |s| sources.line_column(id, s.start));
            (d.code.id(), l, c)
        })
        .collect();
    (node, at, out)
}

fn scalar<'a>(node: &'a Node, path: &[&str]) -> &'a Node {
    path.iter().fold(node, |n, key| match &n.kind {
        Kind::Map(e) => &e.iter().find(|e| e.key == *key).expect("the key").value,
        Kind::List(i) => &i[key.parse::<usize>().expect("an index")],
        Kind::Scalar(_) => panic!("a scalar"),
    })
}

fn text(node: &Node) -> &str {
    match &node.kind {
        Kind::Scalar(s) => &s.text,
        _ => panic!("not a scalar"),
    }
}

#[test]
fn scalars_stay_text() {
    let (node, at, _) = read("a: 017\nb: 1_000\nc: yes\nd: \"5\"\ne:\nf: ~\n中文: 值\n");
    let node = node.expect("a tree");
    assert!(at.is_empty());
    assert_eq!(["a", "b", "c", "d", "中文"].map(|k| text(scalar(&node, &[k]))), ["017", "1_000", "yes", "5", "值"]);
    assert!(scalar(&node, &["e"]).is_nothing() && scalar(&node, &["f"]).is_nothing() && !scalar(&node, &["d"]).is_nothing());
}

#[test]
fn problems_have_exact_places() {
    assert_eq!(read("行业: 1\n区域: 2\n行业: 3\n").1, [("duplicate-key", 3, 1)]);
    assert_eq!(read("a:\n\tb: 1\n").1, [("yaml-tab", 2, 1)]);
    assert_eq!(read("a: 1\n---\nb: 2\n").1[0].0, "yaml-syntax");
    assert_eq!(read("a: [1, 2\nb: 3\n").1[0].0, "yaml-syntax");
    assert_eq!(read("a: !x 5\n").1[0].0, "yaml-syntax");
    assert_eq!(read("a: *b\n").1, [("yaml-syntax", 1, 4)]);
}

#[test]
fn bombs_are_refused_quickly() {
    let began = std::time::Instant::now();
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..20 {
        bomb += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(", "));
    }
    assert_eq!(read(&bomb).1[0].0, "too-large");
    assert_eq!(read(&"[".repeat(5000)).1[0].0, "too-large");
    assert_eq!(read(&"a: 1\n".repeat(2_000_000)).1[0].0, "too-large");
    assert!(began.elapsed().as_secs() < 2);
}

#[test]
fn empty_files_are_empty_maps() {
    for t in ["", "# nothing\n", "---\n", "~\n"] {
        let (node, at, _) = read(t);
        assert!(at.is_empty() && matches!(node.expect("a tree").kind, Kind::Map(e) if e.is_empty()), "{t:?}");
    }
}

#[test]
fn places_survive_quoting_escapes_and_folding() {
    for (src, value) in [
        ("k: 行业 = '制造业' X\n", "行业 = '制造业' X"),
        ("k: '行业 = ''制造业'' X'\n", "行业 = '制造业' X"),
        ("k: \"行业 = '\\u5236造业' \\\"q\\\" X\"\n", "行业 = '制造业' \"q\" X"),
        ("k: >\n  行业 = '制造业'\n  AND X\n", "行业 = '制造业' AND X\n"),
        ("k: |\n  行业 = '制造业'\n    AND X\n", "行业 = '制造业'\n  AND X\n"),
        ("k: 行业 =\n  '制造业'\n  AND X\n", "行业 = '制造业' AND X"),
        ("k: \"行业 = \\\n  '制造业' AND X\"\n", "行业 = '制造业' AND X"),
    ] {
        let (node, at, _) = read(src);
        assert!(at.is_empty(), "{src}: {at:?}");
        let node = node.expect("a tree");
        let node = scalar(&node, &["k"]);
        assert_eq!(text(node), value, "{src}");
        let place = node.place(src).expect("a place");
        assert_eq!(place.offsets.len(), value.len() + 1);
        for needle in ["X", "造业", "行业", "="] {
            let i = value.find(needle).expect("in the value");
            let span = place.span(i, i + needle.len());
            assert_eq!(&src[span.start..span.end], needle, "{src}");
        }
        assert!(place.offsets.windows(2).all(|w| w[0] <= w[1]), "{src}");
    }
}

#[test]
fn the_four_accidents_print_the_quoted_form() {
    for (src, column, fix) in [
        ("r:\n  - {name: a, when: has_any(title, '决策者'), points: 5}\n", 21, "when: \"has_any(title, '决策者')\""),
        ("r:\n  - {name: a, when: coalesce(a, b) > 3, points: 5}\n", 21, "when: \"coalesce(a, b) > 3\""),
        ("r:\n  - {name: a, when: industry IN ('制造业', '汽车'), points: 5}\n", 21, "when: \"industry IN ('制造业', '汽车')\""),
        ("r: [{name: a,\n    when: has_any(title, '决策者'), points: 5}]\n", 11, "when: \"has_any(title, '决策者')\""),
        ("r:\n    when: '制造业' = industry\n", 11, "when: \"'制造业' = industry\""),
        ("r:\n    when: \"客户 级别\" = 'A'\n    points: 5\n", 11, "when: '\"客户 级别\" = ''A'''"),
        ("r:\n    when: title = 'C #'\n    points: 5\n", 11, "when: \"title = 'C #'\""),
        ("r:\n    when: title = '职位: 总监'\n    points: 5\n", 11, "when: \"title = '职位: 总监'\""),
        ("r:\n  - {when: title = '职位: 总监', points: 5}\n", 12, "when: \"title = '职位: 总监'\""),
    ] {
        let (_, at, out) = read(src);
        assert_eq!(at, [("yaml-accident", 2, column)], "{src}: {:?}", out.0);
        assert!(out.0[0].help.as_deref().is_some_and(|h| h.contains(fix)), "{src}: {:?}", out.0[0].help);
    }
    for src in
        ["r:\n  when: score > 5 # why\n", "r:\n  - {when: \"a IN (1, 2)\", points: 5}\n", "r:\n  when: a IN (1, 2)\n", "r:\n  - {when: a > 5, points: 5}\n"]
    {
        assert!(read(src).1.is_empty(), "{src}");
    }
}
