//! The workspace as a whole: the starter and the bench read without a word, nothing is needed, everything is told at once.

use super::*;
use crate::diag::Diagnostics;
use crate::model::{FieldType, KindBy};

mod files;

fn files(list: &[(&str, &str)]) -> Vec<File> {
    list.iter().map(|(n, t)| ((*n).to_owned(), Ok(t.as_bytes().to_vec()))).collect()
}

fn good(list: &[(&str, &str)]) -> (Sop, Diagnostics) {
    load(&files(list)).unwrap_or_else(|(_, d)| panic!("{:#?}", d.0))
}

/// `code line:column` of every problem.
fn told(list: &[(&str, &str)]) -> Vec<String> {
    let (sources, out) = match load(&files(list)) {
        Ok((sop, d)) => (sop.sources, d),
        Err(e) => e,
    };
    let place = |s: crate::diag::Span| {
        let (l, c) = sources.line_column(s.source, s.start);
        format!("{l}:{c}")
    };
    out.0.iter().map(|d| format!("{} {}", d.code.id(), d.span.map_or(String::new(), place))).collect()
}

#[test]
fn the_starter_reads_without_a_word() {
    let starter: Vec<File> = starter().into_iter().map(|(n, b)| (n, Ok(b))).collect();
    let (sop, warnings) = load(&starter).unwrap_or_else(|(_, d)| panic!("{:#?}", d.0));
    assert!(warnings.0.is_empty(), "{:#?}", warnings.0);
    let ids: Vec<&str> = sop.scoring.groups.iter().map(|g| g.id.as_str()).collect();
    assert_eq!(ids, ["fit", "engagement"]);
    let bands: Vec<(&str, i64)> = sop.scoring.bands.iter().map(|b| (b.id.as_str(), b.at_least)).collect();
    assert_eq!(bands, [("hot", 80), ("qualified", 50), ("warm", 25), ("cold", 0)]);
    assert!(sop.cases.len() >= 15);
    let d = &sop.dictionary;
    let (_, region) = d.field("region").expect("declared");
    assert_eq!(region.canonical("江苏省苏州市").map(|v| &**v), Some("华东"));
    assert_eq!(d.kind_of("白皮书下载"), d.kind_of("whitepaper_download"));
    let pricing = d.kind_of("pricing_view").expect("declared");
    assert_eq!(d.events_in.iter().find(|c| c.count).map(|c| c.kind), Some(pricing));
    assert!(sop.derived.iter().any(|x| x.kind == pricing && x.when.is_some()));
    // Every kind of the bench and of later SOPs is known.
    for k in [
        "page_view",
        "email_open",
        "email_click",
        "whitepaper_download",
        "form_submit",
        "webinar_attend",
        "ad_click",
        "demo_request",
        "unsubscribe",
        "reply",
        "wecom_added",
        "call_connected",
        "trial_request",
        "inquiry",
        "event_signup",
        "event_attend",
        "email_sent",
        "bounce",
        "complaint",
        "lead_captured",
        "order_placed",
        "high_intent",
    ] {
        assert!(d.kind_of(k).is_some(), "{k}");
    }
    let kind = |id: &str| d.kind_of(id).and_then(|k| d.kind(k)).expect("known");
    assert_eq!((kind("bounce").by, kind("email_sent").by, kind("reply").by), (KindBy::System, KindBy::Us, KindBy::Lead));
    assert!(kind("email_open").weak && kind("unsubscribe").weak && !kind("page_view").weak);
}

#[test]
fn the_mainland_calendar_of_2026_is_whole() {
    // 国务院办公厅关于2026年部分节假日安排的通知 (2025-11-04): 33 days off in seven blocks, six make-up days.
    let starter: Vec<File> = starter().into_iter().map(|(n, b)| (n, Ok(b))).collect();
    let (sop, _) = load(&starter).unwrap_or_else(|(_, d)| panic!("{:#?}", d.0));
    assert_eq!((sop.calendar.holidays.len(), sop.calendar.workdays.len()), (33, 6));
    let day = |s: &str| s.parse::<chrono::NaiveDate>().expect("a date");
    assert!(sop.calendar.workdays.iter().all(|d| sop.calendar.is_workday(*d) && !sop.calendar.holidays.contains(d)));
    let codes = |d: &str| dated_warnings(&sop, day(d)).0.iter().map(|x| x.code.id()).collect::<Vec<_>>();
    assert_eq!(codes("2026-11-15"), Vec::<&str>::new());
    assert_eq!(codes("2026-11-16"), ["calendar-ends"]);
}

#[test]
fn any_file_may_ask_to_be_reviewed() {
    let (sop, _) = good(&[
        ("scoring.yaml", "review_by: 2026-06-30\n"),
        ("calendar.yaml", "review_by: 2027-01-01\n"),
        ("tests/a.yaml", "review_by: 2026-05-01\ncases: []\n"),
    ]);
    let due = |d: &str| dated_warnings(&sop, d.parse().expect("a date")).0.iter().map(|x| x.code.id()).collect::<Vec<_>>();
    assert_eq!(due("2026-05-01"), Vec::<&str>::new());
    assert_eq!(due("2026-06-30"), ["review-due"]);
    assert_eq!(due("2026-07-01"), ["review-due", "review-due"]);
    assert_eq!(told(&[("fields.yaml", "review_by: someday\n")]), ["bad-value 1:12"]);
}

