//! Tests of this lab.
