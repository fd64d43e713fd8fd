//! The walls of the house, read from the sources: who may use whom, and who alone may touch what.
//!
//! The reading is crude on purpose (comments and literals blanked, test modules cut out, then names looked for), so it
//! needs no compiler and no parser crate; `mod planted` proves for each wall that a crossing is seen.

#![allow(clippy::print_stderr)] // a note about long files is for the reader of the log

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Room → the rooms that it may use. `cli` (with main.rs) is the binary and may use all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("run", &["ingest", "rules", "condition", "engine", "measure", "store", "deliver", "report", "model", "diag"]),
    ("engine", &["rules", "condition", "model"]),
    ("rules", &["condition", "model", "diag"]),
    ("ingest", &["model", "diag"]),
    ("condition", &["model", "diag"]),
    ("report", &["measure", "rules", "model"]),
    ("render", &["report", "diag", "model"]),
    ("store", &["model"]),
    ("deliver", &["model"]),
    ("measure", &["model"]),
    ("model", &[]),
    ("diag", &[]),
];

/// What only one room may name: (the words, the rooms, why).
const ONLY: &[(&[&str], &[&str], &str)] = &[
    (&["rusqlite"], &["store"], "only store knows SQL"),
    (&["comfy_table", "rust_xlsxwriter"], &["render"], "only render writes tables"),
    (&["SystemTime::now", "Instant::now", "Utc::now", "Local::now"], &["cli", "main"], "only cli reads the clock"),
    (&["println!", "eprintln!", "print!", "eprint!", "stdout()", "stderr()"], &["cli", "main"], "only cli prints"),
];

/// What nobody may write outside tests.
const NEVER: &[(&str, &str)] = &[
    ("unsafe", "no unsafe"),
    (".unwrap()", "no unwrap outside tests"),
    ("todo!", "nothing is left to do"),
    ("unimplemented!", "nothing is left to do"),
    ("mod utils", "a module is named after its idea"),
    ("mod util", "a module is named after its idea"),
    ("mod helpers", "a module is named after its idea"),
];

/// Folders that the top level may hold; dotfolders belong to tools.
const TOP: &[&str] = &["src", "sops", "examples", "tests", "benches", "target", "rejects"];

/// No source file is longer; over [`LONG`] it is named.
const LONGEST: usize = 600;
const LONG: usize = 400;

#[test]
fn nobody_crosses_a_wall() {
    let files = sources();
    assert!(files.len() > 20, "the sources were not found");
    let found: Vec<String> = files.iter().flat_map(|(path, text)| findings(path, text)).collect();
    assert!(found.is_empty(), "{} walls crossed:\n{}", found.len(), found.join("\n"));
}

#[test]
fn files_hold_one_idea() {
    let mut lengths: Vec<(usize, String)> = sources().into_iter().map(|(path, text)| (text.lines().count(), path)).collect();
    lengths.sort();
    let long: Vec<_> = lengths.iter().filter(|(n, _)| *n > LONG).collect();
    if !long.is_empty() {
        eprintln!("over {LONG} lines: {long:?}");
    }
    let median = lengths[lengths.len() / 2].0;
    assert!(median <= 200, "the median file has {median} lines");
    let (most, path) = &lengths[lengths.len() - 1];
    assert!(*most <= LONGEST, "{path} has {most} lines, more than {LONGEST}");
}

#[test]
fn rooms_are_those_of_the_plan() {
    let rooms: BTreeSet<String> = sources().keys().map(|path| room_of(path)).filter(|r| r != "main" && r != "lib" && r != "cli").collect();
    let plan: BTreeSet<String> = MAY_USE.iter().map(|(room, _)| (*room).to_owned()).collect();
    let strangers: Vec<_> = rooms.difference(&plan).collect();
    assert!(strangers.is_empty(), "rooms that the plan does not have: {strangers:?}");
}

#[test]
fn the_top_level_is_the_users() {
    let strangers: Vec<String> = fs::read_dir(root())
        .expect("the checkout")
        .filter_map(Result::ok)
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !TOP.contains(&name.as_str()))
        .collect();
    assert!(strangers.is_empty(), "new folders at the top level: {strangers:?}");
}

