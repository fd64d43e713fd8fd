//! What a mail server means by a final no: that nobody is at this address, or something else, which may be about us. Only the first
//! closes the address; whoever takes a no to the sender for one to the mailbox closes a whole list on a bad day.

/// Words by which servers say that a mailbox is not there.
const NOBODY: [&str; 30] = [
    "user unknown",
    "unknown user",
    "user not found",
    "no such user",
    "no such mailbox",
    "no such recipient",
    "no such address",
    "no such account",
    "no mailbox here",
    "mailbox not found",
    "mailbox does not exist",
    "mailbox disabled",
    "mailbox is disabled",
    "mailbox name not allowed",
    "account does not exist",
    "account that you tried to reach does not exist",
    "user does not exist",
    "user doesn't exist",
    "address does not exist",
    "recipient not found",
    "recipient does not exist",
    "recipient unknown",
    "unknown recipient",
    "unknown mailbox",
    "用户不存在",
    "邮箱不存在",
    "收件人不存在",
    "账号不存在",
    "帐号不存在",
    "地址不存在",
];

/// Whether an answer (`550 5.1.1 no such user`) says that nobody is at the address: its enhanced code does (5.1.*, but for the two about the
/// sender, and 5.2.1, RFC 3463), or its words, where no such code says something else.
pub fn names_the_mailbox(answer: &str) -> bool {
    let (code, rest) = answer.trim().split_once(|c: char| !c.is_ascii_digit()).unwrap_or((answer.trim(), ""));
    if !matches!(code, "550" | "551" | "553" | "554") {
        return false;
    }
    let words = rest.trim_start_matches(|c: char| c == '-' || c.is_whitespace());
    match enhanced(words) {
        Some(("1", detail)) => !matches!(detail, "7" | "8"),
        Some(("2", "1")) => true,
        Some(("0", _)) | None if code != "554" => {
            let lower = words.to_lowercase();
            !["sender", "from address", "发件人"].iter().any(|w| lower.contains(w)) && NOBODY.iter().any(|w| lower.contains(w))
        }
        _ => false,
    }
}

/// The subject and the detail of an enhanced code at the start: `5.1.1` → 1, 1.
fn enhanced(words: &str) -> Option<(&str, &str)> {
    let first = words.split(|c: char| !(c.is_ascii_digit() || c == '.')).next()?;
    let (class, rest) = first.split_once('.')?;
    let (subject, detail) = rest.split_once('.')?;
    (class == "5" && !subject.is_empty() && !detail.is_empty() && !detail.contains('.')).then_some((subject, detail))
}

/// What two refusals have in common that were said to different recipients: without addresses, numbers and names of the one mail.
pub fn in_common(answer: &str, address: &str) -> String {
    let lower = answer.to_lowercase().replace(&address.trim().to_lowercase(), "@");
    let words = lower.split_whitespace().enumerate();
    let kept = words.filter(|(i, word)| *i < 2 || !word.contains(|c: char| c == '@' || c.is_ascii_digit())).map(|(_, word)| word);
    kept.filter(|word| !word.contains('@')).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_about_the_address_is_told_from_one_about_us() {
        for (answer, bounce) in [
            ("550 5.1.1 no such user", true),
            ("550 5.1.1 <a@example.com>: Recipient address rejected", true),
            ("550-5.1.1 The email account that you tried to reach does not exist", true),
            ("554 5.1.10 recipient not found", true),
            ("550 5.2.1 the mailbox is closed", true),
            ("550 no such user here", true),
            ("550 5.0.0 User unknown", true),
            ("553 mailbox name not allowed", true),
            ("550 用户不存在", true),
            ("550 Domain frequency limited", false),
            ("550 Mail content denied", false),
            ("550 5.7.1 you are on a list", false),
            ("550 5.7.1 user unknown to our list", false),
            ("550 5.1.8 sender's domain not found", false),
            ("550 Sender verify failed: no such user", false),
            ("554 5.7.1 relay access denied", false),
            ("554 Transaction failed", false),
            ("552 5.2.2 mailbox full", false),
            ("530 authentication required", false),
            ("", false),
        ] {
            assert_eq!(names_the_mailbox(answer), bounce, "{answer}");
        }
    }

    #[test]
    fn refusals_are_alike_whomever_they_were_said_to() {
        let one = in_common("554 5.7.1 <a@example.com>: Relay access denied (id 4Bx7)", "A@example.com");
        assert_eq!(one, in_common("554 5.7.1 <b@example.org>: Relay access denied (id 9Zq1)", "b@example.org"));
        assert_ne!(one, in_common("550 5.7.1 <b@example.org>: Message looks like spam", "b@example.org"));
    }
}
