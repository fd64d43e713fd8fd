//! What sales and their managers are waited for: strange names, leads without an owner, promises, queues, planned contacts.

use super::{LINES, Look, item, some};
use crate::engine::queue::Due as ReclaimDue;
use crate::model::{Clock, ClockStatus, FieldType, Instant, fold, nearest};
use crate::report::Said;
use crate::report::today::{Item, Waits};
use crate::run::RunError;
use crate::run::people::{TOLD, told_to_merge};
use crate::run::promises::{each_clock, waits};
use crate::run::routing::{candidates, rehearse, who};
use crate::run::tick::{Warned, goes_back, gone};
use crate::store::Due;
use std::collections::BTreeMap;

/// A lead without `warn:` is about to go back when it would within this time.
const SOON: i64 = 86_400;

/// Leads of one kind, counted, with the first of them.
#[derive(Default)]
struct Group {
    leads: i64,
    /// When, the lead's key, what it is called, and who has it: the earliest first.
    first: Vec<(Instant, String, String, String)>,
    /// How many by owner.
    owners: BTreeMap<String, i64>,
}

impl Group {
    /// Keeps the earliest ones only: there may be very many.
    fn add(&mut self, at: Instant, key: String, name: impl FnOnce() -> String, owner: &str) {
        self.leads += 1;
        *self.owners.entry(owner.to_owned()).or_default() += 1;
        if self.first.len() < 3 || self.first.last().is_some_and(|(last, ..)| at < *last) {
            self.first.push((at, key, name(), owner.to_owned()));
            self.first.sort();
            self.first.truncate(3);
        }
    }
}

