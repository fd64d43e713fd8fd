//! `sop outbox`: looking at what waits to leave, handing it to whoever sends by hand, and taking it back.

use super::letter::can_be_filled;
use super::people::Acted;
use super::score::{frame, name_of, note};
use super::send::{UNDER_WAY, national};
use super::{Context, RunError, Session, Workspace, lookup};
use crate::deliver::{file_name, plain};
use crate::engine::nurture::address;
use crate::model::{Message, MessageId, MessageState, nearest};
use crate::report::outbox::{Row, report, sheet};
use crate::report::plan::Count;
use crate::report::{Frame, Report};
use crate::store::{Columns, OutboxFilter, OutboxRow, Settled, Store, StoreError};
use std::collections::BTreeMap;

/// What a list shows unless states are named: what waits, and what needs a person.
const SHOWN: [MessageState; 6] =
    [MessageState::Queued, MessageState::Deferred, MessageState::Sending, MessageState::Held, MessageState::Failed, MessageState::Unknown];
/// What leaves with a coming `sop send`.
const WAITING: [MessageState; 2] = [MessageState::Queued, MessageState::Deferred];
/// What can still be taken back.
const RECALLABLE: [MessageState; 3] = [MessageState::Queued, MessageState::Deferred, MessageState::Held];
/// So many reasons are counted by name.
const REASONS: usize = 10;

/// Which messages are meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutboxRequest<'a> {
    /// Names of states, or `all`; none = the usual ones.
    pub states: &'a [String],
    /// By this medium.
    pub medium: Option<&'a str>,
    /// Of this path.
    pub path: Option<&'a str>,
}

/// Which messages are taken back.
#[derive(Clone, Copy, Debug)]
pub enum Recall<'a> {
    /// By number, or all that waits for a lead.
    These(&'a [String]),
    /// All that waits of a path.
    Path(&'a str),
}

/// One file of an export.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its path without an ending: `2026-11-22/email`.
    pub name: String,
    /// What it holds.
    pub report: Report,
}

/// The list, with counts of the whole outbox.
pub fn outbox_list(workspace: &Workspace, context: &Context<'_>, request: &OutboxRequest<'_>) -> Result<Report, RunError> {
    let (store, columns) = read(workspace)?;
    let states = states(request, &SHOWN)?;
    check_names(workspace, &store, request)?;
    let rows = store.outbox(&OutboxFilter { states: &states, medium: request.medium, path: request.path, lead: None })?;
    let counts = store.outbox_states()?;
    let mut reasons = store.outbox_reasons()?;
    let rest: i64 = reasons.iter().skip(REASONS).map(|(_, n)| n).sum();
    reasons.truncate(REASONS);
    if rest > 0 {
        reasons.push(("…".into(), rest));
    }
    let mut notes = Vec::new();
    let unknown = store.messages(Some(MessageState::Unknown))?;
    if !unknown.is_empty() {
        let died = unknown.iter().filter(|m| m.reason.as_deref() == Some(UNDER_WAY)).count();
        let why = match (died, unknown.len() - died) {
            (_, 0) => "a run ended over them".to_owned(),
            (0, _) => "no answer came when they were handed over".to_owned(),
            (died, silent) => format!("a run ended over {died}, to {silent} no answer came"),
        };
        notes.push(note("unknown", format!("{} may have left ({why}): `sop send --retry-unknown` sends them once more", unknown.len())));
    }
    let mendable = rows.iter().filter(|r| r.message.state == MessageState::Held && can_be_filled(&r.message)).count();
    if mendable > 0 {
        let text = "for a gap in their text or for want of an address: mend the content or the field, and the next `sop tick` fills them in again";
        notes.push(note("held", format!("{} held {text}", if mendable == 1 { "1 is".to_owned() } else { format!("{mendable} are") })));
    }
    if rows.is_empty() && !counts.is_empty() {
        notes.push(note("empty", "nothing of what was asked for: `sop outbox list --state all` shows everything"));
    }
    let rows = rows.into_iter().map(|r| told(workspace, &store, &columns, r)).collect::<Result<Vec<_>, _>>()?;
    Ok(report(&frame(workspace, context), rows, &counts, &reasons, &store.notice_states()?, notes))
}

