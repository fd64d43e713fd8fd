//! `sop init [DIR] [--from EXPORT]`: a commented workspace. Without an export it is the starter SOPs, byte for byte.

use super::RunError;
use crate::rules;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the starter SOPs into a folder that has none. Gives the files written.
pub fn init(folder: &Path) -> Result<Vec<PathBuf>, RunError> {
    write(folder, rules::starter())
}

/// Writes files below a folder: all of them, or, if `sops/` is there already, none.
pub(super) fn write(folder: &Path, files: Vec<(String, Vec<u8>)>) -> Result<Vec<PathBuf>, RunError> {
    if folder.join("sops").exists() {
        let what = format!("`{}` is there already", folder.join("sops").display());
        return Err(RunError::refused(what, "name another folder, or edit the files that are there"));
    }
    // Built beside its place and renamed: a workspace is whole or not there.
    let fail = |path: &Path| {
        let path = path.display().to_string();
        move |source| RunError::File { verb: "write", path, source }
    };
    fs::create_dir_all(folder).map_err(fail(folder))?;
    let temporary = tempfile::Builder::new().prefix(".sops-").tempdir_in(folder).map_err(fail(folder))?;
    let mut written = Vec::new();
    for (name, bytes) in files {
        let inside = name.strip_prefix("sops/").unwrap_or(&name);
        let path = temporary.path().join(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(fail(parent))?;
        }
        fs::write(&path, bytes).map_err(fail(&path))?;
        written.push(folder.join("sops").join(inside));
    }
    let place = folder.join("sops");
    fs::rename(temporary.path(), &place).map_err(fail(&place))?;
    let _ = temporary.keep();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).map_err(fail(&place))?;
    }
    Ok(written)
}
