//! A log that ShiViz opens.

use std::io::{self, Write};

use faultscope_sim::Kind;

use super::{Clock, Clocks, Span, each_step};
use crate::session::Session;
use crate::words::Lang;

/// The expression with which ShiViz reads a log if nobody says otherwise (`defaultParser` in its `js/shiviz.js`): a
/// line of words, then the host and its vector clock as JSON.
pub const SHIVIZ_EXPRESSION: &str = r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})";

/// Writes the steps of the span as a log for ShiViz, which [`SHIVIZ_EXPRESSION`] reads: two lines a step, its words,
/// then its node and clock.
///
/// ShiViz takes the first line of a *file* as the expression and the second as the delimiter of several runs, so the
/// log begins with the expression and an empty line; where the whole text is pasted, neither is an event. What no node
/// did (a lost message, a fault of the network) has no lines. Clocks count from the span's first step: ShiViz wants
/// each host to begin at 1 and to go up by 1.
///
/// # Errors
/// If the output cannot be written.
pub fn shiviz(session: &Session, span: impl Into<Span>, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let span = span.into().within(session);
    writeln!(out, "{SHIVIZ_EXPRESSION}\n")?;
    let mut clocks = Clocks::default();
    let mut before = Clock::new();
    each_step(session, 1, span.last, |moment, step| {
        let clock = clocks.take(moment, step);
        let Some(node) = step.node.filter(|_| step.kind != Kind::Lost) else { return Ok(()) };
        if step.number < span.first {
            *before.entry(node).or_default() += 1;
            return Ok(());
        }
        let since = |(node, count): (&_, &u64)| {
            let count = count.saturating_sub(before.get(node).copied().unwrap_or(0));
            (count > 0).then(|| format!("\"{node}\":{count}"))
        };
        let counts: Vec<String> = clock.iter().filter_map(since).collect();
        writeln!(out, "{}\n{node} {{{}}}", event_words(&session.say(step, lang)), counts.join(","))
    })
}

/// Words on one line that cannot be taken for a host and its clock.
fn event_words(words: &str) -> String {
    words.replace(['\n', '\r'], " ").replace('{', "(").replace('}', ")")
}
