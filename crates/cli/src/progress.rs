//! A bar on the standard error for work that takes a while. It shows nothing where that is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of `length` parts with a word in front.
pub(crate) fn bar(length: u64, word: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(word);
    match ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}") {
        Ok(style) => bar.with_style(style),
        // A bar in the plain style is a bar too.
        Err(_) => bar,
    }
}
