//! `gatetrail completions` and `gatetrail man`: made from the arguments themselves, so that they cannot disagree.

use std::fs;
use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::{generate, generate_to};
use clap_mangen::Man;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::exit::{Answered, Failure, unless_closed};

const BINARY: &str = "gatetrail";

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Answered, Failure> {
    let mut command = Cli::command();
    if let Some(folder) = &args.dir {
        fs::create_dir_all(folder)?;
        generate_to(args.shell, &mut command, BINARY, folder)?;
        return Ok(Answered::Fully);
    }
    // The generator panics where it cannot write: a text in memory cannot fail it.
    let mut script = Vec::new();
    generate(args.shell, &mut command, BINARY, &mut script);
    unless_closed(io::stdout().lock().write_all(&script))?;
    Ok(Answered::Fully)
}

pub(crate) fn man(args: &ManArgs) -> Result<Answered, Failure> {
    if let Some(folder) = &args.dir {
        fs::create_dir_all(folder)?;
        clap_mangen::generate_to(Cli::command(), folder)?;
        return Ok(Answered::Fully);
    }
    let mut page = Vec::new();
    Man::new(Cli::command()).render(&mut page)?;
    unless_closed(io::stdout().lock().write_all(&page))?;
    Ok(Answered::Fully)
}
