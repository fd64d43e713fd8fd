//! The carriers of a run: opened when the first message needs one, and let rest when they are out of order.

use super::secrets::variable;
use crate::deliver::{Letter, Outcome, Server, Shape as Body, Smtp, Tls as Protection, Webhook, Wire};
use crate::rules::delivery::{Delivery, Shape, Tls, Via, Webhook as WebhookRule};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// How long a mail server or a web address may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// After so many failures in a row a medium rests: whatever it is, it is not the messages.
const FAILURES: u32 = 20;
/// The same of messages that may have left: each costs a person a decision.
const UNKNOWNS: u32 = 3;

pub(super) struct Wires<'s> {
    delivery: &'s Delivery,
    /// The workspace.
    root: &'s Path,
    /// By medium, or by entry of `notify` behind `@`.
    pub(super) open: BTreeMap<String, Wire>,
    failures: BTreeMap<String, (u32, u32)>,
}

impl<'s> Wires<'s> {
    pub(super) fn new(delivery: &'s Delivery, root: &'s Path) -> Self {
        Self { delivery, root, open: BTreeMap::new(), failures: BTreeMap::new() }
    }

    /// The web address of an entry of `notify`; nothing for a file, or an entry that is no more.
    pub(super) fn notify(&self, id: &str) -> Option<&'s WebhookRule> {
        self.delivery.notify.iter().find(|n| n.id == id)?.webhook.as_ref()
    }

    /// Makes the carrier of a medium ready to take a letter; or says why there is none.
    pub(super) fn of_medium(&mut self, id: &str) -> Result<(), String> {
        let (via, root) = (self.delivery.medium(id).map(|m| &m.via), self.root);
        self.ready(id.to_owned(), || match via {
            Some(Via::Smtp(rule)) => smtp(rule, root),
            Some(Via::Webhook(rule)) => webhook(rule, root),
            _ => Err("it goes into a file".into()),
        })
    }

    /// The same of an entry of `notify`.
    pub(super) fn of_entry(&mut self, id: &str) -> Result<(), String> {
        let (rule, root) = (self.notify(id), self.root);
        self.ready(entry(id), || rule.map_or_else(|| Err("it goes into a file".into()), |rule| webhook(rule, root)))
    }

    fn ready(&mut self, name: String, make: impl FnOnce() -> Result<Wire, String>) -> Result<(), String> {
        let wire = match self.open.entry(name) {
            std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => free.insert(make()?),
        };
        wire.ready()
    }

    /// Hands a letter to a carrier that is ready.
    pub(super) fn hand_over(&mut self, name: &str, letter: &Letter<'_>) -> Outcome {
        self.open.get_mut(name).map_or_else(|| Outcome::Transient("no carrier".into()), |wire| wire.send(letter))
    }

    /// Why a carrier should rest after an attempt: it says so itself, or too much went wrong in a row.
    pub(super) fn rests(&mut self, name: &str, trouble: bool, unknown: bool) -> Option<String> {
        let (troubles, unknowns) = self.failures.entry(name.to_owned()).or_default();
        (*troubles, *unknowns) = if trouble { (*troubles + 1, if unknown { *unknowns + 1 } else { *unknowns }) } else { (0, 0) };
        let (troubles, unknowns) = (*troubles, *unknowns);
        if let Some(why) = self.open.get(name).and_then(Wire::halted) {
            return Some(why.to_owned());
        }
        match (unknowns >= UNKNOWNS, troubles >= FAILURES) {
            (true, _) => Some(format!("{unknowns} answers in a row did not come")),
            (_, true) => Some(format!("{troubles} attempts in a row failed")),
            _ => None,
        }
    }
}

/// The name of an entry of `notify` among the carriers.
pub(super) fn entry(id: &str) -> String {
    format!("@{id}")
}

fn smtp(rule: &crate::rules::delivery::Smtp, root: &Path) -> Result<Wire, String> {
    let tls = match rule.tls {
        Tls::StartTls => Protection::StartTls,
        Tls::Tls => Protection::Implicit,
        Tls::None => Protection::None,
    };
    let login = match (&rule.username, &rule.password_env) {
        (Some(username), Some(name)) => Some((username.clone(), variable(name)?)),
        _ => None,
    };
    let ca = authorities(rule.ca_file.as_deref(), root)?;
    let server = Server { host: rule.host.clone(), port: rule.port, tls, ca, from: rule.from.clone(), login, patience: PATIENCE };
    Ok(Wire::Smtp(Box::new(Smtp::new(server)?)))
}

/// What a `ca_file` holds.
fn authorities(name: Option<&str>, root: &Path) -> Result<Option<Vec<u8>>, String> {
    let Some(name) = name else { return Ok(None) };
    std::fs::read(root.join(name)).map(Some).map_err(|e| format!("`ca_file: {name}` cannot be read: {e}"))
}

fn webhook(rule: &WebhookRule, root: &Path) -> Result<Wire, String> {
    let shape = match rule.shape {
        Shape::Wecom => Body::Wecom,
        Shape::Dingtalk => Body::Dingtalk,
        Shape::Feishu => Body::Feishu,
        Shape::Json => Body::Json,
    };
    let (url, ca) = (variable(&rule.url_env)?, authorities(rule.ca_file.as_deref(), root)?);
    Webhook::new(shape, url, ca.as_deref(), PATIENCE).map(Wire::Webhook).map_err(|e| format!("{}: {e}", rule.url_env))
}
