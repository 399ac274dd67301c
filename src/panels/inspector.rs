//! The panel `Inspector`.

use yew::prelude::*;

use super::PanelProps;

/// See the module.
#[component]
pub(crate) fn Inspector(props: &PanelProps) -> Html {
    let _ = props;
    html! {}
}
