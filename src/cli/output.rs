//! Where the result goes, and in which format: stdout, or a file that is whole or not there at all.

use super::args::{Color, Global, LangName};
use super::exit::{Exit, Failure};
use anyhow::Context;
use sop::render::{self, Format, Lang, Options};
use sop::report::{Report, thousands};
use std::env;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Rows of text on a screen unless `--limit` says otherwise.
const SCREEN_ROWS: usize = 20;

/// How this command's result leaves the program.
pub(crate) struct Output {
    /// `None` = stdout.
    file: Option<PathBuf>,
    format: Format,
    options: Options,
    quiet: bool,
}

impl Output {
    /// What the flags and the terminal ask for.
    pub(crate) fn new(global: &Global) -> Result<Self, Failure> {
        let stdout = io::stdout();
        let file = global.output.clone().filter(|f| f.as_os_str() != "-");
        let format = match (global.format, &file) {
            (Some(format), _) => format.0,
            (None, Some(file)) => of_file(file)?,
            (None, None) => Format::Text,
        };
        if format == Format::Xlsx && file.is_none() && stdout.is_terminal() {
            return Err(Failure::refused("a workbook is not for a screen", "name a file: `-o report.xlsx`"));
        }
        let options = Options {
            lang: language(global.lang, |name| env::var(name).ok()),
            width: if file.is_some() { None } else { width().filter(|_| stdout.is_terminal()).or_else(asked_width) },
            color: file.is_none() && colored(global.color, &stdout),
            limit: match (&file, global.limit) {
                (Some(_), _) | (None, Some(0)) => None,
                (None, limit) => Some(limit.unwrap_or(SCREEN_ROWS)),
            },
            excel: global.excel,
            verbose: global.verbose,
            quiet: global.quiet,
        };
        Ok(Self { file, format, options, quiet: global.quiet })
    }

    /// What is printed of a verb that writes files of its own to where `-o` points.
    pub(crate) fn screen(global: &Global) -> Result<Self, Failure> {
        Self::new(&Global { output: None, ..global.clone() })
    }

    /// Writes a report into a file of its own, which appears when it is whole.
    pub(crate) fn file(&self, file: &Path, format: Format, report: &Report) -> Result<(), Failure> {
        let written = whole(file, &mut |out| render::write(report, format, &self.options, out)).with_context(|| format!("cannot write `{}`", file.display()));
        written.map_err(|e| Failure::of(Exit::Files, e, "check the path, its permissions and the disk"))
    }

    /// For what has one form only (a schema, a script): flags of format do not concern it.
    pub(crate) fn verbatim(global: &Global) -> Result<Self, Failure> {
        let file = global.output.clone().filter(|f| f.as_os_str() != "-");
        Ok(Self { file, format: Format::Text, options: Options::default(), quiet: true })
    }

    /// At most this many rows will be printed; `None` = every row is wanted.
    pub(crate) fn row_limit(&self) -> Option<usize> {
        self.options.limit.filter(|_| self.format == Format::Text)
    }

    /// The format, for a verb that has another form for a screen.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// A sentence of the program's own, as the readers of the labels have it.
    pub(crate) fn spoken<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        render::spoken(text, self.options.lang)
    }

    /// Prints a report.
    pub(crate) fn report(&self, report: &Report) -> Result<Exit, Failure> {
        let exit = self.write(&mut |out| render::write(report, self.format, &self.options, out))?;
        if let Some(left) = left_out(report).filter(|_| self.format == Format::Csv && !self.quiet) {
            let _ = writeln!(io::stderr().lock(), "{left}");
        }
        if let Some(file) = self.file.as_ref().filter(|_| !self.quiet) {
            let rows = i64::try_from(report.rows.len()).unwrap_or(i64::MAX);
            // A closed stderr cannot be told about.
            let _ = writeln!(io::stderr().lock(), "wrote {}: {} row{}", file.display(), thousands(rows), if rows == 1 { "" } else { "s" });
        }
        Ok(exit)
    }

    /// Writes to stdout, where a closed pipe is a good end; or to the file, which appears when it is whole.
    pub(crate) fn write(&self, body: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<Exit, Failure> {
        let Some(file) = &self.file else {
            let stdout = io::stdout().lock();
            let written = match self.options.color {
                // An old Windows console has its colours set by calls.
                true => through(&mut anstream::AutoStream::always(stdout), body),
                false => through(&mut { stdout }, body),
            };
            return match written {
                Ok(()) => Ok(Exit::Done),
                Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(Exit::Done),
                Err(e) => Err(Failure::of(Exit::Files, anyhow::Error::new(e).context("cannot write to stdout"), "")),
            };
        };
        let written = whole(file, body).with_context(|| format!("cannot write `{}`", file.display()));
        written.map(|()| Exit::Done).map_err(|e| Failure::of(Exit::Files, e, "check the path, its permissions and the disk"))
    }
}

fn through(out: &mut dyn Write, body: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    body(&mut out)?;
    out.flush()
}

