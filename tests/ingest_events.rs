//! Events and stages: who, when, what.

use sop::ingest::{
    self, EventMapping, EventReader, EventRow, FileKind, IngestErrorKind, Next, Options, Profile, StageMapping, StageReader, StageRow, recognise,
};
use sop::model::{DateOrder, Detail, Instant, KindId, Value};
use sop::rules::Sop;

fn sop(fields: &str) -> Sop {
    let files = if fields.is_empty() { Vec::new() } else { vec![("sops/fields.yaml".to_owned(), Ok(fields.as_bytes().to_vec()))] };
    sop::rules::load(&files).unwrap_or_else(|(_, d)| panic!("{d:?}")).0
}

fn table(text: &str) -> (tempfile::TempDir, ingest::TableFile) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.csv");
    std::fs::write(&path, text).expect("a file");
    let table = ingest::open(&path, &Options { source: Some("CRM".to_owned()), sheet: None }).unwrap_or_else(|e| panic!("{e}"));
    (folder, table)
}

/// Rows with their details, rejected lines with their reasons.
type Events = (Vec<(EventRow, Detail)>, Vec<(u64, String)>, Profile);

fn events(text: &str, sop: &Sop) -> Events {
    let (_folder, mut table) = table(text);
    let mapping = EventMapping::new(table.headers(), &sop.dictionary);
    let profile = mapping.profile(&mut table, &sop.dictionary, &sop.calendar).expect("a profile");
    let mut reader = EventReader::new(table, mapping, &sop.dictionary, &sop.calendar, &profile).unwrap_or_else(|e| panic!("{e}"));
    let (mut rows, mut rejected, mut row) = (Vec::new(), Vec::new(), EventRow::default());
    loop {
        match reader.next(&mut row).expect("rows") {
            Next::Row => {
                let detail = reader.detail(&row, &mut Vec::new());
                rows.push((row.clone(), detail));
            }
            Next::Rejected => rejected.push((row.number, row.bad[0].reason.to_string())),
            Next::End => return (rows, rejected, profile),
        }
    }
}

fn who(row: &EventRow) -> Vec<(&str, &str)> {
    row.identities.iter().map(|i| (&*i.kind, i.text.as_str())).collect()
}

#[test]
fn an_event_is_who_when_what() {
    let sop = sop("");
    let text = "lead_email,ts,type,asset,campaign,nobody\n\
        A@B.com,2026-06-30 08:00:01,白皮书下载,wp-1.pdf,camp-01,x\n\
        a@b.com,2026/6/30 8:00,mystery,,,\n\
        ,2026-06-30,page_view,/x,,\n\
        not an address,2026-06-30,page_view,/x,,\n\
        a@b.com,soon,page_view,/x,,\n\
        a@b.com,2026-06-30,,/x,,\n\
        a@b.com,2026-06-30\n";
    let (rows, rejected, _) = events(text, &sop);
    assert_eq!(rows.len(), 2);
    let (first, detail) = &rows[0];
    assert_eq!((who(first), first.at), (vec![("email", "a@b.com")], Instant(1_782_777_601))); // 00:00:01 UTC
    assert!(first.what.starts_with("白皮书下载\u{1f}".as_bytes()));
    let asset = sop.dictionary.event_fields.iter().position(|f| f.id == "asset").expect("a field");
    assert_eq!((detail.kind_name.as_ref(), &detail.values[asset], detail.act), ("whitepaper_download", &Value::text("wp-1.pdf"), true));
    assert_eq!(detail.kinds, [detail.kind]);
    // Kinds that nothing declares are kept under their own name and count as acts.
    assert_eq!((rows[1].1.kind, rows[1].1.kind_name.as_ref(), rows[1].1.act), (KindId::OTHER, "mystery", true));
    let lines: Vec<u64> = rejected.iter().map(|(n, _)| *n).collect();
    assert_eq!(lines, [4, 5, 6, 7, 8]);
    assert_eq!(rejected[0].1, "nobody is named");
    assert_eq!(rejected[2].1, "not a date");
}

#[test]
fn any_identity_names_the_lead() {
    let sop = sop("");
    let (rows, ..) =
        events("线索,event,time\nkaaaaaaaaaab,reply,2026-01-01\nA@b.com,reply,2026-01-01\n138 1234 5678,reply,2026-01-01\nLD-7,reply,2026-01-01\n", &sop);
    assert!(rows[0].0.key.is_some() && rows[0].0.identities.is_empty());
    assert_eq!(who(&rows[1].0), [("email", "a@b.com")]);
    assert!(who(&rows[2].0).contains(&("phone", "+8613812345678")));
    assert!(who(&rows[3].0).contains(&("id", "crm\tld-7")));
    let (rows, ..) = events("id,phone,email,kind,at,event_id\nL1,13812345678,x@y.com,reply,2026-01-01,e1\n", &sop);
    // Strongest first; with an event_id of its own, `id` is the lead's.
    assert_eq!(who(&rows[0].0), [("id", "crm\tl1"), ("phone", "+8613812345678"), ("email", "x@y.com")]);
    assert_eq!(rows[0].0.event_id.as_deref(), Some("e1"));
    let (rows, ..) = events("id,email,kind,at\nE1,x@y.com,reply,2026-01-01\n", &sop);
    assert_eq!((who(&rows[0].0), rows[0].0.event_id.as_deref()), (vec![("email", "x@y.com")], Some("E1")));
}

