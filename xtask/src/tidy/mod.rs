//! `cargo xtask tidy`: the rules of the tree that no compiler knows. Each module here is one rule.
//!
//! A rule reads the files as text and words; it does not resolve names. So it can be tricked by who wants to, and
//! stops who forgot.

mod arrows;
mod forbidden;
mod labs;
mod leaks;
mod openings;
mod purity;
mod tokens;
mod tree;
mod words;

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use crate::console::Result;
use crate::workspace;
use tree::Tree;

/// A place that breaks a rule, and how.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file, from the root of the tree.
    path: String,
    /// The line, from 1 on.
    line: usize,
    /// What is wrong, and what to do.
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.message)
    }
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

/// Prints what breaks a rule.
pub(crate) fn run() -> Result<ExitCode> {
    let findings = findings(&workspace::root())?;
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} findings", findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Everything in the tree below `root` that breaks a rule, in the order of files and lines.
pub(crate) fn findings(root: &Path) -> Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let rules = [
        arrows::check,
        forbidden::check,
        labs::check,
        leaks::check,
        openings::check,
        purity::check,
        words::check,
    ];
    let mut findings: Vec<Finding> = rules.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort();
    findings.dedup();
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules are run on the tree itself: this is the test that names a lab that was forgotten.
    #[test]
    fn the_tree_is_tidy() {
        let findings = findings(&workspace::root()).unwrap();
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "\n{}\n", lines.join("\n"));
    }

    /// One folder on a real disk in which every rule finds something: each of them reads real files.
    #[test]
    fn every_rule_finds_what_breaks_it_on_disk() {
        let root = std::env::temp_dir().join(format!("faultscope-tidy-{}", std::process::id()));
        let broken = [
            ("crates/scene/Cargo.toml", "[dependencies]\nfaultscope-sim.workspace = true\n"),
            ("crates/scene/src/lib.rs", "fn no_opening() {}\n"),
            (
                "crates/protocol/src/raft.rs",
                "//! Raft.\nuse std::time::Duration;\nimpl Protocol for Raft {}\n",
            ),
            ("crates/labs/src/catalogue.rs", "//! The list.\n"),
            ("crates/labs/src/paxos/mod.rs", "//! Paxos.\nconst NAME: Text = Text::new(\"one\", \"\");\n"),
            (
                "crates/sim/src/lib.rs",
                concat!("//! Sim.\nuse faultscope_protocol::paxos;\nfn f() { to", "do!() }\n"),
            ),
        ];
        for (path, text) in broken {
            let file = root.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let found = findings(&root).unwrap();
        std::fs::remove_dir_all(&root).unwrap();

        let places: Vec<(&str, usize)> =
            found.iter().map(|finding| (finding.path.as_str(), finding.line)).collect();
        let expected = [
            ("crates/labs/src/paxos/mod.rs", 1), // the catalogue does not name it
            ("crates/labs/src/paxos/mod.rs", 2), // a word without its Chinese
            ("crates/protocol/src/raft.rs", 1),  // a machine without a lab
            ("crates/protocol/src/raft.rs", 2),  // a clock in a machine
            ("crates/scene/Cargo.toml", 2),      // an arrow that points up
            ("crates/scene/src/lib.rs", 1),      // no opening
            ("crates/sim/src/lib.rs", 2),        // a lab's name in the simulator
            ("crates/sim/src/lib.rs", 3),        // a stub
        ];
        assert_eq!(places, expected, "{found:#?}");
    }
}
