//! The catalogue: one line for each lab.

use crate::lab::Lab;

/// Every lab, in the order of the home page.
#[rustfmt::skip] // One lab a line, however short the list.
pub static LABS: &[&Lab] = &[
    &crate::raft::LAB,
    &crate::paxos::LAB,
    &crate::election::LAB,
    &crate::lock::LAB,
    &crate::commit::LAB,
    &crate::ring::LAB,
];

/// A lab by its id.
pub fn lab(id: &str) -> Option<&'static Lab> {
    LABS.iter().copied().find(|lab| lab.id == id)
}
