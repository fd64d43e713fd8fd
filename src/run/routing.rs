//! Which rounds and rules were asked about a lead, and what each said: for `sop explain`, `sop assign --explain LEAD` and
//! `sop today`. Nothing is written: the deal is dealt in memory.

use super::leads::stored_columns;
use super::lookup::find;
use super::score::{frame, name_of, note};
use super::tick::{Chain, Steps, credits, desks, kin, setting};
use super::{Context, Engines, RunError, Workspace};
use crate::engine::assignment::{Asked, Asking, Bar, Candidate, Dealt, Intake, Trace, Tried, deal, trace};
use crate::model::LeadId;
use crate::report::Report;
use crate::report::routing::{self as report, Row, Said};
use crate::rules::Sop;
use crate::rules::team::Team;
use crate::run::evaluate::Evaluator;
use crate::store::{Columns, Due, Needs, Store};

/// So many colleagues are named at once; the rest is a number.
const NAMED: usize = 6;

/// The leads that rounds would take up now, of those that are due.
pub(super) fn candidates(workspace: &Workspace, context: &Context<'_>, store: &Store, columns: &Columns, due: Due) -> Result<Vec<Candidate>, RunError> {
    let sop = &workspace.sop;
    let mut all = Vec::new();
    if sop.assignment.rounds.is_empty() {
        return Ok(all);
    }
    let world = Evaluator::new(sop, store, columns, context.as_of)?;
    let mut chain = Chain { steps: Steps::new(sop, Engines::ASSIGN), world };
    let count = store.due_count(due)?.unsigned_abs();
    let mut looked = 0_u64;
    store.scan(columns, due, &Needs::all(columns), |row| -> Result<(), RunError> {
        all.extend(chain.turn(&row).candidate);
        looked += 1;
        if looked.is_multiple_of(1000) {
            (context.progress)("owners", looked, count);
        }
        Ok(())
    })?;
    Ok(all)
}

/// Deals them, and keeps nothing.
pub(super) fn rehearse(workspace: &Workspace, context: &Context<'_>, store: &Store, columns: &Columns, all: &[Candidate]) -> Result<Dealt, RunError> {
    let (sop, as_of) = (&workspace.sop, context.as_of);
    Ok(deal(&setting(sop, as_of), all, &desks(store, sop, as_of)?, &credits(store)?, &kin(store, columns, sop, all)?))
}

/// How one lead of these would be dealt.
pub(super) fn traced(sop: &Sop, context: &Context<'_>, store: &Store, columns: &Columns, all: &[Candidate], lead: LeadId) -> Result<Option<Trace>, RunError> {
    let as_of = context.as_of;
    Ok(trace(&setting(sop, as_of), all, &desks(store, sop, as_of)?, &credits(store)?, &kin(store, columns, sop, all)?, lead))
}

/// `sop assign --explain LEAD`: one lead within the deal of everyone.
pub fn explain_deal(workspace: &Workspace, context: &Context<'_>, lead: &str) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let sop = &workspace.sop;
    let lead = find(workspace, &store, lead)?;
    let row = store.whole_lead(&columns, lead)?.ok_or_else(|| RunError::refused("the lead is gone", "run the command again"))?;
    let all = candidates(workspace, context, &store, &columns, Due::All)?;
    let mut world = Evaluator::new(sop, &store, &columns, context.as_of)?;
    let state = world.state(&row);
    let intake = Intake::new(&sop.assignment, &sop.team, &sop.lifecycle);
    let asking = world.with_facts(&row, &state, |_, facts| intake.ask(facts, &row.standing));
    let trace = traced(sop, context, &store, &columns, &all, lead)?;
    let placed = trace.as_ref().and_then(|t| t.placed.as_ref());
    let to = placed.map(|p| p.to.owner().map_or_else(|| format!("queue {}", p.to.queue().unwrap_or_default()), |id| who(&sop.team, id)));
    let mut notes = vec![match all.len() {
        1 => note("deal", "1 lead would be dealt now"),
        n => note("deal", format!("{} leads would be dealt now, highest score first", crate::report::thousands(n as i64))),
    }];
    if trace.is_some() && to.is_none() {
        notes.push(note("waits", "nobody can have it now: it waits for the next tick"));
    }
    let name = name_of(&sop.dictionary, &row.record).map_or(row.record.key.to_string(), |n| format!("{n} ({})", row.record.key));
    Ok(report::report(&frame(workspace, context), &name, to.as_deref(), &rows(&sop.team, &asking, trace.as_ref()), notes))
}

