//! `sop assign -v`: who gets which lead, by which round and rule; then who waits, and why.

use super::{Cell, Column, Frame, Note, Report};

/// One lead that a round took up.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The lead's key.
    pub key: String,
    /// The source's own id.
    pub id: Option<String>,
    /// The person.
    pub name: Option<String>,
    /// The account.
    pub company: Option<String>,
    /// Who is dealt first has the highest.
    pub score: Option<i64>,
    /// Who had it.
    pub from: Option<String>,
    /// The owner or the queue that gets it; `None`: it waits.
    pub to: Option<String>,
    /// The round that took it up.
    pub round: String,
    /// The rule that placed it; `None`: it stays with a sibling, or it waits.
    pub rule: Option<String>,
    /// Why there, or why nowhere.
    pub why: String,
}

/// What a deal came to.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// In the order of the deal.
    pub placed: Vec<Row>,
    /// Likewise.
    pub waiting: Vec<Row>,
    /// Nothing was kept.
    pub rehearsal: bool,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// The deal: those who were placed, then those who wait.
pub fn report(facts: Facts) -> Report {
    let mut columns = vec![Column::text("key"), Column::text("id").or("key"), Column::text("name"), Column::text("company"), Column::integer("score")];
    columns.extend(["from", "to", "round", "rule"].map(Column::text));
    columns.push(Column::text("why").sentences());
    let mut report = Report::new("assign", &facts.frame, columns);
    let cells = |r: &Row| {
        let text = |t: &Option<String>| Cell::maybe(t.as_deref());
        vec![
            Cell::text(&*r.key),
            text(&r.id),
            text(&r.name),
            text(&r.company),
            r.score.map_or(Cell::Empty, Cell::Integer),
            text(&r.from),
            text(&r.to),
            Cell::text(&*r.round),
            text(&r.rule),
            Cell::text(&*r.why),
        ]
    };
    report.rows = facts.placed.iter().chain(&facts.waiting).map(cells).collect();
    report.total("placed", Cell::count(facts.placed.len()));
    report.total("waiting", Cell::count(facts.waiting.len()));
    report.total("rehearsal", Cell::Boolean(facts.rehearsal));
    let mut by_owner: Vec<(String, i64)> = Vec::new();
    for to in facts.placed.iter().filter_map(|r| r.to.as_ref()) {
        match by_owner.iter_mut().find(|(name, _)| name == to) {
            Some((_, n)) => *n += 1,
            None => by_owner.push((to.clone(), 1)),
        }
    }
    by_owner.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    report.group("to", &by_owner);
    if facts.rehearsal {
        report.note("rehearsal", "a rehearsal: nothing was written");
    }
    report.notes.extend(facts.notes);
    report
}
