//! A door for a run that someone has: paste its link or its text, or bring it as a file.

use faultscope_labs::sim::MAX_TEXT_BYTES;
use faultscope_labs::{Lang, OpenError, Session};
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::icons::{Icon, icon};
use crate::intent::Intent;
use crate::panels::words;
use crate::route::Route;

/// What the door is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct OpenRunProps {
    /// The language.
    pub lang: Lang,
    /// Where wishes go.
    pub on: Callback<Intent>,
}

/// Why a run was not opened.
#[derive(Clone, Debug, PartialEq)]
enum Trouble {
    /// Nothing was pasted.
    Nothing,
    /// What was pasted is no run.
    Run(OpenError),
    /// The file is larger than a run can be.
    TooLarge,
    /// The file is no text.
    Unreadable,
}

impl Trouble {
    fn message(&self, lang: Lang) -> String {
        match self {
            Self::Nothing => words::NOTHING_TO_OPEN.get(lang).to_owned(),
            Self::Run(error) => error.message(lang),
            Self::TooLarge => {
                words::FILE_TOO_LARGE.fill(lang, &[("limit", &(MAX_TEXT_BYTES / 1024).to_string())])
            }
            Self::Unreadable => words::FILE_UNREADABLE.get(lang).to_owned(),
        }
    }
}

/// Paste a run, or bring it as a file.
#[component]
pub(super) fn OpenRun(props: &OpenRunProps) -> Html {
    let typed = use_state(String::new);
    let trouble = use_state(|| None::<Trouble>);
    let is_over = use_state(|| false);
    let lang = props.lang;
    let open = {
        let (trouble, on) = (trouble.setter(), props.on.clone());
        Callback::from(move |given: Result<String, Trouble>| match given.and_then(|text| checked(&text)) {
            Ok(text) => on.emit(Intent::Open(text)),
            Err(reason) => trouble.set(Some(reason)),
        })
    };
    let oninput = {
        let (typed, trouble) = (typed.setter(), trouble.setter());
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                typed.set(input.value());
                trouble.set(None);
            }
        })
    };
    let onsubmit = {
        let (open, typed) = (open.clone(), typed.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            open.emit(Ok((*typed).clone()));
        })
    };
    let onchange = {
        let open = open.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                take_first(&input, open.clone());
                // The same file may be chosen again after it was changed.
                input.set_value("");
            }
        })
    };
    let ondragover = hover(&is_over, true);
    let ondragleave = hover(&is_over, false);
    let ondrop = {
        let is_over = is_over.setter();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            is_over.set(false);
            if let Ok(carried) = Reflect::get(&event, &"dataTransfer".into()) {
                take_first(&carried, open.clone());
            }
        })
    };
    let message = trouble.as_ref().map(|trouble| trouble.message(lang));
    html! {
        <div class={classes!("plate", "open-run", is_over.then_some("over"))} {ondragover} {ondragleave} {ondrop}>
            <div class="hole">
                <label class="drop">
                    { icon(Icon::File) }
                    <span>{ words::DROP_HERE.get(lang) }{ " " }<u>{ words::CHOOSE_FILE.get(lang) }</u></span>
                    <input class="hid" type="file" accept=".txt,.run,text/plain" {onchange} />
                </label>
            </div>
            <h3><span>{ words::OPEN_A_RUN.get(lang) }</span></h3>
            <p>{ words::OPEN_SENTENCE.get(lang) }</p>
            <form {onsubmit}>
                <label class="hid" for="open-run">{ words::PASTE.get(lang) }</label>
                <input id="open-run" class="field code" type="text" value={(*typed).clone()} {oninput} autocomplete="off"
                    spellcheck="false" placeholder={words::PASTE.get(lang)} aria-describedby="open-run-trouble"
                    aria-invalid={message.is_some().then_some("true")} />
                <button type="submit" class="btn">{ words::OPEN.get(lang) }</button>
            </form>
            <p id="open-run-trouble" class="trouble" role="alert">{ message }</p>
        </div>
    }
}

fn hover(is_over: &UseStateHandle<bool>, now: bool) -> Callback<DragEvent> {
    let is_over = is_over.clone();
    Callback::from(move |event: DragEvent| {
        event.prevent_default();
        if *is_over != now {
            is_over.set(now);
        }
    })
}

/// The text of a run, out of a link or a text, if it can be opened.
fn checked(given: &str) -> Result<String, Trouble> {
    let given = given.trim();
    let fragment = given.split_once('#').map_or(given, |(_, fragment)| fragment);
    match Route::of_fragment(fragment) {
        Route::Home => Err(Trouble::Nothing),
        Route::Run(text) => {
            let text = text.trim().to_owned();
            Session::open(&text).map_err(Trouble::Run)?;
            Ok(text)
        }
    }
}

/// Reads the first of the files that something has, and hands its text on.
fn take_first(holder: &JsValue, open: Callback<Result<String, Trouble>>) {
    let file = Reflect::get(holder, &"files".into())
        .and_then(|files| Reflect::get_u32(&files, 0))
        .ok()
        .filter(JsValue::is_object);
    let Some(file) = file else { return };
    spawn_local(async move {
        open.emit(read(&file).await);
    });
}

async fn read(file: &JsValue) -> Result<String, Trouble> {
    let size = Reflect::get(file, &"size".into()).ok().and_then(|size| size.as_f64()).unwrap_or(0.0);
    if size > MAX_TEXT_BYTES as f64 {
        return Err(Trouble::TooLarge);
    }
    let text = async {
        let read: Function = Reflect::get(file, &"text".into())?.dyn_into()?;
        let text: Promise = read.call0(file)?.dyn_into()?;
        JsFuture::from(text).await
    };
    text.await.ok().and_then(|text: JsValue| text.as_string()).ok_or(Trouble::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::LABS;

    #[test]
    fn a_run_is_found_in_its_link_and_in_its_text() {
        for lab in LABS {
            let text = format!("{}:{}", lab.id, lab.variants[0].about().id);
            for given in [text.clone(), format!(" #{text}\n"), format!("https://example.org/a/?embed#{text}")]
            {
                assert_eq!(checked(&given), Ok(text.clone()), "{given}");
            }
        }
    }

    #[test]
    fn what_is_no_run_is_refused_in_every_language() {
        for given in ["", "  ", "#", "https://example.org/"] {
            let Err(trouble) = checked(given) else { panic!("{given:?} was opened") };
            for lang in Lang::ALL {
                assert!(!trouble.message(lang).is_empty());
            }
        }
        assert_eq!(checked(" # "), Err(Trouble::Nothing));
    }
}
