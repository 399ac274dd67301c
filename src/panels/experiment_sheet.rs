//! The experiments of a lab, as a sheet: their settings, their progress in the web worker, and what they say, as a
//! chart and in numbers.

use std::cell::Cell;
use std::rc::Rc;

use faultscope_labs::experiment::Experiment;
use faultscope_labs::{Lang, Settings};
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::settings::Field;
use super::sheet::Sheet;
use super::{PanelProps, words};
use crate::format::thousands;
use crate::icons::{Icon, icon};
use crate::worker::{ask, now_ms};

/// How long the worker plays between two looks at the button that stops it, in milliseconds.
const CHUNK_MS: f64 = 100.0;
/// The widest chart, in pixels.
const CHART_MAX: f64 = 656.0;
/// What lies left and right of a chart on a narrow screen, in pixels.
const CHART_EDGES: f64 = 48.0;

/// How far an experiment is.
#[derive(Clone, Debug, Default, PartialEq)]
enum Stage {
    /// It was not begun.
    #[default]
    Ready,
    /// It runs.
    Running { played: u64, of: u64 },
    /// It is over, or was stopped.
    Done { played: u64, of: u64, said: Said },
    /// It could not be done.
    Failed(String),
}

/// What a reader wishes of an experiment that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// It goes on.
    GoOn,
    /// It stops, and tells what it knows.
    Stop,
    /// Nobody waits for it any more.
    Forget,
}

/// What an experiment says.
#[derive(Clone, Debug, Default, PartialEq)]
struct Said {
    rows: Vec<Vec<String>>,
    chart: AttrValue,
}

/// What is typed and chosen.
#[derive(Clone, Debug, PartialEq)]
struct Form {
    settings: Settings,
    trials: String,
    seed: String,
}

impl Form {
    fn of(experiment: &Experiment) -> Self {
        Self {
            settings: Settings::defaults(&(experiment.settings)()),
            trials: experiment.trials.to_string(),
            seed: "1".to_owned(),
        }
    }

    /// The question that sets the experiment up, in the worker's language.
    fn question(&self, experiment: &Experiment, lang: Lang) -> String {
        let number = |text: &str| {
            if text.trim().is_empty() { "?".to_owned() } else { text.split_whitespace().collect() }
        };
        let (trials, seed) = (number(&self.trials), number(&self.seed));
        let mut question = format!("experiment open {} {trials} {seed} lang={}", experiment.id, lang.code());
        for setting in (experiment.settings)() {
            if let Some(value) = self.settings.get(setting.key) {
                question += &format!(" {}={value}", setting.key);
            }
        }
        question
    }
}

/// What the sheet is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ExperimentSheetProps {
    /// What every panel is given.
    pub panel: PanelProps,
    /// The place of the experiment that is chosen at first.
    pub first: u8,
}

/// The experiments, as a sheet.
#[component]
pub(crate) fn ExperimentSheet(props: &ExperimentSheetProps) -> Html {
    let PanelProps { handle, lang, on, .. } = &props.panel;
    let (lang, first) = (*lang, usize::from(props.first));
    let known = handle.read().lab().experiments;
    html! {
        <Sheet title={words::EXPERIMENTS.get(lang)} class="experiments" {lang} on={on.clone()}>
            if known.is_empty() {
                <p class="note">{ words::NO_EXPERIMENTS.get(lang) }</p>
            } else {
                <Bench key={first} {lang} {known} {first} />
            }
        </Sheet>
    }
}

/// What the bench is given.
#[derive(Clone, Properties)]
struct BenchProps {
    lang: Lang,
    known: &'static [&'static Experiment],
    first: usize,
}

impl PartialEq for BenchProps {
    fn eq(&self, other: &Self) -> bool {
        self.lang == other.lang && self.first == other.first && std::ptr::eq(self.known, other.known)
    }
}

