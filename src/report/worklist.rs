//! `sop worklist`: what one owner has to do, as a table that goes out to be filled in and comes back through the import.
//!
//! The headers of the last columns are those by which the import knows follow-ups and verdicts; `key` names the lead and
//! `worklist` the list, so that the same answer in next week's list is another answer.

use super::{Cell, Choice, Column, ColumnType, Frame, Note, Report};
use crate::model::{Instant, Outcome};

/// One owner's list.
#[derive(Clone, Debug)]
pub struct Facts {
    /// As of, zone, currency.
    pub frame: Frame,
    /// The owner's id.
    pub owner: String,
    /// What this list is known by when it comes back.
    pub worklist: String,
    /// Why leads may be rejected.
    pub reasons: Vec<Choice>,
    /// The leads, in any order.
    pub leads: Vec<Lead>,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// One lead of a list.
#[derive(Clone, Debug, Default)]
pub struct Lead {
    /// The lead's key.
    pub key: String,
    /// Its id in the export.
    pub id: Option<String>,
    /// Who it is.
    pub name: Option<String>,
    /// Of which company.
    pub company: Option<String>,
    /// As what.
    pub title: Option<String>,
    /// How to reach them.
    pub phone: Option<String>,
    /// How to reach them.
    pub email: Option<String>,
    /// How to reach them.
    pub wecom_id: Option<String>,
    /// The stage's title.
    pub stage: Option<String>,
    /// After clamps.
    pub score: i64,
    /// The band's id.
    pub band: String,
    /// The lines that count most.
    pub why: Vec<String>,
    /// What the lead did last, and when.
    pub last_touch: Option<(String, Instant)>,
    /// What was logged last.
    pub last_follow_up: Option<FollowUp>,
    /// When somebody promised to speak to them again.
    pub next_at: Option<Instant>,
    /// The promise that runs out first.
    pub promise: Option<Promise>,
}

/// What was logged.
#[derive(Clone, Debug)]
pub struct FollowUp {
    /// When.
    pub at: Instant,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What was said.
    pub note: Option<String>,
}

/// A promise that has not been kept yet.
#[derive(Clone, Debug)]
pub struct Promise {
    /// Its name in sla.yaml.
    pub name: String,
    /// Until when.
    pub due_at: Instant,
}

impl Lead {
    /// When something is to be done: the day agreed upon, or the end of a promise, whichever comes first.
    pub fn due_at(&self) -> Option<Instant> {
        self.next_at.into_iter().chain(self.promise.as_ref().map(|p| p.due_at)).min()
    }
}

/// The columns that come back filled in; `reasons` are the entries of one of them.
fn to_fill(reasons: Vec<Choice>) -> Vec<Column> {
    let words = |ids: &[&str]| ids.iter().map(|id| Choice::new(id)).collect::<Vec<_>>();
    let outcomes: Vec<&str> = Outcome::ALL.iter().map(|(id, _)| *id).collect();
    let columns = vec![
        Column::text("verdict").one_of(words(&["accept", "reject"])),
        Column::text("reason").one_of(reasons),
        Column::text("outcome").one_of(words(&outcomes)),
        Column::text("quality").one_of(words(&["A", "B", "C", "D"])),
        Column::text("pain").sentences(),
        Column::text("progress").sentences(),
        Column::text("budget"),
        Column::new("next_at", ColumnType::Date),
        Column::text("note").sentences(),
    ];
    columns.into_iter().map(Column::to_fill).collect()
}

/// The list: what is due first, then the highest score, then the key.
pub fn report(facts: Facts) -> Report {
    let text = Column::text;
    let mut columns = vec![Column::new("due", ColumnType::Date), text("key"), text("id").or("key"), text("name").in_sight()];
    columns.extend(["company", "title", "phone", "email", "wecom_id", "stage"].map(text));
    columns.extend([Column::integer("score"), text("band"), text("why").sentences(), text("last_touch")]);
    let outcomes = Outcome::ALL.iter().map(|(id, _)| Choice::new(id));
    columns.extend([Column::new("last_follow_up", ColumnType::Date), text("last_outcome").one_of(outcomes), text("last_note").sentences(), text("promise")]);
    let answers = to_fill(facts.reasons);
    let blanks = answers.len();
    columns.extend(answers);
    columns.extend([text("owner"), text("worklist")]);
    let mut report = Report::new("worklist", &facts.frame, columns);

    let local = |at: Instant| chrono::DateTime::from_timestamp(at.0, 0).map(|t| t.with_timezone(&facts.frame.zone));
    let date = |at: Option<Instant>| at.and_then(local).map_or(Cell::Empty, |t| Cell::Date(t.date_naive()));
    let minute = |at: Instant| local(at).map_or_else(String::new, |t| t.format("%Y-%m-%d %H:%M").to_string());
    let day = |at: Instant| local(at).map_or_else(String::new, |t| t.format("%Y-%m-%d").to_string());
    let mut leads = facts.leads;
    leads.sort_by(|a, b| {
        let due = |l: &Lead| l.due_at().unwrap_or(Instant::MAX);
        due(a).cmp(&due(b)).then_with(|| b.score.cmp(&a.score)).then_with(|| a.key.cmp(&b.key))
    });
    let due = leads.iter().filter(|l| l.due_at().is_some_and(|at| at <= facts.frame.as_of)).count();
    for lead in &leads {
        let maybe = |t: &Option<String>| Cell::maybe(t.as_deref());
        let last = lead.last_follow_up.as_ref();
        let mut row = vec![date(lead.due_at()), Cell::text(&*lead.key)];
        row.extend([&lead.id, &lead.name, &lead.company, &lead.title, &lead.phone, &lead.email, &lead.wecom_id, &lead.stage].map(maybe));
        row.extend([Cell::Integer(lead.score), Cell::text(&*lead.band), Cell::text(lead.why.join("; "))]);
        row.push(lead.last_touch.as_ref().map_or(Cell::Empty, |(what, at)| Cell::text(format!("{what} {}", day(*at)))));
        row.extend([date(last.map(|f| f.at)), Cell::maybe(last.and_then(|f| f.outcome).map(Outcome::name)), Cell::maybe(last.and_then(|f| f.note.as_deref()))]);
        row.push(lead.promise.as_ref().map_or(Cell::Empty, |p| Cell::text(format!("{} {}", p.name, minute(p.due_at)))));
        row.extend(std::iter::repeat_n(Cell::Empty, blanks));
        row.extend([Cell::text(&*facts.owner), Cell::text(&*facts.worklist)]);
        report.rows.push(row);
    }
    report.total("leads", Cell::count(leads.len()));
    report.total("due", Cell::count(due));
    report.notes = facts.notes;
    report
}

/// A list that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The owner's id.
    pub owner: String,
    /// The owner's name.
    pub name: String,
    /// How many leads.
    pub leads: usize,
    /// How many of them are due by now.
    pub due: i64,
    /// Where.
    pub file: String,
}

/// `sop worklist -o DIR`: the files, in the order given.
pub fn written(frame: &Frame, lists: &[Written], notes: Vec<Note>) -> Report {
    let columns = vec![Column::text("owner"), Column::text("name"), Column::integer("leads"), Column::integer("due"), Column::text("file")];
    let mut report = Report::new("worklists", frame, columns);
    report.whole = true;
    let row = |l: &Written| vec![Cell::text(&*l.owner), Cell::text(&*l.name), Cell::count(l.leads), Cell::Integer(l.due), Cell::text(&*l.file)];
    report.rows = lists.iter().map(row).collect();
    report.total("files", Cell::count(lists.len()));
    report.total("leads", Cell::count(lists.iter().map(|l| l.leads).sum()));
    report.notes = notes;
    report
}
