//! What the site loads, and what it may: every request goes to its own origin, and nothing that it does runs against
//! its Content-Security-Policy.

use faultscope_labs::LABS;

use super::harness::{Page, Site, View};
use super::reader::{open_at, wait_for_lab};

/// Notes what the policy refuses from now on.
const NOTE_REFUSALS: &str = "(() => {
    window.refused = [];
    addEventListener('securitypolicyviolation', event => refused.push([event.violatedDirective, event.blockedURI, event.sample].join(' ')));
    return true;
})()";

/// Closes the page: nothing was refused, and every request went home.
#[track_caller]
fn assert_at_home(mut page: Page) {
    assert_eq!(page.eval("refused"), serde_json::json!([]));
    let home = Site::built().url();
    let away: Vec<String> = page
        .requests()
        .into_iter()
        .filter(|url| !["data:", "blob:"].iter().any(|made| url.starts_with(made)) && !url.starts_with(&home))
        .collect();
    assert_eq!(away, [""; 0]);
    assert!(page.requests().len() >= 4, "the requests are recorded: {:?}", page.requests());
    page.finish();
}

#[test]
fn the_page_has_its_policy_and_the_policy_holds() {
    let mut page = Page::open("", View::DESKTOP);
    page.eval(NOTE_REFUSALS);
    let policy = "document.querySelector('meta[http-equiv=Content-Security-Policy]').content";
    let policy = page.eval(policy).as_str().unwrap().to_owned();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval'; "), "{policy}");
    // The check can fail: each of these is refused, and seen.
    page.eval(
        "(() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.head.append(script);
            document.body.setAttribute('style', 'color: red');
            return true;
        })()",
    );
    page.wait_for("refused.length === 2");
    assert_eq!(page.eval("window.ran ?? false"), false);
    let faults = page.close();
    assert!(faults.iter().any(|fault| fault.contains("Content Security Policy")), "{faults:?}");
}

#[test]
fn home_asks_for_one_sheet_one_script_and_one_program() {
    let mut page = Page::open("", View::DESKTOP);
    page.eval(NOTE_REFUSALS);
    let requests = page.requests();
    let of = |end: &str| {
        requests.iter().filter(|url| url.split('?').next().unwrap_or_default().ends_with(end)).count()
    };
    assert_eq!((of(".css"), of(".wasm")), (1, 1), "{requests:?}");
    assert_eq!(of(".js"), 1, "{requests:?}");
    page.eval("scrollTo(0, document.body.scrollHeight), true");
    page.settle();
    assert_at_home(page);
}

#[test]
fn a_lab_with_everything_that_lies_over_it_stays_at_home() {
    for lab in LABS {
        let mut page = open_at(lab, 20, View::DESKTOP);
        page.eval(NOTE_REFUSALS);
        for key in ["?", "f", "g", "r", "s", "e"] {
            page.key(key);
            page.settle();
            page.key("Escape");
            page.settle();
        }
        page.click(".top .share");
        page.wait_for("document.querySelector('.downloads')");
        page.eval("HTMLAnchorElement.prototype.click = function () { window.saved = this.download; }, true");
        for export in ["picture", "picture-2x", "animation", "spacetime"] {
            page.eval("window.saved = null, true");
            page.click(&format!("[data-export={export}]"));
            page.wait_for("window.saved");
        }
        page.key("Escape");
        // The worker: a question, as the search and the experiments ask it.
        let answer =
            page.eval(&format!("faultscope_ask('fingerprint {}:{} 50')", lab.id, lab.variants[0].about().id));
        assert!(answer.is_string(), "{}: {answer}", lab.id);
        if !lab.stories.is_empty() {
            page.click(".stories button");
            page.wait_for("document.querySelector('.tale .steps')");
            wait_for_lab(&mut page, lab.id);
        }
        assert_at_home(page);
    }
}
