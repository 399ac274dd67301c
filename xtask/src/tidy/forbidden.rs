//! Rule: no stubs, no ignored tests, no sleeps, no path of somebody's machine.

use super::Finding;
use super::tokens::begin_with;
use super::tree::Tree;

/// Code that may not stand anywhere, tests included, each with the reason.
const CODE: [(&str, &str); 5] = [
    (concat!("to", "do !"), "a stub: finish it"),
    (concat!("unimple", "mented !"), "a stub: finish it"),
    ("# [ ignore ]", "an ignored test proves nothing: mend it or delete it"),
    ("# [ ignore =", "an ignored test proves nothing: mend it or delete it"),
    ("thread : : sleep", "wait for a condition, never for a while"),
];

/// Text that may not stand in any file, each with the reason.
const TEXT: [(&str, &str); 6] = [
    (concat!("FIX", "ME"), "a defect somebody knew of: mend it"),
    (concat!("/wo", "rk/"), "a path of somebody's machine"),
    (concat!("/ho", "me/"), "a path of somebody's machine"),
    (concat!("/ro", "ot/"), "a path of somebody's machine"),
    (concat!("/Us", "ers/"), "a path of somebody's machine"),
    (concat!("/t", "mp/"), "a path of somebody's machine; ask `std::env::temp_dir`"),
];

/// Words and code that have no place in the tree.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_below("") {
        let tokens = file.tokens();
        for (place, token) in tokens.iter().enumerate() {
            for (_, reason) in CODE.iter().filter(|(words, _)| begin_with(&tokens[place..], words)) {
                findings.push(Finding::new(file.path, token.line, *reason));
            }
        }
    }
    for (path, text) in tree.files() {
        for (index, line) in text.lines().enumerate() {
            for (word, reason) in TEXT.iter().filter(|(word, _)| line.contains(word)) {
                findings.push(Finding::new(path, index + 1, format!("`{word}`: {reason}")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn each_kind_of_code_is_found() {
        for (words, _) in CODE {
            let code = words.replace(' ', "");
            assert_eq!(lines("a.rs", &format!("\n{code}")), [2], "{code}");
            assert_eq!(lines("a.rs", &format!("// {code}\n\"{code}\"")), [], "{code}");
        }
        assert_eq!(lines("a.rs", "fn todo() {} let ignore = sleep;"), []);
    }

    #[test]
    fn each_kind_of_text_is_found() {
        for (word, _) in TEXT {
            assert_eq!(lines("README.md", &format!("a\n{word}b")), [2], "{word}");
        }
    }
}
