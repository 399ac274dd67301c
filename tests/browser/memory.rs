//! Light on the machine: memory stays flat over many simulated hours, and nothing runs that nobody sees.

use faultscope_labs::LABS;

use super::harness::{Page, View};
use super::reader::{fact, open_at, step};

/// How many stretches are played.
const STRETCHES: usize = 24;
/// How long a stretch is, in milliseconds of virtual time.
const STRETCH_MS: u64 = 150_000;
/// A run may keep this much beside its index: snapshots, and what the page needs; in bytes.
const KEPT_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
/// The index of a run, and how memory grows in steps; bytes for each step.
const STEP_BYTES: f64 = 33.0;

fn wasm_bytes(page: &mut Page) -> f64 {
    page.eval("faultscope_memory()").as_f64().unwrap()
}

/// Plays on to a time that some 90,000 steps are ahead.
fn play_a_stretch(page: &mut Page) {
    let before = step(page);
    let until_ms = fact(page, "nowUs").parse::<u64>().unwrap() / 1_000 + STRETCH_MS;
    page.key("r");
    page.wait_for("document.querySelector('.until-sheet input')");
    page.click(".until-sheet input");
    page.type_text(&format!("time >= {until_ms}ms"));
    // A form whose key is not free yet takes no Enter.
    page.settle();
    page.wait_for("!document.querySelector('.until-sheet button[type=submit]').disabled");
    page.key("Enter");
    page.wait_for(&format!("Number(document.querySelector('.app').dataset.step) >= {before} + 90000"));
    page.key("Escape");
    page.wait_for("!document.querySelector('.until-sheet')");
}

#[test]
fn hours_of_a_run_keep_memory_flat() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    let mut told = Vec::new();
    for stretch in 0..=STRETCHES {
        if stretch > 0 {
            play_a_stretch(&mut page);
        }
        let hours = fact(&mut page, "nowUs").parse::<f64>().unwrap() / 3.6e9;
        let steps = step(&mut page) as f64;
        let figures = [
            wasm_bytes(&mut page),
            page.metric("JSHeapUsedSize"),
            page.metric("JSEventListeners"),
            page.metric("Nodes"),
        ];
        if stretch % 4 == 0 {
            let [wasm, heap, listeners, nodes] = figures;
            println!(
                "{hours:.2} h, {steps} steps: wasm {:.1} MB, JS heap {:.2} MB, {listeners} listeners, {nodes} nodes",
                wasm / 1e6,
                heap / 1e6
            );
        }
        told.push((steps, figures));
    }
    let (first, last) = (&told[1], &told[STRETCHES]);
    let steps = last.0 - first.0;
    assert!(steps > 2_000_000.0, "{steps} steps");
    let wasm = last.1[0];
    assert!(wasm < KEPT_BYTES + STEP_BYTES * last.0, "wasm keeps {wasm} bytes for {} steps", last.0);
    for (place, name, most) in [(1, "JS heap", 1.3), (2, "listeners", 1.05), (3, "nodes", 1.2)] {
        let (before, after) = (first.1[place], last.1[place]);
        assert!(after <= before * most + 20.0, "{name} grew from {before} to {after}");
    }
    page.finish();
}

#[test]
fn playing_and_going_to_and_fro_leaves_nothing_behind() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    let mut told = Vec::new();
    for _ in 0..8 {
        for hash in ["", LABS[1].miniature, LABS[0].miniature] {
            page.eval(&format!("location.hash = '{hash}'"));
            let shown = if hash.is_empty() { ".home" } else { ".stage-canvas" };
            page.wait_for(&format!("document.querySelector('{shown}')"));
            page.settle();
        }
        page.key("Space");
        page.wait_for("document.querySelector('.app').dataset.playing === 'true'");
        for _ in 0..10 {
            page.settle();
        }
        page.key("Space");
        page.wait_for("document.querySelector('.app').dataset.playing === 'false'");
        told.push([
            page.metric("JSEventListeners"),
            page.metric("Nodes"),
            page.metric("JSHeapUsedSize") / 1e6,
            wasm_bytes(&mut page) / 1e6,
        ]);
    }
    println!("listeners, DOM nodes, JS heap MB, wasm MB after each round: {told:?}");
    let (early, late) = (told[2], told[7]);
    for (place, name) in ["listeners", "DOM nodes", "JS heap", "wasm"].into_iter().enumerate() {
        assert!(
            late[place] <= early[place] * 1.15 + 2.0,
            "{name} grew from {} to {}",
            early[place],
            late[place]
        );
    }
    page.finish();
}

/// Counts what is painted, by canvas, and how many frames are asked for.
const COUNT: &str = "(() => {
    window.painted = new Map();
    window.asked = 0;
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function (...all) {
        painted.set(this.canvas, (painted.get(this.canvas) ?? 0) + 1);
        return clear.apply(this, all);
    };
    const ask = window.requestAnimationFrame;
    window.requestAnimationFrame = (...all) => { window.asked += 1; return ask.apply(window, all); };
})()";

/// Tells the page that its tab was hidden, or is seen again.
fn hide(page: &mut Page, is_hidden: bool) {
    page.eval(&format!(
        "(() => {{ Object.defineProperty(document, 'hidden', {{ configurable: true, get: () => {is_hidden} }});
            document.dispatchEvent(new Event('visibilitychange')); }})()"
    ));
}

const A_WHILE: &str = "new Promise(done => setTimeout(() => done(true), 600))";

#[test]
fn nothing_runs_in_a_hidden_tab() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    page.eval(COUNT);
    page.key("Space");
    page.wait_for("window.asked > 5");
    hide(&mut page, true);
    page.eval(A_WHILE);
    page.eval("(window.asked = 0, painted.clear())");
    page.eval(A_WHILE);
    assert_eq!(page.eval("[window.asked, painted.size]"), serde_json::json!([0, 0]));
    hide(&mut page, false);
    page.wait_for("window.asked > 5 && painted.size > 0");
    page.key("Space");
    page.wait_for("document.querySelector('.app').dataset.playing === 'false'");
    page.eval(A_WHILE);
    page.eval("(window.asked = 0, painted.clear())");
    page.eval(A_WHILE);
    assert_eq!(
        page.eval("[window.asked, painted.size]"),
        serde_json::json!([0, 0]),
        "nothing runs while it stands"
    );
    page.finish();
}

#[test]
fn miniatures_out_of_view_stand_still() {
    let mut page = Page::open("", View { height: 420, ..View::DESKTOP });
    page.eval(COUNT);
    page.eval(
        "document.querySelector('.mini canvas').scrollIntoView({ block: 'center', behavior: 'instant' })",
    );
    page.wait_for("painted.size > 0");
    page.eval(A_WHILE);
    page.eval("painted.clear()");
    page.eval(A_WHILE);
    let told = page.eval(
        "[...document.querySelectorAll('.mini canvas')].map(it => {
            const box = it.getBoundingClientRect();
            return [box.bottom > 0 && box.top < innerHeight, painted.get(it) ?? 0]; })",
    );
    let told: Vec<(bool, u32)> = serde_json::from_value(told).unwrap();
    assert!(told.iter().any(|&(is_seen, count)| is_seen && count > 3), "{told:?}");
    assert!(told.iter().any(|(is_seen, _)| !is_seen), "all are in view: {told:?}");
    assert!(told.iter().all(|&(is_seen, count)| is_seen || count == 0), "{told:?}");
    page.finish();
}
