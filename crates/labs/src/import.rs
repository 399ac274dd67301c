//! A run that comes from outside: pasted, dropped, or in a file. What is read is the run's text, as a link has it.
//!
//! The file is the text alone, in one line of UTF-8. Reading is kind: a mark of the byte order, line ends of any
//! system, lines that a mail program has broken, the `#` of a link, and a whole link are all understood.

use faultscope_sim::MAX_TEXT_BYTES;

use crate::session::{OpenError, Session};
use crate::words::{Lang, Text};

/// Why nothing was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// There is nothing in it.
    Empty,
    /// It is larger than a run can be; its size in bytes.
    TooLarge(u64),
    /// It is no text in UTF-8.
    NotText,
    /// It is a text, but no run.
    Run(OpenError),
}

impl ImportError {
    /// One clear message: what is wrong.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Empty => {
                Text::new("there is no run in it: it is empty", "内容为空，没有运行文本").get(lang).to_owned()
            }
            Self::TooLarge(bytes) => Text::new(
                "{size} KB are more than a run can have ({limit} KB)",
                "大小为 {size} KB，超过运行文本的上限 {limit} KB",
            )
            .fill(
                lang,
                &[
                    ("size", &bytes.div_ceil(1024).to_string()),
                    ("limit", &(MAX_TEXT_BYTES / 1024).to_string()),
                ],
            ),
            Self::NotText => Text::new(
                "this is no text in UTF-8, so it cannot be a run",
                "不是 UTF-8 文本，无法作为运行打开",
            )
            .get(lang)
            .to_owned(),
            Self::Run(error) => error.message(lang),
        }
    }
}

/// The text of a run in the bytes of a file.
///
/// # Errors
/// [`ImportError`] if they are too many, or no text, or nothing.
pub fn text_of_bytes(bytes: &[u8]) -> Result<String, ImportError> {
    check_size(bytes.len() as u64)?;
    let text = std::str::from_utf8(bytes).map_err(|_| ImportError::NotText)?;
    if text.contains('\0') { Err(ImportError::NotText) } else { text_of(text) }
}

/// Whether a file of so many bytes can be a run: to be asked before it is read.
///
/// # Errors
/// [`ImportError::TooLarge`] if it cannot.
pub fn check_size(bytes: u64) -> Result<(), ImportError> {
    if bytes > MAX_TEXT_BYTES as u64 { Err(ImportError::TooLarge(bytes)) } else { Ok(()) }
}

/// The text of a run in what was pasted: the text itself, with or without `#`, or a whole link.
///
/// # Errors
/// [`ImportError`] if it is too long, or nothing.
pub fn text_of(given: &str) -> Result<String, ImportError> {
    check_size(given.len() as u64)?;
    let joined: String = given.trim_start_matches('\u{feff}').lines().map(str::trim).collect();
    let fragment = match joined.rsplit_once('#') {
        Some((_, fragment)) => fragment,
        // A link without a fragment leads to the first page: there is no run in it.
        None if joined.contains("://") => "",
        None => &joined,
    };
    let text = unescaped(fragment);
    let text = text.trim();
    if text.is_empty() { Err(ImportError::Empty) } else { Ok(text.to_owned()) }
}

/// Opens the run in what was pasted.
///
/// # Errors
/// [`ImportError`] says what is wrong.
pub fn open(given: &str) -> Result<Session, ImportError> {
    Session::open(&text_of(given)?).map_err(ImportError::Run)
}

/// Undoes percent escapes. A broken escape stays as it is: reading the run's text then names its place.
pub fn unescaped(fragment: &str) -> String {
    let bytes = fragment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, escaped(bytes.get(at + 1..at + 3))) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn escaped(digits: Option<&[u8]>) -> Option<u8> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, text: &str) {
        assert_eq!(text_of_bytes(given.as_bytes()), Ok(text.to_owned()), "{given:?}");
    }

    #[test]
    fn a_run_is_found_in_whatever_carries_it() {
        let text = "a:b;r1;s42;@153200+1crash.n2";
        check(text, text);
        check(&format!("{text}\n"), text);
        check(&format!("\u{feff}{text}\r\n"), text);
        check(&format!("#{text}\r\n\r\n"), text);
        check(&format!("https://example.org/course/?embed#{text}"), text);
        check("a:b;r1;\r\n  s42;@153200\n+1crash.n2", text);
        check("#a:b;r1%3Bs42;@153200+1crash.n2", text);
    }

    #[test]
    fn what_carries_none_says_so() {
        for nothing in ["", " \r\n", "#", "# ", "\u{feff}", "https://example.org/"] {
            assert_eq!(text_of_bytes(nothing.as_bytes()), Err(ImportError::Empty), "{nothing:?}");
        }
        assert_eq!(text_of_bytes(b"\x89PNG\r\n\x1a\n\0\0"), Err(ImportError::NotText));
        assert_eq!(text_of_bytes(b"\xff\xfea\0:\0b\0"), Err(ImportError::NotText));
        assert_eq!(text_of_bytes(b"GIF89a\0\x01"), Err(ImportError::NotText));
        let large = vec![b'a'; MAX_TEXT_BYTES + 1];
        let error = text_of_bytes(&large).unwrap_err();
        assert!(error.message(Lang::En).contains("257 KB") && error.message(Lang::En).contains("256 KB"));
    }

    #[test]
    fn every_error_is_one_line_in_every_language() {
        let errors = [
            ImportError::Empty,
            ImportError::TooLarge(300_000),
            ImportError::NotText,
            open("nowhere:x").err().unwrap(),
        ];
        for error in errors {
            for lang in Lang::ALL {
                let message = error.message(lang);
                assert!(!message.is_empty() && message.lines().count() == 1, "{message}");
            }
        }
    }
}
