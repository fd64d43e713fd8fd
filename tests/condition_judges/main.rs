//! Conditions before outside judges: sqlparser reads the same tree, SQLite gives the same answer; and by themselves:
//! `until` is never late, and no text makes the parser panic or point outside its characters.

mod condition_world;

use condition_world::World;
use proptest::prelude::*;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, params};
use sop::condition::{Scope, ScopeKind, Want, compile};
use sop::diag::{Diagnostics, SourceId};
use sop::model::{Deal, DealStatus, FollowUp, Instant, Outcome, Until, Value, fold};
use sqlparser::ast::{CaseWhen, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value as Sql};
use sqlparser::dialect::{Dialect, GenericDialect, SQLiteDialect};

const DAY: i64 = 86_400;

/// How often; `PROPTEST_CASES` asks for more.
fn cases(usual: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { usual };
    ProptestConfig { cases, failure_persistence: None, ..default }
}

// --- random conditions, in our spelling and in SQLite's

/// Random choices out of proptest's bytes; when they run out, every choice is the first (so shrinking simplifies).
struct Dice<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % sides
    }
    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }
}

/// One condition in two languages.
#[derive(Clone, Debug)]
struct Pair {
    ours: String,
    sql: String,
}

fn pair(ours: impl Into<String>, sql: impl Into<String>) -> Pair {
    Pair { ours: ours.into(), sql: sql.into() }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

const TEXTS: &[&str] = &["a", "A b", "采购总监", "ＣＴＯ", "it's", "Director", " b ", "ß", "x%y", "IT 经理"];
const PATTERNS: &[&str] = &["%", "a%", "%b", "%购%", "_", "%t%r%", "采购总监", "%_%y", "A_B", "%'%", "%ＣＴＯ%", "%%"];
const SPANS: &[(&str, i64)] = &[("7d", 7 * DAY), ("36h", 129_600), ("30d", 30 * DAY), ("0s", 0), ("2w", 14 * DAY)];

fn number(dice: &mut Dice<'_>, depth: usize) -> Pair {
    let inner = depth.saturating_sub(1);
    match dice.roll(if depth == 0 { 6 } else { 13 }) {
        0 => pair("employees", "employees"),
        1 => pair("budget", "budget"),
        2 => pair("rate", "rate"),
        3 => pair(dice.roll(10).to_string(), "").same(),
        4 => pair(dice.pick(&["1.5", "0.25", "0", "100", "2.0"]), "").same(),
        5 => pair("NULL", "NULL"),
        6 => {
            let (a, b) = (number(dice, inner), number(dice, inner));
            let sign = dice.pick(&["+", "-", "*"]);
            pair(format!("({} {sign} {})", a.ours, b.ours), format!("({} {sign} {})", a.sql, b.sql))
        }
        7 => {
            let (a, b) = (number(dice, inner), number(dice, inner));
            pair(format!("({} / {})", a.ours, b.ours), format!("(CAST({} AS REAL) / {})", a.sql, b.sql))
        }
        8 => {
            let a = number(dice, inner);
            pair(format!("(-({}))", a.ours), format!("(-({}))", a.sql))
        }
        9 => {
            let (c, a, b) = (condition(dice, inner), number(dice, inner), number(dice, inner));
            pair(format!("CASE WHEN {} THEN {} ELSE {} END", c.ours, a.ours, b.ours), format!("(CASE WHEN {} THEN {} ELSE {} END)", c.sql, a.sql, b.sql))
        }
        10 => {
            let (a, b) = (number(dice, inner), number(dice, inner));
            pair(format!("coalesce({}, {})", a.ours, b.ours), format!("coalesce({}, {})", a.sql, b.sql))
        }
        11 => {
            let a = text(dice, 0);
            pair(format!("length({})", a.ours), format!("length({})", a.sql))
        }
        _ => events(dice),
    }
}

impl Pair {
    /// The same in both languages.
    fn same(self) -> Self {
        Self { sql: self.ours.clone(), ours: self.ours }
    }
}

fn events(dice: &mut Dice<'_>) -> Pair {
    let kind = dice.pick(&["page_view", "pricing_view", "email_sent", "*"]);
    let of_kind = if kind == "*" { "act".to_owned() } else { format!("kind = '{kind}'") };
    let (span, seconds) = SPANS[dice.roll(SPANS.len())];
    match dice.roll(4) {
        0 => pair(format!("events('{kind}')"), format!("(SELECT count(*) FROM event WHERE {of_kind} AND at <= as_of)")),
        1 => {
            let pattern = dice.pick(PATTERNS);
            let filter = format!("path LIKE {}", quoted(pattern));
            pair(
                format!("events('{kind}', '{span}', {})", quoted(&filter)),
                format!(
                    "(SELECT count(*) FROM event WHERE {of_kind} AND at <= as_of AND at >= as_of - {seconds} AND fold(path) LIKE fold({}))",
                    quoted(pattern)
                ),
            )
        }
        2 => pair(
            format!("days_since(last_event('{kind}'))"),
            format!("((as_of + 28800) / 86400 - ((SELECT max(at) FROM event WHERE {of_kind} AND at <= as_of) + 28800) / 86400)"),
        ),
        _ => pair(format!("events('{kind}', '{span}')"), format!("(SELECT count(*) FROM event WHERE {of_kind} AND at <= as_of AND at >= as_of - {seconds})")),
    }
}

fn text(dice: &mut Dice<'_>, depth: usize) -> Pair {
    match dice.roll(if depth == 0 { 3 } else { 6 }) {
        0 => pair("title", "title"),
        1 => pair("region", "region"),
        2 => pair(quoted(dice.pick(TEXTS)), "").same(),
        3 => {
            let (a, b) = (text(dice, depth - 1), text(dice, depth - 1));
            pair(format!("coalesce({}, {})", a.ours, b.ours), format!("coalesce({}, {})", a.sql, b.sql))
        }
        4 => {
            let a = text(dice, depth - 1);
            pair(format!("lower({})", a.ours), format!("lower_all({})", a.sql))
        }
        _ => {
            let (c, a) = (condition(dice, depth - 1), text(dice, depth - 1));
            pair(format!("CASE WHEN {} THEN {} END", c.ours, a.ours), format!("(CASE WHEN {} THEN {} END)", c.sql, a.sql))
        }
    }
}

fn instant(dice: &mut Dice<'_>, depth: usize) -> Pair {
    match dice.roll(if depth == 0 { 4 } else { 7 }) {
        0 => pair("signed_at", "signed_at"),
        1 => pair("as_of", "as_of"),
        2 => pair("last_event_at", "coalesce((SELECT max(at) FROM event WHERE act AND at <= as_of), created_at)"),
        3 => pair("first_event('page_view')", "(SELECT min(at) FROM event WHERE kind = 'page_view' AND at <= as_of)"),
        4 => pair("coalesce(signed_at, as_of)", "coalesce(signed_at, as_of)"),
        _ => {
            let (a, (span, seconds)) = (instant(dice, depth - 1), SPANS[dice.roll(SPANS.len())]);
            let sign = dice.pick(&["+", "-"]);
            pair(format!("({} {sign} '{span}')", a.ours), format!("({} {sign} {seconds})", a.sql))
        }
    }
}

fn condition(dice: &mut Dice<'_>, depth: usize) -> Pair {
    let inner = depth.saturating_sub(1);
    let not = |n: usize| if n == 1 { "NOT " } else { "" };
    match dice.roll(if depth == 0 { 2 } else { 14 }) {
        0 => pair("consent_sms", "consent_sms"),
        1 => pair(dice.pick(&["TRUE", "FALSE", "NULL", "1 = 1"]), "").same(),
        2 | 3 => {
            let sign = dice.pick(&["AND", "OR"]);
            let parts: Vec<Pair> = (0..2 + dice.roll(2)).map(|_| condition(dice, inner)).collect();
            let join = |f: fn(&Pair) -> &str| format!("({})", parts.iter().map(f).collect::<Vec<_>>().join(&format!(" {sign} ")));
            pair(join(|p| &p.ours), join(|p| &p.sql))
        }
        4 => {
            let a = condition(dice, inner);
            pair(format!("(NOT {})", a.ours), format!("(NOT {})", a.sql))
        }
        5 | 6 => {
            let (a, b, op) = (number(dice, inner), number(dice, inner), dice.pick(&["=", "<>", "<", "<=", ">", ">="]));
            pair(format!("({} {op} {})", a.ours, b.ours), format!("({} {op} {})", a.sql, b.sql))
        }
        7 => {
            let (a, b, op) = (text(dice, inner), text(dice, inner), dice.pick(&["=", "<>", "<", "<=", ">", ">="]));
            pair(format!("({} {op} {})", a.ours, b.ours), format!("(fold({}) {op} fold({}))", a.sql, b.sql))
        }
        8 => {
            let (a, pattern, not) = (text(dice, inner), quoted(dice.pick(PATTERNS)), not(dice.roll(2)));
            pair(format!("({} {not}LIKE {pattern})", a.ours), format!("(fold({}) {not}LIKE fold({pattern}))", a.sql))
        }
        9 => {
            let (a, not) = (text(dice, inner), not(dice.roll(2)));
            let items: Vec<String> = (0..1 + dice.roll(10)).map(|_| if dice.roll(6) == 5 { "NULL".to_owned() } else { quoted(dice.pick(TEXTS)) }).collect();
            let folded: Vec<String> = items.iter().map(|i| format!("fold({i})")).collect();
            pair(format!("({} {not}IN ({}))", a.ours, items.join(", ")), format!("(fold({}) {not}IN ({}))", a.sql, folded.join(", ")))
        }
        10 => {
            let (a, b, c, not) = (number(dice, inner), number(dice, inner), number(dice, inner), not(dice.roll(2)));
            if dice.roll(2) == 0 {
                pair(format!("({} {not}BETWEEN {} AND {})", a.ours, b.ours, c.ours), format!("({} {not}BETWEEN {} AND {})", a.sql, b.sql, c.sql))
            } else {
                pair(format!("({} {not}IN ({}, {}))", a.ours, b.ours, c.ours), format!("({} {not}IN ({}, {}))", a.sql, b.sql, c.sql))
            }
        }
        11 => {
            let (a, not) = ([number, text, condition, instant][dice.roll(4)](dice, inner), not(dice.roll(2)));
            pair(format!("(({}) IS {not}NULL)", a.ours), format!("(({}) IS {not}NULL)", a.sql))
        }
        12 => {
            let (a, b, op) = (instant(dice, inner), instant(dice, inner), dice.pick(&["=", "<>", "<", "<=", ">", ">="]));
            pair(format!("({} {op} {})", a.ours, b.ours), format!("({} {op} {})", a.sql, b.sql))
        }
        _ => {
            let (c, a) = (condition(dice, inner), condition(dice, inner));
            pair(format!("CASE WHEN {} THEN {} END", c.ours, a.ours), format!("(CASE WHEN {} THEN {} END)", c.sql, a.sql))
        }
    }
}

// --- random leads

fn lead(dice: &mut Dice<'_>) -> World {
    let mut w = World::new();
    if dice.roll(4) > 0 {
        w = w.with("employees", Value::Int(dice.roll(11) as i64 - 3));
    }
    if dice.roll(4) > 0 {
        w = w.with("budget", Value::Money(dice.roll(256) as i64 * 25));
    }
    if dice.roll(4) > 0 {
        w = w.with("rate", Value::Real(dice.roll(9) as f64 / 4.0));
    }
    if dice.roll(4) > 0 {
        w = w.text("title", dice.pick(TEXTS).trim());
    }
    if dice.roll(4) > 0 {
        w = w.text("region", dice.pick(TEXTS).trim());
    }
    if dice.roll(3) > 0 {
        w = w.with("consent_sms", Value::Bool(dice.roll(2) == 1));
    }
    if dice.roll(3) > 0 {
        let at = w.as_of.plus((dice.roll(100) as i64 - 60) * DAY / 2);
        w = w.with("signed_at", Value::At(at));
    }
    for _ in 0..dice.roll(6) {
        let kind = dice.pick(&["page_view", "pricing_view", "email_sent"]);
        let fine = [0, 1, -1, 3_600][dice.roll(4)];
        let ago = (dice.roll(80) as i64 - 15) * DAY / 2 + fine;
        w = w.event(kind, ago, dice.pick(&["/a", "采购总监", "ctor", ""]));
    }
    w
}

/// Where the lead stands, what was sold to it and who talked to it, some of it dated later.
fn moved(dice: &mut Dice<'_>, w: &mut World) {
    let as_of = w.as_of;
    let some = |dice: &mut Dice<'_>| {
        let fine = [0, 1, -1, 3_600][dice.roll(4)];
        (dice.roll(3) > 0).then(|| as_of.plus((dice.roll(60) as i64 - 45) * DAY / 2 + fine))
    };
    w.standing.stage = ["prospect", "mql", "sql", "recycled"].get(dice.roll(5)).map(|s| (*s).to_owned());
    w.standing.owner = ["li.si"].get(dice.roll(2)).map(|s| (*s).to_owned());
    w.standing.stage_at = some(dice);
    w.standing.assigned_at = some(dice);
    w.standing.owner_at = some(dice);
    w.standing.recycled_at = some(dice);
    w.standing.below = some(dice).map(|at| ("hot".to_owned(), at)).into_iter().collect();
    for _ in 0..dice.roll(4) {
        let status = DealStatus::ALL[dice.roll(3)].1;
        let paid = some(dice).map(|at| (at, 100)).into_iter().collect();
        w.deals.push(Deal { status, amount: Some(200), opened_at: some(dice), closed_at: some(dice), paid });
    }
    for _ in 0..dice.roll(5) {
        let outcome = [None, Some(Outcome::Connected), Some(Outcome::Met)][dice.roll(3)];
        if let Some(at) = some(dice) {
            w.follow_ups.push(FollowUp { at, owner: None, outcome });
        }
    }
    w.follow_ups.sort_by_key(|f| f.at);
}

