//! Journeys on paths: the texts of paths, who is on them, and which arms of experiments leads are in.

use super::side::Side;
use super::{Result, Store};
use crate::model::{Enrollment, Instant, JourneyState, Journeys, LeadId, Letter, MessageId, MessageState, Part, RunId};
use rusqlite::{OptionalExtension, Row, params};

/// A text of a path that the base has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathVersion {
    /// Its number.
    pub version: i64,
    /// The path's name.
    pub path: String,
    /// The YAML.
    pub text: String,
    /// As-of of the tick that first obeyed it.
    pub at: Instant,
}

/// How many journeys of a path stand how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathCount {
    /// The path's name.
    pub path: String,
    /// How they stand.
    pub state: JourneyState,
    /// Only measured.
    pub control: bool,
    /// How many.
    pub n: i64,
    /// When the next of them is due.
    pub next: Option<Instant>,
}

fn read_enrollment(r: &Row<'_>) -> rusqlite::Result<Enrollment> {
    let at = |i: usize| Ok::<_, rusqlite::Error>(r.get::<_, Option<i64>>(i)?.map(Instant));
    Ok(Enrollment {
        id: r.get(1)?,
        path: r.get(2)?,
        cause: r.get(3)?,
        version: r.get(4)?,
        state: JourneyState::parse(r.get_ref(5)?.as_str().unwrap_or_default()).unwrap_or(JourneyState::Exited),
        control: r.get(6)?,
        entered_at: Instant(r.get(7)?),
        day_one: r.get::<_, Option<String>>(8)?.and_then(|d| d.parse().ok()),
        step: usize::try_from(r.get::<_, i64>(9)?).unwrap_or(0),
        due_at: at(10)?,
        last_at: at(11)?,
        hold_from: at(12)?,
        wait_from: at(13)?,
        met: r.get::<_, Option<String>>(14)?.map_or_else(Vec::new, |all| all.split(',').filter_map(|n| n.parse().ok()).collect()),
        held: r.get(15)?,
        lapsed_at: at(16)?,
        ended_at: at(17)?,
        why: r.get(18)?,
    })
}

/// Journeys during a pass, oldest first.
pub(super) const SIDE: Side<Enrollment> = Side {
    any: "SELECT EXISTS (SELECT 1 FROM enrollments)",
    rows: "SELECT lead, enrollment, path, cause, version, state, control, entered_at, day_one, step, due_at, last_at, hold_from, wait_from, met,
        held, lapsed_at, ended_at, why FROM enrollments WHERE {} ORDER BY lead, entered_at, enrollment",
    read: read_enrollment,
};

/// Their messages.
pub(super) const LETTERS: Side<Letter> = Side {
    any: "SELECT EXISTS (SELECT 1 FROM messages)",
    rows: "SELECT lead, message, enrollment, step, part, medium, service, state, not_before, sent_at,
        state = 'held' AND reason = 'paused' FROM messages WHERE {} ORDER BY lead, message",
    read: |r| {
        Ok(Letter {
            id: MessageId(r.get::<_, i64>(1)? as u64),
            enrollment: r.get(2)?,
            step: r.get(3)?,
            part: Part::parse(r.get_ref(4)?.as_str().unwrap_or_default()).unwrap_or(Part::Main),
            medium: r.get(5)?,
            service: r.get(6)?,
            state: MessageState::parse(r.get_ref(7)?.as_str().unwrap_or_default()).unwrap_or(MessageState::Unknown),
            not_before: Instant(r.get(8)?),
            sent_at: r.get::<_, Option<i64>>(9)?.map(Instant),
            paused: r.get::<_, Option<bool>>(10)?.unwrap_or(false),
        })
    },
};

/// The arms that leads are in.
pub(super) const ARMS: Side<(String, String)> = Side {
    any: "SELECT EXISTS (SELECT 1 FROM exposures)",
    rows: "SELECT lead, experiment, arm FROM exposures WHERE {} ORDER BY lead, experiment",
    read: |r| Ok((r.get(1)?, r.get(2)?)),
};

impl Store {
    /// Everything that is known of one lead's journeys.
    pub fn journeys_of(&self, lead: LeadId) -> Result<Journeys> {
        let arms = ARMS.of(self, lead)?.into_iter().collect();
        Ok(Journeys { enrollments: SIDE.of(self, lead)?, letters: LETTERS.of(self, lead)?, arms })
    }

