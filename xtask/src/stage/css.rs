//! One style sheet of all that `index.html` links, in their order, without what a browser does not read.

use std::fs;
use std::path::Path;

use super::html;
use crate::console::Result;
use crate::workspace;

/// The name of the one sheet.
pub(crate) const NAME: &str = "faultscope.css";

/// Joins the sheets of a site into one, and lets the page link that one.
pub(crate) fn join(site: &Path, page: &str) -> Result<String> {
    let links: Vec<_> = html::tags(page, "link")
        .into_iter()
        .filter(|range| html::attribute(&page[range.clone()], "rel") == Some("stylesheet"))
        .collect();
    let first = links.first().ok_or("index.html links no style sheet")?.start;
    let mut joined = String::new();
    for link in &links {
        let name = html::attribute(&page[link.clone()], "href").unwrap_or_default().trim_start_matches("./");
        let path = site.join(name);
        joined.push_str(&minified(&workspace::read_text(&path)?));
        fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let path = site.join(NAME);
    fs::write(&path, joined).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut page = html::without(page, &links);
    page.insert_str(first, &format!("<link rel=\"stylesheet\" href=\"./{NAME}\">\n"));
    Ok(page)
}

/// A sheet without comments, and without space where it means nothing. Space around `:`, `+` and `-` may mean
/// something in selectors and sums, and stays.
fn minified(sheet: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut letters = sheet.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' => copy_string(letter, &mut letters, &mut out),
            '/' if letters.peek() == Some(&'*') => {
                skip_comment(&mut letters);
                end_word(&mut out);
            }
            space if space.is_whitespace() => end_word(&mut out),
            '{' | '}' | ';' | ',' | '>' => {
                drop_space(&mut out);
                if letter == '}' && out.ends_with(';') {
                    out.pop();
                }
                out.push(letter);
            }
            other => out.push(other),
        }
    }
    drop_space(&mut out);
    out
}

fn copy_string(quote: char, letters: &mut impl Iterator<Item = char>, out: &mut String) {
    out.push(quote);
    while let Some(letter) = letters.next() {
        out.push(letter);
        if letter == '\\' {
            out.extend(letters.next());
        } else if letter == quote {
            return;
        }
    }
}

fn skip_comment(letters: &mut impl Iterator<Item = char>) {
    letters.next();
    let mut last = ' ';
    for letter in letters {
        if last == '*' && letter == '/' {
            return;
        }
        last = letter;
    }
}

/// One space at the most, and none where a part begins.
fn end_word(out: &mut String) {
    if !out.ends_with([' ', '{', '}', ';', ',', '>']) && !out.is_empty() {
        out.push(' ');
    }
}

fn drop_space(out: &mut String) {
    if out.ends_with(' ') {
        out.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_says_the_same_in_fewer_letters() {
        for (sheet, wanted) in [
            (
                "a { color : red ; }\n\n/* b */\n.c > d,\n e { top: calc(1px + 2px) }\n",
                "a{color : red}.c>d,e{top: calc(1px + 2px)}",
            ),
            ("a :hover { x: \"  /* kept */ ; \" }", "a :hover{x: \"  /* kept */ ; \"}"),
            ("a::before { content: '\\'  }' }", "a::before{content: '\\'  }'}"),
            ("a/**/b { c: d }", "a b{c: d}"),
            ("@media (max-width: 3px) { a { b: c; d: e; } }", "@media (max-width: 3px){a{b: c;d: e}}"),
        ] {
            assert_eq!(minified(sheet), wanted);
        }
    }

    #[test]
    fn the_sheets_become_one_in_their_order() {
        let site = std::env::temp_dir().join(format!("faultscope-css-{}", std::process::id()));
        fs::create_dir_all(&site).unwrap();
        fs::write(site.join("b.css"), "b { c: d; }").unwrap();
        fs::write(site.join("a.css"), "a { c: d; }").unwrap();
        let page = "<link rel=\"icon\" href=\"./i\">\n<link rel=\"stylesheet\" href=\"./b.css\"/>\n<link rel=\"stylesheet\" href=\"./a.css\"/>\n</head>";
        let joined = join(&site, page).unwrap();
        assert_eq!(
            joined,
            format!("<link rel=\"icon\" href=\"./i\">\n<link rel=\"stylesheet\" href=\"./{NAME}\">\n</head>")
        );
        assert_eq!(fs::read_to_string(site.join(NAME)).unwrap(), "b{c: d}a{c: d}");
        assert_eq!(fs::read_dir(&site).unwrap().count(), 1, "the parts are gone");
        assert!(join(&site, "<p>").is_err());
        fs::remove_dir_all(&site).unwrap();
    }
}