// --- (b) SQLite's answer

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

// --- (c) until is never late

/// Conditions in which the clock matters in every way there is.
fn ticking(dice: &mut Dice<'_>, depth: usize) -> String {
    let op = dice.pick(&["=", "<>", "<", "<=", ">", ">="]);
    let kind = dice.pick(&["page_view", "pricing_view", "*"]);
    let span = SPANS[dice.roll(SPANS.len())].0;
    let n = dice.roll(5);
    match dice.roll(if depth == 0 { 18 } else { 22 }) {
        0 => format!("events('{kind}', '{span}') {op} {n}"),
        1 => format!("{} {op} {}", instant(dice, 2).ours, instant(dice, 2).ours),
        2 => format!("days_since({}) {op} {}", instant(dice, 1).ours, n * 7),
        3 => format!("business_days_since({}) {op} {}", instant(dice, 1).ours, n as i64 * 3 - 3),
        4 => format!("days_since(last_event('{kind}')) + {n} {op} employees"),
        5 => format!("last_event('{kind}') {op} as_of - '{span}'"),
        6 => format!("events('{kind}', '{span}', 'due_on < as_of AND days_since(due_on) {} {n}') {} {n}", op, dice.pick(&[">", "="])),
        7 => format!("as_of - created_at {op} '{}d'", 98 + n),
        8 => format!("events('{kind}', '{span}') IN ({n}, 2) AND born {op} as_of"),
        9 => format!("born + '{n}d' BETWEEN as_of - '30d' AND as_of + '{span}'"),
        10 => format!("{} {op} {n}", dice.pick(&["days_in_stage", "days_held", "days_below_hot", "open_deals", "won_deals", "paid_amount", "won_amount"])),
        11 => format!("follow_ups('{}', '{span}') {op} {n}", dice.pick(&["connected", "met"])),
        12 => format!("follow_ups('{span}') IN ({n}, 2) OR follow_ups('met') {op} {n}"),
        13 => format!("{} {op} as_of - '{span}'", dice.pick(&["last_follow_up_at", "assigned_at", "recycled_at", "first_won_at"])),
        14 => format!("days_since({}) {op} {n}", dice.pick(&["last_follow_up_at", "first_won_at"])),
        15 => format!("stage >= 'mql' AND days_in_stage + {n} {op} follow_ups()"),
        16 => format!("days_in_stage IS NULL OR first_won_at IS NULL AND lost_deals {op} {n}"),
        17 => format!("days_held IN ({n}, 3) OR days_in_stage BETWEEN {n} AND 5"),
        18 => format!("({} {} {})", ticking(dice, depth - 1), dice.pick(&["AND", "OR"]), ticking(dice, depth - 1)),
        19 => format!("(NOT ({}))", ticking(dice, depth - 1)),
        20 => format!("(CASE WHEN {} THEN as_of - '{span}' ELSE signed_at END) {op} last_event_at", ticking(dice, depth - 1)),
        _ => format!("(({}) IS NULL)", ticking(dice, depth - 1)),
    }
}

