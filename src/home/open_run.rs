//! A door for a run that someone has: paste its link or its text, or bring it as a file.

use faultscope_labs::import::{self, ImportError};
use faultscope_labs::{Lang, Session};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::files;
use crate::icons::{Icon, icon};
use crate::intent::Intent;
use crate::panels::words;

/// What the door is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct OpenRunProps {
    /// The language.
    pub lang: Lang,
    /// Where wishes go.
    pub on: Callback<Intent>,
}

/// Paste a run, or bring it as a file.
#[component]
pub(super) fn OpenRun(props: &OpenRunProps) -> Html {
    let typed = use_state(String::new);
    let trouble = use_state(|| None::<ImportError>);
    let is_over = use_state(|| false);
    let lang = props.lang;
    let open = {
        let (trouble, on) = (trouble.setter(), props.on.clone());
        Callback::from(move |given: Result<String, ImportError>| match given.and_then(checked) {
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
            open.emit(import::text_of(&typed));
        })
    };
    let onchange = {
        let open = open.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                let open = open.clone();
                files::read_first(input.files(), move |read| open.emit(read));
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
            let open = open.clone();
            files::read_first(event.data_transfer().and_then(|it| it.files()), move |read| open.emit(read));
        })
    };
    let message = trouble.as_ref().map(|trouble| told(trouble, lang));
    html! {
        <div class={classes!("plate", "open-run", is_over.then_some("over"))} {ondragover} {ondragleave} {ondrop}>
            <div class="hole">
                <label class="drop">
                    { icon(Icon::File) }
                    <span>{ words::DROP_HERE.get(lang) }{ " " }<u>{ words::CHOOSE_FILE.get(lang) }</u></span>
                    <input class="hid" type="file" accept=".run,.txt,.faultscope,text/plain" {onchange} />
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

/// The text of a run, if it can be opened.
fn checked(text: String) -> Result<String, ImportError> {
    match Session::open(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(ImportError::Run(error)),
    }
}

/// What is wrong, in words; where nothing was given, what to do.
fn told(trouble: &ImportError, lang: Lang) -> String {
    match trouble {
        ImportError::Empty => words::NOTHING_TO_OPEN.get(lang).to_owned(),
        other => other.message(lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::LABS;

    fn opened(given: &str) -> Result<String, ImportError> {
        import::text_of(given).and_then(checked)
    }

    #[test]
    fn a_run_is_found_in_its_link_and_in_its_text() {
        for lab in LABS {
            let text = format!("{}:{}", lab.id, lab.variants[0].about().id);
            for given in [text.clone(), format!(" #{text}\n"), format!("https://example.org/a/?embed#{text}")]
            {
                assert_eq!(opened(&given), Ok(text.clone()), "{given}");
            }
        }
    }

    #[test]
    fn what_is_no_run_is_refused_in_every_language() {
        for given in ["", "  ", "#", "https://example.org/", "nowhere:x"] {
            let Err(trouble) = opened(given) else { panic!("{given:?} was opened") };
            for lang in Lang::ALL {
                assert!(!told(&trouble, lang).is_empty());
            }
        }
        assert_eq!(opened(" # "), Err(ImportError::Empty));
    }
}
