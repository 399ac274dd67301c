//! A sequence diagram in Mermaid's language.

use std::io::{self, Write};

use faultscope_sim::{Kind, Step};

use super::{Span, each_step};
use crate::session::Session;
use crate::words::{Lang, Text};

/// The longest text that Mermaid draws if nobody says otherwise (its `maxTextSize`), in UTF-16 units.
pub const MERMAID_LENGTH_MAX: usize = 50_000;

/// Room kept for the note that tells where the diagram ends.
const ENDING_LENGTH_MAX: usize = 200;

/// Writes the steps of the span as a Mermaid sequence diagram: arrows where messages arrive or are lost, notes for
/// what machines remark and for faults. Returns the last step that is in it: Mermaid refuses a longer text than
/// [`MERMAID_LENGTH_MAX`], so a diagram of many steps ends before that, with a note that says so.
///
/// # Errors
/// If the output cannot be written.
pub fn mermaid(session: &Session, span: impl Into<Span>, lang: Lang, out: &mut dyn Write) -> io::Result<u64> {
    let span = span.into().within(session);
    let moment = session.run().moment(span.last);
    let names: Vec<String> = moment.world.nodes().map(|node| node.id.to_string()).collect();
    let mut diagram = String::from("sequenceDiagram\n");
    for name in &names {
        diagram.push_str(&format!("participant {name}\n"));
    }
    let everyone = match &names[..] {
        [first, .., end] => format!("{first},{end}"),
        [one] => one.clone(),
        [] => String::new(),
    };
    let mut length = length_of(&diagram);
    out.write_all(diagram.as_bytes())?;
    let mut written = span.first.saturating_sub(1);
    let mut is_full = false;
    each_step(session, span.first, span.last, |_, step| {
        let lines = step_lines(session, step, &everyone, lang);
        is_full |= length + length_of(&lines) + ENDING_LENGTH_MAX > MERMAID_LENGTH_MAX;
        if is_full {
            return Ok(());
        }
        length += length_of(&lines);
        written = step.number;
        out.write_all(lines.as_bytes())
    })?;
    if is_full {
        let ending = ending(written, span.last, lang);
        writeln!(out, "Note over {everyone}: {}", escaped(&ending))?;
    }
    Ok(written)
}

/// Says that a diagram ends before its span does.
pub fn ending(written: u64, last: u64, lang: Lang) -> String {
    Text::new(
        "ends at step {written} of {last}: Mermaid takes {limit} characters",
        "到第 {written} 步为止（共 {last} 步）：Mermaid 最多接受 {limit} 个字符",
    )
    .fill(
        lang,
        &[
            ("written", &written.to_string()),
            ("last", &last.to_string()),
            ("limit", &MERMAID_LENGTH_MAX.to_string()),
        ],
    )
}

fn length_of(text: &str) -> usize {
    text.encode_utf16().count()
}

fn step_lines(session: &Session, step: &Step, everyone: &str, lang: Lang) -> String {
    let variant = session.variant();
    let place = step.node.map_or_else(|| everyone.to_owned(), |node| node.to_string());
    let mut lines = String::new();
    if let (Some(from), Some(to), Some(body)) = (step.from, step.node, &step.body) {
        let arrow = match (step.kind == Kind::Lost, body.is_reply()) {
            (true, false) => "-x",
            (true, true) => "--x",
            (false, false) => "->>",
            (false, true) => "-->>",
        };
        lines.push_str(&format!("{from}{arrow}{to}: {}\n", escaped(&variant.message_words(body, true))));
    } else if step.action.is_some() || matches!(step.kind, Kind::Command | Kind::Reply) {
        return format!("Note over {place}: {}\n", escaped(&session.say(step, lang)));
    }
    for note in &step.notes {
        lines.push_str(&format!("Note over {place}: {}\n", escaped(&variant.note_words(note, lang))));
    }
    lines
}

/// Words that end no line, begin no entity, directive, formula, tag or option in Mermaid's language.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.trim().chars() {
        match letter {
            // A colon only counts behind `wrap` and `nowrap` at the very beginning.
            ':' if !matches!(out.as_str(), "wrap" | "nowrap") => out.push(letter),
            '#' | ';' | '%' | '$' | '<' | '>' | '&' | '\\' | '`' | ':' => {
                out.push_str(&format!("#{};", u32::from(letter)));
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    if out.is_empty() { "-".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        assert_eq!(escaped("a;b#c"), "a#59;b#35;c");
        assert_eq!(
            escaped("wrap: <b>%%{init}%% $$x$$"),
            "wrap#58; #60;b#62;#37;#37;{init}#37;#37; #36;#36;x#36;#36;"
        );
        assert_eq!(escaped("learns: 3"), "learns: 3");
        assert_eq!(escaped("one\ntwo\r"), "one two");
        assert_eq!(escaped(" 任期 end "), "任期 end");
        assert_eq!(escaped(""), "-");
    }
}
