//! Broken links. Whatever stands behind the `#`, the page says what is wrong and where, in the words of the native
//! program, and stays usable; a run that was open stays open.

use faultscope_labs::sim::MAX_TEXT_BYTES;
use faultscope_labs::{LABS, Lab, Lang, Session, import};

use super::harness::{Page, View};
use super::reader::{open_at, step, text_at, wait_for_lab, wait_for_step};

/// What the page shows of a text.
#[derive(Debug, PartialEq)]
enum Shown {
    /// A run: its lab and the step at its cursor.
    Run(String, u64),
    /// What is wrong with it.
    Problem(String),
}

/// What a native program says of the same text.
fn native(text: &str) -> Shown {
    let opened = Session::of_link(text).map(|mut session| {
        session.open_awake();
        session.arrive(u64::MAX);
        session
    });
    match opened {
        Ok(session) => Shown::Run(session.lab().id.to_owned(), session.step()),
        Err(error) => Shown::Problem(error.message(Lang::En)),
    }
}

/// Puts a text into the address of an open page, and returns what is on the screen then.
fn put(page: &mut Page, text: &str) -> Shown {
    let text = serde_json::Value::from(text);
    let shown = page.eval(&format!(
        "new Promise(told => {{
            const tell = () => setTimeout(() => requestAnimationFrame(() => setTimeout(() => {{
                const problem = document.querySelector('.problem p')?.innerText ?? null;
                const {{ lab, step }} = document.querySelector('.app').dataset;
                told([problem, lab ?? '', Number(step ?? 0)]);
            }})));
            const before = location.hash;
            location.hash = '#' + {text}.replaceAll('%', '%25');
            if (location.hash === before) tell(); else addEventListener('hashchange', tell, {{ once: true }});
        }})"
    ));
    match shown[0].as_str() {
        Some(problem) => Shown::Problem(problem.to_owned()),
        None => Shown::Run(shown[1].as_str().unwrap().to_owned(), shown[2].as_u64().unwrap()),
    }
}

/// A run with everything in its text.
fn full_text(lab: &Lab) -> String {
    let variant = lab.variants[0].about().id;
    format!(
        "{}:{variant};r1;s7;loss_ppm=1000;@153200+1crash.n2;@300000cut.n1;@400000heal;@500000restart.n2;t33",
        lab.id
    )
}

/// Texts that are no run, with a word that the message must name.
fn broken(lab: &Lab) -> Vec<(String, &'static str)> {
    let id = lab.id;
    let variant = lab.variants[0].about().id;
    let with = |field: &str| format!("{id}:{variant};r1;s7;{field}");
    let mut texts = vec![
        ("nowhere:x;r1".to_owned(), "nowhere"),
        (format!("{id}:wrongly;r1"), "wrongly"),
        (format!("{id};r1"), "character"),
        (id.to_owned(), "character"),
        (format!("{id}:{variant};r2;s7"), "revision 2"),
        (format!("{id}:{variant};r999999999999"), "character"),
        (with("warp=9"), "warp"),
        (with("warp"), "character"),
        (with("s8"), "character"),
        (with("loss_ppm=-1"), "loss_ppm"),
        (with("loss_ppm=lots"), "loss_ppm"),
        (with("latency_us=5-1"), "latency_us"),
        (with("@-5crash.n1"), "character"),
        (with("@100crash.n99"), "n99"),
        (with("@100crash.n65000"), "character"),
        (with("@100crash.q1"), "character"),
        (with("@100crush.n1"), "crush"),
        (with("@100crash"), "character"),
        (with("@99999999999999999999crash.n1"), "character"),
        (with("t-1"), "character"),
        (with("t18446744073709551615"), "step"),
        (with("t99999999999999999999999"), "character"),
        ("任期:一;r1".to_owned(), "character"),
        ("<img src=x onerror=console.error(1)>".to_owned(), "character"),
        ("\u{0}\u{1}\u{202e}".to_owned(), "character"),
        ("%".to_owned(), "character"),
    ];
    let schema = lab.variants[0].settings();
    let counts = schema.iter().filter(|setting| setting.read("1000000").is_none());
    texts.extend(counts.map(|setting| (with(&format!("{}=1000000", setting.key)), setting.key)));
    texts
}

