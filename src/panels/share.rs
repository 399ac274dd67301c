//! The panel `ShareSheet`.

use yew::prelude::*;

use super::PanelProps;

/// See the module.
#[component]
pub(crate) fn ShareSheet(props: &PanelProps) -> Html {
    let _ = props;
    html! {}
}