// ---------------------------------------------------------------------------------------------------------- reading

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under src/ by its path there (`engine/scoring.rs`), less files that only tests compile.
fn sources() -> BTreeMap<String, String> {
    let src = root().join("src");
    let mut all = BTreeMap::new();
    collect(&src, &src, &mut all);
    let tests: Vec<String> = all.iter().flat_map(|(path, text)| test_modules(path, &blank(text))).collect();
    all.retain(|path, _| !tests.iter().any(|t| path == &format!("{t}.rs") || path.starts_with(&format!("{t}/"))));
    all
}

fn collect(folder: &Path, src: &Path, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, src, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(src).expect("under src").to_string_lossy().replace('\\', "/");
            into.insert(name, fs::read_to_string(&path).expect("UTF-8 sources"));
        }
    }
}

/// The modules that `#[cfg(test)] mod x;` declares, as paths without `.rs`.
fn test_modules(path: &str, code: &str) -> Vec<String> {
    let home = match path.rsplit_once('/') {
        Some((dir, "mod.rs")) => format!("{dir}/"),
        Some(_) => format!("{}/", path.trim_end_matches(".rs")),
        None if path == "lib.rs" || path == "main.rs" => String::new(),
        None => format!("{}/", path.trim_end_matches(".rs")),
    };
    code.split("#[cfg(test)]")
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix("mod ")?.split_once(';').map(|(name, _)| name.trim().to_owned()))
        .filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .map(|name| format!("{home}{name}"))
        .collect()
}

/// `engine/scoring.rs` → `engine`; `main.rs` → `main`.
fn room_of(path: &str) -> String {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs").to_owned()
}

/// How many `super`s lead from a file's own module to the crate's root.
fn depth(path: &str) -> usize {
    let parts = path.split('/').count();
    if path.ends_with("/mod.rs") {
        parts - 1
    } else if path == "lib.rs" || path == "main.rs" {
        0
    } else {
        parts
    }
}

/// Every wall that one file crosses, as `path:line: what`.
fn findings(path: &str, text: &str) -> Vec<String> {
    let code = without_tests(&blank(text));
    let room = room_of(path);
    let mut found = Vec::new();
    let mut say = |byte: usize, what: String| found.push(format!("src/{path}:{}: {what}", code[..byte].matches('\n').count() + 1));

    if let Some((_, allowed)) = MAY_USE.iter().find(|(r, _)| *r == room) {
        for (byte, used) in used_rooms(&code, depth(path)) {
            if used != room && !allowed.contains(&used.as_str()) && (used == "cli" || MAY_USE.iter().any(|(r, _)| *r == used)) {
                say(byte, format!("{room} uses {used}"));
            }
        }
    }
    for (words, rooms, why) in ONLY {
        for word in *words {
            if !rooms.contains(&room.as_str()) {
                occurrences(&code, word).for_each(|byte| say(byte, format!("`{word}`: {why}")));
            }
        }
    }
    for (word, why) in NEVER {
        occurrences(&code, word).for_each(|byte| say(byte, format!("`{word}`: {why}")));
    }
    if !text.trim_start().starts_with("//!") {
        say(0, "a module opens with what it is for (`//!`)".into());
    }
    found
}

/// The rooms that paths of the code start from: `crate::x`, `sop::x`, enough `super`s, and lists in braces.
fn used_rooms(code: &str, depth: usize) -> Vec<(usize, String)> {
    let climb = "super::".repeat(depth);
    let mut roots = vec!["crate::", "sop::"];
    if depth > 0 {
        roots.push(&climb);
    }
    let mut used = Vec::new();
    for root in roots {
        for byte in occurrences(code, root) {
            let rest = &code[byte + root.len()..];
            let goes_higher = root.starts_with("super") && (code[..byte].ends_with("super::") || rest.starts_with("super::"));
            if !goes_higher {
                used.extend(heads(rest).into_iter().map(|name| (byte, name)));
            }
        }
    }
    used
}

