//! Rows of follow-ups: what owners logged, and the worklists that come back filled in.

use super::cell::BadCell;
use super::columns::{Holds, Layout, Rows, TableMapping, TableReader, TypedRow, text};
use super::error::IngestError;
use super::header::base_of;
use super::lead::Next;
use super::profile::OpenOrder;
use super::row::RawRow;
use super::table::TableFile;
use crate::model::{Calendar, Dictionary, Identity, Instant, Key, Outcome, Table, fold_header};

const OUTCOMES: &[(&str, &str)] = &[
    ("connected", "接通|已接通|电话接通|已联系|有效沟通|Connected|Answered|Spoke|Reached|Call Connected|已沟通"),
    ("no_answer", "未接|未接通|无人接听|没人接|占线|关机|未联系上|No Answer|Unanswered|Voicemail|Left Voicemail|Busy|Not Reached|No Reply"),
    ("replied", "已回复|回复|有回复|Replied|Reply|Responded"),
    ("met", "已见面|见面|面谈|已拜访|拜访|已到访|到访|Met|Meeting|Meeting Held|Visited|Demo Held"),
    ("refused", "拒绝沟通|拒绝联系|拒接|挂断|不愿沟通|Refused|Declined|Hung Up|Not Interested|Do Not Call"),
    ("wrong_number", "空号错号|空号|错号|号码错误|停机|Wrong Number|Invalid Number|Bad Number"),
];

const TYPES: &[(&str, &str)] = &[
    ("call", "电话|电话沟通|致电|打电话|通话|Phone|Phone Call|Called|Tel"),
    ("email", "邮件|邮箱|发邮件|E-mail|Mail"),
    ("wecom", "企微|企业微信|微信|加微信|WeChat|Weixin|WeCom Chat|IM"),
    ("visit", "拜访|上门|上门拜访|面谈|见面|到访|Meeting|On-site|Onsite|Face to face"),
];

const VERDICTS: &[(&str, &str)] = &[
    ("accept", "接受|认可|已接受|已认可|通过|合格|有效|接收|是|Accepted|Approve|Approved|Yes|Y|Qualified|True|√|✓"),
    ("reject", "拒绝|退回|已拒绝|已退回|不认可|不接受|不通过|不合格|无效|否|Rejected|Return|Returned|No|N|Unqualified|Disqualified|False|×"),
];

const LAYOUT: Layout = Layout {
    table: "follow_ups",
    columns: &[
        ("worklist", Holds::Text),
        ("owner", Holds::Text),
        ("at", Holds::At),
        ("type", Holds::Choice(TYPES)),
        ("outcome", Holds::Choice(OUTCOMES)),
        ("note", Holds::Text),
        ("pain", Holds::Text),
        ("progress", Holds::Text),
        ("budget", Holds::Text),
        ("next_at", Holds::At),
        ("verdict", Holds::Choice(VERDICTS)),
        ("reason", Holds::Text),
        ("quality", Holds::Text),
    ],
    lead: Some("lead"),
};

/// What the columns of a follow-ups file mean.
pub fn follow_up_mapping(headers: &[String], dictionary: &Dictionary, tables: &[Table]) -> TableMapping {
    TableMapping::of(&LAYOUT, headers, dictionary, tables)
}

/// The columns that people fill in.
pub const ANSWERS: [&str; 9] = ["verdict", "reason", "outcome", "quality", "pain", "progress", "budget", "next_at", "note"];

/// Headers that a worklist of ours shows beside those answers, folded; fields.yaml may know none of them.
const SHOWN: &[&str] = &[
    "due",
    "到期",
    "id",
    "编号",
    "name",
    "姓名",
    "company",
    "公司",
    "title",
    "职位",
    "phone",
    "手机",
    "email",
    "邮箱",
    "wecomid",
    "企微客户id",
    "stage",
    "阶段",
    "score",
    "总分",
    "band",
    "等级",
    "why",
    "依据",
    "lasttouch",
    "最近行为",
    "lastfollowup",
    "最近跟进",
    "lastresult",
    "最近结果",
    "lastoutcome",
    "lastnote",
    "最近备注",
    "promise",
    "承诺",
];

/// Columns of a worklist of ours that did not go out with it: renamed by whoever filled it in, or added. None of another list.
pub fn strange_columns(headers: &[String], mapping: &TableMapping, dictionary: &Dictionary) -> Vec<usize> {
    if mapping.key.is_none() || !mapping.has(&["worklist"]) {
        return Vec::new();
    }
    let known = |i: usize| {
        let folded = fold_header(base_of(headers, i));
        dictionary.headers.contains_key(&folded) || SHOWN.contains(&folded.as_str())
    };
    (0..headers.len()).filter(|i| headers.get(*i).is_some_and(|h| mapping.unmatched.contains(h)) && !known(*i)).collect()
}

