//! One ordered pass: each lead with its state and its events.

use super::leads::{masked_list, read_needed};
use super::side::Reader;
use super::state::{read_state, state_list};
use super::{Columns, Due, LeadRecord, Result, StateRow, Store, deals, enrollments, feedback, follow_ups, standing};
use crate::model::{Deal, DetailId, Event, FollowUp, Instant, Journeys, LeadId, SentMessage, Standing, Verdict};

/// What a pass reads of each lead.
#[derive(Clone, Debug)]
pub struct Needs {
    /// By `FieldIx`: unread fields are blank in the row.
    pub fields: Vec<bool>,
    /// The undeclared columns.
    pub extra: bool,
    /// The events.
    pub events: bool,
    /// The standing.
    pub standing: bool,
    /// Deals with their payments.
    pub deals: bool,
    /// Follow-ups and verdicts.
    pub follow_ups: bool,
    /// Messages of journeys with what came back.
    pub messages: bool,
}

impl Needs {
    /// Everything.
    pub fn all(columns: &Columns) -> Self {
        Self { fields: vec![true; columns.fields.len()], extra: true, events: true, standing: true, deals: true, follow_ups: true, messages: true }
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
    /// Where it stands beside its score, where asked for.
    pub standing: Standing,
    /// Its deals, where asked for.
    pub deals: Vec<Deal>,
    /// Its follow-ups, oldest first, where asked for.
    pub follow_ups: Vec<FollowUp>,
    /// What sales made of it, oldest first, where asked for with the follow-ups.
    pub verdicts: Vec<Verdict>,
    /// The messages of its journeys, where asked for.
    pub messages: Vec<SentMessage>,
    /// Its journeys, where asked for with the messages.
    pub journeys: Journeys,
    /// Every stage that it entered, oldest first, where asked for with the standing.
    pub entered: Vec<(Instant, String)>,
}

impl ScanRow {
    fn new(record: LeadRecord, state: StateRow, events: Vec<Event>, standing: bool) -> Self {
        let standing = match standing {
            true => Standing { stage: state.stage.clone(), owner: state.owner.clone(), queue: state.queue.clone(), ..Standing::default() },
            false => Standing::default(),
        };
        Self {
            record,
            state,
            events,
            standing,
            deals: Vec::new(),
            follow_ups: Vec::new(),
            verdicts: Vec::new(),
            messages: Vec::new(),
            journeys: Journeys::default(),
            entered: Vec::new(),
        }
    }

