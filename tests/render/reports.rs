//! One of every report, with something in every column that can be blank, and once with nothing at all.

use crate::table;
use chrono::NaiveDate;
use sop::measure::{attainment_by_owner, attainment_by_promise};
use sop::model::{Clock, ClockKind, ClockStatus, Currency, Duration, Instant, Within};
use sop::report::{Cell, Column, ColumnType, Frame, Note, Report};
use sop::report::{
    assign, attainment, attribution, catalogue, changes, channels, check, compare, costs, experiments, explain, history, import, interventions, kpi, leads,
    nurture, outbox, plan, promises, queue, roi, routing, score, simulate, suppressions, tests, today, worklist,
};
use sop::report::{cohorts, funnel, journeys, meeting, owners, quality, scores, timing, velocity, walk};

pub(crate) fn frame() -> Frame {
    // 2026-11-21 23:59:59 in Shanghai
    Frame { as_of: Instant(1_795_276_799), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") }
}

pub(crate) fn some(text: &str) -> Option<String> {
    Some(text.into())
}

fn outboxed(at: Instant) -> outbox::Row {
    outbox::Row {
        message: "mabcdefghijk".into(),
        state: "failed".into(),
        reason: some("550 no such user"),
        medium: "email".into(),
        path: "web-form".into(),
        step: "guide".into(),
        key: "kaaaaaaaaaaa".into(),
        name: some("王伟"),
        address: some("wei@example.com"),
        colleague: None,
        subject: some("案例"),
        not_before: at,
        attempts: 1,
        sent_at: None,
        text: "您好".into(),
    }
}

pub(crate) fn score_facts(rows: Vec<score::Row>) -> score::Facts {
    score::Facts {
        frame: frame(),
        groups: vec![("fit".into(), None), ("engagement".into(), None)],
        ranked: rows.len() as u64,
        rows,
        totals: score::Totals {
            leads: 9_240,
            groups: vec![100, -3],
            score: 97,
            bands: vec![("hot".into(), 12), ("cold".into(), 9_228)],
            lead_rows: 9_500,
            events_matched: 88_000,
        },
        notes: vec![Note::new("trust", "9,500 rows read")],
    }
}

pub(crate) fn ranked() -> Vec<score::Row> {
    let row = |key: &str, id: Option<String>, name: &str, company: &str, score: i64, band: &str| score::Row {
        key: key.into(),
        id,
        name: some(name),
        company: some(company),
        title: some("采购总监"),
        score,
        groups: vec![score, 0],
        band: band.into(),
        main_reasons: vec!["制造业 +5".into(), "决策者 +10".into()],
        ..score::Row::default()
    };
    vec![
        row("kaaaaaaaaaaa", some("L-1"), "王伟", "上海 👍 机械有限公司", 100, "hot"),
        row("kbbbbbbbbbbb", None, "Ada Lovelace", "=HYPERLINK(\"x\")", 5, "cold"),
        row("kccccccccccc", some("007"), "👩‍👩‍👧‍👧 家", "|pipe|<b>", -3, "cold"),
    ]
}

fn line(rule: &str, points: i64, fired: bool) -> explain::Line {
    explain::Line { rule: rule.into(), points, fired, reason: format!("{rule}: unknown: `employees` is blank") }
}

fn with_letters(mut report: Report, at: Instant) -> Report {
    let letter = plan::Letter {
        at: Some(at),
        key: "kaaaaaaaaaaa".into(),
        name: some("王伟"),
        path: "web-form".into(),
        step: "guide".into(),
        part: "main",
        medium: "email".into(),
        state: "queued",
        reason: None,
    };
    let held = plan::Letter { at: None, name: None, state: "held", reason: some("no consent"), ..letter.clone() };
    plan::tell_letters(&mut report, &[letter, held]);
    report
}

fn clock() -> Clock {
    let at = frame().as_of;
    Clock {
        promise: "accept".into(),
        kind: ClockKind::Owner,
        owner: some("zhang.wei"),
        within: Within::Wall(Duration(3600)),
        started_at: at,
        due_at: at.plus(3600),
        warn_at: None,
        answered_at: None,
        ended_at: None,
        status: ClockStatus::Running,
    }
}

fn asked() -> routing::Row {
    routing::Row { round: "交销售".into(), rule: "大客户".into(), said: routing::Said::Goes, detail: "to 张伟 (zhang.wei) by least_loaded".into() }
}

fn letter(at: Instant) -> explain::Letter {
    let (path, step, medium) = ("web-form".into(), "case".into(), "email".into());
    explain::Letter { at, path, step, part: "main", medium, content: None, state: "held", why: some("no consent") }
}

/// What people see of paths.
fn of_paths() -> Vec<Report> {
    let f = frame();
    let status = nurture::Status { path: "web-form".into(), title: "官网".into(), next: Some(f.as_of), ..Default::default() };
    let line = nurture::Line {
        tree: "└─ case".into(),
        day: Some(1),
        due: String::new(),
        does: "email".into(),
        texts: vec!["case-mfg".into()],
        counts: Default::default(),
        here: 2,
    };
    let row = simulate::Row {
        at: f.as_of,
        key: "kaaaaaaaaaaa".into(),
        name: None,
        path: "web-form".into(),
        step: "case".into(),
        part: "main",
        medium: "email".into(),
        content: None,
        leaves: false,
        state: "skipped",
        why: some("no consent"),
    };
    let states = || [("active", 2)].into();
    vec![
        nurture::status(&f, vec![status.clone(), nurture::Status { next: None, ..status }], vec![]),
        nurture::status(&f, vec![], vec![]),
        nurture::show(&f, vec![line], states(), vec![]),
        nurture::show(&f, vec![], Default::default(), vec![]),
        simulate::report(&f, vec![row], vec![]),
        simulate::report(&f, vec![], vec![]),
    ]
}

fn state(at: Instant) -> explain::State {
    let undated = explain::DealLine {
        id: None,
        status: "won",
        amount: Some(500_000),
        kind: "new".into(),
        product: None,
        owner: None,
        opened_at: None,
        closed_at: Some(at),
        reason: None,
    };
    explain::State {
        standing: vec![
            explain::Stands { what: "stage", value: "mql 市场认可线索".into(), at: Some(at), why: "enter: score is `55`".into() },
            explain::Stands { what: "next_stage", value: "sql".into(), at: None, why: String::new() },
        ],
        routing: vec![asked(), routing::Row { rule: String::new(), said: routing::Said::Takes, ..asked() }],
        promises: vec![(clock(), String::new()), (Clock { due_at: Instant::MAX, kind: ClockKind::Lead, owner: None, ..clock() }, "warned: told li.na".into())],
        alerts: vec![explain::Rang { at, alert: "高价值行为".into(), to: None, answered_at: None, why: "trial".into() }],
        deals: vec![undated],
        follow_ups: vec![explain::Contact { at, owner: None, ty: some("call"), outcome: Some("connected"), next_at: Some(at), note: None }],
        journeys: vec![explain::Journey { at, path: "web-form".into(), state: "active".into(), step: some("case"), due_at: Some(at), why: None }],
        messages: vec![letter(at)],
    }
}

/// What people see of owners, promises and alerts.
fn of_people() -> Vec<Report> {
    let f = frame();
    let at = f.as_of;
    let placed = assign::Row {
        key: "kaaaaaaaaaaa".into(),
        score: Some(80),
        to: some("zhang.wei"),
        round: "交销售".into(),
        rule: some("大客户"),
        why: "交销售 › 大客户: least_loaded".into(),
        ..Default::default()
    };
    let waiting = assign::Row { to: None, rule: None, from: some("li"), score: None, why: "大客户 (2 full)".into(), ..placed.clone() };
    let dealt = assign::Facts { frame: f.clone(), placed: vec![placed], waiting: vec![waiting], rehearsal: true, notes: vec![] };
    let answered: Vec<Clock> = (0..6).map(|_| Clock { answered_at: Some(at.plus(60)), status: ClockStatus::Met, ..clock() }).collect();
    let calendar = sop::model::Calendar::default();
    let rows = [attainment_by_owner(&answered, &calendar), attainment_by_promise(&[clock()], &calendar)].concat();
    let open = promises::Row { key: "kaaaaaaaaaaa".into(), id: None, name: some("王伟"), company: None, clock: clock() };
    let endless = promises::Row { clock: Clock { due_at: Instant::MAX, owner: None, ..clock() }, ..open.clone() };
    let rang = interventions::Row {
        at,
        alert: "高价值行为".into(),
        key: "kaaaaaaaaaaa".into(),
        id: some("L1"),
        name: None,
        company: None,
        why: String::new(),
        to: None,
        answered_at: None,
        answered_by: None,
    };
    let answered = interventions::Row { answered_at: Some(at), answered_by: some("zhang.wei"), to: some("zhang.wei"), ..rang.clone() };
    vec![
        assign::report(dealt.clone()),
        assign::report(assign::Facts { placed: vec![], waiting: vec![], rehearsal: false, ..dealt }),
        routing::report(&f, "王伟", None, &[asked()], vec![]),
        routing::report(&f, "王伟", some("张伟").as_deref(), &[], vec![]),
        attainment::report(attainment::Facts { frame: f.clone(), rows, open: 1, notes: vec![] }),
        attainment::report(attainment::Facts { frame: f.clone(), rows: vec![], open: 0, notes: vec![] }),
        promises::report(&f, vec![open, endless], vec![]),
        promises::report(&f, vec![], vec![]),
        interventions::report(&f, vec![rang, answered], vec![]),
        interventions::report(&f, vec![], vec![]),
    ]
}

/// How leads flow: each report with something in every column, and once with nothing.
fn of_flow() -> Vec<Report> {
    let f = frame();
    let day = |n: i64| f.as_of.plus((n - 400) * 86_400);
    let stops = || ["lead", "mql", "sql", "customer"].map(|id| walk::Stop { id: id.into(), title: "阶段".into() }).to_vec();
    let lead = |moves: usize| {
        let at = (0..=moves as i64).map(|n| (n > 0).then(|| day(n))).collect();
        walk::Walk { group: "baidu".into(), created_at: Some(day(0)), reached: moves + 1, at, ..Default::default() }
    };
    let walks: Vec<walk::Walk> = (0..40).map(|i| lead(i % 4)).collect();
    let deal = |status, closed_at| sop::report::deals::DealFact { status, amount: Some(500), opened_at: Some(day(1)), arrived_at: None, closed_at };
    let mut all = Vec::new();
    for (walks, by) in [(&walks[..], Some("channel")), (&walks[..], None), (&[], None)] {
        let mut leads = funnel::Funnel::new(stops(), None);
        let mut speed = velocity::Velocity::new(stops(), None, f.as_of);
        let marks = if walks.is_empty() { cohorts::Marks::default() } else { cohorts::Marks { mql: Some(1), sql: Some(2), won: Some(3) } };
        let mut months = cohorts::Cohorts::new(marks, None, f.as_of);
        for walk in walks {
            leads.add(walk, &[1]);
            speed.walk(walk);
            months.add(walk, chrono::NaiveDate::from_ymd_opt(2025, 10, 17).expect("a date"), &[(day(3), 500)]);
            speed.deal("baidu", &deal(sop::model::DealStatus::Won, Some(day(9))));
            speed.deal("baidu", &deal(sop::model::DealStatus::Open, None));
        }
        all.extend([leads.report(&f, by, vec![]), speed.report(&f, by, vec![]), months.report(&f, vec![])]);
    }
    let answered: Vec<Clock> = (0..6).map(|_| Clock { answered_at: Some(f.as_of.plus(60)), status: ClockStatus::Met, ..clock() }).collect();
    let kept = attainment_by_owner(&answered, &sop::model::Calendar::default()).pop();
    let owner = owners::Row { owner: "zhang.wei".into(), name: some("张伟"), kept, late: 1, revenue: 5, ..owners::Row::default() };
    all.push(owners::report(&f, vec![owner, owners::Row { owner: "gone".into(), stranger: true, ..owners::Row::default() }], true, vec![]));
    all.push(owners::report(&f, vec![], false, vec![]));
    let finding = quality::Finding { check: quality::Check::Blank, subject: "phone".into(), count: 2, of: Some(9), detail: "d".into(), next: "n".into() };
    let verdicts = quality::Verdicts { channel: "baidu".into(), accepted: 4, rejected: 6, reason: some("price") };
    let loss = quality::Loss { what: "lost", reason: "price".into(), stage: "sql".into(), count: 9 };
    let found = quality::Facts { frame: f.clone(), findings: vec![finding], verdicts: vec![verdicts], losses: vec![loss], period: true, notes: vec![] };
    all.push(quality::report(found.clone()));
    all.push(quality::report(quality::Facts { findings: vec![], verdicts: vec![], losses: vec![], ..found }));
    let band = |name: &str, won| scores::Band { band: name.into(), leads: 20, accepted: 9, won };
    let judged =
        scores::Facts { frame: f.clone(), bands: vec![band("cold", 6), band("hot", 9)], at_assignment: 30, at_mql: 10, never: 1, open: 2, notes: vec![] };
    all.push(scores::report(judged.clone()));
    all.push(scores::report(scores::Facts { bands: vec![], ..judged }));
    let mut hours = timing::Hours::default();
    (0..60).for_each(|i| hours.add(i % 7, i % 24));
    for hours in [hours, timing::Hours::default()] {
        all.push(timing::report(timing::Facts { frame: f.clone(), acts: hours.clone(), clicks: hours.clone(), replies: hours, hourless: 3, notes: vec![] }));
    }
    let states = |all: &[&str]| all.iter().map(|s| ((*s).to_owned(), 30)).collect();
    let path =
        journeys::Path { path: "web".into(), title: some("官网"), noted: 4, treated: states(&["goal", "active"]), control: states(&["goal", "active"]) };
    let step = journeys::Step {
        path: "web".into(),
        step: "guide".into(),
        part: "main".into(),
        medium: "email".into(),
        states: states(&["sent", "held"]),
        ..Default::default()
    };
    let deaf = journeys::Step { unheard: journeys::Unheard { opens: true, clicks: true, replies: true }, bounced: 1, ..step.clone() };
    let exit = journeys::Exit { path: "web".into(), state: "exited".into(), why: "无效".into(), count: 3 };
    let came = journeys::Facts { frame: f.clone(), paths: vec![path], steps: vec![step, deaf], exits: vec![exit], period: false, notes: vec![] };
    all.push(journeys::report(came.clone()));
    all.push(journeys::report(journeys::Facts { paths: vec![], steps: vec![], exits: vec![], ..came }));
    all
}

/// What was spent and what came of it, each with numbers, without, and beside the period before.
fn of_money() -> Vec<Report> {
    let f = frame();
    let sums = roi::Sums { cost: 120_050, media: 100_000, leads: 12, mql: Some(3), sql: None, deals: 1.5, revenue: 500_001 };
    let row = roi::Row { name: "baidu".into(), sums: sums.clone(), immature: true, ..roi::Row::default() };
    let spent = |rows| roi::Facts {
        frame: f.clone(),
        by: "channel",
        rows,
        whole_cost: false,
        totals: vec![("period", sums.clone(), false), ("cohort", sums.clone(), true)],
        other_kinds: 5,
        notes: vec![],
    };
    let channel = channels::Row { channel: "baidu".into(), impressions: Some(1000), clicks: Some(10), cost: 5, leads: 2, ..channels::Row::default() };
    let credit = attribution::Credit { conversions: 1.5, revenue: 300, removal_effect: Some(0.5) };
    let credited = |model| attribution::Credited { model, credits: [("baidu".to_owned(), credit), ("(no channel)".to_owned(), credit)].into() };
    let cost = costs::Row { what: "baidu".into(), cost: 10_000, impressions: Some(0), clicks: None };
    let entry = catalogue::Entry { name: "roi", about: "what came back", needs: "costs", by: &["channel", "month"] };
    let reports = vec![
        roi::report(spent(vec![row])),
        roi::report(spent(vec![])),
        channels::report(&f, &[channel], vec![]),
        channels::report(&f, &[], vec![]),
        attribution::report(&f, "channel", "new_revenue", &[credited("markov")], vec![]),
        attribution::report(&f, "channel", "new_revenue", &[credited("first"), credited("last-non-direct")], vec![]),
        costs::report(&f, "channel", &[cost], vec![]),
        costs::report(&f, "month", &[], vec![]),
        kpi::report(&f, |id| if id == "roi" { Some((Cell::Percent(0.5), Some(3))) } else { Some((Cell::Money(5), None)) }, vec![]),
        kpi::report(&f, |_| None, vec![]),
    ];
    let compared: Vec<Report> = reports.iter().map(|r| compare::compare(r.clone(), r)).collect();
    reports.into_iter().chain(compared).chain([catalogue::report(&f, &[entry]), kpi::list(&f)]).collect()
}

/// One of every report, with something in every column that can be blank, and once with nothing at all.
pub(crate) fn every_report() -> Vec<Report> {
    let f = frame();
    let at = f.as_of;
    let change = changes::Row {
        at,
        run: 3,
        key: "kaaaaaaaaaaa".into(),
        id: None,
        name: some("王伟"),
        what: "field:title".into(),
        from: None,
        to: some("总监"),
        why: "leads.csv".into(),
    };
    let explained = explain::Facts {
        frame: f.clone(),
        card: vec![(Column::text("key"), Cell::text("kaaaaaaaaaaa")), (Column::new("budget", ColumnType::Money), Cell::Money(1_234_550))],
        groups: vec![explain::Group { id: "fit".into(), lines: vec![line("制造业", 5, true), line("规模", 0, false)], clamp: None, points: 5 }],
        clamp: Some(line("max 4", -1, true)),
        score: 4,
        band: "cold".into(),
        state: state(at),
        timeline: vec![explain::Moment { at, what: "page_view".into(), detail: "/pricing".into(), why: String::new() }],
        notes: vec![],
    };
    let account = leads::Account {
        company: "上海机械".into(),
        leads: 2,
        best_score: 9,
        score: 12,
        band: "hot".into(),
        owners: vec!["张伟".into()],
        best_lead: "王伟".into(),
    };
    let list = leads::Facts {
        frame: f.clone(),
        columns: vec![Column::text("key"), Column::text("id"), Column::new("预算", ColumnType::Money).titled("预算"), Column::new("tags", ColumnType::List)],
        rows: vec![vec![Cell::text("kaaaaaaaaaaa"), Cell::Empty, Cell::Money(5), Cell::List(vec!["a".into(), "b".into()])]],
        matched: 1,
        notes: vec![],
    };
    let file = import::File {
        file: "leads.csv".into(),
        kind: "leads".into(),
        rows_read: 4,
        new: 2,
        rejected: 1,
        rejects: some("rejects/leads.csv"),
        ..Default::default()
    };
    let problem = check::Problem {
        severity: "error",
        code: "unknown-name",
        file: "sops/scoring.yaml".into(),
        line: Some(14),
        column: Some(9),
        message: "`industy`".into(),
        help: some("did you mean `industry`?"),
    };
    let difference = "score is 45, expected 50".to_owned();
    let failed = tests::Case {
        file: "sops/tests/a.yaml".into(),
        line: 3,
        name: "刚好够".into(),
        differences: vec![difference],
        card: vec![("fit".into(), line("制造业", 5, true))],
        story: vec![tests::Step {
            at, what: "rule".into(), from: Some("清洗".into()), to: Some("全部".into()), why: "least_loaded of 陈静 (holds 0)".into()
        }],
    };
    let passed = tests::Case { differences: vec![], card: vec![], story: vec![], ..failed.clone() };
    let run = history::Run {
        run: 3,
        started_at: at,
        as_of: at,
        command: "score leads.csv".into(),
        created: 2,
        changes: 1,
        did: "2 new leads".into(),
        undone_by: Some(4),
    };
    let item =
        today::Item { waits: today::Waits::Merge, subject: "k1 k2".into(), count: 2, detail: "one phone".into(), next: "sop merge k1 k2 --why …".into() };
    let waiting = queue::Facts {
        frame: f.clone(),
        contacts: vec![Column::text("phone").titled("手机"), Column::text("email").titled("邮箱")],
        rows: vec![queue::Waiting {
            queue: "public".into(),
            key: "kabcdefghijk".into(),
            name: some("张伟"),
            company: None,
            title: None,
            region: some("华东"),
            score: Some(45),
            band: some("warm"),
            since: Some(at),
            contacts: vec![Cell::text("+8613812345678"), Cell::Empty],
        }],
        masked: true,
        claimed: None,
        rehearsal: false,
        notes: vec![],
    };
    let planned = plan::Facts {
        frame: f.clone(),
        command: "score leads.csv".into(),
        rehearsal: true,
        counts: vec![plan::Count { what: "band".into(), from: None, to: some("hot"), count: 3 }],
        notes: vec![],
    };
    let lead = worklist::Lead {
        key: "kaaaaaaaaaaa".into(),
        name: some("王伟"),
        phone: some("+8613912345601"),
        score: 65,
        band: "hot".into(),
        why: vec!["制造业 +5".into(), "决策者 +10".into()],
        last_touch: Some(("访问定价页".into(), at)),
        last_follow_up: Some(worklist::FollowUp { at, outcome: Some(sop::model::Outcome::Met), note: some("=好") }),
        promise: Some(worklist::Promise { name: "accept".into(), due_at: at }),
        ..worklist::Lead::default()
    };
    let listed = worklist::Facts {
        frame: f.clone(),
        owner: "zhang.wei".into(),
        worklist: "zhang.wei 20261121-180000".into(),
        reasons: vec![sop::report::Choice::titled("price", "价格敏感")],
        leads: vec![lead],
        notes: vec![],
    };
    let written = worklist::Written { owner: "zhang.wei".into(), name: "张伟".into(), leads: 1, due: 1, file: "lists/zhang.wei.xlsx".into() };
    let mut all = of_people();
    all.extend(of_flow());
    all.extend(of_money());
    all.extend(of_paths());
    all.extend(vec![
        worklist::report(listed.clone()),
        worklist::report(worklist::Facts { leads: vec![], ..listed }),
        worklist::written(&f, &[written], vec![]),
        worklist::written(&f, &[], vec![]),
        score::report(&score_facts(ranked())),
        score::report(&score_facts(vec![])),
        explain::report(explained.clone()),
        explain::report(explain::Facts { card: vec![], groups: vec![], clamp: None, state: explain::State::default(), timeline: vec![], ..explained }),
        leads::report(list.clone()),
        leads::report(leads::Facts { rows: vec![], matched: 0, ..list }),
        leads::accounts(&f, &[account], vec![]),
        leads::accounts(&f, &[], vec![]),
        changes::report(&f, std::slice::from_ref(&change), 1, vec![]),
        changes::report(&f, std::slice::from_ref(&change), 0, vec![]),
        changes::report(&f, &[], 0, vec![]),
        history::changes(&f, &[change], vec![]),
        history::runs(&f, &[run]),
        history::runs(&f, &[]),
        import::report(&f, &[file], vec![]),
        import::report(&f, &[], vec![]),
        plan::report(&planned),
        with_letters(plan::report(&planned), at),
        plan::report(&plan::Facts { counts: vec![], rehearsal: false, ..planned }),
        check::report(&f, &[problem]),
        check::report(&f, &[]),
        tests::report(&f, &[failed, passed]),
        tests::report(&f, &[]),
        queue::report(waiting.clone()),
        queue::report(queue::Facts { masked: false, claimed: some("zhang.wei"), rehearsal: true, ..waiting }),
        outbox::report(&f, vec![outboxed(at)], &[("failed".into(), 1)], &[("550 no such user".into(), 1)], &[("queued".into(), 2)], vec![]),
        outbox::report(&f, vec![], &[], &[], &[], vec![]),
        outbox::written(&f, &[outbox::Written { file: "lists/2026-11-20/email.csv".into(), messages: 1 }], vec![]),
        outbox::written(&f, &[], vec![]),
        today::report(&f, &[item]),
        today::report(&f, &[]),
    ]);
    all.extend(["weekly", "monthly", "quarterly"].map(|name| page(name, all.iter().find(|r| r.name == "today").cloned().expect("today"))));
    let arm = |name: &str, hits, of| experiments::Arm { name: name.into(), weight: 1.0, assigned: of, counted: sop::measure::Proportion::new(hits, of) };
    let trial = experiments::Experiment { name: "offer-test".into(), measure: "clicked".into(), arms: vec![arm("a", 200, 4000), arm("b", 250, 4000)] };
    all.push(experiments::report(&experiments::Facts { frame: f.clone(), experiments: vec![trial], notes: vec![] }));
    let closed = suppressions::Row { address: "a@b.cn".into(), medium: None, kind: "complaint", at, why: "import a.csv".into() };
    all.push(suppressions::report(&f, [closed].into_iter()));
    all
}

/// A page of a meeting with one part.
fn page(name: &str, decisions: Report) -> Report {
    let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
    meeting::report(meeting::Facts {
        frame: frame(),
        name: name.into(),
        days: (day("2026-11-09"), day("2026-11-15")),
        before: (day("2026-11-02"), day("2026-11-08")),
        headline: vec![meeting::Headline { id: "leads".into(), value: Cell::Integer(9), previous: Cell::Integer(8), of: None }],
        standing: Vec::new(),
        reach: meeting::Reach::of((day("2026-11-09"), day("2026-11-15"))),
        rules: None,
        trend: vec![],
        decisions,
        parts: vec![table(vec![Column::text("channel"), Column::integer("leads")], vec![vec![Cell::text("baidu"), Cell::Integer(9)]])],
        notes: vec![],
    })
}
