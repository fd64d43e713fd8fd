//! What systems call the things that come back, in the words of their exports.

use crate::model::{FeedbackKind, fold, fold_header, nearest};

/// What a row says came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// A sign of the person, or of the mail system.
    Sign(FeedbackKind),
    /// A bounce that may pass: the mailbox is full.
    Soft,
    /// Somebody became a contact in 企微.
    Added,
    /// Of sending and delivery, on the way out: nothing came back.
    Nothing,
}

const WORDS: &[(Came, &str)] = &[
    (Came::Sign(FeedbackKind::Open), "open|opened|email open|email opened|open email|opn|read|viewed|打开|已打开|打开邮件|邮件打开|阅读|已读|已阅读"),
    (Came::Sign(FeedbackKind::Click), "click|clicked|email click|email clicked|link click|link clicked|clk|点击|已点击|点击邮件|邮件点击|点击链接"),
    (Came::Sign(FeedbackKind::Reply), "reply|replied|email reply|sms reply|inbound|inbound message|responded|回复|已回复|客户回复|回复邮件|回复短信|上行"),
    (
        Came::Sign(FeedbackKind::Bounce),
        "bounce|bounced|hard bounce|hard bounced|hard|permanent|permanent failure|undeliverable|email bounce|email bounced|invalid|invalid email|cleaned|failed|退信|硬退|硬退信|退回|无法投递|无效地址|空号",
    ),
    (Came::Soft, "soft bounce|soft bounced|soft|blocked|block|transient|temporary failure|软退|软退信|临时退信"),
    (
        Came::Sign(FeedbackKind::Complaint),
        "complaint|complained|spam|spam report|spam complaint|spam reports|marked as spam|email complaint|abuse|abuse report|junk|投诉|举报|垃圾邮件投诉|标记为垃圾邮件",
    ),
    (
        Came::Sign(FeedbackKind::Unsubscribe),
        "unsubscribe|unsubscribed|unsub|unsubs|opt out|opted out|optout|group unsubscribe|list unsubscribe|email unsubscribe|email unsubscribed|sms unsubscribe|sms opt out|email opt out|退订|已退订|取消订阅|邮件退订|短信退订|退订邮件|退订短信|拒收",
    ),
    (Came::Added, "added|wecom added|添加|添加好友|添加企微|新增客户|add external contact"),
    (
        Came::Nothing,
        "processed|delivered|deferred|dropped|sent|send|queued|accepted|injection|delivery|resubscribe|resubscribed|group resubscribe|subscribe|subscribed|发送|已发送|发送成功|送达|已送达|投递|投递成功|成功|outbound|下行",
    ),
];

/// What a word means; the reason when it is unknown, with the nearest that is known.
pub(super) fn came(word: &str) -> Result<Came, String> {
    let folded = fold_header(word);
    let known = |list: &str| list.split('|').any(|w| fold_header(w) == folded);
    if let Some((came, _)) = WORDS.iter().find(|(_, list)| known(list)) {
        return Ok(*came);
    }
    let all = WORDS.iter().flat_map(|(_, list)| list.split('|'));
    Err(match nearest(word, all) {
        Some(near) => format!("no such word is known here; did you mean `{near}`?"),
        None => "no such word is known here; known: open, click, reply, bounce, soft bounce, complaint, unsubscribe".to_owned(),
    })
}

/// What an event says no to, by its kind as written and as the dictionary knows it: an unsubscription, a complaint or a bounce, with the
/// medium that the word speaks of. A bounce that may pass says nothing; the words of mail servers (`failed`) mean other things of events.
pub fn said_no(spelling: &str, kind: &str) -> Option<(FeedbackKind, Option<&'static str>)> {
    let said = came(spelling);
    let sign = match (&said, kind) {
        (Ok(Came::Soft), _) => return None,
        (Ok(Came::Sign(kind @ (FeedbackKind::Unsubscribe | FeedbackKind::Complaint))), _) => *kind,
        (_, "unsubscribe") => FeedbackKind::Unsubscribe,
        (_, "complaint") => FeedbackKind::Complaint,
        (_, "bounce") => FeedbackKind::Bounce,
        (Ok(Came::Sign(FeedbackKind::Bounce)), _) if has_any(spelling, &["bounce", "退信"]) => FeedbackKind::Bounce,
        _ => return None,
    };
    let media: [(&str, &[&str]); 3] = [("sms", &["sms", "短信"]), ("wecom", &["wecom", "wechat", "企微", "微信"]), ("email", &["mail", "邮", "spam"])];
    Some((sign, media.into_iter().find(|(_, words)| has_any(spelling, words)).map(|(medium, _)| medium)))
}

fn has_any(text: &str, words: &[&str]) -> bool {
    let folded = fold(text);
    words.iter().any(|w| folded.contains(w))
}