#[test]
fn open_orders_are_settled_or_told() {
    let sop = sop("");
    let (rows, _, profile) = events("email,kind,at\na@b.com,reply,03/04/2026\na@b.com,reply,25/04/2026\n", &sop);
    assert_eq!((rows[0].0.at, profile.open.len()), (Instant(1_775_145_600), 0)); // 3 April in Shanghai
    let (_, _, profile) = events("email,kind,at\na@b.com,reply,03/04/2026\n", &sop);
    assert_eq!(profile.open.iter().map(|o| o.read_as).collect::<Vec<_>>(), [DateOrder::Mdy]);
}

#[test]
fn kinds_are_recognised_from_headers() {
    let sop = sop("");
    let kind = |headers: &str| {
        let headers: Vec<String> = headers.split(',').map(str::to_owned).collect();
        recognise("", &headers, &sop.dictionary, &sop.tables).kind
    };
    assert_eq!(kind("lead_email,ts,type,asset,campaign"), Some(FileKind::Events));
    assert_eq!(kind("手机,行为,时间,页面"), Some(FileKind::Events));
    assert_eq!(kind("lead,stage,at"), Some(FileKind::Stages));
    assert_eq!(kind("邮箱,客户阶段,时间"), Some(FileKind::Stages));
    assert_eq!(kind("id,created_at,name,email,phone,company,industry,region,title,employees,budget,source,campaign,consent,remark"), Some(FileKind::Leads));
    // A lead export with a type and a date is no events file.
    assert_eq!(kind("姓名,公司,职位,行业,邮箱,类型,日期"), Some(FileKind::Leads));
    assert_eq!(kind("姓名,手机,阶段,创建时间,公司,行业"), Some(FileKind::Leads));
    assert_eq!(kind("date,channel,amount"), Some(FileKind::Costs));
    assert_eq!(kind("date,amount"), None);
    // Who spoke to whom, how and with what result: as leads it would change owners.
    assert_eq!(kind("线索编号,跟进人,跟进时间,跟进方式,跟进结果"), Some(FileKind::FollowUps));
    assert_eq!(kind("Lead ID,Owner,Date,Type,Outcome"), Some(FileKind::Events));
    assert_eq!(FileKind::parse("Events"), Some(FileKind::Events));
    assert_eq!(
        FileKind::names().collect::<Vec<_>>(),
        ["leads", "events", "stages", "deals", "payments", "costs", "wecom", "sms-replies", "feedback", "follow-ups"]
    );
}

#[test]
fn what_an_events_file_lacks_is_said() {
    let sop = sop("");
    let (_folder, table) = table("email,asset\na@b.com,x\n");
    let mapping = EventMapping::new(table.headers(), &sop.dictionary);
    let error = EventReader::new(table, mapping, &sop.dictionary, &sop.calendar, &Profile::default()).err().expect("refused");
    assert_eq!(error.kind, IngestErrorKind::MissingColumns);
    assert!(error.what.contains("kind, at") && error.what.contains("email, asset"), "{error}");
}

#[test]
fn stages_are_dated() {
    let sop = sop("leads: {email: {type: email}, stage: {type: stage, values: {mql: [市场认可, MQL]}}}\nidentity: [email]\n");
    let (_folder, mut table) = table("lead,stage,at\na@b.com,市场认可,2026-03-04\nb@b.com,,2026-03-04\nc@b.com,sql,never\n");
    let mapping = StageMapping::new(table.headers(), &sop.dictionary);
    let profile = mapping.profile(&mut table, &sop.calendar).expect("a profile");
    let mut reader = StageReader::new(table, &mapping, &sop.dictionary, &sop.calendar, &profile).unwrap_or_else(|e| panic!("{e}"));
    let mut row = StageRow::default();
    assert_eq!(reader.next(&mut row), Ok(Next::Row), "{:?}", row.bad);
    assert_eq!((row.stage.as_str(), row.at, row.identities[0].text.as_str()), ("mql", Instant(1_772_553_600), "a@b.com"));
    assert_eq!((reader.next(&mut row), row.bad[0].reason.as_ref().to_owned()), (Ok(Next::Rejected), "no stage".to_owned()));
    assert_eq!((reader.next(&mut row), row.bad[0].reason.as_ref().to_owned()), (Ok(Next::Rejected), "not a date".to_owned()));
    assert_eq!(reader.next(&mut row), Ok(Next::End));
}
