//! The page of Faultscope.
fn main() {}
