//! Hands on the stage: nodes are dragged with mouse, finger and keys, and stay where they were put; the card stands beside
//! what is picked up; a finger cuts; and a thousand nodes are drawn within their budget.

use faultscope_labs::{LABS, NodeId};

use super::harness::{Page, View};
use super::reader::{
    Place, a_free_message, a_server, node_places, open_at, overhang, picture, reload, targets,
    wait_for_address,
};

/// Where a node stands in the window.
fn place_of(page: &mut Page, node: NodeId) -> Place {
    node_places(page).into_iter().find(|(other, _)| *other == node).unwrap().1
}

fn distance(one: Place, other: Place) -> f64 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

#[test]
fn a_node_goes_where_a_mouse_drags_it_and_stays() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::DESKTOP);
        let before = picture(&mut page);
        let (node, from) = a_server(&mut page);
        // Towards the middle of the stage, where no other node stands.
        let to = (from.0 + 60.0, from.1 + 40.0);
        page.drag(from, to);
        wait_for_address(&mut page, &format!("l{node}."), true);
        let stands = place_of(&mut page, node);
        assert!(distance(stands, from) > 30.0, "{}: {node} stays at {from:?}", lab.id);
        assert!(distance(stands, to) < 90.0, "{}: {node} went to {stands:?}, not {to:?}", lab.id);

        let dragged = picture(&mut page);
        reload(&mut page, lab.id);
        assert_eq!(picture(&mut page), dragged, "{}: the address gives the same picture", lab.id);

        page.drag(stands, (stands.0 + 50.0, stands.1));
        page.wait_for("!document.querySelector('.faults [data-key=U]').disabled");
        page.key("Control+z");
        page.wait_for("document.querySelector('.faults [data-key=U]').disabled");
        assert_eq!(picture(&mut page), dragged, "{}: one undo takes one drag back", lab.id);
        page.key("Shift+L");
        wait_for_address(&mut page, &format!("l{node}."), false);
        assert_eq!(picture(&mut page), before, "{}: all nodes are back", lab.id);
        page.finish();
    }
}

#[test]
fn a_node_goes_where_a_finger_drags_it_and_a_tap_is_no_drag() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::PHONE);
        let (node, from) = a_server(&mut page);
        page.tap_at(from.0, from.1);
        page.wait_for(&format!(
            "document.querySelector('[data-item={node}]').getAttribute('aria-pressed') === 'true'"
        ));
        assert!(
            page.eval("!location.hash.includes(';l')").as_bool().unwrap(),
            "{}: a tap moves nothing",
            lab.id
        );
        page.swipe(from, (from.0 + 30.0, from.1 + 60.0));
        wait_for_address(&mut page, &format!("l{node}."), true);
        assert!(distance(place_of(&mut page, node), from) > 20.0, "{}", lab.id);
        assert_eq!(page.eval("scrollY"), 0, "{}: a drag does not scroll", lab.id);
        assert!(overhang(&mut page) <= 0);
        page.finish();
    }
}

#[test]
fn keys_move_a_node_and_put_it_back() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    page.key("Shift+ArrowRight");
    assert!(page.eval("!location.hash.includes(';l')").as_bool().unwrap(), "nothing is picked up");
    page.key("n");
    page.wait_for("document.querySelector('.stage-list [aria-pressed=true]')");
    let name = page.eval("document.querySelector('.stage-list [aria-pressed=true]').dataset.item");
    let node: NodeId = name.as_str().unwrap().parse().unwrap();
    let from = place_of(&mut page, node);
    for _ in 0..3 {
        page.key("Shift+ArrowDown");
    }
    page.key("Shift+ArrowRight");
    wait_for_address(&mut page, &format!("l{node}."), true);
    let moved = place_of(&mut page, node);
    assert!(
        (moved.0 - from.0 - 16.0).abs() < 2.0 && (moved.1 - from.1 - 48.0).abs() < 3.0,
        "{from:?}, {moved:?}"
    );
    page.key("u");
    wait_for_address(&mut page, &format!("l{node}."), false);
    assert!(distance(place_of(&mut page, node), from) < 1.0, "one undo takes what keys moved back");
    page.key("Shift+U");
    wait_for_address(&mut page, &format!("l{node}."), true);
    page.key("l");
    wait_for_address(&mut page, &format!("l{node}."), false);
    page.finish();
}

/// The card's box in the window, and the box of the canvas: left, top, right, bottom.
fn boxes(page: &mut Page) -> [[f64; 4]; 2] {
    page.wait_for("getComputedStyle(document.querySelector('.beside')).opacity === '1'");
    page.settle();
    let told = page.eval(
        "['.beside', '.stage-canvas'].map(it => document.querySelector(it).getBoundingClientRect())
            .map(it => [it.left, it.top, it.right, it.bottom])",
    );
    serde_json::from_value(told).unwrap()
}

fn from_box([left, top, right, bottom]: [f64; 4], at: Place) -> f64 {
    distance((at.0.clamp(left, right), at.1.clamp(top, bottom)), at)
}

