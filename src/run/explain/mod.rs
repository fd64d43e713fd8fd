//! `sop explain LEAD`: the score card with the rules that did not fire, who the lead is and where it stands, and what happened
//! when.

mod journeys;
mod past;
mod standing;

use super::evaluate::Evaluator;
use super::leads::{stored_columns, value_cell};
use super::lookup::find;
use super::routing::{rows as routing_rows, traced, who as colleague};
use super::score::{frame, note};
use super::tick::{Warned, whole_past_of};
use super::{Context, RunError, Workspace};
use crate::engine::assignment::Intake;
use crate::engine::scoring::{CardGroup, Line};
use crate::engine::sla::clocks;
use crate::model::{Clock, ClockKind, FieldType};
use crate::report::{Cell, Column, ColumnType, Report, explain as report};
use crate::rules::team::Team;
use crate::store::{BreachRow, Store};
use past::Past;
use standing::Look;

/// The explanation of one lead, as of any date: fields and state are today's, later events do not exist.
pub fn explain(workspace: &Workspace, context: &Context<'_>, lead: &str) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let lead = find(workspace, &store, lead)?;
    let sop = &workspace.sop;
    let mut evaluator = Evaluator::new(sop, &store, &columns, context.as_of)?;
    let mut row = store.whole_lead(&columns, lead)?.ok_or_else(|| RunError::refused("the lead is gone", "run the command again"))?;
    let card = evaluator.card(&row);
    let text = |id: &str, t: Option<String>| (Column::new(id, ColumnType::Text), t.map_or(Cell::Empty, Cell::Text));
    let mut who = vec![text("key", Some(row.record.key.to_string()))];
    who.push((Column::new("score", ColumnType::Integer), Cell::Integer(card.total)));
    who.push(text("band", Some(card.band.clone())));
    who.extend([("stage", &row.state.stage), ("owner", &row.state.owner), ("queue", &row.state.queue)].map(|(id, t)| text(id, t.clone())));
    for (field, value) in sop.dictionary.fields.iter().zip(&row.record.values) {
        if !value.is_null() && !matches!(field.ty, FieldType::Stage | FieldType::Owner) {
            let ty = match value_cell(value) {
                Cell::Integer(_) => ColumnType::Integer,
                Cell::Number(_) => ColumnType::Number,
                Cell::Money(_) => ColumnType::Money,
                Cell::Date(_) => ColumnType::Date,
                Cell::Instant(_) => ColumnType::Instant,
                Cell::Boolean(_) => ColumnType::Boolean,
                Cell::List(_) => ColumnType::List,
                _ => ColumnType::Text,
            };
            who.push((Column { title: Some(field.title.clone()), ..Column::new(&field.id, ty) }, value_cell(value)));
        }
    }
    for (header, t) in &row.record.extra {
        who.push((Column { title: Some(header.clone()), ..Column::new(header, ColumnType::Text) }, Cell::Text(t.clone())));
    }
    let identities: Vec<String> =
        store.identities_of(lead)?.into_iter().map(|i| format!("{} {}", i.identity.kind, i.identity.text.replace('\t', ":"))).collect();
    who.push((Column::new("identities", ColumnType::List), Cell::List(identities)));
    let past = Past::of(&store, lead, context.as_of)?;
    let timeline = past.timeline(sop, &row, evaluator.details());
    let alerts = past.alerts(&store, lead)?;
    let (deals, follow_ups) = (past.deals(), past.contacts());
    let mut notes = Vec::new();
    let stored = row.state.score;
    if stored != Some(card.total) {
        let was = stored.map_or("not scored yet".to_owned(), |s| format!("{s} points"));
        notes.push(note(
            "stored-score",
            format!("the base still says {was}: it was scored at another time or by other rules; `sop score` brings it up to date"),
        ));
    }
    if store.last_run()?.is_some_and(|r| context.as_of < r.as_of) {
        notes.push(note("as-of", "fields and state are today's; events after the as-of do not exist"));
    }
    if row.record.sources > 1 {
        let rows: Vec<String> =
            store.source_rows(lead)?.iter().map(|s| if s.file.is_empty() { "the first row".into() } else { format!("{}:{}", s.file, s.row) }).collect();
        notes.push(note("joined", format!("{} different rows were joined: {} (`sop split` takes them apart)", row.record.sources, rows.join(", "))));
    }
    // What follows speaks of the score that the card shows, whatever the base says yet.
    let band = Some(card.band.clone()).filter(|b| !b.is_empty());
    row.state.score = Some(card.total);
    row.state.band = band;
    row.state.groups = card.groups.iter().map(|g| g.points).collect();
    let state = evaluator.state(&row);
    let intake = Intake::new(&sop.assignment, &sop.team, &sop.lifecycle);
    let promised = whole_past_of(&store, sop, &row, &row.standing)?;
    let warned = Warned::of(&store, sop)?;
    let (standing, asking, taken, clocks) = evaluator.with_facts(&row, &state, |_, facts| {
        let look = Look { sop, row: &row, facts, changes: &past.changes, warned: &warned };
        let taken = intake.take_up(lead, row.record.key, card.total, facts, &row.standing).0;
        (look.lines(), intake.ask(facts, &row.standing), taken, clocks(sop, facts, &promised.history(facts, sop, &row.standing)).clocks)
    });
    let trace = match &taken {
        Some(candidate) => traced(sop, context, &store, &columns, std::slice::from_ref(candidate), lead)?,
        None => None,
    };
    let recorded = store.breaches(Some(lead))?;
    let (journeys, messages) = journeys::of(&store, sop, &row)?;
    let promises = clocks.into_iter().map(|c| (told(&sop.team, &c, &recorded), c)).map(|(told, c)| (c, told)).collect();
    let group = |g: CardGroup| report::Group { id: g.id, lines: g.lines.into_iter().map(line).collect(), clamp: g.clamp.map(line), points: g.points };
    Ok(report::report(report::Facts {
        frame: frame(workspace, context),
        card: who,
        groups: card.groups.into_iter().map(group).collect(),
        clamp: card.clamp.map(line),
        score: card.total,
        band: card.band,
        state: report::State { standing, routing: routing_rows(&sop.team, &asking, trace.as_ref()), promises, alerts, deals, follow_ups, journeys, messages },
        timeline,
        notes,
    }))
}

fn line(l: Line) -> report::Line {
    report::Line { rule: l.rule, points: l.points, fired: l.fired, reason: l.reason }
}

/// What was said about a clock, and to whom.
fn told(team: &Team, clock: &Clock, recorded: &[BreachRow]) -> String {
    let of = |b: &&BreachRow| clock.kind == ClockKind::Owner && b.promise == clock.promise && b.start == clock.started_at && b.owner == clock.owner;
    let mut all: Vec<&BreachRow> = recorded.iter().filter(of).collect();
    all.sort_by_key(|b| b.at);
    let one = |b: &BreachRow| match &b.recipient {
        Some(to) => format!("{}: told {}", b.kind.name(), colleague(team, to)),
        None => format!("{}: told nobody", b.kind.name()),
    };
    all.into_iter().map(one).collect::<Vec<_>>().join("; ")
}
