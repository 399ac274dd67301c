//! Runs in other people's pages: the examples of `examples/embed/`, opened in the browser beside the built site.

use std::fs;
use std::path::Path;

use super::copies::{self, Folder};
use super::harness::{Page, Site, Theme, View};

/// The examples and the site, served from one host without any header that would allow others to load from it.
struct Pages {
    folder: Folder,
    site: Site,
}

/// The step at which the run in an element stands.
fn step_in(page: &mut Page, element: &str) -> u64 {
    let step = page.eval(&format!("Number(inside('{element}').querySelector('.app').dataset.step)"));
    step.as_u64().unwrap()
}

fn wait_for_step_in(page: &mut Page, element: &str, step: u64) {
    page.wait_for(&format!("inside('{element}').querySelector('.app').dataset.step === '{step}'"));
}

impl Pages {
    fn new() -> Self {
        let folder = Folder::new();
        copies::copy(Path::new("examples/embed"), folder.path());
        copies::copy(&copies::built(), &folder.path().join("faultscope"));
        let site = Site::of(folder.path().to_owned());
        Self { folder, site }
    }

    fn open(&self, page: &str, view: View) -> Page {
        let mut page = Page::open_url(&self.site.origin(), &format!("{}{page}", self.site.url()), view);
        page.wait_for(
            "customElements.get('fault-scope') && document.querySelector('fault-scope').shadowRoot",
        );
        // A reader's eyes: the frame of an element, and what is in it.
        page.eval(
            "window.frameOf = selector => document.querySelector(selector).shadowRoot.querySelector('iframe');
             window.inside = selector => frameOf(selector)?.contentDocument;
             window.placeOf = selector => {
                 const element = document.querySelector(selector);
                 element.scrollIntoView({ block: 'center', behavior: 'instant' });
                 const box = element.getBoundingClientRect();
                 return [box.x + box.width / 2, box.y + box.height / 2];
             }, true",
        );
        page
    }
}

/// Presses the picture of an element, as a reader does.
fn press(page: &mut Page, selector: &str) {
    let place = page.eval(&format!("placeOf('{selector}')"));
    page.click_at(place[0].as_f64().unwrap(), place[1].as_f64().unwrap());
    page.wait_for(&format!("frameOf('{selector}')"));
}

/// Waits until the run in the frame of an element is painted.
fn wait_for_run(page: &mut Page, selector: &str) {
    page.wait_for(&format!(
        "inside('{selector}')?.querySelector('.app')?.dataset.lab && frameOf('{selector}').contentWindow.faultscope_scene_svg?.().length > 500"
    ));
}

fn count(page: &mut Page, part: &str) -> usize {
    page.requests().iter().filter(|url| url.contains(part)).count()
}

#[test]
fn a_picture_comes_first_and_the_program_on_a_click() {
    let pages = Pages::new();
    let mut page = pages.open("plain/index.html", View::DESKTOP);
    page.wait_for("[...document.querySelectorAll('fault-scope')].every(it => it.shadowRoot.querySelector('img').naturalWidth > 0)");
    assert_eq!((count(&mut page, ".wasm"), count(&mut page, "posters/raft.svg")), (0, 1));
    let name = page.eval(
        "document.querySelector('#first').shadowRoot.querySelector('button').getAttribute('aria-label')",
    );
    assert_eq!(name, "Play this run: Five servers elect a leader");

    press(&mut page, "#first");
    wait_for_run(&mut page, "#first");
    assert_eq!(count(&mut page, ".wasm"), 1);
    let shown = page.eval("['.stage-canvas', '.keys .play', '.story', '.top', '.side', '.way-out a'].map(it => Boolean(inside('#first').querySelector(it)))");
    assert_eq!(
        shown,
        serde_json::json!([true, true, true, false, false, true]),
        "stage, playback and story alone"
    );
    // The frame is as high as what is in it, so nothing in it scrolls.
    page.wait_for("frameOf('#first').clientHeight === Math.ceil(inside('#first').getElementById('app').getBoundingClientRect().height)");
    page.wait_for("inside('#first').documentElement.scrollHeight <= frameOf('#first').clientHeight");

    // The way out leads to the whole page, with the run as it is.
    let next = step_in(&mut page, "#first") + 1;
    page.eval("inside('#first').querySelector('.keys .forward').click(), true");
    wait_for_step_in(&mut page, "#first", next);
    page.eval("inside('#first').querySelector('.way-out a').focus(), true");
    let out = page.eval("inside('#first').querySelector('.way-out a').href").as_str().unwrap().to_owned();
    assert!(
        out.starts_with(&format!("{}faultscope/#raft:basic;r1;s42", pages.site.url()))
            && out.contains(&format!(";t{next};")),
        "{out}"
    );
    page.finish();
}

