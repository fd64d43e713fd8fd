//! Channels from impression to deal: what each cost and brought, by the channel that each lead first came by.

use super::economy::{economy, worth};
use super::names::{NO_CHANNEL, Names, SHARED_COST, by_detail};
use super::{Entry, Reading};
use crate::model::{AttributionModel, FieldIx, FieldType, Instant, LeadId, Value};
use crate::report::catalogue::Entry as Listed;
use crate::report::channels::{Row, report};
use crate::report::{Note, Report};
use crate::rules::reports::Basis;
use crate::run::RunError;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const ENTRY: Entry = Entry {
    listed: Listed {
        name: "channels",
        about: "each channel from impressions to deals won; new and returning leads",
        needs: "leads with a channel; costs for what they cost, deals for what was won",
        by: &["channel"],
    },
    run,
};

fn run(reading: &Reading<'_>) -> Result<Report, RunError> {
    let dictionary = &reading.sop().dictionary;
    // Whose merit deals are does not matter here: a lead's own channel counts.
    let economy = economy(reading, Basis::Period, AttributionModel::First)?;
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for (name, r) in &economy.rows {
        let s = &r.sums;
        if (s.leads, s.cost, s.mql.unwrap_or(0), s.sql.unwrap_or(0)) == (0, 0, 0, 0) && r.impressions.is_none() && r.clicks.is_none() {
            continue;
        }
        let row = Row { impressions: r.impressions, clicks: r.clicks, cost: s.cost, leads: s.leads, mql: s.mql, sql: s.sql, ..Row::default() };
        rows.insert(name.clone(), row);
    }
    let mut names = Names::new(dictionary, true);
    let field: Vec<FieldIx> = dictionary.fields.iter().position(|f| f.ty == FieldType::Channel).map(FieldIx).into_iter().collect();
    let (mut in_period, mut since, mut nobody) = (FxHashSet::default(), FxHashSet::default(), 0_usize);
    let fields = &field;
    let mut channel_of = |lead: LeadId| -> Result<Arc<str>, RunError> {
        let values = reading.store.lead_fields(reading.columns, lead, fields)?.map(|(_, v)| v).unwrap_or_default();
        Ok(values.first().and_then(Value::as_text).map_or_else(|| NO_CHANNEL.into(), |t| names.of(t)))
    };
    for deal in &economy.book.sold {
        let (won_now, _) = worth(reading, deal, Basis::Period);
        let Some(lead) = deal.lead else {
            nobody += usize::from(won_now);
            continue;
        };
        let (won_since, _) = worth(reading, deal, Basis::Cohort);
        let (first_now, first_since) = (won_now && in_period.insert(lead), won_since && since.insert(lead));
        if first_now || first_since {
            let row = rows.entry(channel_of(lead)?.to_string()).or_default();
            row.won += i64::from(first_now);
            row.won_since += i64::from(first_since);
        }
    }
    for (name, n) in returning(reading)? {
        rows.entry(name).or_default().returning += n;
    }
    let mut rows: Vec<Row> = rows.into_iter().map(|(channel, row)| Row { channel, ..row }).collect();
    for row in &mut rows {
        let has = economy.rows.values().any(|r| r.sums.mql.is_some());
        row.mql = row.mql.or(has.then_some(0));
        row.sql = row.sql.or(economy.rows.values().any(|r| r.sums.sql.is_some()).then_some(0));
    }
    rows.sort_by(|a, b| (a.channel.starts_with('('), -a.leads, -a.cost, &a.channel).cmp(&(b.channel.starts_with('('), -b.leads, -b.cost, &b.channel)));
    let mut notes = vec![Note::new(
        "counting",
        "leads count for the channel they first came by; leads won: those with a deal of any kind won in the period, each once; conversion: of the leads created in it, those that have won since",
    )];
    if rows.iter().any(|r| r.returning > 0) {
        notes.push(Note::new("returning", "returning: leads known from an earlier touch that left their details again through this channel"));
    }
    let refunded: Vec<&str> = rows.iter().filter(|r| r.cost < 0).map(|r| r.channel.as_str()).collect();
    notes.extend(crate::report::roi::refunds(&refunded));
    if rows.iter().any(|r| r.channel == SHARED_COST) {
        notes.push(Note::new("shared-cost", format!("{SHARED_COST} was spent on no one channel")));
    }
    if nobody > 0 {
        notes.push(Note::new(
            "no-lead",
            format!(
                "{}, and {} in no row: `sop report roi` joins them by company",
                if nobody == 1 { "1 deal won in the period names no lead".to_owned() } else { format!("{nobody} deals won in the period name no lead") },
                if nobody == 1 { "is" } else { "are" }
            ),
        ));
    }
    Ok(report(&reading.frame(), &rows, notes))
}

/// Leads that were captured before the period and again in it, by the channel of the second time; each lead once per channel.
fn returning(reading: &Reading<'_>) -> Result<BTreeMap<String, i64>, RunError> {
    let dictionary = &reading.sop().dictionary;
    let mut names = Names::new(dictionary, true);
    let Some(place) = dictionary.event_fields.iter().position(|f| f.id == "channel") else { return Ok(BTreeMap::new()) };
    let mut known: rustc_hash::FxHashMap<u32, Arc<str>> = rustc_hash::FxHashMap::default();
    reading.store.each_detail(reading.columns, |(id, kind, values)| {
        if let (true, Some(Value::Text(text))) = (kind == "lead_captured", values.get(place)) {
            known.insert(id, names.of(text));
        }
    })?;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    let by_detail = by_detail(&known);
    reading.store.each_touched(
        (Instant(i64::MIN), reading.until().plus(-1)),
        |detail| by_detail.get(detail as usize).is_some_and(Option::is_some),
        |_, events| {
            if events.len() < 2 || events.first().is_none_or(|e| e.at >= reading.period.from) {
                return;
            }
            let mut here: Vec<&str> = events.iter().filter(|e| reading.contains(e.at)).filter_map(|e| known.get(&e.detail.0)).map(|n| &**n).collect();
            here.sort_unstable();
            here.dedup();
            here.into_iter().for_each(|name| *counts.entry(name.to_owned()).or_default() += 1);
        },
    )?;
    Ok(counts)
}
