//! Opening, migrating, building and committing a base.

use super::lock::{Holder, Lock, private, suffixed, take};
use super::pages::PAGE;
use super::{Result, Store, StoreError, io_error};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::time::Duration;

/// `sop1` in the header, so that `file` and we can tell a base from another SQLite file.
const APPLICATION_ID: i64 = 0x736f_7031;

/// Append-only: a migration that has shipped is never edited.
const MIGRATIONS: &[&str] = &[include_str!("schema/0001_base.sql")];

impl Store {
    /// Opens an existing base for reading. Never creates, never locks.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(StoreError::Missing(path.display().to_string()));
        }
        no_folder(path)?;
        let conn = connect(path)?;
        let known = MIGRATIONS.len() as i64;
        let found = check_format(&conn, path)?;
        if found < known {
            return Err(StoreError::NotABase { path: path.display().to_string(), why: "its format is older: run a writing command once, it migrates".into() });
        }
        // The file is not mapped: a pass over all of it would count as memory of this process, and is no faster.
        conn.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -32768")?;
        super::views::register(&conn)?;
        Ok(Self { conn, path: path.to_owned(), building: None, shelf: None.into(), taken_in: None.into(), lock: None })
    }

    /// From here on until this is dropped, everything is read as it stood at the first look, whatever is written beside it; and no
    /// statement asks the file again whether it changed, which costs a lookup of one lead more than the lookup. For passes over the
    /// whole base: pages that are met once need not be kept.
    ///
    /// A base that nothing was written to since it was built has no WAL yet: whoever stood still there would keep the next writer out.
    pub fn stand_still(&self) -> Result<()> {
        let mode: String = self.conn.query_row("PRAGMA journal_mode", [], |r| r.get(0))?;
        let begin = if mode.eq_ignore_ascii_case("wal") { "BEGIN" } else { "" };
        self.conn.execute_batch(&format!("PRAGMA cache_size = -8192; {begin}"))?;
        Ok(())
    }

    /// Copies the base as it is to another file, which must not exist: for a rehearsal of days to come.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        private(&mut options);
        options.open(path).map_err(|e| io_error(path, e))?;
        // A base opened for reading lets nothing be written, not even elsewhere.
        self.conn.execute_batch("PRAGMA query_only = OFF")?;
        let copied = self.conn.execute("VACUUM main INTO ?1", [path.display().to_string()]);
        self.conn.execute_batch("PRAGMA query_only = ON")?;
        copied?;
        Ok(())
    }

    /// Takes the lock and opens the base inside one transaction; a base that does not exist is built beside its place.
    pub fn write(path: &Path, holder: &Holder) -> Result<Self> {
        no_folder(path)?;
        let lock = take(path, holder)?;
        let new = suffixed(path, ".new");
        remove_if_there(&new)?; // an orphan of a killed first import
        remove_if_there(&suffixed(&new, "-journal"))?;
        if path.exists() {
            let conn = connect(path)?;
            check_format(&conn, path)?;
            let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0))?;
            if !mode.eq_ignore_ascii_case("wal") {
                return Err(StoreError::NotABase { path: path.display().to_string(), why: format!("journal mode stays {mode}") });
            }
            conn.execute_batch(BEGIN)?;
            migrate(&conn)?;
            super::views::register(&conn)?;
            return Ok(Self { conn, path: path.to_owned(), building: None, shelf: None.into(), taken_in: None.into(), lock: Some(lock) });
        }
        match begin_new(&new) {
            Ok(conn) => Ok(Self { conn, path: path.to_owned(), building: Some(new), shelf: None.into(), taken_in: None.into(), lock: Some(lock) }),
            Err(e) => {
                remove_if_there(&new)?;
                Err(e)
            }
        }
    }

    /// Makes everything that was written durable, at once. The lock is handed on: what belongs to the run and lies beside the
    /// base can still be put in order before anybody else begins.
    pub fn commit(self) -> Result<Option<Lock>> {
        let Self { conn, path, building, lock, .. } = self;
        let Some(new) = building else {
            conn.execute_batch("COMMIT")?;
            return Ok(lock);
        };
        let built = put_in_place(conn, &new, &path);
        if built.is_err() {
            remove_if_there(&new)?;
        }
        built.map(|()| lock)
    }

    /// Takes everything back: a rehearsal, or a failed run.
    pub fn roll_back(self) -> Result<()> {
        let Self { conn, building, lock, .. } = self;
        if let Some(new) = building {
            drop(conn);
            remove_if_there(&new)?;
        } else if !conn.is_autocommit() {
            // After a full disk SQLite has rolled back by itself.
            conn.execute_batch("ROLLBACK")?;
        }
        drop(lock);
        Ok(())
    }
}