#[test]
fn a_story_of_an_element_is_open_at_once() {
    let pages = Pages::new();
    let mut page = pages.open("plain/index.html", View::DESKTOP);
    press(&mut page, "#story");
    wait_for_run(&mut page, "#story");
    page.wait_for("inside('#story').querySelector('.tale .steps .pri')");
    let before = page.eval("history.length");
    page.eval("inside('#story').querySelector('.tale .steps .pri').click(), true");
    page.wait_for("inside('#story').querySelector('.tale .dots .d')");
    assert_eq!(page.eval("history.length"), before, "the way back stays the host's");
    page.finish();
}

#[test]
fn the_wheel_over_a_run_scrolls_the_page_around_it() {
    let pages = Pages::new();
    let mut page = pages.open("plain/index.html", View::DESKTOP);
    press(&mut page, "#first");
    wait_for_run(&mut page, "#first");
    page.settle();
    let place = page.eval("placeOf('#first')");
    let at = (place[0].as_f64().unwrap(), 200.0);
    let before = page.eval("scrollY").as_f64().unwrap();
    page.wheel(at, 300.0);
    page.wait_for(&format!("scrollY > {before} + 250"));
    page.finish();
}

#[test]
fn a_book_keeps_its_keys_until_the_run_has_the_focus() {
    let pages = Pages::new();
    let mut page = pages.open("mdbook/book/elections.html", View::DESKTOP);
    page.key("ArrowRight");
    page.wait_for("location.hash === '#logs'");
    page.key("ArrowLeft");
    page.wait_for("location.hash === '#elections'");

    press(&mut page, "fault-scope");
    wait_for_run(&mut page, "fault-scope");
    page.wait_for("document.activeElement.matches('fault-scope')");
    let next = step_in(&mut page, "fault-scope") + 1;
    page.key("ArrowRight");
    wait_for_step_in(&mut page, "fault-scope", next);
    page.key("s");
    assert_eq!(page.eval("location.hash"), "#elections", "the run has the keys now");
    assert_eq!(page.eval("document.getElementById('search-wrapper').className"), "searchbar hidden");

    page.click(".menu-title");
    page.key("ArrowRight");
    page.wait_for("location.hash === '#logs'");
    page.key("s");
    page.wait_for("document.getElementById('search-wrapper').className === 'searchbar'");
    assert_eq!(step_in(&mut page, "fault-scope"), next, "the book has them again");

    // Its colours are classes, of which nobody told us.
    page.click("#theme-navy");
    page.wait_for("inside('fault-scope').documentElement.dataset.theme === 'dark'");
    page.click("#theme-light");
    page.wait_for("inside('fault-scope').documentElement.dataset.theme === 'light'");
    page.finish();
}

#[test]
fn colours_and_language_are_those_of_the_page_around() {
    let pages = Pages::new();
    // The reader's system wants the other colours: the page around decides.
    let mut page = pages.open("docusaurus/index.html", View { theme: Theme::Dark, ..View::DESKTOP });
    let poster = "document.querySelector('fault-scope').shadowRoot.querySelector('img').src.split('/').pop()";
    assert_eq!(page.eval(poster), "raft.svg");
    page.click("#colours");
    page.wait_for(&format!("{poster} === 'raft.dark.svg'"));

    press(&mut page, "fault-scope");
    wait_for_run(&mut page, "fault-scope");
    page.wait_for("inside('fault-scope').documentElement.dataset.theme === 'dark'");
    let svg = "frameOf('fault-scope').contentWindow.faultscope_scene_svg()";
    page.eval(&format!("window.dark = {svg}, true"));
    page.click("#colours");
    page.wait_for("inside('fault-scope').documentElement.dataset.theme === 'light'");
    page.wait_for(&format!("{svg} !== window.dark"));
    page.click("#language");
    page.wait_for("inside('fault-scope').documentElement.lang === 'zh-CN'");
    let out = page.eval("inside('fault-scope').querySelector('.way-out').textContent");
    assert!(out.as_str().unwrap().contains("打开"), "{out}");
    assert_eq!(
        page.eval("Object.keys(inside('fault-scope').defaultView.localStorage).length"),
        0,
        "nothing is kept"
    );
    page.finish();
}

