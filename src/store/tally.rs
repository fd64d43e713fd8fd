//! What reports count: verdicts, bands as they were, first hand-overs, entries of stages, blanks, and what journeys brought.

use super::columns::lead_column;
use super::{DealId, Result, Store, ident};
use crate::model::{FeedbackKind, Instant, LeadId, MessageState, Part, SentMessage, Sign, Verdict};

/// A recorded change of a lead's band.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BandChange {
    /// Whose.
    pub lead: LeadId,
    /// When.
    pub at: Instant,
    /// Before; `None` = it had none.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
}

/// Journeys of one path that stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JourneyCount {
    /// The path.
    pub path: String,
    /// How they stand: `active`, `goal` …
    pub state: String,
    /// Only measured.
    pub control: bool,
    /// Why they ended, or are paused.
    pub why: Option<String>,
    /// How many.
    pub count: u64,
}

/// A message of a journey, as far as it has come, with what came back on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageStory {
    /// To whom.
    pub lead: LeadId,
    /// When its journey began.
    pub entered_at: Instant,
    /// Which message of its step.
    pub part: Part,
    /// How far it has come.
    pub state: MessageState,
    /// It came back as undeliverable.
    pub bounced: bool,
    /// What it is, with openings, clicks and replies; a machine's are still among them.
    pub sent: SentMessage,
}

impl Store {
    /// Every verdict from `from` on and before `until`, by lead, oldest first.
    pub fn each_verdict(&self, from: Instant, until: Instant, mut f: impl FnMut(LeadId, Verdict)) -> Result<()> {
        let mut statement = self.conn.prepare("SELECT lead, at, owner, reason FROM verdicts WHERE at >= ?1 AND at < ?2 ORDER BY lead, at, seq")?;
        let mut rows = statement.query([from.0, until.0])?;
        while let Some(r) = rows.next()? {
            f(LeadId(r.get(0)?), Verdict { at: Instant(r.get(1)?), owner: r.get(2)?, reason: r.get(3)? });
        }
        Ok(())
    }

