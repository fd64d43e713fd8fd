//! Deals (their payments: [`super::payments`]). A deal may have no lead that we know: it keeps its company, and waits under the names that
//! its file gave for the lead. A payment may come before its deal.

use super::side::Side;
use super::{Result, Store};
use crate::model::{Deal, DealStatus, Identity, Instant, LeadId, RunId};
use rusqlite::{OptionalExtension, Row, params};

/// The number of a deal: a stable hash of its source and own id, or of what stays the same about a deal without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DealId(pub u64);

/// A deal as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealRow {
    /// Its number.
    pub deal: DealId,
    /// Its own id, as told.
    pub id: Option<String>,
    /// `--source` of its file.
    pub source: String,
    /// Whose; `None` = of no lead that we know.
    pub lead: Option<LeadId>,
    /// The company, as told.
    pub company: Option<String>,
    /// An owner's id, or a name that the team does not know.
    pub owner: Option<String>,
    /// In minor units.
    pub amount: Option<i64>,
    /// `new`, `renewal`, `upsell`, `cross_sell`; blank (nobody says) and a word that nobody knows count as new.
    pub kind: String,
    /// The product, as told.
    pub product: Option<String>,
    /// When it was opened.
    pub opened_at: Option<Instant>,
    /// When it was won or lost.
    pub closed_at: Option<Instant>,
    /// How it stands.
    pub status: DealStatus,
    /// Why it was lost, as told.
    pub reason: Option<String>,
    /// How and when it had been closed first, before a file said otherwise: reports of that day were made with it.
    pub lapsed: Option<(DealStatus, Instant)>,
}

/// A deal with one of its payments, during a pass.
pub(super) struct DealPart {
    deal: i64,
    facts: Deal,
    paid: Option<(Instant, i64, i64)>,
}

/// Deals during a pass: one row for each payment, or one without.
pub(super) const SIDE: Side<DealPart> = Side {
    any: "SELECT EXISTS (SELECT 1 FROM deals WHERE lead IS NOT NULL)",
    rows: "SELECT d.lead, d.deal, d.status, d.amount, d.opened_at, d.closed_at, p.at, p.amount, p.n FROM deals d LEFT JOIN payments p USING (deal)
        WHERE d.lead IS NOT NULL AND {} ORDER BY d.lead, d.deal, p.at, p.amount",
    read: |r| {
        let at = |i: usize| Ok::<_, rusqlite::Error>(r.get::<_, Option<i64>>(i)?.map(Instant));
        let status = DealStatus::parse(r.get_ref(2)?.as_str().unwrap_or_default()).unwrap_or(DealStatus::Open);
        let facts = Deal { status, amount: r.get(3)?, opened_at: at(4)?, closed_at: at(5)?, paid: Vec::new() };
        let paid = match at(6)? {
            Some(at) => Some((at, r.get(7)?, r.get(8)?)),
            None => None,
        };
        Ok(DealPart { deal: r.get(1)?, facts, paid })
    },
};

/// Deals under way from parts: parts of one deal come one after the other.
#[derive(Default)]
pub(super) struct Parts {
    last: Option<i64>,
}

impl Parts {
    /// Adds a part to the deals of its lead.
    pub(super) fn add(&mut self, deals: &mut Vec<Deal>, part: DealPart) {
        if self.last != Some(part.deal) || deals.is_empty() {
            self.last = Some(part.deal);
            deals.push(part.facts);
        }
        if let (Some(deal), Some((at, amount, n))) = (deals.last_mut(), part.paid) {
            deal.paid.extend((0..n).map(|_| (at, amount)));
        }
    }
}

const LIST: &str = "deal, id, source, lead, company, owner, amount, kind, product, opened_at, closed_at, status, reason, lapsed_status, lapsed_at";