/// The rounds, and the rules of the one that takes the lead up.
pub(super) fn rows(team: &Team, asking: &Asking, trace: Option<&Trace>) -> Vec<Row> {
    let out = |detail: String| vec![Row { round: String::new(), rule: String::new(), said: Said::Out, detail }];
    let rounds = match asking {
        Asking::InQueue(queue) => return out(format!("it waits in the queue `{queue}`: it leaves by a claim or by hand")),
        Asking::HeldElsewhere(owner) => return out(format!("{owner} has it, whom team.yaml does not know: it is never dealt")),
        Asking::Rounds(rounds) => rounds,
    };
    let mut all = Vec::new();
    for asked in rounds {
        let (said, detail) = match &asked.asked {
            Asked::Passed => (Said::Passed, "it has passed this round since it qualified".to_owned()),
            Asked::Unmanned(roles) => (Said::Unmanned, format!("nobody of the team is {}", roles.join(" or "))),
            Asked::No(why) => (Said::No, why.clone()),
            Asked::Takes(why) => (Said::Takes, why.clone()),
            Asked::Later => (Said::Later, "an earlier round takes it up".to_owned()),
        };
        all.push(Row { round: asked.round.clone(), rule: String::new(), said, detail });
        if let Asked::Takes(_) = &asked.asked {
            all.extend(siblings(team, &asked.round, trace));
            all.extend(asked.rules.iter().map(|(rule, matched, why)| of_rule(team, &asked.round, (rule, *matched, why), trace)));
        }
    }
    all
}

/// Who has siblings of the lead.
fn siblings(team: &Team, round: &str, trace: Option<&Trace>) -> Option<Row> {
    let trace = trace.filter(|t| !t.siblings.is_empty())?;
    let goes = trace.placed.as_ref().is_some_and(|p| p.rule.is_none());
    let told = trace.siblings.iter().map(|s| {
        let bar = s.bar.as_ref().map(|b| format!(", {b}")).unwrap_or_default();
        format!("{} has one of the same {}{bar}", who(team, &s.owner), s.field)
    });
    let said = if goes { Said::Goes } else { Said::Nobody };
    Some(Row { round: round.to_owned(), rule: "keep_together".into(), said, detail: some(told.collect()) })
}

fn of_rule(team: &Team, round: &str, (rule, matched, why): (&str, bool, &str), trace: Option<&Trace>) -> Row {
    let row = |said, detail: String| Row { round: round.to_owned(), rule: rule.to_owned(), said, detail };
    let tried = trace.and_then(|t| t.tried.iter().find(|t| t.rule == rule && t.matched));
    let placed = trace.and_then(|t| t.placed.as_ref());
    if let Some(placed) = placed.filter(|p| p.rule.as_deref() == Some(rule)) {
        let to = match (placed.to.owner(), placed.to.queue()) {
            (Some(id), _) => format!("to {}", who(team, id)),
            (_, queue) => format!("into the queue {}", queue.unwrap_or_default()),
        };
        let by = placed.by.map(|by| format!(" by {}", by.name())).unwrap_or_default();
        let people = tried.map(|t| people(team, t)).filter(|p| !p.is_empty()).map(|p| format!("; {p}")).unwrap_or_default();
        return row(Said::Goes, format!("{to}{by}: {why}{people}"));
    }
    match (matched, tried) {
        (false, _) => row(Said::No, why.to_owned()),
        (true, Some(tried)) => row(Said::Nobody, format!("{why}; {}", people(team, tried))),
        (true, None) if placed.is_some() => row(Said::Later, "an earlier rule has it".to_owned()),
        (true, None) => row(Said::Takes, why.to_owned()),
    }
}

/// Who could have the lead with the numbers they were chosen by, and who could not and why.
fn people(team: &Team, tried: &Tried) -> String {
    let eligible: Vec<String> =
        tried.eligible.iter().map(|(id, numbers)| if numbers.is_empty() { who(team, id) } else { format!("{} ({numbers})", who(team, id)) }).collect();
    let (mut named, mut other, mut beside) = (Vec::new(), 0, 0);
    for (id, bar) in &tried.barred {
        match bar {
            Bar::OtherRole => other += 1,
            Bar::NotMeant => beside += 1,
            _ => named.push(format!("{}: {bar}", who(team, id))),
        }
    }
    let mut parts = Vec::new();
    if !eligible.is_empty() {
        parts.push(format!("could have it: {}", some(eligible)));
    }
    if !named.is_empty() {
        parts.push(format!("could not: {}", some(named)));
    }
    parts.extend([(other, "of another role"), (beside, "not among `to`")].into_iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}")));
    parts.join("; ")
}

fn some(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", all.join(", "))
}

/// A colleague as people know them: `张伟 (zhang.wei)`.
pub(super) fn who(team: &Team, id: &str) -> String {
    match team.owner(id) {
        Some(owner) if !owner.name.is_empty() && owner.name != owner.id => format!("{} ({})", owner.name, owner.id),
        _ => id.to_owned(),
    }
}
