//! The run as files: each export by its name, what it is for, and what is wrong where one cannot be made.

use std::io;

use faultscope_labs::export::{self, Film, Span};
use faultscope_labs::scene::Theme;
use faultscope_labs::spacetime::{self, Window};
use faultscope_labs::stage::{Class, Frame};
use faultscope_labs::{Lang, Session, Text};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{PanelProps, words};
use crate::icons::{Icon, icon};
use crate::{files, host, preferences};

/// Width and height of a picture to take along, in pixels.
const STAGE_SIZE: (f64, f64) = (760.0, 520.0);
/// Width of a space-time diagram to take along, in pixels.
const DIAGRAM_WIDTH: f64 = 1104.0;

const PIXELS: Text = Text::new("Picture in pixels", "像素图片");
const PIXELS_HELP: Text =
    Text::new("The same as PNG, twice as fine as a plain screen.", "同一画面，PNG，精度为普通屏幕的两倍。");

/// What can be taken along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Export {
    Run,
    Picture,
    Pixels,
    Spacetime,
    Animation,
    Events,
    States,
    History,
    Shiviz,
    Mermaid,
}

impl Export {
    const ALL: [Self; 10] = [
        Self::Run,
        Self::Picture,
        Self::Pixels,
        Self::Spacetime,
        Self::Animation,
        Self::Events,
        Self::States,
        Self::History,
        Self::Shiviz,
        Self::Mermaid,
    ];

    /// Its word in names of files, the end of the name, and the type by which the browser knows it.
    const fn file(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Run => ("run", "run", "text/plain"),
            Self::Picture => ("picture", "svg", "image/svg+xml"),
            Self::Pixels => ("picture-2x", "png", "image/png"),
            Self::Spacetime => ("spacetime", "svg", "image/svg+xml"),
            Self::Animation => ("animation", "svg", "image/svg+xml"),
            Self::Events => ("events", "jsonl", "application/x-ndjson"),
            Self::States => ("states", "jsonl", "application/x-ndjson"),
            Self::History => ("history", "jsonl", "application/x-ndjson"),
            Self::Shiviz => ("shiviz", "log", "text/plain"),
            Self::Mermaid => ("sequence", "mmd", "text/plain"),
        }
    }

    /// Its name, and what it is for.
    const fn words(self) -> (Text, Text) {
        match self {
            Self::Run => (words::FILE_RUN, words::FILE_RUN_HELP),
            Self::Picture => (words::FILE_PICTURE, words::FILE_PICTURE_HELP),
            Self::Pixels => (PIXELS, PIXELS_HELP),
            Self::Spacetime => (words::FILE_SPACETIME, words::FILE_SPACETIME_HELP),
            Self::Animation => (words::FILE_ANIMATION, words::FILE_ANIMATION_HELP),
            Self::Events => (words::FILE_EVENTS, words::FILE_EVENTS_HELP),
            Self::States => (words::FILE_STATES, words::FILE_STATES_HELP),
            Self::History => (words::FILE_HISTORY, words::FILE_HISTORY_HELP),
            Self::Shiviz => (words::FILE_SHIVIZ, words::FILE_SHIVIZ_HELP),
            Self::Mermaid => (words::FILE_MERMAID, words::FILE_MERMAID_HELP),
        }
    }

    /// `raft-basic-s42-events.jsonl`.
    fn name(self, session: &Session) -> String {
        let (word, end, _) = self.file();
        let (lab, variant) = (session.lab().id, session.variant().about().id);
        format!("{lab}-{variant}-s{}-{word}.{end}", session.seed())
    }
}

/// A file that was made, and a remark where it does not hold all that was asked for.
struct Made {
    text: String,
    remark: Option<String>,
}

/// What an export is made for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wanted {
    window: Window,
    lang: Lang,
    theme: Theme,
}

