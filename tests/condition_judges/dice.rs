//! Random conditions, in our spelling and in SQLite's, and random leads to ask them of.

use crate::DAY;
use crate::condition_world::World;
use sop::model::{Deal, DealStatus, FollowUp, Outcome, Value};

/// Random choices out of proptest's bytes; when they run out, every choice is the first (so shrinking simplifies).
pub(crate) struct Dice<'b> {
    pub(crate) bytes: &'b [u8],
    pub(crate) at: usize,
}

impl Dice<'_> {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % sides
    }
    pub(crate) fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }
}

/// One condition in two languages.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) ours: String,
    pub(crate) sql: String,
}

fn pair(ours: impl Into<String>, sql: impl Into<String>) -> Pair {
    Pair { ours: ours.into(), sql: sql.into() }
}

pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

const TEXTS: &[&str] = &["a", "A b", "采购总监", "ＣＴＯ", "it's", "Director", " b ", "ß", "x%y", "IT 经理"];
const PATTERNS: &[&str] = &["%", "a%", "%b", "%购%", "_", "%t%r%", "采购总监", "%_%y", "A_B", "%'%", "%ＣＴＯ%", "%%"];
pub(crate) const SPANS: &[(&str, i64)] = &[("7d", 7 * DAY), ("36h", 129_600), ("30d", 30 * DAY), ("0s", 0), ("2w", 14 * DAY)];

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

pub(crate) fn instant(dice: &mut Dice<'_>, depth: usize) -> Pair {
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

/// A random condition.
pub(crate) fn condition(dice: &mut Dice<'_>, depth: usize) -> Pair {
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

/// A random lead with what it did.
pub(crate) fn lead(dice: &mut Dice<'_>) -> World {
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
pub(crate) fn moved(dice: &mut Dice<'_>, w: &mut World) {
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