proptest! {
    #![proptest_config(cases(800))]

    #[test]
    fn until_is_never_late(bytes in prop::collection::vec(any::<u8>(), 0..180), moments in prop::collection::vec(0_i64..90 * DAY, 12)) {
        let mut dice = Dice { bytes: &bytes, at: 0 };
        let mut w = lead(&mut dice);
        if dice.roll(2) == 1 {
            w.calendar.zone = chrono_tz::Europe::Berlin; // the clocks go back and forth around these days
            let shift = [-27, 127][dice.roll(2)] * DAY;
            w.as_of = w.as_of.plus(shift);
            w.events.iter_mut().for_each(|e| e.at = e.at.plus(shift));
        }
        w.calendar.holidays = (0..4).map(|d| w.calendar.date(w.as_of.plus(d * DAY))).collect();
        if dice.roll(3) > 0 {
            let born = w.calendar.date(w.as_of.plus((dice.roll(60) as i64 - 30) * DAY));
            w = w.with("born", Value::Date(born));
            w.details.0.iter_mut().for_each(|d| d.values[2] = Value::Date(born));
        }
        moved(&mut dice, &mut w);
        let text = ticking(&mut dice, 2);
        let compiled = w.condition(&text);
        let given = w.restate();
        let (value, until) = compiled.test(&w.facts());
        prop_assert!(until.0 > w.as_of && given.0 > w.as_of, "{} until {:?}, state {:?}", text, until, given);
        prop_assert!(compiled.uses_clock() || until == Until::NEVER);
        let until = until.and(given);
        // Any moment before it, and those where things happen: events, midnights, the last second.
        let start = w.as_of;
        let horizon = if until == Until::NEVER { 400 * DAY } else { until.0.0 - start.0 };
        let mut seconds: Vec<i64> = moments.iter().map(|m| m % horizon.max(1)).collect();
        seconds.extend([1, horizon - 1, horizon / 2]);
        for e in &w.events {
            seconds.extend([e.at.0 - start.0, e.at.0 - start.0 + 1, e.at.0 - start.0 + 7 * DAY + 1]);
        }
        for f in &w.follow_ups {
            seconds.extend(SPANS.iter().map(|(_, s)| f.at.0 - start.0 + s + 1));
        }
        seconds.extend((0..40).map(|d| w.calendar.next_midnight(start.plus(d * DAY)).0 - start.0));
        for s in seconds.into_iter().filter(|s| (0..horizon).contains(s)) {
            w.as_of = Instant(start.0 + s);
            w.restate();
            prop_assert_eq!(compiled.test(&w.facts()).0, value, "{} {} s later, until {} s", text, s, horizon);
        }
    }

    // --- (d) no text is too strange

    #[test]
    fn no_text_panics_and_spans_lie_on_characters(text in "\\PC{0,40}") {
        strange(&text);
    }

    #[test]
    fn no_mixture_of_tokens_panics(parts in prop::collection::vec(prop::sample::select(PIECES), 0..24), tight in any::<bool>()) {
        strange(&parts.join(if tight { "" } else { " " }));
    }
}