/// What waits, one sheet per medium and day; what leaves through a colleague, one per colleague.
pub fn outbox_export(workspace: &Workspace, context: &Context<'_>, request: &OutboxRequest<'_>) -> Result<(Frame, Vec<Sheet>), RunError> {
    let (store, columns) = read(workspace)?;
    let states = states(request, &WAITING)?;
    check_names(workspace, &store, request)?;
    let (calendar, team) = (&workspace.sop.calendar, &workspace.sop.team);
    let mut files: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in store.outbox(&OutboxFilter { states: &states, medium: request.medium, path: request.path, lead: None })? {
        let mut row = told(workspace, &store, &columns, row)?;
        row.address = row.address.map(|a| national(&a).to_owned());
        let (day, medium) = (calendar.date(row.sent_at.unwrap_or(row.not_before)), file_name(&row.medium));
        let colleague = row.colleague.as_deref().map_or("nobody", |id| team.owner(id).map_or(id, |o| o.name.as_str()));
        let name = if row.medium == "wecom" { format!("{day}/{medium}/{}", file_name(colleague)) } else { format!("{day}/{medium}") };
        files.entry(name).or_default().push(row);
    }
    let frame = frame(workspace, context);
    let sheets = files.into_iter().map(|(name, rows)| Sheet { name, report: sheet(&frame, &rows) }).collect();
    Ok((frame, sheets))
}

/// Takes messages back that have not left.
pub fn cancel_messages(workspace: &Workspace, context: &Context<'_>, whom: &Recall<'_>, why: &str) -> Result<Acted, RunError> {
    if !workspace.db.exists() {
        return Err(StoreError::Missing(workspace.db.display().to_string()).into());
    }
    let why = why.trim();
    if why.is_empty() {
        return Err(RunError::refused("a message is taken back for a reason", "say it: --why \"called us\""));
    }
    let mut session = Session::begin(workspace, context)?;
    let done = chosen(workspace, &session.store, whom).and_then(|messages| {
        let mut counts: BTreeMap<(String, &str), i64> = BTreeMap::new();
        for m in &messages {
            let settled = Settled { state: MessageState::Cancelled, reason: Some(why), sent_at: None, next_try: None, not_before: None };
            session.store.settle_message(m.id, &settled)?;
            *counts.entry((m.medium.clone(), m.state.name())).or_default() += 1;
        }
        Ok(counts)
    });
    match done {
        Err(e) => Err(session.abandon(e)),
        Ok(moved) => {
            let count =
                |((medium, from), count): ((String, &str), i64)| Count { what: medium, from: Some(from.to_owned()), to: Some("cancelled".into()), count };
            let counts: Vec<Count> = moved.into_iter().map(count).collect();
            let all: i64 = counts.iter().map(|c| c.count).sum();
            session.counts.insert("cancelled".into(), all.into());
            let ended = session.end()?;
            Ok(Acted { frame: frame(workspace, context), counts, notes: Vec::new(), ended })
        }
    }
}

/// The messages that a person means, or why they cannot be taken back.
fn chosen(workspace: &Workspace, store: &Store, whom: &Recall<'_>) -> Result<Vec<Message>, RunError> {
    let of = |filter: &OutboxFilter<'_>| -> Result<Vec<Message>, RunError> { Ok(store.outbox(filter)?.into_iter().map(|r| r.message).collect()) };
    let names = match whom {
        Recall::Path(path) => {
            check_names(workspace, store, &OutboxRequest { path: Some(path), ..OutboxRequest::default() })?;
            let all = of(&OutboxFilter { states: &RECALLABLE, path: Some(path), ..OutboxFilter::default() })?;
            return if all.is_empty() { Err(nothing(&format!("of the path `{path}`"))) } else { Ok(all) };
        }
        Recall::These(names) => names,
    };
    let mut all: Vec<Message> = Vec::new();
    for name in *names {
        let found = match MessageId::parse(name).map(|id| store.message(id)).transpose()?.flatten() {
            Some(message) if RECALLABLE.contains(&message.state) => vec![message],
            Some(message) => {
                let what = format!("`{name}` is {}: it cannot be taken back", message.state.name());
                return Err(RunError::refused(what, "only what is queued, deferred or held can"));
            }
            None => {
                let lead = lookup::find(workspace, store, name)?;
                of(&OutboxFilter { states: &RECALLABLE, lead: Some(lead), ..OutboxFilter::default() })?
            }
        };
        if found.is_empty() {
            return Err(nothing(&format!("for `{name}`")));
        }
        all.extend(found.into_iter().filter(|m| all.iter().all(|a| a.id != m.id)).collect::<Vec<_>>());
    }
    Ok(all)
}

