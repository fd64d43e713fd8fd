//! Which kind of file this is, read off its headers. One line per kind in [`KINDS`]; the first that is sure wins.

use super::cost::{cost_mapping, platform_of};
use super::deal::{deal_mapping, payment_mapping};
use super::event::EventMapping;
use super::feedback::{STATES, feedback_mapping, is_wide, of_refusals, sms_mapping, wecom_mapping};
use super::follow_up::follow_up_mapping;
use super::mapping::{ColumnUse, LeadMapping};
use super::stage::StageMapping;
use crate::model::{Dictionary, Table, fold_header};
use std::fmt;

/// The kinds of files that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// 线索
    Leads,
    /// 行为
    Events,
    /// When leads reached their stages.
    Stages,
    /// 商机
    Deals,
    /// 回款
    Payments,
    /// 跟进
    FollowUps,
    /// What came back on messages.
    Feedback,
    /// 短信回复
    SmsReplies,
    /// Contacts added in 企微, and their replies.
    Wecom,
    /// 费用
    Costs,
}

type Recogniser = fn(&Headers<'_>) -> Option<String>;

/// Narrower kinds first: an events file would pass for leads too.
const KINDS: [(FileKind, &str, Recogniser); 10] = [
    (FileKind::FollowUps, "follow-ups", follow_ups),
    (FileKind::Feedback, "feedback", feedback),
    (FileKind::SmsReplies, "sms-replies", sms_replies),
    (FileKind::Wecom, "wecom", wecom),
    (FileKind::Costs, "costs", costs),
    (FileKind::Payments, "payments", payments),
    (FileKind::Deals, "deals", deals),
    (FileKind::Stages, "stages", stages),
    (FileKind::Events, "events", events),
    (FileKind::Leads, "leads", leads),
];

impl FileKind {
    /// The name after `--as`.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(k, ..)| *k == self).map_or("", |(_, name, _)| name)
    }
    /// The kind of a name after `--as`.
    pub fn parse(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, n, _)| n.eq_ignore_ascii_case(name.trim())).map(|(k, ..)| *k)
    }
    /// Every name, for help.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().rev().map(|(_, name, _)| *name)
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a file was taken for, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The kind; `None` when the headers do not say.
    pub kind: Option<FileKind>,
    /// Why, for people.
    pub why: String,
    /// Where the headers do not say: what they may mean, the likeliest first.
    pub fits: Vec<FileKind>,
}

struct Headers<'a> {
    /// The file's name without its ending.
    stem: &'a str,
    headers: &'a [String],
    dictionary: &'a Dictionary,
    tables: &'a [Table],
}

/// The kind of a file with this name (without its ending) and these headers. `tables`: the columns of the files beside leads and events.
pub fn recognise(stem: &str, headers: &[String], dictionary: &Dictionary, tables: &[Table]) -> Recognised {
    let headers = Headers { stem, headers, dictionary, tables };
    for (kind, _, test) in KINDS {
        if let Some(why) = test(&headers) {
            return match in_doubt(&headers, kind) {
                Some((fits, why)) => Recognised { kind: None, why, fits },
                None => Recognised { kind: Some(kind), why, fits: Vec::new() },
            };
        }
    }
    let why = format!(
        "none of the headers is a known field of leads or events: {}; name the kind with --as, or add aliases to fields.yaml",
        headers.headers.join(", ")
    );
    let fits = [(FileKind::Feedback, may_be_feedback(&headers)), (FileKind::SmsReplies, may_be_replies(&headers))];
    Recognised { kind: None, why, fits: fits.into_iter().filter(|(_, fits)| *fits).map(|(kind, _)| kind).collect() }
}