#[test]
fn without_any_file_the_built_in_fields_and_bands_apply() {
    let (sop, warnings) = good(&[]);
    assert!(warnings.0.is_empty());
    assert!(sop.scoring.groups.is_empty() && sop.scoring.bands.len() == 4);
    assert_eq!(sop.dictionary.field_of_header("E-Mail Address").and_then(|ix| sop.dictionary.fields.get(ix.0)).map(|f| f.ty), Some(FieldType::Email));
    assert_eq!(sop.dictionary.identity.len(), 4);
    // Every built-in derived kind's condition compiles.
    assert_eq!(sop.derived.len(), 3);
    let fields = |t: &str| good(&[("sops/fields.yaml", t)]).0.dictionary;
    assert_eq!(fields("currency: USD\n").fields.len(), sop.dictionary.fields.len());
}

#[test]
fn values_of_real_exports_are_known() {
    let d = good(&[]).0.dictionary;
    let channel = |cell: &str| d.channel_of(cell).map(|c| c.id.as_str());
    for (cell, id) in [
        ("direct_traffic", "direct"),
        ("DIRECT_TRAFFIC", "direct"),
        ("Organic Search", "organic_search"),
        ("organic_search", "organic_search"),
        ("paid_search", "paid_search"),
        ("百度", "baidu"),
        ("展会", "fair"),
        ("转介绍", "referral"),
        ("Trade Show", "fair"),
        ("Web", "website"),
        ("公众号", "wechat"),
    ] {
        assert_eq!(channel(cell), Some(id), "{cell}");
    }
    assert_eq!(channel("unknown"), None);
    let kind = |cell: &str| d.kind_of(cell).and_then(|k| d.kind(k)).map(|k| k.id.as_str());
    for (cell, id) in [
        ("Email Opened", "email_open"),
        ("email_opened", "email_open"),
        ("EMAIL_CLICK", "email_click"),
        ("下载资料", "whitepaper_download"),
        ("页面访问", "page_view"),
        ("扫码添加", "wecom_added"),
    ] {
        assert_eq!(kind(cell), Some(id), "{cell}");
    }
    assert_eq!(kind("something_else"), None);
}

#[test]
fn a_declared_field_keeps_its_type_and_inherits_spellings() {
    let (sop, _) = good(&[(
        "fields.yaml",
        "leads:\n  source: {type: text}\n  channel: {type: text}\n  email: {type: email, aliases: [lead_email]}\n  budget: {type: integer, plain: true}\n",
    )]);
    let d = &sop.dictionary;
    let of = |h: &str| d.field_of_header(h).and_then(|ix| d.fields.get(ix.0)).map(|f| f.id.as_str());
    assert_eq!(
        (of("Source"), of("来源渠道"), of("lead_email"), of("电子邮件"), of("手机")),
        (Some("source"), Some("channel"), Some("email"), Some("email"), None)
    );
    assert!(matches!(d.field("budget"), Some((_, f)) if f.ty == FieldType::Integer && f.plain));
    assert!(matches!(d.field("channel"), Some((_, f)) if f.ty == FieldType::Text && f.on_conflict == crate::model::OnConflict::KeepFirst));
}

#[test]
fn the_bench_workspace_reads() {
    let shared = std::env::var_os("SOP_SHARED").map_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), Into::into);
    let folder = shared.join("bench/sops");
    if !folder.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "the shared data is missing");
        #[expect(clippy::print_stderr, reason = "a skipped test says so aloud")]
        {
            eprintln!("skipped: no {}", folder.display());
        }
        return;
    }
    let read = |n: &str| (format!("sops/{n}"), std::fs::read(folder.join(n)).map_err(|e| e.to_string()));
    let (sop, warnings) = load(&["fields.yaml", "calendar.yaml", "scoring.yaml"].map(read)).unwrap_or_else(|(_, d)| panic!("{:#?}", d.0));
    assert!(!warnings.has_errors());
    assert_eq!(sop.calendar.zone, chrono_tz::UTC);
    assert_eq!(sop.scoring.groups.iter().map(|g| g.rules.len()).collect::<Vec<_>>(), [12, 8]);
    assert_eq!(sop.dictionary.event_headers.get("ts").map(String::as_str), Some("at"));
}

#[test]
fn files_of_other_versions_are_named() {
    assert_eq!(told(&[("sops/goals.yaml", "x: 1")]), ["not-yet 1:1"]);
    assert_eq!(told(&[("sops/playbooks/双十一.yaml", "x: 1")]), ["not-yet 1:1"]);
    assert_eq!(told(&[("sops/scorings.yaml", "x: 1")]), ["unknown-file 1:1"]);
    assert_eq!(told(&[("sops/scoring.yml", "x: 1")]), ["unknown-file 1:1"]);
    assert!(told(&[("sops/.DS_Store", "\0"), ("sops/README.md", "#"), ("sops/scoring.yaml~", "x")]).is_empty());
    let out = load(&[("sops/fields.yaml".into(), Err("permission denied".into()))]).expect_err("unreadable");
    assert!(out.1.0[0].message.contains("permission denied"));
}