/// The first segments of a path or of a list of paths in braces.
fn heads(rest: &str) -> Vec<String> {
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(list) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let (mut level, mut start, mut heads) = (1, 0, Vec::new());
    for (i, c) in list.char_indices() {
        match c {
            '{' => level += 1,
            '}' => level -= 1,
            _ => {}
        }
        if level == 0 || (level == 1 && c == ',') {
            heads.push(word(list[start..i].trim_start()));
            start = i + 1;
        }
        if level == 0 {
            break;
        }
    }
    heads
}

/// Where a word stands in the code, not as a part of a longer one.
fn occurrences<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    let (opens, closes) = (word.starts_with(joins), word.ends_with(joins));
    let joined = move |i: usize| {
        let (before, after) = (code[..i].chars().next_back(), code[i + word.len()..].chars().next());
        (opens && before.is_some_and(joins)) || (closes && after.is_some_and(joins))
    };
    code.match_indices(word).map(|(i, _)| i).filter(move |&i| !joined(i))
}

/// The code with comments and the insides of literals as spaces; lines stay where they are.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let word = |c: char| c.is_alphanumeric() || c == '_';
    while i < chars.len() {
        let end = match (at(i), at(i + 1)) {
            ('/', '/') => (i..chars.len()).find(|&j| chars[j] == '\n').unwrap_or(chars.len()),
            ('/', '*') => {
                let (mut level, mut j) = (1, i + 2);
                while level > 0 && j < chars.len() {
                    match (at(j), at(j + 1)) {
                        ('/', '*') => (level, j) = (level + 1, j + 2),
                        ('*', '/') => (level, j) = (level - 1, j + 2),
                        _ => j += 1,
                    }
                }
                j
            }
            ('r', '"' | '#') if i == 0 || !word(at(i - 1)) || at(i - 1) == 'b' => {
                let hashes = chars[i + 1..].iter().take_while(|c| **c == '#').count();
                let close = |j: usize| at(j) == '"' && (1..=hashes).all(|k| at(j + k) == '#');
                let from = i + 1 + hashes;
                if at(from) == '"' { (from + 1..chars.len()).find(|&j| close(j)).map_or(chars.len(), |j| j + 1 + hashes) } else { i }
            }
            ('"', _) => {
                let mut j = i + 1;
                while j < chars.len() && chars[j] != '"' {
                    j += if chars[j] == '\\' { 2 } else { 1 };
                }
                j + 1
            }
            ('\'', '\\') => (i + 3..chars.len()).find(|&j| chars[j] == '\'').map_or(chars.len(), |j| j + 1),
            ('\'', _) if at(i + 2) == '\'' => i + 3,
            _ => i,
        };
        if end == i {
            out.push(chars[i]);
            i += 1;
        } else {
            let end = end.min(chars.len());
            out.extend(chars[i..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            i = end;
        }
    }
    out
}

/// The code less the items under `#[cfg(test)]` and `#[test]`; lines stay where they are.
fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = ["#[cfg(test)]", "#[test]"].iter().filter_map(|mark| rest.find(mark)).min() {
        out.push_str(&rest[..start]);
        let item = &rest[start..];
        let mut level = 0;
        let end = item
            .char_indices()
            .find(|(_, c)| {
                level += i32::from(*c == '{') - i32::from(*c == '}');
                level == 0 && matches!(c, ';' | '}')
            })
            .map_or(item.len(), |(i, c)| i + c.len_utf8());
        out.extend(item[..end].chars().filter(|c| *c == '\n'));
        rest = &item[end..];
    }
    out.push_str(rest);
    out
}

/// Each wall holds: a planted crossing is seen, its look-alikes are not.
mod planted {
    use super::{blank, findings, test_modules, without_tests};

    #[track_caller]
    fn crosses(path: &str, line: &str, what: &str) {
        let found = findings(path, &format!("//! A planted file.\n{line}\n"));
        assert!(found.len() == 1 && found[0].contains(what) && found[0].contains(":2:"), "{line}: {found:?}");
    }

    #[track_caller]
    fn passes(path: &str, line: &str) {
        assert_eq!(findings(path, &format!("//! A planted file.\n{line}\n")), Vec::<String>::new(), "{line}");
    }

