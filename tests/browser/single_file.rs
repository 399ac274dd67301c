//! The page as one file, opened from a disk as by double click.

use faultscope_labs::{LABS, Lang};

use super::copies;
use super::harness::{Page, View};
use super::reader::{step, text_at, wait_for_address, wait_for_lab, words};

/// Opens the one file from the disk.
fn open(rest: &str) -> Page {
    let file = std::path::absolute(copies::built().join("faultscope.html")).unwrap();
    assert!(file.is_file(), "{}: missing; build it with `cargo xtask dist`", file.display());
    let url = format!("file://{}{rest}", file.display());
    let mut page = Page::open_url("file://", &url, View::DESKTOP);
    page.wait_for_program();
    page
}

#[test]
fn the_file_alone_is_the_whole_page() {
    let lab = LABS.iter().find(|lab| !lab.stories.is_empty()).unwrap();
    let mut page = open("");
    assert_eq!(page.eval("location.protocol"), "file:");
    page.wait_for("document.querySelectorAll('.home .plate[data-lab]').length > 2");
    assert_eq!(page.eval("document.querySelectorAll('.home .plate[data-lab]').length"), LABS.len());
    page.click(&format!(".plate[data-lab={}]", lab.id));
    wait_for_lab(&mut page, lab.id);

    page.key("Space");
    page.wait_for("Number(document.querySelector('.app').dataset.step) > 20");
    page.key("Space");
    page.wait_for("document.querySelector('.app').dataset.playing === 'false'");

    page.click(".wide-acts .either [lang=zh-CN]");
    page.wait_for("document.documentElement.lang === 'zh-CN'");
    assert_eq!(words(&mut page, ".top h1"), lab.title.get(Lang::Zh));
    page.click(".wide-acts .either [lang=en]");

    page.click(".stories button");
    page.wait_for("document.querySelector('.tale .steps')");
    wait_for_address(&mut page, lab.id, true);

    page.click(".top .share");
    page.wait_for("document.querySelector('#share-link')");
    let link = page.eval("document.querySelector('#share-link').value").as_str().unwrap().to_owned();
    assert!(link.starts_with("file:///") && link.contains("/faultscope.html#"), "{link}");
    page.key("Escape");

    let requests = page.requests();
    let outside: Vec<_> =
        requests.iter().filter(|url| !url.starts_with("blob:") && !url.starts_with("data:")).collect();
    assert_eq!(outside.len(), 1, "one file is asked for, and nothing else: {outside:?}");
    page.finish();
}

#[test]
fn the_worker_of_the_file_searches_and_answers_as_the_native_program() {
    let lab = LABS[0];
    let mut page = open(&format!("#{}", text_at(lab, 20)));
    wait_for_lab(&mut page, lab.id);
    assert_eq!(step(&mut page), 20);
    let place = format!("{}:{}", lab.id, lab.variants[0].about().id);
    let answer = page.eval(&format!("faultscope_ask('fingerprint {place} 50')"));
    assert!(answer.as_str().is_some_and(|answer| answer.starts_with("50 ")), "{answer}");
    page.key("s");
    page.click(".sheet .ends .btn");
    page.wait_for("document.querySelector('.sheet .found').textContent.length > 20");
    assert_eq!(page.eval("document.querySelector('.sheet .trouble')?.textContent ?? ''"), "");
    page.key("Escape");
    page.finish();
}
