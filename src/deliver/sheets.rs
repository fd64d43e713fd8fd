//! Into files that a person sends: one per medium and day, for what leaves through a colleague one per colleague.
//!
//! Rows are added to the file of the day, never twice: each carries its message's number. What somebody noted in the file
//! meanwhile stays. Files are written whole under a temporary name and renamed after the base is durable.

use crate::model::{defused, is_dialled};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The columns; the first is what tells rows apart.
const HEADER: [&str; 8] = ["message", "key", "name", "address", "subject", "text", "path", "step"];
/// By which Excel sees UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// One line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The message's number.
    pub message: String,
    /// The lead's key.
    pub key: String,
    /// The person.
    pub name: String,
    /// Where it goes.
    pub address: String,
    /// The subject of a mail.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// The journey.
    pub path: String,
    /// The step of it.
    pub step: String,
}

impl Row {
    fn cells(&self) -> [&str; HEADER.len()] {
        [&self.message, &self.key, &self.name, &self.address, &self.subject, &self.text, &self.path, &self.step]
    }
}

/// Files that are written and wait for their names.
pub struct Staged(Vec<(NamedTempFile, PathBuf)>);

/// Writes rows beside the files that they belong to, `files` by path under `root`.
pub fn stage(root: &Path, files: &BTreeMap<PathBuf, Vec<Row>>) -> Result<Staged, (PathBuf, io::Error)> {
    let mut staged = Vec::new();
    for (path, rows) in files.iter().filter(|(_, rows)| !rows.is_empty()) {
        let target = root.join(path);
        let (temporary, target) = write(&target, rows).map_err(|e| (target.clone(), e))?;
        staged.extend(temporary.map(|t| (t, target)));
    }
    Ok(Staged(staged))
}

impl Staged {
    /// Gives the files their names.
    pub fn publish(self) -> Result<(), (PathBuf, io::Error)> {
        for (temporary, target) in self.0 {
            temporary.persist(&target).map_err(|e| (target, e.error))?;
        }
        Ok(())
    }
}

/// The file with the rows that it does not have yet; nothing when it has them all.
fn write(target: &Path, rows: &[Row]) -> io::Result<(Option<NamedTempFile>, PathBuf)> {
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let (target, there, known) = free(target)?;
    let new: Vec<&Row> = rows.iter().filter(|r| !known.contains(&r.message)).collect();
    if new.is_empty() {
        return Ok((None, target));
    }
    let mut file = tempfile::Builder::new().prefix(".sop-").suffix(".tmp").tempfile_in(folder)?;
    match &there {
        Some(bytes) => {
            file.write_all(bytes)?;
            if !bytes.ends_with(b"\n") {
                file.write_all(b"\r\n")?;
            }
        }
        None => file.write_all(MARK)?,
    }
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if there.is_none() {
        csv.write_record(HEADER)?;
    }
    for row in new {
        // A gateway dials the number as it stands; everything else must not run as a formula.
        let guarded = |cell: &str| if cell == row.address && is_dialled(cell) { cell.to_owned() } else { defused(cell).into_owned() };
        csv.write_record(row.cells().map(guarded))?;
    }
    let bytes = csv.into_inner().map_err(|e| io::Error::other(e.to_string()))?;
    file.write_all(&bytes)?;
    file.as_file().sync_all()?;
    Ok((Some(file), target))
}

/// The file to write to, what it holds, and which messages. One that somebody saved in another shape stays as it is: `x-2.csv`.
fn free(target: &Path) -> io::Result<(PathBuf, Option<Vec<u8>>, BTreeSet<String>)> {
    let stem = target.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut n = 1;
    let mut seen = BTreeSet::new();
    loop {
        let path = if n == 1 { target.to_owned() } else { target.with_file_name(format!("{stem}-{n}.csv")) };
        match fs::read(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((path, None, seen)),
            Err(e) => return Err(e),
            Ok(bytes) => {
                let (ours, ids) = messages(&bytes);
                seen.extend(ids);
                if ours {
                    return Ok((path, Some(bytes), seen));
                }
            }
        }
        n += 1;
    }
}

