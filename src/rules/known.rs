//! What assignment, promises, alerts and cases may name: stages, colleagues, and the state of a lead.

use super::assignment::Assignment;
use super::lifecycle::Lifecycle;
use super::reader::Reader;
use super::scoring::Scoring;
use super::state::{Ids, owner_names, state_names};
use super::team::Team;
use super::team::read::named;
use super::yaml::Node;
use crate::condition::{MessageStep, Messages, Scope, ScopeKind, StateName};
use crate::diag::Code;
use crate::model::Dictionary;

/// The files that were read before.
pub(super) struct Known<'a> {
    /// fields.yaml.
    pub(super) dictionary: &'a Dictionary,
    /// lifecycle.yaml; `None` when YAML could not make sense of it: then no name of it is held against anybody.
    pub(super) lifecycle: Option<&'a Lifecycle>,
    /// team.yaml, likewise.
    pub(super) team: Option<&'a Team>,
    scoring: &'a Scoring,
    ids: Ids,
    state: Vec<StateName>,
    owner: Vec<StateName>,
    steps: &'a [MessageStep],
}

impl<'a> Known<'a> {
    /// From the checked parts; no queue is known yet.
    pub(super) fn new(dictionary: &'a Dictionary, scoring: &'a Scoring, lifecycle: Option<&'a Lifecycle>, team: Option<&'a Team>) -> Self {
        let steps: &[MessageStep] = &[];
        let ids = Ids::of(lifecycle.unwrap_or(&Lifecycle::default()), team.unwrap_or(&Team::default()), &Assignment::default());
        let (state, owner) = (state_names(scoring, &ids), owner_names(&ids));
        Self { dictionary, lifecycle, team, scoring, ids, state, owner, steps }
    }
    /// The same, with the media of delivery.yaml and the messages of nurture/*.yaml.
    pub(super) fn with_messages(self, media: &[String], steps: &'a [MessageStep]) -> Self {
        let ids = Ids { media: media.to_vec(), ..self.ids };
        Self { state: state_names(self.scoring, &ids), ids, steps, ..self }
    }
    /// The same, with the queues of assignment.yaml; without any, conditions may speak of any queue.
    pub(super) fn with_queues<'q>(&self, queues: impl Iterator<Item = &'q str>) -> Self {
        let ids = Ids { queues: queues.map(str::to_owned).collect(), ..self.ids.clone() };
        Self { state: state_names(self.scoring, &ids), owner: self.owner.clone(), ids, ..*self }
    }
    /// Conditions on a lead.
    pub(super) fn lead(&self) -> Scope<'_> {
        Scope { messages: Messages { steps: self.steps, ..Messages::default() }, ..Scope::new(ScopeKind::State, self.dictionary, &self.state) }
    }
    /// Conditions on a colleague.
    pub(super) fn colleague(&self) -> Scope<'_> {
        Scope::new(ScopeKind::Owner, self.dictionary, &self.owner)
    }
    /// A stage's id.
    pub(super) fn stage(&self, node: &Node, r: &mut Reader<'_>) -> Option<String> {
        let Some(lifecycle) = self.lifecycle else { return r.text(node).map(str::to_owned) };
        r.known(node, "stage", lifecycle.stages.iter().map(|s| s.id.as_str()), "stages are declared in lifecycle.yaml").map(str::to_owned)
    }
    /// A stage's or a detour's id.
    pub(super) fn place(&self, node: &Node, r: &mut Reader<'_>) -> Option<String> {
        let Some(lifecycle) = self.lifecycle else { return r.text(node).map(str::to_owned) };
        let ids = lifecycle.stages.iter().map(|s| s.id.as_str()).chain(lifecycle.detours.iter().map(|d| d.id.as_str()));
        r.known(node, "stage or detour", ids, "stages are declared in lifecycle.yaml").map(str::to_owned)
    }
    /// A colleague's id. Who writes a name instead is told the id.
    pub(super) fn person(&self, node: &Node, r: &mut Reader<'_>) -> Option<String> {
        let (Some(team), Some(text)) = (self.team, r.text(node)) else { return r.text_of(node).map(str::to_owned) };
        if let Some(other) = named(team, text) {
            r.error(Code::UnknownName, node.span, format!("`{text}` is a name, and colleagues are named by id here"), format!("write `{}`", other.id));
            return None;
        }
        r.known(node, "colleague", team.owners.iter().map(|o| o.id.as_str()), "colleagues are declared in team.yaml").map(str::to_owned)
    }
}