#[test]
fn conditions_inside_odd_quotes_point_at_characters() {
    for text in [
        "events('*', '7d', 'path ＝ 中",
        "events('*', '7d', ‘制造业’",
        "events('*', '7d', ’",
        "events( ， ， ' 制造业",
        "events('*','7d','path ＝ ''中''')",
        "events('*', '7d', “中’",
    ] {
        strange(text);
    }
}

const PIECES: &[&str] = &[
    "stage",
    "days_in_stage",
    "reached(",
    "follow_ups(",
    "industries",
    "'mql'",
    "'30d'",
    "industry",
    "employees",
    "title",
    "制造业",
    "(",
    ")",
    "（",
    "）",
    "'",
    "''",
    "'a'",
    "’",
    "‘",
    "“",
    "”",
    "\"",
    "[",
    "]",
    "【",
    "＝",
    "=",
    "<",
    ">",
    "＞",
    "!",
    "&",
    "|",
    "，",
    ",",
    "NOT",
    "AND",
    "OR",
    "IN",
    "BETWEEN",
    "LIKE",
    "IS",
    "NULL",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "1",
    "１",
    "2.5",
    "1e9",
    "30d",
    "5万",
    "-",
    "--",
    "+",
    "*",
    "/",
    "events(",
    "'page_view'",
    "'7d'",
    "'path ＝ ''中'''",
    "has_any(",
    "has_tag(",
    "coalesce(",
    "as_of",
    "created_at",
    "score",
    "TRUE",
    "\n",
    "\u{3000}",
    "é",
    "%",
    "％",
    "；",
    "≥",
    "🙂",
    "extra(",
    "days_since(",
    "'2026-11-21'",
    "0",
    "'%CTO%'",
    ".",
    "_",
];

