//! The home page: the labs by family, each with a live miniature, and a door for a run that someone has.

mod cards;
mod miniature;
mod open_run;
mod search;
mod strip;

use faultscope_labs::{LABS, Lang};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::icons::{Icon, icon};
use crate::intent::{Intent, ThemeChoice};
use crate::panels::words;
use cards::plates;
use open_run::OpenRun;
use search::matching;
use strip::Strip;

/// What the home page is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HomeProps {
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: ThemeChoice,
    /// Where wishes go.
    pub on: Callback<Intent>,
}

/// The home page, below the bar.
#[component]
pub(crate) fn Home(props: &HomeProps) -> Html {
    let wanted = use_state(String::new);
    let lang = props.lang;
    let shown = matching(LABS, &wanted);
    let set = wanted.setter();
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            set.set(input.value());
        }
    });
    let set = wanted.setter();
    let clear = Callback::from(move |_: MouseEvent| set.set(String::new()));
    let count = counted(shown.len(), &wanted, lang);
    html! {
            <main class="home">
                <div class="hero">
                    <div>
                        <h1>{ "Faultscope" }</h1>
                        <p>{ words::TAGLINE.get(lang) }</p>
                    </div>
                    <Strip {lang} />
                </div>
                <search class="find">
                    { icon(Icon::Search) }
                    <input type="search" id="find" value={(*wanted).clone()} {oninput} autocomplete="off"
                        aria-label={words::FIND.get(lang)} placeholder={words::FIND.get(lang)} />
                    <span class="f" role="status">{ count }</span>
                </search>
                if shown.is_empty() && !wanted.is_empty() {
                    <div class="none">
                        <p>{ words::FOUND_NONE.fill(lang, &[("text", wanted.trim())]) }</p>
                        <button type="button" class="btn" onclick={clear}>{ words::CLEAR.get(lang) }</button>
                    </div>
                }
                <div class="plates">
                    { plates(&shown, lang, props.theme) }
                    <section class="fam span-1 yours">
                        <header>
                            <h2 class="lab">{ words::YOURS.get(lang) }</h2><em>{ words::YOURS_QUESTION.get(lang) }</em>
                        </header>
                        <OpenRun {lang} on={props.on.clone()} />
                    </section>
                </div>
                <footer class="foot">
                    <span>{ words::FOOT_REAL.get(lang) }</span>
                    <span>{ words::FOOT_OFFLINE.get(lang) }</span>
                    <span>{ words::FOOT_KEYS.get(lang) }</span>
                </footer>
            </main>
    }
}

/// How many labs there are, or were found.
fn counted(found: usize, wanted: &str, lang: Lang) -> String {
    let count = LABS.len().to_string();
    match (wanted.trim().is_empty(), LABS.len()) {
        (true, 1) => words::LABS_ONE.get(lang).to_owned(),
        (true, _) => words::LABS_COUNT.fill(lang, &[("count", &count)]),
        (false, _) => words::FOUND_COUNT.fill(lang, &[("found", &found.to_string()), ("count", &count)]),
    }
}
