//! Rows of what came back on messages: our own form (one sign a row), what mail systems export (one sign a row, or one recipient with a
//! column for each sign), replies by SMS, and what 企微 tells of contacts.

mod words;

pub(super) use words::of_refusals;
pub use words::{Came, said_no};

use super::cell::BadCell;
use super::columns::{Holds, Layout, Rows, TableMapping, TableReader, TypedRow, text};
use super::error::IngestError;
use super::lead::Next;
use super::profile::OpenOrder;
use super::row::RawRow;
use super::table::TableFile;
use crate::model::{Calendar, Dictionary, FeedbackKind, Identity, Instant, Key, Table, Value};

const FEEDBACK: Layout = Layout {
    table: "feedback",
    columns: &[
        ("kind", Holds::Text),
        ("message", Holds::Id),
        ("address", Holds::Id),
        ("content", Holds::Text),
        ("at", Holds::At),
        ("medium", Holds::Text),
        ("link", Holds::Text),
        ("bounce", Holds::Text),
        ("reason", Holds::Text),
        ("machine", Holds::Boolean),
        ("sent_at", Holds::At),
        ("opened_at", Holds::At),
        ("clicked_at", Holds::At),
        ("replied_at", Holds::At),
        ("bounced_at", Holds::At),
        ("complained_at", Holds::At),
        ("unsubscribed_at", Holds::At),
        ("opens", Holds::Text),
        ("clicks", Holds::Text),
        ("is_read", Holds::Boolean),
        ("is_clicked", Holds::Boolean),
        ("is_failed", Holds::Boolean),
        ("is_unsubscribed", Holds::Boolean),
    ],
    lead: None,
};

const SMS: Layout =
    Layout { table: "sms_replies", columns: &[("message_id", Holds::Id), ("address", Holds::Id), ("text", Holds::Text), ("at", Holds::At)], lead: None };

const WECOM: Layout =
    Layout { table: "wecom", columns: &[("kind", Holds::Text), ("at", Holds::At), ("added_at", Holds::At), ("replied_at", Holds::At)], lead: Some("customer") };

/// Columns of a recipient's row that each tell one sign: when, how often, whether.
const WIDE: [(FeedbackKind, &str, &str, &str); 6] = [
    (FeedbackKind::Open, "opened_at", "opens", "is_read"),
    (FeedbackKind::Click, "clicked_at", "clicks", "is_clicked"),
    (FeedbackKind::Reply, "replied_at", "", ""),
    (FeedbackKind::Bounce, "bounced_at", "", "is_failed"),
    (FeedbackKind::Complaint, "complained_at", "", ""),
    (FeedbackKind::Unsubscribe, "unsubscribed_at", "", "is_unsubscribed"),
];

/// How a mail stands, folded.
pub(super) const STATES: [&str; 6] = ["状态", "邮件状态", "发送状态", "投递状态", "status", "state"];

/// What the columns of a feedback file mean.
pub fn feedback_mapping(headers: &[String], dictionary: &Dictionary, tables: &[Table]) -> TableMapping {
    let mut mapping = TableMapping::of(&FEEDBACK, headers, dictionary, tables);
    // Where nothing else says what came back, the state of a mail does; beside a reason it is the mail server's code.
    if !mapping.has(&["kind", "reason"]) && !is_wide(&mapping) {
        STATES.iter().for_each(|state| mapping.fill("kind", headers, state));
    }
    // Beside a column of events, `type` says how a mail bounced; else the mail server's code does.
    mapping.fill("bounce", headers, "type");
    mapping.fill("bounce", headers, "status");
    mapping
}

/// What the columns of a file of replies by SMS mean.
pub fn sms_mapping(headers: &[String], dictionary: &Dictionary, tables: &[Table]) -> TableMapping {
    TableMapping::of(&SMS, headers, dictionary, tables)
}

/// What the columns of a 企微 export mean.
pub fn wecom_mapping(headers: &[String], dictionary: &Dictionary, tables: &[Table]) -> TableMapping {
    TableMapping::of(&WECOM, headers, dictionary, tables)
}

/// Whether any column of a recipient's row tells a sign.
pub(super) fn is_wide(mapping: &TableMapping) -> bool {
    WIDE.iter().any(|(_, at, often, whether)| mapping.has(&[at, often, whether]))
}

/// Which export it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedbackShape {
    /// Of messages, whatever carried them.
    Feedback,
    /// Replies by SMS.
    Sms,
    /// 企微
    Wecom,
}

/// One sign of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What.
    pub came: Came,
    /// When; `None` = the file does not say.
    pub at: Option<Instant>,
}