/// Makes a file; where it cannot be made, says why.
fn make(session: &Session, export: Export, wanted: Wanted) -> Result<Made, String> {
    let Wanted { window, lang, theme } = wanted;
    let mut remark = None;
    let text = match export {
        Export::Run => export::run_file(session),
        // Pixels are painted by the browser, of the same picture.
        Export::Picture | Export::Pixels => {
            let frame = Frame { now_us: session.now_us(), is_paused: true, ..stage_frame(lang) };
            export::picture(session, &frame, theme)
        }
        Export::Spacetime => {
            let frame = spacetime::Frame {
                width: DIAGRAM_WIDTH,
                lang,
                needle_us: Some(session.now_us()),
                cone_of: None,
            };
            export::spacetime(session, window, &frame, theme).map_err(|error| error.message(lang))?
        }
        Export::Animation => export::animation(session, &Film::of(window), &stage_frame(lang), theme)
            .map_err(|error| error.message(lang))?,
        Export::Events => lines(|out| export::events(session, session.len(), out))?,
        Export::States => lines(|out| export::states(session, session.len(), out))?,
        Export::History => lines(|out| export::history(session, session.len(), out))?,
        Export::Shiviz => lines(|out| export::shiviz(session, session.len(), lang, out))?,
        Export::Mermaid => lines(|out| {
            let span = Span::of_times(session, window.from_us, window.until_us);
            let written = export::mermaid(session, span, lang, out)?;
            remark = (written < span.last).then(|| export::mermaid_ending(written, span.last, lang));
            Ok(())
        })?,
    };
    Ok(Made { text, remark })
}

fn stage_frame(lang: Lang) -> Frame {
    let (width, height) = STAGE_SIZE;
    Frame { width, height, class: Class::Desktop, lang, ..Frame::default() }
}

