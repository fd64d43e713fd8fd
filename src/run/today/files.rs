//! Files that lie in `inbox/`, and those that could not be read.

use super::item;
use crate::report::today::{Item, Waits};
use crate::run::tick::Inbox;
use crate::run::{RunError, Workspace};

pub(super) fn items(workspace: &Workspace) -> Result<Vec<Item>, RunError> {
    let name = |path: &std::path::PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let inbox = Inbox::look(workspace)?;
    let mut all: Vec<Item> = inbox.files().iter().map(|f| item(Waits::Inbox, format!("inbox/{}", name(f)), 1, "the next tick reads it", "sop tick")).collect();
    for (file, why) in Inbox::failed_before(workspace) {
        let detail = if why.is_empty() { "could not be read".to_owned() } else { format!("could not be read: {why}") };
        all.push(item(Waits::Failed, format!("inbox/failed/{file}"), 1, detail, "mend it and move it back into inbox/, or delete it"));
    }
    Ok(all)
}