/// One row; reused from row to row. What is blank says nothing.
#[derive(Clone, Debug, Default)]
pub struct FeedbackCells {
    /// The line of a text file where the row begins; the row of a sheet.
    pub number: u64,
    /// Whose, where the file names leads and not addresses: strongest first.
    pub identities: Vec<Identity>,
    /// Whose, by key.
    pub key: Option<Key>,
    /// The message, as told.
    pub message: Option<String>,
    /// The address, as told.
    pub address: Option<String>,
    /// The content or subject, as told.
    pub content: Option<String>,
    /// How it had left, where told.
    pub medium: Option<String>,
    /// The link that was followed.
    pub link: Option<String>,
    /// What it tells: nothing, one sign, or several.
    pub told: Vec<Told>,
    /// No person did that, says the system itself.
    pub by_machine: bool,
    /// Cells that became blank, or, on a rejected row, the one that refused it.
    pub bad: Vec<BadCell>,
}

/// Types the rows of one file.
pub struct FeedbackReader<'a> {
    rows: TableReader<'a>,
    row: TypedRow,
    shape: FeedbackShape,
    kind: Option<usize>,
    /// What every row is, by the name of the file.
    whole: Option<Came>,
    covers: Vec<FeedbackKind>,
}

impl<'a> FeedbackReader<'a> {
    /// Reads a table from its first row on; refused when it names no address, or nothing that came back.
    pub fn new(
        shape: FeedbackShape,
        table: TableFile,
        mapping: &TableMapping,
        dictionary: &'a Dictionary,
        calendar: &Calendar,
        tables: &[Table],
    ) -> Result<Self, IngestError> {
        let lacks = |what: &str| Err(TableReader::lacks(&table, layout(shape).table, what));
        let (mut whole, mut covers) = (None, Vec::new());
        match shape {
            FeedbackShape::Feedback => {
                if !mapping.has(&["address", "message"]) {
                    return lacks("an address, or the message's id");
                }
                covers = WIDE.iter().filter(|(_, at, often, whether)| mapping.has(&[at, often, whether])).map(|(kind, ..)| *kind).collect();
                if !mapping.has(&["kind"]) && covers.is_empty() {
                    whole = table.path().file_stem().and_then(|n| words::of_file_name(&n.to_string_lossy()));
                    if whole.is_none() {
                        return lacks("kind (open, click, reply, bounce, complaint, unsubscribe), or a name that says what it holds (opened.csv)");
                    }
                }
            }
            FeedbackShape::Sms => {
                if !mapping.has(&["address"]) || !mapping.has(&["text"]) {
                    return lacks("a phone number and the text of the reply");
                }
                covers = vec![FeedbackKind::Reply, FeedbackKind::Unsubscribe];
            }
            FeedbackShape::Wecom => {
                if !mapping.has_who() {
                    return lacks("a column that names the contact (external_userid, 企微客户ID, phone …)");
                }
                let dated = mapping.has(&["added_at", "replied_at"]) || (mapping.has(&["kind"]) && mapping.has(&["at"]));
                if !dated {
                    return lacks("when the contact was added or replied (添加时间, 最近回复时间), or who wrote each message and when");
                }
                if mapping.has(&["replied_at", "kind"]) {
                    covers.push(FeedbackKind::Reply);
                }
            }
        }
        let kind = mapping.column("kind");
        let rows = TableReader::new(layout(shape), table, mapping, dictionary, calendar, tables)?;
        Ok(Self { rows, row: TypedRow::default(), shape, kind, whole, covers })
    }

    /// What the file would tell if there were any, whatever its rows are.
    pub fn covers(&self) -> Vec<FeedbackKind> {
        match self.whole {
            Some(Came::Sign(kind)) => vec![kind],
            Some(Came::Soft) => vec![FeedbackKind::Bounce],
            _ => self.covers.clone(),
        }
    }
}

impl Rows for FeedbackReader<'_> {
    type Cells = FeedbackCells;

    fn bad(cells: &FeedbackCells) -> &[BadCell] {
        &cells.bad
    }
    fn raw(&self) -> &RawRow {
        self.rows.raw()
    }
    fn open(&self) -> &[OpenOrder] {
        &self.rows.open
    }

    /// The next row. A word that nobody knows refuses it; so does a row that names nobody.
    fn next(&mut self, out: &mut FeedbackCells) -> Result<Next, IngestError> {
        let next = self.rows.next(&mut self.row)?;
        out.told.clear();
        out.bad = self.row.bad.iter().map(|(_, b)| b.clone()).collect();
        if next != Next::Row {
            return Ok(next);
        }
        if let Some(bad) = self.row.bad_in(&["at", "added_at", "replied_at"]) {
            out.bad = vec![bad.clone()];
            return Ok(Next::Rejected);
        }
        out.number = self.row.number;
        let filled = match self.shape {
            FeedbackShape::Feedback => self.feedback(out),
            FeedbackShape::Sms => self.sms(out),
            FeedbackShape::Wecom => self.wecom(out),
        };
        let Err(bad) = filled else { return Ok(Next::Row) };
        out.bad.insert(0, bad);
        Ok(Next::Rejected)
    }
}

