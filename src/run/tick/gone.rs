//! Stages that lifecycle.yaml once had and has no more: their leads stay where they are until somebody says where they belong.
//! (A text of an export that never was a stage is another matter: those leads begin at the first.)

use crate::run::{RunError, Workspace};
use crate::store::Store;
use std::collections::BTreeMap;

/// Where the texts of the rules keep the stages.
const FILE: &str = "sops/lifecycle.yaml";

/// Stages without a place, each with the number of its leads.
pub(in crate::run) fn gone(workspace: &Workspace, store: &Store) -> Result<BTreeMap<String, i64>, RunError> {
    let lifecycle = &workspace.sop.lifecycle;
    if lifecycle.stages.is_empty() {
        return Ok(BTreeMap::new());
    }
    let known: Vec<&str> = lifecycle.stages.iter().map(|s| s.id.as_str()).chain(lifecycle.detours.iter().map(|d| d.id.as_str())).collect();
    let mut strange = store.places_besides(&known)?;
    if strange.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut files = Vec::new();
    for texts in store.sop_texts()? {
        let texts: serde_json::Value = serde_json::from_str(&texts).unwrap_or_default();
        files.extend(texts.get(FILE).and_then(|t| t.as_str()).map(str::to_owned));
    }
    strange.retain(|(stage, _)| files.iter().any(|text| has_id(text, stage)));
    Ok(strange.into_iter().collect())
}

/// Whether a text of stages and detours declares this id.
fn has_id(text: &str, id: &str) -> bool {
    text.split("id:").skip(1).any(|rest| {
        let rest = rest.trim_start().trim_start_matches(['"', '\'']);
        rest.strip_prefix(id).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
    })
}

#[cfg(test)]
mod tests {
    use super::has_id;

    #[test]
    fn an_id_is_found_however_it_is_written() {
        let text = "stages:\n  - {id: prospect, title: 潜在}\n  - id: \"mql\"\n    enter: accepted\n";
        assert!(has_id(text, "prospect") && has_id(text, "mql"));
        assert!(!has_id(text, "pros") && !has_id(text, "accepted") && !has_id(text, "sql"));
    }
}
