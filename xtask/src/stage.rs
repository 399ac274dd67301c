//! `cargo xtask stage`: what is left to do on a site that Trunk has just built. Trunk calls it (`Trunk.toml`).
//!
//! - The story files of the labs go into the site; the page fetches them when a reader opens one.
//! - `index.html` names its files with their version. The names stay (`faultscope.js`), because a web worker loads the
//!   page's own script and shares its compiled WebAssembly; `?v=` changes with the content, so a browser may keep a
//!   file for ever and still never mixes an old script with a new program. Only `index.html` must be asked for
//!   again, which every static host does by itself.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use flate2::Crc;

use crate::console::Result;
use crate::workspace;

/// Tells where `serve` serves the page.
pub(crate) const ADDRESS_VARIABLE: &str = "FAULTSCOPE_ADDRESS";

/// Completes the site in the folder that Trunk names.
pub(crate) fn run() -> Result<ExitCode> {
    let site = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from).ok_or(
        "stage: TRUNK_STAGING_DIR is not set; Trunk calls this command, people call `cargo xtask dist`",
    )?;
    copy_stories(&workspace::root(), &site)?;
    name_versions(&site)?;
    if let Ok(address) = env::var(ADDRESS_VARIABLE) {
        println!("\n    Faultscope is built: {address}\n");
    }
    Ok(ExitCode::SUCCESS)
}

/// Copies `crates/labs/src/LAB/stories/NAME.story` to `stories/LAB/NAME.story`.
fn copy_stories(root: &Path, site: &Path) -> Result<()> {
    let labs = root.join("crates").join("labs").join("src");
    for file in workspace::files_below(&labs)? {
        if let Some(place) = story_place(&file) {
            let target = site.join(place);
            let folder = target.parent().unwrap_or(site);
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            fs::copy(labs.join(&file), &target).map_err(|error| format!("{}: {error}", target.display()))?;
        }
    }
    Ok(())
}

/// Where a file of a lab stands in the site, if it is a story.
fn story_place(file: &Path) -> Option<PathBuf> {
    let parts: Vec<&str> = file.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
    match parts[..] {
        [lab, "stories", name] if name.ends_with(".story") => Some(["stories", lab, name].iter().collect()),
        _ => None,
    }
}

/// Gives every file that `index.html` loads its version.
fn name_versions(site: &Path) -> Result<()> {
    let index = site.join("index.html");
    let mut page = workspace::read_text(&index)?;
    for file in workspace::files_below(site)? {
        let path = site.join(&file);
        let content = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        page = with_version(&page, &file.to_string_lossy().replace('\\', "/"), &content);
    }
    fs::write(&index, page).map_err(|error| format!("{}: {error}", index.display()))
}

/// The page with every quoted `./NAME` written as `./NAME?v=VERSION`.
fn with_version(page: &str, name: &str, content: &[u8]) -> String {
    let mut checksum = Crc::new();
    checksum.update(content);
    let version = checksum.sum();
    ['\'', '"'].iter().fold(page.to_owned(), |text, quote| {
        let (plain, versioned) =
            (format!("{quote}./{name}{quote}"), format!("{quote}./{name}?v={version:08x}{quote}"));
        text.replace(&plain, &versioned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stories_are_copied() {
        let place = |path: &str| story_place(Path::new(path));
        assert_eq!(place("raft/stories/figure-8.story"), Some("stories/raft/figure-8.story".into()));
        assert_eq!(place("raft/stories/notes.md"), None);
        assert_eq!(place("raft/figure-8.story"), None);
        assert_eq!(place("raft/mod.rs"), None);
    }

    #[test]
    fn a_version_follows_the_content() {
        let page = r#"<link href="./a.css"><script>import './a.js'; './other/a.js'</script>"#;
        let first = with_version(page, "a.js", b"one");
        assert_eq!(first, page.replace("'./a.js'", "'./a.js?v=7a6c86f1'"));
        assert_ne!(first, with_version(page, "a.js", b"two"));
        assert!(with_version(page, "a.css", b"").contains(r#"href="./a.css?v=00000000""#));
        assert_eq!(with_version(page, "b.js", b"one"), page);
    }
}
