//! The run as something to send: its link, its text, a frame for a page of documentation, and files.

use faultscope_labs::{Lang, Text};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::downloads::Downloads;
use super::sheet::Sheet;
use super::{PanelProps, words};
use crate::icons::{Icon, icon};
use crate::route;

/// The share sheet.
#[component]
pub(crate) fn ShareSheet(props: &PanelProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let text = session.text().to_string();
    let fragment = route::fragment(&session.link());
    let address = address();
    let link = format!("{address}{fragment}");
    let embed = embed(&address, &fragment, session.lab().title.get(lang));
    html! {
        <Sheet title={words::SHARE.get(lang)} class="sharing" {lang} on={props.on.clone()}>
            <p class="note">{ words::SHARE_NOTE.get(lang) }</p>
            <CopyField id="share-link" title={words::LINK} help={words::LINK_HELP} text={link} {lang} />
            <CopyField id="share-text" title={words::RUN_TEXT} help={words::RUN_TEXT_HELP} {text} {lang} />
            <CopyField id="share-embed" title={words::EMBED} help={words::EMBED_HELP} text={embed} {lang} />
            <Downloads handle={props.handle.clone()} {lang} selection={props.selection} on={props.on.clone()} />
        </Sheet>
    }
}

/// Where the page is, without query and fragment.
fn address() -> String {
    let Some(location) = web_sys::window().map(|window| window.location()) else { return String::new() };
    let href = location.href().unwrap_or_default();
    href.split(['#', '?']).next().unwrap_or_default().to_owned()
}

/// A frame for a page of documentation.
fn embed(address: &str, fragment: &str, title: &str) -> String {
    let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"640\" loading=\"lazy\"></iframe>",
        quoted(&format!("{address}{fragment}")),
        quoted(&format!("Faultscope: {title}")),
    )
}

/// What came of a wish to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Copied {
    #[default]
    NotYet,
    Yes,
    /// The browser refused; the text is selected, to be copied by hand.
    ByHand,
}

/// What a field to copy from is given.
#[derive(Clone, PartialEq, Properties)]
struct CopyFieldProps {
    id: &'static str,
    title: Text,
    help: Text,
    text: String,
    lang: Lang,
}

/// A text to look at and to copy.
#[component]
fn CopyField(props: &CopyFieldProps) -> Html {
    let copied = use_state(Copied::default);
    let field = use_node_ref();
    let lang = props.lang;
    {
        let copied = copied.clone();
        use_effect_with(props.text.clone(), move |_| copied.set(Copied::NotYet));
    }
    let select = {
        let field = field.clone();
        move || field.cast::<HtmlInputElement>().map(|field| field.select())
    };
    let onfocus = {
        let select = select.clone();
        Callback::from(move |_: FocusEvent| {
            select();
        })
    };
    let onclick = {
        let (copied, text) = (copied.clone(), props.text.clone());
        Callback::from(move |_: MouseEvent| {
            let (copied, text, select) = (copied.clone(), text.clone(), select.clone());
            spawn_local(async move {
                if copy(&text).await {
                    copied.set(Copied::Yes);
                } else {
                    select();
                    copied.set(Copied::ByHand);
                }
            });
        })
    };
    let (sign, label) = match *copied {
        Copied::Yes => (Icon::Check, words::COPIED),
        Copied::NotYet | Copied::ByHand => (Icon::Copy, words::COPY),
    };
    let help = if *copied == Copied::ByHand { words::COPY_BY_HAND } else { props.help };
    let help_id = format!("{}-help", props.id);
    html! {
        <div class="setting">
            <label for={props.id}>{ props.title.get(lang) }</label>
            <div class="control">
                <input ref={field} class="field code" id={props.id} type="text" readonly=true value={props.text.clone()}
                    {onfocus} aria-describedby={help_id.clone()} />
                <button type="button" class={classes!("btn", (*copied == Copied::Yes).then_some("done"))} {onclick}>
                    { icon(sign) }<span aria-live="polite">{ label.get(lang) }</span>
                </button>
            </div>
            <p class="help" id={help_id} aria-live="polite">{ help.get(lang) }</p>
        </div>
    }
}

/// Whether the browser took the text to its clipboard. It refuses in a sandboxed frame, and on pages without TLS.
async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    if !window.is_secure_context() {
        // Without a secure context the browser has no clipboard at all.
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_escapes_what_html_would_read() {
        let html = embed("https://a.b/c", "#x:y;r1&\"", "2 \"phases\"");
        assert!(html.contains("src=\"https://a.b/c#x:y;r1&amp;&quot;\""), "{html}");
        assert!(html.contains("title=\"Faultscope: 2 &quot;phases&quot;\""), "{html}");
    }
}