/// Kinds of which a file may be beside the one that it looks like, where taking it for that one would write to people who said no.
fn in_doubt(h: &Headers<'_>, kind: FileKind) -> Option<(Vec<FileKind>, String)> {
    let m = feedback_mapping(h.headers, h.dictionary, h.tables);
    let bare = h.only_of_leads(&m.used()) == 0;
    match kind {
        FileKind::Stages if m.has(&["address"]) && m.has(&["at"]) => {
            let state = m.column("kind").filter(|c| STATES.contains(&fold_header(h.name(Some(*c))).as_str()))?;
            Some((vec![FileKind::Feedback, FileKind::Stages], format!("`{}` may say how leads stand, or what became of messages to them", h.name(Some(state)))))
        }
        FileKind::Leads if bare && m.has(&["address"]) && (m.has(&["kind"]) || m.has(&["reason"])) && m.has(&["at"]) => {
            let by = m.column("kind").or(m.column("reason"));
            Some((vec![FileKind::Feedback, FileKind::Leads], format!("`{}` may be of messages that came back, or of leads", h.name(by))))
        }
        FileKind::Leads if bare && may_be_replies(h) => {
            let text = sms_mapping(h.headers, h.dictionary, h.tables).column("text");
            Some((vec![FileKind::SmsReplies, FileKind::Leads], format!("`{}` may be what people answered by SMS", h.name(text))))
        }
        _ => None,
    }
}

/// Columns of a recipient's row by which it says no.
const NO: [&str; 4] = ["unsubscribed_at", "complained_at", "bounced_at", "is_unsubscribed"];

fn may_be_feedback(h: &Headers<'_>) -> bool {
    let m = feedback_mapping(h.headers, h.dictionary, h.tables);
    m.has(&["address", "message"]) && (m.has(&["kind", "reason"]) || is_wide(&m) || of_refusals(h.stem))
}

/// Short texts with a number and a time, and nothing of leads.
fn may_be_replies(h: &Headers<'_>) -> bool {
    let m = sms_mapping(h.headers, h.dictionary, h.tables);
    let said = m.column("text").is_some_and(|c| ["短信内容", "回复", "reply"].contains(&fold_header(h.name(Some(c))).as_str()));
    said && m.has(&["address"]) && m.has(&["at"])
}

impl Headers<'_> {
    fn name(&self, column: Option<usize>) -> &str {
        column.and_then(|c| self.headers.get(c)).map_or("", String::as_str)
    }
    /// Columns that only a lead has: no identity, and no event field of the same name.
    fn only_of_leads(&self, used: &[Option<usize>]) -> usize {
        let lead = LeadMapping::new(self.headers, self.dictionary);
        let of_events = |i: usize| {
            let name = self.headers.get(i).map(|h| fold_header(h)).unwrap_or_default();
            self.dictionary.event_fields.iter().any(|f| fold_header(&f.id) == name || f.aliases.iter().any(|a| fold_header(a) == name))
        };
        let counts = |(i, c): &(usize, &ColumnUse)| match c {
            ColumnUse::Field(ix) => !self.dictionary.identity.contains(ix) && !used.contains(&Some(*i)) && !of_events(*i),
            ColumnUse::FirstName | ColumnUse::LastName | ColumnUse::Events(_) => true,
            _ => false,
        };
        lead.columns.iter().enumerate().filter(counts).count()
    }
}

/// Columns of leads that a file of another kind may have beside its own.
const FEW: usize = 2;

fn follow_ups(h: &Headers<'_>) -> Option<String> {
    let m = follow_up_mapping(h.headers, h.dictionary, h.tables);
    // A worklist of ours, whatever was taken out of it: as leads it would change them.
    if m.key.is_some() && m.has(&["worklist"]) {
        return Some(format!("`{}` names a worklist", h.name(m.column("worklist"))));
    }
    let answer = m.column("verdict").or(m.column("outcome"))?;
    // How somebody was spoken to; a `type` may as well be the kind of an event.
    let way = m.column("type").is_some_and(|c| EventMapping::new(h.headers, h.dictionary).kind != Some(c));
    let more = way || m.has(&["note", "next_at", "reason", "quality", "pain", "progress"]);
    // A worklist of ours shows the leads beside the answers; another list says when.
    let ours = m.key.is_some() || m.has(&["worklist"]);
    let sure = m.has_who() && more && (ours || (m.has(&["at"]) && h.only_of_leads(&m.used()) <= FEW));
    sure.then(|| format!("`{}` says what came of speaking to a lead", h.name(Some(answer))))
}

/// Columns that only the exports of certain mail systems have, folded.
const OF_MAILERS: [&str; 8] = ["smtpid", "sgmessageid", "sgeventid", "unsubtime", "cleantime", "memberrating", "dateread", "isread"];

