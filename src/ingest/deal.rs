//! Rows of deals and of payments.

use super::cell::BadCell;
use super::columns::{Holds, Layout, Rows, TableMapping, TableReader, TypedRow, text};
use super::currency::{check_header, check_row, without_units};
use super::error::{IngestError, shorten};
use super::lead::Next;
use super::profile::OpenOrder;
use super::row::RawRow;
use super::table::TableFile;
use crate::model::{Calendar, Currency, DealStatus, Dictionary, Identity, Instant, Key, Table, Value};

/// What status columns say. Everything on the way is open: which step it is at is the other system's matter.
const STATUS: &[(&str, &str)] = &[
    (
        "open",
        "进行中|跟进中|洽谈中|谈判中|商务谈判|方案报价|报价|初步接触|需求确认|立项|未成交|待签约|合同审批|Engaging|Prospecting|In Progress|Active|Pending|Qualification|Qualified|Needs Analysis|Value Proposition|Proposal|Proposal/Price Quote|Quote|Negotiation|Negotiation/Review|Negotiating|Discovery|Demo|Contract Sent|Appointment Scheduled|Qualified To Buy|Presentation Scheduled|Decision Maker Bought-In|New|Opened",
    ),
    ("won", "赢单|成交|已成交|成交客户|已签约|签约|赢|Closed Won|Closed-Won|closedwon|Win|Signed|Deal Won|成功"),
    ("lost", "丢单|输单|已丢单|失败|流失|丢|输|作废|放弃|Closed Lost|Closed-Lost|closedlost|Lose|Loss|Deal Lost|Dead|Cancelled|Canceled|Abandoned"),
];

const KINDS: &[(&str, &str)] = &[
    ("new", "新签|新购|新客|新客户|首购|首单|新单|New Business|New Customer|newbusiness|New Logo"),
    ("renewal", "续约|续费|续签|复购|Renew|Existing Business|existingbusiness|Repeat"),
    ("upsell", "增购|扩容|升级|加购|Up-sell|Upgrade|Expansion|Existing Customer - Upgrade"),
    ("cross_sell", "交叉销售|交叉|Cross-sell|Cross sell|Existing Customer - Add-On"),
];

/// Words of a type by which money goes back.
const GIVEN_BACK: &[&str] = &["退款", "退货", "退单", "冲红", "红冲", "refund", "credit note", "chargeback"];

const DEALS: Layout = Layout {
    table: "deals",
    columns: &[
        ("id", Holds::Id),
        ("company", Holds::Text),
        ("owner", Holds::Text),
        ("amount", Holds::Money),
        ("currency", Holds::Text),
        ("kind", Holds::Choice(KINDS)),
        ("product", Holds::Text),
        ("opened_at", Holds::At),
        ("closed_at", Holds::At),
        ("status", Holds::Choice(STATUS)),
        ("won", Holds::Boolean),
        ("reason", Holds::Text),
    ],
    lead: Some("lead"),
};

const PAYMENTS: Layout = Layout { table: "payments", columns: PAID, lead: None };
const PAID: &[(&str, Holds)] = &[("deal", Holds::Id), ("at", Holds::At), ("amount", Holds::Money), ("currency", Holds::Text), ("id", Holds::Id)];

/// What the columns of a deals file mean. A unit in parentheses (`金额(元)`) is no part of a name.
pub fn deal_mapping(headers: &[String], dictionary: &Dictionary, tables: &[Table]) -> TableMapping {
    TableMapping::of(&DEALS, &without_units(headers, &dictionary.currency), dictionary, tables)
}

/// What the columns of a payments file mean.
pub fn payment_mapping(headers: &[String], dictionary: &Dictionary, tables: &[Table]) -> TableMapping {
    TableMapping::of(&PAYMENTS, &without_units(headers, &dictionary.currency), dictionary, tables)
}

