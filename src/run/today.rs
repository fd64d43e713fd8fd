//! `sop today`: what waits for a person, each with what to do about it. Nothing is written.

mod deals;
mod files;
mod people;

use super::leads::stored_columns;
use super::people::TOLD;
use super::score::{frame, name_of, note};
use super::{Context, RunError, Workspace};
use crate::model::Instant;
use crate::report::today::{Item, Waits, report};
use crate::report::{Report, Said};
use crate::rules::dated_warnings;
use crate::store::{Columns, LeadRecord, Store};

/// So many names are told at once; the rest is a number.
const NAMED: usize = 3;
/// So many rows of one kind that may be many; the last one counts the rest.
const LINES: usize = 10;

/// What waits for a person.
pub fn today(workspace: &Workspace, context: &Context<'_>) -> Result<Report, RunError> {
    Ok(told(workspace, context, &items(workspace, context)?))
}

/// The same as a report.
pub(super) fn told(workspace: &Workspace, context: &Context<'_>, items: &[Item]) -> Report {
    let mut report = report(&frame(workspace, context), items);
    if items.is_empty() {
        report.notes.push(note("nothing-waits", "nothing waits for a person"));
    }
    report
}

/// The same, one by one.
pub(super) fn items(workspace: &Workspace, context: &Context<'_>) -> Result<Vec<Item>, RunError> {
    let mut items = files::items(workspace)?;
    if workspace.db.exists() {
        let store = Store::read(&workspace.db)?;
        let columns = stored_columns(workspace, &store)?;
        let look = Look { workspace, context, store: &store, columns: &columns };
        look.merges(&mut items)?;
        look.duplicates(&mut items)?;
        look.strange_owners(&mut items)?;
        look.strange_stages(&mut items)?;
        look.strange_channels(&mut items)?;
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
        let calendar = d.message.starts_with("the list of holidays");
        let zh = |text: &str| if calendar { text.to_owned() } else { String::new() };
        let until = d.message.rsplit(' ').next().unwrap_or_default();
        let detail = Said::new(d.message.clone(), zh(&format!("节假日表到 {until} 为止")));
        let next = Said::new(d.help.unwrap_or_default(), zh("国务院公布后，补上下一年的放假与调休日期"));
        items.push(item(Waits::Calendar, file, 1, detail, next));
    }
    Ok(items)
}

fn item(waits: Waits, subject: impl Into<Said>, count: i64, detail: impl Into<Said>, next: impl Into<Said>) -> Item {
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
            let by = pair.why.replace('\t', ":");
            let why = match pair.why.strip_prefix(TOLD) {
                Some(rest) => Said::new(&*pair.why, format!("销售判定为同一人{rest}")),
                None => Said::new(format!("one row names both, by {by}"), format!("同一行数据同时指向两者（{by}）")),
            };
            items.push(item(Waits::Merge, format!("{} · {}", self.who(&a), self.who(&b)), 2, why, format!("sop merge {} {} --why …", a.key, b.key)));
        }
        Ok(())
    }

    /// What imports left over.
    fn loose_ends(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let waiting = self.store.waiting_count()?;
        if waiting > 0 {
            let subject = Said::new("events of unknown leads", "线索未知的行为");
            let detail = Said::new("their lead is not in the base yet", "对应线索尚未导入");
            let next = Said::new("import the leads: the events attach by themselves", "导入这些线索后，行为记录会自动关联");
            items.push(item(Waits::Event, subject, waiting, detail, next));
        }
        for (header, leads) in self.store.extra_headers()? {
            let next = Said::new(
                format!("declare it in sops/fields.yaml, or use extra('{header}')"),
                format!("在 sops/fields.yaml 中声明，或在条件里用 extra('{header}')"),
            );
            let detail = Said::new("no field declares this column; it is kept as it is", "没有字段声明此列；内容原样保留");
            items.push(item(Waits::Header, header, leads, detail, next));
        }
        Ok(())
    }

    /// Notices that did not leave.
    fn notices(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let queued = self.store.queued_notices()?;
        if !queued.is_empty() {
            let all = queued.iter().map(|(_, n)| n).sum();
            let team = &self.workspace.sop.team;
            let name = |id: &str| team.owner(id).map(|o| o.name.clone()).filter(|n| !n.is_empty()).unwrap_or_else(|| id.to_owned());
            let to = some(queued.iter().map(|(to, n)| format!("{} {n}", name(to))).collect());
            let detail = Said::new(format!("not told yet: {to}"), format!("尚未通知：{to}"));
            items.push(item(Waits::Notice, Said::new("notices to colleagues", "给同事的通知"), all, detail, "sop send"));
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
