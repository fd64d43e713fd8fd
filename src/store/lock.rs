//! `sop.db.lock`: one writing command at a time. A file of its own, because the database may be replaced.
//! It is never deleted: deleting a lock file lets two runs hold two different ones.

use super::{Result, StoreError, io_error};
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

/// Who holds the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// Host name.
    pub host: String,
    /// `sop tick`
    pub command: String,
    /// Since when, as printed.
    pub since: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == 0 {
            return f.write_str("a run that has not said its name yet");
        }
        write!(f, "`{}` (pid {} on {}) since {}", self.command, self.pid, self.host, self.since)
    }
}

/// The held lock; released when dropped, without the holder's name: the next must not be taken for the one before.
#[must_use = "nobody is kept away once it is dropped"]
pub struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0); // a name that stays is merely an old one
    }
}

pub(super) fn take(db: &Path, holder: &Holder) -> Result<Lock> {
    let path = suffixed(db, ".lock");
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    private(&mut options);
    let mut file = options.open(&path).map_err(|e| io_error(&path, e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StoreError::Locked(read_holder(&mut file)));
        }
        Err(TryLockError::Error(e)) => return Err(io_error(&path, e)),
    }
    let text = format!("pid {}\nhost {}\ncommand {}\nsince {}\n", holder.pid, holder.host, holder.command, holder.since);
    file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes())).map_err(|e| io_error(&path, e))?;
    Ok(Lock(file))
}

/// What the holder wrote; a moment's patience with one that has taken the lock and not said its name yet.
fn read_holder(file: &mut File) -> Holder {
    let mut text = String::new();
    for _ in 0..20 {
        text.clear();
        let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
        if read.is_ok() && text.contains("\nsince ") && text.ends_with('\n') {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    parse(&text)
}

fn parse(text: &str) -> Holder {
    let get = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' ')).unwrap_or("?").to_owned();
    Holder { pid: get("pid").parse().unwrap_or(0), host: get("host"), command: get("command"), since: get("since") }
}

/// `sop.db` + `.lock` and the like.
pub(super) fn suffixed(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Readable by its owner alone: a base holds people's addresses.
pub(super) fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}