#[test]
fn a_broken_link_is_told_and_the_open_run_stays() {
    for lab in LABS {
        let mut page = open_at(lab, 33, View::DESKTOP);
        for (text, word) in broken(lab) {
            let wanted = native(&text);
            let Shown::Problem(told) = &wanted else { panic!("{text:?} is a run after all") };
            assert!(told.contains(word), "{text:?}: {word} is not in {told:?}");
            assert_eq!(put(&mut page, &text), wanted, "{text:?}");
            assert_eq!(step(&mut page), 33, "{text:?}: the run before stays");
        }
        page.key("ArrowRight");
        wait_for_step(&mut page, 34);
        page.click(".problem .ways button");
        page.wait_for("!document.querySelector('.problem')");
        page.finish();
    }
}

#[test]
fn a_cut_text_is_a_run_or_is_told_as_the_native_program_tells_it() {
    for lab in LABS {
        let mut page = open_at(lab, 5, View::DESKTOP);
        let text = full_text(lab);
        assert!(matches!(native(&text), Shown::Run(..)), "{text}: {:?}", native(&text));
        for end in 1..=text.len() {
            let part = &text[..end];
            assert_eq!(put(&mut page, part), native(part), "{part:?}");
        }
        page.finish();
    }
}

#[test]
fn a_misspelt_text_is_a_run_or_is_told_as_the_native_program_tells_it() {
    for (lab, strange) in LABS.iter().zip(["~", "9", "."].into_iter().cycle()) {
        let mut page = open_at(lab, 5, View::DESKTOP);
        let text = full_text(lab);
        // The seed and the times stay: they make other runs, which may be long, and no mistakes.
        for at in (0..text.len()).filter(|&at| !text.as_bytes()[at].is_ascii_digit()) {
            let misspelt = format!("{}{strange}{}", &text[..at], &text[at + 1..]);
            assert_eq!(put(&mut page, &misspelt), native(&misspelt), "{misspelt:?}");
        }
        page.finish();
    }
}

#[test]
fn a_broken_link_that_is_opened_first_leads_home() {
    for text in ["nowhere:x;r1", "%", "a:b;r1;;;", "raft", ";;;;"] {
        let mut page = Page::open(&format!("#{text}"), View::DESKTOP);
        page.wait_for("document.querySelector('.problem[role=alert] p')");
        let told = page.eval("document.querySelector('.problem p').innerText");
        assert_eq!(Shown::Problem(told.as_str().unwrap().to_owned()), native(text), "{text:?}");
        let marked = page.eval("document.querySelector('.problem code').innerText");
        assert!(marked.as_str().unwrap().contains(text), "{text:?}: the card shows {marked}");
        page.click(".problem .ways a");
        page.wait_for(
            "!document.querySelector('.problem') && document.querySelector('.app.at-home a.plate')",
        );
        let lab = LABS[0];
        page.click(&format!("a.plate[href^='#{}:']", lab.id));
        wait_for_lab(&mut page, lab.id);
        page.finish();
    }
}

#[test]
fn a_huge_text_is_refused() {
    let lab = LABS[0];
    let mut page = open_at(lab, 33, View::DESKTOP);
    let long = format!("{};x={}", text_at(lab, 33), "9".repeat(300_000));
    assert!(long.len() > MAX_TEXT_BYTES);
    let wanted = native(&long);
    assert_eq!(put(&mut page, &long), wanted);
    let many = format!("{}{}", text_at(lab, 33), ";@1heal".repeat(12_000));
    assert_eq!(put(&mut page, &many), native(&many));
    assert_eq!(step(&mut page), 33);
    let letters = page.eval("document.querySelector('.problem').innerText.length").as_u64().unwrap();
    assert!(letters < 1_000, "the card shows {letters} letters");
    assert!(super::reader::overhang(&mut page) <= 0);

    page.eval("location.hash = ''");
    page.wait_for("document.querySelector('.app.at-home')");
    let text = serde_json::Value::from(long.as_str());
    page.eval(&format!(
        "(() => {{ const field = document.querySelector('#open-run');
            field.value = {text}; field.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); }})()"
    ));
    page.click(".open-run button[type=submit]");
    page.wait_for("document.querySelector('#open-run-trouble').innerText.trim() !== ''");
    let told = page.eval("document.querySelector('#open-run-trouble').innerText");
    let refusal = import::open(&long).map(drop).expect_err("it is too long").message(Lang::En);
    assert_eq!(told.as_str(), Some(refusal.as_str()));
    page.finish();
}