    #[test]
    fn rooms_that_may_not_meet() {
        crosses("engine/scoring.rs", "use crate::store::Base;", "engine uses store");
        crosses("engine/scoring.rs", "use super::super::store::Base;", "engine uses store");
        crosses("engine/mod.rs", "use super::report::Report;", "engine uses report");
        crosses("engine/deep/one.rs", "fn f() { super::super::super::run::import() }", "engine uses run");
        crosses("report/score.rs", "use crate::{model::{Value, Key}, engine::Scored};", "report uses engine");
        crosses("model/key.rs", "fn f() -> crate::diag::Code { g() }", "model uses diag");
        crosses("store/leads.rs", "use crate::rules::Sop;", "store uses rules");
        crosses("run/score.rs", "use crate::render;", "run uses render");
        crosses("run/score.rs", "use crate::cli::Args;", "run uses cli");
        crosses("ingest.rs", "use crate::condition::Condition;", "ingest uses condition");
        passes("engine/scoring.rs", "use crate::{condition::Facts, rules::scoring::Rule};\nuse super::lifecycle;\nuse crate::engine::x;");
        passes("engine/deep/one.rs", "use super::super::store::x;"); // engine::store would be a file of its own
        passes("cli/score.rs", "use sop::{store, engine, run, render};");
        passes("store/leads.rs", "// crate::rules\n/* crate::engine /* nested */ crate::run */\nconst A: &str = \"crate::rules\";");
    }

    #[test]
    fn what_one_room_alone_may_touch() {
        crosses("run/score.rs", "use rusqlite::Connection;", "only store knows SQL");
        passes("store/mod.rs", "use rusqlite::Connection;");
        crosses("cli/leads.rs", "use comfy_table::Table;", "only render writes tables");
        crosses("report/leads.rs", "use rust_xlsxwriter::Workbook;", "only render writes tables");
        passes("render/xlsx.rs", "use rust_xlsxwriter::Workbook;");
        for clock in ["std::time::SystemTime::now()", "std::time::Instant::now()", "chrono::Utc::now()", "chrono::Local::now()"] {
            crosses("run/score.rs", &format!("fn f() {{ {clock}; }}"), "only cli reads the clock");
            passes("cli/clock.rs", &format!("fn f() {{ {clock}; }}"));
        }
        crosses("run/import.rs", "fn f() { println!(); }", "only cli prints");
    }

    #[test]
    fn what_nobody_may_write() {
        crosses("store/mod.rs", "fn f() { unsafe { g() } }", "no unsafe");
        crosses("cli/mod.rs", "fn f() { g().unwrap() }", "no unwrap");
        crosses("cli/mod.rs", "mod utils;", "named after its idea");
        crosses("cli/mod.rs", "fn f() { todo!() }", "left to do");
        passes("cli/mod.rs", "fn f() { g().unwrap_or_default() } // unsafe, .unwrap()");
        assert_eq!(findings("cli/mod.rs", "fn f() {}\n").len(), 1, "a file without its opening words");
    }

    #[test]
    fn tests_are_left_alone() {
        passes("store/mod.rs", "#[cfg(test)]\nmod tests {\n    use crate::rules::Sop;\n    #[test]\n    fn t() { x().unwrap(); }\n}");
        crosses("store/mod.rs", "use crate::rules::Sop; #[cfg(test)]\nmod tests { fn t() { x().unwrap(); } }", "store uses rules");
        assert_eq!(without_tests("a\n#[cfg(test)]\nmod t {\n}\nb"), "a\n\n\n\nb");
        assert_eq!(test_modules("engine/mod.rs", "#[cfg(test)]\nmod tests;"), ["engine/tests"]);
        assert_eq!(test_modules("engine/scoring.rs", "#[cfg(test)] mod laws ;"), ["engine/scoring/laws"]);
    }

    #[test]
    fn literals_and_lifetimes_are_told_apart() {
        for (text, code) in [
            ("a \"x \\\" y\" b", "a          b"),
            ("r#\"in \" side\"# b", "               b"),
            ("'\"' b 'c' <'a> '\\'' d", "    b     <'a>      d"),
            ("bar\"x\"", "bar   "),
        ] {
            assert_eq!(blank(text), code);
        }
    }
}
