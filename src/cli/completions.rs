//! `sop completions SHELL`: completions for a shell.

use super::args::{Cli, Global};
use super::exit::{Exit, Failure};
use super::output::Output;
use clap::CommandFactory;

const EXAMPLES: &str = "Examples:
  sop completions bash > ~/.local/share/bash-completion/completions/sop
  sop completions zsh > ~/.zfunc/_sop
  sop completions fish > ~/.config/fish/completions/sop.fish";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose completions
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "sop", &mut script);
    Output::verbatim(global)?.write(&mut |out| out.write_all(&script))
}
