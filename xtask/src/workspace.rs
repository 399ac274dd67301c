//! Where things are in this checkout, and cargo as this checkout uses it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::Result;

/// The folder that holds the root `Cargo.toml`.
///
/// Cargo tells it when it starts this program; what was known when the program was built may be another checkout
/// with the same target folder.
pub(crate) fn root() -> PathBuf {
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = told.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    manifest.parent().map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// The static folder that `dist` writes.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The cargo that runs this program, in the root of the checkout.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The version of a package in `Cargo.lock`.
pub(crate) fn locked_version(lock: &str, package: &str) -> Result<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines
        .next()
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| format!("Cargo.lock: there is no package `{package}`"))
}

/// Reads a text file; an error names it.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Every file in a folder, at any depth, as paths from that folder, in order.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries = std::fs::read_dir(&next).map_err(|error| format!("{}: {error}", next.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| format!("{}: {error}", next.display()))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(inside) = path.strip_prefix(folder) {
                files.push(inside.to_path_buf());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_tells_versions() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n\n[[package]]\nname = \"ab\"\nversion = \"4.5.6\"\n";
        assert_eq!(locked_version(lock, "ab").unwrap(), "4.5.6");
        assert_eq!(locked_version(lock, "b").unwrap_err(), "Cargo.lock: there is no package `b`");
    }

    #[test]
    fn the_root_has_the_manifest_of_the_workspace() {
        assert!(read_text(&root().join("Cargo.toml")).unwrap().contains("[workspace]"));
        assert!(files_below(&root().join("xtask")).unwrap().contains(&PathBuf::from("src/main.rs")));
    }
}
