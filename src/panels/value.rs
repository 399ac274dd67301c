//! A value of a node's state or of a message, as the machine has it: scalars as they are, pairs as cells, objects as
//! lines, long ones folded with their count.

use faultscope_labs::Lang;
use serde_json::{Map, Value};
use yew::prelude::*;

use super::words;
use crate::format::thousands;

/// How many parts of a list are shown before it folds.
const PARTS_SHOWN: usize = 12;
/// How many lines of an object are shown before it folds.
const LINES_SHOWN: usize = 6;
/// How many characters a value may have to be told in a line.
const BRIEF_CHARACTERS: usize = 28;

/// A value as markup.
pub(crate) fn view(value: &Value, lang: Lang) -> Html {
    match value {
        Value::Array(parts) if !parts.is_empty() => list(parts, lang),
        Value::Object(map) if !map.is_empty() => object(map, lang),
        other => html! { <span class="scalar">{ scalar(other, lang) }</span> },
    }
}

/// A value in a few characters; a long one by its count alone.
pub(crate) fn brief(value: &Value, lang: Lang) -> String {
    let text = match value {
        Value::Array(parts) if parts.iter().all(is_scalar) => {
            parts.iter().map(|part| scalar(part, lang)).collect::<Vec<_>>().join(", ")
        }
        Value::Array(parts) => count(parts.len(), lang),
        Value::Object(map) => count(map.len(), lang),
        other => return scalar(other, lang),
    };
    match value {
        Value::Array(parts) if parts.is_empty() => words::EMPTY.get(lang).to_owned(),
        Value::Array(parts) if text.chars().count() > BRIEF_CHARACTERS => count(parts.len(), lang),
        _ => text,
    }
}

fn count(length: usize, lang: Lang) -> String {
    match length {
        0 => words::EMPTY.get(lang).to_owned(),
        1 => words::ONE_ENTRY.get(lang).to_owned(),
        _ => words::ENTRIES.fill(lang, &[("count", &thousands(length as u64))]),
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

/// A value without parts, as the machine has it.
fn scalar(value: &Value, lang: Lang) -> String {
    match value {
        Value::Null => words::NONE.get(lang).to_owned(),
        Value::Bool(true) => words::YES.get(lang).to_owned(),
        Value::Bool(false) => words::NO.get(lang).to_owned(),
        Value::String(text) if text.is_empty() => words::EMPTY.get(lang).to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => words::EMPTY.get(lang).to_owned(),
        Value::Number(number) => number.to_string(),
    }
}

fn list(parts: &[Value], lang: Lang) -> Html {
    let is_lines = parts.iter().any(Value::is_object);
    let hidden = parts.len().saturating_sub(PARTS_SHOWN);
    let class = if is_lines { "lines" } else { "cells" };
    // The newest are at the end, so the end is what stays in view.
    let (old, new) = parts.split_at(hidden);
    let draw = |part: &Value| if is_lines { view(part, lang) } else { cell(part, lang) };
    html! {
        <>
            { fold(old.len(), lang, || html! { <span {class}>{ for old.iter().map(draw) }</span> }) }
            <span {class}>{ for new.iter().map(draw) }</span>
        </>
    }
}

/// One part of a list: a pair is a small key and its value, such as an epoch and what was written in it.
fn cell(part: &Value, lang: Lang) -> Html {
    match part {
        Value::Array(pair) => match pair.as_slice() {
            [key, value] if is_scalar(key) => html! {
                <span class="cell"><i>{ scalar(key, lang) }</i>{ brief(value, lang) }</span>
            },
            _ => html! { <span class="cell">{ brief(part, lang) }</span> },
        },
        other => html! { <span class="cell">{ brief(other, lang) }</span> },
    }
}

fn object(map: &Map<String, Value>, lang: Lang) -> Html {
    let lines = |skip: usize, take: usize| {
        map.iter().skip(skip).take(take).map(|(key, value)| line(key, value, lang)).collect::<Html>()
    };
    let hidden = map.len().saturating_sub(LINES_SHOWN);
    html! {
        <>
            <span class="lines">{ lines(0, LINES_SHOWN) }</span>
            { fold(hidden, lang, || html! { <span class="lines">{ lines(LINES_SHOWN, hidden) }</span> }) }
        </>
    }
}

fn line(key: &str, value: &Value, lang: Lang) -> Html {
    html! { <span class="line"><i>{ key.to_owned() }</i><span>{ view(value, lang) }</span></span> }
}

/// What is folded away, behind its count.
fn fold(hidden: usize, lang: Lang, inside: impl FnOnce() -> Html) -> Html {
    if hidden == 0 {
        return html! {};
    }
    let more = words::MORE.fill(lang, &[("count", &thousands(hidden as u64))]);
    html! { <details class="fold"><summary>{ more }</summary>{ inside() }</details> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_long_list_is_told_by_its_count() {
        assert_eq!(brief(&json!([1, 2, 3]), Lang::En), "1, 2, 3");
        let long: Vec<u64> = (1_000_000..1_000_050).collect();
        assert_eq!(brief(&json!(long), Lang::En), "50 entries");
        assert_eq!(brief(&json!([[1, "x"], [2, "y"]]), Lang::En), "2 entries");
        assert_eq!(brief(&json!([[1, "x"]]), Lang::En), "1 entry");
    }

    #[test]
    fn nothing_is_said_in_a_word() {
        for lang in Lang::ALL {
            for value in [json!(null), json!(""), json!([]), json!({})] {
                assert!(!brief(&value, lang).is_empty(), "{value} {lang:?}");
            }
        }
    }
}