fn read(r: &Row<'_>) -> rusqlite::Result<DealRow> {
    Ok(DealRow {
        deal: DealId(r.get::<_, i64>(0)? as u64),
        id: r.get(1)?,
        source: r.get(2)?,
        lead: r.get::<_, Option<i64>>(3)?.map(LeadId),
        company: r.get(4)?,
        owner: r.get(5)?,
        amount: r.get(6)?,
        kind: r.get(7)?,
        product: r.get(8)?,
        opened_at: r.get::<_, Option<i64>>(9)?.map(Instant),
        closed_at: r.get::<_, Option<i64>>(10)?.map(Instant),
        status: DealStatus::parse(&r.get::<_, String>(11)?).unwrap_or(DealStatus::Open),
        reason: r.get(12)?,
        lapsed: match (r.get::<_, Option<String>>(13)?.as_deref().and_then(DealStatus::parse), r.get::<_, Option<i64>>(14)?) {
            (Some(status), Some(at)) => Some((status, Instant(at))),
            _ => None,
        },
    })
}

impl Store {
    /// One deal.
    pub fn deal(&self, deal: DealId) -> Result<Option<DealRow>> {
        let sql = format!("SELECT {LIST} FROM deals WHERE deal = ?1");
        Ok(self.conn.prepare_cached(&sql)?.query_row([deal.0 as i64], read).optional()?)
    }

    /// How many deals are told as won.
    pub fn won_deals(&self) -> Result<usize> {
        let n: i64 = self.conn.query_row("SELECT count(*) FROM deals WHERE status = 'won'", [], |r| r.get(0))?;
        Ok(usize::try_from(n).unwrap_or(0))
    }

    /// Every deal, in the order of their numbers: that of nothing a person knows, but always the same, and nothing has to be sorted.
    pub fn each_deal(&self, f: impl FnMut(DealRow)) -> Result<()> {
        self.deals_by("deal", f)
    }

    /// Every deal, in the order of source and id.
    pub fn each_deal_by_name(&self, f: impl FnMut(DealRow)) -> Result<()> {
        self.deals_by("source, id, deal", f)
    }

