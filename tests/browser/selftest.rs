//! The harness itself: it sees what goes wrong behind a page, and its hands reach what they should.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::harness::{Language, Page, Site, Theme, View};

/// A page made up for one test, gone with it.
struct Sample {
    site: Site,
    folder: PathBuf,
}

impl Sample {
    fn of(body: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("faultscope-sample-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let head = "<!doctype html><link rel='icon' href='data:,'><style>body{margin:0}</style>";
        fs::write(folder.join("index.html"), format!("{head}{body}")).unwrap();
        Self { site: Site::of(folder.clone()), folder }
    }

    fn open(&self, view: View) -> Page {
        Page::open_url(&self.site.origin(), &self.site.url(), view)
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).unwrap();
    }
}

/// Opens a page made up of this and returns what the harness finds behind it.
fn faults_of(body: &str, condition: &str) -> Vec<String> {
    let sample = Sample::of(body);
    let mut page = sample.open(View::DESKTOP);
    page.wait_for(condition);
    page.close()
}

#[track_caller]
fn assert_one(faults: &[String], part: &str) {
    assert!(faults.iter().any(|fault| fault.contains(part)), "{part} is not in {faults:#?}");
}

#[test]
fn a_quiet_page_has_no_faults() {
    assert_eq!(faults_of("<p>hello<script>console.log('hello')</script>", "true"), [""; 0]);
}

#[test]
fn errors_on_the_console_are_seen() {
    assert_one(&faults_of("<script>console.error('broken', 7)</script>", "true"), "console error: broken 7");
    assert_one(&faults_of("<script>throw new Error('thrown')</script>", "true"), "exception: Error: thrown");
    assert_one(&faults_of("<script>Promise.reject(new Error('lost'))</script>", "true"), "Error: lost");
}

#[test]
fn failed_requests_are_seen() {
    assert_one(&faults_of("<img src='missing.png'>", "true"), "request answered with 404");
    let absolute = faults_of("<img src='/index.html'>", "true");
    assert_one(&absolute, "request answered with 404");
}

#[test]
fn requests_to_other_hosts_are_seen() {
    let script = "<script>fetch('http://127.0.0.1:9/').catch(() => { window.over = true })</script>";
    assert_one(&faults_of(script, "window.over"), "request to another host: http://127.0.0.1:9/");
}

#[test]
fn errors_in_a_worker_are_seen() {
    let script = "<script>
        const code = new Blob([\"console.error('from the worker'); postMessage('said')\"]);
        new Worker(URL.createObjectURL(code)).onmessage = () => { window.over = true };
    </script>";
    let sample = Sample::of(script);
    let mut page = sample.open(View::DESKTOP);
    page.wait_for("window.over");
    assert_one(&page.close(), "console error: from the worker");
}

#[test]
fn a_page_that_is_not_finished_fails() {
    let sample = Sample::of("<p>hello");
    let page = sample.open(View::DESKTOP);
    let forgotten = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(page)));
    let message = forgotten.unwrap_err();
    let message = message.downcast_ref::<&str>().copied().unwrap_or_default();
    assert!(message.contains("ends with Page::finish"), "{message}");
}

#[test]
fn the_mouse_and_the_keys_reach_the_page() {
    let sample = Sample::of(
        "<button style='margin-top:2000px'>far below</button><input>
        <script>
            window.seen = [];
            const note = event => seen.push([event.type, event.key ?? Math.round(event.clientX)].join(' '));
            document.querySelector('button').onclick = () => seen.push('button');
            for (const type of ['keydown', 'pointerdown', 'pointerup']) addEventListener(type, note);
        </script>",
    );
    let mut page = sample.open(View::DESKTOP);
    page.click("button");
    page.eval("seen.splice(0, seen.length, seen.includes('button'))");
    page.drag((10.0, 10.0), (110.0, 10.0));
    page.click("input");
    page.type_text("中文");
    page.key("a");
    assert_eq!(page.eval("document.querySelector('input').value"), json!("中文a"));
    page.key("Control+z");
    assert_eq!(page.eval("document.querySelector('input').value"), json!("中文"), "a chord writes nothing");
    page.key("Shift+Tab");
    let seen = page.eval("seen");
    assert_eq!(seen[0], json!(true), "the button was clicked: {seen}");
    let told: Vec<&str> = seen.as_array().unwrap().iter().filter_map(|line| line.as_str()).collect();
    for wanted in ["pointerdown 10", "pointerup 110", "keydown a", "keydown Tab", "keydown z"] {
        assert!(told.contains(&wanted), "{wanted} is not in {told:?}");
    }
    page.finish();
}

