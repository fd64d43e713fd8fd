//! What reports read of many leads at once, in streaming passes: the few fields that they need, when a lead first reached its
//! milestones, and touches.

use super::columns::{lead_column, read_value};
use super::{Columns, DealId, Result, Store, ident};
use crate::model::{Event, FieldIx, Instant, LeadId, Value};
use rusqlite::OptionalExtension;
use rustc_hash::FxHashMap;

/// What a pass reads of one lead; reused from lead to lead.
#[derive(Clone, Debug, Default)]
pub struct LeadFact {
    /// Its number.
    pub lead: i64,
    /// As-of of the run that first saw it.
    pub seen_at: i64,
    /// The asked fields, in the order asked.
    pub values: Vec<Value>,
    /// Who holds it, where asked for.
    pub owner: Option<String>,
    /// When it first reached each milestone.
    pub reached: Vec<Option<Instant>>,
}

/// What a pass over the leads reads.
#[derive(Clone, Debug, Default)]
pub struct LeadAsk {
    /// These fields.
    pub fields: Vec<FieldIx>,
    /// Who holds it.
    pub owner: bool,
    /// By milestone: the stages that are at it or past it.
    pub milestones: Vec<Vec<String>>,
}

impl Store {
    /// Hands what is asked of every lead to `f`, in the order of their numbers; entries later than `as_of` do not exist.
    pub fn each_lead_fact(&self, columns: &Columns, ask: &LeadAsk, as_of: Instant, mut f: impl FnMut(&LeadFact)) -> Result<()> {
        let asked: Vec<_> = ask.fields.iter().map(|ix| columns.fields.get(ix.0)).collect();
        let list: String = asked.iter().map(|c| c.map_or(", NULL".into(), |(name, _)| format!(", l.{}", ident(&lead_column(name))))).collect();
        let (owner, join) = if ask.owner { ("s.owner", "LEFT JOIN lead_state s USING (lead)") } else { ("NULL", "") };
        let mut leads = self.conn.prepare(&format!("SELECT l.lead, l.seen_at, {owner}{list} FROM leads l {join} ORDER BY l.lead"))?;
        // Every dated stage, in the order of the leads.
        let mut entries = self.conn.prepare("SELECT lead, at, stage FROM stage_history WHERE at <= ?1 ORDER BY lead")?;
        let mut of_stage: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (place, stages) in ask.milestones.iter().enumerate() {
            stages.iter().for_each(|s| of_stage.entry(s).or_default().push(place));
        }
        let mut history = if of_stage.is_empty() { None } else { Some(entries.query([as_of.0])?) };
        let mut rows = leads.query([])?;
        let mut fact = LeadFact::default();
        let mut ahead: Option<(i64, i64, Vec<usize>)> = None;
        while let Some(r) = rows.next()? {
            (fact.lead, fact.seen_at, fact.owner) = (r.get(0)?, r.get(1)?, r.get(2)?);
            fact.values.clear();
            for (i, column) in asked.iter().enumerate() {
                fact.values.push(match column {
                    Some((_, ty)) => read_value(r.get_ref(3 + i)?, *ty),
                    None => Value::Null,
                });
            }
            fact.reached.clear();
            fact.reached.resize(ask.milestones.len(), None);
            while let Some(entries) = &mut history {
                if ahead.is_none() {
                    let Some(e) = entries.next()? else {
                        history = None;
                        break;
                    };
                    let places = of_stage.get(e.get_ref(2)?.as_str().unwrap_or_default()).cloned().unwrap_or_default();
                    ahead = Some((e.get(0)?, e.get(1)?, places));
                }
                match &ahead {
                    Some((lead, at, places)) if *lead <= fact.lead => {
                        for place in places.iter().filter(|_| *lead == fact.lead) {
                            if let Some(first) = fact.reached.get_mut(*place) {
                                *first = Some(first.map_or(Instant(*at), |f: Instant| f.min(Instant(*at))));
                            }
                        }
                        ahead = None;
                    }
                    _ => break,
                }
            }
            f(&fact);
        }
        Ok(())
    }

    /// A few fields of one lead and when it was first seen.
    pub fn lead_fields(&self, columns: &Columns, lead: LeadId, fields: &[FieldIx]) -> Result<Option<(Instant, Vec<Value>)>> {
        let asked: Vec<_> = fields.iter().map(|ix| columns.fields.get(ix.0)).collect();
        let list: String = asked.iter().map(|c| c.map_or(", NULL".into(), |(name, _)| format!(", {}", ident(&lead_column(name))))).collect();
        let mut statement = self.conn.prepare_cached(&format!("SELECT seen_at{list} FROM leads WHERE lead = ?1"))?;
        let read = |r: &rusqlite::Row<'_>| {
            let mut values = Vec::with_capacity(asked.len());
            for (i, column) in asked.iter().enumerate() {
                values.push(match column {
                    Some((_, ty)) => read_value(r.get_ref(1 + i)?, *ty),
                    None => Value::Null,
                });
            }
            Ok((Instant(r.get(0)?), values))
        };
        Ok(statement.query_row([lead.0], read).optional()?)
    }

    /// Hands every lead with its events of these details and of this span (both ends included) to `f`, in the order of the leads: one
    /// pass over all events.
    pub fn each_touched(&self, (from, last): (Instant, Instant), wanted: impl Fn(u32) -> bool, mut f: impl FnMut(LeadId, &[Event])) -> Result<()> {
        // Events, as they are clustered.
        let mut statement = self.conn.prepare("SELECT lead, at, detail FROM events WHERE at BETWEEN ?1 AND ?2 ORDER BY lead, at, seq")?;
        let mut rows = statement.query([from.0, last.0])?;
        let (mut before, mut touches) = (None, Vec::new());
        while let Some(r) = rows.next()? {
            let detail: u32 = r.get(2)?;
            if !wanted(detail) {
                continue;
            }
            let lead = LeadId(r.get(0)?);
            if let Some(before) = before.replace(lead).filter(|l| *l != lead) {
                f(before, &touches);
                touches.clear();
            }
            touches.push(Event { at: Instant(r.get(1)?), detail: crate::model::DetailId(detail) });
        }
        if let Some(lead) = before {
            f(lead, &touches);
        }
        Ok(())
    }

    /// Every payment with its deal, its instant, its amount and how many equal ones there are.
    pub fn each_payment(&self, mut f: impl FnMut(DealId, Instant, i64, i64)) -> Result<()> {
        let mut statement = self.conn.prepare("SELECT deal, at, amount, n FROM payments ORDER BY deal, at, amount")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            f(DealId(r.get::<_, i64>(0)? as u64), Instant(r.get(1)?), r.get(2)?, r.get(3)?);
        }
        Ok(())
    }
}
