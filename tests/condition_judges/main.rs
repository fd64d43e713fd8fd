//! Conditions before outside judges: sqlparser reads the same tree, SQLite gives the same answer; and by themselves:
//! `until` is never late, and no text makes the parser panic or point outside its characters.

#[path = "../condition_world/mod.rs"]
mod condition_world;
mod dice;
mod sqlite;
mod sqlparser_tree;
mod texts;
mod until;

use proptest::prelude::ProptestConfig;

const DAY: i64 = 86_400;

/// How often; `PROPTEST_CASES` asks for more.
fn cases(usual: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { usual };
    ProptestConfig { cases, failure_persistence: None, ..default }
}
