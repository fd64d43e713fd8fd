//! A workspace: the folder that holds `sops/` and the base. Found by walking up, as git does.

use super::RunError;
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};
use crate::rules::team::Team;
use crate::rules::{self, Sop};
use std::fs;
use std::path::{Path, PathBuf};

/// Files past this size are not read: no SOP is that long.
const LARGEST_SOP: u64 = 4 << 20;

/// A found workspace with its checked SOPs.
pub struct Workspace {
    /// The folder.
    pub root: PathBuf,
    /// The base's file.
    pub db: PathBuf,
    /// What the SOP files say.
    pub sop: Sop,
    /// Warnings of reading them.
    pub warnings: Diagnostics,
    /// Which files are broken, and what applies instead of them: one sentence. See `broken`.
    pub broken: Option<String>,
}

impl Workspace {
    /// The workspace above (or at) `start`. With `exact`, `start` itself. Without any `sops/`, the starter SOPs apply.
    pub fn open(start: &Path, exact: bool, db: Option<&Path>) -> Result<Self, RunError> {
        let root = Self::root(start, exact);
        let files = match Self::read_files(&root)? {
            Some(files) => files,
            None => rules::starter().into_iter().map(|(n, b)| (n, Ok(b))).collect(),
        };
        let starter = !root.join("sops").is_dir();
        let mut loaded = rules::load(&files);
        // A broken example must not stop the work that the rules do: `check` and `test` tell it.
        if let Err((sources, problems)) = &loaded
            && only_in_tests(sources, problems)
        {
            loaded = rules::load(&files.iter().filter(|(n, _)| !n.starts_with(TESTS)).cloned().collect::<Vec<_>>());
        }
        match loaded {
            Ok((mut sop, warnings)) => {
                sop.starter = starter;
                if starter {
                    sop.team = Team::default(); // the starter's people are an example, and nobody's colleagues
                }
                Ok(Self { db: db.map_or_else(|| root.join("sop.db"), Path::to_owned), root, sop, warnings, broken: None })
            }
            Err(problems) => Err(RunError::Sop(Box::new(problems))),
        }
    }

    /// The same rules over a copy of the base in another folder, for a rehearsal: neither inbox nor outbox is there.
    pub(super) fn beside(&self, folder: &Path, db: &Path) -> Result<Self, RunError> {
        let files = match Self::read_files(&self.root)? {
            Some(files) => files,
            None => rules::starter().into_iter().map(|(n, b)| (n, Ok(b))).collect(),
        };
        let examples = |n: &str| n.starts_with(TESTS);
        let (mut sop, warnings) = rules::load(&files.into_iter().filter(|(n, _)| !examples(n)).collect::<Vec<_>>()).map_err(|p| RunError::Sop(Box::new(p)))?;
        sop.starter = self.sop.starter;
        sop.team = Team { owners: self.sop.team.owners.clone() };
        Ok(Self { db: db.to_owned(), root: folder.to_owned(), sop, warnings, broken: None })
    }

    /// The folder that a command in `start` works in.
    pub fn root(start: &Path, exact: bool) -> PathBuf {
        if exact {
            return start.to_owned();
        }
        let absolute = fs::canonicalize(start).unwrap_or_else(|_| start.to_owned());
        match absolute.ancestors().find(|a| a.join("sops").is_dir()) {
            Some(found) if found == absolute => start.to_owned(),
            Some(found) => found.to_owned(),
            None => start.to_owned(),
        }
    }

    /// Every problem and warning of the SOP files of a folder, whether or not they are usable.
    pub fn check(root: &Path) -> Result<(Sources, Diagnostics, Option<Sop>), RunError> {
        let files = match Self::read_files(root)? {
            Some(files) => files,
            None => rules::starter().into_iter().map(|(n, b)| (n, Ok(b))).collect(),
        };
        Ok(match rules::load(&files) {
            Ok((sop, warnings)) => (sop.sources.clone(), warnings, Some(sop)),
            Err((sources, problems)) => (sources, problems, None),
        })
    }

    /// The texts under `sops/`, sorted by name; `None` without such a folder.
    pub(super) fn read_files(root: &Path) -> Result<Option<Vec<rules::File>>, RunError> {
        let folder = root.join("sops");
        if !folder.is_dir() {
            return Ok(None);
        }
        let mut files = Vec::new();
        collect(&folder, "sops", 0, &mut files).map_err(|source| RunError::File { verb: "read", path: folder.display().to_string(), source })?;
        files.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Some(files))
    }
}

/// Where the examples stand.
pub(super) const TESTS: &str = "sops/tests/";

/// Whether every error is one of the examples.
fn only_in_tests(sources: &Sources, problems: &Diagnostics) -> bool {
    let in_tests = |d: &Diagnostic| d.span.and_then(|s| sources.get(s.source)).is_some_and(|s| s.name.starts_with(TESTS));
    problems.0.iter().filter(|d| d.severity == Severity::Error).all(in_tests)
}

fn collect(folder: &Path, name: &str, depth: usize, out: &mut Vec<(String, Result<Vec<u8>, String>)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.starts_with('.') || file.ends_with('~') {
            continue;
        }
        let (path, name) = (entry.path(), format!("{name}/{file}"));
        if path.is_dir() {
            if file.ends_with(".yaml") {
                out.push((name, Err("it is a folder".into())));
            } else if depth < 4 {
                collect(&path, &name, depth + 1, out)?;
            }
            continue;
        }
        let text = match fs::metadata(&path) {
            Ok(m) if m.len() > LARGEST_SOP => Err(format!("{} MB is no SOP file", m.len() >> 20)),
            Ok(_) => fs::read(&path).map_err(|e| e.to_string()),
            Err(e) => Err(e.to_string()),
        };
        out.push((name, text));
    }
    Ok(())
}
