//! The space-time diagram: cones, clicks, the wheel, lanes, the bracket, and a run of a million steps.

use std::time::{Duration, Instant};

use faultscope_labs::bench::Workload;
use faultscope_labs::sim::Kind;
use faultscope_labs::spacetime::{Window, cone, nearest_on};
use faultscope_labs::{LABS, Lab, NodeId, Session};
use serde_json::{Value, json};

use super::harness::{Page, View};
use super::reader::{Place, native_run, open_at, reload, step, wait_for_address, wait_for_step, words};

/// Where a run is opened.
const STEP: u64 = 60;
/// Steps of the long run.
const LONG_STEPS: u64 = 1_000_000;

/// What the diagram tells of itself.
fn told(page: &mut Page) -> Value {
    page.settle();
    page.eval("JSON.parse(faultscope_spacetime())")
}

fn window(page: &mut Page) -> Window {
    let told = told(page);
    Window { from_us: told["from_us"].as_u64().unwrap(), until_us: told["until_us"].as_u64().unwrap() }
}

fn lanes(page: &mut Page) -> Vec<String> {
    let told = told(page);
    told["lanes"].as_array().unwrap().iter().map(|lane| lane[0].as_str().unwrap().to_owned()).collect()
}

/// Where a virtual time lies on the lane of this name, in the window of the browser.
fn place_on(page: &mut Page, lane: &str, at_us: u64) -> Place {
    let told = told(page);
    let corner = page.eval("(() => { const box = document.querySelector('.plane').getBoundingClientRect(); return [box.x, box.y]; })()");
    let number = |value: &Value| value.as_f64().unwrap();
    let (from, until) = (number(&told["from_us"]), number(&told["until_us"]));
    let x = number(&corner[0]) + (at_us as f64 - from) / (until - from) * number(&told["width"]);
    let middle = told["lanes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|known| known[0] == lane)
        .map(|known| number(&known[1]));
    (x, number(&corner[1]) + number(&told["top"]) + middle.unwrap())
}

/// A step in the middle of the window that has a lane of its own and lies free of others: what points at it means it.
fn a_free_step(page: &mut Page, session: &Session) -> (u64, NodeId, u64) {
    let window = window(page);
    let names = lanes(page);
    let reach_us = window.length_us() / 40;
    let inner = window.from_us + window.length_us() / 4..window.until_us - window.length_us() / 4;
    let mut steps = (1..).zip(session.run().index().iter());
    let free = steps.find_map(|(step, entry)| {
        let node = entry.node().filter(|node| names.contains(&node.to_string()))?;
        let is_fit = inner.contains(&entry.at_us) && entry.kind == Kind::Deliver;
        let span_us = (entry.at_us.saturating_sub(reach_us), entry.at_us + reach_us);
        let is_alone = nearest_on(session, &[node], span_us.0, (span_us.0, entry.at_us.saturating_sub(1)))
            .is_none()
            && nearest_on(session, &[node], span_us.1, (entry.at_us + 1, span_us.1)).is_none()
            && nearest_on(session, &[node], entry.at_us, (entry.at_us, entry.at_us)) == Some(step);
        (is_fit && is_alone).then_some((step, node, entry.at_us))
    });
    free.expect("a step lies free")
}

/// The run on screen, played natively as far as the window shows.
fn native(page: &mut Page) -> Session {
    let mut session = native_run(page);
    let until_us = window(page).until_us;
    session.play_ahead(until_us, 200_000);
    session
}

fn open(lab: &'static Lab) -> (Page, Session) {
    let mut page = open_at(lab, STEP, View::DESKTOP);
    page.wait_for("document.querySelector('.plane canvas')?.width > 0");
    wait_for_address(&mut page, lab.id, true);
    let session = native(&mut page);
    (page, session)
}

#[test]
fn a_step_shows_its_cone_on_hover_and_on_focus() {
    for lab in LABS {
        let (mut page, session) = open(lab);
        let (step, node, at_us) = a_free_step(&mut page, &session);
        let (x, y) = place_on(&mut page, &node.to_string(), at_us);
        page.move_to(x, y);
        page.wait_for(&format!("JSON.parse(faultscope_spacetime()).cone_of === {step}"));
        let (told, window) = (told(&mut page), window(&mut page));
        let wanted = cone(&session, step, window);
        assert_eq!(told["past"], wanted.past.len(), "{}: step {step}", lab.id);
        let said = words(&mut page, ".space-words");
        assert!(said.contains(&step.to_string()) && said.contains("caused"), "{}: {said}", lab.id);
        page.move_to(x, 300.0);
        page.wait_for("JSON.parse(faultscope_spacetime()).cone_of === null");
        assert!(!words(&mut page, ".space-words").contains(&format!("step {step},")));

        page.eval("document.querySelector('.plane').focus()");
        page.key("ArrowRight");
        page.wait_for("JSON.parse(faultscope_spacetime()).cone_of > 0");
        let first = focused(&mut page);
        page.key("ArrowRight");
        page.wait_for(&format!("JSON.parse(faultscope_spacetime()).cone_of > {first}"));
        let next = focused(&mut page);
        // Clients may share a lane.
        let lane_of =
            |step: u64| session.run().index()[step as usize - 1].node().filter(|node| !node.is_client());
        assert_eq!(lane_of(first), lane_of(next), "{}: along the lane", lab.id);
        page.key("ArrowLeft");
        page.wait_for(&format!("JSON.parse(faultscope_spacetime()).cone_of === {first}"));
        let said = page.eval("document.querySelector('.space [aria-live]').textContent");
        assert!(said.as_str().unwrap().contains(&first.to_string()), "{}: {said}", lab.id);
        page.key("ArrowDown");
        page.key("ArrowUp");
        page.key("End");
        page.key("Home");
        page.key("Enter");
        let at = focused(&mut page);
        wait_for_step(&mut page, at);
        page.key("Escape");
        page.wait_for("JSON.parse(faultscope_spacetime()).cone_of === null");
        page.finish();
    }
}

fn focused(page: &mut Page) -> u64 {
    told(page)["cone_of"].as_u64().unwrap()
}

#[test]
fn a_message_leads_to_its_sending_and_back() {
    let (mut page, session) = open(LABS[0]);
    let (received, node, at_us) = a_free_step(&mut page, &session);
    let (x, y) = place_on(&mut page, &node.to_string(), at_us);
    page.click_at(x, y);
    wait_for_step(&mut page, received);
    page.move_to(x, 300.0);
    page.eval("document.querySelector('.plane').focus()");
    page.key("ArrowRight");
    page.key("Shift+ArrowLeft");
    page.wait_for(&format!("JSON.parse(faultscope_spacetime()).cone_of < {received}"));
    let sent = focused(&mut page);
    let mut sends = Vec::new();
    session.run().replay(sent, sent, |_, step| sends.extend(step.sent.iter().map(|flight| flight.id)));
    let mut received_message = None;
    session.run().replay(received, received, |_, step| received_message = step.message);
    assert!(
        received_message.is_some_and(|id| sends.contains(&id)),
        "step {sent} sent what {received} received"
    );
    page.finish();
}

#[test]
fn a_click_seeks_and_a_drag_pans() {
    for lab in LABS {
        let (mut page, session) = open(lab);
        let (wanted, node, at_us) = a_free_step(&mut page, &session);
        let (x, y) = place_on(&mut page, &node.to_string(), at_us);
        page.click_at(x, y);
        wait_for_step(&mut page, wanted);
        page.wait_for(&format!("document.querySelector('.lane-names [data-lane={node}].picked')"));
        let before = window(&mut page);
        page.drag((x, y), (x - 200.0, y));
        let after = window(&mut page);
        let moved = after.from_us as f64 - before.from_us as f64;
        assert_eq!(after.length_us(), before.length_us(), "{}", lab.id);
        let wanted_us = 200.0 / told(&mut page)["width"].as_f64().unwrap() * before.length_us() as f64;
        assert!((moved - wanted_us).abs() < wanted_us * 0.05, "{}: {moved} us, not {wanted_us}", lab.id);
        assert_eq!(step(&mut page), wanted, "{}: a drag is no click", lab.id);
        page.finish();
    }
}

#[test]
fn the_wheel_is_the_pages_and_with_control_it_zooms() {
    let mut page = open_at(LABS[0], STEP, View::PHONE);
    page.tap("#tab-time");
    page.wait_for("document.querySelector('.plane canvas')?.width > 0");
    page.eval(
        "document.querySelector('.plane').scrollIntoView({ block: 'end' }), scrollTo(0, scrollY / 2), true",
    );
    page.settle();
    let before = window(&mut page);
    let lane = lanes(&mut page)[0].clone();
    let (x, y) = place_on(&mut page, &lane, before.from_us + before.length_us() / 2);
    let scrolled = page.eval("scrollY").as_f64().unwrap();
    page.wheel((x, y), 60.0);
    page.wait_for(&format!("scrollY > {scrolled}"));
    assert_eq!(window(&mut page), before, "the wheel scrolls the page, and nothing else");
    let turn = |page: &mut Page, control: bool, down: f64| {
        let code = format!(
            "(() => {{ const plane = document.querySelector('.plane'), box = plane.getBoundingClientRect();
                const turn = new WheelEvent('wheel', {{ bubbles: true, cancelable: true, ctrlKey: {control},
                    deltaY: {down}, clientX: box.x + box.width / 2, clientY: box.y + 30 }});
                plane.dispatchEvent(turn); return turn.defaultPrevented; }})()"
        );
        page.eval(&code)
    };
    assert_eq!(turn(&mut page, false, 200.0), json!(false));
    assert_eq!(window(&mut page), before);
    assert_eq!(turn(&mut page, true, -200.0), json!(true));
    let nearer = window(&mut page);
    assert!(nearer.length_us() < before.length_us(), "{nearer:?} {before:?}");
    turn(&mut page, true, 200.0);
    assert!(window(&mut page).length_us() > nearer.length_us());
    page.finish();
}

