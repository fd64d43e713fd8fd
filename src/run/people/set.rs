//! `sop set LEAD|--where CONDITION field=… stage=… owner=… queue=… tag+=… tag-=…`: what a person knows better, each with the reason.

use super::field::{self, Wish};
use super::whom::colleague;
use super::{Acted, Work, act};
use crate::engine::assignment::{To, hand_over};
use crate::engine::lifecycle::{Move, place};
use crate::engine::queue::{put, set_free};
use crate::model::{Change, FieldType, Standing, Value, fold, nearest};
use crate::rules::lifecycle::Lifecycle;
use crate::run::evaluate::Evaluator;
use crate::run::leads::compile_filter;
use crate::run::score::note;
use crate::run::tick::{Step, changes_of, keep};
use crate::run::{Context, RunError, Session, Workspace};
use crate::store::{Due, Ended, Needs, ScanRow};

/// What takes something away, for `owner=` and `queue=`.
const NONE: &str = "none";
/// What `sop` reckons itself.
const RECKONED: [&str; 8] = ["key", "score", "band", "groups", "deal", "deals", "verdict", "accepted"];

/// Everything that is asked of one lead.
#[derive(Debug, Default)]
struct Wishes {
    fields: Vec<Wish>,
    stage: Option<String>,
    /// `Some(None)`: nobody.
    owner: Option<Option<String>>,
    /// `Some(None)`: out of every queue.
    queue: Option<Option<String>>,
    notes: Vec<String>,
}

