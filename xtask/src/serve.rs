//! `cargo xtask serve`: the page on this machine, built again after every change.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, ExitCode};

use crate::console::Result;
use crate::{stage, tools};

/// The port where people look first.
const USUAL_PORT: u16 = 8080;

/// How the page is served.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Open the page in the user's browser.
    open: bool,
    /// Serve on this port, or fail; without it, on the first free one from [`USUAL_PORT`] on.
    port: Option<u16>,
    /// Build what would be published, instead of what builds fast.
    release: bool,
}

impl Options {
    /// Reads the arguments behind `serve`.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self { open: false, port: None, release: false };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--open" => options.open = true,
                "--release" => options.release = true,
                "--port" => options.port = Some(parse_port(words.next())?),
                unknown => return Err(format!("serve: unknown argument `{unknown}`")),
            }
        }
        Ok(options)
    }
}

/// Installs the tools and hands over to Trunk, which serves until it is stopped.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let port = match options.port {
        Some(port) if is_free(port) => port,
        Some(port) => return Err(format!("serve: port {port} is taken; choose another with --port")),
        None => first_free_port(is_free)?,
    };
    let path = tools::ready()?;
    let mut trunk = tools::trunk(&path)?;
    let address = format!("http://{}:{port}/", Ipv4Addr::LOCALHOST);
    trunk
        .args(["serve", "--address", "127.0.0.1", "--port", &port.to_string()])
        .env(stage::ADDRESS_VARIABLE, &address);
    if options.open {
        trunk.arg("--open");
    }
    if options.release {
        trunk.args(tools::PUBLISHED);
    }
    eprintln!("==> building the page (usually 1 to 2 min the first time, seconds after a change)");
    eprintln!("    it will be served at {address} until Ctrl+C");
    become_program(&mut trunk)
}

fn parse_port(word: Option<&String>) -> Result<u16> {
    let word = word.ok_or("serve: --port needs a number")?;
    match word.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(format!("serve: --port needs a number from 1 to 65535, but got `{word}`")),
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn first_free_port(is_free: impl Fn(u16) -> bool) -> Result<u16> {
    let mut ports = USUAL_PORT..USUAL_PORT + 100;
    let last = ports.end - 1;
    ports
        .find(|port| is_free(*port))
        .ok_or_else(|| format!("serve: no port from {USUAL_PORT} to {last} is free"))
}

/// Turns this process into the program, so that whoever stops the one stops the other.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;

    let error = command.exec();
    Err(format!("cannot start {}: {error}", command.get_program().display()))
}

/// Runs the program to its end, where a process cannot become another.
#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<ExitCode> {
    crate::console::run(command).map(|()| ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_are_read() {
        assert_eq!(parse(""), Ok(Options { open: false, port: None, release: false }));
        assert_eq!(
            parse("--open --port 9000 --release"),
            Ok(Options { open: true, port: Some(9000), release: true })
        );
    }

    #[test]
    fn wrong_arguments_are_named() {
        assert_eq!(parse("--prot 1"), Err("serve: unknown argument `--prot`".into()));
        assert_eq!(parse("--port"), Err("serve: --port needs a number".into()));
        for port in ["0", "65536", "x"] {
            let message = format!("serve: --port needs a number from 1 to 65535, but got `{port}`");
            assert_eq!(parse(&format!("--port {port}")), Err(message));
        }
    }

    #[test]
    fn a_taken_port_is_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert!(!is_free(taken.local_addr().unwrap().port()));
        assert_eq!(first_free_port(|port| port > 8081), Ok(8082));
        assert_eq!(first_free_port(|_| false), Err("serve: no port from 8080 to 8179 is free".into()));
    }
}
