//! The grammar of the command line: the flags that every verb shares, and the list of verbs.
//!
//! A verb's own arguments live in its file and are registered only when that verb is used (`Command::defer`),
//! so a start costs the same however many verbs there are.

use clap::builder::styling::AnsiColor;
use clap::builder::{Styles, TypedValueParser};
use clap::{ArgMatches, Args, Command, FromArgMatches, Parser, Subcommand, ValueEnum};
use sop::render::Format;
use std::path::PathBuf;

/// A marketing team's standard operating procedures as files that a machine runs
#[derive(Debug, Parser)]
#[command(
    name = "sop",
    version,
    styles = STYLES,
    help_expected = true,
    arg_required_else_help = true,
    subcommand_value_name = "COMMAND",
    after_help = "Examples:\n  sop score leads.csv events.csv          score an export, print the ranking\n  sop explain zhang@example.com           why this lead has its score\n  sop init my-team --from leads.csv       a commented workspace from a real export\n\nLEAD is a key, id, e-mail, phone or unique name. `sop COMMAND --help` has more examples."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const STYLES: Styles =
    Styles::styled().header(AnsiColor::Green.on_default().bold()).usage(AnsiColor::Green.on_default().bold()).literal(AnsiColor::Cyan.on_default().bold());

/// The flags that every verb takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Global {
    /// Work in this folder instead of the one above that holds `sops/`
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) dir: Option<PathBuf>,
    /// The database file (default: `sop.db` in the workspace)
    #[arg(long, value_name = "FILE", env = "SOP_DB", global = true, value_parser = clap::builder::OsStringValueParser::new().map(PathBuf::from))]
    pub(crate) db: Option<PathBuf>,
    /// Reason as of the end of this day, or this time, in the calendar's zone (default: now)
    #[arg(long, value_name = "DATE[TIME]", global = true)]
    pub(crate) as_of: Option<String>,
    /// Rehearse: do everything, print the plan, keep nothing
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Evaluate everyone, due or not
    #[arg(long, global = true)]
    pub(crate) full: bool,
    /// How to print; beats the ending of -o (default: text)
    #[arg(short, long, value_name = "FORMAT", global = true)]
    pub(crate) format: Option<FormatName>,
    /// Write to this file; its ending names the format
    #[arg(short, long, value_name = "FILE", global = true)]
    pub(crate) output: Option<PathBuf>,
    /// CSV that Excel opens as UTF-8
    #[arg(long, global = true)]
    pub(crate) excel: bool,
    /// Rows of text on a screen, 0 = all (default: 20); files and other formats carry everything
    #[arg(long, value_name = "N", global = true)]
    pub(crate) limit: Option<usize>,
    /// Language of labels (default: from LC_ALL, LC_MESSAGES, LANG)
    #[arg(long, value_name = "LANG", global = true)]
    pub(crate) lang: Option<LangName>,
    /// Rejected rows are an error
    #[arg(long, global = true)]
    pub(crate) strict: bool,
    /// Let pass what would stop and ask
    #[arg(long, global = true)]
    pub(crate) yes: bool,
    /// Only data and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// More columns, blank ones too
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: Color,
}

/// The values of `-f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FormatName(pub(crate) Format);

impl ValueEnum for FormatName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [FormatName; Format::ALL.len()] = {
            let mut all = [FormatName(Format::Text); Format::ALL.len()];
            let mut i = 0;
            while i < all.len() {
                all[i] = FormatName(Format::ALL[i].1);
                i += 1;
            }
            all
        };
        &ALL
    }
    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Format::ALL.iter().find(|(_, format)| *format == self.0).map(|(name, _)| clap::builder::PossibleValue::new(name))
    }
}

/// The values of `--lang`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangName {
    /// English
    En,
    /// Chinese
    Zh,
}

/// The values of `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also into pipes
    Always,
    /// Not at all
    Never,
}

