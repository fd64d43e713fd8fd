//! `sop leads -o all.xlsx`, imported into an empty base, gives the same leads, field by field and key by key.

use crate::base::{Base, Dump, assert_same, leads_csv};
use std::fs;

/// Leads as the base has them: what they are, by key, without numbers of rows and runs.
fn leads(base: &Base) -> Dump {
    let db = base.open();
    let mut statement =
        db.prepare("SELECT l.*, s.stage AS stage_now, s.owner AS owner_now, s.score, s.band FROM leads l JOIN lead_state s USING (lead)").unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let skip = ["lead", "lead_run", "seen_at", "fresh_at", "sources", "stage", "owner"]; // the imported columns only seed the state
    let mut found = statement.query([]).unwrap();
    let mut out = Vec::new();
    while let Some(row) = found.next().unwrap() {
        let cells = columns.iter().enumerate().filter(|(_, c)| !skip.contains(&c.as_str())).filter_map(|(i, name)| {
            let value: rusqlite::types::Value = row.get(i).unwrap();
            (value != rusqlite::types::Value::Null).then(|| format!("{name}={value:?}"))
        });
        out.push(cells.collect::<Vec<_>>().join(" "));
    }
    out.sort();
    [("leads".to_owned(), out)].into_iter().collect()
}

const FIELDS: &str = "
leads:
  id: {type: text}
  name: {type: text, aliases: [姓名]}
  email: {type: email}
  phone: {type: phone, region: CN, aliases: [手机]}
  company: {type: text}
  owner: {type: owner, aliases: [负责人]}
  stage: {type: stage}
  channel: {type: channel}
  created_at: {type: datetime, aliases: [创建时间]}
  employees: {type: integer}
  budget: {type: money}
  rate: {type: percent}
  factor: {type: number}
  birthday: {type: date}
  met_at: {type: datetime}
  consent_email: {type: boolean}
  tags: {type: list}
  note: {type: text, aliases: [备注]}
identity: [id, phone, email]
";

/// What spreadsheets spoil, one kind per row.
const NASTY: &str = "id,姓名,手机,email,company,负责人,stage,channel,创建时间,employees,budget,rate,factor,birthday,met_at,consent_email,tags,备注,备用一,备用二
L1,=1+1,13920417003,a@example.com,\"Müller, \"\"Söhne\"\" & Co\",张伟,connected,baidu,2026-01-02 03:04:05,1200,\"￥1,234.50\",12.5%,0.1,2000-02-29,2026-03-01 23:59:59,是,a;b c;十,\"first line
second line\",007,=SUM(A1)
00042,'x,+44 20 7946 0958,,-5 °C AG,@home,,展会,2026-06-01,0,0,0%,-3.25e-7,1899-12-31,1970-01-01 00:00:00,否,竞品,''quoted,12345678901234567890,+1
12345678901234567890,'=1+1,,u@müller.example,@cmd,,意向客户,,,,￥50万,,1e300,,,,,\"  two  spaces \",3.10,-7
,无号码,,,ＡＢＣ 公司,,,,2026-02-03 04:05:06,5,,,,,,,,\ttab,TRUE,2026-01-01
,无号码,,,ＡＢＣ 公司,,,,2026-02-03 04:05:06,5,,,,,,,,\ttab,TRUE,2026-01-01
L7,emoji 👩‍🔬 ﬁ,13920417040,,,zhang.wei,mql,某渠道,2026-10-25T01:30:00+02:00,,0.01,100%,3,,,,x,无,0,1e5
";

