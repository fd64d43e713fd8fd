//! What is loaded is what SQL would have written.

use super::*;
use crate::model::{DetailId, Dictionary, Field, FieldType, Identity, Instant, Key, Until, Value as Cell};
use crate::store::{Holder, LeadRecord, RunRecord};
use chrono::NaiveDate;
use rusqlite::types::Value;

fn columns() -> Columns {
    columns_of(Vec::new())
}

/// The columns of a base with these lead fields.
fn columns_of(fields: Vec<Field>) -> Columns {
    let dictionary = Dictionary { fields, ..Dictionary::default() };
    Columns::new(&dictionary, ["fit".to_owned(), "engagement".to_owned()])
}

fn begin(path: &std::path::Path, columns: &Columns) -> (Store, RunId) {
    let holder = Holder { pid: 1, host: String::new(), command: String::new(), since: String::new() };
    let store = Store::write(path, &holder).expect("a new base");
    store.ensure_columns(columns).expect("columns");
    let run = RunRecord { verb: "score".into(), flags: String::new(), version: String::new(), as_of: Instant(0), started: Instant(0) };
    let run = store.begin_run(&run).expect("a run");
    (store, run)
}

fn rows(store: &Store, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = store.conn.prepare(sql).expect(sql);
    let width = statement.column_count();
    let rows = statement.query_map([], |r| (0..width).map(|i| r.get(i)).collect()).expect(sql);
    rows.collect::<rusqlite::Result<_>>().expect(sql)
}

fn is_whole(store: &Store) {
    assert_eq!(rows(store, "PRAGMA integrity_check"), [[Value::Text("ok".into())]]);
}

/// Numbers of every width, and of both signs.
fn wide(i: i64) -> i64 {
    let n = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (n as i64) >> (i % 64)
}

#[test]
fn what_is_loaded_is_what_sql_would_have_written() {
    let columns = columns();
    // No row, one page, two levels, three levels.
    for n in [0_i64, 1, 150, 400, 120_000] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sop.db");
        let (mut store, run) = begin(&path, &columns);
        let mut loader = store.loader(&columns, run).expect("loads").expect("a base that is being built");
        let mut identities: Vec<(i64, i64, String)> = (0..n).map(|i| (wide(i), i % 7, "x".repeat((i % 200) as usize))).collect();
        identities.sort();
        identities.dedup_by_key(|(hash, lead, _)| (*hash, *lead));
        let events: Vec<(i64, i64, u32)> = (0..n).map(|i| (i / 3, i / 2 * 40_000 - 900_000, wide(i) as u32)).collect();
        let scores: Vec<(i64, i64, [i64; 2], i64)> = (0..n).map(|i| (i * 3 + 1, wide(i), [i % 40, -i], wide(i + 1))).collect();
        for (hash, lead, text) in &identities {
            for _ in 0..2 {
                loader.identity(*hash as u64, LeadId(*lead), 1, text).expect("room");
            }
        }
        for (lead, at, detail) in &events {
            loader.event(LeadId(*lead), Event { at: Instant(*at), detail: DetailId(*detail) }).expect("room");
        }
        for (lead, total, groups, until) in &scores {
            let row = ScoreRow { lead: LeadId(*lead), groups, total: *total, band: "热", until: Until(Instant(*until)) };
            loader.state(&row, 5).expect("room");
        }
        store.attach(loader).expect("attached");
        is_whole(&store);
        let int = Value::Integer;
        let told = rows(&store, "SELECT hash, lead, kind, text, run FROM identities ORDER BY hash, lead");
        assert!(told.into_iter().eq(identities.iter().map(|(h, l, t)| vec![int(*h), int(*l), int(1), Value::Text(t.clone()), int(run.0)])));
        let told = rows(&store, "SELECT lead, at, detail, run FROM events ORDER BY lead, at, seq");
        assert!(told.into_iter().eq(events.iter().map(|(l, at, d)| vec![int(*l), int(*at), int(i64::from(*d)), int(run.0)])));
        let told = rows(&store, "SELECT lead, score, band, stage, next_change_at, sop, points_fit, points_engagement FROM lead_state ORDER BY lead");
        let row =
            |(l, s, g, u): &(i64, i64, [i64; 2], i64)| vec![int(*l), int(*s), Value::Text("热".into()), Value::Null, int(*u), int(5), int(g[0]), int(g[1])];
        assert!(told.into_iter().eq(scores.iter().map(row)));

        // It is a base like any other from here on: SQL finds, adds and takes.
        let email = Identity { kind: "email".into(), text: "a@b.cn".into() };
        store.insert_identities([(&email, LeadId(9))], run).expect("written");
        assert_eq!(store.find_identity(&email).expect("found"), Some(LeadId(9)));
        if n > 100 {
            let (lead, at, detail) = events[50];
            assert_eq!(store.raise_events(LeadId(lead), Instant(at), &[DetailId(detail)], run).expect("asked"), 0, "it is there");
            store.raise_events(LeadId(lead), Instant(at + 1), &[DetailId(1)], run).expect("added");
            store.delete_lead(LeadId(scores[70].0)).expect("deleted");
            store.conn.execute("DELETE FROM events WHERE lead % 3 = 1", []).expect("deleted");
        }
        is_whole(&store);
        store.commit().expect("durable");
        is_whole(&Store::read(&path).expect("opens"));
    }
}

