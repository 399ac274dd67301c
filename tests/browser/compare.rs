//! Two runs side by side: chosen in a sheet, in the address, and with the same numbers for whoever opens the link.

use faultscope_labs::{LABS, Lab, Session, Versus};

use super::harness::{Page, View};
use super::reader::{
    fact, native_run, open_at, overhang, reload, step, wait_for_address, wait_for_step, words,
};

/// The table of costs, row by row.
fn costs(page: &mut Page) -> Vec<[String; 3]> {
    page.settle();
    let rows = page.eval(
        "[...document.querySelectorAll('.versus tbody:first-of-type tr')].map(row => [...row.children].map(it => it.textContent))",
    );
    serde_json::from_value(rows).unwrap()
}

/// The same number in the table and from a native program.
fn check_costs(page: &mut Page, first: &Session, second: &Session) {
    let table = costs(page);
    for (place, of) in [
        (0, (|session: &Session| session.statistics().sum(|kind| kind.tally.sent)) as fn(&Session) -> u64),
        (1, |session| session.statistics().sum(|kind| kind.tally.arrived)),
        (2, |session| session.statistics().sum(|kind| kind.tally.lost)),
        (3, |session| session.statistics().sum(|kind| kind.flying)),
        (4, |session| session.statistics().sum(|kind| kind.tally.bytes)),
        (10, |session| session.statistics().writes),
        (11, |session| session.statistics().timeouts),
    ] {
        let told = [1, 2].map(|column| table[place][column].replace(',', "").parse::<u64>().unwrap());
        assert_eq!(told, [of(first), of(second)], "{}", table[place][0]);
    }
}

/// The second run of the address, natively, where the page's second cursor stands.
fn native_second(page: &mut Page, first: &Session) -> Session {
    let mut text = first.text_without_cursor();
    match first.versus().expect("the address holds a comparison") {
        Versus::Variant(id) => text.variant.clone_from(id),
        Versus::Setting(key, value) => text.settings.push((key.clone(), value.clone())),
        Versus::Run(run) => text = (**run).clone(),
    }
    let mut second = Session::from_text(&text).unwrap();
    let at_us = fact(page, "nowUs").parse().unwrap();
    second.play_ahead(at_us, u64::MAX);
    let parted = first.parts_from(&second);
    second.follow(first, parted, u64::MAX);
    second
}

fn other_variant(lab: &Lab) -> &'static str {
    lab.variants[1].about().id
}

#[test]
fn a_variant_is_compared_and_its_link_shows_the_same() {
    for lab in LABS {
        let mut page = open_at(lab, 150, View::DESKTOP);
        page.key("=");
        let other = other_variant(lab);
        page.click(&format!("[data-versus={other:?}]"));
        page.wait_for("document.querySelectorAll('.duo .stage-canvas').length === 2");
        wait_for_address(&mut page, &format!("&vs={other}"), true);
        let title = words(&mut page, ".versus .title");
        assert!(
            title.contains(" against ") && title.ends_with("same seed, same faults"),
            "{}: {title}",
            lab.id
        );
        let mut first = native_run(&mut page);
        first.seek_step(step(&mut page));
        let second = native_second(&mut page, &first);
        check_costs(&mut page, &first, &second);

        let before = costs(&mut page);
        reload(&mut page, lab.id);
        page.wait_for("document.querySelector('.versus')");
        assert_eq!(costs(&mut page), before, "{}: the link shows the same", lab.id);
        assert!(overhang(&mut page) <= 0);

        page.click(".versus .btn");
        page.wait_for("!document.querySelector('.duo')");
        wait_for_address(&mut page, "&vs=", false);
        page.finish();
    }
}

#[test]
fn actions_go_to_both_and_the_cursor_is_one() {
    let lab = LABS[0];
    let mut page = open_at(lab, 60, View::DESKTOP);
    page.key("=");
    page.click(&format!("[data-versus={:?}]", other_variant(lab)));
    page.wait_for("document.querySelector('.versus')");
    page.key("n");
    page.key("c");
    wait_for_address(&mut page, "crash.n", true);
    page.key("End");
    page.wait_for("Number(document.querySelector('.app').dataset.step) > 61");
    let at = step(&mut page);
    wait_for_address(&mut page, &format!(";t{at}"), true);
    let mut first = native_run(&mut page);
    first.seek_step(at);
    let second = native_second(&mut page, &first);
    assert_eq!(second.run().actions().len(), 1);
    check_costs(&mut page, &first, &second);
    page.key("Home");
    wait_for_step(&mut page, 0);
    assert!(words(&mut page, ".versus .compare caption").contains("0.0 ms"));
    page.finish();
}

#[test]
fn a_setting_that_does_not_fit_says_so_beside_its_field() {
    let lab = LABS[0];
    let mut page = open_at(lab, 60, View::DESKTOP);
    page.key("=");
    page.wait_for("document.querySelector('.compare-sheet select')");
    page.eval(
        "(() => { const select = document.querySelector('.compare-sheet select'); select.value = 'loss_ppm';
            select.dispatchEvent(new Event('change', { bubbles: true })); return true; })()",
    );
    page.click(".compare-sheet input");
    page.type_text("lots");
    page.key("Enter");
    page.wait_for("document.querySelector('.compare-sheet .wrong [role=alert]')");
    assert!(words(&mut page, ".compare-sheet .wrong [role=alert]").contains("loss_ppm"));
    page.eval("document.querySelector('.compare-sheet input').select()");
    page.type_text("200000");
    page.key("Enter");
    wait_for_address(&mut page, "&vs=loss_ppm=200000", true);
    page.wait_for("document.querySelectorAll('.duo .name').length === 2");
    page.finish();
}

#[test]
fn a_wrong_second_run_is_told_and_the_first_is_shown() {
    let mut page = Page::open(
        &format!("#{}:{};r1;s7&vs=no-such", LABS[0].id, LABS[0].variants[0].about().id),
        View::DESKTOP,
    );
    page.wait_for("document.querySelector('.notice')?.textContent.includes('no-such')");
    assert_eq!(page.eval("!!document.querySelector('.duo')"), false);
    page.finish();
}

#[test]
fn on_a_phone_the_stages_stand_one_over_the_other() {
    for lab in LABS {
        let text = format!("#{}&vs={}", super::reader::text_at(lab, 60), other_variant(lab));
        let mut page = Page::open(&text, View::PHONE);
        page.wait_for("document.querySelector('.versus')");
        let tops = page.eval(
            "[...document.querySelectorAll('.duo .stage-canvas')].map(it => it.getBoundingClientRect().top)",
        );
        let tops: Vec<f64> = serde_json::from_value(tops).unwrap();
        assert!(tops[1] > tops[0] + 300.0, "{}: {tops:?}", lab.id);
        assert!(overhang(&mut page) <= 0, "{}", lab.id);
        page.finish();
    }
}
