//! SQLite gives the same answer to every condition that both can be asked.

use crate::cases;
use crate::condition_world::World;
use crate::dice::{Dice, condition, lead};
use proptest::prelude::*;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, params};
use sop::condition::{ScopeKind, Want};
use sop::model::{Value, fold};

fn judge() -> Connection {
    let db = Connection::open_in_memory().expect("SQLite");
    let text_function = |name: &str, f: fn(&str) -> String| {
        db.create_scalar_function(name, 1, FunctionFlags::SQLITE_DETERMINISTIC, move |c| Ok(c.get::<Option<String>>(0)?.map(|t| f(&t)))).expect("a function");
    };
    text_function("fold", |t| fold(t).into_owned());
    text_function("lower_all", str::to_lowercase);
    db.execute_batch(
        "CREATE TABLE lead (employees INTEGER, budget REAL, rate REAL, title TEXT, region TEXT, consent_sms INTEGER, signed_at INTEGER, created_at INTEGER, as_of INTEGER);
         CREATE TABLE event (at INTEGER, kind TEXT, act INTEGER, path TEXT);",
    )
    .expect("tables");
    db
}

fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Money(minor) => Some(*minor as f64 / 100.0),
        Value::Real(x) => Some(*x),
        _ => None,
    }
}

fn answer(db: &Connection, w: &World, sql: &str) -> Option<bool> {
    db.execute_batch("DELETE FROM lead; DELETE FROM event;").expect("empty");
    let value = |id: &str| &w.lead[w.dictionary.field(id).expect("a field").0.0];
    let int = |id: &str| match value(id) {
        Value::Int(i) => Some(*i),
        Value::Bool(b) => Some(i64::from(*b)),
        Value::At(t) => Some(t.0),
        _ => None,
    };
    db.execute(
        "INSERT INTO lead VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            int("employees"),
            real(value("budget")),
            real(value("rate")),
            value("title").as_text(),
            value("region").as_text(),
            int("consent_sms"),
            int("signed_at"),
            w.created_at.0,
            w.as_of.0
        ],
    )
    .expect("a lead");
    for e in &w.events {
        let d = w.details.of(e);
        db.execute("INSERT INTO event VALUES (?, ?, ?, ?)", params![e.at.0, d.kind_name.as_ref(), d.act, d.values[0].as_text()]).expect("an event");
    }
    db.query_row(&format!("SELECT {sql} FROM lead"), [], |r| r.get::<_, Option<f64>>(0)).unwrap_or_else(|e| panic!("{e}: {sql}")).map(|n| n != 0.0)
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn sqlite_gives_the_same_answer(bytes in prop::collection::vec(any::<u8>(), 0..160)) {
        thread_local!(static DB: Connection = judge());
        let mut dice = Dice { bytes: &bytes, at: 0 };
        let w = lead(&mut dice);
        let p = condition(&mut dice, 3);
        let compiled = w.condition(&p.ours);
        let ours = compiled.test(&w.facts()).0;
        let theirs = DB.with(|db| answer(db, &w, &p.sql));
        prop_assert_eq!(ours, theirs, "{} | {}", p.ours, p.sql);
        prop_assert_eq!(w.test(compiled.normal_form()), ours, "the normal form means the same: {}", compiled.normal_form());
        if let Some(constant) = compiled.constant() {
            prop_assert_eq!(constant, ours, "constant: {}", &p.ours);
        }
        if compiled.is_never_true() {
            prop_assert_ne!(ours, Some(true), "never true: {}", &p.ours);
        }
        prop_assert_eq!(compiled.explain(&w.facts()).outcome(), ours);
        prop_assert!(!compiled.explain(&w.facts()).summary().contains('\n'));
    }

    #[test]
    fn what_is_called_always_true_is_never_false(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let mut dice = Dice { bytes: &bytes, at: 0 };
        let w = lead(&mut dice);
        let p = condition(&mut dice, 2);
        let (compiled, out) = w.read(&p.ours, ScopeKind::Where, Want::Boolean);
        let whole = out.0.iter().filter(|d| d.span.is_some_and(|s| s.start <= 1 && s.end + 1 >= p.ours.len()));
        for d in whole {
            let value = compiled.as_ref().and_then(|c| c.test(&w.facts()).0);
            match d.code {
                sop::diag::Code::AlwaysTrue => prop_assert_ne!(value, Some(false), "{} {}", p.ours, d.message),
                sop::diag::Code::NeverTrue => prop_assert_ne!(value, Some(true), "{} {}", p.ours, d.message),
                _ => {}
            }
        }
    }
}
