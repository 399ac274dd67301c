//! The browser of the browser tests: found, or installed where this machine can.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::{self, Result};
use crate::path_search::{CHROMIUM_NAMES, chromium, program};

/// The Chromium of this machine; on a Debian machine where we are root, installs it when missing.
pub(crate) fn ready() -> Result<PathBuf> {
    if let Some(path) = chromium() {
        return Ok(path);
    }
    if std::env::var_os("CHROME").is_some_and(|path| !path.is_empty()) {
        return Err("the environment variable CHROME names no program".into());
    }
    if program(Path::new("apt-get")).is_some() && is_root() {
        console::long_step("installing Chromium and a Chinese font", "1 min", install)?;
    }
    chromium().ok_or_else(|| {
        format!(
            "no Chromium: install chromium, or set CHROME to its path; tests look for {} in PATH",
            CHROMIUM_NAMES.join(", ")
        )
    })
}

fn install() -> Result<()> {
    console::run(apt_get().arg("update"))?;
    let packages = ["chromium", "fonts-noto-cjk"];
    console::run(apt_get().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.args(["-qq", "-o", "DPkg::Lock::Timeout=120"]).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_root() -> bool {
    console::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}
