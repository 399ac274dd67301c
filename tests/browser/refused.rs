//! A browser that refuses something: storage, a worker, the clipboard, a canvas, WebAssembly, a file of the site. Each
//! time the page goes on in a plainer way, or says what is missing beside where it is missed.

use faultscope_labs::LABS;

use super::harness::{Language, Page, View};
use super::reader::{fact, text_at, wait_for_lab, wait_for_step, words};

/// Opens a lab in a browser in which this script has run first.
fn open_where(script: &str, view: View) -> Page {
    let mut page = Page::open_where(&format!("#{}", text_at(LABS[0], 40)), view, script);
    page.wait_for(&format!("document.querySelector('.app')?.dataset.lab === '{}'", LABS[0].id));
    page
}

#[test]
fn without_storage_a_choice_holds_for_the_visit() {
    let refuse = "for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
        Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });";
    let mut page = open_where(refuse, View::DESKTOP);
    page.click(".wide-acts .either [lang=zh-CN]");
    page.wait_for("document.documentElement.lang === 'zh-CN'");
    page.key("ArrowRight");
    wait_for_step(&mut page, 41);
    page.finish();
}

/// Workers that are refused at once, and workers that never load.
const NO_WORKERS: [&str; 2] = [
    "window.Worker = class { constructor() { throw new DOMException('denied', 'SecurityError'); } };",
    "window.Worker = class extends EventTarget {
        postMessage() { setTimeout(() => this.onerror?.(new Event('error', { cancelable: true }))); }
        terminate() {}
    };",
];

#[test]
fn without_a_worker_the_page_answers_by_itself() {
    for refuse in NO_WORKERS {
        let mut page = open_where(refuse, View::DESKTOP);
        let run = text_at(LABS[0], 0);
        let told = page.eval(&format!("faultscope_ask('fingerprint {run} 100')"));
        assert!(told.as_str().is_some_and(|told| told.starts_with("100 ")), "{told}");
        page.key("s");
        page.wait_for("document.querySelector('.sheet .ends .btn')");
        page.click(".sheet .ends .btn");
        page.wait_for("document.querySelector('.sheet .found')");
        page.wait_for("/[1-9]/.test(document.querySelector('.sheet .found').textContent)");
        page.finish();
    }
}

#[test]
fn without_a_clipboard_the_text_is_selected() {
    let refuse = "document.execCommand = () => false;
        Object.defineProperty(navigator, 'clipboard',
            { value: { writeText: async () => { throw new DOMException('denied', 'NotAllowedError'); } } });";
    for (language, word) in [(Language::English, "Ctrl C"), (Language::Chinese, "浏览器不允许复制")] {
        let mut page = open_where(refuse, View { language, ..View::DESKTOP });
        page.click(".top .share");
        page.wait_for("document.querySelector('.sheet .control .btn')");
        page.click(".sheet .control .btn");
        page.wait_for(&format!("document.querySelector('.sheet').textContent.includes({word:?})"));
        let is_selected = page.eval(
            "(() => { const it = document.activeElement; return it.value?.length > 9 && it.selectionEnd === it.value.length; })()",
        );
        assert_eq!(is_selected, true);
        page.finish();
    }
}

#[test]
fn without_a_canvas_the_stage_is_a_list() {
    for (language, word) in [(Language::English, "cannot paint"), (Language::Chinese, "无法绘制")] {
        let refuse = "HTMLCanvasElement.prototype.getContext = () => null;";
        let mut page = open_where(refuse, View { language, ..View::DESKTOP });
        page.wait_for("document.querySelector('.stage.unpainted')");
        assert!(words(&mut page, ".unpainted-note").contains(word));
        let room = page.eval("document.querySelector('.stage-list').getBoundingClientRect().height");
        assert!(room.as_f64().unwrap() > 200.0, "the list has the room of the picture: {room}");
        page.click("[data-item=n1]");
        page.wait_for("document.querySelector('.sheet.actions')");
        page.key("Escape");
        page.key("ArrowRight");
        page.wait_for("document.querySelector('.app').dataset.step === '41'");
        page.finish();
    }
}

#[test]
fn a_canvas_that_was_lost_is_painted_again() {
    let mut page = open_where("", View::DESKTOP);
    wait_for_lab(&mut page, LABS[0].id);
    let painted = "(() => {
        const canvas = document.querySelector('.stage-canvas');
        return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(it => it > 0);
    })()";
    assert_eq!(page.eval(painted), true);
    page.eval("document.querySelector('.stage-canvas').getContext('2d').reset(), true");
    assert_eq!(page.eval(painted), false, "what was lost is empty");
    page.eval("document.querySelector('.stage-canvas').dispatchEvent(new Event('contextrestored')), true");
    page.wait_for(painted);
    page.finish();
}

#[test]
fn without_webassembly_the_shell_says_so() {
    let mut page = Page::start_where("", View::DESKTOP, "delete window.WebAssembly;");
    page.wait_for("/Faultscope 无法启动/.test(document.body.textContent)");
    let told = page.eval("document.body.innerText");
    assert!(told.as_str().unwrap().contains("Faultscope cannot start"), "{told}");
    // The browser itself reports the failure: that is what this test is about.
    assert!(!page.close().is_empty());
}

#[test]
fn a_story_that_does_not_come_or_is_none_is_told_where_it_would_stand() {
    let other = |answer: &str| {
        format!(
            "const real = window.fetch;
            window.fetch = (place, ...rest) => String(place.url ?? place).includes('stories/') ? {answer} : real(place, ...rest);"
        )
    };
    for (answer, word) in [
        ("Promise.reject(new TypeError('offline'))", ".json"),
        ("Promise.resolve(new Response('gone', { status: 404 }))", ".json"),
        ("Promise.resolve(new Response('no stories at all'))", ".json"),
        ("Promise.resolve(new Response('{}'))", ".json"),
        ("Promise.resolve(new Response(JSON.stringify({ 'first-election': 'no story at all' })))", "1"),
    ] {
        let mut page = open_where(&other(answer), View::DESKTOP);
        page.click(".stories ul button");
        let told = words(&mut page, ".tale [role=alert]");
        assert!(told.contains(word), "{told}");
        page.click(".tale .btn");
        page.wait_for("document.querySelector('.tale .stories')");
        assert_eq!(fact(&mut page, "step"), "40", "the run stays");
        page.finish();
    }
}
