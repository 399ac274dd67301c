//! A value of a node's state or of a message, as the machine has it: scalars as they are, pairs as cells, objects as
//! lines that fold, rows of one form as a table; and beside each what it was, where that differs.

use faultscope_labs::Lang;
use serde_json::{Map, Value};
use yew::prelude::*;

use super::words;
use crate::format::thousands;

/// How many parts of a list are shown before it folds.
const PARTS_SHOWN: usize = 12;
/// How many lines of an object, or rows of a table, are shown before it folds.
const LINES_SHOWN: usize = 8;
/// So many of what is folded away are there to be unfolded; a log grows for hours, and a page must not.
const FOLDED_MAX: usize = 200;
/// How many columns a table may have.
const COLUMNS_MAX: usize = 4;
/// How many characters a value may have to be told in a line.
const BRIEF_CHARACTERS: usize = 28;

/// A value as markup.
pub(crate) fn view(value: &Value, lang: Lang) -> Html {
    change(value, None, lang)
}

/// A value as markup, with what it `was` where that differs: a scalar behind its old one, parts that are new or gone as
/// such.
pub(crate) fn change(value: &Value, was: Option<&Value>, lang: Lang) -> Html {
    let was = was.filter(|was| *was != value);
    match (value, was) {
        (Value::Array(parts), Some(Value::Array(old))) => list(parts, Some(old), lang),
        (Value::Array(parts), None) if !parts.is_empty() => list(parts, None, lang),
        (Value::Object(map), _) if table_columns(map.values()).is_some() => table(map, was, lang),
        (Value::Object(map), Some(Value::Object(old))) => object(map, Some(old), lang),
        (Value::Object(map), None) if !map.is_empty() => object(map, None, lang),
        (_, Some(was)) => html! { <>{ before(was, lang) }{ change(value, None, lang) }</> },
        (_, None) => html! { <span class="scalar">{ scalar(value, lang) }</span> },
    }
}

/// What a value was, and the way to what it is.
fn before(was: &Value, lang: Lang) -> Html {
    html! {
        <>
            <span class="was"><span class="hid">{ words::WAS.get(lang) }</span>{ brief(was, lang) }</span>
            <span class="to" aria-hidden="true">{ "→" }</span>
        </>
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

/// What became of a part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Kept,
    Added,
    Removed,
}

/// The parts of a list with what became of each: what both begin and end with was kept.
fn fates<'a>(parts: &'a [Value], old: Option<&'a Vec<Value>>) -> Vec<(Fate, &'a Value)> {
    let Some(old) = old else { return parts.iter().map(|part| (Fate::Kept, part)).collect() };
    let ahead = parts.iter().zip(old).take_while(|(now, was)| now == was).count();
    let (now_rest, was_rest) = (&parts[ahead..], &old[ahead..]);
    let behind = now_rest.iter().rev().zip(was_rest.iter().rev()).take_while(|(now, was)| now == was).count();
    let (added, kept) = now_rest.split_at(now_rest.len() - behind);
    let removed = &was_rest[..was_rest.len() - behind];
    let with = |fate: Fate| move |part: &'a Value| (fate, part);
    let ahead = parts[..ahead].iter().map(with(Fate::Kept));
    let changed = removed.iter().map(with(Fate::Removed)).chain(added.iter().map(with(Fate::Added)));
    ahead.chain(changed).chain(kept.iter().map(with(Fate::Kept))).collect()
}

fn list(parts: &[Value], old: Option<&Vec<Value>>, lang: Lang) -> Html {
    let is_lines = parts.iter().chain(old.into_iter().flatten()).any(Value::is_object);
    let parts = fates(parts, old);
    let class = if is_lines { "lines" } else { "cells" };
    // The newest are at the end, so the end is what stays in view, with all that changed.
    let changed = parts.iter().position(|(fate, _)| *fate != Fate::Kept).unwrap_or(parts.len());
    let hidden = parts.len().saturating_sub(PARTS_SHOWN).min(changed);
    let (first, last) = parts.split_at(hidden);
    let draw = |(fate, part): &(Fate, &Value)| {
        let inside = if is_lines { view(part, lang) } else { cell(part, lang) };
        match fate {
            Fate::Kept => html! { <span class="part">{ inside }</span> },
            Fate::Added => {
                html! { <ins class="part"><span class="hid">{ words::ADDED.get(lang) }</span>{ inside }</ins> }
            }
            Fate::Removed => {
                html! { <del class="part"><span class="hid">{ words::REMOVED.get(lang) }</span>{ inside }</del> }
            }
        }
    };
    html! {
        <>
            { fold(first.len(), lang, || {
                let near = &first[first.len().saturating_sub(FOLDED_MAX)..];
                html! { <span {class}>{ for near.iter().map(draw) }</span> }
            }) }
            <span {class}>{ for last.iter().map(draw) }</span>
            if parts.is_empty() { <span class="scalar">{ words::EMPTY.get(lang) }</span> }
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

/// The lines of an object; those beyond the first few fold.
fn object(map: &Map<String, Value>, old: Option<&Map<String, Value>>, lang: Lang) -> Html {
    let lines = |skip: usize, take: usize| {
        let lines = map.iter().skip(skip).take(take);
        lines.map(|(key, value)| line(key, value, old.map(|old| old.get(key)), lang)).collect::<Html>()
    };
    let hidden = map.len().saturating_sub(LINES_SHOWN);
    let gone = old.into_iter().flatten().filter(|(key, _)| !map.contains_key(*key));
    html! {
        <>
            <span class="lines">
                { lines(0, LINES_SHOWN) }
                { for gone.map(|(key, value)| html! {
                    <del class="line"><span class="hid">{ words::REMOVED.get(lang) }</span><i>{ key }</i><span>{ brief(value, lang) }</span></del>
                }) }
            </span>
            { fold(hidden, lang, || html! { <span class="lines">{ lines(LINES_SHOWN, hidden.min(FOLDED_MAX)) }</span> }) }
        </>
    }
}

/// One line of an object. What has parts of its own folds.
fn line(key: &str, value: &Value, was: Option<Option<&Value>>, lang: Lang) -> Html {
    let is_new = was == Some(None);
    let was = was.flatten();
    let class =
        classes!("line", is_new.then_some("new"), was.is_some_and(|was| was != value).then_some("now"));
    let has_parts = match value {
        Value::Array(parts) => parts.iter().any(|part| !is_scalar(part)),
        Value::Object(map) => !map.is_empty(),
        _ => false,
    };
    html! {
        <span {class}>
            <i>{ key.to_owned() }</i>
            if has_parts {
                <details class="fold" open={true}><summary>{ brief(value, lang) }</summary>{ change(value, was, lang) }</details>
            } else {
                <span>{ change(value, was, lang) }</span>
            }
        </span>
    }
}

/// The keys that all of these objects share, if they are scalars and few: then the objects make a table.
fn table_columns<'a>(mut rows: impl Iterator<Item = &'a Value>) -> Option<Vec<&'a str>> {
    let Value::Object(first) = rows.next()? else { return None };
    let columns: Vec<&str> = first.keys().map(String::as_str).collect();
    let fits = |row: &Value| {
        let Value::Object(row) = row else { return false };
        row.len() == columns.len() && columns.iter().all(|key| row.get(*key).is_some_and(is_scalar))
    };
    let is_few = (1..=COLUMNS_MAX).contains(&columns.len());
    // A table of one row is a longer way to write a line.
    let mut count = 1;
    let all = fits(&Value::Object(first.clone()))
        && rows.all(|row| {
            count += 1;
            fits(row)
        });
    (is_few && all && count > 1).then_some(columns)
}