fn strange(text: &str) {
    let w = World::new();
    let scopes = [
        (ScopeKind::Scoring, Want::Boolean),
        (ScopeKind::Event, Want::Boolean),
        (ScopeKind::Lifecycle, Want::Boolean),
        (ScopeKind::Where, Want::Number),
        (ScopeKind::Owner, Want::Boolean),
    ];
    for (kind, want) in scopes {
        let mut out = Diagnostics::default();
        let place = sop::condition::Place::verbatim(SourceId(0), 0, text.len());
        let condition = compile(text, &place, &Scope::new(kind, &w.dictionary, &condition_world::states(kind)), want, &mut out);
        assert_eq!(condition.is_none(), out.has_errors(), "{text:?}: no value without a reason");
        for d in &out.0 {
            let span = d.span.expect("a span");
            assert!(text.get(span.start..span.end).is_some(), "{text:?} {d:?}");
        }
        if let Some(condition) = condition {
            condition.test(&w.facts());
            let _ = condition.explain(&w.facts()).summary();
        }
    }
}

// --- (a) sqlparser reads the same tree

/// sqlparser's tree with every operator in parentheses, as `Condition::parenthesised` prints ours.
fn theirs(e: &Expr) -> String {
    let not = |n: &bool| if *n { "NOT " } else { "" };
    match e {
        Expr::Nested(x) => theirs(x),
        Expr::Identifier(i) if i.quote_style.is_none() => i.value.clone(),
        Expr::Identifier(i) => format!("\"{}\"", i.value),
        Expr::BinaryOp { left, op, right } => format!("({} {op} {})", theirs(left), theirs(right)),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => format!("(NOT {})", theirs(expr)),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => format!("(-{})", theirs(expr)),
        Expr::InList { expr, list, negated } => format!("({} {}IN ({}))", theirs(expr), not(negated), list.iter().map(theirs).collect::<Vec<_>>().join(", ")),
        Expr::Between { expr, negated, low, high } => format!("({} {}BETWEEN {} AND {})", theirs(expr), not(negated), theirs(low), theirs(high)),
        Expr::Like { negated, expr, pattern, .. } => format!("({} {}LIKE {})", theirs(expr), not(negated), theirs(pattern)),
        Expr::IsNull(x) => format!("({} IS NULL)", theirs(x)),
        Expr::IsNotNull(x) => format!("({} IS NOT NULL)", theirs(x)),
        Expr::Value(v) => match &v.value {
            Sql::Number(n, _) => n.clone(),
            Sql::SingleQuotedString(s) => quoted(s),
            Sql::Boolean(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
            Sql::Null => "NULL".to_owned(),
            other => panic!("{other}"),
        },
        Expr::Case { operand: None, conditions, else_result, .. } => {
            let arms: String = conditions.iter().map(|CaseWhen { condition, result }| format!(" WHEN {} THEN {}", theirs(condition), theirs(result))).collect();
            let otherwise = else_result.as_ref().map_or(String::new(), |x| format!(" ELSE {}", theirs(x)));
            format!("(CASE{arms}{otherwise} END)")
        }
        Expr::Function(f) => {
            let FunctionArguments::List(list) = &f.args else { panic!("{f}") };
            let args: Vec<String> =
                list.args.iter().map(|a| if let FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) = a { theirs(e) } else { panic!("{a}") }).collect();
            format!("{}({})", f.name, args.join(", "))
        }
        other => panic!("{other:?}"),
    }
}

