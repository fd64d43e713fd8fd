//! The book of paths: since when each is walked in this base, and the older texts that journeys under way still obey.

use crate::engine::nurture::Begin;
use crate::model::{Instant, stable_hash};
use crate::rules::nurture::{Path, version};
use crate::run::{RunError, Session};
use std::collections::{BTreeMap, BTreeSet};

/// The texts of paths, and whom each takes for history.
#[derive(Default)]
pub(in crate::run) struct Book {
    pub(in crate::run) begins: Vec<Begin>,
    pub(in crate::run) pinned: BTreeMap<i64, Path>,
    /// Paths of which an older text can no longer be obeyed.
    pub(in crate::run) unread: BTreeSet<String>,
}

/// What a text of a path is known by.
fn fingerprint(path: &Path) -> String {
    format!("{:016x}", stable_hash(&[path.name.as_bytes(), path.text.as_bytes()]))
}

impl Book {
    /// As a tick opens it: texts that are new to the base begin now, and are kept in it.
    pub(super) fn open(session: &Session<'_>) -> Result<Self, RunError> {
        let Session { store, workspace, context, run, .. } = session;
        let sop = &workspace.sop;
        let (versions, history) = (store.path_versions()?, store.last_history()?);
        let mut book = Self::default();
        for path in &sop.paths {
            let first = versions.iter().filter(|v| v.path == path.name).map(|v| v.at).min();
            let note = first.is_none() || history.is_some_and(|(_, unseen)| unseen);
            // All of the past is history to a path that begins now, however long ago history was imported.
            let since = first.map_or(Instant::MAX, |first| history.map_or(first, |(at, _)| first.max(at)));
            let version = store.path_version(&path.name, &fingerprint(path), &path.text, context.as_of, *run)?;
            book.begins.push(Begin { note, since, version: Some(version) });
        }
        for old in &versions {
            if book.begins.iter().any(|b| b.version == Some(old.version)) {
                continue;
            }
            match version(sop, &old.path, &old.text) {
                Some(path) => {
                    book.pinned.insert(old.version, path);
                }
                None if sop.path(&old.path).is_some() => {
                    book.unread.insert(old.path.clone());
                }
                None => {}
            }
        }
        Ok(book)
    }
}
