//! A run that cannot be opened: what is wrong, and where in its text.

use faultscope_labs::import::ImportError;
use faultscope_labs::link::LinkError;
use faultscope_labs::{Lang, OpenError};
use yew::prelude::*;

use crate::words;

/// How much of the text is shown on each side of the place, in characters.
const AROUND: usize = 32;

/// A text that is no run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    /// The text.
    pub(crate) text: String,
    /// What is wrong with it.
    pub(crate) error: ImportError,
}

/// What the card is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ProblemCardProps {
    /// The problem.
    pub(crate) problem: Problem,
    /// The language.
    pub(crate) lang: Lang,
    /// The reader has seen it.
    pub(crate) dismiss: Callback<()>,
}

/// Says what is wrong, and leads on: the page below stays usable.
#[component]
pub(crate) fn ProblemCard(props: &ProblemCardProps) -> Html {
    let Problem { text, error } = &props.problem;
    let found = match error {
        ImportError::Run(error) => place(error, text),
        _ => None,
    };
    let [before, at, after] = excerpt(text, found);
    html! {
        <div class="problem" role="alert">
            <b>{ words::CANNOT_OPEN.get(props.lang) }</b>
            <p>{ error.message(props.lang) }</p>
            <code>{ before }<mark>{ at }</mark>{ after }</code>
            <div class="ways">
                <a href="#">{ words::HOME.get(props.lang) }</a>
                <button type="button" onclick={props.dismiss.reform(|_: MouseEvent| ())}>
                    { words::DISMISS.get(props.lang) }
                </button>
            </div>
        </div>
    }
}

/// Where the mistake stands in the text: its first letter and its length, in characters. Where an error names a word,
/// its place is where the word stands; none where it names nothing.
fn place(error: &OpenError, text: &str) -> Option<(usize, usize)> {
    let word = match error {
        OpenError::Text(error) => return Some((error.at, 1)),
        OpenError::UnknownLab(word) | OpenError::UnknownSetting(word, _) => word,
        OpenError::UnknownVariant(_, word) => word,
        OpenError::BadSetting(_, value, _) => value,
        OpenError::UnknownNode(action, _)
        | OpenError::UnknownZone(action, _)
        | OpenError::Command(action, _) => action,
        OpenError::Link(LinkError::Letter(at)) => return Some((*at, 1)),
        OpenError::Link(_) | OpenError::TooFar(_) => return None,
    };
    let (before, _) = text.split_once(word.as_str()).filter(|_| !word.is_empty())?;
    Some((before.chars().count(), word.chars().count()))
}

/// The text around a place: before it, at it, and behind it.
fn excerpt(text: &str, place: Option<(usize, usize)>) -> [String; 3] {
    let letters: Vec<char> = text.chars().collect();
    let len = letters.len();
    let (at, length) = place.unwrap_or((len.min(2 * AROUND), 0));
    let at = at.min(len);
    let behind = at.saturating_add(length.min(AROUND)).min(len);
    let (from, to) = (at.saturating_sub(2 * AROUND), behind.saturating_add(AROUND).min(len));
    let part = |from: usize, to: usize| letters.get(from..to).unwrap_or_default().iter().collect::<String>();
    let start = if from > 0 { "…" } else { "" };
    let end = if to < len { "…" } else { "" };
    [format!("{start}{}", part(from, at)), part(at, behind), format!("{}{end}", part(behind, to))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::Session;

    fn check(text: &str, place: Option<(usize, usize)>, parts: [&str; 3]) {
        assert_eq!(excerpt(text, place), parts.map(ToOwned::to_owned));
    }

    #[test]
    fn the_place_of_a_mistake_is_marked() {
        check("lab:x;q9", Some((6, 1)), ["lab:x;", "q", "9"]);
        check("任期", Some((1, 1)), ["任", "期", ""]);
        check("lab:x", Some((5, 1)), ["lab:x", "", ""]);
        check("lab:x", Some((99, 1)), ["lab:x", "", ""]);
        check("", Some((0, 1)), ["", "", ""]);
        check("", None, ["", "", ""]);
    }

    #[test]
    fn a_long_text_is_cut_on_both_sides() {
        let text = "a".repeat(100) + "!" + &"b".repeat(100);
        let [before, at, after] = excerpt(&text, Some((100, 1)));
        assert_eq!((before.chars().count(), at.as_str(), after.chars().count()), (65, "!", 33));
        let [start, none, rest] = excerpt(&text, None);
        assert_eq!((start.len(), none.as_str(), rest.chars().count()), (64, "", 33));
    }

    #[test]
    fn a_word_that_is_unknown_is_found_in_the_text() {
        let found = |text: &str| Session::open(text).err().and_then(|error| place(&error, text));
        assert_eq!(found("nowhere:x;r1"), Some((0, 7)));
        for lab in faultscope_labs::LABS {
            let (lab, variant) = (lab.id, lab.variants[0].about().id);
            let from = lab.chars().count() + 1;
            assert_eq!(found(&format!("{lab}:nothing;r1")), Some((from, 7)));
            let from = from + variant.len() + 4;
            assert_eq!(found(&format!("{lab}:{variant};r1;warp=9")), Some((from, 4)));
        }
    }
}
