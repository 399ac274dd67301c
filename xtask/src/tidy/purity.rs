//! Rule: a machine reads no clock, draws no random number, and keeps only what replays to the bit (DESIGN, section 3).

use super::Finding;
use super::tokens::{Kind, Token, begin_with};
use super::tree::Tree;

const MACHINES: &str = "crates/protocol/src/";

/// Names that have no place in a machine, each with what to use in its stead.
const REFUSED: [(&str, &str); 11] = [
    ("Instant", "time comes in through `Effects`"),
    ("SystemTime", "time comes in through `Effects`"),
    ("rand", "chance comes in through `Effects`"),
    ("getrandom", "chance comes in through `Effects`"),
    ("HashMap", "its order differs between runs: use BTreeMap"),
    ("HashSet", "its order differs between runs: use BTreeSet"),
    ("RandomState", "its order differs between runs"),
    ("f32", "floats differ between platforms: use integers"),
    ("f64", "floats differ between platforms: use integers"),
    ("thread", "a machine is one step at a time"),
    ("SystemRng", "chance comes in through `Effects`"),
];

/// Clocks, dice, floats, hash maps, and state whose width depends on the platform.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_below(MACHINES) {
        let tokens = file.product_tokens();
        findings.extend(refused_names(file.path, &tokens));
        findings.extend(pointer_width_fields(file.path, &tokens));
    }
    findings
}

fn refused_names(path: &str, tokens: &[Token]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        if begin_with(&tokens[place..], "std : : time") {
            findings.push(Finding::new(
                path,
                token.line,
                "`std::time` in a machine: time comes in through `Effects`",
            ));
        }
        let refused = REFUSED.iter().find(|(name, _)| token.is(name));
        if let Some((name, instead)) = refused {
            findings.push(Finding::new(path, token.line, format!("`{name}` in a machine: {instead}")));
        }
    }
    findings
}

/// `usize` and `isize` between the braces of a `struct` or an `enum`.
fn pointer_width_fields(path: &str, tokens: &[Token]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let starts = (0..tokens.len()).filter(|place| tokens[*place].is("struct") || tokens[*place].is("enum"));
    for start in starts {
        for token in body(&tokens[start..]) {
            if token.is("usize") || token.is("isize") {
                let message = "a field as wide as the platform's pointers differs on wasm32: use u32 or u64";
                findings.push(Finding::new(path, token.line, message));
            }
        }
    }
    findings
}

/// The fields of the type at the start, up to its closing brace or its semicolon.
fn body(tokens: &[Token]) -> &[Token] {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Mark('{' | '(') => depth += 1,
            Kind::Mark('}' | ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let closed = token.is("}") || token.is(";");
        if depth == 0 && closed {
            return &tokens[..place];
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        check(&Tree::of(&[("crates/protocol/src/raft.rs", text)]))
            .iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn each_refused_name_is_found() {
        for (name, _) in REFUSED {
            assert_eq!(lines(&format!("//! x\nfn f() {{ {name} }}")), [2], "{name}");
        }
        assert_eq!(lines("use std::time::Duration;"), [1]);
    }

    #[test]
    fn comments_tests_and_other_crates_are_free() {
        assert_eq!(lines("/// Like an Instant, but virtual.\nfn f() { \"thread\" }"), []);
        assert_eq!(lines("#[cfg(test)]\nmod tests { use std::collections::HashSet; }"), []);
        assert!(check(&Tree::of(&[("crates/cli/src/main.rs", "std::time::Instant")])).is_empty());
    }

    #[test]
    fn fields_have_a_fixed_width() {
        assert_eq!(lines("struct A {\n a: u64,\n b: Vec<usize>,\n}"), [3]);
        assert_eq!(lines("enum A { B, C {\n d: isize },\n E(usize) }"), [2, 3]);
        assert_eq!(lines("struct A(u8,\n usize);"), [2]);
        assert_eq!(lines("struct A; fn f(n: usize) -> usize { n }"), []);
        assert_eq!(lines("struct A<T>(T) where T: B; fn f(n: usize) {}"), []);
        assert_eq!(lines("struct A { b: u8 } fn f(n: usize) {}"), []);
    }
}