    /// Every recorded change of a band, by lead, oldest first.
    pub fn each_band_change(&self, mut f: impl FnMut(BandChange)) -> Result<()> {
        const BANDS: &str = r#"SELECT lead, at, "from", "to" FROM changes WHERE what = 'band' ORDER BY lead, at, change"#;
        let mut statement = self.conn.prepare(BANDS)?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            f(BandChange { lead: LeadId(r.get(0)?), at: Instant(r.get(1)?), from: r.get(2)?, to: r.get(3)? });
        }
        Ok(())
    }

    /// When each lead was handed to an owner first, up to `as_of`; by lead.
    pub fn first_assignments(&self, as_of: Instant) -> Result<Vec<(LeadId, Instant)>> {
        let mut statement = self.conn.prepare("SELECT lead, min(at) FROM assignments WHERE at <= ?1 GROUP BY lead ORDER BY lead")?;
        Ok(statement.query_map([as_of.0], |r| Ok((LeadId(r.get(0)?), Instant(r.get(1)?))))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Entries of stages from `from` on and before `until` by leads that had entered the stage before; by lead.
    pub fn entries_again(&self, from: Instant, until: Instant) -> Result<Vec<(LeadId, String)>> {
        const AGAIN: &str = "SELECT h.lead, h.stage FROM stage_history h WHERE h.at >= ?1 AND h.at < ?2
            AND EXISTS (SELECT 1 FROM stage_history e WHERE e.lead = h.lead AND e.stage = h.stage AND e.at < h.at) ORDER BY h.lead, h.at, h.stage";
        let mut statement = self.conn.prepare(AGAIN)?;
        Ok(statement.query_map([from.0, until.0], |r| Ok((LeadId(r.get(0)?), r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Of each group of fields: how many leads have something in none of them. Of no fields: none.
    pub fn count_blank(&self, groups: &[Vec<&str>]) -> Result<Vec<u64>> {
        let blank = |fields: &Vec<&str>| {
            let all: Vec<String> = fields.iter().map(|f| format!("{} IS NULL", ident(&lead_column(f)))).collect();
            format!("count(*) FILTER (WHERE {})", if all.is_empty() { "FALSE".into() } else { all.join(" AND ") })
        };
        let counts: Vec<String> = groups.iter().map(blank).collect();
        if counts.is_empty() {
            return Ok(Vec::new());
        }
        let read = |r: &rusqlite::Row<'_>| (0..counts.len()).map(|i| Ok(r.get::<_, i64>(i)?.unsigned_abs())).collect();
        Ok(self.conn.query_row(&format!("SELECT {} FROM leads", counts.join(", ")), [], read)?)
    }

    /// What was paid for a deal: when and how much, in minor units.
    pub fn paid(&self, deal: DealId) -> Result<Vec<(Instant, i64)>> {
        let mut statement = self.conn.prepare_cached("SELECT at, amount * n FROM payments WHERE deal = ?1 ORDER BY at, amount")?;
        Ok(statement.query_map([deal.0 as i64], |r| Ok((Instant(r.get(0)?), r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Journeys that began from `from` on and before `until`, by path, state, control and reason.
    pub fn journey_counts(&self, from: Instant, until: Instant) -> Result<Vec<JourneyCount>> {
        const COUNTS: &str = "SELECT path, state, control, why, count(*) FROM enrollments WHERE entered_at >= ?1 AND entered_at < ?2
            GROUP BY path, state, control, why ORDER BY path, state, control, why";
        let mut statement = self.conn.prepare(COUNTS)?;
        let read = |r: &rusqlite::Row<'_>| {
            let count = r.get::<_, i64>(4)?.unsigned_abs();
            Ok(JourneyCount { path: r.get(0)?, state: r.get(1)?, control: r.get(2)?, why: r.get(3)?, count })
        };
        Ok(statement.query_map([from.0, until.0], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Every message of a journey with what came back on it by `as_of`, by lead.
    pub fn each_message_story(&self, as_of: Instant, mut f: impl FnMut(MessageStory)) -> Result<()> {
        // One row for each sign that came back, or one without; signs of one message come one after the other.
        const STORIES: &str = "SELECT m.lead, m.message, e.entered_at, m.part, m.state, m.path, m.step, m.enrollment, m.medium, m.sent_at, f.kind, f.at, f.link
            FROM messages m JOIN enrollments e ON e.enrollment = m.enrollment LEFT JOIN feedback f ON f.message = m.message AND f.at <= ?1
            ORDER BY m.lead, m.message, f.at, f.kind, f.link";
        let mut statement = self.conn.prepare(STORIES)?;
        let mut rows = statement.query([as_of.0])?;
        let mut under_way: Option<(i64, MessageStory)> = None;
        while let Some(r) = rows.next()? {
            let message: i64 = r.get(1)?;
            if under_way.as_ref().is_none_or(|(id, _)| *id != message) {
                under_way.take().into_iter().for_each(|(_, story)| f(story));
                let text = |i: usize| Ok::<_, rusqlite::Error>(r.get_ref(i)?.as_str().unwrap_or_default());
                let story = MessageStory {
                    lead: LeadId(r.get(0)?),
                    entered_at: Instant(r.get(2)?),
                    part: Part::parse(text(3)?).unwrap_or(Part::Main),
                    state: MessageState::parse(text(4)?).unwrap_or(MessageState::Unknown),
                    bounced: false,
                    sent: SentMessage {
                        path: r.get(5)?,
                        step: r.get(6)?,
                        enrollment: r.get(7)?,
                        medium: r.get(8)?,
                        sent_at: r.get::<_, Option<i64>>(9)?.map(Instant),
                        signs: Vec::new(),
                    },
                };
                under_way = Some((message, story));
            }
            let kind: Option<String> = r.get(10)?;
            let (Some((_, story)), Some(kind)) = (&mut under_way, kind.as_deref().and_then(FeedbackKind::parse)) else { continue };
            match kind {
                FeedbackKind::Bounce => story.bounced = true,
                FeedbackKind::Open | FeedbackKind::Click | FeedbackKind::Reply => {
                    story.sent.signs.push(Sign { kind, at: Instant(r.get(11)?), link: r.get(12)? })
                }
                FeedbackKind::Complaint | FeedbackKind::Unsubscribe => {}
            }
        }
        under_way.into_iter().for_each(|(_, story)| f(story));
        Ok(())
    }
}
