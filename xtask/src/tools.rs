//! The tools that build the page: the WebAssembly target, Trunk and wasm-bindgen, installed where missing.
//!
//! They come from the crates registry with cargo, so that a machine with git, rustup and a C compiler is enough.
//! Each tool and version has a folder of its own in [`folder`]; nothing is built again when it is there.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::{self, Result};
use crate::path_search::program;
use crate::workspace;

/// The Trunk that was tried with this page. A newer one wants a newer compiler.
const TRUNK_VERSION: &str = "0.21.14";

/// What asks Trunk for the page as it is published: its own profile of cargo, and files made small.
pub(crate) const PUBLISHED: [&str; 3] = ["--release", "--cargo-profile", "page"];

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// One program that cargo can install.
struct Tool {
    /// The package in the crates registry.
    package: &'static str,
    /// The program in it.
    program: &'static str,
    version: String,
    /// How long its build usually takes on two cores.
    usually: &'static str,
}

/// Installs what is missing and returns a `PATH` in which the tools come first.
pub(crate) fn ready() -> Result<OsString> {
    add_wasm_target()?;
    let mut folders = Vec::new();
    for tool in tools()? {
        folders.extend(tool.ready(&folder()?)?);
    }
    with_folders_first(folders)
}

/// Trunk, told to download nothing by itself and to take its tools from `path`.
pub(crate) fn trunk(path: &OsString) -> Result<Command> {
    console::run(workspace::cargo().args(["fetch", "--quiet", "--target", WASM_TARGET]))?;
    let mut command = Command::new(find_in(path, "trunk")?);
    command
        .current_dir(workspace::root())
        .env("PATH", path)
        .env("TRUNK_OFFLINE", "true")
        .env("TRUNK_SKIP_VERSION_CHECK", "true");
    if env::var_os("NO_COLOR").is_some() {
        // Trunk reads the variable as a yes or no and stops at the usual value, 1.
        command.env("NO_COLOR", "true");
    }
    Ok(command)
}

/// The target whose standard library the page needs.
fn add_wasm_target() -> Result<()> {
    let library =
        console::read(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(&library).is_dir() {
        return Ok(());
    }
    if program(Path::new("rustup")).is_none() {
        return Err(format!("the target {WASM_TARGET} is missing, and there is no rustup in PATH to add it"));
    }
    console::long_step(&format!("adding the target {WASM_TARGET}"), "10 s", || {
        console::run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
    })
}

fn tools() -> Result<[Tool; 2]> {
    let lock = workspace::read_text(&workspace::root().join("Cargo.lock"))?;
    let wasm_bindgen = workspace::locked_version(&lock, "wasm-bindgen")?;
    Ok([
        Tool {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: wasm_bindgen,
            usually: "2 min on two cores, once",
        },
        Tool {
            package: "trunk",
            program: "trunk",
            version: TRUNK_VERSION.to_owned(),
            usually: "4 min on two cores, once",
        },
    ])
}

/// The folder of installed tools: `FAULTSCOPE_TOOLS`, or `faultscope/tools` in the user's cache.
pub(crate) fn folder() -> Result<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("FAULTSCOPE_TOOLS") {
        return std::path::absolute(&folder).map_err(|error| format!("FAULTSCOPE_TOOLS: {error}"));
    }
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .or_else(|| set("LOCALAPPDATA"))
        .map(|cache| cache.join("faultscope").join("tools"))
        .ok_or_else(|| "no place to install tools: set FAULTSCOPE_TOOLS to a folder".to_owned())
}

impl Tool {
    /// The folder to put in front of `PATH`, or none where the tool is in `PATH` already.
    fn ready(&self, tools: &Path) -> Result<Option<PathBuf>> {
        let home = tools.join(format!("{}-{}", self.program, self.version));
        let bin = home.join("bin");
        if self.fits(&bin.join(self.program)) {
            return Ok(Some(bin));
        }
        if self.fits(Path::new(self.program)) {
            return Ok(None);
        }
        let what = format!("installing {} {} into {}", self.package, self.version, home.display());
        console::long_step(&what, self.usually, || self.install(tools, &home))?;
        Ok(Some(bin))
    }

    /// Whether this program runs and tells the right version. A half-finished install does not.
    fn fits(&self, path: &Path) -> bool {
        program(path)
            .and_then(|found| console::read(Command::new(found).arg("--version")).ok())
            .is_some_and(|answer| says_version(&answer, &self.version))
    }

    /// Builds in one folder, tries the result, and only then gives it its name.
    fn install(&self, tools: &Path, home: &Path) -> Result<()> {
        let unfinished = tools.join(format!("unfinished-{}-{}", self.program, self.version));
        // One build folder for all tools: they share many crates, and an interrupted build goes on where it was.
        let build = tools.join("build");
        console::run(&mut self.cargo_install(&unfinished, &build))?;
        if !self.fits(&unfinished.join("bin").join(self.program)) {
            return Err(format!("{}: built, but does not run as version {}", self.package, self.version));
        }
        if home.exists() {
            fs::remove_dir_all(home).map_err(|error| format!("{}: {error}", home.display()))?;
        }
        fs::rename(&unfinished, home).map_err(|error| format!("{}: {error}", home.display()))
    }

    /// Cargo with the cheap settings: the tools run for a second, so their build should not take twenty minutes.
    fn cargo_install(&self, root: &Path, build: &Path) -> Command {
        let mut command = workspace::cargo();
        command
            .args(["install", "--locked", "--force", self.package, "--version", &self.version])
            .arg("--root")
            .arg(root)
            .arg("--target-dir")
            .arg(build)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "false");
        command
    }
}

/// Whether the answer to `--version`, such as `trunk 0.21.14`, tells this version.
fn says_version(answer: &str, version: &str) -> bool {
    answer.split_whitespace().any(|word| word == version)
}

fn with_folders_first(folders: Vec<PathBuf>) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let all = folders.into_iter().chain(env::split_paths(&path));
    env::join_paths(all).map_err(|error| format!("PATH: {error}"))
}

fn find_in(path: &OsString, name: &str) -> Result<PathBuf> {
    env::split_paths(path)
        .find_map(|folder| program(&folder.join(name)))
        .ok_or_else(|| format!("{name} is neither installed nor in PATH"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_whole_word() {
        assert!(says_version("wasm-bindgen 0.2.129", "0.2.129"));
        assert!(says_version("trunk 0.21.14\n", "0.21.14"));
        assert!(!says_version("wasm-bindgen 0.2.1290", "0.2.129"));
        assert!(!says_version("", "0.2.129"));
    }

    #[cfg(unix)]
    #[test]
    fn a_half_finished_install_does_not_fit() {
        use std::os::unix::fs::PermissionsExt;

        let tool = Tool { package: "tool", program: "tool", version: "1.2.3".into(), usually: "never" };
        let folder = env::temp_dir().join(format!("faultscope-tools-{}", std::process::id()));
        let bin = folder.join("bin");
        fs::create_dir_all(&bin).unwrap();
        let file = bin.join("tool");

        assert!(!tool.fits(&file), "no file");
        fs::write(&file, "").unwrap();
        assert!(!tool.fits(&file), "a file that cannot run");
        let write_script = |text: &str| {
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        };
        write_script("#!/bin/sh\nexit 1\n");
        assert!(!tool.fits(&file), "a program that fails");
        write_script("#!/bin/sh\necho tool 1.2.2\n");
        assert!(!tool.fits(&file), "another version");
        write_script("#!/bin/sh\necho tool 1.2.3\n");
        assert!(tool.fits(&file), "the right one");
        fs::remove_dir_all(&folder).unwrap();
    }
}
