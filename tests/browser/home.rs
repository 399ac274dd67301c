//! The home page: finding a lab, opening one, and bringing a run along.

use faultscope_labs::{LABS, Lang};

use super::harness::{Page, View};
use super::reader::{fact, step, text_at, wait_for_lab, words};

#[test]
fn the_search_leaves_what_was_looked_for() {
    let mut page = Page::open("", View::DESKTOP);
    let all = LABS.len();
    page.wait_for(&format!("document.querySelectorAll('a.plate').length === {all}"));
    let mut found = Vec::new();
    for lab in LABS {
        let title = lab.title.get(Lang::En);
        search(&mut page, title);
        page.wait_for(&format!("document.querySelector('#find').value === {title:?}"));
        page.settle();
        let ids =
            page.eval("[...document.querySelectorAll('a.plate')].map(it => it.hash.slice(1).split(':')[0])");
        let ids: Vec<String> = serde_json::from_value(ids).unwrap();
        assert!(ids.iter().any(|id| id == lab.id), "{title} finds {ids:?}");
        found.push(ids.len());
    }
    assert!(found.iter().any(|&count| count < all), "a title leaves fewer labs: {found:?}");
    search(&mut page, "no lab is called like this");
    page.wait_for("document.querySelectorAll('a.plate').length === 0");
    page.click(".none button");
    page.wait_for(&format!("document.querySelectorAll('a.plate').length === {all}"));
    assert_eq!(page.eval("document.querySelector('#find').value"), "");
    page.finish();
}

fn search(page: &mut Page, text: &str) {
    page.click("#find");
    page.eval("document.querySelector('#find').select()");
    page.type_text(text);
}

#[test]
fn a_card_opens_its_lab_and_the_way_back_leads_home() {
    let mut page = Page::open("", View::DESKTOP);
    for lab in LABS {
        page.click(&format!("a.plate[href^='#{}:']", lab.id));
        wait_for_lab(&mut page, lab.id);
        assert_eq!(fact(&mut page, "variant"), lab.variants[0].about().id);
        assert_eq!(words(&mut page, ".top h1"), lab.title.get(Lang::En));
        page.click(".brand");
        page.wait_for("document.querySelector('.app.at-home a.plate')");
    }
    page.eval("history.back(), true");
    wait_for_lab(&mut page, LABS[LABS.len() - 1].id);
    page.finish();
}

#[test]
fn a_run_is_opened_from_its_text_and_from_its_link() {
    for lab in LABS {
        let text = text_at(lab, 33);
        for given in [text.clone(), format!("https://example.org/course/#{text}")] {
            let mut page = Page::open("", View::DESKTOP);
            page.click("#open-run");
            page.type_text(&given);
            page.click(".open-run button[type=submit]");
            wait_for_lab(&mut page, lab.id);
            assert_eq!(step(&mut page), 33, "{given}");
            page.finish();
        }
    }
}

#[test]
fn a_text_that_is_no_run_is_refused_in_its_place() {
    let mut page = Page::open("", View::DESKTOP);
    page.click("#open-run");
    page.key("Enter");
    page.wait_for("document.querySelector('#open-run-trouble').innerText.trim() !== ''");
    page.type_text("nowhere:x");
    page.wait_for("document.querySelector('#open-run-trouble').innerText.trim() === ''");
    page.key("Enter");
    page.wait_for("document.querySelector('#open-run-trouble').innerText.includes('nowhere')");
    assert_eq!(page.eval("location.hash"), "");
    page.wait_for("document.querySelector('#open-run').getAttribute('aria-invalid') === 'true'");
    page.finish();
}