/// An object of objects of one form: a row each.
fn table(map: &Map<String, Value>, was: Option<&Value>, lang: Lang) -> Html {
    let columns = table_columns(map.values()).unwrap_or_default();
    let old = |row: &str| was.map(|was| was.get(row).unwrap_or(&Value::Null));
    let cell = |row: &str, key: &str, value: &Value| {
        let was = old(row).map(|row| row.get(key).unwrap_or(&Value::Null));
        let class = was.is_some_and(|was| was != value).then_some("now");
        html! { <td {class}>{ change(value, was, lang) }</td> }
    };
    let row = |(name, value): (&String, &Value)| {
        html! {
            <tr><th scope="row">{ name }</th>{ for columns.iter().map(|key| cell(name, key, &value[*key])) }</tr>
        }
    };
    let rows = |skip: usize, take: usize| {
        html! {
            <table class="facet">
                <thead><tr><td></td>{ for columns.iter().map(|key| html! { <th scope="col">{ *key }</th> }) }</tr></thead>
                <tbody>{ for map.iter().skip(skip).take(take).map(row) }</tbody>
            </table>
        }
    };
    let hidden = map.len().saturating_sub(LINES_SHOWN);
    html! { <>{ rows(0, LINES_SHOWN) }{ fold(hidden, lang, || rows(LINES_SHOWN, hidden.min(FOLDED_MAX))) }</> }
}

/// What is folded away, behind its count.
fn fold(hidden: usize, lang: Lang, inside: impl FnOnce() -> Html) -> Html {
    if hidden == 0 {
        return html! {};
    }
    let more = words::MORE.fill(lang, &[("count", &thousands(hidden as u64))]);
    let left_out = hidden.saturating_sub(FOLDED_MAX);
    html! {
        <details class="fold">
            <summary>{ more }</summary>
            if left_out > 0 { <span class="scalar">{ "… " }{ count(left_out, lang) }</span> }
            { inside() }
        </details>
    }
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

    #[test]
    fn parts_of_a_list_are_added_and_removed_in_their_places() {
        let told = |now: Value, was: Value| -> String {
            let (Value::Array(now), Value::Array(was)) = (now, was) else { panic!("two lists") };
            let sign = |(fate, part): &(Fate, &Value)| match fate {
                Fate::Kept => part.to_string(),
                Fate::Added => format!("+{part}"),
                Fate::Removed => format!("-{part}"),
            };
            fates(&now, Some(&was)).iter().map(sign).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told(json!([1, 2, 3]), json!([1, 2])), "1 2 +3");
        assert_eq!(told(json!([1, 4]), json!([1, 2, 3])), "1 -2 -3 +4");
        assert_eq!(told(json!([2, 3]), json!([1, 2, 3])), "-1 2 3");
        assert_eq!(told(json!([1, 1]), json!([1, 1, 1])), "1 1 -1");
        assert_eq!(told(json!([]), json!([7])), "-7");
    }

    #[test]
    fn objects_of_one_form_make_a_table() {
        let columns = |value: Value| match value {
            Value::Object(map) => table_columns(map.values()).map(|columns| columns.join(" ")),
            _ => None,
        };
        assert_eq!(columns(json!({"n1": {"a": 1, "b": 2}, "n2": {"a": 3, "b": null}})), Some("a b".into()));
        assert_eq!(columns(json!({"n1": {"a": 1}, "n2": {"b": 3}})), None);
        assert_eq!(columns(json!({"n1": {"a": [1]}, "n2": {"a": [3]}})), None);
        assert_eq!(columns(json!({"n1": {"a": 1}})), None, "one row is a line");
        assert_eq!(columns(json!({"n1": 1, "n2": 2})), None);
    }
}