fn feedback(h: &Headers<'_>) -> Option<String> {
    let m = feedback_mapping(h.headers, h.dictionary, h.tables);
    let of_mailer = h.headers.iter().find(|header| OF_MAILERS.contains(&fold_header(header).as_str()));
    let (who, what) = (m.has(&["address", "message"]), m.has(&["kind"]) || is_wide(&m));
    // An events file, too, says who, what and when: ours names the message.
    let ours = m.has(&["kind"]) && m.has(&["at"]) && m.has(&["message"]) && m.has(&["address"]) && h.only_of_leads(&m.used()) <= FEW;
    let whom = m.column("address").or(m.column("message"));
    if who && what && (of_mailer.is_some() || ours) {
        let by = of_mailer.map_or_else(|| h.name(m.column("message")).to_owned(), Clone::clone);
        return Some(format!("`{by}` is of messages, `{}` of those who got them", h.name(whom)));
    }
    let is = |id: &str, words: &[&str]| m.column(id).filter(|c| words.contains(&fold_header(h.name(Some(*c))).as_str()));
    let of_leads = h.only_of_leads(&m.used());
    // What no list of leads and no list of acts calls its columns.
    let named = is("kind", &["反馈类型", "feedbacktype"]).filter(|_| of_leads <= FEW);
    let named = named.or(is("kind", &["反馈", "feedback"]).filter(|_| m.has(&["at"]) && of_leads == 0));
    let to = is("address", &["收件人", "收件地址", "recipient", "recipientemail", "to", "toemail"]).filter(|_| what && m.has(&["at"]) && of_leads <= FEW);
    // Nothing but whom, and that they said no.
    let said_no = NO.iter().find_map(|id| m.column(id)).filter(|_| of_leads == 0);
    if let Some(by) = named.or(to).or(said_no).filter(|_| who) {
        return Some(format!("`{}` says what came back, `{}` from whom", h.name(Some(by)), h.name(whom)));
    }
    // The lists that mail systems keep of those who must not be written to say so in their names.
    let plain = of_leads == 0 && m.unmatched.is_empty() && !m.has(&["kind"]);
    (plain && m.has(&["address"]) && of_refusals(h.stem)).then(|| format!("it is called `{}` and lists addresses: `{}`", h.stem, h.name(whom)))
}

fn sms_replies(h: &Headers<'_>) -> Option<String> {
    const SURE: [&str; 6] = ["回复内容", "上行内容", "短信回复", "replytext", "replycontent", "inboundmessage"];
    let m = sms_mapping(h.headers, h.dictionary, h.tables);
    // A list of what was sent has texts, too; only of what came in it is told when it came in.
    let came_in = m.column("at").filter(|c| ["上行时间", "回复时间", "接收时间", "replytime", "receivedat"].contains(&fold_header(h.name(Some(*c))).as_str()));
    let sure_text = h.headers.iter().find(|header| SURE.contains(&fold_header(header).as_str()));
    let said = sure_text.or(came_in.and(m.column("text")).and_then(|c| h.headers.get(c)).filter(|_| h.only_of_leads(&m.used()) == 0));
    let answer = m.column("text").and_then(|c| h.headers.get(c)).filter(|text| ["回复", "reply"].contains(&fold_header(text).as_str()));
    let said = said.or(answer.filter(|_| h.only_of_leads(&m.used()) == 0))?;
    let sure = m.has(&["address"]) && m.has(&["text"]) && m.has(&["at"]) && h.only_of_leads(&m.used()) <= FEW;
    sure.then(|| format!("`{said}` is what people answered by SMS"))
}

fn wecom(h: &Headers<'_>) -> Option<String> {
    let m = wecom_mapping(h.headers, h.dictionary, h.tables);
    let own = h.headers.iter().any(|header| ["externaluserid", "企微客户id", "外部联系人id"].contains(&fold_header(header).as_str()));
    let dated = m.has(&["added_at", "replied_at"]) || (m.has(&["kind"]) && m.has(&["at"]));
    // With more about the people it is a list of leads: `--as wecom` reads it as contacts.
    let sure = own && m.has_who() && dated && h.only_of_leads(&m.used()) == 0;
    let when = m.column("added_at").or(m.column("replied_at")).or(m.column("at"));
    sure.then(|| format!("`{}` says when contacts of 企微 were added or wrote", h.name(when)))
}