/// What single statements need to be taken back by is kept in memory: a file for it would take two writes for every page that a row
/// touches, most of what a run writes. SQLite settles that as the transaction begins; what it sorts may use files again.
const BEGIN: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;
     BEGIN IMMEDIATE; PRAGMA temp_store = DEFAULT";

/// Nobody else knows of the file, and a crash is answered by deleting it.
const BUILDING: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -32768;
     PRAGMA foreign_keys = ON; BEGIN IMMEDIATE";

/// A base without a journal, to be renamed when it is whole.
fn begin_new(new: &Path) -> Result<Connection> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    options.open(new).map_err(|e| io_error(new, e))?;
    let conn = connect(new)?;
    conn.execute_batch(&format!("PRAGMA page_size = {PAGE}; {BUILDING}"))?;
    migrate(&conn)?;
    super::views::register(&conn)?;
    Ok(conn)
}

/// The same base, to which pages were added.
pub(super) fn reopen_new(new: &Path) -> Result<Connection> {
    let conn = connect(new)?;
    conn.execute_batch(BUILDING)?;
    super::views::register(&conn)?;
    Ok(conn)
}

/// The end of a first import: durable under its temporary name, then renamed. The rename is the transaction.
fn put_in_place(conn: Connection, new: &Path, path: &Path) -> Result<()> {
    conn.execute_batch("COMMIT")?;
    conn.close().map_err(|(_, e)| e)?;
    File::open(new).and_then(|f| f.sync_all()).map_err(|e| io_error(new, e))?;
    // A stale WAL beside the new file would be replayed into it.
    remove_if_there(&suffixed(path, "-wal"))?;
    remove_if_there(&suffixed(path, "-shm"))?;
    // A link never replaces; where links are unknown, the lock keeps others away from the rename.
    match fs::hard_link(new, path) {
        Ok(()) => fs::remove_file(new).map_err(|e| io_error(new, e))?,
        Err(_) if !path.exists() => fs::rename(new, path).map_err(|e| io_error(path, e))?,
        Err(e) => return Err(io_error(path, e)),
    }
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        let _ = File::open(folder).and_then(|f| f.sync_all()); // not every file system can
    }
    Ok(())
}

fn no_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(StoreError::NotABase { path: path.display().to_string(), why: "it is a folder".into() });
    }
    Ok(())
}

fn connect(path: &Path) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    // Plans do not depend on the values bound. Without this, SQLite compiles a cached statement anew each time that its values
    // change, which costs more than running it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

/// Refuses files that are not ours, and bases of a later program. Gives the format's number.
fn check_format(conn: &Connection, path: &Path) -> Result<i64> {
    let not = |why: String| StoreError::NotABase { path: path.display().to_string(), why };
    let id: i64 = conn.query_row("PRAGMA application_id", [], |r| r.get(0)).map_err(|e| match e.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => not(e.to_string()),
        _ => e.into(),
    })?;
    let found: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    let empty: bool = conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |r| r.get(0))?;
    if id != APPLICATION_ID && !(empty && id == 0 && found == 0) {
        return Err(not("another program wrote it".into()));
    }
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::Newer { path: path.display().to_string(), found, known });
    }
    Ok(found)
}

/// Runs the migrations that the base has not seen, inside the open transaction.
fn migrate(conn: &Connection) -> Result<()> {
    let found: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    for (i, sql) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        conn.execute_batch(sql)?;
        conn.execute_batch(&format!("PRAGMA user_version = {}; PRAGMA application_id = {APPLICATION_ID}", i + 1))?;
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io_error(path, e)),
        _ => Ok(()),
    }
}
