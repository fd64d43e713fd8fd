//! `inbox/`: files that somebody drops for the next tick, read in the order of their names. After the commit they move to
//! `inbox/done/RUN/`. One that is unusable moves to `inbox/failed/` with its reason beside it, and never stops the others;
//! files that a guard holds back stay where they are, and so do links to files outside of the workspace: what lies there may
//! be nobody's to read. Whatever else lies there is told and left alone.

use crate::model::RunId;
use crate::run::{RunError, Workspace};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Endings that are read; anything else in the folder is left alone.
const ENDINGS: [&str; 8] = ["csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods"];

/// What the reason beside a file is called after it.
const REASON: &str = ".reason.txt";

/// The files of one tick.
#[derive(Debug, Default)]
pub(in crate::run) struct Inbox {
    files: Vec<PathBuf>,
    failed: Vec<(PathBuf, String)>,
    /// Files that stay in the inbox, and why.
    held: Vec<(PathBuf, String)>,
    /// What no tick reads: its name, and what it is.
    other: Vec<(String, &'static str)>,
}

/// What is ours in the folder.
const OURS: [&str; 2] = ["done", "failed"];

impl Inbox {
    /// What lies there. A workspace without the folder has an empty one.
    pub(in crate::run) fn look(workspace: &Workspace) -> Result<Self, RunError> {
        let folder = workspace.root.join("inbox");
        let trouble = |source: io::Error| RunError::File { verb: "read", path: folder.display().to_string(), source };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(trouble(e)),
        };
        let root = fs::canonicalize(&workspace.root).unwrap_or_else(|_| workspace.root.clone());
        let mut inbox = Self::default();
        for entry in entries {
            let path = entry.map_err(trouble)?.path();
            let name = name_of(&path);
            let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
            // Excel's and editors' lock files, and files that are still on their way.
            let passing = name.starts_with(['.', '~']) || name.ends_with('~');
            if passing || OURS.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                inbox.other.push((name, "a folder"));
            } else if !path.exists() {
                inbox.other.push((name, "a link that leads nowhere"));
            } else if !path.is_file() || !ENDINGS.contains(&ending.as_str()) {
                inbox.other.push((name, "no table"));
            } else if path.is_symlink() && !fs::canonicalize(&path).is_ok_and(|target| target.starts_with(&root)) {
                let why = "it is a link to a file outside of this workspace, which is not followed\ncopy the file into inbox/, or import it by hand";
                inbox.held.push((path, why.to_owned()));
            } else {
                inbox.files.push(path);
            }
        }
        inbox.files.sort();
        inbox.held.sort();
        inbox.other.sort();
        Ok(inbox)
    }

    /// What is neither read nor moved: `notes.pdf (no table)`.
    pub(in crate::run) fn left(&self) -> Vec<String> {
        self.other.iter().map(|(name, what)| format!("{name} ({what})")).collect()
    }

    /// Files that wait for a person before any tick reads them, with why.
    pub(in crate::run) fn refused(&self) -> impl Iterator<Item = (String, &str)> {
        self.held.iter().map(|(file, why)| (name_of(file), why.lines().next().unwrap_or_default()))
    }

    pub(in crate::run) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Files that earlier ticks could not read, with the first line of why; by name.
    pub(in crate::run) fn failed_before(workspace: &Workspace) -> Vec<(String, String)> {
        let folder = workspace.root.join("inbox").join("failed");
        let names = fs::read_dir(&folder).into_iter().flatten().flatten().filter(|e| e.path().is_file()).map(|e| name_of(&e.path()));
        let mut names: Vec<String> = names.filter(|n| !n.ends_with(REASON) && !n.starts_with('.')).collect();
        names.sort();
        let why = |name: &str| fs::read_to_string(folder.join(format!("{name}{REASON}"))).ok().and_then(|t| t.lines().next().map(str::to_owned));
        names
            .into_iter()
            .map(|n| {
                let why = why(&n).unwrap_or_default();
                (n, why)
            })
            .collect()
    }

    /// Takes what an error speaks of out of the day. False: the error is not about files.
    pub(super) fn set_aside(&mut self, error: &RunError) -> bool {
        let why = error.to_string();
        match error {
            RunError::Ingest(e) => {
                let Some(place) = self.files.iter().position(|f| f.display().to_string() == e.file || name_of(f) == e.file) else { return false };
                let file = self.files.remove(place);
                self.failed.push((file, format!("{why}\n{}", e.help)));
                true
            }
            // A guard asks a person: the files wait, the rest of the day does not.
            RunError::Refused { help, .. } if !self.files.is_empty() => {
                self.held.extend(self.files.drain(..).map(|f| (f, format!("{why}\n{help}"))));
                true
            }
            _ => false,
        }
    }

    /// Name and reason of what was not read.
    pub(super) fn aside(&self) -> Vec<(String, String)> {
        let first_line = |why: &str| why.lines().next().unwrap_or_default().to_owned();
        let failed = self.failed.iter().map(|(f, why)| (format!("inbox/failed/{}", name_of(f)), first_line(why)));
        // What a person must decide, they are told whole.
        let held = self.held.iter().map(|(f, why)| (format!("inbox/{}", name_of(f)), why.replace('\n', "; ")));
        failed.chain(held).collect()
    }

    /// After the commit: what was read and what could not be go where they belong.
    pub(super) fn put_away(self, workspace: &Workspace, run: RunId) -> Result<(), RunError> {
        let inbox = workspace.root.join("inbox");
        if !self.files.is_empty() {
            let done = inbox.join("done").join(run.0.to_string());
            for file in &self.files {
                shift(file, &done)?;
            }
        }
        for (file, why) in &self.failed {
            let moved = shift(file, &inbox.join("failed"))?;
            let beside = PathBuf::from(format!("{}{REASON}", moved.display()));
            fs::write(&beside, format!("{why}\n")).map_err(|source| RunError::File { verb: "write", path: beside.display().to_string(), source })?;
        }
        Ok(())
    }
}

/// Moves a file into a folder, beside whatever has its name there.
fn shift(file: &Path, folder: &Path) -> Result<PathBuf, RunError> {
    let trouble = |path: &Path| {
        let path = path.display().to_string();
        move |source| RunError::File { verb: "move", path, source }
    };
    fs::create_dir_all(folder).map_err(trouble(folder))?;
    let name = name_of(file);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    let free = |n: usize| folder.join(if n == 0 { name.clone() } else { format!("{stem}-{n}.{ending}") });
    let target = (0..).map(free).find(|t| !t.exists()).unwrap_or_else(|| folder.join(&name));
    fs::rename(file, &target).map_err(trouble(file))?;
    Ok(target)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
