//! The spotlight of a story: a veil over the stage with a hole for each node that the sentence is about. It lies over the
//! canvas and takes no touch.

use faultscope_labs::NodeId;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::StageCanvas;

/// How far the light reaches around the middle of a node, in pixels: its disc, its arc and its name.
const REACH: f64 = 62.0;

/// The veil over a stage, to be laid by [`show`].
pub(crate) fn veil(node: &NodeRef) -> Html {
    html! { <div class="spotlight" ref={node.clone()} aria-hidden="true"><svg focusable="false"><path /></svg></div> }
}

/// Lays the veil over the canvas, around these nodes.
pub(crate) fn show(veil: &NodeRef, canvas: &StageCanvas, lit: &[NodeId]) {
    let (Some(veil), Some(ground)) = (veil.cast::<HtmlElement>(), canvas.node.cast::<HtmlElement>()) else {
        return;
    };
    let (width, height) = (ground.offset_width(), ground.offset_height());
    let sides =
        [("left", ground.offset_left()), ("top", ground.offset_top()), ("width", width), ("height", height)];
    let mut path = format!("M0 0H{width}V{height}H0Z");
    for (_, place) in canvas.node_places().into_iter().filter(|(node, _)| lit.contains(node)) {
        let across = 2.0 * REACH;
        path.push_str(&format!(
            "M{:.0} {:.0}a{REACH} {REACH} 0 1 0 {across} 0a{REACH} {REACH} 0 1 0 -{across} 0Z",
            place.x - REACH,
            place.y
        ));
    }
    let is_laid = sides.iter().all(|(side, px)| veil.style().set_property(side, &format!("{px}px")).is_ok())
        && veil.query_selector("path").ok().flatten().is_some_and(|hole| lay(&hole, &path));
    if !is_laid {
        web_sys::console::warn_1(&"the spotlight cannot be laid".into());
    }
}

fn lay(hole: &Element, path: &str) -> bool {
    hole.get_attribute("d").as_deref() == Some(path) || hole.set_attribute("d", path).is_ok()
}
