//! What an explanation says beside the score: where the lead stands and what the next step asks for, which rounds it is for,
//! its promises, alerts, deals and contacts.

use crate::model::{Clock, Instant};
use crate::report::promises::at;
use crate::report::routing;
use crate::report::{Cell, Column, ColumnType, Layout, Section};

/// Beside the score.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Stage, spell, owner, queue …, in the order to be read.
    pub standing: Vec<Stands>,
    /// Which rounds and rules are asked now, and what they say.
    pub routing: Vec<routing::Row>,
    /// Every clock of every promise, with who was told what about it.
    pub promises: Vec<(Clock, String)>,
    /// Newest first.
    pub alerts: Vec<Rang>,
    /// Oldest first.
    pub deals: Vec<DealLine>,
    /// Newest first.
    pub follow_ups: Vec<Contact>,
    /// Oldest first.
    pub journeys: Vec<Journey>,
    /// Oldest first.
    pub messages: Vec<Letter>,
}

/// One journey on a path.
#[derive(Clone, Debug)]
pub struct Journey {
    /// When it began.
    pub at: Instant,
    /// The path's name.
    pub path: String,
    /// How it stands.
    pub state: String,
    /// The step that is before it.
    pub step: Option<String>,
    /// When that is due.
    pub due_at: Option<Instant>,
    /// Why it ended, is held or paused.
    pub why: Option<String>,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Letter {
    /// When it left, or may leave.
    pub at: Instant,
    /// The path's name.
    pub path: String,
    /// The step's id.
    pub step: String,
    /// `main` or `fallback`.
    pub part: &'static str,
    /// How it leaves.
    pub medium: String,
    /// What it says.
    pub content: Option<String>,
    /// How far it has come.
    pub state: &'static str,
    /// Why it is there.
    pub why: Option<String>,
}

/// One thing that a lead's standing says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stands {
    /// `stage`, `next_stage`, `leave`, `back`, `spell`, `requalification`, `owner`, `queue`, `reclaim`
    pub what: &'static str,
    /// What it is.
    pub value: String,
    /// Since when, or from when on.
    pub at: Option<Instant>,
    /// Why, with the values seen.
    pub why: String,
}

/// One alert that rang.
#[derive(Clone, Debug)]
pub struct Rang {
    /// When.
    pub at: Instant,
    /// Its name.
    pub alert: String,
    /// Who was told.
    pub to: Option<String>,
    /// The first follow-up since.
    pub answered_at: Option<Instant>,
    /// What made it ring.
    pub why: String,
}

/// One deal.
#[derive(Clone, Debug)]
pub struct DealLine {
    /// Its own id.
    pub id: Option<String>,
    /// `open`, `won`, `lost` as of then.
    pub status: &'static str,
    /// In minor units.
    pub amount: Option<i64>,
    /// `new`, `renewal` …
    pub kind: String,
    /// What is sold.
    pub product: Option<String>,
    /// Who sells it.
    pub owner: Option<String>,
    /// When it was opened.
    pub opened_at: Option<Instant>,
    /// When it was won or lost.
    pub closed_at: Option<Instant>,
    /// Why it was lost.
    pub reason: Option<String>,
}

/// One logged contact.
#[derive(Clone, Debug)]
pub struct Contact {
    /// When.
    pub at: Instant,
    /// Who.
    pub owner: Option<String>,
    /// `call`, `email` …
    pub ty: Option<String>,
    /// How it ended.
    pub outcome: Option<&'static str>,
    /// When they want to speak again.
    pub next_at: Option<Instant>,
    /// What was said.
    pub note: Option<String>,
}

