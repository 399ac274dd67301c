//! Every page in every look: it opens, says nothing on the console, and fits its window.
//!
//! `cargo xtask shots` runs this same test to take the pictures: with `FAULTSCOPE_SHOTS` set to a folder, each look is
//! written there; `FAULTSCOPE_SHOTS_ONLY` keeps those whose name contains it.

use std::env;
use std::fs;
use std::path::PathBuf;

use super::harness::{Language, Page, Theme, View};

/// Desk and phone.
const WINDOWS: [View; 2] = [View::DESKTOP, View::PHONE];

/// One page of the site.
struct Place {
    /// Its name in pictures.
    name: String,
    /// What stands behind the site's address.
    rest: String,
}

#[test]
fn every_page_opens_in_every_look() {
    let shots = env::var_os("FAULTSCOPE_SHOTS").map(PathBuf::from);
    let only = env::var("FAULTSCOPE_SHOTS_ONLY").unwrap_or_default();
    let looks = looks();
    let wanted: Vec<_> = looks.iter().filter(|(name, ..)| name.contains(&only)).collect();
    assert!(!wanted.is_empty(), "no look contains `{only}` in its name; there are {}", names(&looks));

    let mut faults = Vec::new();
    for (name, rest, view) in wanted {
        let mut page = Page::open(rest, *view);
        page.settle();
        if let Some(folder) = &shots {
            fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
            let file = folder.join(format!("{name}.png"));
            // The home page is read like a text; a lab is an instrument, whose window is all there is.
            let picture = if rest.is_empty() { page.whole_picture() } else { page.picture() };
            fs::write(&file, picture).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
        faults.extend(look_at(&mut page, *view).into_iter().map(|fault| format!("{name}: {fault}")));
        faults.extend(page.close().into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Name, place and view of every picture.
fn looks() -> Vec<(String, String, View)> {
    let mut looks = Vec::new();
    for place in places() {
        for window in WINDOWS {
            for language in Language::ALL {
                for theme in Theme::ALL {
                    let name = format!("{}-{}-{}-{}", place.name, language.tag(), theme.word(), window.width);
                    looks.push((name, place.rest.clone(), View { language, theme, ..window }));
                }
            }
        }
    }
    looks
}

/// The home page, and every lab of the catalogue by the card that leads to it.
fn places() -> Vec<Place> {
    let mut page = Page::open("", View::DESKTOP);
    let links = page.eval("[...document.querySelectorAll('a.plate')].map(card => card.hash)");
    page.finish();
    let links: Vec<&str> = links.as_array().into_iter().flatten().filter_map(|link| link.as_str()).collect();
    let labs = faultscope_labs::LABS.iter().map(|lab| {
        let start = format!("#{}:", lab.id);
        let link = links.iter().find(|link| link.starts_with(&start));
        let link = link.unwrap_or_else(|| panic!("no card of the home page leads to {start}: {links:?}"));
        Place { name: lab.id.to_owned(), rest: (*link).to_owned() }
    });
    let home = Place { name: "home".to_owned(), rest: String::new() };
    [home].into_iter().chain(labs).collect()
}

/// What is wrong with a page at a glance.
fn look_at(page: &mut Page, view: View) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    let width = page.eval("document.documentElement.scrollWidth").as_u64().unwrap_or_default();
    check(width <= u64::from(view.width), format!("{width} pixels wide in a window of {}", view.width));
    let letters = page.eval("document.body.innerText.trim().length").as_u64().unwrap_or_default();
    check(letters > 0, "an empty page".to_owned());
    let language = page.eval("document.documentElement.lang");
    let tag = view.language.tag();
    let is_told = language.as_str().is_some_and(|told| told.starts_with(tag));
    check(is_told, format!("the page says it speaks {language}, the reader asked for {tag}"));
    faults
}

fn names(looks: &[(String, String, View)]) -> String {
    looks.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>().join(", ")
}