fn full() -> Base {
    let base = Base::with(&[("sops/fields.yaml", FIELDS)]);
    let nasty = base.write("nasty.csv", NASTY).display().to_string();
    let crm = base.write("crm.csv", "id,姓名\n9001,来自 CRM\nL1,another L1\n").display().to_string();
    let doubled = base.write("doubled.csv", "id,手机,email,备注\nL1,13920417040,,两个号码\n,13920417003,b@example.com,joined\n").display().to_string();
    base.on("11-01", &["import", &nasty]).ok();
    base.on("11-01", &["import", &crm, "--source", "crm"]).ok();
    base.on("11-01", &["import", &doubled]).ok();
    base.on("11-01", &["score"]).ok();
    assert_eq!(base.number("SELECT count(*) FROM leads"), 8);
    base
}

fn returns(base: &Base, sops: &[(&str, &str)]) {
    let first = leads(base);
    for format in ["xlsx", "csv", "excel"] {
        let file = base.path().join(format!("all-{format}.{}", if format == "xlsx" { "xlsx" } else { "csv" })).display().to_string();
        let mut export = vec!["leads", "-o", &file];
        if format == "excel" {
            export.push("--excel");
        }
        base.on("11-02", &export).ok();
        let other = Base::with(sops);
        other.on("11-02", &["score", &file]).ok();
        assert_same(format, &first, &leads(&other));
        // A second trip has nothing to say.
        let before = other.facts();
        let again = other.on("11-02", &["import", &file, "-f", "json"]).ok();
        assert_eq!((again.of_file(0, "new"), again.of_file(0, "updated"), again.of_file(0, "to_decide")), (0, 0, 0), "{}", again.said());
        assert_same(format, &before, &other.facts());
        // And home again, it changes nothing either. (Owner and stage of a list are the lead's state: there they are known.)
        let before = base.facts();
        let home = base.copy();
        let again = home.on("11-02", &["import", &file, "-f", "json", "--yes"]).ok();
        let news = home.texts("SELECT lead || ' ' || what || ' ' || coalesce(\"from\", '') || ' → ' || coalesce(\"to\", '') FROM changes WHERE run = (SELECT max(run) FROM runs) AND what NOT IN ('field:owner', 'field:stage')");
        assert_eq!((again.of_file(0, "new"), news), (0, Vec::<String>::new()), "{format}: {}", again.said());
        let of = |mut dump: Dump| {
            dump.retain(|table, _| ["identities", "source_rows", "to_decide", "events"].contains(&table.as_str()));
            dump
        };
        assert_same(&format!("{format} imported at home"), &of(before), &of(home.facts()));
        assert_same(&format!("{format} imported at home"), &first, &leads(&home));
    }
}

#[test]
fn what_spreadsheets_spoil_comes_back_as_it_was() {
    returns(&full(), &[("sops/fields.yaml", FIELDS)]);
}

#[test]
fn messy_exports_come_back_as_they_were() {
    let base = Base::new();
    let file = base.write("leads.csv", leads_csv(21, 0, 250)).display().to_string();
    let more = base.write("more.csv", leads_csv(22, 125, 300)).display().to_string();
    base.on("11-01", &["score", &file]).ok();
    base.on("11-01", &["score", &more, "--yes"]).ok();
    assert!(base.number("SELECT count(*) FROM to_decide") > 0);
    // The score stands on events, too: they are not part of a list of leads.
    let lists = base.copy();
    lists.write("sops/scoring.yaml", "groups:\n  fit:\n    rules:\n      - {name: phone, when: \"phone IS NOT NULL\", points: 7}\nbands: {hot: 80, cold: 0}\n");
    let scoring = fs::read_to_string(lists.path().join("sops/scoring.yaml")).unwrap();
    lists.on("11-01", &["score"]).ok();
    returns(&lists, &[("sops/scoring.yaml", &scoring)]);
}

#[test]
fn a_key_names_its_lead_wherever_a_lead_is_named() {
    let base = full();
    for key in base.on("11-02", &["leads", "-f", "json"]).ok().json()["rows"].as_array().unwrap().iter().map(|r| r["key"].as_str().unwrap().to_owned()) {
        assert!(base.on("11-02", &["explain", &key]).ok().stdout().contains(&key));
    }
}
