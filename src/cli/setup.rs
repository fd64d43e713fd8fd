//! From the common flags to a workspace and a context; from the library's errors to exit codes.

use super::args::{Color, Global};
use super::as_of;
use super::exit::{Exit, Failure};
use super::progress::Progress;
use sop::diag::{Diagnostics, Severity};
use sop::ingest::IngestErrorKind;
use sop::model::Instant;
use sop::run::{Context, RunError, Workspace};
use sop::store::{Holder, StoreError};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this program's run is durable: from then on there is nothing to interrupt.
pub(crate) static COMMITTED: Mutex<bool> = Mutex::new(false);

/// Ctrl-C while messages leave: the one that is under way is settled first. Asked a second time, the program ends at once.
pub(crate) static STOP: Stop = Stop { listens: AtomicBool::new(false), asked: AtomicBool::new(false) };

/// See [`STOP`].
pub(crate) struct Stop {
    listens: AtomicBool,
    pub(crate) asked: AtomicBool,
}

impl Stop {
    /// From here on somebody looks at `asked` between two messages.
    pub(crate) fn begin(&self) {
        self.listens.store(true, Ordering::SeqCst);
    }
    /// Whether asking was enough.
    pub(crate) fn ask(&self) -> bool {
        self.listens.load(Ordering::SeqCst) && !self.asked.swap(true, Ordering::SeqCst)
    }
}

/// What every verb starts from.
pub(crate) struct Setup<'g> {
    pub(crate) global: &'g Global,
    pub(crate) workspace: Workspace,
    pub(crate) as_of: Instant,
    started: Instant,
    progress: Progress,
}

impl<'g> Setup<'g> {
    /// Opens the workspace; its warnings go to stderr.
    pub(crate) fn new(global: &'g Global) -> Result<Self, Failure> {
        Self::opened(global, Workspace::open)
    }

    /// The same for a verb that neither decides nor sends messages: broken paths and texts of messages are no more than a warning.
    pub(crate) fn without_letters(global: &'g Global) -> Result<Self, Failure> {
        Self::opened(global, Workspace::open_without_letters)
    }

    /// The same for a verb that obeys no rules: broken SOP files are no more than a warning.
    pub(crate) fn without_rules(global: &'g Global) -> Result<Self, Failure> {
        Self::opened(global, Workspace::open_without_rules)
    }

    /// The same for a verb that must work whatever the SOP files say: where they are broken, the rules of the last run apply.
    pub(crate) fn as_before(global: &'g Global) -> Result<Self, Failure> {
        Self::opened(global, Workspace::open_as_before)
    }

    fn opened(global: &'g Global, open: fn(&Path, bool, Option<&Path>) -> Result<Workspace, RunError>) -> Result<Self, Failure> {
        let (start, exact) = folder(global);
        if !start.is_dir() {
            return Err(Failure::refused(format!("there is no folder `{}`", start.display()), "check -C"));
        }
        // `SOP_DB=` is nobody's name for a base.
        let workspace = open(&start, exact, global.db.as_deref().filter(|db| !db.as_os_str().is_empty())).map_err(|e| failure(global, e))?;
        // What is merely worth knowing is for `sop check`.
        let serious = Diagnostics(workspace.warnings.0.iter().filter(|d| d.severity != Severity::Note).cloned().collect());
        if !global.quiet && !serious.0.is_empty() {
            let _ = write!(std::io::stderr().lock(), "{}", sop::render::diagnostics(&serious, &workspace.sop.sources, colored(global)));
        }
        if let Some(broken) = workspace.broken.as_ref().filter(|_| !global.quiet) {
            let _ = writeln!(std::io::stderr().lock(), "warning: {broken}");
        }
        let started = as_of::now();
        let as_of = match &global.as_of {
            None => started,
            Some(text) => as_of::parse(text, &workspace.sop.calendar, started).map_err(|e| Failure::refused(e, "see `sop --help`, --as-of"))?,
        };
        Ok(Self { global, workspace, as_of, started, progress: Progress::new(global.quiet) })
    }

