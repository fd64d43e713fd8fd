//! Payments of deals. One that files give an id is known by it, and what is told of it again takes its place; others are known by what they
//! say: deal, instant and amount, as often as one file says so.

use super::deals::DealId;
use super::{Result, Store};
use crate::model::{Instant, RunId};
use rusqlite::params;

/// The number of a payment: a stable hash of its source and own id; never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaymentId(pub u64);

/// What was paid for one deal, when, and how much, in minor units.
pub type Part = (DealId, Instant, i64);

/// What became of a payment that has an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paid {
    /// It is new.
    New,
    /// It was known without its id.
    Named,
    /// It was known otherwise: what it had been before.
    Restated(Vec<Part>),
    /// It was known.
    Known,
}

impl Store {
    /// Writes a payment that has an id: these are all of its parts, at most one for a deal. What the base knew of it goes. One that was told
    /// without an id before is the same: it takes that place.
    pub fn put_payment(&self, payment: PaymentId, parts: &[Part], run: RunId) -> Result<Paid> {
        const KNOWN: &str = "SELECT deal, at, amount FROM payments WHERE payment = ?1 AND payment <> 0";
        const PUT: &str = "INSERT INTO payments (deal, at, amount, payment, n, run) VALUES (?1, ?2, ?3, ?4, 1, ?5)";
        let id = payment.0 as i64;
        let mut statement = self.conn.prepare_cached(KNOWN)?;
        let part = |r: &rusqlite::Row<'_>| Ok((DealId(r.get::<_, i64>(0)? as u64), Instant(r.get(1)?), r.get(2)?));
        let known: Vec<Part> = statement.query_map([id], part)?.collect::<rusqlite::Result<_>>()?;
        if known.len() == parts.len() && parts.iter().all(|p| known.contains(p)) {
            return Ok(Paid::Known);
        }
        let mut named = known.is_empty();
        for (deal, at, amount) in known.iter().filter(|p| !parts.contains(p)) {
            let sql = "DELETE FROM payments WHERE deal = ?1 AND at = ?2 AND amount = ?3 AND payment = ?4";
            self.conn.prepare_cached(sql)?.execute(params![deal.0 as i64, at.0, amount, id])?;
        }
        for (deal, at, amount) in parts.iter().filter(|p| !known.contains(p)) {
            if known.is_empty() {
                named &= self.take_nameless((*deal, *at, *amount))?;
            }
            self.conn.prepare_cached(PUT)?.execute(params![deal.0 as i64, at.0, amount, id, run.0])?;
        }
        Ok(match (known.is_empty(), named) {
            (true, true) => Paid::Named,
            (true, false) => Paid::New,
            (false, _) => Paid::Restated(known),
        })
    }

    /// Takes one payment without an id away, if there is one like this.
    fn take_nameless(&self, (deal, at, amount): Part) -> Result<bool> {
        let key = params![deal.0 as i64, at.0, amount];
        let fewer = "UPDATE payments SET n = n - 1 WHERE deal = ?1 AND at = ?2 AND amount = ?3 AND payment = 0 AND n > 1";
        let none = "DELETE FROM payments WHERE deal = ?1 AND at = ?2 AND amount = ?3 AND payment = 0";
        Ok(self.conn.prepare_cached(fewer)?.execute(key)? > 0 || self.conn.prepare_cached(none)?.execute(key)? > 0)
    }

    /// Adds payments of a deal that the base does not have yet: a file with `n` equal ones raises the base to max(base, n), those with ids
    /// among them. Gives how many were added.
    pub fn raise_payments(&self, (deal, at, amount): Part, n: i64, run: RunId) -> Result<i64> {
        const FIND: &str = "SELECT coalesce(sum(n), 0) FROM payments WHERE deal = ?1 AND at = ?2 AND amount = ?3";
        const RAISE: &str = "INSERT INTO payments (deal, at, amount, payment, n, run) VALUES (?1, ?2, ?3, 0, ?4, ?5)
            ON CONFLICT (deal, at, amount, payment) DO UPDATE SET n = n + excluded.n";
        let there: i64 = self.conn.prepare_cached(FIND)?.query_row(params![deal.0 as i64, at.0, amount], |r| r.get(0))?;
        let more = n.saturating_sub(there).max(0);
        if more > 0 {
            self.conn.prepare_cached(RAISE)?.execute(params![deal.0 as i64, at.0, amount, more, run.0])?;
        }
        Ok(more)
    }
}