/// A lead with a value of every type; every 97th is too long for a page.
fn record(i: i64, run: RunId) -> LeadRecord {
    let text = |s: String| Cell::Text(s.into());
    let values = match i % 5 {
        0 => vec![Cell::Null; 8],
        _ => vec![
            text(format!("王小明 {i}")),
            Cell::Int(wide(i)),
            Cell::Real(wide(i) as f64 / 7.0),
            Cell::Money(-i),
            Cell::Date(NaiveDate::from_num_days_from_ce_opt(700_000 + i as i32).expect("a day")),
            Cell::At(Instant(wide(i))),
            Cell::Bool(i % 2 == 0),
            Cell::List(["a".into(), format!("标签{i}").into()].into()),
        ],
    };
    let remark = if i % 97 == 0 { "长".repeat(4_000) } else { "x".repeat((i % 90) as usize) };
    let extra = if i % 3 == 0 { vec![("备注".into(), remark)] } else { Vec::new() };
    let fresh_at = (i % 4 == 0).then_some(Instant(i));
    LeadRecord { lead: LeadId(i), key: Key::of_hash(wide(i) as u64), run, seen_at: Instant(wide(i)), fresh_at, sources: 1 + i % 2, extra, values }
}

#[test]
fn leads_that_were_kept_outside_are_in_the_base_as_they_were_last() {
    use FieldType::{Boolean, Date, Datetime, Integer, List, Money, Number, Text};
    let types = [Text, Integer, Number, Money, Date, Datetime, Boolean, List];
    let columns = columns_of(types.iter().map(|ty| Field::plain(ty.name(), *ty)).collect());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sop.db");
    let (mut store, run) = begin(&path, &columns);
    store.shelve(&columns).expect("a new base");
    let n = 30_000;
    for i in 1..=n {
        store.insert_lead(&columns, &record(i, run)).expect("kept");
        if i % 11 == 0 {
            // A later row of an earlier lead, near and far.
            for lead in [i - 10, i / 2] {
                let known = store.lead(&columns, LeadId(lead)).expect("readable").expect("there");
                assert_eq!(known.key, record(lead, run).key);
                assert_eq!(store.key_of(LeadId(lead)).expect("readable"), Some(known.key));
                store.update_lead(&columns, &LeadRecord { sources: known.sources + 1, ..known }).expect("kept");
            }
        }
    }
    let kept: Vec<LeadRecord> = (1..=n).map(|i| store.lead(&columns, LeadId(i)).expect("readable").expect("there")).collect();
    assert_eq!(kept.first().map(|r| &r.values), Some(&record(1, run).values), "what is kept is what came");
    assert_eq!(store.last_lead().expect("asked"), 0, "not in the base yet");
    store.unshelve(&columns, run).expect("written");
    is_whole(&store);
    assert_eq!(store.last_lead().expect("asked"), n);
    for was in kept {
        assert_eq!(store.lead(&columns, was.lead).expect("readable"), Some(was));
    }
    let types = rows(&store, "SELECT DISTINCT typeof(text), typeof(number), typeof(boolean), typeof(date) FROM leads WHERE lead % 5 = 1");
    assert_eq!(types, [["text", "real", "integer", "text"].map(|t| Value::Text(t.into()))]);
    store.commit().expect("durable");
}

#[test]
fn the_page_that_sqlite_locks_stays_empty() {
    let mut file = PageFile::new(tempfile::tempfile().expect("a file"), 131_071).expect("room");
    let mut tree = Tree::new(Shape::Keyed, 1);
    let mut record = Record::default();
    for i in 0..2_000 {
        record.clear();
        record.int(i);
        tree.push(&mut file, record.cell(None), 0).expect("room");
    }
    let (_, root) = tree.finish(&mut file).expect("room");
    let children: Vec<u8> = root[12..14].to_vec();
    let first = usize::from(u16::from_be_bytes([children[0], children[1]]));
    assert_eq!(root[first..first + 4], 131_072_u32.to_be_bytes(), "the last one before it");
    assert_eq!(root[8..12], 131_074_u32.to_be_bytes(), "the next one behind it");
}

#[test]
fn what_does_not_fit_is_left_to_sql() {
    let columns = columns();
    let folder = tempfile::tempdir().expect("a folder");
    let (store, run) = begin(&folder.path().join("sop.db"), &columns);
    store.insert_state(LeadId(1), Some("mql"), None).expect("written");
    let loader = store.loader(&columns, run).expect("loads").expect("a base that is being built");
    assert!(!loader.takes_states(["hot"]), "one is there already");
    assert!(loader.takes_events() && loader.takes_identities(60) && !loader.takes_identities(5_000));
}