    /// Takes what a row of `standings` says; the state has said the rest.
    fn stand(&mut self, row: Standing) {
        let Standing { stage, owner, queue, .. } = std::mem::take(&mut self.standing);
        self.standing = Standing { stage, owner, queue, ..row };
    }
}

/// A row to be filled.
impl Default for ScanRow {
    fn default() -> Self {
        Self::new(LeadRecord::default(), StateRow::default(), Vec::new(), false)
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
    /// Nothing may be written to what is read from inside `f`, except to leads already handed out.
    pub fn scan<E: From<super::StoreError>>(&self, columns: &Columns, due: Due, needs: &Needs, f: impl FnMut(ScanRow) -> Result<(), E>) -> Result<(), E> {
        let count = if due == Due::All { i64::MAX } else { self.due_count(due)? };
        self.scan_counted(columns, (due, count), needs, f)
    }

    /// The same for whoever has counted them.
    pub fn scan_counted<E: From<super::StoreError>>(
        &self,
        columns: &Columns,
        (due, count): (Due, i64),
        needs: &Needs,
        f: impl FnMut(ScanRow) -> Result<(), E>,
    ) -> Result<(), E> {
        // Reading a tenth of the base one query each costs as much as one pass over all events.
        let most = due == Due::All || count.saturating_mul(10) > self.last_lead()?;
        if !(most && needs.events) {
            return self.pass(columns, due, needs, most, None, f);
        }
        let sql_error = |e: rusqlite::Error| E::from(e.into());
        let mut all = self.conn.prepare("SELECT lead, at, detail FROM events ORDER BY lead, at, seq").map_err(sql_error)?;
        let mut rows = all.query([]).map_err(sql_error)?;
        let mut next = || -> Result<Option<(i64, Event)>, E> {
            let Some(r) = rows.next().map_err(sql_error)? else { return Ok(None) };
            let read = |i| r.get::<_, i64>(i).map_err(sql_error);
            Ok(Some((read(0)?, Event { at: Instant(read(1)?), detail: DetailId(read(2)? as u32) })))
        };
        self.pass(columns, due, needs, most, Some(&mut next), f)
    }

    /// The same for a base that is being built and has no states: `events` gives those of a lead, and leads are asked for in
    /// their order. `f` gives back a row whose buffers are used again.
    pub fn scan_arriving<E: From<super::StoreError>>(
        &self,
        columns: &Columns,
        needs: &Needs,
        mut events: impl FnMut(LeadId, &mut Vec<Event>) -> Result<(), E>,
        mut f: impl FnMut(ScanRow) -> Result<ScanRow, E>,
    ) -> Result<(), E> {
        let mut whole = ScanRow::default();
        let mut hand_out = |mut row: ScanRow| {
            events(row.record.lead, &mut row.events)?;
            f(row)
        };
        // Where the leads were just taken in, their rows need not be asked of the base.
        if let Some(shelf) = &mut *self.taken_in.borrow_mut() {
            let mut used = Some(whole);
            return shelf.each(|lead, payload| {
                let mut row = used.take().unwrap_or_default();
                if super::shelf::read_needed(columns, needs, lead, payload, &mut row.record).is_some() {
                    used = Some(hand_out(row)?);
                }
                Ok(())
            });
        }
        let sql_error = |e: rusqlite::Error| E::from(e.into());
        let sql = format!("SELECT {} FROM leads l ORDER BY l.lead", masked_list(columns, needs));
        let mut leads = self.conn.prepare(&sql).map_err(sql_error)?;
        let mut rows = leads.query([]).map_err(sql_error)?;
        while let Some(row) = rows.next().map_err(sql_error)? {
            read_needed(row, columns, needs, &mut whole.record).map_err(sql_error)?;
            whole = hand_out(whole)?;
        }
        Ok(())
    }

    #[expect(clippy::type_complexity, reason = "a stream of events with their leads")]
    fn pass<E: From<super::StoreError>>(
        &self,
        columns: &Columns,
        due: Due,
        needs: &Needs,
        most: bool,
        stream: Option<&mut dyn FnMut() -> Result<Option<(i64, Event)>, E>>,
        mut f: impl FnMut(ScanRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql_error = |e: rusqlite::Error| E::from(e.into());
        let width = 7 + columns.fields.len();
        let list = format!("{}, {}", masked_list(columns, needs), state_list(columns, "s."));
        let sql = match due.condition() {
            // A lead that was never scored may have no state yet; only a whole pass meets it.
            None => format!("SELECT {list} FROM leads l LEFT JOIN lead_state s USING (lead) ORDER BY l.lead"),
            Some(condition) => format!("SELECT {list} FROM lead_state s CROSS JOIN leads l USING (lead) WHERE {condition} ORDER BY s.lead"),
        };
        let mut leads = self.conn.prepare(&sql).map_err(sql_error)?;
        let mut rows = leads.query(due.parameters()).map_err(sql_error)?;
        let mut feed = standing::SIDE.feed(self, needs.standing, most)?;
        let mut standings = Reader::new(&standing::SIDE, &mut feed)?;
        let mut feed = standing::REACHED.feed(self, needs.standing, most)?;
        let mut reached = Reader::new(&standing::REACHED, &mut feed)?;
        let mut feed = deals::SIDE.feed(self, needs.deals, most)?;
        let mut all_deals = Reader::new(&deals::SIDE, &mut feed)?;
        let mut parts = deals::Parts::default();
        let mut feed = follow_ups::SIDE.feed(self, needs.follow_ups, most)?;
        let mut all_follow_ups = Reader::new(&follow_ups::SIDE, &mut feed)?;
        let mut feed = follow_ups::VERDICTS.feed(self, needs.follow_ups, most)?;
        let mut all_verdicts = Reader::new(&follow_ups::VERDICTS, &mut feed)?;
        let mut feed = feedback::SIDE.feed(self, needs.messages, most)?;
        let mut all_messages = Reader::new(&feedback::SIDE, &mut feed)?;
        let mut signs = feedback::Parts::default();
        let mut feed = enrollments::SIDE.feed(self, needs.messages, most)?;
        let mut all_journeys = Reader::new(&enrollments::SIDE, &mut feed)?;
        let mut feed = enrollments::LETTERS.feed(self, needs.messages, most)?;
        let mut all_letters = Reader::new(&enrollments::LETTERS, &mut feed)?;
        let mut feed = enrollments::ARMS.feed(self, needs.messages, most)?;
        let mut all_arms = Reader::new(&enrollments::ARMS, &mut feed)?;
        let mut stream = stream.map(|stream| Merge { stream, next: None });
        // Filled anew for each lead, so that a row that is kept takes no more than it needs.
        let mut events = Vec::new();
        while let Some(row) = rows.next().map_err(sql_error)? {
            let mut record = LeadRecord::default();
            read_needed(row, columns, needs, &mut record).map_err(sql_error)?;
            let state = read_state(row, width, columns).map_err(sql_error)?;
            match &mut stream {
                None if needs.events => self.events_of(record.lead, &mut events)?,
                None => {}
                Some(stream) => stream.of(record.lead, &mut events)?,
            }
            let mut row = ScanRow::new(record, state, events.clone(), needs.standing);
            let lead = row.record.lead;
            standings.each(lead, |s| row.stand(s))?;
            reached.each(lead, |(stage, at)| {
                row.entered.push((at, stage.clone()));
                row.standing.reached.entry(stage).or_insert(at);
            })?;
            all_deals.each(lead, |d| parts.add(&mut row.deals, d))?;
            all_follow_ups.each(lead, |x| row.follow_ups.push(x))?;
            all_verdicts.each(lead, |v| row.verdicts.push(v))?;
            all_journeys.each(lead, |e| row.journeys.enrollments.push(e))?;
            if !row.journeys.enrollments.is_empty() {
                // Whoever was never on a path has no message.
                all_messages.each(lead, |m| signs.add(&mut row.messages, m))?;
                all_letters.each(lead, |l| row.journeys.letters.push(l))?;
            }
            all_arms.each(lead, |(experiment, arm)| {
                row.journeys.arms.insert(experiment, arm);
            })?;
            f(row)?;
        }
        Ok(())
    }

    /// One lead with everything that is known of it.
    pub fn whole_lead(&self, columns: &Columns, lead: LeadId) -> Result<Option<ScanRow>> {
        let (Some(record), Some(state)) = (self.lead(columns, lead)?, self.state(columns, lead)?) else { return Ok(None) };
        let mut events = Vec::new();
        self.events_of(lead, &mut events)?;
        let mut row = ScanRow::new(record, state, events, false);
        row.standing = self.standing(lead)?;
        row.deals = self.deals_of(lead)?;
        row.follow_ups = follow_ups::SIDE.of(self, lead)?;
        row.verdicts = self.verdicts_of(lead)?;
        row.messages = self.sent_messages_of(lead)?;
        row.journeys = self.journeys_of(lead)?;
        row.entered = standing::REACHED.of(self, lead)?.into_iter().map(|(stage, at)| (at, stage)).collect();
        Ok(Some(row))
    }

    /// Every lead's number and score (unscored: lowest), in the order of numbers.
    pub fn scores(&self) -> Result<Vec<(i64, LeadId)>> {
        let mut statement = self.conn.prepare("SELECT coalesce(score, -9223372036854775808), lead FROM lead_state ORDER BY lead")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, LeadId(r.get(1)?))))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
