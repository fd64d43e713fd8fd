//! Workspaces whose SOP files are broken. Whoever decides or sends messages stops at that (`Workspace::open`); other verbs go on without
//! the files that they do not need, and say in one line which those are.

use super::RunError;
use super::workspace::{TESTS, Workspace};
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};
use crate::rules::team::Team;
use crate::rules::{self, Sop};
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// So many broken files are named.
const NAMED: usize = 3;

/// The files of a workspace as they were read.
type Files = Vec<rules::File>;

/// A workspace that cannot be opened as it is.
struct Broken {
    sources: Sources,
    problems: Diagnostics,
    /// What the last run obeyed, by name; nothing without a base.
    before: BTreeMap<String, String>,
}

impl Workspace {
    /// For what needs no paths and no texts of messages: where one of those is broken, what the last run knew of it applies, and if that is
    /// nothing, it is left out. Any other broken file is an error.
    pub fn open_without_letters(start: &Path, exact: bool, db: Option<&Path>) -> Result<Self, RunError> {
        let opened = Self::open(start, exact, db);
        Self::despite(opened, start, exact, db, Broken::without_letters)
    }

    /// For what must be possible whatever the files say: an address that asks to be left alone is closed, and the outbox can be read. Where
    /// they are broken, the rules of the last run apply, as the base keeps them.
    pub fn open_as_before(start: &Path, exact: bool, db: Option<&Path>) -> Result<Self, RunError> {
        let opened = Self::open(start, exact, db);
        Self::despite(opened, start, exact, db, |broken, _| broken.as_before())
    }

    /// For what obeys no rules (what happened, and taking it back): broken SOP files keep nobody from it. Only a sound dictionary and
    /// calendar are used.
    pub fn open_without_rules(start: &Path, exact: bool, db: Option<&Path>) -> Result<Self, RunError> {
        let opened = Self::open(start, exact, db);
        Self::despite(opened, start, exact, db, |broken, files| broken.without_rules(files))
    }

    /// What was opened, or what `how` makes of its files: the rules, and what applies instead of the broken ones.
    fn despite(
        opened: Result<Self, RunError>,
        start: &Path,
        exact: bool,
        db: Option<&Path>,
        how: impl FnOnce(&Broken, Files) -> Option<(Sop, Diagnostics, &'static str)>,
    ) -> Result<Self, RunError> {
        let (sources, problems) = match opened {
            Err(RunError::Sop(problems)) => *problems,
            opened => return opened,
        };
        let root = Self::root(start, exact);
        let db = db.map_or_else(|| root.join("sop.db"), Path::to_owned);
        let files = Self::read_files(&root)?.unwrap_or_default().into_iter().filter(|(n, _)| !n.starts_with(TESTS)).collect();
        let broken = Broken { sources, problems, before: before(&db) };
        match how(&broken, files) {
            Some((sop, warnings, instead)) => {
                let told = broken.told(instead);
                Ok(Self { root, db, sop, warnings, broken: Some(told) })
            }
            None => Err(RunError::Sop(Box::new((broken.sources, broken.problems)))),
        }
    }
}

/// The texts that the last run obeyed, examples apart.
fn before(db: &Path) -> BTreeMap<String, String> {
    let texts = Store::read(db).and_then(|store| store.last_sop_texts()).ok().flatten();
    let mut texts: BTreeMap<String, String> = texts.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
    texts.retain(|name, _| !name.starts_with(TESTS));
    texts
}

impl Broken {
    fn without_letters(&self, mut files: Files) -> Option<(Sop, Diagnostics, &'static str)> {
        let (mut sources, mut problems) = (self.sources.clone(), self.problems.clone());
        let mut instead = BTreeSet::new();
        loop {
            let errors: BTreeSet<Option<String>> = errors(&problems).map(|d| file_of(&sources, d)).collect();
            for name in errors {
                let name = name?;
                if name.starts_with(TESTS) {
                    continue;
                }
                if !is_letter(&name) || !instead.insert(name.clone()) {
                    return None;
                }
                match self.before.get(&name) {
                    Some(text) => files.iter_mut().filter(|(n, _)| *n == name).for_each(|(_, bytes)| *bytes = Ok(text.clone().into_bytes())),
                    None => files.retain(|(n, _)| *n != name),
                }
            }
            match rules::load(&files) {
                Ok((sop, warnings)) if instead.iter().all(|name| self.before.contains_key(name)) => {
                    return Some((sop, warnings, "what the last run knew of it applies here"));
                }
                Ok((sop, warnings)) => return Some((sop, warnings, "it is left out here")),
                Err(still) => (sources, problems) = still,
            }
        }
    }

    fn as_before(&self) -> Option<(Sop, Diagnostics, &'static str)> {
        let files: Files = self.before.iter().map(|(name, text)| (name.clone(), Ok(text.clone().into_bytes()))).collect();
        let (mut sop, warnings) = rules::load(&files).ok().filter(|_| !files.is_empty())?;
        let starter = rules::starter().into_iter().filter(|(n, _)| !n.starts_with(TESTS));
        if starter.eq(files.into_iter().filter_map(|(n, bytes)| Some((n, bytes.ok()?)))) {
            sop.team = Team::default(); // the starter's people are nobody's colleagues
        }
        Some((sop, warnings, "the rules of the last run apply here"))
    }

    fn without_rules(&self, files: Files) -> Option<(Sop, Diagnostics, &'static str)> {
        [&["sops/fields.yaml", "sops/calendar.yaml"][..], &["sops/fields.yaml"], &["sops/calendar.yaml"], &[]].into_iter().find_map(|names| {
            let some: Files = files.iter().filter(|(n, _)| names.contains(&n.as_str())).cloned().collect();
            let (sop, _) = rules::load(&some).ok()?;
            Some((sop, Diagnostics::default(), "this goes on without rules"))
        })
    }

    /// One line: which files, and of a single one what is wrong with it.
    fn told(&self, instead: &str) -> String {
        let names: BTreeSet<String> = errors(&self.problems).filter_map(|d| file_of(&self.sources, d)).filter(|n| !n.starts_with(TESTS)).collect();
        let first = errors(&self.problems).find_map(|d| {
            let (line, column) = self.sources.line_column(d.span?.source, d.span?.start);
            names.contains(&file_of(&self.sources, d)?).then(|| format!(" ({line}:{column}: {})", d.message))
        });
        let (what, it) = match names.len() {
            0 => ("the SOP files are broken".to_owned(), "they are"),
            1 => (format!("{} is broken{}", names.iter().next().map_or("", String::as_str), first.unwrap_or_default()), "it is"),
            n => {
                let named: Vec<&str> = names.iter().map(String::as_str).take(NAMED).collect();
                let more = if n > NAMED { format!(" and {} more", n - NAMED) } else { String::new() };
                (format!("{}{more} are broken", named.join(", ")), "they are")
            }
        };
        let instead = if it == "they are" { instead.replace("of it", "of them").replace("it is", "they are") } else { instead.to_owned() };
        format!("{what}; {instead} until {it} mended: sop check")
    }
}

/// Whether a file only says what messages say and when.
fn is_letter(name: &str) -> bool {
    name.starts_with("sops/content/") || name.starts_with("sops/nurture/")
}

fn errors(problems: &Diagnostics) -> impl Iterator<Item = &Diagnostic> {
    problems.0.iter().filter(|d| d.severity == Severity::Error)
}

/// The file that a problem is in.
fn file_of(sources: &Sources, problem: &Diagnostic) -> Option<String> {
    sources.get(problem.span?.source).map(|s| s.name.clone())
}
