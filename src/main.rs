//! The `sop` binary: command line in, text out. Everything else is the library's.

fn main() {}