/// Whether a file has our columns in UTF-8, and the messages that it holds as far as they can be read.
fn messages(bytes: &[u8]) -> (bool, BTreeSet<String>) {
    let text = String::from_utf8_lossy(bytes.strip_prefix(MARK).unwrap_or(bytes));
    let utf8 = matches!(text, std::borrow::Cow::Borrowed(_));
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let ours = reader.headers().is_ok_and(|h| h.iter().take(HEADER.len()).eq(HEADER));
    let ids = reader.records().filter_map(|r| r.ok()?.get(0).map(str::to_owned)).collect();
    (utf8 && ours, ids)
}

/// A name as one of a file: what file systems refuse is left out.
pub fn file_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    let plain = plain.trim().trim_start_matches('.').trim_end_matches('.').trim();
    if plain.is_empty() { "_".to_owned() } else { plain.chars().take(80).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(message: &str, name: &str) -> Row {
        let text = |t: &str| t.to_owned();
        Row {
            message: text(message),
            key: text("k"),
            name: text(name),
            address: text("+493012345678"),
            subject: String::new(),
            text: text("=1+1，\"引号\"\n第二行"),
            path: text("p"),
            step: text("s"),
        }
    }

    fn put(root: &Path, rows: &[Row]) {
        let files = [(PathBuf::from("2026-11-22/sms.csv"), rows.to_vec())].into();
        stage(root, &files).expect("staged").publish().expect("published");
    }

    fn read(path: &Path) -> Vec<Vec<String>> {
        let bytes = fs::read(path).expect("a file");
        let text = bytes.strip_prefix(MARK).expect("a mark for Excel");
        let mut reader = csv::Reader::from_reader(text);
        reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn rows_are_added_once_and_formulas_stay_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("2026-11-22/sms.csv");
        put(folder.path(), &[row("m1", "王芳"), row("m2", "=cmd()")]);
        put(folder.path(), &[row("m2", "=cmd()"), row("m3", "李雷")]);
        put(folder.path(), &[row("m1", "王芳")]);
        let rows = read(&file);
        assert_eq!(rows.iter().map(|r| r[0].as_str()).collect::<Vec<_>>(), ["m1", "m2", "m3"]);
        assert_eq!((rows[1][2].as_str(), rows[0][3].as_str(), rows[0][5].as_str()), ("'=cmd()", "+493012345678", "'=1+1，\"引号\"\n第二行"));
        assert_eq!(fs::read_dir(file.parent().expect("a folder")).expect("listed").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_somebody_made_of_the_file_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("2026-11-22/sms.csv");
        put(folder.path(), &[row("m1", "王芳")]);
        let noted = format!("{}m0,k,n,a,s,t,p,s,已发\r\n", fs::read_to_string(&file).expect("text"));
        fs::write(&file, &noted).expect("written");
        put(folder.path(), &[row("m2", "李雷")]);
        assert!(fs::read_to_string(&file).expect("text").starts_with(&noted));
        // Saved by Excel in GBK: it is left alone, and none of its rows comes again.
        let (gbk, ..) = encoding_rs::GBK.encode("message,姓名\r\nm1,王芳\r\n");
        fs::write(&file, &gbk).expect("written");
        put(folder.path(), &[row("m1", "王芳"), row("m3", "韩梅")]);
        assert_eq!(fs::read(&file).expect("bytes"), gbk.as_ref());
        assert_eq!(read(&folder.path().join("2026-11-22/sms-2.csv")).iter().map(|r| r[0].clone()).collect::<Vec<_>>(), ["m3"]);
    }

    #[test]
    fn a_name_is_a_file() {
        for (name, file) in [("张伟", "张伟"), ("../../etc", "_.._etc"), ("a/b:c", "a_b_c"), (" . ", "_"), ("", "_")] {
            assert_eq!(file_name(name), file, "{name}");
        }
    }
}