    fn deals_by(&self, order: &str, mut f: impl FnMut(DealRow)) -> Result<()> {
        let mut statement = self.conn.prepare(&format!("SELECT {LIST} FROM deals ORDER BY {order}"))?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            f(read(r)?);
        }
        Ok(())
    }

    /// Deals that had been closed in a stretch of time and are not any more, or otherwise, or at another time. In the order of source and id.
    pub fn lapsed_deals(&self, from: Instant, until: Instant) -> Result<Vec<DealRow>> {
        let sql = format!(
            "SELECT {LIST} FROM deals WHERE lapsed_at >= ?1 AND lapsed_at < ?2
             AND NOT (status = lapsed_status AND coalesce(closed_at >= ?1 AND closed_at < ?2, 0)) ORDER BY source, id, deal"
        );
        let mut statement = self.conn.prepare(&sql)?;
        Ok(statement.query_map([from.0, until.0], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Leads at one of these places that may have an open deal as of an instant, in order.
    pub fn open_deals_at(&self, places: &[&str], as_of: Instant) -> Result<Vec<(LeadId, String)>> {
        let places = serde_json::Value::from(places).to_string();
        const OPEN: &str = "SELECT DISTINCT d.lead, s.stage FROM deals d JOIN lead_state s USING (lead)
            WHERE (d.status = 'open' OR d.closed_at > ?2) AND s.stage IN (SELECT value FROM json_each(?1)) ORDER BY d.lead";
        let mut statement = self.conn.prepare(OPEN)?;
        let rows = statement.query_map(params![places, as_of.0], |r| Ok((LeadId(r.get(0)?), r.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Deals that name neither a lead that is known nor a company: how many, and the first few by id.
    pub fn deals_of_nobody(&self, some: usize) -> Result<(i64, Vec<String>)> {
        let n = self.conn.query_row("SELECT count(*) FROM deals WHERE lead IS NULL AND company IS NULL", [], |r| r.get(0))?;
        let sql = "SELECT coalesce(id, '?') FROM deals WHERE lead IS NULL AND company IS NULL ORDER BY source, id, deal LIMIT ?1";
        let mut statement = self.conn.prepare(sql)?;
        let ids = statement.query_map([i64::try_from(some).unwrap_or(i64::MAX)], |r| r.get(0))?;
        Ok((n, ids.collect::<rusqlite::Result<_>>()?))
    }

    /// The deals of one lead as stored, oldest first.
    pub fn deal_rows_of(&self, lead: LeadId) -> Result<Vec<DealRow>> {
        let sql = format!("SELECT {LIST} FROM deals WHERE lead = ?1 ORDER BY coalesce(opened_at, closed_at), source, id, deal");
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_map([lead.0], read)?.collect::<rusqlite::Result<_>>()?)
    }

    /// The deals of one lead, as rules ask for them.
    pub fn deals_of(&self, lead: LeadId) -> Result<Vec<Deal>> {
        let (mut deals, mut parts) = (Vec::new(), Parts::default());
        for part in SIDE.of(self, lead)? {
            parts.add(&mut deals, part);
        }
        Ok(deals)
    }

    /// Writes a deal; a known one is overwritten if it differs. The row keeps the run that made it.
    pub fn put_deal(&self, d: &DealRow, run: RunId) -> Result<()> {
        const PUT: &str = "INSERT INTO deals (deal, id, source, lead, company, owner, amount, kind, product, opened_at, closed_at, status, reason, run,
            lapsed_status, lapsed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT (deal) DO UPDATE SET
            lead = excluded.lead, company = excluded.company, owner = excluded.owner, amount = excluded.amount, kind = excluded.kind,
            product = excluded.product, opened_at = excluded.opened_at, closed_at = excluded.closed_at, status = excluded.status, reason = excluded.reason,
            lapsed_status = excluded.lapsed_status, lapsed_at = excluded.lapsed_at";
        self.conn.prepare_cached(PUT)?.execute(params![
            d.deal.0 as i64,
            d.id,
            d.source,
            d.lead.map(|l| l.0),
            d.company,
            d.owner,
            d.amount,
            d.kind,
            d.product,
            d.opened_at.map(|t| t.0),
            d.closed_at.map(|t| t.0),
            d.status.name(),
            d.reason,
            run.0,
            d.lapsed.map(|(status, _)| status.name()),
            d.lapsed.map(|(_, at)| at.0)
        ])?;
        Ok(())
    }

    /// Lets a deal without a lead be found by whoever arrives under this name.
    pub fn wait_deal(&self, identity: &Identity, deal: DealId, run: RunId) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO waiting_deals (hash, deal, kind, text, run) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.conn.prepare_cached(sql)?.execute(params![identity.hash() as i64, deal.0 as i64, &*identity.kind, identity.text, run.0])?;
        Ok(())
    }

    /// Whether any deal waits for its lead.
    pub fn any_waiting_deals(&self) -> Result<bool> {
        Ok(self.conn.query_row("SELECT EXISTS (SELECT 1 FROM waiting_deals)", [], |r| r.get(0))?)
    }

    /// Gives the deals that waited under a name to the lead that arrived. Says how many.
    pub fn take_waiting_deals(&self, identity: &Identity, lead: LeadId) -> Result<usize> {
        let mut select = self.conn.prepare_cached("SELECT deal FROM waiting_deals WHERE hash = ?1 AND text = ?2 ORDER BY deal")?;
        let found: Vec<i64> = select.query_map(params![identity.hash() as i64, identity.text], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
        for deal in &found {
            self.conn.prepare_cached("UPDATE deals SET lead = ?2 WHERE deal = ?1 AND lead IS NULL")?.execute([*deal, lead.0])?;
            self.found_lead(DealId(*deal as u64))?;
        }
        Ok(found.len())
    }

    /// A deal has its lead: it waits for nobody.
    pub fn found_lead(&self, deal: DealId) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM waiting_deals WHERE deal = ?1")?.execute([deal.0 as i64])?;
        Ok(())
    }

    /// Gives the deals of one lead to another.
    pub fn move_deals(&self, from: LeadId, to: LeadId) -> Result<()> {
        self.conn.execute("UPDATE deals SET lead = ?2 WHERE lead = ?1", [from.0, to.0])?;
        Ok(())
    }
}
