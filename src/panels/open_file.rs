//! Opens a run that someone has as a file, in place of the one on screen.

use faultscope_labs::import::ImportError;
use faultscope_labs::{Lang, Session, Text};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::files;
use crate::icons::{Icon, icon};
use crate::intent::Intent;

const TITLE: Text = Text::new("Bring a run", "导入运行");
const CHOOSE: Text = Text::new("Open a file …", "打开文件……");
const HELP: Text =
    Text::new("A file dropped anywhere on the page opens as well.", "也可以把文件拖到页面任意位置。");

/// What the key is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct OpenFileProps {
    /// The language.
    pub lang: Lang,
    /// Where wishes go.
    pub on: Callback<Intent>,
}

/// A key that opens a file; what is wrong with a file stands beside it.
#[component]
pub(super) fn OpenFile(props: &OpenFileProps) -> Html {
    let trouble = use_state(|| None::<ImportError>);
    let lang = props.lang;
    let onchange = {
        let (trouble, on) = (trouble.setter(), props.on.clone());
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let (trouble, on) = (trouble.clone(), on.clone());
            files::read_first(input.files(), move |read| match read.and_then(checked) {
                Ok(text) => {
                    trouble.set(None);
                    on.emit(Intent::Open(text));
                }
                Err(error) => trouble.set(Some(error)),
            });
            // The same file may be chosen again after it was changed.
            input.set_value("");
        })
    };
    html! {
        <section class="downloads bring" aria-labelledby="bring">
            <h3 class="lab" id="bring">{ TITLE.get(lang) }</h3>
            <p class="trouble" role="alert">{ trouble.as_ref().map(|error| error.message(lang)) }</p>
            <ul>
                <li>
                    <label class="btn">
                        { icon(Icon::File) }<span>{ CHOOSE.get(lang) }</span>
                        <input class="hid" type="file" accept=".run,.txt,.faultscope,text/plain" {onchange}
                            aria-describedby="bring-help" />
                    </label>
                    <span class="help" id="bring-help">{ HELP.get(lang) }</span>
                </li>
            </ul>
        </section>
    }
}

/// The text of a run, if it can be opened.
fn checked(text: String) -> Result<String, ImportError> {
    match Session::open(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(ImportError::Run(error)),
    }
}