#[test]
fn everything_is_told_at_once() {
    let broken = [
        ("sops/calendar.yaml", "timezone: Asia/Shangai\nholidays: [2026-13-01]\n"),
        ("sops/fields.yaml", "leads:\n  title: {type: txt}\n  name: {typ: text}\nidentity: [mail]\n"),
        ("sops/scoring.yaml", "bands: {a: 1, b: 1}\ntotal: {min: 5, max: 1}\n"),
    ];
    assert_eq!(
        told(&broken),
        ["bad-value 1:11", "bad-value 2:12", "bad-value 2:17", "unknown-key 3:10", "unknown-name 4:12", "bad-value 1:18", "bad-value 2:14"]
    );
}

#[test]
fn derived_kinds_come_after_their_bases() {
    let (sop, _) = good(&[("fields.yaml", "event_kinds:\n  c: {from: b}\n  b: {from: a}\n  a: {by: lead}\n")]);
    let order: Vec<&str> = sop.derived.iter().filter_map(|d| sop.dictionary.kind(d.kind)).map(|k| k.id.as_str()).filter(|k| k.len() == 1).collect();
    assert_eq!(order, ["b", "c"]);
    assert_eq!(told(&[("fields.yaml", "event_kinds:\n  a: {from: b}\n  b: {from: a}\n")]), ["bad-value 2:3", "bad-value 3:3"]);
}

#[test]
fn the_fingerprint_follows_rules_not_tests() {
    let of = |list: &[(&str, &str)]| good(list).0.fingerprint;
    let base = of(&[("scoring.yaml", "bands: {a: 1}\n")]);
    assert_eq!(base, of(&[("sops/scoring.yaml", "bands: {a: 1}\n"), ("sops/tests/x.yaml", "[]\n")]));
    assert_ne!(base, of(&[("scoring.yaml", "bands: {a: 2}\n")]));
    assert_ne!(base, of(&[("scoring.yaml", "bands: {a: 1}\n"), ("calendar.yaml", "timezone: UTC\n")]));
}

#[test]
fn state_names_are_in_their_fixed_order() {
    let (sop, _) = good(&[("scoring.yaml", "groups:\n  fit: {rules: []}\n  wish: {rules: []}\nbands: {b: 9, a: 0}\n")]);
    let names = crate::rules::state::state_names(&sop.scoring, &Default::default());
    let names_of = |names: &[crate::condition::StateName]| names.iter().map(|n| n.name.clone()).collect::<Vec<_>>().join(" ");
    let lifecycle = "score band fit wish stage days_in_stage days_below_a days_below_b accepted rejected assigned recycled_at open_deals won_deals \
                     lost_deals won_amount paid_amount first_won_at reached contactable";
    let narrow = crate::rules::state::lifecycle_names(&sop.scoring, &Default::default());
    assert_eq!(names_of(&narrow), lifecycle);
    assert_eq!(names_of(&names), format!("{lifecycle} owner owner_role queue assigned_at days_held last_follow_up_at"));
    let own = |n: &&crate::condition::StateName| !matches!(n.name.as_str(), "fit" | "wish" | "owner" | "stage");
    for name in names.iter().filter(own) {
        assert!(crate::condition::is_reserved(&name.name), "no field or group may be called {}", name.name);
    }
    assert_eq!(names[1].order, ["a", "b"]);
}

mod any_text {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// Whatever a hand or an editor does to a file: an answer, with places inside the texts, and something to show.
        #[test]
        fn no_edit_of_the_starter_panics(file in 0_usize..9, at in 0.0_f64..1.0, cut in 0_usize..12, put in "[\\PC\n\t'\":{}#,&*!|>\\\\-]{0,6}") {
            let mut all = starter();
            let bytes = &mut all[file].1;
            let text = String::from_utf8(bytes.clone()).expect("UTF-8");
            let chars: Vec<char> = text.chars().collect();
            let at = (at * chars.len() as f64) as usize;
            let edited: String = chars[..at].iter().copied().chain(put.chars()).chain(chars[(at + cut).min(chars.len())..].iter().copied()).collect();
            *bytes = edited.into_bytes();
            let all: Vec<File> = all.into_iter().map(|(n, b)| (n, Ok(b))).collect();
            let (sources, out) = match load(&all) { Ok((sop, d)) => (sop.sources, d), Err(e) => e };
            for d in &out.0 {
                let span = d.span.expect("a place");
                let text = &sources.get(span.source).expect("a source").text;
                prop_assert!(span.start <= span.end && text.get(span.start..span.end).is_some(), "{d:?}");
            }
            prop_assert_eq!(crate::render::diagnostics(&out, &sources, false).is_empty(), out.0.is_empty());
        }
    }
}
