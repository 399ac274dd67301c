//! The time machine by hand: the palette of faults, random faults, branches, running until a place, and the search for
//! a counterexample in the worker.

use faultscope_labs::sim::Mode;
use faultscope_labs::{LABS, NodeId, Session};
use serde_json::Value;

use super::harness::{Page, View};
use super::reader::{native_run, open_at, step, wait_for_address, words};

/// Chooses from a list by place, as a reader would.
fn choose(page: &mut Page, selector: &str, place: usize) {
    page.eval(&format!(
        "(() => {{ const list = document.querySelector('{selector}'); list.selectedIndex = {place};
            list.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    ));
}

/// Writes into a field, in place of what stood there.
fn write(page: &mut Page, selector: &str, text: &str) {
    page.eval(&format!(
        "(() => {{ const field = document.querySelector('{selector}'); field.focus(); field.select(); }})()"
    ));
    page.type_text(text);
}

const NODE_FORM: &str = ".palette fieldset:nth-of-type(1)";
const LINK_FORM: &str = ".palette fieldset:nth-of-type(2)";
const CUT_FORM: &str = ".palette fieldset:nth-of-type(3)";
const STORM_FORM: &str = ".palette fieldset:nth-of-type(4)";
const WORDS_FORM: &str = ".palette fieldset:nth-of-type(5)";

#[test]
fn every_form_of_the_palette_strikes_and_all_is_mended() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::DESKTOP);
        page.key("f");
        page.wait_for("document.querySelector('.sheet.palette')");
        // The seventh fault of a node is the slow processor.
        choose(&mut page, &format!("{NODE_FORM} select:nth-of-type(2)"), 6);
        page.wait_for(&format!(
            "document.querySelector('{NODE_FORM} code').innerText.startsWith('processor.')"
        ));
        page.click(&format!("{NODE_FORM} .ends button"));
        wait_for_address(&mut page, "processor.n1.10000-20000", true);
        // The third fault of links is the heavy tail.
        choose(&mut page, &format!("{LINK_FORM} .control:nth-of-type(2) select"), 2);
        page.wait_for(&format!(
            "document.querySelector('{LINK_FORM} code').innerText.startsWith('latency.heavy')"
        ));
        page.click(&format!("{LINK_FORM} .ends button"));
        wait_for_address(&mut page, "latency.heavy.50000-100000", true);
        page.click(&format!("{CUT_FORM} .sides button:nth-of-type(1)"));
        page.click(&format!("{CUT_FORM} .sides button:nth-of-type(2)"));
        page.click(&format!("{CUT_FORM} .sides button:nth-of-type(2)"));
        page.click(&format!("{CUT_FORM} .ends button"));
        wait_for_address(&mut page, "cut.n1.n2", true);
        assert_eq!(native_run(&mut page).world().standing().len(), 3, "{}", lab.id);
        assert_eq!(page.eval("document.querySelectorAll('.standing li').length"), 3);

        write(&mut page, &format!("{WORDS_FORM} input"), "clocks.n1");
        page.wait_for(&format!(
            "document.querySelector('{WORDS_FORM} [role=alert]')?.innerText.includes('clock')"
        ));
        write(&mut page, &format!("{WORDS_FORM} input"), "step.n1.-5000");
        page.wait_for(&format!("!document.querySelector('{WORDS_FORM} .ends button').disabled"));
        page.click(&format!("{WORDS_FORM} .ends button"));
        wait_for_address(&mut page, "step.n1.-5000", true);

        page.click(".standing + .btn");
        wait_for_address(&mut page, "mend", true);
        page.wait_for("document.querySelectorAll('.standing li').length === 0");
        assert!(native_run(&mut page).world().standing().is_empty(), "{}", lab.id);
        page.finish();
    }
}

#[test]
fn random_faults_strike_and_one_undo_takes_them_back() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    page.key("f");
    page.wait_for("document.querySelector('.sheet.palette')");
    page.click(&format!("{STORM_FORM} .ends button"));
    page.wait_for("(location.hash.match(/@/g) ?? []).length > 3");
    let struck = native_run(&mut page);
    assert!(struck.run().actions().iter().all(|pinned| pinned.pin.at_us >= struck.now_us()));
    page.key("Escape");
    page.key("u");
    page.wait_for("!location.hash.includes('@')");
    page.finish();
}

