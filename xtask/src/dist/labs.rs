//! What `dist` asks the command line of the labs: their list for the shell, and a poster of each for pages that embed
//! them. The command is built with the profile of the tests; this crate itself knows no lab.

use std::fs;
use std::path::{Path, PathBuf};

use tinyjson::JsonValue;

use crate::console::{self, Result};
use crate::{json, workspace};

/// Width and height of a poster in pixels.
const POSTER_SIZE: &str = "640x400";

/// The labs as JSON.
pub(crate) fn list() -> Result<String> {
    faultscope(&["labs", "--json"])
}

/// Keeps the list where `stage` finds it.
pub(crate) fn keep_list(list: &str) -> Result<PathBuf> {
    let path = workspace::root().join("target").join(format!("labs-{}.json", std::process::id()));
    fs::write(&path, list).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// Writes `posters/LAB.svg` and `posters/LAB.dark.svg` for every lab: the moment at which its miniature begins.
pub(crate) fn write_posters(site: &Path, list: &str) -> Result<()> {
    let folder = site.join("posters");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let labs: JsonValue = list.parse().map_err(|error| format!("the labs are no JSON: {error}"))?;
    for lab in labs.get::<Vec<JsonValue>>().into_iter().flatten() {
        let word = |name: &str| json::text(lab, name).ok_or(format!("a lab has no {name}"));
        let (id, run) = (word("id")?, word("miniature")?);
        for (theme, end) in [("light", "svg"), ("dark", "dark.svg")] {
            let picture =
                faultscope(&["run", &run, "--format", "svg", "--size", POSTER_SIZE, "--theme", theme])?;
            let path = folder.join(format!("{id}.{end}"));
            fs::write(&path, picture).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}

/// What the command prints.
fn faultscope(words: &[&str]) -> Result<String> {
    // Without `--package`: all default members together have the features with which the tests build them.
    console::read(workspace::cargo().args(["run", "--quiet", "--bin", "faultscope", "--"]).args(words))
}
