//! One letter as a mail (RFC 5322): plain text and HTML from the same Markdown, names and subjects in any script.

use super::{Letter, html, plain};
use lettre::Message;
use lettre::address::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use std::time::{Duration, UNIX_EPOCH};

/// The mail and whom it goes to, or why there is none.
pub(super) fn mail(letter: &Letter<'_>, from: &Mailbox) -> Result<(Address, String), String> {
    let to: Address = letter.to.trim().parse().map_err(|_| "this is no address of a mailbox".to_owned())?;
    let at = UNIX_EPOCH + Duration::from_secs(u64::try_from(letter.at.0).unwrap_or_default());
    let parts = MultiPart::alternative()
        // Fixed, so that the same letter is the same bytes; lines of a base64 or quoted body never look like it.
        .boundary(format!("=_{}", letter.id))
        .singlepart(SinglePart::plain(plain(letter.body)))
        .singlepart(SinglePart::html(html(letter.body)));
    let mut builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(letter.name.map(one_line).filter(|n| !n.is_empty()), to.clone()))
        .subject(one_line(letter.subject.unwrap_or_default()))
        .date(at)
        .message_id(Some(format!("<{}@{}>", letter.id, from.email.domain())))
        .raw_header(header("Auto-Submitted", "auto-generated"));
    if !letter.service {
        builder = builder.raw_header(header("List-Unsubscribe", &format!("<mailto:{}?subject=unsubscribe>", from.email)));
    }
    let mail = builder.multipart(parts).map_err(|e| e.to_string())?;
    let text = String::from_utf8(mail.formatted()).map_err(|e| e.to_string())?;
    Ok((to, text))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A header is one line: whatever came with a break in it must not begin another.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The body of DATA: lines that begin with a dot get one more, and a dot alone ends it (RFC 5321, 4.5.2).
pub(super) fn stuffed(mail: &str) -> String {
    let mut out = String::with_capacity(mail.len() + 64);
    for line in mail.split_inclusive('\n') {
        if line.starts_with('.') {
            out.push('.');
        }
        out.push_str(line);
    }
    if !out.ends_with("\r\n") {
        out.push_str("\r\n");
    }
    out.push_str(".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;

    fn letter<'a>(to: &'a str, subject: &'a str, body: &'a str) -> Letter<'a> {
        Letter {
            id: "mabcdefghijk",
            medium: "email",
            to,
            name: Some("王芳\r\nBcc: x@example.com"),
            subject: Some(subject),
            body,
            service: false,
            at: Instant(1_795_000_000),
        }
    }

    #[test]
    fn the_same_letter_is_the_same_bytes_and_no_header_can_be_smuggled_in() {
        let from: Mailbox = "市场部 <mkt@example.com>".parse().expect("a sender");
        let one = letter("fang@example.com", "案例：十分钟\r\nBcc: y@example.com", "正文");
        let (to, text) = mail(&one, &from).expect("a mail");
        assert_eq!(to.to_string(), "fang@example.com");
        assert_eq!(mail(&one, &from).expect("a mail").1, text);
        let headers: Vec<&str> = text.split("\r\n\r\n").next().unwrap_or_default().split("\r\n").filter(|l| !l.starts_with(' ')).collect();
        let named = |name: &str| headers.iter().filter(|l| l.to_ascii_lowercase().starts_with(name)).count();
        assert_eq!(
            (named("bcc:"), named("to:"), named("subject:"), named("date:"), named("message-id:"), named("list-unsubscribe:")),
            (0, 1, 1, 1, 1, 1),
            "{text}"
        );
        assert!(headers.contains(&"Message-ID: <mabcdefghijk@example.com>"), "{text}");
        assert!(text.is_ascii() && text.contains("Auto-Submitted: auto-generated"), "{text}");
        assert!(!mail(&Letter { service: true, ..one }, &from).expect("a mail").1.contains("List-Unsubscribe"));
        for wrong in ["", "no address", "a@b@c", "a@example.com>\r\nRCPT TO:<b@example.com"] {
            assert!(mail(&letter(wrong, "x", "y"), &from).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dots_survive_the_way() {
        assert_eq!(stuffed("a\r\n.b\r\n..\r\n"), "a\r\n..b\r\n...\r\n.\r\n");
        assert_eq!(stuffed(".x"), "..x\r\n.\r\n");
    }
}
