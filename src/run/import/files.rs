//! The files of one import: all are opened and recognised before the first row is written, then taken in one after the other.

use super::summary::FileSummary;
use super::{ImportOptions, Importer};
use crate::ingest::{self, FileKind, IngestErrorKind, LeadMapping, Options, PendingRejects, TableFile};
use crate::model::FieldIx;
use crate::run::{RunError, Session, Workspace};
use std::path::{Path, PathBuf};

/// Reject files under temporary names, until the commit.
#[derive(Default)]
pub(in crate::run) struct Rejects(Vec<PendingRejects>);

impl Rejects {
    /// Puts them in place.
    pub(in crate::run) fn persist(self) -> Result<(), RunError> {
        for pending in self.0 {
            pending.persist()?;
        }
        Ok(())
    }

    /// Leaves nothing behind of a rehearsal.
    pub(in crate::run) fn discard(self, workspace: &Workspace) {
        drop(self);
        discard(workspace);
    }
}

/// The folder of reject files goes if nothing is in it: a rehearsal or a failed run made it.
pub(in crate::run) fn discard(workspace: &Workspace) {
    let _ = std::fs::remove_dir(workspace.root.join("rejects"));
}

/// A file that was opened and recognised.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) table: TableFile,
    kind: FileKind,
    pub(super) number: u16,
}

impl Importer<'_, '_> {
    pub(super) fn files(&mut self, paths: &[PathBuf], options: &ImportOptions) -> Result<Rejects, RunError> {
        let mut opened = Vec::with_capacity(paths.len());
        for (number, path) in paths.iter().enumerate() {
            // File 0 is kept for events that waited in the base.
            opened.push(self.open(path, u16::try_from(number + 1).unwrap_or(u16::MAX), options)?);
        }
        let came_back = |kind| matches!(kind, FileKind::Feedback | FileKind::SmsReplies | FileKind::Wecom);
        if let Some(other) = opened.iter().find(|o| options.until.is_some() && !came_back(o.kind)) {
            let what = format!("--until says how far files of what came back reach, and {} is one of {}", other.path.display(), other.kind.name());
            return Err(RunError::refused(what, "import it without --until"));
        }
        opened.sort_by_key(|o| match o.kind {
            FileKind::Leads => 0,
            FileKind::Stages => 1,
            FileKind::Deals => 2,
            FileKind::Payments => 3,
            FileKind::FollowUps => 4,
            FileKind::Feedback | FileKind::SmsReplies | FileKind::Wecom => 5,
            FileKind::Costs => 6,
            FileKind::Events => 7,
        });
        let events = opened.iter().position(|o| o.kind == FileKind::Events).unwrap_or(opened.len());
        let events = opened.split_off(events);
        // New leads stay outside of a base that is being built until all of their rows are read.
        self.session.store.shelve(&self.session.columns)?;
        let rejects = std::thread::scope(|scope| -> Result<Rejects, RunError> {
            let mut events = events.into_iter();
            // A base that is being built has more to wait for than to ask: its events are read ahead.
            let read_ahead = self.session.store.is_first_import() && !opened.is_empty();
            let mut ahead = if read_ahead { events.next().map(|file| self.read_events(scope, file, true)) } else { None };
            let mut rejects = Rejects::default();
            for file in opened {
                let (summary, pending) = self.file(file)?;
                self.summary.rejected += summary.rejected;
                self.summary.files.push(summary);
                rejects.0.push(pending);
            }
            while let Some(reading) = ahead.take().or_else(|| events.next().map(|file| self.read_events(scope, file, false))) {
                self.unshelve()?;
                self.write_deals()?;
                let (summary, pending) = self.events_file(reading?)?;
                self.summary.rejected += summary.rejected;
                self.summary.files.push(summary);
                rejects.0.push(pending);
            }
            Ok(rejects)
        })?;
        self.unshelve()?;
        self.write_deals()?;
        self.write_costs()?;
        if self.session.context.strict && self.summary.rejected > 0 {
            let files = self.summary.files.iter().filter_map(|f| f.rejects.clone()).collect();
            rejects.persist()?; // the rows to mend are the answer to --strict
            return Err(RunError::Rejected { rows: self.summary.rejected, files });
        }
        Ok(rejects)
    }