/// Which leads are changed.
#[derive(Clone, Copy, Debug)]
pub enum These<'t> {
    /// This one, by key, id, e-mail, phone or unique name.
    Lead(&'t str),
    /// All for which a condition holds: more than one only when that is confirmed.
    Where(&'t str),
}

/// So many leads of a condition are named.
const NAMED: usize = 10;

/// Changes leads. `assignments`: `company=甲`, `stage=mql`, `owner=zhang.wei`, `queue=public`, `tags+=vip`.
pub fn set(workspace: &Workspace, context: &Context<'_>, which: These<'_>, assignments: &[String], why: &str) -> Result<Acted, RunError> {
    if why.trim().is_empty() {
        return Err(RunError::refused("a change by hand needs a reason", "say why: `--why \"confirmed by phone\"`"));
    }
    let wishes = read(workspace, assignments)?;
    let named: Vec<String> = if let These::Lead(lead) = which { vec![lead.to_owned()] } else { Vec::new() };
    act(workspace, context, &named, |work, mut rows| {
        if let These::Where(condition) = which {
            rows = matching(work, condition)?;
        }
        let (mut changed, mut same) = (false, 0);
        for row in &rows {
            let fields = field::apply(work, row, &wishes.fields, why)?;
            let stood = stand(work, row, &wishes, why)?;
            if fields || stood {
                work.touch(row.record.lead)?;
                changed = true;
            } else if rows.len() == 1 {
                work.already(row, "nothing to change, it is so already");
            } else {
                same += 1;
            }
        }
        if changed {
            work.notes.extend(wishes.notes.iter().map(|text| note("master-file", text)));
        }
        if same > 0 {
            work.notes.push(note("already", format!("of {same} leads there is nothing to change, they are so already")));
        }
        Ok(())
    })
}

/// The leads for which a condition holds. More than one are changed only when that is confirmed.
fn matching(work: &mut Work<'_, '_>, condition: &str) -> Result<Vec<ScanRow>, RunError> {
    let Session { store, columns, workspace, context, .. } = work.session;
    let condition = compile_filter(workspace, store, condition)?;
    let mut world = Evaluator::new(&workspace.sop, store, columns, context.as_of)?;
    let (mut leads, mut unknown) = (Vec::new(), 0_u64);
    store.scan(columns, Due::All, &Needs::all(columns), |row| -> Result<(), RunError> {
        match world.test(&condition, &row) {
            Some(true) => leads.push(row.record.lead),
            Some(false) => {}
            None => unknown += 1,
        }
        Ok(())
    })?;
    let mut rows = Vec::with_capacity(leads.len());
    for lead in leads {
        rows.extend(store.whole_lead(columns, lead)?);
    }
    let mut names: Vec<String> = rows.iter().take(NAMED).map(|row| work.shown(row)).collect();
    names.extend((rows.len() > NAMED).then(|| format!("{} more", rows.len() - NAMED)));
    let matched = match rows.len() {
        0 => "no lead matches".to_owned(),
        1 => format!("1 lead matches: {}", names.join(", ")),
        n => format!("{n} leads match: {}", names.join(", ")),
    };
    if rows.len() > 1 && !context.yes && !context.dry_run {
        return Err(RunError::refused(matched, "look at it with --dry-run; if it is what you mean, repeat with --yes"));
    }
    work.notes.push(note("matched", matched));
    if unknown > 0 {
        work.notes.push(note("unknown", format!("{unknown} leads left out because the condition is unknown for them (a value is blank)")));
    }
    Ok(rows)
}

/// Reads what is asked; every slip at once.
fn read(workspace: &Workspace, assignments: &[String]) -> Result<Wishes, RunError> {
    let mut wishes = Wishes::default();
    let mut slips = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for text in assignments {
        match one(workspace, text, &mut wishes) {
            Ok(name) if !seen.contains(&name) || text.contains("+=") || text.contains("-=") => seen.push(name),
            Ok(name) => slips.push(format!("`{name}` is given twice")),
            Err(slip) => slips.push(slip),
        }
    }
    if let (Some(Some(owner)), Some(Some(queue))) = (&wishes.owner, &wishes.queue) {
        slips.push(format!("a lead has an owner or waits in a queue, not both: `{owner}`, `{queue}`"));
    }
    if slips.is_empty() {
        return Ok(wishes);
    }
    Err(RunError::refused(slips.join("\n  "), "`sop set LEAD field=value stage=… owner=… queue=… tags+=x tags-=y --why …`; `sop leads -v` lists the fields"))
}

/// Reads one assignment. Gives what it is about.
fn one(workspace: &Workspace, text: &str, wishes: &mut Wishes) -> Result<String, String> {
    let sop = &workspace.sop;
    let Some((name, value)) = text.split_once('=') else { return Err(format!("`{text}` is no assignment: write `field=value`")) };
    let (name, op) = match (name.strip_suffix('+'), name.strip_suffix('-')) {
        (Some(name), _) => (name, '+'),
        (_, Some(name)) => (name, '-'),
        _ => (name, '='),
    };
    let (name, value) = (name.trim(), value.trim());
    let found = field::named(&sop.dictionary, name).or_else(|| field::named(&sop.dictionary, "tags").filter(|_| fold(name) == "tag"));
    let state = match (&*fold(name), found.map(|(_, f)| f.ty)) {
        ("stage", _) | (_, Some(FieldType::Stage)) => Some("stage"),
        ("owner", _) | (_, Some(FieldType::Owner)) => Some("owner"),
        ("queue", _) => Some("queue"),
        _ => None,
    };
    if let Some(state) = state {
        if op != '=' {
            return Err(format!("`{state}` has one value: write `{state}=…`"));
        }
        if found.is_some_and(|(_, f)| f.master_file) {
            wishes.notes.push(format!("`{state}` has `master: file`: the next import of this lead decides it again"));
        }
        let nothing = value.is_empty() || fold(value) == NONE;
        match state {
            "stage" => wishes.stage = Some(stage_of(&sop.lifecycle, value)?),
            "owner" if nothing => wishes.owner = Some(None),
            "owner" => wishes.owner = Some(Some(colleague(&sop.team, value)?)),
            _ if nothing => wishes.queue = Some(None),
            _ => wishes.queue = Some(Some(super::queue::queue_of(workspace, value)?.to_owned())),
        }
        return Ok(state.to_owned());
    }
    let Some((ix, field)) = found else { return Err(unknown(workspace, name)) };
    match (op, field.ty) {
        ('=', _) => wishes.fields.push(Wish::Is(ix, field::value_of(workspace, field, value)?)),
        (_, FieldType::List) => {
            let Value::List(items) = field::value_of(workspace, field, value)? else { return Err(format!("`{text}` names nothing")) };
            let items = items.to_vec();
            wishes.fields.push(if op == '+' { Wish::Has(ix, items) } else { Wish::HasNot(ix, items) });
        }
        _ => return Err(format!("`{}` is no list: write `{}=…`", field.id, field.id)),
    }
    Ok(field.id.clone())
}

fn unknown(workspace: &Workspace, name: &str) -> String {
    if RECKONED.contains(&&*fold(name)) {
        return format!("`{name}` is reckoned by the program and cannot be set");
    }
    let fields = workspace.sop.dictionary.fields.iter().map(|f| f.id.as_str());
    let near = nearest(name, fields.chain(["stage", "owner", "queue"])).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
    format!("there is no field `{name}`{near}")
}

/// The id of a stage or detour that a text means by id or title.
fn stage_of(lifecycle: &Lifecycle, typed: &str) -> Result<String, String> {
    let all = || lifecycle.stages.iter().map(|s| (&s.id, &s.title)).chain(lifecycle.detours.iter().map(|d| (&d.id, &d.title)));
    if lifecycle.stages.is_empty() {
        return Err("there are no stages: declare them in sops/lifecycle.yaml".into());
    }
    let same = |text: &str| fold(text) == fold(typed);
    if let Some((id, _)) = all().find(|(id, _)| same(id)).or_else(|| all().find(|(_, title)| same(title))) {
        return Ok(id.clone());
    }
    let known: Vec<&str> = all().map(|(id, _)| id.as_str()).collect();
    let near = nearest(typed, all().flat_map(|(id, title)| [id.as_str(), title.as_str()]));
    let near = near.map_or_else(|| format!("there are: {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
    Err(format!("`{typed}` is no stage; {near}"))
}

/// Stage, owner and queue. True when anything changed.
fn stand(work: &mut Work<'_, '_>, row: &ScanRow, wishes: &Wishes, why: &str) -> Result<bool, RunError> {
    let (sop, at, lead) = (work.sop(), work.session.context.as_of, row.record.lead);
    let mut after = row.standing.clone();
    let (mut moves, mut changes): (Vec<Move>, Vec<Change>) = (Vec::new(), Vec::new());
    if let Some(stage) = &wishes.stage {
        match place(&sop.lifecycle, &mut after, stage, at, why) {
            Ok(moved) => moves.extend(moved),
            Err(slip) => work.refuse(row, slip, "see sops/lifecycle.yaml"),
        }
        changes.extend(moves.iter().flat_map(|m| changes_of(lead, m)));
    }
    let told = format!("by hand: {why}");
    let wants = wishes.owner.iter().chain(&wishes.queue).flatten().next().is_some();
    if let (true, Some(detour)) = (wants && differs(&after, wishes), after.stage.as_deref().and_then(|s| sop.lifecycle.detour(s))) {
        let help = "put it back on the line in the same command: `stage=…`";
        work.refuse(row, format!("it is in the detour `{}`, where nobody holds leads", detour.id), help);
        return Ok(false);
    }
    match &wishes.owner {
        Some(Some(owner)) => changes.extend(hand_over(&mut after, lead, &To::Owner(owner.clone()), at, &told)),
        Some(None) if after.owner.is_some() => changes.extend(set_free(&mut after, lead, at, &told)),
        _ => {}
    }
    match &wishes.queue {
        Some(Some(queue)) => changes.extend(put(&mut after, lead, queue, at, &told)),
        Some(None) if after.queue.is_some() => changes.extend(set_free(&mut after, lead, at, &told)),
        _ => {}
    }
    if after == row.standing {
        return Ok(false);
    }
    keep(work.session, &Step { lead, before: &row.standing, after: &after, moves: &moves, changes: &changes, at, how: Ended::ByHand, by: None })?;
    work.count_changes(&changes);
    Ok(true)
}

/// Whether owner or queue would change.
fn differs(standing: &Standing, wishes: &Wishes) -> bool {
    wishes.owner.as_ref().is_some_and(|o| *o != standing.owner) || wishes.queue.as_ref().is_some_and(|q| *q != standing.queue)
}
