//! The panels at the side: splitters that a mouse and the arrow keys move, folding, both remembered by the device; the
//! inspector's changes, the rules, and statistics equal to those of a native program.

use faultscope_labs::sim::Payload;
use faultscope_labs::{LABS, Lab, Session};

use super::harness::{Page, View};
use super::reader::{native_run, open_at, reload, step, wait_for_address, wait_for_step, words};

fn width_of(page: &mut Page, selector: &str) -> f64 {
    page.settle();
    page.eval(&format!("document.querySelector({selector:?}).getBoundingClientRect().width"))
        .as_f64()
        .unwrap()
}

fn height_of(page: &mut Page, selector: &str) -> f64 {
    page.settle();
    page.eval(&format!("document.querySelector({selector:?}).getBoundingClientRect().height"))
        .as_f64()
        .unwrap()
}

fn middle_of(page: &mut Page, selector: &str) -> (f64, f64) {
    let told = page.eval(&format!(
        "(() => {{ const box = document.querySelector({selector:?}).getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
    ));
    (told[0].as_f64().unwrap(), told[1].as_f64().unwrap())
}

/// Folds a panel, or unfolds it, and waits until it says so.
fn fold(page: &mut Page, pane: &str, is_open: bool) {
    page.click(&format!(".{pane} .folder"));
    page.wait_for(&format!(
        "document.querySelector('.{pane} .folder').getAttribute('aria-expanded') === '{is_open}'"
    ));
}

#[test]
fn columns_follow_mouse_and_keys_and_come_back_after_a_reload() {
    let lab = LABS[0];
    let mut page = open_at(lab, 20, View::DESKTOP);
    for (pane, by) in [("story", 40.0), ("side", -60.0)] {
        let (column, splitter) = (format!(".frame > .{pane}"), format!(".split[data-pane={pane}]"));
        let before = width_of(&mut page, &column);
        let stage = width_of(&mut page, ".stage-canvas");
        let (x, y) = middle_of(&mut page, &splitter);
        page.drag((x, y), (x + by, y));
        let dragged = width_of(&mut page, &column);
        assert!((dragged - before - f64::abs(by)).abs() < 8.0, "{pane}: {before} to {dragged}");
        assert!(width_of(&mut page, ".stage-canvas") < stage, "{pane}: the stage gives way");

        page.eval(&format!("document.querySelector({splitter:?}).focus()"));
        let at = step(&mut page);
        page.key(if pane == "story" { "ArrowRight" } else { "ArrowLeft" });
        let pressed = width_of(&mut page, &column);
        assert!((pressed - dragged - 16.0).abs() < 1.0, "{pane}: {dragged} to {pressed}");
        assert_eq!(step(&mut page), at, "{pane}: the key moves no cursor");
        let told = page.eval(&format!("document.querySelector({splitter:?}).getAttribute('aria-valuenow')"));
        assert_eq!(told.as_str().unwrap().parse::<f64>().unwrap(), pressed.round(), "{pane}");
    }
    let side = width_of(&mut page, ".frame > .side");
    reload(&mut page, lab.id);
    assert_eq!(width_of(&mut page, ".frame > .side"), side, "the device remembers");
    page.eval("document.querySelector('.split[data-pane=side]').focus()");
    page.key("Enter");
    assert_eq!(width_of(&mut page, ".frame > .side"), 336.0, "Enter puts it back");
    page.finish();
}

#[test]
fn what_is_folded_stays_folded() {
    let lab = LABS[0];
    let mut page = open_at(lab, 20, View::DESKTOP);
    let before = height_of(&mut page, ".events");
    fold(&mut page, "vers", false);
    assert!(height_of(&mut page, ".vers") < 48.0, "a folded panel is its heading");
    assert!(height_of(&mut page, ".events") >= before, "its room goes to the others");
    fold(&mut page, "costs", true);
    reload(&mut page, lab.id);
    let is_open = |page: &mut Page, pane: &str| {
        page.eval(&format!(
            "document.querySelector('.{pane} .folder').getAttribute('aria-expanded') === 'true'"
        ))
    };
    assert_eq!(is_open(&mut page, "vers"), false);
    assert_eq!(is_open(&mut page, "costs"), true);
    page.finish();
}

#[test]
fn the_inspector_shows_what_was_and_steps_through_the_node() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::DESKTOP);
        page.key("End");
        page.wait_for("Number(document.querySelector('.app').dataset.step) > 60");
        let node: faultscope_labs::NodeId = words(&mut page, ".ins .who b").parse().unwrap();
        let session = native_at(&mut page, lab);
        let last = |before: u64| {
            let entries = session.run().index().range(0..before as usize);
            entries.iter().rposition(|entry| entry.node() == Some(node)).map(|place| place as u64 + 1)
        };
        let here = step(&mut page);
        let one = last(here - 1).unwrap();
        page.key(",");
        wait_for_step(&mut page, one);
        let shown = page.eval("document.querySelectorAll('.ins .kv > .ch').length").as_u64().unwrap();
        let mut told = session.fork();
        told.seek_step(one);
        let changed =
            told.inspect(node).unwrap().fields.iter().filter(|field| field.previous.is_some()).count();
        assert_eq!(shown, changed as u64, "{}: what step {one} changed at {node}", lab.id);
        page.click(".ins .ways .way:last-child");
        page.wait_for(&format!("Number(document.querySelector('.app').dataset.step) > {one}"));
        page.finish();
    }
}

