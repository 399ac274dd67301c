//! Mermaid itself, with which the browser tests read the diagrams that we write: one file of its package, fetched once.
//!
//! The package comes with `npm pack`, from whatever registry this machine's npm is set to; nothing in it is run by Node.
//! Its bytes are pinned: another package of the same version is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::{self, Result};
use crate::path_search::program;
use crate::tools;

/// The version that the tests read with.
const VERSION: &str = "12.3.0";
/// The hash of its package.
const INTEGRITY: &str =
    "sha512-4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==";
/// The one file of the package that a page needs, and its place there.
const SCRIPT: &str = "mermaid.min.js";
const SCRIPT_IN_PACKAGE: &str = "package/dist/mermaid.min.js";
/// A page that does nothing but load it.
const PAGE: &str = "<!doctype html><meta charset=\"utf-8\"><title>Mermaid</title><link rel=\"icon\" href=\"data:,\">\
                    <script src=\"mermaid.min.js\"></script>\n";

/// The folder with a page that loads Mermaid; fetches the package where it is missing.
pub(crate) fn ready() -> Result<PathBuf> {
    let home = tools::folder()?.join(format!("mermaid-{VERSION}"));
    if !home.join("index.html").is_file() {
        let what = format!("fetching mermaid {VERSION} into {}", home.display());
        console::long_step(&what, "10 s, once", || fetch(&home))?;
    }
    Ok(home)
}

/// Fetches into one folder, checks, and only then gives it its name.
fn fetch(home: &Path) -> Result<()> {
    if program(Path::new("npm")).is_none() {
        return Err(format!(
            "mermaid {VERSION} is not here, and there is no npm in PATH to fetch it: install npm, or put {SCRIPT} and \
             an index.html that loads it into {}",
            home.display()
        ));
    }
    let unfinished = home.with_file_name(format!("unfinished-mermaid-{VERSION}"));
    let at = |error: std::io::Error| format!("{}: {error}", unfinished.display());
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(at)?;
    }
    fs::create_dir_all(&unfinished).map_err(at)?;
    let package = format!("mermaid@{VERSION}");
    let told = console::read(
        Command::new("npm")
            .args(["pack", &package, "--json", "--ignore-scripts", "--pack-destination"])
            .arg(&unfinished),
    )?;
    if !is_pinned(&told) {
        return Err(format!("the package {package} is not the one that was pinned: {INTEGRITY}"));
    }
    let archive = unfinished.join(format!("mermaid-{VERSION}.tgz"));
    console::run(
        Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&unfinished).arg(SCRIPT_IN_PACKAGE),
    )?;
    fs::rename(unfinished.join(SCRIPT_IN_PACKAGE), unfinished.join(SCRIPT)).map_err(at)?;
    fs::remove_file(&archive).map_err(at)?;
    fs::remove_dir_all(unfinished.join("package")).map_err(at)?;
    fs::write(unfinished.join("index.html"), PAGE).map_err(at)?;
    if home.exists() {
        fs::remove_dir_all(home).map_err(at)?;
    }
    fs::rename(&unfinished, home).map_err(at)
}

/// Whether npm tells the pinned hash of what it has fetched.
fn is_pinned(told: &str) -> bool {
    told.replace("\\/", "/").contains(&format!("\"{INTEGRITY}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_package_is_refused() {
        assert!(is_pinned(&format!("[{{\"integrity\": \"{INTEGRITY}\"}}]")));
        assert!(!is_pinned(&format!("[{{\"integrity\": \"{}\"}}]", INTEGRITY.replace("4113", "4114"))));
        assert!(!is_pinned(""));
    }
}