    /// The texts of paths that the base has seen, oldest first.
    pub fn path_versions(&self) -> Result<Vec<PathVersion>> {
        let mut statement = self.conn.prepare("SELECT version, path, text, at FROM path_versions ORDER BY at, version")?;
        let read = |r: &Row<'_>| Ok(PathVersion { version: r.get(0)?, path: r.get(1)?, text: r.get(2)?, at: Instant(r.get(3)?) });
        Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// The number of a path's text; it is kept on first sight.
    pub fn path_version(&self, path: &str, fingerprint: &str, text: &str, at: Instant, run: RunId) -> Result<i64> {
        const FIND: &str = "SELECT version FROM path_versions WHERE fingerprint = ?1";
        if let Some(version) = self.conn.prepare_cached(FIND)?.query_row([fingerprint], |r| r.get(0)).optional()? {
            return Ok(version);
        }
        const PUT: &str = "INSERT INTO path_versions (path, fingerprint, text, at, run) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.conn.execute(PUT, params![path, fingerprint, text, at.0, run.0])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Keeps a journey as it is now.
    pub fn put_enrollment(&self, lead: LeadId, e: &Enrollment, run: RunId) -> Result<()> {
        // Two plain statements: one that does either would be able to be taken back alone, which costs a copy of every page it touches.
        const UPDATE: &str = "UPDATE OR FAIL enrollments SET version = ?5, state = ?6, control = ?7, entered_at = ?8, day_one = ?9, step = ?10,
            due_at = ?11, last_at = ?12, hold_from = ?13, wait_from = ?14, met = ?15, held = ?16, lapsed_at = ?17, ended_at = ?18,
            why = ?19, run = coalesce(run, ?20) WHERE enrollment = ?1";
        const INSERT: &str = "INSERT INTO enrollments (enrollment, lead, path, cause, version, state, control, entered_at, day_one, step, due_at, last_at,
            hold_from, wait_from, met, held, lapsed_at, ended_at, why, run)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
        let at = |at: Option<Instant>| at.map(|at| at.0);
        let row = params![
            e.id,
            lead.0,
            e.path,
            e.cause,
            e.version,
            e.state.name(),
            e.control,
            e.entered_at.0,
            e.day_one.map(|d| d.to_string()),
            i64::try_from(e.step).unwrap_or(i64::MAX),
            at(e.due_at),
            at(e.last_at),
            at(e.hold_from),
            at(e.wait_from),
            (!e.met.is_empty()).then(|| e.met.iter().map(usize::to_string).collect::<Vec<_>>().join(",")),
            e.held,
            at(e.lapsed_at),
            at(e.ended_at),
            e.why,
            run.0
        ];
        if self.conn.prepare_cached(UPDATE)?.execute(row)? == 0 {
            self.conn.prepare_cached(INSERT)?.execute(row)?;
        }
        Ok(())
    }

    /// A lead is in an arm from now on. It stays there.
    pub fn expose(&self, experiment: &str, lead: LeadId, arm: &str, at: Instant, run: RunId) -> Result<()> {
        const EXPOSE: &str = "INSERT OR IGNORE INTO exposures (experiment, lead, arm, at, run) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.conn.prepare_cached(EXPOSE)?.execute(params![experiment, lead.0, arm, at.0, run.0])?;
        Ok(())
    }

    /// How journeys stand, by path and state.
    pub fn path_counts(&self) -> Result<Vec<PathCount>> {
        const COUNTS: &str = "SELECT path, state, control, count(*), min(due_at) FROM enrollments GROUP BY path, state, control ORDER BY path, state, control";
        let mut statement = self.conn.prepare(COUNTS)?;
        let read = |r: &Row<'_>| {
            let state = JourneyState::parse(r.get_ref(1)?.as_str().unwrap_or_default()).unwrap_or(JourneyState::Exited);
            Ok(PathCount { path: r.get(0)?, state, control: r.get(2)?, n: r.get(3)?, next: r.get::<_, Option<i64>>(4)?.map(Instant) })
        };
        Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// The leads whose journey on a path stands so, in the order of their numbers.
    pub fn leads_on(&self, path: &str, state: JourneyState) -> Result<Vec<LeadId>> {
        let mut statement = self.conn.prepare("SELECT DISTINCT lead FROM enrollments WHERE path = ?1 AND state = ?2 ORDER BY lead")?;
        Ok(statement.query_map([path, state.name()], |r| Ok(LeadId(r.get(0)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// How many leads have a step of a path behind them, by how many steps; those under way only.
    pub fn steps_of(&self, path: &str) -> Result<Vec<(i64, i64)>> {
        const STEPS: &str = "SELECT step, count(*) FROM enrollments WHERE path = ?1 AND state IN ('active', 'paused') GROUP BY step ORDER BY step";
        let mut statement = self.conn.prepare(STEPS)?;
        Ok(statement.query_map([path], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// The messages of a path, counted by step, part and state.
    pub fn letters_of(&self, path: &str) -> Result<Vec<(String, String, MessageState, i64)>> {
        const LETTERS: &str = "SELECT step, part, state, count(*) FROM messages WHERE path = ?1 GROUP BY step, part, state ORDER BY step, part, state";
        let mut statement = self.conn.prepare(LETTERS)?;
        let read = |r: &Row<'_>| {
            let state = MessageState::parse(r.get_ref(2)?.as_str().unwrap_or_default()).unwrap_or(MessageState::Unknown);
            Ok((r.get(0)?, r.get(1)?, state, r.get(3)?))
        };
        Ok(statement.query_map([path], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// What may leave by an instant leaves, as a rehearsal of days to come takes it: each at its own instant.
    pub fn let_leave(&self, at: Instant) -> Result<()> {
        const LEAVE: &str = "UPDATE OR FAIL messages SET state = 'sent', reason = NULL, sent_at = not_before
            WHERE state IN ('queued', 'deferred') AND not_before <= ?1 AND (not_after IS NULL OR not_before <= not_after)";
        self.conn.execute(LEAVE, [at.0])?;
        Ok(())
    }

    /// Every journey on a path, with its lead.
    pub fn enrollments_on(&self, path: &str) -> Result<Vec<(LeadId, Enrollment)>> {
        let sql = format!("{} ", SIDE.rows.replace("{}", "path = ?1"));
        let mut statement = self.conn.prepare(&sql)?;
        Ok(statement.query_map([path], |r| Ok((LeadId(r.get(0)?), read_enrollment(r)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// As-of of the last import of history that stands, and whether no tick came after it.
    pub fn last_history(&self) -> Result<Option<(Instant, bool)>> {
        const LAST: &str =
            "SELECT as_of, NOT EXISTS (SELECT 1 FROM runs t WHERE t.run > h.run AND t.verb = 'tick' AND t.undone_by IS NULL AND t.counts <> '{}')
            FROM runs h WHERE undone_by IS NULL AND ' ' || flags || ' ' LIKE '% --history %' AND counts <> '{}' ORDER BY run DESC LIMIT 1";
        Ok(self.conn.query_row(LAST, [], |r| Ok((Instant(r.get(0)?), r.get(1)?))).optional()?)
    }

    /// Of two leads that became one: the journeys of one go to the other. Where both were on one path for one cause, the older stays.
    pub fn move_journeys(&self, from: LeadId, to: LeadId) -> Result<()> {
        const OLDER: &str = "SELECT a.enrollment, b.enrollment, a.entered_at < b.entered_at FROM enrollments a JOIN enrollments b
            ON b.path = a.path AND b.cause = a.cause AND b.lead = ?2 WHERE a.lead = ?1 ORDER BY a.enrollment";
        let mut statement = self.conn.prepare(OLDER)?;
        let read = |r: &Row<'_>| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?, r.get::<_, bool>(2)?));
        let both: Vec<(i64, i64, bool)> = statement.query_map(params![from.0, to.0], read)?.collect::<rusqlite::Result<_>>()?;
        for (theirs, ours, older) in both {
            let (stays, goes) = if older { (theirs, ours) } else { (ours, theirs) };
            // What was said is said: messages go over where their step is free, the others are taken back if they still can be.
            self.conn.execute("UPDATE OR IGNORE messages SET enrollment = ?2 WHERE enrollment = ?1", [goes, stays])?;
            const BACK: &str = "UPDATE messages SET state = 'cancelled', reason = 'merged: the step had its message' WHERE enrollment = ?1 AND state IN ('queued', 'deferred', 'held')";
            self.conn.execute(BACK, [goes])?;
            self.conn.execute("DELETE FROM enrollments WHERE enrollment = ?1", [goes])?;
        }
        self.conn.execute("UPDATE enrollments SET lead = ?2 WHERE lead = ?1", [from.0, to.0])?;
        self.conn.execute("UPDATE messages SET lead = ?2 WHERE lead = ?1", [from.0, to.0])?;
        self.conn.execute("UPDATE OR IGNORE exposures SET lead = ?2 WHERE lead = ?1", [from.0, to.0])?;
        self.conn.execute("DELETE FROM exposures WHERE lead = ?1", [from.0])?;
        Ok(())
    }
}
