//! The search for a counterexample, as a sheet: its bounds, its progress in the web worker, and what it found.

use std::cell::Cell;
use std::rc::Rc;

use faultscope_labs::{Lang, Text};
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::sheet::Sheet;
use super::{PanelProps, words};
use crate::format::thousands;
use crate::icons::{Icon, icon};
use crate::intent::Intent;
use crate::worker::{ask, now_ms};

/// How many states the worker reaches between two looks at the button that stops it.
const CHUNK_STATES: u32 = 20_000;

/// A bound: its key in the worker's language, its name, and what stands in its field at first; `any` is no bound.
const BOUNDS: [(&str, Text, &str); 8] = [
    ("crashes", words::SEARCH_CRASHES, "1"),
    ("drops", words::SEARCH_DROPS, "0"),
    ("duplicates", words::SEARCH_DUPLICATES, "0"),
    ("pauses", words::SEARCH_PAUSES, "0"),
    ("timers", words::SEARCH_TIMERS, "6"),
    ("commands", words::SEARCH_COMMANDS, "1"),
    ("depth", words::SEARCH_DEPTH, "any"),
    ("states", words::SEARCH_STATES, "1000000"),
];

/// How far the search is.
#[derive(Clone, Debug, Default, PartialEq)]
enum Stage {
    /// It was not begun.
    #[default]
    Ready,
    /// It runs.
    Running(Reading),
    /// It is over.
    Done(Reading, Vec<Finding>, String),
    /// It could not be done.
    Failed(String),
}

/// What the worker tells while it searches.
#[derive(Clone, Debug, Default, PartialEq)]
struct Reading {
    unique: u64,
    waiting: u64,
    depth: u64,
    megabytes: u64,
    per_second: u64,
}

/// What was found about a property.
#[derive(Clone, Debug, PartialEq)]
struct Finding {
    title: String,
    says: String,
    finding: Option<String>,
    run: Option<String>,
    is_broken: bool,
    is_found: bool,
    holds: bool,
    is_claimed: bool,
}

/// The search, as a sheet.
#[component]
pub(crate) fn SearchSheet(props: &PanelProps) -> Html {
    let lang = props.lang;
    let typed = use_state(|| BOUNDS.map(|(_, _, first)| first.to_owned()));
    let is_pending = use_state(|| false);
    let stage = use_state(Stage::default);
    let wish = use_mut_ref(|| Rc::new(Cell::new(false)));
    {
        // A sheet that closes takes its search along.
        let wish = wish.clone();
        use_effect_with((), move |()| move || wish.borrow().set(true));
    }
    let begin = {
        let (typed, is_pending, stage, wish) =
            (typed.clone(), is_pending.clone(), stage.setter(), wish.clone());
        let handle = props.handle.clone();
        Callback::from(move |_: MouseEvent| {
            let question = question(&handle.read().text().to_string(), &typed, *is_pending);
            let stop = Rc::new(Cell::new(false));
            wish.replace(stop.clone()).set(true);
            stage.set(Stage::Running(Reading::default()));
            spawn_local(search(question, lang, stop, stage.clone()));
        })
    };
    let stop = Callback::from(move |_: MouseEvent| wish.borrow().set(true));
    let is_running = matches!(*stage, Stage::Running(_));
    let step = thousands(props.handle.read().step());
    html! {
        <Sheet title={words::SEARCH.get(lang)} class="search" {lang} on={props.on.clone()}>
            <p class="note">{ words::SEARCH_NOTE.fill(lang, &[("step", &step)]) }</p>
            <div class="bounds">{ for BOUNDS.iter().enumerate().map(|(place, bound)| field(place, bound, &typed, lang)) }</div>
            { disks(&is_pending, lang) }
            <div class="ends">
                if is_running {
                    <button type="button" class="btn" onclick={stop}>{ icon(Icon::Pause) }{ words::SEARCH_STOP.get(lang) }</button>
                } else {
                    <button type="button" class="btn" onclick={begin}>{ icon(Icon::Search) }{ words::SEARCH_BEGIN.get(lang) }</button>
                }
            </div>
            <div class="found" role="status">{ outcome(&stage, lang, &props.on) }</div>
        </Sheet>
    }
}