#[test]
fn buttons_and_keys_zoom_and_show_the_whole_run() {
    let (mut page, _) = open(LABS[0]);
    let before = window(&mut page);
    page.click(".space-key[data-key=in]");
    assert_eq!(window(&mut page).length_us(), before.length_us() / 2);
    page.click(".space-key[data-key=out]");
    assert_eq!(window(&mut page).length_us(), before.length_us());
    page.eval("document.querySelector('.plane').focus()");
    page.key("+");
    assert_eq!(window(&mut page).length_us(), before.length_us() / 2);
    page.key("PageDown");
    assert!(window(&mut page).from_us > before.from_us);
    page.click(".space-key[data-key=whole]");
    assert_eq!(window(&mut page).from_us, 0);
    page.finish();
}

#[test]
fn lanes_fold_hide_and_move_and_are_remembered() {
    let lab = LABS[0];
    let (mut page, _) = open(lab);
    let before = lanes(&mut page);
    assert!(before.len() > 3, "{before:?}");
    // A name is dragged over the next one.
    let at = |page: &mut Page, lane: &str| {
        let place = page.eval(&format!(
            "(() => {{ const box = document.querySelector('.lane-names [data-lane={lane}]').getBoundingClientRect();
                return [box.x + 12, box.y + box.height / 2]; }})()"
        ));
        (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
    };
    let (from, to) = (at(&mut page, &before[0]), at(&mut page, &before[1]));
    page.drag(from, (to.0, to.1 + 6.0));
    page.settle();
    assert_eq!(lanes(&mut page)[..2], [before[1].clone(), before[0].clone()]);
    // By the list: one is thin, one is hidden, one goes up.
    let set = |page: &mut Page, lane: &str, place: u32| {
        page.eval(&format!(
            "(() => {{ const select = document.querySelector('.of-lanes [data-lane={lane}] select');
                select.selectedIndex = {place}; select.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
        ));
        page.settle();
    };
    page.click(".of-lanes .face");
    page.wait_for("document.querySelector('.of-lanes .list')");
    set(&mut page, &before[0], 1);
    set(&mut page, &before[1], 2);
    page.click(&format!(".of-lanes [data-lane={}] button", before[2]));
    page.settle();
    let arranged = lanes(&mut page);
    assert!(!arranged.contains(&before[1]), "{arranged:?}");
    assert_eq!(arranged[..2], [before[2].clone(), before[0].clone()], "{arranged:?}");
    let thin = |page: &mut Page| {
        told(page)["lanes"].as_array().unwrap().iter().filter(|lane| lane[2] == true).count()
    };
    assert_eq!(thin(&mut page), 1);
    page.key("Escape");
    wait_for_address(&mut page, &format!("hide-{}", before[1]), true);
    reload(&mut page, lab.id);
    page.wait_for("document.querySelector('.plane canvas')?.width > 0");
    assert_eq!(lanes(&mut page), arranged, "after the address was loaded anew");
    assert_eq!(thin(&mut page), 1);
    page.click(".space-hidden");
    page.settle();
    assert!(lanes(&mut page).contains(&before[1]));
    page.click(".space-fold");
    page.wait_for("!document.querySelector('.plane')");
    wait_for_address(&mut page, "no-lanes", true);
    reload(&mut page, lab.id);
    assert!(page.eval("document.querySelector('.plane') === null").as_bool().unwrap());
    page.click(".space-fold");
    page.wait_for("document.querySelector('.plane canvas')?.width > 0");
    page.finish();
}

