//! `sop check --data`: the rules held against the leads of the base. A condition that is unknown for most of them rests on
//! a field that nobody fills; a common title that no rule matches is money left on the table; a round that more leads come to than its
//! people may get piles them up.

use super::evaluate::Evaluator;
use super::leads::stored_columns;
use super::routing::{candidates, rehearse};
use super::tick::desks;
use super::{Context, RunError, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::{FieldIx, Value, fold};
use crate::rules::team::Owner;
use crate::store::{Columns, Due, Needs, Store};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Rules are judged once there are this many leads.
const ENOUGH: u64 = 20;
/// What comes in is counted over so many days.
const DAYS: i64 = 28;
/// People should have room for so many days to come.
const AHEAD: i64 = 7;
/// How many of the commonest unmatched values are named.
const NAMED: usize = 5;

/// What a base says of the rules.
pub fn check_data(workspace: &Workspace, context: &Context<'_>) -> Result<Diagnostics, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let sop = &workspace.sop;
    let mut evaluator = Evaluator::new(sop, &store, &columns, context.as_of)?;
    let rules: Vec<_> = sop.scoring.groups.iter().flat_map(|g| g.rules.iter().map(move |r| (g, r))).collect();
    let mut unknown = vec![0_u64; rules.len()];
    let title = sop.dictionary.field("title").map(|(ix, _)| ix);
    // Only a workspace that judges titles misses any.
    let on_title: Vec<usize> = match title {
        Some(ix) => (0..rules.len()).filter(|i| rules[*i].1.when.as_ref().is_some_and(|c| c.fields().contains(&ix))).collect(),
        None => Vec::new(),
    };
    let mut titles: FxHashMap<String, (String, u64)> = FxHashMap::default();
    let mut leads = 0_u64;
    store.scan(
        &columns,
        Due::All,
        &Needs { standing: false, deals: false, follow_ups: false, messages: false, ..Needs::all(&columns) },
        |row| -> Result<(), RunError> {
            leads += 1;
            let mut matched = false;
            for (i, (_, rule)) in rules.iter().enumerate() {
                let Some(when) = &rule.when else { continue };
                match evaluator.test(when, &row) {
                    None => unknown[i] += 1,
                    Some(true) if on_title.contains(&i) => matched = true,
                    Some(_) => {}
                }
            }
            if !matched
                && !on_title.is_empty()
                && let Some(Value::Text(t)) = title.and_then(|FieldIx(i)| row.record.values.get(i))
            {
                titles.entry(fold(t).into_owned()).or_insert_with(|| (t.to_string(), 0)).1 += 1;
            }
            Ok(())
        },
    )?;
    let mut out = Diagnostics::default();
    inflow(workspace, context, (&store, &columns), &mut out)?;
    if leads < ENOUGH {
        return Ok(out);
    }
    for ((group, rule), n) in rules.iter().zip(unknown) {
        if n * 2 > leads {
            let blank: Vec<&str> = rule.when.iter().flat_map(|c| c.fields()).filter_map(|ix| sop.dictionary.fields.get(ix.0)).map(|f| f.id.as_str()).collect();
            let what = format!("`{}` of `{}` is unknown for {n} of {leads} leads: {} is mostly blank", rule.name, group.id, blank.join(", "));
            out.push(
                Diagnostic::new(Code::MostlyUnknown, None, what).help("does another column of the export hold it? add its header as an alias in fields.yaml"),
            );
        }
    }
    let mut common: Vec<(String, u64)> = titles.into_values().filter(|(_, n)| *n * 50 >= leads).collect();
    common.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    for (title, n) in common.into_iter().take(NAMED) {
        let what = format!("no rule on titles matches `{title}` ({n} of {leads} leads)");
        out.push(Diagnostic::new(Code::UnmatchedValue, None, what).help("if it matters, add it to a word list in fields.yaml"));
    }
    Ok(out)
}

/// Rounds that more leads come to than its people may get a day, or have room for in the week to come: what it handed over, and what waits in it.
fn inflow(workspace: &Workspace, context: &Context<'_>, (store, columns): (&Store, &Columns), out: &mut Diagnostics) -> Result<(), RunError> {
    let (sop, as_of) = (&workspace.sop, context.as_of);
    if sop.assignment.rounds.is_empty() || sop.team.owners.is_empty() {
        return Ok(());
    }
    let desks = desks(store, sop, as_of)?;
    let mut came: BTreeMap<String, i64> = store.dealt_since(as_of.plus(-DAYS * 86_400), as_of)?.into_iter().collect();
    let waiting = candidates(workspace, context, store, columns, Due::All)?;
    let dealt = rehearse(workspace, context, store, columns, &waiting)?;
    let left = dealt.unplaced.iter().filter_map(|u| sop.assignment.rounds.get(usize::from(u.round))).map(|round| &round.name);
    for round in dealt.placements.iter().map(|p| &p.round).chain(left) {
        *came.entry(round.clone()).or_default() += 1;
    }
    for round in &sop.assignment.rounds {
        let Some(leads) = came.get(&round.name) else { continue };
        let roles: Vec<&String> = round.roles.iter().chain(round.rules.iter().flat_map(|r| r.roles.iter().flatten())).collect();
        let people: Vec<&Owner> = sop.team.owners.iter().filter(|o| roles.is_empty() || roles.contains(&&o.role)).collect();
        let mean = *leads as f64 / DAYS as f64;
        let mut warn = |what: String, help: &str| out.push(Diagnostic::new(Code::TooFewPeople, None, what).help(help));
        // One of them without a limit takes whatever comes.
        let per_day = people.iter().map(|o| if o.capacity == Some(0) { Some(0) } else { o.per_day }).sum::<Option<u32>>();
        if let Some(per_day) = per_day.filter(|per_day| *leads > i64::from(*per_day) * DAYS) {
            warn(
                format!("the round `{}` gets {mean:.1} leads a day (mean of {DAYS} days), and its people may get {per_day} a day together", round.name),
                "raise `per_day` in team.yaml, add people, or let a last rule send the rest to a queue",
            );
        }
        let held = |o: &Owner| desks.get(&o.id).map_or(0, |desk| desk.held);
        let room = people.iter().map(|o| Some(o.capacity?.saturating_sub(held(o)))).sum::<Option<u32>>();
        if let Some(room) = room.filter(|room| i64::from(*room) * DAYS < *leads * AHEAD) {
            let holds: u32 = people.iter().map(|o| held(o)).sum();
            warn(
                format!(
                    "the round `{}` gets {mean:.1} leads a day (mean of {DAYS} days), and its people, who hold {holds}, have room for {room} more together: \
                     full within {AHEAD} days",
                    round.name
                ),
                "raise `capacity` in team.yaml, add people, or let a last rule send the rest to a queue",
            );
        }
    }
    Ok(())
}
