//! Rule: every Rust file opens with what it is for.

use super::Finding;
use super::tree::Tree;

/// Files whose first words are not `//!` and a sentence.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust_below("")
        .filter(|file| !opens(file.text))
        .map(|file| Finding::new(file.path, 1, "a file opens with `//!` and what it is for"))
        .collect()
}

fn opens(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.strip_prefix("//!").is_some_and(|sentence| !sentence.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_opening_is_found() {
        for text in ["", "fn main() {}", "//!\nfn main() {}", "// comment\n", "\n//! late\n"] {
            assert_eq!(check(&Tree::of(&[("src/main.rs", text)])).len(), 1, "{text:?}");
        }
        assert!(check(&Tree::of(&[("src/main.rs", "//! The page.\nfn main() {}"), ("a.md", "")])).is_empty());
    }
}
