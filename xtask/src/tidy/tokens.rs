//! Rust as a list of words: enough of a lexer to tell code from comments, strings and tests.

use std::iter::Peekable;
use std::str::Chars;

/// One word of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// The line it starts on, from 1 on.
    pub(crate) line: usize,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether it stands in an item under `#[cfg(test)]` or `#[test]`.
    pub(crate) in_test: bool,
}

/// What a word is. Comments are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or a keyword.
    Name(String),
    /// A string literal, as it is written between its quotes.
    Text(String),
    /// A number, a character or a lifetime.
    Other,
    /// One character of punctuation.
    Mark(char),
}

impl Token {
    /// The name, if it is one.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The string literal, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is the name or the mark that `word` spells.
    pub(crate) fn is(&self, word: &str) -> bool {
        match &self.kind {
            Kind::Name(name) => name == word,
            Kind::Mark(mark) => word.chars().eq([*mark]),
            Kind::Text(_) | Kind::Other => false,
        }
    }
}

/// Whether the tokens begin with these words; a blank stands between two words, as in `thread : : sleep`.
pub(crate) fn begin_with(tokens: &[Token], words: &str) -> bool {
    let mut tokens = tokens.iter();
    words.split_whitespace().all(|word| tokens.next().is_some_and(|token| token.is(word)))
}

/// The words of a Rust file.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: text.chars().peekable(), line: 1 };
    let mut tokens = Vec::new();
    loop {
        let line = lexer.line;
        match lexer.next_kind() {
            Read::Word(kind) => tokens.push(Token { line, kind, in_test: false }),
            Read::Blank => {}
            Read::End => break,
        }
    }
    mark_tests(&mut tokens);
    tokens
}

struct Lexer<'text> {
    rest: Peekable<Chars<'text>>,
    line: usize,
}

enum Read {
    Word(Kind),
    Blank,
    End,
}

impl Lexer<'_> {
    fn next_kind(&mut self) -> Read {
        let Some(first) = self.bump() else { return Read::End };
        match first {
            '/' if self.rest.peek() == Some(&'/') => self.line_comment(),
            '/' if self.rest.peek() == Some(&'*') => self.block_comment(),
            '"' => Read::Word(Kind::Text(self.string())),
            '\'' => self.quote(),
            first if first.is_alphabetic() || first == '_' => self.name(first),
            first if first.is_ascii_digit() => {
                self.letters(String::new());
                Read::Word(Kind::Other)
            }
            first if first.is_whitespace() => Read::Blank,
            mark => Read::Word(Kind::Mark(mark)),
        }
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn bump_if(&mut self, wanted: char) -> bool {
        self.rest.peek() == Some(&wanted) && self.bump().is_some()
    }

    fn line_comment(&mut self) -> Read {
        while self.rest.peek().is_some_and(|next| *next != '\n') {
            self.bump();
        }
        Read::Blank
    }

    fn block_comment(&mut self) -> Read {
        let mut depth = 0;
        let mut before = '/';
        while let Some(next) = self.bump() {
            match (before, next) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    before = next;
                    continue;
                }
            }
            if depth == 0 {
                break;
            }
            // A mark counts once: `/*/` opens a comment and does not close it.
            before = ' ';
        }
        Read::Blank
    }

    /// The rest of a string after its opening quote.
    fn string(&mut self) -> String {
        let mut text = String::new();
        while let Some(next) = self.bump() {
            match next {
                '"' => break,
                '\\' => {
                    text.push(next);
                    text.extend(self.bump());
                }
                _ => text.push(next),
            }
        }
        text
    }

    /// The rest of a raw string after `r` or `br`, its number signs still to come.
    fn raw_string(&mut self) -> String {
        let mut signs = 0;
        while self.bump_if('#') {
            signs += 1;
        }
        self.bump_if('"');
        let end = format!("\"{}", "#".repeat(signs));
        let mut text = String::new();
        while !text.ends_with(&end) {
            match self.bump() {
                Some(next) => text.push(next),
                None => return text,
            }
        }
        text.truncate(text.len() - end.len());
        text
    }

    /// A character or a lifetime after its quote: `'a'`, `'\n'`, `'a`.
    fn quote(&mut self) -> Read {
        match self.bump() {
            Some('\\') => {
                self.bump();
                while self.bump().is_some_and(|next| next != '\'') {}
            }
            Some(first) if !self.bump_if('\'') && (first.is_alphanumeric() || first == '_') => {
                self.letters(String::new());
            }
            _ => {}
        }
        Read::Word(Kind::Other)
    }

    fn name(&mut self, first: char) -> Read {
        let name = self.letters(first.to_string());
        let next = self.rest.peek().copied();
        let kind = match (name.as_str(), next) {
            ("r" | "br" | "cr", Some('"')) => Kind::Text(self.raw_string()),
            ("br" | "cr", Some('#')) => Kind::Text(self.raw_string()),
            ("r", Some('#')) => self.after_raw_mark(),
            ("b" | "c", Some('"')) => {
                self.bump();
                Kind::Text(self.string())
            }
            ("b", Some('\'')) => {
                self.bump();
                return self.quote();
            }
            _ => Kind::Name(name),
        };
        Read::Word(kind)
    }

    /// What follows `r` before a number sign: a raw string, or a raw name such as `r#type`.
    fn after_raw_mark(&mut self) -> Kind {
        let mut ahead = self.rest.clone();
        ahead.next();
        match ahead.next() {
            Some('"' | '#') => Kind::Text(self.raw_string()),
            _ => {
                self.bump();
                Kind::Name(self.letters(String::new()))
            }
        }
    }

    fn letters(&mut self, mut word: String) -> String {
        while let Some(next) = self.rest.peek().copied().filter(|next| next.is_alphanumeric() || *next == '_')
        {
            word.push(next);
            self.bump();
        }
        word
    }
}

