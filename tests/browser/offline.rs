//! After the first visit the page works without a network, and a reader never has files of two versions.

use std::fs;
use std::path::Path;

use faultscope_labs::LABS;

use super::copies::Folder;
use super::harness::{Page, Site, View};
use super::reader::wait_for_lab;

/// True once a service worker has kept everything and serves this page's files.
const KEPT: &str = "navigator.serviceWorker.getRegistration().then(it => it?.active?.state === 'activated' && !it.installing)";

#[track_caller]
fn wait_until_kept(page: &mut Page) {
    page.wait_for(&format!("(window.kept ||= false, {KEPT}.then(it => window.kept = it), window.kept)"));
}

fn reload(page: &mut Page) {
    page.eval("window.isBefore = true, setTimeout(() => location.reload()), true");
    page.wait_for("window.isBefore === undefined");
    page.wait_for_program();
}

#[test]
fn home_a_lab_and_a_story_work_without_a_network() {
    let lab = LABS.iter().find(|lab| !lab.stories.is_empty()).unwrap();
    let folder = Folder::of_site();
    let site = Site::of(folder.path().to_owned());
    let mut page = Page::open_kept(&site, "", View::DESKTOP);
    wait_until_kept(&mut page);
    let url = site.url();
    drop(site);
    page.wait_for("fetch('./icon.svg', { cache: 'reload' }).then(() => { window.isThere = true }, () => { window.isThere = false }), window.isThere !== undefined");

    reload(&mut page);
    page.wait_for("document.querySelectorAll('.home .plate[data-lab]').length > 2");
    assert!(page.eval("navigator.serviceWorker.controller !== null").as_bool().unwrap());
    page.go_to(&format!("{url}?again#{}:{}", lab.id, lab.variants[0].about().id));
    page.wait_for_program();
    wait_for_lab(&mut page, lab.id);
    page.click(".stories button");
    page.wait_for("document.querySelector('.tale .steps')");
    let answer =
        page.eval(&format!("faultscope_ask('fingerprint {}:{} 50')", lab.id, lab.variants[0].about().id));
    assert!(
        answer.as_str().is_some_and(|answer| answer.starts_with("50 ")),
        "the worker starts as well: {answer}"
    );
    drop(page.close()); // What cannot be reached is told on the console, and so it should be.
}

/// Makes another version of a site, as a build would: one story says more, and the list of files tells it.
fn publish(folder: &Path, page: &mut Page) -> String {
    let story = "stories/raft.json";
    let text = fs::read_to_string(folder.join(story)).unwrap().replacen("  en: ", "  en: Newer. ", 1);
    fs::write(folder.join(story), &text).unwrap();
    let index = fs::read_to_string(folder.join("index.html")).unwrap();
    let index = index.replace(
        "<meta name=\"description\"",
        "<meta name=\"newer\" content=\"yes\">\n<meta name=\"description\"",
    );
    fs::write(folder.join("index.html"), &index).unwrap();
    let mut list = fs::read_to_string(folder.join("offline.js")).unwrap();
    for (name, text) in [(format!("./{story}"), &text), ("./".to_owned(), &index)] {
        let digest = digest(page, text);
        let start = list.find(&format!("[\"{name}\",\"")).unwrap() + name.len() + 5;
        let end = start + list[start..].find('"').unwrap();
        list.replace_range(start..end, &digest);
    }
    let start = list.find("\"version\":\"").unwrap() + "\"version\":\"".len();
    list.replace_range(start..start + 16, "AnotherVersion..");
    fs::write(folder.join("offline.js"), list).unwrap();
    text
}

fn digest(page: &mut Page, text: &str) -> String {
    let quoted = serde_json::Value::from(text);
    let digest = page.eval(&format!(
        "crypto.subtle.digest('SHA-256', new TextEncoder().encode({quoted}))
            .then(it => btoa(String.fromCharCode(...new Uint8Array(it).slice(0, 12))))"
    ));
    digest.as_str().unwrap().to_owned()
}

/// Whether the page and a story that it is given are of the newer version.
fn versions(page: &mut Page) -> (bool, bool) {
    let newer = page.eval("Boolean(document.querySelector('meta[name=newer]'))").as_bool().unwrap();
    let story = page.eval("fetch('stories/raft.json').then(it => it.text())");
    (newer, story.as_str().unwrap().contains("Newer. "))
}

#[test]
fn a_newer_version_comes_as_a_whole_and_when_nobody_uses_the_older_one() {
    let folder = Folder::of_site();
    let site = Site::of(folder.path().to_owned());
    let mut page = Page::open_kept(&site, "", View::DESKTOP);
    wait_until_kept(&mut page);
    reload(&mut page);
    assert_eq!(versions(&mut page), (false, false));

    publish(folder.path(), &mut page);
    assert_eq!(
        versions(&mut page),
        (false, false),
        "the host has a newer story, and this page does not see it"
    );
    page.eval("navigator.serviceWorker.getRegistration().then(it => it.update()).then(() => true)");
    page.wait_for("(navigator.serviceWorker.getRegistration().then(it => { window.waits = Boolean(it.waiting) }), window.waits)");
    assert_eq!(versions(&mut page), (false, false), "it is fetched aside");

    // Another page of the older version is open: all stay with it.
    page.eval("window.other = open('./', 'other'), true");
    page.wait_for("other.document.querySelector('.home .plate[data-lab]')");
    reload(&mut page);
    page.eval("window.other = open('', 'other'), true");
    assert_eq!(
        versions(&mut page),
        (false, false),
        "an open page keeps its version, and so does one beside it"
    );
    page.eval("window.other.close(), true");
    page.wait_for("window.other.closed");

    reload(&mut page);
    page.wait_for("(navigator.serviceWorker.getRegistration().then(it => { window.waits = Boolean(it.waiting) }), window.waits === false)");
    page.wait_for("document.querySelector('meta[name=newer]')");
    page.wait_for_program();
    assert_eq!(versions(&mut page), (true, true), "the newer version, and nothing of the older one");
    let kept = page.eval("caches.keys().then(names => names.length)");
    assert_eq!(kept, 1, "the older version is gone");
    // The browser tells the end of the older service worker in these words.
    let faults = page.close();
    assert!(faults.iter().all(|fault| fault == "the page crashed"), "{faults:?}");
}

#[test]
fn a_host_in_the_middle_of_an_update_is_not_kept() {
    let folder = Folder::of_site();
    let site = Site::of(folder.path().to_owned());
    // The list is of one version, a story of another.
    fs::write(folder.path().join("stories/raft.json"), "another").unwrap();
    let mut page = Page::open_kept(&site, "", View::DESKTOP);
    let end = page.eval(
        "navigator.serviceWorker.register('./offline.js').then(it => new Promise(ended => {
            const worker = it.installing ?? it.waiting ?? it.active;
            if (!worker) return ended('redundant');
            const look = () => ['redundant', 'activated'].includes(worker.state) && ended(worker.state);
            worker.addEventListener('statechange', look);
            look();
        }))",
    );
    assert_eq!(end, "redundant", "half a version is none");
    assert_eq!(page.eval("caches.keys().then(names => names.length)"), 0);
    drop(page.close()); // The refusal is told on the console.
}
