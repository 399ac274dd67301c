//! What a reader sees before the program arrives, and where it never does.

use std::fs;

use faultscope_labs::{LABS, Lang};

use super::copies::Folder;
use super::harness::{Language, Page, Site, View};

/// The site without its program: the shell stays.
fn without_program() -> (Folder, Site) {
    let folder = Folder::of_site();
    fs::remove_file(folder.path().join("faultscope-page_bg.wasm")).unwrap();
    let site = Site::of(folder.path().to_owned());
    (folder, site)
}

fn open(site: &Site, rest: &str, view: View) -> Page {
    Page::open_url(&site.origin(), &format!("{}{rest}", site.url()), view)
}

const VIEWS: [View; 3] = [View::DESKTOP, View { width: 1000, ..View::DESKTOP }, View::PHONE];

/// What of the page must not move when the program takes over: the top edges of what a reader looks at.
const EDGES: &str = "['.hero h1', '.hero h1 + p', '.find', '.plates', '.plates .fam', '.plates .plate h3']
    .map(it => Math.round(document.querySelector(it).getBoundingClientRect().top))";

#[test]
fn the_labs_are_there_before_the_program_in_the_readers_language() {
    let (_folder, site) = without_program();
    for (language, lang) in [(Language::English, Lang::En), (Language::Chinese, Lang::Zh)] {
        let mut page = open(&site, "", View { language, ..View::DESKTOP });
        let text = page.eval("document.querySelector('.plates').innerText");
        let text = text.as_str().unwrap();
        for lab in LABS {
            assert!(text.contains(lab.sentence.get(lang)), "{} is not in the shell: {text}", lab.id);
            let link = format!(
                "document.querySelector('.plates a[href=\"#{}:{}\"]') !== null",
                lab.id,
                lab.variants[0].about().id
            );
            assert_eq!(page.eval(&link), true, "{}", lab.id);
        }
        let other = if lang == Lang::En { Lang::Zh } else { Lang::En };
        assert!(!text.contains(LABS[0].sentence.get(other)), "one language at a time");
        drop(page.close()); // The program is missing, and the console says so.
    }
}

#[test]
fn a_link_to_a_run_shows_its_lab_alone_before_the_program() {
    let (_folder, site) = without_program();
    for (language, lang) in [(Language::English, Lang::En), (Language::Chinese, Lang::Zh)] {
        for lab in LABS {
            let view = View { language, ..View::PHONE };
            let mut page = open(&site, &format!("#{}", lab.miniature), view);
            let text = page.eval("document.querySelector('.shell main').innerText");
            let text = text.as_str().unwrap();
            assert!(text.contains(lab.title.get(lang)) && text.contains(lab.sentence.get(lang)), "{text}");
            let others = LABS.iter().filter(|other| other.id != lab.id);
            assert!(others.into_iter().all(|other| !text.contains(other.sentence.get(lang))), "{text}");
            drop(page.close());
        }
        let mut page = open(&site, "#nothing:at-all", View { language, ..View::PHONE });
        assert_eq!(page.eval("document.querySelector('.asked')"), serde_json::Value::Null);
        drop(page.close());
    }
}

#[test]
fn nothing_moves_when_the_program_takes_over() {
    let (_folder, site) = without_program();
    for view in VIEWS {
        let mut shell = open(&site, "", view);
        let before = shell.eval(EDGES);
        drop(shell.close());
        let mut page = Page::open("", view);
        page.wait_for("!document.querySelector('.shell') && document.querySelector('.home .lanes')");
        page.settle();
        assert_eq!(page.eval(EDGES), before, "{} px", view.width);
        page.finish();
    }
}

#[test]
fn a_program_that_cannot_be_loaded_is_told_in_both_languages() {
    let (_folder, site) = without_program();
    for rest in ["", "#raft:basic"] {
        let mut page = open(&site, rest, View::DESKTOP);
        page.wait_for("document.querySelector('#loading[data-failed]')");
        let told = page.eval("document.querySelector('#loading').textContent");
        let told = told.as_str().unwrap();
        assert!(told.contains("Faultscope cannot start") && told.contains("Faultscope 无法启动"), "{told}");
        drop(page.close());
    }
}

#[test]
fn a_browser_without_webassembly_is_told_what_it_lacks() {
    let folder = Folder::of_site();
    for name in ["index.html", "faultscope.html"] {
        // The policy would not let us take it away.
        let page = fs::read_to_string(folder.path().join(name)).unwrap();
        let (before, after) = page.split_once("<meta http-equiv=").unwrap();
        let (_, after) = after.split_once('>').unwrap();
        let page = format!("{before}<script>delete globalThis.WebAssembly</script>{after}");
        fs::write(folder.path().join(name), page).unwrap();
    }
    let site = Site::of(folder.path().to_owned());
    for rest in ["", "faultscope.html"] {
        let mut page = open(&site, rest, View::DESKTOP);
        page.wait_for("document.querySelector('#loading[data-failed]')");
        let told = page.eval("document.querySelector('#loading').textContent");
        let told = told.as_str().unwrap();
        assert!(told.contains("this browser has no WebAssembly"), "{rest}: {told}");
        assert!(told.contains("浏览器不支持 WebAssembly"), "{rest}: {told}");
        drop(page.close());
    }
}
