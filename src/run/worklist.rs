//! `sop worklist`: what each owner has to do, gathered from the base. Reads only; the answers come back through the import.

use super::evaluate::Evaluator;
use super::leads::stored_columns;
use super::score::{frame, import_files, name_of, note, text_of};
use super::tick::{Past, past_of};
use super::{Context, ImportOptions, RunError, Workspace};
use crate::condition::Facts;
use crate::engine::scoring::main_reasons;
use crate::engine::sla::clocks;
use crate::ingest::{self, FollowUpCells, FollowUpReader, Next, Rows, follow_up_mapping, strange_columns};
use crate::model::{ClockKind, ClockStatus, DealFacts, Instant, KindId, LeadId, fold, nearest};
use crate::report::{Choice, Frame, Note, Report, worklist as report};
use crate::rules::Sop;
use crate::rules::lifecycle::Means;
use crate::store::{Columns, FollowUpRow, ScanRow, Store};
use std::collections::BTreeSet;
use std::path::Path;

/// So many lines of a score say why.
const REASONS: usize = 3;

/// One owner's list, and what its file is called.
#[derive(Clone, Debug)]
pub struct Worklist {
    /// The owner's id; of one whom the team does not know, the name.
    pub owner: String,
    /// The owner's name.
    pub name: String,
    /// `zhang.wei.xlsx`
    pub file: String,
    /// How many leads are due by now.
    pub due: i64,
    /// The list.
    pub report: Report,
}

/// The lists of those who hold leads.
#[derive(Clone, Debug)]
pub struct Worklists {
    /// As of, zone, currency.
    pub frame: Frame,
    /// In the team's order.
    pub lists: Vec<Worklist>,
    /// What a reader must know: who has nothing to do among it.
    pub notes: Vec<Note>,
}

/// What stands where a list is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Present {
    /// Nothing, or a worklist of ours that nobody filled in, or whose answers the base has.
    Free,
    /// A worklist of ours with this many answers that were never imported.
    Answers(u64),
    /// Some other file.
    Strange,
}

/// The list of one owner (by id, name, e-mail or alias), or of everyone.
pub fn worklists(workspace: &Workspace, context: &Context<'_>, owner: Option<&str>) -> Result<Worklists, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let team = &workspace.sop.team;
    // Names that the team does not know are held elsewhere: their list must be asked for by name, unless there is no team at all.
    let holders: BTreeSet<String> = store.holdings()?.into_iter().map(|h| h.owner).collect();
    let elsewhere: Vec<&String> = holders.iter().filter(|h| team.owner(h).is_none()).collect();
    let mut owners: Vec<(String, String)> = Vec::new();
    match owner {
        Some(typed) => owners.push(named(workspace, &elsewhere, typed)?),
        None if team.owners.is_empty() => owners.extend(elsewhere.iter().map(|n| ((*n).clone(), (*n).clone()))),
        None => owners.extend(team.owners.iter().map(|o| (o.id.clone(), o.name.clone()))),
    }
    let mut gatherer = Gatherer { workspace, store: &store, columns: &columns, as_of: context.as_of, world: None };
    let (mut lists, mut idle, mut left_out) = (Vec::new(), Vec::new(), 0);
    let mut files = BTreeSet::new();
    for (id, name) in owners {
        let mut leads = Vec::new();
        for lead in store.held_by(&id)? {
            match gatherer.lead(lead, &id)? {
                Some(lead) => leads.push(lead),
                None => left_out += 1,
            }
        }
        if leads.is_empty() {
            idle.push(if name == id { id } else { format!("{name} ({id})") });
            continue;
        }
        let due = leads.iter().filter(|l| l.due_at().is_some_and(|at| at <= context.as_of)).count();
        let number = workspace.sop.calendar.local(context.as_of).format("%Y%m%d-%H%M%S");
        let facts = report::Facts {
            frame: frame(workspace, context),
            worklist: format!("{id} {number}"),
            owner: id.clone(),
            reasons: workspace.sop.lifecycle.reasons.iter().map(|r| Choice::titled(&r.id, &r.title)).collect(),
            leads,
            notes: Vec::new(),
        };
        let file = file_name(&id, &mut files);
        lists.push(Worklist { owner: id, name, file, due: i64::try_from(due).unwrap_or(i64::MAX), report: report::report(facts) });
    }
    let mut notes = Vec::new();
    if !idle.is_empty() {
        notes.push(note("no-leads", format!("nothing to do, no list: {}", idle.join(", "))));
    }
    if left_out > 0 {
        notes.push(note("left-out", format!("left out, for they are customers or in a detour and no next date was agreed upon: {left_out}")));
    }
    if owner.is_none() && !team.owners.is_empty() && !elsewhere.is_empty() {
        let names: Vec<&str> = elsewhere.iter().map(|n| n.as_str()).collect();
        notes.push(note("held-elsewhere", format!("no list, for team.yaml does not know them: {} (`sop worklist NAME` makes one)", names.join(", "))));
    }
    if store.last_run()?.is_some_and(|r| context.as_of < r.as_of) {
        notes.push(note("as-of", "owners and stages are today's; events and follow-ups after the as-of do not exist"));
    }
    for list in &mut lists {
        list.report.notes.clone_from(&notes);
    }
    Ok(Worklists { frame: frame(workspace, context), lists, notes })
}

