//! What the law and the carriers ask of advertising: a text message is signed and says how to refuse, a mail says how to unsubscribe.

use super::Content;
use super::read::Spots;
use crate::diag::{Code, Diagnostic, Diagnostics, Span};

/// Words by which a text message tells how to refuse.
const REFUSE: [&str; 5] = ["拒收", "退订", "回T", "回复T", "回TD"];
/// Words by which a mail tells how to unsubscribe.
const UNSUBSCRIBE: [&str; 5] = ["退订", "取消订阅", "unsubscribe", "opt out", "opt-out"];

/// Warns of texts that no step sends. `used`: the names that some step sends.
pub(in crate::rules) fn unused(all: &[(Content, Spots)], used: &[&str], out: &mut Diagnostics) {
    for (content, spots) in all.iter().filter(|(c, _)| !used.contains(&c.name.as_str())) {
        out.push(
            Diagnostic::new(Code::UnusedContent, spots.medium, format!("no step of any path sends `{}`", content.name))
                .help("name it in `content:` of a step, or take the file out"),
        );
    }
}

/// Checks a text that advertises.
pub(super) fn advertising(content: &Content, spots: &Spots, out: &mut Diagnostics) {
    let text = content.body.source();
    let lower = text.to_lowercase();
    let mut wrong = |code, at: Span, what: &str, help: &str| out.push(Diagnostic::new(code, at, what).help(help));
    let (first, mentions) = (spots.first_line(text), |words: &[&str]| words.iter().any(|w| lower.contains(&w.to_lowercase())));
    match content.medium.as_str() {
        "sms" => {
            let signed = text.find('【').zip(text.find('】')).is_some_and(|(open, close)| close > open + '【'.len_utf8());
            if !signed {
                wrong(
                    Code::NoSignature,
                    first,
                    "a marketing text message without a signature is not delivered",
                    "begin it with your company's name: `【示例科技】`",
                );
            }
            if !mentions(&REFUSE) {
                wrong(
                    Code::NoOptOut,
                    first,
                    "a marketing text message must say how to refuse further ones",
                    "end it with `拒收请回复R`; only what answers the lead is `purpose: service`",
                );
            }
        }
        "email" if !mentions(&UNSUBSCRIBE) => {
            wrong(
                Code::NoOptOut,
                first,
                "a marketing mail must say how to unsubscribe",
                "add a line, e.g. `不想再收到？回复“退订”即可。`; only what answers the lead is `purpose: service`",
            );
        }
        _ => {}
    }
}
