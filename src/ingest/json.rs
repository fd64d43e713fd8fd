//! Lists of JSON objects that tell what came back on messages (an event webhook's lines, or one array) → a table of text: one column for
//! each key that any of them has, in the order first seen.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use tempfile::TempPath;

/// Keys of which one makes a JSON file such a list.
const KEYS: [&str; 3] = ["\"sg_message_id\"", "\"sg_event_id\"", "\"smtp-id\""];

/// Whether the head of a file is that of such a list.
pub(super) fn is_events(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head.get(..head.len().min(64 << 10)).unwrap_or_default());
    let start = text.trim_start_matches('\u{feff}').trim_start();
    (start.starts_with('[') || start.starts_with('{')) && KEYS.iter().any(|k| text.contains(k))
}

type Object = serde_json::Map<String, serde_json::Value>;

/// The list as separated text in a temporary file, which goes with the path.
pub(super) fn to_table(path: &Path) -> io::Result<TempPath> {
    let mut objects: Vec<Object> = Vec::new();
    let mut reader = BufReader::new(File::open(path)?);
    if reader.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
        reader.consume(3);
    }
    for value in serde_json::Deserializer::from_reader(reader).into_iter::<serde_json::Value>() {
        match value? {
            serde_json::Value::Array(all) => objects.extend(all.into_iter().filter_map(object)),
            other => objects.extend(object(other)),
        }
    }
    let mut headers: Vec<&str> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    for key in objects.iter().flat_map(|o| o.keys()).filter(|k| seen.insert(k.as_str())) {
        headers.push(key);
    }
    let mut file = tempfile::NamedTempFile::new()?;
    {
        let mut out = io::BufWriter::new(&mut file);
        line(&mut out, headers.iter().map(|h| (*h).to_owned()))?;
        for object in &objects {
            line(&mut out, headers.iter().map(|h| object.get(*h).map(cell).unwrap_or_default()))?;
        }
        out.flush()?;
    }
    Ok(file.into_temp_path())
}

fn object(value: serde_json::Value) -> Option<Object> {
    match value {
        serde_json::Value::Object(object) => Some(object),
        _ => None,
    }
}

fn line(out: &mut impl Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let quoted: Vec<String> = cells.map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
    writeln!(out, "{}", quoted.join(","))
}

/// Lists of texts are joined; what is nested deeper says nothing here.
fn cell(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.replace(['\r', '\n'], " "),
        serde_json::Value::Number(n) => n.to_string(),
        serde_json::Value::Bool(b) => b.to_string(),
        serde_json::Value::Array(items) => items.iter().map(cell).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("; "),
        _ => String::new(),
    }
}
