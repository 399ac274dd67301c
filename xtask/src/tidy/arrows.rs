//! Rule: arrows between crates point down only (DESIGN, section 2).

use super::Finding;
use super::tree::Tree;

/// One crate and the crates of this project that it may use.
struct Room {
    /// Its folder from the root; the root package has `""`.
    folder: &'static str,
    /// Where its Rust files are.
    sources: &'static [&'static str],
    /// The crates it may name, without `faultscope-`.
    may_use: &'static [&'static str],
}

const ROOMS: [Room; 7] = [
    Room { folder: "crates/scene/", sources: &["crates/scene/"], may_use: &[] },
    Room { folder: "crates/protocol/", sources: &["crates/protocol/"], may_use: &[] },
    Room { folder: "crates/sim/", sources: &["crates/sim/"], may_use: &["protocol"] },
    Room { folder: "crates/labs/", sources: &["crates/labs/"], may_use: &["protocol", "scene", "sim"] },
    Room { folder: "crates/cli/", sources: &["crates/cli/"], may_use: &["labs"] },
    Room { folder: "xtask/", sources: &["xtask/"], may_use: &["labs"] },
    Room { folder: "", sources: &["src/", "tests/"], may_use: &["labs"] },
];

/// Every crate that could be named.
const CRATES: [&str; 5] = ["protocol", "scene", "sim", "labs", "cli"];

/// Manifests and paths that point up or aside.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    ROOMS.iter().flat_map(|room| in_manifest(tree, room).into_iter().chain(in_sources(tree, room))).collect()
}

fn in_manifest(tree: &Tree, room: &Room) -> Vec<Finding> {
    let path = format!("{}Cargo.toml", room.folder);
    let mut findings = Vec::new();
    let mut in_dependencies = false;
    for (index, line) in tree.text(&path).unwrap_or_default().lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.starts_with('[') {
            in_dependencies = is_dependency_section(line);
        }
        for name in
            CRATES.iter().filter(|name| in_dependencies && !room.allows(name) && names_package(line, name))
        {
            findings.push(Finding::new(&path, index + 1, room.refusal(name)));
        }
    }
    findings
}

fn in_sources(tree: &Tree, room: &Room) -> Vec<Finding> {
    let files = room.sources.iter().flat_map(|folder| tree.rust_below(folder));
    files
        .flat_map(|file| {
            file.tokens()
                .into_iter()
                .filter_map(|token| {
                    let name = token.name()?.strip_prefix("faultscope_")?.to_owned();
                    let wrong = CRATES.contains(&name.as_str()) && !room.allows(&name);
                    wrong.then(|| Finding::new(file.path, token.line, room.refusal(&name)))
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

impl Room {
    /// A crate may use itself: its tests and examples do.
    fn allows(&self, name: &str) -> bool {
        self.may_use.contains(&name) || self.folder == format!("crates/{name}/")
    }

    fn refusal(&self, name: &str) -> String {
        let this = if self.folder.is_empty() { "the page" } else { self.folder.trim_end_matches('/') };
        let allowed = if self.may_use.is_empty() { "nothing".to_owned() } else { self.may_use.join(", ") };
        format!("{this} may not use faultscope-{name}; of this project it may use {allowed}")
    }
}

/// `[dependencies]`, `[dev-dependencies]`, `[target.'..'.dependencies]`, `[dependencies.name]`.
fn is_dependency_section(line: &str) -> bool {
    line.contains("dependencies") && !line.starts_with("[workspace.")
}

/// Whether the line names the package `faultscope-NAME`, as a key or as a renamed package.
fn names_package(line: &str, name: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    line.replace('_', "-")
        .split(|character| !is_part(character))
        .any(|word| word == format!("faultscope-{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(files: &[(&str, &str)]) -> Vec<(String, usize)> {
        check(&Tree::of(files)).into_iter().map(|finding| (finding.path, finding.line)).collect()
    }

    #[test]
    fn an_upward_dependency_is_found() {
        let sim = |text| places(&[("crates/sim/Cargo.toml", text)]);
        let found = [("crates/sim/Cargo.toml".to_owned(), 2)];
        assert_eq!(sim("[dependencies]\nfaultscope-labs.workspace = true\n"), found);
        assert_eq!(
            sim("[dev-dependencies]\nl = { package = \"faultscope-labs\", path = \"../labs\" }"),
            found
        );
        assert_eq!(
            sim("[target.'cfg(unix)'.dependencies]\nfaultscope_scene = { path = \"../scene\" }"),
            found
        );
        assert_eq!(sim("[dependencies.faultscope-cli]\n")[0].1, 1);
        assert_eq!(sim("[dependencies]\nfaultscope-protocol.workspace = true # not faultscope-labs\n"), []);
        assert_eq!(sim("[package]\nname = \"faultscope-labs\"\n"), []);
    }

    #[test]
    fn the_page_uses_labs_alone() {
        let root =
            |name| places(&[("Cargo.toml", &format!("[dependencies]\nfaultscope-{name}.workspace = true"))]);
        assert_eq!(root("labs"), []);
        assert_eq!(root("sim"), [("Cargo.toml".to_owned(), 2)]);
        let workspace = "[workspace.dependencies]\nfaultscope-sim = { path = \"crates/sim\" }\n";
        assert_eq!(places(&[("Cargo.toml", workspace)]), []);
    }

    #[test]
    fn a_wrong_path_is_found() {
        let text = "//! x\nuse faultscope_protocol::Seat;\n// faultscope_sim\nuse faultscope_scene::Mark;\n";
        assert_eq!(places(&[("crates/scene/src/a.rs", text)]), [("crates/scene/src/a.rs".to_owned(), 2)]);
        assert_eq!(places(&[("crates/labs/src/a.rs", text)]), []);
        assert_eq!(places(&[("src/a.rs", text)]), [("src/a.rs".to_owned(), 2), ("src/a.rs".to_owned(), 4)]);
        assert_eq!(places(&[("tests/browser/a.rs", "faultscope_sim::x")]).len(), 1);
    }
}
