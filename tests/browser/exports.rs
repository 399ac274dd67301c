//! Files that leave the page, opened by what they are made for; and runs that are brought to it.

use faultscope_labs::spacetime::Window;
use faultscope_labs::{LABS, Lab, Lang, Session, Story, export};
use serde_json::{Value, json};

use super::harness::{Page, Site, View};
use super::reader::{open_at, step, text_at, wait_for_lab};

/// Keeps what the page wants to save instead of saving it.
const CATCH: &str = "(() => {
    window.caught = [];
    const create = URL.createObjectURL.bind(URL);
    URL.createObjectURL = blob => { window.caught.push(blob); return create(blob); };
    HTMLAnchorElement.prototype.click = function () { window.caughtName = this.download; };
    return true;
})()";

/// Saves an export by its button; its name and its text.
fn saved(page: &mut Page, export: &str) -> (String, String) {
    page.eval("window.caught.length = 0, true");
    page.click(&format!("[data-export={export}]"));
    page.wait_for("window.caught.length === 1");
    let text = page.eval("window.caught[0].text()").as_str().expect("a text").to_owned();
    (page.eval("window.caughtName").as_str().expect("a name").to_owned(), text)
}

fn open_share(lab: &Lab, at: u64) -> Page {
    let mut page = open_at(lab, at, View::DESKTOP);
    page.eval(CATCH);
    page.click(".top .share");
    page.wait_for("document.querySelector('.downloads')");
    page
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn files_that_are_saved_are_those_of_the_command_line() {
    for lab in LABS {
        let mut page = open_share(lab, 60);
        let session = Session::open(&text_at(lab, 60)).unwrap();
        let all = session.len();
        let (name, run) = saved(&mut page, "run");
        assert_eq!(name, format!("{}-{}-s7-run.run", lab.id, lab.variants[0].about().id));
        assert_eq!(run, export::run_file(&session));
        assert_eq!(
            saved(&mut page, "events").1,
            written(|out| export::events(&session, all, out)),
            "{}",
            lab.id
        );
        assert_eq!(
            saved(&mut page, "states").1,
            written(|out| export::states(&session, all, out)),
            "{}",
            lab.id
        );
        assert_eq!(saved(&mut page, "history").1, written(|out| export::history(&session, all, out)));
        assert_eq!(
            saved(&mut page, "shiviz").1,
            written(|out| export::shiviz(&session, all, Lang::En, out)),
            "{}",
            lab.id
        );
        page.finish();
    }
}

#[test]
fn a_picture_in_pixels_is_the_picture_twice_as_fine() {
    let mut page = open_share(LABS[0], 60);
    page.click("[data-export=picture-2x]");
    page.wait_for("window.caught.some(it => it.type === 'image/png') && window.caughtName");
    let name = page.eval("window.caughtName");
    assert_eq!(name, format!("{}-{}-s7-picture-2x.png", LABS[0].id, LABS[0].variants[0].about().id));
    let seen = page.eval(
        "createImageBitmap(window.caught.find(it => it.type === 'image/png')).then(picture => {
            const canvas = new OffscreenCanvas(picture.width, picture.height);
            const context = canvas.getContext('2d');
            context.drawImage(picture, 0, 0);
            const { data } = context.getImageData(0, 0, picture.width, picture.height);
            return [picture.width, picture.height, new Set(new Uint32Array(data.buffer)).size > 20];
        })",
    );
    assert_eq!(seen, json!([1520, 1040, true]), "its size, and more than a blank sheet");
    page.finish();
}

#[test]
fn a_run_is_opened_from_a_file_beside_what_is_shared() {
    let last = LABS[LABS.len() - 1];
    let mut page = open_share(LABS[0], 20);
    let choose = |page: &mut Page, text: &str| {
        page.eval(&format!(
            "(() => {{
                const files = new DataTransfer();
                files.items.add(new File([{}], 'some.run'));
                const input = document.querySelector('.bring input[type=file]');
                input.files = files.files;
                return input.dispatchEvent(new Event('change', {{ bubbles: true }}));
            }})()",
            Value::from(text)
        ))
    };
    choose(&mut page, "nowhere:x");
    page.wait_for("document.querySelector('.bring .trouble').textContent.includes('nowhere')");
    assert_eq!(step(&mut page), 20, "what is no run changes nothing");
    choose(&mut page, &text_at(last, 21));
    wait_for_lab(&mut page, last.id);
    page.wait_for("document.querySelector('.app').dataset.step === '21'");
    page.finish();
}

/// The kind of the first element that is no XML, or nothing; and how many elements there are.
fn parsed(page: &mut Page, text: &str) -> (Value, u64) {
    let quoted = Value::from(text);
    let told = page.eval(&format!(
        "(() => {{
            const parsed = new DOMParser().parseFromString({quoted}, 'image/svg+xml');
            const broken = parsed.querySelector('parsererror');
            return [broken && broken.textContent, parsed.querySelectorAll('*').length];
        }})()"
    ));
    (told[0].clone(), told[1].as_u64().unwrap())
}

