//! Rule: every word that a reader sees exists in both languages.

use super::Finding;
use super::tokens::{Token, begin_with};
use super::tree::Tree;

/// Words of the screen and lines of stories that lack a language.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_below("") {
        findings.extend(in_code(file.path, &file.product_tokens()));
    }
    for (path, text) in tree.files().filter(|(path, _)| path.ends_with(".story")) {
        findings.extend(in_story(path, text));
    }
    findings
}

/// `Text::new("English", "中文")`, also with arguments that are no literals.
fn in_code(path: &str, tokens: &[Token]) -> Vec<Finding> {
    let opening = "Text : : new (";
    let calls = (0..tokens.len()).filter(|place| begin_with(&tokens[*place..], opening));
    calls
        .filter_map(|place| {
            let words = &tokens[place + opening.split(' ').count()..];
            let comma = words.get(1).is_some_and(|token| token.is(","));
            let english = words.first()?.text()?;
            let chinese = words.get(2).filter(|_| comma).and_then(Token::text);
            let fault = fault(english, chinese)?;
            Some(Finding::new(path, words[0].line, format!("Text::new(\"{english}\", ..): {fault}")))
        })
        .collect()
}

/// What is wrong with a pair of words, if anything.
fn fault(english: &str, chinese: Option<&str>) -> Option<&'static str> {
    match chinese {
        None => Some("the second language is not a literal beside it"),
        Some(_) if english.trim().is_empty() => Some("the English is empty"),
        Some(chinese) if chinese.trim().is_empty() => Some("the Chinese is empty"),
        Some(chinese) if chinese != english && !has_chinese(chinese) => {
            Some("the second language has no Chinese character and is no proper name (equal to the first)")
        }
        Some(_) => None,
    }
}

/// Whether there is a Chinese character, or at least Chinese punctuation, as in `{time}：{event}`.
fn has_chinese(text: &str) -> bool {
    let is_chinese = |letter: char| matches!(letter, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    text.chars().any(is_chinese)
}

/// Every block `en:` has its `zh:` beside it, and neither is empty.
fn in_story(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut waiting: Option<usize> = None;
    let mut refuse = |line: usize, message: &str| findings.push(Finding::new(path, line, message));
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let here = index + 1;
        if let Some(first) = line.trim_start().strip_prefix("en:") {
            if let Some(before) = waiting.replace(here) {
                refuse(before, "this `en:` has no `zh:` beside it");
            }
            if block(first, &lines[here..]).trim().is_empty() {
                refuse(here, "this `en:` is empty");
            }
        } else if let Some(first) = line.trim_start().strip_prefix("zh:") {
            if waiting.take().is_none() {
                refuse(here, "this `zh:` has no `en:` before it");
            }
            if !has_chinese(&block(first, &lines[here..])) {
                refuse(here, "this `zh:` has no Chinese character");
            }
        }
    }
    if let Some(before) = waiting {
        refuse(before, "this `en:` has no `zh:` beside it");
    }
    findings
}

/// The text of a block: the rest of its first line, and the lines up to the next block or empty line.
fn block(first: &str, rest: &[&str]) -> String {
    let ends = |line: &&&str| {
        let line = line.trim_start();
        line.is_empty() || line.starts_with("en:") || line.starts_with("zh:")
    };
    let more: Vec<&str> = rest.iter().take_while(|line| !ends(line)).copied().collect();
    format!("{first}\n{}", more.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn both_languages_are_there() {
        for good in [
            r#"Text::new("crash", "崩溃")"#,
            r#"Text::new("Raft", "Raft")"#,
            r#"Text::new("{time}: {node}", "{time}：{node}")"#,
            r#"#[cfg(test)] mod tests { const WORD: Text = Text::new("made up", ""); }"#,
            "Text::new(\n  \"crash\",\n  \"崩溃\",\n)",
            "Text::new(english, chinese)",
            "// Text::new(\"a\", \"b\")",
        ] {
            assert_eq!(lines("a.rs", good), [], "{good}");
        }
        for bad in [
            r#"Text::new("crash", "")"#,
            r#"Text::new("", "崩溃")"#,
            r#"Text::new("crash", "crashed")"#,
            r#"Text::new("crash")"#,
            r#"Text::new("crash", word)"#,
            r#"Text::new(" ", " ")"#,
        ] {
            assert_eq!(lines("a.rs", &format!("\n{bad}")), [2], "{bad}");
        }
    }

    #[test]
    fn stories_speak_both_languages() {
        let story = |text| lines("crates/labs/src/raft/stories/a.story", text);
        assert_eq!(story("run #raft\n  en: One\n   more\n  zh: 一\n\nen: Two\nzh: 二\n"), []);
        assert_eq!(story("en: One\n\nen: Two\nzh: 二"), [1]);
        assert_eq!(story("en: One"), [1]);
        assert_eq!(story("zh: 一"), [1]);
        assert_eq!(story("en:\nzh: 一"), [1]);
        assert_eq!(story("en: One\nzh: one"), [2]);
        assert_eq!(story("en:\n One\nzh:\n 一"), []);
    }
}