#[test]
fn acting_in_the_past_keeps_the_old_future_as_a_branch() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    page.key("n");
    page.key("c");
    wait_for_address(&mut page, "crash.", true);
    page.wait_for("document.querySelector('.faults [data-branches]')?.dataset.branches === '2'");
    assert_eq!(page.eval("document.querySelectorAll('.timeline .branches path').length"), 1);
    page.key("g");
    page.wait_for("document.querySelectorAll('.branch-list > li').length === 2");
    // Compared with the one on screen, the other has a first step of its own.
    page.click(".branch-list li:nth-of-type(1) .btn:nth-of-type(2)");
    page.wait_for("document.querySelectorAll('.compare tbody tr').length > 3");
    assert!(!words(&mut page, ".compare tbody tr:nth-of-type(1) td:nth-of-type(2)").is_empty());
    let link = page.eval("document.querySelector('.branch-list li:nth-of-type(1) a').getAttribute('href')");
    let other =
        Session::open(link.as_str().unwrap().trim_start_matches('#')).expect("the branch's link opens");
    assert!(other.run().actions().is_empty());

    page.click(".branch-list li:nth-of-type(1) .btn:nth-of-type(1)");
    wait_for_address(&mut page, "crash.", false);
    assert_eq!(step(&mut page), 60);
    write(&mut page, ".branch-list li:nth-of-type(2) .name", "without n1");
    page.key("Tab");
    page.wait_for("document.querySelector('.branch-list li:nth-of-type(2) .name').value === 'without n1'");
    page.click(".branch-list li:nth-of-type(2) .ends button:last-of-type");
    page.wait_for("document.querySelectorAll('.branch-list > li').length === 1");
    page.key("Escape");
    page.key("u");
    page.wait_for("document.querySelector('.faults [data-branches]')?.dataset.branches === '2'");
    page.finish();
}

#[test]
fn a_run_goes_on_until_a_place_said_in_words() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    page.key("r");
    page.wait_for("document.querySelector('.until-sheet')");
    write(&mut page, ".until-sheet input", "n99.role = leader");
    page.wait_for("document.querySelector('.until-sheet [role=alert]')?.innerText.includes('n99')");
    write(&mut page, ".until-sheet input", "time >= 1500ms");
    page.wait_for("!document.querySelector('.until-sheet [type=submit]').disabled");
    page.click(".until-sheet [type=submit]");
    page.wait_for("Number(document.querySelector('.app').dataset.nowUs) >= 1500000");
    let there = step(&mut page);
    // A message to the node of the list, back and on again.
    page.click(".until-sheet .both:nth-of-type(6) button:nth-of-type(1)");
    page.wait_for(&format!("Number(document.querySelector('.app').dataset.step) < {there}"));
    let back = step(&mut page);
    wait_for_address(&mut page, &format!(";t{back};"), true);
    let run = native_run(&mut page);
    assert_eq!(run.run().index()[run.step() as usize - 1].node(), Some(NodeId::server(1)));
    page.finish();
}

#[test]
fn the_link_tells_which_panels_are_shown() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    page.key("g");
    wait_for_address(&mut page, "pbranches", true);
    let address = page.eval("location.hash");
    let mut again = Page::open(address.as_str().unwrap(), View::DESKTOP);
    again.wait_for("document.querySelector('.sheet.branches')");
    again.finish();
    page.finish();
}

/// Asks the worker for a search until it is over, and gives its result.
fn search(page: &mut Page, run: &str, bounds: &str) -> (Value, Value) {
    let mut ask = |question: &str| -> Value {
        let told = page.eval(&format!("faultscope_ask('{question}')"));
        let told = told.as_str().expect("an answer").to_owned();
        serde_json::from_str(&told).unwrap_or_else(|_| panic!("{question}: {told}"))
    };
    let mut progress = ask(&format!("search open {run} {bounds}"));
    while progress["done"] != true {
        progress = ask("search run 20000");
    }
    (progress, ask("search result en"))
}

