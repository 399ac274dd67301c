//! The panel `ActionsCard`.

use yew::prelude::*;

use super::PanelProps;

/// See the module.
#[component]
pub(crate) fn ActionsCard(props: &PanelProps) -> Html {
    let _ = props;
    html! {}
}
