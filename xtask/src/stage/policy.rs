//! What a page of ours may load and run, as its own Content-Security-Policy: its files, the scripts that stand in it by
//! their digests, and nothing else. It stands in the page, so that it holds on every host. (`frame-ancestors` is the
//! one wish that a page cannot tell by itself; everyone may embed us.)

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::html;

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A folder on a host.
    Site,
    /// The same, while `serve` builds it anew after each change and tells the page so.
    Workshop,
    /// One file, which asks for nothing.
    OneFile,
}

impl Place {
    /// Sources of its own, besides what stands in it.
    const fn own(self) -> &'static str {
        match self {
            Self::Site | Self::Workshop => " 'self'",
            Self::OneFile => "",
        }
    }
}

/// The page with its policy, right behind the declaration of its letters. One that it had before is gone.
pub(crate) fn with_policy(page: &str, place: Place) -> String {
    const LETTERS: &str = "<meta charset=\"utf-8\">\n";
    let before: Vec<_> = html::tags(page, "meta")
        .into_iter()
        .filter(|range| html::attribute(&page[range.clone()], "http-equiv").is_some())
        .collect();
    let page = html::without(page, &before);
    let tag = format!(
        "{LETTERS}<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n",
        policy(&page, place)
    );
    page.replacen(LETTERS, &tag, 1)
}

fn policy(page: &str, place: Place) -> String {
    let own = place.own();
    let is_program = |tag: &str| matches!(html::attribute(tag, "type"), None | Some("module"));
    let scripts = html::inline_scripts(page);
    let scripts =
        scripts.into_iter().filter(|(tag, _)| is_program(&page[tag.clone()])).map(|(_, inside)| inside);
    let styles = html::inline(page, "style").into_iter().map(|(_, inside)| inside);
    let digests = |ranges: &mut dyn Iterator<Item = std::ops::Range<usize>>| -> String {
        ranges.map(|range| format!(" '{}'", digest(&page[range]))).collect()
    };
    let (scripts, styles) = (digests(&mut { scripts }), digests(&mut { styles }));
    // Trunk's server completes its own script after we have seen it.
    let scripts = if place == Place::Workshop { " 'unsafe-inline'".to_owned() } else { scripts };
    let mut wishes = vec![
        "default-src 'none'".to_owned(),
        format!("script-src{own} 'wasm-unsafe-eval'{scripts}"),
        format!("style-src{own}{styles}"),
        format!("img-src{own} data: blob:"),
        format!("worker-src{own} blob:"),
    ];
    match place {
        Place::OneFile => {}
        Place::Site => wishes.extend(["connect-src 'self'".to_owned(), "manifest-src 'self'".to_owned()]),
        Place::Workshop => {
            wishes.extend(["connect-src 'self' ws:".to_owned(), "manifest-src 'self'".to_owned()])
        }
    }
    wishes.extend(["base-uri 'none'".to_owned(), "form-action 'none'".to_owned()]);
    wishes.join("; ")
}

fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<meta charset=\"utf-8\">\n<script>alert('Hello, world.');</script><script src=\"./a.js\"></script>\
        <script type=\"application/json\">{}</script><p>";

    #[test]
    fn scripts_in_the_page_are_told_by_their_digest() {
        let page = with_policy(PAGE, Place::Site);
        // The example of the specification.
        assert!(page.contains(
            "script-src 'self' 'wasm-unsafe-eval' 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=';"
        ));
        assert_eq!(page.matches("sha256-").count(), 1, "data is no program: {page}");
        assert!(page.contains("style-src 'self';") && page.contains("connect-src 'self';"));
        assert_eq!(with_policy(&page, Place::Site), page, "a policy is not written twice");
    }

    #[test]
    fn the_workshop_lets_its_server_add_a_script() {
        let page = with_policy(PAGE, Place::Workshop);
        assert!(page.contains("script-src 'self' 'wasm-unsafe-eval' 'unsafe-inline';"), "{page}");
        assert!(page.contains("connect-src 'self' ws:;"), "{page}");
    }

    #[test]
    fn one_file_asks_for_nothing() {
        let page = with_policy(&format!("{PAGE}<style>a{{}}</style>"), Place::OneFile);
        assert!(!page.contains("'self'"), "{page}");
        assert!(page.contains("style-src 'sha256-"), "{page}");
        assert!(!page.contains("connect-src"), "{page}");
    }
}
