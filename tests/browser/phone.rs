//! A lab in the hand: tabs, fingers, the card of actions; and the page is never wider than the window.

use faultscope_labs::LABS;

use super::harness::{Page, View};
use super::reader::{
    a_server, fact, now_us, open_at, overhang, step, wait_for_address, wait_for_step, wait_until_hatched,
    words,
};

#[test]
fn every_tab_opens_its_panel_and_fits() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::PHONE);
        let tabs = page.eval("[...document.querySelectorAll('.tabs [role=tab]')].map(tab => tab.id)");
        let tabs: Vec<String> = serde_json::from_value(tabs).unwrap();
        assert!(tabs.len() > 3, "{}: {tabs:?}", lab.id);
        for tab in &tabs {
            page.tap(&format!("#{tab}"));
            page.wait_for(&format!(
                "document.querySelector('#{tab}').getAttribute('aria-selected') === 'true'"
            ));
            page.wait_for(&format!(
                "document.querySelector('#panel').getAttribute('aria-labelledby') === '{tab}'"
            ));
            assert!(!words(&mut page, "#panel").is_empty(), "{}: {tab} is empty", lab.id);
            assert!(overhang(&mut page) <= 0, "{}: {tab} is wider than the phone", lab.id);
        }
        page.finish();
    }
}

#[test]
fn a_finger_steps_plays_and_scrubs() {
    let lab = LABS[0];
    let mut page = open_at(lab, 60, View::PHONE);
    page.tap(".dock .forward");
    wait_for_step(&mut page, 61);
    page.tap(".dock .back");
    wait_for_step(&mut page, 60);
    page.tap(".dock .play");
    page.wait_for("Number(document.querySelector('.app').dataset.step) > 60");
    page.tap(".dock .play");
    page.wait_for("document.querySelector('.app').dataset.playing === 'false'");

    let before = now_us(&mut page);
    let strip = page.eval(
        "(() => { const box = document.querySelector('.timeline').getBoundingClientRect();
            return [box.x + box.width * 0.1, box.x + box.width * 0.6, box.y + box.height / 2]; })()",
    );
    let at = |place: usize| strip[place].as_f64().unwrap();
    page.swipe((at(0), at(2)), (at(1), at(2)));
    page.wait_for(&format!("Number(document.querySelector('.app').dataset.nowUs) > {before}"));
    page.finish();
}

#[test]
fn a_tapped_node_offers_its_actions() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::PHONE);
        let (node, at) = a_server(&mut page);
        open_actions(&mut page, node, at);
        assert!(overhang(&mut page) <= 0, "{}: the actions are wider than the phone", lab.id);
        let title = words(&mut page, ".sheet.actions h2");
        assert!(title.contains(&node.to_string()), "{}: {title}", lab.id);
        page.tap(".sheet.actions .deeds button.fault[aria-keyshortcuts=C]");
        wait_until_hatched(&mut page, node, true);
        wait_for_address(&mut page, &format!("crash.{node}"), true);
        page.tap(".sheet.actions .close");
        page.wait_for("!document.querySelector('.sheet')");
        assert_eq!(fact(&mut page, "playing"), "false");
        page.finish();
    }
}

/// Taps a node until its actions are there: the first tap picks it up, the second asks what can be done.
fn open_actions(page: &mut Page, node: faultscope_labs::NodeId, at: (f64, f64)) {
    page.tap_at(at.0, at.1);
    page.wait_for(&format!(
        "document.querySelector('[data-item={node}]').getAttribute('aria-pressed') === 'true'"
    ));
    page.tap_at(at.0, at.1);
    page.wait_for("document.querySelector('.sheet.actions')");
    page.settle();
}

#[test]
fn every_sheet_fits_a_phone() {
    let lab = LABS[0];
    let mut page = open_at(lab, 60, View::PHONE);
    let at = step(&mut page);
    for (open, sheet) in [
        (&[".vchip"][..], ".variants-sheet"),
        (&[".share"][..], ".sheet"),
        (&[".narrow-acts .face", ".narrow-acts .list .act"][..], ".sheet.settings"),
        (&[".narrow-acts .face", ".narrow-acts .list [aria-keyshortcuts='?']"][..], ".sheet"),
    ] {
        for button in open {
            page.tap(button);
        }
        page.wait_for(&format!("document.querySelector({sheet:?})"));
        assert!(overhang(&mut page) <= 0, "{sheet} behind {open:?} is wider than the phone");
        page.tap(".sheet .close");
        page.wait_for("!document.querySelector('.sheet')");
    }
    assert_eq!(step(&mut page), at);
    page.finish();
}
