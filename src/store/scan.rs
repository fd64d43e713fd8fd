//! One ordered pass: each lead with its state and its events.

use super::leads::{masked_list, read_needed, read_record};
use super::state::{read_state, state_list};
use super::{Columns, LeadRecord, Result, StateRow, Store};
use crate::model::{DetailId, Event, Instant, Key, LeadId, RunId};

/// Which leads a pass hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Every lead.
    All,
    /// Those whose state may have changed by this instant, or that another SOP version scored.
    At(Instant, i64),
}

/// What a pass reads of each lead.
#[derive(Clone, Debug)]
pub struct Needs {
    /// By `FieldIx`: unread fields are blank in the row.
    pub fields: Vec<bool>,
    /// The undeclared columns.
    pub extra: bool,
    /// The events.
    pub events: bool,
}

impl Needs {
    /// Everything.
    pub fn all(columns: &Columns) -> Self {
        Self { fields: vec![true; columns.fields.len()], extra: true, events: true }
    }
}

/// One lead of a pass.
pub struct ScanRow {
    /// The lead.
    pub record: LeadRecord,
    /// Where it stands.
    pub state: StateRow,
    /// Its events, in order.
    pub events: Vec<Event>,
}

/// A row to be filled.
impl Default for ScanRow {
    fn default() -> Self {
        let (key, seen_at) = (Key::from_number(0), Instant(0));
        let record = LeadRecord { lead: LeadId(0), key, run: RunId(0), seen_at, fresh_at: None, sources: 0, extra: Vec::new(), values: Vec::new() };
        Self { record, state: StateRow::default(), events: Vec::new() }
    }
}

/// Events in the order of leads, met by leads in the same order.
struct Merge<'n, E> {
    stream: &'n mut dyn FnMut() -> Result<Option<(i64, Event)>, E>,
    /// Read ahead.
    next: Option<(i64, Event)>,
}

impl<E> Merge<'_, E> {
    /// The events of one lead into `out`.
    fn of(&mut self, lead: LeadId, out: &mut Vec<Event>) -> Result<(), E> {
        const END: (i64, Event) = (i64::MAX, Event { at: Instant::MAX, detail: DetailId(0) });
        out.clear();
        loop {
            match self.next {
                Some((of, _)) if of > lead.0 => return Ok(()),
                Some((of, event)) if of == lead.0 => out.push(event),
                _ => {}
            }
            self.next = Some((self.stream)()?.unwrap_or(END));
        }
    }
}

impl Store {
    /// Hands each lead of `due`, in the order of their numbers, to `f`, which may keep the row; memory stays flat.
    /// Nothing may be written to `leads`, `lead_state` or `events` from inside `f`, except to leads already handed out.
    pub fn scan<E: From<super::StoreError>>(&self, columns: &Columns, due: Due, needs: &Needs, f: impl FnMut(ScanRow) -> Result<(), E>) -> Result<(), E> {
        // Reading a tenth of the base one query each costs as much as one pass over all events.
        let streamed = needs.events && (due == Due::All || self.due_count(due)?.saturating_mul(10) > self.due_count(Due::All)?);
        if !streamed {
            return self.pass(columns, due, needs, None, f);
        }
        let sql_error = |e: rusqlite::Error| E::from(e.into());
        let mut all = self.conn.prepare("SELECT lead, at, detail FROM events ORDER BY lead, at, seq").map_err(sql_error)?;
        let mut rows = all.query([]).map_err(sql_error)?;
        let mut next = || -> Result<Option<(i64, Event)>, E> {
            let Some(r) = rows.next().map_err(sql_error)? else { return Ok(None) };
            let read = |i| r.get::<_, i64>(i).map_err(sql_error);
            Ok(Some((read(0)?, Event { at: Instant(read(1)?), detail: DetailId(read(2)? as u32) })))
        };
        self.pass(columns, due, needs, Some(&mut next), f)
    }

