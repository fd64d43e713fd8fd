//! Tables beside the leads (standings, deals, follow-ups …) during an ordered pass: read along in one stream where the
//! pass meets most leads, asked lead by lead where it meets few, and not at all where the table is empty.

use super::{Result, Store};
use crate::model::LeadId;
use rusqlite::{Row, Rows, Statement};

/// One table of the side: its rows and how one is read; column 0 is the lead.
pub(super) struct Side<T> {
    /// Whether there is any row.
    pub(super) any: &'static str,
    /// Its rows with a lead, in the order of leads; `{}` stands for a further condition.
    pub(super) rows: &'static str,
    /// How a row is read.
    pub(super) read: fn(&Row<'_>) -> rusqlite::Result<T>,
}

/// How the rows of a side come.
pub(super) enum Feed<'s> {
    /// There are none, or nobody wants them.
    Nothing,
    /// In one stream.
    Stream(Statement<'s>),
    /// By a query for each lead.
    Ask(Statement<'s>),
}

impl<T> Side<T> {
    pub(super) fn feed<'s>(&self, store: &'s Store, wanted: bool, streamed: bool) -> Result<Feed<'s>> {
        if !wanted || !store.conn.query_row(self.any, [], |r| r.get::<_, bool>(0))? {
            return Ok(Feed::Nothing);
        }
        Ok(if streamed { Feed::Stream(store.conn.prepare(&self.rows.replace("{}", "TRUE"))?) } else { Feed::Ask(store.conn.prepare(&self.one())?) })
    }

    fn one(&self) -> String {
        self.rows.replace("{}", "lead = ?1")
    }

    /// The rows of one lead.
    pub(super) fn of(&self, store: &Store, lead: LeadId) -> Result<Vec<T>> {
        let mut statement = store.conn.prepare_cached(&self.one())?;
        let found = statement.query_map([lead.0], |r| (self.read)(r))?.collect::<rusqlite::Result<_>>()?;
        Ok(found)
    }
}

/// A side that keeps step with a pass.
pub(super) struct Reader<'f, 's, T> {
    feed: Running<'f, 's>,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    /// Read already, of a later lead.
    ahead: Option<(i64, T)>,
}

enum Running<'f, 's> {
    Nothing,
    Stream(Rows<'f>),
    Ask(&'f mut Statement<'s>),
}

impl<'f, 's, T> Reader<'f, 's, T> {
    pub(super) fn new(side: &Side<T>, feed: &'f mut Feed<'s>) -> Result<Self> {
        let feed = match feed {
            Feed::Nothing => Running::Nothing,
            Feed::Stream(statement) => Running::Stream(statement.query([])?),
            Feed::Ask(statement) => Running::Ask(statement),
        };
        Ok(Self { feed, read: side.read, ahead: None })
    }

    /// Hands out the rows of this lead; leads come in the order of their numbers.
    pub(super) fn each(&mut self, lead: LeadId, mut f: impl FnMut(T)) -> Result<()> {
        let read = self.read;
        match &mut self.feed {
            Running::Nothing => {}
            Running::Ask(statement) => {
                let mut rows = statement.query([lead.0])?;
                while let Some(r) = rows.next()? {
                    f(read(r)?);
                }
            }
            Running::Stream(rows) => loop {
                match self.ahead.take() {
                    Some((of, row)) if of > lead.0 => {
                        self.ahead = Some((of, row));
                        break;
                    }
                    Some((of, row)) if of == lead.0 => f(row),
                    _ => {}
                }
                match rows.next()? {
                    Some(r) => self.ahead = Some((r.get(0)?, read(r)?)),
                    None => {
                        self.feed = Running::Nothing;
                        break;
                    }
                }
            },
        }
        Ok(())
    }
}