/// One experiment of several: what it asks, its settings, and what it says.
#[component]
fn Bench(props: &BenchProps) -> Html {
    let lang = props.lang;
    let chosen = use_state(|| props.first.min(props.known.len() - 1));
    let experiment = props.known[*chosen];
    let form = use_state(|| Form::of(experiment));
    let stage = use_state(Stage::default);
    let wish = use_mut_ref(|| Rc::new(Cell::new(Wish::GoOn)));
    {
        // A sheet that closes takes its experiment along.
        let wish = wish.clone();
        use_effect_with((), move |()| move || wish.borrow().set(Wish::Forget));
    }
    let choose = {
        let (chosen, form, stage, wish, known) =
            (chosen.setter(), form.setter(), stage.setter(), wish.clone(), props.known);
        Callback::from(move |event: Event| {
            let place = event.target_unchecked_into::<HtmlSelectElement>().selected_index().max(0) as usize;
            wish.borrow().set(Wish::Forget);
            let place = place.min(known.len() - 1);
            chosen.set(place);
            form.set(Form::of(known[place]));
            stage.set(Stage::Ready);
        })
    };
    let begin = {
        let (form, stage, wish) = (form.clone(), stage.setter(), wish.clone());
        Callback::from(move |_: MouseEvent| {
            let stop = Rc::new(Cell::new(Wish::GoOn));
            wish.replace(stop.clone()).set(Wish::Forget);
            stage.set(Stage::Running { played: 0, of: 1 });
            spawn_local(measure(form.question(experiment, lang), lang, stop, stage.clone()));
        })
    };
    let stop = Callback::from(move |_: MouseEvent| wish.borrow().set(Wish::Stop));
    let is_running = matches!(*stage, Stage::Running { .. });
    html! {
        <>
            { choice(props.known, *chosen, choose, lang) }
            <p class="note">{ experiment.question.get(lang) }</p>
            <dl class="about">
                <dt>{ words::METHOD.get(lang) }</dt><dd>{ experiment.method.get(lang) }</dd>
                <dt>{ words::SOURCE.get(lang) }</dt><dd>{ experiment.source.get(lang) }</dd>
            </dl>
            { fields(experiment, &form, lang) }
            <div class="ends">
                if is_running {
                    <button type="button" class="btn" onclick={stop}>{ icon(Icon::Pause) }{ words::SEARCH_STOP.get(lang) }</button>
                } else {
                    <button type="button" class="btn" onclick={begin}>{ icon(Icon::Play) }{ words::MEASURE.get(lang) }</button>
                }
            </div>
            <div class="found" role="status">{ outcome(&stage, lang) }</div>
        </>
    }
}

fn choice(
    known: &'static [&'static Experiment],
    chosen: usize,
    onchange: Callback<Event>,
    lang: Lang,
) -> Html {
    let option = |(place, experiment): (usize, &&'static Experiment)| {
        html! { <option selected={place == chosen}>{ experiment.title.get(lang) }</option> }
    };
    html! {
        <div class="bound">
            <label for="experiment">{ words::EXPERIMENT.get(lang) }</label>
            <select class="field" id="experiment" {onchange}>{ for known.iter().enumerate().map(option) }</select>
        </div>
    }
}

fn fields(experiment: &'static Experiment, form: &UseStateHandle<Form>, lang: Lang) -> Html {
    let set = {
        let form = form.clone();
        Callback::from(move |(key, text): (&'static str, String)| {
            let schema = (experiment.settings)();
            let read =
                schema.iter().find(|setting| setting.key == key).and_then(|setting| setting.read(&text));
            if let Some(value) = read {
                let mut changed = (*form).clone();
                changed.settings.set(key, value);
                form.set(changed);
            }
        })
    };
    let field = |setting: faultscope_labs::Setting| {
        let value = form.settings.get(setting.key).unwrap_or_else(|| setting.default_value());
        html! { <Field key={format!("{}-{}", experiment.id, setting.key)} {setting} {value} {lang} on={set.clone()} /> }
    };
    html! {
        <>
            <details class="more">
                <summary>{ words::EXPERIMENT_SETTINGS.get(lang) }</summary>
                { for (experiment.settings)().into_iter().map(field) }
            </details>
            <div class="bounds">
                { number("experiment-trials", words::TRIALS.get(lang), &form.trials, form, |form, text| form.trials = text) }
                { number("experiment-seed", words::SEED.get(lang), &form.seed, form, |form, text| form.seed = text) }
            </div>
        </>
    }
}

fn number(
    id: &'static str,
    title: &'static str,
    value: &str,
    form: &UseStateHandle<Form>,
    put: fn(&mut Form, String),
) -> Html {
    let form = form.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        let mut changed = (*form).clone();
        put(&mut changed, event.target_unchecked_into::<HtmlInputElement>().value());
        form.set(changed);
    });
    html! {
        <div class="bound">
            <label for={id}>{ title }</label>
            <input class="field num" {id} type="text" inputmode="numeric" autocomplete="off" value={value.to_owned()} {oninput} />
        </div>
    }
}