/// Marks every item that stands under an attribute about tests.
fn mark_tests(tokens: &mut [Token]) {
    let mut at = 0;
    while at < tokens.len() {
        if begin_with(&tokens[at..], "# [") {
            let end_of_attribute = end_of_group(tokens, at + 1);
            let end = if is_about_tests(&tokens[at..end_of_attribute]) {
                let end = end_of_item(tokens, end_of_attribute);
                tokens[at..end].iter_mut().for_each(|token| token.in_test = true);
                end
            } else {
                end_of_attribute
            };
            at = end;
        } else {
            at += 1;
        }
    }
}

fn is_about_tests(attribute: &[Token]) -> bool {
    let names = |word: &str| attribute.iter().any(|token| token.is(word));
    begin_with(attribute, "# [ test ]")
        || (begin_with(attribute, "# [ cfg (") && names("test") && !names("not"))
}

/// The place behind the group of brackets that opens at `open`.
fn end_of_group(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return place + 1;
        }
    }
    tokens.len()
}

/// The place behind the item at `start`: behind its braces, or behind its semicolon.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut at = start;
    while let Some(token) = tokens.get(at) {
        match token.kind {
            Kind::Mark('{') => return end_of_group(tokens, at),
            Kind::Mark('(' | '[') => at = end_of_group(tokens, at),
            Kind::Mark(';') => return at + 1,
            _ => at += 1,
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        tokens(text).iter().filter_map(|token| token.name().map(str::to_owned)).collect()
    }

    fn texts(text: &str) -> Vec<String> {
        tokens(text).iter().filter_map(|token| token.text().map(str::to_owned)).collect()
    }

    #[test]
    fn comments_are_no_code() {
        assert_eq!(names("a // b\nc /* d /* e */ f */ g /*/ h */ i //! j"), ["a", "c", "g", "i"]);
        assert_eq!(names("/// a\nb //"), ["b"]);
    }

    #[test]
    fn strings_are_text() {
        let text = r####"a("one", r"two \", r#"th"ree"#, b"four", "fi\"ve", "") b"####;
        assert_eq!(texts(text), ["one", r"two \", "th\"ree", "four", "fi\\\"ve", ""]);
        assert_eq!(names(text), ["a", "b"]);
    }

    #[test]
    fn characters_and_lifetimes_are_neither() {
        assert_eq!(names(r#"a<'b>('c', '"', '\'', '\u{4e2d}', b'd', '中') e &'_ f"#), ["a", "e", "f"]);
        assert_eq!(texts(r#"'"' "a" '"'"#), ["a"]);
    }

    #[test]
    fn numbers_and_raw_names() {
        assert_eq!(names("1_000u64 r#type 0xff 1.5f64 x1"), ["type", "x1"]);
    }

    #[test]
    fn lines_are_counted() {
        let text = "a\n/* \n */ b \"\n\n\" c\n'\\n' d";
        let lines: Vec<_> =
            tokens(text).iter().filter(|token| token.name().is_some()).map(|token| token.line).collect();
        assert_eq!(lines, [1, 3, 5, 6]);
    }

    #[test]
    fn tests_are_marked() {
        let text = "fn a() {} #[cfg(test)] mod tests { fn b() { c([1; 2]) } } fn d() {}
            #[test] fn e(x: [u8; 2]) { f } #[cfg(not(test))] fn g() {} #[derive(Debug)] struct H;
            #[cfg(test)] use i; #[cfg(all(test, unix))] #[expect(x)] fn j() {} fn k() {}";
        let product: Vec<String> = tokens(text)
            .iter()
            .filter(|token| !token.in_test)
            .filter_map(|token| token.name().map(str::to_owned))
            .collect();
        assert_eq!(product.join(" "), "fn a fn d cfg not test fn g derive Debug struct H fn k");
    }

    #[test]
    fn words_in_a_row_are_found() {
        // A text to be read as code; nothing sleeps.
        let list = tokens("thread::sleep(x)");
        assert!(begin_with(&list, "thread : : sleep"));
        assert!(!begin_with(&list, "thread : sleep"));
        assert!(!begin_with(&list[3..], "sleep ( x ) )"));
    }

    #[test]
    fn broken_code_ends() {
        for text in ["\"", "r#\"", "/*", "'", "'\\", "#[", "#[cfg(test)]", "#[test] fn a(", "r#"] {
            tokens(text);
        }
    }
}
