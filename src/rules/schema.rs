//! JSON Schemas of the SOP files, for editors (`sop schema KIND`). Kept by hand; tests hold them to the readers' keys.

/// The schema of `fields`, `calendar`, `scoring` or `tests`.
pub fn schema(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "fields" => include_str!("schema/fields.json"),
        "calendar" => include_str!("schema/calendar.json"),
        "scoring" => include_str!("schema/scoring.json"),
        "tests" => include_str!("schema/tests.json"),
        _ => return None,
    })
}
