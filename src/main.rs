//! The `sop` binary: command line in, text out. Everything else is the library's.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
