//! Deals that nobody works on: of leads beside the line, and of nobody at all.

use super::{Look, NAMED, item, some};
use crate::model::{DealFacts, LeadId};
use crate::report::Said;
use crate::report::today::{Item, Waits};
use crate::rules::lifecycle::Means;
use crate::run::RunError;
use std::collections::BTreeMap;

impl Look<'_> {
    /// A lead that was lost, and whose deal is open again: a detour is left by time or by hand, so somebody must say so.
    pub(super) fn reopened(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let (lifecycle, as_of) = (&self.workspace.sop.lifecycle, self.context.as_of);
        let detours: Vec<&str> = lifecycle.detours.iter().map(|d| d.id.as_str()).collect();
        let mut by_detour: BTreeMap<String, Vec<LeadId>> = BTreeMap::new();
        for (lead, detour) in self.store.open_deals_at(&detours, as_of)? {
            if DealFacts::of(&self.store.deals_of(lead)?, as_of).open > 0 {
                by_detour.entry(detour).or_default().push(lead);
            }
        }
        let to = lifecycle.meaning(Means::Opportunity).and_then(|place| lifecycle.stages.get(place)).or(lifecycle.stages.first());
        let to = to.map_or("…", |s| s.id.as_str());
        for (detour, leads) in by_detour {
            let mut names = Vec::new();
            for lead in leads.iter().take(NAMED) {
                names.extend(self.store.lead(self.columns, *lead)?.map(|record| (record.key, self.who(&record))));
            }
            let next = match (leads.as_slice(), names.first()) {
                ([_], Some((key, _))) => format!("sop set {key} stage={to} owner=… --why \"the deal is open again\""),
                _ => format!("sop set --where \"stage = '{detour}' AND open_deals > 0\" stage={to} owner=… --why \"the deal is open again\""),
            };
            let more = leads.len().saturating_sub(names.len());
            let mut names: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
            names.extend((more > 0).then(|| format!("{more} more")));
            let names = names.join(", ");
            let detail = Said::new(
                format!("a deal is open, and nobody works on a lead in `{detour}`: {names}"),
                format!("商机仍在进行，而线索在 `{detour}` 中无人跟进：{names}"),
            );
            items.push(item(Waits::Reopened, detour, i64::try_from(leads.len()).unwrap_or(i64::MAX), detail, next));
        }
        Ok(())
    }

    /// Deals that count nowhere.
    pub(super) fn deals_of_nobody(&self, items: &mut Vec<Item>) -> Result<(), RunError> {
        let (all, mut ids) = self.store.deals_of_nobody(NAMED)?;
        if all > 0 {
            let more = all - i64::try_from(ids.len()).unwrap_or(all);
            ids.extend((more > 0).then(|| format!("{more} more")));
            let ids = some(ids);
            let detail = Said::new(format!("name neither a known lead nor a company: {ids}"), format!("既无已知线索也无公司：{ids}"));
            let next = Said::new("add a lead or a company to their rows, and import the file again", "在这些行补上线索或公司，再次导入");
            items.push(item(Waits::Deal, Said::new("deals of nobody", "无归属的商机"), all, detail, next));
        }
        Ok(())
    }
}