/// The run of Figure 8 of the paper up to where its first server leads its second term; then the cut heals.
const FIGURE_8: &str = "raft:commit-by-counting;r1;s8;clients=0;election_timeout_us=8000000-9000000;\
    latency_us=10000-12000;disk_us=0-0;\
    @10000fire.n1.0;@60000cut.n1_n2.n3_n4_n5;@70000do.n1.write.x.1;@100000crash.n1;@110000heal;\
    @120000fire.n5.0;@143900cut.n5;@144000do.n5.write.x.2;@150000crash.n5;@200000heal;@210000restart.n1;\
    @212000fire.n1.0;@213000cut.n4_n5;@220000fire.n1.0;@252000heal";

/// What the search must find in the browser: a run, its bounds, the property, and within how many unique states.
#[test]
fn the_worker_finds_the_counterexamples_of_the_naive_variants() {
    let mut figure_8 = Session::open(FIGURE_8).expect("a run");
    figure_8.seek_time(270_000);
    let figure_8 = format!("{};t{}", figure_8.text_without_cursor(), figure_8.step());
    let small = "participants=2;clients=1;transfers=1;prepare_work_us=0;disk_us=0-0";
    let cases = [
        (
            "raft:forget-vote;r1;s1;servers=3;clients=0;disk_us=0-0".to_owned(),
            "crashes=1 timers=2 property=election-safety",
            100_000,
        ),
        (figure_8, "timers=2 commands=1 property=leader-completeness", 200_000),
        (format!("commit:impatient;r1;s1;{small}"), "timers=1 property=ac1", 10_000),
        (format!("commit:2pc;r1;s1;{small}"), "timers=1 goal=all property=blocked", 10_000),
    ];
    let mut page = Page::open("", View::DESKTOP);
    for (run, bounds, most) in cases {
        let began = now_ms(&mut page);
        let (progress, result) = search(&mut page, &run, bounds);
        let took_ms = now_ms(&mut page) - began;
        let unique = progress["unique"].as_u64().unwrap();
        println!("{run} {bounds}: {unique} unique states in {took_ms:.0} ms");
        assert!(unique < most, "{run}: {unique} unique states");
        let found = result["properties"].as_array().unwrap().iter().find(|one| one["found"] == true);
        let found = found.unwrap_or_else(|| panic!("{run}: {result}"));
        // The run that the browser found breaks the same property in a native program.
        let session = Session::open(found["run"].as_str().unwrap()).expect("what was found opens");
        let id = found["id"].as_str().unwrap();
        let property = session.properties().iter().find(|property| property.id == id).unwrap();
        assert_eq!(property.is_broken(), property.mode == Mode::Always, "{id}");
        assert!(property.verdict.place().is_some(), "{id}: {:?}", property.verdict);
    }
    page.finish();
}

fn now_ms(page: &mut Page) -> f64 {
    page.eval("performance.now()").as_f64().unwrap()
}

#[test]
fn a_reader_searches_and_plays_what_was_found() {
    let run = "#commit:impatient;r1;s1;participants=2;clients=1;transfers=1;prepare_work_us=0;disk_us=0-0";
    let mut page = Page::open(run, View::DESKTOP);
    page.wait_for("document.querySelector('.app[data-lab]')");
    page.click(".vers .seek");
    page.wait_for("document.querySelector('.sheet.search')");
    page.click(".sheet.search .ends button");
    page.wait_for("document.querySelector('.findings .x .btn')");
    page.click(".findings .x .btn");
    page.wait_for("location.hash.includes('manual')");
    let found = native_run(&mut page);
    assert!(found.properties().iter().any(faultscope_labs::sim::Property::is_broken));
    assert_eq!(found.step(), found.len(), "the cursor stands where it breaks");
    page.finish();
}

#[test]
fn a_search_is_stopped_and_says_so() {
    let mut page = Page::open("#raft:basic;r1;s1;t60", View::DESKTOP);
    page.wait_for("document.querySelector('.app[data-lab]')");
    page.key("s");
    page.wait_for("document.querySelector('.sheet.search')");
    write(&mut page, "#search-states", "100000000");
    page.click(".sheet.search .ends button");
    page.wait_for("document.querySelector('.found progress')");
    page.click(".sheet.search .ends button");
    page.wait_for("document.querySelector('.findings li')");
    assert!(words(&mut page, ".found b").contains("stopped"));
    page.finish();
}
