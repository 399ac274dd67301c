//! axe reads every page in every state: no rule of WCAG 2.2 A and AA, and none of axe's own good practice, is broken.
//!
//! `FAULTSCOPE_AXE` names the folder with axe; `cargo xtask test axe browser` fetches it and sets this.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use faultscope_labs::LABS;
use serde_json::Value;

use super::harness::{Language, Page, Theme, View};
use super::reader::{a_free_message, text_at, wait_for_lab, wait_for_step};

/// The widths of a desk, a tablet and a phone.
const WIDTHS: [u32; 3] = [1440, 1000, 390];

/// Keys that open what lies over a lab.
const SHEETS: [(&str, &str); 6] = [
    ("?", "keys"),
    ("f", "faults"),
    ("g", "branches"),
    ("r", "until"),
    ("s", "search"),
    ("e", "experiments"),
];

/// A page with axe in it, and what was found so far.
struct Reading {
    page: Page,
    look: String,
    found: Vec<String>,
}

impl Reading {
    /// Opens a page and puts axe into it.
    fn of(rest: &str, view: View) -> Self {
        let mut page = Page::open(rest, view);
        page.eval(&format!("{}; true", script()));
        let look = format!("{} {} {}", view.width, view.theme.word(), view.language.tag());
        Self { page, look, found: Vec::new() }
    }

    /// Lets axe read the page as it is.
    fn read(&mut self, state: &str) {
        // What is still fading in is paler than it will be.
        self.page.eval("Promise.all(document.getAnimations().map(it => it.finished)).then(() => true)");
        self.page.settle();
        for broken in violations(&mut self.page) {
            self.found.push(format!("{} / {state}: {broken}", self.look));
        }
    }

    /// Opens another place of the site in the same page.
    fn go(&mut self, hash: &str) {
        self.page.eval(&format!("location.hash = {}, true", Value::from(hash)));
    }

    #[track_caller]
    fn end(self) -> Vec<String> {
        self.page.finish();
        self.found
    }
}

/// The text of axe.
fn script() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| {
        let folder = std::env::var_os("FAULTSCOPE_AXE").map(PathBuf::from);
        let folder =
            folder.expect("FAULTSCOPE_AXE names the folder with axe; `cargo xtask test axe` fetches it");
        let file = folder.join("axe.min.js");
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    })
}

/// Each broken rule, and where.
fn violations(page: &mut Page) -> Vec<String> {
    let told = page.eval(
        "axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
            resultTypes: ['violations'],
        }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.filter(node => !(
            // The name of a lane is as high as its lane; the menu of lanes does the same at full size, as the rule allows.
            id === 'target-size' && document.querySelector(node.target[0])?.closest('.space-view')
        )).map(node =>
            `${id}: ${node.target.join(' ')} ${node.html.slice(0, 160)} ${node.failureSummary.replace(/\\s+/g, ' ')}`)))",
    );
    serde_json::from_value(told).unwrap()
}

/// The looks of one width: each theme and each language. What one of them breaks does not hang on the other.
fn looks(width: u32) -> impl Iterator<Item = View> {
    let window = if width < 760 { View::PHONE } else { View { width, height: 900, ..View::DESKTOP } };
    let pairs = Theme::ALL.into_iter().zip(Language::ALL);
    pairs.map(move |(theme, language)| View { theme, language, ..window })
}

#[track_caller]
fn assert_nothing(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_home_page_breaks_no_rule() {
    let mut found = Vec::new();
    for view in WIDTHS.into_iter().flat_map(looks) {
        let mut reading = Reading::of("", view);
        reading.read("home");
        reading.page.click("#find");
        reading.page.type_text("zzz");
        reading.page.wait_for("document.querySelector('.none')");
        reading.read("home, nothing found");
        reading.go("#nowhere:x;r1");
        reading.page.wait_for("document.querySelector('.problem')");
        reading.read("home, a bad link");
        found.extend(reading.end());
    }
    assert_nothing(&found);
}

#[test]
fn every_lab_breaks_no_rule() {
    let mut found = Vec::new();
    for (at, view) in WIDTHS.into_iter().flat_map(looks).enumerate() {
        let mut reading = Reading::of("", view);
        // Every lab in every width, themes and languages by turns.
        for (place, lab) in LABS.iter().enumerate().filter(|(place, _)| (place + at) % 2 == 0) {
            let step = 40 + place as u64;
            reading.go(&format!("#{}", text_at(lab, step)));
            wait_for_lab(&mut reading.page, lab.id);
            wait_for_step(&mut reading.page, step);
            reading.read(lab.id);
        }
        found.extend(reading.end());
    }
    assert_nothing(&found);
}

#[test]
fn no_sheet_breaks_a_rule() {
    let mut found = Vec::new();
    for (at, view) in WIDTHS.into_iter().flat_map(looks).enumerate() {
        let lab = LABS[at % LABS.len()];
        let mut reading = Reading::of(&format!("#{}", text_at(lab, 40)), view);
        wait_for_lab(&mut reading.page, lab.id);
        for (key, sheet) in SHEETS {
            if sheet == "experiments" && lab.experiments.is_empty() {
                continue;
            }
            reading.page.key(key);
            reading.page.wait_for("document.querySelector('.sheet')");
            reading.read(sheet);
            reading.page.key("Escape");
            reading.page.wait_for("!document.querySelector('.sheet')");
        }
        for (buttons, sheet) in buttons(view) {
            for button in buttons {
                reading.page.click(button);
            }
            reading.page.wait_for("document.querySelector('.sheet, .menu .list')");
            reading.read(sheet);
            reading.page.key("Escape");
            reading.page.wait_for("!document.querySelector('.sheet, .menu .list')");
        }
        read_hands(&mut reading);
        found.extend(reading.end());
    }
    assert_nothing(&found);
}

/// What is clicked to open what has no key of its own.
fn buttons(view: View) -> Vec<(&'static [&'static str], &'static str)> {
    match view.width {
        0..=760 => vec![
            (&[".share"], "share"),
            (&[".vchip"], "variants"),
            (&[".narrow-acts .face"], "menu"),
            (&[".narrow-acts .face", ".narrow-acts .list .act"], "settings"),
        ],
        761..=1180 => vec![(&[".share"], "share"), (&[".vchip"], "variants")],
        _ => vec![(&[".share"], "share"), (&[".wide-acts .act:not(.small)"], "settings")],
    }
}

