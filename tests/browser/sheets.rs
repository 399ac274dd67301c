//! What lies over and above the lab page: settings, variants, language, colours, the keys, sharing.

use faultscope_labs::{LABS, Lang, Session, Standing};

use super::harness::{Page, View};
use super::reader::{
    native_run, open_at, picture, step, text_at, wait_for_address, wait_for_focus, wait_for_lab, words,
    write_over,
};

#[test]
fn a_setting_that_does_not_fit_says_so_and_one_that_does_is_in_the_address() {
    for lab in LABS {
        let mut page = open_at(lab, 20, View::DESKTOP);
        page.click(".wide-acts .act:not(.small)");
        page.wait_for("document.querySelector('.sheet.settings')");
        wait_for_address(&mut page, "psettings", true);
        let asked: String = page.eval("location.hash").as_str().unwrap().to_owned();

        write_over(&mut page, "#set-loss_ppm", "much");
        page.wait_for("document.querySelector('.setting.wrong [role=alert]')");
        let told = words(&mut page, ".setting.wrong [role=alert]");
        assert!(told.contains("from 0 to 100 %"), "{}: {told}", lab.id);
        assert_eq!(page.eval("location.hash"), asked.as_str(), "{}: a wrong value changes nothing", lab.id);
        write_over(&mut page, "#set-loss_ppm", "250");
        page.wait_for("document.querySelector('#set-loss_ppm').getAttribute('aria-invalid') === 'true'");

        write_over(&mut page, "#set-loss_ppm", "2.5");
        wait_for_address(&mut page, "loss_ppm=25000", true);
        page.wait_for("!document.querySelector('.setting.wrong')");
        assert_eq!(native_run(&mut page).settings().number("loss_ppm"), 25_000, "{}", lab.id);

        write_over(&mut page, "#set-seed", "x");
        page.wait_for("document.querySelector('#set-seed-help[role=alert]')");
        write_over(&mut page, "#set-seed", "99");
        wait_for_address(&mut page, ";s99", true);
        assert_eq!(native_run(&mut page).seed(), 99, "{}", lab.id);
        page.click(".sheet .close");
        page.wait_for("!document.querySelector('.sheet')");
        page.finish();
    }
}

#[test]
fn the_way_back_leads_to_the_run_before_a_setting() {
    let lab = LABS[0];
    let mut page = open_at(lab, 20, View::DESKTOP);
    page.click(".wide-acts .act:not(.small)");
    write_over(&mut page, "#set-seed", "99");
    wait_for_address(&mut page, ";s99", true);
    page.eval("history.back(), true");
    wait_for_address(&mut page, ";s7", true);
    page.wait_for("document.querySelector('#set-seed').value === '7'");
    assert_eq!(step(&mut page), 20);
    page.finish();
}

#[test]
fn every_variant_can_be_chosen() {
    for lab in LABS {
        let mut page = open_at(lab, 20, View::DESKTOP);
        // The last ones first: the one on screen is chosen again at the end.
        for about in lab.variants.iter().rev().map(|variant| variant.about()) {
            // A variant that is called like its lab goes by its id beside the lab's name.
            let title = match about.title.get(Lang::En) {
                title if title == lab.title.get(Lang::En) => about.id,
                title => title,
            };
            if about.standing == Standing::Right {
                let is_menu = page.eval("!!document.querySelector('.top .of-right')").as_bool() == Some(true);
                if is_menu {
                    page.click(".menu.of-right .face");
                    click_by_words(&mut page, ".menu.of-right .choices button", title);
                } else {
                    click_by_words(&mut page, ".top .variants button", title);
                }
            } else {
                page.click(".menu.break-it .face");
                click_by_words(&mut page, ".menu.break-it .choices button", title);
            }
            assert_variant(&mut page, lab.id, about.id);
        }
        page.finish();
    }
}

/// Clicks the element whose name is this.
fn click_by_words(page: &mut Page, selector: &str, title: &str) {
    page.wait_for(&format!("document.querySelector({selector:?})"));
    let was_marked = page.eval(&format!(
        "(() => {{
            document.querySelector('[data-wanted]')?.removeAttribute('data-wanted');
            const name = it => (it.querySelector('b') ?? it).innerText.trim();
            const wanted = [...document.querySelectorAll({selector:?})].find(it => name(it) === {title:?});
            wanted?.setAttribute('data-wanted', '');
            return Boolean(wanted);
        }})()"
    ));
    assert_eq!(was_marked, true, "nothing at {selector} is called {title}");
    page.click("[data-wanted]");
}

