//! experiments.yaml → [`Experiment`]s.

use super::Experiment;
use crate::condition::Want;
use crate::diag::Code;
use crate::model::FieldType;
use crate::rules::known::Known;
use crate::rules::reader::Reader;
use crate::rules::yaml::Node;

/// The keys of an experiment.
pub(in crate::rules) const EXPERIMENT_KEYS: &[&str] = &["arm", "control", "outcomes"];

/// Reads experiments.yaml: a map of names. What has an error is left out; the errors are in `r.out`.
pub(in crate::rules) fn read(root: &Node, known: &Known<'_>, r: &mut Reader<'_>) -> Vec<Experiment> {
    let (mut all, mut seen) = (Vec::new(), Vec::new());
    for e in r.names(root, "experiments") {
        if e.key == "review_by" {
            if let Some(date) = r.date(&e.value) {
                r.reviews.push((e.value.span, date));
            }
            continue;
        }
        r.unique(&mut seen, &e.key, e.key_span, "experiment");
        let what = "an experiment";
        let Some(map) = r.map(&e.value, what, EXPERIMENT_KEYS) else { continue };
        let fields = &known.dictionary.fields;
        let arm = r.need(map, what, "arm").and_then(|node| {
            let id = r.known(node, "field", fields.iter().map(|f| f.id.as_str()), "declare it in fields.yaml")?;
            let (ix, field) = known.dictionary.field(id)?;
            if field.ty.is_text() || matches!(field.ty, FieldType::Boolean | FieldType::Integer) {
                return Some(ix);
            }
            r.error(Code::WrongType, node.span, format!("`{id}` is of type {}: it names no arm", field.ty.name()), "name a field of type text");
            None
        });
        let control = map.get("control").and_then(|n| r.text(n)).map(str::to_owned);
        let (mut outcomes, mut names) = (Vec::new(), Vec::new());
        let node = r.need(map, what, "outcomes");
        for outcome in node.map(|n| r.names(n, "outcomes")).unwrap_or_default() {
            r.unique(&mut names, &outcome.key, outcome.key_span, "outcome");
            outcomes.extend(r.condition(&outcome.value, &known.lead(), Want::Boolean).map(|c| (outcome.key.clone(), c)));
        }
        if let Some(node) = node.filter(|_| names.is_empty()) {
            r.error(Code::MissingKey, node.span, "nothing is measured", "write e.g. `outcomes: {visit: \"visit = 1\"}`");
        }
        all.extend(arm.map(|arm| Experiment { id: e.key.clone(), arm, control, outcomes }));
    }
    all
}