/// What an advertising platform exports, or a table that says how much was spent when and on what, and names nobody.
fn costs(h: &Headers<'_>) -> Option<String> {
    let m = cost_mapping(h.headers, h.tables);
    let spent = m.has(&["amount"]) && m.has(&["from", "month"]);
    if let Some(platform) = platform_of(h.headers).filter(|_| spent) {
        return Some(format!("it has the columns of {}", platform.name));
    }
    let lead = LeadMapping::new(h.headers, h.dictionary);
    let deal = deal_mapping(h.headers, h.dictionary, h.tables);
    let of_somebody = lead.has_identity(h.dictionary) || lead.key.is_some() || deal.has(&["id", "status", "won", "closed_at", "company"]);
    let spends = m.has(&["channel", "campaign", "kind"]) || (m.has(&["impressions"]) && m.has(&["clicks"]));
    let sure = spent && spends && !of_somebody && EventMapping::new(h.headers, h.dictionary).kind.is_none_or(|c| Some(c) == m.column("kind"));
    sure.then(|| format!("`{}` was spent from `{}` on", h.name(m.column("amount")), h.name(m.column("from").or(m.column("month")))))
}

fn payments(h: &Headers<'_>) -> Option<String> {
    let m = payment_mapping(h.headers, h.dictionary, h.tables);
    let other =
        deal_mapping(h.headers, h.dictionary, h.tables).has(&["status", "won", "closed_at"]) || EventMapping::new(h.headers, h.dictionary).kind.is_some();
    let sure = ["deal", "at", "amount"].iter().all(|id| m.has(&[id])) && !other && h.only_of_leads(&m.used()) <= FEW;
    sure.then(|| format!("`{}` was paid for `{}`", h.name(m.column("amount")), h.name(m.column("deal"))))
}

fn deals(h: &Headers<'_>) -> Option<String> {
    let m = deal_mapping(h.headers, h.dictionary, h.tables);
    let of_somebody = m.has_who() || m.has(&["company", "id"]);
    let ends = m.has(&["status", "won"]) && m.has(&["amount", "closed_at"]);
    let own = m.has(&["id", "won"]) || (m.has(&["amount"]) && m.has(&["closed_at"]));
    let sure = of_somebody && ends && own && h.only_of_leads(&m.used()) <= FEW;
    let status = m.column("status").or(m.column("won"));
    sure.then(|| {
        format!("`{}` says how deals stand, `{}` what they are worth or when they closed", h.name(status), h.name(m.column("amount").or(m.column("closed_at"))))
    })
}

fn stages(h: &Headers<'_>) -> Option<String> {
    let m = StageMapping::new(h.headers, h.dictionary);
    let few = m.unmatched.len() <= 1 && m.who.len() <= 2;
    (m.stage.is_some() && m.at.is_some() && m.has_who() && few)
        .then(|| format!("it has `{}` and `{}` of a lead, and nothing much else", h.name(m.stage), h.name(m.at)))
}

fn events(h: &Headers<'_>) -> Option<String> {
    let m = EventMapping::new(h.headers, h.dictionary);
    let sure = m.missing().is_empty() && h.only_of_leads(&[m.kind, m.at, m.event_id]) <= 2;
    let who = m.who.first().map(|(c, _)| *c).or(m.key).or(m.any);
    sure.then(|| format!("`{}` says what happened, `{}` when, `{}` to whom", h.name(m.kind), h.name(m.at), h.name(who)))
}

fn leads(h: &Headers<'_>) -> Option<String> {
    let m = LeadMapping::new(h.headers, h.dictionary);
    let is = |id: &str| h.dictionary.field(id).is_some_and(|(ix, _)| m.column_of(ix).is_some());
    let named = is("name") || is("company") || m.columns.contains(&ColumnUse::LastName) || m.columns.contains(&ColumnUse::FirstName);
    if !named && !m.has_identity(h.dictionary) {
        return None;
    }
    let fields: Vec<&str> = m.columns.iter().zip(h.headers).filter(|(c, _)| matches!(c, ColumnUse::Field(_))).map(|(_, h)| h.as_str()).take(4).collect();
    Some(if fields.is_empty() { "it names people".to_owned() } else { format!("it has the lead fields {}", fields.join(", ")) })
}
