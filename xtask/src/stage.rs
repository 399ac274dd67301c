//! `cargo xtask stage`: what is left to do on a site that Trunk has just built. Trunk calls it (`Trunk.toml`).
//!
//! - The story files of the labs go into the site; the page fetches them when a reader opens one.
//! - The style sheets become one, the scripts in the page lose their comments, and the labs are listed in the shell.
//! - `index.html` names its files with their version. The names stay (`faultscope.js`), because a web worker loads the
//!   page's own script and shares its compiled WebAssembly; `?v=` changes with the content, so a browser may keep a
//!   file for ever and still never mixes an old script with a new program. Only `index.html` must be asked for
//!   again, which every static host does by itself.
//! - The page gets its Content-Security-Policy, and the service worker its list of files.

pub(crate) mod css;
pub(crate) mod html;
pub(crate) mod offline;
pub(crate) mod policy;
pub(crate) mod script;
pub(crate) mod shell;

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
    complete(&site)?;
    if let Ok(address) = env::var(ADDRESS_VARIABLE) {
        println!("\n    Faultscope is built: {address}\n");
    }
    Ok(ExitCode::SUCCESS)
}

/// Does all of it. A debug build is not kept for use without a network: it would hide every change.
fn complete(site: &Path) -> Result<()> {
    let is_published = env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    copy_stories(&workspace::root(), site)?;
    let index = site.join("index.html");
    let mut page = css::join(site, &workspace::read_text(&index)?)?;
    page = with_small_scripts(&page);
    for name in ["worker.js", "fault-scope.js"] {
        let path = site.join(name);
        let small = script::minified(&workspace::read_text(&path)?);
        fs::write(&path, small).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if let Some(labs) = env::var_os(shell::LABS_VARIABLE) {
        page = shell::with_labs(&page, &workspace::read_text(Path::new(&labs))?)?;
    }
    if is_published {
        page = page.replacen(
            "<title>",
            &format!("<meta name=\"faultscope-offline\" content=\"./{}\">\n<title>", offline::NAME),
            1,
        );
    }
    page = name_versions(site, page)?;
    let place = if is_published { policy::Place::Site } else { policy::Place::Workshop };
    page = policy::with_policy(&page, place);
    fs::write(&index, &page).map_err(|error| format!("{}: {error}", index.display()))?;
    offline::write_list(site, |name, content| address(&page, name, content))
}

/// The page with its own scripts as [`script::minified`] has them. Trunk's script is left alone.
fn with_small_scripts(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut from = 0;
    for (tag, inside) in html::inline_scripts(page) {
        if html::attribute(&page[tag], "type").is_none() {
            out.push_str(&page[from..inside.start]);
            out.push_str(&script::minified(&page[inside.clone()]));
            from = inside.end;
        }
    }
    out.push_str(&page[from..]);
    out
}

/// The address under which the page asks for a file.
fn address(page: &str, name: &str, content: &[u8]) -> String {
    let versioned = versioned(name, content);
    match name {
        "index.html" => "./".to_owned(),
        _ if page.contains(&versioned) => versioned,
        _ => format!("./{name}"),
    }
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

/// Gives every file that the page loads its version. The service worker has one name for ever.
fn name_versions(site: &Path, mut page: String) -> Result<String> {
    for file in workspace::files_below(site)? {
        let name = file.to_string_lossy().replace('\\', "/");
        let path = site.join(&file);
        if name != offline::NAME {
            let content = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            page = with_version(&page, &name, &content);
        }
    }
    Ok(page)
}

/// The page with every quoted `./NAME` written as `./NAME?v=VERSION`.
fn with_version(page: &str, name: &str, content: &[u8]) -> String {
    let versioned = versioned(name, content);
    ['\'', '"'].iter().fold(page.to_owned(), |text, quote| {
        text.replace(&format!("{quote}./{name}{quote}"), &format!("{quote}{versioned}{quote}"))
    })
}

/// A file's name with the version that its content has.
fn versioned(name: &str, content: &[u8]) -> String {
    let mut checksum = Crc::new();
    checksum.update(content);
    format!("./{name}?v={:08x}", checksum.sum())
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
