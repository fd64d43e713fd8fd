//! `sop explain LEAD`: the score card with the rules that did not fire, who the lead is, and what happened when.

use super::evaluate::Evaluator;
use super::leads::{stored_columns, value_cell};
use super::lookup::find;
use super::score::{frame, note};
use super::{Context, RunError, Workspace};
use crate::engine::scoring::{CardGroup, Line};
use crate::model::{Details, Event, FieldType, KindId};
use crate::report::{Cell, Column, ColumnType, Report, explain as report};
use crate::store::Store;

/// The explanation of one lead, as of any date: fields and state are today's, later events do not exist.
pub fn explain(workspace: &Workspace, context: &Context<'_>, lead: &str) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let lead = find(workspace, &store, lead)?;
    let sop = &workspace.sop;
    let mut evaluator = Evaluator::new(sop, &store, &columns, context.as_of)?;
    let row = store.whole_lead(&columns, lead)?.ok_or_else(|| RunError::refused("the lead is gone", "run the command again"))?;
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
    let mut timeline: Vec<report::Moment> = row.events.iter().filter(|e| e.at <= context.as_of).map(|e| moment(workspace, evaluator.details(), e)).collect();
    let changes = store.changes(Some(lead), None, None)?;
    timeline.extend(changes.into_iter().filter(|c| c.at <= context.as_of).map(|c| report::Moment {
        at: c.at,
        what: c.what,
        detail: format!("{} → {}", c.from.as_deref().unwrap_or("–"), c.to.as_deref().unwrap_or("–")),
        why: c.why,
    }));
    for (at, stage) in store.stages_of(lead)? {
        timeline.push(report::Moment { at, what: "stage".into(), detail: stage, why: "import (dated stages)".into() });
    }
    timeline.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| (&a.what, &a.detail).cmp(&(&b.what, &b.detail))));
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
    let group = |g: CardGroup| report::Group { id: g.id, lines: g.lines.into_iter().map(line).collect(), clamp: g.clamp.map(line), points: g.points };
    Ok(report::report(report::Facts {
        frame: frame(workspace, context),
        card: who,
        groups: card.groups.into_iter().map(group).collect(),
        clamp: card.clamp.map(line),
        score: card.total,
        band: card.band,
        timeline,
        notes,
    }))
}

fn line(l: Line) -> report::Line {
    report::Line { rule: l.rule, points: l.points, fired: l.fired, reason: l.reason }
}

fn moment(workspace: &Workspace, details: &Details, event: &Event) -> report::Moment {
    let detail = details.of(event);
    let title = if detail.kind == KindId::OTHER { None } else { workspace.sop.dictionary.kind(detail.kind).map(|k| k.title.clone()) };
    let what = match title {
        Some(t) if t != *detail.kind_name => format!("{} {t}", detail.kind_name),
        _ => detail.kind_name.to_string(),
    };
    let currency = &workspace.sop.dictionary.currency;
    let parts: Vec<String> = detail.values.iter().filter_map(|v| super::import::value_text(v, currency)).collect();
    report::Moment { at: event.at, what, detail: parts.join(" · "), why: String::new() }
}