/// Writes beside the file and renames. What is no regular file (`/dev/null`, a pipe) is written as it is.
fn whole(file: &Path, body: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link stays one: what it points to is replaced.
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    if fs::metadata(&target).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        return through(&mut fs::OpenOptions::new().write(true).open(&target)?, body);
    }
    if target.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(io::Error::new(ErrorKind::NotFound, format!("there is no folder `{}`", folder.display())));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sop-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file would have it: the umask takes its share. A replaced file keeps its own.
        let mode = fs::metadata(&target).map_or(0o666, |m| m.permissions().mode());
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    // The name of the temporary file is nobody's business.
    let mut temporary = builder.tempfile_in(folder).map_err(|e| io::Error::from(e.kind()))?;
    through(temporary.as_file_mut(), body)?;
    temporary.persist(&target).map_err(|e| io::Error::from(e.error.kind()))?;
    Ok(())
}

fn of_file(file: &Path) -> Result<Format, Failure> {
    let Some(ending) = file.extension() else { return Ok(Format::Text) };
    Format::of_ending(&ending.to_string_lossy()).ok_or_else(|| {
        let names: Vec<_> = Format::ALL.iter().map(|(name, _)| *name).collect();
        Failure::refused(
            format!("`{}`: no format has the ending `.{}`", file.display(), ending.to_string_lossy()),
            format!("name it with `-f {}`", names.join("|")),
        )
    })
}

/// The tables of a report that CSV has no room for: it holds one.
fn left_out(report: &Report) -> Option<String> {
    let all: Vec<&str> = report.sections.iter().filter(|s| !s.rows.is_empty()).map(|s| s.id.as_str()).collect();
    let what = if all.len() == 1 { "1 further table" } else { &format!("{} further tables", all.len()) };
    let told = || format!("CSV holds one table: left out {what} of `{}` ({}); `-f xlsx` and `-f json` hold all", report.name, all.join(", "));
    (!all.is_empty()).then(told)
}

/// `--lang`, else the first that is set of LC_ALL, LC_MESSAGES, LANG.
fn language(asked: Option<LangName>, variable: impl Fn(&str) -> Option<String>) -> Lang {
    let zh = match asked {
        Some(name) => name == LangName::Zh,
        None => ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|n| variable(n).filter(|v| !v.is_empty()))
            .is_some_and(|v| v.to_ascii_lowercase().starts_with("zh")),
    };
    if zh { Lang::Zh } else { Lang::En }
}

fn colored(asked: Color, stdout: &io::Stdout) -> bool {
    match asked {
        Color::Always => true,
        Color::Never => false,
        // Knows NO_COLOR, CLICOLOR and a terminal that has no colours.
        Color::Auto => anstream::AutoStream::choice(stdout) != anstream::ColorChoice::Never,
    }
}

/// What `COLUMNS` asks for, where nobody's terminal says it: `COLUMNS=60 sop today | mail …`.
fn asked_width() -> Option<usize> {
    env::var("COLUMNS").ok()?.trim().parse().ok().filter(|w| *w > 0)
}

fn width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|w| *w > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Cli;
    use clap::Parser;

    fn output(line: &str) -> Result<Output, Failure> {
        Output::new(&Cli::try_parse_from(line.split_whitespace()).expect("parses").global)
    }

    #[test]
    fn the_flag_beats_the_ending() {
        let format = |line: &str| output(line).map(|o| o.format).map_err(|f| f.exit);
        assert_eq!(format("sop score -o a.XLSX"), Ok(Format::Xlsx));
        assert_eq!(format("sop score -o a.csv -f json"), Ok(Format::Json));
        assert_eq!(format("sop score -o notes"), Ok(Format::Text));
        assert_eq!(format("sop score"), Ok(Format::Text));
        assert_eq!(format("sop score -o a.pdf"), Err(Exit::Refused));
    }

    #[test]
    fn the_limit_is_for_text_on_a_screen() {
        let limit = |line: &str| output(line).ok().and_then(|o| o.row_limit());
        assert_eq!(limit("sop score"), Some(20));
        assert_eq!(limit("sop score --limit 5"), Some(5));
        assert_eq!(limit("sop score --limit 0"), None);
        assert_eq!(limit("sop score -f csv"), None);
        assert_eq!(limit("sop score -o a.txt --limit 5"), None);
    }

    #[test]
    fn the_language_of_the_first_variable_that_is_set() {
        let lang = |pairs: &[(&str, &str)]| language(None, |n| pairs.iter().find(|(k, _)| *k == n).map(|(_, v)| (*v).to_owned()));
        assert_eq!(lang(&[("LANG", "zh_CN.UTF-8")]), Lang::Zh);
        assert_eq!(lang(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]), Lang::En);
        assert_eq!(lang(&[("LC_ALL", ""), ("LANG", "zh")]), Lang::Zh);
        assert_eq!(lang(&[]), Lang::En);
        assert_eq!(language(Some(LangName::En), |_| Some("zh".into())), Lang::En);
    }

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.csv");
        fs::write(&file, "old").expect("written");
        let broken = whole(&file, &mut |out| out.write_all(b"half").and_then(|()| Err(io::Error::other("the disk"))));
        assert!(broken.is_err());
        assert_eq!(fs::read_to_string(&file).expect("read"), "old");
        whole(&file, &mut |out| out.write_all(b"new")).expect("written");
        assert_eq!(fs::read_to_string(&file).expect("read"), "new");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1, "nothing is left beside it");
        assert!(whole(folder.path(), &mut |_| Ok(())).is_err());
        assert!(whole(&folder.path().join("no/such/a.csv"), &mut |_| Ok(())).is_err());
    }
}