#[test]
fn a_frame_without_origin_storage_and_modules_still_plays() {
    let pages = Pages::new();
    let mut page = pages.open("plain/index.html", View::DESKTOP);
    let before = page
        .eval("placeOf('#sandboxed'), document.querySelector('#sandboxed').clientHeight")
        .as_u64()
        .unwrap();
    press(&mut page, "#sandboxed");
    let address = "faultscope.html";
    page.wait_for_frame(
        address,
        "document.querySelector('.app')?.dataset.lab && faultscope_scene_svg().length > 500",
    );
    assert_eq!(page.eval_in_frame(address, "self.origin").unwrap(), "null");
    let denied = "(() => { try { return String(localStorage) } catch (refusal) { return refusal.name } })()";
    assert_eq!(page.eval_in_frame(address, denied).unwrap(), "SecurityError");
    let answer = page.eval_in_frame(address, "faultscope_ask('fingerprint commit:2pc 50')").unwrap();
    assert!(answer.as_str().is_some_and(|answer| answer.starts_with("50 ")), "its worker works: {answer}");
    page.wait_for(&format!(
        "frameOf('#sandboxed').clientHeight !== {before} && frameOf('#sandboxed').clientHeight > 400"
    ));
    assert_eq!(page.eval("document.activeElement.id"), "sandboxed", "the focus is in the frame");
    // A press on the key for a step, where it stands in the frame.
    let key = "(() => { const box = document.querySelector('.keys .forward').getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2] })()";
    let key = page.eval_in_frame(address, key).unwrap();
    let corner = page.eval("(() => { const box = frameOf('#sandboxed').getBoundingClientRect(); return [box.x + 1, box.y + 1] })()");
    let place = |axis: usize| key[axis].as_f64().unwrap() + corner[axis].as_f64().unwrap();
    let step = "Number(document.querySelector('.app').dataset.step)";
    let next = page.eval_in_frame(address, step).unwrap().as_u64().unwrap() + 1;
    page.click_at(place(0), place(1));
    page.wait_for_frame(address, &format!("{step} === {next}"));
    assert_eq!(page.eval_in_frame(address, "document.documentElement.dataset.theme").unwrap(), "light");
    page.eval("document.documentElement.lang = 'zh', document.documentElement.style.color = '#fff', true");
    page.wait_for_frame(
        address,
        "document.documentElement.lang === 'zh-CN' && document.documentElement.dataset.theme === 'dark'",
    );
    let requests = page.requests();
    assert!(
        !requests.iter().any(|url| url.contains("faultscope-page")),
        "no module is asked for: {requests:?}"
    );
    page.finish();
}

#[test]
fn a_plain_frame_that_may_load_no_modules_finds_the_one_file_by_itself() {
    let pages = Pages::new();
    let frame =
        "<!doctype html><link rel=icon href=data:,><iframe sandbox='allow-scripts' width=700 height=600
        src='faultscope/?embed&theme=dark&lang=zh#raft:basic;r1;s7'></iframe>";
    fs::write(pages.folder.path().join("frame.html"), frame).unwrap();
    let mut page =
        Page::open_url(&pages.site.origin(), &format!("{}frame.html", pages.site.url()), View::DESKTOP);
    let address = "faultscope.html";
    page.wait_for_frame(
        address,
        "document.querySelector('.app')?.dataset.lab === 'raft' && faultscope_scene_svg().length > 500",
    );
    let looks =
        page.eval_in_frame(address, "document.documentElement.lang + document.documentElement.dataset.theme");
    assert_eq!(looks.unwrap(), "zh-CNdark");
    drop(page.close()); // The refusal of the module is told on the console.
}

#[test]
fn an_element_loads_in_view_when_it_is_told_to() {
    let pages = Pages::new();
    let html = "<!doctype html><link rel=icon href=data:,><script src='faultscope/fault-scope.js'></script>
        <p style='height:3000px'>tall</p><fault-scope lab='raft' load='view' height='500'></fault-scope>";
    fs::write(pages.folder.path().join("view.html"), html).unwrap();
    let mut page = pages.open("view.html", View::DESKTOP);
    page.settle();
    assert_eq!(page.eval("frameOf('fault-scope') === null"), true);
    page.eval("scrollTo(0, 4000), true");
    page.wait_for("frameOf('fault-scope')");
    wait_for_run(&mut page, "fault-scope");
    assert_eq!(page.eval("frameOf('fault-scope').clientHeight"), 500, "the height that was given stays");
    assert_eq!(page.eval("document.activeElement.tagName"), "BODY", "the focus stays where it was");
    page.finish();
}