#[test]
fn a_covered_element_cannot_be_clicked() {
    let sample = Sample::of(
        "<button>below</button><div style='position:fixed;inset:0'></div>
        <script>addEventListener('click', () => { window.clicked = true })</script>",
    );
    let mut page = sample.open(View::DESKTOP);
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| page.click("button")));
    let message = refused.unwrap_err();
    let message = message.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(message.starts_with("button: its middle is covered by"), "{message}");
    assert_eq!(page.eval("window.clicked ?? false"), json!(false));
    page.finish();
}

#[test]
fn fingers_reach_the_page() {
    let sample = Sample::of(
        "<button style='touch-action:none'>tap</button>
        <script>
            window.seen = [];
            for (const type of ['pointerdown', 'pointerup', 'click'])
                document.querySelector('button').addEventListener(type, event => seen.push(type + ' ' + event.pointerType));
        </script>",
    );
    let mut page = sample.open(View::PHONE);
    page.tap("button");
    page.wait_for("seen.includes('click touch')");
    page.eval("seen.length = 0");
    page.swipe((10.0, 10.0), (200.0, 400.0));
    assert_eq!(page.eval("seen"), json!(["pointerdown touch", "pointerup touch"]));
    page.finish();
}

#[test]
fn the_pointer_and_the_wheel_reach_the_page() {
    let sample = Sample::of(
        "<div style='height:3000px'>tall</div>
        <script>addEventListener('pointermove', event => console.log('at', event.clientX, event.clientY))</script>",
    );
    let mut page = sample.open(View::DESKTOP);
    page.move_to(30.0, 40.0);
    page.wheel((30.0, 40.0), 500.0);
    page.wait_for("scrollY === 500");
    assert_eq!(page.console(), ["log: at 30 40"]);
    page.finish();
}

#[test]
fn a_view_is_what_the_page_sees() {
    let sample = Sample::of("<p>hello");
    let view = View { theme: Theme::Dark, language: Language::Chinese, reduced_motion: true, ..View::PHONE };
    let mut page = sample.open(view);
    let seen = page.eval(
        "[innerWidth, innerHeight, devicePixelRatio, navigator.language, navigator.maxTouchPoints > 0,
          matchMedia('(prefers-color-scheme: dark)').matches, matchMedia('(prefers-reduced-motion: reduce)').matches,
          matchMedia('(pointer: coarse)').matches]",
    );
    // Without a viewport tag a phone lays out 980 pixels wide; the harness must not hide that.
    assert_eq!(seen, json!([980, 2121, 2, "zh-CN", true, true, true, true]));
    page.set_view(View::DESKTOP);
    let seen = page.eval(
        "[innerWidth, devicePixelRatio, navigator.language, matchMedia('(prefers-color-scheme: dark)').matches]",
    );
    assert_eq!(seen, json!([1280, 1, "en-US", false]));
    page.finish();
}

#[test]
fn a_picture_has_the_pixels_of_the_device() {
    let sample =
        Sample::of("<meta name=viewport content='width=device-width'><div style='height:2000px'>tall</div>");
    let mut page = sample.open(View::PHONE);
    assert_eq!(png_size(&page.picture()), (780, 1688));
    assert_eq!(png_size(&page.whole_picture()), (780, 4000));
    let file = sample.folder.join("pictures").join("window.png");
    page.screenshot(&file);
    assert_eq!(png_size(&fs::read(&file).unwrap()), (780, 1688));
    page.finish();
}

#[test]
fn pages_side_by_side_all_paint() {
    let sample = Sample::of(
        "<script>let n = 0; const f = () => { window.frames_painted = ++n; requestAnimationFrame(f) }; f()</script>",
    );
    let mut pages: Vec<Page> = (0..3).map(|_| sample.open(View::DESKTOP)).collect();
    for page in &mut pages {
        page.wait_for("frames_painted > 10");
        assert_eq!(page.eval("document.visibilityState"), json!("visible"));
    }
    pages.into_iter().for_each(Page::finish);
}

#[test]
fn pages_do_not_share_storage() {
    let sample = Sample::of("<p>hello");
    let mut first = sample.open(View::DESKTOP);
    first.eval("localStorage.setItem('theme', 'dark')");
    let mut second = sample.open(View::DESKTOP);
    assert_eq!(second.eval("localStorage.getItem('theme')"), json!(null));
    first.finish();
    second.finish();
}

/// Width and height in the header of a PNG.
fn png_size(picture: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}
