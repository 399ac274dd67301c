//! Rule: the simulator, the page and the command line name no protocol (DESIGN, section 2).

use super::Finding;
use super::labs::lab_names;
use super::tokens::{Token, begin_with};
use super::tree::Tree;

/// Rooms that know no lab.
const ROOMS: [&str; 3] = ["crates/sim/src/", "src/", "crates/cli/src/"];

/// Labs whose name is also an everyday word of a program. They are found in paths (`ring::`, `use labs::ring;`);
/// the others in any name, such as `RaftView` or `is_paxos`.
const EVERYDAY: [&str; 12] = [
    "balance",
    "commit",
    "detector",
    "election",
    "failover",
    "incident",
    "lock",
    "queue",
    "quorum",
    "recovery",
    "replication",
    "ring",
];

/// Names of labs where no lab may be named.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let labs = lab_names(tree);
    let mut findings = Vec::new();
    for file in ROOMS.iter().flat_map(|room| tree.rust_below(room)) {
        let tokens = file.product_tokens();
        for (place, token) in tokens.iter().enumerate() {
            if let Some(lab) = labs.iter().find(|lab| names_lab(&tokens, place, lab)) {
                let message =
                    format!("the lab `{lab}` is named here; only crates/labs may know one lab from another");
                findings.push(Finding::new(file.path, token.line, message));
            }
        }
    }
    findings
}

fn names_lab(tokens: &[Token], place: usize, lab: &str) -> bool {
    let Some(name) = tokens[place].name() else { return false };
    if EVERYDAY.contains(&lab) { name == lab && is_in_path(tokens, place) } else { has_part(name, lab) }
}

/// Whether the name stands in a path as a module: before `::`, or after it at the end of a `use`.
fn is_in_path(tokens: &[Token], place: usize) -> bool {
    let after = &tokens[place + 1..];
    let opens_path = begin_with(after, ": :");
    let declared = place > 0 && tokens[place - 1].is("mod");
    let behind_path = place > 1 && begin_with(&tokens[place - 2..], ": :");
    let imported =
        in_use(&tokens[..place]) && (behind_path || tokens[place - 1].is("{") || tokens[place - 1].is(","));
    opens_path || declared || imported
}

/// Whether the tokens end inside a `use` that is not yet closed.
fn in_use(before: &[Token]) -> bool {
    before.iter().rev().find(|token| token.is("use") || token.is(";")).is_some_and(|token| token.is("use"))
}

/// Whether `lab` is a part of a name in snake case or camel case.
fn has_part(name: &str, lab: &str) -> bool {
    let mut parts = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| letter != '_') {
            part.extend(letter.to_lowercase());
        }
    }
    // `RAFT` falls into single letters, so the name as a whole, in lower case, counts too.
    let whole = name.to_lowercase();
    parts.iter().any(|part| part == lab) || whole.split('_').any(|part| part == lab)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABS: [(&str, &str); 3] = [
        ("crates/labs/src/raft/mod.rs", ""),
        ("crates/labs/src/ring/mod.rs", ""),
        ("crates/labs/src/lock/mod.rs", ""),
    ];

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let mut files = LABS.to_vec();
        files.push((path, text));
        check(&Tree::of(&files)).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_protocol_is_found_in_any_name() {
        for name in ["raft", "RaftView", "is_raft", "RAFT", "RAFT_PAGE", "faultscope_labs::raft::LAB"] {
            assert_eq!(lines("src/page.rs", &format!("\nfn f() {{ {name} }}")), [2], "{name}");
        }
        for name in ["draft", "aircraft", "rafters"] {
            assert_eq!(lines("src/page.rs", name), [], "{name}");
        }
    }

    #[test]
    fn an_everyday_word_is_found_in_paths() {
        for text in
            ["use faultscope_labs::ring;", "use faultscope_labs::{a, ring};", "ring::LAB", "mod ring;"]
        {
            assert_eq!(lines("crates/cli/src/main.rs", text), [1], "{text}");
        }
        for text in [
            "mutex.lock()",
            "Mutex::lock(&a)",
            "let ring = 3;",
            "Shape::Ring",
            "use a::ring_of;",
            "f(a, ring)",
        ] {
            assert_eq!(lines("crates/cli/src/main.rs", text), [], "{text}");
        }
    }

    #[test]
    fn comments_strings_tests_and_labs_are_free() {
        assert_eq!(
            lines("crates/sim/src/a.rs", "// raft\n\"raft\" #[cfg(test)] mod tests { use raft::A; }"),
            []
        );
        assert_eq!(lines("crates/labs/src/catalogue.rs", "raft::LAB"), []);
        assert_eq!(lines("crates/sim/src/a.rs", "raft::A"), [1]);
    }
}