impl FeedbackReader<'_> {
    fn feedback(&mut self, out: &mut FeedbackCells) -> Result<(), BadCell> {
        let mut take = |id: &str| self.row.take(&FEEDBACK, id);
        (out.message, out.address, out.content) = (text(take("message")), text(take("address")), text(take("content")));
        (out.medium, out.link) = (text(take("medium")), text(take("link")));
        let (kind, at, bounce, reason) = (text(take("kind")), take("at").as_instant(), text(take("bounce")), text(take("reason")));
        out.by_machine = take("machine") == Value::Bool(true);
        let sent_at = take("sent_at").as_instant();
        let soft = bounce.as_deref().is_some_and(words::is_soft);
        let settle = |came: Came| if soft && came == Came::Sign(FeedbackKind::Bounce) { Came::Soft } else { came };
        for (kind, when, often, whether) in WIDE {
            let (at, n, is) = (take(when).as_instant(), text(take(often)), take(whether));
            let counted = n.as_deref().and_then(|n| n.trim().parse::<f64>().ok()).is_some_and(|n| n > 0.0);
            if at.is_some() || counted || is == Value::Bool(true) {
                // Of a delivery that failed, systems tell when it was tried.
                out.told.push(Told { came: settle(Came::Sign(kind)), at: at.or(sent_at.filter(|_| kind == FeedbackKind::Bounce)) });
            }
        }
        let one = match (&kind, self.whole) {
            (Some(word), _) => match words::came(word).map_err(|why| self.bad_kind(word, why))? {
                // Not sent, because the address had bounced before.
                Came::Nothing if is_dropped_bounce(word, reason.as_deref()) => Some(Came::Sign(FeedbackKind::Bounce)),
                came => Some(came),
            },
            (None, whole) => whole,
        };
        if let Some(came) = one.filter(|came| *came != Came::Nothing) {
            out.told.push(Told { came: settle(came), at });
        }
        if self.kind.is_some() && kind.is_none() && out.told.is_empty() {
            return Err(self.bad_kind("", "it does not say what came back".to_owned()));
        }
        if out.address.is_none() && out.message.is_none() {
            return Err(BadCell::new("", "", "neither an address nor a message is named"));
        }
        Ok(())
    }

    fn sms(&mut self, out: &mut FeedbackCells) -> Result<(), BadCell> {
        let mut take = |id: &str| self.row.take(&SMS, id);
        (out.message, out.address) = (text(take("message_id")), text(take("address")));
        let (said, at) = (text(take("text")), take("at").as_instant());
        out.medium = Some("sms".into());
        let ends = said.as_deref().is_some_and(words::ends_subscription);
        let came = Came::Sign(if ends { FeedbackKind::Unsubscribe } else { FeedbackKind::Reply });
        // A blank reply is one, too.
        out.told.push(Told { came, at });
        if out.address.is_none() { Err(BadCell::new("", "", "no phone number")) } else { Ok(()) }
    }

    fn wecom(&mut self, out: &mut FeedbackCells) -> Result<(), BadCell> {
        std::mem::swap(&mut out.identities, &mut self.row.identities);
        out.key = self.row.key;
        let mut take = |id: &str| self.row.take(&WECOM, id);
        let (kind, at) = (text(take("kind")), take("at").as_instant());
        let (added, replied) = (take("added_at").as_instant(), take("replied_at").as_instant());
        out.medium = Some("wecom".into());
        out.told.extend(added.map(|at| Told { came: Came::Added, at: Some(at) }));
        out.told.extend(replied.map(|at| Told { came: Came::Sign(FeedbackKind::Reply), at: Some(at) }));
        if let Some(word) = &kind {
            match who_wrote(word).map_or_else(|| words::came(word), Ok).map_err(|why| self.bad_kind(word, why))? {
                Came::Nothing => {}
                came => out.told.push(Told { came, at }),
            }
        }
        if out.identities.is_empty() && out.key.is_none() { Err(BadCell::new("", "", "nobody is named")) } else { Ok(()) }
    }

    fn bad_kind(&self, word: &str, why: String) -> BadCell {
        BadCell::new(self.kind.and_then(|c| self.rows.table().headers().get(c)).map_or("", String::as_str), word, why)
    }
}

fn layout(shape: FeedbackShape) -> &'static Layout {
    match shape {
        FeedbackShape::Feedback => &FEEDBACK,
        FeedbackShape::Sms => &SMS,
        FeedbackShape::Wecom => &WECOM,
    }
}

/// Whether a mail was dropped because its address is known to be none. What was dropped for an unsubscription was told when it came.
fn is_dropped_bounce(word: &str, reason: Option<&str>) -> bool {
    let dropped = word.trim().eq_ignore_ascii_case("dropped");
    dropped && reason.is_some_and(|r| ["bounce", "invalid"].iter().any(|w| r.to_lowercase().contains(w)))
}

/// Who wrote a message: the contact's own are replies.
fn who_wrote(word: &str) -> Option<Came> {
    match word.trim() {
        "客户" | "外部联系人" | "接收" | "收到" | "customer" | "external" | "in" | "received" => Some(Came::Sign(FeedbackKind::Reply)),
        "员工" | "成员" | "企业成员" | "staff" | "employee" | "internal" | "out" => Some(Came::Nothing),
        _ => None,
    }
}