#[test]
fn pictures_that_are_saved_open_by_themselves() {
    for lab in LABS {
        let mut page = open_share(lab, 120);
        let files = ["picture", "spacetime", "animation"].map(|export| (export, saved(&mut page, export)));
        page.finish();
        // Saved pictures stand under no policy of ours, which would read their style sheets.
        let mut page =
            Page::open_url("data:", "data:text/html,<link rel=icon href=data:,><p>a slide", View::DESKTOP);
        for (export, (name, text)) in files {
            assert!(name.ends_with(&format!("-{export}.svg")), "{name}");
            let (trouble, elements) = parsed(&mut page, &text);
            assert_eq!(trouble, Value::Null, "{}: {export}", lab.id);
            assert!(elements > 20, "{}: {export} has {elements} elements", lab.id);
            let width = page.eval(&format!(
                "new Promise((shown, broken) => {{
                    const image = new Image();
                    image.onload = () => shown(image.naturalWidth);
                    image.onerror = () => broken(new Error('not shown'));
                    image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent({});
                }})",
                Value::from(text.as_str())
            ));
            assert!(width.as_u64().is_some_and(|width| width >= 700), "{}: {export}: {width}", lab.id);
        }
        let broken = parsed(&mut page, "<svg xmlns='http://www.w3.org/2000/svg'><g></svg>").0;
        assert!(broken.is_string(), "what is no XML is refused");
        page.finish();
    }
}

#[test]
fn an_animation_moves_and_stands_still_where_that_is_wished() {
    let lab = LABS[0];
    let session = Session::open(&text_at(lab, 120)).unwrap();
    let mut page = open_share(lab, 120);
    let (_, film) = saved(&mut page, "animation");
    assert!(Window::around_cursor(&session).from_us < Window::around_cursor(&session).until_us);
    page.finish();
    // Shown as part of a page, its style sheet can be asked; ours has a policy against the style sheets of others.
    let mut page =
        Page::open_url("data:", "data:text/html,<link rel=icon href=data:,><p>a slide", View::DESKTOP);
    let frames = |page: &mut Page| {
        let told = page.eval(&format!(
            "(() => {{
                document.querySelector('#film')?.remove();
                const holder = document.createElement('div');
                holder.id = 'film';
                holder.innerHTML = {};
                document.body.append(holder);
                const moving = [...holder.querySelectorAll('.f')];
                const running = moving.filter(it => getComputedStyle(it).animationName !== 'none').length;
                return [moving.length, running];
            }})()",
            Value::from(film.as_str())
        ));
        (told[0].as_u64().unwrap(), told[1].as_u64().unwrap())
    };
    let (moving, running) = frames(&mut page);
    assert!(moving > 50 && running == moving, "{running} of {moving} groups move");
    page.set_view(View { reduced_motion: true, ..View::DESKTOP });
    let (moving, running) = frames(&mut page);
    assert!(moving > 50 && running == 0, "{running} of {moving} groups move though no motion is wished");
    page.finish();
}

#[test]
fn mermaid_reads_the_diagrams_of_every_story() {
    let folder = std::env::var_os("FAULTSCOPE_MERMAID").expect(
        "FAULTSCOPE_MERMAID names the folder with Mermaid; `cargo xtask test mermaid browser` sets it",
    );
    let site = Site::of(folder.into());
    let mut page = Page::open_url(&site.origin(), &site.url(), View::DESKTOP);
    page.wait_for("typeof mermaid === 'object'");
    let read = |page: &mut Page, text: &str| {
        let told = page.eval(&format!(
            "mermaid.parse({}).then(found => found.diagramType, trouble => 'refused: ' + trouble)",
            Value::from(text)
        ));
        told.as_str().unwrap().to_owned()
    };
    let mut read_count = 0;
    for lab in LABS {
        let stories = lab.stories.iter().map(|source| Story::parse(source.text).unwrap().run);
        let runs = stories.chain([text_at(lab, 0).parse().unwrap()]);
        for run in runs {
            let mut session = Session::from_text(&run).unwrap();
            session.play_ahead(3_000_000, 20_000);
            for lang in Lang::ALL {
                let text = written(|out| export::mermaid(&session, session.len(), lang, out).map(|_| ()));
                assert_eq!(read(&mut page, &text), "sequence", "{run}");
                read_count += 1;
                let broken = text.replacen("->>", "-", 1);
                assert!(text == broken || read(&mut page, &broken).starts_with("refused"), "{run}");
            }
        }
    }
    assert!(read_count >= 2 * LABS.len());
    page.finish();
}

/// Drops a file with these bytes somewhere on the page.
fn drop_file(page: &mut Page, bytes: &str) {
    page.eval(&format!(
        "(() => {{
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([{bytes}], 'some.run'));
            const drop = new DragEvent('drop', {{ bubbles: true, cancelable: true, dataTransfer }});
            document.querySelector('.app').dispatchEvent(drop);
            return drop.defaultPrevented;
        }})()"
    ));
}

#[test]
fn a_run_is_dropped_anywhere() {
    let (first, last) = (LABS[0], LABS[LABS.len() - 1]);
    let mut page = Page::open("", View::DESKTOP);
    drop_file(&mut page, &Value::from(format!("\u{feff}#{}\r\n", text_at(first, 33))).to_string());
    wait_for_lab(&mut page, first.id);
    assert_eq!(step(&mut page), 33);
    drop_file(&mut page, &Value::from(text_at(last, 21)).to_string());
    wait_for_lab(&mut page, last.id);
    page.wait_for("document.querySelector('.app').dataset.step === '21'");
    // What is no run changes nothing, and says why.
    drop_file(&mut page, "new Uint8Array([137, 80, 78, 71, 0, 255])");
    page.wait_for("document.querySelector('.problem')?.innerText.includes('UTF-8')");
    drop_file(&mut page, "new Uint8Array(300 * 1024)");
    page.wait_for("document.querySelector('.problem')?.innerText.includes('256 KB')");
    drop_file(&mut page, "'nowhere:x'");
    page.wait_for("document.querySelector('.problem')?.innerText.includes('nowhere')");
    assert_eq!(step(&mut page), 21);
    page.finish();
}
