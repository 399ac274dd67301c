//! The files of the project as text, from a disk or made up by a test.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::tokens::{Token, tokens};
use crate::console::Result;

/// Folders that hold what was built or belongs to others.
const SKIPPED: [&str; 6] = [".git", "target", "dist", "shots", "node_modules", ".stage"];

/// Path from the root, with `/`, and text of every text file.
pub(crate) struct Tree(BTreeMap<String, String>);

/// One Rust file.
pub(crate) struct RustFile<'tree> {
    /// Path from the root of the tree.
    pub(crate) path: &'tree str,
    /// What stands in it.
    pub(crate) text: &'tree str,
}

impl RustFile<'_> {
    /// Its words outside comments, tests included.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        tokens(self.text)
    }

    /// Its words outside comments and tests.
    pub(crate) fn product_tokens(&self) -> Vec<Token> {
        if self.is_test() {
            return Vec::new();
        }
        self.tokens().into_iter().filter(|token| !token.in_test).collect()
    }

    /// Whether the whole file is a test.
    fn is_test(&self) -> bool {
        let in_folder = self.path.split('/').any(|folder| folder == "tests" || folder == "benches");
        in_folder || self.path.ends_with("/tests.rs")
    }
}

impl Tree {
    /// Reads every text file below `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        read_folder(root, "", &mut files)?;
        Ok(Self(files))
    }

    /// A tree that a test made up.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    /// Every text file.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The Rust files below a folder, `""` for all.
    pub(crate) fn rust_below(&self, folder: &str) -> impl Iterator<Item = RustFile<'_>> {
        self.files()
            .filter(move |(path, _)| path.starts_with(folder) && path.ends_with(".rs"))
            .map(|(path, text)| RustFile { path, text })
    }

    /// Names of the folders directly in a folder, which ends with `/`.
    pub(crate) fn folders_in(&self, folder: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .files()
            .filter_map(|(path, _)| path.strip_prefix(folder)?.split_once('/'))
            .map(|(name, _)| name)
            .collect();
        names.dedup();
        names
    }
}

fn read_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> Result<()> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type().map_err(failed)?.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                read_folder(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if let Ok(text) = String::from_utf8(fs::read(entry.path()).map_err(failed)?) {
            files.insert(path, text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_files_are_found() {
        let tree =
            Tree::of(&[("a/b/c.rs", ""), ("a/b/d.rs", ""), ("a/e/f.md", ""), ("a/g.rs", ""), ("h.rs", "")]);
        assert_eq!(tree.folders_in("a/"), ["b", "e"]);
        let paths: Vec<_> = tree.rust_below("a/").map(|file| file.path).collect();
        assert_eq!(paths, ["a/b/c.rs", "a/b/d.rs", "a/g.rs"]);
    }

    #[test]
    fn tests_are_no_product() {
        let words = |path: &str, text: &str| RustFile { path, text }.product_tokens().len();
        assert_eq!(words("src/a.rs", "fn a"), 2);
        assert_eq!(words("src/a.rs", "fn a() {} #[cfg(test)] mod tests { fn b() {} }"), 6);
        assert_eq!(words("tests/a.rs", "fn a"), 0);
        assert_eq!(words("src/a/tests.rs", "fn a"), 0);
    }
}
