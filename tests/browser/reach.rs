//! Everyone gets everywhere: with the keyboard alone, at every width, at twice the size, with fingers, and in colours
//! that the system chooses.

use faultscope_labs::LABS;
use serde_json::json;

use super::harness::{Page, View};
use super::reader::{
    a_free_message, open_at, overhang, targets, wait_for_focus, wait_for_lab, wait_for_step, words,
};

/// From the smallest phone to a large screen, in CSS pixels.
const WIDTHS: [u32; 6] = [360, 768, 1024, 1440, 1920, 2560];

/// Keys that open what lies over a lab.
const SHEETS: [&str; 6] = ["?", "f", "g", "r", "s", "e"];

/// A window of this width: a phone up to 760 pixels, a desk beyond.
fn window(width: u32) -> View {
    if width <= 760 { View { width, ..View::PHONE } } else { View { width, height: 900, ..View::DESKTOP } }
}

#[test]
fn nothing_is_wider_than_its_window() {
    let mut too_wide = Vec::new();
    // The last one is a window of 1440 pixels at twice the size.
    for view in
        WIDTHS.map(window).into_iter().chain([View { width: 720, height: 450, scale: 2, ..View::DESKTOP }])
    {
        let mut page = Page::open("", view);
        let mut check = |page: &mut Page, what: &str| {
            if overhang(page) > 0 {
                too_wide.push(format!("{what} at {}: {} pixels", view.width, overhang(page)));
            }
        };
        check(&mut page, "home");
        for lab in LABS {
            page.eval(&format!("location.hash = '#{}', true", super::reader::text_at(lab, 40)));
            wait_for_lab(&mut page, lab.id);
            check(&mut page, lab.id);
        }
        for key in SHEETS {
            page.key(key);
            page.wait_for("document.querySelector('.sheet')");
            check(&mut page, key);
            page.key("Escape");
            page.wait_for("!document.querySelector('.sheet')");
        }
        page.finish();
    }
    assert!(too_wide.is_empty(), "{}", too_wide.join("\n"));
}

/// Every control that can be seen, too small in one direction: its size and what it is. A control in a label is as large
/// as that. The name of a lane is as high as its lane; the menu of lanes does the same with room for a finger.
fn too_small(page: &mut Page, least: f64) -> Vec<String> {
    let told = page.eval(&format!(
        "[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=slider]')].flatMap(it => {{
            if (it.disabled || it.closest('.hid, .stage-list, .space-view') || !it.checkVisibility({{ visibilityProperty: true }})) return [];
            const box = (it.closest('label') ?? it).getBoundingClientRect();
            // Half a pixel is the browser's rounding.
            return Math.min(box.width, box.height) >= {least} - 0.5 ? []
                : [`${{box.width.toFixed(1)}} x ${{box.height.toFixed(1)}}: ${{it.outerHTML.slice(0, 120)}}`];
        }})"
    ));
    serde_json::from_value(told).unwrap()
}

fn check_targets(view: View, least: f64) {
    let mut small = Vec::new();
    let mut page = Page::open("", view);
    small.extend(too_small(&mut page, least));
    for lab in LABS {
        page.eval(&format!("location.hash = '#{}', true", super::reader::text_at(lab, 40)));
        wait_for_lab(&mut page, lab.id);
        small.extend(too_small(&mut page, least));
        for tab in ["inspect", "verdicts", "log", "time", "story"] {
            if view.touch {
                page.tap(&format!("#tab-{tab}"));
                page.wait_for(&format!("document.querySelector('#tab-{tab}[aria-selected=true]')"));
                small.extend(too_small(&mut page, least));
            }
        }
    }
    for key in SHEETS {
        page.key(key);
        page.wait_for("document.querySelector('.sheet')");
        small.extend(too_small(&mut page, least));
        page.key("Escape");
        page.wait_for("!document.querySelector('.sheet')");
    }
    // The arrows belong to the tabs while the focus is there.
    page.eval("document.activeElement.blur(), true");
    let (message, _) = a_free_message(&mut page);
    for item in ["n1".to_owned(), format!("message-{message}")] {
        page.eval(&format!("document.querySelector('[data-item={item}]').click(), true"));
        page.wait_for("document.querySelector('.sheet.actions')");
        small.extend(too_small(&mut page, least));
        page.key("Escape");
        page.wait_for("!document.querySelector('.sheet')");
    }
    page.finish();
    small.sort();
    small.dedup();
    assert!(small.is_empty(), "smaller than {least} pixels:\n{}", small.join("\n"));
}

#[test]
fn a_finger_meets_every_control() {
    check_targets(View::PHONE, 44.0);
}

#[test]
fn a_mouse_meets_every_control() {
    check_targets(View::DESKTOP, 24.0);
}

