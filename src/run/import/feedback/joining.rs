//! What a sign belongs to: the lead by its address, the message by its id, or by its content and what left for that address.

use super::Row;
use crate::model::{Address, FeedbackKind, Identity, Instant, LeadId, MessageId, fold, stable_hash};
use crate::run::RunError;
use crate::run::import::Importer;
use crate::run::suppress::identities;
use crate::store::LeftMessage;
use rustc_hash::FxHashMap;

/// How long after a message left something may come back on it that does not name it.
const JOINED_WITHIN: i64 = 60 * 86_400;

/// Why a sign belongs to no message.
pub(super) enum Unjoined {
    NoLead,
    NoMessage,
    NotOurs,
}

/// Leads by the hash of an address that we wrote to; `None` = several.
pub(super) type Holders = FxHashMap<u64, Option<LeadId>>;

impl Importer<'_, '_> {
    /// The message that a sign belongs to, with how it left and to whom.
    pub(super) fn message_of(
        &self,
        row: &Row<'_>,
        medium: &str,
        told: Option<Instant>,
        at: Instant,
    ) -> Result<Result<(MessageId, String, LeadId), Unjoined>, RunError> {
        if let Some(id) = row.id {
            let found = self.session.store.message(id)?.map(|m| (m.id, m.medium, m.lead));
            return Ok(found.ok_or(Unjoined::NotOurs));
        }
        let Some(lead) = row.lead else { return Ok(Err(Unjoined::NoLead)) };
        let dictionary = self.dictionary();
        let to_it = |m: &LeftMessage| match (&row.address, m.address.as_deref().and_then(|a| dictionary.address(a))) {
            (Some(asked), Some(sent)) => *asked == sent,
            _ => true,
        };
        let in_time = |m: &LeftMessage| m.sent_at <= at && at.0.saturating_sub(m.sent_at.0) <= JOINED_WITHIN;
        let all: Vec<LeftMessage> = self.session.store.left_for(lead)?.into_iter().filter(|m| m.medium == medium && in_time(m) && to_it(m)).collect();
        let named = |m: &&LeftMessage| match &row.cells.content {
            Some(told) => [&m.content, &m.subject].into_iter().flatten().any(|c| fold(c) == fold(told)),
            // A report of one campaign says in its name which.
            None => m.content.as_deref().is_some_and(|c| c.chars().count() > 2 && row.stem.contains(&*fold(c))),
        };
        let newest = all.iter().rev().find(named);
        let found = if row.cells.content.is_none() && told.is_some() { newest.or(all.last()) } else { newest };
        Ok(found.map(|m| (m.id, m.medium.clone(), lead)).ok_or(Unjoined::NoMessage))
    }

    /// An address as the identities by which a lead may be known.
    pub(super) fn identities(&self, address: &Address) -> Vec<Identity> {
        identities(self.dictionary(), address)
    }

    /// The one lead that we wrote to at an address which identifies nobody: an office's.
    pub(super) fn holder(&self, holders: &mut Option<Holders>, address: &Address) -> Result<Option<LeadId>, RunError> {
        if holders.is_none() {
            let mut all = Holders::default();
            let dictionary = self.dictionary();
            self.session.store.each_left_address(|text, lead| {
                if let Some(address) = dictionary.address(text) {
                    all.entry(address.hash()).and_modify(|known| *known = known.filter(|l| *l == lead)).or_insert(Some(lead));
                }
            })?;
            *holders = Some(all);
        }
        Ok(holders.as_ref().and_then(|all| all.get(&address.hash()).copied().flatten()))
    }
}

/// What a sign is known by when it is told again: what the row says and not what it is joined to.
pub(super) fn hash_of(row: &Row<'_>, kind: FeedbackKind, at: Option<Instant>) -> u64 {
    let folded = |text: Option<&str>| text.map(|t| fold(t).into_owned()).unwrap_or_default();
    let (whom, content) = match (row.id, &row.address) {
        (Some(id), _) => (id.to_string(), String::new()),
        (None, Some(address)) => (address.text().to_owned(), folded(row.cells.content.as_deref())),
        (None, None) => match row.cells.identities.first() {
            Some(identity) => (identity.text.clone(), String::new()),
            None => (row.cells.key.map(|k| k.to_string()).or_else(|| row.cells.message.clone()).unwrap_or_default(), String::new()),
        },
    };
    // Without a date and without a campaign, two reports differ by their names alone.
    let report = if at.is_none() && row.id.is_none() && row.cells.content.is_none() { row.stem } else { "" };
    let at = at.map_or_else(String::new, |t| t.0.to_string());
    let link = row.cells.link.as_deref().unwrap_or_default();
    stable_hash(&[kind.name(), &whom, &content, &at, link, report].map(str::as_bytes))
}

/// The id of one of our messages: as it is, or as it stands in a `Message-ID`.
pub(super) fn message_id(told: &str) -> Option<MessageId> {
    let bare = told.trim().trim_start_matches('<').trim_end_matches('>');
    MessageId::parse(bare.split('@').next().unwrap_or_default().trim())
}