    /// Runs a verb with its circumstances. `flags` is what the run's row says: no addresses.
    pub(crate) fn run<T>(&self, verb: &str, flags: &str, f: impl FnOnce(&Workspace, &Context<'_>) -> Result<T, RunError>) -> Result<T, Failure> {
        let show = |step: &str, done: u64, all: u64| self.progress.show(step, done, all);
        let mut words = vec![flags.to_owned()];
        for (on, name) in [(self.global.full, "--full"), (self.global.dry_run, "--dry-run"), (self.global.strict, "--strict"), (self.global.yes, "--yes")] {
            if on {
                words.push(name.to_owned());
            }
        }
        let flags = words.join(" ").trim().to_owned();
        let holder = Holder { pid: std::process::id(), host: host(), command: format!("sop {verb}"), since: self.started.rfc3339() };
        let context = Context {
            verb: verb.to_owned(),
            flags,
            as_of: self.as_of,
            started: self.started,
            holder,
            dry_run: self.global.dry_run,
            full: self.global.full,
            yes: self.global.yes,
            strict: self.global.strict,
            lines: self.global.verbose,
            progress: &show,
            committed: &COMMITTED,
        };
        f(&self.workspace, &context).map_err(|e| failure(self.global, e))
    }

    /// A sentence on stderr, unless `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        if !self.global.quiet && !text.is_empty() {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }
}

/// Problems with their excerpts, on stderr.
pub(crate) fn eprint_problems(text: &str) {
    let _ = write!(std::io::stderr().lock(), "{text}");
}

/// The folder to look from, and whether it was named.
pub(crate) fn folder(global: &Global) -> (PathBuf, bool) {
    match &global.dir {
        Some(dir) => (dir.clone(), true),
        None => (Path::new(".").to_owned(), false),
    }
}

/// Whether stderr is coloured.
pub(crate) fn colored(global: &Global) -> bool {
    match global.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    }
}

fn host() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|h| h.trim().to_owned());
    read.or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .filter(|h| !h.is_empty())
        .unwrap_or_else(|| "this machine".into())
}

/// One table from what went wrong to how the program ends. Problems of texts are printed here, with their excerpts.
pub(crate) fn failure(global: &Global, error: RunError) -> Failure {
    let what = error.to_string();
    match error {
        RunError::Sop(problems) | RunError::Condition(problems) if problems.1.0.is_empty() => Failure::new(Exit::BadSop, what, ""),
        RunError::Sop(problems) => {
            let _ = write!(std::io::stderr().lock(), "{}", sop::render::diagnostics(&problems.1, &problems.0, colored(global)));
            Failure::shown(Exit::BadSop, "mend the files; `sop check` lists every problem")
        }
        RunError::Condition(problems) => {
            let _ = write!(std::io::stderr().lock(), "{}", sop::render::diagnostics(&problems.1, &problems.0, colored(global)));
            Failure::shown(Exit::Refused, "")
        }
        RunError::Ingest(e) => {
            let mut what = format!("cannot read {e}");
            if let Some(text) = &e.text {
                what.push_str(&format!("\n  | {text}"));
            }
            let exit = if e.kind == IngestErrorKind::NoSuchSheet { Exit::Refused } else { Exit::Files };
            Failure::new(exit, what, e.help)
        }
        RunError::File { .. } => Failure::new(Exit::Files, what, "check the path, its permissions and the disk"),
        RunError::Refused { help, .. } => Failure::refused(what, help),
        RunError::Rejected { files, .. } => Failure::new(Exit::Problems, what, format!("mend the rows in {} and import them again", files.join(", "))),
        RunError::Store(e) => store_failure(&e, what),
    }
}

fn store_failure(error: &StoreError, what: String) -> Failure {
    match error {
        StoreError::Locked(_) => Failure::new(Exit::Locked, what, "wait for it to end, then run the command again"),
        StoreError::Newer { .. } => Failure::new(Exit::Database, what, ""),
        StoreError::NotABase { .. } => Failure::new(Exit::Database, what, "name the base with --db FILE"),
        StoreError::Missing(_) => Failure::refused(what, ""),
        StoreError::Sqlite(_) => Failure::new(Exit::Database, what, "nothing was changed; check the disk, then run the command again"),
        StoreError::Io { .. } => Failure::new(Exit::Files, what, "nothing was changed; check the path, its permissions and the disk"),
    }
}