/// The run on screen, opened natively and played as far.
fn native_at(page: &mut Page, lab: &Lab) -> Session {
    let at = step(page);
    wait_for_address(page, &format!(";t{at}"), true);
    let mut session = native_run(page);
    assert_eq!(session.lab().id, lab.id);
    session.seek_step(at);
    assert_eq!(session.step(), at);
    session
}

#[test]
fn the_rule_that_fired_is_lit_and_a_touch_leads_to_the_next() {
    for lab in LABS.iter().filter(|lab| !lab.rules.is_empty()) {
        let mut page = open_at(lab, 0, View::DESKTOP);
        fold(&mut page, "rulebook", true);
        let mut session = native_run(&mut page);
        session.play_ahead(u64::MAX, 4_000);
        let mut fired = Vec::new();
        session.run().replay(1, session.len(), |_, step| {
            fired.extend(step.notes.iter().filter_map(Payload::rule).map(|rule| (step.number, rule)));
        });
        let &(first, rule) = fired.first().unwrap_or_else(|| panic!("{}: no rule is followed", lab.id));
        let row = format!(".rulebook [data-rule={rule:?}]");
        page.click(&format!("{row} .way:last-child"));
        wait_for_step(&mut page, first);
        page.wait_for(&format!("document.querySelector({row:?}).matches('.lit[aria-current=step]')"));
        let is_seen = page.eval(&format!(
            "(() => {{ const row = document.querySelector({row:?}).getBoundingClientRect();
                const list = document.querySelector('.rulebook .scroll').getBoundingClientRect();
                return row.bottom > list.top && row.top < list.bottom; }})()"
        ));
        assert_eq!(is_seen, true, "{}: {rule} is in view", lab.id);
        if let Some(&(second, _)) = fired.iter().find(|(step, known)| *known == rule && *step > first) {
            page.click(&format!("{row} .rule"));
            wait_for_step(&mut page, second);
            page.click(&format!("{row} .way:first-child"));
            wait_for_step(&mut page, first);
        }
        page.finish();
    }
}

#[test]
fn statistics_are_those_of_a_native_program() {
    for lab in LABS {
        let mut page = open_at(lab, 150, View::DESKTOP);
        fold(&mut page, "costs", true);
        let session = native_at(&mut page, lab);
        let statistics = session.statistics();
        for kind in &statistics.kinds {
            let row = format!(".kinds tr[data-kind={:?}]", kind.tally.name);
            let cell = |page: &mut Page, place: u64| {
                let text = words(page, &format!("{row} td:nth-child({place})"));
                text.replace(',', "").parse::<u64>().unwrap()
            };
            let told = [3, 4, 5].map(|place| cell(&mut page, place));
            assert_eq!(
                told,
                [kind.tally.sent, kind.tally.lost, kind.flying],
                "{}: {}",
                lab.id,
                kind.tally.name
            );
        }
        let bytes: u64 = words(&mut page, ".figures .row:first-child dd").replace(',', "").parse().unwrap();
        assert_eq!(bytes, statistics.sum(|kind| kind.tally.bytes), "{}", lab.id);
        let answered = words(&mut page, ".figures .row:nth-child(2) dd");
        assert_eq!(
            answered,
            format!("{} of {}", statistics.latencies.count(), statistics.commands),
            "{}",
            lab.id
        );
        page.finish();
    }
}

#[test]
fn a_story_that_was_read_to_its_end_has_a_tick() {
    let lab = LABS.iter().find(|lab| !lab.stories.is_empty()).unwrap();
    let mut page = open_at(lab, 0, View::DESKTOP);
    let story = format!(".stories [data-story={:?}]", lab.stories[0].id);
    page.click(&story);
    page.wait_for("document.querySelector('.tale .steps')");
    let mut turns = 0;
    while page.eval("!!document.querySelector('.tale .steps')") == true {
        turns += 1;
        assert!(turns < 40, "a story has an end");
        let place = page.eval("document.querySelector('.tale .lab').textContent");
        page.click(".steps .pri");
        page.wait_for(&format!("document.querySelector('.tale .lab').textContent !== {place}"));
        if turns == 1 {
            page.wait_for("document.querySelector('.spotlight path')?.getAttribute('d')?.includes('a')");
        }
    }
    page.wait_for(&format!("document.querySelector({story:?})?.textContent.includes('done')"));
    page.finish();
}