/// Whom a typed name means.
fn named(workspace: &Workspace, elsewhere: &[&String], typed: &str) -> Result<(String, String), RunError> {
    let team = &workspace.sop.team;
    if let Some(owner) = team.find(typed) {
        return Ok((owner.id.clone(), owner.name.clone()));
    }
    let folded = fold(typed.trim()).into_owned();
    if let Some(name) = elsewhere.iter().find(|n| fold(n) == folded) {
        return Ok(((*name).clone(), (*name).clone()));
    }
    let same: Vec<&str> =
        team.owners.iter().filter(|o| fold(&o.name) == folded || o.aliases.iter().any(|a| fold(a) == folded)).map(|o| o.id.as_str()).collect();
    if same.len() > 1 {
        return Err(RunError::refused(format!("`{typed}` is {} colleagues", same.len()), format!("name one by the id: {}", same.join(", "))));
    }
    let known = team.owners.iter().flat_map(|o| [o.id.as_str(), o.name.as_str()].into_iter().chain(o.email.as_deref()));
    let near = nearest(typed, known.chain(elsewhere.iter().map(|n| n.as_str()))).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
    let ids: Vec<String> = team.owners.iter().map(|o| if o.name == o.id { o.id.clone() } else { format!("{} {}", o.id, o.name) }).collect();
    let help =
        if ids.is_empty() { "there is no team.yaml, and nobody of this name holds a lead".to_owned() } else { format!("team.yaml knows: {}", ids.join(", ")) };
    Err(RunError::refused(format!("no colleague is `{typed}`{near}"), help))
}

/// A file name that every system takes, unlike those taken already.
fn file_name(owner: &str, taken: &mut BTreeSet<String>) -> String {
    let safe: String = owner.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' }).collect();
    let stem = safe.trim_matches('.');
    let stem = if stem.is_empty() { "_" } else { stem };
    // Windows keeps some names for devices, and no system tells `A` and `a` apart for certain.
    let device = ["con", "prn", "aux", "nul"].contains(&stem.to_lowercase().as_str());
    let first = if device { format!("_{stem}") } else { stem.to_owned() };
    let free = |name: &String| !taken.contains(&name.to_lowercase());
    let name = std::iter::once(first.clone()).chain((2..).map(|n| format!("{first}-{n}"))).find(free).unwrap_or(first);
    taken.insert(name.to_lowercase());
    format!("{name}.xlsx")
}

/// Gathers what a list says of each lead.
struct Gatherer<'a> {
    workspace: &'a Workspace,
    store: &'a Store,
    columns: &'a Columns,
    as_of: Instant,
    world: Option<Evaluator<'a>>,
}

impl Gatherer<'_> {
    /// `None` for a lead about which there is nothing to do: a customer, or one in a detour, with whom no day was agreed upon.
    fn lead(&mut self, lead: LeadId, owner: &str) -> Result<Option<report::Lead>, RunError> {
        let sop = &self.workspace.sop;
        let Some(row) = self.store.whole_lead(self.columns, lead)? else { return Ok(None) };
        let logged: Vec<(Instant, FollowUpRow)> =
            self.store.follow_ups_of(lead)?.into_iter().filter(|(at, ..)| *at <= self.as_of).map(|(at, _, f)| (at, f)).collect();
        let next_at = next_date(&logged);
        if next_at.is_none() && is_closed(sop, row.state.stage.as_deref()) {
            return Ok(None);
        }
        let past = past_of(self.store, sop, &row, &row.standing)?;
        let world = match &mut self.world {
            Some(world) => world,
            none => none.insert(Evaluator::new(sop, self.store, self.columns, self.as_of)?),
        };
        let card = world.card(&row);
        let promise = promise(sop, world, &row, &past, owner, self.as_of);
        let text = |field: &str| text_of(&sop.dictionary, &row.record, field);
        Ok(Some(report::Lead {
            key: row.record.key.to_string(),
            id: text("id"),
            name: name_of(&sop.dictionary, &row.record),
            company: text("company"),
            title: text("title"),
            phone: text("phone"),
            email: text("email"),
            wecom_id: text("wecom_id"),
            stage: row.state.stage.as_deref().map(|id| title_of(sop, id)),
            score: card.total,
            why: main_reasons(&card, REASONS),
            band: card.band,
            last_touch: last_touch(sop, world, &row, self.as_of),
            last_follow_up: logged.into_iter().next_back().map(|(at, f)| report::FollowUp { at, outcome: f.outcome, note: f.note }),
            next_at,
            promise,
        }))
    }
}

