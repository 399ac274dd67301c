//! The keys of the page.

use faultscope_labs::Text;
use yew::prelude::*;

use super::sheet::Sheet;
use super::{PanelProps, words};

/// The list of keys, as a sheet.
#[component]
pub(crate) fn KeysSheet(props: &PanelProps) -> Html {
    let lang = props.lang;
    let row = |(keys, text): &(&'static [&'static str], Text)| {
        html! {
            <div class="row">
                <dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt>
                <dd>{ text.get(lang) }</dd>
            </div>
        }
    };
    html! {
        <Sheet title={words::KEYS.get(lang)} class="keylist" {lang} on={props.on.clone()}>
            {
                for words::KEY_GROUPS.iter().map(|(title, keys)| html! {
                    <>
                        <h3 class="lab">{ title.get(lang) }</h3>
                        <dl>{ for keys.iter().map(row) }</dl>
                    </>
                })
            }
            <p class="note">{ words::KEYS_NOTE.get(lang) }</p>
        </Sheet>
    }
}
