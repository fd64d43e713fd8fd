//! What a row of leads tells beside the lead's fields: the touch that captured it, behaviour in columns, dated stages.

use super::Importer;
use super::details::{detail_of, intern};
use super::leads::LeadFile;
use crate::ingest::LeadRow;
use crate::model::{DetailId, FieldIx, Instant, KindId, LeadId, Value};
use crate::run::RunError;
use crate::store::LeadRecord;
use std::sync::Arc;

/// A count column is believed up to here: each count is a row of the table of events.
const MOST_COUNTED: i64 = 10_000;

/// The touch of being captured through a channel.
pub(super) struct Touch {
    detail: DetailId,
    /// `None`: when the lead was created.
    at: Option<Instant>,
}

impl Importer<'_, '_> {
    /// What a row tells beside the lead's fields: a touch, behaviour in columns, dated stages.
    pub(super) fn facts_of_row(&mut self, file: &LeadFile<'_>, row: &LeadRow, touch: Option<Touch>, lead: LeadId) -> Result<(), RunError> {
        if let Some(touch) = touch {
            let at = match touch.at {
                Some(at) => at,
                None => self.created_at_of(lead)?,
            };
            self.push_event(lead.0 as u32, at, touch.detail, file.number)?;
        }
        for count in &row.counts {
            let detail = self.column_detail(count.kind, &count.column)?;
            let at = count.at.unwrap_or(self.session.context.as_of);
            if count.total {
                let n = i64::try_from(count.n).unwrap_or(i64::MAX).min(MOST_COUNTED);
                let total = self.totals.entry((lead, detail)).or_insert((0, at));
                *total = (total.0.max(n), total.1.max(at));
            } else {
                self.push_event(lead.0 as u32, at, detail, file.number)?;
            }
        }
        for (stage, at) in &row.stage_dates {
            self.put_stage(lead, *at, stage)?;
        }
        Ok(())
    }

    /// The touch that a row with a channel writes.
    pub(super) fn touch_of(&mut self, row: &LeadRow) -> Result<Option<Touch>, RunError> {
        let at = self.created_at.and_then(|ix| row.values.get(ix.0)).and_then(Value::as_instant);
        Ok(self.touch_detail(row)?.map(|detail| Touch { detail, at }))
    }

    fn touch_detail(&mut self, row: &LeadRow) -> Result<Option<DetailId>, RunError> {
        if self.channel.is_none() {
            return Ok(None);
        }
        let value = |ix: Option<FieldIx>| ix.and_then(|ix| row.values.get(ix.0)).cloned().unwrap_or_default();
        let (channel, campaign) = (value(self.channel), value(self.campaign));
        let (Some(kind), Value::Text(text)) = (self.captured, &channel) else { return Ok(None) };
        let name: Arc<str> = match &campaign {
            Value::Text(c) => format!("{text}\u{1f}{c}").into(),
            _ => Arc::clone(text),
        };
        if let Some(id) = self.details.touches.get(&name) {
            return Ok(Some(*id));
        }
        let detail = detail_of(self.dictionary(), kind, &[("channel", channel), ("campaign", campaign)]);
        let id = intern(&self.session.store, &self.session.columns, self.dictionary(), &detail, "", self.session.run)?;
        self.details.touches.insert(name, id);
        Ok(Some(id))
    }

    /// The detail of behaviour kept in a lead column.
    fn column_detail(&mut self, kind: KindId, column: &str) -> Result<DetailId, RunError> {
        if let Some((_, id)) = self.details.columns.iter().find(|(c, _)| c == column) {
            return Ok(*id);
        }
        let detail = detail_of(self.dictionary(), kind, &[]);
        let id = intern(&self.session.store, &self.session.columns, self.dictionary(), &detail, column, self.session.run)?;
        self.details.columns.push((column.to_owned(), id));
        Ok(id)
    }

    fn created_at_of(&self, lead: LeadId) -> Result<Instant, RunError> {
        let record = self.session.store.lead(&self.session.columns, lead)?;
        let told = |r: &LeadRecord| self.created_at.and_then(|ix| r.values.get(ix.0)).and_then(Value::as_instant);
        Ok(record.map_or(self.session.context.as_of, |r| told(&r).unwrap_or(r.seen_at)))
    }
}