impl Look<'_> {
    /// Rejects that say "this is another lead", and nobody knows which.
    pub(super) fn duplicates(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let sop = &self.workspace.sop;
        for (lead, verdict) in told_to_merge(sop, self.store)? {
            let Some(record) = self.store.lead(self.columns, lead)? else { continue };
            let by = verdict.owner.as_deref().map_or_else(|| "somebody".to_owned(), |id| who(&sop.team, id));
            let (reason, on) = (verdict.reason.unwrap_or_default(), sop.calendar.date(verdict.at));
            let detail = Said::new(
                format!("{TOLD} ({reason}): {by} on {on}; no lead has its phone, its e-mail, or its name and company"),
                format!("{by} 于 {on} 判定为撞单（{reason}）；没有线索与其手机、邮箱或姓名加公司相同"),
            );
            let next = format!("sop merge {} … --why …, or sop set {0} owner=… --why …", record.key);
            items.push(item(Waits::Duplicate, self.who(&record), 1, detail, next));
        }
        Ok(())
    }

    /// Owners of the base whom the team does not know.
    pub(super) fn strange_owners(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let team = &self.workspace.sop.team;
        if team.owners.is_empty() {
            return Ok(());
        }
        let mut strange: BTreeMap<String, i64> = BTreeMap::new();
        for h in self.store.holdings()? {
            if team.find(&h.owner).is_none() {
                *strange.entry(h.owner).or_default() += h.leads;
            }
        }
        let mut strange: Vec<(String, i64)> = strange.into_iter().collect();
        strange.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let known = || team.owners.iter().flat_map(|o| [o.id.as_str(), o.name.as_str()]);
        for (name, leads) in strange.iter().take(LINES) {
            if self.store.was_given_leads(name)? {
                // One of ours once: whoever leaves takes no leads along.
                let detail = Said::new(
                    "left the team, and still holds these: no queue takes them back, and no round deals them",
                    "已离开团队而名下仍有线索：线索池不会收回，也不会再分配",
                );
                let command = format!("sop set --where \"owner = '{}'\" owner=… --why \"left\"", name.replace('\'', "''"));
                let next = Said::new(format!("{command} (owner=none lets the rounds deal them)"), format!("{command}（owner=none 则重新分配）"));
                items.push(item(Waits::Owner, name, *leads, detail, next));
                continue;
            }
            let near = nearest(name, known());
            let or = |en: &str, zh: &str| near.map(|n| (format!("; {en} `{n}`?"), format!("；{zh} `{n}`？"))).unwrap_or_default();
            let (near, near_zh) = or("did they mean", "是否指");
            let detail = Said::new(
                format!("team.yaml knows nobody of that name: held elsewhere, never dealt{near}"),
                format!("team.yaml 中没有此人：不给此人分配新线索，名下线索也不动{near_zh}"),
            );
            items.push(item(Waits::Owner, name, *leads, detail, add_them()));
        }
        let rest: i64 = strange.iter().skip(LINES).map(|(_, n)| n).sum();
        if rest > 0 {
            let names = format!("{} more names", strange.len() - LINES);
            let detail = Said::new("team.yaml knows nobody of these names", "team.yaml 中没有这些人");
            items.push(item(
                Waits::Owner,
                names,
                rest,
                detail,
                Said::new("sop leads -o leads.xlsx lists every owner", "sop leads -o leads.xlsx 列出全部负责人"),
            ));
        }
        Ok(())
    }

    /// Texts of the stage column that no stage is known by.
    pub(super) fn strange_stages(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let sop = &self.workspace.sop;
        let Some(first) = sop.lifecycle.stages.first() else { return Ok(()) };
        for (stage, leads) in gone(self.workspace, self.store)? {
            let detail = Said::new(
                "lifecycle.yaml has this stage no more: its leads stay there until somebody says where they belong",
                "lifecycle.yaml 已没有这个阶段：线索会一直停在那里，直到有人指定去处",
            );
            let next = format!("sop set --where \"stage = '{}'\" stage=… --why …", stage.replace('\'', "''"));
            items.push(item(Waits::Stage, stage, leads, detail, next));
        }
        let Some(field) = sop.dictionary.fields.iter().find(|f| f.ty == FieldType::Stage) else { return Ok(()) };
        let places = || {
            let stages = sop.lifecycle.stages.iter().flat_map(|s| [s.id.as_str(), s.title.as_str()]);
            stages.chain(sop.lifecycle.detours.iter().flat_map(|d| [d.id.as_str(), d.title.as_str()]))
        };
        let strange = self.store.text_counts(&field.id)?.into_iter().filter(|(text, _)| !places().any(|p| fold(p) == fold(text)));
        for (text, leads) in strange.take(LINES) {
            let near = nearest(&text, places().filter(|p| !p.is_empty()));
            let (near, near_zh) = near.map(|n| (format!("; did they mean `{n}`?"), format!("；是否指 `{n}`？"))).unwrap_or_default();
            let detail = Said::new(
                format!("no stage is known by this text; its leads begin at `{}`{near}", first.id),
                format!("没有阶段叫这个名字；其线索从 `{}` 开始{near_zh}", first.id),
            );
            let next = Said::new(
                format!("name it under `values:` of `{}` in sops/fields.yaml", field.id),
                format!("在 sops/fields.yaml 的 `{}` 的 `values:` 下写明它", field.id),
            );
            items.push(item(Waits::Stage, text, leads, detail, next));
        }
        Ok(())
    }

    /// Channels of leads that fields.yaml does not know: what they cost and bring stands in a row of its own, by a name that nobody chose.
    pub(super) fn strange_channels(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let dictionary = &self.workspace.sop.dictionary;
        for field in dictionary.fields.iter().filter(|f| f.ty == FieldType::Channel) {
            let strange = self.store.text_counts(&field.id)?.into_iter().filter(|(text, _)| dictionary.channel_of(text).is_none());
            let mut rest = (0_i64, 0_i64);
            for (place, (text, leads)) in strange.enumerate() {
                if place >= LINES {
                    rest = (rest.0 + 1, rest.1 + leads);
                    continue;
                }
                let detail = Said::new("no channel of fields.yaml has this name", "fields.yaml 中没有这个渠道");
                items.push(item(Waits::Value, text, leads, detail, add_channel()));
            }
            if rest.0 > 0 {
                let subject = Said::new(format!("{} more names of channels", rest.0), format!("另有 {} 个渠道名称", rest.0));
                let next = Said::new("sop report quality lists them", "sop report quality 列出全部");
                items.push(item(Waits::Value, subject, rest.1, Said::new("no channels of fields.yaml", "fields.yaml 中没有这些渠道"), next));
            }
        }
        Ok(())
    }

    /// Leads that a round takes up: those that nobody can have, and why; and those that the next tick hands over.
    pub(super) fn unassigned(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let (sop, as_of) = (&self.workspace.sop, self.context.as_of);
        // What is not stored as of an earlier day cannot say who is due on it.
        let past = self.store.last_run()?.is_some_and(|r| as_of < r.as_of);
        let due = if past { Due::All } else { Due::Moves(as_of) };
        let all = candidates(self.workspace, self.context, self.store, self.columns, due)?;
        if all.is_empty() {
            return Ok(());
        }
        let dealt = rehearse(self.workspace, self.context, self.store, self.columns, &all)?;
        let mut by_why: BTreeMap<String, (i64, String)> = BTreeMap::new();
        for u in &dealt.unplaced {
            let key = || self.store.key_of(u.lead).ok().flatten().map_or_else(String::new, |k| k.to_string());
            by_why.entry(u.why(&sop.assignment)).or_insert_with(|| (0, key())).0 += 1;
        }
        let mut reasons: Vec<(String, (i64, String))> = by_why.into_iter().collect();
        reasons.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(&b.0)));
        for (why, (leads, key)) in reasons.into_iter().take(LINES) {
            let (round, why) = why.split_once(": ").map_or((String::new(), why.clone()), |(r, w)| (r.to_owned(), w.to_owned()));
            let detail = Said::new(format!("nobody can have them: {why}"), format!("无人可接：{why}"));
            items.push(item(Waits::Unassigned, round, leads, detail, format!("sop assign --explain {key}")));
        }
        let placed = i64::try_from(dealt.placements.len()).unwrap_or(i64::MAX);
        if placed > 0 {
            let detail = Said::new("the next tick hands them over", "下一次 tick 分配");
            items.push(item(Waits::HandOver, Said::new("leads to hand over", "待分配的线索"), placed, detail, "sop assign --dry-run -v"));
        }
        Ok(())
    }

    /// Promises and leads that are about to go back, in one pass over whatever somebody holds.
    pub(super) fn held(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let (sop, as_of) = (&self.workspace.sop, self.context.as_of);
        if sop.promises.is_empty() && sop.assignment.queues.is_empty() {
            return Ok(());
        }
        let tonight = sop.calendar.end_of(sop.calendar.date(as_of));
        let (mut breached, mut due): (BTreeMap<String, Group>, BTreeMap<String, Group>) = Default::default();
        let mut back: BTreeMap<String, Group> = BTreeMap::new();
        let warned = Warned::of(self.store, sop)?;
        each_clock(self.workspace, self.context, (self.store, self.columns), Due::Held, |row, clocks| {
            let (key, name) = (|| row.record.key.to_string(), || self.who(&row.record));
            let owner = |c: &Clock| c.owner.clone().unwrap_or_default();
            for c in clocks.iter().filter(|c| waits(c)) {
                let of = if c.status == ClockStatus::Breached {
                    &mut breached
                } else if c.due_at <= tonight {
                    &mut due
                } else {
                    continue;
                };
                of.entry(c.promise.clone()).or_default().add(c.due_at, key(), name, &owner(c));
            }
            let soon = |d: &ReclaimDue| d.warn_at.unwrap_or(d.due_at.plus(-SOON)) <= as_of;
            if let Some(d) = goes_back(sop, row, &row.standing, as_of, &warned).filter(soon) {
                let owner = row.standing.owner.as_deref().unwrap_or_default();
                back.entry(d.queue.clone()).or_default().add(d.due_at, key(), name, owner);
            }
        })?;
        for (waits, groups, (verb, zh), next) in [
            (Waits::Breached, breached, ("was due", "应于"), "sop sla --open"),
            (Waits::Due, due, ("is due", "截止"), "sop sla --open"),
            (Waits::Reclaim, back, ("goes back", "收回于"), ""),
        ] {
            for (subject, group) in groups {
                let first = group.first.first();
                let detail = first.map_or_else(Said::default, |(at, _, name, owner)| {
                    let (owners, owner, at) = (self.owners(&group), self.name(owner), self.local(*at));
                    Said::new(
                        format!("{owners}; the first is {owner}'s lead {name}, {verb} {at}"),
                        format!("{owners}；最早的是{owner}的线索 {name}，{zh} {at}"),
                    )
                });
                let next = if next.is_empty() { first.map_or_else(String::new, |(_, key, ..)| format!("sop explain {key}")) } else { next.to_owned() };
                items.push(item(waits, subject, group.leads, detail, next));
            }
        }
        Ok(())
    }

    /// `张伟 5, 王芳 2 and 3 more`: most first.
    fn owners(&self, group: &Group) -> String {
        let mut all: Vec<(&String, &i64)> = group.owners.iter().collect();
        all.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        some(all.into_iter().map(|(id, n)| format!("{} {n}", self.name(id))).collect())
    }

    fn name(&self, id: &str) -> String {
        self.workspace.sop.team.find(id).map(|o| o.name.clone()).filter(|n| !n.is_empty()).unwrap_or_else(|| id.to_owned())
    }

    /// Contacts that somebody planned for today or earlier.
    pub(super) fn next_contacts(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let (calendar, as_of) = (&self.workspace.sop.calendar, self.context.as_of);
        let today = calendar.date(as_of);
        let mut by_owner: BTreeMap<String, (i64, Group)> = BTreeMap::new();
        for c in self.store.next_contacts(as_of, calendar.end_of(today).plus(1))? {
            let Some(record) = self.store.lead(self.columns, c.lead)? else { continue };
            let owner = c.owner.unwrap_or_default();
            let (overdue, group) = by_owner.entry(owner.clone()).or_default();
            *overdue += i64::from(calendar.date(c.at) < today);
            group.add(c.at, record.key.to_string(), || self.who(&record), &owner);
        }
        for (owner, (overdue, group)) in by_owner {
            let first = group.first.first().map(|(at, _, name, _)| (name, self.local(*at)));
            let (first, first_zh) =
                first.map(|(name, at)| (format!("; first {name}, planned for {at}"), format!("；最早一条 {name}，计划于 {at}"))).unwrap_or_default();
            let subject = if owner.is_empty() { Said::new("nobody's", "无负责人") } else { self.name(&owner).into() };
            let now = group.leads - overdue;
            let detail = Said::new(format!("{now} for today, {overdue} overdue{first}"), format!("今日 {now} 条，逾期 {overdue} 条{first_zh}"));
            let next = match self.workspace.sop.team.find(&owner) {
                Some(colleague) => format!("sop worklist {}", colleague.id),
                None => group.first.first().map_or_else(String::new, |(_, key, ..)| format!("sop explain {key}")),
            };
            items.push(item(Waits::FollowUp, subject, group.leads, detail, next));
        }
        Ok(())
    }

    /// Leads that wait for a claim.
    pub(super) fn queues(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        for w in self.store.waiting()? {
            let title = self.workspace.sop.assignment.queue(&w.queue).map(|q| q.title.clone()).filter(|t| !t.is_empty() && *t != w.queue);
            let subject = title.map_or_else(|| w.queue.clone(), |t| format!("{} {t}", w.queue));
            let since = w.since.map(|at| self.local(at));
            let (since, since_zh) = since.map(|at| (format!(", the first since {at}"), format!("，最早自 {at}"))).unwrap_or_default();
            let detail = Said::new(format!("wait for somebody to claim them{since}"), format!("等待认领{since_zh}"));
            items.push(item(Waits::Queue, subject, w.leads, detail, format!("sop queue list {}", w.queue)));
        }
        Ok(())
    }
}

fn add_them() -> Said {
    Said::new("add them to sops/team.yaml, or the name to a colleague's `aliases:`", "加入 sops/team.yaml，或写进某位同事的 `aliases:`")
}

fn add_channel() -> Said {
    Said::new("add it under `channels:` of sops/fields.yaml, or to the synonyms of one", "加入 sops/fields.yaml 的 `channels:`，或写进某个渠道的 `synonyms:`")
}