#[test]
fn the_bracket_on_the_timeline_moves_the_window() {
    let (mut page, _) = open(LABS[0]);
    let grip = |page: &mut Page, name: &str| {
        let place = page.eval(&format!(
            "(() => {{ const box = document.querySelector('.bracket [data-grip={name}]').getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
    };
    page.settle();
    let (before, at) = (window(&mut page), step(&mut page));
    let (x, y) = grip(&mut page, "whole");
    page.drag((x, y), (x + 120.0, y));
    let moved = window(&mut page);
    assert!(
        moved.from_us > before.from_us && moved.length_us() == before.length_us(),
        "{before:?} {moved:?}"
    );
    let (x, y) = grip(&mut page, "until");
    page.drag((x, y), (x + 80.0, y));
    let wider = window(&mut page);
    assert!(wider.from_us == moved.from_us && wider.until_us > moved.until_us, "{moved:?} {wider:?}");
    assert_eq!(step(&mut page), at, "the bracket is not the needle");
    page.finish();
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test of speed reads the wall clock")]
fn a_long_run_scrolls_and_tells_its_times() {
    let text = Workload::named("raft").unwrap().text;
    let mut page = Page::open(&format!("#{text};t{LONG_STEPS}"), View::DESKTOP);
    let started = Instant::now();
    let is_there = format!("document.querySelector('.app')?.dataset.step === '{LONG_STEPS}'");
    while page.eval(&format!("Boolean({is_there})")) != json!(true) {
        assert!(started.elapsed() < Duration::from_secs(300), "a million steps take too long");
        page.settle();
    }
    println!("{LONG_STEPS} steps were there after {:.1} s", started.elapsed().as_secs_f64());
    let near = told(&mut page);
    assert_eq!(near["is_single"], true, "around the cursor there are single steps");
    scroll(&mut page, "single steps");
    page.click(".space-key[data-key=whole]");
    let afar = told(&mut page);
    assert_eq!(afar["is_single"], false);
    assert!(words(&mut page, ".space-words").contains("Zoom in"), "it says how to see more");
    for _ in 0..3 {
        page.click(".space-key[data-key=in]");
    }
    scroll(&mut page, "an eighth of the run");
    page.finish();
}

/// Pans to and fro, and prints how long each painting took.
fn scroll(page: &mut Page, what: &str) {
    let window = window(page);
    let lane = lanes(page)[0].clone();
    let (x, y) = place_on(page, &lane, window.until_us - window.length_us() / 2);
    let mut took_ms = Vec::new();
    for round in 0..20 {
        let by = if round % 4 < 2 { 37.0 } else { -37.0 };
        page.drag((x, y), (x + by * 4.0, y));
        took_ms.push(told(page)["took_ms"].as_f64().unwrap());
    }
    took_ms.sort_by(f64::total_cmp);
    println!("{what}: p50 {:.1} ms, max {:.1} ms a painting", took_ms[10], took_ms[19]);
}