/// Each verb: its name, its arguments, and the sentence in the list of commands.
macro_rules! verbs {
    ($($name:literal $variant:ident($args:ty): $about:literal;)+) => {
        /// What is to be done.
        #[derive(Debug)]
        pub(crate) enum Verb { $(#[doc = $about] $variant($args),)+ }

        impl FromArgMatches for Verb {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Self::from_arg_matches_mut(&mut matches.clone())
            }
            fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, clap::Error> {
                match matches.remove_subcommand() {
                    $(Some((name, mut own)) if name == $name => <$args>::from_arg_matches_mut(&mut own).map(Self::$variant),)+
                    _ => Err(clap::Error::new(clap::error::ErrorKind::MissingSubcommand)),
                }
            }
            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }

        impl Subcommand for Verb {
            fn augment_subcommands(command: Command) -> Command {
                command.subcommand_required(true)$(.subcommand(Command::new($name).about($about).defer(|c| <$args>::augment_args(c))))+
            }
            fn augment_subcommands_for_update(command: Command) -> Command {
                Self::augment_subcommands(command)
            }
            fn has_subcommand(name: &str) -> bool {
                [$($name),+].contains(&name)
            }
        }
    };
}

verbs! {
    "init" Init(super::init::Args): "Write a commented workspace, from a real export if given";
    "check" Check(super::check::Args): "Every problem of every SOP file, and what can never fire";
    "test" Test(super::test::Args): "Run the cases under sops/tests";
    "import" Import(super::import::Args): "Read leads and events into the base";
    "score" Score(super::score::Args): "Import the files if given, score what is due, print the ranking";
    "leads" Leads(super::leads::Args): "List and export leads";
    "explain" Explain(super::explain::Args): "Why: the score card of a lead, where it stands, what comes next";
    "tick" Tick(super::tick::Args): "The whole day: inbox, score, stages, owners, promises, alerts";
    "advance" Advance(super::advance::Args): "Move leads between stages";
    "assign" Assign(super::assign::Args): "Hand leads to owners and queues";
    "sla" Sla(super::sla::Args): "How promises were kept, and those that wait for an answer";
    "alerts" Alerts(super::alerts::Args): "When a person was called in, about whom and why";
    "accept" Accept(super::accept::Args): "Sales takes leads on";
    "reject" Reject(super::reject::Args): "Sales gives leads back, with a reason";
    "log" Log(super::log::Args): "A contact of a colleague with a lead";
    "queue" Queue(super::queue::Args): "Leads that nobody holds: list, claim, return";
    "nurture" Nurture(super::nurture::Args): "Leads on paths: status, show, enroll, exit, pause, resume";
    "simulate" Simulate(super::simulate::Args): "The days to come, on a copy: what would leave to whom, and why not";
    "set" Set(super::set::Args): "Change a lead by hand: fields, stage, owner, queue, tags";
    "outbox" Outbox(super::outbox::Args): "Messages: list, export, cancel";
    "send" Send(super::send::Args): "Send what is due: messages to leads, notices to colleagues";
    "today" Today(super::today::Args): "What waits for a person";
    "worklist" Worklist(super::worklist::Args): "A workbook per owner to fill in; `sop import` reads the answers";
    "changes" Changes(super::changes::Args): "What moved, and by which rule";
    "report" Report(super::report::Args): "What it cost and what came of it: return, channels, attribution, KPIs";
    "merge" Merge(super::merge::Args): "Two leads are one: join B into A";
    "split" Split(super::split::Args): "Take the rows that were joined into a lead apart again";
    "suppress" Suppress(super::suppress::Args): "Addresses that must not be written to: close, list, open again";
    "undo" Undo(super::undo::Args): "Take back the last writing run; a rehearsal unless --yes";
    "history" History(super::history::Args): "The runs of the base, or every change of a lead or a run";
    "schema" Schema(super::schema::Args): "The JSON Schema of a report's JSON, or of an SOP file";
    "completions" Completions(super::completions::Args): "Completions for a shell";
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_grammar_is_sound_and_everything_has_help() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_verb_shows_examples_of_itself() {
        let mut command = Cli::command();
        command.build();
        for verb in command.get_subcommands().filter(|v| v.get_name() != "help") {
            let examples = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(examples.contains(&format!("  sop {}", verb.get_name())), "{}", verb.get_name());
        }
    }

    #[test]
    fn every_example_of_the_help_parses() {
        let mut command = Cli::command();
        command.build();
        let texts = std::iter::once(&command).chain(command.get_subcommands()).filter_map(clap::Command::get_after_help);
        for text in texts.map(ToString::to_string) {
            for example in text.lines().filter_map(|l| l.strip_prefix("  ")) {
                // The example ends where two blanks begin its explanation; quotes keep blanks together.
                let example = example.split("  ").next().unwrap_or(example).split(" > ").next().unwrap_or(example);
                let words: Vec<String> = example
                    .split('"')
                    .enumerate()
                    .flat_map(|(i, part)| if i % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() })
                    .collect();
                assert!(Cli::try_parse_from(&words).is_ok(), "{example}: {words:?}");
            }
        }
    }

    #[test]
    fn common_flags_stand_before_or_after_the_verb() {
        for line in ["sop --lang zh -f json --dry-run score a.csv", "sop score a.csv --lang zh -f json --dry-run"] {
            let global = parse(line).expect("parses").global;
            assert!(global.dry_run && global.lang == Some(LangName::Zh) && global.format == Some(FormatName(Format::Json)), "{line}");
        }
    }

    #[test]
    fn a_typo_is_answered_with_what_was_meant() {
        let said = |line: &str| parse(line).expect_err("a typo").to_string();
        assert!(said("sop scoer").contains("'score'"));
        assert!(said("sop score --dry-rnu").contains("'--dry-run'"));
        assert!(said("sop score -f jsno").contains("'json'"));
        assert_eq!(parse("sop scoer").expect_err("a typo").exit_code(), 2);
        assert_eq!(parse("sop score --help").expect_err("help").exit_code(), 0);
    }

    #[test]
    fn sorting_downwards_is_no_flag() {
        let Ok(Cli { verb: Verb::Leads(args), .. }) = parse("sop leads --sort -score,name --columns key,score") else { panic!("parses") };
        assert_eq!((args.sort, args.columns), (vec!["-score".to_owned(), "name".into()], vec!["key".to_owned(), "score".into()]));
    }

    #[test]
    fn a_merge_needs_a_reason_and_a_history_one_subject() {
        assert!(parse("sop merge a b").is_err() && parse("sop merge a b --why twins").is_ok());
        assert!(parse("sop history kabc --run 3").is_err() && parse("sop history --run 3").is_ok());
    }
}