/// One row; reused from row to row. What is blank says nothing.
#[derive(Clone, Debug, Default)]
pub struct FollowUpCells {
    /// The line of a text file where the row begins; the row of a sheet.
    pub number: u64,
    /// Whose: strongest first.
    pub identities: Vec<Identity>,
    /// Whose, by key.
    pub key: Option<Key>,
    /// The number that a worklist of ours has, so that last week's answer is not this week's.
    pub worklist: Option<String>,
    /// By whom, as told.
    pub owner: Option<String>,
    /// When.
    pub at: Option<Instant>,
    /// `call`, `email`, `wecom`, `visit`
    pub ty: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What was said.
    pub note: Option<String>,
    /// 需求痛点
    pub pain: Option<String>,
    /// 决策进度
    pub progress: Option<String>,
    /// 预算
    pub budget: Option<String>,
    /// When to speak again.
    pub next_at: Option<Instant>,
    /// Whether sales accepts the lead.
    pub accepts: Option<bool>,
    /// Why not, as told.
    pub reason: Option<String>,
    /// How good sales finds the lead.
    pub quality: Option<String>,
    /// Cells that became blank, or, on a rejected row, the one that refused it.
    pub bad: Vec<BadCell>,
}

impl FollowUpCells {
    /// Whether the row says anything about what was done.
    pub fn is_contact(&self) -> bool {
        let texts = [&self.note, &self.pain, &self.progress, &self.budget, &self.quality, &self.ty];
        self.outcome.is_some() || self.next_at.is_some() || texts.iter().any(|t| t.is_some())
    }
    /// Whether nobody filled it in.
    pub fn is_unfilled(&self) -> bool {
        !self.is_contact() && self.accepts.is_none() && self.reason.is_none()
    }
}

/// Types the rows of one file.
pub struct FollowUpReader<'a> {
    rows: TableReader<'a>,
    row: TypedRow,
    reason: Option<usize>,
    verdict: Option<usize>,
}

impl<'a> FollowUpReader<'a> {
    /// Reads a table from its first row on; refused when it names nobody, or nothing that was done.
    pub fn new(table: TableFile, mapping: &TableMapping, dictionary: &'a Dictionary, calendar: &Calendar, tables: &[Table]) -> Result<Self, IngestError> {
        if !mapping.has_who() {
            return Err(TableReader::lacks(&table, "follow-ups", "a column that names the lead (key, id, phone, email …)"));
        }
        if !mapping.has(&["outcome", "verdict", "note", "next_at"]) {
            return Err(TableReader::lacks(&table, "follow-ups", "outcome, verdict, note or next_at"));
        }
        let (reason, verdict) = (mapping.column("reason"), mapping.column("verdict"));
        let rows = TableReader::new(&LAYOUT, table, mapping, dictionary, calendar, tables)?;
        Ok(Self { rows, row: TypedRow::default(), reason, verdict })
    }
    /// The file.
    pub fn table(&self) -> &TableFile {
        self.rows.table()
    }
    /// A refusal of the row because of its reason.
    pub fn bad_reason(&self, value: &str, why: String) -> BadCell {
        BadCell::new(self.reason.and_then(|c| self.rows.table().headers().get(c)).map_or("", String::as_str), value, why)
    }

    /// A refusal of the verdict alone; what else the row says stands.
    pub fn bad_verdict(&self, why: String) -> BadCell {
        self.verdict.map_or_else(|| BadCell::new("", "", why.clone()), |column| self.bad_cell(column, &why))
    }
    /// A refusal of one cell.
    pub fn bad_cell(&self, column: usize, why: &str) -> BadCell {
        BadCell::new(self.rows.table().headers().get(column).map_or("", String::as_str), self.rows.raw().text(column), why.to_owned())
    }
}

impl Rows for FollowUpReader<'_> {
    type Cells = FollowUpCells;

    fn bad(cells: &FollowUpCells) -> &[BadCell] {
        &cells.bad
    }
    fn raw(&self) -> &RawRow {
        self.rows.raw()
    }
    fn open(&self) -> &[OpenOrder] {
        &self.rows.open
    }

    /// The next row. An answer that is no known word refuses it, and so does a day of the contact that is none; a next day that is
    /// none becomes blank and is listed: what else was filled in stands.
    fn next(&mut self, out: &mut FollowUpCells) -> Result<Next, IngestError> {
        let next = self.rows.next(&mut self.row)?;
        let row = &mut self.row;
        out.bad = row.bad.iter().map(|(_, b)| b.clone()).collect();
        if next != Next::Row {
            return Ok(next);
        }
        if let Some(bad) = row.bad_in(&["at", "outcome", "verdict"]) {
            out.bad = vec![bad.clone()];
            return Ok(Next::Rejected);
        }
        out.number = row.number;
        std::mem::swap(&mut out.identities, &mut row.identities);
        out.key = row.key;
        let mut take = |id: &str| row.take(&LAYOUT, id);
        (out.worklist, out.owner, out.ty) = (text(take("worklist")), text(take("owner")), text(take("type")));
        (out.at, out.next_at) = (take("at").as_instant(), take("next_at").as_instant());
        out.outcome = text(take("outcome")).as_deref().and_then(Outcome::parse);
        (out.note, out.pain, out.progress) = (text(take("note")), text(take("pain")), text(take("progress")));
        (out.budget, out.reason, out.quality) = (text(take("budget")), text(take("reason")), text(take("quality")));
        out.accepts = text(take("verdict")).map(|v| v == "accept");
        if out.identities.is_empty() && out.key.is_none() {
            if out.bad.is_empty() {
                out.bad.push(BadCell::new("", "", "nobody is named"));
            }
            return Ok(Next::Rejected);
        }
        Ok(Next::Row)
    }
}
