//! Tests of this lab: runs with and without faults, checks that can fail, and stories.

use super::*;

#[test]
fn state_of_all() {}
