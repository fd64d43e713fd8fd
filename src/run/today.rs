//! `sop today`: what waits for a person, each with what to do about it. Nothing is written.

mod deals;
mod files;
mod people;

use super::leads::stored_columns;
use super::people::TOLD;
use super::score::{frame, name_of, note};
use super::{Context, RunError, Workspace};
use crate::model::Instant;
use crate::report::Report;
use crate::report::today::{Item, Waits, report};
use crate::rules::dated_warnings;
use crate::store::{Columns, LeadRecord, Store};

/// So many names are told at once; the rest is a number.
const NAMED: usize = 3;
/// So many rows of one kind that may be many; the last one counts the rest.
const LINES: usize = 10;

/// What waits for a person.
pub fn today(workspace: &Workspace, context: &Context<'_>) -> Result<Report, RunError> {
    let mut items = files::items(workspace)?;
    if workspace.db.exists() {
        let store = Store::read(&workspace.db)?;
        let columns = stored_columns(workspace, &store)?;
        let look = Look { workspace, context, store: &store, columns: &columns };
        look.merges(&mut items)?;
        look.duplicates(&mut items)?;
        look.strange_owners(&mut items)?;
        look.strange_stages(&mut items)?;
        look.unassigned(&mut items)?;
        look.held(&mut items)?;
        look.reopened(&mut items)?;
        look.deals_of_nobody(&mut items)?;
        look.next_contacts(&mut items)?;
        look.queues(&mut items)?;
        look.notices(&mut items)?;
        look.loose_ends(&mut items)?;
    }
    for d in dated_warnings(&workspace.sop, workspace.sop.calendar.date(context.as_of)).0 {
        let file = d.span.and_then(|s| workspace.sop.sources.get(s.source)).map_or_else(String::new, |s| s.name.clone());
        items.push(item(Waits::Calendar, file, 1, d.message, d.help.unwrap_or_default()));
    }
    let mut report = report(&frame(workspace, context), &items);
    if items.is_empty() {
        report.notes.push(note("nothing-waits", "nothing waits for a person"));
    }
    Ok(report)
}

fn item(waits: Waits, subject: impl Into<String>, count: i64, detail: impl Into<String>, next: impl Into<String>) -> Item {
    Item { waits, subject: subject.into(), count, detail: detail.into(), next: next.into() }
}

/// A base and the circumstances in which it is looked at.
struct Look<'a> {
    workspace: &'a Workspace,
    context: &'a Context<'a>,
    store: &'a Store,
    columns: &'a Columns,
}

impl Look<'_> {
    /// A lead as people know it: `王伟 (k…)`.
    fn who(&self, r: &LeadRecord) -> String {
        name_of(&self.workspace.sop.dictionary, r).map_or(r.key.to_string(), |n| format!("{n} ({})", r.key))
    }

    fn local(&self, at: Instant) -> String {
        self.workspace.sop.calendar.local(at).format("%Y-%m-%d %H:%M").to_string()
    }

    /// Two leads that one row spoke of.
    fn merges(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        for pair in self.store.to_decide()? {
            let (Some(a), Some(b)) = (self.store.lead(self.columns, pair.lead)?, self.store.lead(self.columns, pair.other)?) else { continue };
            let why = match pair.why.strip_prefix(TOLD) {
                Some(_) => pair.why.clone(),
                None => format!("one row names both, by {}", pair.why.replace('\t', ":")),
            };
            items.push(item(Waits::Merge, format!("{} · {}", self.who(&a), self.who(&b)), 2, why, format!("sop merge {} {} --why …", a.key, b.key)));
        }
        Ok(())
    }

    /// What imports left over.
    fn loose_ends(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let waiting = self.store.waiting_count()?;
        if waiting > 0 {
            let next = "import the leads: the events attach by themselves";
            items.push(item(Waits::Event, "events of unknown leads", waiting, "their lead is not in the base yet", next));
        }
        for (header, leads) in self.store.extra_headers()? {
            let next = format!("declare it in sops/fields.yaml, or use extra('{header}')");
            items.push(item(Waits::Header, header, leads, "no field declares this column; it is kept as it is", next));
        }
        Ok(())
    }

    /// Notices that did not leave.
    fn notices(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let queued = self.store.queued_notices()?;
        if !queued.is_empty() {
            let all = queued.iter().map(|(_, n)| n).sum();
            let to = some(queued.iter().map(|(to, n)| format!("{to} {n}")).collect());
            items.push(item(Waits::Notice, "notices to colleagues", all, format!("not told yet: {to}"), "sop send"));
        }
        Ok(())
    }
}

/// The first of them, and how many more.
fn some(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    format!("{}{}", all.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
}
