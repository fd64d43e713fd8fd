//! `sop changes`, `sop history`: what was recorded.

use super::leads::stored_columns;
use super::lookup::find;
use super::score::{frame, name_of, text_of};
use super::{Context, RunError, Workspace};
use crate::model::{LeadId, Period, RunId};
use crate::report::{Report, changes as changes_report, history as history_report, thousands};
use crate::store::{ChangeRow, Columns, Store};
use rustc_hash::FxHashMap;

/// Changes dated in a span, by kind; with a summary above when there are more than `room`.
pub fn changes(workspace: &Workspace, context: &Context<'_>, period: Option<Period>, what: &[String], room: usize) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    let columns = stored_columns(workspace, &store)?;
    let span = period.map(|p| (p.from, p.until.plus(-1)));
    let mut rows = store.changes(None, None, span)?;
    rows.retain(|r| what.is_empty() || what.iter().any(|w| r.what == *w || r.what.strip_prefix(w.as_str()).is_some_and(|rest| rest.starts_with(':'))));
    let rows = named(workspace, &store, &columns, rows)?;
    Ok(changes_report::report(&frame(workspace, context), &rows, room, Vec::new()))
}

/// The runs; or every change of one lead, or of one run.
pub fn history(workspace: &Workspace, context: &Context<'_>, lead: Option<&str>, run: Option<i64>) -> Result<Report, RunError> {
    let store = Store::read(&workspace.db)?;
    if lead.is_none() && run.is_none() {
        let (mut rows, deeds) = (Vec::new(), store.deeds()?);
        for r in store.runs()? {
            let counts: serde_json::Value = serde_json::from_str(&r.counts).unwrap_or_default();
            let number = |name: &str| counts.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
            // What was taken back is told by the run's own row.
            let gone = counts.get("undone").and_then(serde_json::Value::as_object);
            let gone = |what: &str| gone.and_then(|g| g.get(what)).and_then(serde_json::Value::as_i64).unwrap_or(0);
            let kept = deeds.get(&r.run).cloned().unwrap_or_default();
            let deeds: Vec<(String, i64)> = kept.into_iter().chain(["sign", "address"].map(|what| (what.to_owned(), gone(what)))).collect();
            rows.push(history_report::Run {
                run: r.run.0,
                started_at: r.started,
                as_of: r.as_of,
                command: format!("{} {}", r.verb, r.flags).trim().to_owned(),
                created: number("new") + number("events_new"),
                changes: store.change_counts(r.run)?.iter().map(|(_, n)| n).sum::<i64>() + gone("change"),
                did: did(&r.verb, &number, &deeds),
                undone_by: r.undone_by.map(|r| r.0),
            });
        }
        return Ok(history_report::runs(&frame(workspace, context), &rows));
    }
    let columns = stored_columns(workspace, &store)?;
    let lead = lead.map(|l| find(workspace, &store, l)).transpose()?;
    if let Some(n) = run
        && store.run(RunId(n))?.is_none()
    {
        return Err(RunError::refused(format!("there is no run {n}"), "`sop history` lists the runs"));
    }
    let rows = store.changes(lead, run.map(RunId), None)?;
    let rows = named(workspace, &store, &columns, rows)?;
    Ok(history_report::changes(&frame(workspace, context), &rows, Vec::new()))
}

/// Counts of a run's row, with what they are of: one, several.
const COUNTED: &[(&str, &str, &str)] = &[
    ("new", "new lead", "new leads"),
    ("updated", "lead updated", "leads updated"),
    ("joined", "row joined", "rows joined"),
    ("rejected", "row rejected", "rows rejected"),
    ("events_new", "new event", "new events"),
    ("deals", "deal", "deals"),
    ("payments", "payment", "payments"),
    ("follow-ups", "follow-up", "follow-ups"),
    ("stages", "dated stage", "dated stages"),
    ("costs", "cost", "costs"),
    ("scored", "lead scored", "leads scored"),
    ("moved", "lead moved", "leads moved"),
    ("assigned", "lead assigned", "leads assigned"),
    ("queued", "lead put into a queue", "leads put into queues"),
    ("reclaimed", "lead reclaimed", "leads reclaimed"),
    ("enrolled", "lead entered a path", "leads entered paths"),
    ("journeys_ended", "journey ended", "journeys ended"),
    ("cancelled", "message cancelled", "messages cancelled"),
    ("lifted", "closed address opened again", "closed addresses opened again"),
];

/// What a run did, in words: `12 messages sent · 3 addresses closed`. Of a `send`, what was settled and not handed over was held back.
fn did(verb: &str, number: &impl Fn(&str) -> i64, deeds: &[(String, i64)]) -> String {
    let say = |n: i64, (one, many): (&str, &str)| (n > 0).then(|| format!("{} {}", thousands(n), if n == 1 { one } else { many }));
    let mut said: Vec<String> = COUNTED.iter().filter_map(|(name, one, many)| say(number(name), (one, many))).collect();
    let of = |what: &str| match what {
        "message sent" => ("message sent", "messages sent"),
        "message failed" => ("message failed", "messages failed"),
        "message unknown" | "message sending" => ("message that may have left", "messages that may have left"),
        "message queued" => ("message to be tried again", "messages to be tried again"),
        "notice sent" => ("notice sent", "notices sent"),
        "notice failed" => ("notice failed", "notices failed"),
        "sign" => ("sign that came back on messages", "signs that came back on messages"),
        "address" => ("address closed", "addresses closed"),
        _ => ("message taken up", "messages taken up"),
    };
    let handed: i64 = deeds.iter().filter(|(what, _)| what.starts_with("message") || what.starts_with("notice")).map(|(_, n)| n).sum();
    let (rest, what) = if verb == "send" {
        (number("messages") - handed, ("message held back or put off", "messages held back or put off"))
    } else {
        (number("messages"), ("message planned", "messages planned"))
    };
    said.extend(deeds.iter().filter_map(|(what, n)| say(*n, of(what))));
    said.extend(say(rest, what));
    said.join(" · ")
}

fn named(workspace: &Workspace, store: &Store, columns: &Columns, rows: Vec<ChangeRow>) -> Result<Vec<changes_report::Row>, RunError> {
    let dictionary = &workspace.sop.dictionary;
    let mut names: FxHashMap<LeadId, (Option<String>, Option<String>)> = FxHashMap::default();
    let mut out = Vec::with_capacity(rows.len());
    for c in rows {
        let (id, name) = match names.get(&c.lead) {
            Some(known) => known.clone(),
            None => {
                let record = store.lead(columns, c.lead)?;
                let known = record.as_ref().map_or((None, None), |r| (text_of(dictionary, r, "id"), name_of(dictionary, r)));
                names.insert(c.lead, known.clone());
                known
            }
        };
        let key = c.key.map_or_else(|| "(merged)".to_owned(), |k| k.to_string());
        out.push(changes_report::Row { at: c.at, run: c.run.0, key, id, name, what: c.what, from: c.from, to: c.to, why: c.why });
    }
    Ok(out)
}