/// What a whole file holds, by its name: `members_opened.csv`, `SendGrid_unsubscribes.csv`, `退信.csv`.
pub(super) fn of_file_name(name: &str) -> Option<Came> {
    let folded = fold(name);
    const STEMS: &[(&str, Came)] = &[
        ("unsub", Came::Sign(FeedbackKind::Unsubscribe)),
        ("退订", Came::Sign(FeedbackKind::Unsubscribe)),
        ("soft", Came::Soft),
        ("软退", Came::Soft),
        ("bounce", Came::Sign(FeedbackKind::Bounce)),
        ("cleaned", Came::Sign(FeedbackKind::Bounce)),
        ("退信", Came::Sign(FeedbackKind::Bounce)),
        ("spam", Came::Sign(FeedbackKind::Complaint)),
        ("complain", Came::Sign(FeedbackKind::Complaint)),
        ("投诉", Came::Sign(FeedbackKind::Complaint)),
        ("click", Came::Sign(FeedbackKind::Click)),
        ("点击", Came::Sign(FeedbackKind::Click)),
        ("open", Came::Sign(FeedbackKind::Open)),
        ("打开", Came::Sign(FeedbackKind::Open)),
        ("repl", Came::Sign(FeedbackKind::Reply)),
        ("回复", Came::Sign(FeedbackKind::Reply)),
    ];
    STEMS.iter().find(|(stem, _)| folded.contains(stem)).map(|(_, came)| *came)
}

/// Whether a file is a list of those who must not be written to, by its name.
pub(in crate::ingest) fn of_refusals(name: &str) -> bool {
    // A list that was `cleaned` may be a good one, too.
    let signs = [FeedbackKind::Unsubscribe, FeedbackKind::Complaint, FeedbackKind::Bounce].map(Came::Sign);
    of_file_name(name).is_some_and(|came| signs.contains(&came)) && !has_any(name, &["cleaned"])
}

/// Whether what a system says of a bounce makes it one that may pass: its type, or the enhanced status code (RFC 3463, 4.x.x).
pub(super) fn is_soft(said: &str) -> bool {
    came(said) == Ok(Came::Soft) || said.trim().starts_with("4.") || (said.trim().len() == 3 && said.trim().starts_with('4'))
}

/// Whether a reply by SMS ends the subscription: a word of its own, whatever its width, case and punctuation, or a sentence that asks
/// for it. In doubt it does: nobody is written to who may have said no.
pub(super) fn ends_subscription(text: &str) -> bool {
    const ENDS: &[&str] =
        &["t", "td", "r", "n", "tt", "qx", "stop", "unsubscribe", "cancel", "end", "quit", "退订", "退定", "退", "取消", "取消订阅", "拒收", "回复退订"];
    let bare: String = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    const ASKS: &[&str] = &["退订", "别再发", "不要再发", "别发了", "不要发了", "停止发送", "拒收", "unsubscribe", "stopsending"];
    const BUT: &[&str] = &["不用退订", "无需退订", "不退订", "不要退订", "别退订", "没有退订", "donotunsubscribe", "dontunsubscribe"];
    let has = |words: &[&str]| words.iter().any(|w| bare.contains(w));
    ENDS.contains(&bare.as_str()) || (has(ASKS) && !has(BUT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_many_systems_mean_the_same() {
        let sign = |word| came(word);
        for word in ["open", "Opened", "打开", "OPN", "email_open"] {
            assert_eq!(sign(word), Ok(Came::Sign(FeedbackKind::Open)), "{word}");
        }
        for word in ["spamreport", "Spam Report", "投诉", "abuse"] {
            assert_eq!(sign(word), Ok(Came::Sign(FeedbackKind::Complaint)), "{word}");
        }
        assert_eq!(sign("group_unsubscribe"), Ok(Came::Sign(FeedbackKind::Unsubscribe)));
        assert_eq!((sign("Soft Bounce"), sign("hard_bounce")), (Ok(Came::Soft), Ok(Came::Sign(FeedbackKind::Bounce))));
        assert_eq!(sign("processed"), Ok(Came::Nothing));
        assert!(sign("clicc").is_err_and(|why| why.contains("`click`")));
        assert_eq!(of_file_name("members_Launch_opened_Nov_20.csv"), Some(Came::Sign(FeedbackKind::Open)));
    }

    #[test]
    fn events_say_no_in_the_words_of_their_exports() {
        use FeedbackKind::{Bounce, Complaint, Unsubscribe};
        for (spelling, kind, said) in [
            ("退订", "unsubscribe", Some((Unsubscribe, None))),
            ("unsubscribe", "unsubscribe", Some((Unsubscribe, None))),
            ("短信退订", "unsubscribe", Some((Unsubscribe, Some("sms")))),
            ("投诉", "complaint", Some((Complaint, None))),
            ("email_bounce", "email_bounce", Some((Bounce, Some("email")))),
            ("退信", "bounce", Some((Bounce, None))),
            ("软退信", "bounce", None),
            ("opt-out", "opt-out", Some((Unsubscribe, None))),
            ("不再联系", "unsubscribe", Some((Unsubscribe, None))), // an alias of the workspace's own
            ("failed", "failed", None),
            ("page_view", "page_view", None),
        ] {
            assert_eq!(said_no(spelling, kind), said, "{spelling}");
        }
    }

    #[test]
    fn people_unsubscribe_by_sms_in_many_ways_and_answer_in_more() {
        for text in ["T", "td", "ＴＤ", " R ", "Ｎ", "退订", "退订。", "TD!", "取消", "我想退订一下", "别再发了", "请 unsubscribe me"] {
            assert!(ends_subscription(text), "{text}");
        }
        for text in ["不用退订，请联系我", "tomorrow", "好的", "Return call please", ""] {
            assert!(!ends_subscription(text), "{text}");
        }
        assert!(is_soft("blocked") && is_soft("4.2.2") && is_soft("450") && !is_soft("5.1.1") && !is_soft("bounce"));
    }
}
