//! What recognises a lead: its e-mail, phone, WeCom id, number in a source system …

use super::{Key, stable_hash};
use std::borrow::Cow;

/// Which field an identity came from: its place in `identity:` of fields.yaml is not stored, its field id is.
pub type IdentityKind = std::sync::Arc<str>;

/// One identity in the form that compares.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The id of the identity field (`email`, `phone`, `id` …), or `row` for a row that has none.
    pub kind: IdentityKind,
    /// The compared text: folded, e-mail lower-cased, phone as E.164; `id` is prefixed with its source and a tab.
    pub text: String,
}

impl Identity {
    /// The kind of a key that a file brought along.
    pub const KEY: &'static str = "key";
    /// The kind of a row that has no identity of its own.
    pub const ROW: &'static str = "row";
    /// The kind of a value that several people share, together with the name of one of them.
    pub const NAMED: &'static str = "named";

    /// This value for one of the people who share it. Blank: the rows that named nobody.
    pub fn named(&self, folded_name: &str) -> Self {
        Self { kind: Self::NAMED.into(), text: format!("{}\t{}\t{folded_name}", self.kind, self.text) }
    }

    /// The hash under which the store finds it. A `key` stands at the start of its own range.
    pub fn hash(&self) -> u64 {
        Self::hash_of(&self.kind, &self.text)
    }
    /// The same of its parts.
    pub fn hash_of(kind: &str, text: &str) -> u64 {
        if kind == Self::KEY
            && let Some(key) = Key::parse(text)
        {
            return key.hashes().0;
        }
        stable_hash(&[kind.as_bytes(), text.as_bytes()])
    }
    /// The key of a lead whose first identity this is.
    pub fn key(&self) -> Key {
        Key::of_hash(self.hash())
    }
}

/// Why a value does not identify anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoIdentity {
    /// info@, sales@, 客服@ …
    RoleMailbox,
    /// 13800138000, 12345678, eight equal digits …
    TestNumber,
    /// Seen under three or more different names.
    Shared,
}

impl NoIdentity {
    /// For people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::RoleMailbox => "role mailbox, does not identify a person",
            Self::TestNumber => "test number, does not identify a person",
            Self::Shared => "under three or more names, does not identify a person",
        }
    }
}

const ROLES: &[&str] = &[
    "info",
    "sales",
    "admin",
    "administrator",
    "contact",
    "contacts",
    "service",
    "support",
    "office",
    "hello",
    "help",
    "hr",
    "jobs",
    "marketing",
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "postmaster",
    "webmaster",
    "mail",
    "email",
    "enquiry",
    "enquiries",
    "inquiry",
    "kefu",
    "shichang",
    "xiaoshou",
    "market",
    "business",
    "team",
    "press",
    "pr",
    "billing",
    "accounts",
    "finance",
    "purchase",
    "purchasing",
    "procurement",
    "reception",
    "kf",
];

/// Whether an e-mail (lower case) is a role mailbox.
pub(super) fn is_role_mailbox(email: &str) -> bool {
    email.split_once('@').is_some_and(|(local, _)| ROLES.contains(&local))
}

/// Whether a phone number (E.164 or digits) is one that people type to get past a form.
pub(super) fn is_test_number(phone: &str) -> bool {
    let bare = phone.strip_prefix('+').unwrap_or(phone).as_bytes();
    let digits: Cow<'_, [u8]> = if bare.iter().all(u8::is_ascii_digit) { bare.into() } else { bare.iter().copied().filter(u8::is_ascii_digit).collect() };
    let n = digits.len();
    if n < 5 {
        return true;
    }
    let tail = &digits[n.saturating_sub(8)..];
    let equal = tail.len() == 8 && tail.windows(2).all(|w| w[0] == w[1]);
    let all_equal = digits.windows(2).all(|w| w[0] == w[1]);
    let stairs = |step: i16| tail.len() == 8 && tail.windows(2).all(|w| i16::from(w[1]) - i16::from(w[0]) == step);
    equal || all_equal || stairs(1) || stairs(-1) || digits.ends_with(b"13800138000")
}

impl Identity {
    /// Whether this value may recognise a person at all (sharing is judged over a whole base, not here).
    pub fn barred(&self, is_email: bool, is_phone: bool) -> Option<NoIdentity> {
        if is_email && is_role_mailbox(&self.text) {
            Some(NoIdentity::RoleMailbox)
        } else if is_phone && is_test_number(&self.text) {
            Some(NoIdentity::TestNumber)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_things_do_not_identify() {
        assert!(is_role_mailbox("info@example.com") && !is_role_mailbox("infos@example.com"));
        for n in ["+8613800138000", "+8613888888888", "12345678", "+8615987654321", "0000000"] {
            assert!(is_test_number(n), "{n}");
        }
        for n in ["+8613812345679", "5550100", "+442079460000", "+8613800000001"] {
            assert!(!is_test_number(n), "{n}");
        }
    }
}
