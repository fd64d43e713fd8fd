//! The texts that diagnostics point into.

/// A source's place in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub usize);

/// One text with its name as people know it (`sops/scoring.yaml`, `--where`).
#[derive(Clone, Debug)]
pub struct Source {
    /// Path relative to the workspace, or the flag.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// All texts of one reading.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.0.push(Source { name: name.into(), text: text.into() });
        SourceId(self.0.len() - 1)
    }
    /// The text of an id.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(id.0)
    }
    /// Every text, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }
    /// 1-based line and column (in characters) of a byte.
    pub fn line_column(&self, id: SourceId, byte: usize) -> (usize, usize) {
        let Some(source) = self.get(id) else { return (1, 1) };
        let mut byte = byte.min(source.text.len());
        while !source.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &source.text[..byte];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}