    /// The same for a base that is being built and has no states: `next` gives the events, in order. `f` gives back a row whose
    /// buffers are used again.
    pub fn scan_arriving<E: From<super::StoreError>>(
        &self,
        columns: &Columns,
        needs: &Needs,
        next: &mut dyn FnMut() -> Result<Option<(i64, Event)>, E>,
        mut f: impl FnMut(ScanRow) -> Result<ScanRow, E>,
    ) -> Result<(), E> {
        let sql_error = |e: rusqlite::Error| E::from(e.into());
        let sql = format!("SELECT {} FROM leads l ORDER BY l.lead", masked_list(columns, needs));
        let mut leads = self.conn.prepare(&sql).map_err(sql_error)?;
        let mut rows = leads.query([]).map_err(sql_error)?;
        let mut events = Merge { stream: next, next: None };
        let mut whole = ScanRow::default();
        while let Some(row) = rows.next().map_err(sql_error)? {
            read_needed(row, columns, needs, &mut whole.record).map_err(sql_error)?;
            events.of(whole.record.lead, &mut whole.events)?;
            whole = f(whole)?;
        }
        Ok(())
    }

    #[expect(clippy::type_complexity, reason = "a stream of events with their leads")]
    fn pass<E: From<super::StoreError>>(
        &self,
        columns: &Columns,
        due: Due,
        needs: &Needs,
        stream: Option<&mut dyn FnMut() -> Result<Option<(i64, Event)>, E>>,
        mut f: impl FnMut(ScanRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql_error = |e: rusqlite::Error| E::from(e.into());
        let width = 7 + columns.fields.len();
        let list = format!("{}, {}", masked_list(columns, needs), state_list(columns, "s."));
        // A lead that was never scored may have no state yet; only a whole pass meets it.
        let sql = match due {
            Due::All => format!("SELECT {list} FROM leads l LEFT JOIN lead_state s USING (lead) ORDER BY l.lead"),
            Due::At(..) => {
                format!("SELECT {list} FROM lead_state s CROSS JOIN leads l USING (lead) WHERE s.next_change_at <= ?1 OR s.sop IS NOT ?2 ORDER BY s.lead")
            }
        };
        let mut leads = self.conn.prepare(&sql).map_err(sql_error)?;
        let mut rows = match due {
            Due::All => leads.query([]),
            Due::At(at, sop) => leads.query([at.0, sop]),
        }
        .map_err(sql_error)?;
        let mut stream = stream.map(|stream| Merge { stream, next: None });
        while let Some(row) = rows.next().map_err(sql_error)? {
            let record = read_record(row, columns).map_err(sql_error)?;
            let state = read_state(row, width, columns).map_err(sql_error)?;
            let mut events = Vec::new();
            match &mut stream {
                None if needs.events => self.events_of(record.lead, &mut events)?,
                None => {}
                Some(stream) => stream.of(record.lead, &mut events)?,
            }
            f(ScanRow { record, state, events })?;
        }
        Ok(())
    }

    /// How many leads are due.
    pub fn due_count(&self, due: Due) -> Result<i64> {
        Ok(match due {
            Due::All => self.conn.query_row("SELECT count(*) FROM lead_state", [], |r| r.get(0))?,
            Due::At(at, sop) => {
                let sql = "SELECT count(*) FROM lead_state WHERE next_change_at <= ?1 OR sop IS NOT ?2";
                self.conn.query_row(sql, [at.0, sop], |r| r.get(0))?
            }
        })
    }

    /// One lead with its state and events.
    pub fn whole_lead(&self, columns: &Columns, lead: LeadId) -> Result<Option<ScanRow>> {
        let (Some(record), Some(state)) = (self.lead(columns, lead)?, self.state(columns, lead)?) else { return Ok(None) };
        let mut events = Vec::new();
        self.events_of(lead, &mut events)?;
        Ok(Some(ScanRow { record, state, events }))
    }

    /// Every lead's number and score (unscored: lowest), in the order of numbers.
    pub fn scores(&self) -> Result<Vec<(i64, LeadId)>> {
        let mut statement = self.conn.prepare("SELECT coalesce(score, -9223372036854775808), lead FROM lead_state ORDER BY lead")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, LeadId(r.get(1)?))))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
