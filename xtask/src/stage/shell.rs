//! What a reader sees before the program arrives: the labs by family, in both languages, as links that work as soon as
//! it does. It is made of what `faultscope labs --json` prints, with the elements and classes of the home
//! page, so that nothing jumps when the program takes over.

use tinyjson::JsonValue;

use crate::console::Result;
use crate::json::{member, text};

/// Tells where the labs as JSON are.
pub(crate) const LABS_VARIABLE: &str = "FAULTSCOPE_LABS";

/// Where the labs go in `index.html`.
const PLACE: &str = "<!-- labs -->";

/// The most columns that a family spans, as on the home page.
const COLUMNS: usize = 4;

/// A lab, as far as the shell shows it; a pair is English and Chinese.
struct Card {
    id: String,
    variant: String,
    variants: usize,
    family: (String, String),
    family_order: u64,
    question: (String, String),
    title: (String, String),
    sentence: (String, String),
    broken_by: (String, String),
}

/// The page with its labs.
pub(crate) fn with_labs(page: &str, labs: &str) -> Result<String> {
    let labs: JsonValue = labs.parse().map_err(|error| format!("the labs are no JSON: {error}"))?;
    let labs = labs.get::<Vec<JsonValue>>().filter(|labs| !labs.is_empty()).ok_or("there are no labs")?;
    if !page.contains(PLACE) {
        return Err(format!("index.html has no `{PLACE}`"));
    }
    let cards = labs.iter().map(Card::of).collect::<Option<Vec<_>>>();
    let cards = cards.ok_or("a lab lacks a word that the shell shows")?;
    let families: String = families(&cards).iter().map(|cards| family(cards)).collect();
    Ok(page.replacen(PLACE, &families, 1))
}

impl Card {
    fn of(lab: &JsonValue) -> Option<Self> {
        let pair = |name: &str| {
            let both = member(lab, name)?;
            Some((text(both, "en")?, text(both, "zh")?))
        };
        let variants = member(lab, "variants")?.get::<Vec<JsonValue>>()?;
        Some(Self {
            id: text(lab, "id")?,
            variant: text(variants.first()?, "id")?,
            variants: variants.len(),
            family: pair("family")?,
            family_order: *member(lab, "family_order")?.get::<f64>()? as u64,
            question: pair("question")?,
            title: pair("title")?,
            sentence: pair("sentence")?,
            broken_by: pair("broken_by")?,
        })
    }
}

/// The labs of each family that has any, in the order of families.
fn families(cards: &[Card]) -> Vec<Vec<&Card>> {
    let mut families: Vec<Vec<&Card>> = Vec::new();
    for card in cards {
        match families.iter_mut().find(|family| family[0].family_order == card.family_order) {
            Some(family) => family.push(card),
            None => families.push(vec![card]),
        }
    }
    families.sort_by_key(|family| family[0].family_order);
    families
}

fn family(cards: &[&Card]) -> String {
    let span = cards.len().clamp(1, COLUMNS);
    let (name, question) = (both(&cards[0].family), both(&cards[0].question));
    let cards: String = cards.iter().map(|lab| card(lab)).collect();
    format!(
        "<section class=\"fam span-{span}\"><header><h2 class=\"lab\">{name}</h2><em>{question}</em></header>{cards}</section>\n"
    )
}

fn card(lab: &Card) -> String {
    let variants = match lab.variants {
        1 => in_both("1 variant", "1 个变体"),
        count => in_both(&format!("{count} variants"), &format!("{count} 个变体")),
    };
    format!(
        "<a class=\"plate\" href=\"#{}:{}\"><div class=\"mini\"></div><h3><span>{}</span><small>{variants}</small></h3>\
         <p>{}</p><p class=\"brk\"><b>{}</b>{}</p></a>",
        escaped(&lab.id),
        escaped(&lab.variant),
        both(&lab.title),
        both(&lab.sentence),
        in_both("Broken by", "败于"),
        both(&lab.broken_by),
    )
}

/// A text of a lab, in both languages; the style sheet shows one.
fn both((english, chinese): &(String, String)) -> String {
    in_both(english, chinese)
}

fn in_both(english: &str, chinese: &str) -> String {
    format!("<i lang=\"en\">{}</i><i lang=\"zh-CN\">{}</i>", escaped(english), escaped(chinese))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABS: &str = r#"[
        {"id":"b","family":{"en":"Second","zh":"二"},"family_order":2,"variants":[{"id":"x"},{"id":"y"}],
         "title":{"en":"A < B","zh":"甲"},"sentence":{"en":"s","zh":"句"},"broken_by":{"en":"w","zh":"坏"},"question":{"en":"?","zh":"？"}},
        {"id":"a","family":{"en":"First","zh":"一"},"family_order":1,"variants":[{"id":"z"}],
         "title":{"en":"C","zh":"丙"},"sentence":{"en":"s","zh":"句"},"broken_by":{"en":"w","zh":"坏"},"question":{"en":"?","zh":"？"}}
    ]"#;

    #[test]
    fn the_shell_lists_the_labs_by_family() {
        let page = with_labs("<main><!-- labs --></main>", LABS).unwrap();
        assert!(page.find("First").unwrap() < page.find("Second").unwrap(), "{page}");
        for part in [
            "href=\"#b:x\"",
            "A &lt; B",
            "<i lang=\"zh-CN\">2 个变体</i>",
            "1 variant<",
            "<i lang=\"zh-CN\">坏</i>",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
    }

    #[test]
    fn a_shell_without_labs_is_refused() {
        for (page, labs) in
            [("<!-- labs -->", "[]"), ("<!-- labs -->", "x"), ("<!-- labs -->", "[{}]"), ("<p>", LABS)]
        {
            assert!(with_labs(page, labs).is_err(), "{page} {labs}");
        }
    }
}
