//! The keyboard alone: from the home page into a lab, through a run, to a node and what can be done to it.

use faultscope_labs::LABS;

use super::harness::{Page, View};
use super::reader::{picture, wait_for_focus, wait_for_lab, wait_until_hatched};

/// The most presses of the tab key to reach anything on a page.
const TABS_MAX: usize = 150;

/// Presses the tab key until the element with the focus fits.
fn tab_to(page: &mut Page, selector: &str) {
    for _ in 0..TABS_MAX {
        page.key("Tab");
        if page.eval(&format!("document.activeElement?.matches({selector:?}) ?? false")) == true {
            return;
        }
    }
    panic!("{selector} takes no focus within {TABS_MAX} presses of the tab key")
}

#[test]
fn a_lab_is_used_without_a_mouse() {
    for lab in LABS {
        let mut page = Page::open("", View::DESKTOP);
        tab_to(&mut page, &format!("a.plate[href^='#{}:']", lab.id));
        page.key("Enter");
        wait_for_lab(&mut page, lab.id);

        page.key("Space");
        page.wait_for("document.querySelector('.app').dataset.playing === 'true'");
        page.wait_for("Number(document.querySelector('.app').dataset.step) > 3");
        page.key("Space");
        page.wait_for("document.querySelector('.app').dataset.playing === 'false'");

        tab_to(&mut page, "[data-item=n1]");
        let ring = page.eval("getComputedStyle(document.activeElement).outlineStyle");
        assert_ne!(ring, "none", "{}: the focus can be seen", lab.id);
        page.key("Enter");
        page.wait_for("document.querySelector('.sheet.actions')?.contains(document.activeElement)");
        let crash = ".sheet.actions .deeds button.fault[aria-keyshortcuts=C]";
        tab_to(&mut page, crash);
        page.key("Enter");
        wait_until_hatched(&mut page, "n1".parse().unwrap(), true);
        page.key("Escape");
        page.wait_for("!document.querySelector('.sheet')");
        wait_for_focus(&mut page, "[data-item=n1]");
        page.finish();
    }
}

#[test]
fn nodes_are_picked_and_tools_taken_by_key() {
    let lab = LABS[0];
    let mut page = Page::open(&format!("#{}", super::reader::text_at(lab, 40)), View::DESKTOP);
    wait_for_lab(&mut page, lab.id);
    let before = picture(&mut page);
    page.key("n");
    page.wait_for("document.querySelector('.stage-list [aria-pressed=true]')?.dataset.item === 'n1'");
    page.key("n");
    page.wait_for("document.querySelector('.stage-list [aria-pressed=true]')?.dataset.item === 'n2'");
    page.key("b");
    page.wait_for("document.querySelector('.stage-list [aria-pressed=true]')?.dataset.item === 'n1'");
    page.key("Escape");
    page.wait_for("!document.querySelector('.stage-list [aria-pressed=true]')");
    assert_eq!(picture(&mut page), before, "what was picked up is put down");
    page.finish();
}
