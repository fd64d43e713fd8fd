//! `sop changes`: what moved, and by which rule.

use super::{Cell, Column, ColumnType, Frame, Layout, Note, Report, Section};
use crate::model::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// So many lines has a summary at most: the rest is one line.
const LINES: usize = 30;
/// What a change of a deal may name after its id, which is anybody's text.
const DEAL_COLUMNS: [&str; 9] = ["lead", "company", "owner", "amount", "kind", "product", "opened_at", "closed_at", "reason"];

/// One recorded change, with the lead as people know it.
#[derive(Clone, Debug)]
pub struct Row {
    /// When it is dated.
    pub at: Instant,
    /// The run that made it.
    pub run: i64,
    /// The lead's key.
    pub key: String,
    /// The source's own id.
    pub id: Option<String>,
    /// The person.
    pub name: Option<String>,
    /// `band`, `stage`, `owner`, `field:title`, `merge` …
    pub what: String,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// The rule or file.
    pub why: String,
}

/// The changes in the order given (oldest first), with a count per kind; and with more than `room` of them a summary above.
pub fn report(frame: &Frame, changes: &[Row], room: usize, notes: Vec<Note>) -> Report {
    let mut report = table("changes", frame, changes);
    if changes.len() > room {
        report.sections.push(summary(changes));
    }
    report.notes = notes;
    report
}

/// What the numbers of a summary are not: those of other reports that sound like them.
fn notes(changes: &[Row]) -> Vec<Note> {
    let mut notes = Vec::new();
    let lost: Vec<&Row> = changes.iter().filter(|c| c.what == "owner" && c.to.is_none()).collect();
    // A move by which a lead leaves its owner's hands is recorded beside it, at the same instant.
    let known: BTreeSet<_> =
        changes.iter().filter(|c| ["verdict", "stage"].contains(&c.what.as_str())).map(|c| (&c.key, c.run, c.at, c.what.as_str())).collect();
    let beside = |c: &Row, what| known.contains(&(&c.key, c.run, c.at, what));
    let rejected = lost.iter().filter(|c| beside(c, "verdict")).count();
    let moved = lost.iter().filter(|c| !beside(c, "verdict") && beside(c, "stage")).count();
    if !lost.is_empty() {
        let rest = lost.len() - rejected - moved;
        let text = format!("leads that lost their owner: {rejected} rejected by sales, {moved} moved off the line by a rule (a lost deal), {rest} otherwise");
        notes.push(Note::new("released", text));
    }
    if changes.iter().any(|c| c.what.starts_with("breach")) {
        notes.push(Note::new("breaches", "breach: promises to owners that broke, those answered late since among them"));
    }
    notes
}

/// How many went from what to what. Of fields and deals the values are too many to tell.
fn summary(changes: &[Row]) -> Section {
    let mut counts: BTreeMap<(String, Option<&str>, Option<&str>), i64> = BTreeMap::new();
    for c in changes {
        let (kind, rest) = c.what.split_once(':').unwrap_or((&c.what, ""));
        let (what, from, to) = match kind {
            "field" => (c.what.clone(), None, None),
            // `deal:ID` is how it stands; `deal:ID:COLUMN` a column of it.
            "deal" => match rest.rsplit_once(':').filter(|(_, column)| DEAL_COLUMNS.contains(column)) {
                Some((_, column)) => (format!("deal:{column}"), None, None),
                None => (kind.to_owned(), c.from.as_deref(), c.to.as_deref()),
            },
            "merge" | "split" => (kind.to_owned(), None, None),
            _ => (kind.to_owned(), c.from.as_deref(), c.to.as_deref()),
        };
        *counts.entry((what, from, to)).or_default() += 1;
    }
    let mut of_kind: BTreeMap<&str, i64> = BTreeMap::new();
    for ((what, ..), n) in &counts {
        *of_kind.entry(what).or_default() += n;
    }
    let mut all: Vec<_> = counts.iter().collect();
    // Kinds stay together, the commonest first; within one, likewise.
    all.sort_by(|(a, n), (b, m)| of_kind.get(b.0.as_str()).cmp(&of_kind.get(a.0.as_str())).then_with(|| (&a.0, m, a).cmp(&(&b.0, n, b))));
    let row = |what: &str, from: Option<&str>, to: Option<&str>, n: i64| vec![Cell::text(what), Cell::maybe(from), Cell::maybe(to), Cell::Integer(n)];
    let mut rows: Vec<_> = all.iter().take(LINES).map(|((what, from, to), n)| row(what, *from, *to, **n)).collect();
    let rest: i64 = all.iter().skip(LINES).map(|(_, n)| **n).sum();
    if rest > 0 {
        rows.push(row("other", None, None, rest));
    }
    let mut columns: Vec<Column> = ["what", "from", "to"].map(Column::text).into();
    columns.push(Column::integer("count"));
    Section { notes: notes(changes), ..Section::new("summary", Layout::Above, columns, rows) }
}

