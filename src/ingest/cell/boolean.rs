//! Yes and no, in the words that exports use.

use crate::model::fold;

const YES: &[&str] = &[
    "true",
    "yes",
    "y",
    "1",
    "1.0",
    "t",
    "on",
    "✓",
    "✔",
    "√",
    "☑",
    "是",
    "有",
    "真",
    "对",
    "同意",
    "已同意",
    "授权",
    "已授权",
    "允许",
    "开",
    "已订阅",
    "订阅",
    "opted in",
    "opt-in",
    "subscribed",
    "agree",
    "agreed",
    "granted",
];
const NO: &[&str] = &[
    "false",
    "no",
    "n",
    "0",
    "0.0",
    "f",
    "off",
    "✗",
    "✘",
    "×",
    "☐",
    "否",
    "无",
    "没有",
    "假",
    "不",
    "不是",
    "不同意",
    "未同意",
    "拒绝",
    "已拒绝",
    "未授权",
    "不允许",
    "关",
    "未订阅",
    "退订",
    "已退订",
    "opted out",
    "opt-out",
    "unsubscribed",
    "disagree",
    "refused",
    "denied",
];

/// Of [`YES`] and [`NO`], the words that say by themselves whether somebody may be written to, whatever the question was.
const MAY: &[&str] = &["已订阅", "订阅", "opted in", "opt-in", "subscribed", "granted"];
const MAY_NOT: &[&str] = &["退订", "已退订", "拒收", "opted out", "opt-out", "unsubscribed", "拒绝", "已拒绝", "refused", "denied"];

/// Whether a cell under a header that asks whether somebody opted out says so.
pub(in crate::ingest) fn opted_out(text: &str) -> Option<bool> {
    let folded = fold(text);
    match () {
        () if MAY.contains(&&*folded) => Some(false),
        () if MAY_NOT.contains(&&*folded) => Some(true),
        () => parse(text),
    }
}

/// The truth of a text, if it is one of the known words.
pub(in crate::ingest) fn parse(text: &str) -> Option<bool> {
    let text = fold(text);
    if YES.contains(&&*text) {
        Some(true)
    } else if NO.contains(&&*text) {
        Some(false)
    } else {
        None
    }
}
