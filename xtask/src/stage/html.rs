//! Finds elements in the page that Trunk has written. It reads what Trunk and `index.html` write, not all of HTML.

use std::ops::Range;

/// Where elements of one name stand: from `<` to the end of the tag, for elements that hold nothing.
pub(crate) fn tags(page: &str, name: &str) -> Vec<Range<usize>> {
    let opening = format!("<{name} ");
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = page[from..].find(&opening).map(|at| from + at) {
        let end = page[start..].find('>').map_or(page.len(), |at| start + at + 1);
        found.push(start..end);
        from = end;
    }
    found
}

/// The value of an attribute of a tag.
pub(crate) fn attribute<'page>(tag: &'page str, name: &str) -> Option<&'page str> {
    let opening = format!(" {name}=\"");
    let start = tag.find(&opening)? + opening.len();
    let end = tag[start..].find('"')?;
    Some(&tag[start..start + end])
}

/// What stands between `<script..>` and `</script>`, with the tag before it, for scripts that are in the page.
pub(crate) fn inline_scripts(page: &str) -> Vec<(Range<usize>, Range<usize>)> {
    inline(page, "script")
        .into_iter()
        .filter(|(tag, _)| attribute(&page[tag.clone()], "src").is_none())
        .collect()
}

/// What stands in each element of a name, with the range of its tag.
pub(crate) fn inline(page: &str, name: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let (opening, closing) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = page[from..].find(&opening).map(|at| from + at) {
        let Some(inside) = page[start..].find('>').map(|at| start + at + 1) else { break };
        let Some(end) = page[inside..].find(&closing).map(|at| inside + at) else { break };
        found.push((start..inside, inside..end));
        from = end + closing.len();
    }
    found
}

/// Cuts out ranges that do not overlap, each with the line end behind it.
pub(crate) fn without(page: &str, ranges: &[Range<usize>]) -> String {
    let mut ranges = ranges.to_vec();
    ranges.sort_by_key(|range| range.start);
    let mut out = String::with_capacity(page.len());
    let mut from = 0;
    for range in ranges {
        out.push_str(&page[from..range.start]);
        from = range.end;
        if page[from..].starts_with('\n') {
            from += 1;
        }
    }
    out.push_str(&page[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<link rel=\"a\" href=\"./x\">\n<link href=\"./y\"/><script>let a;</script>\
        <script src=\"./z\"></script><script type=\"module\">b</script>";

    #[test]
    fn tags_and_their_attributes_are_found() {
        let hrefs: Vec<_> =
            tags(PAGE, "link").into_iter().map(|range| attribute(&PAGE[range], "href").unwrap()).collect();
        assert_eq!(hrefs, ["./x", "./y"]);
        assert_eq!(attribute("<link rel=\"a\">", "href"), None);
        assert_eq!(tags("<linker a=\"\">", "link"), []);
    }

    #[test]
    fn scripts_in_the_page_are_found_and_others_are_not() {
        let inside: Vec<_> = inline_scripts(PAGE).into_iter().map(|(_, inside)| &PAGE[inside]).collect();
        assert_eq!(inside, ["let a;", "b"]);
    }

    #[test]
    fn what_is_cut_out_is_gone_with_its_line() {
        let links = tags(PAGE, "link");
        assert!(without(PAGE, &links).starts_with("<script>let a;"));
        assert_eq!(without(PAGE, &[]), PAGE);
    }
}