/// The table that `changes` and `history` share.
pub(super) fn table(name: &str, frame: &Frame, changes: &[Row]) -> Report {
    let mut columns = vec![Column::new("at", ColumnType::Instant), Column::integer("run"), Column::text("id").or("key")];
    columns.extend(["key", "name", "what", "from", "to"].map(Column::text));
    columns.push(Column::text("why").sentences());
    let mut report = Report::new(name, frame, columns);
    let mut counts: Vec<(String, i64)> = Vec::new();
    for c in changes {
        let kind = c.what.split(':').next().unwrap_or_default();
        match counts.iter_mut().find(|(k, _)| k == kind) {
            Some((_, n)) => *n += 1,
            None => counts.push((kind.into(), 1)),
        }
        report.rows.push(vec![
            Cell::Instant(c.at),
            Cell::Integer(c.run),
            Cell::maybe(c.id.as_deref()),
            Cell::text(&*c.key),
            Cell::maybe(c.name.as_deref()),
            Cell::text(&*c.what),
            Cell::maybe(c.from.as_deref()),
            Cell::maybe(c.to.as_deref()),
            Cell::text(&*c.why),
        ]);
    }
    counts.sort();
    report.total("changes", Cell::count(changes.len()));
    report.group("what", &counts);
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Currency;

    fn change(what: &str, from: Option<&str>, to: Option<&str>) -> Row {
        let text = |t: Option<&str>| t.map(str::to_owned);
        Row { at: Instant(0), run: 1, key: "k".into(), id: None, name: None, what: what.into(), from: text(from), to: text(to), why: String::new() }
    }

    fn summed(changes: &[Row], room: usize) -> Vec<String> {
        let frame = Frame { as_of: Instant(0), zone: chrono_tz::Asia::Shanghai, currency: Currency::new("CNY") };
        let report = report(&frame, changes, room, Vec::new());
        let rows = report.sections.into_iter().flat_map(|s| s.rows);
        rows.map(|row| {
            row.iter()
                .map(|c| {
                    if let Cell::Text(t) = c {
                        t.clone()
                    } else if let Cell::Integer(n) = c {
                        n.to_string()
                    } else {
                        "–".into()
                    }
                })
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
    }

    #[test]
    fn a_summary_counts_moves_and_not_values() {
        let mut all = vec![change("stage", Some("mql"), Some("sql")), change("owner", None, Some("li")), change("stage", Some("prospect"), Some("mql"))];
        all.extend([change("stage", Some("mql"), Some("sql")), change("field:title", Some("a"), Some("b")), change("field:title", Some("c"), Some("d"))]);
        all.extend([
            change("deal:D3:amount", Some("1"), Some("2")),
            change("deal:D:1", Some("open"), Some("won")),
            change("deal:D2", Some("open"), Some("won")),
        ]);
        let lines = ["stage mql sql 2", "stage prospect mql 1", "deal open won 2", "field:title – – 2", "deal:amount – – 1", "owner – li 1"];
        assert_eq!(summed(&all, 8), lines);
        assert_eq!(summed(&all, 9), [""; 0], "what fits needs no summary");
    }

    #[test]
    fn who_lost_a_lead_is_told_by_why() {
        let of = |key: &str, what: &str, from: Option<&str>, to: Option<&str>| Row { key: key.into(), ..change(what, from, to) };
        let gone = |key| of(key, "owner", Some("li"), None);
        let all = [
            of("a", "verdict", None, Some("price")),
            of("a", "stage", Some("mql"), Some("recycled")),
            gone("a"),
            of("b", "stage", Some("sql"), Some("lost")),
            gone("b"),
            gone("c"),
            of("d", "verdict", None, Some("accepted")),
        ];
        let notes = summary(&all).notes;
        assert_eq!(notes.len(), 1, "nothing broke");
        assert!(notes[0].text.contains("1 rejected by sales, 1 moved off the line by a rule (a lost deal), 1 otherwise"), "{notes:?}");
    }

    #[test]
    fn what_a_summary_leaves_out_is_counted() {
        let all: Vec<Row> = (0..40).map(|i| change("owner", None, Some(&format!("o{i:02}")))).collect();
        let lines = summed(&all, 0);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (31, Some("other – – 10")));
    }
}