/// The text that an export writes. Memory takes all of it; only a text that is none could go wrong.
fn lines(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<String, String> {
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// The window of two times in milliseconds, if they are two times in order.
fn window_of(from_ms: &str, until_ms: &str) -> Option<Window> {
    let micros = |text: &str| -> Option<u64> {
        let ms: f64 = text.trim().parse().ok()?;
        ((0.0..=1e12).contains(&ms)).then_some((ms * 1000.0).round() as u64)
    };
    let (from_us, until_us) = (micros(from_ms)?, micros(until_ms)?);
    (from_us < until_us).then_some(Window { from_us, until_us })
}

/// A time for a field, in milliseconds.
fn field_words(at_us: u64) -> String {
    let (whole, part) = (at_us / 1000, at_us % 1000);
    if part == 0 { whole.to_string() } else { format!("{whole}.{part:03}") }
}

/// Every export with its purpose, and the span for those that show one.
#[component]
pub(super) fn Downloads(props: &PanelProps) -> Html {
    let lang = props.lang;
    let around = Window::around_cursor(&props.handle.read());
    let from = use_state(|| field_words(around.from_us));
    let until = use_state(|| field_words(around.until_us));
    let trouble = use_state(|| None::<String>);
    let window = window_of(&from, &until);
    let save = {
        let (handle, trouble) = (props.handle.clone(), trouble.setter());
        Callback::from(move |export: Export| {
            let session = handle.read();
            match export {
                Export::Pixels => save_pixels(&session, lang, trouble.clone()),
                _ => trouble.set(save(&session, export, window, lang).err()),
            }
        })
    };
    let wrong = window.is_none().then(|| words::SPAN_WRONG.get(lang).to_owned());
    html! {
        <section class="downloads" aria-labelledby="downloads">
            <h3 class="lab" id="downloads">{ words::TAKE_ALONG.get(lang) }</h3>
            <div class="setting">
                <span class="name">{ words::SPAN.get(lang) }</span>
                <div class="control">
                    { time_field("span-from", words::SPAN_FROM.get(lang), &from, &trouble) }
                    { time_field("span-until", words::SPAN_UNTIL.get(lang), &until, &trouble) }
                </div>
                <p class="help" id="span-help">{ words::SPAN_HELP.get(lang) }</p>
            </div>
            <p class="trouble" role="alert">{ wrong.or_else(|| (*trouble).clone()) }</p>
            <ul>{ for Export::ALL.map(|export| row(export, &save, lang)) }</ul>
        </section>
    }
}

/// Makes a file and hands it to the browser. What is said may also be a remark on a file that was saved.
fn save(session: &Session, export: Export, window: Option<Window>, lang: Lang) -> Result<(), String> {
    let window = window.unwrap_or_else(|| Window::around_cursor(session));
    let theme = preferences::painted_theme(preferences::theme());
    let made = make(session, export, Wanted { window, lang, theme })?;
    let (_, _, media_type) = export.file();
    files::save(&export.name(session), media_type, &made.text)
        .map_err(|_| words::SAVE_REFUSED.get(lang).to_owned())?;
    made.remark.map_or(Ok(()), Err)
}

/// Lets the browser paint the picture, and hands it over when it is painted.
fn save_pixels(session: &Session, lang: Lang, trouble: UseStateSetter<Option<String>>) {
    let wanted = Wanted {
        window: Window::around_cursor(session),
        lang,
        theme: preferences::painted_theme(preferences::theme()),
    };
    let (name, made) = (Export::Pixels.name(session), make(session, Export::Pixels, wanted));
    spawn_local(async move {
        let saved = match made {
            Ok(made) => match host::png(&made.text).await {
                Ok(painted) => files::save_blob(&name, painted.unchecked_ref()),
                Err(refusal) => Err(refusal),
            }
            .map_err(|_| words::SAVE_REFUSED.get(lang).to_owned()),
            Err(reason) => Err(reason),
        };
        trouble.set(saved.err());
    });
}

/// What the picture of the stage is called as a file.
pub(super) fn picture_name(session: &Session) -> String {
    Export::Picture.name(session)
}

fn row(export: Export, save: &Callback<Export>, lang: Lang) -> Html {
    let (name, help) = export.words();
    let (word, ..) = export.file();
    let onclick = save.reform(move |_: MouseEvent| export);
    let help_id = format!("save-{word}-help");
    html! {
        <li>
            <button type="button" class="btn" data-export={word} {onclick} aria-describedby={help_id.clone()}>
                { icon(Icon::File) }<span>{ name.get(lang) }</span>
            </button>
            <span class="help" id={help_id}>{ help.get(lang) }</span>
        </li>
    }
}

fn time_field(
    id: &'static str,
    label: &'static str,
    value: &UseStateHandle<String>,
    trouble: &UseStateHandle<Option<String>>,
) -> Html {
    let (setter, trouble) = (value.setter(), trouble.setter());
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            setter.set(input.value());
            trouble.set(None);
        }
    });
    html! {
        <label class="span-end" for={id}>
            <span>{ label }</span>
            <input class="field code" {id} type="text" inputmode="decimal" autocomplete="off"
                value={(**value).clone()} {oninput} aria-describedby="span-help" />
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::LABS;

    #[test]
    fn a_span_is_two_times_in_order() {
        assert_eq!(window_of("0", "1.5"), Some(Window { from_us: 0, until_us: 1_500 }));
        assert_eq!(window_of(" 12 ", "13"), Some(Window { from_us: 12_000, until_us: 13_000 }));
        for (from, until) in
            [("", "1"), ("2", "1"), ("1", "1"), ("-1", "3"), ("x", "3"), ("0", "1e300"), ("NaN", "4")]
        {
            assert_eq!(window_of(from, until), None, "{from} to {until}");
        }
        assert_eq!(
            window_of(&field_words(153_200), &field_words(400_000)).map(|it| it.from_us),
            Some(153_200)
        );
    }

    #[test]
    fn every_export_of_every_lab_is_made() {
        for lab in LABS {
            let text = format!("{}:{};r1;s7;t40", lab.id, lab.variants[0].about().id);
            let session = Session::open(&text).unwrap();
            let window = Window::around_cursor(&session);
            for export in Export::ALL {
                let made = make(&session, export, Wanted { window, lang: Lang::En, theme: Theme::Light })
                    .unwrap_or_else(|error| panic!("{} {export:?}: {error}", lab.id));
                let start = match export {
                    Export::Run => text.as_str(),
                    Export::Picture | Export::Pixels | Export::Spacetime | Export::Animation => "<svg ",
                    Export::Events | Export::States => "{",
                    Export::History => "",
                    Export::Shiviz => export::SHIVIZ_EXPRESSION,
                    Export::Mermaid => "sequenceDiagram\n",
                };
                assert!(made.text.starts_with(start), "{} {export:?}", lab.id);
                assert!(export.name(&session).starts_with(&format!("{}-", lab.id)));
            }
        }
    }
}
