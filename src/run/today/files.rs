//! Files that lie in `inbox/`, and those that could not be read.

use super::{item, some};
use crate::report::today::{Item, Waits};
use crate::run::tick::Inbox;
use crate::run::{RunError, Workspace};

pub(super) fn items(workspace: &Workspace) -> Result<Vec<Item>, RunError> {
    let name = |path: &std::path::PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let inbox = Inbox::look(workspace)?;
    let mut all: Vec<Item> = inbox.files().iter().map(|f| item(Waits::Inbox, format!("inbox/{}", name(f)), 1, "the next tick reads it", "sop tick")).collect();
    for (file, why) in inbox.refused() {
        all.push(item(Waits::Inbox, format!("inbox/{file}"), 1, why, "copy the file itself into inbox/"));
    }
    let left = inbox.left();
    if !left.is_empty() {
        let count = i64::try_from(left.len()).unwrap_or(i64::MAX);
        all.push(item(Waits::Inbox, "inbox/", count, format!("no tick reads these: {}", some(left)), "move them out of inbox/; tables end in .csv or .xlsx"));
    }
    for (file, why) in Inbox::failed_before(workspace) {
        let detail = if why.is_empty() { "could not be read".to_owned() } else { format!("could not be read: {why}") };
        all.push(item(Waits::Failed, format!("inbox/failed/{file}"), 1, detail, "mend it and move it back into inbox/, or delete it"));
    }
    Ok(all)
}
