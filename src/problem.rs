//! A run that cannot be opened: what is wrong, and where in its text.

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
    pub(crate) error: OpenError,
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
    let [before, at, after] = excerpt(text, place(error));
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

/// The place of the mistake in the text, in characters; none where the error names a word instead.
fn place(error: &OpenError) -> Option<usize> {
    match error {
        OpenError::Text(error) => Some(error.at),
        _ => None,
    }
}

/// The text around a place: before it, at it, and behind it.
fn excerpt(text: &str, place: Option<usize>) -> [String; 3] {
    let letters: Vec<char> = text.chars().collect();
    let at = place.unwrap_or(letters.len()).min(letters.len());
    let from = if place.is_some() { at.saturating_sub(AROUND) } else { 0 };
    let first_end = if place.is_some() { at } else { at.min(3 * AROUND) };
    let behind = (first_end + usize::from(place.is_some())).min(letters.len());
    let to = (behind + AROUND).min(letters.len());
    let part = |from: usize, to: usize| letters.get(from..to).unwrap_or_default().iter().collect::<String>();
    let before = if from > 0 { format!("…{}", part(from, first_end)) } else { part(from, first_end) };
    let rest = if place.is_some() { part(behind, to) } else { String::new() };
    let is_longer = if place.is_some() { to < letters.len() } else { first_end < letters.len() };
    [before, part(first_end, behind), if is_longer { format!("{rest}…") } else { rest }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, place: Option<usize>, parts: [&str; 3]) {
        assert_eq!(excerpt(text, place), parts.map(ToOwned::to_owned));
    }

    #[test]
    fn the_place_of_a_mistake_is_marked() {
        check("lab:x;q9", Some(6), ["lab:x;", "q", "9"]);
        check("任期", Some(1), ["任", "期", ""]);
        check("lab:x", Some(5), ["lab:x", "", ""]);
        check("lab:x", Some(99), ["lab:x", "", ""]);
        check("", Some(0), ["", "", ""]);
    }

    #[test]
    fn a_long_text_is_cut_on_both_sides() {
        let text = "a".repeat(100) + "!" + &"b".repeat(100);
        let [before, at, after] = excerpt(&text, Some(100));
        assert_eq!((before.chars().count(), at.as_str(), after.chars().count()), (33, "!", 33));
        let [start, none, rest] = excerpt(&text, None);
        assert_eq!((start.len(), none.as_str(), rest.as_str()), (96, "", "…"));
    }
}
