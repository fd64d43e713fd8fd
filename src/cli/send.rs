//! `sop send`: what is due leaves the outbox.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::setup::{STOP, Setup};
use sop::report::plan;
use sop::run::SendRequest;
use std::sync::atomic::Ordering;
use std::time::Instant as Moment;

const EXAMPLES: &str = "Examples:
  sop send --dry-run -v                   who would be written to, and what would be held back and why
  sop send                                everything that is due, by every medium; notices to colleagues too
  sop send --medium email --limit 50
  sop send --retry-unknown                also what may have left when a run or a server died over it: it may arrive twice
  sop send --retry-failed                 also what was refused, once the cause is mended; never to addresses where nobody is, or that are closed

How messages leave stands in sops/delivery.yaml; without it they go into files under outbox/. Each message is claimed before it is
tried and settled after it. Whoever shares an address with another lead hears from us as one: limits count both.

Exit code 7: something that was to leave now has not, or nobody knows: it failed; it is tried again later; it waits because its server or
robot is out of order; it may have left (no answer came, or this run found that the one before died over it). `sop outbox list` says which and
why. What a limit, opening hours, a distance or --limit put off, and what is held, suppressed or left out by your own rules, is no failure: 0.
Exit code 6: another run is under way.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only what leaves by this medium; `notify`: only notices to colleagues
    #[arg(long, value_name = "MEDIUM")]
    pub(crate) medium: Option<String>,
    /// Send once more what may have left already
    #[arg(long)]
    pub(crate) retry_unknown: bool,
    /// Try once more what failed, unless nobody is at its address or it is closed
    #[arg(long)]
    pub(crate) retry_failed: bool,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let output = Output::new(global)?;
    let setup = Setup::without_letters(global)?;
    let mut flags: Vec<String> = args.medium.iter().map(|m| format!("--medium {m}")).collect();
    flags.extend(global.limit.map(|n| format!("--limit {n}")));
    flags.extend(args.retry_unknown.then(|| "--retry-unknown".to_owned()));
    flags.extend(args.retry_failed.then(|| "--retry-failed".to_owned()));
    // As of another day the clock still goes on: what waits a minute waits a minute.
    let (begun, first) = (Moment::now(), setup.as_of);
    let clock = move || first.plus(i64::try_from(begun.elapsed().as_secs()).unwrap_or(i64::MAX));
    STOP.begin();
    let stop = || STOP.asked.load(Ordering::SeqCst);
    let elapsed = move || begun.elapsed();
    let medium = args.medium.as_deref();
    let request = SendRequest {
        medium,
        limit: global.limit,
        retry_unknown: args.retry_unknown,
        retry_failed: args.retry_failed,
        clock: &clock,
        elapsed: &elapsed,
        stop: &stop,
    };
    let sent = setup.run("send", &flags.join(" "), |w, c| sop::run::send(w, c, &request))?;
    let rehearsal = sent.ended.rehearsed;
    let exit = if super::tick::is_brief(&setup, &output) {
        for note in &sent.notes {
            setup.say(&note.text);
        }
        let at = setup.workspace.sop.calendar.local(setup.as_of);
        let line = format!("send as of {at}: {}{}", sent.summary, if rehearsal { " (a rehearsal: nothing left)" } else { "" });
        output.write(&mut |out| if global.quiet { Ok(()) } else { writeln!(out, "{line}") })?
    } else {
        let (frame, counts, notes) = (sent.frame.clone(), sent.counts.clone(), sent.notes.clone());
        let mut report = plan::report(&plan::Facts { frame, command: "send".to_owned(), rehearsal, counts, notes });
        plan::tell_letters(&mut report, &sent.letters);
        output.report(&report)?
    };
    Ok(match (sent.stopped, sent.failed) {
        (true, _) => Exit::Interrupted,
        (_, true) => Exit::Unsent,
        _ => exit,
    })
}
