//! What the marks of messages mean: one line for each kind that the lab has.

use faultscope_labs::ordered::sort;
use faultscope_labs::scene::Ink;
use faultscope_labs::{Lab, Lang};
use yew::prelude::*;

use crate::words;

/// What the legend is given.
#[derive(Properties)]
pub(crate) struct LegendProps {
    /// The lab whose messages are explained.
    pub(crate) lab: &'static Lab,
    /// The language.
    pub(crate) lang: Lang,
}

impl PartialEq for LegendProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.lab, other.lab) && self.lang == other.lang
    }
}

/// The legend of a lab. Kinds that share an ink share a line: a reply has the colour of what it answers.
#[component]
pub(crate) fn Legend(props: &LegendProps) -> Html {
    let mut inks: Vec<u8> = props.lab.kinds.iter().map(|kind| kind.ink).collect();
    sort(&mut inks);
    inks.dedup();
    html! {
        <ul class="legend" aria-label={words::LEGEND.get(props.lang)}>
            { for inks.into_iter().map(|ink| line(props.lab, ink)) }
            <li><svg class="sign" viewBox="-8 -8 16 16" aria-hidden="true">
                <circle r="5.5" fill="none" stroke="currentColor" stroke-width="2" />
            </svg>{ words::REPLY.get(props.lang) }</li>
        </ul>
    }
}

fn line(lab: &'static Lab, ink: u8) -> Html {
    // The first kind of an ink stands for all of them; its replies follow from the hollow sign.
    let names: Vec<&str> = lab.kinds.iter().filter(|kind| kind.ink == ink).map(|kind| kind.name).collect();
    let first = names.first().copied().unwrap_or_default();
    html! { <li key={ink} title={names.join(", ")}>{ sign(ink) }{ first }</li> }
}

/// The dot of a kind, as the stage paints it.
fn sign(ink: u8) -> Html {
    let fill = format!("var({})", faultscope_labs::scene::theme::token(Ink::Kind(ink)));
    html! {
        <svg class="sign" viewBox="-8 -8 16 16" aria-hidden="true">
            if Ink::kind_is_diamond(ink) {
                <path d="M0-7 7 0 0 7-7 0Z" {fill} />
            } else {
                <circle r="6" {fill} />
            }
        </svg>
    }
}