fn outcome(stage: &Stage, lang: Lang) -> Html {
    match stage {
        Stage::Ready => Html::default(),
        Stage::Running { played, of } => html! {
            <>
                <progress aria-label={words::MEASURING.get(lang)} value={played.to_string()} max={of.to_string()} />
                <p>{ measured(*played, *of, lang) }</p>
            </>
        },
        Stage::Failed(reason) => html! { <p class="trouble" role="alert">{ reason }</p> },
        Stage::Done { played, of, said } => html! {
            <>
                <p>{ measured(*played, *of, lang) }</p>
                <figure class="chart">{ Html::from_html_unchecked(said.chart.clone()) }</figure>
                <details class="more" open=true>
                    <summary>{ words::NUMBERS.get(lang) }</summary>
                    <div class="wide">{ table(&said.rows) }</div>
                </details>
            </>
        },
    }
}

fn measured(played: u64, of: u64, lang: Lang) -> String {
    words::MEASURED.fill(lang, &[("played", &thousands(played)), ("of", &thousands(of))])
}

fn table(rows: &[Vec<String>]) -> Html {
    let Some((heads, rows)) = rows.split_first() else { return Html::default() };
    let row = |row: &Vec<String>| {
        html! { <tr>{ for row.iter().map(|cell| html! { <td>{ cell }</td> }) }</tr> }
    };
    html! {
        <table>
            <thead><tr>{ for heads.iter().map(|head| html! { <th scope="col">{ head }</th> }) }</tr></thead>
            <tbody>{ for rows.iter().map(row) }</tbody>
        </table>
    }
}

/// Carries an experiment on in the worker until it is over or stopped, and shows how far it is.
async fn measure(question: String, lang: Lang, wish: Rc<Cell<Wish>>, stage: UseStateSetter<Stage>) {
    let ended = carry_on(&question, lang, &wish, &stage).await;
    if wish.get() != Wish::Forget {
        stage.set(ended.unwrap_or_else(Stage::Failed));
    }
}

async fn carry_on(
    question: &str,
    lang: Lang,
    wish: &Cell<Wish>,
    stage: &UseStateSetter<Stage>,
) -> Result<Stage, String> {
    let mut told = ask(question).await?;
    let mut chunk = 1_u64;
    while told["played"] != told["of"] && wish.get() == Wish::GoOn {
        let begun_ms = now_ms();
        told = ask(&format!("experiment run {chunk}")).await?;
        let took_ms = now_ms() - begun_ms;
        chunk = if took_ms < CHUNK_MS { (chunk * 2).min(100_000) } else { (chunk / 2).max(1) };
        if wish.get() == Wish::GoOn {
            let (played, of) = played_of(&told);
            stage.set(Stage::Running { played, of });
        }
    }
    let (played, of) = played_of(&told);
    let said = ask(&format!("experiment result {} {}", lang.code(), chart_width())).await?;
    Ok(Stage::Done { played, of, said: read(&said) })
}

fn played_of(told: &Value) -> (u64, u64) {
    (told["played"].as_u64().unwrap_or_default(), told["of"].as_u64().unwrap_or_default())
}

fn read(said: &Value) -> Said {
    let row = |row: &Value| -> Vec<String> {
        let cells = row.as_array().map(Vec::as_slice).unwrap_or_default();
        cells.iter().map(|cell| cell.as_str().unwrap_or_default().to_owned()).collect()
    };
    Said {
        rows: said["rows"].as_array().map(|rows| rows.iter().map(row).collect()).unwrap_or_default(),
        chart: said["chart"].as_str().unwrap_or_default().to_owned().into(),
    }
}

/// As wide as the sheet has room, in pixels.
fn chart_width() -> u64 {
    let window =
        web_sys::window().and_then(|window| window.inner_width().ok()).and_then(|width| width.as_f64());
    (window.unwrap_or(CHART_MAX) - CHART_EDGES).clamp(240.0, CHART_MAX) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::experiment::experiments;

    #[test]
    fn every_form_asks_what_the_worker_takes() {
        for (_, experiment) in experiments() {
            let form = Form { trials: " 2".to_owned(), ..Form::of(experiment) };
            let answer = crate::ask::answer(&form.question(experiment, Lang::Zh));
            assert!(answer.starts_with('{'), "{answer}");
            let empty = Form { trials: String::new(), ..form };
            assert!(crate::ask::answer(&empty.question(experiment, Lang::En)).starts_with("error"));
        }
    }
}
