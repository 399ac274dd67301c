//! Scripts: files of actions, one a line.
//!
//! ```text
//! # comment
//! @153200 crash.n2
//! @400000+1restart.n2
//! @500ms do n1 put x 1      # blanks may stand for dots, and a time may have its unit
//! ```

use faultscope_labs::Lang;
use faultscope_labs::place::duration_us;
use faultscope_labs::sim::{Action, MAX_ACTIONS, Pin, Pinned};
use faultscope_labs::words;

/// The actions of a script; `name` stands in errors for the file.
pub(crate) fn read(name: &str, text: &str) -> Result<Vec<Pinned>, String> {
    let mut actions = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if actions.len() == MAX_ACTIONS {
            return Err(format!("{name}:{}: more than {MAX_ACTIONS} actions", index + 1));
        }
        actions.push(read_line(line).map_err(|error| format!("{name}:{}: {error}", index + 1))?);
    }
    Ok(actions)
}

fn read_line(line: &str) -> Result<Pinned, String> {
    let rest = line.strip_prefix('@').ok_or("a line begins with @ and a time, such as @153200 crash.n2")?;
    let (time, rest) = rest.split_at(time_end(rest));
    let at_us = duration_us(time).ok_or_else(|| format!("“{time}” is not a time in microseconds"))?;
    let (after_steps, rest) = match rest.strip_prefix('+') {
        None => (0, rest),
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (count, rest) = rest.split_at(digits);
            let count = count.parse().map_err(|_| format!("“+{count}” is not a number of steps"))?;
            (count, rest)
        }
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let action =
        Action::from_words(&words.join(".")).map_err(|kind| words::text_error_kind(&kind, Lang::En))?;
    Ok(Pinned { pin: Pin { at_us, after_steps }, action })
}

/// Where the time ends: behind its digits, and behind its unit if a blank or a plus follows.
fn time_end(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = text[digits..].find([' ', '\t', '+']).unwrap_or(0);
    let with_unit = digits + unit;
    if digits > 0 && duration_us(&text[..with_unit]).is_some() { with_unit } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_with_and_without_blanks() {
        let text = "# faults\n@153200 crash.n2\n\n@400000+1restart.n2 # back\n@500ms do n1 put x 1\n@7\tcrash n1 1\n@2s+3 heal";
        let actions = read("s", text).expect("a script");
        let words: Vec<String> = actions.iter().map(ToString::to_string).collect();
        let expected = [
            "@153200crash.n2",
            "@400000+1restart.n2",
            "@500000do.n1.put.x.1",
            "@7crash.n1.1",
            "@2000000+3heal",
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn errors_say_what_and_where() {
        for (text, part) in [
            ("crash.n2", "s:1: a line begins with @"),
            ("\n@5 crush.n2", "s:2: unknown action “crush”; did you mean “crash”?"),
            ("@5 crash.x", "s:1: expected crash.n1"),
            ("@ crash.n1", "s:1: “” is not a time"),
            ("@5+x crash.n1", "s:1: “+” is not a number"),
            ("@99999999999999999 heal", "is not a time"),
        ] {
            let error = read("s", text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
