//! `gatetrail config check`: whether a configuration is sound.

use std::fs;
use std::io::{self, Write as _};

use gatetrail_engine::{
    CONFIGURATION_KEY, ObjectStore, Place, TableAccessError, parse_configuration, read_configuration,
};

use crate::args::{ConfigArgs, ConfigCheckArgs, ConfigCommand};
use crate::exit::{Answered, Failure, unless_closed};
use crate::messages;
use crate::store::{Work, work_on};

pub(crate) fn run(args: &ConfigArgs) -> Result<Answered, Failure> {
    let ConfigCommand::Check(args) = &args.command;
    check(args)
}

fn check(args: &ConfigCheckArgs) -> Result<Answered, Failure> {
    let (name, read) = match args.file() {
        Some(path) => {
            let bytes = fs::read(path)
                .map_err(|error| Failure::Setup(format!("cannot read {}: {error}", path.display())))?;
            (path.display().to_string(), parse_configuration(&bytes).map(drop))
        }
        None => {
            let (name, read) = work_on(args.target.existing()?, &args.login, ReadConfiguration)?;
            (name, read.map_err(|error| Failure::Setup(error.to_string()))?.map(drop))
        }
    };
    match read {
        Ok(()) => {
            unless_closed(writeln!(io::stdout().lock(), "{name}: sound"))?;
            Ok(Answered::Fully)
        }
        Err(problem) => {
            messages::say(&format!("{name}: {problem}"));
            Ok(Answered::Not)
        }
    }
}

struct ReadConfiguration;

impl Work for ReadConfiguration {
    type Output = (String, Result<Result<gatetrail_report::Config, String>, TableAccessError>);

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
        (place.address(CONFIGURATION_KEY), read_configuration(place).await)
    }
}
