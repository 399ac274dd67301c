//! The panel `Verdicts`.

use yew::prelude::*;

use super::PanelProps;

/// See the module.
#[component]
pub(crate) fn Verdicts(props: &PanelProps) -> Html {
    let _ = props;
    html! {}
}
