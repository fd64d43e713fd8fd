//! Filling in a message: its content over the lead, its owner and its company. What is blank leaves a gap, and the message waits for a
//! person.

use super::import::value_text;
use super::lead::Lead;
use crate::model::{FieldType, Message, MessageState, Standing, Value};
use crate::rules::Sop;
use crate::rules::content::Vars;
use std::collections::BTreeMap;

/// What the gaps of texts to one lead are filled with. Blanks are left out.
pub(super) fn vars(sop: &Sop, lead: &Lead<'_>, standing: &Standing) -> Vars {
    let dictionary = &sop.dictionary;
    let text = |v: &Value| match v {
        Value::Bool(b) => Some(if *b { "是" } else { "否" }.to_owned()),
        Value::At(at) => Some(sop.calendar.local(*at).format("%Y-%m-%d %H:%M").to_string()),
        Value::List(items) => Some(items.join("、")).filter(|t| !t.is_empty()),
        other => value_text(other, &dictionary.currency),
    };
    let own = dictionary.fields.iter().zip(lead.facts.lead);
    // Owner and stage are the lead's state, whatever a file once said.
    let fields = own.filter(|(f, _)| !matches!(f.ty, FieldType::Owner | FieldType::Stage)).filter_map(|(f, v)| Some((f.id.clone(), text(v)?)));
    let mut about: BTreeMap<String, String> = fields.collect();
    about.insert("key".into(), lead.key.to_string());
    about.extend(standing.stage.clone().map(|stage| ("stage".to_owned(), stage)));
    about.extend(standing.owner.clone().map(|owner| ("owner".to_owned(), owner)));
    let mut owner = BTreeMap::new();
    if let Some(told) = standing.owner.as_deref() {
        match sop.team.owner(told) {
            Some(o) => {
                let all = [("id", Some(o.id.clone())), ("name", Some(o.name.clone())), ("role", Some(o.role.clone()))];
                let more = [("email", o.email.clone()), ("region", o.region.clone())];
                owner.extend(all.into_iter().chain(more).filter_map(|(n, v)| Some((n.to_owned(), v.filter(|v| !v.is_empty())?))));
            }
            None => {
                owner.insert("name".into(), told.to_owned());
            }
        }
    }
    let company = about.get("company").cloned().map(|name| ("name".to_owned(), name));
    [("lead", about), ("owner", owner), ("account", company.into_iter().collect())].into()
}

/// Fills in what a message says. One that cannot be filled in is held.
pub(super) fn fill(sop: &Sop, vars: &Vars, message: &mut Message) {
    if !matches!(message.state, MessageState::Queued | MessageState::Deferred | MessageState::Held) {
        return;
    }
    let Some(content) = message.content.as_deref().and_then(|name| sop.content(name)) else { return };
    let subject = content.subject.as_ref().map(|s| s.render(vars)).transpose();
    match (subject, content.body.render(vars)) {
        (Ok(subject), Ok(body)) => (message.subject, message.body) = (subject, Some(body)),
        (Err(why), _) | (_, Err(why)) => (message.state, message.reason) = (MessageState::Held, Some(why.to_string())),
    }
}

/// Whether a message is held for something that is looked at again: a gap in its text, a content that was not there, no address, no medium.
pub(super) fn can_be_filled(m: &Message) -> bool {
    let reason = m.reason.as_deref().unwrap_or_default();
    m.content.is_some() && !matches!(reason, "paused" | "no consent") && (m.body.is_none() || reason.starts_with(NO_ADDRESS) || reason == NO_MEDIUM)
}

/// What gates say of a lead that has no address.
const NO_ADDRESS: &str = "no address";
/// What is said of a message by a medium that delivery.yaml has no more.
pub(super) const NO_MEDIUM: &str = "delivery.yaml has no such medium";
