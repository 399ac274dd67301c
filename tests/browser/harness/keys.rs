//! Names of keys, as a test writes them, in the words of the debugging service.

use serde_json::{Value, json};

/// A key with what is held beside it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Key {
    name: String,
    code: String,
    number: u32,
    modifiers: u32,
    /// What it writes into a field.
    text: Option<String>,
}

impl Key {
    /// Reads `ArrowLeft`, `a`, `?`, `Control+z`, `Shift+Tab`, `Space`.
    pub(crate) fn parse(chord: &str) -> Self {
        let (held, name) =
            match chord.rsplit_once('+').filter(|(held, name)| !held.is_empty() && !name.is_empty()) {
                Some((held, name)) => (held.split('+').collect(), name),
                None => (Vec::new(), chord),
            };
        let modifiers = held.into_iter().map(|word| modifier(word, chord)).sum();
        let (name, code, number) = named(name, chord);
        // Control and Meta make a command of a letter; Alt and Shift still write.
        let writes = modifiers & (modifier("Control", chord) | modifier("Meta", chord)) == 0;
        let text = match name.as_str() {
            "Enter" => Some("\r".to_owned()),
            _ if name.chars().count() == 1 => Some(name.clone()),
            _ => None,
        };
        Self { code, number, modifiers, text: text.filter(|_| writes), name }
    }

    /// The key going down.
    pub(crate) fn down(&self) -> Value {
        let mut event = self.event(if self.text.is_some() { "keyDown" } else { "rawKeyDown" });
        if let Some(text) = &self.text {
            event["text"] = text.as_str().into();
        }
        event
    }

    /// The key coming up.
    pub(crate) fn up(&self) -> Value {
        self.event("keyUp")
    }

    fn event(&self, kind: &str) -> Value {
        json!({
            "type": kind,
            "key": self.name,
            "code": self.code,
            "windowsVirtualKeyCode": self.number,
            "modifiers": self.modifiers,
        })
    }
}

fn modifier(word: &str, chord: &str) -> u32 {
    match word {
        "Alt" => 1,
        "Control" => 2,
        "Meta" => 4,
        "Shift" => 8,
        _ => panic!("{chord}: unknown modifier {word}"),
    }
}

/// Name, code and number of a key.
fn named(name: &str, chord: &str) -> (String, String, u32) {
    let number = match name {
        "Backspace" => 8,
        "Tab" => 9,
        "Enter" => 13,
        "Escape" => 27,
        "Space" => return (" ".to_owned(), "Space".to_owned(), 32),
        "PageUp" => 33,
        "PageDown" => 34,
        "End" => 35,
        "Home" => 36,
        "ArrowLeft" => 37,
        "ArrowUp" => 38,
        "ArrowRight" => 39,
        "ArrowDown" => 40,
        "Delete" => 46,
        _ => return character(name, chord),
    };
    (name.to_owned(), name.to_owned(), number)
}

fn character(name: &str, chord: &str) -> (String, String, u32) {
    let mut letters = name.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        panic!("{chord}: unknown key {name}")
    };
    let upper = letter.to_ascii_uppercase();
    let code = match upper {
        'A'..='Z' => format!("Key{upper}"),
        '0'..='9' => format!("Digit{upper}"),
        _ => String::new(),
    };
    let number = if code.is_empty() { 0 } else { u32::from(upper) };
    (name.to_owned(), code, number)
}
