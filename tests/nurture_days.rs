//! Thirty days as `sop simulate` tells them and as thirty real ticks make them, message by message: over the nine days of 春节 with every
//! path of the starter SOPs, with limits that bind, and over a night on which the clocks change. And a company that moves to another zone.

#![allow(clippy::unwrap_used)] // a test may stop anywhere

mod base;

use base::{Base, Dice, phone};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime};
use sop::model::Calendar;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The starter SOPs as files, with some of them changed.
fn starter(changed: &[(&str, &dyn Fn(String) -> String)]) -> Base {
    fn copy(from: &Path, base: &Base, under: &str) {
        for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            let name = format!("{under}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                copy(&entry.path(), base, &name);
            } else {
                base.write(&name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    let base = Base::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sops"), &base, "sops");
    for (name, change) in changed {
        let path = base.path().join(name);
        let (before, file) = (std::fs::read_to_string(&path).unwrap(), path.display());
        let after = change(before.clone());
        assert_ne!(before, after, "{file} says something else by now");
        std::fs::write(&path, after).unwrap();
    }
    base
}

/// A team's leads before a day: half of them there before the first tick, the others with what they did in the days before.
fn fill(base: &Base, start: NaiveDate, time: &str) {
    let mut dice = Dice(2026);
    let ago = |days: u64| start - Days::new(days);
    let head = "线索编号,姓名,手机,邮箱,公司,职位,行业,省份,员工数,企微客户ID,生日,活动日期,短信授权,邮件授权,负责人\n";
    let (mut old, mut new, mut events, mut contacts) =
        (head.to_owned(), head.to_owned(), "手机,行为,时间,asset,path\n".to_owned(), "手机,跟进人,跟进时间,跟进方式,结果\n".to_owned());
    for n in 0..48_u64 {
        let title = dice.pick(&["采购总监", "采购经理", "工程师", "厂长", ""]);
        let industry = dice.pick(&["制造业", "汽车", "零售", ""]);
        let region = dice.pick(&["江苏", "广东", "北京", "四川", ""]);
        let size = dice.pick(&["30", "80", "300", "1500", ""]);
        let mail = if dice.one_in(8) { String::new() } else { format!("p{n}@example.com") };
        let wecom = if dice.one_in(2) { format!("wm{n:04}") } else { String::new() };
        let born = if dice.one_in(2) { format!("{}", (start + Days::new(dice.below(34))).with_year(1988).unwrap()) } else { String::new() };
        let visits = if dice.one_in(3) { (start + Days::new(3 + dice.below(20))).to_string() } else { String::new() };
        let (sms, letters) = (dice.pick(&["是", "是", "否", ""]), if dice.one_in(9) { "否" } else { "" });
        let owner = if n % 6 == 1 { "张伟" } else { "" };
        let row =
            format!("C{n:03},人{n:02},{},{mail},公司{n:02},{title},{industry},{region},{size},{wecom},{born},{visits},{sms},{letters},{owner}\n", phone(n));
        if n % 3 == 0 {
            old.push_str(&row)
        } else {
            new.push_str(&row)
        }
        for _ in 0..dice.below(5) {
            let (kind, asset, page) = match dice.below(8) {
                0 | 1 => ("form_submit", "", ""),
                2 => ("whitepaper_download", dice.pick(&["技术白皮书", "选型指南"]), ""),
                3 => ("page_view", "", "/pricing"),
                4 => ("order_placed", "", ""),
                5 => ("webinar_signup", "直播", ""),
                6 => ("inquiry", "", ""),
                _ => ("page_view", "", "/cases/1"),
            };
            let at = format!("{} {:02}:{:02}:00", ago(2 + dice.below(3)), 8 + dice.below(10), dice.below(60));
            events.push_str(&format!("{},{kind},{at},{asset},{page}\n", phone(n)));
        }
        if dice.one_in(6) {
            contacts.push_str(&format!("{},张伟,{} 16:00,电话,接通\n", phone(n), ago(2)));
        }
    }
    for (name, text) in [("old.csv", old), ("new.csv", new), ("events.csv", events), ("contacts.csv", contacts)] {
        base.write(name, text);
    }
    let at = |days: u64| format!("{}T{time}", ago(days));
    base.run(&["import", "old.csv", "--as-of", &at(5)]).ok();
    base.run(&["tick", "--as-of", &at(5)]).ok();
    base.run(&["import", "new.csv", "events.csv", "contacts.csv", "--as-of", &at(1)]).ok();
    base.run(&["tick", "--as-of", &at(1)]).ok();
}

/// One message as a user sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    minute: i64,
    who: String,
    what: String,
    state: String,
    why: String,
}

/// The list that `simulate` gives.
fn told(base: &Base, days: u32, as_of: &str) -> Vec<Line> {
    let before = base.facts();
    let run = base.run(&["simulate", "--days", &days.to_string(), "--as-of", as_of, "-f", "json"]).ok();
    base::assert_same("simulate changes nothing", &before, &base.facts());
    let json = run.json();
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let line = |r: &serde_json::Value| Line {
        minute: DateTime::parse_from_rfc3339(&text(&r["leaves_at"])).unwrap().timestamp() / 60,
        who: text(&r["name"]),
        what: ["path", "step", "part", "medium", "content"].map(|c| text(&r[c])).join("/"),
        state: text(&r["state"]),
        why: text(&r["why"]),
    };
    let mut all: Vec<Line> = json["rows"].as_array().unwrap().iter().map(line).collect();
    all.sort();
    all
}

/// Who takes messages on.
#[derive(Clone, Copy, PartialEq)]
enum Carrier {
    /// Somebody else, each at its instant.
    Another,
    /// `sop send`, at each instant at which something is due.
    Send,
}

/// As many real ticks, one a day, and the list of messages that the base holds after them.
fn made(base: &Base, days: u64, start: NaiveDate, time: &str, carrier: Carrier) -> Vec<Line> {
    let past: BTreeSet<String> = base.texts("SELECT CAST(message AS TEXT) FROM messages WHERE state NOT IN ('queued', 'deferred')").into_iter().collect();
    let text = std::fs::read_to_string(base.path().join("sops/calendar.yaml")).unwrap();
    let zone = text.lines().find_map(|l| l.strip_prefix("timezone: ")).unwrap().parse().unwrap();
    let calendar = Calendar { zone, ..Calendar::default() };
    for day in 0..days {
        let as_of = format!("{}T{time}", start + Days::new(day));
        let now = calendar.instant(NaiveDateTime::parse_from_str(&as_of, "%Y-%m-%dT%H:%M:%S").unwrap()).0;
        match carrier {
            Carrier::Another => {
                let left = format!(
                    "UPDATE messages SET state = 'sent', reason = NULL, sent_at = not_before WHERE state IN ('queued', 'deferred') AND not_before <= {now}"
                );
                base.open().execute(&left, []).unwrap();
            }
            Carrier::Send => {
                for _ in 0..200 {
                    let next =
                        base.open().query_row("SELECT min(not_before) FROM messages WHERE state IN ('queued', 'deferred')", [], |r| r.get::<_, Option<i64>>(0));
                    let Some(next) = next.unwrap().filter(|at| *at <= now) else { break };
                    base.run(&["send", "--as-of", &DateTime::from_timestamp(next, 0).unwrap().to_rfc3339()]).ok();
                }
            }
        }
        base.run(&["tick", "--as-of", &as_of]).ok();
    }
    let sql = "SELECT m.message || '|' || (coalesce(m.sent_at, m.not_before) / 60) || '|' || l.name || '|' || m.path || '/' || m.step || '/' || m.part || '/' || m.medium || '/'
        || coalesce(m.content, '') || '|' || m.state || '|' || coalesce(m.reason, '') FROM messages m JOIN leads l USING (lead)";
    let line = |row: String| {
        let mut cells = row.splitn(6, '|').map(str::to_owned);
        let mut next = || cells.next().unwrap();
        let message = next();
        (message, Line { minute: next().parse().unwrap(), who: next(), what: next(), state: next(), why: next() })
    };
    let mut all: Vec<Line> = base.texts(sql).into_iter().map(line).filter(|(message, _)| !past.contains(message)).map(|(_, line)| line).collect();
    all.sort();
    all
}

/// Says which lines differ.
#[track_caller]
fn assert_same_list(told: &[Line], made: &[Line]) {
    let only = |a: &[Line], b: &[Line]| a.iter().filter(|l| !b.contains(l)).map(|l| format!("\n    {l:?}")).take(12).collect::<String>();
    assert!(told == made, "{} told, {} made\n  only told:{}\n  only made:{}", told.len(), made.len(), only(told, made), only(made, told));
}

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

/// How many lines of each path, and of each state.
fn count(lines: &[Line]) -> BTreeMap<String, usize> {
    let mut n = BTreeMap::new();
    for line in lines {
        for key in [line.what.split('/').next().unwrap(), line.state.as_str()] {
            *n.entry(key.to_owned()).or_default() += 1;
        }
    }
    n
}

#[test]
fn thirty_days_over_nine_days_off_with_every_path_of_the_starter() {
    let (base, start) = (starter(&[]), day(2026, 1, 30));
    fill(&base, start, "10:00:00");
    let told = told(&base, 30, "2026-01-30T10:00:00");
    assert_same_list(&told, &made(&base.copy(), 30, start, "10:00:00", Carrier::Another));
    assert_same_list(&told, &made(&base.copy(), 30, start, "10:00:00", Carrier::Send));
    let n = count(&told);
    for path in ["newcomer", "web-form", "interested", "decision", "order-thanks", "birthday", "event-signup"] {
        assert!(n.get(path).is_some_and(|n| *n > 0), "nobody is on `{path}`: {n:?}");
    }
    assert!(n["sent"] >= 60 && n.contains_key("held") && n.contains_key("skipped"), "{n:?}");
    // Nothing by WeCom, which goes through colleagues, in the nine days; mails go on.
    let (from, until) = (day(2026, 2, 15), day(2026, 2, 24));
    let off = |l: &&Line| (from..until).contains(&(DateTime::from_timestamp(l.minute * 60 + 8 * 3600, 0).unwrap().date_naive())) && l.state == "sent";
    let media: BTreeSet<&str> = told.iter().filter(off).map(|l| l.what.split('/').nth(3).unwrap()).collect();
    assert!(media.contains("email") && !media.contains("wecom"), "{media:?}");
}

#[test]
fn thirty_days_with_limits_that_bind() {
    let tight = |text: String| text.replace("limits: {per_day: 2, per_week: 6, on_cap: defer}", "limits: {per_day: 1, per_week: 2, on_cap: defer}");
    let start = day(2026, 5, 20);
    let (free, bound) = (starter(&[]), starter(&[("sops/delivery.yaml", &tight)]));
    fill(&free, start, "10:00:00");
    fill(&bound, start, "10:00:00");
    let (at_will, told) = (told(&free, 30, "2026-05-20T10:00:00"), told(&bound, 30, "2026-05-20T10:00:00"));
    assert_same_list(&told, &made(&bound.copy(), 30, start, "10:00:00", Carrier::Another));
    assert_same_list(&told, &made(&bound.copy(), 30, start, "10:00:00", Carrier::Send));
    // They bound: many leads hear from us on other days, and nobody more often than twice a week. Service passes limits.
    let days = |lines: &[Line]| -> BTreeMap<(String, u32), usize> {
        let mut n = BTreeMap::new();
        for l in lines.iter().filter(|l| l.state == "sent" && !l.what.starts_with("event-signup") && !l.what.starts_with("order-thanks")) {
            let day = DateTime::from_timestamp(l.minute * 60 + 8 * 3600, 0).unwrap().date_naive();
            *n.entry((l.who.clone(), day.iso_week().week())).or_default() += 1;
        }
        n
    };
    assert!(days(&told).values().all(|n| *n <= 2), "{:?}", days(&told));
    assert!(days(&at_will).values().any(|n| *n > 2), "without the limit nobody hears more: {:?}", days(&at_will));
}

#[test]
fn thirty_days_over_a_night_that_is_an_hour_short() {
    let zone = |text: String| text.replace("timezone: Asia/Shanghai", "timezone: America/New_York");
    let (base, start) = (starter(&[("sops/calendar.yaml", &zone)]), day(2026, 2, 20));
    // On 8 March there is no 02:30 in New York.
    fill(&base, start, "02:30:00");
    let told = told(&base, 30, "2026-02-20T02:30:00");
    assert_same_list(&told, &made(&base.copy(), 30, start, "02:30:00", Carrier::Another));
    let hours: BTreeSet<i64> = told.iter().filter(|l| l.state == "sent").map(|l| l.minute / 60 % 24).collect();
    assert!(hours.contains(&14) && hours.contains(&13), "09:00 before the night and after it: {hours:?}");
}

/// calendar.yaml names another zone from some day on: no step is lost, none comes twice, though the days of all journeys shift.
#[test]
fn the_company_moves_in_the_middle_of_its_journeys() {
    let journeys = |zones: &[(u64, &str)]| {
        let base = starter(&[]);
        let start = day(2026, 5, 20);
        fill(&base, start, "10:00:00");
        let calendar = std::fs::read_to_string(base.path().join("sops/calendar.yaml")).unwrap();
        let mut now: NaiveDateTime = start.and_hms_opt(2, 0, 0).unwrap();
        for n in 0..30_u64 {
            if let Some((_, zone)) = zones.iter().find(|(day, _)| *day == n) {
                base.write("sops/calendar.yaml", calendar.replace("Asia/Shanghai", zone));
            }
            let left = format!(
                "UPDATE messages SET state = 'sent', sent_at = not_before WHERE state IN ('queued', 'deferred') AND not_before <= {}",
                now.and_utc().timestamp()
            );
            base.open().execute(&left, []).unwrap();
            base.run(&["tick", "--as-of", &format!("{}+00:00", now.format("%Y-%m-%dT%H:%M:%S"))]).ok();
            now += chrono::TimeDelta::days(1);
        }
        assert_eq!(base.number("SELECT count(*) FROM (SELECT 1 FROM messages GROUP BY enrollment, step, part HAVING count(*) > 1)"), 0, "a step twice");
        assert_eq!(base.number("SELECT count(*) FROM (SELECT 1 FROM enrollments GROUP BY lead, path, cause HAVING count(*) > 1)"), 0, "a journey twice");
        // Journeys that began before the first move: whatever their steps sent, or why they did not; and whether they went to their end.
        let mut journeys: BTreeMap<String, (bool, Vec<String>)> = BTreeMap::new();
        let sql =
            "SELECT l.name || ' ' || e.path || ' ' || e.cause || '|' || (e.state IN ('finished', 'active')) || '|' || coalesce(m.step || ' ' || m.part, '')
            FROM enrollments e JOIN leads l USING (lead) LEFT JOIN messages m USING (enrollment)
            WHERE e.state <> 'noted' AND e.path <> 'birthday' AND e.entered_at < unixepoch('2026-05-22')";
        for row in base.texts(sql) {
            let cells: Vec<&str> = row.split('|').collect();
            let journey = journeys.entry(cells[0].to_owned()).or_insert((cells[1] == "1", Vec::new()));
            journey.1.push(cells[2].to_owned());
        }
        journeys.values_mut().for_each(|(_, steps)| steps.sort());
        journeys
    };
    let stayed = journeys(&[]);
    for (what, moved) in
        [("to New York and back", journeys(&[(5, "America/New_York"), (14, "Asia/Shanghai")])), ("nearly a day ahead", journeys(&[(3, "Pacific/Kiritimati")]))]
    {
        assert_eq!(stayed.keys().collect::<Vec<_>>(), moved.keys().collect::<Vec<_>>(), "{what}");
        // A goal or an exit may come earlier or later by the other zone's days: then a journey has fewer steps.
        let whole = |name: &&String| stayed[*name].0 && moved[*name].0;
        for name in stayed.keys().filter(whole) {
            assert_eq!(stayed[name].1, moved[name].1, "{what}: {name}");
        }
        let whole = stayed.keys().filter(whole).count();
        assert!(whole >= 20, "only {whole} of {} journeys went their whole way: {stayed:?}", stayed.len());
    }
}