/// One deal; reused from row to row. What is blank says nothing.
#[derive(Clone, Debug, Default)]
pub struct DealCells {
    /// The line of a text file where the row begins; the row of a sheet.
    pub number: u64,
    /// Whose: strongest first.
    pub identities: Vec<Identity>,
    /// Whose, by key.
    pub key: Option<Key>,
    /// Its own id.
    pub id: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The owner, as told.
    pub owner: Option<String>,
    /// In minor units.
    pub amount: Option<i64>,
    /// `new`, `renewal`, `upsell`, `cross_sell`; a word that is none of them as told.
    pub kind: Option<String>,
    /// The word of the file for it.
    pub kind_told: Option<String>,
    /// The product.
    pub product: Option<String>,
    /// When it was opened.
    pub opened_at: Option<Instant>,
    /// When it was won or lost.
    pub closed_at: Option<Instant>,
    /// How it stands.
    pub status: Option<DealStatus>,
    /// Why it was lost.
    pub reason: Option<String>,
    /// Cells that became blank, or, on a rejected row, the one that refused it.
    pub bad: Vec<BadCell>,
}

/// Types the rows of one deals file.
pub struct DealReader<'a> {
    rows: TableReader<'a>,
    row: TypedRow,
    currency: &'a Currency,
    /// No column says how deals ended: those with a date of closing were won.
    closed_is_won: bool,
}

impl<'a> DealReader<'a> {
    /// Reads a table from its first row on; refused when nothing says what a deal is of, or how it stands.
    pub fn new(table: TableFile, mapping: &TableMapping, dictionary: &'a Dictionary, calendar: &Calendar, tables: &[Table]) -> Result<Self, IngestError> {
        if !mapping.has(&["id", "company"]) && !mapping.has_who() {
            return Err(TableReader::lacks(&table, "deals", "an id, a lead or a company"));
        }
        let told = mapping.has(&["status", "won"]);
        if !told && mapping.column("closed_at").is_none() {
            return Err(TableReader::lacks(&table, "deals", "status, won or closed_at"));
        }
        check_header(&table, mapping.column("amount"), &dictionary.currency)?;
        let rows = TableReader::new(&DEALS, table, mapping, dictionary, calendar, tables)?;
        Ok(Self { rows, row: TypedRow::default(), currency: &dictionary.currency, closed_is_won: !told })
    }
    /// Whether no column says how deals ended, so that those with a date of closing count as won.
    pub fn closed_is_won(&self) -> bool {
        self.closed_is_won
    }
}

impl Rows for DealReader<'_> {
    type Cells = DealCells;

    fn bad(cells: &DealCells) -> &[BadCell] {
        &cells.bad
    }
    fn raw(&self) -> &RawRow {
        self.rows.raw()
    }
    fn open(&self) -> &[OpenOrder] {
        &self.rows.open
    }
    fn remark(&self) -> Option<&(&'static str, String)> {
        self.row.remark.as_ref()
    }

    /// The next row. Money of another currency refuses it, and so does a word that says not how the deal stands; a date that is none is a
    /// blank, and is listed. A type that nobody knows is kept as told.
    fn next(&mut self, out: &mut DealCells) -> Result<Next, IngestError> {
        let next = self.rows.next(&mut self.row)?;
        let row = &mut self.row;
        out.bad = row.bad.iter().map(|(_, b)| b.clone()).collect();
        if next != Next::Row {
            return Ok(next);
        }
        // Money that goes back is no new business, whatever its sign.
        let back = row.bad_in(&["kind"]).filter(|bad| GIVEN_BACK.iter().any(|word| bad.value.to_lowercase().contains(word)));
        if let Some(bad) = back.cloned() {
            let why = "money that goes back is no deal: lower the deal's amount, or tell it as a payment with a minus";
            out.bad = vec![BadCell { reason: why.into(), ..bad }];
            return Ok(Next::Rejected);
        }
        let foreign = check_row(row, &DEALS, self.rows.header("currency"), self.currency);
        if let Some(bad) = row.bad_in(&["status", "won"]).cloned().or(foreign.err()) {
            out.bad = vec![bad];
            return Ok(Next::Rejected);
        }
        out.number = row.number;
        std::mem::swap(&mut out.identities, &mut row.identities);
        out.key = row.key;
        out.kind_told = Some(shorten(self.rows.told("kind"))).filter(|word| !word.is_empty());
        let strange = row.bad_in(&["kind"]).and(out.kind_told.clone());
        out.bad = row.bad.iter().filter(|(id, _)| *id != "kind").map(|(_, bad)| bad.clone()).collect();
        let mut take = |id: &str| row.take(&DEALS, id);
        (out.id, out.company, out.owner) = (text(take("id")), text(take("company")), text(take("owner")));
        (out.kind, out.product, out.reason) = (text(take("kind")).or(strange), text(take("product")), text(take("reason")));
        (out.opened_at, out.closed_at) = (take("opened_at").as_instant(), take("closed_at").as_instant());
        out.amount = minor(&take("amount"));
        let (status, won) = (text(take("status")), take("won"));
        out.status = match (status.as_deref().and_then(DealStatus::parse), won) {
            (Some(status), _) => Some(status),
            (None, Value::Bool(true)) => Some(DealStatus::Won),
            (None, Value::Bool(false)) => Some(DealStatus::Lost),
            (None, _) if self.closed_is_won && out.closed_at.is_some() => Some(DealStatus::Won),
            _ => None,
        };
        if out.id.is_none() && out.company.is_none() && out.identities.is_empty() && out.key.is_none() {
            let nobody = BadCell::new("", "", "neither an id, nor a lead, nor a company");
            out.bad.insert(0, nobody);
            return Ok(Next::Rejected);
        }
        Ok(Next::Row)
    }
}