    /// Takes in a file that is not of events.
    fn file(&mut self, file: Opened) -> Result<(FileSummary, PendingRejects), RunError> {
        let kind = file.kind;
        if kind != FileKind::Leads {
            self.unshelve()?;
        }
        if !matches!(kind, FileKind::Leads | FileKind::Stages | FileKind::Deals) {
            self.write_deals()?;
        }
        match kind {
            FileKind::Stages => self.stages_file(file.path, file.table, file.number),
            FileKind::Deals => self.deals_file(file.path, file.table, file.number),
            FileKind::Payments => self.payments_file(file.path, file.table, file.number),
            FileKind::FollowUps => self.follow_ups_file(file.path, file.table, file.number),
            FileKind::Feedback | FileKind::SmsReplies | FileKind::Wecom => self.feedback_file(file.path, file.table, kind, file.number),
            FileKind::Costs => self.costs_file(file.path, file.table, file.number),
            FileKind::Leads | FileKind::Events => self.leads_file(file),
        }
    }

    fn unshelve(&mut self) -> Result<(), RunError> {
        let Session { store, columns, run, .. } = &mut *self.session;
        Ok(store.unshelve(columns, *run)?)
    }

    /// Whether any of these headers is a field of leads.
    fn knows_any(&self, headers: &[String]) -> bool {
        let dictionary = self.dictionary();
        let mapping = LeadMapping::new(headers, dictionary);
        (0..dictionary.fields.len()).any(|i| mapping.column_of(FieldIx(i)).is_some())
    }

    fn open(&self, path: &Path, number: u16, options: &ImportOptions) -> Result<Opened, RunError> {
        let mut table = ingest::open(path, &Options { source: options.source.clone(), ..Options::default() })?;
        let kind = match &options.kind {
            Some(name) if name.trim().eq_ignore_ascii_case("journeys") => {
                let help = format!("read them where they are: sop report attribution --journeys {}", path.display());
                return Err(RunError::refused("counted journeys name no lead, and the base does not keep them", help));
            }
            Some(name) => FileKind::parse(name).ok_or_else(|| {
                RunError::refused(format!("`{name}` is no kind of file"), format!("kinds: {}", FileKind::names().collect::<Vec<_>>().join(", ")))
            })?,
            None => {
                let stem = path.file_stem().map(|n| n.to_string_lossy()).unwrap_or_default();
                let found = ingest::recognise(&stem, table.headers(), self.dictionary(), &self.workspace().sop.tables);
                if let (None, Some(likely)) = (found.kind, found.fits.first()) {
                    let what = if found.fits.contains(&FileKind::Leads) || found.fits.contains(&FileKind::Stages) {
                        format!("it may be of several kinds: {}", found.why)
                    } else {
                        format!("its columns are not those of leads or events but of {likely}: {}", table.headers().join(", "))
                    };
                    let ways: Vec<String> = found.fits.iter().map(|kind| format!("sop import FILE --as {kind}")).collect();
                    return Err(table.error(IngestErrorKind::MissingColumns, what, &format!("say which: {}", ways.join(", or "))).into());
                }
                let events = ingest::EventMapping::new(table.headers(), self.dictionary());
                if found.kind.is_none() && events.kind.is_some() && events.at.is_some() {
                    let what = format!("it has events but nobody whose they are: {}", events.missing().join(", "));
                    return Err(table.error(IngestErrorKind::MissingColumns, what, "add the column, or name the kind with --as").into());
                }
                if found.kind.is_none() && !self.knows_any(table.headers()) {
                    let what = format!("none of its columns is known: {}", table.headers().join(", "));
                    let next = "add their headers to sops/fields.yaml (`aliases:`)";
                    if options.unattended {
                        let help = format!("{next}; or import it by hand, where every row becomes a lead of its own: sop import FILE --as leads");
                        return Err(table.error(IngestErrorKind::MissingColumns, what, &help).into());
                    }
                    table.notes.push(format!("{what}; every row is a lead of its own: {next}, or `sop undo` takes it back"));
                }
                // A file that names nobody still holds rows: they are leads without identity.
                found.kind.unwrap_or(FileKind::Leads)
            }
        };
        Ok(Opened { path: path.to_owned(), table, kind, number })
    }
}