#[track_caller]
fn assert_variant(page: &mut Page, lab: &str, variant: &str) {
    page.wait_for(&format!("document.querySelector('.app').dataset.variant === '{variant}'"));
    page.wait_for(&format!("decodeURIComponent(location.hash).startsWith('#{lab}:{variant};')"));
    wait_for_lab(page, lab);
}

#[test]
fn language_and_colours_change_at_once_and_stay() {
    for lab in LABS {
        let mut page = open_at(lab, 20, View::DESKTOP);
        assert_eq!(page.eval("document.documentElement.lang"), "en");
        assert_eq!(words(&mut page, ".top h1"), lab.title.get(Lang::En));
        page.click(".wide-acts .either [lang=zh-CN]");
        page.wait_for("document.documentElement.lang === 'zh-CN'");
        assert_eq!(words(&mut page, ".top h1"), lab.title.get(Lang::Zh));
        assert!(picture(&mut page).contains("zh"), "{}: the picture speaks Chinese", lab.id);

        let light = picture(&mut page);
        let colours = ".wide-acts .act.small:not([aria-keyshortcuts])";
        page.click(colours);
        page.wait_for("document.documentElement.dataset.theme === 'light'");
        assert_eq!(picture(&mut page), light, "{}: the system was light already", lab.id);
        page.click(colours);
        page.wait_for("document.documentElement.dataset.theme === 'dark'");
        assert_ne!(picture(&mut page), light, "{}", lab.id);
        let paper = page.eval("getComputedStyle(document.body).backgroundColor");

        super::reader::reload(&mut page, lab.id);
        assert_eq!(page.eval("document.documentElement.lang"), "zh-CN", "{}: the choice is kept", lab.id);
        assert_eq!(page.eval("document.documentElement.dataset.theme"), "dark");
        assert_eq!(page.eval("getComputedStyle(document.body).backgroundColor"), paper);
        page.click(".wide-acts .either [lang=en]");
        page.wait_for("document.documentElement.lang === 'en'");
        page.finish();
    }
}

#[test]
fn the_keys_are_listed_and_focus_comes_back() {
    let mut page = open_at(LABS[0], 20, View::DESKTOP);
    page.eval("document.querySelector('.trans .forward').focus()");
    page.key("?");
    page.wait_for("document.querySelector('.sheet[role=dialog]')");
    page.wait_for("document.querySelector('.sheet').contains(document.activeElement)");
    let told = words(&mut page, ".sheet");
    for key in ["Space", "Home", "Esc"] {
        assert!(told.contains(key), "{key} is not in {told}");
    }
    page.key("Escape");
    page.wait_for("!document.querySelector('.sheet')");
    wait_for_focus(&mut page, ".trans .forward");
    page.finish();
}

#[test]
fn a_shared_link_opens_the_same_run() {
    for lab in LABS {
        let mut page = open_at(lab, 20, View::DESKTOP);
        let before = picture(&mut page);
        page.click(".top .share");
        page.wait_for("document.querySelector('.sheet[role=dialog]')");
        let fields =
            page.eval("[...document.querySelectorAll('.sheet input, .sheet textarea')].map(it => it.value)");
        let fields: Vec<String> = serde_json::from_value(fields).unwrap();
        let link =
            fields.iter().find(|it| it.starts_with("http")).unwrap_or_else(|| panic!("no link: {fields:?}"));
        let text = Session::open(&text_at(lab, 20)).unwrap().text().to_string();
        assert!(fields.contains(&text), "{}: {text} is in {fields:?}", lab.id);
        let (_, rest) = link.split_once('#').unwrap();
        let mut other = Page::open(&format!("#{rest}"), View::DESKTOP);
        wait_for_lab(&mut other, lab.id);
        assert_eq!(step(&mut other), 20);
        assert_eq!(picture(&mut other), before, "{}", lab.id);
        other.finish();
        page.finish();
    }
}
