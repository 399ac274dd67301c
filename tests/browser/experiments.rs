//! Experiments in the page's worker: the same numbers as natively, with progress, and a way to stop.

use faultscope_labs::experiment::{Sample, Study, experiments};
use faultscope_labs::{LABS, Lang};

use super::harness::{Page, View};
use super::reader::words;

/// Trials of each line: few, so that the test is short.
const TRIALS: u64 = 12;

/// Opens the sheet of a lab's experiments and chooses one by its place.
fn open(page: &mut Page, place: usize) {
    page.wait_for("document.querySelector('.app[data-lab]')");
    page.key("e");
    page.wait_for("document.querySelector('.sheet.experiments #experiment')");
    page.eval(&format!(
        "(() => {{ const list = document.querySelector('#experiment'); list.selectedIndex = {place};
            list.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    ));
}

fn set_trials(page: &mut Page, trials: u64) {
    page.eval("(() => { const field = document.querySelector('#experiment-trials'); field.focus(); field.select(); })()");
    page.type_text(&trials.to_string());
}

#[test]
fn an_experiment_says_in_the_browser_what_it_says_natively() {
    for lab in LABS.iter().filter(|lab| !lab.experiments.is_empty()) {
        let mut page =
            Page::open(&format!("#{}:{};r1;s1", lab.id, lab.variants[0].about().id), View::DESKTOP);
        for (place, experiment) in lab.experiments.iter().enumerate() {
            if place > 0 {
                page.key("Escape");
                page.wait_for("!document.querySelector('.sheet')");
            }
            open(&mut page, place);
            set_trials(&mut page, TRIALS);
            page.click(".experiments .ends button");
            page.wait_for("document.querySelector('.experiments .chart svg') && document.querySelector('.experiments table')");
            let told = page.eval(
                "[...document.querySelectorAll('.experiments tr')].map(row => [...row.children].map(cell => cell.textContent))",
            );
            let study = Study::open(experiment.id, &[], Some(TRIALS), 1).unwrap();
            let samples: Vec<Sample> = (0..study.trials_in_all()).map(|number| study.trial(number)).collect();
            let native = serde_json::to_value(study.report(&samples).rows(Lang::En)).unwrap();
            assert_eq!(told, native, "{}", experiment.id);
        }
        page.finish();
    }
}

#[test]
fn an_experiment_is_stopped_and_tells_what_it_knows() {
    let (lab, _) = experiments().next().unwrap();
    let mut page = Page::open(&format!("#{}:{};r1;s1", lab.id, lab.variants[0].about().id), View::PHONE);
    open(&mut page, 0);
    set_trials(&mut page, 900_000);
    page.click(".experiments .ends button");
    page.wait_for("document.querySelector('.experiments progress')?.value > 0");
    page.click(".experiments .ends button");
    page.wait_for("document.querySelector('.experiments .chart svg')");
    let width = page.eval("document.documentElement.scrollWidth").as_u64().unwrap();
    assert!(width <= u64::from(View::PHONE.width), "{width} pixels wide");
    assert!(words(&mut page, ".experiments .found").contains("trials"));
    // What is wrong is said where the reader looks.
    set_trials(&mut page, 1);
    page.click(".experiments .ends button");
    page.wait_for("document.querySelector('.experiments .trouble')");
    assert!(words(&mut page, ".experiments .trouble").contains("trials"));
    page.finish();
}
