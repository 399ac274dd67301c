//! Moving through a run: steps, keys, playing, the timeline, the speed, and running to what comes next.

use faultscope_labs::{LABS, Lab};

use super::harness::{Page, View};
use super::reader::{fact, native_run, now_us, open_at, picture, step, wait_for_address, wait_for_step};

#[test]
fn steps_go_on_and_back_to_the_same_picture() {
    for lab in LABS {
        let mut page = open_at(lab, 40, View::DESKTOP);
        let before = picture(&mut page);
        page.click(".trans .forward");
        wait_for_step(&mut page, 41);
        assert_ne!(picture(&mut page), before, "{}: a step changes the picture", lab.id);
        page.click(".trans .back");
        wait_for_step(&mut page, 40);
        assert_eq!(picture(&mut page), before, "{}: forward and back by buttons", lab.id);

        page.key("ArrowRight");
        wait_for_step(&mut page, 41);
        page.key("ArrowLeft");
        wait_for_step(&mut page, 40);
        assert_eq!(picture(&mut page), before, "{}: forward and back by keys", lab.id);

        page.key("Home");
        wait_for_step(&mut page, 0);
        assert_eq!(now_us(&mut page), 0);
        page.key("ArrowLeft");
        page.key("End");
        page.wait_for("Number(document.querySelector('.app').dataset.step) > 41");
        let furthest = page.eval("document.querySelector('.timeline').getAttribute('aria-valuemax')");
        assert_eq!(furthest, step(&mut page).to_string().as_str(), "{}: the end is the end", lab.id);

        page.click(".trans .start");
        wait_for_step(&mut page, 0);
        page.finish();
    }
}

#[test]
fn playing_moves_time_until_it_is_stopped() {
    for lab in LABS {
        let mut page = open_at(lab, 10, View::DESKTOP);
        page.click(".trans .play");
        page.wait_for("document.querySelector('.app').dataset.playing === 'true'");
        page.wait_for("Number(document.querySelector('.app').dataset.step) > 12");
        page.click(".trans .play");
        assert_stands(&mut page);

        // The button has the focus, and the space bar is the button's own; without it, the key is the page's.
        let before = now_us(&mut page);
        page.eval("document.activeElement.blur()");
        page.key("Space");
        page.wait_for(&format!("Number(document.querySelector('.app').dataset.nowUs) > {before}"));
        page.key("Space");
        assert_stands(&mut page);
        page.finish();
    }
}

/// After it was stopped, nothing moves any more.
fn assert_stands(page: &mut Page) {
    page.wait_for("document.querySelector('.app').dataset.playing === 'false'");
    let before = (picture(page), step(page), now_us(page));
    for _ in 0..5 {
        page.settle();
    }
    assert_eq!((picture(page), step(page), now_us(page)), before, "a run that stands does not move");
}

#[test]
fn the_needle_follows_the_mouse() {
    for lab in LABS {
        let mut page = open_at(lab, 10, View::DESKTOP);
        page.key("End");
        page.wait_for("Number(document.querySelector('.app').dataset.step) > 10");
        page.settle();
        let (end_us, (end_x, y)) = (now_us(&mut page), needle(&mut page));
        page.key("Home");
        wait_for_step(&mut page, 0);
        let (start_x, _) = needle(&mut page);
        assert!(end_x - start_x > 100.0, "{}: the strip is {start_x} to {end_x}", lab.id);

        let mut last_us = 0;
        for share in [0.25, 0.75] {
            let from = needle(&mut page);
            let to = start_x + (end_x - start_x) * share;
            page.drag((from.0, y), (to, y));
            let wanted_us = end_us as f64 * share;
            let near_us = end_us as f64 * 0.02;
            page.wait_for(&format!(
                "Math.abs(Number(document.querySelector('.app').dataset.nowUs) - {wanted_us}) < {near_us}"
            ));
            assert!(now_us(&mut page) > last_us, "{}", lab.id);
            last_us = now_us(&mut page);
            let (x, _) = needle(&mut page);
            assert!((x - to).abs() < 2.0, "{}: the needle is at {x}, the mouse at {to}", lab.id);
        }
        let run = {
            let step = step(&mut page);
            wait_for_address(&mut page, &format!(";t{step}"), true);
            native_run(&mut page)
        };
        assert_eq!(run.step(), step(&mut page));

        page.eval("document.querySelector('.timeline').focus()");
        let before = step(&mut page);
        page.key("ArrowRight");
        wait_for_step(&mut page, before + 1);
        page.key("Home");
        wait_for_step(&mut page, 0);
        page.finish();
    }
}

/// The middle of the timeline's needle.
fn needle(page: &mut Page) -> (f64, f64) {
    page.settle();
    let place = page.eval(
        "(() => { const box = document.querySelector('.timeline .needle').getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]; })()",
    );
    (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
}

#[test]
fn the_speed_is_set_by_keys() {
    let lab = LABS[0];
    let mut page = open_at(lab, 10, View::DESKTOP);
    let told = |page: &mut Page| page.eval("document.querySelector('#speed').getAttribute('aria-valuetext')");
    let usual = told(&mut page);
    page.eval("document.querySelector('#speed').focus()");
    for _ in 0..4 {
        page.key("ArrowRight");
    }
    let changed = format!("document.querySelector('#speed').getAttribute('aria-valuetext') !== {usual}");
    page.wait_for(&changed);
    assert_eq!(step(&mut page), 10, "the arrow is the slider's, not the run's");
    page.key("Home");
    page.wait_for("document.querySelector('#speed').value === document.querySelector('#speed').min");
    let slowest = told(&mut page);
    page.eval("document.activeElement.blur()");
    page.key("]");
    page.wait_for(&format!("document.querySelector('#speed').getAttribute('aria-valuetext') !== {slowest}"));
    page.key("[");
    page.wait_for(&format!("document.querySelector('#speed').getAttribute('aria-valuetext') === {slowest}"));
    page.finish();
}

#[test]
fn a_run_goes_to_the_next_message_and_decision() {
    for lab in LABS {
        let mut page = open_at(lab, 1, View::DESKTOP);
        run_to(&mut page, lab, "message");
        page.finish();
        // From the same step again: what is decided may be decided before any message arrives.
        let mut page = open_at(lab, 1, View::DESKTOP);
        run_to(&mut page, lab, "decision");
        let at = step(&mut page);
        let run = native_run(&mut page);
        assert!(run.run().index()[at as usize - 1].has_decision(), "{}: step {at} decides nothing", lab.id);
        let stars = page.eval("document.querySelectorAll('.timeline .sign.star').length");
        assert!(stars.as_u64() > Some(0), "{}: the timeline has no star", lab.id);
        page.finish();
    }
}

/// Runs to the next one, which is behind the cursor and marked in the log.
fn run_to(page: &mut Page, lab: &Lab, stop: &str) {
    let before = step(page);
    page.click(&format!("[data-stop={stop}]"));
    page.wait_for(&format!("Number(document.querySelector('.app').dataset.step) > {before}"));
    let at = step(page);
    wait_for_address(page, &format!(";t{at}"), true);
    page.wait_for("document.querySelector('.log li.now button[aria-current=step]')");
    let line = page.eval("document.querySelector('.log li.now .m').innerText");
    let run = native_run(page);
    let row = run.rows(at, at, faultscope_labs::Lang::En).pop().unwrap();
    assert_eq!(line.as_str().map(str::trim), Some(row.words.as_str()), "{}: run to {stop}", lab.id);
    assert_eq!(fact(page, "playing"), "false");
}