/// The tables, in the order to be read. All are there, if only with their columns.
pub(super) fn sections(state: State) -> Vec<Section> {
    let instant = |id: &str| Column::new(id, ColumnType::Instant);
    let maybe = |t: Option<Instant>| t.map_or(Cell::Empty, Cell::Instant);
    let section = Section::new;
    let standing = state.standing.into_iter().map(|s| vec![Cell::text(s.what), Cell::text(s.value), maybe(s.at), Cell::text(s.why)]).collect();
    let promises = state.promises.into_iter().map(|(c, told)| {
        let owner = Cell::maybe(c.owner.as_deref());
        let (status, clock) = (Cell::text(c.status.name()), Cell::text(c.kind.name()));
        vec![Cell::text(c.promise), clock, owner, status, Cell::Instant(c.started_at), at(c.due_at), maybe(c.answered_at), Cell::text(told)]
    });
    let alerts =
        state.alerts.into_iter().map(|a| vec![Cell::Instant(a.at), Cell::text(a.alert), Cell::maybe(a.to.as_deref()), maybe(a.answered_at), Cell::text(a.why)]);
    let deals = state.deals.into_iter().map(|d| {
        vec![
            Cell::maybe(d.id.as_deref()),
            Cell::text(d.status),
            d.amount.map_or(Cell::Empty, Cell::Money),
            Cell::text(d.kind),
            Cell::maybe(d.product.as_deref()),
            Cell::maybe(d.owner.as_deref()),
            maybe(d.opened_at),
            maybe(d.closed_at),
            Cell::maybe(d.reason.as_deref()),
        ]
    });
    let contacts = state.follow_ups.into_iter().map(|f| {
        let (owner, ty, outcome, note) =
            (Cell::maybe(f.owner.as_deref()), Cell::maybe(f.ty.as_deref()), Cell::maybe(f.outcome), Cell::maybe(f.note.as_deref()));
        vec![Cell::Instant(f.at), owner, ty, outcome, maybe(f.next_at), note]
    });
    let journeys = state.journeys.into_iter().map(|j| {
        let (step, why) = (Cell::maybe(j.step.as_deref()), Cell::maybe(j.why.as_deref()));
        vec![Cell::Instant(j.at), Cell::text(j.path), Cell::text(j.state), step, maybe(j.due_at), why]
    });
    let messages = state.messages.into_iter().map(|m| {
        let (content, why) = (Cell::maybe(m.content.as_deref()), Cell::maybe(m.why.as_deref()));
        vec![Cell::Instant(m.at), Cell::text(m.path), Cell::text(m.step), Cell::text(m.part), Cell::text(m.medium), content, Cell::text(m.state), why]
    });
    let why = || Column::text("why").sentences();
    vec![
        section("standing", Layout::Table, vec![Column::text("what"), Column::text("value"), instant("at"), why()], standing),
        section("routing", Layout::Table, routing::columns(), state.routing.iter().map(routing::cells).collect()),
        section(
            "promises",
            Layout::Table,
            vec![
                Column::text("promise"),
                Column::text("clock"),
                Column::text("owner"),
                Column::text("status"),
                instant("started_at"),
                instant("due_at"),
                instant("answered_at"),
                Column::text("told").sentences(),
            ],
            promises.collect(),
        ),
        section("alerts", Layout::Log, vec![instant("at"), Column::text("alert"), Column::text("told"), instant("answered_at"), why()], alerts.collect()),
        section(
            "deals",
            Layout::Table,
            vec![
                Column::text("id"),
                Column::text("status"),
                Column::new("amount", ColumnType::Money),
                Column::text("kind"),
                Column::text("product"),
                Column::text("owner"),
                instant("opened_at"),
                instant("closed_at"),
                Column::text("reason").sentences(),
            ],
            deals.collect(),
        ),
        section(
            "follow_ups",
            Layout::Log,
            vec![instant("at"), Column::text("owner"), Column::text("type"), Column::text("outcome"), instant("next_at"), Column::text("note").sentences()],
            contacts.collect(),
        ),
        section(
            "journeys",
            Layout::Table,
            vec![instant("at"), Column::text("path"), Column::text("state"), Column::text("step"), instant("due_at"), why()],
            journeys.collect(),
        ),
        section(
            "messages",
            Layout::Table,
            vec![
                instant("at"),
                Column::text("path"),
                Column::text("step"),
                Column::text("part"),
                Column::text("medium"),
                Column::text("content"),
                Column::text("state"),
                why(),
            ],
            messages.collect(),
        ),
    ]
}