fn same_tree(w: &World, text: &str, dialect: &dyn Dialect) {
    let ours = w.condition(text);
    let tree = sqlparser::parser::Parser::new(dialect).try_with_sql(text).and_then(|mut p| {
        let e = p.parse_expr()?;
        p.expect_token(&sqlparser::tokenizer::Token::EOF)?;
        Ok(e)
    });
    let tree = tree.unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(ours.parenthesised(), theirs(&tree), "{text}");
}

#[test]
fn sqlparser_reads_the_same_tree_of_typical_conditions() {
    let w = World::new();
    for text in [
        "industry IN ('制造业', '汽车') AND employees >= 200 AND has_any(title, '决策者')",
        "budget BETWEEN 100000 AND 500000 OR NOT (region = '海外')",
        "events('pricing_view', '7d') >= 3 AND last_event_at >= as_of - '30d'",
        "NOT employees > 1 AND NOT region IS NULL OR title NOT LIKE '%a%' AND title IS NOT NULL",
        "employees + 1 * 2 - 3 / 4 - -employees >= 1 OR employees NOT IN (1, 2 + 3) AND employees NOT BETWEEN 1 + 1 AND 2 * 3",
        "NOT NOT consent_sms = TRUE OR employees - 1 - 2 > 0",
        "\"公司 规模\" = '大' AND CASE WHEN employees > 1 THEN 2 ELSE 3 END > 1",
        "employees + 1 IS NULL OR NOT employees * 2 BETWEEN 1 AND 2 AND title LIKE '%it''s%'",
    ] {
        same_tree(&w, text, &GenericDialect {});
        same_tree(&w, text, &SQLiteDialect {});
        same_tree(&w, w.condition(text).normal_form(), &GenericDialect {});
    }
    same_tree(&w, "[公司 规模] = '大' OR industry = 'a' AND employees <> 3", &SQLiteDialect {});
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn sqlparser_reads_the_same_tree(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let mut dice = Dice { bytes: &bytes, at: 0 };
        let w = World::new();
        let text = condition(&mut dice, 3).ours;
        same_tree(&w, &text, &GenericDialect {});
        let normal = w.condition(&text).normal_form().to_owned();
        same_tree(&w, &normal, &GenericDialect {});
        same_tree(&w, &normal, &SQLiteDialect {});
        let printed = w.condition(&normal);
        prop_assert_eq!(printed.normal_form(), &normal, "the normal form is its own");
    }
}
