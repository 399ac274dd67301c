//! `cargo xtask shots`: every page in every look, as pictures in `shots/`.
//!
//! The browser test that opens every page in every look takes the pictures; see `tests/browser/looks.rs`.

use std::process::ExitCode;

use crate::console::{self, Result};
use crate::{chromium, dist, test, workspace};

/// Which pictures to take.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Only pictures whose file name contains this.
    only: Option<String>,
}

impl Options {
    /// Reads the arguments behind `shots`.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        match arguments {
            [] => Ok(Self { only: None }),
            [flag, only] if flag == "--only" => Ok(Self { only: Some(only.clone()) }),
            _ => Err("shots: the only argument is `--only SUBSTRING`".into()),
        }
    }
}

/// Builds the site and takes the pictures.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let chromium = chromium::ready()?;
    dist::build()?;
    let folder = workspace::root().join("shots");
    let mut command = test::browser_tests();
    command.env("CHROME", chromium).env("FAULTSCOPE_SHOTS", &folder);
    if let Some(only) = &options.only {
        command.env("FAULTSCOPE_SHOTS_ONLY", only);
    }
    console::run(command.args(["--", "--exact", "looks::every_page_opens_in_every_look", "--nocapture"]))?;
    println!("shots/: ready");
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        let parse =
            |words: &[&str]| Options::parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(parse(&[]), Ok(Options { only: None }));
        assert_eq!(parse(&["--only", "raft"]), Ok(Options { only: Some("raft".into()) }));
        assert!(parse(&["--only"]).is_err());
        assert!(parse(&["raft"]).is_err());
    }
}