/// One bound.
fn field(
    place: usize,
    &(key, title, _): &(&'static str, Text, &str),
    typed: &UseStateHandle<[String; 8]>,
    lang: Lang,
) -> Html {
    let (typed_in, now) = (typed.clone(), typed[place].clone());
    let oninput = Callback::from(move |event: InputEvent| {
        let mut changed = (*typed_in).clone();
        changed[place] = event.target_unchecked_into::<HtmlInputElement>().value();
        typed_in.set(changed);
    });
    let id = format!("search-{key}");
    html! {
        <div class="bound">
            <label for={id.clone()}>{ title.get(lang) }</label>
            <input class="field num" {id} type="text" autocomplete="off" value={now} {oninput} />
        </div>
    }
}

fn disks(is_pending: &UseStateHandle<bool>, lang: Lang) -> Html {
    let (setter, now) = (is_pending.setter(), **is_pending);
    let onchange = Callback::from(move |event: Event| {
        setter.set(event.target_unchecked_into::<HtmlSelectElement>().selected_index() == 1);
    });
    html! {
        <div class="bound">
            <label for="search-disks">{ words::SEARCH_DISKS.get(lang) }</label>
            <select class="field" id="search-disks" {onchange}>
                <option selected={!now}>{ words::DISKS_IMMEDIATE.get(lang) }</option>
                <option selected={now}>{ words::DISKS_PENDING.get(lang) }</option>
            </select>
        </div>
    }
}

fn outcome(stage: &Stage, lang: Lang, on: &Callback<Intent>) -> Html {
    match stage {
        Stage::Ready => Html::default(),
        Stage::Running(reading) => html! {
            <><progress aria-label={words::SEARCHING.get(lang)} /><p>{ reading_words(reading, lang) }</p></>
        },
        Stage::Failed(reason) => html! { <p class="trouble" role="alert">{ reason }</p> },
        Stage::Done(reading, findings, says) => html! {
            <>
                <p>{ reading_words(reading, lang) }</p>
                <p><b>{ says }</b></p>
                <ul class="findings">{ for findings.iter().map(|finding| found(finding, lang, on)) }</ul>
            </>
        },
    }
}

fn found(finding: &Finding, lang: Lang, on: &Callback<Intent>) -> Html {
    let (class, sign) = match (finding.is_broken, finding.is_found, finding.holds) {
        (true, ..) => ("x", Icon::Cross),
        (false, true, _) => ("seen", Icon::Seen),
        (false, false, true) => ("v", Icon::Check),
        (false, false, false) => ("open", Icon::NotYet),
    };
    let play = finding.run.clone().map(|run| {
        let onclick = on.reform(move |_: MouseEvent| Intent::Open(run.clone()));
        html! { <button type="button" class="btn" {onclick}>{ icon(Icon::Play) }{ words::SEARCH_PLAY.get(lang) }</button> }
    });
    html! {
        <li class={class}>
            { icon(sign) }
            <div>
                <b>{ &finding.title }</b>
                if !finding.is_claimed { <small>{ words::NOT_CLAIMED.get(lang) }</small> }
                <p>{ &finding.says }</p>
                if let Some(words) = &finding.finding { <p class="q">{ words }</p> }
                { play }
            </div>
        </li>
    }
}

fn reading_words(reading: &Reading, lang: Lang) -> String {
    let facts = [
        ("unique", thousands(reading.unique)),
        ("waiting", thousands(reading.waiting)),
        ("depth", reading.depth.to_string()),
        ("rate", thousands(reading.per_second)),
        ("memory", reading.megabytes.to_string()),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words::SEARCH_PROGRESS.fill(lang, &facts)
}

/// The question that opens a search, in the worker's language.
fn question(run: &str, typed: &[String; 8], is_pending: bool) -> String {
    let disks = if is_pending { "pending" } else { "immediate" };
    let mut words =
        vec!["search open".to_owned(), run.to_owned(), format!("disks={disks}"), "goal=first".to_owned()];
    for ((key, ..), value) in BOUNDS.iter().zip(typed) {
        // What holds spaces would be two words; what is wrong is refused by name.
        let value: String = value.chars().filter(|letter| !letter.is_whitespace()).collect();
        words.push(format!("{key}={}", if value.is_empty() { "any" } else { &value }));
    }
    words.join(" ")
}

/// Carries a search on in the worker until it is over or stopped, and shows how far it is.
async fn search(question: String, lang: Lang, stop: Rc<Cell<bool>>, stage: UseStateSetter<Stage>) {
    let ended = carry_on(&question, lang, &stop, &stage).await;
    // A search that another has replaced says nothing more.
    match ended {
        Ok(done) => stage.set(done),
        Err(reason) => stage.set(Stage::Failed(reason)),
    }
}

async fn carry_on(
    question: &str,
    lang: Lang,
    stop: &Cell<bool>,
    stage: &UseStateSetter<Stage>,
) -> Result<Stage, String> {
    let begun_ms = now_ms();
    let mut told = ask(question).await?;
    let mut reading = Reading::default();
    while told["done"] != true {
        if stop.get() {
            told = ask("search stop").await?;
            reading = read(&told, begun_ms);
            break;
        }
        told = ask(&format!("search run {CHUNK_STATES}")).await?;
        reading = read(&told, begun_ms);
        stage.set(Stage::Running(reading.clone()));
    }
    let result = ask(&format!("search result {}", lang.code())).await?;
    let findings =
        result["properties"].as_array().map(|all| all.iter().map(finding).collect()).unwrap_or_default();
    Ok(Stage::Done(reading, findings, text(&result["says"])))
}

fn read(told: &Value, begun_ms: f64) -> Reading {
    let number = |key: &str| told[key].as_u64().unwrap_or_default();
    let seconds = (now_ms() - begun_ms).max(1.0) / 1_000.0;
    Reading {
        unique: number("unique"),
        waiting: number("waiting"),
        depth: number("depth"),
        megabytes: number("bytes") >> 20,
        per_second: (number("unique") as f64 / seconds) as u64,
    }
}

fn finding(told: &Value) -> Finding {
    Finding {
        title: text(&told["title"]),
        says: text(&told["says"]),
        finding: told["finding"].as_str().map(str::to_owned),
        run: told["run"].as_str().filter(|_| told["replayed"] == true).map(str::to_owned),
        is_broken: told["broken"] == true,
        is_found: told["found"] == true,
        holds: told["holds"] == true,
        is_claimed: told["claimed"] == true,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_one_word_a_bound() {
        let mut typed = BOUNDS.map(|(_, _, first)| first.to_owned());
        typed[0] = " 1 ".to_owned();
        typed[6] = String::new();
        assert_eq!(
            question("a:b;r1;s2", &typed, true),
            "search open a:b;r1;s2 disks=pending goal=first crashes=1 drops=0 duplicates=0 pauses=0 timers=6 commands=1 \
             depth=any states=1000000"
        );
    }

    #[test]
    fn the_first_bounds_are_those_that_the_worker_takes() {
        let lab = faultscope_labs::LABS[0];
        let run = format!("{}:{}", lab.id, lab.variants[0].about().id);
        let typed = BOUNDS.map(|(_, _, first)| first.to_owned());
        let answer = crate::ask::answer(&question(&run, &typed, false));
        assert!(answer.starts_with('{'), "{answer}");
    }
}
