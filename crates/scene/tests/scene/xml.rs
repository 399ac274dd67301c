//! A checker of well-formed XML, as far as a scene uses it: elements, attributes, text and references.

/// What the checker counted in a document that is well formed.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Counted {
    pub(crate) elements: usize,
    pub(crate) subjects: usize,
}

/// Reads one document; the error says what is wrong and near which text.
pub(crate) fn check(document: &str) -> Result<Counted, String> {
    let mut counted = Counted::default();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = document.trim_end();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("</") {
            let (name, after) = after.split_once('>').ok_or("an end tag without an end")?;
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes something else"));
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('<') {
            rest = start_tag(after, &mut open, &mut counted)?;
        } else {
            let (content, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            if open.is_empty() {
                return Err(format!("text outside of the root: {content:?}"));
            }
            characters(content)?;
            rest = after;
        }
    }
    if open.is_empty() { Ok(counted) } else { Err(format!("{open:?} left open")) }
}

/// Reads a tag behind its `<`; gives what follows it.
fn start_tag<'a>(tag: &'a str, open: &mut Vec<&'a str>, counted: &mut Counted) -> Result<&'a str, String> {
    let (name, mut rest) = tag.split_at(tag.find([' ', '/', '>']).ok_or("a tag without an end")?);
    if name.is_empty() || !name.bytes().all(|letter| letter.is_ascii_alphabetic()) {
        return Err(format!("<{name}> is no name"));
    }
    if open.is_empty() && counted.elements > 0 {
        return Err("a second root".to_owned());
    }
    counted.elements += 1;
    let mut names = Vec::new();
    while let Some(after) = rest.strip_prefix(' ') {
        let (attribute, after) = after.split_once("=\"").ok_or("an attribute without a value")?;
        let (value, after) = after.split_once('"').ok_or("a value without an end")?;
        if names.contains(&attribute) || !attribute.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(format!("attribute {attribute:?} in <{name}>"));
        }
        characters(value)?;
        counted.subjects += usize::from(attribute == "data-subject");
        names.push(attribute);
        rest = after;
    }
    if let Some(after) = rest.strip_prefix("/>") {
        return Ok(after);
    }
    open.push(name);
    rest.strip_prefix('>').ok_or_else(|| format!("<{name} does not end"))
}

/// Content and values may hold neither markup nor characters that XML 1.0 forbids, nor unknown references.
fn characters(content: &str) -> Result<(), String> {
    let forbidden = |c: char| {
        matches!(c, '<' | '\u{fffe}' | '\u{ffff}') || (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
    };
    if content.contains(forbidden) {
        return Err(format!("forbidden characters in {content:?}"));
    }
    for after in content.split('&').skip(1) {
        let (name, _) = after.split_once(';').ok_or_else(|| format!("a bare & before {after:?}"))?;
        if !["amp", "lt", "gt", "quot", "#39", "#9", "#10", "#13"].contains(&name) {
            return Err(format!("unknown reference &{name};"));
        }
    }
    Ok(())
}

#[test]
fn the_checker_can_fail() {
    let broken = [
        "<a>",
        "<a></b>",
        "<a x=\"1\" x=\"2\"/>",
        "<a>&</a>",
        "<a x=\"<\"/>",
        "<a/><b/>",
        "a",
        "<a>\u{1}</a>",
    ];
    for document in broken {
        assert!(check(document).is_err(), "{document:?} passed");
    }
    let fine = check("<a x=\"1\"><b data-subject=\"n\"/>&amp;</a>\n");
    assert_eq!(fine, Ok(Counted { elements: 2, subjects: 1 }));
}
