//! Media that delivery.yaml declares and that nobody sends by. A misspelt one is the worst of its silent mistakes: the mails would leave
//! by the usual CSV, without the hours, the consent and the limits that stand under the other name.

use crate::diag::{Code, Diagnostic};
use crate::model::{fold, nearest};
use crate::rules::reader::Reader;
use crate::rules::state::MEDIA;
use crate::rules::yaml::{Kind, Node};

/// What people call the usual media.
const CALLED: [(&str, &str); 13] = [
    ("邮件", "email"),
    ("邮箱", "email"),
    ("电子邮件", "email"),
    ("mail", "email"),
    ("mails", "email"),
    ("短信", "sms"),
    ("text", "sms"),
    ("微信", "wecom"),
    ("企微", "wecom"),
    ("企业微信", "wecom"),
    ("wechat", "wecom"),
    ("电话", "call"),
    ("phone", "call"),
];

/// Tells of media beside the usual ones that nothing sends by. `used`: whether a text or a step names one.
pub(in crate::rules) fn strange(root: &Node, used: &dyn Fn(&str) -> bool, r: &mut Reader<'_>) {
    let Kind::Map(entries) = &root.kind else { return };
    let Some(Kind::Map(send)) = entries.iter().find(|e| e.key == "send").map(|e| &e.value.kind) else { return };
    for (i, e) in send.iter().enumerate() {
        let again = || send.iter().take(i).any(|before| fold(&before.key) == fold(&e.key)); // told as such
        if MEDIA.contains(&e.key.as_str()) || e.key.trim().is_empty() || used(&e.key) || again() {
            continue;
        }
        let called = CALLED.iter().find(|(name, _)| *name == fold(&e.key)).map(|(_, id)| *id);
        match called.or_else(|| nearest(&e.key, MEDIA)) {
            Some(meant) => {
                let message = format!("nothing is ever sent by `{}`, and what is sent by {meant} would leave without these rules", e.key);
                r.error(Code::UnknownName, e.key_span, message, format!("did you mean `{meant}`?"));
            }
            None => {
                let message = format!("nothing is ever sent by `{}`: no text has it as its `medium`, and no step sends by it", e.key);
                let help = format!("write a text for it (`medium: {}`); the usual media are {}", e.key, MEDIA.join(", "));
                r.out.push(Diagnostic::new(Code::UnusedMedium, e.key_span, message).help(help));
            }
        }
    }
}

/// Whether a path sends by a medium, whatever else is wrong with it.
pub(in crate::rules) fn sends_by(node: &Node, medium: &str) -> bool {
    match &node.kind {
        Kind::Map(entries) => entries.iter().any(|e| match &e.value.kind {
            Kind::Scalar(s) => e.key == "send" && s.text == medium,
            _ => sends_by(&e.value, medium),
        }),
        Kind::List(items) => items.iter().any(|n| sends_by(n, medium)),
        Kind::Scalar(_) => false,
    }
}

/// Whether a text is for a medium, whatever else is wrong with it.
pub(in crate::rules) fn is_for(text: &str, medium: &str) -> bool {
    let value = text.lines().skip(1).take_while(|l| l.trim_end() != "---").find_map(|l| l.strip_prefix("medium:"));
    value.is_some_and(|v| v.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']) == medium)
}