#[test]
fn a_small_control_is_found() {
    let mut page = Page::open("", View::DESKTOP);
    page.eval("document.querySelector('main').insertAdjacentHTML('beforeend', '<button>.</button>'), true");
    assert_eq!(too_small(&mut page, 24.0).len(), 1);
    page.finish();
}

/// Presses the tab key until the focus has been everywhere; returns each stop, and those that show no focus.
fn walk(page: &mut Page, key: &str) -> (Vec<String>, Vec<String>) {
    let (mut stops, mut unseen) = (Vec::new(), Vec::new());
    page.eval("document.activeElement.blur(), true");
    for _ in 0..400 {
        page.key(key);
        // Two stops may read alike, so each gets a number.
        let stop = page.eval(
            "(() => {
                const it = document.activeElement;
                if (it === document.body) return null;
                window.stops ??= new Map();
                if (!window.stops.has(it)) window.stops.set(it, window.stops.size);
                const name = it => window.stops.get(it) + ' ' + it.outerHTML.slice(0, 100);
                for (const shown of it.getAnimations({ subtree: true })) shown.finish();
                // A splitter shows the focus by a bar that it draws.
                if (getComputedStyle(it, '::after').opacity === '1' && it.matches('.split')) return [name(it), true];
                let frame = it;
                while (frame && getComputedStyle(frame).outlineStyle === 'none') frame = frame.parentElement;
                return [name(it), frame !== null];
            })()",
        );
        let Some(name) = stop[0].as_str().map(str::to_owned) else { return (stops, unseen) };
        if stop[1] != true {
            unseen.push(name.clone());
        }
        // Behind the last stop the focus goes to the browser, of which the page sees nothing.
        if stops.last() == Some(&name) || stops.first() == Some(&name) {
            return (stops, unseen);
        }
        assert!(!stops.contains(&name), "the focus is caught: {name} in {stops:#?}");
        stops.push(name);
    }
    panic!("the focus never leaves the page: {stops:?}")
}

/// The controls, of a sheet as of the page below it, that no walk met. Of a group of radio buttons the tab key meets one.
fn never_met(page: &mut Page) -> Vec<String> {
    let told = page.eval(
        "[...document.querySelectorAll('*')]
            .filter(it => it.tabIndex >= 0 && !it.disabled && !it.closest('[inert]'))
            .filter(it => it.checkVisibility({ visibilityProperty: true }))
            .filter(it => it.type !== 'radio' || it.checked)
            .filter(it => !window.stops.has(it))
            .map(it => it.outerHTML.slice(0, 100))",
    );
    serde_json::from_value(told).unwrap()
}

#[test]
fn the_tab_key_goes_everywhere_and_is_never_caught() {
    for (rest, sheet) in [("", None), ("lab", None), ("lab", Some("f")), ("lab", Some("?"))] {
        let mut page = match rest {
            "" => Page::open("", View::DESKTOP),
            _ => open_at(LABS[0], 60, View::DESKTOP),
        };
        if let Some(key) = sheet {
            page.key(key);
            page.wait_for("document.querySelector('.sheet')");
        }
        let (there, unseen) = walk(&mut page, "Tab");
        // A sheet stands last in the page, so that from it the way there is short.
        assert!(there.len() > if sheet.is_some() { 0 } else { 10 }, "{there:#?}");
        assert!(unseen.is_empty(), "focus that cannot be seen: {unseen:#?}");
        // With a sheet open the way there begins in the sheet; the way back is the whole page.
        let (back, unseen) = walk(&mut page, "Shift+Tab");
        assert!(back.len() >= there.len().max(11), "there: {there:#?}\nback: {back:#?}");
        assert!(unseen.is_empty(), "focus that cannot be seen on the way back: {unseen:#?}");
        let missed = never_met(&mut page);
        assert!(missed.is_empty(), "no way leads to {missed:#?}");
        page.finish();
    }
}

#[test]
fn escape_closes_each_sheet_and_gives_the_focus_back() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    for key in SHEETS {
        page.eval("document.querySelector('.trans .back').focus(), true");
        page.key(key);
        page.wait_for("document.querySelector('.sheet').contains(document.activeElement)");
        page.key("Escape");
        page.wait_for("!document.querySelector('.sheet')");
        wait_for_focus(&mut page, ".trans .back");
    }
    page.finish();
}

