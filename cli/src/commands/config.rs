//! `gatetrail config check`: whether a configuration is sound.

use std::fs;
use std::io::{self, Write as _};

use gatetrail_engine::{
    CONFIGURATION_KEY, Configured, ObjectStore, Place, parse_configuration, read_configuration,
};

use crate::args::{ConfigArgs, ConfigCheckArgs, ConfigCommand};
use crate::exit::{Answered, Failure, unless_closed};
use crate::messages;
use crate::render::escape::visible;
use crate::store::{Work, work_on};

/// What is known of a configuration.
enum Found {
    Sound,
    None,
    Broken(String),
}

pub(crate) fn run(args: &ConfigArgs) -> Result<Answered, Failure> {
    let ConfigCommand::Check(args) = &args.command;
    check(args)
}

fn check(args: &ConfigCheckArgs) -> Result<Answered, Failure> {
    let (name, found) = match args.file() {
        Some(path) => {
            let name = path.display().to_string();
            let bytes =
                fs::read(path).map_err(|error| Failure::Setup(format!("cannot read {name}: {error}")))?;
            (name, parse_configuration(&bytes).map_or_else(Found::Broken, |_| Found::Sound))
        }
        None => work_on(&args.target, &args.login, ReadConfiguration)??,
    };
    let name = visible(&name);
    let mut out = io::stdout().lock();
    match found {
        Found::Sound => unless_closed(writeln!(out, "{name}: sound"))?,
        Found::None => {
            unless_closed(writeln!(out, "{name}: not there, which is fine: no account has an alias"))?
        }
        Found::Broken(problem) => {
            messages::say(&format!("{name}: {problem}"));
            return Ok(Answered::Not);
        }
    }
    Ok(Answered::Fully)
}

/// Reads the configuration of a store, and tells one that is not there from one that says nothing.
struct ReadConfiguration;

impl Work for ReadConfiguration {
    type Output = Result<(String, Found), Failure>;

    async fn on<S: ObjectStore>(self, place: &Place<'_, S>) -> Self::Output {
        let found = match read_configuration(place).await? {
            Err(problem) => Found::Broken(problem),
            Ok(config) => {
                let configured = Configured::read(place, config).await?;
                if let Some(problem) = configured.books.problems().next() {
                    return Ok((place.address(CONFIGURATION_KEY), Found::Broken(problem.to_owned())));
                }
                let listed = place.list(CONFIGURATION_KEY, None).await?;
                let is_there = listed.objects.iter().any(|object| object.key == CONFIGURATION_KEY);
                if is_there { Found::Sound } else { Found::None }
            }
        };
        Ok((place.address(CONFIGURATION_KEY), found))
    }
}
