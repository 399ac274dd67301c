//! `cargo xtask stage`: what is left to do on a site that Trunk has just built. Trunk calls it (`Trunk.toml`).
//!
//! - The story files of the labs go into the site, one file a lab; the page fetches it when a reader opens a story.
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

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use flate2::Crc;

use crate::console::Result;
use crate::{json, workspace};

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
    write_stories(&workspace::root(), site)?;
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

/// Writes `stories/LAB.json`: the texts of `crates/labs/src/LAB/stories/NAME.story` by name. One file a lab compresses
/// better than one a story by a third, and each story after the first is there at once.
fn write_stories(root: &Path, site: &Path) -> Result<()> {
    let labs = root.join("crates").join("labs").join("src");
    let mut packs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in workspace::files_below(&labs)? {
        if let Some((lab, name)) = story_of(&file) {
            let text = workspace::read_text(&labs.join(&file))?;
            packs.entry(lab).or_default().push(format!("{}:{}", json::written(name)?, json::written(text)?));
        }
    }
    let folder = site.join("stories");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (lab, stories) in packs {
        let target = folder.join(format!("{lab}.json"));
        let pack = format!("{{{}}}", stories.join(",\n"));
        fs::write(&target, pack).map_err(|error| format!("{}: {error}", target.display()))?;
    }
    Ok(())
}

/// The lab and the name of a story, if a file of a lab is one.
fn story_of(file: &Path) -> Option<(String, String)> {
    let parts: Vec<&str> = file.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
    match parts[..] {
        [lab, "stories", name] => Some((lab.to_owned(), name.strip_suffix(".story")?.to_owned())),
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
    fn only_stories_are_taken() {
        let story = |path: &str| story_of(Path::new(path));
        let name = ("raft".to_owned(), "figure-8".to_owned());
        assert_eq!(story("raft/stories/figure-8.story"), Some(name));
        assert_eq!(story("raft/stories/notes.md"), None);
        assert_eq!(story("raft/figure-8.story"), None);
        assert_eq!(story("raft/mod.rs"), None);
    }

    #[test]
    fn the_stories_of_a_lab_are_one_file() {
        let root = env::temp_dir().join(format!("faultscope-stories-{}", std::process::id()));
        let folder = root.join("crates").join("labs").join("src").join("a").join("stories");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("one.story"), "say \"one\"\n").unwrap();
        fs::write(folder.join("two.story"), "二").unwrap();
        write_stories(&root, &root).unwrap();
        let pack = fs::read_to_string(root.join("stories").join("a.json")).unwrap();
        let pack: tinyjson::JsonValue = pack.parse().unwrap();
        assert_eq!(json::text(&pack, "one").as_deref(), Some("say \"one\"\n"));
        assert_eq!(json::text(&pack, "two").as_deref(), Some("二"));
        fs::remove_dir_all(&root).unwrap();
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