fn nothing(whose: &str) -> RunError {
    RunError::refused(format!("no message waits {whose}"), "`sop outbox list --state all` shows what became of them")
}

fn read(workspace: &Workspace) -> Result<(Store, Columns), RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = super::leads::stored_columns(workspace, &store)?;
    Ok((store, columns))
}

/// The states that are asked for.
fn states(request: &OutboxRequest<'_>, usual: &[MessageState]) -> Result<Vec<MessageState>, RunError> {
    if request.states.is_empty() {
        return Ok(usual.to_vec());
    }
    if request.states.iter().any(|s| s == "all") {
        return Ok(Vec::new());
    }
    let known = || MessageState::ALL.iter().map(|(name, _)| *name);
    let parse = |text: &String| {
        MessageState::parse(text.trim()).ok_or_else(|| {
            let help =
                nearest(text, known()).map_or_else(|| format!("there are {}, all", known().collect::<Vec<_>>().join(", ")), |n| format!("did you mean `{n}`?"));
            RunError::refused(format!("no message is ever `{text}`"), help)
        })
    };
    request.states.iter().map(parse).collect()
}

/// A medium or a path that neither the rules nor the outbox know is a typing error.
fn check_names(workspace: &Workspace, store: &Store, request: &OutboxRequest<'_>) -> Result<(), RunError> {
    let (media, paths) = store.outbox_names()?;
    let sop = &workspace.sop;
    let known_media: Vec<&str> = sop.delivery.media.iter().map(|m| m.id.as_str()).chain(media.iter().map(String::as_str)).collect();
    let known_paths: Vec<&str> = sop.paths.iter().map(|p| p.name.as_str()).chain(paths.iter().map(String::as_str)).collect();
    for (asked, known, what) in [(request.medium, known_media, "medium"), (request.path, known_paths, "path")] {
        if let Some(asked) = asked.filter(|a| !known.contains(a)) {
            let help = nearest(asked, known.iter().copied()).map_or_else(|| format!("there are {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
            return Err(RunError::refused(format!("there is no {what} `{asked}`"), help));
        }
    }
    Ok(())
}

/// A message for people.
fn told(workspace: &Workspace, store: &Store, columns: &Columns, row: OutboxRow) -> Result<Row, RunError> {
    let m = row.message;
    let record = store.lead(columns, m.lead)?;
    // What waits goes where its lead is reached now.
    let medium = workspace.sop.delivery.medium(&m.medium);
    let now = || address(medium?, &record.as_ref()?.values).map(|(_, text)| text.to_owned());
    let address = if RECALLABLE.contains(&m.state) { now().or(m.address) } else { m.address.or_else(now) };
    Ok(Row {
        message: m.id.to_string(),
        state: m.state.name().to_owned(),
        reason: m.reason,
        medium: m.medium,
        path: m.path,
        step: m.step,
        key: row.key.map(|k| k.to_string()).unwrap_or_default(),
        name: record.as_ref().and_then(|r| name_of(&workspace.sop.dictionary, r)),
        address,
        colleague: m.colleague,
        subject: m.subject,
        not_before: m.next_try.map_or(m.not_before, |at| at.max(m.not_before)),
        attempts: m.attempts,
        sent_at: m.sent_at,
        text: m.body.as_deref().map(plain).unwrap_or_default(),
    })
}