/// The day agreed upon last, unless somebody has spoken to the lead on or after it.
fn next_date(logged: &[(Instant, FollowUpRow)]) -> Option<Instant> {
    let next = logged.iter().rev().find_map(|(_, f)| f.next_at)?;
    let last = logged.last().map(|(at, _)| *at)?;
    // The day of a follow-up may be the one on which it was read: only one that says nothing of a next day keeps the date.
    (logged.last().is_some_and(|(_, f)| f.next_at.is_some()) || last < next).then_some(next)
}

/// Past the line's end, or beside it.
fn is_closed(sop: &Sop, stage: Option<&str>) -> bool {
    let Some(stage) = stage else { return false };
    let lifecycle = &sop.lifecycle;
    let customer = lifecycle.meaning(Means::Customer);
    lifecycle.detour(stage).is_some() || lifecycle.place(stage).zip(customer).is_some_and(|(place, customer)| place >= customer)
}

fn title_of(sop: &Sop, stage: &str) -> String {
    let stages = sop.lifecycle.stages.iter().map(|s| (&s.id, &s.title));
    let found = stages.chain(sop.lifecycle.detours.iter().map(|d| (&d.id, &d.title))).find(|(id, _)| *id == stage);
    found.map_or_else(|| stage.to_owned(), |(id, title)| if title.is_empty() { id.clone() } else { title.clone() })
}

/// What the lead itself did last.
fn last_touch(sop: &Sop, world: &Evaluator<'_>, row: &ScanRow, as_of: Instant) -> Option<(String, Instant)> {
    let acts = row.events.iter().filter(|e| e.at <= as_of && world.details().of(e).act);
    let (at, kind) = acts.map(|e| (e.at, world.details().of(e))).map(|(at, d)| (at, (d.kind, d.kind_name.to_string()))).max()?;
    let title = if kind.0 == KindId::OTHER { None } else { sop.dictionary.kind(kind.0).map(|k| k.title.clone()).filter(|t| !t.is_empty()) };
    Some((title.unwrap_or(kind.1), at))
}

/// The owner's promise that runs out first: running, or broken and still unanswered.
fn promise(sop: &Sop, world: &mut Evaluator<'_>, row: &ScanRow, past: &Past, owner: &str, as_of: Instant) -> Option<report::Promise> {
    if past.holds.is_empty() {
        return None;
    }
    let found = world.with_lead(row, |lead| {
        let state = lead.state(sop, &row.standing, &DealFacts::of(&row.deals, as_of));
        let facts = Facts { state: &state, ..*lead.facts };
        clocks(sop, &facts, &past.history(&facts, sop, &row.standing))
    });
    let open = found.clocks.into_iter().filter(|c| c.kind == ClockKind::Owner && c.owner.as_deref() == Some(owner) && c.due_at < Instant::MAX);
    let open = open.filter(|c| c.status == ClockStatus::Running && c.ended_at.is_none() || c.is_open_breach());
    open.min_by(|a, b| (a.due_at, &a.promise).cmp(&(b.due_at, &b.promise))).map(|c| report::Promise { name: c.promise, due_at: c.due_at })
}

/// What stands at a path where a list is to go. Only a worklist of ours may be replaced, and no answer that the base lacks:
/// whether it has them is asked of the import, in a rehearsal.
pub fn present(workspace: &Workspace, context: &Context<'_>, path: &Path) -> Result<Present, RunError> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(Present::Free);
    }
    let sop = &workspace.sop;
    let Ok(table) = ingest::open(path, &ingest::Options::default()) else { return Ok(Present::Strange) };
    let mapping = follow_up_mapping(table.headers(), &sop.dictionary, &sop.tables);
    if mapping.key.is_none() || !mapping.has(&["worklist"]) || !mapping.has(&["verdict"]) {
        return Ok(Present::Strange);
    }
    let strange = strange_columns(table.headers(), &mapping, &sop.dictionary);
    let mut reader = FollowUpReader::new(table, &mapping, &sop.dictionary, &sop.calendar, &sop.tables)?;
    let (mut cells, mut answers) = (FollowUpCells::default(), 0);
    loop {
        match reader.next(&mut cells)? {
            Next::End => break,
            Next::Rejected => answers += 1,
            Next::Row => {
                answers += u64::from(!cells.is_unfilled() || !cells.bad.is_empty() || strange.iter().any(|c| !reader.raw().text(*c).trim().is_empty()))
            }
        }
    }
    if answers == 0 {
        return Ok(Present::Free);
    }
    let rehearsal = Context { dry_run: true, strict: false, ..context.clone() };
    let imported = import_files(workspace, &rehearsal, &[path.to_owned()], &ImportOptions::default())?;
    let news: u64 = imported.summary.files.iter().map(|f| f.new + f.updated + f.rejected + f.blanked).sum();
    Ok(if news == 0 { Present::Free } else { Present::Answers(news) })
}
