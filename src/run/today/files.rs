//! Files that lie in `inbox/`, and those that could not be read.

use super::{item, some};
use crate::report::Said;
use crate::report::today::{Item, Waits};
use crate::run::tick::Inbox;
use crate::run::{RunError, Workspace};

pub(super) fn items(workspace: &Workspace) -> Result<Vec<Item>, RunError> {
    let name = |path: &std::path::PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let inbox = Inbox::look(workspace)?;
    let mut all: Vec<Item> = inbox
        .files()
        .iter()
        .map(|f| item(Waits::Inbox, format!("inbox/{}", name(f)), 1, Said::new("the next tick reads it", "下一次 tick 读取"), "sop tick"))
        .collect();
    for (file, why) in inbox.refused() {
        all.push(item(Waits::Inbox, format!("inbox/{file}"), 1, why, Said::new("copy the file itself into inbox/", "把文件本身复制到 inbox/")));
    }
    let left = inbox.left();
    if !left.is_empty() {
        let count = i64::try_from(left.len()).unwrap_or(i64::MAX);
        let names = some(left);
        let detail = Said::new(format!("no tick reads these: {names}"), format!("tick 不会读取：{names}"));
        let next = Said::new("move them out of inbox/; tables end in .csv or .xlsx", "移出 inbox/；数据文件以 .csv 或 .xlsx 结尾");
        all.push(item(Waits::Inbox, "inbox/", count, detail, next));
    }
    for (file, why) in Inbox::failed_before(workspace) {
        let detail = match why.is_empty() {
            true => Said::new("could not be read", "无法读取"),
            false => Said::new(format!("could not be read: {why}"), format!("无法读取：{why}")),
        };
        let next = Said::new("mend it and move it back into inbox/, or delete it", "修好后移回 inbox/，或删除");
        all.push(item(Waits::Failed, format!("inbox/failed/{file}"), 1, detail, next));
    }
    Ok(all)
}