#[test]
fn the_list_of_keys_names_every_key_that_the_page_announces() {
    for (lang, language) in
        [("en", super::harness::Language::English), ("zh", super::harness::Language::Chinese)]
    {
        let mut page = open_at(LABS[0], 60, View { language, ..View::DESKTOP });
        page.key("?");
        page.wait_for("document.querySelector('.sheet.keylist')");
        let listed = page.eval("[...document.querySelectorAll('.keylist kbd')].map(it => it.textContent)");
        let listed: Vec<String> = serde_json::from_value(listed).unwrap();
        let announced = page.eval(
            "[...document.querySelectorAll('[aria-keyshortcuts]')].map(it => it.getAttribute('aria-keyshortcuts'))",
        );
        let announced: Vec<String> = serde_json::from_value(announced).unwrap();
        assert!(announced.len() > 10, "{announced:?}");
        for chord in announced.iter().flat_map(|chords| chords.split(' ')) {
            let shown = match chord {
                "ArrowLeft" => "←",
                "ArrowRight" => "→",
                "Escape" => "Esc",
                other => other,
            };
            let shown = shown.replace("Shift+", "⇧ ");
            assert!(listed.contains(&shown), "{lang}: {shown} is not among {listed:?}");
        }
        for key in ["Space", "Home", "M", "A", "N", "Esc"] {
            assert!(listed.contains(&key.to_owned()), "{lang}: {key} is not among {listed:?}");
        }
        page.finish();
    }
}

#[test]
fn the_list_equals_the_stage() {
    for lab in LABS {
        let mut page = open_at(lab, 40, View::DESKTOP);
        for step in 41..56 {
            page.key("ArrowRight");
            wait_for_step(&mut page, step);
            let painted: Vec<String> = targets(&mut page).into_keys().collect();
            let listed =
                page.eval("[...document.querySelectorAll('[data-item]')].map(it => it.dataset.item).sort()");
            let listed: Vec<String> = serde_json::from_value(listed).unwrap();
            // A message that was lost a moment ago is still painted, and can no longer be picked up.
            let missing: Vec<&String> = listed.iter().filter(|item| !painted.contains(item)).collect();
            assert!(missing.is_empty(), "{} at {step}: {missing:?} not painted", lab.id);
            let lost =
                painted.iter().filter(|item| !listed.contains(item)).all(|item| item.starts_with("message-"));
            assert!(lost, "{} at {step}: {painted:?} against {listed:?}", lab.id);
        }
        page.finish();
    }
}

#[test]
fn a_message_is_picked_and_its_actions_opened_by_key() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    a_free_message(&mut page);
    page.key("m");
    page.wait_for(
        "document.querySelector('.stage-list [aria-pressed=true]')?.dataset.item.startsWith('message-')",
    );
    let told = words(&mut page, ".stage-list [aria-pressed=true]");
    assert!(told.contains(", arrives in "), "{told}");
    page.key("a");
    page.wait_for("document.querySelector('.sheet.actions')?.contains(document.activeElement)");
    page.key("Escape");
    page.wait_for("!document.querySelector('.sheet')");
    page.finish();
}

#[test]
fn arrows_lead_from_tab_to_tab() {
    let mut page = open_at(LABS[0], 60, View::PHONE);
    page.eval("document.querySelector('#tab-story').focus(), true");
    for tab in ["inspect", "verdicts", "log", "time", "story"] {
        page.key("ArrowRight");
        page.wait_for(&format!("document.activeElement.matches('#tab-{tab}[aria-selected=true]')"));
    }
    page.key("ArrowLeft");
    page.wait_for("document.activeElement.matches('#tab-time')");
    page.finish();
}

/// The colours that are on the stage, each as `red,green,blue`, the most frequent first.
fn colours_of_the_stage(page: &mut Page) -> Vec<String> {
    page.settle();
    let told = page.eval(
        "(() => {
            const canvas = document.querySelector('.stage-canvas'), count = new Map();
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            for (let at = 0; at < data.length; at += 4) {
                if (data[at + 3] < 255) continue;
                const colour = data.slice(at, at + 3).join();
                count.set(colour, (count.get(colour) ?? 0) + 1);
            }
            return [...count].sort((one, other) => other[1] - one[1]).map(([colour]) => colour);
        })()",
    );
    serde_json::from_value(told).unwrap()
}

#[test]
fn forced_colours_reach_the_stage() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    let ours = colours_of_the_stage(&mut page);
    let epoch = "220,235,255";
    assert!(
        ours.iter().any(|colour| colour == epoch),
        "the fill of an epoch is on the stage: {:?}",
        &ours[..8]
    );
    page.call(
        "Emulation.setEmulatedMedia",
        json!({ "features": [
            { "name": "forced-colors", "value": "active" },
            { "name": "prefers-color-scheme", "value": "dark" },
        ] }),
    );
    page.wait_for("matchMedia('(forced-colors: active)').matches");
    page.key("ArrowRight");
    wait_for_step(&mut page, 61);
    let forced = colours_of_the_stage(&mut page);
    assert!(!forced.iter().any(|colour| colour == epoch), "{:?}", &forced[..8]);
    for colour in ["255,255,255", "0,0,0"] {
        assert!(forced.iter().take(3).any(|it| it == colour), "{colour} leads {:?}", &forced[..8]);
    }
    page.finish();
}
