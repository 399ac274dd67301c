//! The second run of a comparison on the strip: how dense its messages are, in the scale of the first, and where the two
//! part.

use faultscope_labs::stage::Class;
use faultscope_labs::{Lang, Session};
use yew::prelude::*;

use super::margins;
use super::marks::{self, COLUMN};
use crate::format::thousands;
use crate::panels::pane_words as words;
use crate::timeline::scale::Scale;

/// Height of the row, in pixels.
const HEIGHT: f64 = 22.0;

/// The second run's row under its `name`, below the strip of the `first`. `parted` is the last step that both share.
pub(crate) fn second_row(
    first: &Session,
    second: &Session,
    name: &str,
    parted: Option<u64>,
    class: Class,
    width: f64,
    lang: Lang,
) -> Html {
    let (left, right) = margins(class);
    let scale = Scale::of(first.end_us(), left, width - left - right);
    let mut path = String::new();
    for (place, share) in
        marks::density(second, &scale).into_iter().enumerate().filter(|(_, share)| *share > 0.0)
    {
        let x = scale.left + place as f64 * COLUMN + COLUMN / 2.0;
        path.push_str(&format!("M{x:.1} {HEIGHT}v-{:.1}", 2.0 + share * 16.0));
    }
    let parting = parted.map(|step| {
        let at_us = first.run().index().get(step as usize).map_or_else(|| first.end_us(), |entry| entry.at_us);
        let told = words::PARTING_MARK.fill(lang, &[("step", &thousands(step))]);
        html! {
            <g class="parting"><title>{ told }</title><path d={format!("M{:.1} 0v{HEIGHT}", scale.x(at_us))} /></g>
        }
    });
    html! {
        <svg class="second-row" viewBox={format!("0 0 {} {HEIGHT}", width.max(1.0))} width={width.to_string()} height={HEIGHT.to_string()} aria-hidden="true">
            <path class="density" d={path} />{ parting }<text x={if left > 24.0 { "24" } else { "8" }} y="11">{ name.to_owned() }</text>
        </svg>
    }
}
