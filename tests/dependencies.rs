//! What enters the build: licences, sources and bans of deny.toml, and no dependency that nothing uses.
//!
//! cargo-deny says the same and more, but is itself a larger build than this program and fetches its advisories from GitHub;
//! this reads `cargo metadata` for the host, offline, in a second. Where cargo-deny is installed it works from the same file.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The packages of the host's build, as cargo resolves them from the lock file.
fn packages() -> Vec<Value> {
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let host = String::from_utf8(rustc.stdout).expect("UTF-8");
    let host = host.lines().find_map(|l| l.strip_prefix("host: ")).expect("rustc names its host");
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(out.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&out.stderr));
    let meta: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let resolved: Vec<_> = meta["resolve"]["nodes"].as_array().expect("nodes").iter().map(|n| n["id"].clone()).collect();
    meta["packages"].as_array().expect("packages").iter().filter(|p| resolved.contains(&p["id"])).cloned().collect()
}

/// The quoted texts of `key = [ … ]` in a section of deny.toml.
fn listed(section: &str, key: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    let text: String = text.lines().map(|l| l.split(" #").next().unwrap_or(l).to_owned() + "\n").collect();
    let section = text.split(&format!("[{section}]")).nth(1).expect("the section");
    let list = section.split(&format!("\n{key} = [")).nth(1).expect("the key").split("\n]").next().expect("its end");
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met by the allowed licences (AND binds tighter than OR; `/` is an old OR).
fn licensed(expression: &str, allowed: &[String]) -> bool {
    let text = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut at = 0;
    either(&words, &mut at, allowed) && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at, allowed);
    }
    met
}

fn both(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    if words.get(*at) == Some(&"(") {
        *at += 1;
        let met = either(words, at, allowed);
        *at += 1;
        return met;
    }
    let mut name = words.get(*at).copied().unwrap_or_default().to_owned();
    *at += 1;
    if words.get(*at) == Some(&"WITH") {
        name = format!("{name} WITH {}", words.get(*at + 1).copied().unwrap_or_default());
        *at += 2;
    }
    allowed.contains(&name)
}

#[test]
fn every_package_may_be_used_and_shipped() {
    let (allowed, banned) = (listed("licenses", "allow"), listed("bans", "deny"));
    assert!(allowed.len() > 3 && banned.iter().any(|b| b == "serde_yaml"), "deny.toml was misread: {allowed:?} {banned:?}");
    let packages = packages();
    assert!(packages.len() > 100, "only {} packages were seen", packages.len());
    let mut wrong = Vec::new();
    for p in &packages {
        let (name, version) = (p["name"].as_str().unwrap_or_default(), p["version"].as_str().unwrap_or_default());
        match p["license"].as_str() {
            Some(l) if licensed(l, &allowed) => {}
            l => wrong.push(format!("{name} {version}: licence {}", l.unwrap_or("is not stated"))),
        }
        if banned.iter().any(|b| b == name) {
            wrong.push(format!("{name} {version} is banned"));
        }
        if p["source"].as_str().is_some_and(|s| s != "registry+https://github.com/rust-lang/crates.io-index") {
            wrong.push(format!("{name} {version} comes from {}", p["source"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_is_used() {
    let packages = packages();
    let own = packages.iter().find(|p| p["name"] == "sop" && p["source"].is_null()).expect("this package");
    let text = |folders: &[&str]| -> String { folders.iter().map(|f| code_under(&root().join(f))).collect() };
    let by_kind = BTreeMap::from([("normal", text(&["src"])), ("dev", text(&["src", "tests", "benches"]))]);
    let unused: Vec<String> = own["dependencies"]
        .as_array()
        .expect("dependencies")
        .iter()
        .filter(|d| {
            let name = d["rename"].as_str().or(d["name"].as_str()).unwrap_or_default().replace('-', "_");
            !by_kind[d["kind"].as_str().unwrap_or("normal")].contains(&name)
        })
        .map(|d| d["name"].to_string())
        .collect();
    assert!(unused.is_empty(), "declared and never named: {unused:?}");
}

fn code_under(folder: &Path) -> String {
    let Ok(entries) = fs::read_dir(folder) else { return String::new() };
    entries
        .filter_map(Result::ok)
        .map(|e| {
            if e.path().is_dir() {
                code_under(&e.path())
            } else if e.path().extension().is_some_and(|x| x == "rs") {
                fs::read_to_string(e.path()).unwrap_or_default()
            } else {
                String::new()
            }
        })
        .collect()
}

#[test]
fn licence_expressions_are_understood() {
    let allowed: Vec<String> = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"].map(String::from).into();
    for yes in ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception", "MIT OR GPL-3.0 AND X"] {
        assert!(licensed(yes, &allowed), "{yes}");
    }
    for no in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0", "GPL-3.0 WITH x", "MIT GPL"] {
        assert!(!licensed(no, &allowed), "{no}");
    }
}