/// A node and a message picked up, their actions, a notice, and a link that is none.
fn read_hands(reading: &mut Reading) {
    let (message, _) = a_free_message(&mut reading.page);
    for item in ["n1".to_owned(), format!("message-{message}")] {
        reading.page.eval(&format!("document.querySelector('[data-item={item}]').click(), true"));
        reading.page.wait_for("document.querySelector('.sheet.actions')");
        reading.read(&format!("actions of {item}"));
        reading.page.key("Escape");
        reading.page.wait_for("!document.querySelector('.sheet')");
    }
    reading.go("#nowhere:x;r1");
    reading.page.wait_for("document.querySelector('.problem')");
    reading.read("a bad link over a lab");
}

#[test]
fn no_tab_of_a_phone_breaks_a_rule() {
    let mut found = Vec::new();
    for (at, view) in looks(390).enumerate() {
        let lab = LABS[at % LABS.len()];
        let mut reading = Reading::of(&format!("#{}", text_at(lab, 60)), view);
        wait_for_lab(&mut reading.page, lab.id);
        for tab in ["inspect", "verdicts", "log", "time", "story"] {
            reading.page.tap(&format!("#tab-{tab}"));
            reading.page.wait_for(&format!("document.querySelector('#tab-{tab}[aria-selected=true]')"));
            reading.read(tab);
        }
        found.extend(reading.end());
    }
    assert_nothing(&found);
}

#[test]
fn no_story_breaks_a_rule() {
    let mut found = Vec::new();
    for (at, view) in WIDTHS.into_iter().flat_map(looks).enumerate() {
        let labs: Vec<_> = LABS.iter().filter(|lab| !lab.stories.is_empty()).collect();
        let lab = labs[at % labs.len()];
        let mut reading = Reading::of(&format!("#{}", text_at(lab, 10)), view);
        wait_for_lab(&mut reading.page, lab.id);
        reading.page.click(".stories ul button");
        reading.page.wait_for("document.querySelector('.say')");
        reading.read("a story");
        if turn_to(&mut reading.page, ".ask .opt") {
            reading.read("a question");
            reading.page.click(".ask .opt");
            reading.page.click(".ask .reveal");
            reading.page.wait_for("document.querySelector('.because')");
            reading.read("an answer");
        }
        if turn_to(&mut reading.page, ".ask .judged") {
            reading.read("a goal");
        }
        found.extend(reading.end());
    }
    assert_nothing(&found);
}

/// Turns the pages of the open story until something is there; says whether it came before the end.
fn turn_to(page: &mut Page, selector: &str) -> bool {
    loop {
        page.settle();
        if page.eval(&format!("document.querySelector({selector:?}) !== null")) == true {
            return true;
        }
        let place = "document.querySelector('.tale .lab').textContent";
        let before = page.eval(place);
        let (now, all) = numbers(before.as_str().unwrap());
        if now == all {
            return false;
        }
        page.click(".steps .pri");
        page.wait_for(&format!("{place} !== {before}"));
    }
}

/// The two numbers in `step 3 of 9`.
fn numbers(text: &str) -> (u32, u32) {
    let mut numbers =
        text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn a_broken_rule_is_found() {
    let mut reading = Reading::of("", View::DESKTOP);
    reading.read("home");
    assert_nothing(&reading.found);
    reading.page.eval(
        "document.querySelector('main').insertAdjacentHTML('beforeend',
            '<button></button><p class=pale>pale</p><div role=slider>x</div>'),
         document.querySelector('.pale').style.setProperty('color', '#ddd'), true",
    );
    reading.read("broken");
    for rule in ["button-name", "color-contrast", "aria-required-attr"] {
        assert!(reading.found.iter().any(|found| found.contains(rule)), "{rule}: {:?}", reading.found);
    }
    reading.page.finish();
}
