//! Rule: every lab is in the catalogue, and every machine has its lab.

use std::collections::BTreeSet;

use super::Finding;
use super::tokens::{Token, begin_with};
use super::tree::Tree;

/// Where the folders of the labs are.
pub(crate) const LABS: &str = "crates/labs/src/";

const CATALOGUE: &str = "crates/labs/src/catalogue.rs";
const MACHINES: &str = "crates/protocol/src/";

/// The folders that are labs. What all labs share has its file beside its folder: `stage.rs` and `stage/`.
pub(crate) fn lab_names(tree: &Tree) -> Vec<&str> {
    let is_shared = |name: &str| tree.text(&format!("{LABS}{name}.rs")).is_some();
    tree.folders_in(LABS).into_iter().filter(|name| !is_shared(name)).collect()
}

/// Labs that were forgotten in the catalogue, and machines that no lab shows.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = forgotten_labs(tree);
    findings.extend(machines_without_lab(tree));
    findings
}

fn forgotten_labs(tree: &Tree) -> Vec<Finding> {
    let listed = names(tree.rust_below(CATALOGUE).flat_map(|file| file.product_tokens()));
    let forgotten = lab_names(tree).into_iter().filter(|lab| !listed.contains(*lab));
    forgotten
        .map(|lab| {
            let message = format!(
                "the lab `{lab}` is not in {CATALOGUE} (what all labs share has a file beside its folder)"
            );
            Finding::new(&format!("{LABS}{lab}/mod.rs"), 1, message)
        })
        .collect()
}

fn machines_without_lab(tree: &Tree) -> Vec<Finding> {
    let machines = machines(tree);
    let mut shown = names(tree.rust_below(LABS).flat_map(|file| file.product_tokens()));
    // A machine that another one embeds is shown with it.
    while let Some(inner) = machines.iter().find(|machine| {
        !shown.contains(&machine.name)
            && machines.iter().any(|outer| shown.contains(&outer.name) && outer.uses.contains(&machine.name))
    }) {
        shown.insert(inner.name.clone());
    }
    let alone = machines.iter().filter(|machine| !shown.contains(&machine.name));
    alone
        .map(|machine| {
            let message = format!("no lab in {LABS} names the machine `{}`", machine.name);
            Finding::new(&machine.path, 1, message)
        })
        .collect()
}

/// A module of the protocol crate that implements the trait of a machine.
struct Machine {
    name: String,
    path: String,
    uses: BTreeSet<String>,
}

fn machines(tree: &Tree) -> Vec<Machine> {
    let mut machines: Vec<Machine> = Vec::new();
    for file in tree.rust_below(MACHINES) {
        let tokens = file.product_tokens();
        if !implements_machine(&tokens) {
            continue;
        }
        let inside = file.path.trim_start_matches(MACHINES);
        let name = inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs").to_owned();
        let uses = names(tokens.into_iter());
        match machines.iter_mut().find(|machine| machine.name == name) {
            Some(machine) => machine.uses.extend(uses),
            None => machines.push(Machine { name, path: file.path.to_owned(), uses }),
        }
    }
    machines
}

/// `impl Protocol for`, with or without generics.
fn implements_machine(tokens: &[Token]) -> bool {
    let is_impl = |place: &usize| tokens[*place].is("impl");
    (0..tokens.len()).filter(is_impl).any(|start| {
        let header = tokens[start..].iter().position(|token| token.is("{")).unwrap_or(tokens.len() - start);
        (start..start + header).any(|place| begin_with(&tokens[place..], "Protocol for"))
    })
}

fn names(tokens: impl Iterator<Item = Token>) -> BTreeSet<String> {
    tokens.filter_map(|token| token.name().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAFT: (&str, &str) =
        ("crates/protocol/src/raft.rs", "//! x\nimpl<R: Rule> Protocol for Raft<R> {}");
    const LOCK: (&str, &str) =
        ("crates/protocol/src/lock/mod.rs", "impl Protocol for Lock { fn f() { raft::g() } }");
    const RAFT_LAB: (&str, &str) = ("crates/labs/src/raft/mod.rs", "use faultscope_protocol::raft;");
    const LOCK_LAB: (&str, &str) = ("crates/labs/src/lock/view.rs", "use faultscope_protocol::{lock::Lock};");
    const STAGE: [(&str, &str); 2] =
        [("crates/labs/src/stage.rs", ""), ("crates/labs/src/stage/nodes.rs", "")];

    fn messages(catalogue: &str, files: &[(&str, &str)]) -> Vec<String> {
        let mut files = files.to_vec();
        files.push((CATALOGUE, catalogue));
        check(&Tree::of(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_forgotten_lab_is_named() {
        assert_eq!(messages("&[raft::LAB]", &[RAFT_LAB, STAGE[0], STAGE[1]]), [""; 0]);
        let found = messages("&[/* raft */]", &[RAFT_LAB, STAGE[0], STAGE[1]]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/labs/src/raft/mod.rs:1: the lab `raft` is not in"), "{found:?}");
    }

    #[test]
    fn without_a_catalogue_every_lab_is_forgotten() {
        assert_eq!(check(&Tree::of(&[RAFT_LAB, LOCK_LAB])).len(), 2);
    }

    #[test]
    fn a_machine_needs_a_lab() {
        assert_eq!(messages("raft", &[RAFT, RAFT_LAB]), [""; 0]);
        let found = messages("", &[RAFT]);
        let expected = "crates/protocol/src/raft.rs:1: no lab in crates/labs/src/ names the machine `raft`";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn an_embedded_machine_is_shown_with_its_host() {
        assert_eq!(messages("lock", &[RAFT, LOCK, LOCK_LAB]), [""; 0]);
        assert_eq!(messages("raft", &[RAFT, LOCK, RAFT_LAB]).len(), 1);
    }

    #[test]
    fn vocabulary_is_no_machine() {
        assert_eq!(messages("", &[("crates/protocol/src/id.rs", "impl Display for NodeId {}")]), [""; 0]);
    }
}
