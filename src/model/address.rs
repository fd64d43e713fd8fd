//! Addresses in the form that compares, whatever spelling they came in, and what closes them.

use super::{LeadId, email, fold, phone, stable_hash};
use rustc_hash::FxHashMap;

/// A normalised address: an e-mail in lower case, a phone number as E.164, anything else folded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

/// Digits that make a text without letters a phone number.
const DIGITS: usize = 7;

impl Address {
    /// The address that a text means; `None` = none. `region`: the country of numbers without a country code.
    pub fn of(told: &str, region: Option<&str>) -> Option<Self> {
        let told = told.trim();
        let mut out = String::new();
        if told.contains(['@', '＠']) {
            return email::parse(told, &mut out).ok().map(|_| Self(out));
        }
        let digits = told.chars().filter(|c| c.is_numeric()).count();
        if digits >= DIGITS && !told.chars().any(char::is_alphabetic) && phone::parse(told, region, &mut out).is_ok() {
            return Some(Self(out));
        }
        let folded = fold(told);
        (!folded.is_empty()).then(|| Self(folded.into_owned()))
    }
    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }
    /// Whether it is an e-mail address.
    pub fn is_email(&self) -> bool {
        self.0.contains('@')
    }
    /// Whether it is a phone number.
    pub fn is_phone(&self) -> bool {
        !self.is_email() && self.0.bytes().filter(u8::is_ascii_digit).count() >= DIGITS && !self.0.chars().any(char::is_alphabetic)
    }
    /// What it is known by in the list of those that must not be written to.
    pub fn hash(&self) -> u64 {
        stable_hash(&[b"address", self.0.as_bytes()])
    }
}

/// Why an address must not be written to. The later, the stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SuppressedBy {
    /// 退订
    Unsubscribe,
    /// 退信
    Bounce,
    /// 投诉
    Complaint,
    /// Somebody of ours said so.
    Hand,
}

impl SuppressedBy {
    /// All, with their stored names.
    pub const ALL: [(&'static str, Self); 4] =
        [("unsubscribe", Self::Unsubscribe), ("bounce", Self::Bounce), ("complaint", Self::Complaint), ("by-hand", Self::Hand)];
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, k)| *k == self).map_or("", |(n, _)| n)
    }
    /// That of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, k)| *k)
    }
    /// Whether it stops messages that serve and do not advertise, too: whoever unsubscribes still gets the receipt.
    pub fn stops_service(self) -> bool {
        self != Self::Unsubscribe
    }
}

/// A medium (`None` = all) that is closed, and why.
type Closed = (Option<String>, SuppressedBy);

/// Every address that must not be written to, and whoever said no under any address of theirs; for who asks often.
#[derive(Clone, Debug, Default)]
pub struct Suppressed {
    addresses: FxHashMap<u64, Vec<Closed>>,
    leads: FxHashMap<LeadId, Vec<Closed>>,
}

impl Suppressed {
    /// Adds one; `medium`: `None` = all.
    pub fn insert(&mut self, hash: u64, medium: Option<String>, by: SuppressedBy) {
        self.addresses.entry(hash).or_default().push((medium, by));
    }
    /// Adds what a person said: it holds for whatever address they have now.
    pub fn insert_lead(&mut self, lead: LeadId, medium: Option<String>, by: SuppressedBy) {
        self.leads.entry(lead).or_default().push((medium, by));
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }
    /// What stops a message to a lead at an address, the strongest reason of all; `None` = it may be sent. `service`: it does not advertise.
    pub fn stops(&self, lead: LeadId, address: &Address, medium: &str, service: bool) -> Option<SuppressedBy> {
        let all = self.addresses.get(&address.hash()).into_iter().chain(self.leads.get(&lead)).flatten();
        all.filter(|(m, by)| m.as_deref().is_none_or(|m| m == medium) && (!service || by.stops_service())).map(|(_, by)| *by).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_one() {
        let of = |text| Address::of(text, Some("CN")).map(|a| a.text().to_owned());
        assert_eq!(of("Wang <WANG@Example.com>"), of("wang@example.com"));
        assert_eq!(of("138 0000 0001"), of("+8613800000001"));
        assert_eq!(of("１３８００００００01"), of("13800000001"));
        assert_eq!(of("WmAbC123"), of("wmabc123"));
        assert_eq!((of(""), of("not@")), (None, None));
        assert!(Address::of("13800000001", Some("CN")).is_some_and(|a| a.is_phone() && !a.is_email()));
    }

    #[test]
    fn whoever_unsubscribed_still_gets_what_serves() {
        let address = Address::of("a@b.cn", None).expect("an address");
        let mut all = Suppressed::default();
        all.insert(address.hash(), Some("email".into()), SuppressedBy::Unsubscribe);
        let of = |all: &Suppressed, medium, service| all.stops(LeadId(1), &address, medium, service);
        assert_eq!(of(&all, "email", false), Some(SuppressedBy::Unsubscribe));
        assert_eq!((of(&all, "email", true), of(&all, "sms", false)), (None, None));
        all.insert(address.hash(), None, SuppressedBy::Complaint);
        assert_eq!(of(&all, "email", true), Some(SuppressedBy::Complaint));
        assert_eq!(of(&all, "sms", false), Some(SuppressedBy::Complaint));
    }

    #[test]
    fn whoever_said_no_is_left_alone_at_every_address() {
        let new = Address::of("new@b.cn", None).expect("an address");
        let mut all = Suppressed::default();
        all.insert_lead(LeadId(1), Some("email".into()), SuppressedBy::Unsubscribe);
        assert_eq!(all.stops(LeadId(1), &new, "email", false), Some(SuppressedBy::Unsubscribe));
        assert_eq!(all.stops(LeadId(1), &new, "email", true), None, "the receipt");
        assert_eq!((all.stops(LeadId(1), &new, "sms", false), all.stops(LeadId(2), &new, "email", false)), (None, None));
    }
}