fn minor(value: &Value) -> Option<i64> {
    match value {
        Value::Money(n) => Some(*n),
        _ => None,
    }
}

/// One payment; reused from row to row.
#[derive(Clone, Debug)]
pub struct PaymentCells {
    /// Its own id: what it is known by when it comes again.
    pub id: Option<String>,
    /// The deal's own id.
    pub deal: String,
    /// When.
    pub at: Instant,
    /// In minor units.
    pub amount: i64,
    /// On a rejected row, the cell that refused it.
    pub bad: Vec<BadCell>,
}

impl Default for PaymentCells {
    fn default() -> Self {
        Self { id: None, deal: String::new(), at: Instant(0), amount: 0, bad: Vec::new() }
    }
}

/// Types the rows of one payments file.
pub struct PaymentReader<'a> {
    rows: TableReader<'a>,
    row: TypedRow,
    currency: &'a Currency,
}

impl<'a> PaymentReader<'a> {
    /// Reads a table from its first row on; refused when a column is not there.
    pub fn new(table: TableFile, mapping: &TableMapping, dictionary: &'a Dictionary, calendar: &Calendar, tables: &[Table]) -> Result<Self, IngestError> {
        let names = ["deal", "at", "amount"];
        if names.iter().any(|id| mapping.column(id).is_none()) {
            return Err(TableReader::lacks(&table, "payments", "deal, at and amount"));
        }
        check_header(&table, mapping.column("amount"), &dictionary.currency)?;
        let rows = TableReader::new(&PAYMENTS, table, mapping, dictionary, calendar, tables)?;
        Ok(Self { rows, row: TypedRow::default(), currency: &dictionary.currency })
    }
}

impl Rows for PaymentReader<'_> {
    type Cells = PaymentCells;

    fn bad(cells: &PaymentCells) -> &[BadCell] {
        &cells.bad
    }
    fn raw(&self) -> &RawRow {
        self.rows.raw()
    }
    fn open(&self) -> &[OpenOrder] {
        &self.rows.open
    }
    fn remark(&self) -> Option<&(&'static str, String)> {
        self.row.remark.as_ref()
    }

    /// The next row. A payment that says not when, what for or how much is refused, and so is one in another currency.
    fn next(&mut self, out: &mut PaymentCells) -> Result<Next, IngestError> {
        let next = self.rows.next(&mut self.row)?;
        let row = &mut self.row;
        out.bad = row.bad.iter().map(|(_, b)| b.clone()).collect();
        if next != Next::Row {
            return Ok(next);
        }
        if let Err(foreign) = check_row(row, &PAYMENTS, self.rows.header("currency"), self.currency) {
            out.bad = vec![foreign];
        }
        if !out.bad.is_empty() {
            return Ok(Next::Rejected);
        }
        let mut take = |id: &str| row.take(&PAYMENTS, id);
        out.id = text(take("id"));
        let [deal, at, amount] = ["deal", "at", "amount"].map(|id| self.rows.header(id));
        match (text(take("deal")), take("at").as_instant(), minor(&take("amount"))) {
            (Some(deal), Some(at), Some(amount)) => (out.deal, out.at, out.amount) = (deal, at, amount),
            (None, ..) => out.bad.push(BadCell::new(deal, "", "no deal")),
            (_, None, _) => out.bad.push(BadCell::new(at, "", "no date")),
            _ => out.bad.push(BadCell::new(amount, "", "no amount")),
        }
        Ok(if out.bad.is_empty() { Next::Row } else { Next::Rejected })
    }
}
