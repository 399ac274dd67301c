//! The page's style sheet and the table of inks are one table.

use std::collections::BTreeMap;

use faultscope_scene::{Face, Theme, theme};

const TOKENS: &str = include_str!("../../../../static/tokens.css");

/// The style sheet without its comments.
fn declarations() -> String {
    let mut parts = TOKENS.split("/*");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, after) = part.split_once("*/").expect("a comment in tokens.css has no end");
        plain.push_str(after);
    }
    plain
}

/// The custom properties between the braces behind `selector`, which must stand in `sheet` once.
fn block<'a>(sheet: &'a str, selector: &str) -> BTreeMap<&'a str, &'a str> {
    let found: Vec<_> = sheet.split(selector).skip(1).collect();
    let [after] = found[..] else { panic!("{selector} stands {} times in tokens.css", found.len()) };
    let (body, _) = after.split_once('}').expect("a block in tokens.css has no end");
    body.split(';')
        .filter_map(|declaration| declaration.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, _)| name.starts_with("--"))
        .collect()
}

fn check_theme(selector: &str, theme: Theme) {
    let sheet = declarations();
    let found = block(&sheet, selector);
    let expected: BTreeMap<_, _> =
        theme::inks().map(|ink| (theme::token(ink), theme::hex(ink, theme))).collect();
    assert_eq!(found, expected, "{selector}");
    assert_eq!(expected.len(), 48, "every ink has its own token");
}

#[test]
fn the_light_colours_agree() {
    check_theme(":root,\n[data-theme=\"light\"] {", Theme::Light);
}

#[test]
fn the_dark_colours_agree_however_they_are_chosen() {
    check_theme(":root:not([data-theme=\"light\"]) {", Theme::Dark);
    check_theme("\n[data-theme=\"dark\"] {", Theme::Dark);
}

#[test]
fn the_faces_agree() {
    let sheet = declarations();
    let base = block(&sheet, "\n:root {");
    for face in [Face::Sans, Face::Serif, Face::Mono] {
        assert_eq!(base.get(face.token()), Some(&face.families()), "{face:?}");
    }
}
