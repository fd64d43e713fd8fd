//! `sop worklist`: the spreadsheets that go out to people without a terminal.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::Setup;
use sop::render::Format;
use sop::report::{Note, worklist as report};
use sop::run::worklist::{Present, Worklist, present, worklists};
use std::fs;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "Examples:
  sop worklist --all -o lists             one workbook per owner, with drop-downs to fill in
  sop worklist 张伟                       what he has to do, on the screen
  sop worklist zhang.wei -o zhang.xlsx    his workbook alone
  sop import lists/zhang.wei.xlsx         the answers come back; twice is once";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A colleague by id, name or e-mail
    #[arg(value_name = "OWNER", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) owner: Option<String>,
    /// Everyone who holds leads; needs a folder: -o DIR
    #[arg(long)]
    pub(crate) all: bool,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let target = global.output.clone().filter(|f| f.as_os_str() != "-");
    let folder = target.filter(|t| args.all || !is_file_name(t));
    let Some(folder) = folder else {
        if args.all {
            return Err(Failure::refused("--all makes one file per owner", "name a folder for them: `-o lists`"));
        }
        return one(args, global);
    };
    if is_file_name(&folder) || folder.is_file() {
        return Err(Failure::refused(format!("`{}` is no folder: every owner gets a file", folder.display()), "name a folder: `-o lists`"));
    }
    let output = Output::screen(global)?;
    let setup = Setup::without_letters(global)?;
    let (lists, written) = setup.run("worklist", "", |w, c| {
        let all = worklists(w, c, args.owner.as_deref())?;
        let found = all.lists.iter().map(|l| present(w, c, &folder.join(&l.file))).collect::<Result<Vec<_>, _>>()?;
        Ok((all, found))
    })?;
    guard(lists.lists.iter().map(|l| folder.join(&l.file)).zip(written), global)?;
    let mut notes = lists.notes;
    if global.dry_run {
        notes.push(Note::new("rehearsal", "a rehearsal: nothing was written"));
    } else if !lists.lists.is_empty() {
        fs::create_dir_all(&folder).map_err(|e| {
            let error = anyhow::Error::new(e).context(format!("cannot make the folder `{}`", folder.display()));
            Failure::of(Exit::Files, error, "check the path and its permissions")
        })?;
        for list in &lists.lists {
            output.file(&folder.join(&list.file), Format::Xlsx, &list.report)?;
        }
    }
    let row = |l: &Worklist| report::Written {
        owner: l.owner.clone(),
        name: l.name.clone(),
        leads: l.report.rows.len(),
        due: l.due,
        file: folder.join(&l.file).display().to_string(),
    };
    let rows: Vec<_> = lists.lists.iter().map(row).collect();
    output.report(&report::written(&lists.frame, &rows, notes))
}

/// One owner's list, on the screen or in a file.
fn one(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let file = global.output.clone().filter(|f| output.format() == Format::Xlsx && f.as_os_str() != "-");
    let (lists, found) = setup.run("worklist", "", |w, c| {
        let lists = worklists(w, c, args.owner.as_deref())?;
        let found = file.as_deref().map(|f| present(w, c, f)).transpose()?;
        Ok((lists, found))
    })?;
    guard(file.into_iter().zip(found), global)?;
    match lists.lists.first() {
        Some(list) => output.report(&list.report),
        None => Output::screen(global)?.report(&report::written(&lists.frame, &[], lists.notes)),
    }
}

/// Whether the ending is that of a file of a report.
fn is_file_name(path: &Path) -> bool {
    !path.is_dir() && path.extension().is_some_and(|e| Format::of_ending(&e.to_string_lossy()).is_some())
}

/// Nothing is written when a file that is not ours, or answers that were never read, would be lost.
fn guard(files: impl Iterator<Item = (PathBuf, Present)>, global: &Global) -> Result<(), Failure> {
    let (mut strange, mut filled) = (Vec::new(), Vec::new());
    for (file, present) in files {
        match present {
            Present::Free => {}
            Present::Strange => strange.push(format!("`{}`", file.display())),
            Present::Answers(_) if global.yes => {}
            Present::Answers(n) => filled.push(format!("`{}` ({n})", file.display())),
        }
    }
    if !strange.is_empty() {
        let what = format!("not overwritten, for they are no worklists of `sop`: {}", strange.join(", "));
        return Err(Failure::refused(what, "move them away, or name another folder; nothing was written"));
    }
    if !filled.is_empty() {
        let what = format!("not overwritten, for they hold answers that the base does not have: {}", filled.join(", "));
        return Err(Failure::refused(what, "`sop import` them first, or let the answers go with --yes; nothing was written"));
    }
    Ok(())
}