#[test]
fn the_card_stands_beside_what_is_picked_up() {
    for lab in LABS {
        for view in [View::DESKTOP, View { width: 1000, height: 800, ..View::DESKTOP }] {
            let mut page = open_at(lab, 20, view);
            for (node, at) in node_places(&mut page) {
                page.key("Escape");
                page.wait_for("!document.querySelector('.beside')");
                page.click_at(at.0, at.1);
                let [card, canvas] = boxes(&mut page);
                assert!(from_box(card, at) > 30.0, "{} {}: the card of {node} covers it", lab.id, view.width);
                let is_inside = card[0] >= canvas[0]
                    && card[1] >= canvas[1]
                    && card[2] <= canvas[2]
                    && card[3] <= canvas[3];
                assert!(is_inside, "{} {}: {card:?} leaves {canvas:?}", lab.id, view.width);
            }
            page.key("Escape");
            let (number, at) = a_free_message(&mut page);
            page.click_at(at.0, at.1);
            let [card, _] = boxes(&mut page);
            assert!(from_box(card, at) > 12.0, "{} {}: the card covers message {number}", lab.id, view.width);
            page.click(".beside .deed[aria-keyshortcuts=D]");
            wait_for_address(&mut page, "drop.", true);
            page.wait_for("!document.querySelector('.beside')");
            page.finish();
        }
    }
}

#[test]
fn the_card_goes_with_a_message_that_moves() {
    let mut page = open_at(LABS[0], 20, View::DESKTOP);
    let (number, at) = a_free_message(&mut page);
    page.click_at(at.0, at.1);
    let [before, _] = boxes(&mut page);
    page.key("Space");
    page.wait_for("document.querySelector('.app').dataset.playing === 'true'");
    page.wait_for(&format!(
        "!document.querySelector('.beside') || Math.hypot(
            document.querySelector('.beside').getBoundingClientRect().left - {},
            document.querySelector('.beside').getBoundingClientRect().top - {}) > 8",
        before[0], before[1]
    ));
    page.key("Space");
    if let Some(&now) = targets(&mut page).get(&format!("message-{number}")) {
        let [card, _] = boxes(&mut page);
        assert!(from_box(card, now) > 12.0, "{card:?} covers {now:?}");
    }
    page.finish();
}

#[test]
fn a_finger_draws_a_cut_across_the_stage() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::PHONE);
        let mut nodes = node_places(&mut page);
        nodes.sort_by(|one, other| one.1.0.total_cmp(&other.1.0));
        let gap =
            nodes.windows(2).max_by(|a, b| (a[1].1.0 - a[0].1.0).total_cmp(&(b[1].1.0 - b[0].1.0))).unwrap();
        let x = (gap[0].1.0 + gap[1].1.0) / 2.0;
        let canvas = page.eval(
            "(() => { const box = document.querySelector('.stage-canvas').getBoundingClientRect();
                return [box.top + 20, box.bottom - 20]; })()",
        );
        let [top, bottom]: [f64; 2] = serde_json::from_value(canvas).unwrap();
        page.tap(".faults [data-key=X]");
        page.wait_for("document.querySelector('.stage').dataset.tool === 'cut'");
        page.swipe((x, top), (x, bottom));
        wait_for_address(&mut page, "cut.", true);
        page.finish();
    }
}

/// Prints what a frame of the largest stage costs. The budget is no assertion: machines differ.
#[test]
fn a_thousand_nodes_and_two_thousand_messages_move() {
    let mut page = Page::open("#bench:stage", View::DESKTOP);
    page.wait_for("document.querySelector('.bench output')?.textContent.includes('median')");
    let told = |page: &mut Page| page.eval("document.querySelector('.bench output').textContent");
    let first = told(&mut page).as_str().unwrap().to_owned();
    let number = |word: usize| first.split(' ').nth(word).and_then(|text| text.parse::<u32>().ok()).unwrap();
    assert_eq!(number(1), 1_000, "{first}");
    assert!(number(3) >= 1_900, "{first}");
    let next = format!("document.querySelector('.bench output').textContent !== {first:?}");
    let mut took_ms = page.script_per_frame(&next);
    assert!(took_ms.len() > 20, "the stage moves: {} frames", took_ms.len());
    took_ms.sort_by(f64::total_cmp);
    let at = |percent: usize| took_ms[(took_ms.len() * percent / 100).min(took_ms.len() - 1)];
    println!("by the page: {}", told(&mut page).as_str().unwrap());
    println!(
        "by the tracer: script per frame, {} frames: median {:.2} ms, p95 {:.2} ms, max {:.2} ms",
        took_ms.len(),
        at(50),
        at(95),
        at(100)
    );
    let image = page.eval(
        "(() => { const canvas = document.querySelector('canvas');
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            return data.filter((value, place) => place % 4 === 3 && value > 0).length / (canvas.width * canvas.height); })()",
    );
    let share = image.as_f64().unwrap();
    assert!((0.05..0.95).contains(&share), "{share} of the stage is painted");
    page.finish();
}
