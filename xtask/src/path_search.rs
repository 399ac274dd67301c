//! Finds programs on this machine. The browser tests include this file too, so both look in the same places.

use std::path::{Path, PathBuf};

/// Names under which Chromium is installed, the one we would take first in front.
pub(crate) const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The Chromium of this machine: the environment variable `CHROME`, or else the first of [`CHROMIUM_NAMES`]
/// in `PATH`.
pub(crate) fn chromium() -> Option<PathBuf> {
    match std::env::var_os("CHROME") {
        Some(path) if !path.is_empty() => program(Path::new(&path)),
        _ => CHROMIUM_NAMES.iter().find_map(|name| program(Path::new(name))),
    }
}

/// The file of a program, given by its path or by a name to look for in `PATH`.
pub(crate) fn program(name: &Path) -> Option<PathBuf> {
    let file_name = name.with_extension(std::env::consts::EXE_EXTENSION);
    if name.components().count() > 1 {
        return [name.to_path_buf(), file_name].into_iter().find(|path| path.is_file());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(&file_name)).find(|path| path.is_file())
}
