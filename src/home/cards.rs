//! The labs by family: a plate for each family, a card for each lab.

use faultscope_labs::ordered::sort_by_key;
use faultscope_labs::{Family, Lab, Lang};
use yew::prelude::*;

use super::miniature::Miniature;
use crate::icons::{Icon, icon};
use crate::intent::ThemeChoice;
use crate::panels::{pane_words, words};
use crate::{progress, route};

/// The most columns that a plate spans.
const COLUMNS: usize = 4;

/// The families, each as wide as it has labs, so that the page fills without boxes.
pub(super) fn plates(labs: &[&'static Lab], lang: Lang, theme: ThemeChoice) -> Html {
    families(labs).into_iter().map(|(family, labs)| plate(family, &labs, lang, theme)).collect()
}

/// The labs of each family that has any, in the order of families.
fn families(labs: &[&'static Lab]) -> Vec<(Family, Vec<&'static Lab>)> {
    let mut families: Vec<(Family, Vec<&'static Lab>)> = Vec::new();
    for lab in labs {
        match families.iter_mut().find(|(family, _)| *family == lab.family) {
            Some((_, labs)) => labs.push(lab),
            None => families.push((lab.family, vec![lab])),
        }
    }
    sort_by_key(&mut families, |(family, _)| *family);
    families
}

fn plate(family: Family, labs: &[&'static Lab], lang: Lang, theme: ThemeChoice) -> Html {
    let (name, question) = family.words();
    let span = format!("span-{}", labs.len().clamp(1, COLUMNS));
    html! {
        <section key={name.get(Lang::En)} class={classes!("fam", span)}>
            <header><h2 class="lab">{ name.get(lang) }</h2><em>{ question.get(lang) }</em></header>
            { for labs.iter().map(|lab| card(lab, lang, theme)) }
        </section>
    }
}

/// A lab: a live miniature, its name, a sentence, and what breaks it. All of it is one link.
fn card(lab: &'static Lab, lang: Lang, theme: ThemeChoice) -> Html {
    let Some(first) = lab.variants.first() else { return html! {} };
    let href = route::fragment(&format!("{}:{}", lab.id, first.about().id));
    let variants = match lab.variants.len() {
        1 => words::ONE_VARIANT.get(lang).to_owned(),
        count => words::VARIANT_COUNT.fill(lang, &[("count", &count.to_string())]),
    };
    let done = progress::count(lab);
    let told = [("done", done.to_string()), ("count", lab.stories.len().to_string())];
    let told =
        pane_words::STORIES_DONE.fill(lang, &told.each_ref().map(|(name, text)| (*name, text.as_str())));
    html! {
        <a key={lab.id} class="plate" data-lab={lab.id} {href}>
            <Miniature id={lab.id} {lang} {theme} />
            <h3><span>{ lab.title.get(lang) }</span><small>{ variants }</small></h3>
            <p>{ lab.sentence.get(lang) }</p>
            if done > 0 { <p class="done q"><span class="v">{ icon(Icon::Check) }</span>{ told }</p> }
            <p class="brk"><b>{ words::BROKEN_BY.get(lang) }</b>{ lab.broken_by.get(lang) }</p>
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::{LABS, Session};

    #[test]
    fn every_lab_stands_in_one_plate() {
        let plates = families(LABS);
        assert_eq!(plates.iter().map(|(_, labs)| labs.len()).sum::<usize>(), LABS.len());
        assert!(plates.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn every_card_opens_a_run_and_every_miniature_plays() {
        for lab in LABS {
            for text in [format!("{}:{}", lab.id, lab.variants[0].about().id), lab.miniature.to_owned()] {
                assert!(Session::open(&text).is_ok(), "{text}");
            }
        }
    }
}
