//! End-to-end tests of the built site in a real browser: `cargo xtask test dist chromium browser`.
//!
//! Each test opens a [`harness::Page`], acts on it as a reader would, and ends with [`harness::Page::finish`], which
//! fails on any console error, failed request, or request to another host. No test is skipped: where there is no
//! browser or no `dist/`, the tests fail and say what is missing.
#![allow(clippy::unwrap_used, reason = "a test fails where it finds nothing")]

mod axe;
mod compare;
mod copies;
mod embed;
mod experiments;
mod exports;
mod faults;
mod fingerprints;
mod harness;
mod hearing;
mod home;
mod hostile;
mod keyboard;
mod looks;
mod machine;
mod memory;
mod offline;
mod panels;
mod phone;
mod reach;
mod reader;
mod refused;
mod requests;
mod selftest;
mod sheets;
mod shell;
mod single_file;
mod spacetime;
mod speed;
mod stage;
mod time;
