//! The run as something to send: its link, its text, a frame for a page of documentation, and files.

use faultscope_labs::{Lang, Text};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::downloads::{self, Downloads};
use super::open_file::OpenFile;
use super::sheet::Sheet;
use super::{PanelProps, words};
use crate::icons::{Icon, icon};
use crate::route;

const ELEMENT: Text = Text::new("Element for a page", "网页元素");
const ELEMENT_HELP: Text = Text::new(
    "Shows the picture first, and loads the run on a click. Save the picture below and put it beside the page.",
    "先显示图片，点击后才加载运行。请在下方保存图片，并放在网页旁边。",
);

/// The share sheet.
#[component]
pub(crate) fn ShareSheet(props: &PanelProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let text = session.text().to_string();
    let fragment = route::fragment(&session.link());
    let address = route::address();
    let link = format!("{address}{fragment}");
    let poster = downloads::picture_name(&session);
    let element = element(&address, fragment.trim_start_matches('#'), &poster);
    let frame = frame(&address, &fragment, session.lab().title.get(lang));
    html! {
        <Sheet title={words::SHARE.get(lang)} class="sharing" {lang} on={props.on.clone()}>
            <p class="note">{ words::SHARE_NOTE.get(lang) }</p>
            <CopyField id="share-link" title={words::LINK} help={words::LINK_HELP} text={link} {lang} />
            <CopyField id="share-text" title={words::RUN_TEXT} help={words::RUN_TEXT_HELP} {text} {lang} />
            <CopyField id="share-element" title={ELEMENT} help={ELEMENT_HELP} text={element} {lang} />
            <CopyField id="share-embed" title={words::EMBED} help={words::EMBED_HELP} text={frame} {lang} />
            <Downloads handle={props.handle.clone()} {lang} selection={props.selection} on={props.on.clone()} />
            <OpenFile {lang} on={props.on.clone()} />
        </Sheet>
    }
}

/// A frame for a page of documentation, with what a host should know of it.
fn frame(address: &str, fragment: &str, title: &str) -> String {
    format!(
        "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"640\" loading=\"lazy\"></iframe>",
        quoted(&format!("{address}?embed{fragment}")),
        quoted(&format!("Faultscope: {title}")),
    )
}

/// The element that shows a picture first, and the script that knows it. The picture is the one that is saved here.
fn element(address: &str, run: &str, poster: &str) -> String {
    let folder = address.rfind('/').map_or("", |end| &address[..=end]);
    format!(
        "<script src=\"{}\" async></script><fault-scope run=\"{}\" poster=\"{}\"></fault-scope>",
        quoted(&format!("{folder}fault-scope.js")),
        quoted(run),
        quoted(poster),
    )
}

fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
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
        let html = frame("https://a.b/c", "#x:y;r1&\"", "2 \"phases\"");
        assert!(html.contains("src=\"https://a.b/c?embed#x:y;r1&amp;&quot;\""), "{html}");
        assert!(html.contains("title=\"Faultscope: 2 &quot;phases&quot;\""), "{html}");
    }

    #[test]
    fn the_script_of_the_element_lies_beside_the_page() {
        for address in ["https://a.b/c/", "https://a.b/c/index.html", "https://a.b/c/faultscope.html"] {
            let html = element(address, "x:y", "p.svg");
            assert!(
                html.starts_with(
                    "<script src=\"https://a.b/c/fault-scope.js\" async></script><fault-scope run=\"x:y\""
                ),
                "{html}"
            );
        }
    }
}
